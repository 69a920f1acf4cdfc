//! Links to the working tree, from files, flakes and manifests.

use std::path::Path;
use std::process::Command;

use crate::flakes::{flake, git, realize};
use crate::own_flake;
use crate::support::{Home, Outcome};

const LIVE: &str = "home.file.a = { source = ./work/a; method = \"live\"; };";

/// `a` leads to the working tree, and nothing of it is in the store.
#[track_caller]
fn is_live(home: &Home, target: &Path) {
    let target = target.canonicalize().unwrap();
    assert_eq!(home.at("a").canonicalize().unwrap(), target);
    std::fs::write(&target, "edited").unwrap();
    assert_eq!(home.read("a"), "edited");
}

#[test]
fn a_file_leads_to_what_lies_beside_it() {
    let mut home = Home::with_nix();
    home.write_source("work/a", "first");
    home.set_config(LIVE);
    home.run(["realize"]).success();
    is_live(&home, &home.outside("configuration/work/a"));
    home.run(["realize"]).success().stdout_has("nothing to do");
    home.set_config("home.file.a.source = config.lib.file.mkOutOfStoreSymlink ./work/absent;");
    home.run(["realize"]).success();
    assert!(home.at("a").is_symlink() && !home.at("a").exists());
    home.run(["diff"])
        .success()
        .stderr_has("~/a is live: what ");
}

#[test]
fn a_manifest_leads_to_it_through_the_store_of_nix() {
    let home = Home::with_nix();
    home.write_source("work/a", "first");
    let place = home.outside("configuration/work/a");
    let files = format!(r#"{{"a":{{"source":{place:?},"method":"live"}}}}"#);
    let home = home.manifest(&files);
    home.run(["realize", "--backend", "nix"]).success();
    is_live(&home, &place);
}

#[test]
fn a_flake_of_git_leads_to_its_work_tree() {
    let home = Home::with_nix();
    flake(&home, LIVE);
    home.write_source("work/a", "first");
    git(&home, &["init", "-q"]);
    // What the link leads to need not be tracked.
    git(&home, &["add", "flake.nix", "home.nix"]);
    realize(&home, ".#tester").success();
    is_live(&home, &home.outside("configuration/work/a"));
    realize(&home, ".").success().stdout_has("nothing to do");
    let url = format!("git+file://{}", home.outside("configuration").display());
    realize(&home, &url).success().stdout_has("nothing to do");
    let mut diff = home.command();
    diff.current_dir(home.outside("configuration"));
    Outcome::of(diff.args(["diff", "--impure", "--flake", "."]))
        .success()
        .stderr_has("/configuration/work/a holds is no part of a generation");
}

#[test]
fn a_flake_below_the_top_of_a_work_tree_leads_to_its_own_directory() {
    let home = Home::with_nix();
    flake(&home, LIVE);
    let top = home.outside("configuration");
    let sub = top.join("dot files");
    std::fs::create_dir(&sub).unwrap();
    for name in ["flake.nix", "home.nix"] {
        std::fs::rename(top.join(name), sub.join(name)).unwrap();
    }
    home.write_source("dot files/work/a", "first");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    realize(&home, "./dot files").success();
    is_live(&home, &sub.join("work/a"));
    realize(&home, "./dot files#tester")
        .success()
        .stdout_has("nothing to do");
}

#[test]
fn a_flake_without_git_leads_to_its_directory() {
    let home = Home::with_nix();
    flake(&home, LIVE);
    home.write_source("work/a", "first");
    realize(&home, ".").success();
    is_live(&home, &home.outside("configuration/work/a"));
    // The copy of it is another one by now, and the link is not.
    realize(&home, ".").success().stdout_has("nothing to do");
    let url = format!("path:{}", home.outside("configuration").display());
    realize(&home, &url).success().stdout_has("nothing to do");
}

#[test]
fn a_fetched_flake_has_no_place_for_it() {
    let home = Home::with_nix();
    flake(&home, LIVE);
    home.write_source("work/a", "first");
    let archive = home.outside("flake.tar.gz");
    let mut tar = Command::new("tar");
    home.environment(&mut tar);
    tar.arg("-czf").arg(&archive).arg("-C");
    Outcome::of(tar.arg(home.outside("")).arg("configuration")).success();
    let before = home.snapshot();
    for _ in 0..2 {
        realize(&home, &format!("file://{}", archive.display()))
            .exit(4)
            .stderr_has("a live source in the Nix store: home.file.\"a\" at ")
            .stderr_has("/work/a is a copy, and what it was copied from is not known.")
            .stderr_has("A flake has to lie in a directory: `--flake /home/alice/dotfiles'.");
    }
    assert_eq!(home.snapshot(), before);
    // A path in a string needs no place to start from.
    let place = home.outside("configuration/work/a");
    flake(
        &home,
        &format!(
            "home.file.a = {{ source = \"{}\"; method = \"live\"; }};",
            place.display()
        ),
    );
    realize(
        &home,
        &format!("path:{}", home.outside("configuration").display()),
    )
    .success();
    is_live(&home, &place);
}

#[test]
fn a_pure_flake_is_told_where_it_lies_and_asked_purely_without_need() {
    let home = Home::with_nix();
    own_flake::flake(&home, LIVE);
    home.write_source("work/a", "first");
    own_flake::realize(&home).success();
    is_live(&home, &home.outside("configuration/work/a"));
    own_flake::realize(&home)
        .success()
        .stdout_has("nothing to do");
    let memos = || {
        let cache = std::fs::read_dir(home.outside("cache/nhmt")).unwrap();
        let live = cache.map(Result::unwrap).filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with("live-")
        });
        let texts = live.map(|entry| std::fs::read_to_string(entry.path()).unwrap());
        texts
            .map(|text| text.ends_with("\nyes\n"))
            .collect::<Vec<_>>()
    };
    assert_eq!(memos(), [true]);
    home.write_source("home.nix", "{ ... }: { home.file.a.text = \"plain\"; }\n");
    own_flake::realize(&home).success();
    assert_eq!(home.read("a"), "plain");
    assert_eq!(memos(), [false]);
    own_flake::realize(&home)
        .success()
        .stdout_has("nothing to do");
}
