//! A program knows where things lie on their way out of the home, because it
//! had them open or came there by the bridge, and writes there just before each
//! call of a run.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::mounts::apart;
use super::super::scratch::Scratch;
use super::{Killed, meddling, unless_killed};
use crate::home::plain;
use crate::manifest::OnConflict;
use crate::reconcile::{recover, tidy};

/// What the program does at its moment.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// It opens the file, writes to it and closes it.
    Append,
    /// It opens the file, and writes to it when the run is over.
    Hold,
    /// It makes a file in the directory.
    Create,
}

const TEXT: &str = ", and more";

/// What the program has open.
type Open = Rc<RefCell<Option<File>>>;

/// Does it; the files are those that `places` finds by then.
fn write(way: Way, places: Vec<PathBuf>, open: &Open) {
    for place in places {
        let file = match way {
            Way::Create => File::create_new(place),
            _ => fs::OpenOptions::new().append(true).open(place),
        };
        if let Ok(mut file) = file {
            if way != Way::Hold {
                write!(file, "{TEXT}").unwrap();
            }
            let held = if way == Way::Hold {
                file
            } else {
                File::open("/dev/null").unwrap()
            };
            *open.borrow_mut() = Some(held);
        }
    }
}

/// Whether what the program wrote is somewhere below one of `roots`; so is it
/// when it wrote nothing.
fn is_found(way: Way, open: &Open, roots: &[&Path]) -> bool {
    let Some(mut file) = open.borrow_mut().take() else {
        return true;
    };
    if way == Way::Hold {
        write!(file, "{TEXT}").unwrap();
    }
    roots.iter().any(|root| {
        walkdir::WalkDir::new(root).into_iter().any(|entry| {
            let entry = entry.unwrap();
            entry.file_type().is_file() && fs::read_to_string(entry.path()).unwrap().contains(TEXT)
        })
    })
}

/// A run that has an equal backup already, with a program that writes to the
/// new one at one moment, and killed at another; gives how many there are.
fn keeps_an_equal_one(way: Way, at: usize, killed: usize) -> usize {
    let mut home = Scratch::fast();
    home.write("q", "same");
    let one = home.tree(&[("q", "1")]);
    home.switch(&one, OnConflict::Backup).unwrap();
    home.write("p", "same");
    let two = home.tree(&[("q", "1"), ("p", "1")]);
    let place = home.layout().backups().join("2/p");
    let open = Open::default();
    let act = {
        let open = Rc::clone(&open);
        move |now| {
            if now == at {
                write(way, vec![place.clone()], &open);
            }
            if now == killed {
                std::panic::resume_unwind(Box::new(Killed));
            }
        }
    };
    let (all, done) = meddling(act, || {
        unless_killed(|| home.switch(&two, OnConflict::Backup).unwrap())
    });
    if let Some(done) = done {
        assert_eq!(done.problems, [""; 0]);
        home.check(&two);
    } else {
        let lock = home.lock();
        recover(&lock, |_| Ok(())).unwrap();
        assert_eq!(tidy(&lock, 2), [""; 0]);
        drop(lock);
        home.check_over();
    }
    home.check_listed();
    let all_of_it = home.layout().home().to_owned();
    assert!(
        is_found(way, &open, &[&all_of_it]),
        "lost what was written at {at}, killed at {killed}, {way:?}"
    );
    all
}

#[test]
fn what_is_written_to_a_backup_by_its_place_is_kept_when_it_is_stored_once() {
    for forced in [false, true] {
        let _forced = forced.then(plain::Forced::new);
        for way in [Way::Append, Way::Hold] {
            let all = keeps_an_equal_one(way, usize::MAX, usize::MAX);
            assert!(all > 10, "{all}");
            for at in 0..all + 2 {
                keeps_an_equal_one(way, at, usize::MAX);
            }
        }
    }
}

#[test]
fn what_is_written_to_a_backup_by_its_place_is_kept_when_the_run_is_killed() {
    for way in [Way::Append, Way::Hold] {
        let all = keeps_an_equal_one(way, usize::MAX, usize::MAX) + 4;
        for at in 0..all {
            for killed in (at + 1..all).take(6) {
                keeps_an_equal_one(way, at, killed);
            }
        }
    }
}

/// A run that copies a file and a directory to another mount, with a program
/// that writes to them where they lie.
fn copies(way: Way, at: usize) -> usize {
    let (mut home, other) = apart();
    home.write("file", "mine");
    home.write("dir/in/side", "mine");
    home.write("dir/last", "mine");
    let tree = home.tree(&[("file", "1"), ("dir", "2")]);
    let dirs = ["dir", "dir/in"].map(|path| File::open(home.at(path)).unwrap());
    let within =
        |dir: &File, name: &str| PathBuf::from(format!("/proc/self/fd/{}/{name}", dir.as_raw_fd()));
    let places: Vec<PathBuf> = match way {
        Way::Create => vec![within(&dirs[0], "new"), within(&dirs[1], "new")],
        _ => vec![within(&dirs[1], "side"), within(&dirs[0], "last")],
    };
    let (open, root) = (Open::default(), home.home());
    let act = {
        let (open, root) = (Rc::clone(&open), root.clone());
        move |now| {
            if now == at {
                let mut places = places.clone();
                if way != Way::Create {
                    places.extend(private(&root));
                }
                write(way, places, &open);
            }
        }
    };
    let (all, done) = meddling(act, || home.switch(&tree, OnConflict::Backup));
    drop(dirs);
    match done {
        Ok(_) => home.check_links(&tree),
        Err(error) => panic!("{error}"),
    }
    home.check_listed();
    assert!(
        is_found(way, &open, &[&root, other.path()]),
        "lost what was written at {at}, {way:?}"
    );
    all
}

/// The files in the private folders beside what is in the home, to which the
/// bridge led: what is on its way out has a name that no program comes by.
fn private(home: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in fs::read_dir(home).unwrap() {
        let folder = folder.unwrap();
        let name = folder.file_name().into_string().unwrap();
        if name.starts_with(".nhmt-work-") {
            let files = fs::read_dir(folder.path()).unwrap();
            all.extend(files.map(|file| file.unwrap().path()));
        }
    }
    all.retain(|path| {
        let slot = path.extension().is_none();
        slot && path.symlink_metadata().is_ok_and(|data| data.is_file())
    });
    all
}

#[test]
fn what_is_written_to_an_original_that_is_copied_is_kept() {
    for way in [Way::Append, Way::Hold, Way::Create] {
        let all = copies(way, usize::MAX);
        assert!(all > 10, "{all}");
        for at in 0..all + 2 {
            copies(way, at);
        }
    }
}
