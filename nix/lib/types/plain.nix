# Types that hold one plain value.
{ lib, internals }:
let
  inherit (builtins)
    all
    concatStringsSep
    elem
    head
    isAttrs
    isFloat
    isInt
    isString
    length
    match
    stringLength
    substring
    toJSON
    ;
  inherit (lib)
    mergeEqualOption
    mergeOneOption
    mkOptionType
    types
    ;
  inherit (types) addCheck;
  inherit (internals)
    always
    constantMerge
    samePayload
    nounPhrase
    ;

  noun =
    name: description: check: merge:
    mkOptionType {
      inherit
        name
        description
        check
        merge
        ;
      descriptionClass = "noun";
    };
  equal = always mergeEqualOption;
  plain =
    name: description: check:
    noun name description check equal;
in
{
  unspecified = noun "unspecified" "unspecified value" (_: true) lib.mergeDefaultOption;
  raw = noun "raw" "raw value" (_: true) (always mergeOneOption);
  bool = plain "bool" "boolean" builtins.isBool;
  boolByOr = noun "boolByOr" "boolean (merged using or)" builtins.isBool (
    always (_: lib.any (d: d.value))
  );
  int = plain "int" "signed integer" isInt;
  float = plain "float" "floating point number" isFloat;
  number = types.either types.int types.float;
  str = plain "str" "string" isString;
  nonEmptyStr = plain "nonEmptyStr" "non-empty string" (s: isString s && match "[ \t\n]*" s == null);
  singleLineStr = noun "singleLineStr" "(optionally newline-terminated) single-line string" (
    s: isString s && match "[^\n\r]*\n?" s != null
  ) (always (loc: defs: lib.removeSuffix "\n" (mergeEqualOption loc defs)));
  strMatching =
    pattern:
    mkOptionType {
      name = "strMatching ${lib.strings.escapeNixString pattern}";
      description = "string matching the pattern ${pattern}";
      descriptionClass = "noun";
      check = s: isString s && match pattern s != null;
      merge = equal;
      functor = types.defaultFunctor "strMatching" // {
        type = p: types.strMatching p.pattern;
        payload = { inherit pattern; };
        binOp = samePayload;
      };
    };
  separatedString =
    sep:
    mkOptionType {
      name = "separatedString";
      description = "strings concatenated with ${toJSON sep}";
      descriptionClass = "noun";
      check = isString;
      merge = always (_: defs: concatStringsSep sep (lib.getValues defs));
      functor = types.defaultFunctor "separatedString" // {
        type = p: types.separatedString p.sep;
        payload = { inherit sep; };
        binOp = samePayload;
      };
    };
  lines = types.separatedString "\n";
  commas = types.separatedString ",";
  envVar = types.separatedString ":";
  passwdEntry =
    type:
    addCheck type (s: !(lib.hasInfix ":" s || lib.hasInfix "\n" s))
    // {
      name = "passwdEntry ${type.name}";
      description = "${nounPhrase type}, not containing newlines or colons";
      descriptionClass = "nonRestrictiveClause";
    };

  enum =
    values:
    let
      show =
        v:
        if isString v then
          "\"${v}\""
        else if isInt v then
          toString v
        else if builtins.isBool v then
          lib.boolToString v
        else
          "<${builtins.typeOf v}>";
    in
    mkOptionType {
      name = "enum";
      # Modules extend an empty or small enum of another one.
      description =
        if values == [ ] then
          "impossible (empty enum)"
        else if length values == 1 then
          "value ${show (head values)} (singular enum)"
        else
          "one of ${lib.concatMapStringsSep ", " show values}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = v: elem v values;
      merge = equal;
      functor = types.defaultFunctor "enum" // {
        type = p: types.enum p.values;
        payload = { inherit values; };
        binOp = a: b: { values = lib.unique (a.values ++ b.values); };
      };
    };

  path = types.pathWith { absolute = true; };
  pathInStore = types.pathWith { inStore = true; };
  externalPath = types.pathWith {
    absolute = true;
    inStore = false;
  };
  pathWith =
    {
      inStore ? null,
      absolute ? null,
    }:
    let
      # A place in the store, not the store: /nix/store/HASH-NAME or below.
      isInStore =
        s:
        let
          # As a path has it: without `.', `..' and doubled slashes.
          normal =
            if builtins.isPath s then toString s else toString (/. + builtins.unsafeDiscardStringContext s);
        in
        match "${lib.escapeRegex builtins.storeDir}/[^/]{32}-[^/]+(/.*)?|/[0-9a-z]{52}(/.*)?" normal
        != null;
      # A path, other than a string, would be copied into the store.
      rightKind = if inStore == null || inStore then lib.isStringLike else isString;
    in
    lib.throwIf (inStore == true && absolute == false)
      "In pathWith, inStore means the path must be absolute"
      (mkOptionType {
        name = "path";
        description =
          (
            if absolute == null then
              ""
            else if absolute then
              "absolute "
            else
              "relative "
          )
          + "path"
          + (
            if inStore == null then
              ""
            else if inStore then
              " in the Nix store"
            else
              " not in the Nix store"
          );
        descriptionClass = "noun";
        check =
          v:
          rightKind v
          && (inStore == null || inStore == isInStore v)
          && (absolute == null || absolute == (substring 0 1 (toString v) == "/"));
        merge = equal;
        functor = types.defaultFunctor "path" // {
          type = types.pathWith;
          payload = { inherit inStore absolute; };
          binOp = samePayload;
        };
      });

  package = noun "package" "package" (v: lib.isDerivation v || lib.isStorePath v) (
    loc: defs:
    let
      v = mergeOneOption loc defs;
    in
    if builtins.isPath v || (isString v && !(builtins.hasContext v)) then lib.toDerivation v else v
  );
  shellPackage = types.package // {
    check = v: lib.isDerivation v && v ? shellPath;
  };
  pkgs = addCheck (
    types.unique {
      message = "A Nixpkgs pkgs set can not be merged with another pkgs set.";
    } types.attrs
    // {
      name = "pkgs";
      descriptionClass = "noun";
      description = "Nixpkgs package set";
    }
  ) (v: v._type or null == "pkgs");
  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = constantMerge (v: v == { }) (_: builtins.foldl' (acc: d: acc // d.value) { });
    emptyValue.value = { };
  };
  luaInline = plain "luaInline" "inline lua" (v: v._type or null == "lua-inline");

  optionDeclaration = mkOptionType {
    name = "optionDeclaration";
    description = "option declaration";
    descriptionClass = "noun";
    check = v: lib.isOption v && !(v ? value);
  };
  # Several types become one as the types of an option declared several times.
  optionType = noun "optionType" "optionType" (v: v._type or null == "option-type") (
    loc: defs:
    if length defs == 1 then
      (head defs).value
    else
      (lib.modules.fixupOptionType loc (
        lib.modules.mergeOptionDecls loc (
          map (d: {
            _file = d.file;
            pos = d.pos or null;
            options = lib.mkOption { type = d.value; };
          }) defs
        )
      )).type
  );

  # Merges by the values themselves: sets deeply, everything else by equality.
  anything = noun "anything" "anything" (_: true) (
    constantMerge (v: !(isAttrs v || lib.isFunction v) || v == { } || lib.isDerivation v) (
      loc: defs:
      let
        first = kind (head defs).value;
        kind = v: if isAttrs v && lib.isStringLike v then "package" else builtins.typeOf v;
      in
      if !(all (d: kind d.value == first) defs) then
        throw (lib.modules.messages.differentTypes loc defs)
      else if first == "set" then
        (types.attrsOf types.anything).merge loc defs
      else if first == "package" then
        mergeOneOption loc defs
      else if first == "lambda" then
        arg:
        types.anything.merge (loc ++ [ "<function body>" ]) (map (d: d // { value = d.value arg; }) defs)
      else
        mergeEqualOption loc defs
    )
  );

  ints =
    let
      range = low: high: "${toString low} and ${toString high} (both inclusive)";
      between =
        low: high:
        assert lib.assertMsg (low <= high) "ints.between: lowest must be smaller than highest";
        addCheck types.int (x: x >= low && x <= high)
        // {
          name = "intBetween";
          description = "integer between ${range low high}";
        };
      sized =
        bits: values: signed:
        let
          low = if signed then 0 - values / 2 else 0;
          high = (if signed then values / 2 else values) - 1;
          prefix = lib.optionalString (!signed) "un";
        in
        between low high
        // {
          name = "${prefix}signedInt${toString bits}";
          description = "${toString bits} bit ${prefix}signed integer; between ${range low high}";
        };
      clause =
        name: description: check:
        addCheck types.int check
        // {
          inherit name description;
          descriptionClass = "nonRestrictiveClause";
        };
    in
    {
      inherit between;
      unsigned = clause "unsignedInt" "unsigned integer, meaning >=0" (x: x >= 0);
      positive = clause "positiveInt" "positive integer, meaning >0" (x: x > 0);
      u8 = sized 8 256 false;
      u16 = sized 16 65536 false;
      u32 = sized 32 4294967296 false;
      s8 = sized 8 256 true;
      s16 = sized 16 65536 true;
      s32 = sized 32 4294967296 true;
    };
  port = types.ints.u16;
  numbers =
    let
      clause =
        name: description: check:
        addCheck types.number check
        // {
          inherit name description;
          descriptionClass = "nonRestrictiveClause";
        };
    in
    {
      between =
        low: high:
        assert lib.assertMsg (low <= high) "numbers.between: lowest must be smaller than highest";
        addCheck types.number (x: x >= low && x <= high)
        // {
          name = "numberBetween";
          description = "integer or floating point number between ${toJSON low} and ${toJSON high} (both inclusive)";
        };
      nonnegative =
        clause "numberNonnegative" "nonnegative integer or floating point number, meaning >=0"
          (x: x >= 0);
      positive = clause "numberPositive" "positive integer or floating point number, meaning >0" (
        x: x > 0
      );
    };
}
