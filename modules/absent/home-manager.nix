# Home Manager's options, by name: what no module of nhmt declares is absent.
# Names only, written by tests/coverage/absent; the value of an entry of
# nhmt.absentOptions says what to do.
{ lib }:
let
  words = text: builtins.filter (w: builtins.isString w && w != "") (builtins.split "[ \n]+" text);
  programs = words ''
    abaddon abook acd-cli aerc aerospace afew ahoviewer aiac aichat aider-chat airlift alacritty
    algia aliae alistral alot am2rlauncher amber amfora amoco amp andcli animdl anime-downloader
    anki antigravity antigravity-cli anup anvil-editor anyrun aperture aphorme aria2 aria2p
    asciinema ashell astroid atool attic-client atuin autojump autorandr awscli bacon bash
    bashmount bat beets bemenu bluetuith borgmatic bottom boxxy brave brave-origin broot
    browserpass btop bun calibre carapace cargo cava cavalier chawan chromium claude-code clock-rs
    cmus codex command-not-found comodoro concord crush cudatext cursor darcs dbeaver delta
    desktoppr devenv diff-highlight diff-so-fancy difftastic dircolors direnv discocss discord
    distrobox docker-cli dprint earthly ec eclipse element-desktop emacs equibop eww exa eza
    fabric-ai fastfetch fd feedr feh firefox firefoxpwa fish flake-edit flashspace floorp foliate
    foot formiko freetube fresh-editor fuzzel fzf gallery-dl gcc gemini-cli gh gh-dash ghostty git
    git-cliff git-credential-keepassxc git-credential-oauth git-worktree-switcher
    github-copilot-cli gitui glab gnome-shell gnome-terminal go google-chrome google-chrome-beta
    google-chrome-dev goto gpg gradle granted grep grype gurk-rs halloy havoc helix herdr hexchat
    himalaya home-manager hstr htop hwatch hyfetch hyprland-qt-support hyprlock hyprpanel hyprshot
    hyprtoolkit i3bar-river i3blocks i3status i3status-rust iamb imv infat info inori intelli-shell
    ion irssi java jetbrains-remote jjui joplin-desktop joshuto jq jqp jrnl jujutsu just k9s
    kakoune keepassxc keychain khal khard kickoff kiro kiro-cli kitty kodi kraftkit kubecolor
    kubeswitch lapce lazydocker lazygit lazysql lazyworktree ledger less lesspipe lf librewolf
    lieer looking-glass-client lsd lutris macchina macos-terminal man mangohud matplotlib mblaze
    mbsync mc mcfly mcp meli mercurial mergiraf micro microsoft-edge mise mistral-vibe mods mpv
    mpvpaper mr msmtp mu mujmap mullvad-vpn mypy navi ncmpcpp ncspot ne neomutt neovide neovim
    newsboat nh nheko niriswitcher nix-index nix-init nix-search-tv nix-your-shell nnn nom noti
    notmuch npm numbat nushell nvchecker nyxt obs-studio obsidian octant offlineimap oh-my-posh
    onagre onedrive onlyoffice opam opencode openstackclient opkssh pandoc papis parallel
    password-store patdiff pay-respects pazi pet pgcli pi-coding-agent pianobar pidgin pimsync
    pistol piston-cli pls poetry posting powerline-go pqiv prismlauncher ptyxis pubs pyenv pylint
    pyradio pywal qalculate qcal quickshell qutebrowser radicle radio-active radio-cli ranger rbenv
    rbw rclone readline rectangle retext retroarch riff rio ripgrep ripgrep-all rizin rmpc rofi
    rtorrent rtx ruff sagemath sapling satty sbt scmpuff screen script-directory senpai sesh
    sftpman sheldon sherlock sioyek sketchybar skim sm64ex smug spotify-player sqls ssh starship
    streamlink superfile swappy sway-easyfocus swayimg swaylock swayr t3code taskwarrior tealdeer
    television terminator termite tex-fmt texlive thefuck thunderbird timidity tint2 tiny tirith
    tmate tmux todoman tofi topgrade translate-shell tray-tui trippy ttyper twitch-tui ty urxvt uv
    vdirsyncer vesktop vicinae vifm vim vim-vint vinegar visidata vivaldi vivid vscode vscodium w3m
    wallust watson waveterm waybar waylogout wayprompt wezterm windsurf wiremix wleave wlogout
    wlr-which-key wofi workstyle wpaperd xmobar xplr yambar yarn yazi yofi yt-dlp z-lua zapzap
    zathura zed-editor zellij zk zoxide zsh
  '';
  services = words ''
    activitywatch amberol arrpc autorandr autotiling avizo awww barrier batsignal betterlockscreen
    blanket blueman-applet borgmatic cachix-agent caffeine cbatticon clipcat cliphist clipman
    clipmenu clipse colima comodoro conky copyq darkman davmail devilspie2 dropbox dunst dwm-status
    easyeffects elephant emacs espanso etesync-dav exo flameshot fluidsynth fnott fusuma gammastep
    getmail git-sync glance gnome-keyring gpg-agent grobi gromit-mpx himalaya-watch home-manager
    hound hypridle hyprlauncher hyprpaper hyprpolkitagent hyprshell hyprsunset imapnotify
    jankyborders jellyfin-mpv-shim kanshi kbfs kdeconnect keepassx keybase keynav librespot lieer
    linux-wallpaperengine listenbrainz-mpd local-ai lorri ludusavi lxqt-policykit-agent
    macos-remap-keys mako mbsync megasync mopidy mpd mpd-discord-rpc mpd-mpris mpdris2 mpdris2-rs
    mpdscribble mpris-proxy muchsync network-manager-applet nextcloud-client notify-osd nvibrant
    ollama opensnitch-ui osmscout-server owncloud-client pantalaimon parcellite pass-secret-service
    password-store-sync pasystray pbgopy picom pimsync pipewire pizauth plan9port playerctld
    plex-mpv-shim podman polkit-gnome polybar poweralertd proton-pass-agent protonmail-bridge psd
    pueue pulseeffects radicle random-background recoll redshift remmina rescrobbled restic
    rsibreak safeeyes screen-locker sctd shikane shpool signaturepdf skhd snixembed spotifyd
    ssh-agent ssh-tpm-agent stalonetray status-notifier-watcher swayidle swaync swayosd swww sxhkd
    syncthing syshud systembus-notify taffybar tahoe-lafs tailscale-systray taskwarrior-sync
    tldr-update tomat trayer trayscale twmn udiskie unclutter unison vdirsyncer volnoti voxtype
    walker way-displays wayle wayvnc wl-clip-persist wlsunset wluma wob wpaperd xcape
    xembed-sni-proxy xidlehook xscreensaver xsettingsd xsuspender yubikey-agent
  '';
  others = words ''
    programs.bash.enableAutojump programs.bash.enableVteIntegration programs.fish.promptInit
    programs.fish.sessionVariablesPackage programs.git.delta.enable programs.git.delta.options
    programs.git.delta.package programs.git.diff-highlight.enable
    programs.git.diff-highlight.pagerOpts programs.git.diff-so-fancy.changeHunkIndicators
    programs.git.diff-so-fancy.enable programs.git.diff-so-fancy.markEmptyLines
    programs.git.diff-so-fancy.pagerOpts programs.git.diff-so-fancy.rulerWidth
    programs.git.diff-so-fancy.stripLeadingSymbols programs.git.diff-so-fancy.useUnicodeRuler
    programs.git.difftastic.background programs.git.difftastic.color
    programs.git.difftastic.context programs.git.difftastic.display programs.git.difftastic.enable
    programs.git.difftastic.enableAsDifftool programs.git.difftastic.extraArgs
    programs.git.difftastic.options programs.git.difftastic.package programs.git.maintenance.enable
    programs.git.maintenance.repositories programs.git.maintenance.timers
    programs.git.patdiff.enable programs.git.patdiff.package programs.git.riff.commandLineOptions
    programs.git.riff.enable programs.git.riff.package programs.home-manager.package
    programs.zsh.antidote.enable programs.zsh.antidote.package programs.zsh.antidote.plugins
    programs.zsh.antidote.useFriendlyNames programs.zsh.enableVteIntegration
    programs.zsh.fastSyntaxHighlighting programs.zsh.history programs.zsh.historySubstringSearch
    programs.zsh.oh-my-zsh programs.zsh.prezto programs.zsh.syntaxHighlighting
    programs.zsh.zplug.enable programs.zsh.zplug.package programs.zsh.zplug.plugins
    programs.zsh.zplug.zplugHome programs.zsh.zprof.enable programs.zsh.zproof
    programs.zsh.zsh-abbr.abbreviations programs.zsh.zsh-abbr.enable
    programs.zsh.zsh-abbr.globalAbbreviations programs.zsh.zsh-abbr.package
    accounts.calendar.accounts accounts.calendar.basePath accounts.contact.accounts
    accounts.contact.basePath accounts.email.accounts accounts.email.certificatesFile
    accounts.email.maildirBasePath editorconfig.enable editorconfig.settings
    home.sessionVariableSetter i18n.inputMethod.enable i18n.inputMethod.enabled
    i18n.inputMethod.fcitx5.addons i18n.inputMethod.fcitx5.fcitx5-with-addons
    i18n.inputMethod.fcitx5.ignoreUserConfig i18n.inputMethod.fcitx5.quickPhrase
    i18n.inputMethod.fcitx5.quickPhraseFiles i18n.inputMethod.fcitx5.sessionVariables
    i18n.inputMethod.fcitx5.settings.addons i18n.inputMethod.fcitx5.settings.globalOptions
    i18n.inputMethod.fcitx5.settings.inputMethod i18n.inputMethod.fcitx5.systemd.enable
    i18n.inputMethod.fcitx5.themes i18n.inputMethod.fcitx5.waylandFrontend
    i18n.inputMethod.kime.config i18n.inputMethod.kime.extraConfig i18n.inputMethod.package
    i18n.inputMethod.type i18n.inputMethod.uim.toolbar launchd.agents launchd.enable
    mozilla.firefoxNativeMessagingHosts mozilla.librewolfNativeMessagingHosts
    mozilla.thunderbirdNativeMessagingHosts news.json.output pam.sessionVariables
    pam.yubico.authorizedYubiKeys.ids pam.yubico.authorizedYubiKeys.path qt.enable qt.kde.settings
    qt.kvantum.enable qt.kvantum.settings qt.kvantum.themes qt.platformTheme qt.qt5ctSettings
    qt.qt6ctSettings qt.style.name qt.style.package qt.useGtkTheme sshAuthSock.enable
    sshAuthSock.initialization.bash sshAuthSock.initialization.fish
    sshAuthSock.initialization.nushell sshAuthSock.initialization.zsh
    sshAuthSock.systemd.socketProviderUnit targets.darwin.copyApps.directory
    targets.darwin.copyApps.enable targets.darwin.copyApps.enableChecks
    targets.darwin.currentHostDefaults targets.darwin.defaults targets.darwin.keybindings
    targets.darwin.linkApps.directory targets.darwin.linkApps.enable targets.darwin.search
    targets.genericLinux.gpu.drivers targets.genericLinux.gpu.nixStateDirectory
    targets.genericLinux.gpu.nvidia.enable targets.genericLinux.gpu.nvidia.sha256
    targets.genericLinux.gpu.nvidia.version targets.genericLinux.gpu.packages
    targets.genericLinux.gpu.setupPackage vdirsyncer.auth vdirsyncer.authCert
    vdirsyncer.clientIdCommand vdirsyncer.clientSecretCommand vdirsyncer.collections
    vdirsyncer.conflictResolution vdirsyncer.enable vdirsyncer.itemTypes vdirsyncer.localReadOnly
    vdirsyncer.metadata vdirsyncer.partialSync vdirsyncer.postHook vdirsyncer.timeRange
    vdirsyncer.tokenFile vdirsyncer.urlCommand vdirsyncer.useVcard4 vdirsyncer.userAgent
    vdirsyncer.userNameCommand vdirsyncer.verify vdirsyncer.verifyFingerprint
    wayland.systemd.target wayland.windowManager.hyprland.configType
    wayland.windowManager.hyprland.enable wayland.windowManager.hyprland.extraConfig
    wayland.windowManager.hyprland.extraLuaFiles wayland.windowManager.hyprland.finalPackage
    wayland.windowManager.hyprland.finalPortalPackage
    wayland.windowManager.hyprland.importantPrefixes wayland.windowManager.hyprland.package
    wayland.windowManager.hyprland.plugins wayland.windowManager.hyprland.portalPackage
    wayland.windowManager.hyprland.settings wayland.windowManager.hyprland.sourceFirst
    wayland.windowManager.hyprland.submaps wayland.windowManager.hyprland.systemd.enable
    wayland.windowManager.hyprland.systemd.enableXdgAutostart
    wayland.windowManager.hyprland.systemd.extraCommands
    wayland.windowManager.hyprland.systemd.variables wayland.windowManager.hyprland.xdph.settings
    wayland.windowManager.hyprland.xwayland.enable wayland.windowManager.labwc.autostart
    wayland.windowManager.labwc.enable wayland.windowManager.labwc.environment
    wayland.windowManager.labwc.extraConfig wayland.windowManager.labwc.menu
    wayland.windowManager.labwc.package wayland.windowManager.labwc.rc
    wayland.windowManager.labwc.systemd.enable wayland.windowManager.labwc.systemd.extraCommands
    wayland.windowManager.labwc.systemd.variables wayland.windowManager.labwc.xwayland.enable
    wayland.windowManager.niri.checkConfig wayland.windowManager.niri.enable
    wayland.windowManager.niri.extraConfig wayland.windowManager.niri.extraConfigEarly
    wayland.windowManager.niri.package wayland.windowManager.niri.portalPackage
    wayland.windowManager.niri.settings wayland.windowManager.niri.systemd.enable
    wayland.windowManager.niri.systemd.variables
    wayland.windowManager.niri.xwaylandSatellitePackage wayland.windowManager.river.enable
    wayland.windowManager.river.extraConfig wayland.windowManager.river.extraSessionVariables
    wayland.windowManager.river.package wayland.windowManager.river.settings
    wayland.windowManager.river.systemd.enable wayland.windowManager.river.systemd.extraCommands
    wayland.windowManager.river.systemd.variables wayland.windowManager.river.xwayland.enable
    wayland.windowManager.sway.checkConfig wayland.windowManager.sway.config
    wayland.windowManager.sway.enable wayland.windowManager.sway.extraConfig
    wayland.windowManager.sway.extraConfigEarly wayland.windowManager.sway.extraOptions
    wayland.windowManager.sway.extraSessionCommands wayland.windowManager.sway.package
    wayland.windowManager.sway.swaynag.enable wayland.windowManager.sway.swaynag.settings
    wayland.windowManager.sway.systemd.dbusImplementation wayland.windowManager.sway.systemd.enable
    wayland.windowManager.sway.systemd.extraCommands wayland.windowManager.sway.systemd.variables
    wayland.windowManager.sway.systemd.xdgAutostart wayland.windowManager.sway.systemdIntegration
    wayland.windowManager.sway.wrapperFeatures wayland.windowManager.sway.xwayland
    wayland.windowManager.wayfire.enable wayland.windowManager.wayfire.package
    wayland.windowManager.wayfire.plugins wayland.windowManager.wayfire.settings
    wayland.windowManager.wayfire.systemd.enable
    wayland.windowManager.wayfire.systemd.extraCommands
    wayland.windowManager.wayfire.systemd.variables wayland.windowManager.wayfire.wf-shell.enable
    wayland.windowManager.wayfire.wf-shell.package wayland.windowManager.wayfire.wf-shell.settings
    wayland.windowManager.wayfire.xwayland.enable xfconf.enable xfconf.settings xsession.enable
    xsession.importedVariables xsession.initExtra xsession.numlock.enable
    xsession.preferStatusNotifierItems xsession.profileExtra xsession.profilePath
    xsession.scriptPath xsession.trayTarget xsession.windowManager.awesome.enable
    xsession.windowManager.awesome.luaModules xsession.windowManager.awesome.noArgb
    xsession.windowManager.awesome.package xsession.windowManager.bspwm.alwaysResetDesktops
    xsession.windowManager.bspwm.enable xsession.windowManager.bspwm.extraConfig
    xsession.windowManager.bspwm.extraConfigEarly xsession.windowManager.bspwm.monitors
    xsession.windowManager.bspwm.package xsession.windowManager.bspwm.rules
    xsession.windowManager.bspwm.settings xsession.windowManager.bspwm.startupPrograms
    xsession.windowManager.command xsession.windowManager.exwm.enable
    xsession.windowManager.exwm.extraPackages xsession.windowManager.exwm.loadScript
    xsession.windowManager.exwm.package xsession.windowManager.fluxbox.apps
    xsession.windowManager.fluxbox.enable xsession.windowManager.fluxbox.extraCommandLineArgs
    xsession.windowManager.fluxbox.init xsession.windowManager.fluxbox.keys
    xsession.windowManager.fluxbox.menu xsession.windowManager.fluxbox.package
    xsession.windowManager.fluxbox.slitlist xsession.windowManager.fluxbox.windowmenu
    xsession.windowManager.herbstluftwm.enable xsession.windowManager.herbstluftwm.enableAlias
    xsession.windowManager.herbstluftwm.extraConfig xsession.windowManager.herbstluftwm.keybinds
    xsession.windowManager.herbstluftwm.mousebinds xsession.windowManager.herbstluftwm.package
    xsession.windowManager.herbstluftwm.rules xsession.windowManager.herbstluftwm.settings
    xsession.windowManager.herbstluftwm.tags xsession.windowManager.i3.config
    xsession.windowManager.i3.enable xsession.windowManager.i3.extraConfig
    xsession.windowManager.i3.package xsession.windowManager.spectrwm.bindings
    xsession.windowManager.spectrwm.enable xsession.windowManager.spectrwm.package
    xsession.windowManager.spectrwm.programs xsession.windowManager.spectrwm.quirks
    xsession.windowManager.spectrwm.settings xsession.windowManager.spectrwm.unbindings
    xsession.windowManager.xmonad.buildScript xsession.windowManager.xmonad.config
    xsession.windowManager.xmonad.enable xsession.windowManager.xmonad.enableContribAndExtras
    xsession.windowManager.xmonad.extraPackages xsession.windowManager.xmonad.haskellPackages
    xsession.windowManager.xmonad.libFiles
  '';
in
map (n: "programs.${n}") programs ++ map (n: "services.${n}") services ++ others
