# The XDG directories, the applications and what opens what.
{
  case,
  evaluate,
  file,
  text,
  manifest,
  fails,
  has,
  lib,
}:
let
  value = target: configuration: (file target configuration).value;
  hooks = configuration: builtins.listToAttrs (map (h: lib.nameValuePair h.name h.script) (manifest configuration).hooks or [ ]);
  warnings = configuration: (evaluate { } configuration).config.warnings;
  variables = configuration: (evaluate { } configuration).config.home.sessionVariables;
  packages = map (name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; });
  stand-in = {
    inherit lib;
    xdg-user-dirs = builtins.head (packages [ "xdg-user-dirs" ]);
    xdg-desktop-portal = builtins.head (packages [ "xdg-desktop-portal" ]);
    desktop-file-utils = builtins.head (packages [ "desktop-file-utils" ]);
    shared-mime-info = builtins.head (packages [ "shared-mime-info" ]);
    runCommand = name: more: script: derivation ({ inherit name script; system = "x86_64-linux"; builder = "/bin/sh"; } // more);
  };
  withPackages = configuration: evaluate { pkgs = stand-in; } configuration;
  names = configuration: builtins.filter (lib.hasInfix "mimeapps") (builtins.attrNames (manifest configuration).files);

  entry = { xdg.desktopEntries.editor = { name = "Ed; the\nEditor"; exec = "ed %F"; mimeType = [ "text/plain" "text/x-a;b" ]; categories = [ "Utility" ]; settings.Keywords = "a;b;"; actions."New Window" = { exec = "ed --new"; }; }; };
  dirs = { xdg.userDirs = { enable = true; music = null; documents = "/srv/docs"; download = "$HOME/dl"; pictures = "/home/alice/a \"b\" $c"; extraConfig = { XDG_MISC_DIR = "/home/alice/misc"; GAMES = "/home/alice/games"; }; }; };
in
[
  (case "xdg: bin home on PATH" ((evaluate { } { xdg = { enable = true; localBinInPath = true; }; }).config.home.sessionPath) [ "/home/alice/.local/bin" ])
  (case "xdg: bin home is not, without xdg.enable" ((evaluate { } { xdg.localBinInPath = true; }).config.home.sessionPath) [ ])

  (case "user directories" (text ".config/user-dirs.dirs" dirs) ''
    XDG_DESKTOP_DIR="$HOME/Desktop"
    XDG_DOCUMENTS_DIR="/srv/docs"
    XDG_DOWNLOAD_DIR="$HOME/dl"
    XDG_GAMES_DIR="$HOME/games"
    XDG_MISC_DIR="$HOME/misc"
    XDG_PICTURES_DIR="$HOME/a \"b\" \$c"
    XDG_PROJECTS_DIR="$HOME/Projects"
    XDG_PUBLICSHARE_DIR="$HOME/Public"
    XDG_TEMPLATES_DIR="$HOME/Templates"
    XDG_VIDEOS_DIR="$HOME/Videos"
  '')
  (case "user directories are the user's" (text ".config/user-dirs.conf" dirs) "enabled=False\n")
  (case "user directories, variables by the state's version" (map (version: variables (dirs // { home.stateVersion = version; }) ? XDG_DESKTOP_DIR) [ null "25.11" "26.05" ]) [ false true false ])
  (case "user directories, made" (has "mkdir -p \"/srv/docs\"" (hooks (lib.recursiveUpdate dirs { xdg.userDirs.createDirectories = true; })).createXdgUserDirectories) true)
  (case "user directories, not made" (hooks dirs) { })
  (case "user directories, old name" (has "XDG_PUBLICSHARE_DIR=\"$HOME/pub\"\n" (text ".config/user-dirs.dirs" { xdg.userDirs = { enable = true; publishShare = "/home/alice/pub"; }; })) true)
  (case "user directories, package" (map (p: p.name) (withPackages dirs).config.home.packages) [ "xdg-user-dirs" ])

  (case "the database of types that packages know" (map (c: c.config.xdg.mime.database) [ (withPackages { xdg.mime.enable = false; }) (evaluate { } { }) ]) [ null null ])
  (case "the database of types, by its package" (lib.hasSuffix "-shared-mime-info/bin/update-mime-database" (withPackages { }).config.xdg.mime.database) true)
  (case "applications by type" (value ".config/mimeapps.list" { xdg.mimeApps = { enable = true; associations.added."text/html" = "a.desktop"; associations.removed."text/html" = [ "b.desktop" ]; defaultApplications."text/html" = [ "c.desktop" "d.desktop" ]; }; }) {
    "Added Associations"."text/html" = "a.desktop;";
    "Removed Associations"."text/html" = "b.desktop;";
    "Default Applications"."text/html" = "c.desktop;d.desktop;";
  })
  (case "applications by type, both places" (names { xdg.mimeApps = { enable = true; defaultApplications."a/b" = "c.desktop"; }; } ) [ ".config/mimeapps.list" ".local/share/applications/mimeapps.list" ])
  (case "applications by type, of packages" ((withPackages { xdg.mimeApps = { enable = true; defaultApplicationPackages = packages [ "a" ]; defaultApplications."a/b" = "c.desktop"; }; }).config.xdg.configFile."mimeapps.list".source.declared) "[Default Applications]\na/b=c.desktop;\n")

  (case "desktop entry" (text ".local/share/applications/editor.desktop" entry) ''
    [Desktop Entry]
    Actions=NewWindow;
    Categories=Utility;
    Exec=ed %F
    Keywords=a;b;
    MimeType=text/plain;text/x-a\;b;
    Name=Ed; the\nEditor
    Terminal=false
    Type=Application
    Version=1.4

    [Desktop Action NewWindow]
    Exec=ed --new
    Name=New Window
  '')
  (case "desktop entry that is no application" (text ".local/share/applications/l.desktop" { xdg.desktopEntries.l = { name = "L"; type = "Link"; settings.URL = "https://example.org"; }; }) "[Desktop Entry]\nName=L\nType=Link\nURL=https://example.org\nVersion=1.4\n")
  (case "desktop entry, icon of a package" (builtins.hasContext (text ".local/share/applications/l.desktop" { xdg.desktopEntries.l = { name = "L"; icon = "${builtins.head (packages [ "i" ])}/i.png"; }; })) true)
  (case "caches of types" (map (c: builtins.attrNames (hooks c)) [
    entry
    { xdg.desktopEntries.x.name = "x"; }
    { xdg.dataFile."mime/packages/x.xml".text = ""; }
    (entry // { xdg.mime.enable = false; })
  ]) [ [ "xdgMimeCaches" ] [ ] [ "xdgMimeCaches" ] [ ] ])

  (case "autostart" ((m: builtins.filter (lib.hasPrefix ".config") (builtins.attrNames m.files)) (manifest { xdg.autostart = { enable = true; entries = [ ./files.nix "${builtins.head (packages [ "p" ])}/share/applications/p.desktop" ]; }; })) [ ".config/autostart/files.nix" ".config/autostart/p.desktop" ])
  (case "autostart, read-only" ((withPackages { xdg.autostart = { enable = true; readOnly = true; entries = packages [ "a" ]; }; }).config.xdg.configFile.autostart.source.name) "xdg-autostart")

  (case "portals" (value ".config/xdg-desktop-portal/portals.conf" { xdg.portal = { enable = true; config.common.default = [ "a" "b" ]; config.sway = { }; }; }) { preferred.default = "a;b"; })
  (case "portals of a desktop" (value ".config/xdg-desktop-portal/sway-portals.conf" { xdg.portal = { enable = true; config.sway."org.freedesktop.impl.portal.Screenshot" = "wlr"; }; }) { preferred."org.freedesktop.impl.portal.Screenshot" = "wlr"; })
  (case "portals, no choice" (map (c: builtins.length (warnings { xdg.portal = { enable = true; } // c; })) [ { } { config.common.default = "gtk"; } ]) [ 1 0 ])
  (case "portals, none with nixpkgs" (fails (withPackages { xdg.portal.enable = true; xdg.portal.config.common.default = "gtk"; }).config.nhmt.manifest) true)
  (case "portals, packages" (map (p: p.name) (withPackages { xdg.portal = { enable = true; extraPortals = packages [ "gtk" ]; configPackages = packages [ "c" ]; }; }).config.home.packages) [ "xdg-desktop-portal" "gtk" "c" ])
  (case "portals, where they are" (variables { xdg.portal = { enable = true; extraPortals = packages [ "gtk" ]; }; }).NIX_XDG_DESKTOP_PORTAL_DIR "/home/alice/.local/state/nhmt/current/packages/share/xdg-desktop-portal/portals")

  (case "system directories" ((evaluate { } { xdg.systemDirs = { config = [ "/a" "/b" ]; data = [ "/c" ]; }; }).config.home.sessionSearchVariables) { XDG_CONFIG_DIRS = [ "/a" "/b" ]; XDG_DATA_DIRS = [ "/c" ]; })
  (case "terminals" (text ".config/gnome-xdg-terminals.list" { xdg.terminal-exec = { enable = true; settings = { default = [ "foot.desktop" ]; GNOME = [ "a.desktop" "b.desktop" ]; }; }; }) "a.desktop\nb.desktop\n")
  (case "terminals, default" (text ".config/xdg-terminals.list" { xdg.terminal-exec = { enable = true; settings.default = [ "foot.desktop" ]; }; }) "foot.desktop\n")
]
