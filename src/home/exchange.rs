//! Moving names in and out of the home without ever replacing one, also where
//! the filesystem cannot do it in one step.
//!
//! Of the two directories in each call one is *private*: only nhmt makes names
//! in it (its folders for work and backups). A plain rename to a name there
//! that is free replaces nothing; in the home it could.

use std::ffi::{OsStr, OsString};

use rustix::fs::{self, FileType, RenameFlags};
use rustix::io::{Errno, Result};

use super::dir::{Dir, single};
use crate::manifest::Digest;

/// How two names were exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub(crate) enum Exchange {
    /// In one step.
    AtOnce,
    /// In two, because the filesystem has no call for it (`renameat2(2)` with
    /// `RENAME_EXCHANGE`): for a moment nothing was at the name.
    InSteps,
    /// In two steps, between which another program took the name, or the
    /// second of which failed. What came out is in the private folder, as it
    /// should; what was to go in is beside it, under this name.
    Overtaken(OsString),
}

impl Dir {
    /// Exchanges `name` here with `slot` in the folder `private`. On an error
    /// nothing was changed.
    pub(crate) fn exchange(&self, name: &OsStr, private: &Dir, slot: &OsStr) -> Result<Exchange> {
        let (name, slot) = (single(name)?, single(slot)?);
        match rename(self, name, private, slot, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(Exchange::AtOnce),
            Err(errno) if is_unsupported(errno) => self.exchange_in_steps(name, private, slot),
            Err(errno) => Err(errno),
        }
    }

    /// As [`Dir::exchange`], in one step or not at all.
    pub(crate) fn exchange_at_once(&self, name: &OsStr, private: &Dir, slot: &OsStr) -> Result<()> {
        let (name, slot) = (single(name)?, single(slot)?);
        rename(self, name, private, slot, RenameFlags::EXCHANGE)
    }

    /// Moves `name` from this directory into the folder `private`, where
    /// `slot` must be free (`EEXIST`).
    pub(crate) fn move_out(&self, name: &OsStr, private: &Dir, slot: &OsStr) -> Result<()> {
        let (name, slot) = (single(name)?, single(slot)?);
        match rename(self, name, private, slot, RenameFlags::NOREPLACE) {
            Err(errno) if is_unsupported(errno) => move_to_free(self, name, private, slot),
            done => done,
        }
    }

    /// Moves `slot` from this directory, which is private, to `name` in `dir`,
    /// which must not exist (`EEXIST`).
    pub(crate) fn move_in(&self, slot: &OsStr, dir: &Dir, name: &OsStr) -> Result<()> {
        let (slot, name) = (single(slot)?, single(name)?);
        match rename(self, slot, dir, name, RenameFlags::NOREPLACE) {
            Err(errno) if is_unsupported(errno) => self.move_in_by_calls(slot, dir, name),
            done => done,
        }
    }

    /// An exchange by two renames. At every moment what came out is at `slot`
    /// or still at `name`, so that who finds this cut off looks at those two,
    /// as after an exchange.
    fn exchange_in_steps(&self, name: &OsStr, private: &Dir, slot: &OsStr) -> Result<Exchange> {
        let aside = aside_of(slot);
        move_to_free(private, slot, private, &aside)?;
        let failed = match move_to_free(self, name, private, slot) {
            Ok(()) => match private.move_in(&aside, self, name) {
                Ok(()) => return Ok(Exchange::InSteps),
                Err(Errno::EXIST) => return Ok(Exchange::Overtaken(aside)),
                Err(errno) => match private.move_in(slot, self, name) {
                    Ok(()) => errno,
                    Err(_) => return Ok(Exchange::Overtaken(aside)),
                },
            },
            Err(errno) => errno,
        };
        match move_to_free(private, &aside, private, slot) {
            Ok(()) => Err(failed),
            // What came out is back, so this is what the caller looks at.
            Err(errno) => Err(errno),
        }
    }

    /// A move into the home that replaces nothing, by calls that every
    /// filesystem has.
    fn move_in_by_calls(&self, slot: &OsStr, dir: &Dir, name: &OsStr) -> Result<()> {
        match FileType::from_raw_mode(self.stat(slot)?.st_mode) {
            // It at most takes the place of an empty directory.
            FileType::Directory => {
                #[cfg(test)]
                super::meddle::moment();
                match fs::renameat(self, slot, dir, name) {
                    Err(Errno::NOTDIR | Errno::NOTEMPTY) => Err(Errno::EXIST),
                    done => done,
                }
            }
            kind => {
                match self.hard_link(slot, dir, name) {
                    // Some have no further names for files, or not for links.
                    Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK)
                        if kind == FileType::Symlink =>
                    {
                        dir.symlink(&self.read_link(slot)?, name)?;
                    }
                    done => done?,
                }
                // It is in its place: that it has a further name in a private
                // folder harms nobody.
                let _ = self.unlink(slot);
                Ok(())
            }
        }
    }
}

/// Where the thing for `slot` waits, beside it, while what it replaces moves
/// out.
pub(crate) fn aside_of(slot: &OsStr) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    let digest = Digest::of(slot.as_bytes()).to_string();
    format!(".nhmt-in-{}", &digest[..16]).into()
}

/// An exchange where both directories are open to others, so that there is no
/// way of doing it in steps.
pub(super) fn swap(from: &Dir, name: &OsStr, to: &Dir, new: &OsStr) -> Result<()> {
    match rename(from, name, to, new, RenameFlags::EXCHANGE) {
        Err(errno) if is_unsupported(errno) => Err(Errno::OPNOTSUPP),
        done => done,
    }
}

/// Renames to a name in a private folder that is free.
fn move_to_free(from: &Dir, name: &OsStr, private: &Dir, slot: &OsStr) -> Result<()> {
    match private.stat(slot) {
        Err(Errno::NOENT) => {
            #[cfg(test)]
            super::meddle::moment();
            fs::renameat(from, name, private, slot)
        }
        Ok(_) => Err(Errno::EXIST),
        Err(errno) => Err(errno),
    }
}

/// Whether the kernel or the filesystem does not know the flags of the rename.
fn is_unsupported(errno: Errno) -> bool {
    let unsupported = [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP];
    unsupported.contains(&errno)
}

fn rename(from: &Dir, name: &OsStr, to: &Dir, new: &OsStr, flags: RenameFlags) -> Result<()> {
    #[cfg(test)]
    super::meddle::moment();
    #[cfg(test)]
    if plain::is_forced() {
        return Err(Errno::INVAL);
    }
    fs::renameat_with(from, name, to, new, flags)
}

/// Lets tests run as on a filesystem that knows no flags.
#[cfg(test)]
pub(crate) mod plain {
    use std::cell::Cell;

    thread_local!(static FORCED: Cell<bool> = const { Cell::new(false) });

    pub(crate) fn is_forced() -> bool {
        FORCED.get()
    }

    /// While this lives, renames of this thread fail that have flags.
    pub(crate) struct Forced;

    impl Forced {
        pub(crate) fn new() -> Self {
            FORCED.set(true);
            Self
        }
    }

    impl Drop for Forced {
        fn drop(&mut self) {
            FORCED.set(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;

    use super::*;

    struct Two {
        temp: tempfile::TempDir,
        home: Dir,
        private: Dir,
    }

    impl Two {
        fn new() -> Self {
            let temp = tempfile::tempdir().unwrap();
            let open = |name: &str| {
                fs::create_dir(temp.path().join(name)).unwrap();
                Dir::open_path(&temp.path().join(name)).unwrap()
            };
            let (home, private) = (open("home"), open("private"));
            Self {
                temp,
                home,
                private,
            }
        }

        fn at(&self, path: &str) -> PathBuf {
            self.temp.path().join(path)
        }

        fn write(&self, path: &str, text: &str) {
            fs::write(self.at(path), text).unwrap();
        }

        fn read(&self, path: &str) -> String {
            fs::read_to_string(self.at(path)).unwrap_or_else(|error| format!("<{error}>"))
        }

        fn exchange(&self) -> Result<Exchange> {
            let (name, slot) = (OsStr::new("name"), OsStr::new("slot"));
            self.home.exchange(name, &self.private, slot)
        }

        fn names(&self, dir: &str) -> Vec<String> {
            let names = fs::read_dir(self.at(dir)).unwrap();
            let names = names.map(|e| e.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        }
    }

    #[test]
    fn things_of_every_kind_change_places_with_flags_and_without() {
        for forced in [false, true] {
            let _forced = forced.then(plain::Forced::new);
            for kind in ["file", "link", "dangling", "directory", "pipe"] {
                let two = Two::new();
                two.write("home/name", "theirs");
                let made = two.at("private/slot");
                match kind {
                    "file" => fs::write(&made, "ours").unwrap(),
                    "link" => std::os::unix::fs::symlink(two.at("home"), &made).unwrap(),
                    "dangling" => std::os::unix::fs::symlink("nowhere", &made).unwrap(),
                    "directory" => fs::create_dir_all(made.join("in")).unwrap(),
                    _ => {
                        let made = std::process::Command::new("mkfifo").arg(&made).status();
                        assert!(made.unwrap().success());
                    }
                }
                let inodes = |a: &str, b: &str| {
                    [a, b].map(|path| fs::symlink_metadata(two.at(path)).unwrap().ino())
                };
                let before = inodes("home/name", "private/slot");
                let wanted = if forced {
                    Exchange::InSteps
                } else {
                    Exchange::AtOnce
                };
                assert_eq!(two.exchange(), Ok(wanted.clone()), "{kind}");
                assert_eq!(inodes("private/slot", "home/name"), before, "{kind}");
                // And back.
                assert_eq!(two.exchange(), Ok(wanted), "{kind}");
                assert_eq!(inodes("home/name", "private/slot"), before, "{kind}");
                assert_eq!(two.names("home"), ["name"]);
                assert_eq!(two.names("private"), ["slot"]);
            }
        }
    }

    #[test]
    fn an_error_leaves_everything_where_it_was() {
        for forced in [false, true] {
            let _forced = forced.then(plain::Forced::new);
            let two = Two::new();
            two.write("private/slot", "ours");
            assert_eq!(two.exchange(), Err(Errno::NOENT));
            assert_eq!(two.names("private"), ["slot"]);
            assert_eq!(two.names("home"), [""; 0]);
        }
    }

    #[test]
    fn a_name_that_is_taken_is_never_replaced() {
        for forced in [false, true] {
            let _forced = forced.then(plain::Forced::new);
            let two = Two::new();
            let (name, slot) = (OsStr::new("name"), OsStr::new("slot"));
            for (there, coming) in [(false, false), (false, true), (true, false), (true, true)] {
                for (path, directory) in [("home/name", there), ("private/slot", coming)] {
                    if directory {
                        fs::create_dir_all(two.at(path).join("in")).unwrap();
                    } else {
                        two.write(path, path);
                    }
                }
                let moved = two.private.move_in(slot, &two.home, name);
                assert_eq!(moved, Err(Errno::EXIST), "{there} {coming}");
                let moved = two.home.move_out(name, &two.private, slot);
                assert_eq!(moved, Err(Errno::EXIST), "{there} {coming}");
                for path in ["home/name", "private/slot"] {
                    let path = two.at(path);
                    let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
                }
            }
            two.write("home/name", "theirs");
            two.home.move_out(name, &two.private, slot).unwrap();
            assert_eq!(two.read("private/slot"), "theirs");
            two.private.move_in(slot, &two.home, name).unwrap();
            assert_eq!(two.read("home/name"), "theirs");
            assert_eq!(two.names("private"), [""; 0]);
        }
    }

    /// A program saves again and again, as programs do: to another name, which
    /// is renamed over. What it saved last, or what it had overwritten itself,
    /// are all that may be missing in the end.
    #[test]
    fn nothing_is_lost_to_a_program_that_takes_the_name_between_the_steps() {
        const ROUNDS: usize = 3_000;
        let two = Two::new();
        let saved = std::thread::scope(|scope| {
            let program = scope.spawn(|| {
                let mut made = 0;
                // It only ever makes the file when there is none: nothing of
                // its own is replaced by it.
                for number in 0..ROUNDS {
                    let (next, name) = (two.at("home/next"), two.at("home/name"));
                    fs::write(&next, number.to_string()).unwrap();
                    if fs::hard_link(&next, &name).is_ok() {
                        made += 1;
                    }
                    fs::remove_file(&next).unwrap();
                }
                made
            });
            let _forced = plain::Forced::new();
            let (name, slot) = (OsStr::new("name"), OsStr::new("slot"));
            let mut out = 0;
            while !program.is_finished() {
                two.write("private/slot", "ours");
                let done = two.exchange();
                if done != Err(Errno::NOENT) {
                    if two.read("private/slot") != "ours" {
                        out += 1;
                    }
                    fs::remove_file(two.at("private/slot")).unwrap();
                }
                if let Ok(Exchange::Overtaken(aside)) = done {
                    assert_eq!(two.read(&format!("private/{}", aside.display())), "ours");
                    two.private.unlink(&aside).unwrap();
                }
                if two.home.move_out(name, &two.private, OsStr::new("last")) == Ok(()) {
                    if two.read("private/last") != "ours" {
                        out += 1;
                    }
                    fs::remove_file(two.at("private/last")).unwrap();
                }
                let _ = slot;
            }
            let left = two.read("home/name");
            out += usize::from(!left.starts_with('<') && left != "ours");
            (program.join().unwrap(), out)
        });
        assert_eq!(saved.0, saved.1);
        assert_eq!(
            two.names("private").iter().filter(|n| *n != "slot").count(),
            0
        );
    }
}
