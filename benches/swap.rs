//! The swap beside bare loops over the same paths, in one run:
//! `cargo bench --bench swap [-- LINKS [DIRECTORY]]`.
//!
//! Prints milliseconds and the ratio to the loop; the median of five rounds.

use std::error::Error;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nhmt::home::{HomeDir, HomeLock, Layout};
use nhmt::manifest::{Digest, Entry, HomePath, Index, LeafKind, OnConflict};
use nhmt::reconcile::{Way, apply, plan_for};
use rustix::fs::{Mode, OFlags};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Files in one directory, as in a well-filled `~/.config/app`.
const PER_DIRECTORY: usize = 100;
const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let links = args.next().map_or(Ok(10_000), |arg| arg.parse())?;
    let base = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let paths = paths(links)?;
    let mut rows = Vec::new();
    for _ in 0..ROUNDS {
        rows.push(round(&base, &paths)?);
    }
    println!("{links} links, {ROUNDS} rounds, in {}", base.display());
    let median = |name: &str| {
        let pick = |row: &Vec<(&str, f64)>| row.iter().find(|r| r.0 == name).map(|r| r.1);
        let mut values: Vec<f64> = rows.iter().filter_map(pick).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    for (name, reference) in [
        ("bare symlinkat loop", ""),
        ("bare symlinkat loop + syncfs", ""),
        ("first run, without sync", "bare symlinkat loop"),
        ("first run", "bare symlinkat loop"),
        ("first run, with sync", "bare symlinkat loop + syncfs"),
        ("bare readlinkat loop", ""),
        ("nothing to do", "bare readlinkat loop"),
        ("rollback, one changed", "bare readlinkat loop"),
        (
            "rollback, one changed, without sync",
            "bare readlinkat loop",
        ),
        ("all changed", ""),
        ("all removed", ""),
    ] {
        let same = name == "first run, with sync";
        let time = median(if same { "first run" } else { name });
        if reference.is_empty() {
            println!("{name:<38}{time:>9.2} ms");
        } else {
            let ratio = time / median(reference);
            println!("{name:<38}{time:>9.2} ms{ratio:>7.2} x {reference}");
        }
    }
    println!("peak memory {} MB", peak_memory()? / 1024);
    Ok(())
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

fn round(base: &Path, paths: &[HomePath]) -> Outcome<Vec<(&'static str, f64)>> {
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
    row.push(("first run", time));
    row.push(("first run, without sync", time - synced));
    let start = Instant::now();
    let plan = plan_for(&lock, &way(&one, &one, &trees[0]))?;
    row.push(("nothing to do", milliseconds(start)));
    assert!(plan.is_empty(), "there was something to do");
    let (time, synced) = run(&one, &two, &trees[1])?;
    row.push(("rollback, one changed", time));
    row.push(("rollback, one changed, without sync", time - synced));
    row.push(("all changed", run(&two, &all, &trees[0])?.0));
    row.push(("all removed", run(&all, &none, &trees[1])?.0));
    Ok(row)
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
fn bare(temp: &Path, paths: &[HomePath]) -> Outcome<Vec<(&'static str, f64)>> {
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
    Ok(vec![
        ("bare symlinkat loop", made),
        ("bare symlinkat loop + syncfs", synced),
        ("bare readlinkat loop", milliseconds(start)),
    ])
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
