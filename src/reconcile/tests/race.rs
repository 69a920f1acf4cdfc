//! Another program saves over managed paths, by write-and-rename, while the
//! home is switched: nothing that it saved is lost.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::scratch::{Scratch, path};
use crate::home::{HomeDir, plain};
use crate::manifest::OnConflict;
use crate::reconcile::directories::Directories;
use crate::reconcile::observe::foreign_in;
use crate::reconcile::{ReconcileError, Way, switch};

const PATHS: [&str; 6] = ["p", "d/q", "both", "e/1", "e/2", "e/3"];

/// How long the two run against each other.
const TIME: Duration = Duration::from_secs(2);

/// What the program wrote and has not replaced itself since.
type Saved = HashSet<String>;

/// Saves over `path` when a link of ours is there, or nothing. An exchange has the effect
/// of the usual rename, and tells the program what it replaced: when the home
/// was just changed back, that may be what it saved before.
fn save(home: &Path, path: &str, number: u32, saved: &mut Saved) {
    let (at, temporary) = (home.join(path), home.join(".saving"));
    let there = fs::symlink_metadata(&at);
    if there.as_ref().is_ok_and(|m| !m.is_symlink()) {
        return;
    }
    let text = format!("save {number}");
    fs::write(&temporary, &text).unwrap();
    if there.is_err() {
        // Also a name that is only just missing is taken.
        if fs::hard_link(&temporary, &at).is_ok() {
            saved.insert(text);
        }
    } else if renameat_with(CWD, &temporary, CWD, &at, RenameFlags::EXCHANGE).is_ok() {
        saved.insert(text);
        if !fs::symlink_metadata(&temporary).unwrap().is_symlink() {
            saved.remove(&fs::read_to_string(&temporary).unwrap());
        }
    }
    fs::remove_file(&temporary).unwrap();
}

#[test]
fn nothing_that_a_program_saves_is_lost() {
    saves_against_runs();
}

#[test]
fn nothing_is_lost_where_an_exchange_takes_two_steps() {
    let _plain = plain::Forced::new();
    saves_against_runs();
}

fn saves_against_runs() {
    let home = Scratch::fast();
    let one = home.tree(&PATHS.map(|path| (path, "1")));
    let two = home.tree(&[("both", "2"), ("other", "2"), ("d/r", "2")]);
    let stop = AtomicBool::new(false);
    let root = home.home();
    let mut saved = Saved::new();
    std::thread::scope(|scope| {
        let program = scope.spawn(|| {
            let mut saved = Saved::new();
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                for path in PATHS {
                    number += 1;
                    save(&root, path, number, &mut saved);
                }
            }
            saved
        });
        let lock = home.lock();
        let mut old = None;
        let start = Instant::now();
        let runs = 0..u64::MAX;
        for generation in runs.take_while(|&n| n < 100 || start.elapsed() < TIME) {
            let new = if generation % 2 == 0 { &one } else { &two };
            let way = Way {
                old,
                new: &new.index,
                new_tree: &new.path,
                policy: OnConflict::Backup,
            };
            match switch(&lock, &way, |_| Ok::<_, ReconcileError>(generation)) {
                Ok(_) => old = Some(&new.index),
                Err(ReconcileError::Changed(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        stop.store(true, Ordering::Relaxed);
        saved.extend(program.join().unwrap());
    });
    assert!(saved.len() > 20, "the program hardly ran: {}", saved.len());
    let mut found = HashSet::new();
    for entry in walkdir::WalkDir::new(&root) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            found.insert(String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned());
        }
    }
    let lost: Vec<_> = saved.difference(&found).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost: {lost:?}",
        lost.len(),
        saved.len()
    );
}

#[test]
fn what_is_replaced_while_it_is_looked_at_is_not_nhmts() {
    let mut home = Scratch::new();
    home.realize(&[("d/x", "1")]);
    let open = HomeDir::open(&home.layout()).unwrap();
    let made = Directories::read(&open).unwrap();
    let dir = path("d");
    let look = || foreign_in(&open, &made, open.dir(), &dir);
    assert_eq!(look().unwrap(), None);
    // It was a directory when it was listed.
    fs::remove_dir_all(home.at("d")).unwrap();
    assert_eq!(look().unwrap(), Some(dir.clone()));
    home.write("d", "saved");
    assert_eq!(look().unwrap(), Some(dir.clone()));
    fs::remove_file(home.at("d")).unwrap();
    home.link("elsewhere", "d");
    assert_eq!(look().unwrap(), Some(dir.clone()));
}
