//! The swap beside bare loops over the same paths, and beside GNU stow, in one
//! run: `cargo bench --bench swap [-- DIRECTORY [LINKS…]]`.
//!
//! Prints milliseconds, the ratio to the loop, how much of it went into
//! bringing things to the disk, and how the figures grow with the number of
//! links. Medians; every round does each thing once, because a disk has slow
//! minutes. Nothing fails by its time.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nhmt::home::{HomeDir, HomeLock, Layout};
use nhmt::manifest::{Digest, Entry, HomePath, Index, LeafKind, OnConflict};
use nhmt::reconcile::{Way, apply, plan_for};
use rustix::fs::{Mode, OFlags};

type Outcome<T> = Result<T, Box<dyn Error>>;
/// What was measured, in milliseconds.
type Row = BTreeMap<&'static str, f64>;

/// Files in one directory, as in a well-filled `~/.config/app`.
const PER_DIRECTORY: usize = 100;
const ROUNDS: usize = 7;
/// More links than this take stow minutes.
const MOST_FOR_STOW: usize = 10_000;

/// Each with its reference.
const SHOWN: [(&str, Option<&str>); 15] = [
    (SYMLINKS, None),
    (SYMLINKS_SYNCED, None),
    (READLINKS, None),
    ("first run", Some(SYMLINKS_SYNCED)),
    ("first run: share of the syncs", Some("first run")),
    ("nothing to do", Some(READLINKS)),
    (ONE_CHANGED, Some(READLINKS)),
    ("one file changed: share of the syncs", Some(ONE_CHANGED)),
    ("one file changed, without the syncs", Some(READLINKS)),
    ("all files changed", Some(SYMLINKS_SYNCED)),
    ("all files removed", Some(SYMLINKS_SYNCED)),
    (STOW, None),
    ("first run, and stow's", Some(STOW)),
    (STOW_AGAIN, None),
    ("nothing to do, and stow's", Some(STOW_AGAIN)),
];
const SYMLINKS: &str = "bare symlinkat loop";
const SYMLINKS_SYNCED: &str = "bare symlinkat loop + one syncfs";
const READLINKS: &str = "bare readlinkat loop";
const ONE_CHANGED: &str = "one file changed";
const STOW: &str = "stow";
const STOW_AGAIN: &str = "stow, nothing to do";

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let base = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let mut sizes = args
        .map(|arg| arg.parse())
        .collect::<Result<Vec<usize>, _>>()?;
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000];
    }
    let mut all = Vec::new();
    for &links in &sizes {
        let paths = paths(links)?;
        let mut rows = Vec::new();
        for _ in 0..ROUNDS {
            rows.push(round(&base, &paths)?);
        }
        println!("{links} links, {ROUNDS} rounds, in {}", base.display());
        let row = medians(&rows);
        show(&row);
        all.push((links, row));
    }
    if let [(few, small), .., (many, large)] = &all[..] {
        #[allow(clippy::cast_precision_loss)]
        let factor = *many as f64 / *few as f64;
        println!("\n{many} links, beside {factor} times the figure of {few}");
        for (name, _) in SHOWN {
            if let (Some(small), Some(large)) = (small.get(name), large.get(name)) {
                println!("{name:<40}{:>9.2}", large / (small * factor));
            }
        }
    }
    println!("\npeak memory {} MB", peak_memory()? / 1024);
    Ok(())
}

fn medians(rows: &[Row]) -> Row {
    let mut medians = Row::new();
    for name in rows[0].keys() {
        let mut values: Vec<f64> = rows.iter().map(|row| row[name]).collect();
        values.sort_by(f64::total_cmp);
        medians.insert(name, values[values.len() / 2]);
    }
    medians
}

fn show(row: &Row) {
    for (name, reference) in SHOWN {
        // What stands beside stow is the same figure.
        let time = row.get(name.trim_end_matches(", and stow's"));
        match (time, reference.map(|name| row.get(name))) {
            (Some(time), None) => println!("{name:<40}{time:>9.2} ms"),
            (Some(time), Some(Some(other))) => {
                let reference = reference.unwrap_or_default();
                println!(
                    "{name:<40}{time:>9.2} ms{:>8.2} x {reference}",
                    time / other
                );
            }
            _ => println!("{name:<40}  not measured"),
        }
    }
}

fn paths(links: usize) -> Outcome<Vec<HomePath>> {
    let path = |i: usize| HomePath::new(format!(".config/app-{}/file-{i}", i / PER_DIRECTORY));
    Ok((0..links).map(path).collect::<Result<_, _>>()?)
}

/// An index of `paths` of which every `n`-th has another content.
fn index(paths: &[HomePath], every: usize, content: &[u8]) -> Outcome<Index> {
    let entry = |(i, path): (usize, &HomePath)| {
        let content = if i % every == 0 { content } else { b"same" };
        Entry::new(path.clone(), LeafKind::File, Digest::of(content))
    };
    Ok(Index::new(
        paths.iter().enumerate().map(entry).collect(),
        b"",
    )?)
}

fn round(base: &Path, paths: &[HomePath]) -> Outcome<Row> {
    let temp = tempfile::tempdir_in(base)?;
    let mut row = bare(temp.path(), paths)?;
    let root = temp.path().join("home");
    fs::create_dir(&root)?;
    let trees = ["one", "two"].map(|name| temp.path().join(name));
    for tree in &trees {
        fs::create_dir_all(tree.join("home"))?;
    }
    let lock = HomeDir::open(&Layout::new(&root))?.lock(true, |_| ())?;
    let one = index(paths, paths.len(), b"one")?;
    let two = index(paths, paths.len(), b"two")?;
    let all = index(paths, 1, b"all")?;
    let none = Index::empty();
    let run = |old: &Index, new: &Index, tree: &Path| go(&lock, old, new, tree);
    let (time, synced) = run(&none, &one, &trees[0])?;
    row.insert("first run", time);
    row.insert("first run: share of the syncs", synced);
    let start = Instant::now();
    let plan = plan_for(&lock, &way(&one, &one, &trees[0]))?;
    row.insert("nothing to do", milliseconds(start));
    assert!(plan.is_empty(), "there was something to do");
    let (time, synced) = run(&one, &two, &trees[1])?;
    row.insert(ONE_CHANGED, time);
    row.insert("one file changed: share of the syncs", synced);
    row.insert("one file changed, without the syncs", time - synced);
    row.insert("all files changed", run(&two, &all, &trees[0])?.0);
    row.insert("all files removed", run(&all, &none, &trees[1])?.0);
    stow(temp.path(), paths, &mut row)?;
    Ok(row)
}

/// GNU stow over a package of the same paths, file by file.
fn stow(temp: &Path, paths: &[HomePath], row: &mut Row) -> Outcome<()> {
    let known = Command::new("stow").arg("--version").output().is_ok();
    if !known || paths.len() > MOST_FOR_STOW {
        return Ok(());
    }
    let target = temp.join("stowed");
    fs::create_dir(&target)?;
    for path in paths {
        let file = temp.join("packages/home").join(path.as_path());
        fs::create_dir_all(file.parent().ok_or("no directory")?)?;
        fs::write(file, "")?;
    }
    for name in [STOW, STOW_AGAIN] {
        let start = Instant::now();
        let done = Command::new("stow")
            .args(["--no-folding", "--dir"])
            .arg(temp.join("packages"))
            .arg("--target")
            .arg(&target)
            .arg("home")
            .stdout(Stdio::null())
            .status()?;
        assert!(done.success(), "stow failed");
        row.insert(name, milliseconds(start));
    }
    Ok(())
}

fn way<'a>(old: &'a Index, new: &'a Index, new_tree: &'a Path) -> Way<'a> {
    Way {
        old: Some(old),
        new,
        new_tree,
        policy: OnConflict::Abort,
    }
}

/// Plans and applies; gives the time in all and that of the sync.
fn go(lock: &HomeLock, old: &Index, new: &Index, tree: &Path) -> Outcome<(f64, f64)> {
    let start = Instant::now();
    let plan = plan_for(lock, &way(old, new, tree))?;
    let done = apply(lock, plan, tree, 1)?;
    let time = milliseconds(start);
    assert!(done.problems.is_empty(), "{:?}", done.problems);
    Ok((time, done.synced.as_secs_f64() * 1e3))
}

/// The kernel alone: the same links with targets of the same length, in
/// directories that are opened once.
fn bare(temp: &Path, paths: &[HomePath]) -> Outcome<Row> {
    let root = temp.join("bare");
    let layout = Layout::new(&root);
    let targets: Vec<_> = paths.iter().map(|path| layout.link_target(path)).collect();
    fs::create_dir_all(root.join(".config"))?;
    let start = Instant::now();
    let mut dirs: Vec<OwnedFd> = Vec::new();
    for (i, path) in paths.iter().enumerate() {
        if i % PER_DIRECTORY == 0 {
            let dir = root.join(path.as_path());
            let dir = dir.parent().ok_or("no directory")?;
            fs::create_dir(dir)?;
            let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
            dirs.push(rustix::fs::open(dir, flags, Mode::empty())?);
        }
        let dir = dirs.last().ok_or("no directory")?;
        rustix::fs::symlinkat(&targets[i], dir, path.name())?;
    }
    let made = milliseconds(start);
    rustix::fs::syncfs(&dirs[0])?;
    let synced = milliseconds(start);
    let mut buffer = [0_u8; 4096];
    let start = Instant::now();
    for (i, path) in paths.iter().enumerate() {
        rustix::fs::readlinkat_raw(&dirs[i / PER_DIRECTORY], path.name(), &mut buffer[..])?;
    }
    Ok(Row::from([
        (SYMLINKS, made),
        (SYMLINKS_SYNCED, synced),
        (READLINKS, milliseconds(start)),
    ]))
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// The peak of resident memory in kB (proc(5), `VmHWM`).
fn peak_memory() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}
