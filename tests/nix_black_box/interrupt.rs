//! Ctrl-C while Nix works.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::Home;

#[test]
fn an_interrupted_evaluation_leaves_nothing_behind() {
    let home = Home::with_nix().config(
        "home.file.\"f\".text = toString (builtins.foldl' (a: _: builtins.stringLength (builtins.hashString \"sha256\" (toString a)) + a) 0 (builtins.genList (x: x) 2000000));",
    );
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut command = home.command_for_signals();
        command.args(["realize", "-f"]);
        command.arg(home.outside("configuration/home.nix"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        // The directory of the pending root is made just before Nix starts.
        let patience = Instant::now();
        while fs::read_dir(home.outside("tmp")).unwrap().count() == 0 {
            assert!(patience.elapsed() < Duration::from_mins(1));
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(200));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("interrupted"), "{said}");
        assert_eq!(fs::read_dir(home.outside("tmp")).unwrap().count(), 0);
        assert!(home.snapshot().is_empty());
        assert!(!home.has(".local"));
    }
}
