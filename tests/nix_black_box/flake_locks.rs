//! What is passed on to Nix about a flake's inputs and its lock file.

use std::fs;

use crate::flakes::git;
use crate::support::{Home, Outcome};

/// A flake whose text comes from an input, `first` or `second` beside it.
/// `builder` says whether the flake leaves the builder to nhmt.
fn flake(home: &Home) {
    let repository = env!("CARGO_MANIFEST_DIR");
    for name in ["first", "second"] {
        let place = home.outside(name);
        fs::create_dir_all(&place).unwrap();
        fs::write(
            place.join("flake.nix"),
            format!("{{ outputs = _: {{ text = \"{name}\"; }}; }}"),
        )
        .unwrap();
    }
    home.write_source(
        "flake.nix",
        format!(
            r#"{{
  inputs.it.url = "path:{it}";
  outputs = {{ self, it }}: {{
    nhmtConfigurations.tester = import {repository}/nix {{
      system = builtins.currentSystem;
      configuration.home.file.f.text = it.text;
      username = "tester";
      homeDirectory = "{home}";
    }};
  }};
}}
"#,
            it = home.outside("first").display(),
            home = home.path().display(),
        ),
    );
}

fn nhmt(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    command.args(arguments).args(["--impure", "--flake", "."]);
    Outcome::of(command.env("USER", "tester"))
}

#[test]
fn another_input_is_taken_by_every_way_to_a_configuration() {
    let home = Home::with_nix();
    flake(&home);
    let second = format!("path:{}", home.outside("second").display());
    let other = ["--override-input", "it", &second];
    // The builder is nhmt's, so this is not what Nix evaluates first.
    nhmt(&home, &["realize", other[0], other[1], other[2]]).success();
    assert_eq!(home.read("f"), "second");
    let lock = home.outside("configuration/flake.lock");
    assert!(!lock.exists(), "an override is not written");
    nhmt(&home, &["realize"]).success();
    assert_eq!(home.read("f"), "first");
    assert!(lock.exists());
    nhmt(
        &home,
        &["options", "home.file.f.text", other[0], other[1], other[2]],
    )
    .success()
    .stdout_has("second");
    let elsewhere = home.outside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let place = elsewhere.to_str().unwrap();
    nhmt(
        &home,
        &["realize", "--home", place, other[0], other[1], other[2]],
    )
    .success();
    assert_eq!(fs::read_to_string(elsewhere.join("f")).unwrap(), "second");
    nhmt(&home, &["diff", other[0], other[1], other[2]])
        .success()
        .stdout_has("second");
    nhmt(&home, &["repl", other[0], other[1], other[2]])
        .exit(2)
        .stderr_has("as its lock file says")
        .stderr_has("nix flake lock");
}

#[test]
fn the_lock_file_is_written_updated_and_left_alone() {
    let home = Home::with_nix();
    flake(&home);
    let lock = home.outside("configuration/flake.lock");
    let first = home.outside("first/flake.nix");
    nhmt(&home, &["realize", "--no-write-lock-file"]).success();
    assert!(!lock.exists());
    let at_home = home.outside("elsewhere");
    fs::create_dir(&at_home).unwrap();
    // Also where Nix is given an expression.
    nhmt(&home, &["realize", "--home", at_home.to_str().unwrap()]).success();
    assert!(lock.exists());
    let changed = |text: &str| {
        fs::write(
            &first,
            format!("{{ outputs = _: {{ text = \"{text}\"; }}; }}"),
        )
        .unwrap();
    };
    for (flags, number) in [
        (&["--update-input", "it"][..], "2"),
        (&["--recreate-lock-file"], "3"),
    ] {
        changed(number);
        let mut arguments = vec!["realize"];
        arguments.extend(flags);
        nhmt(&home, &arguments).success();
        assert_eq!(home.read("f"), number);
    }
    let before = fs::read_to_string(&lock).unwrap();
    for flags in [
        "--no-update-lock-file",
        "--no-write-lock-file",
        "--no-registries",
        "--no-use-registries",
        "--refresh",
        "--offline",
    ] {
        nhmt(&home, &["realize", flags])
            .success()
            .stdout_has("nothing to do");
    }
    assert_eq!(fs::read_to_string(&lock).unwrap(), before);
    fs::remove_file(&lock).unwrap();
    nhmt(&home, &["realize", "--no-update-lock-file"])
        .exit(4)
        .stderr_has("--no-update-lock-file");
    assert!(!lock.exists());
}

#[test]
fn the_lock_file_is_committed_when_that_is_asked_for() {
    let home = Home::with_nix()
        .env("GIT_AUTHOR_NAME", "t")
        .env("GIT_AUTHOR_EMAIL", "t@t")
        .env("GIT_COMMITTER_NAME", "t")
        .env("GIT_COMMITTER_EMAIL", "t@t");
    flake(&home);
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    git(&home, &["commit", "-qm", "x"]);
    nhmt(&home, &["realize", "--commit-lock-file"]).success();
    git(&home, &["cat-file", "-e", "HEAD:flake.lock"]);
}

#[test]
fn offline_and_refresh_are_for_files_too() {
    let home = Home::with_nix().config("home.file.f.text = \"x\";");
    home.run(["realize", "--offline"]).success();
    home.run(["realize", "--refresh"]).success();
    home.run(["realize", "--refresh", "--offline"]).exit(2);
}
