//! The list of backups: one line for each, `<set> <seconds since 1970> <path> .`,
//! with the bytes of the path that are not plain escaped as `%XX`. A line may
//! name a backup that is not there (the run is being undone, which drops it); it
//! is passed over. So is one that was cut off by a full disk: it has no dot at its end, and the
//! next starts with a line break of its own. Its path could be that of a
//! directory with other backups in it.

use std::io::{Read, Write};

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, Result};

use super::directories::errno;
use crate::home::dir::Dir;
use crate::home::os;
use crate::manifest::{HomePath, escaped, unescaped};

pub(super) const NAME: &str = "items";

/// One backup as the list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) set: String,
    pub(super) path: HomePath,
    pub(super) when: u64,
}

/// Adds a line.
pub(super) fn append(backups: &Dir, record: &Record) -> Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC;
    let flags = flags | OFlags::NOFOLLOW;
    let file = rustix::fs::openat(backups, NAME, flags, Mode::from_raw_mode(0o600))?;
    let mut file = std::fs::File::from(file);
    file.write_all(&line(record)).map_err(|error| errno(&error))
}

/// Brings the list to the disk.
pub(super) fn sync(backups: &Dir) -> Result<()> {
    rustix::fs::fsync(backups.open_file(os(NAME), false)?)
}

/// All lines that can be read, oldest first.
pub(super) fn read(backups: &Dir) -> Result<Vec<Record>> {
    let bytes = read_bytes(backups)?;
    Ok(bytes.split(|&b| b == b'\n').filter_map(parse).collect())
}

fn read_bytes(backups: &Dir) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match backups.open_file(os(NAME), false) {
        Ok(mut file) => file
            .read_to_end(&mut bytes)
            .map_err(|error| errno(&error))?,
        Err(Errno::NOENT) => return Ok(Vec::new()),
        Err(errno) => return Err(errno),
    };
    Ok(bytes)
}

/// Drops the lines for which `goes` holds. Those that cannot be read stay, for
/// `nhmt doctor` to name.
pub(super) fn drop_lines(backups: &Dir, goes: impl Fn(&Record) -> bool) -> Result<()> {
    let bytes = read_bytes(backups)?;
    let stays = |line: &&[u8]| !parse(line).is_some_and(|record| goes(&record));
    let left: Vec<&[u8]> = bytes.split(|&b| b == b'\n').filter(stays).collect();
    let left = left.join(&b'\n');
    if left.len() == bytes.len() {
        return Ok(());
    }
    backups.write_whole(os(NAME), &left)
}

/// How many lines cannot be read: one that a power cut left, most often.
pub(super) fn damage(bytes: &[u8]) -> usize {
    let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.filter(|line| parse(line).is_none()).count()
}

/// Replaces the list.
pub(super) fn write(backups: &Dir, records: &[Record]) -> Result<()> {
    let bytes: Vec<u8> = records.iter().flat_map(line).collect();
    backups.write_whole(os(NAME), &bytes)
}

fn line(record: &Record) -> Vec<u8> {
    let Record { set, path, when } = record;
    let path = escaped(path.as_bytes());
    format!("\n{set} {when} {path} .\n").into_bytes()
}

fn parse(line: &[u8]) -> Option<Record> {
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (set, when, path) = (words.next()?, words.next()?, words.next()?);
    if words.next() != Some(".") {
        return None;
    }
    Some(Record {
        set: set.to_owned(),
        path: HomePath::new(unescaped(path.as_bytes())?).ok()?,
        when: when.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_go_both_ways_and_damage_is_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open_path(temp.path()).unwrap();
        let record = |path: &[u8]| Record {
            set: "7~2".into(),
            path: HomePath::new(path).unwrap(),
            when: 1,
        };
        let records = [record(b"a b%\n\xff"), record(b"x/y")];
        append(&dir, &records[0]).unwrap();
        append(&dir, &records[1]).unwrap();
        assert_eq!(read(&dir).unwrap(), records);
        write(&dir, &records[1..]).unwrap();
        let mut list = std::fs::OpenOptions::new()
            .append(true)
            .open(temp.path().join(NAME))
            .unwrap();
        list.write_all(b"9 12 ../x .\n").unwrap();
        assert_eq!(read(&dir).unwrap(), records[1..]);
        let whole = line(&records[0]);
        for cut in 0..whole.len() - 2 {
            list.write_all(&whole[..cut]).unwrap();
            assert_eq!(read(&dir).unwrap(), records[1..], "cut at {cut}");
        }
        append(&dir, &records[0]).unwrap();
        assert_eq!(read(&dir).unwrap().last(), Some(&records[0]));
        let damaged = || damage(&read_bytes(&dir).unwrap());
        let before = damaged();
        assert!(before > 0);
        drop_lines(&dir, |record| *record == records[0]).unwrap();
        assert_eq!(read(&dir).unwrap(), records[1..]);
        assert_eq!(damaged(), before);
    }
}
