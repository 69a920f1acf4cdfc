# What a type is, and how types of the same kind become one.
{ lib }:
let
  inherit (lib.modules) headError messages;
in
rec {
  mkOptionType =
    {
      name,
      description ? null,
      descriptionClass ? null,
      check ? _: true,
      merge ? lib.mergeDefaultOption,
      emptyValue ? { },
      getSubOptions ? _: { },
      getSubModules ? null,
      substSubModules ? _: null,
      functor ? defaultFunctor name,
      typeMerge ? defaultTypeMerge functor,
      deprecationMessage ? null,
      nestedTypes ? { },
    }:
    {
      _type = "option-type";
      inherit
        name
        descriptionClass
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        typeMerge
        functor
        deprecationMessage
        nestedTypes
        ;
      description = if description == null then name else description;
    };

  # A merge function that says of which values one definition merges to the
  # same everywhere (it looks neither at the option's name nor at nested
  # definitions), so that the merged default of a declaration may be shared by
  # every instance of a submodule.
  constantMerge = constant: merge: {
    inherit constant;
    __functor = _: merge;
  };
  always = constantMerge (_: true);

  # A type with parts: its check and its merge belong together, and `meta`
  # (loc -> definitions -> set) says something about the parts.
  mkComposite =
    {
      check,
      merge,
      meta ? _: _: { },
      constant ? _: false,
      ...
    }@type:
    mkOptionType (
      removeAttrs type [
        "meta"
        "constant"
      ]
      // {
        check = {
          __functor = _: check;
          isV2MergeCoherent = true;
        };
        merge = {
          inherit constant;
          __functor = _: merge;
          v2 =
            { loc, defs }:
            {
              headError = headError check loc defs;
              value = merge loc defs;
              valueMeta = meta loc defs;
            };
        };
      }
    );

  isOptionType = lib.isType "option-type";
  inherit (lib) isType setType;
  # Parentheses where a description of the given class would be read wrongly.
  optionDescriptionPhrase =
    unparenthesized: t:
    if unparenthesized (t.descriptionClass or null) then t.description else "(${t.description})";
  # The phrases of types that are part of another one's description.
  nounPhrase = optionDescriptionPhrase (c: c == "noun");
  ofPhrase = optionDescriptionPhrase (c: c == "noun" || c == "composite");
  orPhrase = optionDescriptionPhrase (c: c == "noun" || c == "conjunction");
  lastPhrase = optionDescriptionPhrase (c: c == "noun" || c == "conjunction" || c == "composite");

  # The same shape as in nixpkgs, so that types of both libraries can meet.
  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    payload = null;
    binOp = _: _: null;
  };
  elemTypeFunctor = name: payload: {
    inherit name payload;
    type = lib.types.${name};
    binOp =
      a: b:
      let
        merged = a.elemType.typeMerge b.elemType.functor;
      in
      if merged == null then null else { elemType = merged; };
  };
  # Equal payloads merge, others do not.
  samePayload = a: b: if a == b then a else null;
  defaultTypeMerge =
    f: f':
    let
      payload = f.binOp f.payload f'.payload;
    in
    if f.name != f'.name then
      null
    else if f.payload == null then
      (if f'.payload == null then f.type else null)
    else if f'.payload == null || payload == null then
      null
    else
      f.type payload;
  mergeTypes =
    a: b:
    assert isOptionType a && isOptionType b;
    let
      merged = a.typeMerge b.functor;
    in
    if merged == null then lib.setType "merge-error" { error = "Cannot merge types"; } else merged;

  addCheck =
    type: check:
    type
    // (
      if type.merge ? v2 then
        {
          check = {
            __functor = _: v: type.check v && check v;
            isV2MergeCoherent = true;
          };
          merge = type.merge // {
            v2 =
              { loc, defs }:
              let
                r =
                  if type.check ? isV2MergeCoherent then
                    type.merge.v2 { inherit loc defs; }
                  else
                    throw (messages.incoherentCheck loc type);
              in
              r // { headError = if r.headError != null then r.headError else headError check loc defs; };
          };
        }
      else
        { check = v: type.check v && check v; }
    );
}
