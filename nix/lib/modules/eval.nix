# Evaluation: modules in, `config` and `options` out.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    all
    any
    attrNames
    concatMap
    elemAt
    genList
    isAttrs
    length
    mapAttrs
    seq
    zipAttrsWith
    ;
  inherit (lib) types;
  inherit (lib.modules)
    collect
    declare
    evalOption
    graph
    levels
    messages
    pushDown
    ;

  # loc -> node -> definitions (sets) -> { config; options; unmatched; }
  evalNode =
    loc: node: defs:
    let
      byName = definitionsByName loc node defs;
      results = mapAttrs (n: child: evalChild (loc ++ [ n ]) child (byName.${n} or [ ])) node.children;
    in
    {
      config = mapAttrs (_: r: r.config) results;
      options = mapAttrs (_: r: r.options) results;
      unmatched = unmatchedIn node byName results;
    };
  evalChild =
    loc: child: defs:
    if child ? option then evalOption loc child defs else evalNode loc child defs;

  # Every name with its definitions; each knows where it was written.
  definitionsByName =
    loc: node: defs:
    let
      sets = concatMap pushDown defs;
      located =
        d:
        if isAttrs d.value then
          mapAttrs (n: value: {
            inherit (d) file;
            inherit value;
            pos = builtins.unsafeGetAttrPos n d.origin;
          }) d.value
        else
          throw (messages.notASet loc d (attrNames node.children));
    in
    if sets == [ ] then
      { }
    else if length sets == 1 then
      mapAttrs (_: d: [ d ]) (located (elemAt sets 0))
    else
      zipAttrsWith (_: ds: ds) (map located sets);

  # Definitions that no option takes: [ { path (below here); def; } ]
  unmatchedIn =
    node: byName: results:
    if byName == { } then
      [ ]
    else
      seq node.sound (
        concatMap (
          n:
          if node.children ? ${n} then
            if node.children.${n} ? option then
              [ ]
            else
              map (u: u // { path = [ n ] ++ u.path; }) results.${n}.unmatched
          else
            map (def: {
              path = [ n ];
              inherit def;
            }) byName.${n}
        ) (attrNames byName)
      );

  declarationsOf = concatMap (
    m:
    if m.options == { } then
      [ ]
    else
      [
        {
          inherit (m) _file options;
        }
      ]
  );
  settingsOf = concatMap (
    m:
    map (value: {
      file = m._file;
      inherit value;
    }) m.settings
  );

  # What is under `_module` when no module says anything about it.
  plainModule = specialArgs: args: {
    inherit args specialArgs;
    check = true;
    freeformType = null;
  };

  # What `declared` and definitions give. `args`: the arguments that the
  # evaluation itself sets, [ { name = value; } … ], as definitions.
  finish =
    {
      prefix,
      declared,
      settings,
      args,
      specialArgs,
    }:
    let
      node = declared.node;
      byName = definitionsByName prefix node settings;
      # Most evaluations leave `_module` alone.
      ownModule = declared.ownModule || byName ? _module;
      module = evalNode (prefix ++ [ "_module" ]) node.children._module (
        byName._module or [ ]
        ++ [
          {
            file = "lib/modules.nix";
            value = { inherit specialArgs; };
          }
        ]
        ++ map (set: {
          file = set.file or "lib/modules.nix";
          value.args = set.value;
        }) args
      );
      results =
        mapAttrs (n: child: evalChild (prefix ++ [ n ]) child (byName.${n} or [ ])) declared.children
        // {
          _module = module;
        };
      _module =
        if ownModule then
          module.config
        else
          plainModule specialArgs (lib.foldl' (a: b: a // b.plain or b.value) { } args);
      unmatched = unmatchedIn node byName results;

      options = mapAttrs (_: r: r.options) results;
      own = mapAttrs (_: r: r.config) (removeAttrs results [ "_module" ]);
      freeform =
        if unmatched == [ ] then
          { }
        else
          _module.freeformType.merge prefix (
            map (u: {
              inherit (u.def) file pos;
              value = lib.setAttrByPath u.path u.def.value;
            }) unmatched
          );
      config = if _module.freeformType == null then own else lib.recursiveUpdate freeform own;
      checked =
        if _module.freeformType != null then
          seq freeform
        else if _module.check && unmatched != [ ] then
          throw ((lib.modules.unknownOption or messages.unknownOption) prefix options unmatched)
        else
          x: x;
    in
    {
      # For modules' arguments: not behind the check, which needs all modules.
      inner = {
        config = config // {
          inherit _module;
        };
        inherit options;
      };
      config = checked config;
      options = checked options;
      _module = checked _module;
    };

  # prefix -> modules in normal form -> what they declare, with `_module`.
  declaredBy =
    prefix: modules:
    let
      ownModule = any (m: m.options ? _module) modules;
      internal = if prefix == [ ] then lib.modules.internalTop else lib.modules.internalBelow;
      node = declare prefix (
        declarationsOf modules
        ++ lib.optional ownModule {
          _file = "lib/modules.nix";
          options._module = internal.options;
        }
      );
    in
    {
      inherit ownModule;
      children = if ownModule then removeAttrs node.children [ "_module" ] else node.children;
      node =
        if ownModule then
          node
        else
          node
          // {
            children = node.children // {
              _module = internal.node;
            };
          };
    };
in
rec {
  # The entry of the module system, with the nixpkgs interface.
  evalModules =
    {
      modules,
      prefix ? [ ],
      specialArgs ? { },
      class ? null,
      args ? { },
      check ? true,
    }@given:
    let
      warned =
        lib.warnIf (given ? args)
          "The args argument to evalModules is deprecated. Please set config._module.args instead."
          lib.warnIf
          (given ? check)
          "The check argument to evalModules is deprecated. Please set config._module.check instead.";
      regular =
        modules
        ++ lib.optional (given ? args) { config._module.args = args; }
        ++ lib.optional (given ? check) { config._module.check = lib.mkDefault check; };
      arguments = {
        inherit lib specialArgs;
        inherit (evaluated.inner) options;
        _class = class;
        _prefix = prefix;
        config = addErrorContext "if this is an infinite recursion: `imports' (and everything else that decides which modules there are) must not depend on `config'; import always, and use lib.mkIf for what depends on it" evaluated.inner.config;
      }
      // specialArgs;
      collected = collect {
        modules = regular;
        args = arguments;
        inherit class;
      };
      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
          prefix ? [ ],
        }@more:
        evalModules (
          given
          // {
            prefix = more.prefix or given.prefix or [ ];
            modules = regular ++ modules;
            specialArgs = given.specialArgs or { } // specialArgs;
          }
        );
      type = types.submoduleWith { inherit modules specialArgs class; };
      evaluated = finish {
        inherit prefix specialArgs;
        declared = declaredBy prefix collected;
        settings = settingsOf collected;
        args = [
          {
            value = {
              inherit extendModules;
              moduleType = type;
            };
          }
        ];
      };
    in
    warned {
      _type = "configuration";
      inherit (evaluated) config options _module;
      graph = graph {
        modules = regular;
        args = arguments;
        inherit class;
      };
      inherit extendModules type class;
    };

  # The part of a submodule's evaluation that depends on no definition; null
  # when its modules have to be loaded for every instance.
  prepare =
    modules:
    let
      known = levels modules;
      depth = length known;
      settingsAt = n: settingsOf (lib.reverseList (elemAt known n));
      # Later and deeper modules merge first.
      between = from: to: concatMap (n: settingsAt (to - 1 - n)) (genList (n: n) (lib.max 0 (to - from)));
    in
    if known == null then
      null
    else
      {
        declared = declaredBy [ "<name>" ] (lib.concatLists (lib.reverseList (map lib.reverseList known)));
        # What merges before and after definitions at that depth of import.
        around = genList (n: {
          before = between (n + 1) depth;
          after = between 0 (lib.min (n + 1) depth);
        }) 2;
      };

  # One instance of a prepared submodule.
  instance =
    prepared:
    {
      prefix,
      specialArgs,
      args,
      depth,
      defs,
    }:
    let
      around = elemAt prepared.around depth;
    in
    finish {
      inherit prefix specialArgs args;
      inherit (prepared) declared;
      settings = around.before ++ lib.reverseList defs ++ around.after;
    };

  # The parts of an evaluation, as nixpkgs names them.
  mergeModules =
    prefix: modules:
    mergeModules' prefix modules (
      concatMap (
        m:
        map (config: {
          file = m._file;
          inherit config;
        }) (lib.modules.pushDownProperties m.config)
      ) modules
    );
  mergeModules' =
    prefix: modules: configs:
    let
      r = evalNode prefix (declare prefix (declarationsOf modules)) (
        map (c: {
          inherit (c) file;
          value = c.config;
        }) configs
      );
    in
    {
      matchedOptions = r.options;
      unmatchedDefns = map (u: {
        inherit (u.def) file value;
        prefix = u.path;
      }) r.unmatched;
    };
  fixMergeModules =
    modules: args:
    evalModules {
      inherit modules args;
      check = false;
    };
}
