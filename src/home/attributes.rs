//! What a file has beside its content: owner, mode, times, extended attributes
//! and the access lists that are stored as such.

use std::collections::BTreeMap;
use std::os::fd::AsFd;

use rustix::fs::{Gid, Mode, Stat, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::{Errno, Result};

/// Extended attributes by their names.
type Extended = BTreeMap<Vec<u8>, Vec<u8>>;

/// Gives the file `to`, which is ours alone, what `from` has. Owner and group
/// are kept where that is permitted; an extended attribute that the filesystem
/// cannot hold is left out, which [`are_equal`] finds.
pub(crate) fn copy(from: impl AsFd, stat: &Stat, to: impl AsFd) -> Result<()> {
    let wanted = extended(&from)?;
    let (access, user): (Extended, Extended) =
        wanted.into_iter().partition(|(name, _)| is_access(name));
    // Those of users can be set as long as the file is writable.
    set(&to, &user)?;
    let mut mode = Mode::from_raw_mode(stat.st_mode & 0o7777);
    let (owner, group) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
    if rustix::fs::fchown(&to, Some(owner), Some(group)).is_err() {
        // Who runs it would become somebody else.
        mode.remove(Mode::SUID | Mode::SGID);
        let _ = rustix::fs::fchown(&to, None, Some(group));
    }
    // A new file takes over an access list from its directory.
    for name in extended(&to)?.keys().filter(|name| is_access(name)) {
        if !access.contains_key(name) {
            rustix::fs::fremovexattr(&to, &name[..])?;
        }
    }
    rustix::fs::fchmod(&to, mode)?;
    // The access list of the same file agrees with its mode.
    set(&to, &access)?;
    rustix::fs::futimens(&to, &times(stat))
}

/// Whether two files have the same permissions and extended attributes.
pub(crate) fn are_equal(left: (impl AsFd, &Stat), right: (impl AsFd, &Stat)) -> Result<bool> {
    let mode = |stat: &Stat| stat.st_mode & 0o777;
    Ok(mode(left.1) == mode(right.1) && extended(left.0)? == extended(right.0)?)
}

fn set(file: impl AsFd, attributes: &Extended) -> Result<()> {
    for (name, value) in attributes {
        match rustix::fs::fsetxattr(&file, &name[..], value, XattrFlags::empty()) {
            Err(Errno::NOTSUP | Errno::PERM | Errno::RANGE | Errno::TOOBIG) => {}
            done => done?,
        }
    }
    Ok(())
}

/// The attributes that belong to the person. Those of the system and of its
/// security modules follow from where a file lies.
fn extended(file: impl AsFd) -> Result<Extended> {
    let mut names = Vec::with_capacity(4096);
    match list(&file, &mut names) {
        Err(Errno::NOTSUP) => return Ok(Extended::new()),
        done => done?,
    }
    let mut all = Extended::new();
    for name in names.split(|&b| b == 0).filter(|name| is_carried(name)) {
        match get(&file, name) {
            Ok(value) => {
                all.insert(name.to_vec(), value);
            }
            // It went meanwhile.
            Err(Errno::NODATA) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(all)
}

fn list(file: impl AsFd, names: &mut Vec<u8>) -> Result<()> {
    loop {
        names.clear();
        names.reserve(rustix::fs::flistxattr_query(&file)?.max(1));
        match rustix::fs::flistxattr(&file, rustix::buffer::spare_capacity(names)) {
            // More came meanwhile.
            Err(Errno::RANGE) => {}
            done => return done.map(drop),
        }
    }
}

fn get(file: impl AsFd, name: &[u8]) -> Result<Vec<u8>> {
    loop {
        let length = rustix::fs::fgetxattr_query(&file, name)?;
        let mut value = Vec::with_capacity(length.max(1));
        match rustix::fs::fgetxattr(&file, name, rustix::buffer::spare_capacity(&mut value)) {
            Err(Errno::RANGE) => {}
            done => return done.map(|_| value),
        }
    }
}

/// An access list (POSIX ACL), which the mode is a part of.
fn is_access(name: &[u8]) -> bool {
    name.starts_with(b"system.posix_acl_")
}

#[cfg(target_os = "linux")]
fn is_carried(name: &[u8]) -> bool {
    name.starts_with(b"user.") || is_access(name)
}

/// Elsewhere they have no such prefixes.
#[cfg(not(target_os = "linux"))]
fn is_carried(name: &[u8]) -> bool {
    !name.is_empty()
}

// The type of the time fields differs between platforms.
#[allow(clippy::unnecessary_cast, clippy::cast_possible_wrap)]
pub(crate) fn times(stat: &Stat) -> Timestamps {
    let time = |tv_sec, tv_nsec| Timespec { tv_sec, tv_nsec };
    Timestamps {
        last_access: time(stat.st_atime as i64, stat.st_atime_nsec as _),
        last_modification: time(stat.st_mtime as i64, stat.st_mtime_nsec as _),
    }
}
