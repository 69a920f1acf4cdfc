# GVariant values, whose text programs read.
{ lib }:
let
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };
  g = lib.gvariant;
  h = lib.hm.gvariant;
  merge =
    definitions:
    (lib.evalModules {
      modules = [ { options.it = lib.mkOption { type = lib.hm.types.gvariant; }; } ] ++ map (it: { config = { inherit it; }; }) definitions;
    }).config.it;
in
[
  (case "plain values" (map (v: toString (lib.gvariant.mkValue v)) [ true "s" 1.5 [ "a" "b" ] ]) [ "true" "'s'" "1.500000" "@as ['a','b']" ])
  (throws "whole numbers have no type of their own" (toString (lib.gvariant.mkValue 1)))
  (throws "sets are no values" (toString (lib.gvariant.mkValue { a = 1; })))
  (throws "empty lists have no type" (toString (lib.gvariant.mkValue [ ])))
  (throws "elements of one type" (toString (lib.gvariant.mkArray [ "a" true ])))
  (case "whole numbers" (map toString [ (g.mkUchar 1) (g.mkInt16 2) (g.mkUint16 3) (g.mkInt32 4) (g.mkUint32 5) (g.mkInt64 6) (g.mkUint64 7) ]) [ "@y 1" "@n 2" "@q 3" "4" "@u 5" "@x 6" "@t 7" ])
  (case "strings are escaped" (toString (g.mkString "it's \\ a\nline")) "'it\\'s \\\\ a\\nline'")
  (case "object paths" (toString (g.mkObjectpath "/org/foo")) "objectpath '/org/foo'")
  (case "variants" (toString (g.mkVariant "x")) "<'x'>")
  (case "tuples" (toString (g.mkTuple [ "x" (g.mkInt32 1) ])) "@(si) ('x',1)")
  (case "maybe" (map toString [ (g.mkNothing "s") (g.mkJust "x") ]) [ "@ms nothing" "just 'x'" ])
  (case "dictionaries" (toString (g.mkDictionaryEntry "k" (g.mkVariant true))) "@{sv} {'k',<true>}")
  (case "arrays" (map toString [ (g.mkEmptyArray "s") (g.mkArray [ [ "a" ] [ "b" ] ]) (g.mkArray [ (g.mkDictionaryEntry "k" "v") ]) ]) [ "@as []" "@aas [@as ['a'],@as ['b']]" "@a{ss} [@{ss} {'k','v'}]" ])
  (case "types" [ (g.type.arrayOf g.type.string) (g.type.tupleOf [ "s" "i" ]) (g.mkUint32 1).type (g.isGVariant (g.mkUint32 1)) (g.isGVariant { }) ] [ "as" "(si)" "u" true false ])

  (case "Home Manager's whole numbers" (map (v: toString (h.mkValue v)) [ 1 [ 1 2 ] [ ] ]) [ "1" "@ai [1,2]" "@as []" ])
  (case "Home Manager's values of no type" (h.mkValue { a = 1; }) null)
  (case "Home Manager's arrays" (map toString [ (h.mkArray "s" [ "a" ]) (h.mkEmptyArray "(ss)") ]) [ "@as ['a']" "@a(ss) []" ])
  (case "Home Manager's variants, tuples, entries" (map toString [ (h.mkVariant 1) (h.mkTuple [ "x" 1 ]) (h.mkDictionaryEntry [ "k" true ]) (h.mkJust "x") (h.mkNothing "s") ]) [ "@v <1>" "@(si) ('x',1)" "@{sb} {'k',true}" "just 'x'" "@ms nothing" ])
  (case "Home Manager's types" [ (map h.typeOf [ true 1 1.5 "s" [ "a" ] [ ] (h.mkUint32 1) { } ]) (map (f: f "as") [ h.isArray h.isTuple h.isMaybe h.isDictionaryEntry ]) ] [ [ "b" "i" "d" "s" "as" "" "u" "" ] [ true false false false ] ])
  (case "Home Manager's option type" [ (toString (merge [ 3 ])) (toString (merge [ [ "b" ] [ "a" ] ])) (toString (merge [ (h.mkUint32 1) ])) (toString (merge [ "x" ])) ] [ "3" "@as ['a','b']" "@u 1" "x" ])
  (throws "Home Manager's option type of two types" (merge [ 1 "a" ]))
  (throws "Home Manager's option type of a set" (merge [ { a = 1; } ]))
  (throws "Home Manager's tuples merge with nothing" (merge [ (h.mkTuple [ 1 ]) (h.mkTuple [ 1 ]) ]))
]
