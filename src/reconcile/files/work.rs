//! The private folders that files go through: one in the state directory, and
//! one beside the file where that is on another mount. Each file has one name
//! in them, which follows from its path, so that a later run knows what a
//! killed one left.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::rc::Rc;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::look::digest_of;
use super::memory::{Record, Written};
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, Mount, Parent, aside_of, os};
use crate::manifest::{Digest, HomePath};
use crate::reconcile::aside::is_own_link;
use crate::reconcile::run::Run;
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

    /// What a killed run left, in the order in which it is to be settled.
    pub(super) fn left(&mut self, home: &HomeDir, written: &Written) -> Result<Vec<LeftOver>> {
        let mut folders = vec![Rc::clone(&self.dir)];
        for path in written.paths() {
            let unsure = written.get(path).is_some_and(Record::is_unsure);
            if unsure
                && let Ok(Parent::Open(dir)) = home.walker().parent_of(path)
                && let Ok(folder) = dir.open(os(BESIDE))
            {
                let folder = Rc::new(folder);
                self.beside.push((dir.again()?, Rc::clone(&folder)));
                folders.push(folder);
            }
        }
        let mut left = Vec::new();
        let mut names = None;
        for folder in folders {
            for (name, _) in folder.entries()? {
                let slot = Slot::new(&folder, name);
                if is_begun(&slot) {
                    slot.dir.unlink(&slot.name)?;
                    continue;
                }
                let names = names.get_or_insert_with(|| paths_by_name(written));
                let (path, aside) = match names.get(&slot.name) {
                    Some((path, aside)) => (Some((*path).clone()), *aside),
                    None => (None, false),
                };
                let known = match path.as_ref().and_then(|path| written.get(path)) {
                    Some(record) => Known::of(&slot, record),
                    None => Known::Not,
                };
                if known == Known::Own || is_own_link(home, &slot.dir, &slot.name)? {
                    slot.dir.unlink(&slot.name)?;
                    continue;
                }
                left.push(LeftOver {
                    order: (known, aside),
                    path,
                    slot,
                });
            }
        }
        left.sort_by_key(|left| left.order);
        Ok(left)
    }

    /// Removes the folders beside files, so that the directories that these
    /// were in can go. One that is not empty holds what could not be put back
    /// or kept elsewhere.
    pub(super) fn clean_beside(&mut self) {
        for (parent, _) in self.beside.drain(..) {
            let _ = parent.remove_dir(os(BESIDE));
        }
    }

    /// Removes all folders.
    pub(super) fn clean(mut self) {
        self.clean_beside();
        let _ = self.all.remove_dir(os(FILES));
    }
}

/// What is known of something in a private folder. What is not known goes back
/// to its name first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// It is somebody else's, or may be.
    Not,
    /// It was on its way out, or in: nothing is lost with it once the other of
    /// the two is at the path.
    Leaving,
    /// It is nhmt's alone.
    Own,
}

impl Known {
    fn of(slot: &Slot, record: &Record) -> Self {
        match known_content(&slot.dir, &slot.name) {
            Some(content) if record.is_own(content) => Self::Own,
            Some(content) if record.knows(content) => Self::Leaving,
            _ => Self::Not,
        }
    }
}

/// The content of a regular file that nobody writes to.
fn known_content(dir: &Dir, name: &OsStr) -> Option<Digest> {
    let stat = dir.stat(name).ok()?;
    let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if !regular || !dir.is_at_rest(name).ok()? {
        return None;
    }
    digest_of(dir, name).ok()
}

/// Something that a killed run left in a private folder.
pub(super) struct LeftOver {
    order: (Known, bool),
    path: Option<HomePath>,
    slot: Slot,
}

impl LeftOver {
    /// Puts it back where nothing is, keeps it, or removes it when what it was
    /// exchanged for is in place. Where an exchange takes two steps, neither of
    /// the two may be.
    pub(super) fn settle(
        self,
        run: &mut Run<'_>,
        written: &Written,
    ) -> std::result::Result<(), HomeError> {
        let slot = &self.slot;
        let Some(path) = &self.path else {
            let name = [b"recovered/", slot.name.as_encoded_bytes()].concat();
            let shown = HomePath::new(name);
            let shown = shown.unwrap_or_else(|_| HomePath::new("recovered").expect("a name"));
            return run.keep_held(&shown, slot);
        };
        let Some(dir) = run.find_parent(path)? else {
            return run.keep_held(path, slot);
        };
        let there = known_content(&dir, path.name());
        let in_place = there.is_some_and(|content| {
            let record = written.get(path);
            record.is_some_and(|record| record.may_be(content))
        });
        if self.order.0 == Known::Leaving && in_place {
            return slot.dir.unlink(&slot.name).at("clean up for", path);
        }
        run.put_back_or_keep(&dir, path, slot)
    }
}

/// The names that things of each path have, and whether it is the one beside
/// while an exchange takes two steps.
fn paths_by_name(written: &Written) -> BTreeMap<OsString, (&HomePath, bool)> {
    let names = written.paths().flat_map(|path| {
        let tag = tag(path);
        [(aside_of(&tag), (path, true)), (tag, (path, false))]
    });
    names.collect()
}

/// What a new file is called before it is whole.
const BEGUN: &str = ".new";

/// Where the new file for `slot` is written.
pub(super) fn begun(slot: &Slot) -> Slot {
    let mut name = slot.name.clone();
    name.push(BEGUN);
    slot.beside(name)
}

/// Whether it is one that was never whole.
fn is_begun(slot: &Slot) -> bool {
    slot.name.as_encoded_bytes().ends_with(BEGUN.as_bytes())
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
