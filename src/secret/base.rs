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
use super::{LINK, NEXT, set};
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeLock, os};
use crate::manifest::{Digest, SecretsSpec};

/// Where systemd has the directories of users.
const RUN: &str = "/run/user";

/// Behind the name of a set that is in this directory and in the one before.
const TWICE: &str = ".twice";

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
        let opened = Self::ours(&path);
        Ok(opened.at_path("open", &path)?)
    }

    /// The directory at `path`; none if it is gone, or not ours alone.
    fn ours(path: &Path) -> Result<Option<Self>> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(None);
        };
        match Dir::open_path(parent).and_then(|parent| parent.open(name)) {
            Ok(dir) => Ok(objection(&dir, 0o077)?.is_none().then(|| Self {
                dir,
                path: path.to_owned(),
            })),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::ACCESS) => Ok(None),
            // It may be there all the same, with secrets in it.
            Err(errno) => Err(errno),
        }
    }

    /// The one for `home`, made if it is missing. Nothing leads to it yet.
    pub(super) fn settle(
        home: &HomeDir,
        spec: &SecretsSpec,
    ) -> std::result::Result<Self, SecretError> {
        let named = spec.directory.as_deref();
        let current = Self::current(home)?;
        let is_meant = |base: &Self| {
            named.is_none_or(|named| {
                let real = named.canonicalize();
                real.is_ok_and(|real| base.path.parent() == Some(&*real))
            })
        };
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
        let now = match state.read_link(os(LINK)) {
            Ok(now) => Some(now),
            Err(Errno::NOENT | Errno::INVAL) => None,
            Err(errno) => return Err(errno).at_path("read the link", place)?,
        };
        if now.is_some_and(|now| now == *self.path) {
            return Ok(());
        }
        // The same directory can have two names.
        if let Some(old) = Self::current(home)?
            && !old.is(self).at_path("look at", &old.path)?
        {
            old.lend_to(self).at_path("write secrets to", &self.path)?;
        }
        remove_if_there(state.unlink(os(NEXT)))
            .and_then(|()| state.symlink(&self.path, os(NEXT)))
            .and_then(|()| state.replace(os(NEXT), os(LINK)))
            .and_then(|()| state.sync())
            .at_path("turn the link", place)?;
        Ok(())
    }

    fn is(&self, other: &Self) -> Result<bool> {
        let id = |base: &Self| base.dir.stat_self().map(|stat| (stat.st_dev, stat.st_ino));
        Ok(id(self)? == id(other)?)
    }

    /// Has the sets of this directory found at `other`, too. What is there by
    /// itself already is not needed here any more, which is noted.
    fn lend_to(&self, other: &Self) -> Result<()> {
        for (name, kind) in self.dir.entries()? {
            if !set::is_name(&name) {
                continue;
            }
            let target = match kind {
                FileType::Directory => self.path.join(&name),
                FileType::Symlink => PathBuf::from(self.dir.read_link(&name)?),
                _ => continue,
            };
            let mut noted = name.clone();
            noted.push(TWICE);
            for name in [&name, &noted] {
                match other.dir.symlink(&target, name) {
                    Ok(()) => break,
                    Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno),
                }
                if other.dir.read_link(name).is_ok_and(|now| now == *target) {
                    break;
                }
            }
        }
        Ok(())
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
        for (name, _) in self.dir.entries()? {
            if keep.is_none_or(|keep| name != keep) {
                self.discard(&name)?;
            }
        }
        self.remove_when_empty()
    }

    /// Removes what is called `name`; with what another directory has lent, the
    /// set in that directory.
    pub(super) fn discard(&self, name: &OsStr) -> Result<()> {
        let kind = FileType::from_raw_mode(self.dir.stat(name)?.st_mode);
        if kind == FileType::Symlink {
            let target = PathBuf::from(self.dir.read_link(name)?);
            if let Some(set) = target.file_name().filter(|set| set::is_name(set))
                && let Some(before) = target.parent().map_or(Ok(None), Self::ours)?
                // What this one has by itself is not what was lent.
                && !before.is(self)?
            {
                remove_if_there(remove(&before.dir, set, FileType::Directory))?;
                before.leave()?;
            }
        }
        remove(&self.dir, name, kind)
    }

    /// Removes this directory, when there is no more than what was lent to it.
    fn leave(&self) -> Result<()> {
        let all = self.dir.entries()?;
        if all.iter().all(|(_, kind)| *kind == FileType::Symlink) {
            for (name, _) in all {
                self.dir.unlink(&name)?;
            }
        }
        self.remove_when_empty()
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
        // The links on the way there may lead elsewhere later, and some of them
        // may not be ours.
        let path = path
            .canonicalize()
            .map_err(|error| say(error.to_string()))?;
        Ok((path, dir))
    }
}

/// `dir` is ours, and none of the bits `others` are set, or that is said.
fn check(dir: &Dir, others: u32) -> std::result::Result<(), String> {
    match objection(dir, others) {
        Ok(None) => Ok(()),
        Ok(Some(objection)) => Err(objection),
        Err(errno) => Err(errno.to_string()),
    }
}

/// Why `dir` is not ours, or open to others by the bits `others`.
fn objection(dir: &Dir, others: u32) -> Result<Option<String>> {
    let stat = dir.stat_self()?;
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Ok(Some("it belongs to another user".to_owned()));
    }
    let mode = bits(&stat);
    Ok(
        (mode & others != 0)
            .then(|| format!("it is open to other users, with the mode {mode:04o}")),
    )
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
