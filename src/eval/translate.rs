//! What Nix says of a failure, in words that help.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use super::message::{Message, plain};
use super::run::{Finished, Log, name_of};
use super::{ErrorKind, EvalError, locate};

/// The derivations whose builder is nhmt.
const OWN_DERIVATIONS: [&str; 2] = ["nhmt-home", "nhmt-packages"];

/// The error of a process that did not succeed. `library` is where nhmt's own
/// Nix files lie.
pub(super) fn error(finished: &Finished, library: &Path) -> EvalError {
    let mut error = match finished.log.errors.first() {
        Some(first) => from_message(first, &finished.log, library),
        None => without_message(finished),
    };
    error.raw.clone_from(&finished.log.raw);
    error
}

/// The line of a trace that names the option whose value failed, without the
/// colon at its end. Nix 2.8 prints the innermost step of a trace first and
/// the error above it; a current Nix prints them last, above the error.
pub(super) fn innermost_option(raw: &str) -> Option<&str> {
    let mut options = raw.lines().enumerate().filter_map(|(number, line)| {
        let text = line.trim_start_matches([' ', '…']);
        let text = text.strip_suffix(':').unwrap_or(text);
        text.starts_with("while evaluating the option `")
            .then_some((number, text))
    });
    let (first, text) = options.next()?;
    let error = raw
        .lines()
        .position(|line| line.trim_start().starts_with("error: "));
    if error.is_some_and(|error| error < first) {
        Some(text)
    } else {
        options.last().map_or(Some(text), |(_, last)| Some(last))
    }
}

fn without_message(finished: &Finished) -> EvalError {
    if let Some(signal) = finished.status.signal() {
        let error = EvalError::new(
            ErrorKind::Killed,
            format!("Nix was killed by signal {signal} while it worked on the configuration"),
        );
        return match signal {
            // SIGKILL: most often the kernel, for want of memory.
            9 => error.remedy("If nobody did that, the machine ran out of memory."),
            // SIGSEGV: how Nix ends when the stack overflows.
            11 => error.remedy("This is how Nix ends when a value depends on itself without end."),
            _ => error,
        };
    }
    // Settings are read before there is a log to write to.
    let mut lines = finished.log.raw.lines();
    if let Some(plain) = lines.find_map(|line| line.strip_prefix("error: ")) {
        return machine(plain).unwrap_or_else(|| {
            EvalError::new(ErrorKind::Machine, format!("Nix does not start: {plain}")).remedy(
                "Look at Nix's settings: nix.conf, $NIX_CONFIG and --option (`nix show-config` says where they come from).",
            )
        });
    }
    let last = finished.log.raw.lines().next_back().unwrap_or_default();
    EvalError::new(
        ErrorKind::Configuration,
        format!("Nix ended with {}: {last}", finished.status),
    )
}

fn from_message(first: &Message, log: &Log, library: &Path) -> EvalError {
    let text = plain(first.raw_msg.as_deref().unwrap_or(&first.msg));
    let text = text.strip_prefix("error: ").unwrap_or(&text).trim();
    if let Some(error) = machine(text) {
        return error;
    }
    if let Some(derivation) = failed_derivation(text) {
        return build(&derivation, text, log);
    }
    let mut error = EvalError::new(ErrorKind::Configuration, text);
    if text.starts_with("program 'git' failed")
        && let Some(said) = log.raw.lines().find(|line| line.starts_with("fatal: "))
    {
        error.message = format!("{text}: {}", &said["fatal: ".len()..]);
    }
    if let Some((message, remedy)) = reword(text) {
        error.message = message;
        error.remedy = Some(remedy.to_owned());
    }
    error.location = locate::locate(first, library).map(Box::new);
    let says_itself = text.contains(" at /");
    error.place_hidden = error.location.is_none() && (first.file.is_some() || !says_itself);
    error
}

/// Failures that no change to the configuration helps.
fn machine(text: &str) -> Option<EvalError> {
    let remedy = if text.contains("No space left on device") {
        "The disk is full. `nix-collect-garbage` removes from the Nix store what nothing uses; `nhmt delete-generations old` first lets go of older homes."
    } else if text.contains("experimental Nix feature") || text.contains("experimental feature") {
        "nhmt turns on what it needs, but this Nix forbids it (`experimental-features` in nix.conf, or a user who is not trusted). Use a home.nix instead of a flake, or have it allowed."
    } else if text.contains("Permission denied")
        && (text.contains("/nix/") || text.contains("daemon-socket"))
    {
        "This Nix belongs to another user. Set up the Nix daemon (package nix-setup-systemd on Debian and Ubuntu), or join the group that may use it (`sudo adduser $USER nix-users`, then log in anew)."
    } else if text.contains("cannot connect to socket") || text.contains("daemon-socket") {
        "The Nix daemon does not answer. Start it: `sudo systemctl start nix-daemon`."
    } else if text.contains("unable to download") && text.contains("flake-registry") {
        "Short names of flakes are looked up on the network. A flake in a directory is written as a path, `--flake ./NAME`, and a configuration with a `#`: `--flake '#NAME'`."
    } else if text.contains("unable to download") || text.contains("Could not resolve host") {
        "Is the network reachable? What was downloaded before is used without it."
    } else if text.starts_with("creating directory ") || text.contains("Read-only file system") {
        "Nix cannot write to its own directories (store, state, cache, or the temporary directory): look at their owners, and at $NIX_STATE_DIR and $TMPDIR."
    } else if text.contains("interrupted by the user") {
        return Some(EvalError::new(ErrorKind::Killed, "interrupted"));
    } else {
        return None;
    };
    Some(EvalError::new(ErrorKind::Machine, text).remedy(remedy))
}

/// The derivation that a message says failed to build: `builder for '….drv'
/// failed with exit code 1`, or, since Nix 2.30, `Cannot build '….drv'.`
fn failed_derivation(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("builder for '")
        .or_else(|| text.strip_prefix("Cannot build '"))?;
    Some(rest.split('\'').next()?.to_owned())
}

fn build(derivation: &str, text: &str, log: &Log) -> EvalError {
    let reason = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Reason: "))
        .or_else(|| text.lines().next()?.split_once("' ").map(|(_, why)| why))
        .unwrap_or_default()
        .trim_end_matches(['.', ';']);
    let mut error = EvalError::new(
        ErrorKind::Build,
        format!("{} could not be built: {reason}", name_of(derivation)),
    );
    error.log = log
        .builders
        .get(derivation)
        .map(|lines| lines.iter().cloned().collect())
        .unwrap_or_default();
    // nhmt's own builders say what is wrong with the configuration.
    if OWN_DERIVATIONS.contains(&name_of(derivation).as_str())
        && let Some(said) = error
            .log
            .first()
            .and_then(|line| line.strip_prefix("error: "))
    {
        error.message = said.into();
        error.log.remove(0);
        return error;
    }
    if error
        .log
        .iter()
        .any(|line| line.contains("No space left on device"))
    {
        return error.remedy("The disk is full; `nix-collect-garbage` frees what nothing uses.");
    }
    if error.log.is_empty() {
        return error.remedy(format!(
            "`nix-store --read-log {derivation}` may show more."
        ));
    }
    error
}

/// Messages that a beginner cannot act on as they stand.
fn reword(text: &str) -> Option<(String, &'static str)> {
    let quoted = |prefix: &str| text.strip_prefix(prefix)?.split('\'').next();
    if text.contains("infinite recursion") || text.starts_with("stack overflow") {
        return Some((
            "infinite recursion: a value depends on itself".to_owned(),
            "Look for an option that is set from its own value, or for `imports` that depend on `config` or `pkgs`; `--show-trace` shows the way there.",
        ));
    }
    if let Some(name) = quoted("undefined variable '") {
        return Some((
            format!("undefined variable `{name}`"),
            "Is it misspelt, or does its set go before it (`lib.`, `pkgs.`, `config.`)? Functions must name the arguments that they use: `{ config, lib, pkgs, ... }:`.",
        ));
    }
    if let Some(name) = text
        .strip_prefix("attribute '")
        .and_then(|rest| rest.strip_suffix("' missing"))
    {
        return Some((
            format!("there is no `{name}` in this set"),
            "Is the name misspelt? What stands before its dot has no such attribute.",
        ));
    }
    if text.starts_with("cannot coerce ") && text.contains("to a string") {
        return Some((
            text.to_owned(),
            "Only strings and paths can be joined to a string: write `toString x` for a number.",
        ));
    }
    if text.starts_with("cannot find flake 'flake:") {
        return Some((
            text.to_owned(),
            "A flake in a directory is written as a path, `--flake ./NAME`, and a configuration in it behind a `#`: `--flake .#NAME`.",
        ));
    }
    if text.contains("was not found in the Nix search path") {
        return Some((
            text.to_owned(),
            "Add a channel of that name (`nix-channel --list` shows those there are), or name a directory for it: `-I NAME=DIR`, for Home Manager `--home-manager=DIR`.",
        ));
    }
    let opened = text
        .strip_prefix("opening file '")
        .and_then(|rest| rest.strip_suffix("': No such file or directory"));
    let missing = opened
        .or_else(|| quoted("getting status of '"))
        .or_else(|| {
            let (path, rest) = text.strip_prefix("path '")?.split_once('\'')?;
            rest.contains("does not exist").then_some(path)
        });
    if let Some(path) = missing {
        return Some((
            format!("there is no {path}"),
            "Create the file, or correct the path: a relative one is relative to the file that it stands in.",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(text: &str) -> EvalError {
        let message = Message {
            raw_msg: Some(text.to_owned()),
            ..Message::default()
        };
        let mut log = Log::default();
        log.builders.insert(
            "/nix/store/pz24gxw5baxl7v3w662mshx9qhz43x5w-nhmt-home.drv".to_owned(),
            ["nhmt: no such source".to_owned()].into(),
        );
        from_message(&message, &log, Path::new("/cache"))
    }

    #[test]
    fn missing_files_read_the_same_on_every_version() {
        for text in [
            "getting status of '/h/x.nix': No such file or directory",
            "path '/h/x.nix' does not exist",
            "opening file '/h/x.nix': No such file or directory",
        ] {
            assert_eq!(translated(text).message, "there is no /h/x.nix");
        }
    }

    #[test]
    fn a_failed_build_shows_what_its_builder_printed() {
        let path = "/nix/store/pz24gxw5baxl7v3w662mshx9qhz43x5w-nhmt-home.drv";
        for text in [
            format!("builder for '{path}' failed with exit code 1;\n last 1 log lines:\n > x"),
            format!(
                "Cannot build '{path}'.\nReason: builder failed with exit code 1.\nOutput paths:"
            ),
        ] {
            let error = translated(&text);
            assert_eq!(error.kind, ErrorKind::Build);
            assert!(error.message.starts_with("nhmt-home could not be built: "));
            assert!(
                error.message.ends_with("failed with exit code 1"),
                "{error}"
            );
            assert_eq!(error.log, ["nhmt: no such source"]);
        }
    }

    #[test]
    fn what_nhmt_s_own_builder_says_comes_first() {
        let path = "/nix/store/pz24gxw5baxl7v3w662mshx9qhz43x5w-nhmt-home.drv";
        let mut log = Log::default();
        let lines = ["error: \"a\": no such source", "look there"];
        log.builders
            .insert(path.to_owned(), lines.map(str::to_owned).into());
        let error = build(path, &format!("builder for '{path}' failed"), &log);
        assert_eq!(error.to_string(), "\"a\": no such source\n  look there");
    }

    #[test]
    fn what_the_machine_lacks_is_not_blamed_on_the_configuration() {
        let error = translated("writing to file: No space left on device");
        assert_eq!(error.kind, ErrorKind::Machine);
        assert!(error.remedy.unwrap().contains("disk is full"));
        for (said, remedy) in [
            (
                "cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused",
                "systemctl start",
            ),
            (
                "getting status of /nix/var/nix/daemon-socket/socket: Permission denied",
                "another user",
            ),
            (
                "opening lock file '/nix/var/nix/db/big-lock': Permission denied",
                "another user",
            ),
            (
                "unable to download 'https://channels.nixos.org/flake-registry.json': Could not resolve host",
                "--flake ./NAME",
            ),
            (
                "unable to download 'https://x/y.tar.gz': Could not resolve host: x",
                "network",
            ),
            (
                "creating directory '/proc/x': No such file or directory",
                "NIX_STATE_DIR",
            ),
            (
                "creating directory \"/proc/x/profiles\": No such file or directory",
                "NIX_STATE_DIR",
            ),
            (
                "experimental Nix feature 'flakes' is disabled",
                "experimental-features",
            ),
        ] {
            let error = translated(said);
            assert_eq!(error.kind, ErrorKind::Machine, "{said}");
            assert!(error.remedy.as_ref().unwrap().contains(remedy), "{error}");
        }
        assert_eq!(
            translated("interrupted by the user").kind,
            ErrorKind::Killed
        );
    }

    #[test]
    fn settings_that_nix_does_not_take_are_blamed_on_the_settings() {
        let mut log = Log::default();
        "error: option 'sandbox' has invalid value 'maybe'\nTry 'nix-build --help'"
            .clone_into(&mut log.raw);
        let finished = |status, log| Finished {
            status: std::process::ExitStatus::from_raw(status),
            stdout: String::new(),
            log,
        };
        let error = without_message(&finished(256, log));
        assert_eq!(error.kind, ErrorKind::Machine);
        assert!(error.message.contains("invalid value 'maybe'"), "{error}");
        assert!(error.remedy.unwrap().contains("nix.conf"));
        for (signal, said) in [(9, "out of memory"), (11, "without end"), (15, "signal 15")] {
            let error = without_message(&finished(signal, Log::default()));
            assert!(error.to_string().contains(said), "{error}");
        }
    }

    #[test]
    fn everyday_mistakes_come_with_a_remedy() {
        for (said, message, remedy) in [
            ("attribute 'foo' missing", "`foo`", "misspelt"),
            (
                "file 'home-manager' was not found in the Nix search path (add it using $NIX_PATH or -I)",
                "home-manager",
                "--home-manager=DIR",
            ),
            (
                "cannot coerce an integer to a string: 1",
                "coerce",
                "toString",
            ),
            (
                "undefined variable 'lib'",
                "`lib`",
                "{ config, lib, pkgs, ... }",
            ),
            (
                "infinite recursion encountered",
                "infinite recursion",
                "imports",
            ),
            (
                "stack overflow; max-call-depth exceeded",
                "infinite recursion",
                "imports",
            ),
        ] {
            let error = translated(said);
            assert!(error.message.contains(message), "{error}");
            assert!(error.remedy.as_ref().unwrap().contains(remedy), "{error}");
        }
    }

    #[test]
    fn the_innermost_option_is_found_in_both_orders() {
        let inner = "while evaluating the option `a.b', set at /h/home.nix:2";
        let outer = "while evaluating the option `a'";
        let old = format!("error: no\n   … {inner}:\n   at x:1:1:\n   … {outer}:\n");
        let new = format!("error:\n   … {outer}:\n   … {inner}:\n   error: no\n");
        assert_eq!(innermost_option(&old), Some(inner));
        assert_eq!(innermost_option(&new), Some(inner));
        assert_eq!(innermost_option("error: no"), None);
    }

    #[test]
    fn what_the_library_throws_passes_through() {
        let text = "The option `home.fil' does not exist.\n  Did you mean `home.file'?";
        let error = translated(text);
        assert_eq!(error.message, text);
        assert_eq!(error.remedy, None);
    }
}
