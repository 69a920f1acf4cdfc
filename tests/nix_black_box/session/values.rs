//! Values of variables come through every shell as they were written.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::shell::{Shell, seen};
use super::{home, systemd, variables};

/// A text as a string of Nix.
fn nix(text: &str) -> String {
    let mut string = text.replace('\\', "\\\\").replace('"', "\\\"");
    string = string.replace("${", "\\${").replace('\n', "\\n");
    format!("\"{string}\"")
}

/// A text as Home Manager's values have it when nothing is to expand.
fn literal(text: &str) -> String {
    let mut value = String::new();
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$' | '`') {
            value.push('\\');
        }
        value.push(c);
    }
    value
}

#[test]
fn odd_ones() {
    let home = home(
        r#"home.sessionVariables = {
          A_HOME = "$HOME/x and \${HOME}y";
          B_QUOTES = "it's \\\"so\\\" and 'so'";
          C_UNSET = "<\${NOPE}>$NOPE.";
          D_DEFAULT = "\${NOPE:-/d/$HOME} \${EMPTY:-e} \${EMPTY-f} \${GIVEN:-g}";
          E_OTHER = "a\${NOPE:+:$NOPE} b\${GIVEN:+:$GIVEN} c\${EMPTY+set} d\${NOPE+set}";
          F_NESTED = "\${NOPE:-\${GIVEN}/z}";
          G_SIGNS = "cost \\$5 \\`x\\` a\\\\b a\\b * ~ ? [a-z] {a,b} # ! & ; | < > ( )";
          H_LINES = "one\ntwo\n";
          I_UNICODE = "grüße 🐚";
          J_COMMAND = "$(printf '%s' inner; echo) `echo \"q  q\"`";
          K_EMPTY = "";
          L_DOLLAR = "5$ and $ and $";
          M_BLANKS = "  two  blanks ";
          N_BOOL = true;
          O_INT = 5;
          P_DASH = "-n";
          Q_NULL = null;
          R_PERCENT = "100%s %d \\n";
          S_PATH = /etc;
        };"#,
    );
    let place = home.path().display().to_string();
    let expected = [
        ("A_HOME", format!("{place}/x and {place}y")),
        ("B_QUOTES", r#"it's "so" and 'so'"#.into()),
        ("C_UNSET", "<>.".into()),
        ("D_DEFAULT", format!("/d/{place} e  given")),
        ("E_OTHER", "a b:given cset d".into()),
        ("F_NESTED", "given/z".into()),
        (
            "G_SIGNS",
            r"cost $5 `x` a\b a\b * ~ ? [a-z] {a,b} # ! & ; | < > ( )".into(),
        ),
        ("H_LINES", "one\ntwo\n".into()),
        ("I_UNICODE", "grüße 🐚".into()),
        ("J_COMMAND", "inner q  q".into()),
        ("K_EMPTY", String::new()),
        ("L_DOLLAR", "5$ and $ and $".into()),
        ("M_BLANKS", "  two  blanks ".into()),
        ("N_BOOL", "true".into()),
        ("O_INT", "5".into()),
        ("P_DASH", "-n".into()),
        ("R_PERCENT", r"100%s %d \n".into()),
        ("S_PATH", "/etc".into()),
    ];
    let before = variables(&[("EMPTY", ""), ("GIVEN", "given")]);
    for shell in Shell::ALL {
        let mut found = seen(shell.session(&home, &before));
        for (name, value) in &expected {
            let is = found.remove(*name);
            assert_eq!(is.as_ref(), Some(value), "{name} in {shell:?}");
        }
        for name in ["EMPTY", "GIVEN", "PATH"] {
            found.remove(name);
        }
        assert!(found.is_empty(), "{shell:?}: {found:?}");
    }
    // systemd's has what its syntax can say, and names the rest.
    let found = systemd::generated(&home, &before);
    let missing = ["D_DEFAULT", "E_OTHER", "H_LINES", "J_COMMAND", "K_EMPTY"];
    let text = home.read(".config/environment.d/zz-nhmt.conf");
    for (name, value) in &expected {
        if missing.contains(name) {
            assert!(!found.contains_key(*name), "{name}");
            assert!(text.contains(&format!("# {name} is left out")), "{text}");
        } else {
            assert_eq!(found.get(*name), Some(value), "{name} in environment.d");
        }
    }
}

/// Any text that an environment can hold, odd ones more often than not.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("$".to_owned()),
        Just("`".to_owned()),
        Just("$HOME".to_owned()),
        Just("${X:-y}".to_owned()),
        Just("$(id)".to_owned()),
        Just("''".to_owned()),
        Just("\n".to_owned()),
        Just(" ".to_owned()),
        Just("*".to_owned()),
        Just("%s".to_owned()),
        Just("\\n".to_owned()),
        Just("|~".to_owned()),
        Just(":".to_owned()),
        Just("=".to_owned()),
        Just("}{".to_owned()),
        Just("ü🐚".to_owned()),
        "[ -~]{1,6}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

#[test]
fn any_text() {
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(texts(), 150);
    let values = strategy.new_tree(&mut runner).unwrap().current();
    let mut body = String::from("home.sessionVariables = {\n");
    for (n, value) in values.iter().enumerate() {
        writeln!(body, "V{n} = {};", nix(&literal(value))).unwrap();
    }
    body.push_str("};");
    let home = home(&body);
    let none = variables(&[]);
    for shell in Shell::ALL {
        let found = shell.session(&home, &none);
        for (n, value) in values.iter().enumerate() {
            assert_eq!(found.get(&format!("V{n}")), Some(value), "{shell:?}");
        }
    }
    let found = systemd::generated(&home, &none);
    for (n, value) in values.iter().enumerate() {
        let known = !value.contains('\n') && !value.is_empty();
        let is = found.get(&format!("V{n}"));
        assert_eq!(is, known.then_some(value), "environment.d");
    }
}
