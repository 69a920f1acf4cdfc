//! Opening a directory several names below another in one call, without
//! following a symbolic link on the way.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::io::Result;

use super::dir::Dir;

impl Dir {
    /// Opens the directory at `path`, one or more names without `.` and `..`.
    /// A file or a link on the way gives `ENOTDIR` or `ELOOP`.
    pub(crate) fn open_below(&self, path: &OsStr) -> Result<Self> {
        match self.open_at_once(path) {
            Some(Ok(dir)) => Ok(dir),
            // Where it is refused, and for the error that each name gives.
            Some(Err(_)) | None => self.open_by_components(path),
        }
    }

    fn open_by_components(&self, path: &OsStr) -> Result<Self> {
        let mut names = path.as_bytes().split(|&b| b == b'/').map(OsStr::from_bytes);
        let first = names.next().unwrap_or_default();
        names.try_fold(self.open(first)?, |dir, name| dir.open(name))
    }

    /// Opens `path` by `openat2(2)`, which resolves all of it beneath this
    /// directory. `None` where the call is not to be had.
    #[cfg(target_os = "linux")]
    pub(super) fn open_at_once(&self, path: &OsStr) -> Option<Result<Self>> {
        self.open_resolved(path, rustix::fs::ResolveFlags::empty())
    }

    /// As [`Dir::open_at_once`], with more that must not be met on the way.
    /// `None` where a kernel before 5.6 does not know the call, or a filter
    /// does not let it pass: remembered, so that it is tried once.
    #[cfg(target_os = "linux")]
    pub(super) fn open_resolved(
        &self,
        path: &OsStr,
        without: rustix::fs::ResolveFlags,
    ) -> Option<Result<Self>> {
        use std::sync::atomic::{AtomicBool, Ordering};

        use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
        use rustix::io::Errno;

        static REFUSED: AtomicBool = AtomicBool::new(false);

        if REFUSED.load(Ordering::Relaxed) {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | without;
        match openat2(self, path, flags, Mode::empty(), resolve) {
            Err(Errno::NOSYS | Errno::PERM) => {
                REFUSED.store(true, Ordering::Relaxed);
                None
            }
            done => Some(done.map(Self::from)),
        }
    }

    /// Only Linux has such a call.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn open_at_once(&self, _path: &OsStr) -> Option<Result<Self>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use rustix::io::Errno;

    use super::*;

    #[test]
    fn both_ways_open_the_same_and_refuse_the_same() {
        let temp = tempfile::tempdir().unwrap();
        let at = |path: &str| temp.path().join(path);
        fs::create_dir_all(at("a/b/c")).unwrap();
        fs::write(at("a/file"), "").unwrap();
        symlink("b", at("a/link")).unwrap();
        symlink("/", at("a/b/root")).unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        for path in ["a", "a/b", "a/b/c"] {
            let inode = |dir: Dir| dir.stat_self().unwrap().st_ino;
            let opened = inode(dir.open_below(path.as_ref()).unwrap());
            let walked = inode(dir.open_by_components(path.as_ref()).unwrap());
            assert_eq!(opened, walked, "{path}");
            let there = inode(Dir::open_path(&at(path)).unwrap());
            assert_eq!(opened, there, "{path}");
        }
        let blocked = [Errno::NOTDIR, Errno::LOOP];
        for (path, errors) in [
            ("none", &[Errno::NOENT][..]),
            ("a/none/c", &[Errno::NOENT]),
            ("a/file/c", &blocked),
            ("a/link", &blocked),
            ("a/link/c", &blocked),
            ("a/b/root", &blocked),
            ("a/b/root/etc", &blocked),
        ] {
            let path = path.as_ref();
            for opened in [
                Some(dir.open_below(path)),
                Some(dir.open_by_components(path)),
                dir.open_at_once(path),
            ] {
                let error = opened.map(|opened| opened.map(drop).unwrap_err());
                assert!(
                    error.is_none_or(|e| errors.contains(&e)),
                    "{path:?} {error:?}"
                );
            }
        }
    }

    /// Paths in a home are normalized; even so, none leads out of it.
    #[test]
    #[cfg(target_os = "linux")]
    fn one_call_never_leads_out() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("a")).unwrap();
        let dir = Dir::open_path(&temp.path().join("a")).unwrap();
        for path in ["..", "../a", "/"] {
            let opened = dir.open_at_once(path.as_ref());
            assert!(opened.is_none_or(|opened| opened.is_err()), "{path}");
        }
    }
}
