//! Looks at what nhmt keeps in a home, reading only: its state directory, its
//! records, and the links that it made.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::directories::{Directories, errno};
use super::examine_inside::left_in_roots;
use super::files::Written;
use super::finding::{Finding, FindingKind};
use super::keep::OBJECTS;
use super::records::{self, Record};
use crate::home::dir::{Dir, LINK_MAX};
use crate::home::{AtPlace, HomeDir, HomeError, Parent, STATE, os};
use crate::manifest::{Entry, Escaped, HomePath, Index};

/// What the private folders of runs outside the state directory start with.
pub(super) const BESIDE: &str = ".nhmt-work-";

/// The folder of the private folders in the state directory.
pub(super) const WORK: &str = "work";

/// The names of bridges start so.
pub(super) const BRIDGE: &str = "bridge-";

/// So many names are shown of what lies in a folder.
const SHOWN: usize = 5;

/// What is wrong in the state directory, apart from what a run may still need:
/// that is looked at only when `settled`, which says that no run is on its way
/// or was cut off.
///
/// # Errors
/// When the system refuses to show it.
pub fn examine_state(
    home: &HomeDir,
    settled: bool,
) -> std::result::Result<Vec<Finding>, HomeError> {
    let place = home.layout().state();
    let mut found = Vec::new();
    let state = match home.state() {
        Ok(Some(state)) => state,
        Ok(None) => return Ok(found),
        Err(error) if error.is_not_writable() => {
            found.push(Finding::new(
                FindingKind::StateOwner,
                place.display().to_string(),
            ));
            return Ok(found);
        }
        Err(error) => return Err(error),
    };
    let mut examiner = Examiner {
        home,
        state: &state,
        found: &mut found,
    };
    examiner.directory().at_path("look at", &place)?;
    examiner.records().at_path("look at", &place)?;
    if settled {
        examiner.folders().at_path("look at", &place)?;
    }
    Ok(found)
}

/// Links of nhmt's in the home that lead nowhere although `index`, of the tree
/// in force, declares them; with `settled` also those that it does not
/// declare, there or in persisted directories, and private folders outside the
/// state directory. As it walks through the home, `progress` is told how many directories it has seen.
///
/// # Errors
/// When a directory of a managed path may not be read.
pub fn examine_links(
    home: &HomeDir,
    index: &Index,
    tree: &Path,
    settled: bool,
    progress: impl FnMut(usize),
) -> std::result::Result<Vec<Finding>, HomeError> {
    let mut found = dangling(home, index, tree)?;
    if settled {
        let mut walk = Walk {
            home,
            index,
            device: device(home.dir()),
            found: &mut found,
            progress,
            directories: 0,
        };
        walk.within(home.dir(), None);
        let Walk {
            mut directories,
            mut progress,
            ..
        } = walk;
        let mut count = || {
            directories += 1;
            progress(directories);
        };
        found.extend(left_in_roots(home, index, &mut count)?);
    }
    Ok(found)
}

struct Examiner<'a> {
    home: &'a HomeDir,
    state: &'a Dir,
    found: &'a mut Vec<Finding>,
}

impl Examiner<'_> {
    fn say(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// The name `name` in the state directory, for messages.
    fn place(&self, name: impl AsRef<Path>) -> String {
        let place = self.home.layout().state().join(name);
        Escaped(place.as_os_str().as_bytes()).to_string()
    }

    /// The directory itself.
    fn directory(&mut self) -> Result<()> {
        let stat = self.state.stat_self()?;
        let place = self.place("");
        let place = place.trim_end_matches('/');
        if stat.st_mode & 0o077 != 0 {
            let mode = format!("its mode is {:04o}", stat.st_mode & 0o7777);
            self.say(Finding::new(FindingKind::StateMode, place).detail(mode));
        }
        if self.state.mount()? != self.home.dir().mount()? {
            self.say(Finding::new(FindingKind::StateApart, place));
        } else if !exchanges(self.state) {
            self.say(Finding::new(
                FindingKind::NoExchange,
                self.home.layout().home().display().to_string(),
            ));
        }
        Ok(())
    }

    /// The records that a run keeps.
    fn records(&mut self) -> Result<()> {
        let directories = bytes(self.state, "directories")?;
        let bad = Directories::damage(&directories);
        if bad > 0 {
            self.damaged("directories", bad);
        }
        let (bad, later) = Written::faults(&bytes(self.state, "written")?);
        if bad > 0 {
            self.damaged("written", bad);
        }
        if later > 0 {
            let subject = self.place("written");
            let detail = format!("{later} of its records");
            self.say(Finding::new(FindingKind::TreeTooNew, subject).detail(detail));
        }
        let backups = match self.state.open(os("backups")) {
            Ok(backups) => backups,
            Err(Errno::NOENT) => return Ok(()),
            Err(errno) => return Err(errno),
        };
        let items = bytes(&backups, records::NAME)?;
        let bad = records::damage(&items);
        if bad > 0 {
            self.damaged("backups/items", bad);
        }
        let records = records::read(&backups)?;
        for record in &records {
            if !is_there(&backups, record) {
                let place = self.place("backups");
                let subject = format!("{place}/{}/{}", record.set, record.path);
                self.say(Finding::new(FindingKind::BackupMissing, subject));
            }
        }
        for (set, path) in unrecorded(&backups, &records)? {
            let subject = format!("{}/{set}/{path}", self.place("backups"));
            self.say(Finding::new(FindingKind::BackupUnrecorded, subject));
        }
        Ok(())
    }

    fn damaged(&mut self, name: &str, bad: usize) {
        let records = if bad == 1 {
            "1 record cannot be read".to_owned()
        } else {
            format!("{bad} records cannot be read")
        };
        let subject = self.place(name);
        self.say(Finding::new(FindingKind::MemoryDamaged, subject).detail(records));
    }

    /// What runs leave when they are cut off.
    fn folders(&mut self) -> Result<()> {
        for (name, kind) in self.state.entries()? {
            if kind == FileType::Directory && name.as_bytes().starts_with(BRIDGE.as_bytes()) {
                let place = self.place(&name);
                let inside = content(&self.state.open(&name)?)?;
                self.say(Finding::new(FindingKind::LeftOverBridge, place).detail(inside));
            }
        }
        let work = match self.state.open(os(WORK)) {
            Err(Errno::NOENT) => return Ok(()),
            work => work?,
        };
        for (name, kind) in work.entries()? {
            let inside = match kind {
                FileType::Directory => content(&work.open(&name)?)?,
                _ => "it is no directory".to_owned(),
            };
            let place = self.place(Path::new(WORK).join(&name));
            self.say(Finding::new(FindingKind::LeftOverWork, place).detail(inside));
        }
        Ok(())
    }
}

/// What lies in a folder, in words.
fn content(dir: &Dir) -> Result<String> {
    let mut names: Vec<_> = dir.entries()?.into_iter().map(|(name, _)| name).collect();
    names.sort();
    let shown = names.iter().take(SHOWN);
    let shown: Vec<_> = shown.map(|n| Escaped(n.as_bytes()).to_string()).collect();
    Ok(match names.len() {
        0 => "empty".to_owned(),
        n if n > SHOWN => format!("in it: {} and {} more", shown.join(", "), n - SHOWN),
        _ => format!("in it: {}", shown.join(", ")),
    })
}

/// The content of a file that may be missing.
pub(super) fn bytes(dir: &Dir, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match dir.open_file(os(name), false) {
        Ok(mut file) => {
            file.read_to_end(&mut bytes)
                .map_err(|error| errno(&error))?;
        }
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(errno),
    }
    Ok(bytes)
}

/// Whether names can be exchanged in one step on the filesystem of the state
/// directory; tried on links of our own there.
fn exchanges(state: &Dir) -> bool {
    use crate::home::Exchange;
    let name = format!("doctor-{}", std::process::id());
    let tried = || -> Result<Exchange> {
        state.make(os(&name), 0o700)?;
        let dir = state.open(os(&name))?;
        for link in ["a", "b"] {
            dir.symlink("nowhere", os(link))?;
        }
        let exchanged = dir.exchange(os("a"), &dir, os("b"));
        for link in ["a", "b"] {
            let _ = dir.unlink(os(link));
        }
        exchanged
    };
    let exchanged = tried();
    let _ = state.remove_dir(os(&name));
    // What cannot be tried, on a read-only home, is not known to be wrong.
    exchanged.map_or(true, |exchange| exchange == Exchange::AtOnce)
}

/// Whether a backup is where its record says.
pub(super) fn is_there(backups: &Dir, record: &Record) -> bool {
    let mut dir = backups.open(os(&record.set));
    for above in record.path.ancestors() {
        dir = dir.and_then(|dir| dir.open(above.name()));
    }
    dir.is_ok_and(|dir| dir.stat(record.path.name()).is_ok())
}

/// What lies in the sets of backups and is not recorded: sets and paths.
pub(super) fn unrecorded(backups: &Dir, records: &[Record]) -> Result<Vec<(String, HomePath)>> {
    let mut found = Vec::new();
    for (name, kind) in backups.entries()? {
        let Some(set) = name.to_str() else { continue };
        if kind != FileType::Directory || set == OBJECTS {
            continue;
        }
        let of_set = records.iter().filter(|record| record.set == set);
        let known: BTreeSet<_> = of_set.map(|record| &record.path).collect();
        let mut paths = Vec::new();
        unrecorded_in(&backups.open(&name)?, None, &known, &mut paths)?;
        found.extend(paths.into_iter().map(|path| (set.to_owned(), path)));
    }
    Ok(found)
}

/// As [`unrecorded`], for what lies in one directory of a set. A directory
/// that is no backup itself is there for what lies in it.
fn unrecorded_in(
    dir: &Dir,
    at: Option<&HomePath>,
    known: &BTreeSet<&HomePath>,
    found: &mut Vec<HomePath>,
) -> Result<()> {
    for (name, kind) in dir.entries()? {
        let path = match at {
            Some(at) => at.join(name.as_bytes()),
            None => HomePath::new(name.as_bytes()),
        };
        match path {
            Ok(path) if known.contains(&path) => {}
            Ok(path) if kind == FileType::Directory => {
                unrecorded_in(&dir.open(&name)?, Some(&path), known, found)?;
            }
            Ok(path) => found.push(path),
            Err(_) => {}
        }
    }
    Ok(())
}

/// Links in their places that lead nowhere.
fn dangling(
    home: &HomeDir,
    index: &Index,
    tree: &Path,
) -> std::result::Result<Vec<Finding>, HomeError> {
    let mut found = Vec::new();
    let mut walker = home.walker();
    let mut buffer = [0; LINK_MAX];
    // What a persisted path leads to may be made any time, by a program; what a
    // secret leads to is looked at with all secrets.
    let linked = |entry: &&Entry| entry.route.is_none() && !entry.secret;
    for entry in index.entries().iter().filter(linked) {
        let path = &entry.path;
        let Parent::Open(dir) = walker.parent_of(path)? else {
            continue;
        };
        let Ok(length) = dir.read_link_into(path.name(), &mut buffer) else {
            continue;
        };
        let ours = home.is_target_of(&buffer[..length], path);
        if !ours || dir.stat_following(path.name()).is_ok() {
            continue;
        }
        let leaf = tree.join(entry.place_in_tree());
        let leads = std::fs::read_link(&leaf).unwrap_or(leaf);
        let detail = format!("it leads to {}", Escaped(leads.as_os_str().as_bytes()));
        found.push(Finding::new(FindingKind::DanglingLink, format!("~/{path}")).detail(detail));
    }
    Ok(found)
}

fn device(dir: &Dir) -> Option<u64> {
    let stat = dir.stat_self().ok()?;
    Some(crate::home::dir::Identity::of(&stat).device)
}

/// A walk through the whole home. It stays on the home's filesystem but for
/// directories that managed paths lie in; what may not be read is passed over.
struct Walk<'a, P> {
    home: &'a HomeDir,
    index: &'a Index,
    device: Option<u64>,
    found: &'a mut Vec<Finding>,
    progress: P,
    directories: usize,
}

impl<P: FnMut(usize)> Walk<'_, P> {
    fn within(&mut self, dir: &Dir, at: Option<&HomePath>) {
        self.directories += 1;
        (self.progress)(self.directories);
        let Ok(entries) = dir.entries() else { return };
        for (name, kind) in entries {
            let path = match at {
                Some(at) => at.join(name.as_bytes()),
                None => HomePath::new(name.as_bytes()),
            };
            let Ok(path) = path else { continue };
            match kind {
                FileType::Symlink => self.link(dir, &name, &path),
                FileType::Directory => self.directory(dir, &name, &path),
                _ => {}
            }
        }
    }

    fn link(&mut self, dir: &Dir, name: &OsStr, path: &HomePath) {
        if self.index.get(path).is_none()
            && dir
                .read_link(name)
                .is_ok_and(|target| self.home.is_own_target(target.as_bytes()))
        {
            let finding = Finding::new(FindingKind::LeftOverLink, format!("~/{path}"));
            self.found.push(finding);
        }
    }

    fn directory(&mut self, dir: &Dir, name: &OsStr, path: &HomePath) {
        if path.as_bytes() == STATE.as_bytes() {
            return;
        }
        let Ok(inside) = dir.open(name) else { return };
        if name.as_bytes().starts_with(BESIDE.as_bytes()) {
            let content = content(&inside).unwrap_or_default();
            let finding = Finding::new(FindingKind::LeftOverWork, format!("~/{path}"));
            self.found.push(finding.detail(content));
            return;
        }
        if device(&inside) == self.device || super::union::has_below(self.index, path) {
            self.within(&inside, Some(path));
        }
    }
}
