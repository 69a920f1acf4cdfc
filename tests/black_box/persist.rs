//! `nhmt persist`: what outlives the home, looked at and seen to by hand.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::support::{Home, Outcome};

/// A home that persists `~/notes` and `~/.history` in a root beside it.
fn home() -> Home {
    let mut home = Home::new();
    let root = root(&home);
    declare(
        &mut home,
        &json!([
            { "path": "notes", "root": root, "kind": "directory" },
            { "path": ".history", "root": root, "kind": "file" },
        ]),
    );
    home
}

fn root(home: &Home) -> String {
    let root = home.outside("persist");
    root.join(home.path().strip_prefix("/").unwrap())
        .to_str()
        .unwrap()
        .to_owned()
}

fn declare(home: &mut Home, state: &Value) {
    home.declare(&json!({ "files": { "f": { "text": "" } }, "state": state }));
}

fn configuration(home: &Home) -> String {
    fs::read_to_string(home.outside("configuration/home.json")).unwrap()
}

fn kept(home: &Home, path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", root(home))).unwrap()
}

/// Saves as most programs do: beside it, then over it.
fn save(home: &Home, path: &str, text: &str) {
    home.write(&format!("{path}.new"), text);
    fs::rename(home.at(format!("{path}.new")), home.at(path)).unwrap();
}

fn conditions(home: &Home) -> Vec<(String, String)> {
    let list = home
        .run_bare(["persist", "list", "--json"])
        .success()
        .json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = list.as_array().unwrap().iter();
    all.map(|one| (text(&one["path"]), text(&one["condition"])))
        .collect()
}

#[test]
fn data_that_moves_is_told_before_and_after() {
    let home = home();
    home.write("notes/a", "a");
    let adopted = |outcome: Outcome| outcome.success().json()["state"]["adopted"].clone();
    let place = format!("~/notes moves to {}/notes, with what is in it", root(&home));
    home.run(["diff"]).success().stderr_has(&place);
    home.run(["realize", "--dry-run"])
        .success()
        .stderr_has(&place)
        .stdout_has("1 moved to persistent storage");
    assert_eq!(adopted(home.run(["realize", "--dry-run", "--json"])), 1);
    home.run(["realize"])
        .success()
        .stdout_has("1 moved to persistent storage");
    assert_eq!(adopted(home.run(["realize", "--json"])), 0);
    // A newer file in the place of the link follows.
    save(&home, ".history", "ls\n");
    assert_eq!(adopted(home.run(["realize", "--json"])), 1);
    assert_eq!(kept(&home, ".history"), "ls\n");
}

#[test]
fn the_list_says_how_each_path_is_found_and_what_to_do() {
    let mut home = home();
    home.run_bare(["persist", "list"])
        .success()
        .stderr_has("nothing is persisted");
    home.write("notes/a", "a");
    home.run(["realize"]).success();
    home.run_bare(["persist", "list"])
        .success()
        .stdout_has(".history")
        .stdout_has("nothing there yet")
        .stdout_has("in place");
    save(&home, ".history", "ls\n");
    home.run_bare(["persist", "list"])
        .success()
        .stdout_has("nhmt persist sync");
    home.run_bare(["persist", "sync"]).success();
    fs::remove_file(home.at("notes")).unwrap();
    home.write("notes/b", "b");
    home.run_bare(["persist", "list"])
        .success()
        .stdout_has("nhmt persist resolve ~/notes --keep home|persistent");
    fs::remove_dir_all(home.at("notes")).unwrap();
    home.run_bare(["persist", "list"])
        .success()
        .stdout_has("does not lead there yet");
    declare(&mut home, &json!([]));
    home.run(["realize"]).success();
    home.run_bare(["persist", "list"])
        .success()
        .stdout_has("declared no more; the data stays in")
        .stdout_has(&format!("{}/notes", root(&home)));
    assert_eq!(kept(&home, "notes/a"), "a");
    assert_eq!(
        conditions(&home),
        [
            (".history".into(), "orphaned".into()),
            ("notes".into(), "orphaned".into())
        ]
    );
}

#[test]
fn a_file_that_a_program_replaced_is_taken_back() {
    let home = home();
    home.run(["realize"]).success();
    save(&home, ".history", "one\n");
    home.run_bare(["persist", "sync"])
        .success()
        .stdout_has("taken back: ~/.history");
    assert_eq!(kept(&home, ".history"), "one\n");
    assert!(home.is_managed(".history"));
    save(&home, ".history", "two\n");
    let done = home
        .run_bare(["persist", "sync", "--json"])
        .success()
        .json();
    assert_eq!(done["moved"], json!([".history"]));
    let before = done["kept"][0].as_str().unwrap();
    assert_eq!(fs::read_to_string(before).unwrap(), "one\n");
    assert_eq!(kept(&home, ".history"), "two\n");
    home.run_bare(["persist", "sync"])
        .success()
        .stdout_has("nothing to take back");
}

#[test]
fn data_in_two_places_waits_for_a_decision() {
    for (keep, stays, goes) in [("home", "mine", "old"), ("persistent", "old", "mine")] {
        let home = home();
        fs::create_dir_all(format!("{}/notes", root(&home))).unwrap();
        fs::write(format!("{}/notes/a", root(&home)), "old").unwrap();
        home.write("notes/a", "mine");
        home.run(["realize", "-b"])
            .exit(3)
            .stderr_has("nhmt persist resolve");
        assert_eq!(home.read("notes/a"), "mine");
        // Nothing declares it until a generation is in force.
        home.run_bare(["persist", "resolve", "notes", "--keep", keep])
            .exit(1)
            .stderr_has("notes");
        fs::rename(home.at("notes"), home.at("aside")).unwrap();
        home.run(["realize"]).success();
        fs::remove_file(home.at("notes")).unwrap();
        fs::rename(home.at("aside"), home.at("notes")).unwrap();
        home.run_bare(["persist", "resolve", "notes", "--keep", keep])
            .success();
        assert_eq!(home.read("notes/a"), stays);
        assert_eq!(kept(&home, "notes/a"), stays);
        let all = format!("{:?}{:?}", home.backups(), fs_texts(&root(&home)));
        assert!(all.contains(goes), "{all}");
    }
}

/// The texts of all files below `place`.
fn fs_texts(place: &str) -> Vec<String> {
    let files = walkdir::WalkDir::new(place).into_iter().flatten();
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| fs::read_to_string(entry.path()).unwrap_or_default())
        .collect()
}

#[test]
fn resolving_needs_something_to_resolve() {
    let home = home();
    home.run(["realize"]).success();
    home.run_bare(["persist", "resolve", "notes", "--keep", "home"])
        .exit(1)
        .stderr_has("does not have data in two places");
    home.run_bare(["persist", "resolve", "f", "--keep", "home"])
        .exit(1)
        .stderr_has("is not persisted");
    home.run_bare(["persist", "resolve", "notes"]).exit(2);
}

#[test]
fn a_path_is_persisted_at_once_and_its_line_printed() {
    let home = home();
    home.run(["realize"]).success();
    home.write("Music/song", "la");
    home.run(["persist", "add", "Music"])
        .success()
        .stdout_has("~/Music leads to")
        .stderr_has("add this to the configuration")
        .stdout_has(r#""path":"Music""#)
        .stdout_has(r#""kind":"directory""#);
    assert_eq!(kept(&home, "Music/song"), "la");
    assert_eq!(home.read("Music/song"), "la");
    home.run_bare(["persist", "list"])
        .success()
        .stdout_has("in place, and not declared");
    // A switch that knows nothing of it leaves it alone.
    home.run(["realize"]).success();
    assert_eq!(home.read("Music/song"), "la");
}

#[test]
fn the_line_is_put_into_a_manifest() {
    let home = home();
    home.run(["realize"]).success();
    home.write("Music/song", "la");
    home.run(["persist", "add", "Music", "--write"])
        .success()
        .stdout_has("+      \"path\": \"Music\"");
    home.run(["realize"]).success();
    assert!(home.is_managed("Music"));
    assert_eq!(home.read("Music/song"), "la");
    let list = home
        .run_bare(["persist", "list", "--json"])
        .success()
        .json();
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .all(|one| one["declared"] == true)
    );
}

#[test]
fn a_line_that_has_no_place_is_said_to_have_none() {
    let mut home = home();
    home.run(["realize"]).success();
    home.write("Music/song", "la");
    let text = configuration(&home).replace("\"state\": [", "\"state\": {}, \"x\": [");
    home.set_configuration("home.json", &text);
    home.run(["persist", "add", "Music", "--write"])
        .exit(1)
        .stderr_has("the configuration was not changed")
        .stderr_has("no `state` that is a list")
        .stdout_has(r#""path":"Music""#);
    assert_eq!(configuration(&home), text);
    // The data is safe all the same.
    assert_eq!(kept(&home, "Music/song"), "la");
    let home = Home::new().file("Music/song", "la");
    home.run_bare(["persist", "add", "Music", "--root", "/p", "--write"])
        .exit(4)
        .stderr_has("no configuration");
    assert!(!home.at("Music").is_symlink());
}

#[test]
fn a_root_has_to_be_known() {
    let mut home = Home::new().file("Music/song", "la");
    home.run_bare(["persist", "add", "Music"])
        .exit(1)
        .stderr_has("has no root")
        .stderr_has("--root /persist");
    home.run_bare(["persist", "add", "Music", "--root", "persist"])
        .exit(1)
        .stderr_has("not an absolute path");
    let persist = home.outside("persist");
    home.run_bare([
        "persist",
        "add",
        "Music",
        "--root",
        persist.to_str().unwrap(),
    ])
    .success()
    .stdout_has(&format!(
        "home.persistence.\"{}\".directories = [ \"Music\" ];",
        persist.display()
    ));
    assert_eq!(kept(&home, "Music/song"), "la");
    let (one, other) = (root(&home), home.outside("other"));
    declare(
        &mut home,
        &json!([
            { "path": "a", "root": one, "kind": "directory" },
            { "path": "b", "root": other, "kind": "directory" },
        ]),
    );
    home.run(["realize"]).success();
    home.write("Mail/x", "");
    home.run_bare(["persist", "add", "Mail"])
        .exit(1)
        .stderr_has("several roots");
}

#[test]
fn what_cannot_be_added_stays_as_it_is() {
    let home = home();
    home.run(["realize"]).success();
    for (path, words) in [
        ("nothing", "is not there"),
        ("f", "is managed"),
        ("notes/x", "is managed"),
        (".local/state/nhmt", "own state"),
        ("/etc", "outside the home"),
    ] {
        home.run_bare(["persist", "add", path])
            .exit(1)
            .stderr_has(words);
    }
    symlink("elsewhere", home.at("link")).unwrap();
    home.run_bare(["persist", "add", "link"])
        .exit(1)
        .stderr_has("symbolic link");
    home.write("two", "mine");
    fs::write(format!("{}/two", root(&home)), "theirs").unwrap();
    home.run_bare(["persist", "add", "two"])
        .exit(1)
        .stderr_has("has data, and so has its place");
    assert_eq!(home.read("two") + &kept(&home, "two"), "minetheirs");
}
