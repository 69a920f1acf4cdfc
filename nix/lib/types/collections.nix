# Types made from other types.
{ lib }:
let
  inherit (builtins) concatLists elemAt filter head isAttrs isList length mapAttrs zipAttrsWith;
  inherit (lib) mkOptionType;
  inherit (lib.modules) mergeDefs pushDown messages;

  nounPhrase = lib.types.optionDescriptionPhrase (c: c == "noun" || c == "composite");
  sidePhrase = lib.types.optionDescriptionPhrase (c: c == "noun" || c == "conjunction");

  wrapping = name: type: elem: lib.types.defaultFunctor name // {
    inherit type;
    wrapped = elem;
  };

  # Every attribute with its definitions; each remembers where it was written.
  byName =
    defs:
    let
      sets = builtins.concatMap pushDown defs;
      located =
        d:
        mapAttrs (n: value: {
          file = d.file;
          inherit value;
          pos = builtins.unsafeGetAttrPos n d.origin;
        }) d.value;
    in
    if length sets == 1 then
      mapAttrs (_: d: [ d ]) (located (head sets))
    else
      zipAttrsWith (_: ds: ds) (map located sets);

  attrsLike =
    lazy: elem:
    mkOptionType rec {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "${if lazy then "lazy " else ""}attribute set of ${nounPhrase elem}";
      descriptionClass = "composite";
      check = isAttrs;
      merge =
        loc: defs:
        let
          merged = mapAttrs (n: ds: mergeDefs (loc ++ [ n ]) elem ds) (byName defs);
          missing = filter (n: !merged.${n}.isDefined) (builtins.attrNames merged);
        in
        if lazy then
          mapAttrs (
            n: m: if m.isDefined then m.value else elem.emptyValue.value or (throw (messages.missing (loc ++ [ n ]) null))
          ) merged
        else
          mapAttrs (_: m: m.value) (if missing == [ ] then merged else removeAttrs merged missing);
      emptyValue.value = { };
      getSubOptions = prefix: elem.getSubOptions (prefix ++ [ "<name>" ]);
      getSubModules = elem.getSubModules;
      substSubModules = m: attrsLike lazy (elem.substSubModules m);
      functor = wrapping name (attrsLike lazy) elem;
      nestedTypes.elemType = elem;
      constant = v: v == { };
    };
in
{
  listOf =
    elem:
    mkOptionType rec {
      name = "listOf";
      description = "list of ${nounPhrase elem}";
      descriptionClass = "composite";
      check = isList;
      merge =
        loc: defs:
        let
          one =
            n: d:
            lib.imap1 (
              m: value:
              mergeDefs (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elem [
                (d // { inherit value; })
              ]
            ) d.value;
        in
        map (x: x.value) (filter (x: x.isDefined) (concatLists (lib.imap1 one defs)));
      emptyValue.value = [ ];
      getSubOptions = prefix: elem.getSubOptions (prefix ++ [ "*" ]);
      getSubModules = elem.getSubModules;
      substSubModules = m: lib.types.listOf (elem.substSubModules m);
      functor = wrapping name lib.types.listOf elem;
      nestedTypes.elemType = elem;
      constant = v: v == [ ];
    };

  attrsOf = attrsLike false;
  lazyAttrsOf = attrsLike true;
  attrsWith =
    {
      elemType,
      lazy ? false,
      placeholder ? "name",
    }:
    attrsLike lazy elemType;

  nullOr =
    elem:
    mkOptionType rec {
      name = "nullOr";
      description = "null or ${sidePhrase elem}";
      descriptionClass = "conjunction";
      check = v: v == null || elem.check v;
      merge =
        loc: defs:
        let
          nulls = filter (d: d.value == null) defs;
        in
        if length defs == 1 then
          (if (head defs).value == null then null else elem.merge loc defs)
        else if nulls == [ ] then
          elem.merge loc defs
        else if length nulls == length defs then
          null
        else
          throw (messages.conflict loc defs);
      emptyValue.value = null;
      getSubOptions = elem.getSubOptions;
      getSubModules = elem.getSubModules;
      substSubModules = m: lib.types.nullOr (elem.substSubModules m);
      functor = wrapping name lib.types.nullOr elem;
      nestedTypes.elemType = elem;
      constant = v: v == null || elem.constant or (_: false) v;
    };

  either =
    a: b:
    mkOptionType rec {
      name = "either";
      # A clause between commas needs one behind it.
      description =
        if (a.descriptionClass or null) == "nonRestrictiveClause" then
          "${a.description}, or ${lib.types.optionDescriptionPhrase (c: c == "noun" || c == "composite" || c == "conjunction") b}"
        else
          "${sidePhrase a} or ${lib.types.optionDescriptionPhrase (c: c == "noun" || c == "composite" || c == "conjunction") b}";
      descriptionClass = "conjunction";
      check = v: a.check v || b.check v;
      merge =
        loc: defs:
        if builtins.all (d: a.check d.value) defs then
          a.merge loc defs
        else if builtins.all (d: b.check d.value) defs then
          b.merge loc defs
        else
          lib.mergeOneOption loc defs;
      typeMerge =
        f:
        let
          a' = a.typeMerge (elemAt f.payload.elemType 0).functor;
          b' = b.typeMerge (elemAt f.payload.elemType 1).functor;
        in
        if f.name == "either" && a' != null && b' != null then lib.types.either a' b' else null;
      functor = lib.types.defaultFunctor name // {
        type = { elemType }: lib.types.either (elemAt elemType 0) (elemAt elemType 1);
        payload.elemType = [ a b ];
      };
      nestedTypes = {
        left = a;
        right = b;
      };
      constant = v: if a.check v then a.constant or (_: false) v else b.constant or (_: false) v;
    };
  oneOf =
    ts:
    if ts == [ ] then throw "types.oneOf needs at least one type in its list" else lib.foldl' lib.types.either (head ts) (builtins.tail ts);

  coercedTo =
    from: convert: to:
    assert lib.assertMsg (
      from.getSubModules == null
    ) "coercedTo: the first type must not have submodules (it’s a ${from.description})";
    mkOptionType {
      name = "coercedTo";
      description = "${sidePhrase to} or ${sidePhrase from} convertible to it";
      descriptionClass = to.descriptionClass or null;
      check = v: (from.check v && to.check (convert v)) || to.check v;
      merge =
        loc: defs:
        to.merge loc (map (d: if from.check d.value then d // { value = convert d.value; } else d) defs);
      emptyValue = to.emptyValue;
      getSubOptions = to.getSubOptions;
      getSubModules = to.getSubModules;
      substSubModules = m: lib.types.coercedTo from convert (to.substSubModules m);
      typeMerge = _: null;
      functor = wrapping "coercedTo" (_: null) to;
      nestedTypes = {
        coercedType = from;
        finalType = to;
      };
    };

  functionTo =
    elem:
    mkOptionType {
      name = "functionTo";
      description = "function that evaluates to a(n) ${elem.description}";
      check = lib.isFunction;
      merge =
        loc: defs: arg:
        (mergeDefs (loc ++ [ "<function body>" ]) elem (map (d: d // { value = d.value arg; }) defs)).checked;
      getSubOptions = prefix: elem.getSubOptions (prefix ++ [ "<function body>" ]);
      getSubModules = elem.getSubModules;
      substSubModules = m: lib.types.functionTo (elem.substSubModules m);
      functor = wrapping "functionTo" lib.types.functionTo elem;
      nestedTypes.elemType = elem;
    };
}
