//! Whether a home takes `README` and `readme` for the same name, as macOS and
//! filesystems for its files or those of Windows do.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use rustix::io::{Errno, Result};

use super::dir::{Dir, Identity};
use super::error::{AtPlace, HomeError};
use super::{HomeDir, os};

impl HomeDir {
    /// Whether names that differ only in the case of their letters are one
    /// name in the home directory. Reads only: a name that is there is looked
    /// up in the other case. A directory of ext4 can have a rule of its own,
    /// which this does not see.
    ///
    /// # Errors
    /// When the home may not be read.
    pub fn folds_case(&self) -> std::result::Result<bool, HomeError> {
        let probe = || match in_directory(self.dir())? {
            Some(folds) => Ok(folds),
            None => self.is_found_in_other_case(),
        };
        probe().at_path("look up names in", self.layout().home())
    }

    /// An empty home is itself a name, if in a directory of the same mount.
    fn is_found_in_other_case(&self) -> Result<bool> {
        let Some(other) = self.layout().home().file_name().and_then(other_case) else {
            return Ok(false);
        };
        let Ok(above) = self.dir().open(os("..")) else {
            return Ok(false);
        };
        if above.mount()? != self.dir().mount()? {
            return Ok(false);
        }
        let home = Identity::of(&self.dir().stat_self()?);
        let is_home = |stat| Identity::of(&stat).inode == home.inode;
        // Unless there are two names, which the directory lists.
        let listed = above.entries()?.iter().any(|(name, _)| *name == other);
        Ok(!listed && above.stat(&other).is_ok_and(is_home))
    }
}

/// What the names in `dir` tell; `None` when none of them has a letter.
fn in_directory(dir: &Dir) -> Result<Option<bool>> {
    let names = dir.entries()?.into_iter().map(|(name, _)| name).collect();
    by_lookup(&names, |name| {
        dir.stat(name).map(|stat| Identity::of(&stat).inode)
    })
}

/// As [`in_directory`], for names and what looking one up gives.
fn by_lookup(
    names: &HashSet<OsString>,
    lookup: impl Fn(&OsStr) -> Result<u64>,
) -> Result<Option<bool>> {
    for name in names {
        let Some(other) = other_case(name) else {
            continue;
        };
        if names.contains(&other) {
            return Ok(Some(false));
        }
        let found = lookup(&other);
        match (lookup(name), found) {
            (Ok(inode), Ok(found)) => return Ok(Some(inode == found)),
            (Ok(_), Err(Errno::NOENT)) => return Ok(Some(false)),
            // It went meanwhile: another tells as much.
            (Err(Errno::NOENT), _) => {}
            (Err(errno), _) | (_, Err(errno)) => return Err(errno),
        }
    }
    Ok(None)
}

/// `name` with small letters for capitals and the other way round; `None` when
/// it has none.
fn other_case(name: &OsStr) -> Option<OsString> {
    let turned = |byte: &u8| {
        if byte.is_ascii_lowercase() {
            byte.to_ascii_uppercase()
        } else {
            byte.to_ascii_lowercase()
        }
    };
    let other: Vec<u8> = name.as_bytes().iter().map(turned).collect();
    let other = OsString::from_vec(other);
    (other != name).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Layout;

    /// A directory with these names, in which each has its own file.
    fn tell(names: &[&str], folds: bool) -> Option<bool> {
        let set: HashSet<OsString> = names.iter().map(OsString::from).collect();
        let lookup = |name: &OsStr| {
            let same = |one: &&str| {
                name == OsStr::new(one) || folds && name.eq_ignore_ascii_case(OsStr::new(one))
            };
            let place = names.iter().position(same);
            place.map(|place| place as u64).ok_or(Errno::NOENT)
        };
        by_lookup(&set, lookup).unwrap()
    }

    #[test]
    fn a_name_in_the_other_case_tells() {
        assert_eq!(tell(&[".Config", "1"], true), Some(true));
        assert_eq!(tell(&[".Config", "1"], false), Some(false));
        assert_eq!(tell(&["1", "_"], true), None, "no letters");
        assert_eq!(tell(&[], true), None);
    }

    #[test]
    fn two_names_of_one_file_are_two_names() {
        let names = ["a", "A"].map(OsString::from).into();
        assert_eq!(by_lookup(&names, |_| Ok(1)), Ok(Some(false)));
    }

    #[test]
    fn a_name_that_went_meanwhile_tells_nothing() {
        let names = ["gone"].map(OsString::from).into();
        assert_eq!(by_lookup(&names, |_| Err(Errno::NOENT)), Ok(None));
        let failed = by_lookup(&names, |_| Err(Errno::IO));
        assert_eq!(failed, Err(Errno::IO));
    }

    /// This machine's filesystem says the same when it is asked by making
    /// files; also in an empty home.
    #[test]
    fn a_real_directory_is_probed_without_a_trace() {
        let temp = tempfile::Builder::new().prefix("Case").tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        let empty = home.folds_case().unwrap();
        assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 0);
        std::fs::write(temp.path().join("Name"), "").unwrap();
        let folds = temp.path().join("nAME").exists();
        assert_eq!(home.folds_case().unwrap(), folds);
        assert_eq!(empty, folds);
    }
}
