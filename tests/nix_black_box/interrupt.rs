//! Ctrl-C while Nix works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::Home;

/// Evaluates for seconds.
const LONG: &str = "home.file.\"f\".text = toString (builtins.foldl' (a: _: builtins.stringLength (builtins.hashString \"sha256\" (toString a)) + a) 0 (builtins.genList (x: x) 2000000));";

#[test]
fn an_interrupted_evaluation_leaves_nothing_behind() {
    let started = "if [ \"$1\" != --version ]; then : >STARTED; fi";
    let home = with_nix_that_does(started).config(LONG);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let nhmt = realize(&home);
        wait_for(&home.outside("started"));
        let output = end(nhmt, signal);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("interrupted"), "{said}");
        left_nothing(&home);
        fs::remove_file(home.outside("started")).unwrap();
    }
}

#[test]
fn nix_is_not_left_alone_when_it_is_asked_for_its_version() {
    let slow = "if [ \"$1\" = --version ]; then mkdir \"$TMPDIR/nix\"; : >STARTED; sleep 0.3; rmdir \"$TMPDIR/nix\"; fi";
    let home = with_nix_that_does(slow).config("");
    let nhmt = realize(&home);
    wait_for(&home.outside("started"));
    let output = end(nhmt, Signal::TERM);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    left_nothing(&home);
}

#[test]
fn a_signal_at_any_call_leaves_nothing_behind() {
    let mut ended = 0;
    let mut when = 1;
    loop {
        let home = Home::with_nix().config("home.file.f.text = \"x\";");
        let Some(outcome) = home.run_signalled("TERM", when, ["diff"]) else {
            break;
        };
        match outcome.code() {
            // It did not listen yet, or had its answer already.
            None | Some(0) => {}
            _ => {
                outcome.exit(143).stderr_has("interrupted");
                ended += 1;
            }
        }
        left_nothing(&home);
        when += 1 + when / 10;
    }
    assert!(ended > 20, "{ended} ended, of the calls before {when}");
}

/// A home whose `nix-build` first does something; in the script, STARTED is a
/// file that the test waits for.
fn with_nix_that_does(first: &str) -> Home {
    let home = Home::with_nix();
    let asked = home.command();
    let path = asked.get_envs().find(|(name, _)| *name == "PATH");
    let path = path.unwrap().1.unwrap().to_owned();
    let real = std::env::split_paths(&path).find(|dir| dir.join("nix-build").exists());
    let real = real.unwrap();
    let stand_in = home.outside("bin");
    fs::create_dir(&stand_in).unwrap();
    for name in ["nix", "nix-store", "nix-instantiate"] {
        std::os::unix::fs::symlink(real.join(name), stand_in.join(name)).unwrap();
    }
    let build = stand_in.join("nix-build");
    let first = first.replace("STARTED", home.outside("started").to_str().unwrap());
    let script = format!(
        "#!/bin/sh\n{first}\nexec {}/nix-build \"$@\"\n",
        real.display()
    );
    fs::write(&build, script).unwrap();
    fs::set_permissions(&build, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", stand_in.display(), path.to_str().unwrap());
    home.env("PATH", &path)
}

fn realize(home: &Home) -> Child {
    let mut command = home.command_for_signals();
    command.args(["realize", "-f"]);
    command.arg(home.outside("configuration/home.nix"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn end(nhmt: Child, signal: Signal) -> Output {
    kill_process(Pid::from_child(&nhmt), signal).unwrap();
    nhmt.wait_with_output().unwrap()
}

fn wait_for(path: &Path) {
    let patience = Instant::now();
    while !path.exists() {
        assert!(patience.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// In the home, where temporary things are made, and in the cache.
#[track_caller]
fn left_nothing(home: &Home) {
    let mut temporary = entries(&home.outside("tmp"));
    temporary.retain(|dir| !is_left_by_nix(dir));
    assert!(temporary.is_empty(), "{temporary:?}");
    assert!(home.snapshot().is_empty());
    assert!(!home.has(".local"));
    let cached = entries(&home.outside("cache/nhmt"));
    let unfinished = cached.iter().find(|entry| {
        entry
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with('.')
    });
    assert_eq!(unfinished, None);
}

/// Whether `dir` is the empty directory of a `nix-build` that has ended: a
/// signal that comes while it removes that directory has it give up on it.
fn is_left_by_nix(dir: &Path) -> bool {
    let name = dir.file_name().unwrap().to_string_lossy();
    let process = name
        .strip_prefix("nix-build-")
        .and_then(|rest| rest.strip_suffix("-0"));
    process.is_some_and(|process| !Path::new("/proc").join(process).exists())
        && fs::read_dir(dir).is_ok_and(|inside| inside.count() == 0)
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}
