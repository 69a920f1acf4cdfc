//! Readers of persisted paths: while generations flip between roots, no root
//! and data that is taken into one, each lookup yields what the old or the new
//! generation has there, and never nothing in between.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::readers::{Stage, runs};
use crate::readers_view::{View, persisting};
use crate::support::Home;
use crate::support::filesystem::elsewhere;
use crate::trees::Dice;

/// What lies in a persisted directory and at a persisted file.
const DATA: [&str; 3] = ["p/a", "p/deep/b", "f"];

/// Both are kept in `root`.
fn kept_in(root: &Path) -> Value {
    json!([
        { "path": "p", "root": root, "kind": "directory" },
        { "path": "f", "root": root, "kind": "file" },
    ])
}

/// A generation that keeps both in `root`, where they have the texts of `word`.
fn kept(home: &Home, label: usize, files: &[&str], root: &Path, word: &str) -> View {
    let mut view = persisting(home, label, files, &kept_in(root));
    for path in DATA {
        view.put(path, &format!("{word} {path}"));
    }
    view
}

/// One that keeps nothing.
fn without(home: &Home, label: usize) -> View {
    persisting(home, label, &["x", "y/z"], &json!([]))
}

/// Fills a root.
fn fill(root: &Path, word: &str) {
    for path in DATA {
        let at = root.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, format!("{word} {path}")).unwrap();
    }
}

const PATHS: [&str; 6] = ["x", "y/z", "p/a", "p/deep/b", "f", "p"];

/// Between two roots, one of them on another mount, and none.
#[test]
fn no_reader_sees_two_roots_at_once() {
    let home = Home::new();
    let far = elsewhere(&home.path());
    let roots = [home.outside("one"), far.path().join("two")];
    for (root, word) in roots.iter().zip(["one", "two"]) {
        fill(root, word);
    }
    let shape = |home: &Home, label: usize, shape: usize| match shape {
        0 => kept(home, label, &["x", "y/z"], &roots[0], "one"),
        1 => kept(home, label, &["x", "y/z"], &roots[1], "two"),
        _ => without(home, label),
    };
    let first = shape(&home, 0, 0);
    let stage = Stage::new(home, &PATHS, first);
    let mut dice = Dice::new(11);
    stage.play(|| {
        for run in 1..20 * runs() {
            stage.flip(&Arc::new(shape(&stage.home, run, dice.roll(3))));
            if stage.enough(runs()) {
                return;
            }
        }
    });
    assert!(stage.enough(runs()), "the readers hardly read");
    stage.print("readers, state, roots");
}

/// A managed file in a persisted directory changes with all others.
#[test]
fn managed_files_in_a_persisted_directory_change_with_the_others() {
    let home = Home::fast();
    let root = home.outside("root");
    fill(&root, "one");
    let files = ["x", "p/m", "p/deep/n"];
    let first = kept(&home, 0, &files, &root, "one");
    let stage = Stage::new(home, &["x", "p/m", "p/deep/n", "p/a", "f"], first);
    stage.play(|| {
        for run in 1..20 * runs() {
            let view = kept(&stage.home, run, &files, &root, "one");
            stage.flip(&Arc::new(view));
            if stage.enough(runs()) {
                return;
            }
        }
    });
    assert!(stage.enough(runs()), "the readers hardly read");
    stage.print("readers, state, managed files");
}

/// What a person has is taken into a root; a newer file is taken back.
fn adopted(name: &str, root: impl Fn(usize) -> PathBuf, home: Home) {
    let first = without(&home, 0);
    let stage = Stage::new(home, &PATHS, first);
    stage.play(|| {
        for round in 1..10 * runs() {
            let (word, newer) = (format!("mine {round}"), format!("newer {round} f"));
            let root = root(round);
            let mut mine = without(&stage.home, 3 * round);
            stage.flip(&Arc::new(mine.clone()));
            stage.disturb(|| {
                fill(&stage.home.path(), &word);
                for path in DATA {
                    mine.put(path, &format!("{word} {path}"));
                }
                mine
            });
            let view = kept(&stage.home, 3 * round + 1, &["x", "y/z"], &root, &word);
            stage.flip(&Arc::new(view.clone()));
            stage.disturb(|| {
                let mut saved = view;
                stage.home.write("saving", &newer);
                fs::rename(stage.home.at("saving"), stage.home.at("f")).unwrap();
                saved.put("f", &newer);
                saved
            });
            let mut view = kept(&stage.home, 3 * round + 2, &["x", "y/z"], &root, &word);
            view.put("f", &newer);
            stage.flip(&Arc::new(view));
            if stage.enough(runs()) {
                return;
            }
        }
    });
    assert!(stage.enough(runs()), "the readers hardly read");
    stage.print(name);
}

#[test]
fn what_moves_to_a_root_is_never_missing() {
    let home = Home::fast();
    let place = home.outside("roots");
    adopted(
        "readers, state, adoption",
        |round| place.join(round.to_string()),
        home,
    );
}

#[test]
fn what_moves_to_a_root_on_another_mount_is_never_missing() {
    let home = Home::new();
    let far = elsewhere(&home.path());
    adopted(
        "readers, state, adoption across mounts",
        |round| far.path().join(round.to_string()),
        home,
    );
}

/// Back past the adoption, and on again: what was adopted is there throughout.
#[test]
fn what_was_adopted_is_there_in_older_generations_too() {
    let mut home = Home::fast();
    let root = home.outside("root");
    let declare = |home: &mut Home, text: &str, state: Value| {
        let whole = json!({
            "version": 1,
            "home": { "username": "tester", "directory": home.path() },
            "files": { "x": { "text": text } },
            "state": state,
        });
        home.set_configuration("home.json", &whole.to_string());
        home.run(["realize"]).success();
        fs::read_link(home.at(".local/state/nhmt/current")).unwrap()
    };
    fill(&home.path(), "mine");
    let older = declare(&mut home, "older", json!([]));
    let newer = declare(&mut home, "newer", kept_in(&root));
    let view = |tree: &Path, text: &str| {
        let mut view = View::of(tree);
        view.put("x", text);
        for path in DATA {
            view.put(path, &format!("mine {path}"));
        }
        Arc::new(view)
    };
    let (older, newer) = (view(&older, "older"), view(&newer, "newer"));
    let stage = Stage::new(home, &["x", "p/a", "p/deep/b", "f"], (*newer).clone());
    let select = |number: &str| stage.home.run_bare(["select-generation", number]);
    stage.play(|| {
        for _ in 0..10 * runs() {
            stage.flip_by(&older, || select("1"));
            stage.flip_by(&newer, || select("2"));
            if stage.enough(runs()) {
                return;
            }
        }
    });
    assert!(stage.enough(runs()), "the readers hardly read");
    stage.print("readers, state, past the adoption");
}
