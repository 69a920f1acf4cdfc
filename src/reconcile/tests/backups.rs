//! Backups: listed, stored once, restored, let go.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;

use super::scratch::{Scratch, path};
use crate::manifest::OnConflict;
use crate::reconcile::{BackupError, BackupKind, Backups, Expire, Expired};

fn drifted() -> Scratch {
    let mut home = Scratch::new();
    let files = [("d/file", "1"), ("other", "2")];
    home.realize(&files);
    for _ in 0..2 {
        fs::remove_file(home.at("d/file")).unwrap();
        home.write("d/file", "saved");
        home.realize(&files);
    }
    home
}

#[test]
fn equal_content_is_stored_once_and_listed_twice() {
    let home = drifted();
    let list = Backups::of(&home.lock()).list().unwrap();
    let names: Vec<_> = list
        .iter()
        .map(|b| (b.generation, b.path.to_string()))
        .collect();
    assert_eq!(names, [(2, "d/file".to_owned()), (3, "d/file".to_owned())]);
    assert_eq!((list[0].kind, list[0].size), (BackupKind::File, 5));
    let inode = |at: usize| fs::metadata(&list[at].location).unwrap().ino();
    assert_eq!(inode(0), inode(1));
}

#[test]
fn what_a_program_writes_to_a_file_that_it_has_open_is_kept() {
    let mut home = Scratch::new();
    let names = ["a", "b"];
    let mut open = names.map(|name| {
        home.write(name, "same");
        let file = fs::OpenOptions::new().append(true).open(home.at(name));
        file.unwrap()
    });
    let tree = home.tree(&names.map(|name| (name, "wanted")));
    home.switch(&tree, OnConflict::Backup).unwrap();
    for (name, file) in names.iter().zip(&mut open) {
        write!(file, ", and more of {name}").unwrap();
    }
    for name in names {
        let kept = home.layout().backups().join("1").join(name);
        let kept = fs::read_to_string(kept).unwrap();
        assert_eq!(kept, format!("same, and more of {name}"));
    }
}

#[test]
fn restoring_takes_the_place_of_our_link_alone() {
    let mut home = drifted();
    let (lock, file) = (home.lock(), path("d/file"));
    Backups::restore(&lock, "2", &file).unwrap();
    assert_eq!(home.read("d/file"), "saved");
    fs::write(home.at("d/file"), "edited").unwrap();
    let error = Backups::restore(&lock, "3", &file).unwrap_err();
    assert!(matches!(error, BackupError::InTheWay(_)), "{error}");
    assert_eq!(home.read("d/file"), "edited");
    let kept = home.layout().backups().join("2/d/file");
    assert_eq!(
        fs::read_to_string(kept).unwrap(),
        "saved",
        "edited in place"
    );
    let error = Backups::restore(&lock, "9", &file).unwrap_err();
    assert!(matches!(error, BackupError::Missing { .. }), "{error}");
    drop(lock);
    home.realize(&[("d/file", "1"), ("other", "2")]);
}

#[test]
fn a_directory_is_restored_whole() {
    let mut home = Scratch::new();
    home.write("dir/a/b", "1");
    home.link("a", "dir/link");
    let before = home.snapshot();
    let tree = home.tree(&[("dir", "leaf")]);
    home.switch(&tree, OnConflict::Backup).unwrap();
    Backups::restore(&home.lock(), "1", &path("dir")).unwrap();
    assert_eq!(home.snapshot(), before);
}

#[test]
fn an_older_backup_is_never_replaced() {
    let home = Scratch::new();
    let tree = home.tree(&[("a", "1"), ("b/c", "2")]);
    for text in ["first", "second"] {
        let _ = fs::remove_file(home.at("a"));
        home.write("a", text);
        let plan = home.plan(&tree, OnConflict::Backup);
        let lock = home.lock();
        crate::reconcile::apply(&lock, plan, &tree.path, 7).unwrap();
    }
    let read = |set: &str| fs::read_to_string(home.layout().backups().join(set).join("a"));
    assert_eq!(read("7").unwrap(), "first");
    assert_eq!(read("7~2").unwrap(), "second");
}

/// The rule for all, made so long ago or not.
fn all() -> Expire {
    Expire {
        older_than: Some(0),
        ..Expire::default()
    }
}

/// Moves the times of the backups so many seconds back: of the first in the
/// list by the first of `ages`.
fn age(home: &Scratch, ages: &[u64]) {
    let items = home.layout().backups().join("items");
    let text = fs::read_to_string(&items).unwrap();
    let mut ages = ages.iter();
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        let [set, when, path, dot] = words[..] else {
            return line.to_owned();
        };
        let when = when.parse::<u64>().unwrap() - ages.next().unwrap();
        format!("{set} {when} {path} {dot}")
    });
    let text: Vec<_> = lines.collect();
    fs::write(&items, text.join("\n") + "\n").unwrap();
}

fn paths(expired: &Expired) -> Vec<String> {
    let paths = expired.backups.iter().map(|backup| backup.path.to_string());
    paths.collect()
}

/// Files `1` to `4` of 1000 bytes, `2` and `4` with equal content, moved to
/// the backups 40, 30, 20 and 10 seconds ago.
fn four() -> Scratch {
    let mut home = Scratch::new();
    let names = ["1", "2", "3", "4"];
    let tree = home.tree(&names.map(|name| (name, "wanted")));
    for (name, text) in names.iter().zip(["a", "b", "c", "b"]) {
        home.write(name, &text.repeat(1000));
    }
    home.switch(&tree, OnConflict::Backup).unwrap();
    age(&home, &[40, 30, 20, 10]);
    home
}

#[test]
fn expiring_removes_what_is_old_and_the_stored_content() {
    let home = drifted();
    let lock = home.lock();
    let older = Expire {
        older_than: Some(60),
        ..Expire::default()
    };
    assert_eq!(Backups::expire(&lock, &older).unwrap(), Expired::default());
    age(&home, &[60, 0]);
    let expired = Backups::expire(&lock, &older).unwrap();
    assert_eq!(
        (paths(&expired), expired.bytes),
        (vec!["d/file".to_owned()], 0)
    );
    assert_eq!(Backups::of(&lock).list().unwrap().len(), 1);
    let expired = Backups::expire(&lock, &all()).unwrap();
    assert_eq!((expired.backups.len(), expired.bytes), (1, 5));
    let left = fs::read_dir(home.layout().backups().join(".objects")).unwrap();
    assert_eq!(left.count(), 0);
    assert!(!home.layout().backups().join("3").exists());
    assert!(!home.layout().backups().join(".gone").exists());
}

#[test]
fn the_oldest_go_until_the_rest_fits_and_shared_content_counts_once() {
    let home = four();
    let lock = home.lock();
    let max = |max_size| Expire {
        max_size: Some(max_size),
        ..Expire::default()
    };
    let would = |size| {
        let expired = Backups::of(&lock).expiring(&max(size)).unwrap();
        (paths(&expired).concat(), expired.bytes)
    };
    assert_eq!(would(3000), (String::new(), 0));
    assert_eq!(would(2999), ("1".to_owned(), 1000));
    assert_eq!(would(2000), ("1".to_owned(), 1000));
    assert_eq!(would(1999), ("123".to_owned(), 2000));
    assert_eq!(would(999), ("1234".to_owned(), 3000));
    let expired = Backups::expire(&lock, &max(2000)).unwrap();
    assert_eq!(paths(&expired), ["1"]);
    assert_eq!(would(2000), (String::new(), 0));
}

#[test]
fn what_is_young_or_of_the_run_stays() {
    let home = four();
    let lock = home.lock();
    let young = Expire { young: 25, ..all() };
    let expired = Backups::of(&lock).expiring(&young).unwrap();
    assert_eq!(paths(&expired), ["1", "2"]);
    let stay = [("1".to_owned(), path("2"))].into();
    let named = Expire { stay, ..all() };
    let expired = Backups::expire(&lock, &named).unwrap();
    assert_eq!(paths(&expired), ["1", "3", "4"]);
    let left = Backups::of(&lock).list().unwrap();
    assert_eq!(left[0].path, path("2"));
    let kept = fs::read_to_string(&left[0].location).unwrap();
    assert_eq!(kept, "b".repeat(1000));
}

#[test]
fn what_was_cut_off_while_it_was_deleted_is_deleted_by_the_next() {
    let home = four();
    let gone = home.layout().backups().join(".gone");
    fs::create_dir_all(gone.join("0/in")).unwrap();
    fs::write(gone.join("0/in/side"), "").unwrap();
    let lock = home.lock();
    assert_eq!(Backups::of(&lock).list().unwrap().len(), 4);
    let none = Expire::default();
    assert_eq!(Backups::expire(&lock, &none).unwrap(), Expired::default());
    assert!(!gone.exists());
    // The list was not written any more: what is gone is not in it.
    fs::remove_file(home.layout().backups().join("1/3")).unwrap();
    assert_eq!(Backups::of(&lock).list().unwrap().len(), 3);
    assert_eq!(
        paths(&Backups::expire(&lock, &all()).unwrap()),
        ["1", "2", "4"]
    );
}

#[test]
fn directories_that_are_missing_are_made_for_what_is_restored() {
    use std::os::unix::fs::PermissionsExt;

    let mut home = Scratch::new();
    home.write("a/.ssh/config", "mine");
    home.write("dir/in/side", "mine");
    let files = [("a/.ssh/config", "1"), ("dir", "2")];
    let tree = home.tree(&files);
    home.switch(&tree, OnConflict::Backup).unwrap();
    home.realize(&[("other", "3")]);
    let _ = fs::remove_dir_all(home.at("a"));
    let lock = home.lock();
    Backups::restore(&lock, "1", &path("a/.ssh/config")).unwrap();
    Backups::restore(&lock, "1", &path("dir")).unwrap();
    assert_eq!(home.read("a/.ssh/config"), "mine");
    assert_eq!(home.read("dir/in/side"), "mine");
    let mode = fs::metadata(home.at("a/.ssh")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
    fs::remove_dir_all(home.at("a")).unwrap();
    home.write("a", "a file");
    let error = Backups::restore(&lock, "1", &path("a/.ssh/config")).unwrap_err();
    assert!(matches!(error, BackupError::NoDirectory(_)), "{error}");
    assert_eq!(home.read("a"), "a file");
}
