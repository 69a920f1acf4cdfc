//! A second filesystem. Tests of the modules use this file, too.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A directory on another filesystem than the one at `place`.
pub fn elsewhere(place: &Path) -> TempDir {
    let device = |path: &Path| path.metadata().map(|data| data.dev()).ok();
    let own = std::env::current_exe().unwrap();
    let mut others = vec![PathBuf::from("/dev/shm"), PathBuf::from("/var/tmp")];
    others.extend(own.parent().map(Path::to_owned));
    others.extend(std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from));
    let apart = others.iter().filter(|other| device(other) != device(place));
    let mut made = apart.filter_map(|other| tempfile::tempdir_in(other).ok());
    made.next().unwrap_or_else(|| {
        panic!("this test needs a second filesystem; there is none to write to at {others:?}")
    })
}
