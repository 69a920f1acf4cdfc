//! Private folders on the mounts that a run touches: where fresh things are
//! staged and where what comes out of the home is looked at.

use std::ffi::OsString;
use std::rc::Rc;

use rustix::io::{Errno, Result};

use crate::home::dir::{Dir, Identity};
use crate::home::{Mount, os};

/// The folder of all runs in the state directory.
const NAME: &str = "work";

/// One name in a private folder.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) dir: Rc<Dir>,
    pub(super) name: OsString,
}

impl Slot {
    /// Another name in the same folder.
    pub(super) fn beside(&self, name: OsString) -> Self {
        let dir = Rc::clone(&self.dir);
        Self { dir, name }
    }
}

/// A private folder beside what it serves, because the state directory is on
/// another mount.
#[derive(Debug)]
struct Local {
    /// Device and inode of the directory it serves.
    beside: (u64, u64),
    /// Its own.
    own: (u64, u64),
    parent: Dir,
    dir: Rc<Dir>,
}

/// The private folders of one run.
#[derive(Debug)]
pub(super) struct Work {
    all: Dir,
    name: OsString,
    dir: Rc<Dir>,
    mount: Mount,
    locals: Vec<Local>,
    /// Directories that gave `EXDEV` though the mount seems the same: where
    /// only the device is known, a bind mount is not told apart.
    apart: Vec<(u64, u64)>,
    next: u64,
}

impl Work {
    /// A new private folder in `state`. What an interrupted run left in its
    /// own folder is not touched.
    pub(super) fn new(state: &Dir) -> Result<Self> {
        let all = state.open_or_make(os(NAME), 0o700)?;
        let mut number = 0;
        let name = loop {
            let name = OsString::from(format!("{}-{number}", std::process::id()));
            match all.make(&name, 0o700) {
                Ok(()) => break name,
                Err(Errno::EXIST) => number += 1,
                Err(errno) => return Err(errno),
            }
        };
        let dir = Rc::new(all.open(&name)?);
        let mount = dir.mount()?;
        Ok(Self {
            all,
            name,
            dir,
            mount,
            locals: Vec::new(),
            apart: Vec::new(),
            next: 0,
        })
    }

    /// Whether names can be moved between `dir` and the state directory.
    pub(super) fn is_near(&self, dir: &Dir) -> Result<bool> {
        Ok(dir.mount()? == self.mount
            && (self.apart.is_empty() || !self.apart.contains(&key(dir)?)))
    }

    /// Remembers that `dir` is on another mount than the state directory.
    /// `false` when that was known, and trying again is of no use.
    pub(super) fn is_apart(&mut self, dir: &Dir) -> Result<bool> {
        let news = self.is_near(dir)?;
        if news {
            self.apart.push(key(dir)?);
        }
        Ok(news)
    }

    /// A free name in a private folder on the mount of `dir`.
    pub(super) fn slot(&mut self, dir: &Dir) -> Result<Slot> {
        let folder = self.folder(dir)?;
        Ok(self.slot_in(&folder))
    }

    /// A free name in a private folder.
    pub(super) fn slot_in(&mut self, folder: &Rc<Dir>) -> Slot {
        self.next += 1;
        Slot {
            dir: Rc::clone(folder),
            name: OsString::from(self.next.to_string()),
        }
    }

    /// The private folder on the mount of `dir`, which may be one itself.
    pub(super) fn folder(&mut self, dir: &Dir) -> Result<Rc<Dir>> {
        if self.is_near(dir)? {
            Ok(Rc::clone(&self.dir))
        } else {
            self.local(dir)
        }
    }

    /// A free name in the private folder of the state directory.
    pub(super) fn slot_in_state(&mut self) -> Slot {
        let folder = Rc::clone(&self.dir);
        self.slot_in(&folder)
    }

    fn local(&mut self, dir: &Dir) -> Result<Rc<Dir>> {
        let beside = key(dir)?;
        let known = |local: &&Local| local.beside == beside || local.own == beside;
        if let Some(local) = self.locals.iter().find(known) {
            return Ok(Rc::clone(&local.dir));
        }
        let name = self.local_name();
        let folder = Rc::new(dir.open_or_make(&name, 0o700)?);
        self.locals.push(Local {
            beside,
            own: key(&folder)?,
            parent: dir.again()?,
            dir: Rc::clone(&folder),
        });
        Ok(folder)
    }

    fn local_name(&self) -> OsString {
        let mut name = OsString::from(".nhmt-work-");
        name.push(&self.name);
        name
    }

    /// Removes the private folders. One that is not empty holds something that
    /// could not be put back or kept elsewhere, so it stays.
    pub(super) fn clean(&mut self) {
        let name = self.local_name();
        for local in self.locals.drain(..) {
            let _ = local.parent.remove_dir(&name);
        }
        let _ = self.all.remove_dir(&self.name);
    }
}

fn key(dir: &Dir) -> Result<(u64, u64)> {
    let identity = Identity::of(&dir.stat_self()?);
    Ok((identity.device, identity.inode))
}
