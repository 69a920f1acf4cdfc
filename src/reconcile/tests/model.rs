//! The model: after a switch, every managed path is a link of ours with the
//! new content, what was foreign is still somewhere, and nothing else is there;
//! also on a filesystem that exchanges names in two steps.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;

use super::scratch::{Scratch, Tree, path};
use crate::home::plain;
use crate::manifest::{HomePath, OnConflict};

/// `PROPTEST_CASES` in the environment asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(64)
}

type Files = BTreeMap<HomePath, String>;

/// A few names, so that paths meet; no path is below another.
fn files() -> impl Strategy<Value = Files> {
    let name = prop_oneof![Just("a"), Just("b"), Just("c-"), Just(".d")];
    let place = prop::collection::vec(name, 1..4).prop_map(|names| names.join("/"));
    prop::collection::btree_map(place, "[xyz]", 0..7).prop_map(|all| {
        let all: Files = all.into_iter().map(|(p, t)| (path(&p), t)).collect();
        let free = |p: &HomePath| !p.ancestors().any(|above| all.contains_key(&above));
        all.iter()
            .filter(|(p, _)| free(p))
            .map(|(p, t)| (p.clone(), t.clone()))
            .collect()
    })
}

/// Puts foreign things into the home: files, links and directories.
fn disturb(home: &Scratch, foreign: &Files, kind: u8, word: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (number, (path, _)) in foreign.iter().enumerate() {
        let at = home.at(path.as_path());
        if fs::create_dir_all(at.parent().unwrap()).is_err() {
            continue;
        }
        match fs::read_link(&at) {
            Ok(target) if target.is_absolute() => fs::remove_file(&at).unwrap(),
            // What is foreign already stays.
            _ if fs::symlink_metadata(&at).is_ok() => continue,
            _ => {}
        }
        let text = format!("{word} {number}");
        let made = match (usize::from(kind) + number) % 3 {
            0 => std::os::unix::fs::symlink(&text, &at),
            1 => fs::create_dir_all(&at).and_then(|()| fs::write(at.join("inside"), &text)),
            _ => fs::write(&at, &text),
        };
        if made.is_ok() {
            texts.insert(text);
        }
    }
    texts
}

/// Every file's content and every link's target in the home and the backups.
fn contents(home: &Scratch) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(home.home()) {
        let entry = entry.unwrap();
        if entry.path_is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            found.insert(target.display().to_string());
        } else if entry.file_type().is_file() {
            found.insert(fs::read_to_string(entry.path()).unwrap());
        }
    }
    found
}

fn switch(home: &mut Scratch, tree: &Tree) {
    let done = home.switch(tree, OnConflict::Backup).unwrap();
    assert_eq!(done.problems, [""; 0]);
    home.check(tree);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn applying_equals_the_model(old in files(), new in files(), steps: bool) {
        let _plain = steps.then(plain::Forced::new);
        let mut home = Scratch::new();
        let (old_tree, new_tree) = (home.tree_of(&old), home.tree_of(&new));
        switch(&mut home, &old_tree);
        let before = home.snapshot();
        switch(&mut home, &new_tree);
        let leaves = |files: &Files| -> BTreeSet<Vec<u8>> {
            let above = files.keys().flat_map(HomePath::ancestors);
            let all = files.keys().cloned().chain(above);
            all.map(|p| p.as_bytes().to_vec()).collect()
        };
        let there: BTreeSet<_> = home.snapshot().into_keys().collect();
        prop_assert_eq!(there, leaves(&new));
        prop_assert!(home.plan(&new_tree, OnConflict::Abort).is_empty());
        switch(&mut home, &old_tree);
        prop_assert_eq!(home.snapshot(), before);
    }

    #[test]
    fn what_is_foreign_is_kept(
        old in files(),
        new in files(),
        first in files(),
        second in files(),
        kind in 0_u8..3,
        steps: bool,
    ) {
        let _plain = steps.then(plain::Forced::new);
        let mut home = Scratch::new();
        let (old_tree, new_tree) = (home.tree_of(&old), home.tree_of(&new));
        let texts = disturb(&home, &first, kind, "first");
        switch(&mut home, &old_tree);
        prop_assert!(contents(&home).is_superset(&texts));
        let more = disturb(&home, &second, kind + 1, "second");
        switch(&mut home, &new_tree);
        let found = contents(&home);
        prop_assert!(found.is_superset(&more), "{:?} lacks of {:?}", found, more);
        prop_assert!(found.is_superset(&texts), "{:?} lacks of {:?}", found, texts);
        let twice = home.snapshot();
        let plan = home.plan(&new_tree, OnConflict::Abort);
        prop_assert!(plan.is_empty(), "{:?}", plan);
        switch(&mut home, &new_tree);
        prop_assert_eq!(home.snapshot(), twice);
    }
}
