//! Empties a home down to what is managed or persisted. The one place that
//! deletes what is not nhmt's: a [`Survey`] was shown, and somebody agreed.
//!
//! What goes is what was shown, file by file: the file at the name must be the
//! one of the survey, of the same size and time; it moves to a private folder,
//! is looked at there, and only then deleted. Anything else goes back to its
//! name, and when a program has taken that meanwhile, to the backups. A
//! directory goes when it is empty. So whatever a program makes or changes
//! while this runs stays, and a run that is killed leaves at most one file
//! between its name and its end, which the next run of any command that changes
//! the home moves to the backups, also from another mount ([`places`]).

mod delete;
pub(super) mod places;
#[cfg(test)]
mod tests;

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;

use rustix::io::Errno;

use super::files::Written;
use super::work::Work;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Entered, HomeError, HomeLock};
use crate::manifest::{HomePath, Index};
use crate::state::at_risk::Survey;
use delete::Deleted;
use places::Places;

/// The name of the private folders.
const NAME: &str = "wipe";

/// What a wipe did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wiped {
    /// How many files, links, pipes and so on were deleted.
    pub files: u64,
    /// How many directories.
    pub directories: u64,
    /// The room that the files took.
    pub bytes: u64,
    /// What is still there although it was to go.
    pub stayed: Vec<Stayed>,
    /// It was told to stop before its end.
    pub is_cut_off: bool,
}

/// Something that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stayed {
    /// Where.
    pub path: HomePath,
    /// Why.
    pub why: Why,
}

/// Why something was not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is not what was shown.
    Changed,
    /// It was not what was shown, and its name was taken when it was to go
    /// back: it is kept in the backups.
    Kept,
    /// Something has come into the directory.
    Filled,
    /// The system refused.
    Refused(Errno),
}

/// Deletes all that `survey`, a whole one, lists. `index` is of the generation
/// in force. Stops after the file that it is at when `stop` says so, which is
/// asked with the number of files so far.
///
/// # Errors
/// When nhmt's own directory cannot be written to; nothing is deleted then.
pub fn wipe(
    lock: &HomeLock,
    index: &Index,
    survey: &Survey,
    stop: &mut dyn FnMut(u64) -> bool,
) -> Result<Wiped, HomeError> {
    let place = lock.layout().state();
    let state = lock.make_state()?;
    forget_seeds(lock, index, survey, &state)?;
    let work = Work::resume(&state, NAME).at_path("write to", &place)?;
    let places = Places::read(&state).at_path("read", &place)?;
    let mut children = vec![Vec::new(); survey.directories.len()];
    for (number, directory) in survey.directories.iter().enumerate().skip(1) {
        children[directory.parent].push(number);
    }
    let mut wiper = Wiper {
        survey,
        children,
        work,
        places,
        wiped: Wiped::default(),
        stop,
    };
    if !survey.directories.is_empty() {
        wiper.directory(0, lock.dir(), None);
    }
    wiper.work.clean();
    wiper
        .wiped
        .stayed
        .sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(wiper.wiped)
}

/// A file that is written once comes again after its deletion here, which is
/// no wish of the person to be without it.
fn forget_seeds(
    lock: &HomeLock,
    index: &Index,
    survey: &Survey,
    state: &Dir,
) -> Result<(), HomeError> {
    let is_file = |path: &HomePath| index.get(path).is_some_and(|entry| !entry.method.is_link());
    let mut written = Written::read(lock)?;
    let mut forgotten = false;
    for path in survey.paths().filter(is_file) {
        forgotten |= written.forget_seed(&path);
    }
    if forgotten {
        written.write(lock, state)?;
    }
    Ok(())
}

struct Wiper<'a> {
    survey: &'a Survey,
    children: Vec<Vec<usize>>,
    work: Work,
    places: Places,
    wiped: Wiped,
    stop: &'a mut dyn FnMut(u64) -> bool,
}

impl Wiper<'_> {
    /// Deletes what was shown in the directory `dir`.
    fn directory(&mut self, number: usize, dir: &Dir, path: Option<&HomePath>) {
        self.leaves(number, dir, path);
        for child in std::mem::take(&mut self.children[number]) {
            if self.wiped.is_cut_off {
                return;
            }
            let listed = &self.survey.directories[child];
            let below = Survey::path_in(path, &listed.name);
            match self.enter(child, dir) {
                Ok(inside) => {
                    self.directory(child, &inside, Some(&below));
                    drop(inside);
                    if !listed.keeps && !self.wiped.is_cut_off {
                        self.remove_empty(child, dir, &below);
                    }
                }
                Err(Why::Refused(Errno::NOENT)) => {}
                Err(why) => self.stays(&below, why),
            }
        }
    }

    fn leaves(&mut self, number: usize, dir: &Dir, path: Option<&HomePath>) {
        let listed = &self.survey.directories[number];
        if listed.leaves.is_empty() {
            return;
        }
        let folder = match self.folder(dir, path) {
            Ok(folder) => folder,
            Err(errno) => {
                for leaf in &listed.leaves {
                    let below = Survey::path_in(path, listed.name_of(leaf));
                    self.stays(&below, Why::Refused(errno));
                }
                return;
            }
        };
        for leaf in &listed.leaves {
            if (self.stop)(self.wiped.files) {
                self.wiped.is_cut_off = true;
                return;
            }
            let name = listed.name_of(leaf);
            match delete::delete(dir, OsStr::from_bytes(name), &folder, leaf.identity) {
                Ok(Deleted::Done) => {
                    self.wiped.files += 1;
                    self.wiped.bytes += leaf.bytes;
                }
                Ok(Deleted::Gone) => {}
                Ok(Deleted::Changed) => self.stays(&Survey::path_in(path, name), Why::Changed),
                Ok(Deleted::Held) => self.stays(&Survey::path_in(path, name), Why::Kept),
                Err(errno) => self.stays(&Survey::path_in(path, name), Why::Refused(errno)),
            }
        }
    }

    /// A private folder on the mount of `dir`, which is `path`.
    fn folder(&mut self, dir: &Dir, path: Option<&HomePath>) -> rustix::io::Result<Rc<Dir>> {
        if !self.work.has_folder(dir)? {
            let name = self.work.local_name();
            self.places.add(Survey::path_in(path, name.as_bytes()))?;
        }
        self.work.folder(dir)
    }

    /// The directory `number` in `dir`, when it still is the one that was
    /// shown.
    fn enter(&self, number: usize, dir: &Dir) -> Result<Dir, Why> {
        let listed = &self.survey.directories[number];
        let name = CString::new(&listed.name[..]).map_err(|_| Why::Changed)?;
        let inside = match dir.enter(&name) {
            Ok(Entered::Dir(inside)) => inside,
            Ok(Entered::Mount) | Err(Errno::NOTDIR | Errno::LOOP) => return Err(Why::Changed),
            Err(errno) => return Err(Why::Refused(errno)),
        };
        let seen = inside.see_self().map_err(Why::Refused)?;
        let is_same = delete::is_same_directory(&seen.identity, &listed.identity);
        if is_same {
            Ok(inside)
        } else {
            Err(Why::Changed)
        }
    }

    /// Removes the directory `number` from `dir`, when it is empty.
    fn remove_empty(&mut self, number: usize, dir: &Dir, path: &HomePath) {
        match self.enter(number, dir) {
            Ok(_) => {}
            Err(Why::Refused(Errno::NOENT)) => return,
            Err(why) => return self.stays(path, why),
        }
        let mut removed = dir.remove_dir(path.name());
        if removed == Err(Errno::NOTEMPTY) {
            // Perhaps a private folder of this run is in it.
            self.work.clean();
            removed = dir.remove_dir(path.name());
        }
        match removed {
            Ok(()) => self.wiped.directories += 1,
            Err(Errno::NOENT) => {}
            // What stays in it is named already, or new.
            Err(Errno::NOTEMPTY | Errno::EXIST) if self.has_stayed_in(path) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) => self.stays(path, Why::Filled),
            Err(errno) => self.stays(path, Why::Refused(errno)),
        }
    }

    /// Whether something below `path` was named. What is named last lies
    /// deepest in what is being removed.
    fn has_stayed_in(&self, path: &HomePath) -> bool {
        let last = self.wiped.stayed.last();
        last.is_some_and(|stayed| stayed.path.is_below(path))
    }

    fn stays(&mut self, path: &HomePath, why: Why) {
        let path = path.clone();
        self.wiped.stayed.push(Stayed { path, why });
    }
}
