//! A persistent directory ("root"): the directory that stands for the home and
//! outlives it. nhmt's own things in it lie in `.nhmt`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Gid, Mode, Uid};
use rustix::io::{Errno, Result};

use super::error::StateError;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, Mount, Parent, Walker, os};
use crate::manifest::{HomePath, Route};

/// nhmt's own room in a root.
pub(crate) const OWN: &str = ".nhmt";

/// The private folder in it, where only nhmt makes names.
const WORK: &str = "work";

/// What is made there to see whether the root can be written to.
const TRY: &str = "try";

/// Whether other runs are kept out of a root.
#[derive(Debug)]
pub(crate) enum RootLock {
    /// They are, as long as this lives.
    Held {
        /// Its descriptor has the lock.
        _room: Dir,
    },
    /// Another run works there.
    Busy,
    /// There is nothing to lock, or the filesystem cannot.
    None,
}

/// A root that is open.
#[derive(Debug)]
pub(crate) struct Root {
    place: PathBuf,
    dir: Dir,
}

/// Whom the directories belong to that nhmt makes, and how the home itself is
/// kept, for which a root stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    /// Who has the home, when it is not who runs nhmt.
    other: Option<(Uid, Gid)>,
    home_mode: u32,
}

impl Owner {
    /// Who runs nhmt, with a home of this mode.
    pub(crate) fn me(home_mode: u32) -> Self {
        Self {
            other: None,
            home_mode,
        }
    }

    /// The owner of `home`.
    pub(crate) fn of(home: &HomeDir) -> std::result::Result<Self, HomeError> {
        let stat = home.dir().stat_self();
        let stat = stat.at_path("look at", home.layout().home())?;
        let me = rustix::process::geteuid();
        let other = me.is_root() && stat.st_uid != me.as_raw();
        let ids = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
        Ok(Self {
            other: other.then_some(ids),
            home_mode: stat.st_mode & 0o777,
        })
    }

    fn take(self, dir: &Dir, mode: u32) -> Result<()> {
        // The mask of the process does not count.
        rustix::fs::fchmod(dir, Mode::from_raw_mode(mode & 0o7777))?;
        match self.other {
            Some((user, group)) => rustix::fs::fchown(dir, Some(user), Some(group)),
            None => Ok(()),
        }
    }
}

impl Root {
    /// The root at `place`, `None` when it is not there.
    pub(crate) fn find(place: &Path) -> std::result::Result<Option<Self>, HomeError> {
        match Dir::open_path(place) {
            Ok(dir) => Ok(Some(Self {
                place: place.to_owned(),
                dir,
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno).at_path("open the persistent directory", place),
        }
    }

    /// The root at `place`, made when it is missing, with its own room.
    pub(crate) fn make(place: &Path, owner: Owner) -> std::result::Result<Self, StateError> {
        let refused = |errno| StateError::Root(place.to_owned(), errno);
        let dir = match Dir::open_path(place) {
            Err(Errno::NOENT) => make_all(place, owner).map_err(refused)?,
            dir => dir.map_err(refused)?,
        };
        let root = Self {
            place: place.to_owned(),
            dir,
        };
        let own = root.make_own(owner).map_err(refused)?;
        // Whether it can be written to is known before anything is changed.
        let tried = own.open_or_make(os(WORK), 0o700).and_then(|work| {
            match work.make(os(TRY), 0o700) {
                // Left by a run that was cut off here.
                Ok(()) | Err(Errno::EXIST) => work.remove_dir(os(TRY)),
                refused => refused,
            }
        });
        tried.map_err(refused)?;
        Ok(root)
    }

    /// nhmt's own room.
    fn make_own(&self, owner: Owner) -> Result<Dir> {
        let made = self.dir.make(os(OWN), 0o700);
        let own = match made {
            Ok(()) | Err(Errno::EXIST) => self.dir.open(os(OWN))?,
            Err(errno) => return Err(errno),
        };
        if made.is_ok() {
            owner.take(&own, 0o700)?;
            self.dir.sync()?;
        }
        owned(own)
    }

    /// Keeps other runs, of another home or in a container, from working in
    /// the root for as long as what is given lives; waits for one that does.
    pub(crate) fn lock(&self) -> std::result::Result<RootLock, HomeError> {
        self.lock_by(FlockOperation::LockExclusive)
    }

    /// The same without waiting.
    pub(crate) fn try_lock(&self) -> std::result::Result<RootLock, HomeError> {
        self.lock_by(FlockOperation::NonBlockingLockExclusive)
    }

    fn lock_by(&self, how: FlockOperation) -> std::result::Result<RootLock, HomeError> {
        let Some(own) = self.own()? else {
            return Ok(RootLock::None);
        };
        loop {
            return Ok(match rustix::fs::flock(&own, how) {
                Ok(()) => RootLock::Held { _room: own },
                Err(Errno::INTR) => continue,
                Err(Errno::WOULDBLOCK) => RootLock::Busy,
                // As NFS does with a directory (flock(2)).
                Err(_) => RootLock::None,
            });
        }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// nhmt's own room, `None` when it has not been made yet.
    pub(crate) fn own(&self) -> std::result::Result<Option<Dir>, HomeError> {
        let own = match self.dir.open(os(OWN)) {
            Err(Errno::NOENT) => return Ok(None),
            own => own.and_then(owned),
        };
        own.at_path("open", self.place.join(OWN)).map(Some)
    }

    /// As [`Root::own`], of a root that was prepared.
    pub(crate) fn room(&self) -> std::result::Result<Dir, HomeError> {
        let own = self.dir.open(os(OWN)).and_then(owned);
        own.at_path("open", self.place.join(OWN))
    }

    /// The private folder, of a root that was prepared.
    pub(crate) fn work(&self) -> std::result::Result<Dir, HomeError> {
        let work = self.room()?.open_or_make(os(WORK), 0o700);
        work.at_path("write to", self.place.join(OWN))
    }

    /// The directory that holds `path`, `None` when it is not there.
    ///
    /// # Errors
    /// `ENOTDIR` when a file or a link stands where it should be.
    pub(crate) fn parent(&self, path: &HomePath) -> std::result::Result<Option<Dir>, HomeError> {
        let mut walker = Walker::new(&self.dir);
        match walker.parent_of(path)? {
            Parent::Open(dir) => {
                let dir = dir.again();
                dir.at_path("open the directory of", self.at(path))
                    .map(Some)
            }
            Parent::Blocked {
                obstacle: crate::home::Obstacle::Missing,
                ..
            } => Ok(None),
            Parent::Blocked { .. } => {
                Err(Errno::NOTDIR).at_path("open the directory of", self.at(path))
            }
        }
    }

    /// The directory that holds `path`, made with those above it.
    pub(crate) fn make_parent(
        &self,
        path: &HomePath,
        route: &Route,
        owner: Owner,
    ) -> std::result::Result<Dir, HomeError> {
        let mut dir = self.dir.again().at_path("open", &self.place)?;
        for above in path.ancestors() {
            let made = make_one(&dir, above.name(), route.mode_above(&above), owner);
            dir = made.at_path("make the directory", self.at(&above))?;
        }
        Ok(dir)
    }

    /// The directory `path` itself, made with its mode when it is missing.
    pub(crate) fn make_directory(
        &self,
        path: &HomePath,
        route: &Route,
        owner: Owner,
    ) -> std::result::Result<(), HomeError> {
        let dir = self.make_parent(path, route, owner)?;
        let made = make_one(&dir, path.name(), route.directory_mode(path), owner);
        made.at_path("make the directory", self.at(path)).map(drop)
    }

    /// The place of `path`.
    pub(crate) fn at(&self, path: &HomePath) -> PathBuf {
        self.place.join(path.as_path())
    }

    /// Whether names can be moved between `dir` and the directory of `path`
    /// here, or the directory that this will be made in.
    pub(crate) fn is_near(
        &self,
        dir: &Dir,
        path: &HomePath,
    ) -> std::result::Result<bool, HomeError> {
        let mut here = self.dir.again().at_path("open", &self.place)?;
        for above in path.ancestors() {
            match here.open(above.name()) {
                Ok(below) => here = below,
                Err(_) => break,
            }
        }
        let place = |dir: &Dir| -> Result<(Mount, u64)> {
            let stat = dir.stat_self()?;
            Ok((dir.mount()?, crate::home::dir::Identity::of(&stat).device))
        };
        let (here, there) = (place(&here), place(dir));
        let (here, there) = (
            here.at_path("look at", self.at(path))?,
            there.at_path("look at the directory of", path.as_path())?,
        );
        Ok(here == there && matches!(here.0, Mount::Id(_)))
    }
}

/// What lies there could be led elsewhere by whoever it belongs to.
fn owned(dir: Dir) -> Result<Dir> {
    let owner = dir.stat_self()?.st_uid;
    let me = rustix::process::geteuid();
    if owner == me.as_raw() || me.is_root() {
        Ok(dir)
    } else {
        Err(Errno::PERM)
    }
}

/// The directory `name` in `dir`, made with exactly this mode when it is
/// missing.
pub(crate) fn make_one(dir: &Dir, name: &OsStr, mode: u32, owner: Owner) -> Result<Dir> {
    match dir.open(name) {
        Err(Errno::NOENT) => {}
        there => return there,
    }
    match dir.make(name, 0o700) {
        Ok(()) => {
            let fresh = dir.open(name)?;
            owner.take(&fresh, mode)?;
            fresh.sync()?;
            dir.sync()?;
            Ok(fresh)
        }
        Err(Errno::EXIST) => dir.open(name),
        Err(errno) => Err(errno),
    }
}

/// The root at `place`, with all above it.
fn make_all(place: &Path, owner: Owner) -> Result<Dir> {
    let above = place.parent().ok_or(Errno::NOENT)?;
    let name = place.file_name().ok_or(Errno::NOENT)?;
    let above = match Dir::open_path(above) {
        Err(Errno::NOENT) => make_all(above, Owner::me(0o755))?,
        above => above?,
    };
    // A link there that leads nowhere gives an error: it is not nhmt's to fill.
    make_one(&above, name, owner.home_mode, owner)
}
