//! A directory by its descriptor: everything in the home is reached through
//! one, a name at a time, so that no symbolic link on the way is followed.

use std::ffi::{CString, OsStr, OsString};
use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, Result};

use super::error::errno;
use super::mount::Mount;
use crate::manifest::HomePath;

/// The longest target that a symbolic link can have (`PATH_MAX`, with its NUL).
pub(crate) const LINK_MAX: usize = 4096;

/// An open directory. All names given to its methods are single components,
/// unless they say otherwise.
#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

/// What tells a file apart from another at the same name. The change time is
/// left out: a rename alters it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) modified: (i64, u64),
    pub(crate) kind: FileType,
}

impl Identity {
    // The types of these fields differ between platforms.
    #[allow(
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        clippy::cast_lossless
    )]
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            size: stat.st_size as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u64),
            kind: FileType::from_raw_mode(stat.st_mode),
        }
    }
}

impl Dir {
    /// Opens an absolute path, following links: for the home itself and for
    /// places that nhmt was told.
    pub(crate) fn open_path(path: &Path) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        fs::open(path, flags, Mode::empty()).map(Self)
    }

    /// Opens the directory `name` in this one; a link gives `ENOTDIR` or
    /// `ELOOP` (open(2), `O_NOFOLLOW`).
    pub(crate) fn open(&self, name: &OsStr) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        fs::openat(&self.0, single(name)?, flags, Mode::empty()).map(Self)
    }

    /// Opens `path` below this directory, following links: for the state
    /// directory only, whose ancestors a person may have moved elsewhere.
    pub(crate) fn open_following(&self, path: &Path) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        fs::openat(&self.0, path, flags, Mode::empty()).map(Self)
    }

    /// The directory `name`, made with `mode` if it is missing.
    pub(crate) fn open_or_make(&self, name: &OsStr, mode: u32) -> Result<Self> {
        match self.make(name, mode) {
            Ok(()) | Err(Errno::EXIST) => self.open(name),
            Err(errno) => Err(errno),
        }
    }

    /// Another descriptor of this directory.
    pub(crate) fn again(&self) -> Result<Self> {
        self.open(OsStr::new("."))
    }

    /// Reads the target of the link `name` into `buffer` and gives its length.
    /// `EINVAL` when it is not a link.
    pub(crate) fn read_link_into(&self, name: &OsStr, buffer: &mut [u8]) -> Result<usize> {
        fs::readlinkat_raw(&self.0, single(name)?, buffer)
    }

    /// The target of the link `name`.
    pub(crate) fn read_link(&self, name: &OsStr) -> Result<OsString> {
        let target = fs::readlinkat(&self.0, single(name)?, Vec::new())?;
        Ok(OsString::from_vec(target.into_bytes()))
    }

    /// The target of the link at `path`, an absolute path: for nhmt's own links
    /// only.
    pub(crate) fn read_link_at(&self, path: &Path) -> Result<OsString> {
        let target = fs::readlinkat(&self.0, path, Vec::new())?;
        Ok(OsString::from_vec(target.into_bytes()))
    }

    /// Opens the directory `path` below this one; a link on the way gives
    /// `ENOTDIR` or `ELOOP`.
    pub(crate) fn open_beneath(&self, path: &HomePath) -> Result<Self> {
        let mut dir = self.again()?;
        for part in path.as_path() {
            dir = dir.open(part)?;
        }
        Ok(dir)
    }

    /// What `name` is, a link not followed.
    pub(crate) fn stat(&self, name: &OsStr) -> Result<Stat> {
        fs::statat(&self.0, single(name)?, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// What `name` is, a link followed.
    pub(crate) fn stat_following(&self, name: &OsStr) -> Result<Stat> {
        fs::statat(&self.0, single(name)?, AtFlags::empty())
    }

    /// What this directory itself is.
    pub(crate) fn stat_self(&self) -> Result<Stat> {
        fs::fstat(&self.0)
    }

    /// The mount that this directory is on.
    pub(crate) fn mount(&self) -> Result<Mount> {
        Mount::of(self)
    }

    /// Whether something is mounted at `name`, as far as the system tells.
    pub(crate) fn is_mount_point(&self, name: &OsStr) -> Result<bool> {
        let name = CString::new(name.as_bytes()).map_err(|_| Errno::INVAL)?;
        Ok(Mount::at(self, &name)? != self.mount()?)
    }

    /// Opens the regular file `name` for reading. A link is followed only with
    /// `follow`; a pipe never blocks.
    pub(crate) fn open_file(&self, name: &OsStr, follow: bool) -> Result<std::fs::File> {
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        if !follow {
            flags |= OFlags::NOFOLLOW;
        }
        fs::openat(&self.0, single(name)?, flags, Mode::empty()).map(std::fs::File::from)
    }

    /// Opens the regular file `name` for reading and appending.
    pub(crate) fn open_to_append(&self, name: &OsStr) -> Result<std::fs::File> {
        let flags =
            OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        fs::openat(&self.0, single(name)?, flags, Mode::empty()).map(std::fs::File::from)
    }

    /// Makes the regular file `name`, which must not exist, for writing.
    pub(crate) fn create_file(&self, name: &OsStr, mode: u32) -> Result<std::fs::File> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(mode & 0o7777);
        fs::openat(&self.0, single(name)?, flags, mode).map(std::fs::File::from)
    }

    /// Makes the link `name`, which must not exist.
    pub(crate) fn symlink(&self, target: impl rustix::path::Arg, name: &OsStr) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        fs::symlinkat(target, &self.0, single(name)?)
    }

    /// Makes the directory `name`, which must not exist.
    pub(crate) fn make(&self, name: &OsStr, mode: u32) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        fs::mkdirat(&self.0, single(name)?, Mode::from_raw_mode(mode))
    }

    /// Sets the mode of the directory `name`: only in private folders, because
    /// a link there would be followed.
    pub(crate) fn set_mode(&self, name: &OsStr, mode: u32) -> Result<()> {
        fs::chmodat(
            &self.0,
            single(name)?,
            Mode::from_raw_mode(mode),
            AtFlags::empty(),
        )
    }

    /// Renames over `new`: only inside the state directory.
    pub(crate) fn replace(&self, name: &OsStr, new: &OsStr) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        fs::renameat(&self.0, single(name)?, &self.0, single(new)?)
    }

    /// Gives the file `name`, which nhmt alone writes, these bytes, whole or not
    /// at all: `name.next` is brought to the disk and renamed over it. The
    /// directory is for the caller to sync.
    pub(crate) fn write_whole(&self, name: &OsStr, bytes: &[u8]) -> Result<()> {
        let mut next = name.to_owned();
        next.push(".next");
        // Left by a run that was cut off while it wrote it.
        match self.unlink(&next) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno),
        }
        let written = self.create_file(&next, 0o600).and_then(|mut file| {
            file.write_all(bytes).map_err(|error| errno(&error))?;
            fs::fsync(&file)?;
            self.replace(&next, name)
        });
        if written.is_err() {
            let _ = self.unlink(&next);
        }
        written
    }

    /// Exchanges `name` here with `new` in `other`, in one step or not at all,
    /// and whatever is at the two.
    pub(crate) fn swap(&self, name: &OsStr, other: &Dir, new: &OsStr) -> Result<()> {
        super::exchange::swap(self, single(name)?, other, single(new)?)
    }

    /// Makes `other/new` a further name of the file `name`.
    pub(crate) fn hard_link(&self, name: &OsStr, other: &Dir, new: &OsStr) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        fs::linkat(
            &self.0,
            single(name)?,
            &other.0,
            single(new)?,
            AtFlags::empty(),
        )
    }

    /// Removes the name of a file or a link.
    pub(crate) fn unlink(&self, name: &OsStr) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        fs::unlinkat(&self.0, single(name)?, AtFlags::empty())
    }

    /// Removes the empty directory `name`.
    pub(crate) fn remove_dir(&self, name: &OsStr) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        fs::unlinkat(&self.0, single(name)?, AtFlags::REMOVEDIR)
    }

    /// The names in this directory with their kinds, in no order.
    pub(crate) fn entries(&self) -> Result<Vec<(OsString, FileType)>> {
        let mut entries = Vec::new();
        for entry in fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let name = OsString::from_vec(name.to_vec());
            let kind = match entry.file_type() {
                FileType::Unknown => FileType::from_raw_mode(self.stat(&name)?.st_mode),
                kind => kind,
            };
            entries.push((name, kind));
        }
        Ok(entries)
    }

    /// Brings this directory's names to the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        match fs::fsync(&self.0) {
            // Some filesystems cannot sync a directory, and need not.
            Err(Errno::INVAL) => Ok(()),
            other => other,
        }
    }
}

impl From<OwnedFd> for Dir {
    fn from(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

/// `name` if it is one component and does not lead upwards.
pub(super) fn single(name: &OsStr) -> Result<&OsStr> {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes == b".." || bytes.contains(&b'/') {
        return Err(Errno::INVAL);
    }
    Ok(name)
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_never_opened_as_a_directory() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", temp.path().join("link")).unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        assert!(dir.open(OsStr::new("real")).is_ok());
        let errno = dir.open(OsStr::new("link")).unwrap_err();
        assert!(matches!(errno, Errno::NOTDIR | Errno::LOOP), "{errno}");
    }

    #[test]
    fn no_name_leads_out_of_a_directory() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(temp.path().join("in/below")).unwrap();
        std::fs::write(temp.path().join("outside"), "").unwrap();
        let dir = Dir::open_path(&temp.path().join("in")).unwrap();
        let outside = temp.path().join("outside");
        for name in [
            "",
            "..",
            "../outside",
            "/",
            "below/..",
            outside.to_str().unwrap(),
        ] {
            let name = OsStr::new(name);
            let fresh = OsStr::new("fresh");
            let refused = [
                dir.open(name).err(),
                dir.stat(name).err(),
                dir.stat_following(name).err(),
                dir.read_link(name).err(),
                dir.read_link_into(name, &mut [0; 8]).err(),
                dir.open_file(name, false).err(),
                dir.create_file(name, 0o600).err(),
                dir.symlink("x", name).err(),
                dir.make(name, 0o700).err(),
                dir.set_mode(name, 0o700).err(),
                dir.replace(name, fresh).err(),
                dir.replace(OsStr::new("below"), name).err(),
                dir.hard_link(name, &dir, fresh).err(),
                dir.hard_link(OsStr::new("below"), &dir, name).err(),
                dir.unlink(name).err(),
                dir.remove_dir(name).err(),
                dir.exchange(name, &dir, OsStr::new("below")).err(),
                dir.exchange(OsStr::new("below"), &dir, name).err(),
                dir.exchange_at_once(name, &dir, OsStr::new("below")).err(),
                dir.exchange_at_once(OsStr::new("below"), &dir, name).err(),
                dir.move_out(name, &dir, fresh).err(),
                dir.move_out(OsStr::new("below"), &dir, name).err(),
                dir.move_in(name, &dir, fresh).err(),
                dir.move_in(OsStr::new("below"), &dir, name).err(),
            ];
            assert_eq!(refused, [Some(Errno::INVAL); 24], "{name:?}");
        }
        assert!(dir.open(OsStr::new(".")).is_ok());
        assert!(outside.exists() && temp.path().join("in/below").exists());
    }
}
