//! `nhmt build`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::{source, target};

/// Build the home tree, and leave the home as it is.
///
/// Prints the path of the tree, which `nhmt activate` takes.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// Where to make a link to the tree, which keeps it from being collected
    #[arg(short, long, value_name = "PATH", default_value = "result")]
    out_link: PathBuf,
    /// Make no link
    #[arg(long, visible_alias = "no-out-link", conflicts_with = "out_link")]
    no_link: bool,
}

pub(super) fn run(context: &Context, args: &Build) -> Result<ExitCode, Failure> {
    let source = source::find(&context.global)?;
    let root = if args.no_link {
        target::Root::None
    } else {
        target::Root::Link(args.out_link.clone())
    };
    let built = target::build(context, &source, &root)?;
    if context.json() {
        context.ui.result(json!({ "path": built.tree }));
    } else {
        context.ui.result(built.tree.display());
    }
    Ok(ExitCode::SUCCESS)
}
