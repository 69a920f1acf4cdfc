# From the definitions of an option to its value.
{ lib }:
let
  inherit (builtins) all any concatMap filter head length;
  inherit (lib.modules) dischargeProperties messages mkOptionDefault sortProperties strongest;
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
        discharged = concatMap (
          d:
          if d.value ? _type then
            map (
              v:
              if v._type or null == "definition" then
                {
                  inherit (v) file value;
                  pos = null;
                }
              else
                d // { value = v; }
            ) (dischargeProperties d.value)
          else
            [ d ]
        ) defs;
        best = strongest discharged;
        ordered =
          if any (d: d.value._type or null == "order") best.values then sortProperties best.values else best.values;
      in
      finishDefs loc type ordered best.highestPrio;

  finishDefs = loc: type: values: highestPrio: rec {
    inherit values highestPrio;
    isDefined = values != [ ];
    checked =
      if all (d: type.check d.value) values then
        type.merge loc values
      else
        throw (messages.wrongType loc type (filter (d: !(type.check d.value)) values));
    value = checked;
  };

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
      mergedValue =
        if isDefined then m.checked else type.emptyValue.value or (throw (messages.missing loc { inherit type; }));
      optionalValue = lib.optionalAttrs isDefined { value = mergedValue; };
    };

  # loc -> merged declaration -> definitions -> { config; options; }
  evalOption =
    loc: opt: defs:
    let
      byDefault = {
        file = head opt.declarations;
        value = mkOptionDefault opt.default;
      };
      m =
        if defs == [ ] then
          if opt ? default then mergeDefs loc opt.type [ byDefault ] else finishDefs loc opt.type [ ] 9999
        # A plain definition always outranks the default.
        else if !(opt ? default) || (length defs == 1 && !((head defs).value ? _type) && !(opt.readOnly or false)) then
          mergeDefs loc opt.type defs
        else if opt.readOnly or false then
          throw (messages.readOnly loc defs)
        else
          mergeDefs loc opt.type ([ byDefault ] ++ defs);
      merged =
        if opt.readOnly or false && length defs > 1 then
          throw (messages.readOnly loc defs)
        else if m.isDefined then
          m.checked
        else
          opt.type.emptyValue.value or (throw (messages.missing loc opt));
      value = if opt ? apply then opt.apply merged else merged;
      deprecated =
        if opt.type.deprecationMessage or null == null then
          lib.id
        else
          lib.warn "The type of the option `${lib.showOption loc}' is deprecated. ${opt.type.deprecationMessage}";
      # Worked out only when there is an error to add it to.
      places = lib.optionalString (defs != [ ]) ", set at ${lib.concatMapStringsSep " and " messages.at defs}";
      context = "while evaluating the option `${lib.showOption loc}'${places}:";
      located = builtins.addErrorContext context value;
    in
    if defs == [ ] && opt ? mergedDefault then
      {
        config = if opt ? apply then builtins.addErrorContext context (opt.apply opt.mergedDefault) else opt.mergedDefault;
        options = describe loc opt m located;
      }
    else
      {
        config = located;
        options = deprecated (describe loc opt m located);
      };

  describe =
    loc: opt: m: value:
    opt
    // {
      inherit loc value;
      inherit (m) isDefined highestPrio;
      definitions = map (d: d.value) m.values;
      files = map (d: d.file) m.values;
      definitionsWithLocations = m.values;
      __toString = _: lib.showOption loc;
    };
  evalOptionValue = loc: opt: defs: (evalOption loc opt defs).options;
}
