//! Real logins, with the startup files that the modules of shells write.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::Variables;
use super::shell::{nu, parse};
use crate::support::owner::needs_root;
use crate::support::{Home, Outcome};

const CONFIGURATION: &str = r#"
  programs.bash.enable = true;
  programs.zsh.enable = true;
  programs.fish.enable = true;
  programs.nushell.enable = true;
  programs.zsh.sessionVariables.OF_ZSH = "$A z";
  programs.bash.sessionVariables.OF_BASH = "$A b";
  home.sessionVariables.A = "$HOME/a";
  home.sessionPath = [ "$HOME/bin" ];
  home.sessionSearchVariables.XDG_DATA_DIRS = [ "/data" ];
"#;

/// A machine on which the home is that of a user with this login shell.
pub(super) struct Machine {
    pub(super) home: Home,
    pub(super) shell: String,
    /// A program that leaves its environment behind.
    pub(super) report: PathBuf,
}

impl Machine {
    fn new(shell: &str) -> Self {
        Self::with(shell, CONFIGURATION)
    }

    pub(super) fn with(shell: &str, configuration: &str) -> Self {
        needs_root();
        let home = Home::with_nix().config(configuration);
        home.run(["realize"]).success();
        let report = home.outside("report");
        let script = format!(
            "#!/bin/sh\nexec /usr/bin/env -0 >'{}'\n",
            home.outside("seen").display()
        );
        fs::write(&report, script).unwrap();
        fs::set_permissions(&report, fs::Permissions::from_mode(0o755)).unwrap();
        // Another name of the superuser, whose home it is.
        let line = format!("tester:x:0:0::{}:{shell}\n", home.path().display());
        let passwd = fs::read_to_string("/etc/passwd").unwrap();
        fs::write(home.outside("passwd"), format!("{line}{passwd}")).unwrap();
        let shadow = fs::read_to_string("/etc/shadow").unwrap();
        fs::write(
            home.outside("shadow"),
            format!("tester:*:19000:0:99999:7:::\n{shadow}"),
        )
        .unwrap();
        Self {
            home,
            shell: shell.to_owned(),
            report,
        }
    }

    /// What a program sees that `words` start in the end, as `$REPORT`.
    #[track_caller]
    pub(super) fn session(&self, words: &[&str], input: &str) -> Variables {
        self.session_on(&[], words, input)
    }

    /// As [`Machine::session`], with more of bubblewrap's arguments.
    #[track_caller]
    pub(super) fn session_on(&self, more: &[&str], words: &[&str], input: &str) -> Variables {
        let stdin = self.home.outside("stdin");
        let report = self.report.display().to_string();
        fs::write(&stdin, input.replace("$REPORT", &report)).unwrap();
        let mut bwrap = self.inside(more, words);
        bwrap.stdin(fs::File::open(&stdin).unwrap());
        let outcome = Outcome::of(&mut bwrap);
        self.seen(&outcome.to_string())
    }

    /// `words` on this machine; nothing was seen yet.
    pub(super) fn inside(&self, more: &[&str], words: &[&str]) -> Command {
        let _ = fs::remove_file(self.home.outside("seen"));
        let report = self.report.display().to_string();
        let mut bwrap = Command::new("bwrap");
        bwrap
            .args(["--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc"])
            .args(["--cap-add", "ALL", "--die-with-parent", "--clearenv"])
            .args(["--tmpfs", "/run", "--dir", "/run/sshd"])
            .args(["--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin"]);
        for name in ["passwd", "shadow"] {
            bwrap
                .arg("--ro-bind")
                .arg(self.home.outside(name))
                .arg(format!("/etc/{name}"));
        }
        let all = more.iter().chain(words);
        bwrap.args(all.map(|word| word.replace("$REPORT", &report)));
        bwrap
    }

    /// What the program saw.
    #[track_caller]
    pub(super) fn seen(&self, said: &str) -> Variables {
        let bytes = fs::read(self.home.outside("seen"));
        parse(&bytes.unwrap_or_else(|_| panic!("{}: nothing seen: {said}", self.shell)))
    }

    /// The same by ssh, which starts a server for this connection alone.
    #[track_caller]
    fn by_ssh(&self, command: &[&str], input: &str) -> Variables {
        let keys = self.home.outside("keys");
        if !keys.exists() {
            fs::create_dir(&keys).unwrap();
            for name in ["host", "user"] {
                let mut keygen = Command::new("ssh-keygen");
                keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
                Outcome::of(keygen.arg(keys.join(name))).success();
            }
            let text = format!(
                "HostKey {0}/host\nAuthorizedKeysFile {0}/user.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n",
                keys.display()
            );
            fs::write(keys.join("sshd_config"), text).unwrap();
        }
        let server = format!(
            "ProxyCommand=/usr/sbin/sshd -i -f {}/sshd_config",
            keys.display()
        );
        let key = keys.join("user").display().to_string();
        let mut words = vec![
            "ssh",
            "-F",
            "/dev/null",
            "-o",
            &server,
            "-i",
            &key,
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "BatchMode=yes",
            "tester@here",
        ];
        words.extend(command);
        self.session(&words, input)
    }

    /// The same by `sudo -i`.
    #[track_caller]
    fn by_sudo(&self, command: &[&str], input: &str) -> Variables {
        let rules = self.rules();
        let words = [&["sudo", "-u", "tester", "-i"], command].concat();
        self.session_on(&["--ro-bind", &rules, "/etc/sudoers"], &words, input)
    }

    /// A file with the rules that this machine has for sudo, and one more.
    pub(super) fn rules(&self) -> String {
        let rules = self.home.outside("sudoers");
        let _ = fs::remove_file(&rules);
        let text = fs::read_to_string("/etc/sudoers").expect("this test needs sudo");
        fs::write(
            &rules,
            format!("{text}\ntester ALL=(ALL:ALL) NOPASSWD: ALL\n"),
        )
        .unwrap();
        fs::set_permissions(&rules, fs::Permissions::from_mode(0o440)).unwrap();
        rules.display().to_string()
    }

    /// The variables are there, and the lists as they have to be.
    #[track_caller]
    pub(super) fn holds(&self, kind: &str, seen: &Variables) {
        let place = self.home.path().display().to_string();
        let context = format!("{} {kind}: {seen:#?}", self.shell);
        assert_eq!(seen.get("A"), Some(&format!("{place}/a")), "{context}");
        let path: Vec<&str> = seen["PATH"].split(':').collect();
        let ours = [
            format!("{place}/bin"),
            format!("{place}/.local/state/nhmt/current/packages/bin"),
        ];
        assert_eq!(path[..2], ours, "{context}");
        for one in &ours {
            assert_eq!(
                path.iter().filter(|dir| *dir == one).count(),
                1,
                "{context}"
            );
        }
        assert!(path.contains(&"/usr/bin"), "{context}");
        let data = &seen["XDG_DATA_DIRS"];
        assert!(
            data.starts_with("/data:") && data.ends_with("/usr/share"),
            "{context}"
        );
    }

    #[track_caller]
    fn everywhere(&self) {
        let login = self.session(&["su", "-", "tester", "-c", "$REPORT"], "");
        self.holds("su -", &login);
        let is_nushell = self.shell.ends_with("/nu");
        if !is_nushell {
            // Nushell takes its lines from nothing but a terminal.
            self.holds("ssh", &self.by_ssh(&[], "$REPORT\nexit\n"));
            self.holds("sudo -i", &self.by_sudo(&[], "$REPORT\nexit\n"));
            // It is quoted as POSIX shells have it.
            self.holds("sudo -i COMMAND", &self.by_sudo(&["$REPORT"], ""));
        }
        let home = self.home.path().display().to_string();
        let variable = format!("HOME={home}");
        let shell = self.shell.as_str();
        let desktop = ["env", "-C", &home, &variable, "TERM=dumb", shell];
        let inner = format!("{shell} -l -c $REPORT");
        let nested = [&desktop[..], &["-l", "-c", &inner]].concat();
        self.holds("nested login", &self.session(&nested, ""));
        // A terminal's shell, on a terminal.
        let mut words = desktop.join(" ");
        if is_nushell {
            words.push_str(" -e '$REPORT; exit'");
        }
        let on_terminal = ["script", "-q", "-c", &words, "/dev/null"];
        self.holds(
            "on a terminal",
            &self.session(&on_terminal, "$REPORT\nexit\n"),
        );
    }
}

#[test]
fn of_bash() {
    let machine = Machine::new("/bin/bash");
    machine.everywhere();
    machine.holds("ssh COMMAND", &machine.by_ssh(&["$REPORT"], ""));
    let seen = machine.session(&["su", "-", "tester", "-c", "$REPORT"], "");
    assert!(seen["OF_BASH"].ends_with("/a b"), "{seen:?}");
}

#[test]
fn of_zsh() {
    let machine = Machine::new("/usr/bin/zsh");
    machine.everywhere();
    let seen = machine.by_ssh(&["$REPORT"], "");
    machine.holds("ssh COMMAND", &seen);
    assert!(seen["OF_ZSH"].ends_with("/a z"), "{seen:?}");
}

#[test]
fn of_fish() {
    let machine = Machine::new("/usr/bin/fish");
    machine.everywhere();
    machine.holds("ssh COMMAND", &machine.by_ssh(&["$REPORT"], ""));
}

#[test]
fn of_nushell() {
    let nu = nu();
    let machine = Machine::new(&nu);
    machine.everywhere();
    // It reads nothing for a command, as the page says.
    let seen = machine.by_ssh(&["$REPORT"], "");
    assert_eq!(seen.get("A"), None, "{seen:?}");
}

#[test]
fn of_dash() {
    let machine = Machine::new("/bin/dash");
    let seen = machine.session(&["su", "-", "tester", "-c", "$REPORT"], "");
    machine.holds("su -", &seen);
}

/// The texts, as the shells' own checks see them.
#[test]
fn every_startup_file_can_be_read() {
    let home = Home::with_nix().config(CONFIGURATION);
    home.run(["realize"]).success();
    let check = |program: &str, options: &[&str], file: &str| {
        let mut command = Command::new(program);
        Outcome::of(command.args(options).arg(home.at(file))).success();
    };
    for file in [
        ".bash_profile",
        ".profile",
        ".bashrc",
        ".local/share/nhmt/session.sh",
    ] {
        check("bash", &["-n"], file);
    }
    for file in [
        ".zshenv",
        ".zprofile",
        ".zshrc",
        ".local/share/nhmt/session.sh",
    ] {
        check("zsh", &["-n"], file);
    }
    for file in [".profile", ".local/share/nhmt/session.sh"] {
        check("dash", &["-n"], file);
    }
    for file in [".config/fish/config.fish", ".local/share/nhmt/session.fish"] {
        check("fish", &["-n"], file);
    }
    for file in [".config/nushell/env.nu", ".local/share/nhmt/session.nu"] {
        check(&nu(), &["--ide-check", "9"], file);
        let mut command = Command::new(nu());
        let outcome = Outcome::of(command.args(["--ide-check", "9"]).arg(home.at(file)));
        assert!(
            !outcome.stdout().contains("\"severity\":\"Error\""),
            "{outcome}"
        );
    }
}
