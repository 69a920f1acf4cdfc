# Fonts, GTK, dconf, the pointer, X resources, units of systemd.
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
  package = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
  config = configuration: (evaluate { } configuration).config;
  value = target: configuration: (file target configuration).value;
  hooks = configuration: builtins.listToAttrs (map (h: lib.nameValuePair h.name h.script) (manifest configuration).hooks or [ ]);
  below = prefix: configuration: builtins.filter (lib.hasPrefix prefix) (builtins.attrNames (manifest configuration).files);
  fonts = more: { fonts.fontconfig = { enable = true; } // more; };
  conf = ".config/fontconfig/conf.d/";
  lines = parts: s: map (p: has p s) parts;
  gtk = more: { gtk = { enable = true; theme = { name = "T"; package = package "theme"; }; font = { name = "Sans"; size = 10; }; cursorTheme = { name = "C"; size = 24; }; iconTheme.name = "I"; } // more; };
  cursor = more: { home.pointerCursor = { enable = true; name = "C"; package = package "cursor"; } // more; };
  unit = more: { systemd.user.services.notes = { Unit.Description = "Notes"; Service.ExecStart = "/bin/true"; } // more; };
  service = ".config/systemd/user/notes.service";
in
[
  (case "fonts of the home" (lines [ "<dir>/home/alice/.local/state/nhmt/current/packages/share/fonts</dir>" "<include ignore_missing=\"yes\">/home/alice/.local/state/nhmt/current/packages/etc/fonts/conf.d</include>" ] (text "${conf}10-hm-fonts.conf" (fonts { }))) [ true true ])
  (case "fonts: only what is set" (below conf (fonts { })) [ "${conf}10-hm-fonts.conf" ])
  (case "fonts: not enabled" (below conf { fonts.fontconfig.antialiasing = true; }) [ ])
  (case "fonts: drawing" (lines [ "<edit mode=\"assign\" name=\"antialias\">" "<bool>false</bool>" "<const>hintslight</const>" "<const>vbgr</const>" ] (text "${conf}10-hm-rendering.conf" (fonts { antialiasing = false; hinting = "slight"; subpixelRendering = "vertical-bgr"; }))) [ true true true true ])
  (case "fonts: names" (lines [ "<family>sans-serif</family>" "<family>A &amp; B</family>" "<family>C</family>" ] (text "${conf}52-hm-default-fonts.conf" (fonts { defaultFonts.sansSerif = [ "A & B" "C" ]; }))) [ true true true ])
  (case "fonts: a file" (text "${conf}20-hm-x.conf" (fonts { configFile.x = { priority = 20; text = "<a/>"; }; })) "<a/>")
  (case "fonts: a file by settings" (has "<match target=\"font\">\n" (text "${conf}90-hm-x.conf" (fonts { configFile.x.settings.match."@target" = "font"; }))) false)
  (case "fonts: a file by settings, with elements" (has "<match target=\"font\">\n    <edit name=\"a\">1</edit>\n" (text "${conf}90-hm-x.conf" (fonts { configFile.x.settings.match = { "@target" = "font"; edit = { "@name" = "a"; "#text" = 1; }; }; }))) true)
  (case "fonts: a file by source" ((file "${conf}90-hm-x.conf" (fonts { configFile.x.source = ./files.nix; })) ? source) true)
  (case "fonts: a file that is off" (below "${conf}90" (fonts { configFile.x = { enable = false; text = ""; }; })) [ ])

  (case "gtk 2" (text ".gtkrc-2.0" (gtk { gtk2.extraConfig = "gtk-x = 1"; })) "gtk-cursor-theme-name = \"C\"\ngtk-cursor-theme-size = 24\ngtk-font-name = \"Sans 10\"\ngtk-icon-theme-name = \"I\"\ngtk-theme-name = \"T\"\ngtk-x = 1\n")
  (case "gtk 2 by XDG" (below ".config/gtk-2.0" (gtk { } // { home.preferXdgDirectories = true; })) [ ".config/gtk-2.0/gtkrc" ])
  (case "gtk 3" (value ".config/gtk-3.0/settings.ini" (gtk { colorScheme = "dark"; gtk3.extraConfig.gtk-cursor-blink = false; })).Settings { gtk-application-prefer-dark-theme = true; gtk-cursor-blink = false; gtk-cursor-theme-name = "C"; gtk-cursor-theme-size = 24; gtk-font-name = "Sans 10"; gtk-icon-theme-name = "I"; gtk-theme-name = "T"; })
  (case "gtk 3, more" [ (text ".config/gtk-3.0/bookmarks" (gtk { gtk3.bookmarks = [ "file:///a" "file:///b" ]; })) (text ".config/gtk-3.0/gtk.css" (gtk { gtk3.extraCss = "* { }"; })) ] [ "file:///a\nfile:///b\n" "* { }" ])
  (case "gtk 4 has no theme" (value ".config/gtk-4.0/settings.ini" (gtk { colorScheme = "light"; })).Settings { gtk-cursor-theme-name = "C"; gtk-cursor-theme-size = 24; gtk-font-name = "Sans 10"; gtk-icon-theme-name = "I"; gtk-interface-color-scheme = 3; })
  (case "gtk 4 has one by the state's version" (has "@import url(\"file:///nix/store/" (text ".config/gtk-4.0/gtk.css" (gtk { } // { home.stateVersion = "25.11"; }))) (lib.hasPrefix "/nix/store" builtins.storeDir))
  (case "gtk versions differ" ((value ".config/gtk-3.0/settings.ini" (gtk { gtk3.theme.name = "U"; })).Settings.gtk-theme-name) "U")
  (case "gtk packages, once" (map (p: p.name) (config (gtk { gtk4.theme = { name = "T"; package = package "theme"; }; })).home.packages) [ "theme" ])
  (case "gtk in dconf" (config (gtk { colorScheme = "dark"; })).dconf.settings."org/gnome/desktop/interface" { color-scheme = "prefer-dark"; cursor-size = 24; cursor-theme = "C"; font-name = "Sans 10"; gtk-theme = "T"; icon-theme = "I"; })

  (case "pointer" (map (n: below n (cursor { })) [ ".icons" ".local/share/icons" ]) [ [ ".icons/C" ".icons/default/index.theme" ] [ ".local/share/icons/C" ".local/share/icons/default/index.theme" ] ])
  (case "pointer, its name" (has "[Icon Theme]\n" (text ".icons/default/index.theme" (cursor { })) && has "Inherits=C\n" (text ".icons/default/index.theme" (cursor { }))) true)
  (case "pointer, variables" (
    let
      v = (config (cursor { size = 16; hyprcursor = { enable = true; size = 20; }; })).home.sessionVariables;
    in
    { inherit (v) XCURSOR_THEME XCURSOR_SIZE HYPRCURSOR_THEME HYPRCURSOR_SIZE; }
  ) { XCURSOR_THEME = "C"; XCURSOR_SIZE = 16; HYPRCURSOR_THEME = "C"; HYPRCURSOR_SIZE = 20; })
  (case "pointer in GTK" (config (cursor { gtk.enable = true; size = 48; })).gtk.cursorTheme.size 48)
  (case "pointer in X" (text ".Xresources" (cursor { x11.enable = true; dotIcons.enable = false; })) "Xcursor.size: 32\nXcursor.theme: C\n")
  (case "pointer of the system's" (below ".icons" { home.pointerCursor = { enable = true; name = "C"; }; }) [ ".icons/default/index.theme" ])
  (case "pointer, off" (below ".icons" (cursor { enable = false; })) [ ])
  (case "pointer without a switch" (map (c: builtins.length (config c).warnings) [ { home.pointerCursor.name = "C"; } (cursor { }) { } ]) [ 1 0 0 ])
  (case "resources" (text ".Xresources" { xresources = { properties = { "a*b" = true; c = [ 1 "x" ]; }; extraConfig = "! first"; }; }) "! first\na*b: true\nc: 1, x\n")
  (case "resources, a list in a list" (fails (text ".Xresources" { xresources.properties.a = [ [ 1 ] ]; })) true)
  (case "pointer in sway" (builtins.length (config (cursor { sway.enable = true; })).warnings) 1)
  (case "a package that the set lacks" (map (c: fails (evaluate { pkgs = { inherit lib; }; } c).config.xdg.userDirs.package) [ { } { xdg.userDirs.package = null; } ]) [ true false ])
  (case "resources, none" (below ".Xresources" { xresources.properties = { }; }) [ ])

  (case "unit" (value service (unit { Service.Environment = [ "A=1" "B=2" ]; Install.WantedBy = [ "default.target" ]; })) { Unit.Description = "Notes"; Service.Environment = [ "A=1" "B=2" ]; Install.WantedBy = [ "default.target" ]; })
  (case "unit, what it runs" (value service (unit { })).Service.ExecStart [ "/bin/true" ])
  (case "unit is wanted" (below ".config/systemd" (unit { Install = { WantedBy = [ "default.target" "x.target" ]; RequiredBy = [ "y.target" ]; }; })) [ ".config/systemd/user/default.target.wants/notes.service" service ".config/systemd/user/x.target.wants/notes.service" ".config/systemd/user/y.target.requires/notes.service" ])
  (case "unit, nothing empty" (value ".config/systemd/user/x.timer" { systemd.user.timers.x = { Unit.Description = null; Timer = { OnCalendar = "daily"; Other = [ ]; }; Install = { }; }; }) { Timer.OnCalendar = "daily"; })
  (case "units of all kinds" (map baseNameOf (below ".config/systemd" { systemd.user = lib.genAttrs [ "automounts" "mounts" "paths" "slices" "sockets" "targets" "timers" ] (_: { x.Unit.Description = "x"; }); })) [ "x.automount" "x.mount" "x.path" "x.slice" "x.socket" "x.target" "x.timer" ])
  (case "units merge" (value service { imports = [ (unit { }) ]; systemd.user.services.notes.Unit.After = [ "a.service" ]; }).Unit { Description = "Notes"; After = [ "a.service" ]; })
  (case "units off" (below ".config/systemd" (unit { } // { systemd.user.enable = false; })) [ ])
  (case "units are told of" (builtins.attrNames (hooks (unit { }))) [ "reloadSystemd" ])
  (case "manager" (value ".config/systemd/user.conf" { systemd.user.settings.Manager = { DefaultTimeoutStopSec = "10s"; DefaultEnvironment.A = "b c"; }; }) { Manager = { DefaultTimeoutStopSec = "10s"; DefaultEnvironment = "A='b c'"; }; })
  (case "manager, nothing" (below ".config/systemd" { }) [ ])
  (case "starting of services is taken" (map (v: (config { systemd.user.startServices = v; }).systemd.user.startServices) [ "sd-switch" "suggest" true ]) [ true false true ])
  (case "variables of systemd" (text ".config/environment.d/10-home-manager.conf" { systemd.user.sessionVariables = { A = "b"; N = 1; }; }) "A=b\nN=1\n")
  (case "temporary files" (below ".config" { systemd.user.tmpfiles.rules = [ "d %h/x" ]; }) [ ".config/systemd/user/basic.target.wants/systemd-tmpfiles-setup.service" ".config/systemd/user/timers.target.wants/systemd-tmpfiles-clean.timer" ".config/user-tmpfiles.d/home-manager.conf" ])
]
