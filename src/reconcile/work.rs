//! Private folders on the mounts that a run touches: where fresh things are
//! staged and where what comes out of the home is looked at.
//!
//! The names in them say what they are for, so that a later run knows what a
//! killed one left: numbers are the slots that the journal names, `N.new` is
//! what is staged for one of them, sixteen digits are the path of a link that
//! was on its way out ([`tag`]), with `.source` it is data that a root has now,
//! and `t-N` came out of a directory of ours.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;

use rustix::io::{Errno, Result};

use crate::home::dir::{Dir, Identity};
use crate::home::{Mount, os};
use crate::manifest::HomePath;

/// The folder of all runs in the state directory.
const NAME: &str = "work";

/// What the name of a private folder outside the state directory starts with.
const LOCAL: &str = ".nhmt-work-";

/// One name in a private folder.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) dir: Rc<Dir>,
    pub(super) name: OsString,
}

impl Slot {
    /// The name `name` in `dir`.
    pub(super) fn new(dir: &Rc<Dir>, name: impl Into<OsString>) -> Self {
        Self {
            dir: Rc::clone(dir),
            name: name.into(),
        }
    }

    /// Another name in the same folder.
    pub(super) fn beside(&self, name: OsString) -> Self {
        Self::new(&self.dir, name)
    }
}

/// A private folder beside what it serves, because the state directory is on
/// another mount.
#[derive(Debug)]
struct Local {
    /// What it serves, and itself.
    beside: Key,
    own: Key,
    parent: Dir,
    dir: Rc<Dir>,
}

/// The private folders of one run.
#[derive(Debug)]
pub(super) struct Work {
    all: Dir,
    name: String,
    /// The folder in the state directory, made when it is first needed.
    dir: Option<Rc<Dir>>,
    place: Place,
    locals: Vec<Local>,
    next: u64,
}

/// What a rename cannot leave: the mount, and on btrfs the subvolume, which
/// has a device of its own.
type Place = (Mount, u64);

/// A directory on a mount. One directory can be on two.
type Key = (Place, u64);

impl Work {
    /// Private folders of a new name. What an interrupted run left in its own
    /// is not touched. Nothing is made yet but the folder of all runs.
    pub(super) fn new(state: &Dir) -> Result<Self> {
        let all = state.open_or_make(os(NAME), 0o700)?;
        for number in 0_u32.. {
            let name = format!("{}-{number}", std::process::id());
            match all.stat(os(&name)) {
                Ok(_) => {}
                Err(Errno::NOENT) => return Self::named(all, name),
                Err(errno) => return Err(errno),
            }
        }
        Err(Errno::EXIST)
    }

    /// Those of an interrupted run.
    pub(super) fn resume(state: &Dir, name: &str) -> Result<Self> {
        Self::named(state.open_or_make(os(NAME), 0o700)?, name.to_owned())
    }

    fn named(all: Dir, name: String) -> Result<Self> {
        Ok(Self {
            place: place(&all)?,
            all,
            name,
            dir: None,
            locals: Vec::new(),
            next: 0,
        })
    }

    /// The name of this run's folders.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether names can be moved between `dir` and the state directory. This
    /// is known without trying on something that matters.
    pub(super) fn is_near(&self, dir: &Dir) -> Result<bool> {
        let there = place(dir)?;
        if there != self.place {
            return Ok(false);
        }
        match there.0 {
            Mount::Id(_) => Ok(true),
            // Two mounts of one filesystem look the same here. The kernel
            // compares them before it looks for the names.
            Mount::Device(_) => {
                let none = format!("{}.none", self.name);
                let moved = self.all.move_out(os(&none), dir, os(&none));
                Ok(moved != Err(Errno::XDEV))
            }
        }
    }

    /// A free name in a private folder on the mount of `dir`.
    pub(super) fn slot(&mut self, dir: &Dir) -> Result<Slot> {
        let folder = self.folder(dir)?;
        Ok(self.slot_in(&folder))
    }

    /// As [`Work::slot`], for what the home has at a persisted path: who finds
    /// it there later knows of which path it is.
    pub(super) fn slot_for_source(&mut self, dir: &Dir, path: &HomePath) -> Result<Slot> {
        let folder = self.folder(dir)?;
        let mut name = tag(path);
        name.push(SOURCE);
        let slot = Slot::new(&folder, name);
        match slot.dir.stat(&slot.name) {
            Err(Errno::NOENT) => Ok(slot),
            _ => Ok(self.slot_in(&folder)),
        }
    }

    /// A free name in a private folder.
    pub(super) fn slot_in(&mut self, folder: &Rc<Dir>) -> Slot {
        loop {
            self.next += 1;
            let slot = Slot::new(folder, format!("t-{}", self.next));
            // What an interrupted run left may have the name.
            if slot.dir.stat(&slot.name).is_err() {
                return slot;
            }
        }
    }

    /// A private folder on the mount of `dir`.
    pub(super) fn folder(&mut self, dir: &Dir) -> Result<Rc<Dir>> {
        if self.is_near(dir)? {
            return self.in_state();
        }
        match self.local(place(dir)?) {
            Some(local) => Ok(Rc::clone(&local.dir)),
            None => self.beside(dir),
        }
    }

    /// Whether [`Work::folder`] gives one that is there, or the one in the
    /// state directory.
    pub(super) fn has_folder(&self, dir: &Dir) -> Result<bool> {
        Ok(self.is_near(dir)? || self.local(place(dir)?).is_some())
    }

    fn local(&self, there: Place) -> Option<&Local> {
        let known = |local: &&Local| matches!(there.0, Mount::Id(_)) && local.beside.0 == there;
        self.locals.iter().find(known)
    }

    /// The private folder in the state directory.
    pub(super) fn in_state(&mut self) -> Result<Rc<Dir>> {
        if let Some(dir) = &self.dir {
            return Ok(Rc::clone(dir));
        }
        let dir = Rc::new(self.all.open_or_make(os(&self.name), 0o700)?);
        self.dir = Some(Rc::clone(&dir));
        Ok(dir)
    }

    /// The private folder in `dir`, which is on another mount than the state
    /// directory.
    pub(super) fn beside(&mut self, dir: &Dir) -> Result<Rc<Dir>> {
        let beside = key(dir)?;
        let known = |local: &&Local| local.beside == beside || local.own == beside;
        if let Some(local) = self.locals.iter().find(known) {
            return Ok(Rc::clone(&local.dir));
        }
        let folder = Rc::new(dir.open_or_make(&self.local_name(), 0o700)?);
        self.add_local(dir, &folder, beside)?;
        Ok(folder)
    }

    /// As [`Work::in_state`], when it is there.
    pub(super) fn find_in_state(&mut self) -> Result<Option<Rc<Dir>>> {
        match self.all.stat(os(&self.name)) {
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno),
            Ok(_) => self.in_state().map(Some),
        }
    }

    /// As [`Work::beside`], when it is there.
    pub(super) fn find_beside(&mut self, dir: &Dir) -> Result<Option<Rc<Dir>>> {
        match dir.open(&self.local_name()) {
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno),
            Ok(_) => self.beside(dir).map(Some),
        }
    }

    /// Remembers a private folder, to remove it in the end.
    fn add_local(&mut self, dir: &Dir, folder: &Rc<Dir>, beside: Key) -> Result<()> {
        self.locals.push(Local {
            beside,
            own: key(folder)?,
            parent: dir.again()?,
            dir: Rc::clone(folder),
        });
        Ok(())
    }

    /// The private folders that are in use.
    pub(super) fn folders(&self) -> Vec<Rc<Dir>> {
        let locals = self.locals.iter().map(|local| &local.dir);
        self.dir.iter().chain(locals).map(Rc::clone).collect()
    }

    /// The name of a private folder that is not in the state directory.
    pub(super) fn local_name(&self) -> OsString {
        OsString::from(format!("{LOCAL}{}", self.name))
    }

    /// Removes the private folders. One that is not empty holds something that
    /// could not be put back or kept elsewhere, so it stays.
    pub(super) fn clean(&mut self) {
        let name = self.local_name();
        for local in self.locals.drain(..) {
            let _ = local.parent.remove_dir(&name);
        }
        self.dir = None;
        let _ = self.all.remove_dir(os(&self.name));
    }
}

/// What the names in private folders end in of data that is on its way to the
/// backups because a root has the path's data.
const SOURCE: &str = ".source";

/// The tag in such a name.
pub(super) fn tag_of_source(name: &OsStr) -> Option<&OsStr> {
    let tag = name.as_bytes().strip_suffix(SOURCE.as_bytes());
    tag.map(OsStr::from_bytes)
}

/// The name of what is on its way out of `path`: from it and the paths of both
/// generations, a later run knows where it belongs (FNV-1a; a name, no proof).
pub(super) fn tag(path: &HomePath) -> OsString {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for &byte in path.as_bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    OsString::from(format!("{hash:016x}"))
}

/// Whether a name in a private folder is that of something staged.
pub(super) fn is_staged(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(STAGED.as_bytes())
}

/// What the names of staged things end in.
pub(super) const STAGED: &str = ".new";

fn place(dir: &Dir) -> Result<Place> {
    Ok((dir.mount()?, Identity::of(&dir.stat_self()?).device))
}

fn key(dir: &Dir) -> Result<Key> {
    let identity = Identity::of(&dir.stat_self()?);
    Ok(((dir.mount()?, identity.device), identity.inode))
}
