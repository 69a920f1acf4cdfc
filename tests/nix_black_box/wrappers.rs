//! Programs that start with other settings.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::{Home, Outcome};

/// A home whose program `tell` says how it was started, with this wrapper.
fn home(wrapper: &str) -> Home {
    let home = Home::with_nix()
        .source(
            "tell/bin/tell",
            "#!/bin/sh\nprintf '<%s>' \"$@\"\necho \" ${A-unset} ${B-unset} $PATH\"\n",
        )
        .source("tell/bin/quiet", "#!/bin/sh\necho quiet ${A-unset}\n")
        .source("tell/share/man/man1/tell.1", "manual")
        .source(
            "tell/share/applications/tell.desktop",
            "[Desktop Entry]\nType=Application\nName=Tell\nExec=tell %U\n",
        )
        .source("more/bin/helper", "#!/bin/sh\n")
        .source("settings", "set\n")
        .config(wrapper);
    for program in ["tell", "quiet"] {
        let path = home.outside("configuration/tell/bin").join(program);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    home
}

/// What a program of the home prints.
fn run(home: &Home, name: &str, arguments: &[&str]) -> String {
    let program = home.at(".local/state/nhmt/current/packages/bin").join(name);
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    Outcome::of(command.args(arguments)).success().stdout()
}

#[test]
fn a_wrapped_package_is_in_the_home() {
    let home = home(
        r#"wrappers.tell = {
            basePackage = ./tell;
            env.A.value = "it's $HOME";
            env.B.value = ./settings;
            flags = [ "--config" ./settings ];
            appendFlags = [ 1 ];
            pathAdd = [ ./more ];
            programs.quiet = { };
            programs.work = { target = "tell"; env.A = "work"; };
        };"#,
    );
    home.run(["realize"]).success();
    let said = run(&home, "tell", &["typed"]);
    assert!(said.starts_with("<--config></"), "{said}");
    assert!(said.contains("-settings><typed><1> it's $HOME /"), "{said}");
    assert!(said.contains("-more/bin:/usr/bin:/bin\n"), "{said}");
    // What it mentions stays in the store as long as the home does.
    home.nix().run("nix-store", ["--gc"]);
    let settings = said.split(['<', '>']).nth(3).unwrap();
    assert_eq!(std::fs::read_to_string(settings).unwrap(), "set\n");
    // One of its programs is left alone, and one has another name.
    assert_eq!(run(&home, "quiet", &[]), "quiet unset\n");
    assert!(run(&home, "work", &["x"]).contains("<x><1> work "));
    // The rest of the package is there, and starts the wrapper.
    let packages = ".local/state/nhmt/current/packages";
    assert_eq!(
        home.read(&format!("{packages}/share/man/man1/tell.1")),
        "manual"
    );
    let entry = home.read(&format!("{packages}/share/applications/tell.desktop"));
    let started = entry.split("Exec=").nth(1).unwrap();
    assert!(
        started.starts_with('/') && started.ends_with("/bin/tell %U\n"),
        "{entry}"
    );
    let validator = Command::new("desktop-file-validate")
        .arg(home.at(packages).join("share/applications/tell.desktop"))
        .output()
        .expect("desktop-file-validate, of the package desktop-file-utils");
    assert!(validator.status.success(), "{validator:?}");
}

#[test]
fn it_wins_over_what_it_wraps_and_other_options_can_have_it() {
    let home = home(
        r#"
        home.packages = [ ./tell ];
        wrappers.tell = { basePackage = ./tell; env.A = "wrapped"; };
        wrappers.other = { enable = false; basePackage = ./tell; env.A = "other"; };
        home.file."start".source = "${config.wrappers.other.wrapped}/bin/tell";
        "#,
    );
    home.run(["realize"]).success();
    assert!(run(&home, "tell", &[]).contains(" wrapped "));
    let started = Outcome::of(&mut Command::new(home.at("start"))).success();
    assert!(started.stdout().contains(" other "), "{started}");
}

#[test]
fn what_cannot_be_wrapped_is_named() {
    let fails = |wrapper: &str| home(wrapper).run(["realize"]).exit(4);
    fails(r#"wrappers.tell = { basePackage = ./tell; programs.tall.env.A = "x"; };"#)
        .stderr_has("tell has no program `tall` to wrap; it has `quiet`, `tell`");
    fails(r#"wrappers.tell = { basePackage = ./tell; programs.quiet = { target = "tell"; env.A = "x"; }; };"#)
        .stderr_has("tell has a program `quiet` already");
    fails(r#"wrappers.tell = { basePackage = ./none; env.A = "x"; };"#)
        .stderr_has("missing package in wrappers: there is no /")
        .stderr_has("/none");
    fails(r#"wrappers.tell = { basePackage = ./tell; env."A B" = "x"; };"#).stderr_has("A B");
    fails("wrappers.tell.flags = [ \"x\" ];").stderr_has("wrappers.tell.basePackage");
}
