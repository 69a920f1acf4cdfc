//! What differs between the packages of two home trees, with sizes from Nix's
//! database.

use std::path::Path;

use anstyle::Style;
use serde::Serialize;
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::package_list::{Package, Packages};
use crate::tree::diff::{Direction, PackageChange, PackageDiff, PackageName};
use crate::ui::{self, ADDED, CHANGED, DIM, REMOVED, Table, Ui};

/// How many names stand in one line before it says how many more there are.
const NAMES: usize = 6;

/// A difference between packages, and how much they take on either side.
pub(super) struct PackageSizes {
    before: Packages,
    after: Packages,
    /// What the packages need and are not.
    dependencies: PackageDiff,
}

impl PackageSizes {
    /// Asks Nix, unless `diff` says that nothing differs.
    pub fn ask(
        context: &Context,
        diff: &PackageDiff,
        old: Option<&Path>,
        new: &Path,
    ) -> Result<Option<Self>, Failure> {
        if *diff == PackageDiff::default() {
            return Ok(None);
        }
        let [before, after] = Packages::of_trees(context, [old, Some(new)], |why| {
            context
                .ui
                .detail(format_args!("the sizes are not known: {why}"));
        })?;
        // One side alone would show everything as new, or as gone.
        let both = |packages: &Packages| packages.extent.is_some();
        let dependencies = if both(&before) && both(&after) {
            PackageDiff::of_names(&before.dependencies(), &after.dependencies())
        } else {
            PackageDiff::default()
        };
        Ok(Some(Self {
            before,
            after,
            dependencies,
        }))
    }

    fn closure(packages: &Packages, name: &str, version: Option<&str>) -> Option<u64> {
        let fits = |one: &&Package| {
            one.name.name == name && version.is_none_or(|version| one.name.version == version)
        };
        let sizes: Option<Vec<u64>> = packages
            .list
            .iter()
            .filter(fits)
            .map(|one| one.closure_size)
            .collect();
        // Several versions of one package share most of what they need.
        sizes?.into_iter().max()
    }

    /// Adds the sizes to the form that scripts may rely on.
    pub fn json(this: Option<&Self>, diff: &PackageDiff) -> Value {
        let mut value = json!(diff);
        let sized = |packages: Option<&Packages>, one: &PackageName| {
            let size = packages.and_then(|all| Self::closure(all, &one.name, Some(&one.version)));
            json!({ "name": one.name, "version": one.version, "closure_size": size })
        };
        let before = this.map(|sizes| &sizes.before);
        let after = this.map(|sizes| &sizes.after);
        let all =
            |list: &[PackageName], of| -> Value { list.iter().map(|one| sized(of, one)).collect() };
        value["added"] = all(&diff.added, after);
        value["removed"] = all(&diff.removed, before);
        let size = |of: Option<&Packages>, one: &PackageChange| {
            of.and_then(|all| Self::closure(all, &one.name, None))
        };
        value["changed"] = diff
            .changed
            .iter()
            .map(|one| {
                let mut value = json!(one);
                value["closure_size"] =
                    json!({ "from": size(before, one), "to": size(after, one) });
                value
            })
            .collect();
        value["closure"] = json!({
            "from": before.and_then(|packages| packages.extent),
            "to": after.and_then(|packages| packages.extent),
        });
        if let Some(sizes) = this {
            let needed = &sizes.dependencies;
            value["dependencies"] = json!({
                "added": needed.added, "removed": needed.removed, "changed": needed.changed,
            });
        }
        value
    }
}

/// How many packages differ, and how.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct PackageCounts {
    added: usize,
    removed: usize,
    up: usize,
    down: usize,
    /// With several versions, of which some came or went.
    mixed: usize,
    /// The same versions, built anew.
    rebuilt: usize,
}

impl PackageCounts {
    pub fn of(diff: &PackageDiff) -> Self {
        let went = |direction| {
            let all = diff.changed.iter();
            all.filter(|one| one.direction == direction).count()
        };
        Self {
            added: diff.added.len(),
            removed: diff.removed.len(),
            up: went(Direction::Up),
            down: went(Direction::Down),
            mixed: went(Direction::Mixed),
            rebuilt: diff.built_anew.len(),
        }
    }

    /// For the end of a sentence; empty when nothing differs.
    pub fn words(self) -> String {
        let all = [
            (self.added, "added"),
            (self.removed, "removed"),
            (self.up, "up"),
            (self.down, "down"),
            (self.mixed, "changed"),
            (self.rebuilt, "rebuilt"),
        ];
        let some: Vec<String> = all
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
        if some.is_empty() {
            String::new()
        } else {
            format!("; packages: {}", some.join(", "))
        }
    }
}

/// Prints one line for each package that differs, and one for all of them.
pub(super) fn show(ui: Ui, diff: &PackageDiff, sizes: Option<&PackageSizes>) {
    let before = sizes.map(|sizes| &sizes.before);
    let after = sizes.map(|sizes| &sizes.after);
    let mut lines = Lines::default();
    lines.add("package", diff, before, after);
    if ui.verbose
        && let Some(sizes) = sizes
    {
        lines.add("needed", &sizes.dependencies, None, None);
    }
    lines.table.within(ui.width());
    lines.print(ui);
    if !diff.built_anew.is_empty() {
        let names = &diff.built_anew;
        let shown = if ui.verbose { names.len() } else { NAMES };
        let more = match names.len().saturating_sub(shown) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let list: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
        ui.result(format_args!(
            "{CHANGED}~ packages{CHANGED:#} {DIM}(the same versions, built anew): {}{more}{DIM:#}",
            list.join(", ")
        ));
    } else if diff.rebuilt {
        ui.result(format_args!(
            "{CHANGED}~ packages{CHANGED:#} {DIM}(the same versions, built anew){DIM:#}"
        ));
    }
    if let Some(sizes) = sizes {
        total(ui, sizes);
    }
}

fn total(ui: Ui, sizes: &PackageSizes) {
    let Some(after) = sizes.after.extent else {
        return;
    };
    let words = match sizes.before.extent {
        Some(before) => format!(
            "{} -> {} ({}), {} -> {} store paths",
            ui::size(before.size),
            ui::size(after.size),
            difference(before.size, after.size),
            before.paths,
            after.paths
        ),
        None => format!("{}, {} store paths", ui::size(after.size), after.paths),
    };
    ui.result(format_args!("{DIM}packages: closure {words}{DIM:#}"));
}

/// `+1.2 MiB`, `-3 bytes`, or that nothing changed.
fn difference(before: u64, after: u64) -> String {
    match after.checked_sub(before) {
        Some(0) => "no change".to_owned(),
        Some(more) => format!("+{}", ui::size(more)),
        None => format!("-{}", ui::size(before - after)),
    }
}

/// Lines of one table, each in its colour.
#[derive(Default)]
struct Lines {
    table: Table,
    styles: Vec<Style>,
}

impl Lines {
    fn add(
        &mut self,
        what: &str,
        diff: &PackageDiff,
        before: Option<&Packages>,
        after: Option<&Packages>,
    ) {
        for (sign, style, list, side) in [
            ('-', REMOVED, &diff.removed, before),
            ('+', ADDED, &diff.added, after),
        ] {
            for one in list {
                let size =
                    side.and_then(|all| PackageSizes::closure(all, &one.name, Some(&one.version)));
                self.styles.push(style);
                self.table.row([
                    format!("{sign} {what} {}", one.name),
                    version(&one.version),
                    String::new(),
                    size.map_or_else(String::new, ui::size),
                ]);
            }
        }
        for one in &diff.changed {
            let size = |side: Option<&Packages>| {
                side.and_then(|all| PackageSizes::closure(all, &one.name, None))
            };
            let sizes = size(before).zip(size(after));
            self.styles.push(CHANGED);
            self.table.row([
                format!("~ {what} {}", one.name),
                format!("{} -> {}", versions(&one.from), versions(&one.to)),
                match one.direction {
                    Direction::Up => "up",
                    Direction::Down => "down",
                    Direction::Mixed => "",
                }
                .to_owned(),
                sizes.map_or_else(String::new, |(before, after)| {
                    format!("{} ({})", ui::size(after), difference(before, after))
                }),
            ]);
        }
    }

    fn print(&self, ui: Ui) {
        let text = self.table.to_string();
        for (line, style) in text.lines().zip(&self.styles) {
            ui.result(format_args!("{style}{}{style:#}", line.trim_end()));
        }
    }
}

fn version(version: &str) -> String {
    if version.is_empty() {
        "(no version)".to_owned()
    } else {
        version.to_owned()
    }
}

fn versions(all: &[String]) -> String {
    let all: Vec<String> = all.iter().map(|one| version(one)).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_its_sign() {
        assert_eq!(difference(10, 10), "no change");
        assert_eq!(difference(10, 2058), "+2.0 KiB");
        assert_eq!(difference(11, 10), "-1 byte");
    }
}
