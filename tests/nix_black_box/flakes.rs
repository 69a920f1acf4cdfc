//! Configurations in flakes.

use std::process::Command;

use crate::support::{Home, Outcome};

/// A flake whose nhmt is this working copy, and whose nixpkgs is a stand-in
/// with the few attributes that are asked of it.
pub(crate) fn flake(home: &Home, body: &str) {
    let repository = env!("CARGO_MANIFEST_DIR");
    home.write_source(
        "flake.nix",
        format!(
            r#"{{
  outputs = {{ self }}: let
    homeConfiguration = args: import {repository}/nix ({{ system = "x86_64-linux"; }} // args);
  in {{
    nhmtConfigurations."tester" = homeConfiguration {{
      configuration = ./home.nix;
      username = "tester";
      homeDirectory = "{home}";
    }};
  }};
}}
"#,
            home = home.path().display(),
        ),
    );
    home.write_source("home.nix", format!("{{ ... }}: {{ {body} }}\n"));
}

pub(crate) fn git(home: &Home, arguments: &[&str]) {
    let mut command = Command::new("git");
    home.environment(&mut command);
    command
        .current_dir(home.outside("configuration"))
        .args(arguments);
    Outcome::of(&mut command).success();
}

pub(crate) fn realize(home: &Home, reference: &str) -> Outcome {
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    Outcome::of(command.args(["realize", "--impure", "--flake", reference]))
}

#[test]
fn a_flake_by_reference_and_by_directory() {
    let home = Home::with_nix();
    flake(&home, "home.file.\"f\".text = \"x\";");
    realize(&home, ".#tester").success();
    assert_eq!(home.read("f"), "x");
    realize(&home, ".").success().stdout_has("nothing to do");
    let directory = home.outside("configuration");
    home.run_bare(["realize", "--impure", "-f", directory.to_str().unwrap()])
        .success();
}

#[test]
fn a_name_that_is_not_there_lists_what_is() {
    let home = Home::with_nix();
    flake(&home, "");
    realize(&home, ".#nobody")
        .exit(4)
        .stderr_has("nobody")
        .stderr_has("tester");
    // Nix is asked several times on the way, and warns each time.
    git(&home, &["init", "-q"]);
    git(&home, &["add", "flake.nix", "home.nix"]);
    let said = realize(&home, ".#nobody").exit(4).stderr();
    assert_eq!(said.matches("is dirty").count(), 1, "{said}");
}

#[test]
fn a_file_that_git_does_not_track_is_named_with_the_remedy() {
    let home = Home::with_nix();
    flake(&home, "home.file.\"f\".source = ./forgotten;");
    home.write_source("forgotten", "x");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "flake.nix", "home.nix"]);
    realize(&home, ".#tester")
        .exit(4)
        .stderr_has("git add -N")
        .stderr_has("forgotten");
    git(&home, &["add", "-N", "forgotten"]);
    realize(&home, ".#tester").success();
    assert_eq!(home.read("f"), "x");
}
