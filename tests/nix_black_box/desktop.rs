//! Programs of a desktop read what the modules write for them.

use std::process::Command;

use crate::support::{Home, Outcome};

/// Runs `script` as a session in this home would: with the distribution's
/// programs, which have to be there.
pub(crate) fn session(home: &Home, script: &str) -> Outcome {
    let mut command = Command::new("/bin/bash");
    command
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("LC_ALL", "C.UTF-8")
        .env("TMPDIR", home.outside("tmp"))
        .env("XDG_RUNTIME_DIR", home.outside("tmp"))
        .current_dir(home.path())
        .args(["-euc", script]);
    Outcome::of(&mut command)
}

#[test]
fn applications_are_in_menus_and_open_their_types() {
    let home = Home::with_nix()
        .source("started.desktop", "[Desktop Entry]\nType=Application\nName=S\nExec=true\n")
        .config(
            r#"
            xdg.desktopEntries.editor = {
              name = "Ed; an \"Editor\"";
              genericName = "Text Editor";
              comment = "Edits, back\\slash and all";
              exec = "cat %F";
              icon = "accessories-text-editor";
              terminal = true;
              mimeType = [ "text/plain" "application/x-nhmt" ];
              categories = [ "Utility" "TextEditor" ];
              startupNotify = false;
              settings.Keywords = "text;lines;";
              actions."New Window" = { exec = "cat --number"; icon = "window-new"; };
            };
            xdg.desktopEntries.link = { name = "Link"; type = "Link"; settings.URL = "https://example.org"; };
            xdg.mimeApps = {
              enable = true;
              defaultApplications."text/html" = [ "editor.desktop" "absent.desktop" ];
              defaultApplications."text/css" = [ "absent.desktop" "editor.desktop" ];
              associations.removed."text/plain" = "editor.desktop";
            };
            xdg.dataFile."mime/packages/nhmt.xml".text = ''
              <?xml version="1.0"?>
              <mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
                <mime-type type="application/x-nhmt"><glob pattern="*.nhmt"/></mime-type>
              </mime-info>
            '';
            xdg.autostart = { enable = true; entries = [ ./started.desktop ]; };
            "#,
        );
    home.run(["realize"]).success();
    session(
        &home,
        "desktop-file-validate .local/share/applications/*.desktop .config/autostart/*.desktop",
    )
    .success()
    .stdout_lacks("error")
    .stdout_lacks("warning");
    session(&home, "xdg-mime query default text/html")
        .success()
        .stdout_has("editor.desktop");
    session(&home, "touch x.nhmt; xdg-mime query filetype x.nhmt")
        .success()
        .stdout_has("application/x-nhmt");
    session(&home, "xdg-mime query default application/x-nhmt")
        .success()
        .stdout_has("editor.desktop");
    // What GLib makes of it, and with it most desktops.
    let script = r#"
from gi.repository import Gio
for kind in ["text/html", "text/css", "application/x-nhmt"]:
    assert Gio.AppInfo.get_default_for_type(kind, False).get_id() == "editor.desktop", kind
assert "editor.desktop" not in [a.get_id() for a in Gio.AppInfo.get_all_for_type("text/plain")]
entry = Gio.DesktopAppInfo.new("editor.desktop")
assert entry.get_name() == 'Ed; an "Editor"', entry.get_name()
assert entry.get_description() == "Edits, back\\slash and all"
assert entry.get_categories() == "Utility;TextEditor;"
assert entry.get_keywords() == ["text", "lines"]
assert entry.get_action_name(entry.list_actions()[0]) == "New Window"
"#;
    session(&home, &format!("python3 - <<'E'\n{script}E")).success();
}

#[test]
fn caches_of_types_need_their_program() {
    let home = Home::with_nix().source("none/file", "").config(
        r#"
        xdg.dataFile."mime/packages/nhmt.xml".text = "";
        xdg.mime.sharedMimeInfoPackage = builtins.path { path = ./none; name = "none"; };
        "#,
    );
    home.run(["realize"])
        .exit(1)
        .stderr_has("need update-mime-database; install shared-mime-info")
        .stderr_has("xdg.mime.enable = false");
}

#[test]
fn caches_of_applications_need_none() {
    let configure = |more: &str| {
        let entry = |types: &str| {
            format!(
                "[Desktop Entry]\nType=Application\nName=S\nExec=cat\nMimeType={types}\n[Desktop Action x]\nMimeType=no/no;\n"
            )
        };
        let home = Home::with_nix().source("none/file", "").config(&format!(
            r#"
            xdg.desktopEntries.editor = {{ name = "Ed"; exec = "cat"; mimeType = [ "text/plain" "text/html" ]; }};
            {more}
            "#
        ));
        for (place, types) in [
            ("mine.desktop", "text/plain;application/x-y"),
            ("kde/k.desktop", "application/x-y;"),
        ] {
            let place = home.at(".local/share/applications").join(place);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, entry(types)).unwrap();
        }
        home.run(["realize"]).success();
        let cache = home.read(".local/share/applications/mimeinfo.cache");
        let mut lines: Vec<_> = cache.lines().map(str::to_owned).collect();
        for line in &mut lines {
            let (name, ids) = line.split_once('=').unwrap_or((line, ""));
            let mut ids: Vec<_> = ids.split(';').collect();
            ids.sort_unstable();
            *line = format!("{name}={}", ids.join(";"));
        }
        lines
    };
    let without = configure(
        "xdg.mime.desktopFileUtilsPackage = builtins.path { path = ./none; name = \"none\"; };",
    );
    assert_eq!(without.len(), 4, "{without:?}");
    assert_eq!(without, configure(""));
}

#[test]
fn defaults_out_of_packages_come_behind_those_declared() {
    let home = Home::with_nix()
        .source(
            "a/share/applications/a.desktop",
            "[Desktop Entry]\nMimeType=text/html;x/a;\n[Other]\nMimeType=no/no;\n",
        )
        .source(
            "b/share/applications/b.desktop",
            "[Desktop Entry]\nMimeType = x/a;text/html\n",
        );
    let script = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("modules/xdg/mime-apps.sh"),
    )
    .unwrap();
    let configuration = home.outside("configuration");
    let declared = home.outside("declared");
    std::fs::write(
        &declared,
        "[Added Associations]\nx/a=z.desktop;\n\n[Default Applications]\ntext/html=z.desktop;\n\n[Removed Associations]\nx/a=y.desktop;\n",
    )
    .unwrap();
    let run = format!(
        "packages='{0}/a {0}/b' declaredPath={1} out=$TMPDIR/out\ncd $TMPDIR\n{script}\ncat $TMPDIR/out",
        configuration.display(),
        declared.display()
    );
    let written = session(&home, &run).success().stdout();
    assert_eq!(
        written,
        "[Added Associations]\nx/a=z.desktop;\n\n[Default Applications]\ntext/html=z.desktop;a.desktop;b.desktop;\nx/a=a.desktop;b.desktop;\n\n[Removed Associations]\nx/a=y.desktop;\n"
    );
}

#[test]
fn user_directories_are_found_and_made() {
    let home = Home::with_nix().config(
        r#"
        xdg.userDirs = {
          enable = true;
          createDirectories = true;
          documents = "${config.home.homeDirectory}/my \"papers\" $x";
          music = "$HOME/tunes";
          videos = null;
          extraConfig.GAMES = "${config.home.homeDirectory}/games";
        };
        "#,
    );
    home.run(["realize"]).success();
    let path = home.path();
    for (name, place) in [
        ("DESKTOP", "Desktop"),
        ("DOCUMENTS", "my \"papers\" $x"),
        ("MUSIC", "tunes"),
        ("GAMES", "games"),
    ] {
        let found = session(&home, &format!("xdg-user-dir {name}"))
            .success()
            .stdout();
        assert_eq!(found.trim_end(), path.join(place).to_str().unwrap());
        assert!(home.at(place).is_dir(), "{place}");
    }
    // The program that would write the file at each login leaves it alone.
    session(&home, "xdg-user-dirs-update").success();
    assert!(home.is_managed(".config/user-dirs.dirs"));
}

#[test]
fn fonts_are_found_and_drawn_as_declared() {
    let fonts = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf";
    let bytes = std::fs::read(fonts).unwrap_or_else(|error| panic!("{fonts}: {error}"));
    let home = Home::with_nix()
        .source("package/share/fonts/own.ttf", bytes)
        .config(
            r#"
            home.packages = [ ./package ];
            fonts.fontconfig = {
              enable = true;
              defaultFonts.monospace = [ "DejaVu Serif" "A & B" ];
              antialiasing = false;
              hinting = "slight";
              subpixelRendering = "vertical-bgr";
              configFile.own.settings = {
                description = "One of alice's own";
                match = {
                  "@target" = "pattern";
                  test = { "@name" = "family"; string = "nothing"; };
                  edit = { "@name" = "family"; "@mode" = "assign"; string = [ "one" "two" ]; };
                };
              };
            };
            "#,
        );
    home.run(["realize"]).success();
    let listed = session(&home, "fc-conflist").success();
    for name in [
        "10-hm-fonts.conf: Fonts of the home's packages",
        "10-hm-rendering.conf: ",
        "52-hm-default-fonts.conf: ",
        "90-hm-own.conf: One of alice's own",
    ] {
        assert!(listed.stdout().contains(name), "{}", listed.stdout());
    }
    session(&home, "fc-list : file")
        .success()
        .stdout_has("current/packages/share/fonts/own.ttf")
        .stderr_lacks("Fontconfig");
    session(&home, "fc-match -f '%{family}\\n' monospace")
        .success()
        .stdout_has("DejaVu Serif");
    session(&home, "fc-pattern --config nothing family")
        .success()
        .stdout_has("\"one\"(w) \"two\"(w)");
    session(
        &home,
        "fc-match -f '%{antialias} %{hinting} %{hintstyle} %{rgba}\\n' monospace",
    )
    .success()
    // fontconfig.h: hintslight is 1, vbgr is 4.
    .stdout_has("False True 1 4");
}

#[test]
fn gtk_reads_its_settings() {
    let home = Home::with_nix().config(
        r#"
        dconf.enable = false;
        gtk = {
          enable = true;
          font = { name = "DejaVu Sans"; size = 12; };
          theme.name = "Adwaita";
          cursorTheme = { name = "C"; size = 24; };
          colorScheme = "dark";
          gtk3.extraConfig = { gtk-cursor-blink = false; gtk-x = 7; };
        };
        "#,
    );
    home.run(["realize"]).success();
    let script = r#"
import os
from gi.repository import GLib
for version, theme in [("3.0", "Adwaita"), ("4.0", None)]:
    file = GLib.KeyFile()
    file.load_from_file(os.path.expanduser(f"~/.config/gtk-{version}/settings.ini"), GLib.KeyFileFlags.NONE)
    assert file.get_string("Settings", "gtk-font-name") == "DejaVu Sans 12"
    assert file.get_integer("Settings", "gtk-cursor-theme-size") == 24
    assert file.get_boolean("Settings", "gtk-application-prefer-dark-theme")
    assert ("gtk-theme-name" in file.get_keys("Settings")[0]) == (theme is not None)
assert file.get_integer("Settings", "gtk-interface-color-scheme") == 2
"#;
    session(&home, &format!("python3 - <<'E'\n{script}E")).success();
}

#[test]
fn settings_of_dconf_are_loaded_and_reset() {
    let mut home = Home::with_nix().config(
        r#"
        dconf.settings."org/nhmt/test" = {
          text = "it's a \\ \"text\"";
          number = -3;
          unsigned = lib.hm.gvariant.mkUint32 7;
          on = true;
          list = [ "a" "b" ];
          none = lib.hm.gvariant.mkEmptyArray "s";
          pair = lib.hm.gvariant.mkTuple [ 1 "x" ];
          half = 0.5;
        };
        dconf.settings."org/nhmt/other".gone = 1;
        dconf.databases.second."org/nhmt/test".here = true;
        "#,
    );
    let read = |home: &Home, key: &str| {
        let script = format!("dbus-run-session -- dconf read {key}");
        session(home, &script)
            .success()
            .stdout()
            .trim_end()
            .to_owned()
    };
    home.run(["realize"]).success();
    for (key, value) in [
        ("text", r#""it's a \\ \"text\"""#),
        ("number", "-3"),
        ("unsigned", "uint32 7"),
        ("on", "true"),
        ("list", "['a', 'b']"),
        ("none", "@as []"),
        ("pair", "(1, 'x')"),
        ("half", "0.5"),
    ] {
        let found = read(&home, &format!("/org/nhmt/test/{key}"));
        assert_eq!(found, value, "{key}");
    }
    let script = "printf 'user-db:second\\n' >\"$TMPDIR/profile\"; DCONF_PROFILE=\"$TMPDIR/profile\" dbus-run-session -- dconf read /org/nhmt/test/here";
    session(&home, script).success().stdout_has("true");

    // What the person sets stays; what is no longer declared goes.
    session(
        &home,
        "dbus-run-session -- dconf write /org/nhmt/other/mine 5",
    )
    .success();
    home.set_config(r#"dconf.settings."org/nhmt/test".number = 4;"#);
    home.run(["realize"]).success();
    assert_eq!(read(&home, "/org/nhmt/test/number"), "4");
    assert_eq!(read(&home, "/org/nhmt/test/on"), "");
    assert_eq!(read(&home, "/org/nhmt/other/gone"), "");
    assert_eq!(read(&home, "/org/nhmt/other/mine"), "5");
    home.run(["rollback"]).success();
    assert_eq!(read(&home, "/org/nhmt/test/on"), "true");

    // A database that is declared no more, and in the end all of them.
    let second = |home: &Home| {
        let script = "export DCONF_PROFILE=\"$TMPDIR/profile\"; dbus-run-session -- dconf read /org/nhmt/test/here";
        session(home, script)
            .success()
            .stdout()
            .trim_end()
            .to_owned()
    };
    assert_eq!(second(&home), "true");
    home.set_config(r#"dconf.settings."org/nhmt/test".number = 4;"#);
    home.run(["realize"]).success();
    assert_eq!(second(&home), "");
    home.set_config("");
    home.run(["realize"]).success();
    assert_eq!(read(&home, "/org/nhmt/test/number"), "");
    assert_eq!(read(&home, "/org/nhmt/other/mine"), "5");
}

#[test]
fn settings_of_dconf_that_are_gone_need_no_program() {
    let mut home = Home::with_nix().config(r#"dconf.settings."org/nhmt/test".on = true;"#);
    home.run(["realize"]).success();
    // Left alone while it is off.
    home.set_config(r#"dconf.enable = false; dconf.settings."org/nhmt/test".on = true;"#);
    home.run(["realize"]).success();
    let read = "dbus-run-session -- dconf read /org/nhmt/test/on";
    session(&home, read).success().stdout_has("true");

    let mut home = Home::with_nix().source("none/file", "").config(
        r#"
        dconf.settings."org/nhmt/test".on = true;
        dconf.package = builtins.path { path = ./none; name = "none"; };
        "#,
    );
    home.run(["realize"]).exit(1);
    home.set_config("");
    home.run(["realize", "-v"]).success().stderr_has(
        "the keys of dconf.settings stay in its database: the program dconf is not there",
    );
}

#[test]
fn settings_of_dconf_need_its_program() {
    let home = Home::with_nix().source("none/file", "").config(
        r#"
        dconf.settings.a.b = 1;
        dconf.package = builtins.path { path = ./none; name = "none"; };
        "#,
    );
    home.run(["realize"])
        .exit(1)
        .stderr_has("dconf.settings needs the program dconf")
        .stderr_has("dconf.enable = false");
    let home = Home::with_nix().source("none/file", "").config(
        r#"
        dconf.settings.a.b = 1;
        dconf.dbusPackage = builtins.path { path = ./none; name = "none"; };
        "#,
    );
    let home = home.env("XDG_RUNTIME_DIR", "/nonexistent");
    home.run(["realize"])
        .exit(1)
        .stderr_has("neither that nor the program dbus-run-session is there");
}

#[test]
fn services_of_packages_are_found_by_systemd_and_the_session_bus() {
    let unit = "[Unit]\nDescription=A tool\n[Service]\nExecStart=/bin/true\n";
    let bus = "[D-BUS Service]\nName=org.nhmt.Tool\nExec=/bin/true\n";
    let mut home = Home::with_nix()
        .source("one/share/systemd/user/tool.service", unit)
        .source("one/share/dbus-1/services/org.nhmt.Tool.service", bus)
        .source(
            "two/share/systemd/user/other.timer",
            "[Timer]\nOnCalendar=daily\nUnit=tool.service\n",
        )
        .source("three/bin/nothing", "")
        .config(
            r#"
            systemd.user.packages = [ "${./one}" "${./two}" ];
            dbus.packages = [ "${./one}" "${./three}" ];
            xdg.dataFile."systemd/user/own.target".text = "[Unit]\nDescription=Mine\n";
            "#,
        );
    home.run(["realize"]).success();
    for unit in ["tool.service", "other.timer", "own.target"] {
        session(
            &home,
            &format!(
                "SYSTEMD_LOG_LEVEL=warning systemd-analyze --user verify --man=no {unit} 2>&1"
            ),
        )
        .success()
        .stdout_lacks("tool");
    }
    let names = "XDG_DATA_HOME=$HOME/.local/share dbus-run-session -- dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListActivatableNames";
    session(&home, names)
        .success()
        .stdout_has("\"org.nhmt.Tool\"");
    // Packages that bring none are no mistake.
    home.set_config(
        r#"dbus.packages = [ "${./three}" ]; systemd.user.packages = [ "${./three}" ];"#,
    );
    home.run(["realize"]).success();
    session(&home, names)
        .success()
        .stdout_lacks("org.nhmt.Tool");
}

#[test]
fn what_is_written_from_a_text_or_a_value_has_a_source_too() {
    let home = Home::with_nix().config(
        r#"
        xdg.configFile."app/a b.conf".text = "colour = blue\n";
        xdg.configFile."app.json" = { format = "json"; value.colour = "blue"; };
        home.file.mentions.text = "${config.xdg.configFile."app.json".source}\n";
        home.file.first.source = config.xdg.configFile."app/a b.conf".source;
        home.file.second.source = config.xdg.configFile."app.json".source;
        home.file.third.source = config.home.file.mentions.source;
        systemd.user.services.app = {
          Unit.X-Restart-Triggers = [ "${config.xdg.configFile."app/a b.conf".source}" ];
          Service.ExecStart = "/bin/true";
        };
        "#,
    );
    home.run(["realize"]).success();
    assert_eq!(home.read("first"), "colour = blue\n");
    assert_eq!(home.read("second"), home.read(".config/app.json"));
    assert_eq!(home.read("third"), home.read("mentions"));
    let unit = home.read(".config/systemd/user/app.service");
    let trigger = unit
        .lines()
        .find_map(|line| line.strip_prefix("X-Restart-Triggers="));
    assert_eq!(
        std::fs::read_to_string(trigger.unwrap()).unwrap(),
        "colour = blue\n"
    );
}
