//! What is at a path now.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};
use sha2::{Digest as _, Sha256};

use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeDir, HomeError, Obstacle, Parent, ancestor};
use crate::manifest::{Digest, Escaped, HomePath};
use crate::reconcile::conflict::ConflictKind;
use crate::reconcile::directories::{Directories, errno};
use crate::reconcile::drift::DriftKind;
use crate::reconcile::observe::foreign_in;
use crate::reconcile::predecessor::is_home_managers;

/// A file that is changed in part is read whole; settings are small.
const LARGEST: u64 = 64 << 20;

/// What is at a path.
#[derive(Debug)]
pub(super) enum Live {
    /// Nothing, perhaps not even the directory.
    Absent,
    /// A link that only nhmt makes, or that Home Manager left here.
    OwnLink,
    /// A regular file with these permission bits.
    File(u32),
    /// A directory with nothing in it that nhmt did not put there.
    OwnDirectory,
    /// Something else.
    Other(ConflictKind, DriftKind, Option<String>),
    /// Its directory cannot be entered: what stands there.
    Blocked(HomePath, ConflictKind, Identity, Option<String>),
    /// Its directory cannot be entered, for a link of nhmt's stands there.
    BlockedByOwn(HomePath),
}

impl Live {
    /// Whether nothing of anybody's is there: nothing at all, or what nhmt made.
    pub(super) fn is_nobodys(&self) -> bool {
        matches!(
            self,
            Self::Absent | Self::OwnLink | Self::OwnDirectory | Self::BlockedByOwn(_)
        )
    }
}

/// Looks at `path`.
pub(super) fn look(home: &HomeDir, path: &HomePath) -> std::result::Result<Live, HomeError> {
    let mut walker = home.walker();
    let dir = match walker.parent_of(path)? {
        Parent::Open(dir) => dir,
        Parent::Blocked {
            obstacle: Obstacle::Missing,
            ..
        } => return Ok(Live::Absent),
        Parent::Blocked { length, .. } => {
            let top = ancestor(path, length);
            return blocked(home, top);
        }
    };
    let stat = match dir.stat(path.name()) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(Live::Absent),
        Err(errno) => return Err(errno).at("look at", path),
    };
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Live::File(stat.st_mode & 0o7777),
        FileType::Symlink => {
            let target = dir.read_link(path.name()).at("read the link", path)?;
            if home.is_own_target(target.as_bytes()) || is_home_managers(target.as_bytes(), path) {
                Live::OwnLink
            } else {
                let detail = leads_to(&target);
                Live::Other(
                    ConflictKind::ForeignLink,
                    DriftKind::ReplacedByLink,
                    Some(detail),
                )
            }
        }
        FileType::Directory => {
            let made = Directories::read(home)?;
            if foreign_in(home, &made, dir, path)?.is_none() {
                return Ok(Live::OwnDirectory);
            }
            Live::Other(
                ConflictKind::ForeignDirectory,
                DriftKind::ReplacedByDirectory,
                None,
            )
        }
        _ => Live::Other(
            ConflictKind::SpecialFile,
            DriftKind::ReplacedBySpecialFile,
            None,
        ),
    })
}

fn leads_to(target: &OsStr) -> String {
    format!("it leads to {}", Escaped(target.as_bytes()))
}

/// What stands at `top`, where a directory should be.
fn blocked(home: &HomeDir, top: HomePath) -> std::result::Result<Live, HomeError> {
    let mut walker = home.walker();
    let Parent::Open(dir) = walker.parent_of(&top)? else {
        return Ok(Live::Absent);
    };
    let stat = match dir.stat(top.name()) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(Live::Absent),
        Err(errno) => return Err(errno).at("look at", &top),
    };
    let identity = Identity::of(&stat);
    if identity.kind != FileType::Symlink {
        return Ok(Live::Blocked(
            top,
            ConflictKind::ParentIsFile,
            identity,
            None,
        ));
    }
    let target = dir.read_link(top.name()).at("read the link", &top)?;
    if home.is_own_target(target.as_bytes()) {
        return Ok(Live::BlockedByOwn(top));
    }
    let leads = dir.stat_following(top.name());
    let is_directory =
        leads.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory);
    let kind = if is_directory {
        ConflictKind::ParentIsLink
    } else {
        ConflictKind::ParentIsDangling
    };
    let detail = leads_to(&target);
    Ok(Live::Blocked(top, kind, identity, Some(detail)))
}

/// The digest of the content of the regular file `name`.
pub(in crate::reconcile) fn digest_of(dir: &Dir, name: &OsStr) -> Result<Digest> {
    digest(dir.open_file(name, false)?).map_err(|error| errno(&error))
}

/// The digest of what `reader` gives.
pub(super) fn digest(mut reader: impl Read) -> io::Result<Digest> {
    let mut hash = Hasher(Sha256::new());
    io::copy(&mut reader, &mut hash)?;
    Ok(Digest::from(<[u8; 32]>::from(hash.0.finalize())))
}

struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens the regular file at `path` in the home.
pub(super) fn open(home: &HomeDir, path: &HomePath) -> std::result::Result<File, HomeError> {
    match home.walker().parent_of(path)? {
        Parent::Open(dir) => dir.open_file(path.name(), false).at("read", path),
        Parent::Blocked { .. } => Err(Errno::NOENT).at("read", path),
    }
}

/// The text of `file`: what is wrong with it when it is none.
pub(super) fn text(mut file: File) -> io::Result<std::result::Result<String, String>> {
    if file.metadata()?.len() > LARGEST {
        return Ok(Err("it is larger than 64 MiB".into()));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|&b| b == b'\n').count();
        format!("line {line}: it is not UTF-8")
    }))
}

/// Opens the declared content of `path` in the home tree `tree`.
pub(super) fn declared(tree: &Path, path: &HomePath) -> std::result::Result<File, HomeError> {
    let place = tree.join("home").join(path.as_path());
    let opened = File::open(&place).map_err(|error| errno(&error));
    opened.at_path("read", place)
}
