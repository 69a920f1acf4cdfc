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
//! leaving 1\n               something runs after a switch to another tree
//! backups-older-than 30d\n  which backups a run lets go
//! backups-max-size 1G\n
//! profile /persist/…\n      where the generations are, when it says so
//! managed-by nixos\n       when the home is part of a machine's configuration
//! secrets <sha256>\n        what tells its secrets from others, when it has some
//! count 2\n
//! \n
//! f <32 hex> ./.bashrc\0    kind, digest of the leaf, path
//! f <32 hex> method=copy mode=600 ./.netrc\0
//! d <32 hex> route=directory root=/persist/home/alice ./.ssh\0
//! f <32 hex> inside=1 ./.ssh/config\0
//! ```
//! Header lines that a reader does not know are passed over, and so are
//! `key=value` words after the digest, so that a later nhmt may add to it and
//! an older one still rolls back from it; `reader` rises when that is unsafe:
//! to 2 when a leaf is no link, since reader 1 would make a link of it, and to 3
//! when a path is persisted, since reader 2 would take what lies there for
//! something in the way, and to 4 when there are secrets, which reader 3 would not
//! decrypt.

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::header::{Fault, Header};
use super::{BackupsSpec, Digest, Entry, HomePath, ManagedBy, Manifest, OnConflict, RouteKind};

/// The leaves of one home tree. Equal [`Index::paths`] mean equal path sets,
/// equal [`Index::content`] mean that nothing differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    entries: Vec<Entry>,
    header: Header,
    /// Where in `entries` the persisted paths are.
    routes: Vec<usize>,
}

/// More than any header has, in bytes: it holds two paths.
const HEADER_MAX: u64 = 64 * 1024;

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
            leaving: false,
            backups: BackupsSpec::default(),
            profile: None,
            managed_by: None,
            secrets: None,
        };
        Ok(Self::with(entries, header))
    }

    fn with(entries: Vec<Entry>, header: Header) -> Self {
        let routes = entries.iter().enumerate();
        let routes = routes.filter(|(_, entry)| entry.route.is_some());
        Self {
            routes: routes.map(|(at, _)| at).collect(),
            entries,
            header,
        }
    }

    /// With what a run has to know of `manifest`, so that it need not read
    /// that, which holds every text of the home.
    #[must_use]
    ///
    /// `secrets` tells its secrets from those of other trees.
    pub fn of(mut self, manifest: &Manifest, secrets: Option<Digest>) -> Self {
        self.header.home = Some(manifest.home.directory.clone());
        self.header.on_conflict = manifest.on_conflict;
        self.header.hooks = manifest.has_hooks();
        self.header.leaving = manifest.hooks.iter().any(|hook| !hook.when_gone.is_empty());
        self.header.backups = manifest.backups.clone();
        self.header.profile.clone_from(&manifest.profile);
        self.header.managed_by = manifest.managed_by;
        self.header.secrets = secrets;
        if let Some(set) = &secrets {
            let parts = [&self.header.content.as_bytes()[..], set.as_bytes()];
            self.header.content = Digest::of_parts(parts);
        }
        // Other trees keep the digest that they always had.
        let at_risk = !manifest.at_risk.is_usual();
        let settled = at_risk || manifest.profile.is_some() || manifest.managed_by.is_some();
        if self.header.hooks || !self.header.backups.is_empty() || settled {
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

    /// Whether something runs after a switch to a tree without it; the
    /// manifest has it.
    #[must_use]
    pub fn has_leaving(&self) -> bool {
        self.header.leaving
    }

    /// Which backups a run lets go.
    #[must_use]
    pub fn backups(&self) -> &BackupsSpec {
        &self.header.backups
    }

    /// Where the generations are kept, when the configuration says so.
    #[must_use]
    pub fn profile(&self) -> Option<&Path> {
        self.header.profile.as_deref()
    }

    /// The same of the tree at `tree`, without reading its leaves. What cannot
    /// be read names none: who needs the index says why.
    #[must_use]
    pub fn profile_of(tree: &Path) -> Option<PathBuf> {
        Self::header_of(tree)?.profile
    }

    /// The configuration of the machine that the home is a part of.
    #[must_use]
    pub fn managed_by(&self) -> Option<ManagedBy> {
        self.header.managed_by
    }

    /// The same of the tree at `tree`, without reading its leaves.
    #[must_use]
    pub fn managed_by_of(tree: &Path) -> Option<ManagedBy> {
        Self::header_of(tree)?.managed_by
    }

    /// [`Index::home`] of the tree at `tree`, without reading its leaves.
    #[must_use]
    pub fn home_of(tree: &Path) -> Option<PathBuf> {
        Self::header_of(tree)?.home
    }

    /// [`Index::secrets`] of the tree at `tree`, without reading its leaves.
    /// `None` when it cannot be read.
    #[must_use]
    pub fn secrets_of(tree: &Path) -> Option<Option<Digest>> {
        Some(Self::header_of(tree)?.secrets)
    }

    fn header_of(tree: &Path) -> Option<Header> {
        let mut start = Vec::new();
        let index = fs::File::open(tree.join("index")).ok()?;
        index.take(HEADER_MAX).read_to_end(&mut start).ok()?;
        let end = start.windows(2).position(|pair| pair == b"\n\n")?;
        Header::parse(&start[..end]).ok()
    }

    /// What tells the secrets of this tree from those of others; `None` when it
    /// has none.
    #[must_use]
    pub fn secrets(&self) -> Option<Digest> {
        self.header.secrets
    }

    /// The leaf at `path`.
    #[must_use]
    pub fn get(&self, path: &HomePath) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path.cmp(path));
        at.ok().map(|at| &self.entries[at])
    }

    /// The persisted paths.
    pub fn routes(&self) -> impl Iterator<Item = &Entry> {
        self.routes.iter().map(|&at| &self.entries[at])
    }

    /// The persisted path that `path` lies below.
    #[must_use]
    pub fn route_above(&self, path: &HomePath) -> Option<&Entry> {
        // None is below another, so the last one before `path` is the only one
        // that can be above it.
        let before = self
            .routes
            .partition_point(|&at| self.entries[at].path < *path);
        let last = &self.entries[*self.routes.get(before.checked_sub(1)?)?];
        path.is_below(&last.path).then_some(last)
    }

    /// Whether managed files lie below persisted paths.
    #[must_use]
    pub fn has_inside(&self) -> bool {
        self.routes().next().is_some() && self.entries.iter().any(|entry| entry.inside)
    }

    /// Writes the index in the form that [`Index::read`] takes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        let needs = |entry: &Entry| match () {
            () if entry.secret => 4,
            () if entry.route.is_some() || entry.inside => 3,
            () if !entry.method.is_link() => 2,
            () => 1,
        };
        let reader = self.entries.iter().map(needs).max().unwrap_or(1);
        let reader = self.header.secrets.map_or(reader, |_| 4);
        self.header.write(reader, &mut out)?;
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
        let index = Self::with(entries, header);
        if index.routes_hold() {
            Ok(index)
        } else {
            Err(Fault::What("leaves that lie in persisted paths by mistake"))
        }
    }

    /// Whether exactly what lies below a persisted directory says so, and no
    /// persisted path lies there.
    fn routes_hold(&self) -> bool {
        if self.routes.is_empty() {
            return !self.entries.iter().any(|entry| entry.inside);
        }
        self.entries.iter().all(|entry| {
            let above = self.route_above(&entry.path);
            let kind = above
                .and_then(|above| above.route.as_deref())
                .map(|route| route.kind);
            match kind {
                None => !entry.inside,
                Some(RouteKind::Directory) => entry.inside,
                Some(RouteKind::File) => false,
            }
        })
    }
}

/// The digest of all that runs after a switch, of the rule for backups, and of
/// what is not at risk.
/// Who declared it is no part of it.
fn after_switch(manifest: &Manifest) -> Digest {
    let mut parts: Vec<Digest> = Vec::new();
    for hook in &manifest.hooks {
        let dry_run = if hook.dry_run { &b"1"[..] } else { b"0" };
        let when = if hook.before { &b"before"[..] } else { dry_run };
        let own = [hook.name.as_bytes(), hook.script.as_bytes(), when];
        let after = hook.after.iter().map(String::as_bytes);
        parts.push(Digest::of_parts(own.into_iter().chain(after)));
        if !hook.when_gone.is_empty() || hook.report {
            let report = if hook.report { &b"1"[..] } else { b"0" };
            let own = [&b"hook"[..], hook.when_gone.as_bytes(), report];
            parts.push(Digest::of_parts(own));
        }
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
    if let Some(patterns) = &manifest.at_risk.ignore {
        let own = [&b"at-risk"[..]].into_iter();
        parts.push(Digest::of_parts(
            own.chain(patterns.iter().map(String::as_bytes)),
        ));
    }
    if let Some(profile) = &manifest.profile {
        let own = [&b"profile"[..], profile.as_os_str().as_encoded_bytes()];
        parts.push(Digest::of_parts(own));
    }
    if let Some(system) = manifest.managed_by {
        parts.push(Digest::of_parts([
            &b"managed-by"[..],
            system.name().as_bytes(),
        ]));
    }
    Digest::of_parts(parts.iter().map(|part| &part.as_bytes()[..]))
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
