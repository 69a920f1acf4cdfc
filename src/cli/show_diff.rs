//! A difference between two home trees, for people.

use std::collections::BTreeMap;
use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use super::show_packages::{self, PackageSizes};
use crate::manifest::HomePath;
use crate::tree::diff::{
    FileText, HookDiff, LivePath, MethodDiff, StateDiff, TreeDiff, place_in, unified,
};
use crate::ui::{ADDED, BOLD, CHANGED, DIM, REMOVED, Ui};

/// Prints `diff`: changed files as unified diffs, new and removed ones by
/// name, with their content under `--verbose`.
pub(super) fn show(
    context: &Context,
    diff: &TreeDiff,
    old: Option<&Path>,
    new: &Path,
) -> Result<(), Failure> {
    let ui = context.ui;
    let files = &diff.files;
    let methods: BTreeMap<&HomePath, &MethodDiff> = files
        .methods
        .iter()
        .map(|diff| (&diff.path, diff))
        .collect();
    let how = |path: &HomePath| {
        let words = methods.get(path).map(|method| method.words());
        words.map_or_else(String::new, |words| format!(" {DIM}({words}){DIM:#}"))
    };
    for path in &files.removed {
        ui.result(format_args!("{REMOVED}- {path}{REMOVED:#}{}", how(path)));
        if ui.verbose {
            show_text(ui, old, None, path, methods.get(path).copied())?;
        }
    }
    for path in &files.added {
        ui.result(format_args!("{ADDED}+ {path}{ADDED:#}{}", how(path)));
        if ui.verbose {
            show_text(ui, None, Some(new), path, methods.get(path).copied())?;
        }
    }
    for path in &files.changed {
        ui.result(format_args!("{CHANGED}~ {path}{CHANGED:#}{}", how(path)));
        show_text(ui, old, Some(new), path, methods.get(path).copied())?;
    }
    show_state(ui, &diff.state);
    let sizes = PackageSizes::ask(context, &diff.packages, old, new)?;
    show_packages::show(ui, &diff.packages, sizes.as_ref());
    show_hooks(ui, &diff.hooks);
    for LivePath { path, target } in &diff.live {
        ui.note(format_args!(
            "~/{path} is live: what {} holds is no part of a generation and is not compared",
            target.display()
        ));
    }
    Ok(())
}

fn show_state(ui: Ui, state: &StateDiff) {
    for one in &state.removed {
        ui.result(format_args!(
            "{REMOVED}- state {}{REMOVED:#} {DIM}(what lies in {} stays there){DIM:#}",
            one.path,
            one.place.display()
        ));
    }
    for one in &state.added {
        ui.result(format_args!(
            "{ADDED}+ state {}{ADDED:#} {DIM}({} in {}){DIM:#}",
            one.path,
            one.kind,
            one.root.display()
        ));
    }
    for one in state.moved.iter().chain(&state.changed) {
        ui.result(format_args!(
            "{CHANGED}~ state {}{CHANGED:#} {DIM}({} -> {}){DIM:#}",
            one.path, one.from, one.to
        ));
    }
}

fn show_hooks(ui: Ui, hooks: &HookDiff) {
    for name in &hooks.removed {
        ui.result(format_args!("{REMOVED}- hook {name}{REMOVED:#}"));
    }
    for name in &hooks.added {
        ui.result(format_args!("{ADDED}+ hook {name}{ADDED:#}"));
    }
    for name in &hooks.changed {
        ui.result(format_args!("{CHANGED}~ hook {name}{CHANGED:#}"));
    }
}

fn show_text(
    ui: Ui,
    old: Option<&Path>,
    new: Option<&Path>,
    path: &HomePath,
    method: Option<&MethodDiff>,
) -> Result<(), Failure> {
    let is = |name: &str| {
        let first = |side: &Option<String>| {
            let words = side.as_deref().unwrap_or_default();
            words.split(' ').next() == Some(name)
        };
        method.is_some_and(|method| first(&method.from) || first(&method.to))
    };
    // Read through the link, the tree would give what is decrypted.
    if is("secret") {
        ui.result(format_args!("  {DIM}(what it holds is not shown){DIM:#}"));
        return Ok(());
    }
    if is("live") {
        // What a working tree holds is not looked at.
        let target = |tree: Option<&Path>| {
            let link = tree.map(|tree| place_in(tree, path).read_link());
            link.and_then(Result::ok)
        };
        for (letter, style, target) in [('-', REMOVED, target(old)), ('+', ADDED, target(new))] {
            if let Some(target) = target {
                ui.result(format_args!(
                    "{style}{letter}leads to {}{style:#}",
                    target.display()
                ));
            }
        }
        return Ok(());
    }
    if let Some(content) = method.and_then(MethodDiff::content) {
        ui.result(format_args!("  {DIM}({content}){DIM:#}"));
    }
    let texts = unified(old, new, path)
        .map_err(|error| Failure::new(format_args!("cannot compare {path}: {error}")))?;
    if texts.is_empty() {
        ui.result(format_args!(
            "  {DIM}(the same content; its mode, its method or its source differs){DIM:#}"
        ));
    }
    for text in texts {
        match text {
            FileText::Unified(diff) => diff.lines().for_each(|line| show_line(ui, line)),
            FileText::Binary {
                path,
                before,
                after,
            } => {
                let size =
                    |size: Option<u64>| size.map_or("absent".to_owned(), |n| format!("{n} bytes"));
                let path = path.display();
                ui.result(format_args!(
                    "  {path}: not shown ({} -> {})",
                    size(before),
                    size(after)
                ));
            }
        }
    }
    Ok(())
}

fn show_line(ui: Ui, line: &str) {
    // The header lines start with the same letters as changed lines do.
    if line.starts_with("--- ") || line.starts_with("+++ ") {
        ui.result(format_args!("{BOLD}{line}{BOLD:#}"));
    } else if line.starts_with('+') {
        ui.result(format_args!("{ADDED}{line}{ADDED:#}"));
    } else if line.starts_with('-') {
        ui.result(format_args!("{REMOVED}{line}{REMOVED:#}"));
    } else if line.starts_with("@@") {
        ui.result(format_args!("{DIM}{line}{DIM:#}"));
    } else {
        ui.result(line);
    }
}
