//! What a manifest's files come to: leaves, each with what is written for it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::{Origin, TreeError};
use super::secrets::Secrets;
use super::source::Expansion;
use super::{inside, routes};
use crate::manifest::{
    Content, Digest, FileSpec, Format, HomePath, LeafKind, Manifest, MethodName,
};

/// One leaf of a home tree, not yet written.
pub(super) struct Leaf<'a> {
    pub(super) path: HomePath,
    pub(super) origin: Declared<'a>,
    pub(super) what: What<'a>,
    /// It lies below a persisted directory, and in another part of the tree.
    pub(super) below_route: bool,
}

impl<'a> Leaf<'a> {
    pub(super) fn new(path: HomePath, origin: Declared<'a>, what: What<'a>) -> Self {
        Self {
            path,
            origin,
            what,
            below_route: false,
        }
    }

    /// Where the tree has it, or what is at `rest` below it.
    pub(super) fn place(&self, rest: &[u8]) -> Vec<u8> {
        let folder = if self.below_route { INSIDE } else { HOME };
        [folder, b"/", self.path.as_bytes(), rest].concat()
    }
}

/// What the home has, in the tree.
pub(super) const HOME: &[u8] = b"home";
/// What persisted directories have, in the tree.
pub(super) const INSIDE: &[u8] = b"inside";

/// The manifest's entry that a leaf comes from.
#[derive(Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) target: &'a HomePath,
    pub(super) spec: &'a FileSpec,
}

/// What is written for a leaf.
pub(super) enum What<'a> {
    /// A regular file with this text.
    Text(&'a str),
    /// A regular file with this value.
    Structured(Format, &'a Value),
    /// A symbolic link to `to`, which is of `kind`.
    Link {
        to: PathBuf,
        kind: LeafKind,
        /// It leads out of the store, as far as is known.
        out: bool,
    },
    /// A link to where a secret is in memory when the home is activated.
    Secret {
        to: PathBuf,
        kind: LeafKind,
        digest: Digest,
    },
    /// A link to another place in the same tree, at or below `leaf`.
    Inside {
        to: PathBuf,
        leaf: HomePath,
        /// It leads to that leaf itself.
        whole: bool,
    },
    /// A copy of a regular file.
    File { from: PathBuf, executable: bool },
    /// A copy of a directory with all that is below it.
    Directory { from: PathBuf },
}

impl Declared<'_> {
    /// The entry for a message.
    pub(super) fn to_origin(self) -> Origin {
        Origin {
            target: self.target.clone(),
            declared_in: self.spec.declared_in.clone(),
        }
    }

    /// A source of this entry that could not be read.
    pub(super) fn unreadable(self, path: &Path, source: std::io::Error) -> TreeError {
        TreeError::Source {
            target: self.target.clone(),
            path: path.to_owned(),
            declared_in: self.spec.declared_in.clone(),
            source,
        }
    }
}

/// All leaves of `manifest`, sorted by path, none at or below another.
///
/// # Errors
/// When a source cannot be read, two targets give one leaf or a leaf below the
/// other's, a leaf cannot be beside a persisted path, or links lead in a circle.
pub(super) fn leaves<'a>(
    manifest: &'a Manifest,
    sources: &Expansion,
    secrets: &Secrets,
) -> Result<Vec<Leaf<'a>>, TreeError> {
    let mut leaves = Vec::with_capacity(manifest.files.len());
    for (target, spec) in &manifest.files {
        let origin = Declared { target, spec };
        let what = match &spec.content {
            _ if spec.is_secret() => {
                let (to, kind, digest) = secrets.leaf(manifest, target, spec);
                What::Secret { to, kind, digest }
            }
            // A checked manifest has none that is not said to be secret.
            Content::Secret(_) => continue,
            Content::Text(text) => What::Text(text),
            Content::Structured { format, value } => What::Structured(*format, value),
            Content::Source { path, .. } if spec.method == MethodName::Live => {
                leaves.push(sources.live(origin, path)?);
                continue;
            }
            Content::Source { path, recursive } => {
                sources.leaves(origin, path, *recursive, &mut leaves)?;
                continue;
            }
        };
        leaves.push(Leaf::new(target.clone(), origin, what));
    }
    // The targets are sorted, but the leaves of a recursive source may lie
    // among those of other targets.
    leaves.sort_by(|a, b| a.path.cmp(&b.path));
    settle_farms(&mut leaves);
    check(&leaves)?;
    routes::mark(&manifest.state, &mut leaves)?;
    inside::keep_inside(manifest, sources, &mut leaves)?;
    Ok(leaves)
}

/// A place in a tree of links may be named by several entries: one for a
/// directory, and one for what lies there. It is the same leaf each time, and
/// the nearest entry says what there is to say of it.
fn settle_farms(leaves: &mut Vec<Leaf<'_>>) {
    leaves.dedup_by(|second, first| {
        let farms = first.origin.spec.link_farm && second.origin.spec.link_farm;
        let same = farms && first.path == second.path;
        if same && second.origin.target.is_below(first.origin.target) {
            std::mem::swap(first, second);
        }
        same
    });
}

/// In sorted order, what lies at or below a leaf follows it directly.
fn check(leaves: &[Leaf<'_>]) -> Result<(), TreeError> {
    for pair in leaves.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        if first.path == second.path {
            return Err(TreeError::Clash {
                leaf: first.path.clone(),
                first: Box::new(first.origin.to_origin()),
                second: Box::new(second.origin.to_origin()),
            });
        }
        if second.path.is_below(&first.path) {
            return Err(TreeError::Nested {
                outer: first.path.clone(),
                outer_origin: Box::new(first.origin.to_origin()),
                inner: second.path.clone(),
                inner_origin: Box::new(second.origin.to_origin()),
            });
        }
    }
    Ok(())
}
