//! Links that always name something.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// What the names of links start with until they have their own.
const UNFINISHED: &str = ".nhmt-link-";

/// Removes what killed processes left in `dir` of [`replace`], when nobody
/// else is at work there.
pub fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let unfinished = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(UNFINISHED.as_bytes());
        // At worst it stays.
        if unfinished && entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes `link` a link to `target`, replacing an older link by one rename, so
/// that readers see the old or the new one. Its directory is made if missing.
/// Only a link whose target `may_go` takes is replaced; it is looked at again
/// after it came out, so that a file that was saved meanwhile goes back.
///
/// # Errors
///
/// When the link cannot be made, or something else is in the way
/// ([`io::ErrorKind::AlreadyExists`]).
pub fn replace(target: &Path, link: &Path, may_go: impl Fn(&Path) -> bool) -> io::Result<()> {
    let stays = |at: &Path| !fs::read_link(at).is_ok_and(|old| may_go(&old));
    let in_the_way = || {
        io::Error::new(
            io::ErrorKind::AlreadyExists,
            "something that nhmt did not make is in the way; move it away, or choose another place",
        )
    };
    let dir = match link.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    };
    make_dir(dir)?;
    // Its name is removed in the end: the new link's or the old one's.
    let new = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .make_in(dir, |new| symlink(target, new))?;
    let rename = |flags| renameat_with(CWD, new.path(), CWD, link, flags);
    // The kernel may find the name taken where the filesystem has no flags.
    let exchanged = match rename(RenameFlags::NOREPLACE) {
        Err(Errno::EXIST) if stays(link) => return Err(in_the_way()),
        Err(Errno::EXIST) => rename(RenameFlags::EXCHANGE).map(|()| true),
        renamed => renamed.map(|()| false),
    };
    match exchanged {
        Ok(exchanged) => {
            if exchanged && stays(new.path()) {
                rename(RenameFlags::EXCHANGE)?;
                return Err(in_the_way());
            }
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            if fs::symlink_metadata(link).is_ok() && stays(link) {
                return Err(in_the_way());
            }
            fs::rename(new.path(), link)?;
        }
        Err(errno) => return Err(errno.into()),
    }
    fs::File::open(dir)?.sync_all()
}

/// Makes the directory `dir` and those above it that are missing. None can be
/// written by others, whatever the umask says: what is in it decides which
/// programs run.
///
/// # Errors
///
/// Those of mkdir(2).
pub fn make_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_ours_is_replaced_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let replace = |target: &str, link: &Path| {
            super::replace(Path::new(target), link, |old| old != Path::new("theirs"))
        };
        let link = dir.path().join("made/profile");
        replace("one", &link).unwrap();
        replace("theirs", &link).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("theirs"));
        let error = replace("two", &link).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("theirs"));
        let file = link.with_file_name("file");
        fs::write(&file, "kept").unwrap();
        assert!(replace("one", &file).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
        let left = || fs::read_dir(dir.path().join("made")).unwrap().count();
        assert_eq!(left(), 2, "a temporary name stays");
        symlink("x", link.with_file_name(".nhmt-link-killed")).unwrap();
        sweep(&dir.path().join("made"));
        assert_eq!(left(), 2, "a killed process's name stays");
    }
}
