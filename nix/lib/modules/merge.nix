# From the definitions of an option to its value.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    all
    any
    concatMap
    filter
    head
    length
    ;
  inherit (lib.modules)
    dischargeProperties
    messages
    mkOptionDefault
    sortProperties
    strongest
    ;

  isOrder = d: d.value._type or null == "order";
  discharge =
    d:
    if d.value ? _type then
      map
        (
          v:
          if v._type or null == "definition" then
            v
          else if d ? pos then
            {
              inherit (d) file pos;
              value = v;
            }
          else
            {
              inherit (d) file;
              value = v;
            }
        )
        (
          addErrorContext "while evaluating the definitions at ${messages.at d}:" (
            dischargeProperties d.value
          )
        )
    else
      [ d ];
in
rec {
  # loc -> type -> definitions -> the definitions that count and their merge.
  # One plain definition is by far the most common case: nothing to discharge.
  mergeDefs =
    loc: type: defs:
    if length defs == 1 && !((head defs).value ? _type) then
      finishDefs loc type defs 100
    else
      let
        best = strongest (concatMap discharge defs);
        ordered = if any isOrder best.values then sortProperties best.values else best.values;
      in
      finishDefs loc type ordered best.highestPrio;

  finishDefs = loc: type: values: highestPrio: rec {
    inherit values highestPrio;
    isDefined = values != [ ];
    # Check and merge belong together where a type gives them as one.
    checked =
      if type.merge ? v2 && !(type.check ? isV2MergeCoherent) then
        throw (messages.incoherentCheck loc type)
      else if all (d: type.check d.value) values then
        type.merge loc values
      else
        throw (messages.wrongType loc type (filter (d: !(type.check d.value)) values));
    value = checked;
  };

  # What types with parts say about the parts: listOf { list }, attrsOf
  # { attrs }, submodule { configuration }.
  checkAndMerge =
    loc: type: values:
    if type.merge ? v2 then
      let
        r = type.merge.v2 {
          inherit loc;
          defs = values;
        };
      in
      if type.check ? isV2MergeCoherent then
        r
        // {
          valueMeta = r.valueMeta // {
            _internal = { inherit type; };
          };
        }
      else
        throw (messages.incoherentCheck loc type)
    else
      {
        headError = null;
        value = (finishDefs loc type values 100).checked;
        valueMeta = { };
      };
  # What is wrong with the heads of definitions; null when nothing is.
  headError =
    check: loc: defs:
    if all (d: check d.value) defs then
      null
    else
      { message = "definition values:${lib.options.showDefs (filter (d: !(check d.value)) defs)}"; };

  # The nixpkgs interface of the same thing.
  mergeDefinitions =
    loc: type: defs:
    let
      m = mergeDefs loc type defs;
    in
    rec {
      defsFinal = m.values;
      defsFinal' = {
        inherit (m) values highestPrio;
      };
      inherit (m) isDefined;
      mergedValue = valueOf loc type m;
      checkedAndMerged = checkAndMerge loc type m.values;
      optionalValue = lib.optionalAttrs isDefined { value = mergedValue; };
    };
  # The value of what is defined, else the type's empty one.
  valueOf =
    loc: type: m:
    if m.isDefined then
      m.checked
    else
      type.emptyValue.value or (throw (messages.missing loc { inherit type; }));

  # loc -> declaration (as of `declare`) -> definitions -> { config; options; }
  evalOption =
    loc: declared: defs:
    let
      opt = declared.option;
      inherit (opt) type;
      byDefault = {
        file = head opt.declarations;
        value = mkOptionDefault opt.default;
      };
      m =
        if opt.readOnly or false && (if opt ? default then defs != [ ] else length defs > 1) then
          throw (messages.readOnly loc opt defs)
        else if !(opt ? default) then
          mergeDefs loc type defs
        # A plain definition outranks the default.
        else if length defs == 1 && !((head defs).value ? _type) then
          finishDefs loc type defs 100
        else
          mergeDefs loc type ([ byDefault ] ++ defs);
      merged =
        if m.isDefined then m.checked else type.emptyValue.value or (throw (messages.missing loc opt));
      value = if opt ? apply then opt.apply merged else merged;
      warned =
        if type.deprecationMessage or null == null then
          located
        else
          lib.warn "the type `types.${type.name}' of the option `${lib.showOption loc}' is deprecated, declared at ${lib.showFiles opt.declarations}. ${type.deprecationMessage}" located;
      # Worked out only when there is an error to add it to.
      places =
        lib.optionalString (defs != [ ])
          ", set at ${lib.concatMapStringsSep " and " messages.at defs}";
      context = "while evaluating the option `${lib.showOption loc}'${places}:";
      located = addErrorContext context value;
      options = opt // {
        inherit loc;
        value = warned;
        inherit (m) isDefined highestPrio;
        definitions = map (d: d.value) m.values;
        files = map (d: d.file) m.values;
        definitionsWithLocations = m.values;
        inherit (builtins.seq m (checkAndMerge loc type m.values)) valueMeta;
        __toString = _: lib.showOption loc;
      };
    in
    {
      # To look at the options alone must evaluate no default.
      config =
        if defs == [ ] && declared.isShared then
          (if opt ? apply then addErrorContext context (opt.apply declared.shared) else declared.shared)
        else
          warned;
      inherit options;
    };

  evalOptionValue =
    loc: opt: defs:
    (evalOption loc {
      option = opt;
      isShared = false;
    } defs).options;
}
