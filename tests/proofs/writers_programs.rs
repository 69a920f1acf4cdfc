//! Programs that save files, each in another way, and know of everything that
//! they wrote whether they have replaced it themselves since.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RenameFlags, openat, renameat_with};
use rustix::io::Errno;

/// What programs wrote and must be found in the end.
#[derive(Default)]
pub struct Ledger {
    /// How often something was saved.
    pub saves: usize,
    /// How often the system refused, as it does where nhmt has a directory, or
    /// in a store.
    pub refused: usize,
    /// The lines that nobody but nhmt can have removed.
    pub expected: HashSet<String>,
}

impl Ledger {
    /// Adds what another program wrote.
    pub fn add(&mut self, other: Self) {
        self.saves += other.saves;
        self.refused += other.refused;
        self.expected.extend(other.expected);
    }

    fn saved(&mut self, line: &str) {
        self.saves += 1;
        assert!(self.expected.insert(line.to_owned()), "{line} twice");
    }
}

/// One program: what it calls itself in each line that it saves, and where.
pub struct Program {
    name: &'static str,
    paths: Vec<PathBuf>,
    count: usize,
}

impl Program {
    /// A program that saves at these paths in `home`.
    pub fn new(name: &'static str, home: &Path, paths: &[&str]) -> Self {
        Self {
            name,
            paths: paths.iter().map(|path| home.join(path)).collect(),
            count: 0,
        }
    }

    /// The next path will be the one at `position`.
    pub fn go_to(&mut self, position: usize) {
        let length = self.paths.len();
        self.count = self.count.next_multiple_of(length) + position + length - 1;
    }

    /// The next line, and where it goes.
    fn next(&mut self) -> (String, PathBuf) {
        self.count += 1;
        let path = self.paths[self.count % self.paths.len()].clone();
        // The directory may be gone, or may not be one.
        let _ = fs::create_dir_all(path.parent().unwrap());
        (format!("{} {}", self.name, self.count), path)
    }

    /// Writes a temporary file and renames it over `path`. The rename is an
    /// exchange, which has the same effect on everybody else, and tells what
    /// the rename would have replaced.
    pub fn save_by_exchange(&mut self, ledger: &mut Ledger) {
        let (line, path) = self.next();
        // Another name each time: where a directory went away and came back,
        // there may still be an older one.
        let temporary = path.with_extension(format!("{}-{}", self.name, self.count));
        if fs::write(&temporary, &line).is_err() {
            ledger.refused += 1;
            return;
        }
        loop {
            match renameat_with(CWD, &temporary, CWD, &path, RenameFlags::EXCHANGE) {
                Ok(()) => break look_at_replaced(&line, &temporary, &path, ledger),
                Err(Errno::NOENT) => {}
                Err(_) => {
                    ledger.refused += 1;
                    let _ = fs::remove_file(&temporary);
                    return;
                }
            }
            match renameat_with(CWD, &temporary, CWD, &path, RenameFlags::NOREPLACE) {
                Ok(()) => return ledger.saved(&line),
                Err(Errno::EXIST) => {}
                // The directory went away, with the temporary file in it.
                Err(_) => {
                    ledger.refused += 1;
                    return;
                }
            }
        }
    }

    /// As most programs do it, by rename(2). What it replaced is not known, so
    /// that only the last save is certain.
    pub fn save_by_rename(&mut self, last: &mut HashMap<PathBuf, String>, ledger: &mut Ledger) {
        let (line, path) = self.next();
        let temporary = path.with_extension(self.name);
        if fs::write(&temporary, &line).is_err() || fs::rename(&temporary, &path).is_err() {
            let _ = fs::remove_file(&temporary);
            ledger.refused += 1;
            return;
        }
        ledger.saved(&line);
        if let Some(before) = last.insert(path, line) {
            ledger.expected.remove(&before);
        }
    }

    /// Opens the file, which empties it, and writes. `last` is the last line
    /// in each file, by inode: a file keeps that when nhmt moves it.
    pub fn truncate_and_write(
        &mut self,
        last: &mut HashMap<(u64, u64), String>,
        ledger: &mut Ledger,
    ) {
        let (line, path) = self.next();
        let Ok(mut file) = File::create(&path) else {
            ledger.refused += 1;
            return;
        };
        let metadata = file.metadata().unwrap();
        file.write_all(line.as_bytes()).unwrap();
        ledger.saved(&line);
        if let Some(before) = last.insert((metadata.dev(), metadata.ino()), line) {
            ledger.expected.remove(&before);
        }
    }

    /// Opens a log and appends `lines`, the file open all the while.
    pub fn append(&mut self, lines: usize, ledger: &mut Ledger) {
        let (_, path) = self.next();
        let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path) else {
            ledger.refused += 1;
            return;
        };
        for _ in 0..lines {
            self.count += 1;
            let line = format!("{} {}", self.name, self.count);
            file.write_all(format!("{line}\n").as_bytes()).unwrap();
            ledger.saved(&line);
        }
    }

    /// Makes `files` new files in a directory, by its path or, when `held`, by
    /// a descriptor of it.
    pub fn create(&mut self, files: usize, held: bool, ledger: &mut Ledger) {
        let (_, path) = self.next();
        let _ = fs::create_dir_all(&path);
        let dir: Option<OwnedFd> = if held {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY;
            openat(CWD, &path, flags, Mode::empty()).ok()
        } else {
            None
        };
        for _ in 0..files {
            self.count += 1;
            let line = format!("{} {}", self.name, self.count);
            let name = format!("{}-{}", self.name, self.count);
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
            let mode = Mode::from_raw_mode(0o644);
            let file = match &dir {
                Some(dir) => openat(dir, name, flags, mode),
                None => openat(CWD, path.join(name), flags, mode),
            };
            let Ok(file) = file else {
                ledger.refused += 1;
                continue;
            };
            File::from(file).write_all(line.as_bytes()).unwrap();
            ledger.saved(&line);
        }
    }
}

/// After an exchange: what a rename would have replaced is at `temporary`.
fn look_at_replaced(line: &str, temporary: &Path, path: &Path, ledger: &mut Ledger) {
    ledger.saved(line);
    let is_directory = || fs::symlink_metadata(temporary).is_ok_and(|is| is.is_dir());
    // A rename over a directory fails, so that the file has to come back.
    for _ in 0..100 {
        if !is_directory() {
            break;
        }
        let rename = |flags| renameat_with(CWD, temporary, CWD, path, flags).is_ok();
        let _ = rename(RenameFlags::EXCHANGE) || rename(RenameFlags::NOREPLACE);
    }
    let is_link = fs::symlink_metadata(temporary).is_ok_and(|is| is.is_symlink());
    if !is_link && let Ok(replaced) = fs::read_to_string(temporary) {
        // A file that nhmt writes a block into has lines of both.
        for line in replaced.lines() {
            ledger.expected.remove(line);
        }
    }
    // Where directories came to be at both, this one stays.
    let _ = fs::remove_file(temporary);
}
