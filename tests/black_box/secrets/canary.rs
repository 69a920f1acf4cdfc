//! What secrets hold is nowhere but in memory.

use std::fs;
use std::path::Path;

use serde_json::json;
use walkdir::WalkDir;

use super::Keeper;

const CANARIES: [&str; 3] = [
    "CANARY-first-7f3a",
    "CANARY-second-91bc",
    "CANARY-mine-04de",
];

/// Where a canary lies in regular files, or in names and targets of links.
fn found(root: &Path, canary: &str) -> Vec<std::path::PathBuf> {
    let has = |bytes: &[u8]| {
        bytes
            .windows(canary.len())
            .any(|some| some == canary.as_bytes())
    };
    let all = WalkDir::new(root).into_iter().map(Result::unwrap);
    let mut found = Vec::new();
    for entry in all {
        let path = entry.path();
        let bytes = match entry.file_type() {
            kind if kind.is_file() => fs::read(path).unwrap(),
            kind if kind.is_symlink() => fs::read_link(path)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes(),
            _ => Vec::new(),
        };
        if has(&bytes) || has(path.as_os_str().as_encoded_bytes()) {
            found.push(path.to_owned());
        }
    }
    found
}

#[test]
fn no_command_leaves_what_they_hold_on_the_disk_or_says_it() {
    let mut keeper = Keeper::new();
    let files = json!({
        "as-it-is": { "secret": "token", "onChange": "true" },
        ".config/text": { "text": "a\n{{nhmt-secret:token}}\nb\n" },
        ".config/value.toml": { "format": "toml", "value": { "k": "{{nhmt-secret:token}}" } },
        "in-the-way": { "text": "{{nhmt-secret:token}}" },
    });
    keeper.encrypted("token", format!("{}\n", CANARIES[0]));
    keeper.declare(&["token"], &files);
    let mut said = String::new();
    let mut typed = |keeper: &Keeper, arguments: &[&str]| {
        let mut command = keeper.home.command();
        command
            .arg("-f")
            .arg(keeper.home.outside("configuration/home.json"))
            .args(arguments);
        let outcome = crate::support::Outcome::of(&mut command);
        said.push_str(&outcome.to_string());
        outcome
    };
    let commands: [&[&str]; 21] = [
        &["diff", "-v"],
        &["diff", "--json", "-v"],
        &["realize", "--dry-run", "-v"],
        &["realize", "--dry-run", "--json", "-v"],
        &["realize", "-v", "-b", "--json"],
        &["status", "--json"],
        &["status", "--at-risk", "--json"],
        &["why", "as-it-is"],
        &["why", ".config/text"],
        &["why", ".config/value.toml", "--json"],
        &["doctor", "-v"],
        &["doctor", "--json"],
        &["doctor", "--repair", "-v"],
        &["secrets", "list", "-v"],
        &["secrets", "list", "--json"],
        &["secrets", "decrypt", "-v"],
        &["list-generations", "-v"],
        &["list-generations", "--json"],
        &["backups", "list", "-v"],
        &["backups", "list", "--json"],
        &["test-container", "-v", "--", "true"],
    ];
    for secret in [CANARIES[0], CANARIES[1]] {
        keeper.encrypted("token", secret);
        for arguments in commands {
            assert!(
                matches!(typed(&keeper, arguments).code(), Some(0 | 1)),
                "{arguments:?}"
            );
        }
        assert_eq!(keeper.home.read("as-it-is"), secret);
        assert_eq!(
            keeper.home.read(".config/value.toml"),
            format!("k = \"{secret}\"\n")
        );
    }
    typed(&keeper, &["diff", "1", "2", "-v"]).success();
    typed(&keeper, &["diff", "1", "2", "--json"]).success();
    typed(&keeper, &["rollback", "-v"]).success();
    // A program replaces the link by a file with what it read.
    fs::remove_file(keeper.home.at("in-the-way")).unwrap();
    keeper.home.write("in-the-way", CANARIES[2]);
    typed(&keeper, &["status"]).success();
    typed(&keeper, &["realize", "-v"]).success();
    for canary in &CANARIES[..2] {
        assert!(!said.contains(canary), "{said}");
        // The scratch directory has home, store, state, caches and logs.
        let found = found(keeper.home.outside("").as_path(), canary);
        assert_eq!(found, Vec::<std::path::PathBuf>::new());
    }
    // What the person wrote there is kept, as always.
    let backups = keeper.home.at(".local/state/nhmt/backups");
    assert!(!found(&backups, CANARIES[2]).is_empty());
    // In memory there is what is in force, and nothing of before.
    assert_eq!(found(keeper.memory.path(), CANARIES[0]).len(), 0);
    assert_eq!(found(keeper.memory.path(), CANARIES[1]).len(), 4);
}

/// What lies in the clear at the place of a secret is the person's, and no
/// comparison tells it from what is declared.
#[test]
fn a_file_with_the_same_words_is_in_the_way() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "same");
    keeper.home.write("token", "same");
    keeper.declare(&["token"], &json!({ "token": { "secret": "token" } }));
    for _ in 0..2 {
        keeper
            .run(["realize"])
            .exit(3)
            .stdout_lacks("same")
            .stderr_lacks("same");
    }
    assert_eq!(keeper.home.read("token"), "same");
    assert!(!keeper.home.is_managed("token"));
}

#[test]
fn another_program_cannot_look_into_it_meanwhile() {
    let mut keeper = Keeper::new();
    keeper.encrypted("token", "x");
    keeper.declare(&["token"], &json!({ "token": { "secret": "token" } }));
    let place = keeper.home.outside("calls");
    let configuration = keeper.home.outside("configuration/home.json");
    let program = keeper.home.command().get_program().to_owned();
    let mut traced = std::process::Command::new("strace");
    keeper.home.environment(&mut traced);
    traced
        .env("PATH", "/usr/bin:/bin")
        .args(["-f", "-e", "trace=prctl,openat,pivot_root"])
        .arg("-o")
        .arg(&place);
    traced
        .arg(program)
        .arg("-f")
        .arg(configuration)
        .arg("realize");
    crate::support::Outcome::of(&mut traced).success();
    let calls = fs::read_to_string(place).unwrap();
    let at = |words: &str| {
        calls
            .find(words)
            .unwrap_or_else(|| panic!("no {words} in {calls}"))
    };
    let off = at("prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)");
    let key = at("/.config/age/keys.txt");
    let plain = at(".making");
    let on = at("prctl(PR_SET_DUMPABLE, SUID_DUMP_USER)");
    assert!(
        off < key && key < on && plain < on,
        "{off} {key} {plain} {on}"
    );
}
