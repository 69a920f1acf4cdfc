//! Another program saves over managed paths, by write-and-rename, while the
//! home is switched: nothing that it saved is lost.

use std::collections::HashSet;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::scratch::Scratch;
use crate::manifest::OnConflict;
use crate::reconcile::{ReconcileError, Way, switch};

const PATHS: [&str; 3] = ["p", "d/q", "both"];

/// Saves numbered contents in turn; the last of a name that was followed by
/// another save of the same name is replaced by the program itself, so each
/// save goes to a name only when a link of ours is there.
fn save(home: &std::path::Path, path: &str, number: u32) -> bool {
    let at = home.join(path);
    if !fs::symlink_metadata(&at).is_ok_and(|m| m.is_symlink()) {
        return false;
    }
    let temporary = home.join(format!(".saving-{number}"));
    fs::write(&temporary, format!("save {number}")).unwrap();
    let saved = fs::rename(&temporary, &at).is_ok();
    if !saved {
        fs::remove_file(&temporary).unwrap();
    }
    saved
}

#[test]
fn nothing_that_a_program_saves_is_lost() {
    let home = Scratch::new();
    let one = home.tree(&[("p", "1"), ("d/q", "1"), ("both", "1")]);
    let two = home.tree(&[("both", "2"), ("other", "2"), ("d/r", "2")]);
    let (stop, saves) = (AtomicBool::new(false), AtomicU32::new(0));
    let root = home.home();
    let mut saved = HashSet::new();
    std::thread::scope(|scope| {
        let program = scope.spawn(|| {
            let mut saved = HashSet::new();
            while !stop.load(Ordering::Relaxed) {
                for path in PATHS {
                    let number = saves.fetch_add(1, Ordering::Relaxed);
                    if save(&root, path, number) {
                        saved.insert(format!("save {number}"));
                    }
                }
            }
            saved
        });
        let lock = home.lock();
        let mut old = None;
        for generation in 0..150 {
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
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), saved.len());
}
