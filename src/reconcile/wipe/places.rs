//! Where a wipe has its private folders on other mounts than the state
//! directory: `wiping` there names them as long as they may be there, so that
//! any later run that changes the home finds what a killed wipe left in them.

use std::collections::BTreeSet;

use rustix::io::{Errno, Result};

use crate::home::dir::Dir;
use crate::home::os;
use crate::manifest::HomePath;
use crate::reconcile::examine::bytes;

/// The file in the state directory.
const NAME: &str = "wiping";

/// The folders that are named.
pub(super) struct Places {
    state: Dir,
    all: BTreeSet<HomePath>,
}

impl Places {
    pub(super) fn read(state: &Dir) -> Result<Self> {
        Ok(Self {
            all: read(state)?.into_iter().collect(),
            state: state.again()?,
        })
    }

    /// Names the folder `path`, before it is made.
    pub(super) fn add(&mut self, path: HomePath) -> Result<()> {
        if !self.all.insert(path) {
            return Ok(());
        }
        let lines = self
            .all
            .iter()
            .map(|path| [path.as_bytes(), b"\0"].concat());
        let bytes = lines.collect::<Vec<_>>().concat();
        self.state.write_whole(os(NAME), &bytes)?;
        self.state.sync()
    }
}

/// The folders that are named.
pub(in crate::reconcile) fn read(state: &Dir) -> Result<Vec<HomePath>> {
    let bytes = bytes(state, NAME)?;
    let paths = bytes.split(|&byte| byte == 0);
    Ok(paths.filter_map(|path| HomePath::new(path).ok()).collect())
}

/// There are none any more.
pub(in crate::reconcile) fn forget(state: &Dir) -> Result<()> {
    match state.unlink(os(NAME)) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno),
    }
}
