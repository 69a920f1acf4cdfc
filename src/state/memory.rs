//! What a root remembers: `.nhmt/routes`, a line for each path that was ever
//! routed there. A line that cannot be read is passed over.

use std::collections::BTreeMap;
use std::io::Read;

use rustix::io::{Errno, Result};

use super::root::Root;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeError, errno, os};
use crate::manifest::{Digest, HomePath, RouteKind, escaped, unescaped};

/// The file's name in the root's own room.
const NAME: &str = "routes";

/// What is known of one routed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) kind: RouteKind,
    /// The generation that introduced the route; 0 for one that was added
    /// without a configuration.
    pub(crate) since: u64,
    /// A configuration declared it last; else a command added it.
    pub(crate) declared: bool,
}

/// All routed paths of a root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Routes(BTreeMap<HomePath, Known>);

impl Routes {
    /// What `root` remembers; nothing when there is no memory.
    pub(crate) fn read(root: &Root) -> std::result::Result<Self, HomeError> {
        match root.own()? {
            Some(own) => Self::read_in(&own).at_path("read", root.place().join(super::root::OWN)),
            None => Ok(Self::default()),
        }
    }

    fn read_in(own: &Dir) -> Result<Self> {
        let mut bytes = Vec::new();
        match own.open_file(os(NAME), false) {
            Ok(mut file) => file
                .read_to_end(&mut bytes)
                .map_err(|error| errno(&error))?,
            Err(Errno::NOENT) => 0,
            Err(errno) => return Err(errno),
        };
        let lines = bytes.split(|&b| b == b'\n');
        Ok(Self(lines.filter_map(parse).collect()))
    }

    /// Writes the memory beside the old one and renames it over.
    pub(crate) fn write(&self, root: &Root) -> std::result::Result<(), HomeError> {
        let place = root.place().join(super::root::OWN).join(NAME);
        self.write_in(&root.room()?).at_path("write", place)
    }

    fn write_in(&self, own: &Dir) -> Result<()> {
        let bytes: Vec<u8> = self.0.iter().flat_map(line).collect();
        own.write_whole(os(NAME), &bytes)?;
        own.sync()
    }

    pub(crate) fn get(&self, path: &HomePath) -> Option<&Known> {
        self.0.get(path)
    }

    /// Remembers that the generation `number` declares `path`; gives whether
    /// that was not known.
    pub(crate) fn declare(&mut self, path: &HomePath, kind: RouteKind, number: u64) -> bool {
        let since = self.get(path).map_or(number, |known| match known.since {
            0 => number,
            since => since,
        });
        self.set(path, kind, since, true)
    }

    /// Remembers that a command added `path`.
    pub(crate) fn add(&mut self, path: &HomePath, kind: RouteKind) -> bool {
        let since = self.get(path).map_or(0, |known| known.since);
        self.set(path, kind, since, false)
    }

    fn set(&mut self, path: &HomePath, kind: RouteKind, since: u64, declared: bool) -> bool {
        let known = Known {
            kind,
            since,
            declared,
        };
        self.0.insert(path.clone(), known) != Some(known)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&HomePath, &Known)> {
        self.0.iter()
    }
}

fn line((path, known): (&HomePath, &Known)) -> Vec<u8> {
    let kind = match known.kind {
        RouteKind::Directory => "directory",
        RouteKind::File => "file",
    };
    let how = if known.declared { "declared" } else { "added" };
    let path = escaped(path.as_bytes());
    let text = format!("{kind} {} {how} {path}", known.since);
    // What was cut off or mixed up is noticed.
    let check = Digest::of(text.as_bytes());
    format!("{text} {check}\n").into_bytes()
}

fn parse(line: &[u8]) -> Option<(HomePath, Known)> {
    let (text, check) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
    if Digest::from_hex(check.as_bytes())? != Digest::of(text.as_bytes()) {
        return None;
    }
    let mut words = text.split(' ');
    let kind = match words.next()? {
        "directory" => RouteKind::Directory,
        "file" => RouteKind::File,
        _ => return None,
    };
    let known = Known {
        kind,
        since: words.next()?.parse().ok()?,
        declared: words.next()? == "declared",
    };
    let path = HomePath::new(unescaped(words.next()?.as_bytes())?).ok()?;
    Some((path, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::{HomeDir, Layout};
    use crate::state::root::Owner;

    #[test]
    fn what_is_written_is_read_and_damage_is_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        let place = temp.path().join("root");
        let root = Root::make(&place, Owner::of(&home).unwrap()).unwrap();
        assert_eq!(Routes::read(&root).unwrap(), Routes::default());
        let mut routes = Routes::default();
        let odd = HomePath::new(&b"odd %\xff\n path"[..]).unwrap();
        assert!(routes.declare(&odd, RouteKind::File, 7));
        assert!(!routes.declare(&odd, RouteKind::File, 9), "since 7");
        assert!(routes.add(&HomePath::new("b").unwrap(), RouteKind::Directory));
        routes.write(&root).unwrap();
        assert_eq!(Routes::read(&root).unwrap(), routes);
        let file = place.join(".nhmt/routes");
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            for bytes in [&damaged[..], &whole[..at]] {
                std::fs::write(&file, bytes).unwrap();
                let read = Routes::read(&root).unwrap();
                assert!(
                    read.iter()
                        .all(|(path, known)| routes.get(path) == Some(known))
                );
            }
        }
    }
}
