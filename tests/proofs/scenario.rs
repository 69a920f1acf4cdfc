//! A home as it was, and the command that is cut off in it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::support::nhmt;

/// One step on the way to a home.
#[derive(Debug, Clone)]
pub enum Step {
    /// A file, written in place.
    Write(&'static str, &'static str),
    /// A file that is renamed over what is there, as editors save.
    Replace(&'static str, &'static str),
    /// A file beside the home, for sources.
    Source(&'static str, &'static str),
    /// A link, with `{source}` for the folder of sources.
    Link(&'static str, &'static str),
    Pipe(&'static str),
    Remove(&'static str),
    /// What a reboot makes of the directory in memory.
    Forget,
    /// A command, with the manifest that it gets.
    Run(Typed),
}

/// A command with the manifest that it gets by `-f`, if it gets one.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The manifest's `files`, and what comes after them, with `{source}` for
    /// the folder of sources and `{home}` for the home.
    pub files: Option<&'static str>,
    pub arguments: Vec<&'static str>,
}

/// A home as it was, and the command that is cut off in it.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: &'static str,
    pub before: Vec<Step>,
    /// What is cut off.
    pub command: Typed,
    /// What goes on after that, towards the same target.
    pub again: Typed,
    /// How the generation that was in force is selected again.
    pub back: Option<&'static str>,
    /// Regular files in the home that nhmt wrote.
    pub ours: Vec<&'static str>,
    /// Files that arrive by a rename of their own, not with the others.
    pub apart: Vec<&'static str>,
    /// Files that nhmt writes into: what is in them changes, but for what
    /// `keeps` says.
    pub edits: Vec<&'static str>,
    /// What each of these files must contain at all times, or a backup of it.
    pub keeps: Vec<(&'static str, &'static str)>,
    /// Links that a person removed: as soon as one is back, it yields what the
    /// generation has that is in force.
    pub returns: Vec<(&'static str, &'static str)>,
    /// Backups that the command is meant to delete, by content.
    pub expires: Vec<&'static str>,
    /// `again` fails when there is nothing left to do.
    pub refuses_when_done: bool,
}

impl Scenario {
    /// A scenario in an empty home; what it is made of follows.
    pub fn new(name: &'static str) -> Self {
        let nothing = Typed {
            files: None,
            arguments: Vec::new(),
        };
        Self {
            name,
            before: Vec::new(),
            command: nothing.clone(),
            again: nothing,
            back: None,
            ours: Vec::new(),
            apart: Vec::new(),
            keeps: Vec::new(),
            edits: Vec::new(),
            returns: Vec::new(),
            expires: Vec::new(),
            refuses_when_done: false,
        }
    }

    fn step(mut self, step: Step) -> Self {
        self.before.push(step);
        self
    }

    pub fn write(self, path: &'static str, content: &'static str) -> Self {
        self.step(Step::Write(path, content))
    }

    pub fn replace(self, path: &'static str, content: &'static str) -> Self {
        self.step(Step::Replace(path, content))
    }

    pub fn source(self, path: &'static str, content: &'static str) -> Self {
        self.step(Step::Source(path, content))
    }

    pub fn link(self, path: &'static str, target: &'static str) -> Self {
        self.step(Step::Link(path, target))
    }

    pub fn pipe(self, path: &'static str) -> Self {
        self.step(Step::Pipe(path))
    }

    pub fn remove(self, path: &'static str) -> Self {
        self.step(Step::Remove(path))
    }

    pub fn forget(self) -> Self {
        self.step(Step::Forget)
    }

    /// An earlier generation of these files.
    pub fn realized(self, files: &'static str) -> Self {
        self.step(Step::Run(Typed {
            files: Some(files),
            arguments: vec!["realize", "-b"],
        }))
    }

    /// What is cut off is `realize -b` of these files.
    pub fn cut_realize(mut self, files: &'static str) -> Self {
        self.command = Typed {
            files: Some(files),
            arguments: vec!["realize", "-b"],
        };
        self.again = self.command.clone();
        self
    }

    /// What is cut off is this command; `again` goes on after it.
    pub fn cut<const N: usize, const M: usize>(
        mut self,
        arguments: [&'static str; N],
        again: [&'static str; M],
    ) -> Self {
        let typed = |arguments: &[&'static str]| Typed {
            files: None,
            arguments: arguments.to_vec(),
        };
        self.command = typed(&arguments);
        self.again = typed(&again);
        self
    }

    pub fn back_to(mut self, generation: &'static str) -> Self {
        self.back = Some(generation);
        self
    }

    pub fn ours<const N: usize>(mut self, paths: [&'static str; N]) -> Self {
        self.ours = paths.to_vec();
        self
    }

    pub fn apart<const N: usize>(mut self, paths: [&'static str; N]) -> Self {
        self.apart = paths.to_vec();
        self
    }

    pub fn edits<const N: usize>(mut self, paths: [&'static str; N]) -> Self {
        self.edits = paths.to_vec();
        self
    }

    pub fn keeps(mut self, path: &'static str, text: &'static str) -> Self {
        self.keeps.push((path, text));
        self
    }

    pub fn returns(mut self, path: &'static str, content: &'static str) -> Self {
        self.returns.push((path, content));
        self
    }

    pub fn expires(mut self, content: &'static str) -> Self {
        self.expires.push(content);
        self
    }

    pub fn refuses_when_done(mut self) -> Self {
        self.refuses_when_done = true;
        self
    }
}

/// A directory with a home in it and what commands need beside it.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    temporary: Option<TempDir>,
}

impl Place {
    /// In memory where that is possible.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("nhmt-proof-");
        let temporary = builder.tempdir_in(memory).or_else(|_| builder.tempdir());
        let temporary = temporary.unwrap();
        let mut place = Self::at(temporary.path());
        place.temporary = Some(temporary);
        place
    }

    /// On a disk, so that what is in memory is on another mount.
    pub fn on_disk() -> Self {
        let mut builder = tempfile::Builder::new();
        let temporary = builder.prefix("nhmt-proof-").tempdir().unwrap();
        let mut place = Self::at(temporary.path());
        place.temporary = Some(temporary);
        place
    }

    /// In a directory that is there.
    pub fn at(root: &Path) -> Self {
        for dir in ["home", "configuration", "cache", "tmp", "source"] {
            let _ = fs::create_dir(root.join(dir));
        }
        Self {
            root: root.to_path_buf(),
            temporary: None,
        }
    }

    /// The home directory.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// A path beside the home.
    pub fn beside(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Empties the directory that stands for memory.
    pub fn forget(&self) {
        let memory = self.home().join(super::view::MEMORY);
        for entry in fs::read_dir(memory).into_iter().flatten() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
    }

    /// Leaves everything on the disk, for whoever looks for a fault.
    pub fn keep(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            let _ = temporary.keep();
        }
    }

    /// Does what came before the command of `scenario`.
    pub fn prepare(&self, scenario: &Scenario) {
        super::snapshot::remove(&self.home());
        fs::create_dir(self.home()).unwrap();
        for step in &scenario.before {
            self.step(step);
        }
    }

    fn step(&self, step: &Step) {
        let at = |path: &str| {
            let at = self.home().join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            at
        };
        match step {
            Step::Write(path, content) => fs::write(at(path), content).unwrap(),
            Step::Replace(path, content) => {
                let new = at("replacement");
                fs::write(&new, content).unwrap();
                fs::rename(new, at(path)).unwrap();
            }
            Step::Source(path, content) => {
                let at = self.beside("source").join(path);
                fs::create_dir_all(at.parent().unwrap()).unwrap();
                fs::write(at, content).unwrap();
            }
            Step::Link(path, target) => {
                let source = self.beside("source");
                let target = target.replace("{source}", source.to_str().unwrap());
                symlink(target, at(path)).unwrap();
            }
            Step::Pipe(path) => {
                mknodat(CWD, at(path), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
            }
            Step::Remove(path) => fs::remove_file(at(path)).unwrap(),
            Step::Forget => self.forget(),
            Step::Run(typed) => {
                let output = self.run(typed);
                assert!(output.status.success(), "{typed:?}: {output:?}");
            }
        }
    }

    /// The command, with its manifest written.
    pub fn command(&self, typed: &Typed) -> Command {
        let mut command = Command::new(nhmt());
        command.env_clear();
        command.env("HOME", self.home());
        command.env("USER", "tester");
        command.env("XDG_CACHE_HOME", self.beside("cache"));
        command.env("TMPDIR", self.beside("tmp"));
        command.env("PATH", "/nonexistent");
        command.stdin(Stdio::null());
        command.current_dir(&self.root);
        if let Some(files) = typed.files {
            let manifest = self.beside("configuration/home.json");
            let files = files.replace("{source}", self.beside("source").to_str().unwrap());
            let home = self.home();
            let files = files.replace("{home}", home.to_str().unwrap());
            let json = format!(
                r#"{{"version":1,"home":{{"username":"tester","directory":"{}"}},"files":{files}}}"#,
                home.display()
            );
            fs::write(&manifest, json).unwrap();
            command.arg("-f").arg(manifest);
        }
        command.args(&typed.arguments);
        command
    }

    /// Runs the command to its end.
    pub fn run(&self, typed: &Typed) -> Output {
        self.command(typed).output().unwrap()
    }

    /// Runs a command without a manifest.
    pub fn type_in(&self, arguments: &[&'static str]) -> Output {
        self.run(&Typed {
            files: None,
            arguments: arguments.to_vec(),
        })
    }
}

/// An output in few lines, for failures.
pub fn show(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
