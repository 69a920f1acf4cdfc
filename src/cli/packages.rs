//! `nhmt packages`

use std::process::ExitCode;

use clap::Args;
use clap_complete::ArgValueCandidates;

use super::complete;
use super::context::Context;
use super::failure::Failure;
use super::package_list::{Package, Packages};
use super::which_tree::WhichTree;
use crate::generation::Number;
use crate::ui::{self, DIM, Table};

/// List the packages of a generation, with their sizes.
///
/// Without a number: of the current one. The size of a package is that of its
/// outputs in the home; its closure is that with all that they need.
#[derive(Debug, Args)]
#[command(
    name = "packages",
    after_help = "\
Examples:
  nhmt packages            the packages of the current generation
  nhmt packages 3 --json   those of another, for programs
  nhmt diff 3              what has changed since"
)]
pub(super) struct ListPackages {
    /// The number of a generation, or a home tree
    #[arg(value_name = "GENERATION", add = ArgValueCandidates::new(complete::generations))]
    generation: Option<WhichTree>,
}

pub(super) fn run(context: &Context, args: &ListPackages) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    context.keep_roots();
    let (which, tree) = if let Some(which) = &args.generation {
        (which.clone(), which.tree(context)?)
    } else {
        let (number, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
        (WhichTree::Generation(number), tree)
    };
    let [packages] = Packages::of_trees(context, [Some(&tree)], |why| {
        context
            .ui
            .note(format_args!("the sizes are not known: {why}"));
    })?;
    if context.json() {
        let mut object = packages.json();
        object["generation"] = which.generation().map(Number::get).into();
        context.ui.result(object);
        return Ok(ExitCode::SUCCESS);
    }
    if packages.list.is_empty() {
        context.ui.note(format_args!("{which} has no packages"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table(&packages.list);
    table.within(context.ui.width());
    let table = table.to_string();
    let (heading, rows) = table.split_once('\n').unwrap_or((&table, ""));
    context.ui.result(format_args!("{DIM}{heading}{DIM:#}"));
    context.ui.result(rows);
    let number = packages.list.len();
    let word = if number == 1 { "package" } else { "packages" };
    let extent = packages.extent.map_or_else(String::new, |extent| {
        let size = ui::size(extent.size);
        format!(", {size} in {} store paths", extent.paths)
    });
    context
        .ui
        .summary(format_args!("{DIM}{number} {word}{extent}{DIM:#}"));
    Ok(ExitCode::SUCCESS)
}

fn table(packages: &[Package]) -> Table {
    let mut table = Table::default();
    table.row(["name", "version", "size", "closure", "outputs"].map(str::to_owned));
    for package in packages {
        let size = |bytes: Option<u64>| bytes.map_or_else(|| "?".to_owned(), ui::size);
        let outputs: Vec<&str> = package.outputs.iter().map(|one| &*one.output).collect();
        table.row([
            package.name.name.clone(),
            package.name.version.clone(),
            size(package.size),
            size(package.closure_size),
            outputs.join(" "),
        ]);
    }
    table
}
