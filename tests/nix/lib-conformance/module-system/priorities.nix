# Which definitions count, and in which order they merge.
{ lib, kit }:
let
  inherit (lib)
    mkAfter mkBefore mkDefault mkForce mkIf mkImageMediaOverride mkMerge mkOption mkOptionDefault mkOrder mkOverride
    mkVMOverride types
    ;
  inherit (kit) case declared eval int ints merge str throws value withDefault;
  list = types.listOf types.int;
  priority = defs: (declared (withDefault types.int 0) defs).highestPrio;
in
[
  (case "numbers of the priorities"
    (map (f: (f 1).priority) [ mkOptionDefault mkDefault mkImageMediaOverride mkForce mkVMOverride (mkOverride 7) ])
    [ 1500 1000 60 50 10 7 ]
  )
  (case "numbers of the orders" (map (f: (f 1).priority) [ mkBefore mkAfter (mkOrder 3) ]) [ 500 1500 3 ])
  (case "defaultOrderPriority" lib.modules.defaultOrderPriority 1000)
  (case "defaultOverridePriority" lib.modules.defaultOverridePriority 100)
  (case "image media under force" (value int [ (mkImageMediaOverride 1) (mkForce 2) ]) 2)
  (case "image media over plain" (value int [ (mkImageMediaOverride 1) 2 ]) 1)
  (case "default over option default" (value (withDefault types.int 1) [ (mkDefault 2) ]) 2)
  (case "weaker than the default of the option" (value (withDefault types.int 1) [ (mkOverride 1600 2) ]) 1)
  (case "priority 100 is a plain definition" (value ints [ (mkOverride 100 [ 1 ]) [ 2 ] ]) [ 2 1 ])
  (throws "two of the strongest priority conflict" (value int [ (mkForce 1) (mkForce 2) 3 ]))
  (case "the strongest of several levels" (value int [ (mkOverride 20 1) (mkOverride 30 2) (mkOverride 10 3) 4 ]) 3)
  (case "an undefined option has the weakest priority" (declared int [ ]).highestPrio 9999)
  (case "highestPrio of the default" (priority [ ]) 1500)
  (case "highestPrio of a plain definition" (priority [ 1 ]) 100)
  (case "highestPrio of several" (priority [ (mkForce 1) 2 (mkDefault 3) ]) 50)
  (case "highestPrio of one weaker than anything" (declared int [ (mkOverride 20000 1) ]).highestPrio 20000)
  (case "a definition weaker than anything is one" (value int [ (mkOverride 20000 1) ]) 1)
  (case "mkMerge keeps priorities apart" (value int [ (mkMerge [ (mkForce 1) 2 ]) ]) 1)
  (case "mkForce over a merge" (value ints [ (mkForce [ 1 ]) (mkMerge [ [ 2 ] [ 3 ] ]) ]) [ 1 ])
  (case "mkIf around mkForce" (value int [ (mkIf true (mkForce 1)) 2 ]) 1)
  (case "false mkIf around mkForce" (value int [ (mkIf false (mkForce 1)) 2 ]) 2)
  (throws "mkForce around mkIf is not resolved" (value int [ (mkForce (mkIf true 1)) ]))
  (throws "mkBefore around mkIf is not resolved" (value ints [ (mkBefore (mkIf true [ 1 ])) ]))
  (case "mkForce around a set of options" (eval [ { options.a = { x = int; y = int; }; } { a = mkForce { x = 1; }; } { a = { x = 2; y = 3; }; } ]).a { x = 1; y = 3; })
  (case "mkDefault around the whole configuration" (eval [ { options.a = int; } { config = mkDefault { a = 1; }; } { a = 2; } ]).a 2)
  (throws "an override inside of another is not resolved" (eval [ { options.a = int; } { config = mkForce { a = mkDefault 1; }; } ]).a)

  (case "order: before, plain, after" (value ints [ (mkAfter [ 3 ]) [ 2 ] (mkBefore [ 1 ]) ]) [ 1 2 3 ])
  (case "order is stable" (value ints [ [ 1 ] (mkOrder 1000 [ 2 ]) [ 3 ] ]) [ 3 2 1 ])
  (case "order within mkMerge" (value ints [ (mkMerge [ (mkAfter [ 2 ]) [ 1 ] ]) ]) [ 1 2 ])
  (case "order within mkForce" (value ints [ (mkForce (mkAfter [ 2 ])) (mkForce [ 1 ]) [ 9 ] ]) [ 1 2 ])
  (case "order of the default" (value (withDefault list (mkAfter [ 9 ])) [ (mkOptionDefault [ 1 ]) ]) [ 1 9 ])
  (case "order of an attribute" (merge (types.attrsOf list) [ { a = mkAfter [ 2 ]; } { a = [ 1 ]; } ]) { a = [ 1 2 ]; })
  (case "order of lines" (merge types.lines [ (mkAfter "c") "b" (mkBefore "a") ]) "a\nb\nc")
  (case "order of one definition" (value ints [ (mkBefore [ 1 ]) ]) [ 1 ])
  (case "order inside a list says nothing" (merge (types.listOf types.int) [ [ (mkAfter 1) 2 ] ]) [ 1 2 ])
  (case "definitions of one module" (eval [ { options.a = ints; } { config = mkMerge [ { a = [ 1 ]; } { a = [ 2 ]; } ]; } ]).a [ 1 2 ])

  (case "sortProperties strips" (map (d: d.value) (lib.sortProperties [ { value = mkAfter 2; } { value = 1; } { value = mkBefore 0; } ])) [ 0 1 2 ])
  (case "filterOverrides" (map (d: d.value) (lib.filterOverrides [ { value = mkForce 1; } { value = 2; } { value = mkForce 3; } ])) [ 1 3 ])
  (case "filterOverrides'" (lib.modules.filterOverrides' [ { value = mkDefault 1; } ]) { values = [ { value = 1; } ]; highestPrio = 1000; })
  (case "dischargeProperties" (lib.dischargeProperties (mkMerge [ 1 (mkIf true 2) (mkMerge [ (mkIf false 3) (mkForce 4) ]) ])) [ 1 2 (mkForce 4) ])
  (case "pushDownProperties" (lib.pushDownProperties (mkMerge [ { a = 1; } (mkIf true { b = 2; }) (mkForce { c = 3; }) ])) [ { a = 1; } { b = mkIf true 2; } { c = mkForce 3; } ])
  (case "mapDefinitionValue" (lib.modules.mapDefinitionValue (x: x + 1) (mkForce (mkIf true (mkMerge [ 1 (mkAfter 2) ])))) (mkForce (mkIf true (mkMerge [ 2 (mkAfter 3) ]))))
  (case "mkFixStrictness returns its argument" (lib.mkFixStrictness 3) 3)
  (case "mkDefinition names a file" (map (d: { inherit (d) file value; }) (declared int [ (lib.mkDefinition { file = "/x.nix"; value = 1; }) ]).definitionsWithLocations) [ { file = "/x.nix"; value = 1; } ])
  (case "mkDefinition with a priority" (value int [ (lib.mkDefinition { file = "/x.nix"; value = mkForce 1; }) 2 ]) 1)
  (case "mkAssert that holds" (value int [ (lib.mkAssert true "no" 1) ]) 1)
  (throws "mkAssert that does not" (value int [ (lib.mkAssert false "no" 1) ]))
  (case "mergeDefinitions" (let m = lib.mergeDefinitions [ "a" ] types.int [ { file = "/a"; value = mkForce 1; } { file = "/b"; value = 2; } ]; in { inherit (m) mergedValue isDefined optionalValue; prio = m.defsFinal'.highestPrio; files = map (d: d.file) m.defsFinal; }) { mergedValue = 1; isDefined = true; optionalValue.value = 1; prio = 50; files = [ "/a" ]; })
  (case "mergeDefinitions of nothing" (let m = lib.mergeDefinitions [ "a" ] (types.nullOr types.int) [ { file = "/a"; value = mkIf false 1; } ]; in { inherit (m) mergedValue isDefined optionalValue; }) { mergedValue = null; isDefined = false; optionalValue = { }; })
  (case "mergeAttrDefinitionsWithPrio" (lib.modules.mergeAttrDefinitionsWithPrio (declared (kit.opt (types.attrsOf types.int)) [ { a = mkForce 1; b = 2; } { a = 3; } ])) { a = { value = 1; highestPrio = 50; }; b = { value = 2; highestPrio = 100; }; })
]
