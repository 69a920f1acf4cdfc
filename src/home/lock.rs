//! One writer at a time.

use std::fmt;
use std::io::{Read, Write};
use std::ops::Deref;

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
        let (means, first) = Means::lock(&self, FlockOperation::NonBlockingLockExclusive)?;
        match first {
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
    /// Whether somebody has the lock. It is taken for a moment to know.
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
}
