//! Persisted paths in a home tree, and the leaves beside and below them.

use std::collections::BTreeMap;

use super::error::{Origin, TreeError};
use super::leaf::Leaf;
use crate::manifest::{HomePath, MethodName, RouteKind, StateSpec};

/// Marks the leaves that lie below persisted directories. `leaves` are sorted.
/// What the manifest alone shows was checked with it; here the leaves of
/// recursive sources are known.
///
/// # Errors
/// When a leaf is at a persisted path, or lies above or below one that it
/// cannot be beside.
pub(super) fn mark(
    state: &BTreeMap<HomePath, StateSpec>,
    leaves: &mut [Leaf<'_>],
) -> Result<(), TreeError> {
    if state.is_empty() {
        return Ok(());
    }
    for (path, spec) in state {
        for above in path.ancestors() {
            if let Ok(at) = leaves.binary_search_by(|leaf| leaf.path.cmp(&above)) {
                return Err(TreeError::Nested {
                    outer: above,
                    outer_origin: Box::new(leaves[at].origin.to_origin()),
                    inner: path.clone(),
                    inner_origin: Box::new(origin(path, spec)),
                });
            }
        }
    }
    for leaf in leaves {
        if let Some(spec) = state.get(&leaf.path) {
            return Err(TreeError::Clash {
                leaf: leaf.path.clone(),
                first: Box::new(leaf.origin.to_origin()),
                second: Box::new(origin(&leaf.path, spec)),
            });
        }
        let above = leaf.path.ancestors().find_map(|above| {
            let (path, spec) = state.get_key_value(&above)?;
            Some((path, spec))
        });
        let Some((path, spec)) = above else {
            continue;
        };
        if spec.route.kind == RouteKind::File {
            return Err(TreeError::Nested {
                outer: path.clone(),
                outer_origin: Box::new(origin(path, spec)),
                inner: leaf.path.clone(),
                inner_origin: Box::new(leaf.origin.to_origin()),
            });
        }
        let method = leaf.origin.spec.method;
        if !matches!(method, MethodName::Link | MethodName::Live) {
            return Err(TreeError::Persisted {
                leaf: leaf.path.clone(),
                origin: Box::new(leaf.origin.to_origin()),
                method: method.as_str(),
                above: path.clone(),
                above_origin: Box::new(origin(path, spec)),
            });
        }
        leaf.below_route = true;
    }
    Ok(())
}

fn origin(path: &HomePath, spec: &StateSpec) -> Origin {
    Origin {
        target: path.clone(),
        declared_in: spec.declared_in.clone(),
    }
}
