# Alice's home: bash, git, readline, two applications with structured
# settings, a script, session variables and a directory of files.
{ config, lib, ... }:
{
  imports = [ ./git.nix ];

  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.stateVersion = "25.05";

  home.sessionVariables = {
    EDITOR = "vim";
    PAGER = "less";
    LESS = "-FRX";
    PROJECTS = "$HOME/projects";
  };
  home.sessionPath = [ "$HOME/.local/bin" ];
  home.shellAliases = {
    ll = "ls -l";
    la = "ls -la";
    ".." = "cd ..";
  };

  programs.bash = {
    enable = true;
    historyControl = [ "ignoreboth" ];
    historyFileSize = 200000;
    shellOptions = [
      "histappend"
      "globstar"
      "checkjobs"
      "-cdspell"
    ];
    initExtra = ''
      PS1='\u@\h \w\$ '
    '';
  };

  programs.readline = {
    enable = true;
    variables = {
      bell-style = "none";
      completion-ignore-case = true;
      show-all-if-ambiguous = true;
      completion-query-items = 200;
    };
    bindings = {
      "\\e[A" = "history-search-backward";
      "\\e[B" = "history-search-forward";
      Control-l = "clear-screen";
    };
  };

  xdg.enable = true;

  # A terminal, settings in TOML.
  xdg.configFile."alacritty/alacritty.toml" = {
    format = "toml";
    value = {
      window = {
        opacity = 0.95;
        padding = {
          x = 4;
          y = 4;
        };
      };
      font = {
        size = 11.5;
        normal.family = "DejaVu Sans Mono";
      };
      keyboard.bindings = [
        {
          key = "N";
          mods = "Control|Shift";
          action = "CreateNewWindow";
        }
      ];
    };
  };

  # A widget toolkit, settings in INI.
  xdg.configFile."gtk-3.0/settings.ini" = {
    format = "ini";
    value.Settings = {
      gtk-application-prefer-dark-theme = true;
      gtk-cursor-theme-size = 24;
      gtk-font-name = "DejaVu Sans 11";
    };
  };

  # A program of her own, and a directory whose files can lie beside others.
  home.file.".local/bin/backup-notes" = {
    source = ./files/bin/backup-notes;
    executable = true;
  };
  home.file.".vim" = {
    source = ./files/vim;
    recursive = true;
  };
  home.file.".vimrc".text = lib.concatLines [
    "set number"
    "set background=dark"
    "set undodir=${config.xdg.stateHome}/vim/undo"
  ];
}
