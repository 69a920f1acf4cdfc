//! A scratch home, and what was typed in it, for black-box tests.
//!
//! A test reads as a sentence: what was there, what was typed, what came out.
//!
//! ```ignore
//! Home::new()
//!     .file(".bashrc", "mine")
//!     .manifest(r#"{".bashrc":{"text":"theirs"}}"#)
//!     .run(["realize"])
//!     .exit(3)
//!     .stderr_has(".bashrc");
//! ```

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod filesystem;
mod nix_store;
mod outcome;
pub mod owner;
pub mod schema;
#[cfg(target_os = "linux")]
mod strace;

pub use nix_store::NixStore;
pub use outcome::Outcome;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use walkdir::WalkDir;

/// A home directory, a configuration beside it, and perhaps a Nix store.
pub struct Home {
    scratch: TempDir,
    nix: Option<NixStore>,
    /// What `-f` names; none leaves the choice to nhmt.
    configuration: Option<PathBuf>,
    environment: Vec<(String, String)>,
    /// The nhmt that runs, when it is not the one that was built.
    installed: Option<PathBuf>,
}

impl Home {
    /// An empty home. Nix is not on the path.
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// An empty home in memory where there is such a place: syncs take no time
    /// there, so that more runs fit into a test.
    pub fn fast() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            Self::within(memory)
        } else {
            Self::new()
        }
    }

    /// An empty home somewhere below `place`.
    pub fn within(place: &Path) -> Self {
        hear_signals();
        let scratch = tempfile::Builder::new()
            .prefix("nhmt-test-")
            .tempdir_in(place)
            .unwrap();
        for dir in ["home", "configuration", "cache", "tmp"] {
            fs::create_dir(scratch.path().join(dir)).unwrap();
        }
        Self {
            scratch,
            nix: None,
            configuration: None,
            environment: Vec::new(),
            installed: None,
        }
    }

    /// An empty home on a machine with Nix, whose store is this test's own.
    pub fn with_nix() -> Self {
        let mut home = Self::new();
        home.nix = Some(NixStore::new(&home.scratch.path().join("nix")));
        home
    }

    /// Runs nhmt from this test's store of Nix from now on; gives its path.
    pub fn install(&mut self) -> PathBuf {
        let copy = self.outside("nhmt-installed");
        fs::copy(nhmt(), &copy).unwrap();
        let path = self
            .nix()
            .run("nix-store", ["--add", copy.to_str().unwrap()]);
        self.installed.insert(path.into()).clone()
    }

    /// The home directory.
    pub fn path(&self) -> PathBuf {
        self.scratch.path().join("home")
    }

    /// A path below the home directory.
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    /// The directory around the home, for what lies outside it.
    pub fn outside(&self, path: impl AsRef<Path>) -> PathBuf {
        self.scratch.path().join(path)
    }

    /// The Nix store of this test.
    pub fn nix(&self) -> &NixStore {
        self.nix.as_ref().expect("a home made by Home::with_nix")
    }

    /// A file of the person's own.
    pub fn file(self, path: &str, content: &str) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file, as a person or a program would meanwhile.
    pub fn write(&self, path: &str, content: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A link of the person's own.
    pub fn link(self, path: &str, target: &str) -> Self {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
        self
    }

    /// An environment variable for every command.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file beside the configuration.
    pub fn source(self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        self.write_source(path, content);
        self
    }

    /// Writes a file beside the configuration.
    pub fn write_source(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.outside("configuration").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A manifest with these `files`, used by the commands that follow.
    pub fn manifest(mut self, files: &str) -> Self {
        self.set_manifest(files);
        self
    }

    /// Replaces the manifest.
    pub fn set_manifest(&mut self, files: &str) {
        let home = self.path();
        let json = format!(
            r#"{{"version":1,"home":{{"username":"tester","directory":"{}"}},"files":{files}}}"#,
            home.display()
        );
        self.set_configuration("home.json", &json);
    }

    /// Replaces the manifest by one with these fields beside the home's.
    pub fn declare(&mut self, fields: &Value) {
        let mut manifest = json!({
            "version": 1,
            "home": { "username": "tester", "directory": self.path() },
        });
        let fields = fields.as_object().expect("the fields of a manifest");
        manifest.as_object_mut().unwrap().extend(fields.clone());
        self.set_configuration("home.json", &format!("{manifest:#}\n"));
    }

    /// A Nix configuration: the body of a module, used by what follows.
    pub fn config(mut self, body: &str) -> Self {
        self.set_config(body);
        self
    }

    /// Replaces the configuration.
    pub fn set_config(&mut self, body: &str) {
        let home = self.path();
        let module = format!(
            "{{ config, lib, ... }}: {{\n  home.username = \"tester\";\n  home.homeDirectory = \"{}\";\n  {body}\n}}\n",
            home.display()
        );
        self.set_configuration("home.nix", &module);
    }

    /// Replaces the configuration by a file of this name and content.
    pub fn set_configuration(&mut self, name: &str, content: &str) {
        self.write_source(name, content);
        self.configuration = Some(self.outside("configuration").join(name));
    }

    /// Runs `nhmt` with the configuration set before.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Outcome {
        let mut command = self.command();
        if let Some(configuration) = &self.configuration {
            command.arg("-f").arg(configuration);
        }
        Outcome::of(command.args(arguments))
    }

    /// Runs `nhmt` with these arguments alone.
    pub fn run_bare<const N: usize>(&self, arguments: [&str; N]) -> Outcome {
        Outcome::of(self.command().args(arguments))
    }

    /// As [`Home::run`], by a shell that ran the command `before` itself.
    pub fn run_after<const N: usize>(&self, before: &str, arguments: [&str; N]) -> Outcome {
        let mut shell = Command::new("/bin/sh");
        self.environment(&mut shell);
        let script = format!("{before}; exec \"$@\"");
        shell.args(["-c", &script, "sh"]).arg(nhmt());
        if let Some(configuration) = &self.configuration {
            shell.arg("-f").arg(configuration);
        }
        Outcome::of(shell.args(arguments))
    }

    /// The executable with this home's environment, and nothing of ours.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        self.environment(&mut command);
        command.stdin(Stdio::null());
        command
    }

    fn program(&self) -> PathBuf {
        self.installed.clone().unwrap_or_else(nhmt)
    }

    /// As [`Home::command`], for a process that is sent a signal: one that the
    /// tests' own parent ignores (as a shell's `&` does) would stay ignored.
    pub fn command_for_signals(&self) -> Command {
        let mut command = Command::new("/usr/bin/env");
        self.environment(&mut command);
        command.arg("--default-signal=INT,TERM,HUP").arg(nhmt());
        command.stdin(Stdio::null());
        command
    }

    /// As [`Home::command`], for a process that becomes another user: the
    /// build folder may lie where that user cannot go.
    pub fn command_for_all(&self) -> Command {
        let executable = self.outside("nhmt");
        let built = nhmt();
        if !executable.exists() && fs::hard_link(&built, &executable).is_err() {
            fs::copy(built, &executable).unwrap();
        }
        let mut command = Command::new(executable);
        self.environment(&mut command);
        command.stdin(Stdio::null());
        command
    }

    /// Gives any command the environment of this home.
    pub fn environment(&self, command: &mut Command) {
        command.env_clear();
        command.env("HOME", self.path());
        command.env("USER", "tester");
        command.env("XDG_CACHE_HOME", self.outside("cache"));
        command.env("TMPDIR", self.outside("tmp"));
        match &self.nix {
            Some(nix) => nix.environment(command),
            None => {
                command.env("PATH", "/nonexistent");
            }
        }
        for (name, value) in &self.environment {
            command.env(name, value);
        }
    }

    /// The content of a file in the home, through any links.
    pub fn read(&self, path: &str) -> String {
        let path = self.at(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Whether something is at a path, a dangling link included.
    pub fn has(&self, path: &str) -> bool {
        self.at(path).symlink_metadata().is_ok()
    }

    /// Whether a path is one of nhmt's links.
    pub fn is_managed(&self, path: &str) -> bool {
        let anchored = self.at(".local/state/nhmt/current/home").join(path);
        fs::read_link(self.at(path)).is_ok_and(|target| target == anchored)
    }

    /// Everything in the home but nhmt's own records and the directories above
    /// them: path to kind and content.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, String> {
        let own = [
            ".local/state/nhmt",
            ".local/state/nix",
            ".local/share/nhmt/store",
        ];
        let own = own.map(|path| self.at(path));
        let mut all = BTreeMap::new();
        let walk = WalkDir::new(self.path()).min_depth(1).into_iter();
        for entry in walk.filter_entry(|entry| !own.iter().any(|own| entry.path() == own)) {
            let entry = entry.unwrap();
            let kind = if entry.path_is_symlink() {
                format!("-> {}", fs::read_link(entry.path()).unwrap().display())
            } else if entry.file_type().is_dir() {
                if own.iter().any(|own| own.starts_with(entry.path())) {
                    continue;
                }
                "directory".to_owned()
            } else {
                String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned()
            };
            let path = entry.path().strip_prefix(self.path()).unwrap();
            all.insert(path.to_path_buf(), kind);
        }
        all
    }

    /// Every regular file below the state directory's backups, with content.
    pub fn backups(&self) -> BTreeMap<PathBuf, String> {
        let root = self.at(".local/state/nhmt/backups");
        let files = WalkDir::new(&root).into_iter().filter_map(Result::ok);
        files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(&root).unwrap().to_path_buf();
                (path, fs::read_to_string(entry.path()).unwrap_or_default())
            })
            // Beside the sets, named by generations, lie nhmt's records.
            .filter(|(path, _)| {
                path.to_str()
                    .is_none_or(|p| p.starts_with(char::is_numeric))
            })
            .collect()
    }
}

/// Set for a test that runs as another user: where nhmt lies for that one.
pub const EXECUTABLE: &str = "NHMT_TEST_EXECUTABLE";

/// The nhmt to try.
pub fn nhmt() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_nhmt").into();
    std::env::var_os(EXECUTABLE).map_or_else(built, PathBuf::from)
}

impl Drop for Home {
    /// Store paths are read-only; give the owner its rights back, so that the
    /// folder can be removed also by an ordinary user.
    fn drop(&mut self) {
        let root = self.scratch.path();
        let _ = Command::new("chmod")
            .arg("-R")
            .arg("u+w")
            .arg(root)
            .status();
    }
}

/// A shell that runs tests in the background has them ignore its keys, and all
/// that they start; what is caught is not ignored after execve(2).
fn hear_signals() {
    use signal_hook::consts::{SIGINT, SIGQUIT};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        for signal in [SIGINT, SIGQUIT] {
            if ignored.unwrap_or(0) >> (signal - 1) & 1 == 1 {
                signal_hook::flag::register(signal, std::sync::Arc::default()).unwrap();
            }
        }
    });
}
