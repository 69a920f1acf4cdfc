//! A home whose state directory is on another filesystem.

use std::fs;
use std::io::Write;

use super::scratch::Scratch;
use crate::manifest::OnConflict;

use super::filesystem::elsewhere;

/// The state directory on another filesystem, on tmpfs most often, the home
/// wherever temporary files are.
pub(super) fn apart() -> (Scratch, tempfile::TempDir) {
    let home = Scratch::new();
    let other = elsewhere(&home.home());
    home.link(other.path(), ".local");
    (home, other)
}

#[test]
fn what_is_in_the_way_is_copied_to_the_other_mount() {
    let (mut home, _other) = apart();
    home.write("file", "mine");
    home.write("dir/in/side", "mine");
    let files = [("file", "1"), ("dir", "2"), ("new/x", "3"), ("gone", "4")];
    let tree = home.tree(&files);
    let done = home.switch(&tree, OnConflict::Backup).unwrap();
    assert_eq!(done.problems, [""; 0]);
    home.check(&tree);
    let kept = home.layout().backups().join("1");
    assert_eq!(fs::read_to_string(kept.join("file")).unwrap(), "mine");
    assert_eq!(
        fs::read_to_string(kept.join("dir/in/side")).unwrap(),
        "mine"
    );
    home.realize(&[("file", "9"), ("dir/is/one", "2"), ("new", "leaf")]);
    let names = fs::read_dir(home.home()).unwrap();
    let mut names: Vec<_> = names.map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [".local", "dir", "file", "new"],
        "private folders stay"
    );
}

#[test]
fn what_a_program_has_open_stays_when_it_was_copied() {
    let (mut home, _other) = apart();
    home.write("file", "mine");
    home.write("dir/in/side", "mine");
    let mut open = ["file", "dir/in/side"].map(|path| {
        let file = fs::OpenOptions::new().append(true).open(home.at(path));
        file.unwrap()
    });
    let tree = home.tree(&[("file", "1"), ("dir", "2")]);
    let done = home.switch(&tree, OnConflict::Backup).unwrap();
    assert_eq!(done.problems.len(), 2, "{:?}", done.problems);
    for file in &mut open {
        file.write_all(b", and more").unwrap();
    }
    let walk = walkdir::WalkDir::new(home.home()).into_iter();
    let found = walk.filter(|entry| {
        let text = fs::read_to_string(entry.as_ref().unwrap().path());
        text.is_ok_and(|text| text == "mine, and more")
    });
    assert_eq!(found.count(), 2);
}

#[test]
fn a_run_over_two_mounts_is_undone_too() {
    let (mut home, _other) = apart();
    home.write("file", "mine");
    let tree = home.tree(&[("file", "1"), ("z", "2"), ("new/x", "3")]);
    let plan = home.plan(&tree, OnConflict::Backup);
    home.write("z", "saved");
    let before = home.snapshot();
    home.apply(plan, &tree).unwrap_err();
    assert_eq!(home.snapshot(), before);
}

#[test]
#[cfg(target_os = "linux")]
fn attributes_and_sockets_go_to_the_other_mount_too() {
    use std::os::unix::fs::FileTypeExt;

    let (mut home, _other) = apart();
    home.write("file", "mine");
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::lsetxattr(home.at("file"), "user.mark", b"1", flags).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(home.at("socket")).unwrap();
    let tree = home.tree(&[("file", "1"), ("socket", "2")]);
    let done = home.switch(&tree, OnConflict::Backup).unwrap();
    assert_eq!(done.problems, [""; 0]);
    home.check(&tree);
    let kept = home.layout().backups().join("1");
    let mut value = [0; 8];
    let length = rustix::fs::lgetxattr(kept.join("file"), "user.mark", &mut value[..]);
    assert_eq!(&value[..length.unwrap()], b"1");
    let socket = fs::symlink_metadata(kept.join("socket")).unwrap();
    assert!(socket.file_type().is_socket());
}
