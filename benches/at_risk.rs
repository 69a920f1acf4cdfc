//! `nhmt status --at-risk` beside find(1) on the same home, by turns:
//! `cargo bench --bench at_risk [-- DIRECTORY [FILES [ROUNDS]]]`.
//!
//! The home is made anew below DIRECTORY (`/dev/shm`, which keeps the disk out
//! of it) with FILES files (1,000,000). Prints the median of each in
//! milliseconds and its ratio to `find -printf '%s %T@'`, which asks for each
//! file as nhmt has to; bare `find` asks for none. Nothing fails by its time.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Files in one directory, and directories in one.
const PER_DIRECTORY: usize = 20;

const LIKE: &str = "find -printf '%s %T@'";

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let base = args
        .next()
        .map_or_else(|| PathBuf::from("/dev/shm"), PathBuf::from);
    let files: usize = args.next().map_or(Ok(1_000_000), |arg| arg.parse())?;
    let rounds: usize = args.next().map_or(Ok(7), |arg| arg.parse())?;
    let temp = tempfile::Builder::new()
        .prefix("nhmt-bench-")
        .tempdir_in(&base)?;
    let home = temp.path().join("home");
    let directories = make(&home, files)?;
    println!(
        "{files} files in {directories} directories, {rounds} rounds, in {}",
        base.display()
    );
    check(&home, files)?;
    let mut find_all = Command::new("find");
    find_all.arg(&home).args(["-printf", "%s %T@ %p\n"]);
    let mut find = Command::new("find");
    find.arg(&home);
    let mut cases = [
        (LIKE, find_all),
        ("find", find),
        ("status --at-risk", nhmt(&home, &["--quiet"])),
        ("status --at-risk --json", nhmt(&home, &["--json"])),
    ];
    let mut times = vec![Vec::new(); cases.len()];
    for _ in 0..rounds {
        for (times, (_, command)) in times.iter_mut().zip(&mut cases) {
            times.push(timed(command)?);
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    for ((name, _), median) in cases.iter().zip(&medians) {
        let ratio = median / medians[0];
        println!("{name:<28}{median:>10.1} ms{ratio:>8.2} x {LIKE}");
    }
    Ok(())
}

/// Fills `home`; gives the number of directories. Every tenth file has some
/// bytes, and names are about as long as in a home.
fn make(home: &Path, files: usize) -> Outcome<usize> {
    let mut directories = 0;
    for number in 0..files {
        let directory = number / PER_DIRECTORY;
        let place = home.join(format!(
            "top-{}/middle-{}/directory-{directory}",
            directory / (PER_DIRECTORY * PER_DIRECTORY),
            directory / PER_DIRECTORY,
        ));
        if number % PER_DIRECTORY == 0 {
            fs::create_dir_all(&place)?;
            directories += 1;
        }
        let content = if number % 10 == 0 { "some bytes" } else { "" };
        fs::write(place.join(format!("some-file-{number}.txt")), content)?;
    }
    Ok(directories)
}

fn nhmt(home: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nhmt"));
    command.env_clear().env("HOME", home).env("USER", "bench");
    command.args(["status", "--at-risk"]).args(flags);
    command
}

/// Both look at the same.
fn check(home: &Path, files: usize) -> Outcome<()> {
    let output = nhmt(home, &["--json"]).output()?;
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let found = json["at_risk"].as_array().map_or(0, Vec::len);
    assert_eq!(found, files, "files that nhmt found");
    assert_eq!(json["at_risk_summary"]["bytes"], files.div_ceil(10) * 10);
    Ok(())
}

fn timed(command: &mut Command) -> Outcome<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let time = start.elapsed().as_secs_f64() * 1e3;
    assert!(status.success(), "{command:?}");
    Ok(time)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
