//! A shell that starts in an older session.

use super::shell::{Shell, seen};
use super::{Variables, home, set, variables};

const OLD: &str = r#"
  home.sessionVariables = { STAYS = "1"; CHANGES = "old $HOME"; GOES = "g"; MINE = "m"; MINE_GOES = "m"; WAS = "ours"; SELF = "$SELF:/s"; };
  home.sessionPath = [ "/first" "/goes" ];
  home.sessionSearchVariables = { LIST = [ "/a" "/b" ]; LIST_GOES = [ "/a" "/shared" ]; ALONE = [ "/a" ]; };
  home.sessionVariablesExtra = "export EXTRA=old";
"#;

const NEW: &str = r#"
  home.sessionVariables = { STAYS = "1"; CHANGES = "new $HOME"; MINE = "n"; COMES = "c"; SELF = "$SELF:/t"; };
  home.sessionPath = [ "/first" "/comes" ];
  home.sessionSearchVariables = { LIST = [ "/b" "/c" ]; };
  home.sessionVariablesExtra = "export EXTRA=new";
"#;

/// Every shell takes over what any other shell has set, and knows what the
/// person did with it since.
#[test]
fn variables_of_another_generation() {
    let mut home = home(OLD);
    let start = variables(&[
        ("WAS", "the system's"),
        ("SELF", "/own"),
        ("LIST", "/x:/b"),
        ("LIST_GOES", "/shared"),
    ]);
    let mut sessions: Vec<(Shell, Variables)> = Vec::new();
    for shell in Shell::ALL {
        let session = shell.session(&home, &start);
        // A nested shell changes nothing.
        for nested in Shell::ALL {
            assert_eq!(
                nested.session(&home, &session),
                session,
                "{nested:?} in {shell:?}"
            );
        }
        sessions.push((shell, session));
    }
    for (shell, session) in &sessions {
        let same = seen(session.clone()) == seen(sessions[0].1.clone());
        assert!(same, "{shell:?}: {session:#?}");
    }
    let place = home.path().display().to_string();
    let packages = home.at(".local/state/nhmt/current/packages/bin");
    let packages = packages.display();
    let session = &sessions[0].1;
    assert_eq!(session["CHANGES"], format!("old {place}"));
    assert_eq!(session["SELF"], "/own:/s");
    assert_eq!(session["LIST"], "/x:/a:/b");
    assert_eq!(
        session["PATH"],
        format!("/first:/goes:{packages}:/usr/bin:/bin")
    );
    assert_eq!(session["EXTRA"], "old");

    set(&mut home, NEW);
    for (old, session) in sessions {
        let mut session = session;
        // What the person did meanwhile.
        session.insert("MINE".into(), "mine".into());
        session.insert("MINE_GOES".into(), "mine".into());
        session.insert("PATH".into(), format!("/venv:{}:/late", session["PATH"]));
        for shell in Shell::ALL {
            let found = seen(shell.session(&home, &session));
            let expected = variables(&[
                ("STAYS", "1"),
                ("CHANGES", &format!("new {place}")),
                ("MINE", "mine"),
                ("MINE_GOES", "mine"),
                ("WAS", "the system's"),
                ("SELF", "/own:/t"),
                ("COMES", "c"),
                ("EXTRA", "new"),
                ("LIST", "/x:/b:/c"),
                ("LIST_GOES", "/shared"),
                (
                    "PATH",
                    &format!("/venv:/first:/comes:{packages}:/usr/bin:/bin:/late"),
                ),
            ]);
            assert_eq!(found, expected, "{shell:?} after {old:?}");
        }
    }
}

/// A value of the person's own stays through any number of switches.
#[test]
fn a_persons_value_stays() {
    let mut home = home(r#"home.sessionVariables = { A = "1"; };"#);
    for shell in Shell::ALL {
        set(&mut home, r#"home.sessionVariables = { A = "1"; };"#);
        let mut session = shell.session(&home, &variables(&[]));
        session.insert("A".into(), "mine".into());
        for n in 2..4 {
            set(
                &mut home,
                &format!("home.sessionVariables = {{ A = \"{n}\"; }};"),
            );
            session = shell.session(&home, &session);
            assert_eq!(session["A"], "mine", "{shell:?}");
        }
        session.insert("A".into(), "3".into());
        set(&mut home, "");
        let session = shell.session(&home, &session);
        assert_eq!(session.get("A"), None, "{shell:?}");
    }
}

/// Values that are hard to remember.
const ODD: &str = r#"
  home.sessionVariables = {
    A_BASE = "/base 1"; B_REFERS = "<$A_BASE>"; BLANKS = "  two  blanks "; LINES_OF = "one\n\ntwo\n"; BREAK = "\n";
    QUOTES = "it's \\\"so\\\" \\\\ \\`x\\`"; EMPTY = ""; DOLLAR = "\\$5 \\$HOME"; SIGNS = "* ~ = < : | ~ #";
    TAB = "a\tb"; STAR = "*"; MINE = "1\n2"; MINE_EMPTY = "x"; MINE_GONE = "x"; WAS = "w"; WAS_LINES = "w";
    WAS_EMPTY = "w";
  };
"#;

/// Whatever a variable holds: what is declared no more goes, what was there
/// before comes back, and what the person made of it stays.
#[test]
fn odd_values_of_another_generation() {
    let mut home = home(ODD);
    let start = variables(&[
        ("WAS", "  it's \"so\" $x "),
        ("WAS_LINES", "three\nfour\n"),
        ("WAS_EMPTY", ""),
    ]);
    let mut sessions: Vec<(Shell, Variables)> = Vec::new();
    for shell in Shell::ALL {
        let session = shell.session(&home, &start);
        for nested in Shell::ALL {
            assert_eq!(
                nested.session(&home, &session),
                session,
                "{nested:?} in {shell:?}"
            );
        }
        assert_eq!(session["B_REFERS"], "</base 1>", "{shell:?}");
        assert_eq!(session["LINES_OF"], "one\n\ntwo\n", "{shell:?}");
        sessions.push((shell, session));
    }
    let change = |session: &Variables| {
        let mut session = session.clone();
        session.insert("MINE".into(), "1\n3".into());
        session.insert("MINE_EMPTY".into(), String::new());
        session.remove("MINE_GONE");
        session
    };
    // Others of the same names, then none.
    set(
        &mut home,
        r#"home.sessionVariables = { A_BASE = "/base 2"; B_REFERS = "<$A_BASE>"; LINES_OF = "three\n"; EMPTY = "e";
        BLANKS = ""; MINE = "n"; MINE_EMPTY = "n"; MINE_GONE = "n"; WAS = "n\nn"; };"#,
    );
    let mut later: Vec<(Shell, Shell, Variables)> = Vec::new();
    for (old, session) in &sessions {
        for shell in Shell::ALL {
            let after = shell.session(&home, &change(session));
            let mut found = seen(after.clone());
            found.remove("PATH");
            let expected = variables(&[
                ("A_BASE", "/base 2"),
                ("B_REFERS", "</base 2>"),
                ("LINES_OF", "three\n"),
                ("EMPTY", "e"),
                ("BLANKS", ""),
                ("MINE", "1\n3"),
                ("MINE_EMPTY", ""),
                ("WAS", "n\nn"),
                ("WAS_LINES", "three\nfour\n"),
                ("WAS_EMPTY", ""),
            ]);
            assert_eq!(found, expected, "{shell:?} after {old:?}");
            later.push((*old, shell, after));
        }
    }
    set(&mut home, "");
    for (old, between, session) in &later {
        for shell in Shell::ALL {
            let mut found = seen(shell.session(&home, session));
            found.remove("PATH");
            let mut expected = start.clone();
            expected.insert("MINE".into(), "1\n3".into());
            expected.insert("MINE_EMPTY".into(), String::new());
            assert_eq!(found, expected, "{shell:?} after {between:?} after {old:?}");
        }
    }
}

/// A damaged memory is passed over.
#[test]
fn nonsense_in_the_memory() {
    let home = home(r#"home.sessionVariables = { A = "1"; }; home.sessionPath = [ "/a" ];"#);
    let nonsense = "|~|~=x|~A|~B C=d|~$(id)=x|~A<|~9=1|~;id=|~::|~:a|~PATH:|~PATH|~X:/y|~*:?";
    for shell in Shell::ALL {
        let before = variables(&[
            ("__NHMT_SESSION", "other"),
            ("__NHMT_SET", nonsense),
            ("__NHMT_SEARCH", nonsense),
        ]);
        let found = seen(shell.session(&home, &before));
        let packages = home.at(".local/state/nhmt/current/packages/bin");
        let path = format!("/a:{}:/usr/bin:/bin", packages.display());
        assert_eq!(
            found,
            variables(&[("A", "1"), ("PATH", &path)]),
            "{shell:?}"
        );
    }
}

/// The packages of a generation are found as soon as the home is on it, in
/// shells that run as well.
#[test]
fn packages_of_a_switch_are_found_in_a_running_shell() {
    let mut home = crate::support::Home::with_nix();
    let package = |home: &crate::support::Home, name: &str| {
        home.write_source(
            format!("{name}/bin/{name}"),
            format!("#!/bin/sh\necho {name}\n"),
        );
        let file = home.outside(format!("configuration/{name}/bin/{name}"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(file, mode).unwrap();
        format!(
            "home.packages = [ {{ type = \"derivation\"; name = \"{name}\"; outPath = \"${{./{name}}}\"; }} ];"
        )
    };
    let first = package(&home, "first");
    set(&mut home, &first);
    let second = package(&home, "second");
    for shell in ["dash", "bash", "zsh", "fish"] {
        set(&mut home, &first);
        let file = if shell == "fish" {
            "session.fish"
        } else {
            "session.sh"
        };
        let script = format!(
            "cd \"$HOME\"; {} .local/share/nhmt/{file}; first; echo ready; read line; second; sh -c first 2>/dev/null || echo gone",
            if shell == "fish" { "source" } else { "." }
        );
        let mut command = std::process::Command::new(shell);
        command
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", "/usr/bin:/bin");
        command.arg("-c").arg(&script);
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.ends_with("ready\n") {
            assert_ne!(
                std::io::BufRead::read_line(&mut output, &mut line).unwrap(),
                0,
                "{shell}: {line}"
            );
        }
        set(&mut home, &second);
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"\n").unwrap();
        std::io::Read::read_to_string(&mut output, &mut line).unwrap();
        child.wait().unwrap();
        assert_eq!(line, "first\nready\nsecond\ngone\n", "{shell}");
    }
}
