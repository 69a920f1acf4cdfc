# Lists, attribute sets and functions of values of another type.
{ lib, internals }:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elemAt
    filter
    head
    isAttrs
    isList
    length
    mapAttrs
    zipAttrsWith
    ;
  inherit (lib) mkOptionType types;
  inherit (lib.modules)
    checkAndMerge
    mergeDefs
    messages
    valueOf
    ;
  inherit (internals) elemTypeFunctor mkComposite ofPhrase;

  metaOf =
    loc: type: m:
    (checkAndMerge loc type m.values).valueMeta;

  # Every attribute with its definitions; each knows where it was written.
  byName =
    defs:
    let
      located =
        d:
        mapAttrs (n: value: {
          inherit (d) file;
          inherit value;
          pos = builtins.unsafeGetAttrPos n d.value;
        }) d.value;
    in
    if length defs == 1 then
      mapAttrs (_: d: [ d ]) (located (head defs))
    else
      zipAttrsWith (_: ds: ds) (map located defs);
in
{
  listOf =
    elemType:
    let
      merged =
        loc: defs:
        let
          one =
            n: d:
            lib.imap1 (
              m: value:
              let
                at = loc ++ [ "[definition ${toString n}-entry ${toString m}]" ];
              in
              {
                inherit at;
                m = mergeDefs at elemType [ (d // { inherit value; }) ];
              }
            ) d.value;
        in
        filter (e: e.m.isDefined) (concatLists (lib.imap1 one defs));
    in
    mkComposite {
      name = "listOf";
      description = "list of ${ofPhrase elemType}";
      descriptionClass = "composite";
      check = isList;
      merge = loc: defs: map (e: e.m.value) (merged loc defs);
      meta = loc: defs: { list = map (e: metaOf e.at elemType e.m) (merged loc defs); };
      constant = v: v == [ ];
      emptyValue.value = [ ];
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
      inherit (elemType) getSubModules;
      substSubModules = m: types.listOf (elemType.substSubModules m);
      functor = elemTypeFunctor "listOf" { inherit elemType; } // {
        type = p: types.listOf p.elemType;
      };
      nestedTypes.elemType = elemType;
    };
  nonEmptyListOf =
    elemType:
    types.addCheck (types.listOf elemType) (l: l != [ ])
    // {
      description = "non-empty ${internals.nounPhrase (types.listOf elemType)}";
      emptyValue = { };
      substSubModules = m: types.nonEmptyListOf (elemType.substSubModules m);
    };

  attrsOf = elemType: types.attrsWith { inherit elemType; };
  # Lazy in its values, so that a name whose conditions are all false exists.
  lazyAttrsOf =
    elemType:
    types.attrsWith {
      inherit elemType;
      lazy = true;
    };
  attrsWith =
    {
      elemType,
      lazy ? false,
      placeholder ? "name",
    }:
    let
      merged =
        loc: defs:
        let
          all = mapAttrs (n: ds: mergeDefs (loc ++ [ n ]) elemType ds) (byName defs);
          missing = filter (n: !all.${n}.isDefined) (attrNames all);
        in
        if lazy || missing == [ ] then all else removeAttrs all missing;
      # What both say, or what one says where the other has the usual.
      choice =
        usual: a: b:
        if a == b || b == usual then
          a
        else if a == usual then
          b
        else
          null;
    in
    mkComposite {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "${lib.optionalString lazy "lazy "}attribute set of ${ofPhrase elemType}";
      descriptionClass = "composite";
      check = isAttrs;
      merge =
        loc: defs:
        mapAttrs (if lazy then n: valueOf (loc ++ [ n ]) elemType else _: m: m.value) (merged loc defs);
      meta = loc: defs: { attrs = mapAttrs (n: metaOf (loc ++ [ n ]) elemType) (merged loc defs); };
      constant = v: v == { };
      emptyValue.value = { };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
      inherit (elemType) getSubModules;
      substSubModules =
        m:
        types.attrsWith {
          elemType = elemType.substSubModules m;
          inherit lazy placeholder;
        };
      functor = elemTypeFunctor "attrsWith" { inherit elemType lazy placeholder; } // {
        binOp =
          a: b:
          let
            elem = a.elemType.typeMerge b.elemType.functor;
            shown = choice "name" a.placeholder b.placeholder;
          in
          if elem == null || a.lazy != b.lazy || shown == null then
            null
          else
            {
              elemType = elem;
              inherit (a) lazy;
              placeholder = shown;
            };
      };
      nestedTypes.elemType = elemType;
    };
  loaOf =
    elemType:
    types.attrsOf elemType
    // {
      name = "loaOf";
      deprecationMessage = "Mixing lists with attribute values is no longer possible; please use `types.attrsOf` instead. See https://github.com/NixOS/nixpkgs/issues/1800 for the motivation.";
      nestedTypes.elemType = elemType;
    };

  # Attributes in an order: [ { name = value; } … ], or a set whose values may
  # have one by mkOrder. A name may come several times.
  attrListOf = elemType: types.attrListWith { inherit elemType; };
  attrListWith =
    {
      elemType,
      asAttrs ? false,
      mergeAttrValues ? _name: values: values,
    }:
    let
      description = "attribute list of ${ofPhrase elemType}";
      # Takes the order off a value, and reads its priority.
      peel =
        value:
        let
          inner = peel value.content;
        in
        # What is inside is looked at only where it counts.
        if value._type or null == "order" then
          {
            inherit (inner) value overridePrio;
            prio = value.priority;
          }
        else if value._type or null == "override" then
          {
            inherit (inner) prio;
            overridePrio = value.priority;
            value = lib.mkOverride value.priority inner.value;
          }
        else
          {
            inherit value;
            prio = lib.modules.defaultOrderPriority;
            overridePrio = lib.modules.defaultOverridePriority;
          };
      fromSet =
        def: key:
        peel def.value.${key}
        // {
          inherit (def) file;
          inherit key;
          pos = builtins.unsafeGetAttrPos key def.value;
        };
      fromEntry =
        loc: def: raw:
        let
          ordered = raw._type or null == "order";
          entry = if ordered then raw.content else raw;
          item = fromSet (def // { value = entry; }) (head (attrNames entry));
        in
        if isAttrs entry && length (attrNames entry) == 1 then
          item // lib.optionalAttrs ordered { prio = raw.priority; }
        else
          throw (
            messages.wrongType (loc ++ [ "*" ]) { description = "attribute set with one attribute"; } [
              (def // { value = raw; })
            ]
          );
      evaluated =
        loc: defs:
        let
          all = concatMap (
            d: if isList d.value then map (fromEntry loc d) d.value else map (fromSet d) (attrNames d.value)
          ) defs;
          strongest = builtins.foldl' (
            acc: i:
            if i.overridePrio < acc.${i.key} or lib.modules.defaultOverridePriority then
              acc // { ${i.key} = i.overridePrio; }
            else
              acc
          ) { } all;
          kept = filter (i: i.overridePrio == strongest.${i.key} or lib.modules.defaultOverridePriority) all;
        in
        filter (e: e.m.isDefined) (
          map (i: {
            inherit (i) file key prio;
            m = mergeDefs (loc ++ [ i.key ]) elemType [ { inherit (i) file pos value; } ];
          }) (builtins.sort (a: b: a.prio < b.prio) kept)
        );
      listed = map (e: {
        ${e.key} = e.m.value;
      });
      check = v: isList v || isAttrs v;
    in
    mkComposite {
      name = "attrListOf";
      inherit description check;
      descriptionClass = "composite";
      merge =
        loc: defs:
        let
          list = listed (evaluated loc defs);
        in
        if asAttrs then zipAttrsWith mergeAttrValues list else list;
      meta =
        loc: defs:
        let
          entries = evaluated loc defs;
        in
        {
          attrList = map (e: metaOf (loc ++ [ e.key ]) elemType e.m) entries;
          attrListValue = listed entries;
          definitions = map (
            e:
            lib.mkDefinition {
              inherit (e) file;
              value = lib.mkOrder e.prio { ${e.key} = e.m.value; };
            }
          ) entries;
        };
      emptyValue.value = if asAttrs then { } else [ ];
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
      inherit (elemType) getSubModules;
      substSubModules =
        m:
        types.attrListWith {
          inherit asAttrs mergeAttrValues;
          elemType = elemType.substSubModules m;
        };
      typeMerge = _: null;
      nestedTypes.elemType = elemType;
    };

  functionTo =
    elemType:
    mkOptionType {
      name = "functionTo";
      description = "function that evaluates to a(n) ${ofPhrase elemType}";
      descriptionClass = "composite";
      check = lib.isFunction;
      merge =
        loc: defs:
        let
          body = loc ++ [ "<function body>" ];
        in
        {
          # Optional is what all definitions take as optional.
          __functionArgs = zipAttrsWith (_: builtins.all (x: x)) (map (d: lib.functionArgs d.value) defs);
          __functor =
            _: arg:
            valueOf body elemType (mergeDefs body elemType (map (d: d // { value = d.value arg; }) defs));
        };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<function body>" ]);
      inherit (elemType) getSubModules;
      substSubModules = m: types.functionTo (elemType.substSubModules m);
      functor = elemTypeFunctor "functionTo" { inherit elemType; } // {
        type = p: types.functionTo p.elemType;
      };
      nestedTypes.elemType = elemType;
    };
}
