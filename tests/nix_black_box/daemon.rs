//! Through a Nix daemon, as an ordinary user.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Home, Outcome};

/// A user that owns nothing; only root can become it.
const ORDINARY: u32 = 61_234;

struct Daemon(Child);

impl Daemon {
    fn start(home: &Home) -> Self {
        let mut command = Command::new("nix-daemon");
        home.environment(&mut command);
        command.env("HOME", home.outside("")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("nix-daemon starts");
        let socket = home.nix().state_dir().join("daemon-socket/socket");
        while !socket.exists() {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "the daemon ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self(child)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = home.command_for_all();
    command.env("NIX_REMOTE", "daemon");
    command
        .arg("-f")
        .arg(home.outside("configuration/home.nix"));
    if rustix::process::geteuid().is_root() {
        command.uid(ORDINARY).gid(ORDINARY);
    }
    Outcome::of(command.args(arguments))
}

#[test]
fn realize_rollback_and_roots_through_the_daemon() {
    let mut home = Home::with_nix().config("home.file.\"f\".text = \"1\";");
    if rustix::process::geteuid().is_root() {
        for path in ["", "home", "tmp", "cache"] {
            chown(home.outside(path), Some(ORDINARY), Some(ORDINARY)).unwrap();
        }
        fs::set_permissions(home.outside(""), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let _daemon = Daemon::start(&home);
    run(&home, &["realize"]).success();
    home.set_config("home.file.\"f\".text = \"2\";");
    run(&home, &["realize"]).success();
    assert_eq!(home.read("f"), "2");
    run(&home, &["rollback"]).success();
    assert_eq!(home.read("f"), "1");
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(home.read("f"), "1");
    run(&home, &["select-generation", "2"]).success();
    assert_eq!(home.read("f"), "2", "an older root kept it");
}
