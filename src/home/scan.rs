//! Looking through directories of any size: names as the kernel gives them,
//! many in one call, and for each file all that is asked of it in another.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{FileType, Stat};
use rustix::io::{Errno, Result};

use super::dir::{Dir, Identity};

/// What a name is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) identity: Identity,
    /// The bytes that it takes on the disk.
    pub(crate) allocated: u64,
    /// How many names it has.
    pub(crate) links: u64,
    /// The number of its mount, where the kernel tells.
    pub(crate) mount: Option<u64>,
}

/// Where opening a directory led.
#[derive(Debug)]
pub(crate) enum Entered {
    /// Into it.
    Dir(Dir),
    /// Something is mounted there.
    Mount,
}

impl Dir {
    /// What `name` is, a link not followed.
    pub(crate) fn see(&self, name: &CStr) -> Result<Seen> {
        see(self, name)
    }

    /// What this directory is.
    pub(crate) fn see_self(&self) -> Result<Seen> {
        see(self, c"")
    }

    /// Opens the directory `name` unless another mount begins there. A link
    /// gives `ENOTDIR` or `ELOOP`.
    pub(crate) fn enter(&self, name: &CStr) -> Result<Entered> {
        let name = OsStr::from_bytes(name.to_bytes());
        if let Some(entered) = self.enter_at_once(name) {
            return entered;
        }
        let dir = self.open(name)?;
        if dir.mount()? == self.mount()? {
            Ok(Entered::Dir(dir))
        } else {
            Ok(Entered::Mount)
        }
    }

    /// As [`Dir::enter`] by one call, `None` where there is none.
    #[cfg(target_os = "linux")]
    fn enter_at_once(&self, name: &OsStr) -> Option<Result<Entered>> {
        use rustix::fs::ResolveFlags;

        match self.open_resolved(name, ResolveFlags::NO_XDEV)? {
            Ok(dir) => Some(Ok(Entered::Dir(dir))),
            Err(Errno::XDEV) => Some(Ok(Entered::Mount)),
            // A name changed meanwhile, which the kernel cannot tell from an
            // attack; step by step it can be looked at.
            Err(Errno::AGAIN) => None,
            Err(errno) => Some(Err(errno)),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn enter_at_once(&self, _name: &OsStr) -> Option<Result<Entered>> {
        None
    }
}

/// Reads directories, one after another, by way of one buffer.
#[derive(Debug)]
pub(crate) struct Scanner {
    #[cfg(target_os = "linux")]
    buffer: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl Scanner {
    pub(crate) fn new() -> Self {
        Self {
            buffer: Vec::with_capacity(128 << 10),
        }
    }

    /// Gives each name in `dir` with its kind to `visit`, in no order.
    pub(crate) fn each(&mut self, dir: &Dir, mut visit: impl FnMut(&CStr, FileType)) -> Result<()> {
        let mut entries = rustix::fs::RawDir::new(dir, self.buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if name != c"." && name != c".." {
                visit(name, entry.file_type());
            }
        }
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
impl Scanner {
    pub(crate) fn new() -> Self {
        Self {}
    }

    /// Gives each name in `dir` with its kind to `visit`, in no order.
    pub(crate) fn each(&mut self, dir: &Dir, mut visit: impl FnMut(&CStr, FileType)) -> Result<()> {
        for entry in rustix::fs::Dir::read_from(dir)? {
            let entry = entry?;
            let name = entry.file_name();
            if name != c"." && name != c".." {
                visit(name, entry.file_type());
            }
        }
        Ok(())
    }
}

/// One call for everything, and without another the mount is not known.
#[cfg(target_os = "linux")]
fn see(dir: &Dir, name: &CStr) -> Result<Seen> {
    use rustix::fs::{AtFlags, StatxFlags, makedev, statx};

    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH | AtFlags::NO_AUTOMOUNT;
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::MNT_ID;
    let found = match statx(dir, name, flags, wanted) {
        // An old kernel, or a filter that does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => return see_by_stat(dir, name),
        found => found?,
    };
    let known = StatxFlags::from_bits_retain(found.stx_mask);
    Ok(Seen {
        identity: Identity {
            device: makedev(found.stx_dev_major, found.stx_dev_minor),
            inode: found.stx_ino,
            size: found.stx_size,
            modified: (found.stx_mtime.tv_sec, found.stx_mtime.tv_nsec.into()),
            kind: FileType::from_raw_mode(found.stx_mode.into()),
        },
        allocated: found.stx_blocks * 512,
        links: found.stx_nlink.into(),
        mount: known
            .contains(StatxFlags::MNT_ID)
            .then_some(found.stx_mnt_id),
    })
}

#[cfg(not(target_os = "linux"))]
fn see(dir: &Dir, name: &CStr) -> Result<Seen> {
    see_by_stat(dir, name)
}

fn see_by_stat(dir: &Dir, name: &CStr) -> Result<Seen> {
    let stat = if name.is_empty() {
        dir.stat_self()?
    } else {
        dir.stat(OsStr::from_bytes(name.to_bytes()))?
    };
    Ok(by_stat(&stat))
}

// The types of these fields differ between platforms.
#[allow(
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    clippy::cast_lossless
)]
fn by_stat(stat: &Stat) -> Seen {
    Seen {
        identity: Identity::of(stat),
        allocated: stat.st_blocks as u64 * 512,
        links: stat.st_nlink as u64,
        mount: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn c(name: &str) -> std::ffi::CString {
        std::ffi::CString::new(name).unwrap()
    }

    #[test]
    fn every_name_is_given_once_also_by_many_calls() {
        let temp = tempfile::tempdir().unwrap();
        for number in 0..3_000 {
            let name = format!("{number:0>200}");
            fs::write(temp.path().join(name), "").unwrap();
        }
        let dir = Dir::open_path(temp.path()).unwrap();
        let mut scanner = Scanner::new();
        for _ in 0..2 {
            let mut names = BTreeMap::new();
            let again = dir.again().unwrap();
            scanner
                .each(&again, |name, _| {
                    *names.entry(name.to_owned()).or_insert(0) += 1;
                })
                .unwrap();
            assert_eq!(names.len(), 3_000);
            assert!(names.values().all(|&times| times == 1));
        }
    }

    #[test]
    fn both_ways_see_the_same() {
        let temp = tempfile::tempdir().unwrap();
        let at = |name: &str| temp.path().join(name);
        fs::write(at("file"), "12345").unwrap();
        fs::hard_link(at("file"), at("other")).unwrap();
        fs::create_dir(at("dir")).unwrap();
        symlink("nowhere", at("link")).unwrap();
        let sparse = fs::File::create(at("sparse")).unwrap();
        sparse.set_len(1 << 30).unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        for name in ["file", "other", "dir", "link", "sparse", ""] {
            let name = c(name);
            let (one, other) = (see(&dir, &name).unwrap(), see_by_stat(&dir, &name).unwrap());
            assert_eq!(one.identity, other.identity, "{name:?}");
            assert_eq!(
                (one.allocated, one.links),
                (other.allocated, other.links),
                "{name:?}"
            );
        }
        assert_eq!(dir.see(c"file").unwrap().links, 2);
        assert!(dir.see(c"sparse").unwrap().allocated < 1 << 20);
        assert_eq!(dir.see(c"gone").unwrap_err(), Errno::NOENT);
    }

    #[test]
    fn directories_are_entered_and_links_and_mounts_are_not() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("dir")).unwrap();
        symlink("dir", temp.path().join("link")).unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        assert!(matches!(dir.enter(c"dir"), Ok(Entered::Dir(_))));
        let errno = dir.enter(c"link").unwrap_err();
        assert!(matches!(errno, Errno::NOTDIR | Errno::LOOP), "{errno}");
        assert_eq!(dir.enter(c"none").unwrap_err(), Errno::NOENT);
        let root = Dir::open_path("/".as_ref()).unwrap();
        assert!(matches!(root.enter(c"proc"), Ok(Entered::Mount)));
    }
}
