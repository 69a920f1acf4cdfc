//! The form of the memory of files that are no links: a line for each, with a
//! digest of itself at its end.

use std::fmt::Write as _;

use super::memory::{Kind, Record, Stamp};
use crate::manifest::{Digest, HomePath, escaped, unescaped};

pub(super) fn line((path, record): (&HomePath, &Record)) -> Vec<u8> {
    let mut words = vec![
        record.kind.name(),
        u8::from(record.created).to_string(),
        format!("{:o}", record.mode),
        hex(&record.entry),
        escaped(path.as_bytes()),
    ];
    if let Some(Stamp {
        inode,
        size,
        modified: (seconds, nanos),
    }) = record.stamp
    {
        words.push(format!("at={inode},{size},{seconds},{nanos}"));
    }
    words.extend(
        record
            .contents
            .iter()
            .map(|digest| format!("content={digest}")),
    );
    words.extend(
        record
            .parts
            .iter()
            .map(|part| format!("part={}", escaped(part.as_bytes()))),
    );
    words.extend(
        record
            .leaving
            .iter()
            .map(|digest| format!("leaving={digest}")),
    );
    let text = words.join(" ");
    // What was cut off or mixed up is noticed.
    let check = Digest::of(text.as_bytes());
    format!("\n{text} {check}\n").into_bytes()
}

/// The record in a line.
pub(super) fn parse(line: &[u8]) -> Option<(HomePath, Record)> {
    record(whole(line)?)
}

/// How many lines are damaged, and how many are whole and still no records.
pub(super) fn faults(bytes: &[u8]) -> (usize, usize) {
    let (mut damaged, mut later) = (0, 0);
    for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        match whole(line) {
            None => damaged += 1,
            Some(text) => later += usize::from(record(text).is_none()),
        }
    }
    (damaged, later)
}

/// What a line says, if it is as it was written.
fn whole(line: &[u8]) -> Option<&str> {
    let (text, check) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
    let whole = Digest::from_hex(check.as_bytes())? == Digest::of(text.as_bytes());
    whole.then_some(text)
}

fn record(text: &str) -> Option<(HomePath, Record)> {
    let mut words = text.split(' ');
    let kind = Kind::from_name(words.next()?)?;
    let created = words.next()? == "1";
    let mode = u32::from_str_radix(words.next()?, 8).ok()?;
    let hex = words.next()?;
    let mut entry = [0; 16];
    for (at, byte) in entry.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    let path = HomePath::new(unescaped(words.next()?.as_bytes())?).ok()?;
    let mut record = Record {
        kind,
        created,
        mode,
        entry,
        stamp: None,
        contents: Vec::new(),
        parts: Vec::new(),
        leaving: Vec::new(),
    };
    for word in words {
        let (key, value) = word.split_once('=')?;
        let digest = || Digest::from_hex(value.as_bytes());
        match key {
            "at" => record.stamp = Some(stamp(value)?),
            "content" => record.contents.push(digest()?),
            "leaving" => record.leaving.push(digest()?),
            "part" => record
                .parts
                .push(String::from_utf8(unescaped(value.as_bytes())?).ok()?),
            // A later nhmt's.
            _ => {}
        }
    }
    Some((path, record))
}

fn stamp(text: &str) -> Option<Stamp> {
    let mut numbers = text.split(',');
    Some(Stamp {
        inode: numbers.next()?.parse().ok()?,
        size: numbers.next()?.parse().ok()?,
        modified: (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?),
    })
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
