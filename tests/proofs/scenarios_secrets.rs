//! Scenarios with secrets. A directory of the home stands for the one in
//! memory, so that it is looked at and brought back with the rest; and wherever
//! a run is cut off, what they hold is there alone, and nobody else's to read.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use age::armor::{ArmoredWriter, Format};
use age::secrecy::ExposeSecret as _;
use age::x25519;

use super::case::Fault;
use super::scenario::{Scenario, Step};
use super::snapshot::{Node, Snapshot};
use super::view::MEMORY;

/// What every secret has in it, and nothing else has.
const CANARY: &str = "canary";

/// The key, and secrets that are encrypted for it: the same in all places.
struct Keys {
    key: &'static str,
    one: &'static str,
    two: &'static str,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let key = x25519::Identity::generate();
    let encrypted = |plain: &str| -> &'static str {
        let bytes = age::encrypt(&key.to_public(), plain.as_bytes()).unwrap();
        let mut armored = Vec::new();
        let mut writer = ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor).unwrap();
        std::io::Write::write_all(&mut writer, &bytes).unwrap();
        writer.finish().unwrap();
        String::from_utf8(armored).unwrap().leak()
    };
    Keys {
        key: key.to_string().expose_secret().to_owned().leak(),
        one: encrypted(&format!("{CANARY} one\n")),
        two: encrypted(&format!("{CANARY} two\n")),
    }
});

/// All of them.
pub fn all() -> Vec<Scenario> {
    vec![
        arriving(),
        over_files(),
        changed(),
        gone(),
        moved(),
        moved_as_they_are(),
        rolled_back(),
        after_a_reboot(),
    ]
}

/// Whether secrets are in the clear before or after the command.
pub fn has_any(scenario: &Scenario) -> bool {
    let sources = scenario.before.iter();
    sources
        .into_iter()
        .any(|step| matches!(step, Step::Source("key", _)))
}

/// A scenario whose manifests may name the secrets `one` and `two`.
fn scenario(name: &'static str) -> Scenario {
    let keys = &*KEYS;
    Scenario::new(name)
        .source("key", keys.key)
        .source("one.age", keys.one)
        .source("two.age", keys.two)
}

/// `files` with the secret `token`, whose encrypted file is this one.
macro_rules! with_token {
    ($encrypted:literal, $files:literal) => {
        with_token!($encrypted, $files, "")
    };
    ($encrypted:literal, $files:literal, $below:literal) => {
        concat!(
            $files,
            r#","secrets":{"directory":"{home}/.in-memory"#,
            $below,
            r#"","allowDisk":true,"identities":["{source}/key"],
                "files":{"token":{"file":"{source}/"#,
            $encrypted,
            r#".age"}}}"#
        )
    };
}

const FIRST: &str = with_token!(
    "one",
    r#"{"as-it-is":{"secret":"token"},"text":{"text":"<{{nhmt-secret:token}}>"},
        "d/v.json":{"format":"json","value":{"k":"{{nhmt-secret:token}}"}},
        "l":{"text":"plain"}}"#
);

const SECOND: &str = with_token!(
    "two",
    r#"{"as-it-is":{"secret":"token"},"text":{"text":"({{nhmt-secret:token}})"},
        "new":{"text":"{{nhmt-secret:token}}","executable":true},
        "l":{"text":"other"}}"#
);

/// In a home without any.
fn arriving() -> Scenario {
    scenario("secrets-first")
        .write("mine", "mine")
        .realized(r#"{"text":{"text":"no secret"}}"#)
        .cut_realize(FIRST)
        .back_to("1")
}

/// With files of the person's in their way.
pub fn over_files() -> Scenario {
    scenario("secrets-over-files")
        .realized(with_token!("one", r#"{"l":{"secret":"token"}}"#))
        .write("as-it-is", "my own words")
        .write("text/in", "a directory of mine")
        .cut_realize(SECOND)
        .back_to("1")
}

/// Another secret by the same name, in other files.
pub fn changed() -> Scenario {
    scenario("secrets-changed")
        .write("mine", "mine")
        .realized(FIRST)
        .cut_realize(SECOND)
        .back_to("1")
}

fn gone() -> Scenario {
    scenario("secrets-gone")
        .realized(FIRST)
        .cut_realize(r#"{"l":{"text":"other"}}"#)
        .back_to("1")
}

/// To another directory in memory, and other ones.
fn moved() -> Scenario {
    scenario("secrets-moved")
        .realized(FIRST)
        .cut_realize(with_token!(
            "two",
            r#"{"as-it-is":{"secret":"token"},"text":{"text":"({{nhmt-secret:token}})"}}"#,
            "/other"
        ))
        .back_to("1")
}

/// To another directory in memory, the same ones.
fn moved_as_they_are() -> Scenario {
    scenario("secrets-moved-as-they-are")
        .realized(with_token!("one", r#"{"l":{"secret":"token"}}"#))
        .cut_realize(with_token!(
            "one",
            r#"{"l":{"secret":"token"},"new":{"text":"plain"}}"#,
            "/other"
        ))
        .back_to("1")
}

fn rolled_back() -> Scenario {
    scenario("secrets-rollback")
        .realized(FIRST)
        .realized(SECOND)
        .cut(["rollback"], ["select-generation", "1"])
        .back_to("2")
}

fn after_a_reboot() -> Scenario {
    scenario("secrets-decrypt")
        .realized(FIRST)
        .forget()
        .cut(["secrets", "decrypt"], ["secrets", "decrypt"])
}

/// What secrets hold is in the directory for them alone, in files and
/// directories that nobody else can read.
pub fn check_private(state: &Snapshot) -> Result<(), Fault> {
    for (path, entry) in &state.entries {
        let inside = path.starts_with(MEMORY) && path != Path::new(MEMORY);
        if let Node::File(bytes) = &entry.node {
            let has = bytes
                .windows(CANARY.len())
                .any(|some| some == CANARY.as_bytes());
            if has && !inside {
                return Err(format!("~/{} holds a secret", path.display()));
            }
        }
        let open = entry.mode & 0o077 != 0 && !matches!(entry.node, Node::Link(_));
        if inside && open {
            let path = path.display();
            return Err(format!("~/{path} is open to others, {:o}", entry.mode));
        }
    }
    Ok(())
}

/// What is in the clear: the place in its set, the mode and the content, for
/// each file in whatever directory. More than the set in force is too much.
pub fn in_memory(state: &Snapshot) -> Vec<(PathBuf, u32, String)> {
    let mut all = Vec::new();
    for (path, entry) in &state.entries {
        if let (Ok(rest), Node::File(bytes)) = (path.strip_prefix(MEMORY), &entry.node) {
            let is_base = |part: &OsStr| part.as_encoded_bytes().starts_with(b"nhmt-");
            let inside: PathBuf = rest
                .iter()
                .skip_while(|part| !is_base(part))
                .skip(1)
                .collect();
            all.push((
                inside,
                entry.mode,
                String::from_utf8_lossy(bytes).into_owned(),
            ));
        }
    }
    all.sort();
    all
}
