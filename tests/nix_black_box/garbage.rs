//! Garbage collection never takes what a generation of ours needs.

use std::fs;

use crate::support::Home;

fn two_generations() -> Home {
    let mut home = Home::with_nix()
        .source("dir/file", "one")
        .config("home.file.\"f\".text = \"1\"; home.file.\"d\".source = ./dir;");
    home.run(["realize"]).success();
    home.write_source("dir/file", "two");
    home.set_config("home.file.\"f\".text = \"2\"; home.file.\"d\".source = ./dir;");
    home.run(["realize"]).success();
    home
}

#[test]
fn every_generation_and_what_it_links_to_survives() {
    let home = two_generations();
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(home.read("f") + &home.read("d/file"), "2two");
    home.run(["rollback"]).success();
    assert_eq!(home.read("f") + &home.read("d/file"), "1one");
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(home.read("f") + &home.read("d/file"), "1one");
    home.run(["select-generation", "2"]).success();
    assert_eq!(home.read("d/file"), "two");
}

#[test]
fn collecting_old_generations_after_a_rollback_keeps_the_current_one() {
    let mut home = two_generations();
    home.run(["rollback"]).success();
    home.nix().run("nix-collect-garbage", ["-d"]);
    assert_eq!(home.read("f") + &home.read("d/file"), "1one");
    home.set_config("home.file.\"f\".text = \"3\";");
    let json = home.run(["realize", "--json"]).success().json();
    assert!(
        json["generation"].as_u64().unwrap() >= 3,
        "a number is never used again: {json}"
    );
    assert_eq!(home.read("f"), "3");
    home.nix().run("nix-collect-garbage", ["-d"]);
    assert_eq!(home.read("f"), "3");
}

#[test]
fn deleted_generations_are_collected() {
    let home = two_generations();
    let first = fs::read_link(home.at(".local/state/nix/profiles/nhmt-1-link")).unwrap();
    assert!(first.exists());
    home.run(["delete-generations", "old"]).success();
    home.nix().run("nix-store", ["--gc"]);
    assert!(!first.exists());
    assert_eq!(home.read("f"), "2");
}

#[test]
fn a_root_that_was_lost_is_made_again_by_the_next_command() {
    let home = two_generations();
    let auto = home.nix().state_dir().join("gcroots/auto");
    for entry in fs::read_dir(&auto).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    home.run(["list-generations"]).success();
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(home.read("f"), "2");
    home.run(["rollback"]).success();
    assert_eq!(home.read("f"), "1");
}

#[test]
fn a_generation_whose_tree_is_gone_is_said_to_be_so() {
    let home = two_generations();
    let link = home.at(".local/state/nix/profiles/nhmt-1-link");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(home.nix().store_dir().join("gone-nhmt-home"), &link).unwrap();
    home.run(["rollback"])
        .exit(1)
        .stderr_has("generation 1")
        .stderr_has("gone");
    assert_eq!(home.read("f"), "2");
}

#[test]
fn references_are_the_sources_and_the_builder() {
    let home = two_generations();
    let tree = fs::read_link(home.at(".local/state/nix/profiles/nhmt-2-link")).unwrap();
    let references = home
        .nix()
        .run("nix-store", ["-q", "--references", tree.to_str().unwrap()]);
    let mut names: Vec<_> = references
        .lines()
        .map(|path| &path.rsplit('/').next().unwrap()[33..])
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["dir", "nhmt", "nhmt-home"],
        "sources, builder, and itself"
    );
}

/// Only the nhmt that wrote a journal may be able to read it.
#[test]
fn the_nhmt_that_was_cut_off_is_kept_until_its_journal_is_taken_up() {
    // In the local store, so that no tree refers to nhmt.
    let mut home = Home::with_nix()
        .file("f", "mine")
        .manifest(r#"{"f":{"text":"1"}}"#);
    let program = home.install();
    let state = home.at(".local/state/nhmt");
    let mut calls = 1..;
    while !state.join("journal").exists() {
        let call = format!("renameat2:signal=KILL:when={}", calls.next().unwrap());
        let cut = home.run_killed(&call, ["realize", "-b"]);
        cut.expect("an exchange while the journal lies there");
    }
    let journal: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(state.join("journal")).unwrap()).unwrap();
    assert_eq!(journal["writer"]["program"], program.to_str().unwrap());
    assert_eq!(fs::read_link(state.join("writer")).unwrap(), program);
    home.nix().run("nix-collect-garbage", []);
    home.run(["status"]).success().stderr_has("cut off");
    home.run(["realize", "-b"]).success();
    assert!(!state.join("journal").exists());
    assert_eq!(home.read("f"), "1");
    // It was that root, and nothing else, that kept it.
    fs::remove_file(state.join("writer")).unwrap();
    home.nix().run("nix-collect-garbage", []);
    assert!(!program.exists());
}
