//! Scripts by which display managers start a session, as Debian has them, with
//! a program in the place of the desktop.

use std::path::PathBuf;

use super::logins::Machine;
use super::shell::nu;
use crate::support::Home;

const SESSION: &str = r#"
  home.sessionVariables.A = "$HOME/a";
  home.sessionPath = [ "$HOME/bin" ];
  home.sessionSearchVariables.XDG_DATA_DIRS = [ "/data" ];
"#;

/// The folder of what is built has them, by tests/setup/desktop-sessions.
fn script(path: &str) -> String {
    let executable = std::env::current_exe().unwrap();
    let built = executable
        .ancestors()
        .map(|dir| dir.join("desktop-sessions"));
    let all: Option<PathBuf> = built.map(|dir| dir.join(path)).find(|path| path.exists());
    all.expect("needs tests/setup/desktop-sessions BUILD-FOLDER/desktop-sessions")
        .display()
        .to_string()
}

/// What Debian's display manager `lightdm` starts a session by, by its own
/// settings.
fn lightdm() -> String {
    let file = script("usr/share/lightdm/lightdm.conf.d/01_debian.conf");
    let text = std::fs::read_to_string(file).unwrap();
    let wrapper = text
        .lines()
        .find_map(|line| line.strip_prefix("session-wrapper="));
    wrapper.unwrap().to_owned()
}

/// Each way into a desktop, with what PAM and the display manager set.
fn everywhere(machine: &Machine, wayland: bool) {
    let home = machine.home.path().display().to_string();
    let variables = [
        format!("HOME={home}"),
        format!("SHELL={}", machine.shell),
        "USER=tester".into(),
        "LOGNAME=tester".into(),
        "PATH=/usr/local/bin:/usr/bin:/bin:/usr/games".into(),
    ];
    let start = |kind: &str, script: &str, words: &[&str]| {
        let kind_of_session = format!("XDG_SESSION_TYPE={kind}");
        let mut all = vec!["env", "-C", &home, &kind_of_session];
        all.extend(variables.iter().map(String::as_str));
        all.push(script);
        all.extend(words);
        let more = [
            "--tmpfs",
            "/usr/libexec",
            "--ro-bind",
            "$REPORT",
            "/usr/libexec/gnome-session-binary",
        ];
        let seen = machine.session_on(&more, &all, "");
        machine.holds(&format!("{script}, {kind}"), &seen);
    };
    start("x11", &lightdm(), &["$REPORT"]);
    start("x11", &script("etc/gdm3/Xsession"), &["$REPORT"]);
    for folder in ["etc/sddm", "usr/share/sddm/scripts"] {
        start("x11", &script(&format!("{folder}/Xsession")), &["$REPORT"]);
        if wayland {
            start(
                "wayland",
                &script(&format!("{folder}/wayland-session")),
                &["$REPORT"],
            );
        }
    }
    if wayland {
        start("wayland", &script("usr/bin/gnome-session"), &[]);
    }
}

#[test]
fn of_bash() {
    let machine = Machine::with(
        "/bin/bash",
        &format!("{SESSION} programs.bash.enable = true;"),
    );
    everywhere(&machine, true);
}

#[test]
fn of_zsh() {
    let machine = Machine::with(
        "/usr/bin/zsh",
        &format!("{SESSION} programs.zsh.enable = true;"),
    );
    everywhere(&machine, true);
}

#[test]
fn of_fish() {
    let machine = Machine::with(
        "/usr/bin/fish",
        &format!("{SESSION} programs.fish.enable = true;"),
    );
    everywhere(&machine, true);
}

/// What starts it for a command, as those of Wayland do, gets nothing.
#[test]
fn of_nushell_below_x() {
    let machine = Machine::with(&nu(), &format!("{SESSION} programs.nushell.enable = true;"));
    everywhere(&machine, false);
}

/// What a person has there stays, and what the configuration has outranks it.
#[test]
fn the_files_stay_a_persons() {
    let shell = format!("{SESSION} programs.fish.enable = true;");
    let mut home = Home::with_nix().config(&shell);
    home.write(".xprofile", "mine=1\n");
    home.run(["realize"]).success();
    let text = home.read(".xprofile");
    assert!(text.starts_with("mine=1\n"), "{text}");
    assert!(text.contains("nhmt/session.sh"), "{text}");
    assert!(home.read(".xsessionrc").contains("nhmt/session.sh"));
    home.set_config(&format!(
        "{shell} home.file.\"rc\" = {{ target = \".xsessionrc\"; source = ./rc; }};
        home.persistence.\"{}\".files = [ \".xprofile\" ];",
        home.outside("kept").display()
    ));
    home.write_source("rc", "given");
    home.run(["realize"]).success();
    assert_eq!(home.read(".xsessionrc"), "given");
    assert!(home.read(".xprofile").starts_with("mine=1\n"));
    home.set_config(&format!(
        "{shell} home.file.\".xsessionrc\".enable = false;
        home.file.\".xprofile\" = {{ text = \"given\"; force = true; }};"
    ));
    home.run(["realize"]).success();
    assert_eq!(home.read(".xprofile"), "given");
    assert!(home.read(".xsessionrc").contains("nhmt/session.sh"));
    home.set_config(SESSION);
    home.run(["realize"]).success();
    assert!(!home.has(".xsessionrc"));
}
