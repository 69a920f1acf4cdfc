//! `nhmt uninstall`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::support::Home;

#[test]
fn what_nhmt_put_into_the_home_goes_and_the_rest_stays() {
    let mut home = Home::new()
        .file("mine", "mine")
        .file(".bashrc", "export A=1\n")
        .file("app.json", "{\"theirs\": 1}\n");
    home.declare(&json!({ "files": {
        "a/link": { "text": "x" },
        "a/copy": { "text": "x", "method": "copy" },
        "edited": { "text": "x", "method": "copy" },
        ".bashrc": { "text": "export B=2\n", "method": "block" },
        "app.json": { "format": "json", "value": { "ours": 1 }, "method": "merge" },
        "seed": { "text": "seed", "method": "seed" },
    }}));
    home.run(["realize"]).success();
    home.write("edited", "edited");
    home.run_bare(["uninstall", "--dry-run"])
        .success()
        .stderr_has("with `--keep-files`, files would stay where links to them are");
    assert!(home.is_managed("a/link"));
    home.run_bare(["uninstall"])
        .success()
        .stdout_has("remains: nhmt's records, in ")
        .stdout_has("remains: 2 generations, beside ");
    assert!(!home.has("a"));
    assert_eq!(home.read("mine"), "mine");
    assert_eq!(home.read(".bashrc"), "export A=1\n");
    assert!(!home.read("app.json").contains("ours") && home.read("app.json").contains("theirs"));
    assert_eq!(home.read("seed"), "seed");
    // Somebody's edit is kept, there or as a backup.
    let kept = fs::read_to_string(home.at("edited")).ok();
    assert!(
        kept.as_deref() == Some("edited") || home.backups().values().any(|one| one == "edited")
    );
}

#[test]
fn files_may_stay_as_files() {
    let mut home = Home::new().source("tree/a", "a").source("tree/b/c", "c");
    let tree = home.outside("configuration/tree");
    let all = home.outside("configuration/tree");
    home.declare(&json!({ "files": {
        "run": { "text": "#!/bin/sh\n", "executable": true },
        "plain": { "text": "x" },
        "copy": { "text": "y", "method": "copy" },
        "tree": { "source": tree },
        "live": { "source": all, "method": "live" },
    }}));
    home.run(["realize"]).success();
    home.run_bare(["uninstall", "--keep-files", "--delete-records"])
        .success()
        .stderr_has("~/live was a link that cannot become a file, and is gone")
        .stdout_lacks("remains");
    for (path, content) in [
        ("plain", "x"),
        ("copy", "y"),
        ("tree/a", "a"),
        ("tree/b/c", "c"),
    ] {
        assert_eq!(home.read(path), content);
        assert!(!home.at(path).is_symlink(), "{path}");
        home.write(path, "mine now");
    }
    let mode = fs::metadata(home.at("run")).unwrap().permissions().mode();
    assert!(mode & 0o100 != 0);
    assert!(!home.has("live") && !home.has(".local/state/nhmt"));
    assert!(!home.has(".local/state/nix/profiles/nhmt") && !home.has(".local/share/nhmt/store"));
    // It begins anew.
    home.run(["realize"]).exit(3);
}

#[test]
fn persisted_data_stays_where_it_is_and_is_found() {
    let mut home = Home::new().file(".ssh/id", "key");
    let root = home.outside("persist");
    fs::create_dir(&root).unwrap();
    home.declare(&json!({ "state": [ { "path": ".ssh", "root": root, "kind": "directory" } ] }));
    home.run(["realize"]).success();
    let place = root.join(".ssh");
    let told = home.run_bare(["uninstall", "--json"]).success().json();
    let expected = format!(
        "~/.ssh, which is persisted: its data is {}",
        place.display()
    );
    assert_eq!(told["remains"][0], expected.as_str());
    assert_eq!(home.read(".ssh/id"), "key");
    assert_eq!(
        fs::canonicalize(home.at(".ssh")).unwrap(),
        fs::canonicalize(place).unwrap()
    );
}

#[test]
fn backups_are_not_deleted_with_the_records() {
    let home = Home::new()
        .file("f", "mine")
        .manifest(r#"{"f":{"text":"x"}}"#);
    home.run(["realize", "-b"]).success();
    home.run_bare(["uninstall", "--delete-records"])
        .exit(1)
        .stderr_has(
            "nothing was changed: there are 1 backups, which `--delete-records` would delete",
        );
    assert!(home.is_managed("f"));
}

#[test]
fn a_home_without_nhmt_has_nothing_to_take_out() {
    let home = Home::new();
    home.run_bare(["uninstall"])
        .exit(1)
        .stderr_has("nhmt manages nothing in this home");
}
