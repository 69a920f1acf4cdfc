//! Passphrases on a terminal.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::keys::ssh_key;
use super::{Keeper, for_recipient, with_passphrase};

/// A terminal, as script(1) makes one, with nhmt in it.
struct Terminal {
    script: Child,
    seen: String,
}

impl Terminal {
    /// Types `nhmt ARGUMENTS`, and a word when that has ended.
    fn running(keeper: &Keeper, arguments: &str) -> Self {
        let nhmt = keeper
            .home
            .command()
            .get_program()
            .to_str()
            .unwrap()
            .to_owned();
        let configuration = keeper.home.outside("configuration/home.json");
        let line = format!(
            "{nhmt} -f {} {arguments}; echo code:$?; stty -a | grep -o '[-]*echo ' ",
            configuration.display()
        );
        let mut script = Command::new("/usr/bin/env");
        keeper.home.environment(&mut script);
        // Only a test that fails meets the limit.
        script.env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh");
        script.args([
            "--default-signal=INT,QUIT",
            "/usr/bin/timeout",
            "--foreground",
            "120",
        ]);
        script.args(["/usr/bin/script", "-qec", &line, "/dev/null"]);
        let script = script.stdin(Stdio::piped()).stdout(Stdio::piped());
        Self {
            script: script.spawn().unwrap(),
            seen: String::new(),
        }
    }

    fn answer(mut self, question: &str, keys: &str) -> Self {
        let start = self.seen.len();
        let mut byte = [0];
        while !self.seen[start..].contains(question) {
            let read = self
                .script
                .stdout
                .as_mut()
                .unwrap()
                .read(&mut byte)
                .unwrap();
            assert_eq!(read, 1, "no {question:?} in {:?}", self.seen);
            self.seen.push(char::from(byte[0]));
        }
        let input = self.script.stdin.as_mut().unwrap();
        input.write_all(keys.as_bytes()).unwrap();
        input.flush().unwrap();
        self
    }

    fn end(mut self) -> String {
        let mut rest = Vec::new();
        self.script
            .stdout
            .as_mut()
            .unwrap()
            .read_to_end(&mut rest)
            .unwrap();
        self.script.wait().unwrap();
        self.seen += &String::from_utf8_lossy(&rest);
        // Whatever happened, the terminal shows again what is typed.
        assert!(self.seen.trim_end().ends_with("\necho"), "{:?}", self.seen);
        self.seen
    }
}

#[test]
fn a_key_with_a_passphrase_is_asked_for_once() {
    let mut keeper = Keeper::new();
    let public = ssh_key(&keeper, ".ssh/id_ed25519", "ed25519", "correct horse");
    keeper.given("a", for_recipient(&public, b"one"));
    keeper.given("b", for_recipient(&public, b"two"));
    keeper.encrypted("c", "three");
    keeper.declare(
        &["a", "b", "c"],
        &json!({ "a": { "secret": "a" }, "b": { "secret": "b" }, "c": { "secret": "c" } }),
    );
    let seen = Terminal::running(&keeper, "realize")
        .answer("Passphrase of ~/.ssh/id_ed25519: ", "wrong\r")
        .answer("Passphrase of ~/.ssh/id_ed25519: ", "correct x\x7fhorse\r")
        .end();
    assert!(seen.contains("code:0"), "{seen}");
    assert_eq!(seen.matches("Passphrase").count(), 2, "{seen}");
    assert!(!seen.contains("horse") && !seen.contains("wrong"), "{seen}");
    assert_eq!(
        keeper.home.read("a") + &keeper.home.read("b") + &keeper.home.read("c"),
        "onetwothree"
    );
    // What is there is not asked for again.
    let seen = Terminal::running(&keeper, "realize").end();
    assert!(
        seen.contains("code:0") && !seen.contains("Passphrase"),
        "{seen}"
    );
}

#[test]
fn a_key_that_is_not_needed_is_not_asked_for() {
    let mut keeper = Keeper::new();
    ssh_key(&keeper, ".ssh/id_ed25519", "ed25519", "pass");
    ssh_key(&keeper, ".ssh/id_rsa", "rsa", "pass");
    keeper.encrypted("a", "one");
    keeper.declare(&["a"], &json!({ "a": { "secret": "a" } }));
    let seen = Terminal::running(&keeper, "realize").end();
    assert!(
        seen.contains("code:0") && !seen.contains("Passphrase"),
        "{seen}"
    );
}

#[test]
fn a_file_with_a_passphrase_and_keys_with_one_are_asked_for() {
    let mut keeper = Keeper::with_key_at("plain-keys");
    keeper.given("a", with_passphrase("tïger", b"one"));
    keeper.encrypted("b", "two");
    let keys = with_passphrase("lion", keeper.home.read("plain-keys").as_bytes());
    std::fs::remove_file(keeper.home.at("plain-keys")).unwrap();
    std::fs::create_dir_all(keeper.home.at(".config/age")).unwrap();
    std::fs::write(keeper.home.at(".config/age/keys.txt"), keys).unwrap();
    keeper.declare(
        &["a", "b"],
        &json!({ "a": { "secret": "a" }, "b": { "secret": "b" } }),
    );
    let seen = Terminal::running(&keeper, "realize")
        .answer("Passphrase of the secret `a`: ", "xx\x15tïger\r")
        .answer("Passphrase of ~/.config/age/keys.txt: ", "lion\r")
        .end();
    assert!(seen.contains("code:0"), "{seen}");
    assert_eq!(keeper.home.read("a") + &keeper.home.read("b"), "onetwo");
}

#[test]
fn who_gives_up_changes_nothing() {
    let mut keeper = Keeper::new();
    keeper.given("a", with_passphrase("tiger", b"one"));
    keeper.declare(&["a"], &json!({ "a": { "secret": "a" } }));
    let seen = Terminal::running(&keeper, "realize")
        .answer("Passphrase of the secret `a`: ", "ti\x03")
        .end();
    assert!(
        seen.contains("no passphrase was given: interrupted") && seen.contains("code:1"),
        "{seen}"
    );
    let seen = Terminal::running(&keeper, "realize")
        .answer("Passphrase of the secret `a`: ", "\x04")
        .end();
    assert!(
        seen.contains("no passphrase was given: the input has ended"),
        "{seen}"
    );
    let ask = "Passphrase of the secret `a`: ";
    let seen = Terminal::running(&keeper, "realize")
        .answer(ask, "1\r")
        .answer(ask, "2\r")
        .answer(ask, "3\r")
        .end();
    assert!(
        seen.contains("the passphrase of the secret `a` was wrong") && seen.contains("code:1"),
        "{seen}"
    );
    assert!(!keeper.home.has("a") && !keeper.home.has(".local/state/nhmt/current"));
}
