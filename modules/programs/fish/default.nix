# programs.fish: config.fish, functions, completions.
{
  config,
  lib,
  nhmtLib,
  options,
  pkgs,
  ...
}:
let
  inherit (builtins) attrNames concatMap isAttrs;
  inherit (lib)
    concatMapStringsSep
    concatStringsSep
    mapAttrsToList
    mkIf
    mkOption
    optional
    optionals
    types
    ;
  inherit (nhmtLib.fish) quote;
  inherit (nhmtLib.shell) paragraphs;
  cfg = config.programs.fish;
  own = import ./types.nix { inherit lib; };
  session = (import ../../session/read.nix { inherit config nhmtLib; }).fish;
  declaredIn = nhmtLib.locations.ofOption options.programs.fish.enable;
  fish = text: { inherit text declaredIn; };
  lines = parts: concatStringsSep "\n" parts;
  words = concatMapStringsSep " " (
    w: if builtins.match "[A-Za-z0-9_./=-]+" w != null then w else quote w
  );

  text =
    description:
    mkOption {
      type = types.lines;
      default = "";
      inherit description;
    };

  # A flag with its value as one word each; nothing without a value.
  flag =
    name: v:
    optionals (v != null) [
      "--${name}"
      (toString v)
    ];

  abbreviation =
    attr: given:
    let
      a = if isAttrs given then given else { expansion = given; };
      cursor = a.setCursor or false;
    in
    words (
      [
        "abbr"
        "--add"
      ]
      ++ flag "position" (a.position or null)
      ++ flag "regex" (a.regex or null)
      ++ concatMap (flag "command") (if a.command or null == null then [ ] else lib.toList a.command)
      ++ (
        if cursor == true then [ "--set-cursor" ] else optional (cursor != false) "--set-cursor=${cursor}"
      )
      ++ flag "function" (a.function or null)
      ++ [
        "--"
        (if a.name or null != null then a.name else attr)
      ]
      ++ optional (a.expansion or null != null) a.expansion
    );
  alias = n: v: "alias ${words [ n ]} ${quote v}";

  bindings = lib.filterAttrs (_: b: b.enable) cfg.binds;
  bind =
    attr: b:
    let
      # Names of keys and sequences such as \cx are words of fish's own.
      key = if b.name != null then b.name else attr;
      flags =
        optional b.silent "-s"
        ++ optional (b.operate != null) "--${b.operate}"
        ++ flag "mode" b.mode
        ++ flag "sets-mode" b.setsMode;
    in
    optional b.erase (
      concatStringsSep " " (
        [
          "bind"
          "-e"
        ]
        ++ flags
        ++ [ key ]
      )
    )
    ++ optional (b.command != null) (
      concatStringsSep " " (
        [ "bind" ] ++ flags ++ [ key ] ++ map quote (lib.toList b.command) ++ optional b.repaint "repaint"
      )
    );

  several = name: v: concatMap (flag name) (if v == null then [ ] else lib.toList v);
  body = given: lib.removeSuffix "\n" (if isAttrs given then given.body else given);
  function =
    name: given:
    let
      f = if isAttrs given then given else { };
      flags =
        flag "description" (f.description or null)
        ++ flag "wraps" (f.wraps or null)
        ++ several "on-event" (f.onEvent or null)
        ++ flag "on-variable" (f.onVariable or null)
        ++ flag "on-job-exit" (f.onJobExit or null)
        ++ flag "on-process-exit" (f.onProcessExit or null)
        ++ flag "on-signal" (f.onSignal or null)
        ++ optional (f.noScopeShadowing or false) "--no-scope-shadowing"
        ++ flag "inherit-variable" (f.inheritVariable or null)
        ++ several "argument-names" (f.argumentNames or null);
    in
    fish "function ${words ([ name ] ++ flags)}\n${body given}\nend\n";
  # A function that something calls has to be known before.
  isCalled =
    f:
    isAttrs f
    && builtins.any (n: f.${n} != null) [
      "onEvent"
      "onVariable"
      "onJobExit"
      "onProcessExit"
      "onSignal"
    ];
  called = builtins.filter (n: isCalled cfg.functions.${n}) (attrNames cfg.functions);

  plugin =
    p:
    fish ''
      set -l plugin_dir ${quote "${p.src}"}
      if test -d $plugin_dir/functions
          set fish_function_path $fish_function_path[1] $plugin_dir/functions $fish_function_path[2..-1]
      end
      if test -d $plugin_dir/completions
          set fish_complete_path $fish_complete_path[1] $plugin_dir/completions $fish_complete_path[2..-1]
      end
      for file in $plugin_dir/conf.d/*.fish $plugin_dir/key_bindings.fish $plugin_dir/init.fish
          test -f $file; and source $file
      end
    '';

  within = name: inside: lib.optionalString (inside != "") "if status is-${name}\n${inside}\nend";
in
{
  options.programs.fish = {
    enable = lib.mkEnableOption "fish, the friendly interactive shell";
    package = nhmtLib.packages.option pkgs "fish" "The fish to install; null installs none." { };
    generateCompletions = mkOption {
      type = types.bool;
      default = true;
      description = "Taken for Home Manager's configurations. nhmt makes no completions of manual pages; fish does with `fish_update_completions`.";
    };
    shellAliases = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        g = "git";
        "..." = "cd ../..";
      };
      description = "Aliases.";
    };
    shellAbbrs = mkOption {
      type = types.attrsOf (types.either types.str own.abbreviation);
      default = { };
      example = {
        gco = "git checkout";
        "-C" = {
          position = "anywhere";
          expansion = "--color";
        };
      };
      description = "Abbreviations, which are replaced as they are typed.";
    };
    preferAbbrs = mkOption {
      type = types.bool;
      default = false;
      description = "Whether aliases for every shell become abbreviations.";
    };
    binds = mkOption {
      type = types.attrsOf own.bind;
      default = { };
      example = {
        "alt-shift-b".command = "fish_commandline_append bat";
      };
      description = "Key bindings.";
    };
    shellInit = text "Lines for every fish, after the session's environment.";
    loginShellInit = text "Lines for login shells.";
    interactiveShellInit = text "Lines for interactive shells.";
    shellInitLast = text "Lines at the end.";
    plugins = mkOption {
      type = types.listOf own.plugin;
      default = [ ];
      example = lib.literalExpression ''[ { name = "z"; src = ./z; } ]'';
      description = "Plugins: directories with functions, completions and conf.d.";
    };
    functions = mkOption {
      type = types.attrsOf (types.either types.lines own.function);
      default = { };
      example = {
        gitignore = "curl -sL https://www.gitignore.io/api/$argv";
      };
      description = "Functions.";
    };
    completions = mkOption {
      type = types.attrsOf (types.either types.lines own.completion);
      default = { };
      example = {
        my-prog = "complete -c my-prog -s o -l output";
      };
      description = "Files of completions, by command.";
    };
  };

  config = mkIf cfg.enable {
    home.packages = mkIf (cfg.package != null) [ cfg.package ];
    nhmt.session.fish.enable = true;
    programs.fish.shellAliases = mkIf (!cfg.preferAbbrs) config.home.shellAliases;
    programs.fish.shellAbbrs = mkIf cfg.preferAbbrs config.home.shellAliases;
    programs.fish.functions = mkIf (bindings != { }) {
      fish_user_key_bindings = lines (builtins.concatLists (mapAttrsToList bind bindings));
    };

    xdg.configFile = {
      "fish/config.fish" = fish (paragraphs [
        # `exec fish` and `source` begin anew, a function that reads it does not.
        "set -q __nhmt_config; and exit\nset -g __nhmt_config 1"
        session
        # What packages bring: fish looks below XDG_DATA_DIRS before it reads this.
        ''
          for dir in ${quote "${config.home.profileDirectory}/share/fish/vendor_functions.d"}
              contains -- $dir $fish_function_path; or set -a fish_function_path $dir
          end
          for dir in ${quote "${config.home.profileDirectory}/share/fish/vendor_completions.d"}
              contains -- $dir $fish_complete_path; or set -a fish_complete_path $dir
          end''
        (lines (map (n: "source ${quote "${config.xdg.configHome}/fish/functions/${n}.fish"}") called))
        cfg.shellInit
        (within "login" cfg.loginShellInit)
        (within "interactive" (
          lib.removeSuffix "\n" (paragraphs [
            (lines (mapAttrsToList abbreviation cfg.shellAbbrs))
            (lines (mapAttrsToList alias cfg.shellAliases))
            cfg.interactiveShellInit
          ])
        ))
        cfg.shellInitLast
      ]);
    }
    // lib.mapAttrs' (n: f: lib.nameValuePair "fish/functions/${n}.fish" (function n f)) cfg.functions
    // lib.mapAttrs' (
      n: c: lib.nameValuePair "fish/completions/${n}.fish" (fish "${body c}\n")
    ) cfg.completions
    // builtins.listToAttrs (
      map (p: lib.nameValuePair "fish/conf.d/plugin-${p.name}.fish" (plugin p)) cfg.plugins
    );
  };
}
