//! Links that always name something.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Makes `link` a link to `target`, replacing an older link by one rename, so
/// that readers see the old or the new one. Its directory is made if missing.
///
/// # Errors
///
/// When the link cannot be made, or something that is no link is in the way.
pub fn replace(target: &Path, link: &Path) -> io::Result<()> {
    if fs::symlink_metadata(link).is_ok_and(|meta| !meta.is_symlink()) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "something that is no link is in the way",
        ));
    }
    let dir = link.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(dir)?;
    let new: PathBuf = dir.join(format!(
        ".{}.{}",
        link.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => symlink(target, &new)?,
    }
    fs::rename(&new, link)?;
    fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_replaced_and_a_file_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("made/profile");
        replace(Path::new("one"), &link).unwrap();
        replace(Path::new("two"), &link).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("two"));
        let file = dir.path().join("file");
        fs::write(&file, "kept").unwrap();
        assert!(replace(Path::new("one"), &file).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    }
}
