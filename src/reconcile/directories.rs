//! The memory of the directories that nhmt made, so that it removes those when
//! they are empty and no longer needed, and never another.

use std::collections::BTreeSet;
use std::io::Read;

use rustix::io::Errno;

pub(crate) use crate::home::errno;

use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, os};
use crate::manifest::HomePath;

/// The file's name in the state directory: paths, each followed by a NUL.
const NAME: &str = "directories";

/// The directories in the home that nhmt made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Directories(BTreeSet<HomePath>);

impl Directories {
    /// What is remembered; nothing when there is no memory. Records that are
    /// no paths are passed over: at worst an empty directory stays.
    pub(crate) fn read(home: &HomeDir) -> Result<Self, HomeError> {
        let Some(state) = home.state()? else {
            return Ok(Self::default());
        };
        let mut bytes = Vec::new();
        match state.open_file(os(NAME), false) {
            Ok(mut file) => {
                file.read_to_end(&mut bytes)
                    .map_err(|error| errno(&error))
                    .at_path("read", home.layout().state().join(NAME))?;
            }
            Err(Errno::NOENT) => {}
            Err(errno) => {
                return Err(errno).at_path("read", home.layout().state().join(NAME));
            }
        }
        let paths = bytes.split(|&b| b == 0);
        Ok(Self(
            paths.filter_map(|path| HomePath::new(path).ok()).collect(),
        ))
    }

    /// How many records of a memory are no paths.
    pub(crate) fn damage(bytes: &[u8]) -> usize {
        let records = bytes.split(|&b| b == 0).filter(|record| !record.is_empty());
        records.filter(|path| HomePath::new(path).is_err()).count()
    }

    /// Writes the memory beside the old one and renames it over.
    pub(crate) fn write(&self, home: &HomeDir, state: &Dir) -> Result<(), HomeError> {
        let mut bytes = Vec::new();
        for path in &self.0 {
            bytes.extend_from_slice(path.as_bytes());
            bytes.push(0);
        }
        let place = home.layout().state().join(NAME);
        state.write_whole(os(NAME), &bytes).at_path("write", place)
    }

    pub(crate) fn has(&self, path: &HomePath) -> bool {
        self.0.contains(path)
    }

    /// Adds a directory; `false` when it was known.
    pub(crate) fn add(&mut self, path: HomePath) -> bool {
        self.0.insert(path)
    }

    /// Forgets a directory.
    pub(crate) fn forget(&mut self, path: &HomePath) {
        self.0.remove(path);
    }

    /// The directories, those deepest first that lie in each other.
    pub(crate) fn inside_out(&self) -> impl Iterator<Item = &HomePath> {
        self.0.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Layout;

    #[test]
    fn what_is_written_is_read_and_damage_is_tolerated() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        assert_eq!(Directories::read(&home).unwrap(), Directories::default());
        let state = home.make_state().unwrap();
        let mut made = Directories::default();
        for path in ["a", "a/b", "a-b"] {
            assert!(made.add(HomePath::new(path).unwrap()));
        }
        made.write(&home, &state).unwrap();
        assert_eq!(Directories::read(&home).unwrap(), made);
        let order: Vec<_> = made.inside_out().map(ToString::to_string).collect();
        assert_eq!(order, ["a-b", "a/b", "a"]);
        std::fs::write(home.layout().state().join(NAME), b"a\0../x\0b\xff\0cut").unwrap();
        assert_eq!(Directories::read(&home).unwrap().0.len(), 3);
    }
}
