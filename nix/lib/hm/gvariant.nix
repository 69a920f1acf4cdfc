# Values of GVariant as Home Manager writes them. lib.gvariant differs: there,
# whole numbers have to be given a type.
{ lib }:
let
  inherit (builtins)
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    ;
  inherit (lib) concatMapStringsSep escape;

  shown = type: value: show: {
    _type = "gvariant";
    inherit type value;
    __toString = show;
  };
  typed = type: value: shown type value (self: "@${self.type} ${toString self.value}");
  plain = type: value: shown type value (self: toString self.value);
  values = self: concatMapStringsSep "," toString self.value;
  typesOf = map (v: v.type);

  maybe =
    elemType: value:
    shown (type.maybeOf elemType) value (
      self: if self.value == null then "@${self.type} nothing" else "just ${toString self.value}"
    );

  type = {
    arrayOf = t: "a${t}";
    maybeOf = t: "m${t}";
    tupleOf = ts: "(${lib.concatStrings ts})";
    dictionaryEntryOf = ts: "{${lib.concatStrings ts}}";
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

  # The type of a Nix value, "" for none.
  typeOf =
    v:
    if isBool v then
      type.boolean
    else if isInt v then
      type.int32
    else if isFloat v then
      type.double
    else if isString v then
      type.string
    else if isList v then
      let
        elemType = elementTypeOf v;
      in
      if elemType == "" then "" else type.arrayOf elemType
    else if isAttrs v then
      v.type or ""
    else
      "";
  elementTypeOf = list: if list == [ ] then "" else typeOf (head list);
in
rec {
  inherit type typeOf;
  isGVariant = v: v._type or "" == "gvariant";
  # These look at a type.
  isArray = lib.hasPrefix "a";
  isDictionaryEntry = lib.hasPrefix "{";
  isMaybe = lib.hasPrefix "m";
  isTuple = lib.hasPrefix "(";

  # The value that a Nix value stands for, null for none.
  mkValue =
    v:
    if isBool v then
      mkBoolean v
    else if isInt v then
      mkInt32 v
    else if isFloat v then
      mkDouble v
    else if isString v then
      mkString v
    else if isList v then
      mkArray (if v == [ ] then type.string else elementTypeOf v) v
    else if isAttrs v && isGVariant v then
      v
    else
      null;

  mkArray =
    elemType: list:
    shown (type.arrayOf elemType) (map mkValue list) (self: "@${self.type} [${values self}]");
  mkEmptyArray = elemType: mkArray elemType [ ];
  mkVariant = v: shown type.variant (mkValue v) (self: "@${self.type} <${toString self.value}>");
  mkDictionaryEntry =
    list:
    let
      vs = map mkValue list;
    in
    shown (type.dictionaryEntryOf (typesOf vs)) vs (self: "@${self.type} {${values self}}");
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
      vs = map mkValue list;
    in
    shown (type.tupleOf (typesOf vs)) vs (self: "@${self.type} (${values self})");

  mkBoolean = v: shown type.boolean v (self: lib.boolToString self.value);
  mkString =
    v:
    shown type.string v (
      self: "'${builtins.replaceStrings [ "\n" ] [ "\\n" ] (escape [ "'" "\\" ] self.value)}'"
    );
  mkObjectpath = v: shown type.string v (self: "objectpath '${escape [ "'" ] self.value}'");
  mkUchar = typed type.uchar;
  mkInt16 = typed type.int16;
  mkUint16 = typed type.uint16;
  mkInt32 = plain type.int32;
  mkUint32 = typed type.uint32;
  mkInt64 = typed type.int64;
  mkUint64 = typed type.uint64;
  mkDouble = plain type.double;
}
