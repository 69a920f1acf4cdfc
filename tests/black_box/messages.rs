//! What is said where things go wrong that seldom do.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use crate::support::{Home, Outcome};

/// The tree of a generation, made writable.
fn tree(home: &Home, generation: u32) -> PathBuf {
    let link = format!(".local/state/nix/profiles/nhmt-{generation}-link");
    let tree = fs::read_link(home.at(link)).unwrap();
    for dir in [tree.clone(), tree.join("home")] {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
    }
    tree
}

#[test]
fn a_file_of_a_generation_that_cannot_be_read() {
    let mut home = Home::new().manifest(r#"{"d/f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    home.set_manifest(r#"{"d/f":{"text":"2"}}"#);
    home.run(["realize"]).success();
    let dir = tree(&home, 1).join("home/d");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    symlink("d", &dir).unwrap();
    home.run(["diff", "1", "2"])
        .exit(1)
        .stderr_has("cannot compare d/f: ");
    fs::remove_file(tree(&home, 1).join("index")).unwrap();
    home.run(["diff", "1", "2"])
        .exit(1)
        .stderr_has("error: cannot read ")
        .stderr_has("/index: No such file or directory");
}

#[test]
fn a_generation_whose_tree_was_collected() {
    let mut home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    home.set_manifest(r#"{"f":{"text":"2"}}"#);
    home.run(["realize"]).success();
    fs::remove_dir_all(tree(&home, 1)).unwrap();
    home.run(["list-generations"])
        .success()
        .stdout_has("  gone (its tree was collected)  ");
    for command in ["rollback", "select-generation 1", "diff 1", "packages 1"] {
        let words: Vec<&str> = command.split(' ').collect();
        Outcome::of(home.command().args(words))
            .exit(1)
            .stderr_has("generation 1 is gone: a garbage collection took its tree ")
            .stderr_has("`nhmt delete-generations 1` forgets this one");
    }
    home.run(["delete-generations", "1"]).success();
    home.run(["rollback"]).exit(1).stderr_has(
        "there is no generation before 2\nhint: `nhmt list-generations` shows which there are",
    );
    fs::write(tree(&home, 2).join("index"), "junk").unwrap();
    home.run(["status"])
        .exit(1)
        .stderr_has("/index is damaged (no end of the header); `nhmt realize` writes a new one");
}

#[test]
fn a_file_of_which_no_part_can_be_changed() {
    let merge = |format: &str| {
        format!(r#"{{"f":{{"format":"{format}","value":{{"x":1}},"method":"merge"}}}}"#)
    };
    let block = r#"{"f":{"text":"x","method":"block"}}"#.to_owned();
    let mut home = Home::new();
    for (manifest, content, said) in [
        (
            merge("json"),
            "[]",
            "it holds a list, and what is declared is a map",
        ),
        (
            merge("yaml"),
            "a: 1\n---\nb: 2\n",
            "line 2, column 1: a second document starts here; only one is supported",
        ),
        (
            merge("yaml"),
            "? [a]\n: 1\n",
            "line 1, column 3: only plain or quoted words are supported as keys",
        ),
        (block, "", "it is larger than 64 MiB"),
    ] {
        home.write("f", content);
        if content.is_empty() {
            let file = fs::OpenOptions::new().write(true).open(home.at("f"));
            file.unwrap().set_len(65 << 20).unwrap();
        }
        home.set_manifest(&manifest);
        home.run(["realize"])
            .exit(3)
            .stderr_has("~/f is a file of which nhmt cannot change its part alone (")
            .stderr_has(said);
    }
}

#[test]
fn what_is_in_force_and_where_it_is_recorded_stays() {
    let home = Home::new().manifest(r#"{"p/home":{"text":""}}"#);
    home.run(["realize"]).success();
    home.run(["delete-generations", "1"])
        .exit(1)
        .stderr_has("generation 1 is the current one and cannot be deleted; select another first");
    let profile = home.at("p/home");
    let profile = profile.to_str().unwrap();
    home.run(["realize", "--profile", profile])
        .exit(1)
        .stderr_has(&format!(
            "~/p/home is managed, and the profile {profile} lies there\nhint: name another"
        ));
}

#[test]
fn a_current_directory_that_is_gone() {
    let home = Home::new();
    let there = home.outside("tmp/there");
    fs::create_dir(&there).unwrap();
    let gone = format!(
        "cd {0} && {{ test ! -d {0} || /bin/rmdir {0}; }}",
        there.display()
    );
    home.run_after(&gone, ["status", "--home", "x"])
        .exit(1)
        .stderr_has("cannot find x from the current directory: No such file or directory");
}

#[test]
fn packages_that_the_database_does_not_have() {
    let home = Home::new().manifest("{}");
    home.run(["realize"]).success();
    let manifest = tree(&home, 1).join("nhmt.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let packages = r#""packages":{"path":"/elsewhere/packages","names":["tool-1.0"]}"#;
    fs::set_permissions(&manifest, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(
        &manifest,
        text.replace(r#""version":1"#, &format!(r#""version":1,{packages}"#)),
    )
    .unwrap();
    home.run(["packages"])
        .success()
        .stdout_has("tool  1.0      ?     ?")
        .stderr_has("the sizes are not known: Nix's database has no /elsewhere/packages");
}

#[test]
fn a_home_that_nothing_names() {
    let home = Home::new().manifest("{}");
    let mut command = home.command();
    Outcome::of(command.arg("status").env_remove("HOME"))
        .exit(1)
        .stderr_has("error: $HOME is not set\nhint: name the home with `--home DIR`");
    let mut command = home.command();
    Outcome::of(command.arg("status").env("HOME", "/nowhere/at/all"))
        .exit(1)
        .stderr_has("the home directory /nowhere/at/all does not exist\nhint: create it with `mkdir /nowhere/at/all`, or name another with `--home DIR`");
    home.run_bare(["realize", "-f", "/nowhere"])
        .exit(4)
        .stderr_has("no configuration at /nowhere (from --file)\nhint: check the path; a directory needs a flake.nix or a home.nix in it");
    let empty = home.outside("tmp");
    home.run_bare(["realize", "-f", empty.to_str().unwrap()])
        .exit(4)
        .stderr_has("no configuration in ")
        .stderr_has(": none of `flake.nix`, `home.nix`, `home.json` is there");
}

#[test]
fn a_container_and_an_editor_that_cannot_be() {
    let home = Home::new().manifest("{}");
    home.run(["test-container", "--json", "--", "true"])
        .exit(2)
        .stderr_has("there is no JSON of this one\nhint: with `--dry-run`, `--json` prints how the container would be started");
    home.run(["edit"])
        .exit(1)
        .stderr_has("no editor is named in $VISUAL or $EDITOR, and vi needs a terminal")
        .stderr_has("hint: the file is ")
        .stderr_has("home.json");
    let home = home.env("VISUAL", "/nowhere/ed");
    home.run(["edit"])
        .exit(1)
        .stderr_has("the editor /nowhere/ed failed (exit status: 127); nothing was checked\nhint: name another in $VISUAL or $EDITOR");
    home.write("full/x", "");
    let full = home.at("full");
    home.run_bare(["import", "home", "--to", full.to_str().unwrap()])
        .exit(1)
        .stderr_has("full is not empty, and an import writes only where nothing is\nhint: name another directory with `--to DIR`, or move this one away");
}

#[test]
fn there_is_nothing_to_activate() {
    Home::new()
        .run_bare(["activate"])
        .exit(1)
        .stderr_has("no generation to activate: the profile is empty")
        .stderr_has("or name the profile (`--profile PATH`), or a home tree");
}

#[test]
fn generations_are_selected_by_few_words() {
    let home = Home::new().manifest("{}");
    home.run(["realize"]).success();
    let outcome = home.run(["delete-generations", "new"]);
    assert_ne!(outcome.code(), Some(0));
    outcome.stderr_has("`new` selects no generations: write `old`, `30d`");
}

#[test]
fn a_profile_needs_a_name() {
    Home::new()
        .run_bare(["status", "--profile", "/"])
        .exit(1)
        .stderr_has("/ cannot be a profile: its name must be the name of a link");
}

#[test]
fn a_temporary_directory_is_needed_to_build_with_nix() {
    let home = Home::new().config("").env("TMPDIR", "/nonexistent");
    home.run(["realize"])
        .exit(1)
        .stderr_has("cannot make a temporary directory: ")
        .stderr_has("$TMPDIR, or in /tmp");
}

#[test]
fn what_is_in_the_way_of_a_backup_stays() {
    let home = Home::new()
        .file("f", "mine")
        .manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize", "-b"]).success();
    fs::remove_file(home.at("f")).unwrap();
    home.write("f", "newer");
    home.run(["backups", "restore", "f"])
        .exit(1)
        .stderr_has("~/f is in the way; move it away first, it is not nhmt's");
    assert_eq!(home.read("f"), "newer");
}

#[test]
fn targets_that_are_none() {
    for (target, why) in [
        ("", "it is empty"),
        ("a//b", "it is not normalized"),
        (r"a\u0000b", "it has a NUL byte"),
    ] {
        let home = Home::new().manifest(&format!(r#"{{"{target}":{{"text":"x"}}}}"#));
        home.run(["realize"]).exit(4).stderr_has(why);
    }
}

#[test]
fn sources_that_are_no_files() {
    let mut home = Home::new();
    let pipe = home.outside("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    home.set_manifest(&format!(r#"{{"p":{{"source":"{}"}}}}"#, pipe.display()));
    home.run(["realize"])
        .exit(4)
        .stderr_has("and only files, directories and symbolic links can be managed");
}

/// A home on a machine whose Nix does as these scripts say; each gets what it
/// was asked as `$*`, when that is not its version.
fn with_nix_that(scripts: &[(&str, &str)], version: &str) -> Home {
    let home = Home::new();
    let bin = home.outside("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["nix-build", "nix-store", "nix", "nix-instantiate"] {
        let script = scripts.iter().find(|(of, _)| *of == name);
        let script = script.map_or("exit 0", |(_, script)| script);
        let file = bin.join(name);
        let text =
            format!("#!/bin/sh\ncase \"$*\" in *--version*) {version}; exit;; esac\n{script}\n");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let store = home.outside("store").display().to_string();
    home.env("PATH", &path).env("NIX_STORE_DIR", &store)
}

const CURRENT: &str = "echo 'nix-build (Nix) 2.24.1'";

#[test]
fn a_nix_that_cannot_be_used_is_named() {
    for (version, said) in [
        (
            "echo 'nix-build (Nix) 2.3.16'",
            "Nix 2.3 is too old: nhmt needs 2.8 or newer",
        ),
        (
            "echo nonsense",
            "--version printed `nonsense`, which names no version of Nix",
        ),
        ("echo broken >&2; exit 1", "Nix does not start: broken"),
    ] {
        let home = with_nix_that(&[], version).config("");
        home.run(["realize"]).exit(1).stderr_has(said);
    }
}

#[test]
fn a_nix_that_ends_without_saying_why() {
    let home = with_nix_that(
        &[("nix-build", "echo 'something odd' >&2; exit 7")],
        CURRENT,
    );
    let outcome = home.config("").run(["realize"]);
    assert_ne!(outcome.code(), Some(0));
    outcome.stderr_has("Nix ended with exit status: 7: something odd");
}

#[test]
fn a_nix_that_makes_no_root_leaves_no_generation() {
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    let tree = home.run(["build", "--no-link"]).success().stdout();
    let other = with_nix_that(
        &[
            ("nix-build", "echo \"$NIX_STORE_DIR/x-nhmt-home\""),
            ("nix-store", "echo 'error: no roots today' >&2; exit 1"),
        ],
        CURRENT,
    );
    let store = other.outside("store");
    fs::create_dir(&store).unwrap();
    let copied = std::process::Command::new("cp")
        .args(["-r", tree.trim()])
        .arg(store.join("x-nhmt-home"))
        .status();
    assert!(copied.unwrap().success());
    let index = store.join("x-nhmt-home/index");
    let text = fs::read_to_string(&index).unwrap();
    let here = other.path().display().to_string();
    fs::set_permissions(&index, fs::Permissions::from_mode(0o644)).unwrap();
    let text = text.replace(&home.path().display().to_string(), &here);
    fs::write(&index, text).unwrap();
    let other = other.config("");
    other
        .run(["realize"])
        .exit(1)
        .stderr_has("nix-store failed: error: no roots today");
    assert!(!other.has("f") && !other.has(".local/state/nhmt/current"));
    let json = other.run(["list-generations", "--json"]).success().json();
    assert_eq!(json, serde_json::json!([]));
}

#[test]
fn a_nix_that_builds_a_flake_and_does_not_say_what() {
    let script = r#"case "$*" in *build*) echo '[]';; *) echo '["tester"]';; esac"#;
    let home = with_nix_that(&[("nix", script)], CURRENT);
    let flake = home.outside("configuration");
    fs::write(flake.join("flake.nix"), "{ outputs = _: { }; }").unwrap();
    let flake = format!("{}#tester", flake.display());
    let outcome = home.run_bare(["realize", "--flake", &flake]);
    assert_ne!(outcome.code(), Some(0));
    outcome.stderr_has("`nix build --json` printed no output path: []");
}

#[test]
fn what_has_no_name_yet_is_not_given_one() {
    Home::new()
        .manifest(r#"{f: {"text": "x"}}"#)
        .run(["realize"])
        .exit(4)
        .stderr_has("home.json: files: key must be a string");
}
