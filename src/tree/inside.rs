//! Links from one place of the home to another that is managed, too. Led there
//! through the home, one lookup would pass the anchor twice, and could find one
//! generation the first time and the next one the second time. Such a link is
//! relative instead, and stays in the tree.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::error::TreeError;
use super::leaf::{HOME, Leaf, What};
use super::source::Expansion;
use crate::manifest::{HomePath, LeafKind, Manifest, MethodName};

/// Links that are followed in one lookup at most (`path_resolution(7)`).
const MOST: usize = 40;

/// Turns links to what is managed by a link, too, into [`What::Inside`].
/// `leaves` are sorted.
///
/// What arrives as a file of the user's is not meant: the tree has only what is
/// declared of it, and a lookup that ends there passes the anchor once.
///
/// # Errors
/// When links lead in a circle.
pub(super) fn keep_inside(
    manifest: &Manifest,
    sources: &Expansion,
    leaves: &mut [Leaf<'_>],
) -> Result<(), TreeError> {
    let leads = Leads {
        manifest,
        sources,
        leaves,
    };
    let mut found = Vec::new();
    for (at, leaf) in leaves.iter().enumerate() {
        if let Some(target) = leads.of(leaf) {
            found.extend(leads.end(leaf, target)?.map(|end| (at, end)));
        }
    }
    for (at, what) in found {
        leaves[at].what = what;
    }
    Ok(())
}

/// What a lookup comes by.
enum Covering<'a> {
    Leaf(&'a Leaf<'a>),
    /// A persisted path.
    Route(&'a HomePath),
}

struct Leads<'a> {
    manifest: &'a Manifest,
    sources: &'a Expansion,
    leaves: &'a [Leaf<'a>],
}

impl Leads<'_> {
    /// The place in the home that a leaf leads to.
    fn of(&self, leaf: &Leaf<'_>) -> Option<HomePath> {
        let What::Link { to, out: true, .. } = &leaf.what else {
            return None;
        };
        // A source can itself be a link in the store that leads out of it.
        if self.sources.holds(to) {
            return self.place(&fs::read_link(to).ok()?);
        }
        self.place(to)
    }

    /// `path` as a place in the home. One with `..` is none: where that leads
    /// depends on links that are not known here.
    fn place(&self, path: &Path) -> Option<HomePath> {
        let below = path.strip_prefix(&self.manifest.home.directory).ok()?;
        let names = below.components().map(|part| match part {
            Component::Normal(name) => Some(name.as_bytes()),
            _ => None,
        });
        HomePath::new(names.collect::<Option<Vec<_>>>()?.join(&b'/')).ok()
    }

    /// What at `place` or above it arrives as a link, and what of `place` lies
    /// below it.
    fn covering<'p>(&self, place: &'p HomePath) -> Option<(Covering<'_>, &'p [u8])> {
        let mut at = place.clone();
        loop {
            let rest = &place.as_bytes()[at.as_bytes().len()..];
            if let Some((path, _)) = self.manifest.state.get_key_value(&at) {
                return Some((Covering::Route(path), rest));
            }
            if let Ok(found) = self.leaves.binary_search_by(|leaf| leaf.path.cmp(&at)) {
                let leaf = &self.leaves[found];
                let method = leaf.origin.spec.method;
                let linked = matches!(method, MethodName::Link | MethodName::Live);
                return linked.then_some((Covering::Leaf(leaf), rest));
            }
            at = at.parent()?;
        }
    }

    /// What is written for `leaf`, which leads to `target`, when a lookup of it
    /// comes by a managed link: a link to the last one, or to where that leads
    /// when it is live. The ones between are left out, since they may lead
    /// through places that are not managed.
    fn end(&self, leaf: &Leaf<'_>, target: HomePath) -> Result<Option<What<'static>>, TreeError> {
        let (mut place, mut last) = (target, None);
        let mut seen = BTreeSet::new();
        while let Some((covering, rest)) = self.covering(&place) {
            let through = match covering {
                Covering::Leaf(through) => through,
                // It leads out of the home.
                Covering::Route(path) => {
                    last = Some(What::Inside {
                        to: relative(&leaf.place(b""), &[HOME, b"/", place.as_bytes()].concat()),
                        leaf: path.clone(),
                        whole: rest.is_empty(),
                    });
                    break;
                }
            };
            if seen.len() == MOST || !seen.insert(place.clone()) {
                return Err(TreeError::Circle {
                    leaf: leaf.path.clone(),
                    origin: Box::new(leaf.origin.to_origin()),
                    through: through.path.clone(),
                    through_origin: Box::new(through.origin.to_origin()),
                });
            }
            let live = through.origin.spec.method == MethodName::Live;
            last = Some(match &through.what {
                What::Link { to, .. } if live => What::Link {
                    to: OsString::from_vec([to.as_os_str().as_bytes(), rest].concat()).into(),
                    kind: LeafKind::File,
                    out: true,
                },
                _ => What::Inside {
                    to: relative(&leaf.place(b""), &through.place(rest)),
                    leaf: through.path.clone(),
                    whole: rest.is_empty(),
                },
            });
            let next = self.of(through);
            let next = next.map(|next| HomePath::new([next.as_bytes(), rest].concat()));
            match next {
                Some(Ok(next)) => place = next,
                _ => break,
            }
        }
        Ok(last)
    }
}

/// The way from the directory of `from` to `to`.
fn relative(from: &[u8], to: &[u8]) -> PathBuf {
    let names = |path| -> Vec<&[u8]> { <[u8]>::split(path, |&b| b == b'/').collect() };
    let (mut from, to) = (names(from), names(to));
    from.pop();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(&b".."[..], from.len() - shared);
    let way: Vec<&[u8]> = up.chain(to[shared..].iter().copied()).collect();
    PathBuf::from(OsStr::from_bytes(&way.join(&b'/')))
}
