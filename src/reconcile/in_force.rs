//! What of a generation is in the home as nhmt left it.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::files::Written;
use super::roots::Roots;
use crate::home::dir::{Dir, Identity};
use crate::home::{HomeDir, HomeError, Parent};
use crate::manifest::{HomePath, Index};
use crate::state::at_risk::{Keep, Keeps};

/// What is not at risk in a home on the generation of `index`: its links, its
/// files that nobody changed, and nhmt's own. A link or a file that is not
/// there, or is another, is kept no more.
///
/// # Errors
/// When nhmt's memory of what it wrote cannot be read.
pub fn in_force(home: &HomeDir, index: &Index) -> std::result::Result<Keeps, HomeError> {
    let mut keeps = Keeps::new();
    let written = Written::read(home)?;
    let mut walker = home.walker();
    for entry in index.entries() {
        let path = &entry.path;
        if let Some(route) = &entry.route {
            keeps.add_route(path, route.place(path));
        } else if entry.method.is_link() {
            keeps.add_link(path);
        } else {
            let dir = walker
                .parent_of(path)
                .map_err(|error| crate::home::errno(&error.source));
            let left = match dir {
                Ok(Parent::Open(dir)) => as_left(&written, dir, path),
                Ok(Parent::Blocked { .. }) => Ok(None),
                Err(errno) => Err(errno),
            };
            match left {
                Ok(None) => {}
                Ok(Some(identity)) => keeps.add(path, Keep::File(identity)),
                // That is no reason to take it for somebody's.
                Err(errno) => keeps.add(path, Keep::Unknown(errno)),
            }
        }
    }
    for root in Roots::read(home)? {
        keeps.add_root(root);
    }
    let layout = home.layout();
    keeps.add_own(home, &layout.state())?;
    keeps.add_own(home, &layout.local_store())?;
    Ok(keeps)
}

/// The file at `path` in `dir` if nhmt made it and nobody changed it.
fn as_left(written: &Written, dir: &Dir, path: &HomePath) -> Result<Option<Identity>> {
    let name = CString::new(path.name().as_bytes()).map_err(|_| Errno::INVAL)?;
    let look = || match dir.see(&name) {
        Ok(seen) => Ok(Some(seen.identity)),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
    };
    let before = look()?.filter(|before| before.kind == FileType::RegularFile);
    if before.is_none() || !written.is_left(path, dir, path.name())? {
        return Ok(None);
    }
    // It may have been changed while it was read.
    Ok(look()?.filter(|after| Some(*after) == before))
}
