//! One leaf of a home tree, as the index has it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Digest, HomePath, Method, Route};

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

/// One leaf: a path that has one link, or one file of nhmt's, in `$HOME`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own")]
pub struct Entry {
    /// Its place in the home.
    pub path: HomePath,
    /// What the tree has there.
    pub kind: LeafKind,
    /// A digest of kind, content (for a link into a store, of its target) and
    /// method.
    pub digest: [u8; LEAF_DIGEST],
    /// Whatever is in the way is backed up without asking.
    pub force: bool,
    /// How it arrives.
    pub method: Method,
    /// The tree's link leads out of the store, to a place whose content no
    /// generation settles.
    pub live: bool,
    /// This is a persisted path: the tree's link leads to where its data lies,
    /// which no generation settles.
    pub route: Option<Box<Route>>,
    /// It leads to a secret, which no tree has and nothing is to show.
    pub secret: bool,
    /// It lies below a persisted directory: the tree has it at
    /// `inside/<path>`, and its link lies in the root.
    pub inside: bool,
}

impl Entry {
    /// A link whose digest covers `kind` and `content`.
    #[must_use]
    pub fn new(path: HomePath, kind: LeafKind, content: Digest) -> Self {
        let whole = Digest::of_parts([&[kind.letter()][..], content.as_bytes()]);
        Self {
            path,
            kind,
            digest: cut(whole),
            force: false,
            method: Method::Link,
            live: false,
            secret: false,
            route: None,
            inside: false,
        }
    }

    /// A persisted path. Its digest covers all that `route` says.
    #[must_use]
    pub fn routed(path: HomePath, route: Route) -> Self {
        let content = Digest::of_parts([&b"route"[..], route.words().as_bytes()]);
        let entry = Self::new(path, route.kind.leaf(), content);
        Self {
            route: Some(Box::new(route)),
            ..entry
        }
    }

    /// Where the leaf is in its home tree.
    #[must_use]
    pub fn place_in_tree(&self) -> PathBuf {
        let folder = if self.inside { "inside" } else { "home" };
        Path::new(folder).join(self.path.as_path())
    }

    /// The same leaf, arriving by `method`, which its digest then covers.
    #[must_use]
    pub fn by(mut self, method: Method) -> Self {
        if !method.is_link() {
            let whole = Digest::of_parts([&self.digest[..], method.words().as_bytes()]);
            self.digest = cut(whole);
        }
        self.method = method;
        self
    }

    /// What else makes one leaf differ from another of the same digest.
    pub(super) fn flags(&self) -> u8 {
        u8::from(self.force)
            | u8::from(self.live) << 1
            | u8::from(self.inside) << 2
            | u8::from(self.secret) << 3
    }

    /// Writes the record, with the NUL that ends it.
    pub(super) fn write(&self, mut out: impl Write) -> io::Result<()> {
        write!(out, "{} ", char::from(self.kind.letter()))?;
        self.digest
            .iter()
            .try_for_each(|b| write!(out, "{b:02x}"))?;
        for (word, there) in [
            (" force=1", self.force),
            (" live=1", self.live),
            (" inside=1", self.inside),
            (" secret=1", self.secret),
        ] {
            if there {
                out.write_all(word.as_bytes())?;
            }
        }
        if let Some(route) = &self.route {
            out.write_all(route.words().as_bytes())?;
        }
        if !self.method.is_link() {
            out.write_all(self.method.words().as_bytes())?;
        }
        out.write_all(b" ./")?;
        out.write_all(self.path.as_bytes())?;
        out.write_all(b"\0")
    }

    /// Reads a record without the NUL.
    pub(super) fn parse(record: &[u8]) -> Option<Self> {
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
        let has = |word: &[u8]| words.split(|&b| b == b' ').any(|found| found == word);
        let route = match Route::from_words(words) {
            Some(route) => Some(Box::new(route?)),
            None => None,
        };
        let entry = Self {
            path: HomePath::new(&rest[start + 3..]).ok()?,
            kind,
            digest,
            force: has(b"force=1"),
            method: Method::from_words(words)?,
            live: has(b"live=1"),
            inside: has(b"inside=1"),
            secret: has(b"secret=1"),
            route,
        };
        entry.is_whole().then_some(entry)
    }
}

impl Entry {
    /// Whether what it says goes together.
    fn is_whole(&self) -> bool {
        let link = self.method.is_link();
        let route = self.route.as_deref().is_none_or(|route| {
            route.kind.leaf() == self.kind && link && !self.live && !self.inside
        });
        route && (link || !(self.inside || self.secret))
    }
}

fn cut(digest: Digest) -> [u8; LEAF_DIGEST] {
    let mut short = [0; LEAF_DIGEST];
    short.copy_from_slice(&digest.as_bytes()[..LEAF_DIGEST]);
    short
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
