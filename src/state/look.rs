//! How a route is found: what the root has for it, and how that stands to what
//! the home has at its path.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use rustix::io::Errno;

use super::memory::Routes;
use super::publish::{is_own_copy, is_within};
use super::record::Record;
use super::root::Root;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeDir, HomeError, MARK, Parent};
use crate::manifest::{HomePath, Route, RouteKind};

/// What a root has at a routed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum There {
    /// Nothing.
    Absent,
    /// An empty directory, which counts as nothing.
    Empty,
    /// The direct link to that very place, which a run that was cut off was
    /// about to put into the home.
    OwnLink,
    /// A copy of what the home has at the path, made by a run that was cut
    /// off, and touched by nobody since.
    OwnCopy,
    /// Somebody's data.
    Data(FileType),
}

impl There {
    /// Whether what the home has can go there.
    pub(crate) fn is_free(self) -> bool {
        !matches!(self, Self::Data(_))
    }

    /// Whether nothing of anybody's is there.
    pub(crate) fn is_nothing(self) -> bool {
        matches!(self, Self::Absent | Self::Empty | Self::OwnLink)
    }
}

/// How a route is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) there: There,
    /// The root remembers the route and has its directories.
    pub(crate) ready: bool,
    /// All that the home has at the path is in the root as well.
    pub(crate) same: bool,
    /// The very thing in the root is mounted at the path.
    pub(crate) mounted: bool,
    /// Where impermanence had it when it did not yet append the home's path,
    /// if there is something.
    pub(crate) older: Option<PathBuf>,
}

/// Looks at the route of `path`, reading only. `before` is the route that the
/// path had.
pub(crate) fn look(
    home: &HomeDir,
    path: &HomePath,
    route: &Route,
    before: Option<&Route>,
) -> Result<Seen, HomeError> {
    Looker::default().look(home, path, route, before)
}

/// Looks at many routes, and opens each root and reads its memory once.
#[derive(Debug, Default)]
pub(crate) struct Looker {
    roots: BTreeMap<PathBuf, Option<(Root, Routes)>>,
}

impl Looker {
    /// As [`look`].
    pub(crate) fn look(
        &mut self,
        home: &HomeDir,
        path: &HomePath,
        route: &Route,
        before: Option<&Route>,
    ) -> Result<Seen, HomeError> {
        let moved = before.map(|before| before.place(path));
        let moved = moved.filter(|before| *before != route.place(path) && has_data(home, before));
        let mut seen = Seen {
            there: There::Absent,
            ready: false,
            same: false,
            mounted: false,
            older: moved.clone().or_else(|| older(home, path, route)),
        };
        let Some((root, known)) = self.root(&route.root)? else {
            return Ok(seen);
        };
        if known.get(path).is_some() {
            // Whoever emptied it since knows where the data is.
            seen.older = moved;
        }
        let known = known.get(path).is_some_and(|known| known.declared);
        let Some(parent) = root.parent(path)? else {
            return Ok(seen);
        };
        let mine = data_in(home, path)?;
        seen.there = there(root, path, &parent, mine.as_ref())?;
        let directory = route.kind == RouteKind::Directory;
        seen.ready = known && (!directory || !matches!(seen.there, There::Absent | There::OwnLink));
        // An empty directory can be mounted there, too.
        if let (Some(mine), There::Data(_) | There::Empty) = (&mine, seen.there) {
            let place = root.at(path);
            let identity = |dir: &Dir| dir.stat(path.name()).map(|stat| Identity::of(&stat));
            let both = identity(mine).and_then(|mine| Ok((mine, identity(&parent)?)));
            let both = both.at_path("look at", &place)?;
            seen.mounted = (both.0.device, both.0.inode) == (both.1.device, both.1.inode)
                && is_mounted(mine, path, both.0)?;
            seen.same = seen.mounted
                || seen.there != There::Empty
                    && is_within(mine, path.name(), &parent, path.name())
                        .at_path("compare with", place)?;
        }
        Ok(seen)
    }

    fn root(&mut self, place: &Path) -> Result<Option<&(Root, Routes)>, HomeError> {
        if !self.roots.contains_key(place) {
            let root = match Root::find(place)? {
                Some(root) => {
                    let routes = Routes::read(&root)?;
                    Some((root, routes))
                }
                None => None,
            };
            self.roots.insert(place.to_owned(), root);
        }
        Ok(self.roots.get(place).and_then(Option::as_ref))
    }
}

/// Whether the thing of a root that is at `path` as well is mounted there. A
/// file can have two names: a run that was cut off while it brought a newer
/// file to the root has left it so.
fn is_mounted(dir: &Dir, path: &HomePath, found: Identity) -> Result<bool, HomeError> {
    Ok(found.kind == FileType::Directory || dir.is_mount_point(path.name()).at("look at", path)?)
}

/// Whether the home has data at `path`.
pub(crate) fn has_data_in(home: &HomeDir, path: &HomePath) -> Result<bool, HomeError> {
    Ok(data_in(home, path)?.is_some())
}

/// The directory of `path` in the home when there is data at the path: neither
/// nothing nor a link.
fn data_in(home: &HomeDir, path: &HomePath) -> Result<Option<Dir>, HomeError> {
    let mut walker = home.walker();
    let Parent::Open(dir) = walker.parent_of(path)? else {
        return Ok(None);
    };
    match dir.stat(path.name()) {
        Err(Errno::NOENT) => Ok(None),
        stat => {
            let stat = stat.at("look at", path)?;
            if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
                return Ok(None);
            }
            dir.again().at("open the directory of", path).map(Some)
        }
    }
}

fn there(
    root: &Root,
    path: &HomePath,
    parent: &Dir,
    mine: Option<&Dir>,
) -> Result<There, HomeError> {
    let place = root.at(path);
    let name = path.name();
    let kind = match parent.stat(name) {
        Err(Errno::NOENT) => return Ok(There::Absent),
        stat => FileType::from_raw_mode(stat.at_path("look at", &place)?.st_mode),
    };
    match kind {
        FileType::Symlink => {
            let target = parent.read_link(name).at_path("read the link", &place)?;
            if is_direct_to(target.as_bytes(), &place) {
                return Ok(There::OwnLink);
            }
        }
        FileType::Directory => {
            let inside = parent.open(name).and_then(|inside| inside.entries());
            if inside.at_path("list", &place)?.is_empty() {
                return Ok(There::Empty);
            }
        }
        _ => {}
    }
    // Of data that is not in the home any more it is the only copy.
    if let Some(mine) = mine
        && let Some(record) = Record::read(root, path)?
    {
        let own = || {
            Ok(is_own_copy(&record, parent, name)?
                && (record.is_of(mine, name) || is_within(parent, name, mine, name)?))
        };
        if own().at_path("look at", &place)? {
            return Ok(There::OwnCopy);
        }
    }
    Ok(There::Data(kind))
}

/// Data at the place that impermanence used before it appended the home's path
/// to the persistent directory.
fn older(home: &HomeDir, path: &HomePath, route: &Route) -> Option<PathBuf> {
    let within = home.layout().home().strip_prefix("/").ok()?;
    let mut base = route.root.as_path();
    for part in within.iter().rev() {
        if base.file_name() != Some(part) {
            return None;
        }
        base = base.parent()?;
    }
    let place = base.join(path.as_path());
    has_data(home, &place).then_some(place)
}

/// The place that `target` leads to, when it is one of [`direct`].
pub(crate) fn place_of_direct(target: &[u8]) -> Option<PathBuf> {
    let rest = target.strip_prefix(MARK)?;
    Some(PathBuf::from(OsStr::from_bytes(&[b"/", rest].concat())))
}

/// The place of another route that the direct link with `target` leads to, if
/// there is data.
pub(crate) fn data_behind(home: &HomeDir, target: &[u8], place: &Path) -> Option<PathBuf> {
    place_of_direct(target).filter(|led| led != place && has_data(home, led))
}

/// Whether there is something at `place`, and not only a link, or a directory
/// with nothing in it but links of nhmt's.
fn has_data(home: &HomeDir, place: &Path) -> bool {
    let looked = || {
        let dir = Dir::open_path(place.parent()?).ok()?;
        let name: &OsStr = place.file_name()?;
        Some(
            match FileType::from_raw_mode(dir.stat(name).ok()?.st_mode) {
                FileType::Symlink => false,
                FileType::Directory => has_data_within(home, &dir.open(name).ok()?),
                _ => true,
            },
        )
    };
    looked().unwrap_or(false)
}

/// What may not be read counts.
fn has_data_within(home: &HomeDir, dir: &Dir) -> bool {
    let Ok(entries) = dir.entries() else {
        return true;
    };
    entries.iter().any(|(name, kind)| match kind {
        FileType::Symlink => dir
            .read_link(name)
            .map_or(true, |target| !home.is_own_target(target.as_bytes())),
        FileType::Directory => dir
            .open(name)
            .map_or(true, |inside| has_data_within(home, &inside)),
        _ => true,
    })
}

/// The target of a link that leads to `place` itself and not by way of the
/// anchor. Nobody else writes such a target, so that the link is known for
/// nhmt's wherever it is found.
pub(crate) fn direct(place: &Path) -> Vec<u8> {
    let bytes = place.as_os_str().as_bytes();
    let rest = bytes.strip_prefix(b"/").unwrap_or(bytes);
    [MARK, rest].concat()
}

/// Whether `target` is the one of [`direct`].
pub(crate) fn is_direct_to(target: &[u8], place: &Path) -> bool {
    target == direct(place)
}
