//! `nhmt diff`

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::ArgValueCandidates;
use serde_json::json;

use super::complete;
use super::context::Context;
use super::declared::declare;
use super::failure::Failure;
use super::report;
use super::services;
use super::show_diff;
use super::show_packages::PackageSizes;
use super::which_tree::WhichTree;
use super::{source, target};
use crate::manifest::{Index, OnConflict};
use crate::reconcile::{self, Plan, Way};
use crate::tree::diff::TreeDiff;

/// Show what differs between the home and the configuration, or between
/// generations.
///
/// Without arguments: the current generation against the configuration. With
/// A: generation A against the current one. With both: A against B. Each is
/// the number of a generation, or the path of a home tree.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt diff              what `nhmt realize` would change
  nhmt diff 3            what has changed since generation 3
  nhmt diff 3 5 --json   the same between two generations, for programs
  nhmt diff 3 ./result   from generation 3 to what `nhmt build` has built")]
pub(super) struct Diff {
    /// The number of a generation, or a home tree
    #[arg(value_name = "A", add = ArgValueCandidates::new(complete::generations))]
    from: Option<WhichTree>,
    /// Another one
    #[arg(value_name = "B", add = ArgValueCandidates::new(complete::generations))]
    to: Option<WhichTree>,
    /// Exit with 1 when something differs, as git does
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(context: &Context, args: &Diff) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    context.keep_roots();
    let current = context.open()?.current_tree()?;
    let (old, new) = match (&args.from, &args.to) {
        (None, _) => {
            let source = source::find(&context.global)?;
            let built = target::build(context, &source, &target::Root::None)?;
            (current.clone(), built.tree)
        }
        (Some(from), None) => {
            let new = current.clone().ok_or_else(Context::nothing_realized)?;
            (Some(from.tree(context)?), new)
        }
        (Some(from), Some(to)) => (Some(from.tree(context)?), to.tree(context)?),
    };
    let shown = Shown::of(context, old, new, args.from.is_none())?;
    if context.json() {
        let sizes = PackageSizes::ask(
            context,
            &shown.diff.packages,
            shown.old.as_deref(),
            &shown.new,
        )?;
        context.ui.result(shown.as_json(sizes.as_ref())?);
    } else {
        shown.show(context)?;
    }
    let differs = args.exit_code && !shown.diff.is_empty();
    Ok(ExitCode::from(u8::from(differs)))
}

/// A difference, and what the home has to say to it.
pub(super) struct Shown {
    old: Option<PathBuf>,
    new: PathBuf,
    diff: TreeDiff,
    plan: Plan,
}

impl Shown {
    /// Between `old` and `new`; `home` says that the home is looked at, which
    /// is to become `new`.
    pub(super) fn of(
        context: &Context,
        old: Option<PathBuf>,
        new: PathBuf,
        home: bool,
    ) -> Result<Self, Failure> {
        let mut diff = TreeDiff::between(old.as_deref(), &new)?;
        let plan = if home {
            let current = context.open()?.current_tree()?;
            in_the_home(context, current.as_deref(), &new)?
        } else {
            Plan::default()
        };
        // To the programs of this home nothing changes there.
        let already: HashSet<_> = plan.already_there().iter().collect();
        diff.files.added.retain(|path| !already.contains(path));
        diff.files
            .methods
            .retain(|one| !already.contains(&one.path));
        Ok(Self {
            old,
            new,
            diff,
            plan,
        })
    }

    /// Whether a realize would change anything.
    pub(super) fn is_empty(&self) -> bool {
        self.diff.is_empty() && self.plan.drift().is_empty() && self.plan.already_there().is_empty()
    }

    /// For people.
    pub(super) fn show(&self, context: &Context) -> Result<(), Failure> {
        show_diff::show(context, &self.diff, self.old.as_deref(), &self.new)?;
        match self.plan.already_there().len() {
            0 => {}
            1 => context
                .ui
                .note("1 file of the home has the declared content already"),
            number => context.ui.note(format_args!(
                "{number} files of the home have the declared content already"
            )),
        }
        report::adoptions(context.ui, &self.plan);
        for conflict in self.plan.conflicts() {
            let message = conflict.message();
            context.ui.note(format_args!("in the way: {message}"));
        }
        report::drift(context.ui, self.plan.drift(), |ui, what| {
            ui.note(format_args!("drift: {what}"));
        });
        Ok(())
    }

    /// The form that scripts may rely on.
    fn as_json(&self, sizes: Option<&PackageSizes>) -> Result<serde_json::Value, Failure> {
        let Self { diff, plan, .. } = self;
        Ok(json!({
            "files": diff.files,
            "packages": PackageSizes::json(sizes, &diff.packages),
            "hooks": diff.hooks,
            "live": diff.live,
            "already_there": plan.already_there(),
            "conflicts": plan.conflicts(),
            "drift": plan.drift(),
            "state": diff.state,
            "services": services::changes(self.old.as_deref(), &self.new)?,
        }))
    }
}

/// What the next run would find in the home, which no comparison of trees
/// shows: what is in the way, and what it would put back.
fn in_the_home(context: &Context, old: Option<&Path>, new: &Path) -> Result<Plan, Failure> {
    let old = old.filter(|old| old.exists());
    let old_index = old.map(Index::read).transpose()?;
    let new_index = Index::read(new)?;
    let way = Way {
        old: old_index.as_ref(),
        new: &new_index,
        new_tree: new,
        policy: new_index.on_conflict().unwrap_or(OnConflict::Abort),
    };
    let mut plan = reconcile::plan_for(&context.open()?, &way)?;
    declare(&mut plan, new, old);
    Ok(plan)
}
