//! Where a container puts what its home alone has at the end: what could not be
//! taken back to the persistent directories would go with the home.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::container::{self, LEFT};
use crate::home::{HomeDir, Layout};
use crate::manifest::{HomePath, Index, Route};

/// A directory of the real machine, which stays when there is something in it.
#[derive(Debug)]
pub(super) struct LeftBehind(PathBuf);

impl LeftBehind {
    /// Makes one.
    pub fn new() -> Result<Self, Failure> {
        let dir = tempfile::Builder::new().prefix("nhmt-left-").tempdir();
        let dir = dir.map_err(|error| {
            Failure::new(format_args!("cannot make a temporary directory: {error}"))
        })?;
        Ok(Self(dir.keep()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for LeftBehind {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// What was left behind: each path with why it could not be put there, if it
/// could not.
pub(super) type Left = Vec<(HomePath, Result<(), String>)>;

/// Puts what the home alone has of its persisted paths into [`LEFT`].
pub(super) fn leave_behind(home: &Path) -> Result<Left, String> {
    let opened = HomeDir::open(&Layout::new(home)).map_err(|error| error.to_string())?;
    let tree = opened.current_tree().map_err(|error| error.to_string())?;
    let Some(tree) = tree else {
        return Ok(Vec::new());
    };
    let index = Index::read(&tree).map_err(|error| error.to_string())?;
    let routes = index.routes();
    let routes = routes.filter_map(|entry| Some((&entry.path, entry.route.as_deref()?)));
    let alone = routes.filter(|(path, route)| is_alone(home, path, route));
    Ok(alone
        .map(|(path, _)| (path.clone(), put(home, path)))
        .collect())
}

/// Whether there is something at the path, which is neither a link nor the
/// persistent thing itself, mounted there.
fn is_alone(home: &Path, path: &HomePath, route: &Route) -> bool {
    let at = home.join(path.as_path());
    let Ok(mine) = at.symlink_metadata() else {
        return false;
    };
    if mine.is_symlink() || mine.is_dir() && is_empty(&at) {
        return false;
    }
    let place = route.place(path).symlink_metadata();
    !place.is_ok_and(|place| (place.dev(), place.ino()) == (mine.dev(), mine.ino()))
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut names| names.next().is_none())
}

fn put(home: &Path, path: &HomePath) -> Result<(), String> {
    let to = Path::new(LEFT).join(path.as_path());
    let put = to.parent().map_or(Ok(()), fs::create_dir_all);
    put.and_then(|()| container::copy(&home.join(path.as_path()), &to))
        .map_err(|error| error.to_string())
}

/// What tells nhmt inside where [`LEFT`] is outside.
pub(super) fn flag(left: &Path) -> [OsString; 2] {
    ["--left".into(), left.as_os_str().to_owned()]
}
