//! How a [`Record`] is written: its first state, with a check over all of it,
//! and then a line for each thing that was copied anew, with a check of its
//! own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustix::fs::FileType;

use super::record::{Leaf, Record, Stamp};
use crate::manifest::{Digest, HomePath, escaped, unescaped};

impl Record {
    /// The whole record.
    pub(super) fn text(&self) -> String {
        let (device, inode, born) = self.source;
        let born = born.map_or_else(|| "-".to_owned(), |(s, n)| format!("{s},{n}"));
        let mut text = format!(
            "adoption {device} {inode} {born} {} {}\n",
            self.when,
            escaped(self.path.as_bytes())
        );
        for (below, leaf) in &self.leaves {
            let _ = writeln!(text, "{}", leaf.words(below));
        }
        // What was cut off or mixed up is noticed.
        let check = Digest::of(text.as_bytes());
        let _ = writeln!(text, "{check}");
        text
    }

    /// What is known of the thing at `below`, to stand after all else. It
    /// begins a line of its own, whatever a write that failed has left.
    pub(super) fn line(&self, below: &[u8]) -> String {
        let text = match self.leaves.get(below) {
            Some(leaf) => leaf.words(below),
            None => format!("- .{}", escaped(below)),
        };
        format!("\n{text} {}\n", Digest::of(text.as_bytes()))
    }

    /// Reads what `text` and `line` write. A record whose first state is
    /// damaged says nothing: what is in the root counts as somebody else's,
    /// and is kept. So does what a damaged line is about.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut first = 0;
        let mut rest = text.split_inclusive('\n');
        let check = loop {
            let line = rest.next()?;
            if !line.contains(' ') {
                break line.strip_suffix('\n')?;
            }
            first += line.len();
        };
        if Digest::from_hex(check.as_bytes())? != Digest::of(&text.as_bytes()[..first]) {
            return None;
        }
        let mut lines = text[..first].lines();
        let mut record = Self::head(lines.next()?)?;
        for line in lines {
            let (below, leaf) = parse_leaf(line)?;
            record.leaves.insert(below, leaf?);
        }
        for line in rest {
            let line = line
                .strip_suffix('\n')
                .and_then(|line| line.rsplit_once(' '));
            let whole = line.filter(|(text, check)| {
                Digest::from_hex(check.as_bytes()) == Some(Digest::of(text.as_bytes()))
            });
            match whole.and_then(|(text, _)| parse_leaf(text)) {
                Some((below, Some(leaf))) => drop(record.leaves.insert(below, leaf)),
                Some((below, None)) => drop(record.leaves.remove(&below)),
                None => {}
            }
        }
        Some(record)
    }

    fn head(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("adoption ")?.split(' ');
        let (device, inode) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let born = match words.next()? {
            "-" => None,
            born => {
                let (seconds, nanos) = born.split_once(',')?;
                Some((seconds.parse().ok()?, nanos.parse().ok()?))
            }
        };
        Some(Self {
            source: (device, inode, born),
            when: words.next()?.parse().ok()?,
            path: HomePath::new(unescaped(words.next()?.as_bytes())?).ok()?,
            leaves: BTreeMap::new(),
        })
    }
}

impl Leaf {
    fn words(&self, below: &[u8]) -> String {
        let mut text = format!("{} .{}", self.source.words(), escaped(below));
        for (stamp, digest) in &self.copies {
            let _ = write!(text, " {}={digest}", stamp.words());
        }
        text
    }
}

/// A thing, and what is known of it; nothing when it is gone.
fn parse_leaf(line: &str) -> Option<(Vec<u8>, Option<Leaf>)> {
    let mut words = line.split(' ');
    let source = words.next()?;
    let below = unescaped(words.next()?.strip_prefix('.')?.as_bytes())?;
    if source == "-" {
        return Some((below, None));
    }
    let source = Stamp::parse(source)?;
    let copies = words.map(|word| {
        let (stamp, digest) = word.split_once('=')?;
        Some((Stamp::parse(stamp)?, Digest::from_hex(digest.as_bytes())?))
    });
    let copies = copies.collect::<Option<Vec<_>>>()?;
    Some((below, Some(Leaf { source, copies })))
}

impl Stamp {
    fn words(&self) -> String {
        let (seconds, nanos) = self.modified;
        let kind = match self.kind {
            FileType::RegularFile => 'f',
            FileType::Directory => 'd',
            FileType::Symlink => 'l',
            _ => 's',
        };
        format!(
            "{kind},{},{},{seconds},{nanos},{:o}",
            self.inode, self.size, self.mode
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(',');
        let kind = match words.next()? {
            "f" => FileType::RegularFile,
            "d" => FileType::Directory,
            "l" => FileType::Symlink,
            _ => FileType::Fifo,
        };
        Some(Self {
            kind,
            inode: words.next()?.parse().ok()?,
            size: words.next()?.parse().ok()?,
            modified: (words.next()?.parse().ok()?, words.next()?.parse().ok()?),
            mode: u32::from_str_radix(words.next()?, 8).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(number: u64) -> Stamp {
        Stamp {
            inode: number,
            size: 7,
            modified: (-3, number),
            kind: FileType::RegularFile,
            mode: 0o640,
        }
    }

    fn leaf(number: u64) -> Leaf {
        let copy = |n: u64| (stamp(n), Digest::of(&n.to_le_bytes()));
        Leaf {
            source: stamp(number),
            copies: vec![copy(number + 1), copy(number + 2)],
        }
    }

    fn record() -> Record {
        let odd = b"odd \n%\xff".to_vec();
        Record {
            path: HomePath::new("a b").unwrap(),
            source: (1, 2, Some((-3, 4))),
            when: 5,
            leaves: [
                (Vec::new(), leaf(1)),
                (odd, leaf(20)),
                (b"x".to_vec(), leaf(30)),
            ]
            .into(),
        }
    }

    #[test]
    fn what_is_written_and_appended_is_read() {
        let mut record = record();
        let mut text = record.text();
        assert_eq!(Record::parse(&text).as_ref(), Some(&record));
        record.leaves.insert(b"new/one".to_vec(), leaf(40));
        text += &record.line(b"new/one");
        record.leaves.remove(&b"x"[..]);
        text += &record.line(b"x");
        record.leaves.insert(Vec::new(), leaf(50));
        text += &record.line(b"");
        assert_eq!(Record::parse(&text).as_ref(), Some(&record));
    }

    /// Cut off anywhere, or changed: it says nothing, or what it said at some
    /// time, and what is appended later is read.
    #[test]
    fn damage_is_noticed() {
        let first = record();
        let mut second = first.clone();
        second.leaves.insert(b"x".to_vec(), leaf(40));
        let base = first.text();
        let text = base.clone() + &second.line(b"x");
        let mut third = second.clone();
        third.leaves.remove(&b"x"[..]);
        for at in 0..text.len() {
            let cut = Record::parse(&text[..at]);
            let mut damaged = text.clone().into_bytes();
            damaged[at] ^= 1;
            let damaged = Record::parse(&String::from_utf8_lossy(&damaged));
            for (read, what) in [(cut, "cut"), (damaged, "damaged")] {
                match read {
                    None => assert!(at < base.len(), "{what} at {at}"),
                    Some(read) => {
                        let known = read == first || (what == "damaged" && read == second);
                        assert!(known, "{what} at {at}: {read:?}");
                    }
                }
            }
            if at >= base.len() {
                let appended = text[..at].to_owned() + &third.line(b"x");
                assert_eq!(Record::parse(&appended).as_ref(), Some(&third), "{at}");
            }
        }
    }
}
