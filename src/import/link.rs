//! Where links lead.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Where the link at `link` leads, absolute, by its text alone.
pub(super) fn target_of(link: &Path) -> std::io::Result<PathBuf> {
    let target = fs::read_link(link)?;
    let above = link.parent().unwrap_or(Path::new("/"));
    Ok(plain(&above.join(target)))
}

/// Whether the link at `link` leads in a circle: to itself, through others.
pub(super) fn is_circle(link: &Path) -> bool {
    rustix::fs::stat(link).err() == Some(rustix::io::Errno::LOOP)
}

/// `path` without `.` and `..`. A way up behind a link is resolved first.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if plain.is_symlink()
                    && let Ok(real) = plain.canonicalize()
                {
                    plain = real;
                }
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_up_is_taken_by_its_text() {
        assert_eq!(plain(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(plain(Path::new("/../a")), Path::new("/a"));
    }
}
