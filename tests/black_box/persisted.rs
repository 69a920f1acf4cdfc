//! Persisted paths in manifests, as the commands that look name them.

use serde_json::{Value, json};

use crate::support::Home;

/// Sets a manifest with files and persisted paths.
fn declare(home: &mut Home, files: &Value, state: &Value) {
    home.declare(&json!({ "files": files, "state": state }));
}

fn at(path: &str, root: &str) -> Value {
    json!({ "path": path, "root": root, "kind": "directory", "declaredIn": ["home.persistence", "/c/home.nix:3"] })
}

#[test]
fn what_comes_goes_and_moves_is_shown_and_no_file() {
    let mut home = Home::new();
    let (one, two) = (home.outside("persist"), home.outside("other"));
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    declare(
        &mut home,
        &json!({ "f": { "text": "" } }),
        &json!([at(".ssh", one), at("data", one)]),
    );
    home.run(["diff"])
        .success()
        .stdout_has("+ f\n")
        .stdout_has(&format!("+ state .ssh (directory in {one})\n"));
    home.run(["realize"]).success();
    let closed = json!({ "path": "Mail", "root": one, "kind": "file", "mode": "0600" });
    declare(
        &mut home,
        &json!({ "f": { "text": "" } }),
        &json!([at(".ssh", two), closed]),
    );
    home.run(["diff"])
        .success()
        .stdout_has("+ state Mail (file in ")
        .stdout_has(&format!(
            "- state data (what lies in {one}/data stays there)\n"
        ))
        .stdout_has(&format!("~ state .ssh ({one} -> {two})\n"));
    let json = home.run(["diff", "--json"]).success().json();
    assert_eq!(
        json["files"],
        json!({ "added": [], "removed": [], "changed": [] })
    );
    let state = &json["state"];
    assert_eq!(state["added"][0]["path"], "Mail");
    assert_eq!(state["added"][0]["kind"], "file");
    assert_eq!(state["removed"][0]["place"], format!("{one}/data"));
    assert_eq!(
        state["moved"],
        json!([{ "path": ".ssh", "from": one, "to": two }])
    );
    assert_eq!(state["changed"], json!([]));
    home.run(["diff", "--exit-code"]).exit(1);
}

#[test]
fn status_and_why_say_where_it_is_kept() {
    let mut home = Home::new();
    let root = home.outside("persist");
    let root = root.to_str().unwrap();
    let files = json!({ ".ssh/config": { "text": "", "declaredIn": ["home.file"] } });
    declare(
        &mut home,
        &files,
        &json!([at(".ssh", root), at("data", root)]),
    );
    home.run(["realize"]).success();
    home.run_bare(["status"])
        .success()
        .stdout_has(&format!("2 paths are persisted in {root}\n"));
    let json = home.run_bare(["status", "--json"]).success().json();
    assert_eq!(json["state"][0]["path"], ".ssh");
    assert_eq!(json["state"][0]["place"], format!("{root}/.ssh"));
    home.run_bare(["why", ".ssh"])
        .success()
        .stdout_has("home.persistence")
        .stdout_has("/c/home.nix:3")
        .stdout_has(&format!("{root}/.ssh"));
    home.run_bare(["why", "data/x/y"])
        .success()
        .stdout_has("as part of    data")
        .stdout_has(&format!("{root}/data/x/y"));
    let json = home.run_bare(["why", "data/x", "--json"]).success().json();
    assert_eq!(json["persisted"]["place"], format!("{root}/data/x"));
    assert_eq!(json["persisted"]["kind"], "directory");
    assert_eq!(json["target"], "data");
    home.run_bare(["why", ".ssh/config"])
        .success()
        .stdout_has("home.file")
        .stdout_has("/inside/.ssh/config");
}

#[test]
fn what_cannot_be_persisted_is_named_with_who_declared_it() {
    let mut home = Home::new();
    let refused = |home: &mut Home, files: Value, state: Value, words: &str| {
        declare(home, &files, &state);
        home.run(["realize"])
            .exit(4)
            .stderr_has(words)
            .stderr_has("declared by home.persistence, /c/home.nix:3");
        assert!(!home.has(".local/state/nhmt/current"));
    };
    let file = json!({ "d/f": { "text": "", "method": "copy", "declaredIn": ["home.file"] } });
    refused(
        &mut home,
        file,
        json!([at("d", "/p")]),
        "the method copy (declared by home.file) does not reach into \"d\"",
    );
    let both = json!([at("d/e", "/p"), at("d", "/p")]);
    refused(
        &mut home,
        json!({}),
        both,
        "state.\"d/e\": it is persisted in /p",
    );
    let inside = json!([at("d", home.at("p").to_str().unwrap())]);
    refused(&mut home, json!({}), inside, "which it is to outlive");
}

#[test]
fn a_managed_file_in_a_persisted_directory_lies_beside_the_persons_own() {
    let mut home = Home::new()
        .file(".ssh/config", "mine")
        .file(".ssh/key", "secret");
    let root = home.outside("persist");
    let lies = |path: &str| root.join(path);
    let state = json!([at(".ssh", root.to_str().unwrap())]);
    let config =
        |text: &str| json!({ ".ssh/config": { "text": text, "declaredIn": ["home.file"] } });
    declare(&mut home, &config("1"), &state);
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/.ssh/config")
        .stderr_has("home.file");
    assert!(!root.exists());
    home.run(["realize", "-b"]).success();
    assert_eq!(home.read(".ssh/config"), "1");
    assert_eq!(std::fs::read_to_string(lies(".ssh/key")).unwrap(), "secret");
    let link = std::fs::read_link(lies(".ssh/config")).unwrap();
    assert_eq!(
        link,
        home.at(".local/state/nhmt/current/inside/.ssh/config")
    );
    let kept = lies(".nhmt/backups/1/.ssh/config");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "mine");
    home.run(["realize"]).success().stdout_has("nothing to do");

    declare(&mut home, &config("2"), &state);
    home.run(["diff"])
        .success()
        .stdout_has("~ .ssh/config")
        .stdout_has("-1")
        .stdout_has("+2");
    home.run(["realize"]).success();
    assert_eq!(home.read(".ssh/config"), "2");
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read(".ssh/config"), "1");

    std::fs::remove_file(lies(".ssh/config")).unwrap();
    std::fs::write(lies(".ssh/config"), "saved").unwrap();
    home.run_bare(["status"])
        .success()
        .stdout_has("~/.ssh/config was replaced by a file");
    let json = home.run_bare(["status", "--json"]).success().json();
    assert_eq!(json["drift"][0]["declared_in"][0], "home.file");
    home.run(["realize"]).success();
    assert_eq!(home.read(".ssh/config"), "2");

    declare(&mut home, &json!({}), &state);
    home.run(["realize"]).success();
    assert!(!lies(".ssh/config").is_symlink());
    assert_eq!(home.read(".ssh/key"), "secret");
    home.run_bare(["doctor"]).success();
}

#[test]
fn a_link_that_was_left_in_a_root_is_found_and_removed() {
    let mut home = Home::new();
    let root = home.outside("persist");
    let place = root.to_str().unwrap().to_owned();
    let with = json!({
        "f": { "text": "" }, ".ssh/config": { "text": "" }, ".ssh/deep/more": { "text": "" },
    });
    home.write(".ssh/key", "mine");
    declare(&mut home, &with, &json!([at(".ssh", &place)]));
    home.run(["realize"]).success();
    home.run_bare(["doctor"]).success();
    // It is not mounted while the configuration lets the path go.
    let away = home.outside("away");
    std::fs::rename(&root, &away).unwrap();
    declare(&mut home, &json!({ "f": { "text": "" } }), &json!([]));
    home.run(["realize"]).success();
    std::fs::rename(&away, &root).unwrap();
    for path in [".ssh/config", ".ssh/deep/more"] {
        home.run_bare(["doctor"]).exit(1).stdout_has(&format!(
            "{place}/{path} is a link of nhmt's that no longer"
        ));
    }
    home.run_bare(["doctor", "--repair"]).success();
    assert_eq!(
        home.run_bare(["doctor"]).success().stdout().trim(),
        "nothing is wrong"
    );
    assert!(std::fs::symlink_metadata(root.join(".ssh/config")).is_err());
    assert_eq!(
        std::fs::read_to_string(root.join(".ssh/key")).unwrap(),
        "mine"
    );
    // One that is declared there is none of them.
    declare(&mut home, &with, &json!([at(".ssh", &place)]));
    home.run(["realize"]).success();
    home.run_bare(["doctor"]).success();
    assert_eq!(home.read(".ssh/key"), "mine");
}
