//! Bind mounts, as the superuser makes them: on descriptors, so that no link
//! on the way is followed.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::dir::{Dir, Identity, single};

/// The right to mount in the namespace of this process, and the calls for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// `open_tree(2)` and `move_mount(2)`, Linux since 5.2.
    Tree,
    /// `mount(2)` by way of `/proc/self/fd`.
    Proc,
}

impl Dir {
    /// Whether this process may mount something in this directory, so far as
    /// that can be known without doing it.
    pub(crate) fn mount_means(&self) -> Option<Means> {
        means(self)
    }

    /// Mounts this directory over `covered`, which must have no name that
    /// others look up, or be empty: what is in it is seen no more.
    pub(crate) fn mount_over(&self, means: Means, covered: &Dir) -> Result<()> {
        mount_over(self, means, covered)
    }

    /// Takes the mount at `name` away (`EBUSY` while it is in use).
    pub(crate) fn unmount(&self, name: &OsStr) -> Result<()> {
        #[cfg(test)]
        super::meddle::moment();
        unmount(self, single(name)?)
    }

    /// The directory `name` here, which something is mounted over. `EINVAL`
    /// where other mounts that this process may not take away are in the way.
    pub(crate) fn covered(&self, name: &OsStr) -> Result<Dir> {
        covered(self, single(name)?)
    }

    /// What is mounted at the directory `name`; `None` when nothing is, and
    /// where the system does not tell.
    pub(crate) fn mounted_at(&self, name: &OsStr) -> Result<Option<Identity>> {
        let name = CString::new(single(name)?.as_bytes()).map_err(|_| Errno::INVAL)?;
        let seen = self.see(&name)?;
        let Some(there) = seen.mount else {
            return Ok(None);
        };
        let is_mount = seen.identity.kind == FileType::Directory
            && self.see_self()?.mount.is_some_and(|here| here != there);
        Ok(is_mount.then_some(seen.identity))
    }
}

#[cfg(target_os = "linux")]
fn means(dir: &Dir) -> Option<Means> {
    // A mount that is nowhere, and goes with its descriptor.
    match clone(dir) {
        Ok(_) => Some(Means::Tree),
        Err(Errno::NOSYS) if rustix::process::geteuid().is_root() => Some(Means::Proc),
        Err(_) => None,
    }
}

#[cfg(target_os = "linux")]
fn clone(dir: &Dir) -> Result<std::os::fd::OwnedFd> {
    use rustix::mount::{OpenTreeFlags, open_tree};

    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_EMPTY_PATH;
    open_tree(dir, c"", flags)
}

/// This directory without what is mounted in it, at no place.
#[cfg(target_os = "linux")]
fn covered(dir: &Dir, name: &OsStr) -> Result<Dir> {
    use rustix::fs::{Mode, OFlags, openat};

    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(clone(dir)?, name, flags, Mode::empty()).map(Dir::from)
}

#[cfg(target_os = "linux")]
fn mount_over(dir: &Dir, means: Means, covered: &Dir) -> Result<()> {
    use rustix::mount::{MoveMountFlags, mount_bind, move_mount};

    #[cfg(test)]
    super::meddle::moment();
    match means {
        Means::Tree => {
            let flags =
                MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
            move_mount(clone(dir)?, c"", covered, c"", flags)
        }
        Means::Proc => mount_bind(by_descriptor(dir), by_descriptor(covered)),
    }
}

#[cfg(target_os = "linux")]
fn unmount(dir: &Dir, name: &OsStr) -> Result<()> {
    use rustix::mount::UnmountFlags;

    let place = [by_descriptor(dir).as_bytes(), b"/", name.as_bytes()].concat();
    rustix::mount::unmount(OsStr::from_bytes(&place), UnmountFlags::NOFOLLOW)
}

#[cfg(target_os = "linux")]
fn by_descriptor(dir: &Dir) -> String {
    use std::os::fd::{AsFd, AsRawFd};

    format!("/proc/self/fd/{}", dir.as_fd().as_raw_fd())
}

#[cfg(not(target_os = "linux"))]
fn means(_dir: &Dir) -> Option<Means> {
    None
}

#[cfg(not(target_os = "linux"))]
fn mount_over(_dir: &Dir, _means: Means, _covered: &Dir) -> Result<()> {
    Err(Errno::NOTSUP)
}

#[cfg(not(target_os = "linux"))]
fn covered(_dir: &Dir, _name: &OsStr) -> Result<Dir> {
    Err(Errno::NOTSUP)
}

#[cfg(not(target_os = "linux"))]
fn unmount(_dir: &Dir, _name: &OsStr) -> Result<()> {
    Err(Errno::NOTSUP)
}
