//! Which files that were moved away programs still have open. A file keeps its open
//! descriptors when it is moved, and what is written through one must not end
//! in a file that has no name any more.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The files that were moved away and open when this was made, by inode.
#[derive(Debug)]
pub(super) struct OpenFiles {
    /// `None`: it cannot be known.
    inodes: Option<HashSet<u64>>,
}

impl OpenFiles {
    /// Looks at the open and mapped files of this user's processes (of all
    /// processes for root), as proc(5) shows them. Those of others cannot be
    /// seen, nor those of a process that is not dumpable (the agents for keys,
    /// setuid programs): it is only a lease (`F_SETLEASE`) that knows of all,
    /// and neither has files in a home open for long. Files that are moved to the
    /// backups before this is made are found by their new names, and cannot be
    /// opened by their old ones afterwards, so that this stays true.
    pub(super) fn now() -> Self {
        Self {
            inodes: inodes().ok(),
        }
    }

    /// Whether the file may be open; also when that cannot be known.
    pub(super) fn may_have(&self, inode: u64) -> bool {
        self.inodes
            .as_ref()
            .is_none_or(|inodes| inodes.contains(&inode))
    }
}

/// Whether `path`, as the kernel shows it, is in the backups or in a private
/// folder beside what is on another mount.
fn is_moved(path: &[u8]) -> bool {
    let parts: [&[u8]; 2] = [b"/backups/", b"/.nhmt-work-"];
    let has = |part: &[u8]| path.windows(part.len()).any(|window| window == part);
    parts.into_iter().any(has)
}

fn inodes() -> io::Result<HashSet<u64>> {
    let me = rustix::process::geteuid();
    let mut inodes = HashSet::new();
    for process in fs::read_dir("/proc")? {
        let process = process?;
        let name = process.file_name();
        if !name.as_bytes().iter().all(u8::is_ascii_digit) {
            continue;
        }
        let process = process.path();
        let mine = |uid| me.is_root() || uid == me.as_raw();
        if process.metadata().is_ok_and(|data| mine(data.uid())) {
            // It ended meanwhile, or hides its files.
            let _ = open_in(&process, &mut inodes);
        }
    }
    Ok(inodes)
}

fn open_in(process: &Path, inodes: &mut HashSet<u64>) -> io::Result<()> {
    for descriptor in fs::read_dir(process.join("fd"))? {
        let descriptor = descriptor?.path();
        let Ok(shown) = fs::read_link(&descriptor) else {
            continue;
        };
        // Only those are looked at: on a dead network mount that would hang.
        if is_moved(shown.as_os_str().as_bytes())
            && let Ok(metadata) = fs::metadata(&descriptor)
        {
            inodes.insert(metadata.ino());
        }
    }
    // Address, permissions, offset, device, inode, path.
    for mapping in fs::read(process.join("maps"))?.split(|&b| b == b'\n') {
        if is_moved(mapping) {
            let inode = String::from_utf8_lossy(mapping);
            let inode = inode.split_ascii_whitespace().nth(4);
            inodes.extend(inode.and_then(|inode| inode.parse::<u64>().ok()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn an_open_file_is_found_by_the_name_it_has_now() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("backups")).unwrap();
        let (old, new) = (temp.path().join("f"), temp.path().join("backups/f"));
        let open = fs::File::create(&old).unwrap();
        fs::rename(&old, &new).unwrap();
        let inode = open.metadata().unwrap().ino();
        assert!(OpenFiles::now().may_have(inode));
        drop(open);
        assert!(!OpenFiles::now().may_have(inode));
        assert!(OpenFiles { inodes: None }.may_have(inode));
    }
}
