//! Variants of a home: `specialisation.<name>`, by `--specialisation NAME`.

use crate::support::{Home, Outcome};

use super::flakes::{flake, realize};

/// The tests' sandbox has no shell for a derivation to build with.
const WITH_A_SHELL: &str =
    "build-users-group =\nsubstituters =\nbuild-hook =\nsandbox-paths =\nsandbox = false\n";

const VARIANTS: &str = r#"
    home.file."theme".text = "none";
    specialisation.dark.configuration = { lib, ... }: {
      home.file."theme".text = lib.mkForce "dark";
      home.file."more".text = "x";
    };
    specialisation.light.configuration.home.file."light".text = "";
"#;

#[test]
fn one_is_swapped_in_and_out_as_any_configuration() {
    let home = Home::with_nix().config(VARIANTS);
    home.run(["realize"]).success();
    assert_eq!(home.read("theme"), "none");
    home.run(["diff", "--specialisation", "dark"])
        .stdout_has("more");
    home.run(["realize", "--specialisation", "dark"]).success();
    assert_eq!(home.read("theme"), "dark");
    assert!(home.has("more"));
    home.run(["realize", "--specialisation", "dark"])
        .success()
        .stdout_has("nothing to do");
    home.run(["realize", "--specialization=light"]).success();
    assert_eq!(home.read("theme"), "none");
    assert!(home.has("light") && !home.has("more"));
    home.run(["realize"]).success();
    assert!(!home.has("light"));
}

#[test]
fn one_is_built_without_touching_the_home() {
    let home = Home::with_nix().config(VARIANTS);
    let link = home.outside("result");
    home.run([
        "build",
        "--specialisation",
        "dark",
        "-o",
        link.to_str().unwrap(),
    ])
    .success();
    let theme = std::fs::read_to_string(link.join("home/theme")).unwrap();
    assert_eq!(theme, "dark");
    assert!(!home.has("theme"));
}

#[test]
fn one_that_is_not_there_lists_those_that_are() {
    let home = Home::with_nix().config(VARIANTS);
    home.run(["realize", "--specialisation", "blue"])
        .exit(4)
        .stderr_has("unknown specialisation `blue'")
        .stderr_has("The configuration has dark, light.");
    let home = Home::with_nix().config("");
    home.run(["realize", "--specialisation", "blue"])
        .exit(4)
        .stderr_has("The configuration has none");
}

#[test]
fn a_flake_has_them_too() {
    let home = Home::with_nix();
    flake(&home, VARIANTS);
    realize(&home, ".").success();
    assert_eq!(home.read("theme"), "none");
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    let arguments = ["realize", "--impure", "--specialisation", "dark"];
    Outcome::of(command.args(arguments).args(["--flake", "."])).success();
    assert_eq!(home.read("theme"), "dark");
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    let arguments = ["realize", "--impure", "--specialisation", "blue"];
    Outcome::of(command.args(arguments).args(["--flake", "."]))
        .exit(4)
        .stderr_has("The configuration has dark, light.");
}

#[test]
fn a_manifest_has_none() {
    let mut home = Home::new();
    home.set_manifest(r#"{ "f": { "text": "" } }"#);
    home.run(["realize", "--specialisation", "dark"])
        .exit(2)
        .stderr_has("a manifest has no variants")
        .stderr_has("leave the flag out");
    assert!(!home.has("f"));
}

#[test]
fn what_a_home_depends_on_lives_as_long_as_it() {
    let home = Home::with_nix().source("kept", "k").config(
        r#"
        home.extraDependencies = [ "${builtins.path { name = "kept"; path = ./kept; }}" ];
        home.checks = [ (derivation { name = "check"; system = builtins.currentSystem; preferLocalBuild = true; builder = "/bin/sh"; args = [ "-c" "echo checked > $out" ]; }) ];
        home.file."f".text = "";
        "#,
    );
    home.nix().configure(WITH_A_SHELL);
    home.run(["realize"]).success();
    let profile = home.at(".local/state/nix/profiles/nhmt");
    let tree = std::fs::canonicalize(profile).unwrap();
    let kept = home.nix().run("nix-store", ["-qR", tree.to_str().unwrap()]);
    assert!(kept.contains("-kept"), "{kept}");
    assert!(!kept.contains("-check"), "{kept}");
}

#[test]
fn a_check_that_fails_changes_nothing() {
    let home = Home::with_nix().config(
        r#"
        home.checks = [ (derivation { name = "check"; system = builtins.currentSystem; preferLocalBuild = true; builder = "/bin/sh"; args = [ "-c" "echo wrong >&2; exit 1" ]; }) ];
        home.file."f".text = "";
        "#,
    );
    home.nix().configure(WITH_A_SHELL);
    home.run(["realize"]).exit(4).stderr_has("check");
    assert!(!home.has("f"));
}
