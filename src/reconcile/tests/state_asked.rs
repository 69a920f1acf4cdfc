//! What commands ask of persisted paths.

use std::fs;
use std::os::unix::fs::symlink;

use super::scratch::{Scratch, path};
use super::state::content;
use crate::home::HomeDir;
use crate::manifest::{OnConflict, RouteKind};
use crate::reconcile::{Condition, Keep, add_route, resolve_route, routes, sync_routes};

const BOTH: [(&str, RouteKind); 2] = [(".ssh", RouteKind::Directory), ("history", RouteKind::File)];

fn conditions(home: &Scratch, tree: &super::scratch::Tree) -> Vec<(String, Condition)> {
    let open = HomeDir::open(&home.layout()).unwrap();
    let all = routes(&open, &tree.index).unwrap();
    let all = all
        .into_iter()
        .map(|one| (one.path.to_string(), one.condition));
    all.collect()
}

fn named(conditions: [Condition; 2]) -> [(String, Condition); 2] {
    [
        (".ssh".to_owned(), conditions[0]),
        ("history".to_owned(), conditions[1]),
    ]
}

#[test]
fn each_condition_is_named() {
    use Condition::{Absent, DataInBoth, InPlace, NotLinked, Orphaned, Replaced};
    let mut home = Scratch::new();
    let tree = home.routed(&[], &BOTH);
    assert_eq!(conditions(&home, &tree), named([Absent, Absent]));
    home.write(".ssh/key", "mine");
    assert_eq!(conditions(&home, &tree), named([NotLinked, Absent]));
    home.switch(&tree, OnConflict::Abort).unwrap();
    assert_eq!(conditions(&home, &tree), named([InPlace, Absent]));
    fs::write(home.at("history"), "1").unwrap();
    assert_eq!(conditions(&home, &tree), named([InPlace, InPlace]));
    for link in [".ssh", "history"] {
        fs::remove_file(home.at(link)).unwrap();
    }
    assert_eq!(conditions(&home, &tree), named([NotLinked, NotLinked]));
    home.write(".ssh/key", "other");
    home.write("history", "2");
    assert_eq!(conditions(&home, &tree), named([DataInBoth, Replaced]));
    fs::remove_file(home.at("history")).unwrap();
    fs::remove_dir_all(home.at(".ssh")).unwrap();
    home.switch(&tree, OnConflict::Abort).unwrap();
    let without = home.tree(&[("a", "1")]);
    home.switch(&without, OnConflict::Abort).unwrap();
    assert_eq!(conditions(&home, &without), named([Orphaned, Orphaned]));
}

#[test]
fn newer_files_are_brought_to_the_root_without_a_switch() {
    let mut home = Scratch::new();
    let tree = home.routed(&[("a", "1")], &BOTH);
    home.write("history", "1");
    home.switch(&tree, OnConflict::Abort).unwrap();
    assert_eq!(sync_routes(&home.lock(), &tree.index).unwrap().moved, []);
    fs::remove_file(home.at("history")).unwrap();
    home.write("history", "2");
    let synced = sync_routes(&home.lock(), &tree.index).unwrap();
    assert_eq!(synced.moved, [path("history")]);
    assert_eq!(synced.problems, [""; 0]);
    assert_eq!(fs::read_to_string(&synced.kept[0]).unwrap(), "1");
    home.check(&tree);
    assert_eq!(home.persistent("history"), "2");
    assert!(home.plan(&tree, OnConflict::Abort).is_empty());
}

#[test]
fn the_person_decides_which_data_stays() {
    for keep in [Keep::Home, Keep::Persistent] {
        for in_force in [false, true] {
            let mut home = Scratch::new();
            let tree = home.routed(&[], &BOTH);
            if in_force {
                home.switch(&tree, OnConflict::Abort).unwrap();
                fs::remove_file(home.at(".ssh")).unwrap();
            }
            fs::create_dir_all(home.root().join(".ssh")).unwrap();
            fs::write(home.root().join(".ssh/key"), "persistent").unwrap();
            home.write(".ssh/key", "home");
            let done = resolve_route(&home.lock(), &tree.index, &path(".ssh"), keep).unwrap();
            assert_eq!(done.problems, [""; 0]);
            let (stays, kept) = match keep {
                Keep::Home => ("home", done.kept[0].join("key")),
                Keep::Persistent => {
                    let (set, path) = &done.backed_up[0];
                    let kept = home.layout().backups().join(set).join(path.as_path());
                    ("persistent", kept.join("key"))
                }
            };
            assert_eq!(home.read(".ssh/key"), stays);
            assert_eq!(home.persistent(".ssh/key"), stays);
            let kept = fs::read_to_string(kept).unwrap();
            assert_ne!(kept, stays);
            home.switch(&tree, OnConflict::Abort).unwrap();
            home.check(&tree);
            let again = resolve_route(&home.lock(), &tree.index, &path(".ssh"), keep);
            assert!(again.unwrap_err().to_string().contains("two places"));
        }
    }
}

#[test]
fn a_path_is_persisted_without_a_configuration() {
    let mut home = Scratch::new();
    home.realize(&[("managed/x", "1")]);
    home.write(".ssh/key", "mine");
    home.write("dir/history", "1");
    for name in [".ssh", "dir/history"] {
        let done = add_route(&home.lock(), &home.root(), &path(name)).unwrap();
        assert_eq!(done.moved, [path(name)]);
        // Once more changes nothing.
        let done = add_route(&home.lock(), &home.root(), &path(name)).unwrap();
        assert_eq!(done.moved, []);
    }
    assert_eq!(content(&home.root()).len(), 2);
    assert_eq!(home.read(".ssh/key"), "mine");
    let tree = home.tree(&[("managed/x", "1")]);
    let all = conditions(&home, &tree);
    assert_eq!(all[0], (".ssh".to_owned(), Condition::Added));
    assert_eq!(all[1], ("dir/history".to_owned(), Condition::Added));
    // A program saves over it.
    fs::remove_file(home.at("dir/history")).unwrap();
    home.write("dir/history", "2");
    let synced = sync_routes(&home.lock(), &tree.index).unwrap();
    assert_eq!(synced.moved, [path("dir/history")]);
    assert_eq!(home.persistent("dir/history"), "2");
    // The home is thrown away: it comes back from the root.
    fs::remove_file(home.at(".ssh")).unwrap();
    add_route(&home.lock(), &home.root(), &path(".ssh")).unwrap();
    assert_eq!(home.read(".ssh/key"), "mine");
    // A switch leaves it alone, and one that declares it takes it over.
    home.realize(&[("managed/x", "2")]);
    assert_eq!(home.read(".ssh/key"), "mine");
    let tree = home.routed(&[], &BOTH[..1]);
    home.switch(&tree, OnConflict::Abort).unwrap();
    home.check(&tree);
    assert_eq!(home.read(".ssh/key"), "mine");
}

#[test]
fn what_cannot_be_persisted_is_refused() {
    let mut home = Scratch::new();
    home.realize(&[("managed/x", "1")]);
    home.write("both", "1");
    fs::create_dir_all(home.root()).unwrap();
    fs::write(home.root().join("both"), "2").unwrap();
    symlink("elsewhere", home.at("link")).unwrap();
    let before = (home.snapshot(), content(&home.root()));
    for (name, why) in [
        ("managed", "managed"),
        ("managed/x", "managed"),
        ("managed/x/y", "managed"),
        (".local/state/nhmt", "its own state"),
        (".local", "its own state"),
        ("both", "has data, and so has"),
        ("link", "is a symbolic link"),
        ("none", "is not there"),
    ] {
        let error = add_route(&home.lock(), &home.root(), &path(name)).unwrap_err();
        assert!(error.to_string().contains(why), "{name}: {error}");
    }
    let within = add_route(&home.lock(), &home.at("persist"), &path("both"));
    assert!(
        within
            .unwrap_err()
            .to_string()
            .contains("in the home itself")
    );
    assert_eq!((home.snapshot(), content(&home.root())), before);
}
