//! What the machine has at a path.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The file system of a machine.
#[derive(Debug, Clone)]
pub struct System {
    /// What is taken for `/`.
    root: PathBuf,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Nothing, or nothing that may be known.
    Absent,
    /// A directory.
    Directory,
    /// A symbolic link with this target.
    Link(PathBuf),
    /// A file, a socket, a device.
    File,
}

impl System {
    /// The machine that this process runs on.
    #[must_use]
    pub fn here() -> Self {
        Self::below("/")
    }

    /// A machine whose root directory is `root`.
    #[must_use]
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// What is at `path`, an absolute one.
    #[must_use]
    pub fn look(&self, path: &Path) -> What {
        let place = self.place(path);
        match fs::symlink_metadata(&place) {
            Ok(data) if data.is_dir() => What::Directory,
            Ok(data) if data.is_symlink() => fs::read_link(&place).map_or(What::Absent, What::Link),
            Ok(_) => What::File,
            Err(_) => What::Absent,
        }
    }

    /// Whether a directory is at `path`, also through links.
    #[must_use]
    pub fn is_directory(&self, path: &Path) -> bool {
        self.place(path).is_dir()
    }

    /// The names in a directory, sorted; none when it cannot be read.
    #[must_use]
    pub fn names(&self, dir: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(self.place(dir)).into_iter().flatten();
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        names
    }

    /// `path` without links, as far as it exists.
    #[must_use]
    pub fn resolved(&self, path: &Path) -> PathBuf {
        for above in path.ancestors() {
            if let Ok(real) = self.place(above).canonicalize()
                && let Ok(inside) = real.strip_prefix(&self.root)
                && let Ok(rest) = path.strip_prefix(above)
            {
                // Joining nothing would leave a slash at the end.
                return Path::new("/")
                    .join(inside)
                    .components()
                    .chain(rest.components())
                    .collect();
            }
        }
        path.to_owned()
    }

    fn place(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }
}
