//! Sessions of the user's systemd.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::support::{Home, Outcome};

static SESSION: Mutex<()> = Mutex::new(());

/// bubblewrap, with `home` in an environment of its own, in which
/// `dbus-run-session -- /lib/systemd/systemd --user` can be started; what runs
/// there is still to be added.
pub fn place_of_session(home: &Home) -> Command {
    let mut bwrap = Command::new("bwrap");
    bwrap
        .args(["--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc"])
        // systemd asks whether the system runs it (sd_booted(3)).
        .args(["--tmpfs", "/run", "--dir", "/run/systemd/system"])
        .args(["--perms", "0700", "--tmpfs", "/run/session"])
        .args(["--die-with-parent", "--clearenv"])
        .args(["--setenv", "PATH", "/usr/bin:/bin:/usr/sbin:/sbin"])
        .args(["--setenv", "XDG_RUNTIME_DIR", "/run/session"])
        .args(["--setenv", "HOME"])
        .arg(home.path());
    bwrap
}

/// Runs `command`, in which there is a session, while no other one is there:
/// who may make control groups gives those of each session the same names, so
/// that one which ends kills the processes of another.
pub fn run_alone(command: &mut Command) -> Outcome {
    let _alone = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    Outcome::of(command)
}
