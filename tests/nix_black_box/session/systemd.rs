//! What systemd's user manager has of it: environment.d(5).

use std::process::Command;

use super::Variables;
use crate::support::{Home, Outcome, nhmt};
use crate::systemd::{place_of_session, run_alone};

/// What systemd's own generator makes of the home's file in `before`.
pub fn generated(home: &Home, before: &Variables) -> Variables {
    let generator =
        "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator";
    let mut command = Command::new(generator);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin")
        .envs(before);
    let outcome = Outcome::of(&mut command).success();
    assert!(!outcome.stderr().contains("nhmt"), "{outcome}");
    let text = outcome.stdout();
    // Lines of a shell's assignments, as the manager reads them.
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), unquoted(value)))
        .collect()
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            text.push(c);
            escaped = false;
        }
    }
    text
}

/// The manager reads the files again at each reload, in the environment that
/// it made of them before.
#[test]
fn lists_do_not_grow_and_follow_the_generation() {
    let mut home = super::home(
        r#"home.sessionVariables.A = "1";
        home.sessionPath = [ "$HOME/one" ];
        home.sessionSearchVariables = { XDG_DATA_DIRS = [ "/data" ]; OTHER = [ "/o" ]; };"#,
    );
    let start = super::variables(&[("XDG_DATA_DIRS", "/own:/usr/share")]);
    let first = generated(&home, &start);
    let place = home.path().display().to_string();
    let packages = format!("{place}/.local/state/nhmt/current/packages/bin");
    // Other files of the machine may add directories of theirs.
    let of_ours = |all: &Variables| -> Vec<String> {
        let theirs = all["PATH"].split(':').filter(|dir| dir.starts_with(&place));
        theirs
            .filter(|dir| !dir.contains(".nix-profile"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(of_ours(&first), [format!("{place}/one"), packages.clone()]);
    assert_eq!(first["XDG_DATA_DIRS"], "/data:/own:/usr/share");
    let mut again = first.clone();
    for _ in 0..3 {
        let mut before = start.clone();
        before.extend(again);
        again = generated(&home, &before);
        assert_eq!(again["PATH"], first["PATH"]);
        assert_eq!(again["XDG_DATA_DIRS"], first["XDG_DATA_DIRS"]);
        assert_eq!(again["OTHER"], first["OTHER"]);
    }
    super::set(
        &mut home,
        r#"home.sessionPath = [ "$HOME/two" ]; home.sessionSearchVariables.XDG_DATA_DIRS = [ "/new" ];"#,
    );
    let next = generated(&home, &again);
    assert_eq!(of_ours(&next), [format!("{place}/two"), packages]);
    assert_eq!(next["XDG_DATA_DIRS"], "/new:/own:/usr/share");
}

/// A shell of a graphical session completes what systemd's syntax cannot say.
#[test]
fn a_shell_below_systemd_has_the_rest() {
    use super::shell::{Shell, seen};
    let home = super::home(
        r#"home.sessionVariables = { A = "1"; LINES_OF = "a\nb"; WAS = "2"; };
        home.sessionPath = [ "/one" ];"#,
    );
    let start = super::variables(&[("WAS", "0")]);
    let mut manager = start.clone();
    manager.extend(generated(&home, &start));
    for shell in Shell::ALL {
        let session = shell.session(&home, &manager);
        assert_eq!(session["A"], "1", "{shell:?}");
        assert_eq!(session["LINES_OF"], "a\nb", "{shell:?}");
        assert!(
            !session["__NHMT_SESSION"].starts_with("systemd"),
            "{shell:?}"
        );
        let direct = seen(shell.session(&home, &start));
        let mut session = seen(session);
        session.retain(|name, _| direct.contains_key(name));
        session.insert("PATH".into(), direct["PATH"].clone());
        assert_eq!(session, direct, "{shell:?}");
    }
}

/// A real manager, asked by the doctor as well.
#[test]
fn a_real_manager() {
    let home = super::home(
        r#"home.sessionVariables.A = "a  \\\"b\\\" $HOME"; home.sessionPath = [ "/one" ];"#,
    );
    let nhmt = nhmt();
    let nhmt = nhmt.display();
    let script = format!(
        r#"
        dbus-run-session -- /lib/systemd/systemd --user &
        for i in $(seq 600); do
            systemctl --user show-environment >/dev/null 2>&1 && break
            sleep 0.1
        done
        show() {{ systemctl --user show-environment | grep -E '^(A|PATH)='; }}
        show
        systemctl --user daemon-reload
        systemctl --user daemon-reload
        show
        {nhmt} doctor --json | tr '{{' '\n' | grep manager || echo "manager is as it should be"
        systemctl --user set-environment __NHMT_SESSION=systemd-other
        {nhmt} doctor --json | tr '{{' '\n' | grep -o manager-unread
        systemctl --user exit
        wait
    "#
    );
    let outcome = run_alone(place_of_session(&home).args(["bash", "-c", &script]));
    let said = outcome.stdout();
    let value = format!("A=$'a  \"b\" {}'", home.path().display());
    let plain = format!("A=\"a  \\\"b\\\" {}\"", home.path().display());
    let shown = said
        .lines()
        .filter(|line| *line == value || *line == plain)
        .count();
    assert_eq!(shown, 2, "{outcome}");
    let paths: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("PATH="))
        .collect();
    assert_eq!(paths.len(), 2, "{outcome}");
    assert_eq!(paths[0], paths[1], "{outcome}");
    assert_eq!(paths[0].matches("/one:").count(), 1, "{outcome}");
    assert!(!outcome.stderr().contains("nhmt.conf"), "{outcome}");
    assert!(said.contains("manager is as it should be"), "{outcome}");
    assert!(said.ends_with("manager-unread\n"), "{outcome}");
}
