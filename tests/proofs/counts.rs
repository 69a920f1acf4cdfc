//! What a proof counted, on one line.

use std::fmt::Display;
use std::io::Write;

/// The counts of one proof.
///
/// ```text
/// proof: crash (bounded): 24 scenarios, 1830 points, 0 failures
/// ```
pub struct Counts {
    name: String,
    counted: Vec<String>,
}

impl Counts {
    /// The counts of the proof `name`.
    pub fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            counted: Vec::new(),
        }
    }

    /// Adds a count, with the word for what was counted.
    pub fn count(mut self, number: impl Display, what: &str) -> Self {
        self.counted.push(format!("{number} {what}"));
        self
    }

    /// Prints the counts with the number of failures, also where the test
    /// harness captures output, and fails when there were any: with how to
    /// reproduce each.
    #[track_caller]
    pub fn print(self, failures: &[String]) {
        let form = if super::full() { "full" } else { "bounded" };
        let line = format!(
            "proof: {} ({form}): {}, {} failures\n",
            self.name,
            self.counted.join(", "),
            failures.len()
        );
        // `println!` would be captured.
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        let shown: Vec<_> = failures.iter().take(20).map(String::as_str).collect();
        assert!(failures.is_empty(), "{line}{}", shown.join("\n\n"));
    }
}

/// Says how far the full form of a proof is, which takes long.
pub fn progress(name: &str, done: usize, all: usize, points: usize) {
    if super::full() {
        let line = format!("{name}: {done} of {all} scenarios, {points} points\n");
        // `eprintln!` would be captured. Who does not listen misses nothing.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

#[test]
fn a_proof_with_failures_fails() {
    let printed = std::panic::catch_unwind(|| {
        Counts::of("itself")
            .count(1, "points")
            .print(&["point 1".to_owned()]);
    });
    let message = printed.unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    assert!(message.contains("1 points, 1 failures"), "{message}");
    assert!(message.contains("\npoint 1"), "{message}");
}
