//! Which mount a directory is on. A rename cannot leave it: a bind mount of
//! the same filesystem is another mount, though the device is the same.

use std::ffi::CStr;

use rustix::io::Result;

use super::dir::{Dir, Identity};

/// One mount, as far as it can be told apart from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mount {
    /// The mount by its number (Linux since 5.8).
    Id(u64),
    /// The device alone: two mounts of one filesystem look the same, so that a
    /// rename between equals may still give `EXDEV`.
    Device(u64),
}

impl Mount {
    /// The mount of `dir`.
    pub(super) fn of(dir: &Dir) -> Result<Self> {
        Self::at(dir, c"")
    }

    /// The mount of what is at `name` in `dir`; a link is not followed.
    pub(super) fn at(dir: &Dir, name: &CStr) -> Result<Self> {
        match id(dir, name)? {
            Some(id) => Ok(Self::Id(id)),
            None => Self::device(dir),
        }
    }

    fn device(dir: &Dir) -> Result<Self> {
        Ok(Self::Device(Identity::of(&dir.stat_self()?).device))
    }
}

#[cfg(target_os = "linux")]
fn id(dir: &Dir, name: &CStr) -> Result<Option<u64>> {
    use rustix::fs::{AtFlags, StatxFlags, statx};
    use rustix::io::Errno;

    let flags = AtFlags::EMPTY_PATH | AtFlags::SYMLINK_NOFOLLOW;
    match statx(dir, name, flags, StatxFlags::MNT_ID) {
        Ok(found) => Ok(StatxFlags::from_bits_retain(found.stx_mask)
            .contains(StatxFlags::MNT_ID)
            .then_some(found.stx_mnt_id)),
        // An old kernel, or a filter that does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => Ok(None),
        Err(errno) => Err(errno),
    }
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
fn id(_dir: &Dir, _name: &CStr) -> Result<Option<u64>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_one_mount_are_equal_and_others_are_not() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("below")).unwrap();
        let top = Dir::open_path(temp.path()).unwrap();
        let below = top.open("below".as_ref()).unwrap();
        assert_eq!(top.mount().unwrap(), below.mount().unwrap());
        assert_eq!(Mount::device(&top), Mount::device(&below));
        let other = Dir::open_path("/dev".as_ref()).unwrap();
        assert_ne!(top.mount().unwrap(), other.mount().unwrap());
        assert_ne!(Mount::device(&top), Mount::device(&other));
    }

    /// The kernel shows the number of a descriptor's mount, too.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_number_is_the_one_that_the_kernel_shows() {
        use std::os::fd::{AsFd, AsRawFd};

        let dir = Dir::open_path("/".as_ref()).unwrap();
        let Mount::Id(id) = dir.mount().unwrap() else {
            return; // A kernel before 5.8.
        };
        let info = format!("/proc/self/fdinfo/{}", dir.as_fd().as_raw_fd());
        let info = std::fs::read_to_string(info).unwrap();
        let shown = info.lines().find_map(|line| line.strip_prefix("mnt_id:"));
        assert_eq!(shown.unwrap().trim().parse(), Ok(id));
    }
}
