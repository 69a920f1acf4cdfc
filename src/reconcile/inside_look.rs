//! What is at the places of managed files below persisted directories, reading
//! only. Such a place lies in the root, or still in the home, when the
//! directory is about to be adopted.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::conflict::ConflictKind;
use super::directories::Directories;
use super::observe::foreign_in;
use crate::home::copy::same_bytes;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeDir, HomeError, Obstacle, Parent, Walker, ancestor};
use crate::manifest::{Escaped, HomePath, Index, Route};
use crate::state::Root;

/// What is at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// The link that nhmt makes there.
    Ours,
    /// Another link of nhmt's, or a directory that holds only what is.
    Own,
    /// Something with the content that is wanted.
    Same(Identity),
    /// Something else.
    Foreign(ConflictKind, Identity, Option<String>),
    /// Above it is no directory, but this.
    Below(HomePath, ConflictKind, Option<String>),
}

/// Looks at one place after the other.
pub(super) struct Look<'a> {
    home: &'a HomeDir,
    tree: &'a Path,
    index: &'a Index,
    made: Directories,
    /// The persisted directories that were opened, by path and root, and
    /// whether only the root was looked into.
    open: BTreeMap<(HomePath, PathBuf, bool), Option<Dir>>,
}

impl<'a> Look<'a> {
    /// `tree` has the wanted content, and `index` is its index.
    pub(super) fn new(
        home: &'a HomeDir,
        tree: &'a Path,
        index: &'a Index,
    ) -> Result<Self, HomeError> {
        Ok(Self {
            home,
            tree,
            index,
            made: Directories::read(home)?,
            open: BTreeMap::new(),
        })
    }

    /// What is at `path`, which lies below the persisted path `above`.
    pub(super) fn at(
        &mut self,
        path: &HomePath,
        above: &HomePath,
        route: &Route,
    ) -> Result<Found, HomeError> {
        self.look(path, above, route, false)
    }

    /// As [`Look::at`], in the root, whatever the home has at `above`.
    pub(super) fn in_root(
        &mut self,
        path: &HomePath,
        above: &HomePath,
        route: &Route,
    ) -> Result<Found, HomeError> {
        self.look(path, above, route, true)
    }

    fn look(
        &mut self,
        path: &HomePath,
        above: &HomePath,
        route: &Route,
        in_root: bool,
    ) -> Result<Found, HomeError> {
        let key = (above.clone(), route.root.clone(), in_root);
        if !self.open.contains_key(&key) {
            let opened = if in_root {
                open_in_root(above, route)?
            } else {
                open(self.home, above, route)?
            };
            self.open.insert(key.clone(), opened);
        }
        let Some(Some(base)) = self.open.get(&key) else {
            return Ok(Found::Nothing);
        };
        let skipped = above.as_bytes().len() + 1;
        let Ok(rest) = HomePath::new(&path.as_bytes()[skipped..]) else {
            return Ok(Found::Nothing);
        };
        let mut walker = Walker::new(base);
        match walker.parent_of(&rest)? {
            Parent::Open(dir) => self.inspect(dir, path),
            Parent::Blocked {
                obstacle: Obstacle::Missing,
                ..
            } => Ok(Found::Nothing),
            Parent::Blocked { length, .. } => {
                let obstacle = ancestor(path, skipped + length);
                let rest = ancestor(&rest, length);
                self.obstacle(base, &rest, obstacle)
            }
        }
    }

    /// What stands where a directory should be.
    fn obstacle(&self, base: &Dir, rest: &HomePath, at: HomePath) -> Result<Found, HomeError> {
        let mut walker = Walker::new(base);
        let Parent::Open(dir) = walker.parent_of(rest)? else {
            return Ok(Found::Nothing);
        };
        Ok(match dir.read_link(rest.name()) {
            // It goes, and the directory takes its place.
            Ok(target) if self.home.is_ours(target.as_bytes()) => Found::Nothing,
            Ok(target) => {
                let to_directory = dir
                    .stat_following(rest.name())
                    .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory);
                let kind = if to_directory {
                    ConflictKind::ParentIsLink
                } else {
                    ConflictKind::ParentIsDangling
                };
                Found::Below(at, kind, Some(leads_to(target.as_bytes())))
            }
            Err(_) => Found::Below(at, ConflictKind::ParentIsFile, None),
        })
    }

    fn inspect(&self, dir: &Dir, path: &HomePath) -> Result<Found, HomeError> {
        let name = path.name();
        let stat = match dir.stat(name) {
            Err(Errno::NOENT) => return Ok(Found::Nothing),
            stat => stat.at("look at", path)?,
        };
        let identity = Identity::of(&stat);
        let same = |follow| self.is_same(dir, name, path, follow);
        Ok(match identity.kind {
            FileType::Symlink => {
                let target = dir.read_link(name).at("read the link", path)?;
                let target = target.as_bytes();
                if self.home.is_inside_target_of(target, path) {
                    Found::Ours
                } else if self.home.is_ours(target) {
                    Found::Own
                } else if same(true) {
                    Found::Same(identity)
                } else {
                    let detail = Some(leads_to(target));
                    Found::Foreign(ConflictKind::ForeignLink, identity, detail)
                }
            }
            FileType::RegularFile if same(false) => Found::Same(identity),
            FileType::RegularFile => Found::Foreign(ConflictKind::File, identity, None),
            FileType::Directory => match foreign_in(self.home, &self.made, dir, path)? {
                None => Found::Own,
                Some(inside) => {
                    let detail = (inside != *path).then(|| format!("~/{inside}"));
                    Found::Foreign(ConflictKind::ForeignDirectory, identity, detail)
                }
            },
            _ => Found::Foreign(ConflictKind::SpecialFile, identity, None),
        })
    }

    /// Whether `name` has the content that is wanted at `path`. What cannot be
    /// read is not the same.
    fn is_same(&self, dir: &Dir, name: &OsStr, path: &HomePath, follow: bool) -> bool {
        // As for what lies in the home itself.
        if self.index.get(path).is_some_and(|entry| entry.secret) {
            return false;
        }
        // To open a device can have an effect.
        let stat = if follow {
            dir.stat_following(name)
        } else {
            dir.stat(name)
        };
        let kind = stat.map(|stat| FileType::from_raw_mode(stat.st_mode));
        if kind != Ok(FileType::RegularFile) {
            return false;
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let wanted = self.tree.join("inside").join(path.as_path());
        let wanted = rustix::fs::open(wanted, flags, Mode::empty()).map(File::from);
        let (Ok(mine), Ok(wanted)) = (dir.open_file(name, follow), wanted) else {
            return false;
        };
        match (mine.metadata(), wanted.metadata()) {
            (Ok(a), Ok(b)) if b.is_file() && a.len() == b.len() => {
                same_bytes(mine, wanted).unwrap_or(false)
            }
            _ => false,
        }
    }
}

/// The persisted directory where its data is now: in the home, as long as
/// there is a directory, else in the root.
fn open(home: &HomeDir, above: &HomePath, route: &Route) -> Result<Option<Dir>, HomeError> {
    if let Parent::Open(dir) = home.walker().parent_of(above)?
        && let Ok(inside) = dir.open(above.name())
    {
        return Ok(Some(inside));
    }
    open_in_root(above, route)
}

fn open_in_root(above: &HomePath, route: &Route) -> Result<Option<Dir>, HomeError> {
    let Some(root) = Root::find(&route.root)? else {
        return Ok(None);
    };
    let Some(parent) = root.parent(above)? else {
        return Ok(None);
    };
    match parent.open(above.name()) {
        Ok(inside) => Ok(Some(inside)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(errno) => Err(errno).at_path("open", root.at(above)),
    }
}

fn leads_to(target: &[u8]) -> String {
    format!("it leads to {}", Escaped(target))
}
