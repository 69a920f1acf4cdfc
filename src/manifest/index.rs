//! The index of a home tree: its leaves, sorted, with digests.
//!
//! ```text
//! nhmt-index 1\n            format
//! reader 1\n                oldest reader that may use it
//! paths <sha256>\n          over the path set
//! content <sha256>\n        over paths, contents, methods, packages and hooks
//! home /home/alice\n        for whom it was built
//! on-conflict backup\n      the configuration's choice, when it made one
//! hooks 1\n                 something runs after a switch
//! backups-older-than 30d\n  which backups a run lets go
//! backups-max-size 1G\n
//! count 2\n
//! \n
//! f <32 hex> ./.bashrc\0    kind, digest of the leaf, path
//! f <32 hex> method=copy mode=600 ./.netrc\0
//! ```
//! Header lines that a reader does not know are passed over, and so are
//! `key=value` words after the digest, so that a later nhmt may add to it and
//! an older one still rolls back from it; `reader` rises when that is unsafe:
//! to 2 when a leaf is no link, since reader 1 would make a link of it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::header::{Fault, Header};
use super::{BackupsSpec, Digest, Entry, HomePath, Manifest, OnConflict};

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
        let flags: Vec<u8> = entries.iter().map(Entry::flags).collect();
        let content = Digest::of_parts([&paths.as_bytes()[..], leaves.as_bytes(), &flags, extra]);
        let header = Header {
            paths,
            content,
            count: entries.len(),
            home: None,
            on_conflict: None,
            hooks: false,
            backups: BackupsSpec::default(),
        };
        Ok(Self { entries, header })
    }

    /// With what a run has to know of `manifest`, so that it need not read
    /// that, which holds every text of the home.
    #[must_use]
    pub fn of(mut self, manifest: &Manifest) -> Self {
        self.header.home = Some(manifest.home.directory.clone());
        self.header.on_conflict = manifest.on_conflict;
        self.header.hooks = manifest.has_hooks();
        self.header.backups = manifest.backups.clone();
        // Other trees keep the digest that they always had.
        if self.header.hooks || !self.header.backups.is_empty() {
            let after = after_switch(manifest);
            let parts = [&self.header.content.as_bytes()[..], after.as_bytes()];
            self.header.content = Digest::of_parts(parts);
        }
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

    /// Whether something runs after a switch to this tree; the manifest has
    /// it.
    #[must_use]
    pub fn has_hooks(&self) -> bool {
        self.header.hooks
    }

    /// Which backups a run lets go.
    #[must_use]
    pub fn backups(&self) -> &BackupsSpec {
        &self.header.backups
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
        let links = self.entries.iter().all(|entry| entry.method.is_link());
        self.header.write(if links { 1 } else { 2 }, &mut out)?;
        self.entries
            .iter()
            .try_for_each(|entry| entry.write(&mut out))
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

/// The digest of all that runs after a switch, and of the rule for backups.
/// Who declared it is no part of it.
fn after_switch(manifest: &Manifest) -> Digest {
    let mut parts: Vec<Digest> = Vec::new();
    for hook in &manifest.hooks {
        let dry_run = if hook.dry_run { &b"1"[..] } else { b"0" };
        let own = [hook.name.as_bytes(), hook.script.as_bytes(), dry_run];
        let after = hook.after.iter().map(String::as_bytes);
        parts.push(Digest::of_parts(own.into_iter().chain(after)));
    }
    for (path, file) in &manifest.files {
        if !file.on_change.is_empty() {
            let own = [b"on-change", path.as_bytes(), file.on_change.as_bytes()];
            parts.push(Digest::of_parts(own));
        }
    }
    let backups = &manifest.backups;
    let age = backups.older_than.map_or_else(String::new, String::from);
    let size = backups.max_size.map_or_else(String::new, String::from);
    parts.push(Digest::of_parts([age.as_bytes(), size.as_bytes()]));
    Digest::of_parts(parts.iter().map(|part| &part.as_bytes()[..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{LeafKind, Method};

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
    fn methods_are_kept_and_are_part_of_the_content() {
        let index = |method: Method| {
            let one = entry(b"a", b"1").by(method);
            Index::new(vec![one, entry(b"b", b"2")], b"").unwrap()
        };
        let link = index(Method::Link);
        let copies = [0o600, 0o644].map(|mode| index(Method::Copy { mode }));
        for copy in &copies {
            let text = String::from_utf8(bytes(copy)).unwrap();
            assert!(text.contains("\nreader 2\n"), "{text}");
            assert_eq!(parse(text.as_bytes()).unwrap(), *copy);
            assert_eq!(copy.paths(), link.paths());
            assert_ne!(copy.content(), link.content());
            let unknown = text.replace("method=copy", "method=teleport");
            assert_eq!(parse(unknown.as_bytes()), Err("a malformed record"));
        }
        assert_ne!(copies[0].content(), copies[1].content());
        assert!(bytes(&link).starts_with(b"nhmt-index 1\nreader 1\n"));
        let mut live = entry(b"a", b"1");
        live.live = true;
        let live = Index::new(vec![live, entry(b"b", b"2")], b"").unwrap();
        assert_ne!(live.content(), link.content());
        assert!(bytes(&live).starts_with(b"nhmt-index 1\nreader 1\n"));
        assert_eq!(parse(&bytes(&live)).unwrap(), live);
    }

    #[test]
    fn hooks_and_the_rule_for_backups_are_part_of_the_content() {
        let of = |extra: &str| {
            let json =
                format!(r#"{{"version":1,"home":{{"username":"u","directory":"/h"}}{extra}}}"#);
            let manifest = Manifest::from_json(json.as_bytes()).unwrap();
            let index = Index::new(vec![entry(b"a", b"1")], b"")
                .unwrap()
                .of(&manifest);
            assert_eq!(parse(&bytes(&index)).unwrap(), index);
            index
        };
        let hook = |rest: &str| {
            format!(r#","hooks":[{{"name":"a","script":""}},{{"name":"h","script":"x"{rest}}}]"#)
        };
        let plain = of("");
        let same =
            [hook(""), hook(r#","declaredIn":["elsewhere"]"#)].map(|text| of(&text).content());
        assert_eq!(same[0], same[1]);
        let indexes = [
            of(&hook("")),
            of(&hook(r#","dryRun":true"#)),
            of(&hook(r#","after":["a"]"#)),
            of(r#","files":{"a":{"text":"","onChange":"x"}}"#),
            of(r#","files":{"b":{"text":"","onChange":"x"}}"#),
        ];
        for index in &indexes {
            assert!(index.has_hooks());
        }
        let backups = [
            of(r#","backups":{"olderThan":"30d"}"#),
            of(r#","backups":{"maxSize":"1G"}"#),
        ];
        for index in &backups {
            assert!(!index.has_hooks() && !index.backups().is_empty());
        }
        assert!(!plain.has_hooks() && plain.backups().is_empty());
        let all: std::collections::BTreeSet<_> = indexes
            .iter()
            .chain(&backups)
            .chain([&plain])
            .map(Index::content)
            .collect();
        assert_eq!(all.len(), indexes.len() + backups.len() + 1);
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
