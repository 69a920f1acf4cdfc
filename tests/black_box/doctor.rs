//! What is wrong with a home's own affairs, and how it is put right.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::Home;
use crate::support::filesystem::elsewhere;
use crate::support::owner::needs_root;

const STATE: &str = ".local/state/nhmt";
const PROFILE: &str = ".local/state/nix/profiles/nhmt";

/// A home with two files, on generation 1.
fn home() -> Home {
    let home = Home::new().manifest(r#"{"f":{"text":"1"},"d/g":{"text":"2"}}"#);
    home.run(["realize"]).success();
    home.run_bare(["doctor"])
        .success()
        .stdout_has("nothing is wrong");
    home
}

fn state(home: &Home, name: &str) -> std::path::PathBuf {
    home.at(STATE).join(name)
}

fn findings(json: &Value) -> Vec<(String, String)> {
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let all = json["findings"].as_array().unwrap().iter();
    all.map(|one| (word(one, "kind"), word(one, "message")))
        .collect()
}

/// The one finding that there has to be: its kind and its message.
#[track_caller]
fn found(home: &Home, kind: &str) -> String {
    let outcome = home.run_bare(["doctor", "--json"]).exit(1);
    let json = outcome.json();
    assert_eq!(json["healthy"], false);
    let mut all = findings(&json);
    assert_eq!(all.len(), 1, "{outcome}");
    let (found, message) = all.remove(0);
    assert_eq!(found, kind, "{message}");
    home.run_bare(["doctor"]).exit(1).stdout_has(&message);
    message
}

/// It is found, repaired, and found no more.
#[track_caller]
fn repaired(home: &Home, kind: &str) -> String {
    let message = found(home, kind);
    let json = home.run_bare(["doctor", "--repair", "--json"]).success();
    let json = json.json();
    assert_eq!(json["repaired"][0]["kind"], kind);
    assert_eq!(json["problems"].as_array().unwrap().len(), 0, "{json}");
    home.run_bare(["doctor"])
        .success()
        .stdout_has("nothing is wrong");
    message
}

#[test]
fn a_home_without_nhmt_is_healthy() {
    let home = Home::new();
    home.run_bare(["doctor"]).success();
    home.run_bare(["doctor", "--repair"]).success();
    assert!(!home.has(".local"), "looking makes nothing");
    let json = home.run_bare(["doctor", "--json"]).success().json();
    assert_eq!(json["healthy"], true);
}

#[test]
fn looking_changes_nothing() {
    let home = home();
    let list = || {
        let entries = fs::read_dir(home.at(STATE)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let (before, files) = (list(), home.snapshot());
    home.run_bare(["doctor"]).success();
    assert_eq!((list(), home.snapshot()), (before, files));
}

#[test]
fn a_missing_anchor() {
    let home = home();
    fs::remove_file(state(&home, "current")).unwrap();
    let message = repaired(&home, "anchor-missing");
    assert!(message.contains("current is not there"), "{message}");
    assert_eq!(home.read("f"), "1");
}

#[test]
fn an_anchor_to_a_tree_that_is_gone() {
    let home = home();
    let anchor = state(&home, "current");
    fs::remove_file(&anchor).unwrap();
    symlink("/nowhere/tree", &anchor).unwrap();
    let outcome = home.run_bare(["doctor", "--json"]).exit(1);
    let all = findings(&outcome.json());
    assert_eq!(all[0].0, "anchor-dangling", "{outcome}");
    assert!(all[0].1.contains("(/nowhere/tree)"), "{}", all[0].1);
    home.run_bare(["doctor", "--repair"])
        .success()
        .stdout_has("repaired: ");
    assert_eq!(home.read("f"), "1");
}

#[test]
fn an_anchor_that_cannot_be_turned_to_a_whole_generation() {
    let home = home();
    fs::remove_file(state(&home, "current")).unwrap();
    symlink("/nowhere/tree", state(&home, "current")).unwrap();
    let link = home.at(PROFILE).with_file_name("nhmt-1-link");
    fs::remove_file(&link).unwrap();
    symlink("/nowhere/other", &link).unwrap();
    home.run_bare(["doctor", "--repair"])
        .exit(1)
        .stderr_has("generation 1 is gone")
        .stdout_has("current leads to a home tree that is gone")
        .stdout_has("generation 1 is gone: a garbage collection took its tree (/nowhere/other)")
        .stdout_has("`nhmt delete-generations` with its number");
}

#[test]
fn a_profile_that_names_another_generation_or_none() {
    let mut home = home();
    home.set_manifest(r#"{"f":{"text":"2"}}"#);
    home.run(["realize"]).success();
    let profile = home.at(PROFILE);
    for name in [Some("nhmt-1-link"), None] {
        fs::remove_file(&profile).unwrap();
        if let Some(name) = name {
            symlink(name, &profile).unwrap();
        }
        let message = repaired(&home, "profile-apart");
        assert!(message.contains("the home is on generation 2"), "{message}");
        assert_eq!(fs::read_link(&profile).unwrap(), Path::new("nhmt-2-link"));
    }
    fs::remove_file(&profile).unwrap();
    fs::write(&profile, "mine").unwrap();
    let message = found(&home, "profile-foreign");
    assert!(message.contains("is no profile of nhmt's"), "{message}");
    home.run_bare(["doctor", "--repair"]).exit(1);
    assert_eq!(fs::read_to_string(&profile).unwrap(), "mine");
}

#[test]
fn a_tree_in_force_that_is_no_generation() {
    let home = home();
    fs::remove_file(home.at(PROFILE).with_file_name("nhmt-1-link")).unwrap();
    let message = found(&home, "tree-unregistered");
    assert!(message.contains("belongs to no generation"), "{message}");
    home.run(["realize"]).success();
    home.run_bare(["doctor"]).success();
}

/// Replaces a text in a file of the tree in force, which is read-only.
fn change_tree(home: &Home, name: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    let tree = fs::read_link(state(home, "current")).unwrap();
    let file = tree.join(name);
    for path in [&tree, &file] {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let content = change(fs::read(&file).unwrap());
    fs::write(&file, content).unwrap();
}

#[test]
fn a_tree_whose_index_cannot_be_read() {
    let home = home();
    change_tree(&home, "index", |index| {
        let text = String::from_utf8_lossy(&index).replace("reader 1", "reader 99");
        text.into_bytes()
    });
    let message = found(&home, "tree-too-new");
    assert!(message.contains("reader version 99"), "{message}");
    change_tree(&home, "index", |_| b"nonsense".to_vec());
    let message = found(&home, "index-damaged");
    assert!(message.contains("no end of the header"), "{message}");
}

#[test]
fn links_that_lead_nowhere_or_are_declared_no_more() {
    let home = home();
    let prefix = state(&home, "current/home");
    symlink(prefix.join("old"), home.at("old")).unwrap();
    fs::create_dir(home.at("elsewhere")).unwrap();
    symlink(prefix.join("f"), home.at("elsewhere/f")).unwrap();
    symlink("/nowhere", home.at("mine")).unwrap();
    let json = home.run_bare(["doctor", "--json"]).exit(1).json();
    let sentence = "is a link of nhmt's that no longer is declared";
    let expected = ["~/elsewhere/f", "~/old"];
    let expected = expected.map(|path| ("left-over-link".into(), format!("{path} {sentence}")));
    assert_eq!(findings(&json), expected);
    home.run_bare(["doctor", "--repair"])
        .success()
        .stdout_has("repaired: ~/old is a link");
    assert!(!home.has("old") && !home.has("elsewhere/f"));
    assert!(home.has("mine") && home.has("elsewhere") && home.has("f"));
    assert!(!home.has(&format!("{STATE}/work/doctor")));

    let leaf = fs::read_link(state(&home, "current")).unwrap().join("home");
    fs::set_permissions(&leaf, fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(leaf.join("f")).unwrap();
    let message = found(&home, "dangling-link");
    assert!(message.starts_with("~/f is in its place"), "{message}");
}

#[test]
fn drift_is_pointed_to() {
    let home = home();
    fs::remove_file(home.at("f")).unwrap();
    let message = found(&home, "drift");
    assert!(message.contains("~/f is no longer"), "{message}");
    assert!(message.contains("is managed, but gone"), "{message}");
    home.run_bare(["doctor", "--repair"]).exit(1);
    assert!(!home.has("f"), "that is for realize");
}

#[test]
fn a_home_that_is_in_use_is_said_to_be() {
    let home = home();
    let lock = fs::File::open(home.path()).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    // A run on its way has a private folder; that is no finding then.
    fs::create_dir_all(state(&home, "work/1-0")).unwrap();
    let message = found(&home, "locked");
    let own = format!("process {}", std::process::id());
    assert!(message.contains(&own), "{message}");
    home.run_bare(["doctor", "--repair", "--no-wait"]).exit(1);
}

#[test]
fn folders_that_runs_have_left() {
    let home = home();
    let work = state(&home, "work/12-0");
    fs::create_dir_all(work.join("2/inner")).unwrap();
    fs::write(work.join("1"), "saved meanwhile").unwrap();
    symlink(state(&home, "current/home/f"), work.join("2/inner/f")).unwrap();
    let message = repaired(&home, "left-over-work");
    assert!(message.contains("12-0 is the private folder"), "{message}");
    assert!(message.contains("(in it: 1, 2)"), "{message}");
    assert!(!work.exists());
    let kept: Vec<_> = home.backups().into_iter().collect();
    assert_eq!(
        kept,
        [("1/left-over/12-0/1".into(), "saved meanwhile".into())]
    );
    home.run_bare(["backups", "list"])
        .success()
        .stdout_has("left-over/12-0/1");
    // The same name once more does not replace it.
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join("1"), "other").unwrap();
    home.run_bare(["doctor", "--repair"]).success();
    let kept: Vec<_> = home.backups().into_values().collect();
    assert_eq!(kept, ["saved meanwhile", "other"]);
}

#[test]
fn folders_beside_what_they_served() {
    let home = home();
    home.write("d/.nhmt-work-12-0/1", "mine");
    let message = repaired(&home, "left-over-work");
    assert!(message.starts_with("~/d/.nhmt-work-12-0"), "{message}");
    assert!(!home.has("d/.nhmt-work-12-0"));
    let kept: Vec<_> = home.backups().into_iter().collect();
    assert_eq!(
        kept,
        [("1/left-over/.nhmt-work-12-0/1".into(), "mine".into())]
    );
}

#[test]
fn a_bridge_that_was_left() {
    let home = home();
    let bridge = state(&home, "bridge-1");
    fs::create_dir_all(bridge.join("home/d")).unwrap();
    symlink("/./nowhere", bridge.join("tree")).unwrap();
    symlink("/./nowhere", bridge.join("home/d/x")).unwrap();
    fs::write(bridge.join("home/made"), "by a program").unwrap();
    fs::set_permissions(&bridge, fs::Permissions::from_mode(0o555)).unwrap();
    let message = repaired(&home, "left-over-bridge");
    assert!(message.contains("bridge-1 is the bridge"), "{message}");
    assert!(!bridge.exists());
    assert_eq!(
        home.backups().into_values().collect::<Vec<_>>(),
        ["by a program"]
    );
}

#[test]
fn backups_that_do_not_agree_with_their_list() {
    let mut home = home();
    for path in ["a", "b", "e/x"] {
        home.write(path, "mine");
    }
    home.set_manifest(r#"{"a":{"text":"1"},"b":{"text":"2"},"e":{"text":"3"}}"#);
    home.run(["realize", "-b"]).success();
    home.run_bare(["doctor"]).success();
    fs::remove_file(state(&home, "backups/2/a")).unwrap();
    let message = repaired(&home, "backup-missing");
    assert!(message.contains("backups/2/a is recorded"), "{message}");
    let items = state(&home, "backups/items");
    fs::remove_file(&items).unwrap();
    let json = home.run_bare(["doctor", "--json"]).exit(1).json();
    let kinds: Vec<_> = findings(&json).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["backup-unrecorded", "backup-unrecorded"]);
    home.run_bare(["doctor", "--repair"])
        .success()
        .stdout_has("backups/2/e/x lies among the backups");
    home.run_bare(["backups", "list"])
        .success()
        .stdout_has("e/x");
    fs::remove_file(home.at("b")).unwrap();
    home.run_bare(["backups", "restore", "b"]).success();
    assert_eq!(home.read("b"), "mine");
}

#[test]
fn records_that_are_damaged() {
    let home = home().file("x", "mine");
    let mut home = home;
    home.set_manifest(r#"{"x":{"text":"1"},"d/g":{"text":"2"},"c":{"text":"3","method":"copy"}}"#);
    home.run(["realize", "-b"]).success();
    for (name, rest) in [
        ("directories", "../up\0"),
        ("backups/items", "9 nonsense\n"),
        ("written", "copy 1 644 nonsense\n"),
    ] {
        let file = state(&home, name);
        let whole = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{whole}{rest}")).unwrap();
        let message = repaired(&home, "memory-damaged");
        assert!(message.contains("1 record cannot be read"), "{message}");
        let now = fs::read_to_string(&file).unwrap();
        assert_eq!(now.trim(), whole.trim());
        let aside = file.with_file_name(format!(
            "{}.damaged-1",
            file.file_name().unwrap().to_str().unwrap()
        ));
        assert!(fs::read_to_string(aside).unwrap().ends_with(rest));
    }
    fs::write(state(&home, "hooks"), "{").unwrap();
    let message = repaired(&home, "memory-damaged");
    assert!(message.contains("hooks is damaged (EOF"), "{message}");
    // A whole line of another kind is one of a newer nhmt's.
    let line = format!("later 1 644 {} p", "07".repeat(16));
    let digest = nhmt::manifest::Digest::of(line.as_bytes());
    let written = fs::read(state(&home, "written")).unwrap();
    fs::write(state(&home, "written"), format!("\n{line} {digest}\n")).unwrap();
    let message = found(&home, "tree-too-new");
    assert!(
        message.contains("written was built by a newer"),
        "{message}"
    );
    assert!(message.contains("(1 of its records)"), "{message}");
    fs::write(state(&home, "written"), written).unwrap();
    assert_eq!(
        fs::read_to_string(state(&home, "hooks.damaged-1")).unwrap(),
        "{"
    );
    fs::write(state(&home, "hooks"), r#"{"format":9}"#).unwrap();
    let message = found(&home, "tree-too-new");
    assert!(message.contains("(format 9)"), "{message}");
}

#[test]
fn hooks_that_have_not_run() {
    let mut home = Home::new();
    home.declare(&json!({ "hooks": [
        { "name": "h", "script": "test -e good; echo ran >> log" },
        { "name": "i", "script": "true", "after": ["h"] },
    ] }));
    home.run(["realize"]).exit(1);
    let json = home.run_bare(["doctor", "--json"]).exit(1).json();
    let kind = || "hook-pending".to_owned();
    assert_eq!(
        findings(&json),
        [
            (
                kind(),
                "hook `h` has not succeeded yet (it ended with 1)".to_owned()
            ),
            (
                kind(),
                "hook `i` has not succeeded yet (it was not tried)".to_owned()
            ),
        ]
    );
    home.run_bare(["doctor", "--repair"])
        .exit(1)
        .stderr_has("error: hook `h` failed: exit status 1");
    home.write("good", "");
    home.run_bare(["doctor", "--repair"])
        .success()
        .stdout_has("repaired: hook `h`");
    assert_eq!(home.read("log"), "ran\n");
}

#[test]
fn a_state_directory_that_others_can_read() {
    let home = home();
    let mode = |mode| fs::set_permissions(home.at(STATE), fs::Permissions::from_mode(mode));
    mode(0o755).unwrap();
    let message = repaired(&home, "state-mode");
    assert!(message.contains("its mode is 0755"), "{message}");
    let now = home.at(STATE).metadata().unwrap().permissions().mode();
    assert_eq!(now & 0o7777, 0o700);
}

#[test]
fn advice_makes_no_home_unhealthy() {
    let home = home();
    let outcome = home.run_failing(&["renameat2:error=EINVAL"], ["doctor"]);
    outcome
        .exit(0)
        .stdout_has("is on a filesystem that cannot exchange names")
        .stdout_has("nothing is wrong");
}

#[test]
fn a_state_directory_on_another_mount() {
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    let other = elsewhere(&home.path());
    symlink(other.path(), home.at(".local")).unwrap();
    home.run(["realize"]).success();
    home.run_bare(["doctor"])
        .success()
        .stdout_has("is on another mount than the home");
}

#[test]
fn a_state_directory_behind_a_link_on_the_same_mount() {
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    fs::create_dir(home.outside("local")).unwrap();
    symlink(home.outside("local"), home.at(".local")).unwrap();
    home.run(["realize"]).success();
    let said = home.run_bare(["doctor"]).success().stdout();
    assert!(!said.contains("is on another mount"), "{said}");
}

/// Root may use every directory, so the test becomes somebody else.
#[test]
fn a_state_directory_of_another_user() {
    use std::os::unix::fs::chown;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    needs_root();
    let home = home();
    for place in [
        "",
        "tmp",
        "cache",
        "home",
        "home/.local",
        "home/.local/state",
    ] {
        chown(home.outside(place), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    fs::set_permissions(home.at(STATE), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = home.command_for_all();
    command.uid(NOBODY).gid(NOBODY);
    let outcome = crate::support::Outcome::of(command.arg("doctor"));
    outcome
        .exit(1)
        .stdout_has("nhmt belongs to another user")
        .stdout_has("chown");
}
