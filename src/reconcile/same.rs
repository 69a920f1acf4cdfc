//! Whether a link that somebody else made leads to what is wanted in its place.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::home::copy::same_bytes;

/// Whether the link at `place` and the one at `wanted` lead to one place, be
/// anything there or not.
pub(super) fn same_target(place: &Path, target: &Path, wanted: &Path) -> bool {
    let Ok(wanted) = fs::read_link(wanted) else {
        return false;
    };
    let above = place.parent().unwrap_or(Path::new("/"));
    wanted.is_absolute() && plain(&above.join(target)) == Some(wanted)
}

/// `path` without `..`, by its text. `None` when a component before one is a
/// link, through which the way up is another.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.is_symlink() => return None,
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    Some(plain)
}

/// Whether two directories have the same names, with the same in them.
pub(super) fn same_directory(one: &Path, other: &Path) -> io::Result<bool> {
    let names = names(one)?;
    if names != self::names(other)? {
        return Ok(false);
    }
    for name in names {
        let (one, other) = (one.join(&name), other.join(&name));
        let (a, b) = (fs::symlink_metadata(&one)?, fs::symlink_metadata(&other)?);
        if a.file_type() != b.file_type() || !same_thing(&one, &a, &other, &b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// As [`same_directory`], for two things of one kind.
fn same_thing(one: &Path, a: &Metadata, other: &Path, b: &Metadata) -> io::Result<bool> {
    if a.is_dir() {
        return same_directory(one, other);
    }
    if a.is_symlink() {
        return Ok(fs::read_link(one)? == fs::read_link(other)?);
    }
    // What is no file has no content to compare.
    Ok(a.is_file() && a.len() == b.len() && same_bytes(File::open(one)?, File::open(other)?)?)
}

fn names(dir: &Path) -> io::Result<Vec<OsString>> {
    let entries = fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name()));
    let mut names = entries.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn directories_are_the_same_when_all_in_them_is() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("one"), dir.path().join("other"));
        for root in [&one, &other] {
            fs::create_dir_all(root.join("sub")).unwrap();
            fs::write(root.join("sub/file"), "x").unwrap();
            symlink("file", root.join("sub/link")).unwrap();
        }
        let same = || same_directory(&one, &other).unwrap();
        assert!(same());
        fs::write(other.join("sub/file"), "y").unwrap();
        assert!(!same());
        fs::write(other.join("sub/file"), "x").unwrap();
        fs::write(one.join("more"), "").unwrap();
        assert!(!same());
        fs::remove_file(one.join("more")).unwrap();
        fs::remove_file(one.join("sub/link")).unwrap();
        symlink("elsewhere", one.join("sub/link")).unwrap();
        assert!(!same());
        fs::remove_file(one.join("sub/link")).unwrap();
        fs::write(one.join("sub/link"), "x").unwrap();
        assert!(!same());
    }

    #[test]
    fn a_relative_target_is_the_absolute_one_that_it_comes_to() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let wanted = root.join("wanted");
        symlink(root.join("files/x"), &wanted).unwrap();
        let is_same =
            |place: &str, target: &str| same_target(&root.join(place), Path::new(target), &wanted);
        assert!(is_same("link", "files/x"));
        assert!(is_same("a/link", "../files/./x"));
        assert!(!is_same("link", "files/y"));
        symlink("/tmp", root.join("l")).unwrap();
        assert!(!is_same("l/link", "../files/x"));
        assert!(!same_target(
            &root.join("link"),
            Path::new("files/x"),
            &root
        ));
    }
}
