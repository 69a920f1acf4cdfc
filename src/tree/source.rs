//! What a `source` of the manifest comes to.

use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::TreeError;
use super::leaf::{Declared, Leaf, What};
use crate::manifest::{HomePath, LeafKind, MethodName};

/// How sources come into a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sources {
    /// As symbolic links to their store paths: in a Nix store, which finds
    /// the references and keeps them.
    Link,
    /// As copies, symbolic links in them as they are: in the local store,
    /// where nothing else would keep them.
    Copy,
}

/// Expands sources into leaves.
///
/// A recursive source gives one leaf for each file and symbolic link below
/// it. Links are leaves, never followed (but the source itself may be one).
/// Directories that hold no leaf give nothing, as in Home Manager.
///
/// A source that becomes files of the user's, by the methods copy and seed, is
/// expanded as a recursive one, and links in it are followed: each leaf has to
/// be a file, which is read at every run.
///
/// `executable` applies to each regular file, also in recursive sources; a
/// directory that is linked or copied as one keeps the bits in it.
pub(super) struct Expansion {
    sources: Sources,
    /// The directory that the tree is written into, resolved. What leads out
    /// of it is never looked at when linking: a sandboxed build could not see
    /// it, and the tree must not depend on that.
    store: PathBuf,
    out: PathBuf,
}

impl Expansion {
    /// For a tree at `out`.
    ///
    /// # Errors
    /// When the directory that holds `out` does not exist.
    pub(super) fn new(sources: Sources, out: &Path) -> io::Result<Self> {
        let store = fs::canonicalize(out.parent().unwrap_or(Path::new("/")))?;
        let out = store.join(out.file_name().unwrap_or_default());
        Ok(Self {
            sources,
            store,
            out,
        })
    }

    /// Adds the leaves of the source at `path` to `leaves`.
    ///
    /// # Errors
    /// When something in it cannot be read or is of no use in a home.
    pub(super) fn leaves<'a>(
        &self,
        origin: Declared<'a>,
        path: &Path,
        recursive: bool,
        leaves: &mut Vec<Leaf<'a>>,
    ) -> Result<(), TreeError> {
        let unreadable = |error| origin.unreadable(path, error);
        let (source, resolved) = match self.sources {
            Sources::Link => {
                fs::symlink_metadata(path).map_err(unreadable)?;
                (path.to_owned(), self.resolve(path))
            }
            // A link at the top is how a person's file is reached; a copy of
            // the link would lead nowhere.
            Sources::Copy => {
                let source = fs::canonicalize(path).map_err(unreadable)?;
                let metadata = fs::metadata(&source).map_err(unreadable)?;
                (source, Some(metadata))
            }
        };
        let is_directory = resolved.as_ref().is_some_and(Metadata::is_dir);
        if is_directory && self.sources == Sources::Copy && self.out.starts_with(&source) {
            return Err(TreeError::Swallowed {
                target: origin.target.clone(),
                path: source,
                declared_in: origin.spec.declared_in.clone(),
            });
        }
        let method = origin.spec.method;
        let files = matches!(method, MethodName::Copy | MethodName::Seed);
        if is_directory && (recursive || files) {
            return self.walk(origin, source, leaves);
        }
        if method != MethodName::Link && !resolved.as_ref().is_some_and(Metadata::is_file) {
            return Err(self.no_file(origin, path, is_directory));
        }
        leaves.push(self.leaf(origin, origin.target.clone(), source, resolved)?);
        Ok(())
    }

    fn walk<'a>(
        &self,
        origin: Declared<'a>,
        source: PathBuf,
        leaves: &mut Vec<Leaf<'a>>,
    ) -> Result<(), TreeError> {
        let mut rest = vec![(source, origin.target.clone())];
        while let Some((directory, place)) = rest.pop() {
            let unreadable = |error| origin.unreadable(&directory, error);
            for entry in fs::read_dir(&directory).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let path = place
                    .join(entry.file_name().as_bytes())
                    .map_err(|error| unreadable(io::Error::other(error)))?;
                let from = entry.path();
                let kind = entry
                    .file_type()
                    .map_err(|error| origin.unreadable(&from, error))?;
                if kind.is_dir() {
                    rest.push((from, path));
                    continue;
                }
                let files = origin.spec.method != MethodName::Link;
                let leaf = if kind.is_symlink() && files {
                    let end = match self.sources {
                        Sources::Link => self.resolve(&from),
                        Sources::Copy => fs::metadata(&from).ok(),
                    };
                    if !end.as_ref().is_some_and(Metadata::is_file) {
                        let is_directory = end.is_some_and(|end| end.is_dir());
                        return Err(self.no_file(origin, &from, is_directory));
                    }
                    self.leaf(origin, path, from, end)?
                } else if kind.is_symlink() && self.sources == Sources::Copy {
                    copied_link(origin, path, &from)?
                } else {
                    let resolved = if kind.is_symlink() {
                        self.resolve(&from)
                    } else {
                        let metadata = fs::symlink_metadata(&from);
                        Some(metadata.map_err(|error| origin.unreadable(&from, error))?)
                    };
                    self.leaf(origin, path, from, resolved)?
                };
                leaves.push(leaf);
            }
        }
        Ok(())
    }

    /// The leaf at `path` for `from`, of which `resolved` is known (nothing,
    /// when it leads out of the store).
    fn leaf<'a>(
        &self,
        origin: Declared<'a>,
        path: HomePath,
        from: PathBuf,
        resolved: Option<Metadata>,
    ) -> Result<Leaf<'a>, TreeError> {
        let link = self.sources == Sources::Link;
        let (from, made) = behind_farm(origin, from)?;
        let what = match resolved {
            None => What::Link {
                to: from,
                kind: LeafKind::File,
                out: true,
            },
            Some(metadata) if metadata.is_dir() && link => What::Link {
                to: from,
                kind: LeafKind::Directory,
                out: false,
            },
            Some(metadata) if metadata.is_dir() => What::Directory { from },
            Some(metadata) if metadata.is_file() => {
                let has = is_executable(&metadata);
                let executable = origin.spec.executable.unwrap_or(has);
                if link && executable == has && !made {
                    What::Link {
                        to: from,
                        kind: LeafKind::of_file(executable),
                        out: false,
                    }
                } else {
                    What::File { from, executable }
                }
            }
            Some(metadata) => return Err(special(origin, &from, metadata.file_type())),
        };
        Ok(Leaf::new(path, origin, what))
    }

    /// The leaf of a live source: a link to its place, which is not looked at.
    ///
    /// # Errors
    /// When it lies in the store, where nobody edits it.
    pub(super) fn live<'a>(
        &self,
        origin: Declared<'a>,
        path: &Path,
    ) -> Result<Leaf<'a>, TreeError> {
        if self.holds(path) {
            return Err(TreeError::LiveInStore {
                target: origin.target.clone(),
                path: path.to_owned(),
                declared_in: origin.spec.declared_in.clone(),
            });
        }
        let what = What::Link {
            to: path.to_owned(),
            kind: LeafKind::File,
            out: true,
        };
        Ok(Leaf::new(origin.target.clone(), origin, what))
    }

    /// Whether `path` lies in the store.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.store)
    }

    /// The error for a source whose content is needed and that is no file.
    fn no_file(&self, origin: Declared<'_>, path: &Path, is_directory: bool) -> TreeError {
        TreeError::NoFile {
            target: origin.target.clone(),
            path: path.to_owned(),
            method: origin.spec.method.as_str(),
            what: match (is_directory, self.sources) {
                (true, _) => "is a directory",
                (false, Sources::Link) => "leads to no file in the store",
                (false, Sources::Copy) => "leads to no file",
            },
            declared_in: origin.spec.declared_in.clone(),
        }
    }

    /// What `path` is in the end, when that lies in the store.
    fn resolve(&self, path: &Path) -> Option<Metadata> {
        let end = fs::canonicalize(path).ok()?;
        if end.starts_with(&self.store) {
            fs::metadata(end).ok()
        } else {
            None
        }
    }
}

/// What is linked to for `from`: in a tree of links, what its link leads to (a
/// relative one means what it says only where it lies). And whether it is no
/// link there: then it was made for that tree, and its place there, which
/// changes with all others, says nothing of its content.
fn behind_farm(origin: Declared<'_>, from: PathBuf) -> Result<(PathBuf, bool), TreeError> {
    if !origin.spec.link_farm {
        return Ok((from, false));
    }
    match fs::read_link(&from) {
        Ok(to) if to.is_absolute() => Ok((to, false)),
        Ok(_) => Ok((from, false)),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok((from, true)),
        Err(error) => Err(origin.unreadable(&from, error)),
    }
}

/// Whether Nix, and the local store, would keep the executable bit.
pub(super) fn is_executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o100 != 0
}

/// The error for a socket, pipe or device.
pub(super) fn special(origin: Declared<'_>, path: &Path, kind: FileType) -> TreeError {
    TreeError::Special {
        target: origin.target.clone(),
        path: path.to_owned(),
        what: match () {
            () if kind.is_fifo() => "named pipe",
            () if kind.is_socket() => "socket",
            () => "device",
        },
        declared_in: origin.spec.declared_in.clone(),
    }
}

fn copied_link<'a>(
    origin: Declared<'a>,
    path: HomePath,
    from: &Path,
) -> Result<Leaf<'a>, TreeError> {
    let to = fs::read_link(from).map_err(|error| origin.unreadable(from, error))?;
    let kind = match fs::metadata(from) {
        Ok(metadata) if metadata.is_dir() => LeafKind::Directory,
        Ok(metadata) => LeafKind::of_file(is_executable(&metadata)),
        Err(_) => LeafKind::File,
    };
    let out = true;
    let what = What::Link { to, kind, out };
    Ok(Leaf::new(path, origin, what))
}
