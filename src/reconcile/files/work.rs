//! The private folders that files go through: one in the state directory, and
//! one beside the file where that is on another mount. Each file has one name
//! in them, which follows from its path, so that a later run knows what a
//! killed one left.

use std::ffi::OsString;
use std::rc::Rc;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::look::digest_of;
use super::memory::Written;
use crate::home::dir::Dir;
use crate::home::{HomeDir, Mount, Parent, os};
use crate::manifest::{Digest, HomePath};
use crate::reconcile::aside::is_own_link;
use crate::reconcile::work::Slot;

/// The folder in the state directory's `work`.
pub(in crate::reconcile) const FILES: &str = "files";

/// The folder beside a file on another mount.
const BESIDE: &str = ".nhmt-work-files";

/// The private folders of a run.
pub(super) struct Folders {
    all: Dir,
    dir: Rc<Dir>,
    mount: Mount,
    /// Folders beside files, each with the directory that it is in.
    beside: Vec<(Dir, Rc<Dir>)>,
}

impl Folders {
    pub(super) fn open(state: &Dir) -> Result<Self> {
        let all = state.open_or_make(os("work"), 0o700)?;
        let dir = Rc::new(all.open_or_make(os(FILES), 0o700)?);
        Ok(Self {
            mount: dir.mount()?,
            all,
            dir,
            beside: Vec::new(),
        })
    }

    /// The name for `path`, which is in `dir`. With `beside`, names cannot be
    /// moved to the state directory.
    pub(super) fn slot(&mut self, dir: &Dir, path: &HomePath, beside: bool) -> Result<Slot> {
        let folder = if beside || dir.mount()? != self.mount {
            let folder = Rc::new(dir.open_or_make(os(BESIDE), 0o700)?);
            self.beside.push((dir.again()?, Rc::clone(&folder)));
            folder
        } else {
            Rc::clone(&self.dir)
        };
        Ok(Slot {
            dir: folder,
            name: tag(path),
        })
    }

    /// Looks at what a killed run left, and removes what is ours. Gives the
    /// rest, with the paths that it came from.
    pub(super) fn sweep(
        &mut self,
        home: &HomeDir,
        written: &Written,
    ) -> Result<Vec<(HomePath, Slot)>> {
        let mut found = Vec::new();
        let mut folders = vec![Rc::clone(&self.dir)];
        for path in written.paths() {
            let unsure = written
                .get(path)
                .is_some_and(super::memory::Record::is_unsure);
            if unsure
                && let Ok(Parent::Open(dir)) = home.walker().parent_of(path)
                && let Ok(folder) = dir.open(os(BESIDE))
            {
                let folder = Rc::new(folder);
                self.beside.push((dir.again()?, Rc::clone(&folder)));
                folders.push(folder);
            }
        }
        for folder in folders {
            for (name, kind) in folder.entries()? {
                let path = written.paths().find(|path| tag(path) == name);
                let ours = match kind {
                    FileType::Symlink => is_own_link(home, &folder, &name)?,
                    FileType::RegularFile => {
                        folder.is_at_rest(&name)? && {
                            let digest = digest_of(&folder, &name)?;
                            written.paths().any(|path| {
                                written.get(path).is_some_and(|known| known.knows(digest))
                            })
                        }
                    }
                    _ => false,
                };
                let slot = Slot {
                    dir: Rc::clone(&folder),
                    name,
                };
                if ours {
                    slot.dir.unlink(&slot.name)?;
                } else if let Some(path) = path {
                    found.push((path.clone(), slot));
                }
            }
        }
        Ok(found)
    }

    /// Removes the folders. One that is not empty holds what could not be put
    /// back or kept elsewhere.
    pub(super) fn clean(self) {
        for (parent, _) in &self.beside {
            let _ = parent.remove_dir(os(BESIDE));
        }
        let _ = self.all.remove_dir(os(FILES));
    }
}

fn tag(path: &HomePath) -> OsString {
    let digest = Digest::of(path.as_bytes()).to_string();
    OsString::from(&digest[..16])
}

/// Whether nothing is at the slot.
pub(super) fn is_free(slot: &Slot) -> Result<bool> {
    match slot.dir.stat(&slot.name) {
        Ok(_) => Ok(false),
        Err(Errno::NOENT) => Ok(true),
        Err(errno) => Err(errno),
    }
}
