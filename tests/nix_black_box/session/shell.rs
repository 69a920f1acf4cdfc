//! Shells that read the session's file.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Variables;
use crate::support::Home;

/// A shell, by how it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Dash,
    Bash,
    Zsh,
    Busybox,
    Fish,
    Nushell,
}

impl Shell {
    pub const ALL: [Self; 6] = [
        Self::Dash,
        Self::Bash,
        Self::Zsh,
        Self::Busybox,
        Self::Fish,
        Self::Nushell,
    ];

    /// What starts it without files of its own.
    fn words(self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Dash => &["dash", "-ec"],
            Self::Bash => &["bash", "--norc", "--noprofile", "-ec"],
            Self::Zsh => &["zsh", "-fec"],
            Self::Busybox => &["busybox", "sh", "-ec"],
            Self::Fish => &["fish", "--no-config", "-c"],
            Self::Nushell => return vec![nu(), "-n".into(), "-c".into()],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }

    /// The command that reads the session's file of `home`.
    fn source(self, home: &Home) -> String {
        let file = |name: &str| {
            home.at(".local/share/nhmt")
                .join(name)
                .display()
                .to_string()
        };
        match self {
            Self::Fish => format!("source '{}'", file("session.fish")),
            Self::Nushell => format!("source \"{}\"", file("session.nu")),
            _ => format!(". '{}'", file("session.sh")),
        }
    }

    /// The environment that a program has which this shell starts in `before`,
    /// having read the session's file.
    #[track_caller]
    pub fn session(self, home: &Home, before: &Variables) -> Variables {
        let script = format!("{}\n/usr/bin/env -0", self.source(home));
        let script = if self == Self::Nushell {
            script.replace("\n/usr", "\n^/usr")
        } else {
            script
        };
        let mut words = self.words();
        words.push(script);
        started(&words, home.path(), before)
    }
}

/// The program `nu`: on `PATH`, or below the folder of what is built, where
/// tests/setup/nushell puts it.
pub fn nu() -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|dir| dir.join("nu"));
    let executable = std::env::current_exe().unwrap();
    let built = executable.ancestors().map(|dir| dir.join("nushell/bin/nu"));
    let mut all = on_path.chain(built).filter(|nu| nu.is_file());
    let nu: Option<PathBuf> = all.next();
    nu.expect("needs nushell: tests/setup/nushell BUILD-FOLDER/nushell")
        .display()
        .to_string()
}

/// What `words`, the last of which ends by printing its environment, prints.
#[track_caller]
pub fn started(words: &[String], home: impl AsRef<Path>, before: &Variables) -> Variables {
    let mut command = Command::new("/usr/bin/env");
    command
        .env_clear()
        .env("HOME", home.as_ref())
        .env("PATH", "/usr/bin:/bin")
        .envs(before)
        .current_dir(home.as_ref());
    // The shell itself is found by our own path, not by the session's.
    let program = which(&words[0]);
    let output = command.arg(program).args(&words[1..]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {stderr}");
    assert_eq!(stderr, "", "{words:?}");
    parse(&output.stdout)
}

fn which(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|program| program.is_file());
    found.unwrap_or_else(|| panic!("needs {name}"))
}

/// What `env -0` prints, without what shells set themselves.
pub fn parse(bytes: &[u8]) -> Variables {
    let own = [
        "_",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "LOGNAME",
        "USER",
        "NU_VERSION",
        "FILE_PWD",
        "CURRENT_FILE",
        "PROCESS_PATH",
        "HOME",
    ];
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let records = text.split('\0').filter_map(|record| record.split_once('='));
    let all = records.filter(|(name, _)| !own.contains(name));
    all.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The variables without nhmt's memory.
pub fn seen(mut all: Variables) -> Variables {
    all.retain(|name, _| !name.starts_with("__NHMT"));
    all
}
