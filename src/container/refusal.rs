//! Why there can be no container, and what to do about it.

use std::fmt;
use std::fs;

/// Why there can be no container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do, one sentence or list each.
    pub remedies: Vec<String>,
}

/// What the machine says of user namespaces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// `kernel.unprivileged_userns_clone`, where there is such a setting.
    pub clone: Option<u64>,
    /// `kernel.apparmor_restrict_unprivileged_userns`, likewise.
    pub apparmor: Option<u64>,
    /// `user.max_user_namespaces`.
    pub maximum: Option<u64>,
    /// Whether the user is root.
    pub is_root: bool,
}

impl Facts {
    /// Those of this machine.
    #[must_use]
    pub fn here() -> Self {
        let number = |path| fs::read_to_string(path).ok()?.trim().parse().ok();
        Self {
            clone: number("/proc/sys/kernel/unprivileged_userns_clone"),
            apparmor: number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            maximum: number("/proc/sys/user/max_user_namespaces"),
            is_root: rustix::process::geteuid().is_root(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// What an administrator does about `AppArmor`'s rule.
const APPARMOR: &str = "\
Ubuntu 24.04 and its like let only programs with an AppArmor profile make them. For bubblewrap alone, an administrator writes /etc/apparmor.d/bwrap

  abi <abi/4.0>,
  include <tunables/global>
  profile bwrap /usr/bin/bwrap flags=(unconfined) {
    userns,
  }

and runs `sudo apparmor_parser -r /etc/apparmor.d/bwrap`; for every program, `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`";

const CLONE: &str = "an administrator allows them by `sudo sysctl kernel.unprivileged_userns_clone=1`, and for good by that line, without `sudo sysctl`, in /etc/sysctl.d/99-userns.conf";

const MAXIMUM: &str = "an administrator raises the limit by `sudo sysctl user.max_user_namespaces=28633`, and for good by that line, without `sudo sysctl`, in /etc/sysctl.d/99-userns.conf";

const WITHIN: &str = "inside another container (docker, podman, a CI job), that one has to allow it: `--privileged`, or `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`";

const SCRATCH: &str = "without a container, a home beside your own shows the files as they would be: `mkdir /tmp/home && nhmt realize --home /tmp/home`";

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            remedies: Vec::new(),
        }
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    /// A system that is not Linux.
    #[must_use]
    pub fn not_linux(system: &str) -> Self {
        Self::new(format!(
            "containers need Linux: bubblewrap makes them of the namespaces of its kernel, and this is {system}"
        ))
        .remedy(SCRATCH)
    }

    /// No `bwrap` on `PATH`.
    #[must_use]
    pub fn no_bubblewrap() -> Self {
        Self::new("bubblewrap makes the container, and `bwrap` is not on PATH").remedy(
            "install it: `sudo apt install bubblewrap` on Debian and Ubuntu, `sudo dnf install bubblewrap` on Fedora, `sudo pacman -S bubblewrap` on Arch, `sudo zypper install bubblewrap` on openSUSE, `sudo apk add bubblewrap` on Alpine; with Nix, `nix-shell -p bubblewrap`",
        )
    }

    /// What bubblewrap `said` when it failed.
    #[must_use]
    pub fn of_bubblewrap(said: &str, facts: Facts) -> Self {
        let mut lines = said.lines().rev();
        let own = lines.find_map(|line| line.strip_prefix("bwrap: "));
        let own = own.unwrap_or(said).trim();
        let has = |text: &str| own.contains(text);
        let plain = || Self::new(format!("bubblewrap could not make the container: {own}"));
        if has("max_") && has("namespaces exceeded") || facts.maximum == Some(0) {
            return plain().remedy(match facts.maximum {
                Some(0) => format!(
                    "user namespaces are switched off (user.max_user_namespaces is 0); {MAXIMUM}"
                ),
                _ => format!("containers are nested too deep, or there are too many; {MAXIMUM}"),
            });
        }
        let forbidden = has("new namespace")
            || has("setting up uid map")
            || has("make / slave")
            || has("RTM_NEWADDR");
        if !forbidden {
            return plain().other(own);
        }
        if facts.is_root {
            return plain().remedy(WITHIN);
        }
        if facts.clone == Some(0) {
            return plain().remedy(format!("user namespaces are for root only here; {CLONE}"));
        }
        // Its message is the same everywhere, so the setting decides.
        if facts.apparmor == Some(1) {
            return plain().remedy(APPARMOR);
        }
        plain()
            .remedy("the system does not let users make namespaces (a rule of SELinux, AppArmor or seccomp, or a kernel without them)")
            .remedy(WITHIN)
            .remedy(SCRATCH)
    }

    /// What is not about namespaces.
    fn other(self, own: &str) -> Self {
        if own.contains("mount proc") {
            return self.remedy(WITHIN);
        }
        if own.contains("Can't bind mount") || own.contains("Can't find source path") {
            return self.remedy("a file system that is mounted there, or below, does not answer or is not for you: a network drive that is away, an automount, another user's sshfs; unmount it, or give yourself access");
        }
        if own.contains("Unknown option") {
            return self.remedy("this bubblewrap is too old: nhmt needs 0.4 or newer");
        }
        if own.contains("PR_SET_SECCOMP") {
            return self.remedy("the kernel has no seccomp filters, without which programs inside could type into the terminal outside");
        }
        if own.contains("execvp") {
            return self.remedy("nhmt itself does not start inside: a dynamically linked one needs its loader and libraries at their places below /usr, /lib or /nix; `cargo build --release` in its source tree makes a static one");
        }
        self.remedy("`nhmt test-container --dry-run` prints the command")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedies(said: &str, facts: Facts) -> String {
        let refusal = Refusal::of_bubblewrap(said, facts);
        assert!(!refusal.remedies.is_empty(), "{refusal}");
        assert!(
            refusal.message.starts_with("bubblewrap could not"),
            "{refusal}"
        );
        refusal.remedies.join("\n")
    }

    const NO: &str = "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces. See <https://deb.li/bubblewrap> or <file:///usr/share/doc/bubblewrap/README.Debian.gz>.\n";

    #[test]
    fn the_setting_that_forbids_it_is_named() {
        let facts = Facts::default();
        let clone = Facts {
            clone: Some(0),
            ..facts
        };
        assert!(remedies(NO, clone).contains("kernel.unprivileged_userns_clone=1"));
        let apparmor = Facts {
            apparmor: Some(1),
            clone: Some(1),
            ..facts
        };
        for said in [
            "bwrap: setting up uid map: Permission denied\n",
            "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted\n",
            "bwrap: Failed to make / slave: Permission denied\n",
        ] {
            assert!(
                remedies(said, apparmor).contains("apparmor_parser"),
                "{said}"
            );
        }
        let maximum = Facts {
            maximum: Some(0),
            ..facts
        };
        let said = "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)\n";
        assert!(remedies(said, maximum).contains("max_user_namespaces is 0"));
        assert!(remedies(said, facts).contains("nested too deep"));
    }

    #[test]
    fn other_containers_and_other_causes_are_told_apart() {
        let facts = Facts::default();
        let root = Facts {
            is_root: true,
            ..facts
        };
        assert!(remedies(NO, root).contains("--privileged"));
        assert!(remedies(NO, facts).contains("SELinux"));
        let proc = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted\n";
        assert!(remedies("bwrap: Can't chdir to /x", facts).contains("--dry-run"));
        assert!(remedies(proc, facts).contains("systempaths=unconfined"));
        assert!(remedies("bwrap: Unknown option --x\n", facts).contains("too old"));
        assert!(remedies("bwrap: execvp /x: No such file\n", facts).contains("static"));
        assert!(remedies("bwrap: prctl(PR_SET_SECCOMP): Invalid argument", facts).contains("type"));
        assert!(remedies("bwrap: Can't find source path /x", facts).contains("sshfs"));
    }

    #[test]
    fn other_systems_are_refused_with_a_way_out() {
        let refusal = Refusal::not_linux("macos");
        assert!(refusal.to_string().contains("macos"));
        assert!(refusal.remedies[0].contains("--home"));
    }
}
