//! Puts right what [`super::examine`] finds. Only what nhmt made is removed;
//! whatever else lies in its folders goes to the backups.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use rustix::fs::{FileType, Mode};
use rustix::io::{Errno, Result};

use super::aside::is_own_link;
use super::clear_roots::path_of_source;
use super::directories::Directories;
use super::discard::{Rest, discard_copied};
use super::examine::{BESIDE, BRIDGE, WORK, bytes, is_there, unrecorded};
use super::examine_inside::remove_left;
use super::files::Written;
use super::finding::{Finding, FindingKind};
use super::journal;
use super::keep::now;
use super::pivot::{anchored, pivot, unanchor};
use super::records::{self, Record};
use super::work::Slot;
use crate::home::copy;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, HomeLock, MARK, Parent, os};
use crate::manifest::{Escaped, HomePath};

/// The name of the private folder in which this works.
const PRIVATE: &str = "doctor";

/// Turns the anchor to `tree`, which has to be a home tree.
///
/// # Errors
/// When the system refuses.
pub fn turn_anchor(lock: &HomeLock, tree: &Path) -> std::result::Result<(), HomeError> {
    let state = lock.make_state()?;
    pivot(lock, &state, tree)?;
    state
        .sync()
        .at_path("bring to the disk", lock.layout().state())
}

/// Moves a journal that cannot be read to a free name beside it, and turns the
/// anchor from the bridge of its run to the tree before.
///
/// # Errors
/// When the system refuses.
pub fn set_journal_aside(lock: &HomeLock) -> std::result::Result<(), HomeError> {
    let place = lock.layout().state();
    let state = lock.make_state()?;
    let mender = Mender {
        home: lock,
        state,
        generation: 0,
    };
    mender
        .leave_bridge()
        .at_path("turn the anchor in", &place)?;
    copy_aside(&mender.state, journal::NAME)
        .and_then(|()| mender.state.unlink(os(journal::NAME)))
        .and_then(|()| mender.state.sync())
        .at_path("move away the journal in", place)
}

/// Repairs what the state directory and the links of the home have of
/// `found`; gives what could not be done, one sentence each. What moves to the
/// backups goes to the set of `generation`.
#[must_use]
pub fn mend(lock: &HomeLock, found: &[Finding], generation: u64) -> Vec<String> {
    let mut problems = Vec::new();
    let state = match lock.state() {
        Ok(Some(state)) => state,
        Ok(None) => return problems,
        Err(error) => return vec![error.to_string()],
    };
    let mender = Mender {
        home: lock,
        state,
        generation,
    };
    for finding in found {
        if let Err(errno) = mender.mend(finding) {
            let subject = &finding.subject;
            problems.push(format!("{subject} could not be put right: {errno}"));
        }
    }
    problems
}

pub(super) struct Mender<'a> {
    pub(super) home: &'a HomeDir,
    pub(super) state: Dir,
    pub(super) generation: u64,
}

impl Mender<'_> {
    fn mend(&self, finding: &Finding) -> Result<()> {
        match finding.kind {
            FindingKind::StateMode => rustix::fs::fchmod(&self.state, Mode::from_raw_mode(0o700)),
            FindingKind::MemoryDamaged => self.memories(),
            FindingKind::BackupMissing | FindingKind::BackupUnrecorded => self.backups(),
            FindingKind::LeftOverBridge => {
                self.leave_bridge()?;
                self.folders(&self.state, BRIDGE)
            }
            FindingKind::LeftOverWork => match finding.subject.strip_prefix("~/") {
                Some(path) => self.beside(path),
                None => match self.state.open(os(WORK)) {
                    Err(Errno::NOENT) => Ok(()),
                    work => self.folders(&work?, ""),
                },
            },
            FindingKind::LeftOverLink => match finding.subject.strip_prefix("~/") {
                Some(path) => self.link(path),
                None => remove_left(self.home, &finding.subject).map_err(|error| errno(&error)),
            },
            _ => Ok(()),
        }
    }

    /// The records that are whole stay; the file as it was stays beside.
    fn memories(&self) -> Result<()> {
        if Directories::damage(&bytes(&self.state, "directories")?) > 0 {
            copy_aside(&self.state, "directories")?;
            let whole = Directories::read(self.home).map_err(|error| errno(&error))?;
            whole
                .write(self.home, &self.state)
                .map_err(|error| errno(&error))?;
        }
        if Written::faults(&bytes(&self.state, "written")?).0 > 0 {
            copy_aside(&self.state, "written")?;
            let whole = Written::read(self.home).map_err(|error| errno(&error))?;
            whole
                .write(self.home, &self.state)
                .map_err(|error| errno(&error))?;
        }
        let backups = match self.state.open(os("backups")) {
            Err(Errno::NOENT) => return Ok(()),
            backups => backups?,
        };
        if records::damage(&bytes(&backups, records::NAME)?) > 0 {
            copy_aside(&backups, records::NAME)?;
            records::write(&backups, &records::read(&backups)?)?;
        }
        Ok(())
    }

    /// Makes the list of backups agree with what is there.
    fn backups(&self) -> Result<()> {
        let backups = self.state.open(os("backups"))?;
        let mut records = records::read(&backups)?;
        records.retain(|record| is_there(&backups, record));
        for (set, path) in unrecorded(&backups, &records)? {
            let when = now();
            records.push(Record { set, path, when });
        }
        records::write(&backups, &records)
    }

    /// Turns the anchor to the tree that a bridge stands for, when it leads to
    /// a bridge.
    fn leave_bridge(&self) -> Result<()> {
        let anchor = anchored(self.home, &self.state).map_err(|error| errno(&error))?;
        let Some(anchor) = anchor else {
            return Ok(());
        };
        let name = anchor.strip_prefix(self.home.layout().state());
        if !name.is_ok_and(|name| name.as_os_str().as_bytes().starts_with(BRIDGE.as_bytes())) {
            return Ok(());
        }
        let tree = self.home.current_tree();
        match tree.map_err(|error| errno(&error))? {
            Some(tree) => {
                pivot(self.home, &self.state, &tree).map_err(|error| errno(&error))?;
                self.state.sync()
            }
            None => unanchor(self.home, &self.state).map_err(|error| errno(&error)),
        }
    }

    /// Clears the folders in `dir` whose names start with `prefix`.
    pub(super) fn folders(&self, dir: &Dir, prefix: &str) -> Result<()> {
        for (name, kind) in dir.entries()? {
            if !name.as_bytes().starts_with(prefix.as_bytes()) {
                continue;
            }
            if kind == FileType::Directory {
                self.clear(dir, &name)?;
            } else if prefix.is_empty() {
                self.keep(dir, &name, PRIVATE)?;
            }
        }
        Ok(())
    }

    /// Clears a private folder outside the state directory.
    fn beside(&self, path: &str) -> Result<()> {
        let Some((dir, path)) = self.parent(path)? else {
            return Ok(());
        };
        if path.name().as_bytes().starts_with(BESIDE.as_bytes()) {
            self.clear(&dir, path.name())?;
        }
        Ok(())
    }

    fn parent(&self, path: &str) -> Result<Option<(Dir, HomePath)>> {
        let Ok(path) = HomePath::new(path) else {
            return Ok(None);
        };
        let mut walker = self.home.walker();
        match walker.parent_of(&path).map_err(|error| errno(&error))? {
            Parent::Open(dir) => Ok(Some((dir.again()?, path))),
            Parent::Blocked { .. } => Ok(None),
        }
    }

    /// Removes the folder `name` in `dir`, in which only nhmt makes names:
    /// what it made there goes, the rest goes to the backups.
    pub(super) fn clear(&self, dir: &Dir, name: &OsStr) -> Result<()> {
        let folder = dir.open(name)?;
        // A bridge is read-only.
        rustix::fs::fchmod(&folder, Mode::from_raw_mode(0o700))?;
        let label = Escaped(name.as_bytes()).to_string();
        for (inside, _) in folder.entries()? {
            if !self.discard(&folder, &inside)? {
                self.keep(&folder, &inside, &label)?;
            }
        }
        drop(folder);
        dir.remove_dir(name)
    }

    /// Removes `name` when all of it was made by nhmt, and says whether.
    fn discard(&self, dir: &Dir, name: &OsStr) -> Result<bool> {
        let own = !self.is_foreign(dir, name)?;
        if own {
            self.remove(dir, name)?;
        }
        Ok(own)
    }

    /// Removes links of nhmt's and directories with nothing else in them.
    fn remove(&self, dir: &Dir, name: &OsStr) -> Result<()> {
        if FileType::from_raw_mode(dir.stat(name)?.st_mode) != FileType::Directory {
            return if self.is_own(dir, name)? {
                dir.unlink(name)
            } else {
                Err(Errno::BUSY)
            };
        }
        let inside = dir.open(name)?;
        // Directories of a bridge are read-only.
        rustix::fs::fchmod(&inside, Mode::from_raw_mode(0o700))?;
        for (name, _) in inside.entries()? {
            self.remove(&inside, &name)?;
        }
        drop(inside);
        dir.remove_dir(name)
    }

    /// Whether something in `name` is not nhmt's.
    fn is_foreign(&self, dir: &Dir, name: &OsStr) -> Result<bool> {
        if FileType::from_raw_mode(dir.stat(name)?.st_mode) != FileType::Directory {
            return Ok(!self.is_own(dir, name)?);
        }
        let inside = dir.open(name)?;
        for (name, _) in inside.entries()? {
            if self.is_foreign(&inside, &name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_own(&self, dir: &Dir, name: &OsStr) -> Result<bool> {
        if is_own_link(self.home, dir, name)? {
            return Ok(true);
        }
        match dir.read_link(name) {
            Ok(target) => Ok(target.as_bytes().starts_with(MARK)),
            Err(Errno::INVAL) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// Moves `name`, in a folder called `label`, to the backups.
    fn keep(&self, dir: &Dir, name: &OsStr, label: &str) -> Result<()> {
        let backups = self.state.open_or_make(os("backups"), 0o700)?;
        let path = if let Some(path) = path_of_source(self.home, name) {
            path
        } else {
            let left = [b"left-over/", label.as_bytes(), b"/", name.as_bytes()];
            HomePath::new(left.concat()).map_err(|_| Errno::INVAL)?
        };
        for number in 1_u32.. {
            let set = match number {
                1 => self.generation.to_string(),
                n => format!("{}~{n}", self.generation),
            };
            let mut place = backups.open_or_make(os(&set), 0o700)?;
            for above in path.ancestors() {
                place = place.open_or_make(above.name(), 0o700)?;
            }
            if place.stat(path.name()).is_ok() {
                continue;
            }
            let (path, when) = (path.clone(), now());
            let to = path.name().to_owned();
            records::append(&backups, &Record { set, path, when })?;
            records::sync(&backups)?;
            return match dir.move_out(name, &place, &to) {
                Err(Errno::XDEV) => copy_over(dir, name, &place, &to),
                moved => moved.and_then(|()| place.sync()),
            };
        }
        Err(Errno::EXIST)
    }

    /// Takes a link out of the home, looks at it, and puts it back unless it
    /// is nhmt's.
    fn link(&self, path: &str) -> Result<()> {
        let Some((dir, path)) = self.parent(path)? else {
            return Ok(());
        };
        let work = self.state.open_or_make(os(WORK), 0o700)?;
        let in_state = OsString::from(PRIVATE);
        let near = dir.mount()? == self.state.mount()?;
        let beside = OsString::from(format!("{BESIDE}{PRIVATE}"));
        let (parent, folder) = if near {
            (&work, in_state)
        } else {
            (&dir, beside)
        };
        let private = parent.open_or_make(&folder, 0o700)?;
        let taken = self.take(&dir, &path, &private);
        drop(private);
        // Not empty: it holds something that could not go elsewhere.
        let _ = parent.remove_dir(&folder);
        taken
    }

    fn take(&self, dir: &Dir, path: &HomePath, private: &Dir) -> Result<()> {
        let slot = os("1");
        match dir.move_out(path.name(), private, slot) {
            Err(Errno::NOENT) => return Ok(()),
            moved => moved?,
        }
        if is_own_link(self.home, private, slot)? {
            return private.unlink(slot);
        }
        match private.move_in(slot, dir, path.name()) {
            Err(Errno::EXIST) => self.keep(private, slot, PRIVATE),
            back => back,
        }
    }
}

/// A copy in the backups of what is on another mount; the original goes as far
/// as no program writes to it, and both are equal.
fn copy_over(dir: &Dir, name: &OsStr, to: &Dir, new: &OsStr) -> Result<()> {
    copy::copy(dir, name, to, new)?;
    to.sync()?;
    if !dir.is_at_rest(name)? || !copy::is_equal(dir, name, to, new)? {
        return Err(Errno::TXTBSY);
    }
    let slot = |dir: &Dir, name: &OsStr| Ok(Slot::new(&Rc::new(dir.again()?), name));
    match discard_copied(&slot(dir, name)?, &slot(to, new)?, &mut Vec::new())? {
        Rest::Nothing => Ok(()),
        _ => Err(Errno::TXTBSY),
    }
}

/// Keeps a file as it is under a free name beside it.
fn copy_aside(dir: &Dir, name: &str) -> Result<()> {
    for number in 1_u32.. {
        let aside = format!("{name}.damaged-{number}");
        match copy::copy(dir, os(name), dir, os(&aside)) {
            Err(Errno::EXIST) => {}
            copied => return copied,
        }
    }
    Err(Errno::EXIST)
}

pub(super) fn errno(error: &HomeError) -> Errno {
    Errno::from_io_error(&error.source).unwrap_or(Errno::IO)
}
