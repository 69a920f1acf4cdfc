# The functions that make and show options.
{ lib, kit }:
let
  inherit (lib) mkOption types;
  inherit (kit) case eval fails int opt throws value;
  o = lib.options;
  pkgs = {
    hello = { type = "derivation"; name = "hello"; };
    py.torch = { type = "derivation"; name = "torch"; };
  };
  package = args: removeAttrs args [ "type" "_type" ];
in
[
  (case "mkOption" (mkOption { default = 1; }) { _type = "option"; default = 1; })
  (case "isOption" (map lib.isOption [ (mkOption { }) 1 { } { _type = "x"; } ]) [ true false false false ])
  (case "isType" (map (lib.isType "t") [ { _type = "t"; } { _type = "u"; } { } ]) [ true false false ])
  (case "mkEnableOption" (removeAttrs (lib.mkEnableOption "foo") [ "type" ]) { _type = "option"; default = false; example = true; description = "Whether to enable foo."; })
  (case "mkEnableOption's type" (lib.mkEnableOption "foo").type.name "bool")
  (case "mkPackageOption" (package (lib.mkPackageOption pkgs "hello" { })) { default = pkgs.hello; defaultText = lib.literalExpression "pkgs.hello"; description = "The hello package to use."; })
  (case "mkPackageOption by path" (package (lib.mkPackageOption pkgs [ "py" "torch" ] { extraDescription = "More."; })) { default = pkgs.py.torch; defaultText = lib.literalExpression "pkgs.py.torch"; description = "The torch package to use. More."; })
  (case "mkPackageOption with another default" (package (lib.mkPackageOption pkgs "Hi" { default = "hello"; example = "pkgs.other"; })) { default = pkgs.hello; defaultText = lib.literalExpression "pkgs.hello"; description = "The Hi package to use."; example = lib.literalExpression "pkgs.other"; })
  (case "mkPackageOption with an example path" (lib.mkPackageOption pkgs "hello" { example = [ "py" "torch" ]; }).example (lib.literalExpression "pkgs.py.torch"))
  (case "mkPackageOption without default" (package (lib.mkPackageOption pkgs "no" { default = null; })) { description = "The no package to use."; })
  (case "mkPackageOption nullable" (let p = lib.mkPackageOption pkgs "hello" { nullable = true; }; in [ p.default.name p.type.name ]) [ "hello" "nullOr" ])
  (case "mkPackageOption nullable without default" (package (lib.mkPackageOption pkgs "no" { nullable = true; default = null; })) { default = null; description = "The no package to use."; })
  (case "mkPackageOption of another set" (lib.mkPackageOption pkgs.py "torch" { pkgsText = "pkgs.py"; }).defaultText (lib.literalExpression "pkgs.py.torch"))
  (throws "mkPackageOption of what is not there" (lib.mkPackageOption pkgs "nope" { }).default)
  (case "mkPackageOption is lazy in the set" (lib.mkPackageOption (throw "pkgs") "hello" { }).description "The hello package to use.")
  (case "mkSinkUndeclaredOptions takes anything" (builtins.attrNames (eval [ { options = { a = int; b = lib.mkSinkUndeclaredOptions { }; }; } { a = 1; b = 2; } { b = "x"; } ])) [ "a" "b" ])
  (throws "mkSinkUndeclaredOptions cannot be read" (value (lib.mkSinkUndeclaredOptions { }) [ 1 ]))
  (case "mkSinkUndeclaredOptions is hidden" (let s = lib.mkSinkUndeclaredOptions { visible = true; }; in [ s.internal s.visible ]) [ true true ])
  (case "literalExpression" (lib.literalExpression "x") { _type = "literalExpression"; text = "x"; })
  (throws "literalExpression of a number" (lib.literalExpression 1))
  (case "literalMD" (lib.literalMD "x") { _type = "literalMD"; text = "x"; })
  (throws "literalMD of a number" (lib.literalMD 1))
  (case "literalCode" (o.literalCode "py" "print()") { _type = "literalMD"; text = "```py\nprint()\n```\n"; })

  (case "showOption" (lib.showOption [ "foo" "bar" "baz" ]) "foo.bar.baz")
  (case "showOption quotes" (lib.showOption [ "foo" "bar.baz" "tux" ]) "foo.\"bar.baz\".tux")
  (case "showOption quotes numbers" (lib.showOption [ "w" "2b" "enable" ]) "w.\"2b\".enable")
  (case "showOption keeps placeholders" (lib.showOption [ "a" "*" "<name>" "<my x>" "**" ]) "a.*.<name>.<my x>.\"**\"")
  (case "showOption quotes words of the language" (lib.showOption [ "a" "or" "let" ]) (lib.concatStringsSep "." (map lib.strings.escapeNixIdentifier [ "a" "or" "let" ])))
  (case "showFiles" (lib.showFiles [ "/a" "/b" ]) "`/a' and `/b'")
  (case "showOptionWithDefLocs" (lib.showOptionWithDefLocs { loc = [ "x" "y" ]; files = [ "a.nix" "b.nix" ]; }) "x.y, with values defined in:\n  - a.nix\n  - b.nix\n")
  (case "showDefs has files and values" (let s = lib.options.showDefs [ { file = "/f.nix"; value = 7; } ]; in [ (lib.hasInfix "/f.nix" s) (lib.hasInfix "7" s) ]) [ true true ])
  (case "getValues" (lib.getValues [ { value = 1; } { value = 2; } ]) [ 1 2 ])
  (case "getFiles" (lib.getFiles [ { file = "a"; } { file = "b"; } ]) [ "a" "b" ])
  (case "unknownModule" lib.unknownModule "<unknown-file>")

  (case "mergeEqualOption" (lib.mergeEqualOption [ "a" ] [ { file = "x"; value = 1; } { file = "y"; value = 1; } ]) 1)
  (throws "mergeEqualOption of others" (lib.mergeEqualOption [ "a" ] [ { file = "x"; value = 1; } { file = "y"; value = 2; } ]))
  (case "mergeOneOption" (lib.mergeOneOption [ "a" ] [ { file = "x"; value = 1; } ]) 1)
  (throws "mergeOneOption of two" (lib.mergeOneOption [ "a" ] [ { file = "x"; value = 1; } { file = "y"; value = 1; } ]))
  (case "mergeUniqueOption merges" (lib.mergeUniqueOption { message = "m"; merge = _: defs: builtins.length defs; } [ "a" ] [ { file = "x"; value = 1; } ]) 1)
  (throws "mergeUniqueOption of two" (lib.mergeUniqueOption { message = "m"; } [ "a" ] [ { file = "x"; value = 1; } { file = "y"; value = 1; } ]))
  (case "mergeDefaultOption of lists" (lib.mergeDefaultOption [ "a" ] [ { file = "x"; value = [ 1 ]; } { file = "y"; value = [ 2 ]; } ]) [ 1 2 ])
  (case "mergeDefaultOption of one" (lib.mergeDefaultOption [ "a" ] [ { file = "x"; value = null; } ]) null)
  (throws "mergeDefaultOption of nulls" (lib.mergeDefaultOption [ "a" ] [ { file = "x"; value = null; } { file = "y"; value = null; } ]))
  (case "evalOptionValue" (let r = lib.modules.evalOptionValue [ "a" ] (mkOption { type = types.int; default = 1; } // { declarations = [ "/d" ]; }) [ { file = "/f"; value = 2; } ]; in { inherit (r) value files isDefined highestPrio; }) { value = 2; files = [ "/f" ]; isDefined = true; highestPrio = 100; })
  (case "fixupOptionType gives a type" (lib.fixupOptionType [ "a" ] { options = [ ]; }).type.name "unspecified")
  (case "mergeOptionDecls" (let d = lib.mergeOptionDecls [ "a" ] [ { _file = "/1"; pos = null; options = opt types.int; } { _file = "/2"; pos = null; options = mkOption { default = 1; }; } ]; in [ d.declarations d.default d.type.name ]) [ [ "/1" "/2" ] 1 "int" ])
  (case "mergeModules" (let m = lib.modules.mergeModules [ ] [ { _file = "/1"; options.a = int; config = { a = 1; b = 2; }; } ]; in [ m.matchedOptions.a.value (map (u: { inherit (u) prefix file value; }) m.unmatchedDefns) ]) [ 1 [ { prefix = [ "b" ]; file = "/1"; value = 2; } ] ])
  (case "unifyModuleSyntax" (let m = lib.modules.unifyModuleSyntax "/f" "k" { a = 1; imports = [ 1 ]; }; in { inherit (m) key imports options config; f = m._file; }) { key = "k"; imports = [ 1 ]; options = { }; config.a = 1; f = "/f"; })
  (case "applyModuleArgsIfFunction" (lib.modules.applyModuleArgsIfFunction "k" ({ a, b, ... }: a + b) { a = 1; config._module.args.b = 2; }) 3)
  (case "applyModuleArgsIfFunction of a set" (lib.modules.applyModuleArgsIfFunction "k" { x = 1; } { config = { }; }) { x = 1; })
  (case "collectModules" (map (m: m._file) (lib.modules.collectModules "" [ { _file = "/a"; imports = [ { } ]; } { _file = "/b"; } ] { inherit lib; config = { }; options = { }; specialArgs = { }; _class = null; _prefix = [ ]; }).modules) [ "/a" "/b" "/a" ])
]
