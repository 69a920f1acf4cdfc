# Evaluation: modules in, `config` and `options` out.
{ lib }:
let
  inherit (builtins)
    addErrorContext all attrNames concatMap elemAt filter isAttrs length mapAttrs zipAttrsWith
    ;
  inherit (lib) mkOption types;
  inherit (lib.modules) collect declare evalOption messages normalize pushDown;

  # Declared in every evaluation; the same tree serves all of them.
  internal = declare [ "_module" ] [
    {
      file = "lib/modules.nix";
      options = {
        args = mkOption {
          type = types.lazyAttrsOf types.raw;
          default = { };
          description = "Further arguments for modules, beside lib, config, options and the special arguments.";
        };
        check = mkOption {
          type = types.bool;
          default = true;
          internal = true;
          description = "Whether a definition without a declaration is an error.";
        };
        freeformType = mkOption {
          type = types.nullOr types.optionType;
          default = null;
          internal = true;
          description = "The type of definitions that no option declares; null refuses them.";
        };
        specialArgs = mkOption {
          type = types.raw;
          default = { };
          internal = true;
          description = "The arguments that were given from outside.";
        };
      };
    }
  ];
  withInternal = node: node // {
    children = node.children // { _module = internal; };
    inner = node.inner ++ [ "_module" ];
  };

  # loc -> node -> definitions (sets) -> { config; options; unmatched; }
  evalNode =
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
      byName =
        if sets == [ ] then
          { }
        else if length sets == 1 then
          mapAttrs (_: d: [ d ]) (located (elemAt sets 0))
        else
          zipAttrsWith (_: ds: ds) (map located sets);
      results = mapAttrs (
        n: child:
        if child ? option then
          evalOption (loc ++ [ n ]) child.option (byName.${n} or [ ])
        else
          evalNode (loc ++ [ n ]) child (byName.${n} or [ ])
      ) node.children;
      stray = removeAttrs byName (attrNames node.children);
    in
    {
      config = mapAttrs (_: r: r.config) results;
      options = mapAttrs (_: r: r.options) results;
      # [ { path (below here); def; } ]
      unmatched =
        (
          if stray == { } then
            [ ]
          else
            concatMap (
              n:
              map (def: {
                path = [ n ];
                inherit def;
              }) stray.${n}
            ) (attrNames stray)
        )
        ++ concatMap (
          n:
          if byName ? ${n} then
            map (u: u // { path = [ n ] ++ u.path; }) results.${n}.unmatched
          else
            [ ]
        ) node.inner;
    };

  simple =
    m:
    isAttrs m
    && !(m ? _type || m ? __functor || m ? imports || m ? require || m ? disabledModules || m ? key || m ? _class);

  declarationsOf = concatMap (
    m:
    lib.optional (m.options != { }) {
      file = m._file;
      inherit (m) options;
    }
  );
  settingsOf = concatMap (
    m:
    map (value: {
      file = m._file;
      inherit value;
    }) m.settings
  );

  finish =
    {
      prefix,
      node,
      settings,
      moduleArgs,
      specialArgs,
      extend,
    }:
    let
      root = evalNode prefix node settings;
      mod = root.config._module;
      own = removeAttrs root.config [ "_module" ];
      args = moduleArgs // mod.args;
      freeform =
        if root.unmatched == [ ] then
          { }
        else
          mod.freeformType.merge prefix (
            map (u: {
              inherit (u.def) file pos;
              value = lib.setAttrByPath u.path u.def.value;
            }) root.unmatched
          );
      config =
        if mod.freeformType == null then own else lib.recursiveUpdate freeform own;
      checked =
        x:
        if root.unmatched != [ ] && mod.check && mod.freeformType == null then
          throw (messages.unknownOption prefix root.options root.unmatched)
        else
          x;
      _module = mod // {
        inherit args specialArgs;
      };
    in
    {
      # For modules' arguments: not behind the check, which needs all modules.
      inner = {
        config = config // { inherit _module; };
        inherit (root) options;
      };
      result = extend // {
        _type = "configuration";
        config = checked config;
        options = checked root.options;
        _module = checked _module;
      };
    };
in
rec {
  inherit simple;

  # The part of an evaluation that does not depend on definitions.
  prepare =
    {
      modules,
      specialArgs ? { },
      class ? null,
    }:
    let
      normalized = lib.reverseList (lib.imap1 (n: normalize lib.unknownModule ":anon-${toString n}") modules);
    in
    {
      inherit modules specialArgs class;
      isStatic = all simple modules;
      node = withInternal (declare [ "<name>" ] (declarationsOf normalized));
      settings = settingsOf normalized;
    };

  # `settings`: definitions that are sets of settings; `modules`: whole modules.
  evalWith =
    prepared:
    {
      prefix,
      moduleArgs,
      settings,
      modules,
      extend ? { },
    }:
    if prepared.isStatic && modules == [ ] then
      (finish {
        inherit prefix moduleArgs extend;
        inherit (prepared) node specialArgs;
        settings = prepared.settings ++ lib.reverseList settings;
      }).result
    else
      let
        args = {
          inherit lib;
          inherit (prepared) specialArgs;
          inherit (evaluated.inner) options;
          _class = prepared.class;
          _prefix = prefix;
          config = addErrorContext "if this is an infinite recursion: `imports' (and everything else that decides which modules there are) must not depend on `config'; import always, and use lib.mkIf for what depends on it" evaluated.inner.config;
        } // prepared.specialArgs;
        # Submodules, too, can be evaluated again with more modules.
        everything = prepared.modules ++ map (d: {
          _file = d.file;
          config = d.value;
        }) settings ++ modules;
        variants = {
          extendModules =
            more:
            evalModules {
              inherit (prepared) class;
              prefix = more.prefix or prefix;
              modules = everything ++ more.modules or [ ];
              specialArgs = prepared.specialArgs // more.specialArgs or { };
            };
          moduleType = types.submoduleWith {
            inherit (prepared) specialArgs class;
            modules = everything;
          };
        };
        collected = collect {
          inherit args;
          inherit (prepared) class;
          modules = everything;
        };
        evaluated = finish {
          inherit prefix extend;
          moduleArgs = variants // moduleArgs;
          inherit (prepared) specialArgs;
          node = withInternal (declare prefix (declarationsOf collected));
          settings = settingsOf collected;
        };
      in
      evaluated.result;

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
      all = modules ++ lib.optional (args != { }) { _module.args = args; } ++ lib.optional (!check) { _module.check = lib.mkDefault false; };
      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
          prefix ? given.prefix or [ ],
        }:
        evalModules (
          given
          // {
            inherit prefix;
            modules = given.modules ++ modules;
            specialArgs = given.specialArgs or { } // specialArgs;
          }
        );
      type = types.submoduleWith { inherit modules specialArgs class; };
    in
    evalWith (prepare { modules = all; inherit specialArgs class; } // { isStatic = false; }) {
      inherit prefix;
      settings = [ ];
      modules = [ ];
      moduleArgs = {
        inherit extendModules;
        moduleType = type;
      };
      extend = {
        inherit extendModules type class;
      };
    };

  # A submodule's own modules name the file of the option's declaration.
  located =
    file: m:
    if simple m then
      (if m ? _file then m else (if m ? options || m ? config then m else { config = removeAttrs m [ "freeformType" ]; } // lib.optionalAttrs (m ? freeformType) { inherit (m) freeformType; }) // { _file = file; })
    else if isAttrs m && m ? _file then
      m
    else
      lib.modules.setDefaultModuleLocation file m;
}
