//! What the doctor finds only where there is Nix, and hooks with packages.

use std::fs;

use crate::support::Home;

#[test]
fn a_lost_root_is_found_and_made_again() {
    let home = Home::with_nix().config("home.file.\"f\".text = \"1\";");
    home.run(["realize"]).success();
    home.run_bare(["doctor"]).success();
    let auto = home.nix().state_dir().join("gcroots/auto");
    for entry in fs::read_dir(&auto).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    home.run_bare(["doctor"])
        .exit(1)
        .stdout_has("generation 1 has lost its GC root");
    home.run_bare(["doctor", "--repair"])
        .success()
        .stdout_has("repaired: generation 1 has lost");
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(home.read("f"), "1");
}

#[test]
fn packages_that_are_not_on_the_search_path_are_worth_a_word() {
    let home = Home::with_nix().source("p/bin/x", "1").config(
        r#"home.packages = [ { type = "derivation"; name = "tool"; outPath = "${./p}"; } ];"#,
    );
    home.run(["realize"]).success();
    let bin = home.at(".local/state/nhmt/current/packages/bin");
    home.run_bare(["doctor"])
        .success()
        .stdout_has(&format!("{} is not on PATH", bin.display()))
        .stdout_has("nothing is wrong");
    let mut command = home.command();
    let nix = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{nix}", bin.display()));
    let output = command.arg("doctor").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !said.contains("PATH"), "{said}");
}

#[test]
fn a_hook_finds_the_packages_of_its_generation() {
    let home = Home::with_nix()
        .source("p/bin/x", "echo from-a-package > log\n")
        .config(
            r#"home.packages = [ { type = "derivation"; name = "tool"; outPath = "${./p}"; } ];
               home.file."f" = { text = "1"; onChange = ". x"; };"#,
        );
    home.run(["realize"]).success();
    assert_eq!(home.read("log"), "from-a-package\n");
}
