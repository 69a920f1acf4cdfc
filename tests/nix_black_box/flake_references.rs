//! The ways in which people write where a flake lies.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::flakes::{flake, git};
use crate::support::{Home, Outcome};

fn realize_in(home: &Home, directory: &Path, arguments: &[&str]) -> Outcome {
    let mut command = home.command();
    command.current_dir(directory).env("HOME", home.path());
    Outcome::of(command.args(["realize", "--impure"]).args(arguments))
}

/// Realizes each reference, each of which has to change something.
#[track_caller]
fn each(home: &Home, directory: &Path, references: &[&str]) {
    for (number, reference) in references.iter().enumerate() {
        let configuration = home.outside("configuration/home.nix");
        fs::write(
            configuration,
            format!("{{ home.file.f.text = \"{number}\"; }}"),
        )
        .unwrap();
        realize_in(home, directory, &["--flake", reference]).success();
        assert_eq!(home.read("f"), number.to_string(), "{reference}");
    }
}

#[test]
fn paths_in_every_spelling() {
    let home = Home::with_nix();
    flake(&home, "");
    let there = home.outside("configuration");
    let link = home.at("dotfiles");
    symlink(&there, &link).unwrap();
    let absolute = format!("{}#tester", there.display());
    let slash = format!("{}/#tester", there.display());
    let url = format!("path:{}#tester", there.display());
    each(
        &home,
        &there,
        &[
            ".#tester",
            "#tester",
            "./#tester",
            "path:.#tester",
            "path:./#tester",
            "../configuration#tester",
            "path:../configuration#tester",
            &absolute,
            &slash,
            &url,
            "~/dotfiles#tester",
            "path:~/dotfiles#tester",
        ],
    );
    realize_in(&home, &there, &["--flake=~/dotfiles#tester"]).success();
    fs::create_dir_all(there.join("a/b")).unwrap();
    // From a directory below it, but in a repository alone: above may be
    // directories that anybody writes to.
    let below = there.join("a/b");
    realize_in(&home, &below, &["--flake", "."])
        .exit(4)
        .stderr_has("there is no flake.nix in");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    each(&home, &below, &[".#tester", "#tester", "..#tester"]);
    realize_in(&home, &there, &["--flake", "./absent"])
        .exit(4)
        .stderr_has("absent")
        .stderr_has("--flake takes");
}

#[test]
fn a_work_tree_of_git_and_a_directory_in_it() {
    let home = Home::with_nix();
    flake(&home, "");
    let there = home.outside("configuration");
    fs::create_dir_all(there.join("in side")).unwrap();
    fs::copy(there.join("flake.nix"), there.join("in side/flake.nix")).unwrap();
    let inner = fs::read_to_string(there.join("flake.nix")).unwrap();
    fs::write(
        there.join("in side/flake.nix"),
        inner.replace("./home.nix", "../home.nix"),
    )
    .unwrap();
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    let url = format!("git+file://{}#tester", there.display());
    let below = format!("git+file://{}?dir=in%20side#tester", there.display());
    let query = format!("{}?dir=in%20side#tester", there.display());
    each(
        &home,
        &there,
        &[
            ".#tester",
            "git+file:.#tester",
            "git+file:./#tester",
            &url,
            &below,
            &query,
            ".?dir=in%20side#tester",
            "./in side#tester",
            "path:.#tester",
        ],
    );
    // A dirty tree is what people have; so is a second work tree.
    git(
        &home,
        &[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@t",
            "commit",
            "-qam",
            "x",
        ],
    );
    let second = home.outside("second");
    git(&home, &["worktree", "add", "-q", second.to_str().unwrap()]);
    fs::write(
        second.join("home.nix"),
        "{ home.file.f.text = \"second\"; }",
    )
    .unwrap();
    realize_in(&home, &second, &["--flake", ".#tester"]).success();
    assert_eq!(home.read("f"), "second");
}

#[test]
fn a_directory_whose_name_has_a_meaning_in_references() {
    let home = Home::with_nix().env("USER", "tester");
    flake(&home, "home.file.f.text = \"x\";");
    let odd = home.at(".config/100% a?b#c");
    fs::create_dir_all(odd.parent().unwrap()).unwrap();
    fs::rename(home.outside("configuration"), &odd).unwrap();
    let done = realize_in(&home, &home.path(), &["-f", odd.to_str().unwrap()]);
    let version = home.nix().run("nix-build", ["--version"]);
    if version.ends_with(" 2.8.0") {
        done.exit(4)
            .stderr_has("Nix 2.8 cannot read a flake below a directory with such a name");
    } else {
        done.success();
        assert_eq!(home.read("f"), "x");
    }
}

#[test]
fn a_flake_at_a_revision_and_one_that_is_packed() {
    let home = Home::with_nix();
    flake(&home, "home.file.f.text = \"committed\";");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    git(
        &home,
        &[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@t",
            "commit",
            "-qm",
            "x",
        ],
    );
    let there = home.outside("configuration");
    flake(&home, "home.file.f.text = \"dirty\";");
    let head = Command::new("git")
        .arg("-C")
        .arg(&there)
        .args(["rev-parse", "HEAD"])
        .output()
        .unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    let at = format!("git+file://{}?rev={}#tester", there.display(), head.trim());
    realize_in(&home, &there, &["--flake", &at]).success();
    assert_eq!(home.read("f"), "committed");
    let archive = home.outside("flake.tar.gz");
    Outcome::of(
        Command::new("tar")
            .args(["--exclude", ".git", "-czf"])
            .arg(&archive)
            .arg("-C")
            .arg(home.outside("."))
            .arg("configuration"),
    )
    .success();
    let url = format!("file://{}#tester", archive.display());
    realize_in(&home, &there, &["--flake", &url]).success();
    assert_eq!(home.read("f"), "dirty");
}

#[test]
fn what_cannot_be_fetched_says_what_and_what_to_do() {
    let home = Home::with_nix();
    let there = home.outside("configuration");
    // A network that answers nothing.
    let offline = ["--option", "flake-registry", "/nowhere", "--offline"];
    for (reference, said, remedy) in [
        ("alice", "flake", "--flake ./NAME"),
        ("git+file:///nowhere#x", "/nowhere", ""),
        ("nosuch:thing", "nosuch", ""),
    ] {
        let mut arguments = vec!["--flake", reference];
        arguments.extend(offline);
        let done = realize_in(&home, &there, &arguments);
        assert_ne!(done.code(), Some(0), "{reference}");
        done.stderr_has(said).stderr_has(remedy);
    }
    let mut command = home.command();
    command.args(["realize", "--flake"]);
    Outcome::of(&mut command).exit(2).stderr_has("--flake");
}

/// What a flake in git misses, and the words for it.
#[test]
fn files_that_git_does_not_track_in_every_place() {
    for (body, file, said, add) in [
        (
            "imports = [ ./more.nix ];",
            "more.nix",
            "more.nix is there",
            "git add -N more.nix",
        ),
        (
            "imports = [ ./more ];",
            "more/default.nix",
            "more",
            "git add -N more",
        ),
        (
            "imports = [ ./more/a.nix ];",
            "more/a.nix",
            "more/a.nix is there",
            "git add -N more/a.nix",
        ),
        (
            "home.file.d.source = ./dir;",
            "dir/a",
            "dir is there",
            "git add -N dir",
        ),
        (
            "home.file.d.text = builtins.toJSON (builtins.readDir ./dir);",
            "dir/a",
            "dir is there",
            "git add -N dir",
        ),
        (
            "home.file.d.source = ./\"with space\";",
            "with space",
            "with space is there",
            "git add -N 'with space'",
        ),
        (
            "home.file.d.source = ./ignored;",
            "ignored",
            "git ignores it",
            "git add -N -f ignored",
        ),
    ] {
        let home = Home::with_nix();
        let body = body.replace("./\"with space\"", "./. + \"/with space\"");
        flake(&home, &body);
        home.write_source(".gitignore", "ignored\n");
        git(&home, &["init", "-q"]);
        git(&home, &["add", "."]);
        home.write_source(file, "{ }");
        let there = home.outside("configuration");
        realize_in(&home, &there, &["--flake", ".#tester"])
            .exit(4)
            .stderr_has(said)
            .stderr_has("a flake sees only what git tracks")
            .stderr_has(add);
        // What it says helps.
        let force = if add.contains("-f") { "-f" } else { "-v" };
        git(&home, &["add", "-N", force, file]);
        realize_in(&home, &there, &["--flake", ".#tester"]).success();
    }
}

#[test]
fn the_flake_itself_may_be_untracked_too() {
    let home = Home::with_nix();
    flake(&home, "");
    git(&home, &["init", "-q"]);
    let there = home.outside("configuration");
    realize_in(&home, &there, &["--flake", ".#tester"])
        .exit(4)
        .stderr_has("flake.nix is there, but git does not track it")
        .stderr_has("git add -N flake.nix");
}

#[test]
fn an_empty_directory_is_none_for_git() {
    let home = Home::with_nix();
    flake(&home, "home.file.d.source = ./empty;");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    let there = home.outside("configuration");
    fs::create_dir(there.join("empty")).unwrap();
    realize_in(&home, &there, &["--flake", ".#tester"])
        .exit(4)
        .stderr_has("empty is an empty directory")
        .stderr_has("Put a file into it");
}

#[test]
fn a_submodule_is_read_when_that_is_asked_for() {
    let home = Home::with_nix();
    flake(&home, "home.file.d.source = ./sub/file;");
    let part = home.outside("part");
    fs::create_dir(&part).unwrap();
    fs::write(part.join("file"), "of the submodule").unwrap();
    let part = part.to_str().unwrap();
    let who = ["-c", "user.name=t", "-c", "user.email=t@t"];
    for arguments in [
        &["-C", part, "init", "-q"][..],
        &["-C", part, "add", "."],
        &[
            "-C", part, who[0], who[1], who[2], who[3], "commit", "-qm", "x",
        ],
        &["init", "-q"],
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            part,
            "sub",
        ],
        &["add", "."],
        &[who[0], who[1], who[2], who[3], "commit", "-qm", "x"],
    ] {
        git(&home, arguments);
    }
    let there = home.outside("configuration");
    let said = realize_in(&home, &there, &["--flake", ".#tester"])
        .exit(4)
        .stderr_has("sub/file is in a submodule of git")
        .stderr_has("submodules=1");
    let remedy = said.stderr().split("--flake ").nth(1).unwrap().to_owned();
    let reference = remedy.lines().next().unwrap().trim_matches('\'').to_owned();
    let mut command = home.command();
    command.current_dir(&there);
    command.env("GIT_CONFIG_COUNT", "1");
    command.env("GIT_CONFIG_KEY_0", "protocol.file.allow");
    command.env("GIT_CONFIG_VALUE_0", "always");
    command.args(["realize", "--impure", "--flake", &reference]);
    Outcome::of(&mut command).success();
    assert_eq!(home.read("d"), "of the submodule");
}
