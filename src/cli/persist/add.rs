//! `nhmt persist add`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::configuration::{Line, Written};
use super::{index, report};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::source;
use crate::cli::typed_path::in_home;
use crate::manifest::{HomePath, Index, RouteKind};
use crate::reconcile;

#[derive(Debug, Args)]
pub(super) struct Add {
    /// A path in the home; a relative one starts from the current directory
    /// when that is in the home, else from the home
    path: PathBuf,
    /// The directory that outlives the home, as in `home.persistence.<root>`;
    /// the place of the home is appended [default: that of the configuration,
    /// when it has one]
    #[arg(long, value_name = "ROOT")]
    root: Option<PathBuf>,
    /// Put the line into the configuration, when there is one place for it
    ///
    /// Shows the difference. The configuration is evaluated with it, and stays
    /// as it was unless exactly this path comes to it.
    #[arg(long)]
    write: bool,
}

pub(super) fn run(context: &Context, args: &Add) -> Result<ExitCode, Failure> {
    let home = context.layout().home();
    let path = in_home(home, &args.path)?;
    let source = source::find(&context.global);
    if args.write
        && let Err(failure) = source
    {
        return Err(failure);
    }
    let lock = context.lock()?;
    let index = index(context)?;
    let root = root(home, &index, args.root.as_deref())?;
    let done = {
        let _whole = interrupt::hold();
        reconcile::add_route(&lock, &root, &path)?
    };
    drop(lock);
    let line = Line {
        kind: kind(&root, &path),
        home: home.to_owned(),
        root: root.clone(),
        path: path.clone(),
    };
    let place = root.join(path.as_path());
    let written = match source {
        Ok(source) if args.write => line.write(context, &source),
        Ok(source) => Written::Not(line.in_language_of(&source)),
        Err(_) => Written::Not(line.in_nix()),
    };
    if context.json() {
        context.ui.result(json!({
            "path": path,
            "place": place,
            "moved": !done.moved.is_empty(),
            "line": written.line(),
            "written": written.file(),
            "problems": done.problems,
        }));
        for problem in &done.problems {
            context.ui.warning(problem);
        }
        return Ok(ExitCode::from(u8::from(written.has_failed())));
    }
    let code = report(
        context,
        &done,
        &format!("~/{path} leads to {} now", place.display()),
    );
    written.tell(context.ui);
    if written.has_failed() {
        return Ok(ExitCode::FAILURE);
    }
    Ok(code)
}

/// The directory that stands for the home.
fn root(home: &Path, index: &Index, typed: Option<&Path>) -> Result<PathBuf, Failure> {
    let known: BTreeSet<&Path> = index
        .routes()
        .filter_map(|entry| entry.route.as_deref())
        .map(|route| &*route.root)
        .collect();
    if let Some(typed) = typed {
        if !typed.is_absolute() {
            return Err(Failure::new(format_args!(
                "the root {} is not an absolute path",
                typed.display()
            )));
        }
        let typed: PathBuf = typed.components().collect();
        let inside = home.strip_prefix("/").unwrap_or(home);
        let is_whole = known.contains(&*typed) || typed.ends_with(inside);
        return Ok(if is_whole { typed } else { typed.join(inside) });
    }
    let mut known = known.into_iter();
    match (known.next(), known.next()) {
        (Some(root), None) => Ok(root.to_owned()),
        (None, _) => Err(Failure::new(
            "the configuration in force persists nothing, so it has no root",
        )
        .hint("name a directory that outlives the home: `--root /persist`")),
        (Some(one), Some(other)) => Err(Failure::new(format_args!(
            "the configuration has several roots ({}, {}, …)",
            one.display(),
            other.display()
        ))
        .hint("name the one that is meant: `--root ROOT`")),
    }
}

fn kind(root: &Path, path: &HomePath) -> RouteKind {
    if root.join(path.as_path()).is_dir() {
        RouteKind::Directory
    } else {
        RouteKind::File
    }
}
