//! What systemd's user manager has of it: environment.d(5).

use std::process::Command;

use super::Variables;
use crate::support::{Home, Outcome};

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
    let text = Outcome::of(&mut command).success().stdout();
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
