//! Backups: listed, stored once, restored, let go.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;

use super::scratch::{Scratch, path};
use crate::manifest::OnConflict;
use crate::reconcile::{BackupError, BackupKind, Backups, Expire};

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

#[test]
fn expiring_removes_what_is_named_and_the_stored_content() {
    let home = drifted();
    let lock = home.lock();
    assert_eq!(Backups::expire(&lock, Expire::OlderThan(60)).unwrap(), 0);
    assert_eq!(Backups::expire(&lock, Expire::Before(3)).unwrap(), 1);
    assert_eq!(Backups::of(&lock).list().unwrap().len(), 1);
    assert_eq!(Backups::expire(&lock, Expire::All).unwrap(), 1);
    let left = fs::read_dir(home.layout().backups().join(".objects")).unwrap();
    assert_eq!(left.count(), 0);
    assert!(!home.layout().backups().join("3").exists());
}
