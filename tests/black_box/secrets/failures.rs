//! What cannot be decrypted: nothing has changed then.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use age::x25519;
use serde_json::json;

use super::keys::ssh_key;
use super::{Keeper, for_recipient, with_passphrase};

/// A home with a generation, and another secret that is broken.
fn second_run_fails(keeper: &mut Keeper, broken: &[u8]) -> crate::support::Outcome {
    keeper.encrypted("good", "good");
    keeper.declare(&["good"], &json!({ "good": { "secret": "good" } }));
    keeper.run(["realize"]).success();
    let before = (keeper.home.snapshot(), keeper.sets());
    let generations = keeper.run(["list-generations", "--json"]).success().json();
    keeper.given("bad", broken);
    let files =
        json!({ "good": { "secret": "good" }, "bad": { "secret": "bad" }, "new": { "text": "x" } });
    keeper.declare(&["good", "bad"], &files);
    let outcome = keeper.run(["realize"]);
    assert_eq!((keeper.home.snapshot(), keeper.sets()), before, "{outcome}");
    let now = keeper.run(["list-generations", "--json"]).success().json();
    assert_eq!(now, generations);
    assert_eq!(keeper.home.read("good"), "good");
    outcome
}

#[test]
fn a_key_that_is_not_there_is_named_with_all_that_were_tried() {
    let mut keeper = Keeper::new();
    ssh_key(&keeper, ".ssh/id_ed25519", "ed25519", "");
    let other = x25519::Identity::generate().to_public();
    let broken = age::encrypt(&other, b"x").unwrap();
    second_run_fails(&mut keeper, &broken)
        .exit(1)
        .stderr_has("error: the secret `bad` cannot be decrypted: it is encrypted for none of the identities")
        .stderr_has("~/.ssh/id_ed25519: it is encrypted for other keys")
        .stderr_has("~/.ssh/id_rsa: it does not exist")
        .stderr_has("~/.config/age/keys.txt: it is encrypted for other keys")
        .stderr_has("`nhmt.secrets.identities`")
        .stderr_lacks("`good`");
}

#[test]
fn a_file_that_was_changed_is_named() {
    let mut keeper = Keeper::new();
    let whole = age::encrypt(&keeper.key.to_public(), &[b'x'; 200]).unwrap();
    let body = whole.windows(4).position(|some| some == b"\n---").unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut mac = whole.clone();
    mac[body + 6] = if mac[body + 6] == b'A' { b'B' } else { b'A' };
    for (number, bytes) in [&flipped[..], &whole[..whole.len() - 20], &mac]
        .into_iter()
        .enumerate()
    {
        let outcome = second_run_fails(&mut keeper, bytes);
        assert!(
            outcome
                .stderr()
                .contains("the file was changed after it was encrypted, or is cut off"),
            "{number}: {outcome}"
        );
        outcome
            .exit(1)
            .stderr_has("take the file from where it was written");
    }
}

#[test]
fn what_is_not_encrypted_is_refused_when_the_tree_is_built() {
    let mut keeper = Keeper::new();
    for (bytes, expected) in [
        (&b"canary"[..], "is not encrypted by age, or is damaged"),
        (
            b"age-encryption.org/v1\ncanary",
            "is not encrypted by age, or is damaged",
        ),
        (
            b"-----BEGIN AGE ENCRYPTED FILE-----\ncanary",
            "is not encrypted by age, or is damaged",
        ),
    ] {
        second_run_fails(&mut keeper, bytes)
            .exit(4)
            .stderr_has("secret \"bad\": the file ")
            .stderr_has(expected)
            .stderr_lacks("canary");
    }
    fs::remove_file(keeper.home.outside("configuration/bad.age")).unwrap();
    keeper
        .run(["realize"])
        .exit(4)
        .stderr_has("bad.age does not exist");
}

#[test]
fn a_passphrase_without_a_terminal_is_named() {
    let mut keeper = Keeper::new();
    second_run_fails(&mut keeper, &with_passphrase("p", b"x"))
        .exit(1)
        .stderr_has(
            "it needs the passphrase of the secret `bad`, and there is no terminal to ask on",
        )
        .stderr_has("run `nhmt secrets decrypt` in a terminal");
    let public = ssh_key(&keeper, ".ssh/id_ed25519", "ed25519", "pass");
    second_run_fails(&mut keeper, &for_recipient(&public, b"x"))
        .exit(1)
        .stderr_has("it needs the passphrase of ~/.ssh/id_ed25519");
}

#[test]
fn a_file_of_keys_that_is_none_is_named_without_its_content() {
    let mut keeper = Keeper::new();
    let other = age::encrypt(&x25519::Identity::generate().to_public(), b"x").unwrap();
    let file = keeper.given("s", other);
    let at = |name: &str| format!("~/{name}");
    keeper.home.write("keys", "CANARY\n");
    keeper.home.write("plugin", "AGE-PLUGIN-CANARY-1\n");
    keeper.home.write(
        "ssh",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY\n-----END OPENSSH PRIVATE KEY-----\n",
    );
    ssh_key(&keeper, "ecdsa", "ecdsa", "");
    fs::create_dir(keeper.home.at("directory")).unwrap();
    super::keys::program("mkfifo", [keeper.home.at("pipe").to_str().unwrap()]);
    let names = [
        "keys",
        "plugin",
        "ssh",
        "ecdsa",
        "directory",
        "pipe",
        "absent",
    ];
    keeper.home.declare(&json!({
        "secrets": { "identities": names.map(at), "files": { "s": { "file": file } } },
    }));
    keeper.run(["realize", "-v"]).exit(1)
        .stderr_has("~/keys: identity file contains non-identity data on line 1")
        .stderr_has("~/plugin: identity file contains non-identity data on line 1; keys of age start with AGE-SECRET-KEY-1, and plugins are not used")
        .stderr_has("~/ssh: it is no private key of ssh's")
        .stderr_has("~/ecdsa: a key of this kind cannot decrypt")
        .stderr_has("~/directory: it cannot be read: it is no file")
        .stderr_has("~/pipe: it cannot be read: it is no file")
        .stderr_has("~/absent: it does not exist")
        .stderr_lacks("CANARY");
}

#[test]
fn there_has_to_be_a_directory_in_memory() {
    let mut keeper = Keeper::new();
    let file = keeper.encrypted("token", "x");
    keeper.declare(&["token"], &json!({ "token": { "secret": "token" } }));
    let run = |keeper: &Keeper, runtime: &str| {
        let mut command = keeper.home.command();
        command.env("XDG_RUNTIME_DIR", runtime);
        command
            .arg("-f")
            .arg(keeper.home.outside("configuration/home.json"))
            .arg("realize");
        let outcome = crate::support::Outcome::of(&mut command).exit(1);
        assert!(!keeper.home.has("token"));
        outcome
            .stderr_has("there is no directory in memory for secrets: ")
            .stderr_has("nhmt.secrets.directory")
    };
    // In this machine's own directory of that name, a test must not write.
    let me = rustix::process::getuid().as_raw();
    if !std::path::Path::new(&format!("/run/user/{me}")).exists() {
        run(&keeper, "")
            .stderr_has("$XDG_RUNTIME_DIR is not set")
            .stderr_has(&format!("(/run/user/{me})"));
        run(&keeper, "/nonexistent").stderr_has("$XDG_RUNTIME_DIR (/nonexistent): No such file");
        let disk = keeper.home.outside("tmp");
        fs::set_permissions(&disk, fs::Permissions::from_mode(0o700)).unwrap();
        if !disk.starts_with("/dev/shm") {
            run(&keeper, disk.to_str().unwrap()).stderr_has("is not in memory (tmpfs)");
        }
        let open = super::in_memory();
        fs::set_permissions(open.path(), fs::Permissions::from_mode(0o777)).unwrap();
        run(&keeper, open.path().to_str().unwrap())
            .stderr_has("it is open to other users, with the mode 0777");
    }
    // It can be allowed.
    let disk = keeper.home.outside("disk");
    let mut secrets = json!({ "directory": disk, "files": { "token": { "file": file } } });
    keeper
        .home
        .declare(&json!({ "secrets": secrets, "files": { "token": { "secret": "token" } } }));
    keeper
        .run(["realize"])
        .exit(1)
        .stderr_has("`nhmt.secrets.allowDisk` is not set");
    secrets["allowDisk"] = true.into();
    keeper
        .home
        .declare(&json!({ "secrets": secrets, "files": { "token": { "secret": "token" } } }));
    keeper.run(["realize"]).success();
    assert_eq!(keeper.home.read("token"), "x");
}

#[test]
fn a_directory_that_others_could_have_made_is_not_used() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "x");
    keeper.declare(&["token"], &json!({ "token": { "secret": "token" } }));
    keeper.run(["realize"]).success();
    let base = keeper.base();
    keeper.empty_memory();
    // A link is not followed, and a directory that is open is not written to.
    let elsewhere = super::in_memory();
    std::os::unix::fs::symlink(elsewhere.path(), &base).unwrap();
    keeper
        .run(["secrets", "decrypt"])
        .exit(1)
        .stderr_has("there is no directory in memory");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    fs::remove_file(&base).unwrap();
    fs::create_dir(&base).unwrap();
    fs::set_permissions(&base, fs::Permissions::from_mode(0o755)).unwrap();
    keeper
        .run(["secrets", "decrypt"])
        .exit(1)
        .stderr_has("it is open to other users, with the mode 0755");
    assert_eq!(fs::read_dir(&base).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_filled_in_is_named() {
    let mut keeper = Keeper::new();
    keeper.encrypted("lines", "canary\nsecond\n");
    keeper.encrypted("bytes", b"canary\xff");
    let ini = json!({ "a.ini": { "format": "ini", "value": { "x": "{{nhmt-secret:lines}}" } } });
    keeper.declare(&["lines", "bytes"], &ini);
    keeper
        .run(["realize", "-v"])
        .exit(1)
        .stderr_has("\"a.ini\": what is filled in at `x` has no form as ini")
        .stderr_lacks("canary");
    keeper.declare(
        &["lines", "bytes"],
        &json!({ "a": { "text": "{{nhmt-secret:bytes}}" } }),
    );
    keeper
        .run(["realize", "-v"])
        .exit(1)
        .stderr_has("\"a\": the secret `bytes` is not text")
        .stderr_lacks("canary");
    // As they are, they can hold anything.
    keeper.declare(&["lines", "bytes"], &json!({ "a": { "secret": "bytes" } }));
    keeper.run(["realize"]).success();
    assert_eq!(fs::read(keeper.home.at("a")).unwrap(), b"canary\xff");
}

#[test]
fn nothing_realized_has_no_secrets() {
    let mut keeper = Keeper::new();
    keeper
        .run(["secrets"])
        .exit(1)
        .stderr_has("no generation is in force");
    keeper
        .run(["secrets", "decrypt"])
        .exit(1)
        .stderr_has("no generation is in force");
    keeper.home.declare(&json!({}));
    keeper.run(["realize"]).success();
    keeper
        .run(["secrets"])
        .success()
        .stdout_has("this home has no secrets");
    keeper.run(["secrets", "decrypt"]).success();
}
