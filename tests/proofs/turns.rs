//! The processors, which take what there is to try by turns.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::counts;

/// Calls `each` with each of `all` and its index, one call on a processor at a
/// time, and reports after each how many `points` the proof `name` has tried.
///
/// A scenario stays with the processor that took it: what is the same after
/// two points is then seen to be, since paths do not differ.
pub fn by_turns<T: Sync>(
    name: &str,
    all: &[T],
    points: &AtomicUsize,
    each: impl Fn(usize, &T) + Sync,
) {
    let (next, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(index) else { break };
                    each(index, one);
                    let ended = ended.fetch_add(1, Ordering::Relaxed) + 1;
                    let points = points.load(Ordering::Relaxed);
                    counts::progress(name, ended, all.len(), points);
                }
            });
        }
    });
}
