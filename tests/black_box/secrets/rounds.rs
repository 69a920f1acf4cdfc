//! Switching, going back, and what a reboot leaves.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use serde_json::json;

use super::{Keeper, in_memory};

fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_secret_is_read_where_it_was_asked_for() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "hunter2\n");
    let files = json!({
        ".config/app/token": { "secret": "token" },
        ".netrc": { "text": "machine x password {{nhmt-secret:token}}\n" },
        ".config/app.json": { "format": "json", "value": { "key": "<{{nhmt-secret:token}}>" } },
        ".local/bin/run": { "text": "#!/bin/sh\n# {{nhmt-secret:token}}\n", "executable": true },
        ".plain": { "text": "plain\n" },
    });
    keeper.declare(&["token"], &files);
    keeper.run(["realize"]).success();
    let home = &keeper.home;
    assert_eq!(home.read(".config/app/token"), "hunter2\n");
    assert_eq!(home.read(".netrc"), "machine x password hunter2\n");
    assert_eq!(
        home.read(".config/app.json"),
        "{\n  \"key\": \"<hunter2>\"\n}\n"
    );
    assert_eq!(
        home.read(".local/state/nhmt/current/secrets/token"),
        "hunter2\n"
    );
    assert!(home.is_managed(".netrc") && home.is_managed(".config/app/token"));
    assert_eq!(mode(home.at(".netrc")), 0o400);
    assert_eq!(mode(home.at(".config/app/token")), 0o400);
    assert_eq!(mode(home.at(".local/bin/run")), 0o500);
    assert_eq!(mode(keeper.base()), 0o700);
    let real = fs::canonicalize(home.at(".netrc")).unwrap();
    assert!(
        real.starts_with(keeper.memory.path().canonicalize().unwrap()),
        "{real:?}"
    );
    for above in real
        .ancestors()
        .take_while(|path| *path != keeper.memory.path())
        .skip(1)
    {
        assert_eq!(mode(above), 0o700, "{above:?}");
    }
    // Nothing to do, nothing made anew.
    let before = fs::metadata(&real).unwrap().ino();
    keeper.run(["realize"]).success().stdout_has("as they were");
    assert_eq!(fs::metadata(&real).unwrap().ino(), before);
}

#[test]
fn generations_have_their_own_and_one_is_kept() {
    let mut keeper = Keeper::new();
    let files =
        json!({ "token": { "secret": "token" }, "text": { "text": "{{nhmt-secret:token}}" } });
    keeper.encrypted("token", "one");
    keeper.declare(&["token"], &files);
    keeper.run(["realize"]).success();
    let first = keeper.sets();
    assert_eq!(first.len(), 1);
    keeper.encrypted("token", "two");
    keeper.run(["realize"]).success().stdout_has("2 changed");
    assert_eq!(keeper.home.read("text"), "two");
    let second = keeper.sets();
    assert!(second.len() == 1 && second != first);
    // What is encrypted is in the generation: the file of before is not needed.
    keeper.run(["rollback"]).success();
    assert_eq!(keeper.home.read("token"), "one");
    assert_eq!(keeper.home.read("text"), "one");
    assert_eq!(keeper.sets(), first);
    // And without secrets there is nothing left.
    let base = keeper.base();
    keeper
        .home
        .declare(&json!({ "files": { "text": { "text": "x" } } }));
    keeper.run(["realize"]).success();
    assert!(!base.exists() && !keeper.home.has(".local/state/nhmt/secrets"));
    assert!(!keeper.home.has("token"));
}

#[test]
fn another_mode_is_another_set() {
    let mut keeper = Keeper::new();
    let file = keeper.encrypted("token", "one");
    for mode in ["0440", "0600", "0500"] {
        keeper.home.declare(&json!({
            "secrets": { "files": { "token": { "file": file, "mode": mode } } },
            "files": { "token": { "secret": "token" } },
        }));
        keeper.run(["realize"]).success();
        let bits = u32::from_str_radix(mode, 8).unwrap();
        assert_eq!(super::rounds::mode(keeper.home.at("token")), bits);
    }
}

#[test]
fn after_a_reboot_they_are_decrypted_again() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "hunter2");
    keeper.declare(
        &["token"],
        &json!({ "token": { "secret": "token" }, "t": { "text": "{{nhmt-secret:token}}" } }),
    );
    keeper.run(["realize"]).success();
    let list = keeper.run(["secrets", "--json"]).success().json();
    assert_eq!(list[0]["decrypted"], true);
    assert_eq!(list[0]["used_by"], json!(["t", "token"]));
    for again in [
        &["secrets", "decrypt"][..],
        &["activate"],
        &["realize"],
        &["select-generation", "1"],
    ] {
        keeper.empty_memory();
        let home = &keeper.home;
        assert!(fs::read(home.at("token")).is_err());
        let status = keeper.run(["status"]).success();
        status
            .stdout_has("the secret token is not in memory")
            .stdout_has("the secret ~/t is not in memory");
        let status = keeper.run(["status", "--json"]).success().json();
        assert_eq!(status["secrets"]["missing"], json!(["token", "~/t"]));
        assert_eq!(status["drift"], json!([]));
        keeper
            .run(["doctor"])
            .exit(1)
            .stdout_has("the secret token is not in memory")
            .stdout_has("`nhmt secrets decrypt` decrypts it again")
            .stdout_lacks("what it leads to is gone");
        keeper
            .run(["secrets"])
            .success()
            .stdout_has("not decrypted");
        let mut command = home.command();
        command
            .arg("-f")
            .arg(home.outside("configuration/home.json"))
            .args(again);
        crate::support::Outcome::of(&mut command).success();
        assert_eq!(home.read("token"), "hunter2", "{again:?}");
        assert_eq!(home.read("t"), "hunter2", "{again:?}");
        keeper.run(["doctor"]).success();
        keeper.run(["status"]).stdout_lacks("secret");
    }
    // A part of it that is gone, or open to others, is made anew.
    let real = fs::canonicalize(keeper.home.at("token")).unwrap();
    fs::remove_file(&real).unwrap();
    keeper.run(["secrets", "decrypt"]).success();
    assert_eq!(keeper.home.read("token"), "hunter2");
    assert_eq!(keeper.sets().len(), 1);
    // Where there are none any more, nothing is left of them.
    keeper.empty_memory();
    keeper.home.declare(&json!({}));
    keeper.run(["realize"]).success();
    assert!(!keeper.home.has(".local/state/nhmt/secrets"));
}

#[test]
fn the_first_directory_is_kept_as_long_as_it_is_good() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "one");
    keeper.declare(&["token"], &json!({ "token": { "secret": "token" } }));
    keeper.run(["realize"]).success();
    let base = keeper.base();
    // Another session, another variable; cron has none.
    let other = in_memory();
    for (name, value) in [
        ("XDG_RUNTIME_DIR", other.path().to_str().unwrap()),
        ("XDG_RUNTIME_DIR", ""),
    ] {
        let mut command = keeper.home.command();
        command.env(name, value).args(["secrets", "decrypt"]);
        crate::support::Outcome::of(&mut command).success();
        assert_eq!(keeper.base(), base);
    }
    // The configuration's word counts, and what was there before goes.
    let named = other.path().join("named");
    let file = keeper.home.outside("configuration/token.age");
    keeper.home.declare(&json!({
        "secrets": { "directory": named, "files": { "token": { "file": file } } },
        "files": { "token": { "secret": "token" }, "new": { "text": "" } },
    }));
    keeper.run(["realize"]).success();
    assert_eq!(keeper.base().parent(), Some(&*named));
    assert_eq!(mode(&named), 0o700);
    assert_eq!(keeper.home.read("token"), "one");
    assert!(!base.exists(), "{base:?}");
}

/// `/run` and `/var/run` are one directory, and so can any two names be. What
/// is noted is its own name: a link on the way there can be another's.
#[test]
fn another_name_of_the_same_directory_loses_none() {
    let mut keeper = Keeper::new();
    let file = keeper.encrypted("token", "one");
    let other = in_memory();
    let at = |name: &str| other.path().join(name);
    fs::create_dir(at("real")).unwrap();
    fs::set_permissions(at("real"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink("real", at("alias")).unwrap();
    let mut sets = Vec::new();
    for (name, number) in [("real", "1"), ("alias", "2"), ("real", "3"), ("alias", "4")] {
        keeper.home.declare(&json!({
            "secrets": { "directory": at(name), "files": { "token": { "file": file } } },
            "files": { "token": { "secret": "token" }, "number": { "text": number } },
        }));
        keeper.run(["realize"]).success();
        assert_eq!(keeper.home.read("token"), "one", "{number}");
        assert_eq!(
            keeper.base().parent(),
            Some(&*at("real").canonicalize().unwrap())
        );
        sets.push(keeper.sets());
    }
    assert!(sets.iter().all(|one| *one == sets[0]), "{sets:?}");
    // Who turns the link leads no program to files of theirs.
    fs::remove_file(at("alias")).unwrap();
    symlink("/nonexistent", at("alias")).unwrap();
    assert_eq!(keeper.home.read("token"), "one");
}

#[test]
fn an_empty_home_is_filled_with_keys_that_are_kept_elsewhere() {
    let mut keeper = Keeper::with_key_at("../persist/.ssh/keys");
    let file = keeper.encrypted("token", "hunter2");
    let profile = keeper.home.outside("persist/profile");
    keeper.home.declare(&json!({
        "profile": profile,
        "state": [{ "path": ".ssh", "root": keeper.home.outside("persist"), "kind": "directory" }],
        "secrets": { "identities": ["~/.ssh/keys"], "files": { "token": { "file": file } } },
        "files": { "token": { "secret": "token" }, ".ssh/config": { "text": "# {{nhmt-secret:token}}\n" } },
    }));
    keeper.run(["realize"]).success();
    assert_eq!(keeper.home.read("token"), "hunter2");
    fs::remove_dir_all(keeper.home.path()).unwrap();
    fs::create_dir(keeper.home.path()).unwrap();
    keeper.empty_memory();
    let profile = profile.to_str().unwrap();
    keeper
        .home
        .run_bare(["activate", "--profile", profile])
        .success();
    assert_eq!(keeper.home.read("token"), "hunter2");
    assert_eq!(keeper.home.read(".ssh/config"), "# hunter2\n");
}

#[test]
fn a_link_to_a_managed_secret_is_one_too() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "hunter2");
    let to = keeper.home.at("token");
    symlink(&to, keeper.home.outside("link")).unwrap();
    keeper.declare(
        &["token"],
        &json!({ "token": { "secret": "token" }, "other": { "source": &to, "method": "live" } }),
    );
    keeper.run(["realize"]).success();
    assert_eq!(keeper.home.read("other"), "hunter2");
    keeper.encrypted("token", "hunter3");
    keeper.run(["diff", "-v"]).success().stdout_lacks("hunter");
    keeper.home.declare(&json!({}));
    keeper
        .run(["diff", "-v"])
        .success()
        .stdout_lacks("hunter")
        .stdout_has("- other");
}
