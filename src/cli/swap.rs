//! What every command does that changes the home: compare, plan, ask, give the
//! tree a generation, apply, and say what was done.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use super::Code;
use super::args::SwapFlags;
use super::context::Context;
use super::declared::declare;
use super::failure::Failure;
use super::home_manager;
use super::hooks::{self, Hooks, Tree};
use super::interrupt;
use super::keeper;
use super::of_system;
use super::refuse;
use super::report::{self, Outcome};
use super::secrets;
use super::show_diff;
use super::show_packages::PackageCounts;
use crate::container;
use crate::generation::{Generation, Number, ProfileError};
use crate::home::HomeLock;
use crate::manifest::{Index, IndexError, OnConflict};
use crate::reconcile::{self, Done, Plan, ReconcileError, Registered, Way};
use crate::tree::diff::{PackageDiff, TreeDiff};
use crate::ui;

/// What a command wants in the home.
pub(super) struct Request<'a> {
    pub wanted: Wanted,
    pub flags: &'a SwapFlags,
    /// What happens to conflicts when neither flag nor configuration say.
    pub default_policy: OnConflict,
    /// Links to persisted data stay when the tree does not declare it.
    pub keeps_routes: bool,
    /// When the command started, for the summary.
    pub started: Instant,
}

/// The tree to swap in.
pub(super) enum Wanted {
    /// A tree that becomes a new generation, unless it is the one in force.
    Tree(PathBuf),
    /// A generation that exists.
    Generation(Generation),
}

/// Swaps in what `request` wants.
pub(super) fn run(
    context: &Context,
    lock: &HomeLock,
    request: &Request,
) -> Result<ExitCode, Failure> {
    let swap = Swap::prepare(context, lock, request)?;
    let mut plan = swap.plan()?;
    let mut hooks = Hooks::read(context)?;
    let early = swap.runs_early(&plan)?;
    if early {
        if request.flags.ask && !swap.confirm(&plan, &hooks)? {
            context.ui.note("nothing was changed");
            return Ok(ExitCode::FAILURE);
        }
        // They may remove what is in the way, and refuse the switch.
        hooks.run_before(swap.trees())?;
        plan = swap.plan()?;
    }
    declare(&mut plan, &swap.new.0, swap.old_tree());
    let conflicts: Vec<_> = plan.open_conflicts().cloned().collect();
    let mut outcome = swap.outcome(&plan)?;
    if !conflicts.is_empty() {
        outcome.conflicts = conflicts;
        outcome.changed = false;
        report::conflicts(context, &outcome);
        return Ok(ExitCode::from(Code::Conflicts as u8));
    }
    let way = swap.has_to_change(&plan)?.then(|| swap.trees());
    let left = home_manager::left(context, swap.new_tree())?;
    if request.flags.dry_run {
        swap.show_difference()?;
        for path in left.iter().flat_map(|left| &left.links) {
            context.ui.note(format_args!(
                "the link ~/{path}, which Home Manager left, would go"
            ));
        }
        outcome.hooks = hooks.dry_run(way, swap.new_tree())?;
        let failed = report::dry_run(context, &outcome, &plan);
        return Ok(ExitCode::from(u8::from(failed)));
    }
    if request.flags.ask && !early && !swap.confirm(&plan, &hooks)? {
        context.ui.note("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    // Before anything else is written; a question may be part of it.
    secrets::make(context, lock, swap.new_tree())?;
    let _whole = interrupt::hold();
    if way.is_some() {
        let applied = swap.apply(plan, &mut hooks);
        secrets::sweep(context, lock);
        let applied = applied?;
        outcome.generation = Some(applied.generation);
        outcome.backed_up = applied.done.backed_up.len();
        outcome.adopted = applied.done.adopted.len();
        for note in &applied.done.notes {
            context.ui.note(note);
        }
        for problem in &applied.done.problems {
            context.ui.warning(problem);
        }
        let kept = &applied.done.backed_up;
        super::backups::expire_after_run(context, lock, swap.new.1.backups(), kept);
    } else {
        // An earlier run may not have come to it.
        secrets::sweep(context, lock);
    }
    // Nor to this.
    if let (Some(left), Some(number)) = (left, outcome.generation) {
        home_manager::remove(context, lock, &left, number)?;
    }
    let failure = match hooks.run_owed(swap.new_tree()) {
        Ok(ran) => {
            outcome.hooks = ran;
            None
        }
        Err(failure) => Some(failure),
    };
    outcome.elapsed = request.started.elapsed();
    let failed = report::done(context, &outcome);
    match (failure, interrupt::received()) {
        (Some(failure), _) => Err(failure),
        (None, Some(signal)) if failed => Ok(ExitCode::from(interrupt::code(signal))),
        (None, _) => Ok(ExitCode::from(u8::from(failed))),
    }
}

struct Swap<'a> {
    context: &'a Context,
    lock: &'a HomeLock,
    request: &'a Request<'a>,
    /// The tree in force, with its index.
    old: Option<(PathBuf, Index)>,
    /// The tree to swap in; the one in force when nothing differs.
    new: (PathBuf, Index),
    previous: Option<Number>,
    /// The generation that the tree has already.
    known: Option<Number>,
}

struct Applied {
    generation: Number,
    done: Done,
}

impl<'a> Swap<'a> {
    fn prepare(
        context: &'a Context,
        lock: &'a HomeLock,
        request: &'a Request<'a>,
    ) -> Result<Self, Failure> {
        if let Some(extension) = request.flags.backup.as_deref()
            && !extension.is_empty()
        {
            context.ui.note(format_args!(
                "the extension `{extension}` is not used: backups go to {}, never beside the file",
                context.layout().backups().display()
            ));
        }
        let (tree, known) = match &request.wanted {
            Wanted::Tree(tree) => (tree.clone(), None),
            Wanted::Generation(generation) => {
                if generation.dangling {
                    // Says what became of it, and what to do.
                    context.profile().get(generation.number)?;
                }
                (generation.tree.clone(), Some(generation.number))
            }
        };
        let new = Index::read(&tree)?;
        refuse::other_home(context, &new, &tree)?;
        refuse::profile(context, &new)?;
        refuse::volatile_profile(context, &new)?;
        let old = match lock.current_tree()? {
            // A tree that is gone leaves links that lead nowhere: they are
            // ours all the same, and a first run takes them over.
            Some(path) if path == tree => Some((path, new.clone())),
            // One that cannot be looked at is no reason to forget its links.
            Some(path) if is_there(&path.join("index"))? => match Index::read(&path) {
                Ok(index) => Some((path, index)),
                Err(error @ IndexError::Damaged { .. }) => {
                    context.ui.warning(error);
                    None
                }
                Err(error) => return Err(error.into()),
            },
            _ => None,
        };
        let in_force = context.current()?.map(|(number, _)| number);
        let newest = match in_force.or(context.profile().current()?) {
            Some(number) => context.profile().get(number).ok(),
            None => None,
        };
        let same = |index: &Index| index.content() == new.content();
        let (tree, known) = match (&old, known, &newest) {
            (_, Some(number), _) => (tree, Some(number)),
            // Nothing differs: an unchanged home keeps its tree, also when
            // a newer nhmt built it under another store path.
            (Some((path, index)), None, Some(newest)) if same(index) && newest.tree == *path => {
                (path.clone(), Some(newest.number))
            }
            (None, None, Some(newest))
                if Index::read(&newest.tree).is_ok_and(|index| same(&index)) =>
            {
                (newest.tree.clone(), Some(newest.number))
            }
            _ => (tree, None),
        };
        Ok(Self {
            context,
            lock,
            request,
            previous: old.as_ref().and(newest).map(|newest| newest.number),
            old,
            new: (tree, new),
            known,
        })
    }

    fn plan(&self) -> Result<Plan, Failure> {
        Ok(reconcile::plan_for(self.lock, &self.way())?)
    }

    fn policy(&self) -> OnConflict {
        let flags = self.request.flags;
        let by_flag = flags
            .backup
            .as_ref()
            .map(|_| OnConflict::Backup)
            .or(flags.on_conflict);
        by_flag
            .or(self.new.1.on_conflict())
            .unwrap_or(self.request.default_policy)
    }

    fn outcome(&self, plan: &Plan) -> Result<Outcome, Failure> {
        Ok(Outcome {
            generation: self.known.or(self.previous),
            previous: self.previous,
            changed: self.known.is_none() || self.known != self.previous,
            path: self.new.0.clone(),
            counts: plan.counts(),
            packages: self.package_counts()?,
            drift: plan.drift().to_vec(),
            conflicts: Vec::new(),
            backed_up: 0,
            adopted: plan.adoptions().count(),
            hooks: Vec::new(),
            dry_run: self.request.flags.dry_run,
            elapsed: self.request.started.elapsed(),
        })
    }

    /// Manifests are read only when the environments differ: they may be long.
    fn package_counts(&self) -> Result<PackageCounts, Failure> {
        let environment = |tree: &Path| tree.join("packages").read_link().ok();
        if self.old_tree().and_then(environment) == environment(&self.new.0) {
            return Ok(PackageCounts::default());
        }
        let diff = PackageDiff::of_trees(self.old_tree(), &self.new.0)?;
        Ok(PackageCounts::of(&diff))
    }

    fn old_tree(&self) -> Option<&Path> {
        self.old.as_ref().map(|(path, _)| path.as_path())
    }

    fn show_difference(&self) -> Result<(), Failure> {
        if self.context.json() {
            return Ok(());
        }
        let diff = TreeDiff::between(self.old_tree(), &self.new.0)?;
        show_diff::show(self.context, &diff, self.old_tree(), &self.new.0)
    }

    fn new_tree(&self) -> Tree<'_> {
        (&self.new.0, &self.new.1)
    }

    /// From which tree to which.
    fn trees(&self) -> (Option<Tree<'_>>, Tree<'_>) {
        let old = self.old.as_ref().map(|(path, index)| (&**path, index));
        (old, self.new_tree())
    }

    /// Whether hooks run before the home is looked at for good.
    fn runs_early(&self, plan: &Plan) -> Result<bool, Failure> {
        Ok(!self.request.flags.dry_run
            && self.has_to_change(plan)?
            && Hooks::has_before(self.new_tree())?)
    }

    fn confirm(&self, plan: &Plan, hooks: &Hooks) -> Result<bool, Failure> {
        self.show_difference()?;
        report::side_effects(self.context, plan);
        let way = self.has_to_change(plan)?.then(|| self.trees());
        hooks::report(self.context.ui, &hooks.list(way, self.new_tree())?);
        Ok(ui::confirm("Go on?")?)
    }

    /// Whether there is anything to do.
    fn has_to_change(&self, plan: &Plan) -> Result<bool, Failure> {
        let in_force = self.known.is_some()
            && self.known == self.previous
            && self.old_tree() == Some(&self.new.0)
            && plan.is_empty()
            && self.context.profile().current()? == self.known;
        Ok(!in_force)
    }

    fn apply(&self, plan: Plan, hooks: &mut Hooks) -> Result<Applied, Failure> {
        let profile = self.context.profile();
        let tree = &self.new.0;
        let number = if let Some(number) = self.known {
            number
        } else {
            // Nix does not sync what it builds, and the pivot must not reach
            // the disk before the tree does.
            // A home in a container does not outlive a crash anyway.
            if !container::is_inside() {
                reconcile::sync_filesystem_of(tree)?;
            }
            let number = profile.reserve()?;
            of_system::register(self.context, tree, &self.new.1, number)?;
            number
        };
        keeper::keep_writer(self.context);
        let pointed = RefCell::new(Ok(()));
        let registered = Registered {
            number: number.get(),
            introduces: if container::is_inside() || self.request.keeps_routes {
                0
            } else {
                number.get()
            },
            fresh: self.known.is_none(),
            in_force: Some(&|| {
                *pointed.borrow_mut() = profile.point_to(number);
            }),
        };
        if let Err(failure) = hooks.plan(self.trees()) {
            hooks.withdraw();
            self.forget(number);
            return Err(failure);
        }
        match self.carry_out(plan, registered) {
            Ok(done) => {
                let pointed = pointed.into_inner();
                pointed.map_err(|error| not_pointed(number, &error))?;
                profile.settle();
                of_system::leave_to_it(profile, &self.new.1, number);
                Ok(Applied {
                    generation: number,
                    done,
                })
            }
            Err(error) => {
                hooks.withdraw();
                // The run that takes this one back forgets its generation.
                if !matches!(error, ReconcileError::NotUndone { .. }) {
                    self.forget(number);
                }
                Err(error.into())
            }
        }
    }

    /// Removes the generation that was made for a run that failed. Why it
    /// failed says more than a link that stays.
    fn forget(&self, number: Number) {
        if self.known.is_none() {
            let profile = self.context.profile();
            if profile.remove(number).is_ok() {
                profile.settle();
            }
        }
    }

    /// Applies the plan that was shown; when another program interferes, looks
    /// again.
    fn carry_out(&self, plan: Plan, registered: Registered<'_>) -> Result<Done, ReconcileError> {
        match reconcile::apply(self.lock, plan, &self.new.0, registered) {
            Err(ReconcileError::Changed(_)) => reconcile::switch(self.lock, &self.way(), |_| {
                Ok::<_, ReconcileError>(registered)
            }),
            done => done,
        }
    }

    fn way(&self) -> Way<'_> {
        Way {
            old: self.old.as_ref().map(|(_, index)| index),
            new: &self.new.1,
            new_tree: &self.new.0,
            policy: self.policy(),
        }
    }
}

fn is_there(path: &Path) -> Result<bool, Failure> {
    let there = path.try_exists();
    there.map_err(|error| Failure::new(format_args!("{}: {error}", path.display())))
}

/// The home is switched by then, and a collection of Nix's own goes by the
/// profile alone.
fn not_pointed(number: Number, error: &ProfileError) -> Failure {
    Failure::new(format_args!(
        "the home is on generation {number} now, but the profile could not be made to name it: {error}"
    ))
    .hint(format!(
        "correct that, then run `nhmt select-generation {number}`; `nix-collect-garbage -d` before that would take the home's tree"
    ))
}
