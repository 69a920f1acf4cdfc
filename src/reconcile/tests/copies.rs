//! Copies carry what a file has, also to another filesystem.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{XattrFlags, lgetxattr, lsetxattr};
use rustix::io::Errno;

use crate::home::copy::{copy, is_equal, remove};
use crate::home::dir::Dir;

/// An access list in the kernel's form: version 2, then tag, permissions and
/// id of each entry. It lets the user 1000 read.
const ACCESS: &[u8] = &[
    2, 0, 0, 0, //
    1, 0, 6, 0, 255, 255, 255, 255, //
    2, 0, 4, 0, 232, 3, 0, 0, //
    4, 0, 0, 0, 255, 255, 255, 255, //
    16, 0, 4, 0, 255, 255, 255, 255, //
    32, 0, 0, 0, 255, 255, 255, 255, //
];
const ACL: &str = "system.posix_acl_access";
const DEFAULT_ACL: &str = "system.posix_acl_default";

/// Directories on one filesystem, and on two where there is a second.
fn pairs() -> Vec<(tempfile::TempDir, tempfile::TempDir)> {
    let here = || tempfile::tempdir().unwrap();
    let mut pairs = vec![(here(), here())];
    for _ in 0..2 {
        if let Ok(memory) = tempfile::tempdir_in("/dev/shm") {
            let (memory, here) = (memory, here());
            pairs.push(if pairs.len() == 1 {
                (here, memory)
            } else {
                (memory, here)
            });
        }
    }
    pairs
}

fn attribute(at: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 1 << 10];
    let length = lgetxattr(at, name, &mut value[..]).ok()?;
    value.truncate(length);
    Some(value)
}

/// Sets an attribute; `false` where the filesystem has none.
fn set(at: &Path, name: &str, value: &[u8]) -> bool {
    match lsetxattr(at, name, value, XattrFlags::empty()) {
        Err(Errno::NOTSUP) => false,
        done => done.map(|()| true).unwrap(),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn everything_that_a_file_has_comes_along() {
    for (from, to) in pairs() {
        let file = from.path().join("file");
        fs::write(&file, "content").unwrap();
        // What is read-only can be written to no more.
        let attributes = set(&file, "user.mark", b"1\0x");
        let access = set(&file, ACL, ACCESS);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        let times = fs::FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH);
        fs::File::open(&file).unwrap().set_times(times).unwrap();
        // The new file must not take over what its directory has.
        let inherited = set(to.path(), DEFAULT_ACL, ACCESS);
        let (from, place) = (Dir::open_path(from.path()).unwrap(), to.path().join("new"));
        let to = Dir::open_path(to.path()).unwrap();
        copy(&from, "file".as_ref(), &to, "new".as_ref()).unwrap();
        let (old, new) = (fs::metadata(&file).unwrap(), fs::metadata(&place).unwrap());
        assert_eq!(fs::read(&place).unwrap(), b"content");
        assert_eq!((new.mode(), new.mtime()), (old.mode(), 0));
        for name in ["user.mark", ACL] {
            assert_eq!(attribute(&place, name), attribute(&file, name), "{name}");
        }
        assert!(
            attributes && access && inherited,
            "a filesystem for tests has them"
        );
        let equal = || is_equal(&from, "file".as_ref(), &to, "new".as_ref());
        assert_eq!(equal(), Ok(true));
        fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(equal(), Err(Errno::OPNOTSUPP), "what is beside it differs");
        fs::write(&place, "CONTENT").unwrap();
        assert_eq!(equal(), Ok(false));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_access_list_of_the_directory_is_not_taken_over() {
    for (from, to) in pairs() {
        fs::write(from.path().join("file"), "").unwrap();
        assert!(set(to.path(), DEFAULT_ACL, ACCESS));
        let [left, right] = [&from, &to].map(|dir| Dir::open_path(dir.path()).unwrap());
        copy(&left, "file".as_ref(), &right, "file".as_ref()).unwrap();
        assert_eq!(attribute(&to.path().join("file"), ACL), None);
        let equal = is_equal(&left, "file".as_ref(), &right, "file".as_ref());
        assert_eq!(equal, Ok(true));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_directory_comes_along_with_links_pipes_and_sockets() {
    for (from, to) in pairs() {
        let dir = from.path().join("dir");
        fs::create_dir_all(dir.join("in")).unwrap();
        fs::write(dir.join("in/file"), "content").unwrap();
        std::os::unix::fs::symlink("nowhere", dir.join("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.join("socket")).unwrap();
        let pipe = std::process::Command::new("mkfifo")
            .arg(dir.join("pipe"))
            .status();
        assert!(pipe.unwrap().success());
        assert!(set(&dir, "user.mark", b"1"));
        fs::set_permissions(dir.join("in"), fs::Permissions::from_mode(0o500)).unwrap();
        let [left, right] = [&from, &to].map(|dir| Dir::open_path(dir.path()).unwrap());
        let name = "dir".as_ref();
        copy(&left, name, &right, name).unwrap();
        let place = to.path().join("dir");
        assert_eq!(attribute(&place, "user.mark").as_deref(), Some(&b"1"[..]));
        let kind = |name: &str| fs::symlink_metadata(place.join(name)).unwrap().file_type();
        assert!(kind("link").is_symlink() && kind("socket").is_socket() && kind("pipe").is_fifo());
        assert_eq!(
            fs::metadata(place.join("in")).unwrap().mode() & 0o777,
            0o500
        );
        assert_eq!(is_equal(&left, name, &right, name), Ok(true));
        fs::remove_file(place.join("pipe")).unwrap();
        assert_eq!(is_equal(&left, name, &right, name), Ok(false));
        for dir in [&left, &right] {
            remove(dir, name).unwrap();
        }
        assert!(!place.exists());
    }
}
