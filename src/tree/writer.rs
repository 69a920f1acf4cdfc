//! Writes a tree of directories, files and links, in sorted order.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;

/// The mode of a file in a store: Nix and nhmt's own store know no other two.
const FILE: Mode = Mode::from_raw_mode(0o444);
/// The same with the executable bit.
const EXECUTABLE: Mode = Mode::from_raw_mode(0o555);
/// Directories stay writable here; the store that takes the tree seals them.
const DIRECTORY: Mode = Mode::from_raw_mode(0o755);

/// A new directory and what is written below it.
///
/// Paths given to it are relative, with `/` between components. The
/// directories on the way to the last written path stay open, so that a
/// sequence in which each directory stands together makes and opens each of
/// them once, and no name is looked up twice.
pub(super) struct Writer {
    path: PathBuf,
    root: OwnedFd,
    /// The open directories from the root downwards, with their names.
    open: Vec<(Box<[u8]>, OwnedFd)>,
    /// The process's umask takes away bits that a file must have.
    masked: bool,
}

impl Writer {
    /// Makes the directory `path`, which must not exist.
    ///
    /// # Errors
    /// Those of mkdir(2) and open(2).
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        fs::mkdir(path, DIRECTORY)?;
        let root = fs::open(path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let made = Mode::from_raw_mode(fs::fstat(&root)?.st_mode);
        Ok(Self {
            path: path.to_owned(),
            root,
            open: Vec::new(),
            masked: !made.contains(EXECUTABLE),
        })
    }

    /// Where `path` is written, for messages.
    pub(super) fn place(&self, path: &[u8]) -> PathBuf {
        self.path.join(OsStr::from_bytes(path))
    }

    /// Writes a regular file.
    ///
    /// # Errors
    /// Those of open(2) and write(2).
    pub(super) fn file(&mut self, path: &[u8], content: &[u8], executable: bool) -> io::Result<()> {
        self.open_file(path, executable)?.write_all(content)
    }

    /// Opens a new regular file for writing.
    ///
    /// # Errors
    /// Those of mkdir(2) and open(2).
    pub(super) fn open_file(&mut self, path: &[u8], executable: bool) -> io::Result<File> {
        let masked = self.masked;
        let mode = if executable { EXECUTABLE } else { FILE };
        let (directory, name) = self.parent_of(path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = fs::openat(directory, name, flags, mode)?;
        if masked {
            fs::fchmod(&file, mode)?;
        }
        Ok(File::from(file))
    }

    /// Makes a symbolic link to `target`.
    ///
    /// # Errors
    /// Those of mkdir(2) and symlink(2).
    pub(super) fn link(&mut self, path: &[u8], target: &Path) -> io::Result<()> {
        let (directory, name) = self.parent_of(path)?;
        Ok(fs::symlinkat(target, directory, name)?)
    }

    /// Makes a directory, which may be there already.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub(super) fn directory(&mut self, path: &[u8]) -> io::Result<()> {
        self.enter(path)
    }

    fn parent_of<'a>(&'a mut self, path: &'a [u8]) -> io::Result<(BorrowedFd<'a>, &'a OsStr)> {
        let (directory, name) = match path.iter().rposition(|&b| b == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&[][..], path),
        };
        self.enter(directory)?;
        Ok((self.innermost(), OsStr::from_bytes(name)))
    }

    fn innermost(&self) -> BorrowedFd<'_> {
        match self.open.last() {
            Some((_, directory)) => directory.as_fd(),
            None => self.root.as_fd(),
        }
    }

    /// Makes `directory` the innermost open one.
    fn enter(&mut self, directory: &[u8]) -> io::Result<()> {
        let names = || {
            directory
                .split(|&b| b == b'/')
                .filter(|name| !name.is_empty())
        };
        let shared = names()
            .zip(&self.open)
            .take_while(|(name, (open, _))| *name == &**open)
            .count();
        self.open.truncate(shared);
        for name in names().skip(shared) {
            let parent = self.innermost();
            match fs::mkdirat(parent, name, DIRECTORY) {
                Ok(()) if self.masked => {
                    fs::chmodat(parent, name, DIRECTORY, AtFlags::empty())?;
                }
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let opened = fs::openat(parent, name, flags, Mode::empty())?;
            self.open.push((name.into(), opened));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn files_links_and_directories_land_where_they_should() {
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("out");
        let mut writer = Writer::create(&out).unwrap();
        writer.file(b"a/b/c", b"1", false).unwrap();
        writer.file(b"a/b-c", b"2", true).unwrap();
        writer.link(b"a/b/d", Path::new("c")).unwrap();
        writer.directory(b"e/f").unwrap();
        writer.file(b"top", b"", false).unwrap();
        assert_eq!(std::fs::read(out.join("a/b/d")).unwrap(), b"1");
        assert!(out.join("e/f").is_dir());
        let mode = |path| out.join(path).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("a/b/c"), mode("a/b-c")), (0o444, 0o555));
    }

    #[test]
    fn nothing_is_overwritten_or_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("out");
        let mut writer = Writer::create(&out).unwrap();
        assert!(Writer::create(&out).is_err());
        writer.file(b"a", b"1", false).unwrap();
        assert!(writer.file(b"a", b"2", false).is_err());
        writer.link(b"l", scratch.path()).unwrap();
        assert!(writer.file(b"l/x", b"", false).is_err());
        assert!(!scratch.path().join("x").exists());
    }
}
