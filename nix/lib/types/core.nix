# What a type is, and the types that hold one plain value.
{ lib }:
let
  inherit (builtins)
    all concatStringsSep elem head isAttrs isFloat isInt isString length match stringLength substring
    ;
  inherit (lib) mergeEqualOption mergeOneOption mkOptionType;

  plain =
    name: description: check:
    mkOptionType {
      inherit name description check;
      descriptionClass = "noun";
      merge = mergeEqualOption;
      constant = _: true;
    };
in
{
  # `constant v`: merging one definition of value v neither looks at the
  # option's name nor at nested definitions, so that the merged default of a
  # declaration may be shared by every instance of a submodule.
  mkOptionType =
    {
      name,
      description ? name,
      descriptionClass ? null,
      check ? _: true,
      merge ? lib.mergeDefaultOption,
      emptyValue ? { },
      getSubOptions ? _: { },
      getSubModules ? null,
      substSubModules ? _: null,
      functor ? lib.types.defaultFunctor name,
      typeMerge ? lib.types.defaultTypeMerge functor,
      deprecationMessage ? null,
      nestedTypes ? { },
      constant ? _: false,
    }:
    {
      _type = "option-type";
      inherit
        name description descriptionClass check merge emptyValue getSubOptions getSubModules substSubModules
        typeMerge functor deprecationMessage nestedTypes constant
        ;
    };

  isOptionType = lib.isType "option-type";
  inherit (lib) isType setType;
  # Parentheses where a description of the given class would be read wrongly.
  optionDescriptionPhrase =
    unparenthesized: t:
    let
      class = t.descriptionClass or null;
    in
    if class == null || unparenthesized class then t.description else "(${t.description})";

  # The same shape as in nixpkgs, so that types of both libraries can meet.
  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    wrapped = null;
    payload = null;
    binOp = _: _: null;
  };
  defaultTypeMerge =
    f: f':
    let
      wrapped = f.wrapped.typeMerge f'.wrapped.functor;
      payload = f.binOp f.payload f'.payload;
    in
    if f.name != f'.name then
      null
    else if f.wrapped != null && f'.wrapped != null then
      (if wrapped == null then null else f.type wrapped)
    else if f.payload != null && f'.payload != null then
      (if payload == null then null else f.type payload)
    else
      f.type;

  unspecified = mkOptionType {
    name = "unspecified";
    descriptionClass = "noun";
    description = "unspecified value";
  };
  raw = mkOptionType {
    name = "raw";
    descriptionClass = "noun";
    description = "raw value";
    merge = mergeOneOption;
    constant = _: true;
  };
  bool = plain "bool" "boolean" builtins.isBool;
  boolByOr = mkOptionType {
    name = "boolByOr";
    descriptionClass = "noun";
    description = "boolean (merged using or)";
    check = builtins.isBool;
    merge = _: defs: builtins.any (d: d.value) defs;
  };
  int = plain "int" "signed integer" isInt;
  float = plain "float" "floating point number" isFloat;
  number = lib.types.either lib.types.int lib.types.float;
  str = plain "str" "string" isString;
  nonEmptyStr = plain "nonEmptyStr" "non-empty string" (
    s: isString s && match "[ \t\n]*" s == null
  );
  singleLineStr = mkOptionType {
    name = "singleLineStr";
    descriptionClass = "noun";
    description = "(optionally newline-terminated) single-line string";
    check = s: isString s && match "[^\n\r]*\n?" s != null;
    merge = loc: defs: lib.removeSuffix "\n" (mergeEqualOption loc defs);
    constant = _: true;
  };
  strMatching =
    pattern: plain "strMatching ${lib.strings.escapeNixString pattern}" "string matching the pattern ${pattern}" (
      s: isString s && match pattern s != null
    );
  separatedString =
    sep:
    mkOptionType {
      name = "separatedString";
    descriptionClass = "noun";
      description =
        if sep == "" then "Concatenated string" else "strings concatenated with ${lib.strings.escapeNixString sep}";
      check = isString;
      merge = _: defs: concatStringsSep sep (lib.getValues defs);
      constant = _: true;
      functor = lib.types.defaultFunctor "separatedString" // {
        type = lib.types.separatedString;
        payload = sep;
        binOp = a: b: if a == b then a else null;
      };
    };
  lines = lib.types.separatedString "\n";
  commas = lib.types.separatedString ",";
  envVar = lib.types.separatedString ":";

  enum =
    values:
    mkOptionType {
      name = "enum";
      description =
        if values == [ ] then
          "impossible (empty enum)"
        else if length values == 1 then
          "value ${lib.modules.messages.show (head values)} (singular enum)"
        else
          "one of ${lib.concatMapStringsSep ", " lib.modules.messages.show values}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = v: elem v values;
      merge = mergeEqualOption;
      constant = _: true;
      functor = lib.types.defaultFunctor "enum" // {
        type = lib.types.enum;
        payload = values;
        binOp = a: b: lib.unique (a ++ b);
      };
    };

  path = mkOptionType {
    name = "path";
    descriptionClass = "noun";
    description = "absolute path";
    check = v: lib.isStringLike v && substring 0 1 (toString v) == "/";
    merge = mergeEqualOption;
    constant = _: true;
  };
  pathInStore = mkOptionType {
    name = "pathInStore";
    descriptionClass = "noun";
    description = "path in the Nix store";
    check = v: lib.isStringLike v && match "${lib.escapeRegex builtins.storeDir}/[^.].*" (toString v) != null;
    merge = mergeEqualOption;
    constant = _: true;
  };
  package = mkOptionType {
    name = "package";
    descriptionClass = "noun";
    description = "package";
    check = v: lib.isDerivation v || lib.isStorePath v;
    merge =
      loc: defs:
      let
        v = mergeOneOption loc defs;
      in
      if lib.isDerivation v then
        v
      else if builtins.isPath v || !(builtins.hasContext (toString v)) then
        lib.toDerivation v
      else
        {
          type = "derivation";
          name = substring 33 (-1) (baseNameOf (builtins.unsafeDiscardStringContext (toString v)));
          outPath = toString v;
          outputs = [ "out" ];
          outputName = "out";
        };
  };
  shellPackage = lib.types.package // {
    check = v: lib.isDerivation v && v ? shellPath;
  };
  attrs = mkOptionType {
    name = "attrs";
    descriptionClass = "noun";
    description = "attribute set";
    check = isAttrs;
    merge = _: builtins.foldl' (acc: d: acc // d.value) { };
    emptyValue.value = { };
    constant = v: v == { };
  };
  optionType = mkOptionType {
    name = "optionType";
    descriptionClass = "noun";
    description = "optionType";
    check = v: v._type or null == "option-type";
    merge =
      loc: defs:
      builtins.foldl' (
        a: b:
        let
          merged = a.typeMerge b.functor;
        in
        if merged == null then throw (lib.modules.messages.conflict loc defs) else merged
      ) (head defs).value (lib.getValues (builtins.tail defs));
  };

  # Merges by the values themselves: sets deeply, everything else by equality.
  anything = mkOptionType {
    name = "anything";
    descriptionClass = "noun";
    description = "anything";
    constant = v: !(isAttrs v) || v == { } || lib.isDerivation v;
    merge =
      loc: defs:
      let
        first = (head defs).value;
        kind = v: if isAttrs v && lib.isStringLike v then "stringCoercibleSet" else builtins.typeOf v;
        kinds = lib.unique (map (d: kind d.value) defs);
        same = lib.elemAt kinds 0;
      in
      if length kinds > 1 then
        lib.mergeEqualOption loc defs
      else if same == "set" then
        (lib.types.lazyAttrsOf lib.types.anything).merge loc defs
      else if same == "list" && length defs == 1 then
        first
      else if same == "lambda" then
        if length defs == 1 then first else x: lib.types.anything.merge (loc ++ [ "<function body>" ]) (map (d: d // { value = d.value x; }) defs)
      else
        lib.mergeEqualOption loc defs;
  };

  uniq = lib.types.unique { message = ""; };
  unique =
    { message }:
    type:
    mkOptionType {
      name = "unique";
      inherit (type) description check emptyValue getSubOptions getSubModules;
      merge = lib.mergeUniqueOption {
        inherit message;
        inherit (type) merge;
      };
      substSubModules = m: lib.types.uniq (type.substSubModules m);
      functor = lib.types.defaultFunctor "unique" // {
        type = lib.types.unique { inherit message; };
        wrapped = type;
      };
      nestedTypes.elemType = type;
    };

  addCheck = type: check: type // {
    check = v: type.check v && check v;
    substSubModules = m: lib.types.addCheck (type.substSubModules m) check;
  };
  nonEmptyListOf =
    type: lib.types.addCheck (lib.types.listOf type) (l: l != [ ]) // {
      description = "non-empty ${(lib.types.listOf type).description}";
      emptyValue = { };
    };

  ints =
    let
      between =
        low: high:
        assert low <= high;
        lib.types.addCheck lib.types.int (x: x >= low && x <= high)
        // {
          name = "intBetween";
          description = "integer between ${toString low} and ${toString high} (both inclusive)";
        };
      sized =
        bits: signed:
        let
          pow = n: if n == 0 then 1 else 2 * pow (n - 1);
          range = pow (if signed then bits - 1 else bits);
        in
        between (if signed then -range else 0) (range - 1)
        // {
          name = "${if signed then "" else "un"}signedInt${toString bits}";
          description = "${toString bits} bit ${if signed then "" else "un"}signed integer; ${
            (between (if signed then -range else 0) (range - 1)).description
          }";
        };
    in
    {
      inherit between;
      unsigned = lib.types.addCheck lib.types.int (x: x >= 0) // {
        name = "unsignedInt";
        descriptionClass = "nonRestrictiveClause";
        description = "unsigned integer, meaning >=0";
      };
      positive = lib.types.addCheck lib.types.int (x: x > 0) // {
        name = "positiveInt";
        descriptionClass = "nonRestrictiveClause";
        description = "positive integer, meaning >0";
      };
      u8 = sized 8 false;
      u16 = sized 16 false;
      u32 = sized 32 false;
      s8 = sized 8 true;
      s16 = sized 16 true;
      s32 = sized 32 true;
    };
  port = lib.types.ints.u16;
  numbers =
    let
      with' = name: description: check: lib.types.addCheck lib.types.number check // { inherit name description; };
    in
    {
      between =
        low: high:
        with' "numberBetween" "integer or floating point number between ${toString low} and ${toString high} (both inclusive)" (
          x: x >= low && x <= high
        );
      nonnegative = with' "numberNonnegative" "nonnegative integer or floating point number, meaning >=0" (x: x >= 0);
      positive = with' "numberPositive" "positive integer or floating point number, meaning >0" (x: x > 0);
    };
}
