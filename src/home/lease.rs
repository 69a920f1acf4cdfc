//! Whether a program may still write to a file that is to be discarded. A file
//! keeps its open descriptors and its mappings when it is moved, and what is
//! written through one must not end in a file that has no name any more.
//!
//! The kernel knows, and says so when it is asked for a read lease (`fcntl(2)`,
//! `F_SETLEASE`): it gives none while the file is open for writing anywhere on
//! this machine, mapped memory included. Everything else that it says means
//! that it does not know: not our file, a filesystem without leases.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::dir::{Dir, Identity};

impl Dir {
    /// Whether it is certain that nobody writes to the file `name`, or to one
    /// in the directory `name`. A link, a pipe or a socket holds nothing that
    /// could be written to. To be asked when the file was moved to where no
    /// program looks for it, and before its content is compared.
    pub(crate) fn is_at_rest(&self, name: &OsStr) -> Result<bool> {
        match FileType::from_raw_mode(self.stat(name)?.st_mode) {
            // One that may not be read is not known.
            FileType::RegularFile => Ok(self
                .open_file(name, false)
                .is_ok_and(|file| gives_read_lease(&file))),
            FileType::Directory => {
                let Ok(inside) = self.open(name) else {
                    return Ok(false);
                };
                for (name, _) in inside.entries()? {
                    if !inside.is_at_rest(&name)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    /// Appends `text` to the file `name`, if it is the one with this inode and
    /// nobody else has it open: who opens it meanwhile waits, so that nothing
    /// comes in between. Gives whether it did, and leaves it on the disk.
    pub(crate) fn append_alone(&self, name: &OsStr, inode: u64, text: &[u8]) -> Result<bool> {
        let mut file = match self.open_to_append(name) {
            Err(Errno::AGAIN) => return Ok(false),
            file => file?,
        };
        let is_it = |stat: &_| Identity::of(stat).inode == inode;
        if !is_it(&rustix::fs::fstat(&file)?)
            || !takes_write_lease(&file)
            || !is_it(&self.stat(name)?)
        {
            return Ok(false);
        }
        let written = file.write_all(text);
        written.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        rustix::fs::fsync(&file)?;
        // The lease ends with the descriptor.
        Ok(true)
    }
}

/// Takes a read lease on `file`, which is open for reading alone, and gives it
/// back: it ends with the descriptor, too.
#[cfg(target_os = "linux")]
fn gives_read_lease(file: &File) -> bool {
    let given = lease(file, libc::F_RDLCK);
    if given {
        fcntl(file, libc::F_SETLEASE, libc::F_UNLCK);
    }
    given
}

/// Takes a write lease on `file`, which is open for writing, if it is open
/// nowhere else.
#[cfg(target_os = "linux")]
fn takes_write_lease(file: &File) -> bool {
    lease(file, libc::F_WRLCK)
}

#[cfg(target_os = "linux")]
fn lease(file: &File, kind: libc::c_int) -> bool {
    /// `F_SETSIG`, which the crate does not name; `asm-generic/fcntl.h`.
    const F_SETSIG: libc::c_int = 10;

    // Who opens the file while there is the lease waits for its end, and the
    // kernel tells the holder: by SIGIO, which would end this process. SIGURG
    // is ignored unless somebody asked for it.
    fcntl(file, F_SETSIG, libc::SIGURG) && fcntl(file, libc::F_SETLEASE, kind)
}

/// No other system can be asked.
#[cfg(not(target_os = "linux"))]
fn gives_read_lease(_file: &File) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn takes_write_lease(_file: &File) -> bool {
    false
}

/// `fcntl(2)` with commands that take a number; neither rustix nor nix has
/// them.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn fcntl(file: &File, command: libc::c_int, argument: libc::c_int) -> bool {
    use std::os::fd::AsRawFd;

    // SAFETY: the descriptor is open for as long as `file` is borrowed, and
    // with the commands above the call reads no memory and writes none.
    unsafe { libc::fcntl(file.as_raw_fd(), command, argument) != -1 }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::io::{BufRead, BufReader, Write};
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    fn is_at_rest(at: &Path) -> bool {
        let dir = Dir::open_path(at.parent().unwrap()).unwrap();
        dir.is_at_rest(at.file_name().unwrap()).unwrap()
    }

    #[test]
    fn a_file_is_at_rest_when_its_writers_are_gone() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        let writer = File::create(&file).unwrap();
        assert!(!is_at_rest(&file));
        let again = writer.try_clone().unwrap();
        drop(writer);
        assert!(!is_at_rest(&file), "one descriptor is left");
        drop(again);
        assert!(is_at_rest(&file));
        let _reader = File::open(&file).unwrap();
        assert!(is_at_rest(&file), "a reader writes nothing");
    }

    #[test]
    fn a_writer_is_known_by_every_name_and_after_a_move() {
        let temp = tempfile::tempdir().unwrap();
        let [file, moved, other] = ["file", "moved", "other"].map(|name| temp.path().join(name));
        let writer = File::create(&file).unwrap();
        fs::hard_link(&file, &other).unwrap();
        fs::rename(&file, &moved).unwrap();
        assert!(!is_at_rest(&moved) && !is_at_rest(&other));
        drop(writer);
        assert!(is_at_rest(&moved) && is_at_rest(&other));
    }

    #[test]
    fn a_writer_in_another_process_is_known() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        let mut shell = Command::new("/bin/sh")
            .args(["-c", "exec 3>>\"$1\"; echo open; read end", "sh"])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "open\n");
        assert!(!is_at_rest(&file));
        shell.stdin.take().unwrap().write_all(b"\n").unwrap();
        shell.wait().unwrap();
        assert!(is_at_rest(&file));
    }

    #[test]
    #[allow(unsafe_code)]
    fn a_mapping_that_writes_is_known_after_its_descriptor_is_closed() {
        use std::os::fd::AsRawFd;

        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        fs::write(&file, [0; 4096]).unwrap();
        let open = fs::OpenOptions::new().read(true).write(true).open(&file);
        let open = open.unwrap();
        let (access, fd) = (libc::PROT_READ | libc::PROT_WRITE, open.as_raw_fd());
        // SAFETY: a new mapping of a file of this size, which nothing uses.
        let mapping =
            unsafe { libc::mmap(std::ptr::null_mut(), 4096, access, libc::MAP_SHARED, fd, 0) };
        assert_ne!(mapping, libc::MAP_FAILED);
        drop(open);
        assert!(!is_at_rest(&file));
        // SAFETY: the mapping made above.
        assert_eq!(unsafe { libc::munmap(mapping, 4096) }, 0);
        assert!(is_at_rest(&file));
    }

    #[test]
    fn one_writer_in_a_directory_is_enough() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("dir");
        fs::create_dir_all(dir.join("in")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.join("link")).unwrap();
        fs::write(dir.join("a"), "").unwrap();
        assert!(is_at_rest(&dir));
        let writer = File::create(dir.join("in/side")).unwrap();
        assert!(!is_at_rest(&dir));
        drop(writer);
        assert!(is_at_rest(&dir));
    }

    #[test]
    fn what_gives_no_lease_is_not_known() {
        let device = File::open("/dev/null").unwrap();
        assert!(!gives_read_lease(&device));
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        let gone = dir.is_at_rest(OsStr::new("gone"));
        assert_eq!(gone, Err(rustix::io::Errno::NOENT));
    }

    #[test]
    fn lines_are_appended_to_the_file_that_is_meant_when_nobody_has_it() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        let at = temp.path().join("file");
        fs::write(&at, "1\n").unwrap();
        let name = OsStr::new("file");
        let inode = Identity::of(&dir.stat(name).unwrap()).inode;
        assert_eq!(dir.append_alone(name, inode, b"2\n"), Ok(true));
        let writer = fs::OpenOptions::new().append(true).open(&at).unwrap();
        assert_eq!(dir.append_alone(name, inode, b"3\n"), Ok(false));
        drop(writer);
        assert_eq!(dir.append_alone(name, inode + 1, b"4\n"), Ok(false));
        assert_eq!(dir.append_alone(name, inode, b"5\n"), Ok(true));
        assert_eq!(fs::read_to_string(&at).unwrap(), "1\n2\n5\n");
        assert!(is_at_rest(&at), "the lease is given back");
    }

    /// A program that wants to write waits for the end of a lease, and this
    /// process hears of it by a signal that does not end it.
    #[test]
    fn who_opens_the_file_meanwhile_only_waits() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        fs::write(&file, "").unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for _ in 0..2_000 {
                    let open = fs::OpenOptions::new().append(true).open(&file);
                    open.unwrap().write_all(b"x").unwrap();
                }
            });
            while !writer.is_finished() {
                is_at_rest(&file);
            }
        });
        assert_eq!(fs::metadata(&file).unwrap().len(), 2_000);
        assert!(is_at_rest(&file));
    }
}
