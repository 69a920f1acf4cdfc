//! One writer at a time.

use std::fmt;
use std::io::{Read, Write};
use std::ops::Deref;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;
use thiserror::Error;

use super::HomeDir;
use super::dir::Dir;
use super::error::{AtPlace, HomeError};
use super::home_dir::os;
use super::means::Means;

/// Where the holder of the lock says who it is. For people only.
const HOLDER: &str = "lock-holder";

/// How often a lock that somebody has is tried again before that counts, and
/// after which time: who only looks has it for a moment.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(5);

/// A home that this process alone writes to. Dropping it gives the lock back;
/// the kernel does so when the process dies.
#[derive(Debug)]
pub struct HomeLock {
    home: HomeDir,
    /// Held as long as this lives.
    _means: Means,
}

/// Who has the lock, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder(Option<String>);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(text) => write!(f, "{text}"),
            None => write!(f, "another nhmt"),
        }
    }
}

/// Why there is no lock.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another nhmt has it, and waiting was not wanted.
    #[error("{home} is in use by {holder}; wait for it, or run without `--no-wait`")]
    Held {
        /// The home directory.
        home: String,
        /// Who has it.
        holder: Holder,
    },
    /// The system refused.
    #[error(transparent)]
    Home(#[from] HomeError),
}

impl HomeDir {
    /// Locks the home for writing. `waiting` is called once before a wait.
    ///
    /// # Errors
    /// [`LockError::Held`] with `no_wait` when someone else has the lock.
    pub fn lock(self, no_wait: bool, waiting: impl FnOnce(&Holder)) -> Result<HomeLock, LockError> {
        let place = self.layout().home().to_path_buf();
        let how = FlockOperation::NonBlockingLockExclusive;
        let (means, first) = Means::lock(&self, how)?;
        let again = || means.again(&self, how);
        match first.or_else(|errno| insist(errno, again, || std::thread::sleep(PAUSE))) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let holder = Holder(self.state()?.and_then(|state| read_holder(&state)));
                if no_wait {
                    let home = place.display().to_string();
                    return Err(LockError::Held { home, holder });
                }
                waiting(&holder);
                let waited = means.again(&self, FlockOperation::LockExclusive);
                waited.at_path("lock", &place)?;
            }
            Err(errno) => Err(errno).at_path("lock", &place)?,
        }
        let lock = HomeLock {
            home: self,
            _means: means,
        };
        if let Ok(Some(state)) = lock.state() {
            HomeLock::announce(&state);
        }
        Ok(lock)
    }
}

impl HomeDir {
    /// Whether somebody has the lock, most likely `process`: when the kernel
    /// lists it as that one's, it need not be taken to know.
    pub(crate) fn is_locked_by(&self, process: u32) -> bool {
        self.lock_is_listed(process) || self.is_locked()
    }

    /// Whether somebody has the lock. It is taken for a moment to know; who
    /// comes meanwhile [tries again](insist).
    pub(crate) fn is_locked(&self) -> bool {
        let Ok((means, taken)) = Means::lock(self, FlockOperation::NonBlockingLockShared) else {
            return false;
        };
        if taken.is_ok() {
            let _ = means.again(self, FlockOperation::Unlock);
        }
        taken == Err(Errno::WOULDBLOCK)
    }
}

/// Tries again when somebody has the lock, as `refused` says.
fn insist(
    mut refused: Errno,
    mut again: impl FnMut() -> rustix::io::Result<()>,
    mut pause: impl FnMut(),
) -> rustix::io::Result<()> {
    for _ in 0..TRIES {
        if refused != Errno::WOULDBLOCK {
            break;
        }
        pause();
        match again() {
            Ok(()) => return Ok(()),
            Err(errno) => refused = errno,
        }
    }
    Err(refused)
}

impl HomeLock {
    /// Writes who has the lock. That it fails must not stop the run.
    pub(crate) fn announce(state: &Dir) {
        let command = std::env::args_os().collect::<Vec<_>>();
        let command = command
            .iter()
            .map(|arg| arg.to_string_lossy().escape_debug().to_string())
            .collect::<Vec<_>>()
            .join(" ");
        let text = format!("process {} ({command})\n", std::process::id());
        // The lock is held: what a killed process left under this name may go.
        let name = format!("{HOLDER}.next");
        let _ = state.unlink(os(&name));
        let written = state
            .create_file(os(&name), 0o600)
            .is_ok_and(|mut file| file.write_all(text.as_bytes()).is_ok());
        if !written || state.replace(os(&name), os(HOLDER)).is_err() {
            // The file is informational: without it the message is shorter.
            let _ = state.unlink(os(&name));
        }
    }
}

impl Deref for HomeLock {
    type Target = HomeDir;

    fn deref(&self) -> &HomeDir {
        &self.home
    }
}

fn read_holder(state: &Dir) -> Option<String> {
    let mut text = String::new();
    let file = state.open_file(os(HOLDER), false).ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.chars().filter(|c| !c.is_control()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Layout;

    #[test]
    fn the_second_waits_and_is_told_for_whom() {
        let temp = tempfile::tempdir().unwrap();
        let open = || HomeDir::open(&Layout::new(temp.path())).unwrap();
        open().make_state().unwrap();
        let first = open().lock(true, |_| panic!("free")).unwrap();
        let error = open().lock(true, |_| ()).unwrap_err();
        let pid = std::process::id().to_string();
        assert!(error.to_string().contains(&pid), "{error}");
        let (told, tells) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| open().lock(false, |h| told.send(h.clone()).unwrap()));
            let holder = tells.recv().unwrap();
            assert!(holder.to_string().contains(&pid));
            drop(first);
            waiter.join().unwrap().unwrap();
        });
    }

    #[test]
    fn who_only_looks_makes_nobody_fail() {
        let temp = tempfile::tempdir().unwrap();
        let open = || HomeDir::open(&Layout::new(temp.path())).unwrap();
        let (looks, comes) = (open(), open());
        let (_, taken) = Means::lock(&looks, FlockOperation::NonBlockingLockShared).unwrap();
        taken.unwrap();
        let how = FlockOperation::NonBlockingLockExclusive;
        let (means, first) = Means::lock(&comes, how).unwrap();
        let refused = first.unwrap_err();
        let mut looks = Some(looks);
        let again = || means.again(&comes, how);
        insist(refused, again, || drop(looks.take())).unwrap();
    }

    #[test]
    fn a_lock_that_stays_is_tried_a_few_times() {
        let mut tries = 0;
        let again = || {
            tries += 1;
            Err(Errno::WOULDBLOCK)
        };
        let end = insist(Errno::WOULDBLOCK, again, || ());
        assert_eq!((end, tries), (Err(Errno::WOULDBLOCK), TRIES));
        let other = insist(Errno::NOLCK, || panic!("no sense"), || ());
        assert_eq!(other, Err(Errno::NOLCK));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_lock_is_seen_without_taking_it() {
        let temp = tempfile::tempdir().unwrap();
        let open = || HomeDir::open(&Layout::new(temp.path())).unwrap();
        let process = std::process::id();
        assert!(!open().lock_is_listed(process));
        let lock = open().lock(true, |_| ()).unwrap();
        assert!(open().lock_is_listed(process));
        // Another's: the kernel names who has it.
        assert!(!open().lock_is_listed(1));
        assert!(open().is_locked_by(1));
        drop(lock);
        assert!(!open().lock_is_listed(process));
        assert!(!open().is_locked_by(process));
    }
}
