//! What can go wrong with a file of the home, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use rustix::io::Errno;
use thiserror::Error;

use crate::manifest::HomePath;

/// A failed operation on a file in the home: what, where, and the remedy.
#[derive(Debug, Error)]
#[error("cannot {action} {place}: {source}{}", advice(source))]
pub struct HomeError {
    /// What was tried, as a verb phrase.
    pub action: &'static str,
    /// Where, with odd bytes escaped.
    pub place: String,
    /// What the system said.
    pub source: io::Error,
}

impl HomeError {
    /// An error of the system at `place`.
    pub(crate) fn new(action: &'static str, place: impl fmt::Display, errno: Errno) -> Self {
        Self {
            action,
            place: place.to_string(),
            source: errno.into(),
        }
    }

    /// Whether the cause is that the home, or this part of it, may not be
    /// written to.
    #[must_use]
    pub fn is_not_writable(&self) -> bool {
        matches!(
            Errno::from_io_error(&self.source),
            Some(Errno::ACCESS | Errno::PERM | Errno::ROFS)
        )
    }
}

/// Adds the action and the place to an error of the system.
pub(crate) trait AtPlace<T> {
    /// The error at a path in the home.
    fn at(self, action: &'static str, path: &HomePath) -> Result<T, HomeError>;
    /// The error at an absolute path.
    fn at_path(self, action: &'static str, path: impl Into<PathBuf>) -> Result<T, HomeError>;
}

impl<T> AtPlace<T> for rustix::io::Result<T> {
    fn at(self, action: &'static str, path: &HomePath) -> Result<T, HomeError> {
        self.map_err(|errno| HomeError::new(action, format_args!("~/{path}"), errno))
    }

    fn at_path(self, action: &'static str, path: impl Into<PathBuf>) -> Result<T, HomeError> {
        self.map_err(|errno| HomeError::new(action, path.into().display(), errno))
    }
}

/// The system's number of an error, for those of the standard library.
pub(crate) fn errno(error: &io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

/// The remedy for the errors that a person can do something about.
fn advice(error: &io::Error) -> &'static str {
    match Errno::from_io_error(error) {
        Some(Errno::ACCESS | Errno::PERM) => {
            "\n  not readable or not writable for you; look at its owner and mode with `ls -ld` \
             (and `lsattr -d`), and correct them with `chown` or `chmod`"
        }
        Some(Errno::ROFS) => {
            "\n  its filesystem is mounted read-only; mount it writable, or choose another \
             home with `--home`"
        }
        Some(Errno::NOSPC | Errno::DQUOT) => {
            "\n  there is no space left; free some (`df -h`, `df -i`, `quota`) and run the \
             command again"
        }
        Some(Errno::NAMETOOLONG) => {
            "\n  the name is too long for this filesystem (255 bytes on most); choose a \
             shorter target"
        }
        Some(Errno::NOTDIR | Errno::LOOP) => {
            "\n  a file or a symbolic link stands where a directory is needed; move it away"
        }
        Some(Errno::OPNOTSUPP) => {
            "\n  this filesystem does not have what that takes (extended attributes, access \
             lists, sockets, devices, or a second name for a file); what was there is kept, at \
             its name or beside it in a folder `.nhmt-work-…`"
        }
        Some(Errno::TXTBSY) => {
            "\n  a program may still write to it; its backup is made, and the \
             file itself stays beside in a folder `.nhmt-work-…`, where the program goes on \
             with it"
        }
        Some(Errno::NOLCK) => {
            "\n  its filesystem gives no locks, which nhmt needs so that two runs do not meet; on \
             NFS, start the lock service or mount it with `local_lock=all`"
        }
        Some(Errno::XDEV) => {
            "\n  it is on another mount than nhmt's own directory, and the two cannot change \
             places; mount one filesystem over both, or choose another home with `--home`"
        }
        Some(Errno::IO) => {
            "\n  the disk or the server failed; look at the kernel's messages (`dmesg`) before \
             you run the command again"
        }
        Some(Errno::STALE) => {
            "\n  the file server no longer knows that file; mount it again and run the command \
             again"
        }
        Some(Errno::BUSY) => {
            "\n  something is mounted there, or a program changes it all the time; unmount it, \
             or run the command again when that program is done"
        }
        Some(Errno::MFILE | Errno::NFILE) => {
            "\n  too many files are open; raise the limit with `ulimit -n`"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each error that a person can do something about says what.
    #[test]
    fn every_remedy_fits_its_error() {
        for (errno, words) in [
            (Errno::ACCESS, "`chown` or `chmod`"),
            (Errno::PERM, "`lsattr -d`"),
            (Errno::ROFS, "mount it writable"),
            (Errno::NOSPC, "`df -h`"),
            (Errno::DQUOT, "`quota`"),
            (Errno::NAMETOOLONG, "shorter"),
            (Errno::NOTDIR, "where a directory is needed"),
            (Errno::LOOP, "where a directory is needed"),
            (Errno::TXTBSY, "may still write to it"),
            (Errno::OPNOTSUPP, "what was there is kept"),
            (Errno::NOLCK, "gives no locks"),
            (Errno::XDEV, "another mount"),
            (Errno::IO, "`dmesg`"),
            (Errno::STALE, "mount it again"),
            (Errno::BUSY, "unmount it"),
            (Errno::MFILE, "`ulimit -n`"),
            (Errno::NFILE, "`ulimit -n`"),
        ] {
            let text = HomeError::new("write", "x", errno).to_string();
            assert!(text.contains(words), "{text}");
            assert!(text.starts_with("cannot write x: "), "{text}");
        }
        let text = HomeError::new("write", "x", Errno::NOENT).to_string();
        assert!(!text.contains('\n'), "{text}");
    }

    #[test]
    fn says_what_where_and_the_remedy() {
        let error = HomeError::new("write", "/home/alice", Errno::ROFS);
        let text = error.to_string();
        assert!(text.starts_with("cannot write /home/alice: "), "{text}");
        assert!(text.contains("mounted read-only"), "{text}");
        assert!(error.is_not_writable());
        assert!(!HomeError::new("write", "x", Errno::NOSPC).is_not_writable());
    }
}
