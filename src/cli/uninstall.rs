//! `nhmt uninstall`

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::args::SwapFlags;
use super::context::Context;
use super::failure::Failure;
use super::home_manager;
use super::scratch::Scratch;
use super::source::Source;
use super::swap::{self, Request, Wanted};
use super::target::{self, Root};
use crate::home::HomeLock;
use crate::manifest::{Content, FileSpec, HomePath, Index, Manifest, MethodName, OnConflict};
use crate::reconcile::{self, Backups};
use crate::tree::diff::read_manifest;

/// Take nhmt out of the home, and say what remains.
///
/// All links of nhmt's go, and so do files that it wrote and nobody changed,
/// its keys and its blocks in files of yours. Links to persisted data stay.
/// Home Manager's packages go back to the Nix profile, when nhmt took them from
/// there. Generations, backups and nhmt's records stay, unless `--delete-records`
/// is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt uninstall --dry-run      show what would go
  nhmt uninstall                take nhmt's links out of the home
  nhmt uninstall --keep-files   leave files in their place")]
pub(super) struct Uninstall {
    /// Show what would go, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Leave a file of yours where a link to a managed file is
    #[arg(long)]
    keep_files: bool,
    /// Delete the generations and nhmt's records too; refused while there are
    /// backups
    #[arg(long)]
    delete_records: bool,
}

pub(super) fn run(context: &Context, args: &Uninstall) -> Result<ExitCode, Failure> {
    if args.dry_run {
        context.note_interrupted()?;
    }
    let lock = context.lock()?;
    context.keep_roots();
    let Some((_, tree)) = context.current()? else {
        return Err(Failure::new("nhmt manages nothing in this home"));
    };
    let index = Index::read(&tree)?;
    let backups = Backups::of(&lock).list()?.len();
    if args.delete_records && backups > 0 {
        return Err(Failure::new(format_args!(
            "nothing was changed: there are {backups} backups, which `--delete-records` would delete"
        ))
        .hint("`nhmt backups list` shows them; restore what you need, and let the others go by `nhmt backups expire --older-than 0d`"));
    }
    let manifest = read_manifest(&tree)?;
    // Its summaries are for people: a program gets one value, at the end.
    let mut global = context.global.clone();
    global.quiet |= global.json;
    global.json = false;
    let told = Context::new(global)?;
    let mut left = Vec::new();
    if args.keep_files && !args.dry_run {
        let kept = with_files(&manifest, &tree, &index, &mut left)?;
        let code = switch(&told, &lock, &kept, args)?;
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
        are_files(context, &kept)?;
    }
    let code = switch(&told, &lock, &without_files(&manifest), args)?;
    if args.dry_run && !args.keep_files && has_links(&index) {
        context
            .ui
            .note("with `--keep-files`, files would stay where links to them are");
    }
    if code != ExitCode::SUCCESS || args.dry_run {
        return Ok(code);
    }
    for path in &left {
        context.ui.note(format_args!(
            "~/{path} was a link that cannot become a file, and is gone"
        ));
    }
    home_manager::forget(context.layout())?;
    let restored = restore_packages(context)?;
    let mut remains = Vec::new();
    for entry in index.routes() {
        if let Some(route) = entry.route.as_deref() {
            let place = route.place(&entry.path);
            remains.push(format!(
                "~/{}, which is persisted: its data is {}",
                entry.path,
                place.display()
            ));
        }
    }
    if args.delete_records {
        delete_records(context)?;
    } else {
        let state = context.layout().state();
        remains.push(format!("nhmt's records, in {}", state.display()));
        if backups > 0 {
            remains.push(format!(
                "{backups} backups, in {}",
                context.layout().backups().display()
            ));
        }
        let profile = context.profile();
        let number = profile.list()?.len();
        remains.push(format!(
            "{number} generations, beside {}",
            profile.path().display()
        ));
    }
    tell(context, restored, &remains);
    Ok(ExitCode::SUCCESS)
}

fn tell(context: &Context, restored: Option<PathBuf>, remains: &[String]) {
    let generation = home_manager::generation(context.layout());
    let back = generation.map(|generation| generation.join("activate"));
    if context.json() {
        context.ui.result(json!({
            "uninstalled": true,
            "restored": restored,
            "home_manager": back,
            "remains": remains,
        }));
        return;
    }
    if let Some(path) = restored {
        context.ui.result(format_args!(
            "{} is in the Nix profile again",
            path.display()
        ));
    }
    if let Some(activate) = back {
        context.ui.result(format_args!(
            "`home-manager switch`, or {}, has Home Manager's links made again",
            activate.display()
        ));
    }
    for what in remains {
        context.ui.result(format_args!("remains: {what}"));
    }
}

/// Builds `manifest`, and switches the home to it.
fn switch(
    context: &Context,
    lock: &HomeLock,
    manifest: &Manifest,
    args: &Uninstall,
) -> Result<ExitCode, Failure> {
    let scratch = Scratch::new()?;
    let file = scratch.file("home.json", &manifest.to_json())?;
    let built = target::build(context, &Source::Manifest(file), &Root::Pending)?;
    let flags = SwapFlags {
        dry_run: args.dry_run,
        ..SwapFlags::default()
    };
    swap::run(
        context,
        lock,
        &Request {
            wanted: Wanted::Tree(built.tree.clone()),
            flags: &flags,
            default_policy: OnConflict::Backup,
            keeps_routes: true,
            started: Instant::now(),
        },
    )
}

/// A home of this user, with nothing in it.
fn without_files(manifest: &Manifest) -> Manifest {
    Manifest {
        files: std::collections::BTreeMap::new(),
        packages: None,
        hooks: Vec::new(),
        state: std::collections::BTreeMap::new(),
        secrets: crate::manifest::SecretsSpec::default(),
        dependencies: Vec::new(),
        home_manager: None,
        ..manifest.clone()
    }
}

/// Whether `--keep-files` would make a difference.
fn has_links(index: &Index) -> bool {
    let mut entries = index.entries().iter();
    entries.any(|entry| entry.route.is_none() && entry.method.name() == MethodName::Link)
}

/// The same home, where each managed link to a file is a file of the user's.
/// What cannot be one is put to `left`.
fn with_files(
    manifest: &Manifest,
    tree: &Path,
    index: &Index,
    left: &mut Vec<HomePath>,
) -> Result<Manifest, Failure> {
    let mut files = std::collections::BTreeMap::new();
    for entry in index.entries() {
        let method = entry.method.name();
        if entry.route.is_some() || matches!(method, MethodName::Merge | MethodName::Block) {
            continue;
        }
        let source = tree.join("home").join(entry.path.as_path());
        let is_there = source
            .try_exists()
            .map_err(|error| Failure::new(format_args!("{}: {error}", source.display())))?;
        if entry.secret || entry.live || entry.inside || !is_there {
            left.push(entry.path.clone());
            continue;
        }
        files.insert(
            entry.path.clone(),
            FileSpec {
                content: Content::Source {
                    path: source,
                    recursive: false,
                },
                executable: None,
                force: false,
                link_farm: false,
                method: MethodName::Seed,
                permissions: None,
                block: None,
                on_change: String::new(),
                declared_in: Vec::new(),
                secrets: std::collections::BTreeSet::new(),
            },
        );
    }
    Ok(Manifest {
        files,
        state: manifest.state.clone(),
        ..without_files(manifest)
    })
}

/// Whether `kept` became files, each of which is put in place by itself: where
/// one could not be, the link is there still, or a file that counts as nhmt's,
/// and both have to stay.
fn are_files(context: &Context, kept: &Manifest) -> Result<(), Failure> {
    let layout = context.layout();
    let unsure = reconcile::unsure_files(&context.open()?)?;
    let is_not = |path: &&HomePath| {
        unsure.contains(path)
            || fs::read_link(layout.home().join(path.as_path()))
                .is_ok_and(|target| target.starts_with(layout.anchor()))
    };
    let links: Vec<_> = kept.files.keys().filter(is_not).collect();
    let Some(path) = links.first() else {
        return Ok(());
    };
    let others = match links.len() - 1 {
        0 => String::new(),
        1 => " and another one".to_owned(),
        others => format!(" and {others} others"),
    };
    Err(Failure::new(format_args!(
        "~/{path}{others} could not become a file, and nothing else was taken out"
    ))
    .hint("when the cause is gone, run `nhmt uninstall --keep-files` again"))
}

/// Puts back what the first switch took out of the user's Nix profile.
fn restore_packages(context: &Context) -> Result<Option<PathBuf>, Failure> {
    let layout = context.layout();
    let kept = layout.state().join("home-manager-path");
    let Ok(path) = fs::read_link(&kept) else {
        return Ok(None);
    };
    let state = layout.home().join(".local/state/nix/profile/manifest.json");
    let mut command = if state.exists() || layout.home().join(".nix-profile/manifest.json").exists()
    {
        let mut command = Command::new("nix");
        command.args([
            "--extra-experimental-features",
            "nix-command",
            "profile",
            "install",
        ]);
        command
    } else {
        let mut command = Command::new("nix-env");
        command.arg("-i");
        command
    };
    let output = command
        .arg(&path)
        .env("HOME", layout.home())
        .stdin(Stdio::null())
        .output();
    let failed = |why: String| {
        Failure::new(format_args!(
            "{} could not be put back into the Nix profile: {why}",
            path.display()
        ))
        .hint("`home-manager switch` puts its packages there, too; then run `nhmt uninstall` again")
    };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(failed(words.trim().to_owned()));
    }
    let removed = fs::remove_file(&kept);
    removed.map_err(|error| Failure::new(format_args!("{}: {error}", kept.display())))?;
    Ok(Some(path))
}

/// Deletes generations and records. There are no backups.
fn delete_records(context: &Context) -> Result<(), Failure> {
    let profile = context.profile();
    let numbers = profile.list()?;
    let links = numbers.iter().map(|one| profile.link_path(one.number));
    for link in links.chain([profile.path()]) {
        gone(fs::remove_file(&link), &link)?;
    }
    let layout = context.layout();
    for directory in [layout.state(), context.local_store().to_owned()] {
        // What a store has is read-only.
        make_writable(&directory);
        gone(fs::remove_dir_all(&directory), &directory)?;
    }
    Ok(())
}

/// Lets the owner write to every directory at and below `directory`. What
/// cannot be done is said when it is to be removed.
fn make_writable(directory: &Path) {
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_writable(&entry.path());
        }
    }
}

fn gone(removed: std::io::Result<()>, what: &Path) -> Result<(), Failure> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format_args!("{}: {error}", what.display())))
        }
        _ => Ok(()),
    }
}
