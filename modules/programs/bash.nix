# programs.bash: .bashrc, .profile, .bash_profile, .bash_logout.
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
  inherit (nhmtLib.shell) exportAll paragraphs;
  cfg = config.programs.bash;
  declaredIn = nhmtLib.locations.ofOption options.programs.bash.enable;
  sh = text: { inherit text declaredIn; };

  text =
    description:
    mkOption {
      type = types.lines;
      default = "";
      inherit description;
    };

  session = (import ../session/read.nix { inherit config nhmtLib; }).sh;

  history =
    let
      set = lib.filterAttrs (_: v: v != null) {
        HISTFILESIZE = cfg.historyFileSize;
        HISTSIZE = cfg.historySize;
        HISTFILE = if cfg.historyFile == null then null else ''"${cfg.historyFile}"'';
        HISTCONTROL =
          if cfg.historyControl == [ ] then null else lib.concatStringsSep ":" cfg.historyControl;
        HISTIGNORE =
          if cfg.historyIgnore == [ ] then
            null
          else
            lib.escapeShellArg (lib.concatStringsSep ":" cfg.historyIgnore);
      };
    in
    lib.concatStringsSep "\n" (
      lib.mapAttrsToList (n: v: "${n}=${toString v}") set
      ++ lib.optional (cfg.historyFile != null) ''mkdir -p "$(dirname "$HISTFILE")"''
    );
  shopt = lib.concatMapStringsSep "\n" (
    o: "shopt ${if lib.hasPrefix "-" o then "-u" else "-s"} ${lib.removePrefix "-" o}"
  ) cfg.shellOptions;
  aliases = lib.concatStringsSep "\n" (
    lib.mapAttrsToList (n: v: "alias -- ${n}=${lib.escapeShellArg v}") cfg.shellAliases
  );

  # With a package set the completion of that set; else what the system has.
  completionFiles =
    if nhmtLib.pkgsGiven then
      [ "${pkgs.bash-completion}/etc/profile.d/bash_completion.sh" ]
    else
      [
        "${nhmtLib.shell.inQuotes config.home.profileDirectory}/etc/profile.d/bash_completion.sh"
        "/run/current-system/sw/etc/profile.d/bash_completion.sh"
        "/usr/share/bash-completion/bash_completion"
        "/opt/homebrew/etc/profile.d/bash_completion.sh"
        "/usr/local/etc/profile.d/bash_completion.sh"
        "/etc/bash_completion"
      ];
in
{
  options.programs.bash = {
    enable = lib.mkEnableOption "GNU Bourne-Again SHell";
    package =
      nhmtLib.packages.option pkgs "bashInteractive" "The bash to install; null installs none."
        { };
    enableCompletion = mkOption {
      type = types.bool;
      default = true;
      description = "Whether interactive shells load bash-completion, when it is there.";
    };
    historySize = mkOption {
      type = types.nullOr types.int;
      default = 10000;
      description = "Number of history lines to keep in memory.";
    };
    historyFile = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "Place of the history file.";
    };
    historyFileSize = mkOption {
      type = types.nullOr types.int;
      default = 100000;
      description = "Number of history lines to keep in the file.";
    };
    historyControl = mkOption {
      type = types.listOf (
        types.enum [
          "erasedups"
          "ignoredups"
          "ignorespace"
          "ignoreboth"
        ]
      );
      default = [ ];
      description = "How commands are saved in the history list.";
    };
    historyIgnore = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "ls"
        "cd"
        "exit"
      ];
      description = "Commands that are not saved in the history list.";
    };
    shellOptions = mkOption {
      type = types.listOf types.str;
      # A history file shared by shells, extended patterns, and a warning
      # before running jobs are left behind.
      default = [
        "histappend"
        "extglob"
        "globstar"
        "checkjobs"
      ];
      example = [
        "extglob"
        "-cdspell"
      ];
      description = "Options for `shopt`; a leading `-` unsets one.";
    };
    sessionVariables = mkOption {
      type = (import ../session/value.nix { inherit types; }).variables;
      default = { };
      example = {
        MAILCHECK = 30;
      };
      description = "Environment variables of bash's login sessions; null leaves one alone.";
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
    profileExtra = text "Shell text for login shells.";
    bashrcExtra = text "Shell text for every shell that reads .bashrc, interactive or not.";
    initExtra = text "Shell text for interactive shells.";
    logoutExtra = text "Shell text for the end of login shells.";
  };

  config = mkIf cfg.enable {
    home.packages = mkIf (cfg.package != null) [ cfg.package ];
    programs.bash.shellAliases = config.home.shellAliases;

    # Early, so that completions registered by later text are kept.
    programs.bash.initExtra = mkIf cfg.enableCompletion (
      lib.mkOrder 100 ''
        if [[ ! -v BASH_COMPLETION_VERSINFO ]]; then
          for __nhmt_file in ${lib.escapeShellArgs completionFiles}; do
            if [[ -r $__nhmt_file ]]; then
              . "$__nhmt_file"
              break
            fi
          done
          unset __nhmt_file
        fi
      ''
    );

    home.file = {
      ".bash_profile" = sh ''
        # Login shells read the same as others, in two steps.
        [[ -f ~/.profile ]] && . ~/.profile
        [[ -f ~/.bashrc ]] && . ~/.bashrc
      '';
      ".profile" = sh (paragraphs [
        session
        (exportAll cfg.sessionVariables)
        cfg.profileExtra
      ]);
      ".bashrc" = sh (paragraphs [
        session
        cfg.bashrcExtra
        "# What follows is for interactive shells.\n[[ $- == *i* ]] || return"
        history
        shopt
        aliases
        cfg.initExtra
      ]);
      ".bash_logout" = mkIf (cfg.logoutExtra != "") (sh cfg.logoutExtra);
    };
  };
}
