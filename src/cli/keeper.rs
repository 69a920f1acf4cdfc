//! Which store a tree belongs to, and what keeps it there.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::Failure;
use crate::container;
use crate::store::nix::Arguments;
use crate::store::{Cache, LocalStore, Nix};

/// Makes `link` keep `tree`: a GC root in Nix's store, a plain link in the
/// local one.
pub(super) fn register(context: &Context, tree: &Path, link: &Path) -> Result<(), Failure> {
    let local = local(context);
    // Inside, no root of Nix's could be made; who runs the container keeps the tree.
    if container::is_inside() {
        return Ok(local.register(tree, link)?);
    }
    if tree.starts_with(local.dir()) {
        return Ok(local.register(tree, link)?);
    }
    if in_nix_store(tree) {
        return Ok(nix(context)?.register(tree, link)?);
    }
    // A tree that lies in no store (copied by hand) is nobody's to collect.
    Ok(local.register(tree, link)?)
}

/// Makes `link` name `tree` without keeping it: whoever else keeps it is trusted
/// to, until [`keep`] finds the root missing.
pub(super) fn link(context: &Context, tree: &Path, link: &Path) -> Result<(), Failure> {
    Ok(local(context).register(tree, link)?)
}

/// Whether Nix has lost the GC root of a generation.
pub(super) fn has_lost_root(tree: &Path, link: &Path) -> bool {
    !container::is_inside() && in_nix_store(tree) && Nix::root_is_missing(link)
}

/// Makes the GC root of a generation anew when Nix has lost it.
pub(super) fn keep(context: &Context, tree: &Path, link: &Path) -> Result<(), Failure> {
    if !has_lost_root(tree, link) {
        return Ok(());
    }
    Ok(nix(context)?.register(tree, link)?)
}

/// Keeps this executable while a journal of its may be there: only it may be
/// able to read that. A run must not fail over it.
pub(super) fn keep_writer(context: &Context) {
    let Some(package) = own_package() else {
        return;
    };
    let link = context.layout().state().join("writer");
    if std::fs::read_link(&link).is_ok_and(|known| known == package) && !Nix::root_is_missing(&link)
    {
        return;
    }
    if let Err(error) = nix(context).and_then(|nix| Ok(nix.register(&package, &link)?)) {
        context.ui.warning(format_args!(
            "nhmt itself has no GC root, and none could be made: {error}"
        ));
    }
}

/// The store path that this executable is in.
fn own_package() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let store = Nix::store_dir();
    let name = program.strip_prefix(&store).ok()?.iter().next()?;
    Some(Path::new(&store).join(name))
}

/// Removes from the local store what neither a generation nor the anchor uses.
pub(super) fn collect_local(context: &Context) -> Result<(), Failure> {
    let mut live: Vec<PathBuf> = context
        .profile()
        .list()?
        .into_iter()
        .map(|g| g.tree)
        .collect();
    live.extend(context.open()?.current_tree()?);
    local(context).collect(&live)?;
    Ok(())
}

/// The store below the home.
pub(super) fn local(context: &Context) -> LocalStore {
    LocalStore::new(context.local_store())
}

/// The Nix of this machine, with the flags that the user gave for it.
pub(super) fn nix(context: &Context) -> Result<Nix, Failure> {
    let flags = &context.global.nix;
    let pairs = |flat: &[String]| {
        flat.chunks_exact(2)
            .map(|two| (two[0].clone(), two[1].clone()))
            .collect()
    };
    let arguments = Arguments {
        options: pairs(&flags.option),
        include: flags.include.clone(),
        locks: flags.locks(),
        no_registries: flags.no_registries,
        refresh: flags.refresh,
        offline: flags.offline,
        store: flags.store.clone(),
        show_trace: flags.show_trace,
        impure: flags.impure,
    };
    Ok(Nix::find(&Cache::from_environment(), arguments)?)
}

/// What has to be seen of the file system to use `tree`: all of Nix's store,
/// since trees refer to it, or else the tree alone.
pub(super) fn store_of(tree: &Path) -> PathBuf {
    if in_nix_store(tree) {
        Nix::store_dir()
    } else {
        tree.to_owned()
    }
}

/// Whether Nix's database can know of `path`: it lies in Nix's store, and this
/// is no container, which sees the store alone.
pub(super) fn has_database(path: &Path) -> bool {
    !container::is_inside() && in_nix_store(path)
}

fn in_nix_store(tree: &Path) -> bool {
    tree.starts_with(Nix::store_dir())
}
