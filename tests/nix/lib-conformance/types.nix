# Types: what they take, and how definitions merge.
{ lib }:
let
  inherit (lib) evalModules mkDefault mkForce mkIf mkMerge mkOption types;
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };
  merge =
    type: definitions:
    (evalModules {
      modules = [ { options.it = mkOption { inherit type; }; } ] ++ map (it: { config = { inherit it; }; }) definitions;
    }).config.it;
  # Which of the values a type takes.
  takes = type: values: map (v: (builtins.tryEval (builtins.seq (merge type [ v ]) true)).success) values;
  server = types.submodule (
    { name, config, ... }:
    {
      options = {
        host = mkOption {
          type = types.str;
          default = name;
        };
        port = mkOption {
          type = types.port;
          default = 80;
        };
        url = mkOption {
          type = types.str;
          default = "${config.host}:${toString config.port}";
        };
      };
    }
  );
in
[
  (case "bool" (takes types.bool [ true 1 "true" ]) [ true false false ])
  (case "str" (takes types.str [ "a" 1 /a ]) [ true false false ])
  (case "nonEmptyStr" (takes types.nonEmptyStr [ "a" "" " " ]) [ true false false ])
  (case "singleLineStr" (merge types.singleLineStr [ "a\n" ]) "a")
  (case "singleLineStr refuses" (takes types.singleLineStr [ "a" "a\nb" ]) [ true false ])
  (case "strMatching" (takes (types.strMatching "[a-z]+") [ "ab" "aB" ]) [ true false ])
  (case "lines" (merge types.lines [ "b" "a" ]) "a\nb")
  (case "commas" (merge types.commas [ "b" "a" ]) "a,b")
  (case "separatedString" (merge (types.separatedString ":") [ "b" "a" ]) "a:b")
  (case "int and float" [ (takes types.int [ 1 1.5 ]) (takes types.float [ 1 1.5 ]) (takes types.number [ 1 1.5 "1" ]) ] [ [ true false ] [ false true ] [ true true false ] ])
  (case "ints" [ (takes types.ints.positive [ 1 0 ]) (takes types.ints.unsigned [ 0 (-1) ]) (takes (types.ints.between 1 3) [ 1 3 4 ]) (takes types.ints.u8 [ 255 256 ]) (takes types.ints.s8 [ (-128) 128 ]) ] [ [ true false ] [ true false ] [ true true false ] [ true false ] [ true false ] ])
  (case "port" (takes types.port [ 0 65535 65536 ]) [ true true false ])
  (case "path" (takes types.path [ /a "/a" "a" 1 ]) [ true true false false ])
  (case "package" (takes types.package [ { type = "derivation"; name = "x"; } "x" ]) [ true false ])
  (case "enum" (takes (types.enum [ "a" 1 ]) [ "a" 1 "b" ]) [ true true false ])
  (throws "enum conflict" (merge (types.enum [ "a" "b" ]) [ "a" "b" ]))
  (case "anything merges sets" (merge types.anything [ { a.b = 1; } { a.c = 2; } ]) { a = { b = 1; c = 2; }; })
  (throws "anything conflicts" (merge types.anything [ { a = 1; } { a = 2; } ]))
  (case "anything with priorities" (merge types.anything [ { a = 1; } { a = mkForce 2; } ]) { a = 2; })
  (case "anything keeps lists" (merge types.anything [ [ 1 [ 2 ] ] ]) [ 1 [ 2 ] ])
  (case "raw" (merge types.raw [ { a = 1; } ]) { a = 1; })
  (throws "raw once" (merge types.raw [ 1 1 ]))
  (case "attrs" (merge types.attrs [ { a = 1; } { b = 2; } ]) { a = 1; b = 2; })

  (case "listOf" (merge (types.listOf types.int) [ [ 1 ] [ 2 3 ] ]) [ 2 3 1 ])
  (case "listOf with mkIf inside" (merge (types.listOf types.int) [ [ 1 (mkIf false 2) (mkMerge [ 3 ]) ] ]) [ 1 3 ])
  (case "listOf undefined" (merge (types.listOf types.int) [ ]) [ ])
  (throws "listOf element" (merge (types.listOf types.int) [ [ "x" ] ]))
  (case "nonEmptyListOf" (takes (types.nonEmptyListOf types.int) [ [ 1 ] [ ] ]) [ true false ])
  (case "attrsOf" (merge (types.attrsOf types.int) [ { a = 1; } { b = 2; } ]) { a = 1; b = 2; })
  (case "attrsOf drops false conditions" (merge (types.attrsOf types.int) [ { a = 1; b = mkIf false 2; } ]) { a = 1; })
  (case "attrsOf by priority" (merge (types.attrsOf types.int) [ { a = 1; } { a = mkForce 2; } { a = mkDefault 3; } ]) { a = 2; })
  (throws "attrsOf conflict" (merge (types.attrsOf types.int) [ { a = 1; } { a = 2; } ]))
  (case "attrsOf mkMerge inside" (merge (types.attrsOf types.int) [ (mkMerge [ { a = 1; } (mkIf true { b = 2; }) ]) ]) { a = 1; b = 2; })
  (case "lazyAttrsOf" (merge (types.lazyAttrsOf types.int) [ { a = 1; b = throw "not needed"; } ]).a 1)
  (case "nested attrsOf listOf" (merge (types.attrsOf (types.listOf types.int)) [ { a = [ 1 ]; } { a = [ 2 ]; } ]) { a = [ 2 1 ]; })
  (case "nullOr" (map (d: merge (types.nullOr types.int) d) [ [ null ] [ 1 ] [ ] ]) [ null 1 null ])
  (throws "nullOr conflict" (merge (types.nullOr types.int) [ null 1 ]))
  (case "either" (takes (types.either types.int types.str) [ 1 "a" true ]) [ true true false ])
  (case "either merges one side" (merge (types.either types.str (types.listOf types.int)) [ [ 1 ] [ 2 ] ]) [ 2 1 ])
  (case "oneOf" (takes (types.oneOf [ types.int types.str types.bool ]) [ 1 "a" true null ]) [ true true true false ])
  (case "coercedTo" (map (d: merge (types.coercedTo types.int toString types.str) [ d ]) [ 1 "a" ]) [ "1" "a" ])
  (case "coercedTo refuses" (takes (types.coercedTo types.int toString types.str) [ true ]) [ false ])
  (case "functionTo" ((merge (types.functionTo (types.listOf types.int)) [ (x: [ x ]) (x: [ (x + 1) ]) ]) 1) [ 2 1 ])
  (throws "uniq" (merge (types.uniq types.int) [ 1 1 ]))
  (throws "unique" (merge (types.unique { message = "Once only."; } types.int) [ 1 1 ]))
  (case "addCheck" (takes (types.addCheck types.int (x: x > 3)) [ 4 3 ]) [ true false ])
  (case "optionType" (merge types.optionType [ types.int ]).name "int")

  (case "submodule" (merge server [ { port = 8080; host = "a"; } ]) { host = "a"; port = 8080; url = "a:8080"; })
  (case "submodule over files" (merge server [ { port = 8080; } { host = "a"; } ]).url "a:8080")
  (case "submodule name" (merge (types.attrsOf server) [ { web = { }; db.port = 5; } ]) { web = { host = "web"; port = 80; url = "web:80"; }; db = { host = "db"; port = 5; url = "db:5"; }; })
  (case "submodule properties" (merge server [ (mkIf true { host = "a"; }) { port = mkDefault 1; url = mkForce "u"; } { url = "v"; } ]) { host = "a"; port = 1; url = "u"; })
  (throws "submodule unknown" (merge server [ { hosts = "a"; } ]))
  (throws "submodule type" (merge server [ { port = "a"; } ]).port)
  (case "submodule function as definition" (merge server [ ({ config, ... }: { host = "h${toString config.port}"; }) ]).host "h80")
  (case "static submodule" (merge (types.attrsOf (types.submodule { options.a = mkOption { type = types.int; default = 1; }; })) [ { x = { }; y.a = 2; } { x.a = 3; } ]) { x.a = 3; y.a = 2; })
  (throws "static submodule unknown" (merge (types.attrsOf (types.submodule { options.a = mkOption { default = 1; }; })) [ { x.b = 1; } ]))
  (case "static submodule apply" (merge (types.submodule { options.a = mkOption { type = types.int; default = 1; apply = x: x + 1; }; }) [ { } ]) { a = 2; })
  (case "static submodule merges lists" (merge (types.submodule { options.l = mkOption { type = types.listOf types.int; default = [ ]; }; config.l = [ 9 ]; }) [ { l = [ 1 ]; } { l = [ 2 ]; } ]) { l = [ 9 1 2 ]; })
  (case "submodule with a function merges lists" (merge (types.submodule [ { config.l = [ 9 ]; } ({ lib, ... }: { options.l = mkOption { type = types.listOf types.int; default = [ ]; }; config.l = [ 8 ]; }) ]) [ { l = [ 1 ]; } { l = [ 2 ]; } ]) { l = [ 8 9 1 2 ]; })
  (throws "static submodule conflict" (merge (types.submodule { options.a = mkOption { type = types.int; }; }) [ { a = 1; } { a = 2; } ]).a)
  (case "submodule freeform" (merge (types.submodule { freeformType = types.attrsOf types.int; options.a = mkOption { type = types.str; }; }) [ { a = "x"; b = 2; } ]) { a = "x"; b = 2; })
  (case "submoduleWith shorthand off" (merge (types.submoduleWith { modules = [ { options.a = mkOption { type = types.int; }; } ]; }) [ { config.a = 4; } ]) { a = 4; })
  (case "submoduleWith plain definition" (merge (types.submoduleWith { modules = [ { options.a = mkOption { type = types.int; }; } ]; }) [ { a = 4; } ]) { a = 4; })
  (case "submoduleWith specialArgs" (merge (types.submoduleWith { specialArgs.x = 5; modules = [ ({ x, ... }: { options.a = mkOption { type = types.int; default = x; }; }) ]; }) [ { } ]) { a = 5; })
  (case "submodule imports" (merge (types.submodule { imports = [ { options.a = mkOption { type = types.int; default = 6; }; } ]; }) [ { } ]) { a = 6; })
  (case "list of submodules" (merge (types.listOf (types.submodule { options.a = mkOption { type = types.int; default = 1; }; })) [ [ { } { a = 2; } ] ]) [ { a = 1; } { a = 2; } ])
  (case "nullOr submodule" (merge (types.nullOr server) [ null ]) null)
  (case "deferredModule" ((evalModules { modules = [ { options.a = mkOption { type = types.int; }; } (merge types.deferredModule [ { a = 1; } ]) ]; }).config.a) 1)
  (case "description" (types.attrsOf (types.nullOr (types.either types.int types.str))).description "attribute set of (null or signed integer or string)")
]
