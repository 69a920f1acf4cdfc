//! Homes in the configuration of a Mac. There is none here: what nix-darwin
//! would run is run with stand-ins for the commands that only a Mac has.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Home, Outcome, nhmt};

struct Mac {
    home: Home,
}

impl Mac {
    fn new() -> Self {
        let home = Home::with_nix();
        let bin = home.outside("package/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::copy(nhmt(), bin.join("nhmt")).unwrap();
        let app = home.outside("editor/Applications/Editor.app/Contents");
        fs::create_dir_all(&app).unwrap();
        fs::write(app.join("Info.plist"), "editor").unwrap();
        let mac = Self { home };
        // They become nobody else, as the one who runs the tests is alice.
        mac.command(
            "launchctl",
            "case $1 in asuser) shift 2; exec \"$@\" ;; esac",
        );
        mac.command(
            "sudo",
            "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"",
        );
        mac.command("id", "case $1 in -un) echo alice ;; *) echo 501 ;; esac");
        mac
    }

    fn command(&self, name: &str, script: &str) {
        let file = self.home.outside("bin").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn system(&self, home: &str) -> Value {
        let text = format!(
            "import {}/tests/nix/system/mac-machine.nix {{ package = {}; directory = \"{}\"; home = {{ {home} }}; }}",
            env!("CARGO_MANIFEST_DIR"),
            self.home.outside("package").display(),
            self.home.path().display()
        );
        let file = self.home.outside("mac.nix");
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            self.home.environment(&mut command);
            Outcome::of(command.args(arguments)).success()
        };
        run("nix-build", &["--no-out-link", file, "-A", "built"]);
        run(
            "nix-instantiate",
            &["--eval", "--strict", "--json", "--read-write-mode", file],
        )
        .json()
    }

    /// Runs `script` as nix-darwin does: bash, which ends at any failure.
    fn run(&self, script: &Value) -> Outcome {
        let mut command = Command::new("bash");
        self.home.environment(&mut command);
        let path = command.get_envs().find(|(name, _)| *name == "PATH");
        let path = path.and_then(|(_, value)| value).unwrap().to_owned();
        let path = format!("{}:{}", self.home.outside("bin").display(), path.display());
        let script = format!(
            "set -e\nset -o pipefail\n{}\necho 'the rest of the system'",
            script.as_str().unwrap()
        );
        command.env("PATH", path).args(["-c", &script]);
        Outcome::of(&mut command)
            .success()
            .stdout_has("the rest of the system")
    }
}

#[test]
fn a_switch_of_the_system_activates_the_home_and_copies_applications() {
    let mac = Mac::new();
    let editor = mac.home.outside("editor");
    let system = mac.system(&format!(
        "home.file.f.text = \"it's $HOME\"; home.packages = [ {} ];",
        editor.display()
    ));
    assert_eq!(system["agent"], "");
    mac.run(&system["switch"]).stderr_lacks("warning");
    assert_eq!(mac.home.read("f"), "it's $HOME");
    let copied = "Applications/nhmt Apps/Editor.app/Contents/Info.plist";
    assert_eq!(mac.home.read(copied), "editor");
    assert!(!mac.home.at(copied).is_symlink());
    mac.home
        .run_bare(["rollback"])
        .exit(1)
        .stderr_has("this home is part of the nix-darwin configuration");
}

#[test]
fn a_home_that_cannot_be_activated_does_not_end_the_activation() {
    let mac = Mac::new();
    let system = mac.system("home.file.f.text = \"x\";");
    fs::remove_dir(mac.home.path()).unwrap();
    mac.run(&system["switch"])
        .stderr_has("warning: nhmt: the home of alice could not be activated");
    // Nor does a user that is not there yet.
    mac.command("id", "exit 1");
    mac.run(&system["switch"])
        .stderr_has("warning: nhmt: the home of alice could not be activated");
    fs::create_dir(mac.home.path()).unwrap();
}

#[test]
fn an_agent_activates_the_home_of_who_logs_in() {
    let mac = Mac::new();
    let system = mac.system("nhmt.activation = \"login\"; home.file.f.text = \"x\";");
    mac.run(&system["switch"]);
    assert!(!mac.home.has("f"));
    mac.command("id", "echo bob");
    mac.run(&system["agent"]);
    assert!(!mac.home.has("f"), "somebody else");
    mac.command("id", "echo alice");
    mac.run(&system["agent"]);
    assert_eq!(mac.home.read("f"), "x");
    assert!(Path::new(&mac.home.at(".local/state/nhmt/current")).is_dir());
}
