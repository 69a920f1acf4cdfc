//! A Home Manager configuration of 1,000 files, realized by nhmt, beside Home
//! Manager's own way: evaluation, build and activation.
//!
//! `cargo bench --bench home_manager` prints for each case the median of several
//! runs of both, by turns, and the ratio. Nothing fails by its time. It takes the
//! stand-in of `tests/home-manager`, whose script does less than Home Manager's;
//! for the real one, `NHMT_BENCH_HOME_MANAGER` names a Nix file with a function
//! from a list of modules to what `homeManagerConfiguration` gives.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "support/mod.rs"]
mod support;

use support::{Home, heading, middle, report};

const RUNS: usize = 7;
const FILES: usize = 1000;

fn main() {
    if Command::new("nix-build").arg("--version").output().is_err() {
        println!("left out: Home Manager (no nix-build on PATH)");
        return;
    }
    heading();
    let store = Home::new("sandbox = false");
    let (ours, theirs) = (Side::new(&store), Side::new(&store));
    // A Nix that builds all of them in one run grows with each.
    for files in (0..FILES).step_by(100) {
        ours.configure(files, "first");
        ours.build();
    }
    ours.configure(FILES, "first");
    theirs.configure(FILES, "first");
    run(&mut ours.realize());
    theirs.switch();
    compare("nothing to do", || {
        (
            timed(|| drop(run(&mut ours.realize()))),
            timed(|| theirs.switch()),
        )
    });
    let mut round = 0;
    compare("one file changed", || {
        round += 1;
        // Each builds its own.
        ours.configure(FILES, &format!("ours {round}"));
        theirs.configure(FILES, &format!("theirs {round}"));
        (
            timed(|| drop(run(&mut ours.realize()))),
            timed(|| theirs.switch()),
        )
    });
}

fn compare(case: &str, round: impl FnMut() -> (Duration, Duration)) {
    let (ours, theirs) = std::iter::repeat_with(round).take(RUNS).unzip();
    let case = format!("{FILES} files of Home Manager: {case}");
    report(&case, middle(ours), middle(theirs));
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn run(command: &mut Command) -> String {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A home with a configuration; what does not change is in the store of both.
struct Side<'a> {
    home: Home,
    store: &'a Home,
}

impl<'a> Side<'a> {
    fn new(store: &'a Home) -> Self {
        let home = Home::new("");
        fs::create_dir_all(home.at("home/.local/state/nix/profiles")).unwrap();
        Self { home, store }
    }

    /// So many files, the first of which has this text.
    fn configure(&self, files: usize, text: &str) {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).display();
        let function = std::env::var("NHMT_BENCH_HOME_MANAGER").map_or_else(
            |_| {
                format!(
                    "(modules: import {repository}/tests/home-manager/modules {{\n  \
                     pkgs = import {repository}/tests/home-manager/nixpkgs {{ }};\n  \
                     configuration.imports = modules;\n}})"
                )
            },
            |file| format!("(import {file})"),
        );
        let mut lines = String::new();
        for file in 0..files {
            let text = if file == 0 { text } else { "same" };
            writeln!(
                lines,
                "  home.file.\".config/app{}/file-{file}\".text = \"{text} {file}\";",
                file % 50
            )
            .unwrap();
        }
        // Not all of it is an option of the stand-in.
        let real = "{ home.stateVersion = \"25.05\"; manual.manpages.enable = false; }";
        let real = std::env::var("NHMT_BENCH_HOME_MANAGER").map_or("", |_| real);
        let whole = format!(
            "{function} [ {real} {{\n  home.username = \"alice\";\n  home.homeDirectory = \"{}\";\n{lines}}} ]\n",
            self.home.at("home").display()
        );
        fs::write(self.home.at("home.nix"), whole).unwrap();
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        self.store.environment(&mut command);
        command
            .env("HOME", self.home.at("home"))
            .env("USER", "alice");
        command
    }

    fn realize(&self) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_nhmt"));
        command
            .args(["realize", "-f"])
            .arg(self.home.at("home.nix"));
        command
    }

    fn build(&self) -> PathBuf {
        let expression = format!(
            "(import {}).activationPackage",
            self.home.at("home.nix").display()
        );
        let mut build = self.command("nix-build");
        build.args(["--no-out-link", "-E", &expression]);
        run(&mut build).into()
    }

    /// What `home-manager switch` does.
    fn switch(&self) {
        run(&mut self.command(self.build().join("activate")));
    }
}
