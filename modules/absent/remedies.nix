# What to do instead of an option of Home Manager that nhmt does not have, for
# the option or the set of options that is named.
{ lib }:
let
  # Programs that read one file, by its place below xdg.configHome.
  configFile = file: "Install it by home.packages, and write its file by xdg.configFile.\"${file}\".";
  structured =
    file: format:
    "Install it by home.packages, and write its settings by xdg.configFile.\"${file}\" = { format = \"${format}\"; value = { … }; }.";
  homeFile = file: "Install it by home.packages, and write its file by home.file.\"${file}\".";
  # Programs that shells have to start.
  hooked =
    line:
    "Install it by home.packages, and start it by programs.bash.initExtra = ''eval \"$(${line} bash)\"'' (programs.zsh.initContent, programs.fish.interactiveShellInit).";
  pager = "Install it by home.packages, and set programs.git.settings.core.pager.";
  plugins = "Add its plugins to programs.zsh.plugins, or start it by programs.zsh.initContent.";
  compositor =
    file:
    "Install it by home.packages or by the system, and write its file by xdg.configFile.\"${file}\".";
  unit = "Write the service by systemd.user.services";

  programs = {
    alacritty = structured "alacritty/alacritty.toml" "toml";
    atuin = hooked "atuin init";
    bat = configFile "bat/config";
    delta = pager;
    diff-highlight = pager;
    diff-so-fancy = pager;
    direnv = hooked "direnv hook";
    emacs = homeFile ".emacs.d/init.el";
    fzf = hooked "fzf --bash; :";
    ghostty = configFile "ghostty/config";
    gpg = homeFile ".gnupg/gpg.conf";
    helix = structured "helix/config.toml" "toml";
    kitty = configFile "kitty/kitty.conf";
    mise = hooked "mise activate";
    mpv = configFile "mpv/mpv.conf";
    neovim = configFile "nvim/init.lua";
    ssh = "Write its file by home.file.\".ssh/config\".";
    starship = hooked "starship init";
    tmux = configFile "tmux/tmux.conf";
    vim = homeFile ".vimrc";
    wezterm = configFile "wezterm/wezterm.lua";
    zellij = configFile "zellij/config.kdl";
    zoxide = hooked "zoxide init";
    # A frame that fits none of the above.
    command-not-found = "It needs a channel's database of programs: use nix-locate of nix-index.";
    dircolors = "Write its file by home.file.\".dir_colors\", and read it by programs.bash.initExtra = ''eval \"$(dircolors -b ~/.dir_colors)\"''.";
    eza = "Install it by home.packages, and name it in home.shellAliases.";
    lsd = "Install it by home.packages, and name it in home.shellAliases.";
    "git.delta" = pager;
    "git.diff-highlight" = pager;
    "git.diff-so-fancy" = pager;
    "git.difftastic" =
      "Install it by home.packages, and set programs.git.settings.diff.external = \"difft\".";
    "git.maintenance" =
      "Run `git maintenance start', which writes its units itself, or write a timer by systemd.user.timers.";
    "git.patdiff" = pager;
    "git.riff" = pager;
    "home-manager.package" = "Remove the setting: nhmt is a command of its own.";
    "zsh.antidote" = plugins;
    "zsh.prezto" = plugins;
    "zsh.zplug" = plugins;
    "zsh.zsh-abbr" = plugins;
  };
  services = {
    gpg-agent = "Write its file by home.file.\".gnupg/gpg-agent.conf\"; GnuPG starts the agent itself.";
    ssh-agent = "${unit}.ssh-agent, and set home.sessionVariables.SSH_AUTH_SOCK.";
    home-manager = "It would switch Home Manager's generations; write a timer by systemd.user.timers that runs nhmt.";
    syncthing = "${unit}.syncthing (ExecStart = \"…/syncthing serve --no-browser\"); it keeps its settings itself.";
    dunst = "${unit}.dunst, and its file by xdg.configFile.\"dunst/dunstrc\".";
    mako = "${unit}.mako, and its file by xdg.configFile.\"mako/config\".";
  };
  windowManagers = {
    awesome = "awesome/rc.lua";
    bspwm = "bspwm/bspwmrc";
    herbstluftwm = "herbstluftwm/autostart";
    i3 = "i3/config";
    spectrwm = "spectrwm/spectrwm.conf";
    xmonad = "xmonad/xmonad.hs";
  };
  compositors = {
    hyprland = "hypr/hyprland.conf";
    labwc = "labwc/rc.xml";
    niri = "niri/config.kdl";
    river = "river/init";
    sway = "sway/config";
    wayfire = "wayfire.ini";
  };
  below = prefix: lib.mapAttrs' (name: lib.nameValuePair "${prefix}.${name}");
in
below "programs" programs
// below "services" services
// below "xsession.windowManager" (
  builtins.mapAttrs (_: compositor) windowManagers
  // {
    command = "Start it in a script of your own, by home.file.\".xsession\" with `executable = true'.";
    exwm = "Start it in a script of your own, by home.file.\".xsession\" with `executable = true'.";
    fluxbox = homeFile ".fluxbox/init";
  }
)
// below "wayland.windowManager" (builtins.mapAttrs (_: compositor) compositors)
// {
  xsession = "Write the script of the session by home.file.\".xsession\" with `executable = true', and what all sessions read by home.file.\".xprofile\".";
  "xsession.numlock" =
    "${unit}: one that runs numlockx, with Install.WantedBy = [ \"graphical-session.target\" ].";
  wayland = "Let units of the session be wanted by graphical-session.target.";
  accounts = "Write the accounts into the files of the programs that use them, by xdg.configFile or home.file; for passwords there is home.secrets.";
  vdirsyncer = "Write its file by xdg.configFile.\"vdirsyncer/config\".";
  editorconfig = "Write home.file.\".editorconfig\" = { format = \"ini\"; value = { … }; }.";
  "home.sessionVariableSetter" =
    "Remove the setting: login shells, environment.d and the shells' own files all have the variables.";
  "i18n.inputMethod" =
    "Install it by home.packages, start it by xdg.autostart or systemd.user.services, and set GTK_IM_MODULE, QT_IM_MODULE and XMODIFIERS in home.sessionVariables.";
  launchd = "Write the agent by home.file.\"Library/LaunchAgents/NAME.plist\".text = lib.generators.toPlist { } { … }, and load it with launchctl.";
  mozilla = "Link the hosts by home.file.\".mozilla/native-messaging-hosts/NAME.json\".source.";
  "news.json" = "Remove the setting: nhmt has no news to show.";
  "pam.sessionVariables" = "Set home.sessionVariables, which logins have too.";
  "pam.yubico" = "Write home.file.\".yubico/authorized_yubikeys\".text = \"NAME:ID\".";
  qt = "Set QT_QPA_PLATFORMTHEME and QT_STYLE_OVERRIDE in home.sessionVariables, and install the style by home.packages.";
  sshAuthSock = "Set home.sessionVariables.SSH_AUTH_SOCK.";
  "targets.darwin" = "Set it by `defaults' in a script of home.activation, or by nix-darwin.";
  "targets.genericLinux.gpu" =
    "Wrap the program by config.lib.nixGL.wrap, which targets.genericLinux.nixGL sets up.";
  xfconf = "Set it by xfconf-query in a script of home.activation.";
}
