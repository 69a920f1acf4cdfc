//! `nhmt secrets`, and what commands that change the home do about secrets.

use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;

use age::secrecy::SecretString;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::hooks::Tree;
use crate::container;
use crate::home::HomeLock;
use crate::manifest::{HomePath, Index, Manifest, SECRET_LINKS};
use crate::secret::{self, Ask, SecretError};
use crate::tree::diff::read_manifest;
use crate::ui::{self, BOLD, CHANGED, DIM, Table, Ui};

/// Show the secrets of this home, or decrypt them again.
///
/// What they hold lies in memory, in `$XDG_RUNTIME_DIR`, and is gone when the
/// machine is off.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt secrets             which there are, and whether they are decrypted
  nhmt secrets decrypt     decrypt them again, after a reboot")]
pub(super) struct Secrets {
    #[command(subcommand)]
    command: Option<SecretsCommand>,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum SecretsCommand {
    /// List the secrets of the generation in force
    List,
    /// Decrypt those of the generation in force, where they are not there
    ///
    /// `nhmt realize`, `rollback` and `activate` do so by themselves, and with
    /// the modules a unit of the user's systemd does it at the login.
    Decrypt,
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        let hints = error.hints();
        hints.into_iter().fold(Self::new(error), Self::hint)
    }
}

pub(super) fn run(context: &Context, args: &Secrets) -> Result<ExitCode, Failure> {
    match args.command.unwrap_or(SecretsCommand::List) {
        SecretsCommand::List => list(context),
        SecretsCommand::Decrypt => decrypt(context),
    }
}

fn decrypt(context: &Context) -> Result<ExitCode, Failure> {
    let lock = context.lock()?;
    let (_, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
    let index = Index::read(&tree)?;
    make(context, &lock, (&tree, &index))?;
    sweep(context, &lock);
    Ok(ExitCode::SUCCESS)
}

/// Has the secrets of a tree in their place, before the home leads to it.
pub(super) fn make(context: &Context, lock: &HomeLock, tree: Tree<'_>) -> Result<(), Failure> {
    let Some(set) = tree.1.secrets() else {
        return Ok(());
    };
    let manifest = read_manifest(tree.0)?;
    match secret::make(lock, tree.0, &manifest, set, &mut Terminal) {
        Ok(true) => {
            let number = manifest.secrets.files.len();
            let what = if number == 1 { "secret" } else { "secrets" };
            context.ui.detail(format_args!("{number} {what} decrypted"));
            Ok(())
        }
        Ok(false) => Ok(()),
        // The keys stay outside, and so do the secrets.
        Err(error) if container::is_inside() => {
            context.ui.note(format_args!(
                "the secrets are left out: {}",
                error.to_string().lines().next().unwrap_or_default()
            ));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes the secrets that the tree in force does not have.
pub(super) fn sweep(context: &Context, lock: &HomeLock) {
    if !secret::has_any(lock) {
        return;
    }
    let keep = match lock.current_tree() {
        Ok(None) => Some(None),
        Ok(Some(tree)) => Index::secrets_of(&tree),
        Err(_) => None,
    };
    // Of a tree that cannot be read, it is not known what it needs.
    if let Some(keep) = keep
        && let Err(error) = secret::sweep(lock, keep)
    {
        context.ui.warning(error);
    }
}

/// The secrets of `tree` that are not decrypted.
pub(super) fn missing(context: &Context, (tree, index): Tree<'_>) -> Result<Vec<String>, Failure> {
    let Some(set) = index.secrets() else {
        return Ok(Vec::new());
    };
    let manifest = read_manifest(tree)?;
    Ok(secret::missing(&context.open()?, &manifest, set))
}

/// Says which are missing, to a person.
pub(super) fn tell(ui: Ui, missing: &[String]) {
    for name in missing {
        ui.result(format_args!(
            "{CHANGED}!{CHANGED:#} the secret {name} is not in memory; `nhmt secrets decrypt` decrypts it"
        ));
    }
}

fn list(context: &Context) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    let (_, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
    let index = Index::read(&tree)?;
    let manifest = read_manifest(&tree)?;
    let missing = missing(context, (&tree, &index))?;
    let used = used(&manifest);
    let anchor = context.layout().anchor();
    if context.json() {
        let one = |name: &String| -> Value {
            let spec = &manifest.secrets.files[name];
            json!({
                "name": name,
                "path": anchor.join(SECRET_LINKS).join(name),
                "mode": format!("{:04o}", spec.mode),
                "decrypted": !missing.contains(name),
                "used_by": used.get(&**name).cloned().unwrap_or_default(),
                "declared_in": spec.declared_in,
            })
        };
        let all: Vec<_> = manifest.secrets.files.keys().map(one).collect();
        context.ui.json(&all);
        return Ok(ExitCode::SUCCESS);
    }
    if manifest.secrets.files.is_empty() {
        context.ui.summary("this home has no secrets");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::default();
    for name in manifest.secrets.files.keys() {
        let is_there = !missing.contains(name);
        let state = if is_there {
            "decrypted"
        } else {
            "not decrypted"
        };
        let paths = used.get(&**name).into_iter().flatten();
        let paths: Vec<_> = paths.map(|path| format!("~/{path}")).collect();
        table.row([
            format!("{BOLD}{name}{BOLD:#}"),
            state.to_owned(),
            paths.join(", "),
        ]);
    }
    context.ui.result(format_args!("{table}"));
    context.ui.summary(format_args!(
        "{DIM}they are at {}/NAME{DIM:#}",
        anchor.join(SECRET_LINKS).display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The managed paths that have a secret, by its name.
fn used(manifest: &Manifest) -> BTreeMap<&str, Vec<&HomePath>> {
    let mut used = BTreeMap::<&str, Vec<&HomePath>>::new();
    for (path, spec) in &manifest.files {
        for name in &spec.secrets {
            used.entry(name).or_default().push(path);
        }
    }
    used
}

/// Asks on the terminal.
struct Terminal;

impl Ask for Terminal {
    fn passphrase(&mut self, what: &str) -> io::Result<Option<SecretString>> {
        if container::is_inside() {
            return Ok(None);
        }
        ui::passphrase(what)
    }
}
