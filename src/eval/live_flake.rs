//! Whether a flake has live sources, remembered between runs.

use std::path::{Path, PathBuf};

use super::flake::Reference;
use crate::manifest::Index;
use crate::store::{Cache, Identity};

/// The name of the fact in the cache.
const TOPIC: &str = "live";

/// A flake in a directory. To ask it purely comes first, as Nix remembers the
/// answer; one that has live sources fails then, each time. So that is
/// remembered, until its `flake.nix` is another one.
pub(super) struct LiveFlake<'a> {
    cache: &'a Cache,
    file: PathBuf,
    identity: Identity,
}

impl<'a> LiveFlake<'a> {
    pub(super) fn of(cache: &'a Cache, reference: &Reference) -> Option<Self> {
        let directory = reference.directory.as_ref().or(reference.place.as_ref())?;
        let file = directory.join("flake.nix");
        let identity = Identity::of(&file).ok()?;
        Some(Self {
            cache,
            file,
            identity,
        })
    }

    /// Whether it had live sources when it was last asked.
    pub(super) fn is_known(&self) -> bool {
        let known = self.cache.recall(TOPIC, &self.file, &self.identity);
        known.as_deref() == Some("yes")
    }

    pub(super) fn remember(&self, live: bool) {
        let answer = if live { "yes" } else { "no" };
        self.cache
            .remember(TOPIC, &self.file, &self.identity, answer);
    }

    /// Forgets it when the tree that was built of it has nothing live.
    pub(super) fn learn(&self, tree: &Path) {
        if self.is_known()
            && let Ok(index) = Index::read(tree)
            && !index.entries().iter().any(|entry| entry.live)
        {
            self.remember(false);
        }
    }
}
