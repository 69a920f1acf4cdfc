# programs.zsh: .zshenv, .zprofile, .zshrc, .zlogin, .zlogout.
{
  config,
  lib,
  nhmtLib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  inherit (nhmtLib.shell) paragraphs;
  inherit (nhmtLib.zsh) define expanding export;
  cfg = config.programs.zsh;
  home = config.home.homeDirectory;
  values = import ../../session/value.nix { inherit types; };
  session = (import ../../session/read.nix { inherit config nhmtLib; }).sh;
  declaredIn = nhmtLib.locations.ofOption options.programs.zsh.enable;
  sh = text: { inherit text declaredIn; };

  text =
    description:
    mkOption {
      type = types.lines;
      default = "";
      inherit description;
    };
  old =
    name:
    text "An older name for lines of .zshrc; `initContent` takes them all, with `lib.mkOrder`."
    // {
      visible = false;
      apply =
        lines:
        lib.warnIf (lines != "")
          "programs.zsh.${name} is an older name; programs.zsh.initContent with lib.mkOrder takes its lines"
          lines;
    };

  keymaps = {
    emacs = "bindkey -e";
    viins = "bindkey -v";
    vicmd = "bindkey -a";
  };

  # Once per session and content, as what every shell gets.
  own = lib.filterAttrs (_: v: v != null) cfg.sessionVariables;
  ownText = lib.concatStringsSep "\n" (lib.mapAttrsToList export own);
  ownDigest = builtins.substring 0 32 (
    builtins.hashString "sha256" (builtins.unsafeDiscardStringContext ownText)
  );
  ownOnce = lib.optionalString (own != { }) ''
    if [[ "''${__NHMT_ZSH-}" != "${ownDigest}" ]]; then
    export __NHMT_ZSH="${ownDigest}"
    ${ownText}
    fi'';

  aliases = lib.concatStringsSep "\n" (
    lib.mapAttrsToList (
      n: v: "alias -- ${lib.escapeShellArg n}=${lib.escapeShellArg v}"
    ) cfg.shellAliases
    ++ lib.mapAttrsToList (
      n: v: "alias -g -- ${lib.escapeShellArg n}=${lib.escapeShellArg v}"
    ) cfg.shellGlobalAliases
  );
  hashes = lib.concatStringsSep "\n" (
    lib.mapAttrsToList (n: v: "hash -d ${lib.escapeShellArg n}=\"${expanding v}\"") cfg.dirHashes
  );
  at = order: lines: mkIf (lines != "") (lib.mkOrder order lines);
in
{
  imports = [
    ./history.nix
    ./plugins.nix
    (lib.mkRenamedOptionModule
      [ "programs" "zsh" "enableAutosuggestions" ]
      [ "programs" "zsh" "autosuggestion" "enable" ]
    )
    (lib.mkRenamedOptionModule
      [ "programs" "zsh" "enableSyntaxHighlighting" ]
      [ "programs" "zsh" "syntaxHighlighting" "enable" ]
    )
  ];

  options.programs.zsh = {
    enable = lib.mkEnableOption "Z shell (Zsh)";
    package = nhmtLib.packages.option pkgs "zsh" "The zsh to install; null installs none." { };
    autocd = mkOption {
      type = types.nullOr types.bool;
      default = null;
      description = "Whether a directory that is typed alone is entered; null leaves it to zsh.";
    };
    cdpath = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Directories that `cd` looks in.";
    };
    dotDir = mkOption {
      type = types.nullOr types.str;
      default =
        if
          config.xdg.enable
          && config.home.stateVersion != null
          && lib.versionAtLeast config.home.stateVersion "26.05"
        then
          "${config.xdg.configHome}/zsh"
        else
          home;
      defaultText = lib.literalExpression "config.home.homeDirectory";
      example = lib.literalExpression ''"''${config.xdg.configHome}/zsh"'';
      # Null and relative ones are older forms.
      apply =
        d:
        if d == null then
          home
        else if lib.hasInfix "$" d then
          throw "programs.zsh.dotDir is ${d}, and no shell expands it: write an absolute path, with config.home.homeDirectory or config.xdg.configHome"
        else if lib.hasPrefix "/" d then
          lib.removeSuffix "/" d
        else
          "${home}/${lib.removeSuffix "/" d}";
      description = "Directory of zsh's files. In another than the home, `~/.zshenv` sets ZDOTDIR.";
    };
    shellAliases = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        ll = "ls -l";
        ".." = "cd ..";
      };
      description = "Aliases.";
    };
    shellGlobalAliases = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        G = "| grep";
      };
      description = "Aliases that are replaced anywhere on a line.";
    };
    dirHashes = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        docs = "$HOME/Documents";
      };
      description = "Names of directories, as `~docs`.";
    };
    enableCompletion = mkOption {
      type = types.bool;
      default = true;
      description = "Whether interactive shells complete.";
    };
    completionInit = mkOption {
      type = types.lines;
      default = "autoload -U compinit && compinit";
      description = "What starts completion, when it is enabled.";
    };
    defaultKeymap = mkOption {
      type = types.nullOr (types.enum (builtins.attrNames keymaps));
      default = null;
      example = "emacs";
      description = "The keymap to begin with.";
    };
    sessionVariables = mkOption {
      type = values.variables;
      default = { };
      example = {
        MAILCHECK = 30;
      };
      description = "Environment variables of zsh's sessions; null leaves one alone.";
    };
    initContent = mkOption {
      type = types.lines;
      default = "";
      example = lib.literalExpression ''lib.mkOrder 1200 "source ~/mine.zsh"'';
      description = ''
        Lines of .zshrc. `lib.mkOrder` gives their place: 500 (`mkBefore`) the beginning, 550 before completion
        starts, 1000 the default, 1500 (`mkAfter`) the end.
      '';
    };
    initExtraFirst = old "initExtraFirst";
    initExtraBeforeCompInit = old "initExtraBeforeCompInit";
    initExtra = old "initExtra";
    envExtra = text "Lines of .zshenv, which every zsh reads.";
    profileExtra = text "Lines of .zprofile, which login shells read first.";
    loginExtra = text "Lines of .zlogin, which login shells read last.";
    logoutExtra = text "Lines of .zlogout, for the end of login shells.";
    localVariables = mkOption {
      type = types.attrs;
      default = { };
      example = {
        POWERLEVEL9K_LEFT_PROMPT_ELEMENTS = [
          "dir"
          "vcs"
        ];
      };
      description = "Variables of the shell, defined early in .zshrc.";
    };
    setOptions = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "EXTENDED_HISTORY"
        "NO_BEEP"
      ];
      description = "Options to set; `NO_` before one unsets it.";
    };
    siteFunctions = mkOption {
      type = types.attrsOf types.lines;
      default = { };
      example = {
        mkcd = ''mkdir -p "$1" && cd "$1"'';
      };
      description = "Functions, by name; they are read when they are called.";
    };
  };

  config = mkIf cfg.enable (
    lib.mkMerge [
      {
        home.packages = mkIf (cfg.package != null) [ cfg.package ];
        programs.zsh.shellAliases = config.home.shellAliases;
        programs.zsh.initContent = lib.mkMerge [
          (at 500 cfg.initExtraFirst)
          (lib.mkOrder 510 (
            "typeset -U path cdpath fpath manpath"
            +
              lib.optionalString (cfg.cdpath != [ ])
                "\ncdpath+=(${lib.concatMapStringsSep " " (d: "\"${expanding d}\"") cfg.cdpath})"
          ))
          (lib.mkOrder 520 ''
            for __nhmt_profile in "${nhmtLib.shell.inQuotes config.home.profileDirectory}" ''${(z)NIX_PROFILES}; do
              fpath+=("$__nhmt_profile"/share/zsh/{site-functions,$ZSH_VERSION/functions,vendor-completions})
            done
            unset __nhmt_profile'')
          (mkIf (cfg.siteFunctions != { }) (
            lib.mkOrder 525 "fpath=(${lib.escapeShellArg "${cfg.dotDir}/.zsh-functions"} $fpath)\nautoload -Uz -- ${lib.escapeShellArgs (builtins.attrNames cfg.siteFunctions)}"
          ))
          (mkIf (cfg.defaultKeymap != null) (lib.mkOrder 530 keymaps.${cfg.defaultKeymap}))
          (at 540 (lib.concatStringsSep "\n" (lib.mapAttrsToList define cfg.localVariables)))
          (at 550 cfg.initExtraBeforeCompInit)
          # oh-my-zsh does that itself.
          (mkIf (cfg.enableCompletion && !cfg.oh-my-zsh.enable) (lib.mkOrder 570 cfg.completionInit))
          (at 950 (lib.concatMapStringsSep "\n" (o: "setopt ${lib.escapeShellArg o}") cfg.setOptions))
          (at 1000 cfg.initExtra)
          (at 1100 aliases)
          (at 1150 hashes)
        ];

        home.file = {
          "${cfg.dotDir}/.zshenv" = sh (paragraphs [
            (lib.optionalString (cfg.dotDir != home) "export ZDOTDIR=${lib.escapeShellArg cfg.dotDir}")
            session
            ownOnce
            cfg.envExtra
          ]);
          # Again, since the system's files come in between and set PATH.
          "${cfg.dotDir}/.zprofile" = sh (paragraphs [
            session
            cfg.profileExtra
          ]);
          "${cfg.dotDir}/.zshrc" = sh (paragraphs [ cfg.initContent ]);
          "${cfg.dotDir}/.zlogin" = mkIf (cfg.loginExtra != "") (sh cfg.loginExtra);
          "${cfg.dotDir}/.zlogout" = mkIf (cfg.logoutExtra != "") (sh cfg.logoutExtra);
        };
      }
      (mkIf (cfg.siteFunctions != { }) {
        home.file = lib.mapAttrs' (
          n: body: lib.nameValuePair "${cfg.dotDir}/.zsh-functions/${n}" (sh body)
        ) cfg.siteFunctions;
      })
      (mkIf (cfg.dotDir != home) {
        home.file.".zshenv" = sh ". ${lib.escapeShellArg "${cfg.dotDir}/.zshenv"}\n";
      })
    ]
  );
}
