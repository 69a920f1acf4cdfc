//! Which hooks a run owes.

use std::path::{Path, PathBuf};

use super::declared::{Declared, Kind, Task, name_of};
use crate::manifest::{Entry, HomePath, Index};

/// One hook that is owed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// The hook's name, or the target of its file.
    pub name: String,
    /// How it ended when it was tried: what a shell would show in `$?`.
    pub failed: Option<i32>,
}

/// The hooks that the switch from one tree to another owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The tree before; none on a first run.
    pub old: Option<PathBuf>,
    /// The tree after.
    pub new: PathBuf,
    /// What is owed, in running order.
    pub hooks: Vec<Record>,
}

/// What the run from `old` to `new` owes: the `onChange` hooks of the files
/// that are new or have another content, those that `before` still owes, what
/// is to run for hooks that are gone, and every activation hook. A file that
/// `old` lacks is not new when it `is_there` all the same, as it is to be.
#[must_use]
pub fn batch(
    old: Option<(&Path, &Index)>,
    new: (&Path, &Index),
    declared: &Declared,
    before: Option<&Batch>,
    is_there: impl Fn(&HomePath) -> bool,
) -> Batch {
    let differs = |target: &HomePath| {
        let was = || old.into_iter().flat_map(|(_, old)| leaves(old, target));
        let changed = old.is_none() || was().ne(leaves(new.1, target));
        changed && (was().next().is_some() || !is_there(target))
    };
    let changed = declared.on_change.keys().filter(|target| {
        differs(target) || before.is_some_and(|batch| batch.owes_on_change(target))
    });
    let changed = changed.map(|target| (Kind::OnChange, name_of(target)));
    let gone = declared.gone.iter();
    let gone = gone.map(|hook| (Kind::WhenGone, hook.name.clone()));
    let activation = declared.activation.iter();
    let activation = activation.map(|hook| (Kind::Activation, hook.name.clone()));
    let record = |(kind, name)| Record {
        kind,
        name,
        failed: None,
    };
    Batch {
        old: old.map(|(path, _)| path.to_owned()),
        new: new.0.to_owned(),
        hooks: changed.chain(gone).chain(activation).map(record).collect(),
    }
}

/// The leaves at or below `target`, with their digests. Below one there are
/// many when the entry's source is a directory of which each leaf is linked.
fn leaves<'a>(
    index: &'a Index,
    target: &'a HomePath,
) -> impl Iterator<Item = (&'a HomePath, &'a [u8])> {
    let entries = index.entries();
    let start = entries.partition_point(|entry| entry.path < *target);
    let within = move |entry: &&Entry| entry.path == *target || entry.path.is_below(target);
    entries[start..]
        .iter()
        .take_while(within)
        .map(|entry| (&entry.path, &entry.digest[..]))
}

impl Batch {
    /// Whether the `onChange` hook of `target` is among them.
    #[must_use]
    pub fn owes_on_change(&self, target: &HomePath) -> bool {
        let name = name_of(target);
        let mut hooks = self.hooks.iter();
        hooks.any(|record| record.kind == Kind::OnChange && record.name == name)
    }

    /// What is to run, with the scripts of `declared`. A hook that is declared
    /// no more is passed over.
    #[must_use]
    pub fn tasks(&self, declared: &Declared) -> Vec<Task> {
        let mut tasks: Vec<Task> = Vec::new();
        let owed = |kind, name: &str| {
            let mut hooks = self.hooks.iter();
            hooks.any(|record| record.kind == kind && record.name == name)
        };
        for (target, script) in &declared.on_change {
            let name = name_of(target);
            if !owed(Kind::OnChange, &name) {
                continue;
            }
            match tasks.iter_mut().find(|task| task.script == *script) {
                Some(task) => task.names.push(name),
                None => tasks.push(Task {
                    kind: Kind::OnChange,
                    names: vec![name],
                    script: script.clone(),
                    after: Vec::new(),
                    dry_run: false,
                    report: false,
                }),
            }
        }
        for hook in &declared.gone {
            if owed(Kind::WhenGone, &hook.name) {
                tasks.push(Task {
                    kind: Kind::WhenGone,
                    names: vec![hook.name.clone()],
                    script: hook.when_gone.clone(),
                    after: Vec::new(),
                    dry_run: hook.dry_run,
                    report: hook.report,
                });
            }
        }
        for hook in &declared.activation {
            if owed(Kind::Activation, &hook.name) {
                tasks.push(Task::from(hook));
            }
        }
        tasks
    }

    /// How `task` ended when it was tried: what a shell would show in `$?`.
    #[must_use]
    pub fn failed(&self, task: &Task) -> Option<i32> {
        let mut hooks = self.hooks.iter();
        let of_task =
            |record: &&Record| record.kind == task.kind && task.names.contains(&record.name);
        hooks.find(of_task).and_then(|record| record.failed)
    }

    /// Forgets what `task` stands for.
    pub(super) fn strike(&mut self, task: &Task) {
        self.hooks
            .retain(|record| record.kind != task.kind || !task.names.contains(&record.name));
    }

    /// Notes how `task` failed.
    pub(super) fn note(&mut self, task: &Task, exit: i32) {
        for record in &mut self.hooks {
            if record.kind == task.kind && task.names.contains(&record.name) {
                record.failed = Some(exit);
            }
        }
    }

    /// Forgets what `declared` does not have any more.
    pub(super) fn keep_declared(&mut self, declared: &Declared) {
        let on_change: Vec<_> = declared.on_change.keys().map(name_of).collect();
        self.hooks.retain(|record| match record.kind {
            Kind::OnChange => on_change.contains(&record.name),
            Kind::Activation => {
                let mut hooks = declared.activation.iter();
                hooks.any(|hook| hook.name == record.name)
            }
            Kind::WhenGone => declared.gone.iter().any(|hook| hook.name == record.name),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Digest, Hook, LeafKind};

    fn index(leaves: &[(&str, &str)]) -> Index {
        let entries = leaves.iter().map(|(path, content)| {
            let path = HomePath::new(path).unwrap();
            Entry::new(path, LeafKind::File, Digest::of(content.as_bytes()))
        });
        Index::new(entries.collect(), b"").unwrap()
    }

    fn declared(on_change: &[(&str, &str)], activation: &[&str]) -> Declared {
        let target =
            |(path, script): &(&str, &str)| (HomePath::new(path).unwrap(), (*script).to_owned());
        Declared {
            before: Vec::new(),
            on_change: on_change.iter().map(target).collect(),
            activation: activation
                .iter()
                .map(|name| Hook {
                    name: (*name).to_owned(),
                    script: format!("echo {name}"),
                    after: Vec::new(),
                    before: false,
                    dry_run: false,
                    when_gone: String::new(),
                    report: false,
                    declared_in: Vec::new(),
                })
                .collect(),
            gone: Vec::new(),
        }
    }

    fn names(batch: &Batch) -> Vec<&str> {
        batch.hooks.iter().map(|hook| hook.name.as_str()).collect()
    }

    #[test]
    fn files_that_are_new_or_changed_and_every_activation_hook() {
        let (old, new) = (Path::new("/old"), Path::new("/new"));
        let before = index(&[
            ("a", "1"),
            ("b", "1"),
            ("d/x", "1"),
            ("e-", "1"),
            ("gone", "1"),
        ]);
        let after = index(&[
            ("a", "1"),
            ("b", "2"),
            ("c", "1"),
            ("d/x", "1"),
            ("e-", "2"),
        ]);
        let declared = declared(
            &[("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"), ("e", "E")],
            &["z", "y"],
        );
        let batch_of = |before| batch(before, (new, &after), &declared, None, |_| false);
        let some = batch_of(Some((old, &before)));
        assert_eq!(names(&some), ["b", "c", "z", "y"]);
        assert_eq!(some.old.as_deref(), Some(old));
        assert_eq!(names(&batch_of(None)), ["a", "b", "c", "d", "e", "z", "y"]);
    }

    #[test]
    fn a_directory_changes_with_any_leaf_in_it() {
        let tree = Path::new("/t");
        let declared = declared(&[("d", "D")], &[]);
        let of = |before: &[(&str, &str)], after: &[(&str, &str)]| {
            let (before, after) = (index(before), index(after));
            let batch = batch(
                Some((tree, &before)),
                (tree, &after),
                &declared,
                None,
                |_| false,
            );
            batch.hooks.len()
        };
        let both = [("d/x", "1"), ("d/y", "1")];
        assert_eq!(of(&both, &both), 0);
        assert_eq!(of(&both, &[("d/x", "1"), ("d/y", "2")]), 1);
        assert_eq!(of(&both, &[("d/x", "1")]), 1);
        assert_eq!(of(&[], &both), 1);
        assert_eq!(of(&[("d", "1")], &[("d", "1"), ("d-", "1")]), 0);
    }

    #[test]
    fn what_an_earlier_run_owes_stays_owed_while_it_is_declared() {
        let tree = Path::new("/t");
        let index = index(&[("a", "1"), ("b", "1")]);
        let was = declared(&[("a", "A"), ("b", "B")], &[]);
        let owed = batch(None, (tree, &index), &was, None, |_| false);
        let now = declared(&[("a", "other")], &["z"]);
        let next = batch(
            Some((tree, &index)),
            (tree, &index),
            &now,
            Some(&owed),
            |_| false,
        );
        assert_eq!(names(&next), ["a", "z"]);
        assert_eq!(next.tasks(&now)[0].script, "other");
        let mut owed = owed;
        owed.keep_declared(&now);
        assert_eq!(names(&owed), ["a"]);
    }

    #[test]
    fn a_hook_that_is_gone_runs_for_it_once() {
        let tree = Path::new("/t");
        let index = index(&[]);
        let leaving = |name: &str, when_gone: &str| Hook {
            when_gone: when_gone.to_owned(),
            ..declared(&[], &[name]).activation.remove(0)
        };
        let before = vec![leaving("a", "A"), leaving("b", ""), leaving("c", "C")];
        let now = declared(&[], &["c", "z"]).leaving(before);
        let mut owed = batch(Some((tree, &index)), (tree, &index), &now, None, |_| false);
        let kinds: Vec<_> = owed.hooks.iter().map(|hook| hook.kind).collect();
        assert_eq!(names(&owed), ["a", "c", "z"]);
        assert_eq!(kinds, [Kind::WhenGone, Kind::Activation, Kind::Activation]);
        let tasks = owed.tasks(&now);
        assert_eq!(tasks[0].script, "A");
        assert_eq!(tasks[0].title(), "hook `a`, which is gone,");
        owed.strike(&tasks[0]);
        assert_eq!(names(&owed), ["c", "z"]);
        owed.keep_declared(&declared(&[], &["z"]));
        assert_eq!(names(&owed), ["z"]);
    }

    #[test]
    fn one_script_of_several_files_runs_once() {
        let index = index(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let declared = declared(&[("a", "reload"), ("b", "other"), ("c", "reload")], &[]);
        let mut batch = batch(None, (Path::new("/t"), &index), &declared, None, |_| false);
        let tasks = batch.tasks(&declared);
        assert_eq!(tasks.len(), 2);
        assert_eq!(tasks[0].names, ["a", "c"]);
        assert_eq!(tasks[0].title(), "onChange of ~/a and another file");
        batch.note(&tasks[0], 3);
        assert_eq!(batch.hooks[2].failed, Some(3));
        batch.strike(&tasks[0]);
        assert_eq!(names(&batch), ["b"]);
    }
}
