//! The opened home: its descriptor, its state directory, its anchor.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::dir::Dir;
use super::error::{AtPlace, HomeError, errno};
use super::{Layout, Walker};
use crate::manifest::HomePath;

/// A home directory that is open. Reading it needs no lock.
#[derive(Debug)]
pub struct HomeDir {
    layout: Layout,
    dir: Dir,
    /// The link prefix with its `/`: what every link of ours starts with.
    prefix: Vec<u8>,
    /// The same for links in persistent directories.
    inside: Vec<u8>,
}

impl HomeDir {
    /// Opens the home of `layout`.
    ///
    /// # Errors
    /// When it is missing, not a directory, or may not be read.
    pub fn open(layout: &Layout) -> Result<Self, HomeError> {
        let dir =
            Dir::open_path(layout.home()).at_path("open the home directory", layout.home())?;
        let mut prefix = layout.link_prefix().as_os_str().as_bytes().to_vec();
        prefix.push(b'/');
        let mut inside = layout.anchor().into_os_string().into_vec();
        inside.extend_from_slice(b"/inside/");
        let layout = layout.clone();
        Ok(Self {
            layout,
            dir,
            prefix,
            inside,
        })
    }

    /// Where things lie in this home.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The home tree that the anchor names, `None` when there is no anchor. When
    /// it leads to a bridge, because a run is on its way or was cut off, the
    /// old tree, for which the bridge stands.
    ///
    /// # Errors
    /// When the anchor cannot be read, or is no link.
    pub fn current_tree(&self) -> Result<Option<PathBuf>, HomeError> {
        let Some(state) = self.state()? else {
            return Ok(None);
        };
        let named = match state.read_link(ANCHOR.as_ref()) {
            Ok(target) => PathBuf::from(target),
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(errno).at_path("read the anchor", self.layout.anchor()),
        };
        if !self.is_bridge(&named) {
            return Ok(Some(named));
        }
        match state.read_link_at(&named.join(BRIDGE_TREE)) {
            // Without the mark that links in a bridge have.
            Ok(target) => Ok(Some(Path::new(&target).components().collect())),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno).at_path("read the bridge", named),
        }
    }

    /// Whether the anchor leads to a bridge when it leads to `target`.
    fn is_bridge(&self, target: &Path) -> bool {
        let name = target.strip_prefix(self.layout.state()).ok();
        let name = name.and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("bridge-") && !name.contains('/'))
    }

    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }

    pub(crate) fn walker(&self) -> Walker<'_> {
        Walker::of(self)
    }

    /// The persistent directories that this home ever had; nothing when there
    /// is no memory of any.
    pub(crate) fn roots(&self) -> Result<Vec<PathBuf>, HomeError> {
        let Some(state) = self.state()? else {
            return Ok(Vec::new());
        };
        let mut bytes = Vec::new();
        let read = match state.open_file(os(ROOTS), false) {
            Ok(mut file) => file.read_to_end(&mut bytes).map_err(|error| errno(&error)),
            Err(Errno::NOENT) => Ok(0),
            Err(errno) => Err(errno),
        };
        read.at_path("read", self.layout.state().join(ROOTS))?;
        let paths = bytes
            .split(|&b| b == 0)
            .map(|path| Path::new(OsStr::from_bytes(path)));
        Ok(paths
            .filter(|path| path.is_absolute())
            .map(Path::to_owned)
            .collect())
    }

    /// The directory that the link `name` in `dir` leads to, when it is nhmt's
    /// direct link from `path` to its place in a known root.
    pub(crate) fn persisted(&self, dir: &Dir, name: &OsStr, path: &HomePath) -> Option<Dir> {
        let target = dir.read_link(name).ok()?;
        let place = Path::new("/").join(OsStr::from_bytes(target.as_bytes().strip_prefix(MARK)?));
        let roots = self.roots().ok()?;
        let root = roots
            .iter()
            .find(|root| root.join(path.as_path()) == place)?;
        Dir::open_path(root).ok()?.open_beneath(path).ok()
    }

    /// Whether `target` is one that only nhmt gives to a link in this home.
    pub(crate) fn is_own_target(&self, target: &[u8]) -> bool {
        target.starts_with(&self.prefix) || target.starts_with(&self.inside)
    }

    /// Whether `target` is one of nhmt's, through the anchor or not.
    pub(crate) fn is_ours(&self, target: &[u8]) -> bool {
        self.is_own_target(target) || target.starts_with(MARK)
    }

    /// Whether the link target `target` is the one that `path` has.
    pub(crate) fn is_target_of(&self, target: &[u8], path: &HomePath) -> bool {
        target.strip_prefix(&self.prefix[..]) == Some(path.as_bytes())
    }

    /// Whether the link target `target` is the one that `path` has in a
    /// persistent directory.
    pub(crate) fn is_inside_target_of(&self, target: &[u8], path: &HomePath) -> bool {
        target.strip_prefix(&self.inside[..]) == Some(path.as_bytes())
    }

    /// The link target of `path` in a persistent directory.
    pub(crate) fn inside_target(&self, path: &HomePath) -> Vec<u8> {
        [&self.inside[..], path.as_bytes()].concat()
    }

    /// Puts the link target of `path` into `buffer`, without its allocation.
    pub(crate) fn target_into<'b>(&self, path: &HomePath, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        buffer.clear();
        buffer.extend_from_slice(&self.prefix);
        buffer.extend_from_slice(path.as_bytes());
        buffer
    }

    /// The state directory, `None` when it has not been made yet.
    pub(crate) fn state(&self) -> Result<Option<Dir>, HomeError> {
        match self.dir.open_following(Path::new(STATE)) {
            Ok(dir) => self.owned(dir).map(Some),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => {
                let owner = self.layout.state().metadata().map(|data| data.uid());
                if errno == Errno::ACCESS && owner.is_ok_and(is_others) {
                    return self.of_another();
                }
                Err(errno).at_path("open the state directory", self.layout.state())
            }
        }
    }

    /// The state directory, made with mode 0700 if it is missing.
    pub(crate) fn make_state(&self) -> Result<Dir, HomeError> {
        if let Some(dir) = self.state()? {
            return Ok(dir);
        }
        let relative = Path::new(STATE);
        let mut place = self.layout.home().to_path_buf();
        let mut dir = self.dir.again().at_path("open", self.layout.home())?;
        for component in relative {
            match dir.make(component, 0o700) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno).at_path("write to the directory", place),
            }
            place.push(component);
            dir = dir
                .open_following(Path::new(component))
                .at_path("open the state directory", self.layout.state())?;
        }
        self.owned(dir)
    }

    /// Someone else's state directory could make every managed link lead
    /// wherever they like.
    fn owned(&self, dir: Dir) -> Result<Dir, HomeError> {
        let stat = dir
            .stat_self()
            .at_path("look at the state directory", self.layout.state())?;
        if is_others(stat.st_uid) {
            return self.of_another();
        }
        Ok(dir)
    }

    fn of_another<T>(&self) -> Result<T, HomeError> {
        let what = "share a home with another user, who has";
        Err(Errno::PERM).at_path(what, self.layout.state())
    }
}

/// Whether what `owner` has is not for this user to manage.
fn is_others(owner: u32) -> bool {
    let me = rustix::process::geteuid();
    owner != me.as_raw() && !me.is_root()
}

/// The state directory, relative to the home.
pub(crate) const STATE: &str = ".local/state/nhmt";

/// The name of the link in a bridge that leads to the tree it stands for.
pub(crate) const BRIDGE_TREE: &str = "tree";

/// What the target of a link starts with that nhmt makes beside those through
/// the anchor: it leads nowhere else than `/`, and nobody else writes it.
pub(crate) const MARK: &[u8] = b"/./";

/// The name of the memory of persistent directories in the state directory:
/// paths, each followed by a NUL.
pub(crate) const ROOTS: &str = "roots";

/// The name of the anchor in the state directory.
pub(crate) const ANCHOR: &str = "current";

/// The path in the home that `bytes` name, which are known to be one.
pub(crate) fn ancestor(path: &HomePath, length: usize) -> HomePath {
    HomePath::new(&path.as_bytes()[..length]).expect("an ancestor of a path is a path")
}

/// `name` as the system takes it.
pub(crate) fn os(name: &str) -> &OsStr {
    OsStr::new(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_directory_agrees_with_the_layout() {
        let temp = tempfile::tempdir().unwrap();
        let layout = Layout::new(temp.path());
        let home = HomeDir::open(&layout).unwrap();
        assert!(home.state().unwrap().is_none());
        assert_eq!(home.current_tree().unwrap(), None);
        home.make_state().unwrap();
        assert!(layout.state().is_dir());
        assert_eq!(layout.home().join(STATE), layout.state());
        assert_eq!(layout.state().join(ANCHOR), layout.anchor());
    }

    #[test]
    fn a_bridge_is_looked_through() {
        let temp = tempfile::tempdir().unwrap();
        let layout = Layout::new(temp.path());
        let home = HomeDir::open(&layout).unwrap();
        home.make_state().unwrap();
        let bridge = layout.state().join("bridge-1");
        std::fs::create_dir(&bridge).unwrap();
        std::os::unix::fs::symlink(&bridge, layout.anchor()).unwrap();
        assert_eq!(home.current_tree().unwrap(), None);
        std::os::unix::fs::symlink("/./store/x", bridge.join(BRIDGE_TREE)).unwrap();
        let tree = home.current_tree().unwrap().unwrap();
        assert_eq!(tree.as_os_str(), "/store/x");
    }

    #[test]
    fn own_targets_are_told_from_others() {
        let temp = tempfile::tempdir().unwrap();
        let layout = Layout::new(temp.path());
        let home = HomeDir::open(&layout).unwrap();
        let path = HomePath::new(".config/x").unwrap();
        let target = layout.link_target(&path);
        let target = target.as_os_str().as_bytes();
        assert!(home.is_own_target(target) && home.is_target_of(target, &path));
        assert!(!home.is_target_of(target, &HomePath::new("x").unwrap()));
        assert!(!home.is_own_target(b"/home/bob/.local/state/nhmt/current/home/x"));
        assert_eq!(home.target_into(&path, &mut Vec::new()), target);
    }
}
