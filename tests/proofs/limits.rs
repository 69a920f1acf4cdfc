//! Many files, deep directories, long names: they work, or they are refused in
//! words, and nothing is lost either way.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

use crate::counts::Counts;
use crate::support::Home;
use crate::trees::{activate, tree};

fn files(paths: impl IntoIterator<Item = String>, text: &str) -> Value {
    let file = |path| (path, json!({ "text": text }));
    Value::Object(paths.into_iter().map(file).collect::<Map<_, _>>())
}

#[test]
fn as_many_files_in_the_way_as_there_are_wanted() {
    let number = if crate::full() { 100_000 } else { 10_000 };
    let home = Home::fast();
    let path = |file: usize| format!("d{}/e{}/f{file}", file / 10_000, file / 100);
    for file in 0..number {
        home.write(&path(file), &format!("mine {file}"));
    }
    let one = tree(&home, "one", &files((0..number).map(path), "1"), None);
    let two = tree(&home, "two", &files((0..number / 2).map(path), "2"), None);
    let done = activate(&home, &one).success().json();
    assert_eq!(done["links"]["created"], number);
    // Each once, at its path, with its content.
    let kept: BTreeMap<_, _> = home.backups();
    assert_eq!(kept.len(), number);
    for (file, text) in &kept {
        let number = file.to_str().unwrap().rsplit_once("/f").unwrap().1;
        assert_eq!(*text, format!("mine {number}"));
    }
    let done = activate(&home, &two).success().json();
    assert_eq!(done["links"]["removed"], number - number / 2);
    assert_eq!(done["links"]["changed"], number / 2);
    assert_eq!(home.read(&path(0)), "2");
    assert!(!home.has(&path(number - 1)));
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read(&path(number - 1)), "1");
    home.run_bare(["status"]).success();
    Counts::of("limits: many files")
        .count(number, "files, each with another in the way")
        .print(&[]);
}

#[test]
fn a_hundred_directories_deep() {
    let home = Home::fast();
    let deep = vec!["d"; 99].join("/");
    let (leaf, other) = (format!("{deep}/leaf"), format!("{deep}/other"));
    home.write(&leaf, "mine");
    let one = tree(&home, "one", &files([leaf.clone()], "1"), None);
    let two = tree(&home, "two", &files([other.clone()], "2"), None);
    let none = tree(&home, "none", &json!({}), None);
    activate(&home, &one).success();
    assert_eq!(home.read(&leaf), "1");
    activate(&home, &two).success();
    assert_eq!(home.read(&other), "2");
    activate(&home, &none).success();
    assert_eq!(home.backups().into_values().collect::<Vec<_>>(), ["mine"]);
    home.run_bare(["backups", "restore", &leaf]).success();
    assert_eq!(home.read(&leaf), "mine");
    fs::remove_dir_all(home.at("d")).unwrap();
    // A hundred new directories at once, and they go again.
    activate(&home, &two).success();
    assert_eq!(home.read(&other), "2");
    activate(&home, &none).success();
    assert!(home.snapshot().is_empty());
}

#[test]
fn names_of_255_bytes() {
    let home = Home::fast();
    let long = |letter: &str| letter.repeat(255);
    let (directory, leaf) = (long("d"), long("l"));
    let nested = format!("{directory}/{leaf}");
    home.write(&leaf, "mine");
    home.write(&nested, "mine too");
    let one = tree(
        &home,
        "one",
        &files([leaf.clone(), nested.clone()], "1"),
        None,
    );
    let turned = files([format!("{leaf}/{leaf}"), directory.clone()], "2");
    let two = tree(&home, "two", &turned, None);
    activate(&home, &one).success();
    assert_eq!(
        (home.read(&leaf), home.read(&nested)),
        ("1".into(), "1".into())
    );
    // Saved over, a file becomes a directory, a directory a file.
    fs::remove_file(home.at(&nested)).unwrap();
    home.write(&nested, "saved");
    activate(&home, &two).success();
    assert_eq!(home.read(&directory), "2");
    assert_eq!(home.read(&format!("{leaf}/{leaf}")), "2");
    let kept: Vec<_> = home.backups().into_values().collect();
    for text in ["mine", "mine too", "saved"] {
        assert!(kept.iter().any(|kept| kept == text), "{text}: {kept:?}");
    }
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read(&nested), "1");
}

/// A path of so many bytes.
fn path_of(length: usize) -> String {
    let name = "p".repeat(200);
    let mut path = String::new();
    while path.len() + 201 + 1 < length {
        path.push_str(&name);
        path.push('/');
    }
    path.push_str(&"q".repeat(length - path.len()));
    path
}

/// A link can name 4,095 bytes, and the names in it start at the root.
#[test]
fn paths_up_to_what_a_link_can_name_and_beyond() {
    let home = Home::fast();
    let prefix = home.at(".local/state/nhmt/current/home/").as_os_str().len();
    let longest = path_of(4_095 - prefix);
    home.write("mine", "mine");
    let short = tree(&home, "short", &files(["f".to_owned()], "1"), None);
    activate(&home, &short).success();
    let fits = tree(&home, "fits", &files([longest.clone()], "2"), None);
    activate(&home, &fits).success();
    assert_eq!(home.read(&longest), "2");
    home.run_bare(["status"]).success();
    home.run_bare(["rollback"]).success();
    let before = home.snapshot();
    assert!(!home.has("pppp") && home.read("f") == "1");
    let beyond = path_of(4_096 - prefix);
    let beyond = tree(&home, "beyond", &files([beyond], "3"), None);
    activate(&home, &beyond).exit(1).stderr_has("too long");
    assert_eq!(home.snapshot(), before);
    assert_eq!(home.read("f"), "1");
    // One byte more than any path can have, in a manifest.
    let text = files([path_of(4_096)], "4").to_string();
    let mut home = home;
    home.set_manifest(&text);
    home.run(["realize"]).exit(1).stderr_has("too long");
    assert_eq!(home.snapshot(), before);
}
