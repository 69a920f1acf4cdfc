//! `nhmt persist sync --watch`

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use rustix::io::Errno;

use super::{index, report, sync};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::home::STATE;
use crate::manifest::RouteKind;
use crate::reconcile::{self, Condition, Routed, Synced};

/// Takes back what programs replace until a signal comes, and once more then:
/// at a logout or a shutdown this is the last that happens in the home.
pub(super) fn run(context: &Context) -> Result<ExitCode, Failure> {
    let end = interrupt::wake_instead()
        .map_err(|error| Failure::new(format_args!("cannot wait for signals: {error}")))?;
    let mut said = None;
    loop {
        let wanted = Wanted::of(context)?;
        let watches = wanted
            .watch()
            .map_err(|errno| cannot_watch(context, errno))?;
        if said != Some(wanted.files) {
            said = Some(wanted.files);
            context
                .ui
                .note(format_args!("watching {} files", wanted.files));
        }
        // Only now: what is replaced after this look is heard of.
        if is_replaced(context)? {
            tell(context, sync::once(context));
        }
        if !watches
            .wait(&end)
            .map_err(|errno| cannot_watch(context, errno))?
        {
            break;
        }
    }
    // A switch may have brought more since.
    let done = sync::once(context)?;
    let summary = match done.moved.len() {
        0 => "nothing was left to take back".to_owned(),
        _ => sync::said(&done),
    };
    Ok(report(context, &done, &summary))
}

/// What goes wrong now may go right when the next file is replaced.
fn tell(context: &Context, done: Result<Synced, Failure>) {
    match done {
        Ok(done) => {
            for problem in &done.problems {
                context.ui.warning(problem);
            }
            if !done.moved.is_empty() {
                context.ui.note(sync::said(&done));
            }
        }
        Err(failure) => context.ui.warning(failure),
    }
}

fn cannot_watch(context: &Context, errno: Errno) -> Failure {
    let home = context.layout().home().display();
    let failure = Failure::new(format_args!(
        "cannot watch the directories of {home}: {errno}"
    ));
    match errno {
        Errno::NOSPC | Errno::MFILE => failure.hint(
            "the kernel's limit is reached: raise `fs.inotify.max_user_watches` and `fs.inotify.max_user_instances` (sysctl)",
        ),
        _ => failure,
    }
}

/// Which names in which directories matter.
struct Wanted {
    names: BTreeMap<PathBuf, Vec<OsString>>,
    files: usize,
}

/// Whether something is there to take back.
fn is_replaced(context: &Context) -> Result<bool, Failure> {
    let routes = reconcile::routes(&context.open()?, &index(context)?)?;
    let replaced =
        |one: &Routed| one.kind == RouteKind::File && one.condition == Condition::Replaced;
    Ok(routes.iter().any(replaced))
}

impl Wanted {
    fn of(context: &Context) -> Result<Self, Failure> {
        let layout = context.layout();
        let mut wanted = Self {
            names: BTreeMap::new(),
            files: 0,
        };
        // A switch brings other paths.
        wanted.add(layout.home().join(STATE).join("current"));
        for one in reconcile::routes(&context.open()?, &index(context)?)? {
            if one.kind == RouteKind::File && one.condition != Condition::Orphaned {
                wanted.files += 1;
                wanted.add(layout.home().join(one.path.as_path()));
            }
        }
        Ok(wanted)
    }

    /// The name of `path` in its directory; where that is missing, the name of
    /// the first directory that is.
    fn add(&mut self, mut path: PathBuf) {
        while let (Some(dir), Some(name)) = (path.parent(), path.file_name()) {
            if dir.is_dir() {
                let names = self.names.entry(dir.to_owned()).or_default();
                names.push(name.to_owned());
                return;
            }
            path = dir.to_owned();
        }
    }

    fn watch(&self) -> Result<Watches, Errno> {
        let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        // A file that is moved there, made there, or written there; the
        // directory itself goes.
        let flags = WatchFlags::MOVED_TO
            | WatchFlags::CREATE
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        let mut names = BTreeMap::new();
        for (dir, wanted) in &self.names {
            match add_watch(&inotify, dir, flags) {
                Ok(number) => {
                    // Two names may lead to one directory.
                    let known: &mut Vec<OsString> = names.entry(number).or_default();
                    known.extend(wanted.iter().cloned());
                }
                // Gone meanwhile: its own directory is looked at anew.
                Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(Watches { inotify, names })
    }
}

struct Watches {
    inotify: OwnedFd,
    names: BTreeMap<i32, Vec<OsString>>,
}

impl Watches {
    /// Waits until a name that matters gets another thing; `false` when a
    /// signal came instead.
    fn wait(&self, end: &UnixStream) -> Result<bool, Errno> {
        loop {
            let mut both = [
                PollFd::new(end, PollFlags::IN),
                PollFd::new(&self.inotify, PollFlags::IN),
            ];
            match poll(&mut both, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(errno),
            }
            if !both[0].revents().is_empty() {
                return Ok(false);
            }
            if self.matters()? {
                return Ok(true);
            }
        }
    }

    /// Reads the events that are there.
    fn matters(&self) -> Result<bool, Errno> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(&self.inotify, &mut buffer);
        let mut found = false;
        loop {
            let event = match events.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => return Ok(found),
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(errno),
            };
            found |= match event.file_name() {
                // About a directory itself, or events were lost.
                None => true,
                Some(name) => self.names.get(&event.wd()).is_some_and(|names| {
                    let name = OsStr::from_bytes(name.to_bytes());
                    names.iter().any(|wanted| wanted == name)
                }),
            };
        }
    }
}
