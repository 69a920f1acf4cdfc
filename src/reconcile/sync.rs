//! Brings what a run wrote to the disk.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::io::Result;

use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeError};

/// Up to so many directories are synced one by one; beyond, one `syncfs` for
/// each filesystem is faster (28–58 ms on ext4, while 1,000 `fsync`s on btrfs
/// take 700).
const FEW: usize = 50;

/// The directories that a run changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    few: Vec<Dir>,
    many: bool,
    filesystems: BTreeMap<u64, Dir>,
}

impl Touched {
    /// Adds a changed directory.
    pub(super) fn add(&mut self, dir: Option<Dir>) -> Result<()> {
        let Some(dir) = dir else {
            return Ok(());
        };
        let device = Identity::of(&dir.stat_self()?).device;
        if let Entry::Vacant(new) = self.filesystems.entry(device) {
            new.insert(dir.again()?);
        }
        if self.few.len() == FEW {
            self.many = true;
            self.few.clear();
        }
        if !self.many {
            self.few.push(dir);
        }
        Ok(())
    }

    /// Syncs what was added and forgets it; gives how long it took.
    pub(super) fn sync(&mut self) -> Result<Duration> {
        let start = Instant::now();
        if self.many {
            for dir in self.filesystems.values() {
                sync_filesystem(dir)?;
            }
        } else {
            for dir in &self.few {
                dir.sync()?;
            }
        }
        *self = Self::default();
        Ok(start.elapsed())
    }
}

/// Brings the whole filesystem of the directory `path` to the disk: for a new
/// home tree, whose files nothing has synced.
///
/// # Errors
/// When `path` cannot be opened, or the disk fails.
pub fn sync_filesystem_of(path: &Path) -> std::result::Result<(), HomeError> {
    Dir::open_path(path)
        .and_then(|dir| sync_filesystem(&dir))
        .at_path("bring to the disk", path)
}

#[cfg(target_os = "linux")]
fn sync_filesystem(dir: &Dir) -> Result<()> {
    rustix::fs::syncfs(dir)
}

/// Only Linux can sync a single filesystem.
#[cfg(not(target_os = "linux"))]
fn sync_filesystem(_dir: &Dir) -> Result<()> {
    rustix::fs::sync();
    Ok(())
}
