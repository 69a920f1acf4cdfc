//! What is not at risk, and how it is known.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, readlinkat};
use rustix::io::Errno;

use crate::home::dir::Identity;
use crate::home::{AtPlace, HomeDir, HomeError, MARK};
use crate::manifest::HomePath;
use crate::state::is_direct_to;

/// What makes that a path is not at risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is the very link that nhmt makes for the path.
    Link,
    /// As [`Keep::Link`], or it leads to this place itself, where its data is.
    Route(PathBuf),
    /// It is this file, which is as nhmt left it.
    File(Identity),
    /// It may be: it could not be looked at.
    Unknown(Errno),
    /// It is a link on the way to what is nhmt's own.
    Way,
    /// It is nhmt's own, with everything in it.
    Own,
    /// It may be deleted without a loss, with everything in it.
    Spare,
}

impl Keep {
    /// Whether it is managed or persisted, and not only in use.
    pub(super) fn is_counted(&self) -> bool {
        matches!(self, Self::Link | Self::Route(_) | Self::File(_))
    }
}

/// The paths that something may be kept at.
#[derive(Debug, Default)]
pub struct Keeps {
    at: HashMap<Box<[u8]>, Keep>,
    /// The directories above them; the home is the empty path.
    above: HashSet<Box<[u8]>>,
    roots: Vec<PathBuf>,
}

impl Keeps {
    /// Nothing is kept yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, path: &HomePath, keep: Keep) {
        for (at, _) in path
            .as_bytes()
            .iter()
            .enumerate()
            .filter(|(_, b)| **b == b'/')
        {
            self.above.insert(path.as_bytes()[..at].into());
        }
        self.above.insert(Box::default());
        self.at.insert(path.as_bytes().into(), keep);
    }

    /// The link that nhmt makes for `path`.
    pub fn add_link(&mut self, path: &HomePath) {
        self.add(path, Keep::Link);
    }

    /// The link of a persisted path, whose data is at `place`.
    pub fn add_route(&mut self, path: &HomePath, place: PathBuf) {
        self.add(path, Keep::Route(place));
    }

    /// A persistent directory: links that nhmt made to what is there for
    /// their own paths are kept, also when nothing declares them.
    pub fn add_root(&mut self, root: PathBuf) {
        self.roots.push(root);
    }

    /// Whether what is at `path`, where it is mounted, is the very thing that is
    /// persisted there.
    pub(super) fn is_place(&self, path: &[u8], mounted: &Identity) -> bool {
        let Some(Keep::Route(place)) = self.at.get(path) else {
            return false;
        };
        rustix::fs::lstat(place).is_ok_and(|stat| {
            let place = Identity::of(&stat);
            (place.device, place.inode) == (mounted.device, mounted.inode)
        })
    }

    /// Whether `target` is what nhmt gives to a link at `path` that leads to a
    /// persistent directory.
    pub(super) fn leads_to_root(&self, path: &[u8], target: &[u8]) -> bool {
        let path = Path::new(OsStr::from_bytes(path));
        target.starts_with(MARK)
            && self
                .roots
                .iter()
                .any(|root| is_direct_to(target, &root.join(path)))
    }

    /// nhmt's own at `place`, an absolute path, and the links that lead there.
    /// Nothing when it lies outside the home.
    ///
    /// # Errors
    /// When it cannot be seen how it is reached.
    pub fn add_own(&mut self, home: &HomeDir, place: &Path) -> Result<(), HomeError> {
        self.add_place(home, place, &Keep::Own)
    }

    /// As [`Keeps::add_own`], for what may be deleted without a loss.
    ///
    /// # Errors
    /// When it cannot be seen how it is reached.
    pub fn add_spare(&mut self, home: &HomeDir, place: &Path) -> Result<(), HomeError> {
        self.add_place(home, place, &Keep::Spare)
    }

    fn add_place(&mut self, home: &HomeDir, place: &Path, keep: &Keep) -> Result<(), HomeError> {
        let home = home.layout().home();
        let way = |place: &Path| Way::to(place).at_path("look for the way to", place);
        let (real, way) = (way(home)?.end, way(place)?);
        let below = |place: &Path| below(home, place).or_else(|| below(&real, place));
        for link in &way.links {
            if let Some(path) = below(link) {
                self.add(&path, Keep::Way);
            }
        }
        for place in [place, &way.end] {
            // What is only reached through a link lies where that leads to.
            let through = |link: &PathBuf| place.starts_with(link);
            if !way.links.iter().any(through)
                && let Some(path) = below(place)
            {
                self.add(&path, keep.clone());
            }
        }
        Ok(())
    }

    /// Whether something may be kept in the directory `path`.
    pub(super) fn has_in(&self, path: &[u8]) -> bool {
        self.above.contains(path)
    }

    pub(super) fn get(&self, path: &[u8]) -> Option<&Keep> {
        self.at.get(path)
    }
}

/// `place` as a path in `home`.
fn below(home: &Path, place: &Path) -> Option<HomePath> {
    let rest = place.strip_prefix(home).ok()?;
    HomePath::new(rest.as_os_str().as_bytes()).ok()
}

/// How a path is reached.
struct Way {
    /// The links on the way, each by a path without links before it.
    links: Vec<PathBuf>,
    /// Where it ends; what is not there is taken as it is spelled.
    end: PathBuf,
}

impl Way {
    fn to(place: &Path) -> rustix::io::Result<Self> {
        // As many as the kernel follows.
        const MOST: usize = 40;
        let mut rest: Vec<OsString> = parts(place);
        let mut way = Self {
            links: Vec::new(),
            end: PathBuf::from("/"),
        };
        while let Some(part) = rest.pop() {
            if part == OsStr::new("..") {
                way.end.pop();
                continue;
            }
            let next = way.end.join(&part);
            match readlinkat(CWD, &next, Vec::new()) {
                Ok(target) if way.links.len() < MOST => {
                    way.links.push(next);
                    let target = PathBuf::from(OsStr::from_bytes(target.as_bytes()));
                    if target.is_absolute() {
                        way.end = PathBuf::from("/");
                    }
                    rest.extend(parts(&target));
                }
                // No link, or none that anybody can follow.
                Ok(_) | Err(Errno::INVAL | Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {
                    way.end = next;
                }
                Err(errno) => return Err(errno),
            }
        }
        Ok(way)
    }
}

/// The components of a path, the last first.
fn parts(path: &Path) -> Vec<OsString> {
    let named = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let mut named: Vec<_> = named.collect();
    named.reverse();
    named
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::home::Layout;

    fn kept(keeps: &Keeps) -> Vec<(String, Keep)> {
        let mut all: Vec<_> = keeps
            .at
            .iter()
            .map(|(path, keep)| (String::from_utf8_lossy(path).into_owned(), keep.clone()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    #[test]
    fn what_lies_behind_links_is_kept_where_it_is_and_so_are_the_links() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("real/here/local/state/nhmt")).unwrap();
        let spelled = root.join("home");
        symlink("real", &spelled).unwrap();
        symlink("a", root.join("real/.local")).unwrap();
        symlink(root.join("home/here/local"), root.join("real/a")).unwrap();
        let home = HomeDir::open(&Layout::new(&spelled)).unwrap();
        let mut keeps = Keeps::new();
        keeps
            .add_own(&home, &spelled.join(".local/state/nhmt"))
            .unwrap();
        let own = |path: &str, keep| (path.to_owned(), keep);
        assert_eq!(
            kept(&keeps),
            [
                own(".local", Keep::Way),
                own("a", Keep::Way),
                own("here/local/state/nhmt", Keep::Own),
            ]
        );
        assert!(keeps.has_in(b"") && keeps.has_in(b"here/local"));
        assert!(!keeps.has_in(b"here/local/state/nhmt") && !keeps.has_in(b"her"));
    }

    #[test]
    fn what_lies_elsewhere_keeps_nothing() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        let mut keeps = Keeps::new();
        keeps
            .add_own(&home, Path::new("/nix/var/nix/profiles/nhmt"))
            .unwrap();
        keeps.add_own(&home, temp.path()).unwrap();
        assert_eq!(kept(&keeps), []);
        symlink("loop", temp.path().join("loop")).unwrap();
        keeps.add_own(&home, &temp.path().join("loop/x")).unwrap();
        assert_eq!(kept(&keeps), [("loop".to_owned(), Keep::Way)]);
    }
}
