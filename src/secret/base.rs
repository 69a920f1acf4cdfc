//! The directory in memory that holds the sets of a home's secrets:
//! `$XDG_RUNTIME_DIR/nhmt-HASH`, or the one that the configuration names.
//!
//! The first that was found is kept as long as it is good, whatever a session's
//! environment says: two of them would be two truths. After a reboot, or when
//! the last session has ended, it is gone, and the next run finds another.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::error::SecretError;
use super::set::{bits, remove, remove_if_there};
use super::{LINK, set};
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeLock, os};
use crate::manifest::{Digest, SecretsSpec};

/// Where systemd has the directories of users.
const RUN: &str = "/run/user";

/// A directory for the secrets of one home.
pub(super) struct Base {
    pub(super) dir: Dir,
    pub(super) path: PathBuf,
}

impl Base {
    /// The one that the link in the state directory leads to, if it is there
    /// and nobody else's.
    pub(super) fn current(home: &HomeDir) -> std::result::Result<Option<Self>, SecretError> {
        let Some(state) = home.state()? else {
            return Ok(None);
        };
        let path = match state.read_link(os(LINK)) {
            Ok(target) => PathBuf::from(target),
            Err(Errno::NOENT | Errno::INVAL) => return Ok(None),
            Err(errno) => {
                return Err(errno).at_path("read the link", home.layout().state().join(LINK))?;
            }
        };
        Ok(Self::open(&path).ok())
    }

    /// The one for `home`, made if it is missing. Nothing leads to it yet.
    pub(super) fn settle(
        home: &HomeDir,
        spec: &SecretsSpec,
    ) -> std::result::Result<Self, SecretError> {
        let named = spec.directory.as_deref();
        let current = Self::current(home)?;
        let is_meant = |base: &Self| named.is_none_or(|named| base.path.parent() == Some(named));
        let in_memory = |dir: &Dir| spec.allow_disk || is_in_memory(dir);
        match current {
            Some(base) if is_meant(&base) && in_memory(&base.dir) => return Ok(base),
            _ => {}
        }
        let hash = Digest::of(home.layout().home().as_os_str().as_encoded_bytes());
        let name = format!("nhmt-{}", &hash.to_string()[..16]);
        let mut reasons = Vec::new();
        for candidate in candidates(named) {
            let opened = candidate.open(named.is_some()).and_then(|(path, parent)| {
                if !in_memory(&parent) {
                    return Err(format!(
                        "{} is not in memory (tmpfs), and `nhmt.secrets.allowDisk` is not set",
                        path.display()
                    ));
                }
                let path = path.join(&name);
                let made = match parent.make(os(&name), 0o700) {
                    Ok(()) | Err(Errno::EXIST) => Self::open(&path),
                    Err(errno) => Err(errno.to_string()),
                };
                made.map_err(|problem| format!("{}: {problem}", path.display()))
            });
            match opened {
                Ok(base) => return Ok(base),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(SecretError::NoDirectory { reasons })
    }

    /// Opens the directory at `path`, which has to be ours alone.
    fn open(path: &Path) -> std::result::Result<Self, String> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err("it is no directory of nhmt's".to_owned());
        };
        let dir = Dir::open_path(parent).and_then(|parent| parent.open(name));
        let dir = dir.map_err(|errno| errno.to_string())?;
        check(&dir, 0o077)?;
        Ok(Self {
            dir,
            path: path.to_owned(),
        })
    }

    /// Has the link in the state directory lead here. What leads to sets in
    /// another directory still finds them.
    pub(super) fn turn(&self, home: &HomeLock) -> std::result::Result<(), SecretError> {
        let place = home.layout().state().join(LINK);
        let state = home.make_state()?;
        if state.read_link(os(LINK)).is_ok_and(|now| now == *self.path) {
            return Ok(());
        }
        let old = Self::current(home)?;
        if let Some(old) = &old {
            old.lend_to(self).at_path("write secrets to", &self.path)?;
        }
        let next = format!("{LINK}.next");
        remove_if_there(state.unlink(os(&next)))
            .and_then(|()| state.symlink(&self.path, os(&next)))
            .and_then(|()| state.replace(os(&next), os(LINK)))
            .and_then(|()| state.sync())
            .at_path("turn the link", place)?;
        if let Some(old) = &old {
            old.leave_to(self)
                .at_path("remove secrets from", &old.path)?;
        }
        Ok(())
    }

    /// Has the sets found at `other`, too.
    fn lend_to(&self, other: &Self) -> Result<()> {
        for (name, kind) in self.dir.entries()? {
            if kind == FileType::Directory && set::is_name(&name) {
                match other.dir.symlink(self.path.join(&name), &name) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno),
                }
            }
        }
        Ok(())
    }

    /// Removes the sets that `other` has by itself.
    fn leave_to(&self, other: &Self) -> Result<()> {
        for (name, kind) in self.dir.entries()? {
            if kind == FileType::Directory && other.dir.open(&name).is_ok() {
                remove(&self.dir, &name, kind)?;
            }
        }
        self.remove_when_empty()
    }

    fn remove_when_empty(&self) -> Result<()> {
        if self.dir.entries()?.is_empty()
            && let (Some(parent), Some(name)) = (self.path.parent(), self.path.file_name())
        {
            // Another run of this user may have put something there.
            let _ = Dir::open_path(parent).and_then(|parent| parent.remove_dir(name));
        }
        Ok(())
    }

    /// Removes what lies here but the set `keep`; this directory as well when
    /// nothing is to be kept.
    pub(super) fn sweep(&self, keep: Option<&str>) -> Result<()> {
        for (name, kind) in self.dir.entries()? {
            if keep.is_some_and(|keep| name == keep) {
                continue;
            }
            if kind == FileType::Symlink {
                self.sweep_lent(&name)?;
            } else {
                remove(&self.dir, &name, kind)?;
            }
        }
        self.remove_when_empty()
    }

    /// Removes a set in the directory that had them before.
    fn sweep_lent(&self, name: &OsStr) -> Result<()> {
        let target = PathBuf::from(self.dir.read_link(name)?);
        if target.file_name() == Some(name)
            && let Some(Ok(before)) = target.parent().map(Self::open)
        {
            remove(&before.dir, name, FileType::Directory)?;
            before.remove_when_empty()?;
        }
        self.dir.unlink(name)
    }
}

/// A directory that may be one for secrets.
enum Candidate {
    At(PathBuf, &'static str),
    Absent(&'static str),
}

fn candidates(named: Option<&Path>) -> Vec<Candidate> {
    if let Some(path) = named {
        return vec![Candidate::At(path.to_owned(), "`nhmt.secrets.directory`")];
    }
    let variable = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session = match variable.filter(|path| path.is_absolute()) {
        Some(path) => Candidate::At(path, "$XDG_RUNTIME_DIR"),
        None => Candidate::Absent("$XDG_RUNTIME_DIR is not set"),
    };
    let me = rustix::process::geteuid().as_raw();
    let usual = Path::new(RUN).join(me.to_string());
    if matches!(&session, Candidate::At(path, _) if *path == usual) {
        return vec![session];
    }
    vec![session, Candidate::At(usual, "the usual directory")]
}

impl Candidate {
    /// Opens it, made first if it is to be, or says why it cannot be one.
    fn open(self, make: bool) -> std::result::Result<(PathBuf, Dir), String> {
        let (path, what) = match self {
            Self::At(path, what) => (path, what),
            Self::Absent(reason) => return Err(reason.to_owned()),
        };
        let shown = path.display();
        let say = |problem: String| format!("{what} ({shown}): {problem}");
        if make
            && let (Some(parent), Some(name)) = (path.parent(), path.file_name())
            && let Ok(parent) = Dir::open_path(parent)
        {
            // That it is there already, or cannot be made, is seen next.
            let _ = parent.make(name, 0o700);
        }
        let dir = Dir::open_path(&path).map_err(|errno| say(errno.to_string()))?;
        check(&dir, 0o022).map_err(say)?;
        Ok((path, dir))
    }
}

/// Whether `dir` is ours, and none of the bits `others` are set.
fn check(dir: &Dir, others: u32) -> std::result::Result<(), String> {
    let stat = dir.stat_self().map_err(|errno| errno.to_string())?;
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err("it belongs to another user".to_owned());
    }
    let mode = bits(&stat);
    if mode & others != 0 {
        return Err(format!(
            "it is open to other users, with the mode {mode:04o}"
        ));
    }
    Ok(())
}

/// Whether `dir` is on a filesystem that no disk holds (statfs(2)).
#[cfg(target_os = "linux")]
fn is_in_memory(dir: &Dir) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    let kind = rustix::fs::fstatfs(dir).map(|stat| stat.f_type);
    #[allow(clippy::cast_sign_loss, reason = "a number of bits")]
    kind.is_ok_and(|kind| [TMPFS, RAMFS].contains(&(kind as u64 & 0xffff_ffff)))
}

/// Elsewhere none is known.
#[cfg(not(target_os = "linux"))]
fn is_in_memory(_dir: &Dir) -> bool {
    false
}
