//! A throwaway copy of a path, where bubblewrap has no overlays.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use walkdir::WalkDir;

/// Copies `from` to `to`, which does not exist yet: files, directories, links,
/// and modes. What is none of these (sockets, devices) has no meaning as a copy.
///
/// # Errors
///
/// When something cannot be read or written; `to` may be there in part then.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    // Directories get their modes last, since a read-only one takes no files.
    let mut modes = Vec::new();
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let source = entry.path();
        let target = match source.strip_prefix(from) {
            Ok(rest) if !rest.as_os_str().is_empty() => to.join(rest),
            _ => to.to_owned(),
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir(&target)?;
            modes.push((target, entry.metadata()?.permissions()));
        } else if kind.is_symlink() {
            symlink(fs::read_link(source)?, &target)?;
        } else if kind.is_file() {
            fs::copy(source, &target)?;
        }
    }
    for (dir, mode) in modes.into_iter().rev() {
        fs::set_permissions(dir, mode)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_copy_has_what_can_be_copied() {
        let temp = tempfile::tempdir().unwrap();
        let (from, to) = (temp.path().join("from"), temp.path().join("to"));
        fs::create_dir_all(from.join("d")).unwrap();
        fs::write(from.join("d/f"), "x").unwrap();
        symlink("nowhere", from.join("link")).unwrap();
        let _socket = UnixListener::bind(from.join("socket")).unwrap();
        fs::set_permissions(from.join("d"), fs::Permissions::from_mode(0o500)).unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("d/f")).unwrap(), "x");
        assert_eq!(
            fs::read_link(to.join("link")).unwrap(),
            Path::new("nowhere")
        );
        let mode = to.join("d").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o500);
        assert!(!to.join("socket").exists());
        copy(&from.join("d/f"), &temp.path().join("file")).unwrap();
        assert_eq!(fs::read_to_string(temp.path().join("file")).unwrap(), "x");
        for dir in [from.join("d"), to.join("d")] {
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).unwrap();
        }
    }
}
