# Values of GVariant, in its text format, as dconf stores them.
{ lib }:
let
  inherit (builtins)
    all
    filter
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    ;
  inherit (lib) concatMapStringsSep concatStrings escape;
  inherit (lib.gvariant) isGVariant mkValue type;

  # type -> (value -> text without the type) -> value
  primitive = type: value: {
    _type = "gvariant";
    inherit type value;
    __toString = self: "@${self.type} ${toString self.value}";
  };
  shown =
    type: value: show:
    primitive type value // { __toString = self: show self; };
  values = self: concatMapStringsSep "," toString self.value;
  elements = map mkValue;

  integers = [
    {
      name = "mkInt32";
      type = type.int32;
      min = -2147483648;
      max = 2147483647;
    }
    {
      name = "mkUint32";
      type = type.uint32;
      min = 0;
      max = 4294967295;
    }
    {
      name = "mkInt64";
      type = type.int64;
      min = null;
      max = null;
    }
    {
      name = "mkUint64";
      type = type.uint64;
      min = 0;
      max = null;
    }
    {
      name = "mkInt16";
      type = type.int16;
      min = -32768;
      max = 32767;
    }
    {
      name = "mkUint16";
      type = type.uint16;
      min = 0;
      max = 65535;
    }
    {
      name = "mkUchar";
      type = type.uchar;
      min = 0;
      max = 255;
    }
  ];
  maybe =
    elemType: value:
    shown (type.maybeOf elemType) value (
      self: if self.value == null then "@${self.type} nothing" else "just ${toString self.value}"
    );
in
{
  type = {
    arrayOf = t: "a${t}";
    maybeOf = t: "m${t}";
    tupleOf = ts: "(${concatStrings ts})";
    dictionaryEntryOf = name: value: "{${name}${value}}";
    string = "s";
    boolean = "b";
    uchar = "y";
    int16 = "n";
    uint16 = "q";
    int32 = "i";
    uint32 = "u";
    int64 = "x";
    uint64 = "t";
    double = "d";
    variant = "v";
  };
  intConstructors = integers;
  isGVariant = v: v._type or "" == "gvariant";

  # The value that a Nix value stands for.
  mkValue =
    v:
    let
      fits = filter (c: (c.min == null || c.min <= v) && (c.max == null || v <= c.max)) integers;
    in
    if isBool v then
      lib.gvariant.mkBoolean v
    else if isFloat v then
      lib.gvariant.mkDouble v
    else if isString v then
      lib.gvariant.mkString v
    else if isList v then
      lib.gvariant.mkArray v
    else if isGVariant v then
      v
    else if isInt v then
      throw ''
        the GVariant type of the number ${toString v} is unclear: the program's schema has it
          Write one of these:
        ${concatMapStringsSep "\n" (c: "  - lib.gvariant.${c.name}, the type ${c.type}") fits}''
    else if isAttrs v then
      throw "a set is no GVariant value: a dictionary is a list of entries by lib.gvariant.mkDictionaryEntry"
    else
      throw "no GVariant type is known for a ${builtins.typeOf v}";

  mkArray =
    list:
    let
      vs = elements (
        lib.throwIf (list == [ ]) "an empty GVariant array has no type: use lib.gvariant.mkEmptyArray" list
      );
      elemType = (head vs).type;
    in
    shown (type.arrayOf (
      lib.throwIfNot (all (
        v: v.type == elemType
      ) vs) "the elements of a GVariant array have one type" elemType
    )) vs (self: "@${self.type} [${values self}]");
  mkEmptyArray = elemType: shown (type.arrayOf elemType) [ ] (self: "@${self.type} []");
  mkVariant = v: shown type.variant (mkValue v) (self: "<${toString self.value}>");
  mkDictionaryEntry =
    name: value:
    let
      key = mkValue name;
      content = mkValue value;
    in
    shown (type.dictionaryEntryOf key.type content.type) { inherit name value; } (
      self: "@${self.type} {${key},${content}}"
    );
  mkMaybe = maybe;
  mkNothing = elemType: maybe elemType null;
  mkJust =
    v:
    let
      value = mkValue v;
    in
    maybe value.type value;
  mkTuple =
    list:
    let
      vs = elements list;
    in
    shown (type.tupleOf (map (v: v.type) vs)) vs (self: "@${self.type} (${values self})");

  mkBoolean = v: shown type.boolean v (self: lib.boolToString self.value);
  mkString =
    v: shown type.string v (self: "'${lib.replaceString "\n" "\\n" (escape [ "'" "\\" ] self.value)}'");
  mkObjectpath = v: shown type.string v (self: "objectpath '${escape [ "'" ] self.value}'");
  mkUchar = primitive type.uchar;
  mkInt16 = primitive type.int16;
  mkUint16 = primitive type.uint16;
  mkInt32 = v: shown type.int32 v (self: toString self.value);
  mkUint32 = primitive type.uint32;
  mkInt64 = primitive type.int64;
  mkUint64 = primitive type.uint64;
  mkDouble = v: shown type.double v (self: toString self.value);
}
