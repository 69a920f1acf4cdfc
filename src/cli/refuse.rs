//! Trees that must not be swapped into this home.

use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use crate::manifest::Index;
use crate::tree::diff::read_manifest;

/// The profile may lie in the home, by `--profile`: a managed file there would
/// take its place, and be replaced by it.
pub(super) fn profile(context: &Context, new: &Index) -> Result<(), Failure> {
    let profile = context.profile();
    let home = context.layout().home();
    // The default place is one that the manifest refuses.
    if profile.path() == context.layout().default_profile() || !profile.path().starts_with(home) {
        return Ok(());
    }
    let mut paths = new.entries().iter().map(|entry| &entry.path);
    let Some(path) = paths.find(|path| profile.is_at(&home.join(path.as_path()))) else {
        return Ok(());
    };
    let profile = profile.path();
    Err(Failure::new(format_args!(
        "~/{path} is managed, and the profile {} lies there",
        profile.display()
    ))
    .hint("name another profile with `--profile`, or choose another target for the file"))
}

/// A tree for another home would link to places that are not there.
pub(super) fn other_home(context: &Context, index: &Index, tree: &Path) -> Result<(), Failure> {
    let here = context.layout().home();
    let wanted = match index.home() {
        Some(home) => home.to_owned(),
        None => read_manifest(tree)?.home.directory,
    };
    if wanted == here {
        return Ok(());
    }
    let same = wanted.canonicalize().ok() == here.canonicalize().ok();
    let (wanted, here) = (wanted.display(), here.display());
    let failure = Failure::new(format_args!(
        "the configuration is for the home directory {wanted}, and this is {here}"
    ));
    Err(if same {
        // Links that were made by the one name would look foreign by the other.
        failure.hint(format!(
            "these are two names of one directory; keep to one: `--home {wanted}`"
        ))
    } else {
        failure.hint(format!(
            "correct `home.homeDirectory` (in a manifest: `home.directory`), or override it for this run with `--home {here}`"
        ))
    })
}
