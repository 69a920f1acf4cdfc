//! From a path as it is typed to the place in the home that is meant.

use std::env;
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;
use crate::manifest::HomePath;

/// The place in `home` that a person means by `typed`: a relative path starts
/// from the current directory when that is in the home, else from the home.
pub(super) fn in_home(home: &Path, typed: &Path) -> Result<HomePath, Failure> {
    // As nhmt's own messages name places; a shell leaves a quoted one alone.
    let absolute = if let Ok(rest) = typed.strip_prefix("~") {
        normalized(&home.join(rest))
    } else {
        let start = working_directory(home).unwrap_or_else(|| home.to_owned());
        normalized(&start.join(typed))
    };
    let outside = || {
        let (typed, home) = (typed.display(), home.display());
        Failure::new(format_args!(
            "{typed} lies outside the home directory {home}"
        ))
    };
    let relative = match absolute.strip_prefix(home) {
        Ok(relative) => relative.to_owned(),
        Err(_) => under_another_name(home, &absolute).ok_or_else(outside)?,
    };
    if relative.as_os_str().is_empty() {
        let home = home.display();
        return Err(
            Failure::new(format_args!("{home} is the home directory itself"))
                .hint("name a path in it, such as `.bashrc`"),
        );
    }
    HomePath::new(relative.as_os_str().as_encoded_bytes()).map_err(|_| outside())
}

/// The current directory below `home` as `home` is spelled.
fn working_directory(home: &Path) -> Option<PathBuf> {
    let directory = env::current_dir().ok()?;
    if directory.starts_with(home) {
        return Some(directory);
    }
    let inside = directory.strip_prefix(home.canonicalize().ok()?).ok()?;
    Some(home.join(inside))
}

/// Where `path` lies in the home when it reaches it by another spelling
/// (`/home` may be a link).
fn under_another_name(home: &Path, path: &Path) -> Option<PathBuf> {
    let real = home.canonicalize().ok()?;
    let above = path
        .ancestors()
        .find(|above| above.canonicalize().is_ok_and(|above| above == real))?;
    path.strip_prefix(above).ok().map(Path::to_owned)
}

/// `path` without `.` and `..`, by its text alone: the last component may be a
/// managed link, which is what is asked about.
fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_from_the_home() {
        let place =
            |typed: &str| in_home(Path::new("/h/alice"), Path::new(typed)).map(|p| p.to_string());
        assert_eq!(place(".bashrc").unwrap(), ".bashrc");
        assert_eq!(place("/h/alice/./a/../b").unwrap(), "b");
        assert_eq!(place("~/.config/x").unwrap(), ".config/x");
        assert!(place("/h/bob/x").is_err());
        let itself = place("/h/alice").unwrap_err().to_string();
        assert!(itself.contains("the home directory itself"), "{itself}");
        assert!(place("../bob").is_err());
    }

    #[test]
    fn a_home_is_known_by_its_other_name() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(
            in_home(&link, &real.join("a/b")).unwrap().to_string(),
            "a/b"
        );
        assert_eq!(in_home(&real, &link.join("a")).unwrap().to_string(), "a");
    }
}
