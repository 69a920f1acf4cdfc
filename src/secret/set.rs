//! One set of secrets in memory: a directory of files.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;

use rustix::fs::{FileType, Mode, Stat, fchmod};
use rustix::io::{Errno, Result};
use zeroize::Zeroizing;

use super::base::Base;
use crate::home::dir::Dir;
use crate::home::{errno, os};
use crate::manifest::{Content, FILLED, Manifest, filled_name};

/// What a set is called as long as it is not whole.
const STAGED: &str = ".making";

/// The mode of what is filled in.
const FILLED_MODE: u32 = 0o400;

/// A file of a set: whether it is filled in, and its name.
pub(super) type FileName = (bool, String);

/// What a set has to have.
pub(super) struct Set {
    /// The files with their modes, and what they are called in messages.
    files: BTreeMap<FileName, (u32, String)>,
}

impl Set {
    /// The set that `manifest` wants.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let secrets = manifest.secrets.files.iter();
        let mut files: BTreeMap<_, _> = secrets
            .map(|(name, spec)| ((false, name.clone()), (spec.mode, name.clone())))
            .collect();
        for (path, spec) in &manifest.files {
            if !spec.is_secret() || matches!(spec.content, Content::Secret(_)) {
                continue;
            }
            let executable = if spec.executable == Some(true) {
                0o100
            } else {
                0
            };
            let name = (true, filled_name(path.as_bytes()));
            files.insert(name, (FILLED_MODE | executable, format!("~/{path}")));
        }
        Self { files }
    }

    /// Whether `base` has all of it as `name`.
    pub(super) fn is_there(&self, base: &Dir, name: &OsStr) -> bool {
        base.open(name)
            .is_ok_and(|dir| self.missing(Some(&dir)).is_empty())
    }

    /// What of it is not in `dir` as it should be.
    pub(super) fn missing(&self, dir: Option<&Dir>) -> Vec<String> {
        let filled = dir.and_then(|dir| dir.open(os(FILLED)).ok());
        let is_there = |(is_filled, name): &FileName, mode: u32| {
            let dir = if *is_filled { filled.as_ref() } else { dir };
            let stat = dir.and_then(|dir| dir.stat(os(name)).ok());
            stat.is_some_and(|stat| {
                FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
                    && bits(&stat) == mode
            })
        };
        let all = self.files.iter();
        all.filter(|(name, (mode, _))| !is_there(name, *mode))
            .map(|(_, (_, shown))| shown.clone())
            .collect()
    }

    /// Writes `contents` to `base` as `name`, whole or not at all.
    pub(super) fn write(
        &self,
        base: &Base,
        name: &OsStr,
        contents: &BTreeMap<FileName, Zeroizing<Vec<u8>>>,
    ) -> Result<()> {
        // Left by a run that was killed.
        remove_if_there(base.discard(os(STAGED)))?;
        let dir = &base.dir;
        dir.make(os(STAGED), 0o700)?;
        let written = self.write_staged(dir, contents).and_then(|()| {
            if dir.stat(name).is_err() {
                return dir.replace(os(STAGED), name);
            }
            // What is there is not whole, or lies in another directory.
            dir.swap(os(STAGED), dir, name)?;
            base.discard(os(STAGED))
        });
        if written.is_err() {
            let _ = base.discard(os(STAGED));
        }
        written
    }

    fn write_staged(
        &self,
        base: &Dir,
        contents: &BTreeMap<FileName, Zeroizing<Vec<u8>>>,
    ) -> Result<()> {
        let dir = base.open(os(STAGED))?;
        dir.make(os(FILLED), 0o700)?;
        let filled = dir.open(os(FILLED))?;
        for (key @ (is_filled, name), (mode, _)) in &self.files {
            let dir = if *is_filled { &filled } else { &dir };
            let mut file = dir.create_file(os(name), 0o600)?;
            let bytes = contents.get(key).ok_or(Errno::INVAL)?;
            file.write_all(bytes).map_err(|error| errno(&error))?;
            fchmod(&file, Mode::from_raw_mode(*mode))?;
        }
        Ok(())
    }
}

/// The permission bits of a file.
// Its type differs between platforms.
#[allow(clippy::useless_conversion)]
pub(super) fn bits(stat: &Stat) -> u32 {
    u32::from(stat.st_mode) & 0o7777
}

/// Whether a directory can be a set.
pub(super) fn is_name(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.len() == 32 && bytes.iter().all(u8::is_ascii_hexdigit)
}

/// Removes `name` with all that is in it; links are not followed.
pub(super) fn remove(base: &Dir, name: &OsStr, kind: FileType) -> Result<()> {
    if kind != FileType::Directory {
        return base.unlink(name);
    }
    let dir = base.open(name)?;
    for (below, kind) in dir.entries()? {
        remove(&dir, &below, kind)?;
    }
    base.remove_dir(name)
}

/// It is no failure that it was not there.
pub(super) fn remove_if_there(removed: Result<()>) -> Result<()> {
    match removed {
        Err(Errno::NOENT) => Ok(()),
        other => other,
    }
}
