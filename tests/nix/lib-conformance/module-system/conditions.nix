# mkIf, mkMerge, and what defines an option at all.
{ lib, kit }:
let
  inherit (lib) mkDefault mkForce mkIf mkMerge mkOption types;
  inherit (kit) case declared eval fails int ints merge opt str throws value withDefault;
  flag = withDefault types.bool false;
in
[
  (case "mkIf false defines nothing" (declared int [ (mkIf false 1) ]).isDefined false)
  (case "mkIf true defines" (declared int [ (mkIf true 1) ]).isDefined true)
  (case "an empty mkMerge defines nothing" (declared int [ (mkMerge [ ]) ]).isDefined false)
  (case "a default defines" (declared (withDefault types.int 1) [ ]).isDefined true)
  (case "mkIf false leaves the default" (value (withDefault types.int 1) [ (mkIf false 2) ]) 1)
  (throws "an option without definition and default" (value int [ (mkIf false 2) ]))
  (throws "mkIf of a string" (value int [ (mkIf "yes" 2) ]))
  (throws "mkIf of a function" (value int [ (mkIf (x: x) 2) ]))
  (case "mkIf of several levels" (value ints [ (mkIf true (mkMerge [ [ 1 ] (mkIf false [ 2 ]) (mkIf true [ 3 ]) ])) ]) [ 1 3 ])
  (case "a condition on another option" (eval [ { options = { on = flag; x = withDefault types.int 0; }; } ({ config, ... }: { x = mkIf config.on 1; on = true; }) ]) { on = true; x = 1; })
  (case "a condition on another option, config whole" (eval [ { options = { on = flag; x = withDefault types.int 0; }; } ({ config, ... }: { config = mkIf config.on { x = 1; }; }) ]) { on = false; x = 0; })
  (case "a condition around the option that it asks about" (eval [ { options.a = { on = flag; x = withDefault types.int 0; }; } ({ config, ... }: { a = mkIf config.a.on { x = 1; }; }) { a.on = true; } ]).a { on = true; x = 1; })
  (case "mkMerge of sets with conditions" (eval [ { options.a = { x = int; y = withDefault types.int 5; }; } { a = mkMerge [ { x = 1; } (mkIf false { y = 2; }) ]; } ]).a { x = 1; y = 5; })
  (case "conditions over conditions below" (eval [ { options.a.b.c = withDefault types.int 0; } { config = mkIf true { a = mkIf true { b = mkIf true { c = 1; }; }; }; } ]).a.b.c 1)
  (case "one false condition suffices" (eval [ { options.a.b.c = withDefault types.int 0; } { config = mkIf true { a = mkIf false { b = mkIf true { c = 1; }; }; }; } ]).a.b.c 0)
  (case "mkIf in a list" (merge (types.listOf types.int) [ [ 1 (mkIf false 2) (mkIf true 3) ] ]) [ 1 3 ])
  (case "mkMerge of one in a list" (merge (types.listOf types.int) [ [ (mkMerge [ 4 ]) ] ]) [ 4 ])
  (throws "mkMerge of two in a list conflicts" (merge (types.listOf types.int) [ [ (mkMerge [ 4 5 ]) ] ]))
  (case "mkIf in attrsOf" (merge (types.attrsOf types.int) [ { a = mkIf false 1; b = mkIf true 2; } ]) { b = 2; })
  (case "mkIf in lazyAttrsOf keeps the name" (builtins.attrNames (merge (types.lazyAttrsOf types.int) [ { a = mkIf false 1; b = 2; } ])) [ "a" "b" ])
  (throws "mkIf false in lazyAttrsOf has no value" (merge (types.lazyAttrsOf types.int) [ { a = mkIf false 1; } ]).a)
  (case "mkIf false in lazyAttrsOf with an empty value" (merge (types.lazyAttrsOf (types.listOf types.int)) [ { a = mkIf false [ 1 ]; } ]) { a = [ ]; })
  (case "mkIf in a submodule" (merge (types.submodule { options.a = withDefault types.int 1; }) [ { a = mkIf false 2; } ]) { a = 1; })
  (case "mkIf around a submodule's definition" (merge (types.submodule { options.a = withDefault types.int 1; }) [ (mkIf false { a = 2; }) { } ]) { a = 1; })
  (case "mkDefault in a submodule" (merge (types.submodule { options.a = int; }) [ { a = mkDefault 2; } { a = 3; } ]) { a = 3; })
  (case "mkIf in anything" (merge types.anything [ { a = mkIf false 1; b.c = mkIf true 2; } ]) { b.c = 2; })
  (case "mkForce in anything" (merge types.anything [ { a.b = 1; } { a.b = mkForce 2; } ]) { a.b = 2; })
  (case "mkIf in attrs stays" ((merge types.attrs [ { a = mkIf true 1; } ]).a._type) "if")
  (case "mkIf in raw stays" ((merge types.raw [ { a = mkIf true 1; } ]).a._type) "if")
  (case "mkMerge is flat" (value ints [ (mkMerge [ (mkMerge [ [ 1 ] [ 2 ] ]) [ 3 ] ]) ]) [ 1 2 3 ])
  (case "mkMerge in nullOr" (merge (types.nullOr types.int) [ (mkMerge [ (mkIf false 1) null ]) ]) null)
  (case "the number of definitions left" (builtins.length (declared ints [ [ 1 ] (mkIf false [ 2 ]) (mkMerge [ [ 3 ] [ 4 ] ]) ]).definitions) 3)
  (case "an error in a condition is one of the option" (fails (value int [ (mkIf (throw "x") 1) ])) true)
  (case "a false condition hides an error" (value (withDefault types.int 1) [ (mkIf false (throw "x")) ]) 1)
  (case "a weaker definition's error is hidden" (value int [ (mkDefault (throw "x")) 2 ]) 2)
]
