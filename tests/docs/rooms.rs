//! The rooms use each other as the page on the architecture says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// The names in backquotes of a cell.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// From the table of arrows: each room, and those that it may use.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let page = super::page("architecture.md");
    let rows = page
        .lines()
        .skip_while(|line| *line != "| room | may use |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut allowed = BTreeMap::new();
    for row in rows {
        let cells: Vec<_> = row.split('|').collect();
        for room in quoted(cells[1]) {
            allowed.insert(room, quoted(cells[2]));
        }
    }
    allowed
}

/// The rooms that the sources in `folder` name.
fn used(folder: &Path) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for entry in WalkDir::new(folder) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for rest in text.split("crate::").skip(1) {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            used.insert(rest[..end.unwrap_or(rest.len())].to_owned());
        }
    }
    used
}

#[test]
fn no_arrow_points_the_other_way() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(super::root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let room = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(may_use) = allowed.get(&room) else {
            wrong.push(format!("{room} is not in the table"));
            continue;
        };
        let strangers = used(&path).into_iter().filter(|other| {
            *other != room
                && allowed.contains_key(other)
                && !may_use.contains(other)
                && room != "cli"
        });
        wrong.extend(strangers.map(|other| format!("{room} uses {other}")));
    }
    assert!(wrong.is_empty(), "docs/architecture.md: {wrong:?}");
}

#[test]
fn every_folder_has_its_line() {
    let page = super::page("architecture.md");
    let mut missing = Vec::new();
    for folder in ["src", ""] {
        for entry in fs::read_dir(super::root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let is_folder = entry.file_type().unwrap().is_dir();
            if !is_folder || name.starts_with('.') || ["src", "target"].contains(&name.as_str()) {
                continue;
            }
            let shown = Path::new(folder).join(&name);
            if !page.contains(&format!("`{}/`", shown.display())) {
                missing.push(shown);
            }
        }
    }
    assert!(
        missing.is_empty(),
        "not in docs/architecture.md: {missing:?}"
    );
}
