//! Keys of age and ssh, and files that other programs encrypted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use super::{Keeper, for_recipient};

/// Runs a program, which has to succeed.
pub(super) fn program<const N: usize>(name: &str, arguments: [&str; N]) -> String {
    let command = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = command.unwrap_or_else(|error| panic!("this test needs {name}: {error}"));
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {shown}");
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a key of ssh's at `place` in the home; gives the public one.
pub(super) fn ssh_key(keeper: &Keeper, place: &str, kind: &str, passphrase: &str) -> String {
    let path = keeper.home.at(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let shown = path.to_str().unwrap();
    let bits = if kind == "rsa" { "2048" } else { "0" };
    let mut arguments = vec!["-q", "-t", kind, "-N", passphrase, "-f", shown];
    if kind == "rsa" {
        arguments.extend(["-b", bits]);
    }
    let made = Command::new("ssh-keygen").args(arguments).status();
    assert!(made.expect("this test needs ssh-keygen").success());
    fs::read_to_string(path.with_extension("pub")).unwrap()
}

#[test]
fn keys_of_ssh_decrypt() {
    let mut keeper = Keeper::with_key_at("unused");
    for (kind, place) in [("ed25519", ".ssh/id_ed25519"), ("rsa", ".ssh/id_rsa")] {
        let public = ssh_key(&keeper, place, kind, "");
        keeper.given(kind, for_recipient(&public, kind.as_bytes()));
    }
    let files = json!({ "a": { "secret": "ed25519" }, "b": { "secret": "rsa" } });
    keeper.declare(&["ed25519", "rsa"], &files);
    keeper.run(["realize"]).success();
    assert_eq!(keeper.home.read("a"), "ed25519");
    assert_eq!(keeper.home.read("b"), "rsa");
}

/// Encrypts as people do, by the program of Debian's package `age`, which is
/// another implementation of the format.
#[test]
fn files_of_the_program_age_decrypt() {
    let mut keeper = Keeper::with_key_at("unused");
    let home = &keeper.home;
    let at = |path: PathBuf| path.to_str().unwrap().to_owned();
    let keys = at(home.at("age-keys"));
    program("age-keygen", ["-o", &keys]);
    let native = program("age-keygen", ["-y", &keys]);
    let ssh = [
        ssh_key(&keeper, ".ssh/id_ed25519", "ed25519", ""),
        ssh_key(&keeper, ".ssh/id_rsa", "rsa", ""),
    ];
    let plain = at(home.outside("plain"));
    fs::write(&plain, "from age\n").unwrap();
    let recipients = [&native, &ssh[0], &ssh[1]].map(|public| public.trim().to_owned());
    let mut names = Vec::new();
    for (number, recipient) in recipients.iter().enumerate() {
        for armored in [true, false] {
            let name = format!("s{number}{armored}");
            let file = at(home.outside(format!("configuration/{name}.age")));
            let arguments: &[&str] = if armored { &["-a"] } else { &[] };
            let age = Command::new("age")
                .args(arguments)
                .args(["-r", recipient, "-o", &file, &plain])
                .status();
            assert!(age.expect("this test needs age").success());
            names.push(name);
        }
    }
    let all = at(home.outside("configuration/all.age"));
    let [a, b, c] = &recipients;
    program("age", ["-r", a, "-r", b, "-r", c, "-o", &all, &plain]);
    names.push("all".to_owned());
    let secrets: serde_json::Map<_, _> = names
        .iter()
        .map(|name| {
            let file = home.outside(format!("configuration/{name}.age"));
            (name.clone(), json!({ "file": file }))
        })
        .collect();
    let identities = json!([keys, "~/.ssh/id_ed25519", "~/.ssh/id_rsa"]);
    let declared = json!({ "secrets": { "identities": identities, "files": secrets } });
    keeper.home.declare(&declared);
    keeper.run(["realize"]).success();
    for name in &names {
        let path = Path::new(".local/state/nhmt/current/secrets").join(name);
        assert_eq!(
            keeper.home.read(path.to_str().unwrap()),
            "from age\n",
            "{name}"
        );
    }
    // The other way round: it takes what this one encrypts.
    let file = keeper.given("ours", for_recipient(&native, b"ours"));
    assert_eq!(
        program("age", ["-d", "-i", &keys, file.to_str().unwrap()]),
        "ours"
    );
}
