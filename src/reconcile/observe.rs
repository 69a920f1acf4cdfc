//! Looks at the home, reading only.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::directories::Directories;
use super::files::Written;
use super::mounts;
use super::observed::{Found, FoundKind, Mark, Observed};
use super::predecessor::is_home_managers;
use super::same::{same_directory, same_target};
use super::union::Union;
use crate::home::copy::same_bytes;
use crate::home::dir::{Dir, Identity, LINK_MAX};
use crate::home::{AtPlace, HomeDir, HomeError, Obstacle, Parent, ancestor};
use crate::manifest::{Entry, HomePath, Index};
use crate::state;

/// Looks at every path of either index: one `readlinkat` for each, in
/// directories that are opened once. `new_tree` is where the content of wanted
/// leaves is compared with what is in the way.
///
/// # Errors
/// When a directory or a link may not be read.
pub fn observe(
    home: &HomeDir,
    old: &Index,
    new: &Index,
    new_tree: &Path,
) -> Result<Observed, HomeError> {
    let mut observed = Observed {
        marks: Vec::with_capacity(old.entries().len().max(new.entries().len())),
        made: Directories::read(home)?,
        folds_case: home.folds_case()?,
        written: Written::read(home)?,
        ..Observed::default()
    };
    if [old, new].iter().any(|index| has_mounts(index)) {
        observed.means = home.dir().mount_means();
    }
    let made = observed.made.clone();
    let written = observed.written.clone();
    let inspector = Inspector {
        home,
        new,
        new_tree,
        made: &made,
        written: &written,
    };
    let mut buffer = [0; LINK_MAX];
    let mut walker = home.walker();
    let mut looker = state::Looker::default();
    for pair in Union::of(old, new) {
        let path = pair.path;
        let mark = match walker.parent_of(path)? {
            Parent::Blocked { length, obstacle } => {
                let above = || ancestor(path, length);
                match obstacle {
                    Obstacle::Missing => {
                        if pair.new.is_some() && !is_below_last(&observed, path) {
                            observed.missing.insert(above());
                        }
                        Mark::NoParent
                    }
                    Obstacle::NotDirectory => {
                        let above = above();
                        if !observed.found.contains_key(&above)
                            && let Some(found) = inspector.inspect_above(&above)?
                        {
                            observed.found.insert(above, found);
                        }
                        Mark::Below
                    }
                }
            }
            Parent::Open(dir) => match dir.read_link_into(path.name(), &mut buffer) {
                Ok(length) if home.is_target_of(&buffer[..length], path) => Mark::Ours,
                Err(Errno::NOENT) => Mark::Absent,
                Err(Errno::INVAL) if is_own_mount(&observed, dir, pair.old)? => {
                    observed.mounted.insert(path.clone());
                    Mark::Ours
                }
                Ok(_) | Err(Errno::INVAL) => {
                    match inspector.inspect(dir, path, pair.new.is_some())? {
                        Some(found) => {
                            observed.found.insert(path.clone(), found);
                            Mark::Odd
                        }
                        None => Mark::Absent,
                    }
                }
                Err(errno) => return Err(errno).at("look at", path),
            },
        };
        observed.marks.push(mark);
        if let Some(route) = pair.new.and_then(|new| new.route.as_deref()) {
            let before = pair.old.and_then(|old| old.route.as_deref());
            let mut seen = looker.look(home, path, route, before)?;
            // A route that an older generation kept leads to another root.
            if let Some(FoundKind::Link { target, .. }) = observed.found.get(path).map(|f| &f.kind)
                && let Some(behind) =
                    state::data_behind(home, target.as_os_str().as_bytes(), &route.place(path))
            {
                seen.older = Some(behind);
            }
            observed.routes.insert(path.clone(), seen);
        }
    }
    Ok(observed)
}

fn has_mounts(index: &Index) -> bool {
    let mut routes = index.routes().filter_map(|entry| entry.route.as_deref());
    routes.any(mounts::is_mountable)
}

/// Whether nhmt mounted what is at the path of `old`, and could take it away.
fn is_own_mount(observed: &Observed, dir: &Dir, old: Option<&Entry>) -> Result<bool, HomeError> {
    let Some((entry, route)) = old.and_then(|old| Some((old, old.route.as_deref()?))) else {
        return Ok(false);
    };
    Ok(observed.means.is_some()
        && observed.made.has(&entry.path)
        && mounts::is_mounted(dir, &entry.path, route)?)
}

fn is_below_last(observed: &Observed, path: &HomePath) -> bool {
    let last = observed.missing.last();
    last.is_some_and(|top| path.is_below(top))
}

struct Inspector<'a> {
    home: &'a HomeDir,
    new: &'a Index,
    new_tree: &'a Path,
    made: &'a Directories,
    written: &'a Written,
}

impl Inspector<'_> {
    /// What stands where the directory `path` should be; `None` when it is the
    /// very link that nhmt makes for a leaf there, or gone meanwhile.
    fn inspect_above(&self, path: &HomePath) -> Result<Option<Found>, HomeError> {
        let mut walker = self.home.walker();
        let Parent::Open(dir) = walker.parent_of(path)? else {
            return Ok(None);
        };
        self.inspect(dir, path, false)
    }

    fn inspect(
        &self,
        dir: &Dir,
        path: &HomePath,
        wanted: bool,
    ) -> Result<Option<Found>, HomeError> {
        let name = path.name();
        let stat = match dir.stat(name) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(errno).at("look at", path),
        };
        let identity = Identity::of(&stat);
        let kind = match identity.kind {
            FileType::Symlink => {
                let target = match dir.read_link(name) {
                    Ok(target) => target,
                    Err(Errno::NOENT | Errno::INVAL) => return Ok(None),
                    Err(errno) => return Err(errno).at("read the link", path),
                };
                if self.home.is_own_target(target.as_bytes()) {
                    FoundKind::OwnLink
                } else {
                    let to_directory = dir.stat_following(name).is_ok_and(|stat| {
                        FileType::from_raw_mode(stat.st_mode) == FileType::Directory
                    });
                    FoundKind::Link {
                        predecessor: is_home_managers(target.as_bytes(), path),
                        target: target.into(),
                        to_directory,
                        same: wanted && self.is_same(dir, name, path, true),
                    }
                }
            }
            FileType::RegularFile => FoundKind::File {
                same: wanted
                    && (self.is_same(dir, name, path, false)
                        || self.written.has_left(path, dir, name)),
            },
            FileType::Directory => FoundKind::Directory {
                foreign: if wanted {
                    self.foreign_in(dir, path)?
                } else {
                    None
                },
            },
            _ => FoundKind::Special,
        };
        Ok(Some(Found { kind, identity }))
    }

    /// Whether `name` has the content that the new tree has at `path`. What
    /// cannot be read is not the same.
    fn is_same(&self, dir: &Dir, name: &OsStr, path: &HomePath, follow: bool) -> bool {
        // What is in the clear in the home belongs to the person, who has to
        // know of it; and a tree has nothing to compare it with.
        if self.new.get(path).is_some_and(|entry| entry.secret) {
            return false;
        }
        let wanted = self.new_tree.join("home").join(path.as_path());
        let place = self.home.layout().home().join(path.as_path());
        if follow
            && dir
                .read_link(name)
                .is_ok_and(|to| same_target(&place, to.as_ref(), &wanted))
        {
            return true;
        }
        // To open a device can have an effect.
        let stat = if follow {
            dir.stat_following(name)
        } else {
            dir.stat(name)
        };
        let kind = stat.map(|stat| FileType::from_raw_mode(stat.st_mode));
        if !matches!(kind, Ok(FileType::RegularFile | FileType::Directory)) {
            return false;
        }
        let (Ok(mine), Ok(theirs)) = (dir.open_file(name, follow), open_at_once(&wanted)) else {
            return false;
        };
        let (Ok(a), Ok(b)) = (mine.metadata(), theirs.metadata()) else {
            return false;
        };
        if (a.dev(), a.ino()) == (b.dev(), b.ino()) {
            return true;
        }
        // What two places of data have in common, they have for now.
        if self
            .new
            .get(path)
            .is_some_and(|entry| entry.route.is_some())
        {
            return false;
        }
        // Only a link gives way to a link to a directory: a directory in the
        // home may get more files at any time.
        if follow && a.is_dir() && b.is_dir() {
            return same_directory(&place, &wanted).unwrap_or(false);
        }
        a.is_file()
            && b.is_file()
            && a.len() == b.len()
            && same_bytes(mine, theirs).unwrap_or(false)
    }

    /// The first thing in the directory `path` that nhmt did not make.
    fn foreign_in(&self, dir: &Dir, path: &HomePath) -> Result<Option<HomePath>, HomeError> {
        foreign_in(self.home, self.made, dir, path)
    }
}

/// Opens what a leaf of the tree leads to; a pipe there must not block.
fn open_at_once(path: &Path) -> rustix::io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).map(File::from)
}

/// The first thing in `path` (in `dir`), or that directory itself, that nhmt
/// did not make.
pub(super) fn foreign_in(
    home: &HomeDir,
    made: &Directories,
    dir: &Dir,
    path: &HomePath,
) -> Result<Option<HomePath>, HomeError> {
    if !made.has(path) {
        return Ok(Some(path.clone()));
    }
    let inside = match dir.open(path.name()) {
        // Another program was quicker: what is there now is not nhmt's.
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(Some(path.clone())),
        inside => inside.at("open", path)?,
    };
    foreign_inside(home, made, &inside, path)
}

/// The first thing in the open directory `dir`, whose place is `path`, that
/// nhmt did not make.
pub(super) fn foreign_inside(
    home: &HomeDir,
    made: &Directories,
    dir: &Dir,
    path: &HomePath,
) -> Result<Option<HomePath>, HomeError> {
    for (name, kind) in dir.entries().at("list", path)? {
        let Ok(below) = path.join(name.as_bytes()) else {
            return Ok(Some(path.clone()));
        };
        let foreign = match kind {
            FileType::Symlink => match dir.read_link(&name) {
                Ok(target) if home.is_own_target(target.as_bytes()) => None,
                Ok(_) | Err(Errno::NOENT | Errno::INVAL) => Some(below),
                Err(errno) => return Err(errno).at("read the link", &below),
            },
            FileType::Directory => foreign_in(home, made, dir, &below)?,
            FileType::RegularFile => {
                let left = Written::read(home)?.has_left(&below, dir, &name);
                (!left).then_some(below)
            }
            _ => Some(below),
        };
        if foreign.is_some() {
            return Ok(foreign);
        }
    }
    Ok(None)
}
