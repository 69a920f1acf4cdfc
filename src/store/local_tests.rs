//! What is added is kept as long as it is named, and nothing else is taken.

use super::*;
use std::os::unix::fs::MetadataExt;

fn fill(tree: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(tree.join("home/.config"))?;
    fs::write(tree.join("home/.config/x"), text)?;
    std::os::unix::fs::symlink("x", tree.join("home/.config/y"))
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_same_content_is_stored_once_and_read_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::new(dir.path().join("store"));
    let first = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
    let again = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
    let other = store.add("nhmt-home", |t| fill(t, "b")).unwrap();
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert_eq!(names(store.dir()).len(), 2);
    let meta = fs::metadata(first.join("home/.config/x")).unwrap();
    assert_eq!((meta.mode() & 0o7777, meta.mtime()), (0o444, 1));
    let meta = fs::symlink_metadata(first.join("home/.config/y")).unwrap();
    assert_eq!(meta.mtime(), 1);
}

#[test]
fn a_failed_fill_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::new(dir.path().join("store"));
    let failed = store.add("nhmt-home", |t| {
        fill(t, "a").unwrap();
        Err("no")
    });
    assert!(matches!(failed, Err(AddError::Fill("no"))));
    assert_eq!(names(store.dir()), Vec::<String>::new());
}

#[test]
fn collecting_takes_what_nothing_keeps_and_nothing_while_a_tree_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::new(dir.path().join("store"));
    assert_eq!(store.collect(&[]).unwrap(), Vec::<PathBuf>::new());
    let live = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
    let dead = store.add("nhmt-home", |t| fill(t, "b")).unwrap();
    let linked = store.add("nhmt-home", |t| fill(t, "c")).unwrap();
    let link = dir.path().join("result");
    store.register(&linked, &link).unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), linked);
    fill(&store.dir().join(".nhmt-unfinished-gone.tree"), "c").unwrap();

    let keep = std::slice::from_ref(&live);
    let added = store.add("nhmt-home", |tree| {
        fill(tree, "d")?;
        assert_eq!(store.collect(keep).unwrap(), Vec::<PathBuf>::new());
        io::Result::Ok(())
    });
    assert!(dead.exists(), "removed while another tree was made");
    let added = added.unwrap();
    let mut gone = [dead, added];
    gone.sort();
    assert_eq!(store.collect(keep).unwrap(), gone);
    assert!(live.exists() && linked.exists());
    assert_eq!(names(store.dir()).len(), 3, "two trees and the roots");

    fs::remove_file(&link).unwrap();
    assert_eq!(store.collect(keep).unwrap(), [linked]);
    assert_eq!(names(&store.dir().join(ROOTS)), Vec::<String>::new());
}

#[test]
fn collecting_leaves_what_is_not_nhmts() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::new(dir.path());
    let digest = "0".repeat(32);
    let theirs = [
        "notes.txt".to_owned(),
        ".unfinished-novel".to_owned(),
        format!("{digest}-hello-2.12"),
        format!("{digest}-nhmt-home.txt"),
    ];
    for name in &theirs {
        fs::write(dir.path().join(name), "mine").unwrap();
    }
    fs::create_dir(dir.path().join("nhmt-home")).unwrap();
    assert_eq!(store.collect(&[]).unwrap(), Vec::<PathBuf>::new());
    assert_eq!(names(dir.path()).len(), theirs.len() + 1);
}

#[test]
fn a_link_of_a_persons_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::new(dir.path().join("store"));
    let tree = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
    let link = dir.path().join("result");
    std::os::unix::fs::symlink("documents", &link).unwrap();
    assert!(store.register(&tree, &link).is_err());
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("documents"));
}
