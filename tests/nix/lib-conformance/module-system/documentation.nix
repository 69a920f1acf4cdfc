# Options as data for documentation.
{ lib, kit }:
let
  inherit (lib) mkOption types;
  inherit (kit) case int opt options withDefault;
  # Without what every evaluation declares itself.
  docs = module: builtins.filter (o: !(lib.hasInfix "_module" o.name)) (lib.optionAttrSetToDocList (options [ ({ _file = "/m.nix"; } // module) ]));
  one = o: lib.head (docs { options.a = o; });
  names = module: map (o: o.name) (builtins.filter (o: o.visible && !o.internal) (docs module));
  sub = types.submodule { options = { x = int; y = int; }; };
in
[
  (case "plain" (one (mkOption { type = types.int; description = "d"; })) { loc = [ "a" ]; name = "a"; description = "d"; declarations = [ "/m.nix" ]; internal = false; visible = true; readOnly = false; type = "signed integer"; })
  (case "no type" (one (mkOption { })).type "unspecified value")
  (case "default" (one (withDefault types.int 1)).default (lib.literalExpression "1"))
  (case "default of a string" (one (withDefault types.str "a\"b")).default (lib.literalExpression "\"a\\\"b\""))
  (case "defaultText" (one (mkOption { default = throw "x"; defaultText = lib.literalMD "text"; })).default (lib.literalMD "text"))
  (case "the empty value is a default" (one (opt (types.listOf types.int))).default (lib.literalExpression "[ ]"))
  (case "the empty value of a submodule is not" ((one (opt sub)) ? default) false)
  (case "example" (one (mkOption { example = { a = 1; }; })).example (lib.literalExpression "{\n  a = 1;\n}"))
  (case "example as text" (one (mkOption { example = lib.literalExpression "x"; })).example (lib.literalExpression "x"))
  (case "internal, read-only" (let o = one (mkOption { internal = true; readOnly = true; }); in [ o.internal o.readOnly ]) [ true true ])
  (case "relatedPackages" (one (mkOption { relatedPackages = [ "x" ]; })).relatedPackages [ "x" ])
  (case "an unknown file is no declaration" (lib.head (builtins.filter (o: o.name == "a") (lib.optionAttrSetToDocList (options [ { options.a = int; } ])))).declarations [ ])
  (case "nested" (names { options.a.b = int; options.c = int; }) [ "a.b" "c" ])
  (case "submodules" (names { options.a = opt sub; }) [ "a" "a.x" "a.y" ])
  (case "attrsOf submodules" (names { options.a = opt (types.attrsOf sub); }) [ "a" "a.<name>.x" "a.<name>.y" ])
  (case "lists of submodules" (names { options.a = opt (types.listOf sub); }) [ "a" "a.*.x" "a.*.y" ])
  (case "placeholders" (names { options.a = opt (types.attrsWith { elemType = sub; placeholder = "host"; }); }) [ "a" "a.<host>.x" "a.<host>.y" ])
  (case "functions to submodules" (names { options.a = opt (types.functionTo sub); }) [ "a" "a.<function body>.x" "a.<function body>.y" ])
  (case "freeform submodules" (names { options.a = opt (types.submodule { freeformType = types.attrsOf sub; options.z = int; }); }) [ "a" "a.<name>.x" "a.<name>.y" "a.z" ])
  (case "tags" (names { options.a = opt (types.attrTag { t = int; u = int; }); }) [ "a" "a.t" "a.u" ])
  (case "deferred modules" (names { options.a = opt (types.deferredModuleWith { staticModules = [ { options.z = int; } ]; }); }) [ "a" "a.z" ])
  (case "visible = false hides what is below" (names { options.a = mkOption { type = sub; visible = false; }; options.b = int; }) [ "b" ])
  (case "visible = \"shallow\"" (names { options.a = mkOption { type = sub; visible = "shallow"; }; }) [ "a" ])
  (case "visible = \"transparent\"" (names { options.a = mkOption { type = sub; visible = "transparent"; }; }) [ "a.x" "a.y" ])
  (case "optionAttrSetToDocList'" (map (o: o.name) (lib.optionAttrSetToDocList' [ ] (removeAttrs (options [ { options.a = int; } ]) [ "_module" ]))) [ "a" ])
  (case "scrubOptionValue" (lib.scrubOptionValue [ { type = "derivation"; name = "n"; outPath = "/x"; drvPath = "/y"; big = throw "x"; } { a = 1; _args = throw "x"; } ]) [ { type = "derivation"; name = "n"; outPath = "n"; drvPath = "n"; } { a = 1; } ])
  (case "renderOptionValue" (map lib.options.renderOptionValue [ (lib.literalMD "x") [ ] ]) [ (lib.literalMD "x") (lib.literalExpression "[ ]") ])
]
