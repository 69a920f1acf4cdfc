//! What a shell offers for the words of a command line: the shell asks nhmt,
//! so generations are those that there are.

use std::env;
use std::ffi::OsString;
use std::io;

use clap::{CommandFactory, Parser};
use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;

use super::args::Cli;
use super::context::Context;
use super::list_generations::local_time;

/// With this variable a shell asks; the value is the name of the shell.
const VARIABLE: &str = "NHMT_COMPLETE";

/// Answers a shell, when one asks. Nothing may have been printed before.
pub(super) fn answer() -> clap::error::Result<bool> {
    CompleteEnv::with_factory(Cli::command)
        .var(VARIABLE)
        .bin("nhmt")
        .completer("nhmt")
        .try_complete(env::args_os(), env::current_dir().ok().as_deref())
}

/// The script that makes `shell` ask.
pub(super) fn script(shell: &str) -> io::Result<String> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let shell = shells
        .completer(shell)
        .ok_or_else(|| io::Error::other("no such shell"))?;
    shell.write_registration(VARIABLE, "nhmt", "nhmt", "nhmt", &mut script)?;
    let script = String::from_utf8(script).map_err(io::Error::other)?;
    // zsh runs a file of `$fpath` as the body of the function that completes,
    // so the first tab key would only define what the next one calls.
    let registers = "compdef _clap_dynamic_completer_nhmt nhmt";
    let both = "if [ \"$funcstack[1]\" = _nhmt ]; then\n    _clap_dynamic_completer_nhmt \"$@\"\nelse\n    compdef _clap_dynamic_completer_nhmt nhmt\nfi";
    Ok(script.trim().replace(registers, both))
}

/// The generations, newest first. A shell shows no errors: where there are
/// none, or none can be read, nothing is offered.
pub(super) fn generations() -> Vec<CompletionCandidate> {
    let Some((all, current)) = all_generations() else {
        return Vec::new();
    };
    let candidate = |(at, one): (usize, &crate::generation::Generation)| {
        let note = if Some(one.number) == current {
            ", current"
        } else {
            ""
        };
        CompletionCandidate::new(one.number.to_string())
            // A colon would end the value in zsh's list.
            .help(Some(format!("{}{note}", local_time(one.created)).into()))
            .display_order(Some(at))
    };
    all.iter().rev().enumerate().map(candidate).collect()
}

/// [`generations`], and the words for several of them.
pub(super) fn generations_to_delete() -> Vec<CompletionCandidate> {
    let old = CompletionCandidate::new("old").help(Some("all but the current one".into()));
    let mut all = vec![old.display_order(Some(usize::MAX))];
    all.extend(generations());
    all
}

type Generations = (
    Vec<crate::generation::Generation>,
    Option<crate::generation::Number>,
);

fn all_generations() -> Option<Generations> {
    let mut line = vec![OsString::from("nhmt")];
    for flag in ["--home", "--profile"] {
        if let Some(value) = typed(env::args_os().collect(), flag) {
            line.extend([flag.into(), value]);
        }
    }
    line.push("list-generations".into());
    let global = Cli::try_parse_from(line).ok()?.global;
    let profile = Context::new(global).ok()?;
    let profile = profile.profile();
    Some((profile.list().ok()?, profile.current().ok()?))
}

/// The value of `flag` among the words so far. bash makes three words of
/// `--home=DIR`, and no shell has expanded a `~` yet.
fn typed(words: Vec<OsString>, flag: &str) -> Option<OsString> {
    let mut words = words.into_iter();
    let mut found = None;
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if text == flag {
            found = match words.next() {
                Some(equals) if equals == "=" => words.next(),
                value => value,
            };
        } else if let Some(value) = text
            .strip_prefix(flag)
            .and_then(|rest| rest.strip_prefix('='))
        {
            found = Some(value.into());
        }
    }
    let found = found.filter(|value| !value.is_empty())?;
    let below_home = found.to_str().and_then(|text| text.strip_prefix("~/"));
    match (below_home, env::var_os("HOME")) {
        (Some(rest), Some(mut home)) => {
            home.push("/");
            home.push(rest);
            Some(home)
        }
        _ => Some(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_found_among_unfinished_words() {
        let typed = |line: &str| {
            let words = line.split(' ').map(OsString::from).collect();
            typed(words, "--home").map(|value| value.into_string().unwrap())
        };
        assert_eq!(typed("nhmt --home /a diff ").as_deref(), Some("/a"));
        assert_eq!(typed("nhmt diff --home=/a ").as_deref(), Some("/a"));
        assert_eq!(typed("nhmt diff --home = /a ").as_deref(), Some("/a"));
        assert_eq!(typed("nhmt diff --home-less /a"), None);
        assert_eq!(typed("nhmt diff --home"), None);
        assert_eq!(typed("nhmt diff --home "), None);
    }
}
