# Types of an option that is declared several times.
{ lib, kit }:
let
  inherit (lib) types;
  inherit (kit) case fails opt throws;
  inherit (types) int str;
  merged =
    a: b:
    let
      m = types.mergeTypes a b;
    in
    if m._type == "merge-error" then null else m.description;
  sub = options: types.submodule { inherit options; };
  with' = args: types.submoduleWith ({ modules = [ ]; } // args);
in
[
  (case "the same plain type" (map (t: merged t t) [ int str types.bool types.path types.package types.anything types.raw types.attrs ]) [ "signed integer" "string" "boolean" "absolute path" "package" "anything" "raw value" "attribute set" ])
  (case "other plain types" [ (merged int str) (merged str types.lines) (merged types.attrs (types.attrsOf int)) ] [ null null null ])
  (case "enum" (merged (types.enum [ 1 2 ]) (types.enum [ 2 3 ])) "one of 1, 2, 3")
  (case "separatedString" [ (merged types.lines types.lines) (merged types.lines types.commas) ] [ types.lines.description null ])
  (case "strMatching" [ (merged (types.strMatching "a") (types.strMatching "a")) (merged (types.strMatching "a") (types.strMatching "b")) ] [ "string matching the pattern a" null ])
  (case "pathWith" [ (merged types.path types.path) (merged types.path types.pathInStore) ] [ "absolute path" null ])
  (case "listOf" [ (merged (types.listOf int) (types.listOf int)) (merged (types.listOf int) (types.listOf str)) ] [ "list of signed integer" null ])
  (case "attrsOf" [ (merged (types.attrsOf int) (types.attrsOf int)) (merged (types.attrsOf int) (types.attrsOf str)) ] [ "attribute set of signed integer" null ])
  (case "attrsOf and lazyAttrsOf" (merged (types.attrsOf int) (types.lazyAttrsOf int)) null)
  (case "attrsOf and attrsWith" (merged (types.attrsOf int) (types.attrsWith { elemType = int; placeholder = "x"; })) "attribute set of signed integer")
  (case "placeholders" ((types.mergeTypes (types.attrsOf (sub { a = opt int; })) (types.attrsWith { elemType = sub { }; placeholder = "x"; })).getSubOptions [ ]).a.loc [ "<x>" "a" ])
  (case "other placeholders" (merged (types.attrsWith { elemType = int; placeholder = "y"; }) (types.attrsWith { elemType = int; placeholder = "x"; })) null)
  (case "nullOr" [ (merged (types.nullOr (types.enum [ 1 ])) (types.nullOr (types.enum [ 2 ]))) (merged (types.nullOr int) int) ] [ "null or one of 1, 2" null ])
  (case "either" [ (merged (types.either int str) (types.either int str)) (merged (types.either int str) (types.either str int)) ] [ "signed integer or string" null ])
  (case "oneOf with enums" (merged (types.oneOf [ int (types.enum [ "a" ]) ]) (types.oneOf [ int (types.enum [ "b" ]) ])) "signed integer or one of \"a\", \"b\"")
  (case "coercedTo" (merged (types.coercedTo int toString str) (types.coercedTo int toString str)) null)
  (case "functionTo" [ (merged (types.functionTo int) (types.functionTo int)) (merged (types.functionTo int) (types.functionTo str)) ] [ "function that evaluates to a(n) signed integer" null ])
  (case "uniq" [ (merged (types.uniq int) (types.uniq int)) (merged (types.uniq int) (types.uniq str)) ] [ "signed integer" null ])
  (case "attrListOf" (merged (types.attrListOf int) (types.attrListOf int)) null)
  (case "deferredModule" (merged types.deferredModule types.deferredModule) "module")
  (case "attrTag" (merged (types.attrTag { a = opt int; }) (types.attrTag { b = opt str; })) "attribute-tagged union with choices: a, b")
  (case "attrTag with one tag in both" ((types.mergeTypes (types.attrTag { a = opt (types.enum [ 1 ]); }) (types.attrTag { a = opt (types.enum [ 2 ]); })).check { a = 2; }) true)
  (case "submodule" (builtins.attrNames ((types.mergeTypes (sub { a = opt int; }) (sub { b = opt int; })).getSubOptions [ ])) [ "_module" "a" "b" ])
  (case "submodule and int" (merged (sub { }) int) null)
  (case "submoduleWith, classes" (map (p: (types.mergeTypes (with' { class = lib.elemAt p 0; }) (with' { class = lib.elemAt p 1; })).functor.payload.class) [ [ "c" null ] [ null "c" ] [ "c" "c" ] ]) [ "c" "c" "c" ])
  (throws "submoduleWith, other classes" (types.mergeTypes (with' { class = "c"; }) (with' { class = "d"; })).functor.payload.class)
  (case "submoduleWith, special arguments" (types.mergeTypes (with' { specialArgs.a = 1; }) (with' { specialArgs.b = 2; })).functor.payload.specialArgs { a = 1; b = 2; })
  (throws "submoduleWith, the same special argument" (types.mergeTypes (with' { specialArgs.a = 1; }) (with' { specialArgs.a = 1; })).functor.payload.specialArgs)
  (case "submoduleWith, descriptions" ((types.mergeTypes (with' { description = "d"; }) (with' { })).description) "d")
  (throws "submoduleWith, other descriptions" (types.mergeTypes (with' { description = "d"; }) (with' { description = "e"; })).description)
  (throws "submoduleWith, shorthand and not" (types.mergeTypes (with' { shorthandOnlyDefinesConfig = true; }) (with' { })).functor.payload.shorthandOnlyDefinesConfig)
  (case "submoduleWith, shorthand left open" (types.mergeTypes (with' { shorthandOnlyDefinesConfig = true; }) (with' { shorthandOnlyDefinesConfig = null; })).functor.payload.shorthandOnlyDefinesConfig true)
  (case "mergeTypes' error" (types.mergeTypes int str) { _type = "merge-error"; error = "Cannot merge types"; })
  (case "typeMerge of a plain type" (int.typeMerge int.functor).name "int")
  (case "typeMerge of other types" (int.typeMerge str.functor) null)
  (case "defaultTypeMerge" (lib.defaultTypeMerge (lib.defaultFunctor "int") (lib.defaultFunctor "int")).name "int")
  (case "defaultFunctor" (removeAttrs (lib.defaultFunctor "int") [ "type" "binOp" ]) { name = "int"; payload = null; })
  (case "functor of attrsOf" (let f = (types.attrsOf int).functor; in [ f.name f.payload.elemType.name f.payload.lazy f.payload.placeholder ]) [ "attrsWith" "int" false "name" ])
  (case "functor of enum" (types.enum [ 1 ]).functor.payload { values = [ 1 ]; })
  (case "nestedTypes" [ (types.listOf int).nestedTypes.elemType.name (types.nullOr int).nestedTypes.elemType.name (types.either int str).nestedTypes.right.name (types.coercedTo int toString str).nestedTypes.finalType.name ] [ "int" "int" "str" "str" ])
  (case "emptyValue" (map (t: t.emptyValue) [ int (types.listOf int) (types.attrsOf int) (types.nullOr int) types.attrs (types.uniq (types.listOf int)) (types.nonEmptyListOf int) ]) [ { } { value = [ ]; } { value = { }; } { value = null; } { value = { }; } { value = [ ]; } { } ])
]
