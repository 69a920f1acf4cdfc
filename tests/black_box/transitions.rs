//! From one form of a home to another, back, and again: what was a file
//! becomes a directory and the other way round, and what the person has made
//! of it meanwhile is kept.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::support::Home;
use crate::support::owner::needs_root;

/// Realizes `from`, `to`, `from` by a rollback, and `to` once more; each twice.
/// Gives the home on `to`.
fn to_and_fro(from: &str, to: &str) -> Home {
    to_and_fro_in(Home::new(), from, to, |_| ())
}

/// As [`to_and_fro`], with what the person does once `from` is there, and what
/// a rollback may not bring back left out.
fn to_and_fro_in(home: Home, from: &str, to: &str, meanwhile: impl Fn(&Home)) -> Home {
    let mut home = home.manifest(from);
    realize(&home);
    meanwhile(&home);
    home.set_manifest(to);
    let first = realize(&home);
    home.run(["rollback", "-b"]).success();
    no_leftovers(&home);
    home.set_manifest(to);
    assert_eq!(realize(&home), first);
    home
}

/// Twice: the second has nothing to do.
fn realize(home: &Home) -> BTreeMap<PathBuf, String> {
    home.run(["realize", "-b"])
        .success()
        .stderr_lacks("warning");
    let there = home.snapshot();
    let again = home.run(["realize", "--json"]).success().json();
    assert_eq!(again["changed"], false, "{again}");
    assert_eq!(home.snapshot(), there);
    no_leftovers(home);
    there
}

fn no_leftovers(home: &Home) {
    let state = home.at(".local/state/nhmt");
    let names = fs::read_dir(&state).unwrap();
    for entry in names {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let left = ["journal", "bridge"]
            .iter()
            .any(|left| name.starts_with(left));
        assert!(!left, "{name} is left");
    }
    assert_eq!(fs::read_dir(state.join("work")).unwrap().count(), 0);
}

#[test]
fn a_file_becomes_a_directory_and_a_directory_a_file() {
    let home = to_and_fro(
        r#"{"a":{"text":"1"},"d/x":{"text":"2"},"d/in/y":{"text":"3"}}"#,
        r#"{"a/in/x":{"text":"1"},"a/y":{"text":"2"},"d":{"text":"3"}}"#,
    );
    assert_eq!(
        (home.read("a/in/x"), home.read("d")),
        ("1".into(), "3".into())
    );
    assert_eq!(home.backups(), BTreeMap::new(), "nothing was in the way");
}

#[test]
fn a_path_below_a_former_link() {
    let home = to_and_fro(
        r#"{"a":{"text":"1"},"b/c":{"text":"2"}}"#,
        r#"{"a/b/c/d":{"text":"1"},"b/c/d":{"text":"2"}}"#,
    );
    assert!(home.is_managed("a/b/c/d") && home.is_managed("b/c/d"));
}

#[test]
fn everything_below_one_name_moves_to_another() {
    let home = to_and_fro(
        r#"{"a/x":{"text":"1"},"a/in/y":{"text":"2"},"a/in/z":{"text":"3"}}"#,
        r#"{"b/x":{"text":"1"},"b/in/y":{"text":"2"},"b/in/z":{"text":"3"}}"#,
    );
    assert_eq!(home.read("b/in/z"), "3");
    assert!(!home.has("a"));
}

#[test]
fn a_linked_directory_is_expanded_and_folded_again() {
    let home = Home::new()
        .source("dir/a", "1")
        .source("dir/in/b", "2")
        .source("dir/in/deep/c", "3");
    let source = home.outside("configuration/dir");
    let entry = |recursive| {
        let source = source.display();
        format!(r#"{{"d":{{"source":"{source}","recursive":{recursive}}}}}"#)
    };
    let home = to_and_fro_in(home, &entry(false), &entry(true), |_| ());
    assert!(home.is_managed("d/in/deep/c") && !home.is_managed("d"));
    let home = to_and_fro_in(home, &entry(true), &entry(false), |_| ());
    assert!(home.is_managed("d"));
    assert_eq!(home.read("d/in/deep/c"), "3");
    assert_eq!(home.backups(), BTreeMap::new(), "nothing was in the way");
}

#[test]
fn what_the_person_puts_into_an_expanded_directory_is_kept_when_it_is_folded() {
    let home = Home::new().source("dir/a", "1").source("dir/b", "2");
    let source = home.outside("configuration/dir");
    let entry = |recursive| {
        let source = source.display();
        format!(r#"{{"d":{{"source":"{source}","recursive":{recursive}}}}}"#)
    };
    let home = to_and_fro_in(home, &entry(true), &entry(false), |home| {
        home.write("d/mine", "mine");
    });
    let kept: Vec<_> = home.backups().into_values().collect();
    assert!(kept.contains(&"mine".to_owned()), "{kept:?}");
}

#[test]
fn a_directory_that_nhmt_made_and_the_person_uses_stays() {
    let home = to_and_fro_in(
        Home::new(),
        r#"{"d/x":{"text":"1"}}"#,
        r#"{"y":{"text":"1"}}"#,
        |home| home.write("d/mine", "mine"),
    );
    assert_eq!(home.read("d/mine"), "mine");
    assert!(!home.has("d/x"));
}

#[test]
fn a_file_gives_way_to_a_directory_and_is_kept() {
    let home = Home::new().file("a", "mine").file("in/b", "mine too");
    let home = home.manifest(r#"{"a/x":{"text":"1"},"in/b/c/d":{"text":"2"}}"#);
    home.run(["realize"]).exit(3).stderr_has("~/a");
    realize(&home);
    assert_eq!(
        (home.read("a/x"), home.read("in/b/c/d")),
        ("1".into(), "2".into())
    );
    let kept: Vec<_> = home.backups().into_values().collect();
    assert_eq!(kept, ["mine", "mine too"]);
}

/// A link in the tree that leads to another path of the same tree: one lookup
/// goes through one tree, whatever turns meanwhile.
#[test]
fn a_link_to_another_home_file_stays_in_its_generation() {
    let home = Home::new();
    let source = home.outside("configuration/dir");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("real"), "1").unwrap();
    symlink("real", source.join("alias")).unwrap();
    let entry = |text: &str| {
        let source = source.display();
        format!(r#"{{"d":{{"source":"{source}","recursive":true}},"t":{{"text":"{text}"}}}}"#)
    };
    let mut home = home.manifest(&entry("1"));
    realize(&home);
    let old = fs::canonicalize(home.at(".local/state/nhmt/current")).unwrap();
    fs::write(source.join("real"), "2").unwrap();
    home.set_manifest(&entry("2"));
    realize(&home);
    assert_eq!(
        (home.read("d/alias"), home.read("d/real")),
        ("2".into(), "2".into())
    );
    // The old tree still is one, seen from within.
    let read = |name: &str| fs::read_to_string(old.join("home/d").join(name)).unwrap();
    assert_eq!(
        (read("alias"), read("real")),
        ("1".to_owned(), "1".to_owned())
    );
}

#[test]
fn a_parent_that_is_a_link_now_is_the_persons_to_replace() {
    for (target, is_directory) in [("elsewhere", true), ("out", true), ("nowhere", false)] {
        let home = Home::new().manifest(r#"{"d/x":{"text":"1"},"y":{"text":"1"}}"#);
        realize(&home);
        fs::create_dir(home.at("elsewhere")).unwrap();
        fs::remove_file(home.at("d/x")).unwrap();
        fs::remove_dir(home.at("d")).unwrap();
        let out = home.outside("out");
        fs::create_dir(&out).unwrap();
        let target = match target {
            "out" => out.to_str().unwrap(),
            target => target,
        };
        symlink(target, home.at("d")).unwrap();
        let before = home.snapshot();
        let run = home.run(["realize", "-b"]);
        if is_directory {
            run.exit(3).stderr_has("~/d").stderr_has(target);
            assert_eq!(home.snapshot(), before);
            assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
            fs::remove_file(home.at("d")).unwrap();
        } else {
            run.success();
            let kept = home.at(".local/state/nhmt/backups/1/d");
            assert_eq!(fs::read_link(kept).unwrap(), Path::new(target));
        }
        realize(&home);
        assert!(home.is_managed("d/x"));
    }
}

#[test]
fn a_directory_that_may_not_be_written_to_is_backed_up_as_it_is() {
    let home = Home::new().file("d/mine", "mine");
    fs::set_permissions(home.at("d"), fs::Permissions::from_mode(0o555)).unwrap();
    let home = home.manifest(r#"{"d":{"text":"1"}}"#);
    home.give_to_owner();
    home.run_as_owner(["realize"]).exit(3);
    home.run_as_owner(["realize", "-b"])
        .success()
        .stderr_lacks("warning");
    assert!(home.is_managed("d"));
    let kept = home.at(".local/state/nhmt/backups/1/d");
    assert_eq!(fs::read_to_string(kept.join("mine")).unwrap(), "mine");
    assert_eq!(kept.metadata().unwrap().mode() & 0o777, 0o555);
}

#[test]
fn a_directory_of_somebody_else_is_an_error_and_nothing_changes() {
    let home = Home::new().file("d/mine", "mine").file("a", "mine");
    let home = home.manifest(r#"{"a":{"text":"1"},"d":{"text":"1"}}"#);
    needs_root();
    home.give_to_owner();
    std::os::unix::fs::chown(home.at("d"), Some(0), Some(0)).unwrap();
    let before = home.snapshot();
    home.run_as_owner(["realize", "-b"])
        .exit(1)
        .stderr_has("~/d")
        .stderr_has("chown");
    assert_eq!(home.snapshot(), before);
    no_leftovers(&home);
}
