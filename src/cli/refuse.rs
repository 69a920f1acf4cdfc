//! Trees that must not be swapped into this home.

use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use crate::container;
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

/// A home whose state outlives it has to come back from its profile, which
/// must outlive it, too.
pub(super) fn volatile_profile(context: &Context, new: &Index) -> Result<(), Failure> {
    // A home in a container does not outlive it, and is built from outside.
    if container::is_inside() {
        return Ok(());
    }
    let mut roots = new.routes().filter_map(|entry| entry.route.as_deref());
    let Some(route) = roots.find(|route| is_volatile(&route.root) == Some(false)) else {
        return Ok(());
    };
    let profile = context.profile().path();
    if is_volatile(&profile) != Some(true) {
        return Ok(());
    }
    let root = route.root.display();
    Err(Failure::new(format_args!(
        "the profile {} lies on a filesystem in memory: when it goes, nothing knows what to fill the home with, although its state in {root} stays",
        profile.display()
    ))
    .hint(format!(
        "set `nhmt.profile` (in a manifest: `profile`), to `{root}/.nhmt/profile` for example"
    )))
}

/// Whether what lies at `path` is lost with the memory it is in; `None` when
/// that cannot be seen. What is not there yet will be where its directory is.
fn is_volatile(path: &Path) -> Option<bool> {
    // Magic numbers of tmpfs and ramfs (statfs(2)).
    const VOLATILE: [i64; 2] = [0x0102_1994, 0x8584_58f6];
    let statfs = path
        .ancestors()
        .find_map(|dir| rustix::fs::statfs(dir).ok())?;
    #[allow(
        clippy::unnecessary_cast,
        reason = "the type differs between platforms"
    )]
    Some(VOLATILE.contains(&(statfs.f_type as i64)))
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
