//! Going through sorted paths with each directory opened once.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::io::Errno;

use super::dir::Dir;
use super::error::{AtPlace, HomeError};
use super::home_dir::HomeDir;
use crate::manifest::HomePath;

/// Why a directory of a path cannot be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// There is nothing.
    Missing,
    /// A file, or a symbolic link (which is not followed).
    NotDirectory,
}

/// Where a path's directory is.
pub(crate) enum Parent<'w> {
    /// Here it is.
    Open(&'w Dir),
    /// It is not reached: the first `length` bytes of the path name what
    /// stands in the way.
    Blocked {
        /// The length of the ancestor in bytes.
        length: usize,
        /// What is there.
        obstacle: Obstacle,
    },
}

/// Keeps the directories of the last path open. When the paths come sorted,
/// each directory is opened once, those above it only on the way, and no more
/// than the depth stay open.
pub(crate) struct Walker<'a> {
    root: &'a Dir,
    prefix: Vec<u8>,
    open: Vec<(usize, Dir)>,
    blocked: Option<(Vec<u8>, Obstacle)>,
    /// Several names may be opened in one call.
    at_once: bool,
    /// The home, when `root` is its directory: links of nhmt's that lead from it
    /// to a persistent directory are followed.
    home: Option<&'a HomeDir>,
}

impl<'a> Walker<'a> {
    /// A walker of paths below `root`.
    pub(crate) fn new(root: &'a Dir) -> Self {
        Self {
            root,
            prefix: Vec::new(),
            open: Vec::new(),
            blocked: None,
            at_once: true,
            home: None,
        }
    }

    /// A walker of paths in `home`. It goes on where nhmt's own direct link
    /// leads to the place of a persisted directory, in a root that this home is
    /// known to have.
    pub(super) fn of(home: &'a HomeDir) -> Self {
        Self {
            home: Some(home),
            ..Self::new(home.dir())
        }
    }

    /// The directory that holds `path`.
    pub(crate) fn parent_of(&mut self, path: &HomePath) -> Result<Parent<'_>, HomeError> {
        let bytes = path.as_bytes();
        let end = bytes.iter().rposition(|&b| b == b'/').unwrap_or(0);
        let parent = &bytes[..end];
        if parent == self.prefix {
            return Ok(Parent::Open(self.top()));
        }
        if let Some((at, obstacle)) = &self.blocked
            && is_at_or_below(parent, at)
        {
            let (length, obstacle) = (at.len(), *obstacle);
            return Ok(Parent::Blocked { length, obstacle });
        }
        while let Some((length, _)) = self.open.last()
            && !is_at_or_below(parent, &self.prefix[..*length])
        {
            self.open.pop();
        }
        let known = self.open.last().map_or(0, |(length, _)| *length);
        self.prefix.truncate(known);
        let rest = &parent[if known == 0 { 0 } else { known + 1 }.min(end)..];
        if self.at_once
            && rest.contains(&b'/')
            && let Some(Ok(dir)) = self.top().open_at_once(OsStr::from_bytes(rest))
        {
            self.open.push((end, dir));
            self.prefix.clear();
            self.prefix.extend_from_slice(parent);
            return Ok(Parent::Open(self.top()));
        }
        // Name by name also to see which of them is in the way.
        let mut at = known;
        while at < end {
            let start = if at == 0 { 0 } else { at + 1 };
            let next = bytes[start..end]
                .iter()
                .position(|&b| b == b'/')
                .map_or(end, |i| start + i);
            let name = OsStr::from_bytes(&bytes[start..next]);
            let opened = match self.top().open(name) {
                Err(Errno::NOTDIR | Errno::LOOP) => self.through(&bytes[..next], name),
                opened => opened,
            };
            let obstacle = match opened {
                Ok(dir) => {
                    self.open.push((next, dir));
                    self.prefix.clear();
                    self.prefix.extend_from_slice(&bytes[..next]);
                    at = next;
                    continue;
                }
                Err(Errno::NOENT) => Obstacle::Missing,
                Err(Errno::NOTDIR | Errno::LOOP) => Obstacle::NotDirectory,
                Err(errno) => return Err(errno).at("open the directory of", path),
            };
            self.blocked = Some((bytes[..next].to_vec(), obstacle));
            let length = next;
            return Ok(Parent::Blocked { length, obstacle });
        }
        Ok(Parent::Open(self.top()))
    }

    /// The persisted directory that the link `name` leads to, at the path `at`.
    fn through(&self, at: &[u8], name: &OsStr) -> rustix::io::Result<Dir> {
        let home = self.home.ok_or(Errno::NOTDIR)?;
        let path = HomePath::new(at).map_err(|_| Errno::NOTDIR)?;
        home.persisted(self.top(), name, &path).ok_or(Errno::NOTDIR)
    }

    fn top(&self) -> &Dir {
        self.open.last().map_or(self.root, |(_, dir)| dir)
    }
}

fn is_at_or_below(path: &[u8], other: &[u8]) -> bool {
    path.starts_with(other) && (path.len() == other.len() || path[other.len()] == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_found_and_obstacles_named() {
        check(true);
    }

    #[test]
    fn the_same_is_found_name_by_name() {
        check(false);
    }

    fn check(at_once: bool) {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(temp.path().join("a/b")).unwrap();
        std::fs::write(temp.path().join("a/file"), "").unwrap();
        std::fs::write(temp.path().join("a/b/mark"), "").unwrap();
        std::os::unix::fs::symlink("b", temp.path().join("a/link")).unwrap();
        let root = Dir::open_path(temp.path()).unwrap();
        let mut walker = Walker {
            at_once,
            ..Walker::new(&root)
        };
        let mut blocked = |path: &str| {
            let path = HomePath::new(path).unwrap();
            match walker.parent_of(&path).unwrap() {
                Parent::Open(dir) => {
                    let there = dir.stat(OsStr::new("mark")).is_ok();
                    assert_eq!(there, path.to_string().starts_with("a/b/"));
                    None
                }
                Parent::Blocked { length, obstacle } => Some((length, obstacle)),
            }
        };
        assert_eq!(blocked("a/b/c"), None);
        assert_eq!(blocked("a/b/no/x/y"), Some((6, Obstacle::Missing)));
        assert_eq!(blocked("a/b/no/z"), Some((6, Obstacle::Missing)));
        assert_eq!(blocked("a/file/x"), Some((6, Obstacle::NotDirectory)));
        assert_eq!(blocked("a/x"), None);
        assert_eq!(blocked("ab"), None);
        assert_eq!(blocked("a/b/d"), None);
        assert_eq!(blocked("a/link/x/y"), Some((6, Obstacle::NotDirectory)));
        assert_eq!(blocked("a/b/c/d/e"), Some((5, Obstacle::Missing)));
    }
}
