//! One home, however its directory is spelled.

use std::os::unix::fs::symlink;

use crate::support::Home;

#[test]
fn a_spelling_of_home_is_no_other_home() {
    let home = Home::new().manifest(r#"{"f":{"text":"x"},"d/g":{"text":"y"}}"#);
    home.run(["realize"]).success();
    let link = home.outside("link");
    symlink(home.path(), &link).unwrap();
    let plain = home.path().display().to_string();
    let spellings = [
        format!("{plain}/"),
        format!("{plain}//."),
        format!("{plain}/../home"),
        link.display().to_string(),
    ];
    let mut home = home;
    for spelling in spellings {
        home = home.env("HOME", &spelling);
        home.run_bare(["status"]).success().stdout_lacks("!");
        home.run(["realize"])
            .success()
            .stdout_has("generation 1: nothing to do");
        home.run(["realize", "--home", &spelling])
            .success()
            .stdout_has("generation 1: nothing to do");
        assert!(home.backups().is_empty(), "{spelling}");
        assert!(home.is_managed("f"), "{spelling}");
    }
}

#[test]
fn a_home_that_is_not_given_right_is_said_to_be_so() {
    let home = Home::new().env("HOME", "relative");
    home.run_bare(["status"])
        .exit(1)
        .stderr_has("`relative`")
        .stderr_has("--home");
    let home = home.env("HOME", "");
    home.run_bare(["status"])
        .exit(1)
        .stderr_has("$HOME is not set")
        .stderr_has("--home");
    let home = home.env("HOME", "/nowhere/at/all");
    home.run_bare(["status"])
        .exit(1)
        .stderr_has("/nowhere/at/all does not exist")
        .stderr_has("mkdir");
}
