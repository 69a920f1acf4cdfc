//! A process that swaps directories for links to somewhere else while nhmt
//! runs: nothing outside the home changes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde_json::json;
use walkdir::WalkDir;

use crate::counts::Counts;
use crate::support::{Home, Outcome};
use crate::trees::{Dice, activate, tree};

/// Everything about a tree that an operation in it could change.
fn state(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    for entry in WalkDir::new(root) {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let content = if entry.path_is_symlink() {
            fs::read_link(entry.path()).unwrap().display().to_string()
        } else if metadata.is_file() {
            fs::read_to_string(entry.path()).unwrap()
        } else {
            String::new()
        };
        let (inode, mode, links) = (metadata.ino(), metadata.mode(), metadata.nlink());
        let changed = (metadata.mtime(), metadata.mtime_nsec());
        let seen = format!("{inode} {mode:o} {links} {changed:?} {content}");
        all.insert(entry.into_path(), seen);
    }
    all
}

/// The directories that are swapped: those above managed paths, and nhmt's
/// own. Those that lead to its state directory are followed on purpose.
fn victim(home: &Path, dice: &mut Dice) -> Option<PathBuf> {
    let state = home.join(".local/state/nhmt");
    let mut at = if dice.roll(3) == 0 {
        state.clone()
    } else {
        home.to_owned()
    };
    for step in 0..=dice.roll(4) {
        let entries = fs::read_dir(&at).ok()?.flatten();
        let directories = entries.filter(|entry| {
            entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".local"
        });
        let directories: Vec<_> = directories.map(|entry| entry.path()).collect();
        if directories.is_empty() {
            return (step > 0).then_some(at);
        }
        at.clone_from(&directories[dice.roll(directories.len())]);
    }
    Some(at)
}

/// Puts a link to the same place in `outside` where a directory is, for a
/// moment; gives whether it stood there.
fn swap(home: &Path, outside: &Path, dice: &mut Dice) -> bool {
    let Some(victim) = victim(home, dice) else {
        return false;
    };
    let mirrored = outside.join(victim.strip_prefix(home).unwrap());
    let target = if mirrored.is_dir() {
        &mirrored
    } else {
        outside
    };
    let trap = victim.with_file_name(".trap");
    if symlink(target, &trap).is_err() {
        return false;
    }
    let rename = |flags| renameat_with(CWD, &trap, CWD, &victim, flags).is_ok();
    let swapped = rename(RenameFlags::EXCHANGE);
    for _ in 0..dice.roll(400) {
        std::hint::spin_loop();
    }
    if swapped && !rename(RenameFlags::EXCHANGE) {
        rename(RenameFlags::NOREPLACE);
    }
    for name in [&trap, &victim] {
        if fs::read_link(name).is_ok_and(|link| link.starts_with(outside)) {
            let _ = fs::remove_file(name);
        }
    }
    rename(RenameFlags::NOREPLACE);
    swapped
}

/// As the home, with what an operation that goes astray would change: files
/// and links that look like nhmt's, empty directories, some without rights.
fn make_outside(home: &Home) -> PathBuf {
    let outside = home.outside("outside");
    for top in ["", ".config", ".local/state/nhmt/backups/1", "work"] {
        let root = outside.join(top);
        for dir in ["app/deep/1/2", "new/er/dir", "turns", "closed", "empty"] {
            fs::create_dir_all(root.join(dir)).unwrap();
        }
        let prefix = home.at(".local/state/nhmt/current/home");
        for path in [
            "app/x",
            "app/deep/1/2/y",
            "new/er/dir/z",
            "turns/x",
            "0",
            "1",
        ] {
            let own = prefix.join(".config").join(path);
            if path.ends_with('y') {
                symlink(own, root.join(path)).unwrap();
            } else {
                fs::write(root.join(path), "outside").unwrap();
            }
        }
        fs::set_permissions(root.join("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    }
    outside
}

/// The person's files, again and again.
fn put_in_the_way(home: &Path, dice: &mut Dice) {
    for path in ["app/x", "app/deep/1/2/y", "new", "turns", "closed/x"] {
        if dice.roll(2) == 0 {
            let at = home.join(".config").join(path);
            let _ = fs::create_dir_all(at.parent().unwrap());
            if fs::symlink_metadata(&at).is_ok_and(|is| is.is_symlink()) {
                let _ = fs::remove_file(&at);
            }
            let _ = fs::write(&at, "mine");
        }
    }
    let closed = home.join(".config/closed");
    let _ = fs::set_permissions(closed, fs::Permissions::from_mode(0o555));
}

fn trees(home: &Home) -> [PathBuf; 2] {
    let text = |text: &str| json!({ "text": text });
    let one = json!({
        ".config/app/x": text("1"), ".config/app/deep/1/2/y": text("1"),
        ".config/new/er/dir/z": text("1"), ".config/turns": text("1"),
    });
    let two = json!({
        ".config/app/x": text("2"), ".config/turns/x": text("2"),
        ".config/closed": text("2"), "app/x": text("2"),
    });
    [("one", one), ("two", two)].map(|(name, files)| tree(home, name, &files, None))
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// Runs `act` again and again while directories are swapped, until it gives
/// `false`; gives how many swaps there were. None goes on while `act` holds
/// what it is given.
fn against_a_swapper(
    home: &Home,
    outside: &Path,
    mut act: impl FnMut(usize, &Mutex<()>) -> bool,
) -> usize {
    let swapping = Mutex::new(());
    let (stop, swaps) = (AtomicBool::new(false), AtomicUsize::new(0));
    let root = home.path();
    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            let mut dice = Dice::new(11);
            while !stop.load(SeqCst) {
                let one = swapping.lock().unwrap();
                let swapped = swap(&root, outside, &mut dice);
                drop(one);
                swaps.fetch_add(usize::from(swapped), SeqCst);
            }
        });
        let mut turn = 0;
        while act(turn, &swapping) {
            turn += 1;
        }
    });
    swaps.into_inner()
}

#[test]
fn nothing_outside_changes_when_directories_become_links() {
    let runs = if crate::full() { 800 } else { 80 };
    let home = Home::fast();
    let trees = trees(&home);
    let outside = make_outside(&home);
    let before = state(&outside);
    activate(&home, &trees[0]).success();
    let (mut done, mut given_up) = (0, 0);
    let mut dice = Dice::new(5);
    let mut wrong = Vec::new();
    let swaps = against_a_swapper(&home, &outside, |turn, swapping| {
        let mut command = home.command();
        match turn % 8 {
            5 => command.args(["backups", "expire", "--older-than", "0d"]),
            6 => command.args(["backups", "restore", ".config/app/x"]),
            7 => command.arg("rollback"),
            _ => command.arg("activate").arg(&trees[turn % 2]),
        };
        let none = swapping.lock().unwrap();
        put_in_the_way(&home.path(), &mut dice);
        drop(none);
        let outcome = Outcome::of(&mut command);
        match outcome.code() {
            Some(0) => done += 1,
            Some(1 | 3) => given_up += 1,
            _ => wrong.push(outcome.to_string()),
        }
        let now = state(&outside);
        if now != before && wrong.len() < 5 {
            let changed = before
                .iter()
                .filter(|(path, was)| now.get(*path) != Some(was));
            let changed: Vec<_> = changed.map(|(path, _)| path).collect();
            let new: Vec<_> = now
                .keys()
                .filter(|path| !before.contains_key(*path))
                .collect();
            wrong.push(format!(
                "outside {changed:?} changed, {new:?} came: {outcome}"
            ));
        }
        turn < runs || done < runs / 4 || given_up < runs / 20
    });
    assert!(swaps > runs, "hardly anything was swapped: {swaps}");
    Counts::of("hostile: directories that become links")
        .count(done + given_up, "runs")
        .count(given_up, "of them given up")
        .count(swaps, "swaps")
        .print(&wrong);
}

/// By names alone, as a shell does it.
#[test]
fn a_program_that_goes_by_names_is_led_outside() {
    let home = Home::fast();
    let outside = make_outside(&home);
    let before = state(&outside);
    home.write(".config/app/x", "mine");
    let mut turns = 0_u64;
    let swaps = against_a_swapper(&home, &outside, |_, _| {
        turns += 1;
        let path = home.at(".config/app/x");
        let _ = fs::remove_file(&path);
        let _ = symlink("elsewhere", &path);
        turns < 1_000_000 && (!turns.is_multiple_of(100) || state(&outside) == before)
    });
    assert_ne!(state(&outside), before, "{swaps} swaps, {turns} turns");
    Counts::of("hostile: a program that goes by names")
        .count(turns, "turns until something outside was changed")
        .print(&[]);
}
