# programs.zsh: plugins, and the three that come as packages.
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.programs.zsh;
  home = config.home.homeDirectory;
  directory = if cfg.dotDir == home then "${home}/.zsh/plugins" else "${cfg.dotDir}/plugins";

  # With a package set its package; else what the home's packages or the system have.
  package =
    name:
    nhmtLib.packages.option pkgs name
      "The package; null takes what the home's packages or the system have of that name."
      { };
  read =
    given: name:
    let
      within = "share/${name}/${name}.zsh";
      places = [
        "${config.home.profileDirectory}/${within}"
        "/usr/${within}"
        "/usr/share/zsh/plugins/${name}/${name}.zsh"
        "/opt/homebrew/${within}"
        "/usr/local/${within}"
      ];
    in
    if given != null then
      "source ${given}/${within}\n"
    else
      ''
        for __nhmt_file in ${lib.escapeShellArgs places}; do
          if [[ -r $__nhmt_file ]]; then
            source "$__nhmt_file"
            break
          fi
        done
        unset __nhmt_file
      '';
  keys =
    widget: given:
    lib.concatMapStrings (key: ''
      bindkey "${key}" ${widget}
    '') (lib.toList given);

  plugin = types.submodule (
    { config, ... }:
    {
      options = {
        src = mkOption {
          type = types.path;
          description = "The plugin's directory.";
        };
        name = mkOption {
          type = types.str;
          description = "The plugin's name.";
        };
        file = mkOption {
          type = types.str;
          description = "The script to read, relative to the directory; NAME.plugin.zsh unless it is set.";
        };
        completions = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Directories of functions, relative to the directory, for fpath.";
        };
        functions = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "As `completions`, by its newer name.";
        };
      };
      config.file = lib.mkDefault "${config.name}.plugin.zsh";
    }
  );
  place = p: "${directory}/${p.name}";
in
{
  options.programs.zsh = {
    plugins = mkOption {
      type = types.listOf plugin;
      default = [ ];
      example = lib.literalExpression ''[ { name = "prompt"; src = ./prompt; file = "prompt.zsh"; } ]'';
      description = "Plugins: directories with a script to read.";
    };
    autosuggestion = {
      enable = lib.mkEnableOption "zsh-autosuggestions, of the package set or the system";
      highlight = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "fg=#808080";
        description = "Style of suggestions, as zshzle(1) has it.";
      };
      strategy = mkOption {
        type = types.listOf (
          types.enum [
            "history"
            "completion"
            "match_prev_cmd"
          ]
        );
        default = [ "history" ];
        description = "Where suggestions come from, tried one after another; an empty list sets nothing.";
      };
    };
    syntaxHighlighting = {
      enable = lib.mkEnableOption "zsh-syntax-highlighting, of the package set or the system";
      package = package "zsh-syntax-highlighting";
      highlighters = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "brackets" ];
        description = "Highlighters beside main.";
      };
      patterns = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          "rm -rf *" = "fg=white,bold,bg=red";
        };
        description = "Styles of patterns.";
      };
      styles = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          comment = "fg=black,bold";
        };
        description = "Styles of parts of a command.";
      };
    };
    oh-my-zsh = {
      enable = lib.mkEnableOption "oh-my-zsh";
      package = package "oh-my-zsh";
      plugins = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [
          "git"
          "sudo"
        ];
        description = "Plugins of oh-my-zsh.";
      };
      custom = mkOption {
        type = types.str;
        default = "";
        description = "Directory of changes to oh-my-zsh; variables in it expand.";
      };
      theme = mkOption {
        type = types.str;
        default = "";
        example = "robbyrussell";
        description = "The theme.";
      };
      extraConfig = mkOption {
        type = types.lines;
        default = "";
        description = "Lines before oh-my-zsh is read.";
      };
    };
  };

  config = mkIf cfg.enable (
    lib.mkMerge [
      (mkIf (cfg.plugins != [ ]) {
        home.file = builtins.listToAttrs (
          map (p: lib.nameValuePair (place p) { source = p.src; }) cfg.plugins
        );
        programs.zsh.initContent = lib.mkMerge [
          (lib.mkOrder 560 (
            lib.concatMapStrings (
              p:
              ''
                path+="${place p}"
                fpath+="${place p}"
              ''
              + lib.concatMapStrings (f: ''
                fpath+="${place p}/${f}"
              '') (p.completions ++ p.functions)
            ) cfg.plugins
          ))
          (lib.mkOrder 900 (
            lib.concatMapStrings (p: ''
              if [[ -f "${place p}/${p.file}" ]]; then
                source "${place p}/${p.file}"
              fi
            '') cfg.plugins
          ))
        ];
      })
      (mkIf cfg.autosuggestion.enable {
        programs.zsh.initContent = lib.mkOrder 700 (
          read (if nhmtLib.pkgsGiven then pkgs.zsh-autosuggestions else null) "zsh-autosuggestions"
          + lib.optionalString (cfg.autosuggestion.strategy != [ ]) ''
            ZSH_AUTOSUGGEST_STRATEGY=(${lib.concatStringsSep " " cfg.autosuggestion.strategy})
          ''
          + lib.optionalString (cfg.autosuggestion.highlight != null) ''
            ZSH_AUTOSUGGEST_HIGHLIGHT_STYLE="${cfg.autosuggestion.highlight}"
          ''
        );
      })
      (mkIf cfg.syntaxHighlighting.enable {
        programs.zsh.syntaxHighlighting.highlighters = [ "main" ];
        programs.zsh.initContent = lib.mkOrder 1200 (
          read cfg.syntaxHighlighting.package "zsh-syntax-highlighting"
          + ''
            typeset -gA ZSH_HIGHLIGHT_STYLES ZSH_HIGHLIGHT_PATTERNS
            ZSH_HIGHLIGHT_HIGHLIGHTERS=(${lib.escapeShellArgs cfg.syntaxHighlighting.highlighters})
          ''
          + lib.concatStrings (
            lib.mapAttrsToList (n: v: ''
              ZSH_HIGHLIGHT_STYLES[${lib.escapeShellArg n}]=${lib.escapeShellArg v}
            '') cfg.syntaxHighlighting.styles
            ++ lib.mapAttrsToList (n: v: ''
              ZSH_HIGHLIGHT_PATTERNS+=(${lib.escapeShellArg n} ${lib.escapeShellArg v})
            '') cfg.syntaxHighlighting.patterns
          )
        );
      })
      (mkIf cfg.historySubstringSearch.enable {
        programs.zsh.initContent = lib.mkOrder 1250 (
          read (
            if nhmtLib.pkgsGiven then pkgs.zsh-history-substring-search else null
          ) "zsh-history-substring-search"
          + keys "history-substring-search-up" cfg.historySubstringSearch.searchUpKey
          + keys "history-substring-search-down" cfg.historySubstringSearch.searchDownKey
        );
      })
      (mkIf cfg.oh-my-zsh.enable {
        home.packages = lib.optional (cfg.oh-my-zsh.package != null) cfg.oh-my-zsh.package;
        programs.zsh.initContent = lib.mkOrder 800 (
          ''
            ZSH=${
              if cfg.oh-my-zsh.package != null then
                "${cfg.oh-my-zsh.package}/share/oh-my-zsh"
              else
                ''"''${ZSH:-$HOME/.oh-my-zsh}"''
            }
            ZSH_CACHE_DIR=${lib.escapeShellArg config.xdg.cacheHome}/oh-my-zsh
            [[ -d $ZSH_CACHE_DIR ]] || mkdir -p "$ZSH_CACHE_DIR"
          ''
          + cfg.oh-my-zsh.extraConfig
          + ''

            plugins=(${lib.escapeShellArgs cfg.oh-my-zsh.plugins})
            ${lib.optionalString (
              cfg.oh-my-zsh.custom != ""
            ) ''ZSH_CUSTOM="${nhmtLib.zsh.expanding cfg.oh-my-zsh.custom}"''}
            ${lib.optionalString (
              cfg.oh-my-zsh.theme != ""
            ) "ZSH_THEME=${lib.escapeShellArg cfg.oh-my-zsh.theme}"}
            if [[ -r $ZSH/oh-my-zsh.sh ]]; then source "$ZSH/oh-my-zsh.sh"; fi
          ''
        );
      })
    ]
  );
}
