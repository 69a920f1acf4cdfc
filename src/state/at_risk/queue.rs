//! Which directories are still to be read, for several threads.

use std::sync::{Condvar, Mutex, PoisonError};

use super::walk::Job;

/// The directories that are still to be read.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Default)]
struct Pending {
    jobs: Vec<Job>,
    /// How many are being read.
    busy: usize,
}

impl Queue {
    /// More of them.
    pub(super) fn add(&self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let several = jobs.len() > 1;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.jobs.extend(jobs);
        drop(state);
        if several {
            self.changed.notify_all();
        } else {
            self.changed.notify_one();
        }
    }

    /// The newest, so that few directories stay open; `None` when all is read.
    pub(super) fn take(&self) -> Option<Job> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(job) = state.jobs.pop() {
                state.busy += 1;
                return Some(job);
            }
            if state.busy == 0 {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that the one that was taken is read.
    pub(super) fn done(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy -= 1;
        let over = state.busy == 0 && state.jobs.is_empty();
        drop(state);
        if over {
            self.changed.notify_all();
        }
    }
}
