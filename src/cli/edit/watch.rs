//! `nhmt edit --watch`

use std::collections::BTreeMap;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::source::Source;
use crate::ui::{ERROR, complain};

/// A save is over when nothing happened for so long: editors write a new file,
/// rename it over the old one, and change its mode.
const QUIET: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 60_000_000,
};

/// What is there of the configuration: each file with the digest of what it
/// holds.
pub(super) type State = BTreeMap<PathBuf, [u8; 32]>;

/// What there is of the configuration whose main file is `file`.
pub(super) fn look(context: &Context, file: &Path) -> State {
    let directory = file.parent().unwrap_or(Path::new("/"));
    state(directory, alone(context, directory, file))
}

/// A configuration that lies openly in the home is that file alone.
fn alone<'a>(context: &Context, directory: &Path, file: &'a Path) -> Option<&'a Path> {
    context
        .layout()
        .home()
        .starts_with(directory)
        .then_some(file)
}

/// Realizes whenever what lies beside `file` holds something else, until a
/// signal comes. An error is shown, and the next save is waited for.
pub(super) fn run(context: &Context, source: &Source, file: &Path) -> Result<ExitCode, Failure> {
    let end = interrupt::wake_instead()
        .map_err(|error| Failure::new(format_args!("cannot wait for signals: {error}")))?;
    let directory = file.parent().unwrap_or(Path::new("/"));
    let alone = alone(context, directory, file);
    let mut known: Option<State> = None;
    let mut said = false;
    loop {
        // First the watch, then the look: what comes in between is heard of.
        let watch = watch(directory, alone).map_err(|errno| cannot_watch(directory, errno))?;
        let state = state(directory, alone);
        if !said {
            said = true;
            let shown = directory.display();
            context
                .ui
                .note(format_args!("watching {shown}; a signal (Ctrl-C) ends it"));
        }
        if known.as_ref() != Some(&state) {
            known = Some(state);
            if let Err(failure) = super::realize(context, source) {
                complain(format_args!("{ERROR}error:{ERROR:#} {failure}"));
            }
        }
        if !wait(&watch, &end).map_err(|errno| cannot_watch(directory, errno))? {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

fn cannot_watch(directory: &Path, errno: Errno) -> Failure {
    let directory = directory.display();
    let failure = Failure::new(format_args!("cannot watch {directory}: {errno}"));
    match errno {
        Errno::NOSPC | Errno::MFILE => failure.hint(
            "the kernel's limit is reached: raise `fs.inotify.max_user_watches` and `fs.inotify.max_user_instances` (sysctl)",
        ),
        _ => failure,
    }
}

/// What Nix may read there: no store of a version control system, no result.
fn is_source(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_bytes();
    entry.depth() == 0 || ![&b".git"[..], b".hg", b".jj", b".svn", b"result"].contains(&name)
}

/// What lies in `directory`; with `alone`, only that file of it.
fn entries(directory: &Path, alone: Option<&Path>) -> impl Iterator<Item = DirEntry> {
    let depth = if alone.is_some() { 1 } else { usize::MAX };
    let alone = alone.map(Path::to_owned);
    let walk = WalkDir::new(directory).max_depth(depth).into_iter();
    let is_meant = move |entry: &DirEntry| {
        let file = alone.as_ref();
        entry.depth() == 0 || file.is_none_or(|file| entry.path() == file)
    };
    let entries = walk.filter_entry(move |entry| is_source(entry) && is_meant(entry));
    entries.flatten()
}

/// Watches `directory` and all below it.
fn watch(directory: &Path, alone: Option<&Path>) -> Result<OwnedFd, Errno> {
    let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let flags = WatchFlags::MOVED_TO
        | WatchFlags::MOVED_FROM
        | WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::CLOSE_WRITE
        | WatchFlags::ATTRIB
        | WatchFlags::ONLYDIR;
    for entry in entries(directory, alone).filter(|entry| entry.file_type().is_dir()) {
        match add_watch(&inotify, entry.path(), flags) {
            Ok(_) | Err(Errno::NOENT | Errno::NOTDIR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(inotify)
}

/// What a save can change: names, what they hold, whether they are programs.
fn state(directory: &Path, alone: Option<&Path>) -> State {
    let mut state = State::new();
    for entry in entries(directory, alone).filter(|entry| !entry.file_type().is_dir()) {
        let mut digest = Sha256::new();
        if entry.path_is_symlink() {
            let target = fs::read_link(entry.path()).unwrap_or_default();
            digest.update(target.as_os_str().as_bytes());
        }
        if let Ok(data) = fs::metadata(entry.path()) {
            use std::os::unix::fs::PermissionsExt;
            digest.update([u8::from(data.permissions().mode() & 0o100 != 0)]);
            if data.is_file() {
                digest.update(fs::read(entry.path()).unwrap_or_default());
            }
        }
        state.insert(entry.into_path(), digest.finalize().into());
    }
    state
}

/// Waits for something to happen, and for its end; `false` when a signal came.
fn wait(inotify: &OwnedFd, end: &UnixStream) -> Result<bool, Errno> {
    let mut happened = false;
    loop {
        let mut both = [
            PollFd::new(end, PollFlags::IN),
            PollFd::new(inotify, PollFlags::IN),
        ];
        let ready = match poll(&mut both, happened.then_some(&QUIET)) {
            Ok(ready) => ready,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        };
        if !both[0].revents().is_empty() {
            return Ok(false);
        }
        if ready == 0 {
            return Ok(true);
        }
        drain(inotify)?;
        happened = true;
    }
}

fn drain(inotify: &OwnedFd) -> Result<(), Errno> {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut events = Reader::new(inotify, &mut buffer);
    loop {
        match events.next() {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(()),
            Err(errno) => return Err(errno),
        }
    }
}
