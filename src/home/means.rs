//! What the lock of a home is made of. Usually `flock(2)` on its directory,
//! which works on read-only mounts too and leaves no file behind. Where the
//! filesystem refuses that (NFS takes such a lock only on a file that is open
//! for writing, others know no `flock(2)`), a file in the state directory is
//! locked instead. Which it is depends on the filesystem alone, so that every
//! nhmt comes to the same.

use std::fs::File;

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::{Errno, Result};

use super::HomeDir;
use super::error::{AtPlace, HomeError};
use super::home_dir::os;

/// The file in the state directory that is locked.
const NAME: &str = "lock";

/// What is locked.
#[derive(Debug)]
pub(super) enum Means {
    /// The home directory.
    Directory,
    /// The file in the state directory, by `flock(2)`.
    File(File),
    /// That file, by `fcntl(2)`: such a lock is the process's, and goes when
    /// it closes any descriptor of the file. Nothing else here opens it.
    Record(File),
}

impl Means {
    /// Locks `home` by the first means that its filesystem has.
    pub(super) fn lock(
        home: &HomeDir,
        how: FlockOperation,
    ) -> std::result::Result<(Self, Result<()>), HomeError> {
        let first = rustix::fs::flock(home.dir(), how);
        if !first.is_err_and(is_refused) {
            return Ok((Self::Directory, first));
        }
        let place = home.layout().state().join(NAME);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(home.make_state()?, os(NAME), flags, Mode::RUSR | Mode::WUSR);
        let file = File::from(file.at_path("open the lock", &place)?);
        let second = rustix::fs::flock(&file, how);
        if !second.is_err_and(is_refused) {
            return Ok((Self::File(file), second));
        }
        let means = Self::Record(file);
        let third = means.again(home, how);
        // For those who never heard of the other reasons.
        let third = third.map_err(|errno| {
            if is_refused(errno) {
                Errno::NOLCK
            } else {
                errno
            }
        });
        Ok((means, third))
    }

    /// Locks by the means that was found; with an operation that waits, until
    /// the lock is there.
    pub(super) fn again(&self, home: &HomeDir, how: FlockOperation) -> Result<()> {
        loop {
            let done = match self {
                Self::Directory => rustix::fs::flock(home.dir(), how),
                Self::File(file) => rustix::fs::flock(file, how),
                Self::Record(file) => match rustix::fs::fcntl_lock(file, how) {
                    // What POSIX allows for a lock that somebody has.
                    Err(Errno::ACCESS) => Err(Errno::WOULDBLOCK),
                    done => done,
                },
            };
            if done != Err(Errno::INTR) {
                return done;
            }
        }
    }
}

/// Whether this kind of lock is not to be had here.
fn is_refused(errno: Errno) -> bool {
    let refused = [
        Errno::BADF,
        Errno::INVAL,
        Errno::NOLCK,
        Errno::NOSYS,
        Errno::NOTSUP,
        Errno::OPNOTSUPP,
    ];
    refused.contains(&errno)
}
