# Types that take values of more than one type, or of one under a condition.
{ lib, internals }:
let
  inherit (builtins)
    all
    attrNames
    elemAt
    filter
    head
    isAttrs
    length
    mapAttrs
    tail
    ;
  inherit (lib) mkOptionType showOption types;
  inherit (lib.modules) checkAndMerge messages;
  inherit (internals)
    elemTypeFunctor
    lastPhrase
    mkComposite
    nounPhrase
    orPhrase
    ;
  constantOf = type: type.merge.constant or (_: false);
in
{
  uniq = types.unique { message = ""; };
  unique =
    { message }:
    type:
    mkOptionType {
      name = "unique";
      inherit (type)
        description
        descriptionClass
        check
        emptyValue
        getSubOptions
        getSubModules
        ;
      merge = lib.mergeUniqueOption {
        inherit message;
        inherit (type) merge;
      };
      substSubModules = m: types.uniq (type.substSubModules m);
      functor = elemTypeFunctor "unique" { elemType = type; } // {
        type = p: types.unique { inherit message; } p.elemType;
      };
      nestedTypes.elemType = type;
    };

  nullOr =
    elemType:
    mkOptionType {
      name = "nullOr";
      description = "null or ${orPhrase elemType}";
      descriptionClass = "conjunction";
      check = v: v == null || elemType.check v;
      merge = internals.constantMerge (v: v == null || constantOf elemType v) (
        loc: defs:
        let
          nulls = filter (d: d.value == null) defs;
        in
        if nulls == [ ] then
          elemType.merge loc defs
        else if length nulls == length defs then
          null
        else
          throw (messages.nullAndNot loc defs)
      );
      emptyValue.value = null;
      inherit (elemType) getSubOptions getSubModules;
      substSubModules = m: types.nullOr (elemType.substSubModules m);
      functor = elemTypeFunctor "nullOr" { inherit elemType; } // {
        type = p: types.nullOr p.elemType;
      };
      nestedTypes.elemType = elemType;
    };

  either =
    a: b:
    let
      fits = t: all (d: t.check d.value);
      # Where this is a freeform type nothing has checked the definition yet.
      mixed =
        loc: defs:
        if length defs == 1 then
          lib.warn (messages.neither loc [ a b ] defs) (head defs).value
        else
          throw (messages.neither loc [ a b ] defs);
    in
    mkComposite {
      name = "either";
      # A clause between commas needs one behind it.
      description =
        if a.descriptionClass or null == "nonRestrictiveClause" then
          "${a.description}, or ${orPhrase b}"
        else
          "${orPhrase a} or ${lastPhrase b}";
      descriptionClass = "conjunction";
      check = v: a.check v || b.check v;
      merge =
        loc: defs:
        if fits a defs then
          a.merge loc defs
        else if fits b defs then
          b.merge loc defs
        else
          mixed loc defs;
      meta =
        loc: defs:
        if fits a defs then
          removeAttrs (checkAndMerge loc a defs).valueMeta [ "_internal" ]
        else if fits b defs then
          removeAttrs (checkAndMerge loc b defs).valueMeta [ "_internal" ]
        else
          { headError.message = messages.neither loc [ a b ] defs; };
      constant = v: if a.check v then constantOf a v else b.check v && constantOf b v;
      typeMerge =
        f:
        let
          a' = a.typeMerge (head f.payload.elemType).functor;
          b' = b.typeMerge (elemAt f.payload.elemType 1).functor;
        in
        if f.name == "either" && a' != null && b' != null then types.either a' b' else null;
      functor = elemTypeFunctor "either" {
        elemType = [
          a
          b
        ];
      };
      nestedTypes = {
        left = a;
        right = b;
      };
    };
  oneOf =
    ts:
    if ts == [ ] then
      throw "types.oneOf needs at least one type in its list"
    else
      builtins.foldl' types.either (head ts) (tail ts);

  coercedTo =
    from: convert: to:
    assert lib.assertMsg (
      from.getSubModules == null
    ) "coercedTo: the first type must not have submodules (it’s a ${from.description})";
    let
      converted = map (d: if from.check d.value then d // { value = convert d.value; } else d);
    in
    mkComposite {
      name = "coercedTo";
      description = "${nounPhrase to} or ${nounPhrase from} convertible to it";
      check = v: (from.check v && to.check (convert v)) || to.check v;
      merge = loc: defs: to.merge loc (converted defs);
      meta = loc: defs: removeAttrs (checkAndMerge loc to (converted defs)).valueMeta [ "_internal" ];
      inherit (to) emptyValue getSubOptions getSubModules;
      substSubModules = m: types.coercedTo from convert (to.substSubModules m);
      typeMerge = _: null;
      functor = types.defaultFunctor "coercedTo";
      nestedTypes = {
        coercedType = from;
        finalType = to;
      };
    };

  # { TAG = value; } with one of several tags, each an option.
  attrTag =
    tags_:
    let
      escape = lib.strings.escapeNixIdentifier;
      tags = mapAttrs (
        n: opt:
        let
          pos = builtins.unsafeGetAttrPos n tags_;
          own = at: if pos == null then [ ] else [ at ];
          found =
            if opt._type or null == "option-type" then "a type: wrap it in mkOption" else messages.kind opt;
        in
        if opt._type or null != "option" then
          throw "in types.attrTag every tag is an option, but ${escape n} is ${found}${
            lib.optionalString (pos != null) " at ${pos.file}:${toString pos.line}"
          }"
        else
          opt
          // {
            declarations = opt.declarations or (own pos.file);
            declarationPositions = opt.declarationPositions or (own pos);
          }
      ) tags_;
      names = lib.concatMapStringsSep ", " escape (attrNames tags);
      tagOf = d: head (attrNames d.value);
    in
    mkOptionType {
      name = "attrTag";
      description = "attribute-tagged union with choices: ${names}";
      descriptionClass = "noun";
      getSubOptions = prefix: mapAttrs (n: opt: opt // { loc = prefix ++ [ n ]; }) tags;
      check = v: isAttrs v && length (attrNames v) == 1 && tags ? ${head (attrNames v)};
      merge =
        loc: defs:
        let
          tag = tagOf (head defs);
          valueOf =
            d:
            if tagOf d == tag then
              d // { value = d.value.${tag}; }
            else
              throw "the option `${showOption loc}' is both `${tag}' and `${tagOf d}'\n${messages.each defs}\n  Keep one of them: it has one tag of ${names}.";
        in
        if !(tags ? ${tag}) then
          throw "the option `${showOption loc}' has the tag `${escape tag}', which is not one of ${names}\n${messages.each defs}"
        else
          {
            ${tag} = (lib.modules.evalOptionValue (loc ++ [ tag ]) tags.${tag} (map valueOf defs)).value;
          };
      nestedTypes = tags;
      functor = types.defaultFunctor "attrTag" // {
        type = p: types.attrTag p.tags;
        payload = { inherit tags; };
        binOp =
          let
            declaration = options: {
              inherit options;
              _file = "<attrTag {...}>";
              pos = null;
            };
          in
          a: b: {
            tags =
              a.tags
              // b.tags
              // mapAttrs (
                n: opt:
                lib.mergeOptionDecls
                  [ n ]
                  [
                    (declaration a.tags.${n})
                    (declaration opt)
                  ]
                // {
                  declarations = a.tags.${n}.declarations ++ opt.declarations;
                  declarationPositions = a.tags.${n}.declarationPositions ++ opt.declarationPositions;
                }
              ) (builtins.intersectAttrs a.tags b.tags);
          };
      };
    };

  # What data formats can hold.
  serializableValueWith =
    {
      typeName,
      nullable ? true,
    }:
    let
      plain = types.oneOf [
        types.bool
        types.int
        types.float
        types.str
        types.path
        (types.attrsOf value)
        (types.listOf value)
      ];
      value = (if nullable then types.nullOr plain else plain) // {
        description = "${typeName} value";
      };
    in
    value;
  json = types.serializableValueWith { typeName = "JSON"; };
  toml = types.serializableValueWith {
    typeName = "TOML";
    nullable = false;
  };
}
