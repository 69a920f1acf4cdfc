//! Where a managed path comes from.

use crate::support::Home;

fn realized() -> Home {
    let home = Home::new().source("dir/sub/x", "x").manifest("{}");
    let dir = home.outside("configuration/dir");
    let mut home = home;
    home.set_manifest(&format!(
        r#"{{".bashrc":{{"text":"t","declaredIn":["programs.bash.enable","/c/home.nix:3"]}},"d":{{"source":"{}","recursive":true,"declaredIn":["home.file.d"]}}}}"#,
        dir.display()
    ));
    home.run(["realize"]).success();
    home
}

#[test]
fn the_option_and_the_file_are_named() {
    let home = realized();
    home.run_bare(["why", ".bashrc"])
        .success()
        .stdout_has("programs.bash.enable")
        .stdout_has("/c/home.nix:3");
    let absolute = home.at("d/sub/x");
    home.run_bare(["why", absolute.to_str().unwrap()])
        .success()
        .stdout_has("home.file.d");
    let json = home.run_bare(["why", ".bashrc", "--json"]).success().json();
    assert_eq!(json["declared_in"][0], "programs.bash.enable");
}

#[test]
fn a_path_that_nobody_declared_is_said_to_be_so() {
    let home = realized();
    home.run_bare(["why", "nothing"])
        .exit(1)
        .stderr_has("not managed");
    home.run_bare(["why", "/etc/passwd"])
        .exit(1)
        .stderr_has("outside");
}

#[test]
fn a_directory_leads_to_what_is_managed_in_it() {
    let home = Home::new().manifest(
        r#"{"d/1":{"text":""},"d/2":{"text":""},"d/3":{"text":""},"d/4":{"text":""},"d/5":{"text":""},"d/6":{"text":""}}"#,
    );
    home.run(["realize"]).success();
    home.run_bare(["why", "d"])
        .exit(1)
        .stderr_has("only files in it are")
        .stderr_has("d/1, d/2")
        .stderr_has("1 more");
    let itself = home.path();
    home.run_bare(["why", itself.to_str().unwrap()])
        .exit(1)
        .stderr_has("the home directory itself");
}
