# Properties: conditions, merges, priorities and orders around a value.
#
# `pushDown` moves them below one level of names without looking at any
# condition, which is what lets a condition depend on the configuration that
# it is part of. `discharge` resolves them at an option.
{ lib }:
let
  inherit (builtins)
    concatMap
    isAttrs
    isBool
    isFunction
    mapAttrs
    ;
in
rec {
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkAssert =
    assertion: message: mkIf (if assertion then true else throw "\nFailed assertion: ${message}");
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  defaultOverridePriority = 100;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  defaultOrderPriority = 1000;
  mkAfter = mkOrder 1500;
  mkDefinition = args: args // { _type = "definition"; };
  mkFixStrictness = lib.warn "lib.mkFixStrictness has no effect and will be removed. It returns its argument unmodified, so you can just remove any calls." lib.id;
  mkAliasIfDef =
    lib.warn "Usage of 'mkAliasIfDef' has been deprecated. Use 'mkIf option.isDefined' instead."
      (option: mkIf option.isDefined);

  # Definition with a set as value -> definitions with plain sets as values;
  # `origin` is the set as it was written, for positions.
  pushDown =
    def:
    let
      go =
        wrap: v:
        if v ? _type then
          if v._type == "if" then
            go (x: wrap (mkIf v.condition x)) v.content
          else if v._type == "merge" then
            concatMap (go wrap) v.contents
          else if v._type == "override" then
            go (x: wrap (mkOverride v.priority x)) v.content
          else
            [ (wrapped wrap v) ]
        else
          [ (wrapped wrap v) ];
      wrapped = wrap: origin: {
        inherit (def) file;
        pos = def.pos or null;
        inherit origin;
        value = if isAttrs origin then mapAttrs (_: wrap) origin else origin;
      };
    in
    if def.value ? _type then
      go (x: x) def.value
    else
      [
        {
          inherit (def) file value;
          pos = def.pos or null;
          origin = def.value;
        }
      ];

  # Applies a function to the value inside properties.
  mapDefinitionValue =
    f: v:
    let
      inside = name: v // { ${name} = mapDefinitionValue f v.${name}; };
    in
    if !(v ? _type) then
      f v
    else if v._type == "merge" then
      v // { contents = map (mapDefinitionValue f) v.contents; }
    else if v._type == "if" || v._type == "override" || v._type == "order" then
      inside "content"
    else if v._type == "definition" then
      inside "value"
    else
      f v;

  pushDownProperties =
    cfg:
    map (d: d.value) (pushDown {
      file = lib.unknownModule;
      value = cfg;
    });

  # Value -> the values that remain when merges are unfolded and false
  # conditions dropped; priorities and orders stay on.
  dischargeProperties =
    v:
    if v ? _type then
      if v._type == "if" then
        if isBool v.condition then
          (if v.condition then dischargeProperties v.content else [ ])
        else
          throw "mkIf was called with a condition that is ${
            if isFunction v.condition then "a function" else "not a boolean"
          }"
      else if v._type == "merge" then
        concatMap dischargeProperties v.contents
      else
        [ v ]
    else
      [ v ];

  # Definitions of the strongest (lowest) priority, without the property.
  strongest =
    defs:
    let
      priority =
        d: if d.value._type or null == "override" then d.value.priority else defaultOverridePriority;
      # Nothing to compare one definition with: any priority will do.
      best =
        if builtins.length defs == 1 then
          priority (builtins.head defs)
        else
          builtins.foldl' (p: d: lib.min p (priority d)) 9999 defs;
      strip = d: if d.value._type or null == "override" then d // { value = d.value.content; } else d;
    in
    {
      values = concatMap (d: if priority d == best then [ (strip d) ] else [ ]) defs;
      highestPrio = best;
    };
  filterOverrides' = strongest;
  filterOverrides = defs: (strongest defs).values;

  sortProperties =
    defs:
    let
      strip =
        d:
        if d.value._type or null == "order" then
          d
          // {
            value = d.value.content;
            inherit (d.value) priority;
          }
        else
          d;
    in
    builtins.sort (a: b: a.priority or defaultOrderPriority < b.priority or defaultOrderPriority) (
      map strip defs
    );
}
