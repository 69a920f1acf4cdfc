//! Files that nhmt shares with programs and persons: merged keys, blocks.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::methods::{MERGE, drift, home, is_settled, mode, realize};

#[test]
fn declared_keys_are_enforced_and_all_others_are_the_programs() {
    let live = "{\n    // mine\n    \"z\": 1,\n    \"l\": [2]\n}\n";
    let mut home = home(MERGE).file("s.json", live);
    realize(&home);
    let merged = "{\n    // mine\n    \"z\": 1,\n    \"l\": [1],\n    \"a\": {\n        \"b\": 1\n    }\n}\n";
    assert_eq!(home.read("s.json"), merged);
    assert!(
        home.backups().into_values().any(|text| text == live),
        "a value was theirs"
    );
    is_settled(&home);
    // What the program changes of its own is no business of nhmt's.
    let theirs = merged.replace("\"z\": 1", "\"z\": 2");
    home.write("s.json", &theirs);
    is_settled(&home);
    home.write("s.json", &theirs.replace("\"b\": 1", "\"b\": 5"));
    assert_eq!(drift(&home), "keys-changed");
    realize(&home);
    assert_eq!(home.read("s.json"), theirs);
    // One key is not declared any more, and one was changed since.
    home.set_manifest(r#"{"s.json":{"format":"json","value":{"l":[1]},"method":"merge"}}"#);
    realize(&home);
    assert_eq!(
        home.read("s.json"),
        "{\n    // mine\n    \"z\": 2,\n    \"l\": [1]\n}\n"
    );
    home.set_manifest("{}");
    realize(&home);
    assert_eq!(home.read("s.json"), "{\n    // mine\n    \"z\": 2\n}\n");
    is_settled(&home);
}

#[test]
fn a_merged_file_that_nhmt_made_goes_when_nothing_is_left_in_it() {
    let mut home = home(MERGE);
    realize(&home);
    assert_eq!(
        serde_json::from_str::<Value>(&home.read("s.json")).unwrap(),
        json!({"a":{"b":1},"l":[1]})
    );
    home.write(
        "s.json",
        &home
            .read("s.json")
            .replace("\"b\": 1", "\"b\": 1, \"c\": 2"),
    );
    home.set_manifest("{}");
    realize(&home);
    assert_eq!(
        serde_json::from_str::<Value>(&home.read("s.json")).unwrap(),
        json!({"a":{"c":2}})
    );
    fs::remove_file(home.at("s.json")).unwrap();
    home.set_manifest(MERGE);
    realize(&home);
    home.set_manifest("{}");
    realize(&home);
    assert!(!home.at("s.json").exists());
}

#[test]
fn a_file_that_cannot_be_merged_is_in_the_way() {
    let home = home(MERGE).file("s.json", "{\n  \"a\": oops\n}\n");
    let before = home.read("s.json");
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/s.json is a file of which nhmt cannot change its part alone")
        .stderr_has("(line 2, column 8: ")
        .stderr_has("correct the file at that place");
    assert_eq!(home.read("s.json"), before);
    home.run(["realize", "-b"]).success();
    assert!(home.backups().into_values().any(|text| text == before));
    is_settled(&home);
}

#[test]
fn a_link_to_a_repository_is_not_written_through() {
    let home = home(MERGE)
        .link("s.json", "dotfiles/s.json")
        .file("dotfiles/s.json", "{}");
    home.run(["realize"]).exit(3).stderr_has(
        "~/s.json is a symbolic link that nhmt did not make (it leads to dotfiles/s.json)",
    );
    assert_eq!(home.read("dotfiles/s.json"), "{}");
}

const BLOCK: &str = r#"{".profile":{"text":"export A=1\n","method":"block"},
    "x.html":{"text":"hi","method":"block","block":{"comment":"<!--","position":"top"}}}"#;

#[test]
fn a_block_is_kept_in_a_file_of_the_persons() {
    let mut home = home(BLOCK)
        .file(".profile", "mine")
        .file("x.html", "<?xml?>\n<a/>\n");
    fs::set_permissions(home.at(".profile"), fs::Permissions::from_mode(0o640)).unwrap();
    realize(&home);
    assert_eq!(
        home.read(".profile"),
        "mine\n# >>> nhmt >>>\nexport A=1\n# <<< nhmt <<<"
    );
    assert_eq!(
        home.read("x.html"),
        "<?xml?>\n<!-- >>> nhmt >>> -->\nhi\n<!-- <<< nhmt <<< -->\n<a/>\n"
    );
    assert_eq!(mode(&home, ".profile"), 0o640, "the person's bits");
    is_settled(&home);
    home.write(".profile", &format!("{}\nmore\n", home.read(".profile")));
    is_settled(&home);
    home.set_manifest(&BLOCK.replace("A=1", "A=2"));
    realize(&home);
    assert_eq!(
        home.read(".profile"),
        "mine\n# >>> nhmt >>>\nexport A=2\n# <<< nhmt <<<\nmore\n"
    );
    assert!(home.backups().is_empty());
    // An edit inside is drift.
    let edited = home.read(".profile").replace("A=2", "A=3");
    home.write(".profile", &edited);
    assert_eq!(drift(&home), "block-edited");
    realize(&home);
    assert!(home.read(".profile").contains("A=2"));
    assert!(home.backups().into_values().any(|text| text == edited));
    home.write(".profile", "only mine\n");
    assert_eq!(drift(&home), "block-gone");
    realize(&home);
    home.set_manifest("{}");
    realize(&home);
    assert_eq!(home.read(".profile"), "only mine\n");
    assert_eq!(home.read("x.html"), "<?xml?>\n<a/>\n");
}

#[test]
fn a_file_that_held_nothing_but_the_block_goes_with_it() {
    let mut home = home(BLOCK);
    realize(&home);
    assert_eq!(
        home.read(".profile"),
        "# >>> nhmt >>>\nexport A=1\n# <<< nhmt <<<\n"
    );
    home.set_manifest("{}");
    realize(&home);
    assert!(!home.at(".profile").exists() && !home.at("x.html").exists());
}

#[test]
fn markers_that_do_not_pair_are_in_the_way() {
    let home = home(BLOCK).file(".profile", "a\n# >>> nhmt >>>\nb\n");
    home.run(["realize"])
        .exit(3)
        .stderr_has("(line 2, column 1: nhmt's block begins here and has no end)");
    assert_eq!(home.read(".profile"), "a\n# >>> nhmt >>>\nb\n");
}
