//! Nothing to realize.

use crate::support::Home;

#[test]
fn it_says_where_it_looked_and_how_to_start() {
    let home = Home::new();
    home.run_bare(["realize"])
        .exit(4)
        .stderr_has(".config/nhmt/home.nix")
        .stderr_has("NHMT_CONFIG")
        .stderr_has("home.file");
    home.run_bare(["realize", "-f", "/nowhere.nix"])
        .exit(4)
        .stderr_has("/nowhere.nix");
    let empty = home.outside("configuration");
    home.run_bare(["realize", "-f", empty.to_str().unwrap()])
        .exit(4)
        .stderr_has("home.nix");
}

#[test]
fn the_environment_and_the_configuration_directory_name_one() {
    let home = Home::new();
    let manifest = format!(
        r#"{{"version":1,"home":{{"username":"u","directory":"{}"}},"files":{{"f":{{"text":"x"}}}}}}"#,
        home.path().display()
    );
    home.write_source("some.json", &manifest);
    let path = home.outside("configuration/some.json");
    let home = home.env("NHMT_CONFIG", path.to_str().unwrap());
    home.run_bare(["realize"]).success();
    assert_eq!(home.read("f"), "x");

    let home = Home::new();
    home.write(
        ".config/nhmt/home.json",
        &manifest.replace(r#""directory":""#, r#""directory":"/not"#),
    );
    home.run_bare(["realize"]).exit(1).stderr_has("--home");
}

#[test]
fn without_nix_a_module_cannot_be_evaluated() {
    let home = Home::new().config(r#"home.file."f".text = "x";"#);
    home.run(["realize"])
        .exit(1)
        .stderr_has("Nix")
        .stderr_has("PATH")
        .stderr_has(".json");
}
