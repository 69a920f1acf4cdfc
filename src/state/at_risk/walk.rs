//! The walk through a home: each directory is read once, by one of a few
//! threads, and each file asked for in one call.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::entry::{Entry, Kept};
use super::ignore::Ignore;
use super::keeps::{Keep, Keeps};
use super::queue::Queue;
use super::survey::{Class, Directory, Mounted, Survey, Unreadable};
use crate::home::dir::{Dir, LINK_MAX};
use crate::home::{AtPlace, Entered, HomeDir, HomeError, Scanner, Seen};
use crate::manifest::HomePath;

/// More threads than this wait for the kernel.
const THREADS: usize = 4;

/// What a walk is about.
pub struct Terms<'a> {
    /// What is not at risk.
    pub keeps: &'a Keeps,
    /// What does not count.
    pub ignore: &'a Ignore,
    /// Whether what does not count is looked at all the same.
    pub whole: bool,
    /// Is told now and then how many names were seen.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl std::fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms")
            .field("keeps", self.keeps)
            .field("ignore", self.ignore)
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}

impl Survey {
    /// Walks through `home`, reading only. No link is followed, and no other
    /// mount entered.
    ///
    /// # Errors
    /// When the home directory itself cannot be read.
    pub fn take(home: &HomeDir, terms: &Terms<'_>) -> std::result::Result<Self, HomeError> {
        let walk = Walk {
            home,
            terms,
            seen: AtomicU64::new(0),
            next: AtomicUsize::new(1),
            queue: Queue::default(),
        };
        let top = home.dir().again().at_path("open", home.layout().home())?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(THREADS);
        let first = walk
            .top(&top)
            .at_path("look through", home.layout().home())?;
        let parts = thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| walk.work())).collect();
            let own = walk.work();
            let others = others.into_iter().map(ScopedJoinHandle::join);
            let mut parts = vec![first, own];
            for other in others {
                match other {
                    Ok(part) => parts.push(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            parts
        });
        Ok(join(parts, walk.next.into_inner()))
    }
}

/// One directory that is to be read.
pub(super) struct Job {
    number: usize,
    above: Arc<Dir>,
    parent: usize,
    name: CString,
    path: Vec<u8>,
    class: Class,
}

/// What one thread found.
#[derive(Default)]
pub(super) struct Part {
    directories: Vec<(usize, Directory)>,
    pub(super) rest: Survey,
    /// Directories that hold something that stays.
    pub(super) keeping: Vec<usize>,
}

fn join(parts: Vec<Part>, count: usize) -> Survey {
    let mut all = Survey::default();
    let mut slots: Vec<Option<Directory>> = Vec::new();
    slots.resize_with(count, || None);
    let mut keeping = Vec::new();
    for part in parts {
        for (number, directory) in part.directories {
            slots[number] = Some(directory);
        }
        keeping.extend(part.keeping);
        all.kept += part.rest.kept;
        all.ignored.extend(part.rest.ignored);
        all.mounts.extend(part.rest.mounts);
        all.unreadable.extend(part.rest.unreadable);
    }
    // Directories that went or could not be entered have no number then.
    let mut numbers = vec![0; count];
    for (number, slot) in slots.into_iter().enumerate() {
        if let Some(mut directory) = slot {
            directory.parent = numbers[directory.parent];
            numbers[number] = all.directories.len();
            all.directories.push(directory);
        }
    }
    for number in keeping {
        all.directories[numbers[number]].keeps = true;
    }
    all.settle();
    all
}

struct Walk<'a> {
    home: &'a HomeDir,
    terms: &'a Terms<'a>,
    seen: AtomicU64,
    next: AtomicUsize,
    queue: Queue,
}

impl Walk<'_> {
    /// The home directory itself.
    fn top(&self, dir: &Dir) -> Result<Part> {
        let mut part = Part::default();
        let seen = dir.see_self()?;
        let own = dir.again()?;
        let directory = Directory::new(0, b"", seen.identity, Class::AtRisk);
        let mut reader = Reader::new(self);
        reader.directory(&mut part, (0, directory), &Arc::new(own), &[], &seen)?;
        Ok(part)
    }

    /// Reads directories until none is left.
    fn work(&self) -> Part {
        let mut part = Part::default();
        let mut reader = Reader::new(self);
        while let Some(job) = self.queue.take() {
            let result = reader.enter(&mut part, &job);
            if let Err(errno) = result
                // It went meanwhile, or is no directory any more.
                && !matches!(errno, Errno::NOENT | Errno::NOTDIR | Errno::LOOP)
            {
                part.keeping.push(job.parent);
                let path = HomePath::new(&job.path).expect("names make a path");
                part.rest.unreadable.push(Unreadable { path, errno });
            }
            self.queue.done();
        }
        part
    }
}

/// One thread's means.
struct Reader<'a> {
    walk: &'a Walk<'a>,
    scanner: Scanner,
    path: Vec<u8>,
    target: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(walk: &'a Walk<'a>) -> Self {
        Self {
            walk,
            scanner: Scanner::new(),
            path: Vec::new(),
            target: vec![0; LINK_MAX],
        }
    }

    fn enter(&mut self, part: &mut Part, job: &Job) -> Result<()> {
        let dir = match job.above.enter(&job.name)? {
            Entered::Dir(dir) => dir,
            Entered::Mount => {
                part.keeping.push(job.parent);
                let here = job.above.see_self()?;
                let there = job.above.see(&job.name)?;
                if self.walk.terms.keeps.is_place(&job.path, &there.identity) {
                    part.rest.kept += 1;
                    return Ok(());
                }
                let path = HomePath::new(&job.path).expect("names make a path");
                part.rest.mounts.push(Mounted {
                    path,
                    is_same_filesystem: here.identity.device == there.identity.device,
                });
                return Ok(());
            }
        };
        let seen = dir.see_self()?;
        let name = job.name.to_bytes();
        let directory = Directory::new(job.parent, name, seen.identity, job.class);
        let dir = Arc::new(dir);
        self.directory(part, (job.number, directory), &dir, &job.path, &seen)
    }

    /// Reads `dir`, which lies at `path`.
    fn directory(
        &mut self,
        part: &mut Part,
        (number, mut directory): (usize, Directory),
        dir: &Arc<Dir>,
        path: &[u8],
        own: &Seen,
    ) -> Result<()> {
        let walk = self.walk;
        let (keeps, ignore) = (walk.terms.keeps, walk.terms.ignore);
        let keeping = keeps.has_in(path);
        let class = directory.class;
        let matching = class == Class::AtRisk && !ignore.is_empty();
        self.path.clear();
        self.path.extend_from_slice(path);
        if !path.is_empty() {
            self.path.push(b'/');
        }
        let start = self.path.len();
        let mut jobs = Vec::new();
        let mut names = 0;
        let (full, target) = (&mut self.path, &mut self.target);
        let read = self.scanner.each(dir, |name, kind| {
            names += 1;
            full.truncate(start);
            full.extend_from_slice(name.to_bytes());
            let mut entry = Entry {
                home: walk.home,
                keeps,
                dir,
                name,
                path: full,
                seen: None,
                target,
            };
            let kind = match kind {
                FileType::Unknown => match entry.see() {
                    Ok(seen) => seen.identity.kind,
                    Err(errno) => return entry.cannot(part, number, errno),
                },
                kind => kind,
            };
            let keep = keeping.then(|| keeps.get(entry.path)).flatten();
            let kept = match keep.map(|keep| entry.is_kept(keep, kind)) {
                None => Kept::Not,
                Some(Ok(kept)) => kept,
                Some(Err(errno)) => return entry.cannot(part, number, errno),
            };
            if kept == Kept::Stays {
                part.keeping.push(number);
                part.rest.kept += usize::from(keep.is_some_and(Keep::is_counted));
                return;
            }
            let directory_here = kind == FileType::Directory;
            let class = if kept == Kept::Spare {
                Class::Spare
            } else if matching && ignore.has(entry.path, directory_here) {
                Class::Ignored
            } else {
                class
            };
            if class == Class::Ignored && directory.class != Class::Ignored {
                let path = HomePath::new(&*entry.path).expect("names make a path");
                part.rest.ignored.push(path);
            }
            if !walk.terms.whole && class != Class::AtRisk {
                return;
            }
            if directory_here {
                jobs.push(Job {
                    number: 0,
                    above: Arc::clone(dir),
                    parent: number,
                    name: name.to_owned(),
                    path: entry.path.clone(),
                    class,
                });
                return;
            }
            match entry.see() {
                Ok(seen) => entry.add(part, (number, &mut directory), class, &seen, own),
                Err(errno) => entry.cannot(part, number, errno),
            }
        });
        if let Err(errno) = read {
            let path = HomePath::new(path).map_err(|_| errno)?;
            part.keeping.push(number);
            part.rest.unreadable.push(Unreadable { path, errno });
        }
        directory.leaves.shrink_to_fit();
        part.directories.push((number, directory));
        let first = walk.next.fetch_add(jobs.len(), Ordering::Relaxed);
        for (at, job) in jobs.iter_mut().enumerate() {
            job.number = first + at;
        }
        walk.queue.add(jobs);
        let before = walk.seen.fetch_add(names, Ordering::Relaxed);
        if before / STEP != (before + names) / STEP {
            (walk.terms.progress)(before + names);
        }
        Ok(())
    }
}

/// After so many names progress is told.
const STEP: u64 = 4096;
