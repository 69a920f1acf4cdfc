//! Homes that are part of the configuration of a whole machine, which builds
//! and activates them and whose generations theirs are.

use std::collections::BTreeSet;
use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use super::keeper;
use crate::generation::{Number, Profile};
use crate::manifest::Index;
use crate::store::Nix;
use crate::tree::diff::read_manifest;

/// The system would bring back what was left here.
pub(super) fn refuse_rollback(tree: &Path) -> Result<(), Failure> {
    let Some(system) = Index::managed_by_of(tree) else {
        return Ok(());
    };
    let (title, command) = (system.title(), system.rollback());
    Err(Failure::new(format_args!(
        "this home is part of the {title} configuration, and goes back with it"
    ))
    .hint(format!(
        "switch the system to the generation before: `{command}`"
    )))
}

/// Says what to edit instead of a configuration that there is not.
pub(super) fn refuse_edit(context: &Context) -> Result<(), Failure> {
    let current = context.open()?.current_tree()?;
    let Some((tree, system)) = current.and_then(|tree| {
        let system = Index::managed_by_of(&tree)?;
        Some((tree, system))
    }) else {
        return Ok(());
    };
    let (title, command) = (system.title(), system.switch());
    let failure = Failure::new(format_args!(
        "this home is part of the {title} configuration, and has none of its own to edit"
    ));
    let files = files_of(&tree);
    let what = if files.is_empty() {
        "edit that configuration".to_owned()
    } else {
        format!(
            "edit that configuration (the home comes from {})",
            files.join(", ")
        )
    };
    Err(failure.hint(format!("{what}, and run `{command}`")))
}

/// The files that the home in `tree` is declared in, of those that are there
/// and not only in a store.
fn files_of(tree: &Path) -> Vec<String> {
    let Ok(manifest) = read_manifest(tree) else {
        return Vec::new();
    };
    let places = manifest.files.values().flat_map(|file| &file.declared_in);
    let files = places.filter_map(|place| {
        let file = place
            .rsplit(", ")
            .next()?
            .trim_end_matches(|c: char| c == ':' || c.is_ascii_digit());
        let path = Path::new(file);
        (path.is_absolute() && !path.starts_with(Nix::store_dir()) && path.is_file())
            .then(|| file.to_owned())
    });
    files.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Says who will put another home back, before one is realized by hand.
pub(super) fn warn(context: &Context) -> Result<(), Failure> {
    let current = context.open()?.current_tree()?;
    if let Some(system) = current.as_deref().and_then(Index::managed_by_of) {
        let title = system.title();
        context.ui.warning(format_args!(
            "this home is part of the {title} configuration, which puts its own back when it changes, and at the next start"
        ));
    }
    Ok(())
}

/// Gives `tree`, with this index, the link of generation `number`.
pub(super) fn register(
    context: &Context,
    tree: &Path,
    index: &Index,
    number: Number,
) -> Result<(), Failure> {
    let link = context.profile().link_path(number);
    let done = keeper::register(context, tree, &link);
    let (Err(failure), Some(system)) = (&done, index.managed_by()) else {
        return done;
    };
    // The system keeps the tree alive, and nobody is there at a start to see to
    // Nix. A later command makes the root.
    context.ui.warning(format_args!(
        "no GC root for generation {number}; {} keeps it until the home changes: {failure}",
        system.title()
    ));
    keeper::link(context, tree, &link)
}

/// Removes the generations before `number`, which is in force now: they would
/// keep what is deleted with those of the system.
pub(super) fn leave_to_it(profile: &Profile, index: &Index, number: Number) {
    let Some(system) = index.managed_by() else {
        return;
    };
    for one in profile.list().unwrap_or_default() {
        if one.number != number && Index::managed_by_of(&one.tree) == Some(system) {
            // One that stays costs room, and nothing else.
            let _ = profile.remove(one.number);
        }
    }
}
