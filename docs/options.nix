# The text of options.md, from the modules themselves: every option that a
# configuration may set, with its type, its default and what it means.
# `docs/generate-options` writes the page.
let
  inherit (builtins)
    attrValues
    concatLists
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isString
    map
    replaceStrings
    split
    ;
  lib = import ../nix/lib;

  inherit
    (import ../nix {
      configuration = { };
      system = "any";
      username = "alice";
      homeDirectory = "/home/alice";
    })
    reference
    ;

  sections = [
    {
      title = "The home";
      starts = [ "home.username" "home.homeDirectory" "home.stateVersion" "home.enableNixpkgsReleaseCheck" "home.preferXdgDirectories" "home.profileDirectory" "home.uid" "home.language" "home.keyboard" "home.checks" "home.extraDependencies" "home.enableDebugInfo" "uninstall" ];
      text = ''
        The defaults of name and directory are `$USER` and `$HOME` of who runs `nhmt`. In a flake they have none, and the configuration has to set both. `--home` outranks what is set.'';
    }
    {
      title = "Files";
      starts = [ "home.file" ];
      text = ''
        Each entry of `home.file` manages one place. One of `text`, `source`, and `format` with `value` gives its content.

            home.file.".vimrc".text = "set number\n";
            home.file.".vim" = { source = ./vim; recursive = true; };
            home.file.".config/app.toml" = { format = "toml"; value.font.size = 11; };

        [Manifest](manifest.md#formats) says what each format takes as its value, [How a file arrives](methods.md) what each method means.'';
    }
    {
      title = "XDG directories";
      starts = [ "xdg.enable" "xdg.localBinInPath" "xdg.binHome" "xdg.cache" "xdg.config" "xdg.data" "xdg.state" "xdg.systemDirs" "xdg.userDirs" ];
      text = ''
        The entries of `xdg.configFile`, `xdg.dataFile`, `xdg.stateFile` and `xdg.cacheFile` have the same options as those of [`home.file`](#files).'';
    }
    {
      title = "State";
      starts = [ "home.persistence" "nhmt.atRisk" "nhmt.persistSync" ];
      text = ''
        Paths of the home whose data lies in directories that outlive it; [Keep state](state.md) has the whole. The names are those of impermanence.

            home.persistence."/persist" = {
              directories = [ ".ssh" { directory = ".local/share/x"; mode = "0700"; } ];
              files = [ ".bash_history" ];
            };'';
    }
    {
      title = "Packages and wrappers";
      starts = [ "home.packages" "home.extraOutputsToInstall" "nhmt.pathsToLink" "wrappers" ];
      text = ''
        What `home.packages` have is merged into one directory, by the rules of nixpkgs' `buildEnv`; [Packages](packages.md) has the whole. `wrappers` are packages whose programs start in another way.

            wrappers.git = {
              basePackage = pkgs.git;
              env.GIT_CONFIG_GLOBAL.value = ./gitconfig;
            };'';
    }
    {
      title = "Secrets";
      starts = [ "home.secrets" "nhmt.secrets" ];
      text = ''
        Files that age has encrypted, decrypted into memory; [Keep secrets](secrets.md) has the whole.

            home.secrets.mail = { file = ./mail.age; target = ".config/mail/password"; };
            home.file.".netrc".text = "machine example.org password ''${config.home.secrets.mail.placeholder}";'';
    }
    {
      title = "Session";
      starts = [ "home.session" "home.shellAliases" "home.shell" "nhmt.session" ];
      text = ''
        The variables and the path are in `~/.local/share/nhmt/session.sh`. The shells that nhmt configures read it; [Session](session.md) says what each kind of session gets, and the line for shells whose files are yours.'';
    }
    {
      title = "Applications";
      starts = [ "xdg.autostart" "xdg.desktopEntries" "xdg.mime" "xdg.portal" "xdg.terminal-exec" "dbus" ];
      text = ''
        What is in menus, what opens what, what starts with the desktop.

            xdg.mimeApps = {
              enable = true;
              defaultApplications."text/html" = "firefox.desktop";
            };'';
    }
    {
      title = "Fonts and pointers";
      starts = [ "fonts" "home.pointerCursor" "xresources" ];
      text = ''
        Files for fontconfig in `fontconfig/conf.d` below `xdg.configHome`, the theme of the pointer, and X resources.'';
    }
    {
      title = "GTK and GNOME";
      starts = [ "gtk" "dconf" ];
      text = ''
        What programs look like, and the settings of GNOME's programs, which a hook loads into dconf.

            gtk = {
              enable = true;
              font = { name = "DejaVu Sans"; size = 11; };
              colorScheme = "dark";
            };'';
    }
    {
      title = "systemd";
      starts = [ "systemd.user" ];
      text = ''
        Units of the user's systemd, as files below `systemd/user` in `xdg.configHome`. A switch [starts, stops and restarts](services.md) what changed.

            systemd.user.services.notes = {
              Service.ExecStart = "/home/alice/.local/bin/notes";
              Install.WantedBy = [ "default.target" ];
            };'';
    }
    {
      title = "Nix";
      starts = [ "nix." "nixpkgs" ];
      text = "The settings of Nix, and the package set of this home.";
    }
    {
      title = "Variants";
      starts = [ "specialisation" ];
      text = ''
        Each variant is this configuration with what it adds.

            specialisation.dark.configuration.home.sessionVariables.THEME = "dark";'';
    }
    {
      title = "Taken for Home Manager";
      starts = [ "manual" "news" "programs.home-manager" ];
      text = "These have no effect, and are no error.";
    }
    {
      title = "Linux that is not NixOS";
      starts = [ "targets.genericLinux" "i18n" ];
      text = ''
        [Session](session.md#linux-that-is-not-nixos) says what is set.'';
    }
    {
      title = "Hooks";
      starts = [ "home.activation" "home.extraActivationPath" "home.emptyActivationPath" ];
      text = ''
        Scripts that run after a switch; [Run something after a switch](hooks.md) has the whole. A string may take the place of the set with `data`, `after` and `before`.

            home.activation.fonts = lib.hm.dag.entryAfter [ "linkGeneration" ] "fc-cache";'';
    }
    {
      title = "bash";
      starts = [ "programs.bash" ];
      text = ''
        Writes `.bashrc`, `.profile`, `.bash_profile`, and `.bash_logout` when there is something in it.'';
    }
    {
      title = "zsh";
      starts = [ "programs.zsh" ];
      text = ''
        Writes `.zshenv`, `.zprofile` and `.zshrc` in `dotDir`, and `.zlogin` and `.zlogout` when there is something in them.'';
    }
    {
      title = "fish";
      starts = [ "programs.fish" ];
      text = ''
        Writes `fish/config.fish`, functions and completions below `xdg.configHome`.'';
    }
    {
      title = "nushell";
      starts = [ "programs.nushell" ];
      text = ''
        Writes `env.nu`, and `config.nu` and `login.nu` when there is something in them. `nu -c` reads none of them without `-l`.'';
    }
    {
      title = "git";
      starts = [ "programs.git" ];
      text = ''
        Writes `git/config`, `git/ignore`, `git/attributes`, hooks and included files below `xdg.configHome`. `userName`, `userEmail`, `aliases` and `extraConfig`, as Home Manager had them, are taken for `settings.user.name`, `settings.user.email`, `settings.alias` and `settings`, with a warning.'';
    }
    {
      title = "readline";
      starts = [ "programs.readline" ];
      text = ''
        Writes `.inputrc`; with `home.preferXdgDirectories` it is `inputrc` below `xdg.configHome`, and `INPUTRC` says so.'';
    }
    {
      title = "nhmt and modules";
      starts = [ "nhmt.backups" "nhmt.onConflict" "nhmt.profile" "assertions" "warnings" ];
      text = "What becomes of files in the way, and what modules have to say about a configuration.";
    }
  ];

  # What modules add for each other and what a person writes all the same.
  shown = o: !(o.internal or false) || elem (name o) [ "assertions" "warnings" ];
  name = o: lib.showOption o.loc;
  written = o: replaceStrings [ "<name>" "*" ] [ "NAME" "N" ] (name o);

  # Where the words of the type, or the lack of a default, say too little.
  types."programs.git.settings" = "attribute set of sections, or list of these";
  defaults = {
    "home.username" = "who runs nhmt";
    "home.homeDirectory" = "the home of who runs nhmt";
  };

  # The files of `xdg` have the options of `home.file`, which are listed once.
  isRepeated = o: builtins.length o.loc > 2 && builtins.match "xdg\\.[a-z]+File" "${head o.loc}.${builtins.elemAt o.loc 1}" != null;
  all = filter (o: shown o && !(isRepeated o)) reference.options;

  # One line for a cell of a table.
  line =
    text:
    let
      words = filter (w: isString w && w != "") (split "[[:space:]]+" text);
    in
    replaceStrings [ "|" "<" ] [ "\\|" "&lt;" ] (
      replaceStrings [ "{option}`" "{file}`" ] [ "`" "`" ] (concatStringsSep " " words)
    );
  code = text: "`${replaceStrings [ "|" ] [ "\\|" ] text}`";

  default =
    o:
    let
      text = o.defaultText or null;
    in
    if defaults ? ${name o} then
      defaults.${name o}
    else if text != null then
      (if isString text then code text else if text.text == "name" then "the name" else code text.text)
    else if o.readOnly or false then
      "read only"
    else if o ? default then
      code (lib.generators.toPretty { multiline = false; } o.default)
    else
      "–";
  # What `nhmt options` says of it.
  known = builtins.listToAttrs (map (entry: { inherit (entry) name; value = entry; }) reference.list);
  example =
    o:
    let
      inherit (known.${name o}) example;
    in
    if example == null || builtins.stringLength example > 200 then "" else " Example: ${code (squeezed example)}.";
  squeezed = text: concatStringsSep " " (filter (w: isString w && w != "") (split "[[:space:]]+" text));
  declaredIn =
    o: concatStringsSep ", " (map (file: code (lib.removeSuffix ">" (lib.removePrefix "<nhmt/modules/" file))) known.${name o}.declaredIn);
  row =
    o:
    "| ${code (written o)} | ${types.${name o} or (line o.type.description)} | ${default o} | ${line o.description}${example o} | ${declaredIn o} |";

  starts = section: o: builtins.any (start: lib.hasPrefix start (name o)) section.starts;
  table =
    section:
    "## ${section.title}\n\n${section.text}\n\n| option | type | default | meaning | declared in |\n| --- | --- | --- | --- | --- |\n"
    + concatStringsSep "\n" (map row (filter (starts section) all));

  homeless = filter (o: !(builtins.any (section: starts section o) sections)) all;
in
if homeless != [ ] then
  throw "docs/options.nix has no section for ${concatStringsSep ", " (map name homeless)}"
else
  ''
    # Options

    <!-- Written by docs/generate-options from modules/. -->

    Every option that a configuration may set. Names and meanings follow Home Manager's where it has them. `NAME` stands for a name that you choose, `N` for the place in a list; the last column is a file or folder in `modules/`. `nhmt options` [searches](command-line.md#options) all of this, and shows longer examples as well.

    A configuration is a module as in NixOS and Home Manager: `imports`, `options`, `config`, `mkIf`, `mkMerge`, `mkDefault`, `mkForce`, `mkBefore`, `mkAfter`, types with submodules. nhmt's own `lib` serves it, which needs no channel and no network; it has what modules and configurations commonly use, and a name that only nixpkgs' has throws an error that says so. `pkgs` is `<nixpkgs>`, looked up when something uses it. A [flake](flakes.md) gives `pkgs`, and with it nixpkgs' `lib`.

    `programs.*.package` is null, which installs nothing, unless a flake gives `pkgs`: a home of files alone needs no nixpkgs.

  ''
  + concatStringsSep "\n\n" (map table sections)
  + "\n"
