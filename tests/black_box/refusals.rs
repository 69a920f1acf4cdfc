//! What nhmt does not do, and what it says then.

use std::os::unix::fs::{chown, symlink};

use crate::support::Home;
use crate::support::owner::needs_root;

#[test]
fn root_does_not_work_in_another_users_home() {
    needs_root();
    let home = Home::new().manifest(r#"{"f":{"text":"x"}}"#);
    chown(home.path(), Some(65_534), Some(65_534)).unwrap();
    home.run(["realize"])
        .exit(1)
        .stderr_has("another user's home")
        .stderr_has("sudo -u '#65534' -H nhmt");
    assert!(!home.has("f"));
}

#[test]
fn packages_need_nix() {
    let mut home = Home::new();
    home.set_configuration(
        "home.json",
        &format!(
            r#"{{"version":1,"home":{{"username":"u","directory":"{}"}},"packages":{{"path":"/nix/store/x","names":[]}}}}"#,
            home.path().display()
        ),
    );
    home.run(["realize"])
        .exit(4)
        .stderr_has("local store cannot keep packages")
        .stderr_has("--backend nix");
}

#[test]
fn there_is_nothing_before_the_first_generation() {
    let home = Home::new().manifest("{}");
    home.run(["rollback"])
        .exit(1)
        .stderr_has("no generation is in force")
        .stderr_has("nhmt realize");
    home.run(["realize"]).success();
    home.run(["rollback"])
        .exit(1)
        .stderr_has("no generation before 1")
        .stderr_has("list-generations");
}

#[test]
fn what_cannot_be_opened_is_named() {
    let home = Home::new();
    home.run_bare(["activate", "/nowhere/at/all"])
        .exit(1)
        .stderr_has("cannot open /nowhere/at/all");
    let directory = home.outside("configuration/dir.json");
    symlink("/dev/null/x", &directory).unwrap();
    home.run_bare(["realize", "-f", directory.to_str().unwrap()])
        .exit(4)
        .stderr_has("dir.json")
        .stderr_has("--file");
    let home = Home::new().manifest("{}");
    home.run(["build", "-o", "/proc/nowhere/result"])
        .exit(1)
        .stderr_has("/proc/nowhere/result");
    home.run(["realize", "--profile", "/"])
        .exit(1)
        .stderr_has("/ cannot be a profile");
    home.run(["realize", "--home", "/nowhere/../at/all"])
        .exit(1)
        .stderr_has("cannot find /nowhere/../at/all");
}

#[test]
fn a_wrong_nhmt_config_is_blamed_by_name() {
    let home = Home::new().env("NHMT_CONFIG", "/nowhere.nix");
    home.run_bare(["realize"])
        .exit(4)
        .stderr_has("/nowhere.nix")
        .stderr_has("$NHMT_CONFIG");
    let home = Home::new();
    let empty = home.outside("configuration");
    home.run_bare(["realize", "-f", empty.to_str().unwrap()])
        .exit(4)
        .stderr_has("none of `flake.nix`, `home.nix`, `home.json`")
        .stderr_has("to start, write");
}

#[test]
fn a_manifest_for_another_home_is_not_put_into_this_one() {
    let mut home = Home::new();
    home.set_configuration(
        "home.json",
        r#"{"version":1,"home":{"username":"u","directory":"/elsewhere"},"files":{"f":{"text":"x"}}}"#,
    );
    home.run(["realize"])
        .exit(1)
        .stderr_has("/elsewhere")
        .stderr_has("`home.directory`")
        .stderr_has("--home");
    let here = home.path();
    home.run(["realize", "--home", here.to_str().unwrap()])
        .success();
    assert_eq!(home.read("f"), "x");
}
