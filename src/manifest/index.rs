//! The index of a home tree: its leaves, sorted, with digests.
//!
//! ```text
//! nhmt-index 1\n            format
//! reader 1\n                oldest reader that may use it
//! paths <sha256>\n          over the path set
//! content <sha256>\n        over paths, contents and packages
//! home /home/alice\n        for whom it was built
//! on-conflict backup\n      the configuration's choice, when it made one
//! count 2\n
//! \n
//! f <32 hex> .bashrc\0      kind, digest of the leaf, path
//! d <32 hex> .vim\0
//! ```
//! Header lines that a reader does not know are passed over, and so are
//! `key=value` words after the digest, so that a later nhmt may add to it and
//! an older one still rolls back from it; `reader` rises when that is unsafe.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::header::{Fault, Header};
use super::{Digest, HomePath, Manifest, OnConflict};

/// Bytes of a leaf's digest that the index keeps; enough to tell contents
/// apart, and half the size at 100,000 leaves.
const LEAF_DIGEST: usize = 16;

/// What a leaf of the home tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeafKind {
    /// A regular file without the executable bit.
    File,
    /// A regular file with the executable bit.
    Executable,
    /// A directory that is linked as one.
    Directory,
}

/// One leaf: a path that has one link in `$HOME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the home.
    pub path: HomePath,
    /// What the link leads to.
    pub kind: LeafKind,
    /// A digest of kind and content (for a link into a store, of its target).
    pub digest: [u8; LEAF_DIGEST],
    /// Whatever is in the way is backed up without asking.
    pub force: bool,
}

/// The leaves of one home tree. Equal [`Index::paths`] mean equal path sets,
/// equal [`Index::content`] mean that nothing differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    entries: Vec<Entry>,
    header: Header,
}

/// Why an index could not be read or made.
#[derive(Debug, Error)]
pub enum IndexError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The index file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are no index.
    #[error("{} is damaged ({what}); `nhmt realize` writes a new one", path.display())]
    Damaged {
        /// The index file.
        path: PathBuf,
        /// What was expected.
        what: &'static str,
    },
    /// A later format.
    #[error("{} was written by a newer nhmt (reader version {needs}); use that one", path.display())]
    TooNew {
        /// The index file.
        path: PathBuf,
        /// The reader version that it asks for.
        needs: u32,
    },
    /// Two leaves at one path.
    #[error("\"{0}\" is there twice")]
    Duplicate(HomePath),
}

impl Entry {
    /// An entry whose digest covers `kind` and `content`.
    #[must_use]
    pub fn new(path: HomePath, kind: LeafKind, content: Digest) -> Self {
        let whole = Digest::of_parts([&[kind.letter()][..], content.as_bytes()]);
        let mut digest = [0; LEAF_DIGEST];
        digest.copy_from_slice(&whole.as_bytes()[..LEAF_DIGEST]);
        Self {
            path,
            kind,
            digest,
            force: false,
        }
    }
}

impl Index {
    /// Sorts `entries` and digests them; `extra` is what else makes one tree
    /// differ from another (the package environment).
    ///
    /// # Errors
    /// [`IndexError::Duplicate`] when two entries have one path.
    pub fn new(mut entries: Vec<Entry>, extra: &[u8]) -> Result<Self, IndexError> {
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].path == pair[1].path) {
            return Err(IndexError::Duplicate(pair[0].path.clone()));
        }
        let paths = Digest::of_parts(entries.iter().map(|entry| entry.path.as_bytes()));
        let leaves = Digest::of_parts(entries.iter().map(|entry| &entry.digest[..]));
        let flags: Vec<u8> = entries.iter().map(|entry| u8::from(entry.force)).collect();
        let content = Digest::of_parts([&paths.as_bytes()[..], leaves.as_bytes(), &flags, extra]);
        let header = Header {
            paths,
            content,
            count: entries.len(),
            home: None,
            on_conflict: None,
        };
        Ok(Self { entries, header })
    }

    /// With what a run has to know of `manifest`, so that it need not read
    /// that, which holds every text of the home.
    #[must_use]
    pub fn of(mut self, manifest: &Manifest) -> Self {
        self.header.home = Some(manifest.home.directory.clone());
        self.header.on_conflict = manifest.on_conflict;
        self
    }

    /// The index of a home with nothing in it.
    ///
    /// # Panics
    /// Never: no entries cannot clash.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(Vec::new(), &[]).expect("no entries cannot clash")
    }

    /// The leaves, sorted.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The digest of the path set.
    #[must_use]
    pub fn paths(&self) -> Digest {
        self.header.paths
    }

    /// The digest of everything.
    #[must_use]
    pub fn content(&self) -> Digest {
        self.header.content
    }

    /// The home directory that the tree was built for.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.header.home.as_deref()
    }

    /// What the configuration wants done with conflicts.
    #[must_use]
    pub fn on_conflict(&self) -> Option<OnConflict> {
        self.header.on_conflict
    }

    /// The leaf at `path`.
    #[must_use]
    pub fn get(&self, path: &HomePath) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path.cmp(path));
        at.ok().map(|at| &self.entries[at])
    }

    /// Writes the index in the form that [`Index::read`] takes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        self.header.write(&mut out)?;
        for entry in &self.entries {
            write!(out, "{} ", char::from(entry.kind.letter()))?;
            entry
                .digest
                .iter()
                .try_for_each(|b| write!(out, "{b:02x}"))?;
            out.write_all(if entry.force { b" force=1 ./" } else { b" ./" })?;
            out.write_all(entry.path.as_bytes())?;
            out.write_all(b"\0")?;
        }
        Ok(())
    }

    /// Reads the index of the home tree at `tree`.
    ///
    /// # Errors
    /// When it is missing, damaged, or of a later format.
    pub fn read(tree: &Path) -> Result<Self, IndexError> {
        let path = tree.join("index");
        let bytes = fs::read(&path).map_err(|source| IndexError::Read {
            path: path.clone(),
            source,
        })?;
        Self::parse(&bytes).map_err(|fault| match fault {
            Fault::What(what) => IndexError::Damaged { path, what },
            Fault::Needs(needs) => IndexError::TooNew { path, needs },
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let split = bytes
            .windows(2)
            .position(|pair| pair == b"\n\n")
            .ok_or(Fault::What("no end of the header"))?;
        let header = Header::parse(&bytes[..split])?;
        let body = &bytes[split + 2..];
        let body = match body {
            [] => body,
            [records @ .., 0] => records,
            _ => return Err(Fault::What("the last record is cut off")),
        };
        let mut entries = Vec::with_capacity(header.count.min(body.len()));
        if !body.is_empty() {
            for record in body.split(|&b| b == 0) {
                entries.push(Entry::parse(record).ok_or(Fault::What("a malformed record"))?);
            }
        }
        if entries.len() != header.count {
            return Err(Fault::What("fewer or more records than its count"));
        }
        if entries.windows(2).any(|pair| pair[0].path >= pair[1].path) {
            return Err(Fault::What("records out of order"));
        }
        Ok(Self { entries, header })
    }
}

impl Entry {
    fn parse(record: &[u8]) -> Option<Self> {
        let kind = LeafKind::from_letter(*record.first()?)?;
        let hex = record.get(2..2 + 2 * LEAF_DIGEST)?;
        let mut digest = [0; LEAF_DIGEST];
        for (byte, pair) in digest.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        // `./` cannot start a word of ours, and paths may hold spaces.
        let rest = &record[2 + 2 * LEAF_DIGEST..];
        let start = rest.windows(3).position(|three| three == b" ./")?;
        let words = &rest[..start];
        Some(Self {
            path: HomePath::new(&rest[start + 3..]).ok()?,
            kind,
            digest,
            force: words.split(|&b| b == b' ').any(|word| word == b"force=1"),
        })
    }
}

impl LeafKind {
    /// A regular file with or without the executable bit.
    #[must_use]
    pub fn of_file(executable: bool) -> Self {
        if executable {
            Self::Executable
        } else {
            Self::File
        }
    }

    fn letter(self) -> u8 {
        match self {
            Self::File => b'f',
            Self::Executable => b'x',
            Self::Directory => b'd',
        }
    }

    fn from_letter(letter: u8) -> Option<Self> {
        [Self::File, Self::Executable, Self::Directory]
            .into_iter()
            .find(|kind| kind.letter() == letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &[u8], content: &[u8]) -> Entry {
        let path = HomePath::new(path).unwrap();
        Entry::new(path, LeafKind::File, Digest::of(content))
    }

    fn bytes(index: &Index) -> Vec<u8> {
        let mut bytes = Vec::new();
        index.write(&mut bytes).unwrap();
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Index, &'static str> {
        Index::parse(bytes).map_err(|fault| match fault {
            Fault::What(what) => what,
            Fault::Needs(_) => "too new",
        })
    }

    #[test]
    fn what_is_written_is_read() {
        let mut forced = entry(b"z ./\xff x", b"1");
        forced.force = true;
        let index = Index::new(vec![forced, entry(b"a/b", b"2")], b"packages").unwrap();
        assert_eq!(parse(&bytes(&index)).unwrap(), index);
        assert_eq!(parse(&bytes(&Index::empty())).unwrap(), Index::empty());
        let json =
            br#"{"version":1,"home":{"username":"u","directory":"/h u"},"onConflict":"backup"}"#;
        let index = index.of(&Manifest::from_json(json).unwrap());
        assert_eq!(index.home(), Some(Path::new("/h u")));
        assert_eq!(parse(&bytes(&index)).unwrap(), index);
    }

    #[test]
    fn content_and_path_set_are_told_apart() {
        let one = Index::new(vec![entry(b"a", b"1")], b"").unwrap();
        let two = Index::new(vec![entry(b"a", b"2")], b"").unwrap();
        let packages = Index::new(vec![entry(b"a", b"1")], b"p").unwrap();
        assert_eq!(one.paths(), two.paths());
        assert_ne!(one.content(), two.content());
        assert_ne!(one.content(), packages.content());
    }

    #[test]
    fn additions_are_passed_over_and_a_later_reader_is_named() {
        let index = Index::new(vec![entry(b"a", b"1")], b"").unwrap();
        let text = String::from_utf8(bytes(&index)).unwrap();
        let more = text
            .replace("count 1", "count 1\nnews from later")
            .replace(" ./a", " new=2 ./a");
        assert_eq!(parse(more.as_bytes()).unwrap(), index);
        let later = text.replace("reader 1", "reader 9");
        assert_eq!(parse(later.as_bytes()), Err("too new"));
    }

    #[test]
    fn damage_is_noticed() {
        let index = Index::new(vec![entry(b"a", b"1"), entry(b"b", b"2")], b"").unwrap();
        let whole = bytes(&index);
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).is_err(), "cut at {cut}");
        }
        assert!(matches!(
            Index::new(vec![entry(b"a", b"1"), entry(b"a", b"2")], b""),
            Err(IndexError::Duplicate(_))
        ));
    }
}
