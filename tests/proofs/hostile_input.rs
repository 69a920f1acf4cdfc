//! Damaged forms of valid inputs, always the same ones: no entry panics, and
//! what each promises holds.

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::Command;

use crate::counts::Counts;
use crate::hostile_entries::{ALL, is_sandboxed};
use crate::support::Outcome;
use crate::trees::Dice;

/// What often goes wrong.
const WORDS: [&[u8]; 30] = [
    b"..",
    b"/",
    b"../../",
    b"\0",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\"",
    b"\\",
    b"%",
    b"%%",
    b"\n%%\n",
    b"~2",
    b"{",
    b"}",
    b"[[",
    b"\t",
    b"-1",
    b"18446744073709551616",
    b"1e999",
    b"\xff",
    b"\xef\xbb\xbf",
    b"# >>> nhmt >>>",
    b"null",
    b"backups",
    b"work",
    b"current",
    b"own-directory",
    b"foreign",
    b"out",
];

/// What is between quotes: in JSON, what can change without damage to the form.
fn quoted(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut marks = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'"' && (at == 0 || bytes[at - 1] != b'\\') {
            marks.push(at);
        }
    }
    marks
        .chunks_exact(2)
        .map(|two| two[0] + 1..two[1])
        .collect()
}

/// Gives one of the quoted texts the content of another, or an odd one.
fn exchange_texts(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let texts = quoted(bytes);
    if texts.is_empty() {
        return;
    }
    let text = texts[dice.roll(texts.len())].clone();
    let other = if dice.roll(3) == 0 {
        WORDS[dice.roll(WORDS.len())].to_vec()
    } else {
        bytes[texts[dice.roll(texts.len())].clone()].to_vec()
    };
    bytes.splice(text, other);
}

/// Changes a few things in `input`; every second time only quoted texts.
fn damage(input: &[u8], others: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = input.to_vec();
    if dice.roll(2) == 0 {
        (0..=dice.roll(3)).for_each(|_| exchange_texts(&mut bytes, dice));
        return bytes;
    }
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len() + 1);
        let end = (at + dice.roll(20)).min(bytes.len());
        match dice.roll(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            3 => {
                let word = WORDS[dice.roll(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            4 => {
                let word = WORDS[dice.roll(WORDS.len())];
                bytes.splice(at..end, word.iter().copied());
            }
            5 => {
                let other = &others[dice.roll(others.len())];
                let from = dice.roll(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.roll(8);
                }
            }
        }
    }
    bytes
}

/// Runs `body` where the whole machine is read-only but for a folder in memory:
/// if what is tested here broke, it could move away anything. `test` is the
/// full name of the calling test.
fn sandboxed(test: &str, body: impl FnOnce()) {
    if is_sandboxed() {
        return body();
    }
    let outcome = Outcome::of(
        Command::new("bwrap")
            .args(["--ro-bind", "/", "/", "--dev", "/dev", "--die-with-parent"])
            .args(["--setenv", "TMPDIR", "/dev/shm"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"]),
    )
    .success()
    .stdout_has("1 passed");
    for line in outcome.stdout().lines() {
        if let Some(counts) = line.find("proof: ") {
            // `println!` would be captured.
            let line = format!("{}\n", &line[counts..]);
            std::io::stdout().write_all(line.as_bytes()).unwrap();
        }
    }
}

#[test]
fn damaged_input_is_refused_or_passed_over() {
    sandboxed(
        "hostile_input::damaged_input_is_refused_or_passed_over",
        try_all,
    );
}

#[test]
fn a_journal_is_tried_in_a_sandbox_only() {
    if !is_sandboxed() {
        let (_, journal) = ALL
            .into_iter()
            .find(|(name, _)| *name == "journal")
            .unwrap();
        assert!(catch_unwind(|| journal(b"0{}")).is_err());
    }
}

fn try_all() {
    let each = if crate::full() { 40_000 } else { 400 };
    let (mut tried, mut seeds, mut wrong) = (0, 0, Vec::new());
    for (name, act) in ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/seeds")
            .join(name);
        let entries = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut inputs: Vec<_> = entries.collect();
        inputs.sort();
        let inputs: Vec<_> = inputs
            .into_iter()
            .map(|path| fs::read(path).unwrap())
            .collect();
        assert!(!inputs.is_empty(), "no seeds for {name}");
        seeds += inputs.len();
        let mut dice = Dice::new(name.len() as u64);
        let whole = inputs.iter().cloned();
        let damaged =
            (0..each).map(|number| damage(&inputs[number % inputs.len()], &inputs, &mut dice));
        for input in whole.chain(damaged) {
            tried += 1;
            if catch_unwind(|| act(&input)).is_err() {
                wrong.push(format!("{name}: {}", input.escape_ascii()));
            }
        }
    }
    Counts::of("hostile: damaged input")
        .count(ALL.len(), "entries")
        .count(seeds, "valid inputs")
        .count(tried, "inputs in all")
        .print(&wrong);
}
