//! Whole commands, measured beside a reference in the same run.
//!
//! `cargo bench --bench realize` prints for each case the median of several
//! runs, that of the reference, and the ratio. Nothing fails by its time.
//! Without Nix on `$PATH` the cases that need it are named and left out.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "support/mod.rs"]
mod support;

use support::{Home, heading, middle, report};

const RUNS: usize = 11;

fn main() {
    // `cargo bench` passes `--bench`; a word chooses the cases that contain it.
    let chosen = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let chosen = chosen.unwrap_or_default();
    let cases: [(&str, bool, fn()); 6] = [
        ("evaluation", true, evaluation),
        ("inline", true, thousand_inline_files),
        ("nothing", true, nothing_to_do_with_nix),
        ("links", false, links),
        ("memory", false, memory),
        ("size", false, size),
    ];
    let nix = Command::new("nix-build").arg("--version").output().is_ok();
    heading();
    for (name, needs_nix, case) in cases {
        if !name.contains(chosen.as_str()) {
            continue;
        }
        if needs_nix && !nix {
            println!("left out: {name} (no nix-build on PATH)");
            continue;
        }
        case();
    }
}

fn scratch() -> Home {
    let home = Home::new("sandbox-paths =");
    fs::create_dir(home.at("kept")).unwrap();
    home
}

fn size() {
    let size = fs::metadata(env!("CARGO_BIN_EXE_nhmt")).unwrap().len();
    println!(
        "{:<52} {:>7.2} MB",
        "size of the executable",
        megabytes(size)
    );
}

/// 10,000 links, the tree built: `nhmt activate` beside bare system calls.
fn links() {
    let bench = scratch();
    let one = bench.build(10_000, "one");
    let two = bench.build(10_000, "two");

    // By turns, since a disk has slow minutes.
    let mut loops = Vec::new();
    let first = median(RUNS, || {
        loops.push(symlink_loop(&bench, 10_000));
        bench.wipe();
        timed(bench.nhmt(["activate"]).arg(&one))
    });
    report(
        "10,000 links: first realize / symlinkat loop + syncfs",
        first,
        middle(loops),
    );

    let reference = median(RUNS, || readlink_loop(&bench, 10_000));
    let again = median(RUNS, || timed(bench.nhmt(["activate"]).arg(&one)));
    report(
        "10,000 links: nothing to do / readlinkat loop",
        again,
        reference,
    );

    timed(bench.nhmt(["activate"]).arg(&two));
    let back = median(RUNS, || there_and_back(&bench));
    report(
        "10,000 links: rollback, all contents differ",
        back,
        reference,
    );

    // One content differs, the path set does not: the pivot and the checks.
    let bench = scratch();
    let one = bench.build_with(10_000, "same", "one");
    let two = bench.build_with(10_000, "same", "two");
    timed(bench.nhmt(["activate"]).arg(&one));
    timed(bench.nhmt(["activate"]).arg(&two));
    let back = median(RUNS, || there_and_back(&bench));
    report(
        "10,000 links: rollback, one content differs",
        back,
        reference,
    );
    let start = median(RUNS, || timed(&mut bench.nhmt(["--version"])));
    report(
        "process start (--version) / `true`",
        start,
        median(RUNS, || timed(&mut Command::new("true"))),
    );
}

/// A rollback, measured, and the way forward again.
fn there_and_back(bench: &Home) -> Duration {
    let back = timed(&mut bench.nhmt(["rollback"]));
    timed(&mut bench.nhmt(["select-generation", "2"]));
    back
}

/// 100 files, nothing to do, beside `nix-build` on the same expression.
fn nothing_to_do_with_nix() {
    let bench = scratch();
    let configuration = bench.inline(100, "x");
    run(bench.nhmt(["realize", "-f"]).arg(&configuration));
    let expression = bench.expression(&configuration);
    let mut nix_build = bench.nix("nix-build");
    nix_build.args(["--no-out-link", "-E", &expression]);
    run(&mut nix_build);
    let reference = median(RUNS, || timed(&mut nix_build));
    let nhmt = median(RUNS, || {
        timed(bench.nhmt(["realize", "-f"]).arg(&configuration))
    });
    report(
        "100 files, nothing to do / nix-build alone",
        nhmt,
        reference,
    );
}

/// 1,000 inline files: everything beside `nix-build` alone, each with texts
/// that were never built.
fn thousand_inline_files() {
    let bench = scratch();
    // The first build also adds nhmt itself to the store.
    run(bench.nhmt(["realize", "-f"]).arg(bench.inline(1, "warm")));
    let mut round = 0;
    let mut builds = Vec::new();
    // By turns, since a disk has slow minutes.
    let whole = median(RUNS, || {
        round += 1;
        bench.wipe();
        let configuration = bench.inline(1000, &format!("reference {round}"));
        let mut nix_build = bench.nix("nix-build");
        nix_build.args(["--no-out-link", "-E", &bench.expression(&configuration)]);
        builds.push(timed(&mut nix_build));
        bench.wipe();
        let configuration = bench.inline(1000, &format!("round {round}"));
        timed(bench.nhmt(["realize", "-f"]).arg(&configuration))
    });
    report(
        "1,000 inline files: first realize / nix-build alone",
        whole,
        middle(builds),
    );
}

/// The evaluation alone: of inline files, of the example, and with the library
/// of nixpkgs, whose `lib` directory is in `NHMT_TEST_NIXPKGS_LIB`.
fn evaluation() {
    let bench = scratch();
    let manifest = |configuration: &Path| {
        let expression = bench.expression(configuration);
        expression.replace("homeTree", "manifest")
    };
    let evaluated = |expression: &str| {
        let mut evaluate = bench.nix("nix-instantiate");
        evaluate.args(["--eval", "--strict", "--json", "--read-write-mode"]);
        evaluate.args(["-E", expression]);
        median(RUNS, || timed(&mut evaluate))
    };
    let start = evaluated("1");
    let alice = manifest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/alice/home.nix"));
    let example = evaluated(&alice);
    report("examples/alice: evaluation / start of Nix", example, start);
    let thousand = manifest(&bench.inline(1000, "evaluated"));
    let one = evaluated(&thousand);
    report("1,000 inline files: evaluation / start of Nix", one, start);
    if let Ok(nixpkgs) = std::env::var("NHMT_TEST_NIXPKGS_LIB") {
        let with = |expression: &str| {
            evaluated(&expression.replacen('{', &format!("{{ lib = import {nixpkgs};"), 1))
        };
        let theirs = with(&alice);
        report(
            "examples/alice: own library / that of nixpkgs",
            example,
            theirs,
        );
        let theirs = with(&thousand);
        report(
            "1,000 inline files: own library / that of nixpkgs",
            one,
            theirs,
        );
    } else {
        println!("left out: the library of nixpkgs (NHMT_TEST_NIXPKGS_LIB)");
    }
    let eight = evaluated(&manifest(&bench.inline(8000, "evaluated")));
    report("8,000 inline files: evaluation / of 1,000", eight, one);
}

/// Peak memory of first runs with 100,000 links.
fn memory() {
    let bench = scratch();
    let tree = bench.build(100_000, "x");
    let swap = peak(bench.nhmt(["activate"]).arg(&tree));
    bench.wipe();
    let whole = peak(bench.nhmt(["realize", "-f"]).arg(bench.at("home.json")));
    for (case, bytes) in [("the tree built", swap), ("built from a manifest", whole)] {
        println!(
            "{:<52} {:>7.1} MB",
            format!("peak memory at 100,000 links, {case}"),
            megabytes(bytes)
        );
    }
}

/// The most memory that a command had in use, in bytes, as it was last seen:
/// `VmHWM` of proc(5), looked at every millisecond.
fn peak(command: &mut Command) -> u64 {
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak: u64 = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    peak * 1024
}

impl Home {
    fn nhmt<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nhmt"));
        self.environment(&mut command);
        command.stdout(Stdio::null()).args(arguments);
        command
    }

    fn nix(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.environment(&mut command);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A home tree with `number` files, kept outside the home.
    fn build(&self, number: usize, text: &str) -> PathBuf {
        self.build_with(number, text, text)
    }

    fn build_with(&self, number: usize, text: &str, first: &str) -> PathBuf {
        let mut json = format!(
            r#"{{"version":1,"home":{{"username":"u","directory":"{}"}},"files":{{"#,
            self.at("home").display()
        );
        for file in 0..number {
            let comma = if file == 0 { "" } else { "," };
            let text = if file == 0 { first } else { text };
            write!(json, r#"{comma}"{}":{{"text":"{text}"}}"#, name(file)).unwrap();
        }
        let manifest = self.at("home.json");
        fs::write(&manifest, json + "}}").unwrap();
        let output = self
            .nhmt(["build", "--no-link", "-f"])
            .arg(&manifest)
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let tree = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim_end());
        let kept = self.at("kept").join(tree.file_name().unwrap());
        fs::rename(&tree, &kept).unwrap();
        kept
    }

    /// A configuration with `number` inline files.
    fn inline(&self, number: usize, text: &str) -> PathBuf {
        let path = self.at("home.nix");
        let mut file = fs::File::create(&path).unwrap();
        let home = self.at("home").display().to_string();
        writeln!(
            file,
            "{{ ... }}: {{\nhome.username = \"u\";\nhome.homeDirectory = \"{home}\";"
        )
        .unwrap();
        for number in 0..number {
            writeln!(
                file,
                "home.file.\"{}\".text = \"{text} {number}\";",
                name(number)
            )
            .unwrap();
        }
        writeln!(file, "}}").unwrap();
        path
    }

    /// What nhmt asks Nix for, so that Nix alone can be measured with it.
    fn expression(&self, configuration: &Path) -> String {
        let builder = self
            .nix("nix-store")
            .arg("--add")
            .arg(env!("CARGO_BIN_EXE_nhmt"))
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        let builder = String::from_utf8(builder.stdout).unwrap();
        format!(
            "(import {}/nix {{ configuration = {}; username = \"u\"; homeDirectory = \"{}\"; builder = builtins.storePath \"{}\"; }}).homeTree",
            env!("CARGO_MANIFEST_DIR"),
            configuration.display(),
            self.at("home").display(),
            builder.trim_end(),
        )
    }

    /// Empties the home. What was in it goes aside and is removed in the end:
    /// a filesystem that is busy with freed blocks would be measured too.
    fn wipe(&self) {
        let aside = tempfile::tempdir_in(self.dir.path()).unwrap().keep();
        fs::rename(self.at("home"), aside).unwrap();
        fs::create_dir(self.at("home")).unwrap();
        // What earlier rounds wrote is not for the next one to bring to disk.
        rustix::fs::syncfs(fs::File::open(self.at("home")).unwrap()).unwrap();
    }
}

fn name(number: usize) -> String {
    format!(".config/app{}/file{number}", number / 100)
}

/// What a first run cannot do without: the directories, the links with targets
/// of the same length, and one `syncfs`.
fn symlink_loop(bench: &Home, number: usize) -> Duration {
    bench.wipe();
    let anchor = bench.at("home/.local/state/nhmt/current/home");
    let names: Vec<_> = (0..number)
        .map(|n| (bench.at("home").join(name(n)), anchor.join(name(n))))
        .collect();
    let started = Instant::now();
    for (place, target) in &names {
        if symlink(target, place).is_err() {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            symlink(target, place).unwrap();
        }
    }
    rustix::fs::syncfs(fs::File::open(bench.at("home")).unwrap()).unwrap();
    started.elapsed()
}

fn readlink_loop(bench: &Home, number: usize) -> Duration {
    let names: Vec<_> = (0..number)
        .map(|n| bench.at("home").join(name(n)))
        .collect();
    let started = Instant::now();
    for name in &names {
        fs::read_link(name).unwrap();
    }
    started.elapsed()
}

/// Millions of bytes; sizes here are far below what a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn run(command: &mut Command) {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn timed(command: &mut Command) -> Duration {
    let started = Instant::now();
    run(command);
    started.elapsed()
}

fn median(runs: usize, measure: impl FnMut() -> Duration) -> Duration {
    middle(std::iter::repeat_with(measure).take(runs).collect())
}
