//! What is known of a flake from earlier runs.

use std::path::{Path, PathBuf};

use super::flake::Reference;
use crate::manifest::Index;
use crate::store::{Cache, Identity};

/// The names of the facts in the cache.
const LIVE: &str = "live";
const HOME_MANAGER: &str = "home-manager";

/// A flake in a directory. To ask it purely comes first, as Nix remembers the
/// answer; one that has live sources fails then, each time. So that is
/// remembered, until its `flake.nix` is another one.
pub(super) struct KnownFlake<'a> {
    cache: &'a Cache,
    file: PathBuf,
    identity: Identity,
}

impl<'a> KnownFlake<'a> {
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

    /// Whether it had no configuration of nhmt's when it was last asked for
    /// `names`, but one of Home Manager's: to ask for nhmt's first costs two
    /// runs of Nix then, and one expression tells as well.
    pub(super) fn is_home_managers(&self, names: &[String]) -> bool {
        let known = self.cache.recall(HOME_MANAGER, &self.file, &self.identity);
        known.is_some_and(|known| known == format!("{names:?}"))
    }

    pub(super) fn remember_home_managers(&self, names: &[String]) {
        let value = format!("{names:?}");
        self.cache
            .remember(HOME_MANAGER, &self.file, &self.identity, &value);
    }

    /// Whether it had live sources when it was last asked.
    pub(super) fn is_live(&self) -> bool {
        let known = self.cache.recall(LIVE, &self.file, &self.identity);
        known.as_deref() == Some("yes")
    }

    pub(super) fn remember(&self, live: bool) {
        let answer = if live { "yes" } else { "no" };
        self.cache
            .remember(LIVE, &self.file, &self.identity, answer);
    }

    /// Forgets it when the tree that was built of it has nothing live.
    pub(super) fn learn(&self, tree: &Path) {
        if self.is_live()
            && let Ok(index) = Index::read(tree)
            && !index.entries().iter().any(|entry| entry.live)
        {
            self.remember(false);
        }
    }
}
