//! Runs that were cut off, as the doctor and other commands see them.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Home, Outcome};

const JOURNAL: &str = ".local/state/nhmt/journal";

/// On generation 1, with a file in the way of what the next one wants.
fn home() -> Home {
    let mut home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    home.write("mine", "mine");
    home.set_manifest(r#"{"f":{"text":"2"},"mine":{"text":"theirs"},"d/new":{"text":"n"}}"#);
    home
}

/// Homes whose run was killed at one of its renames, and that have a journal.
fn cut_off() -> Vec<Home> {
    let mut homes = Vec::new();
    for nth in 1.. {
        let home = home();
        // The pivot is one of these, and so is the journal's name.
        let call = format!("renameat:signal=KILL:when={nth}");
        if home.run_killed(&call, ["realize", "-b"]).is_none() {
            break;
        }
        if home.has(JOURNAL) {
            homes.push(home);
        }
    }
    assert!(!homes.is_empty());
    homes
}

fn kinds(outcome: &Outcome) -> Vec<String> {
    let json = outcome.json();
    let all = json["findings"].as_array().unwrap().iter();
    all.map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// A run that is killed before it has a journal has a generation already.
#[test]
fn a_generation_that_no_run_brought_into_force_is_removed() {
    let mut seen = 0;
    for nth in 1.. {
        let home = home();
        let call = format!("renameat:signal=KILL:when={nth}");
        if home.run_killed(&call, ["realize", "-b"]).is_none() {
            break;
        }
        let link = home.at(".local/state/nix/profiles/nhmt-2-link");
        if home.has(JOURNAL) || !link.is_symlink() || home.read("f") == "2" {
            continue;
        }
        seen += 1;
        home.run(["backups", "expire", "--older-than", "9d"])
            .success();
        assert!(!link.is_symlink(), "killed at {call}");
        home.run_bare(["doctor"]).success();
        // Its number is not used again.
        home.run(["realize", "-b"])
            .success()
            .stdout_has("generation 3");
        let list = home.run(["list-generations", "--json"]).success().json();
        assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
    }
    assert!(seen > 0);
}

#[test]
fn a_run_that_was_cut_off_is_named_and_taken_up() {
    for home in cut_off() {
        for command in ["status", "diff", "list-generations"] {
            let outcome = home.run([command]).success();
            let said = outcome.stderr();
            assert_eq!(
                said.matches("was cut off; `nhmt doctor --repair`").count(),
                1,
                "{said}"
            );
        }
        home.run_bare(["doctor"])
            .exit(1)
            .stdout_has("the run of process ")
            .stdout_has("towards generation 2, was cut off before its end");
        home.run_bare(["doctor", "--repair"])
            .success()
            .stdout_has("repaired: the run of process ")
            .stderr_has("was cut off, and is ");
        home.run_bare(["doctor"]).success();
        assert!(!home.has(JOURNAL));
        let after = (home.read("f"), home.read("mine"));
        let before = ("1".to_owned(), "mine".to_owned());
        assert!(
            after == before || after == ("2".into(), "theirs".into()),
            "{after:?}"
        );
        home.run(["realize", "-b"]).success();
        assert_eq!(home.read("d/new"), "n");
        assert!(home.backups().into_values().any(|text| text == "mine"));
    }
}

#[test]
fn a_journal_that_cannot_be_read() {
    for home in cut_off() {
        fs::write(home.at(JOURNAL), "{\"format\":").unwrap();
        home.run(["realize"]).exit(1).stderr_has("journal");
        let outcome = home.run_bare(["doctor", "--json"]).exit(1);
        assert!(
            kinds(&outcome).contains(&"journal-damaged".to_owned()),
            "{outcome}"
        );
        let repaired = home.run_bare(["doctor", "--repair"]);
        let repaired = repaired.stdout_has("journal is damaged, so that");
        assert!(!home.has(JOURNAL) && home.has(&format!("{JOURNAL}.damaged-1")));
        // What stays is what realize puts right.
        let outcome = home.run_bare(["doctor", "--json"]);
        let left = kinds(&outcome);
        let ours = ["drift", "left-over-link"];
        assert!(
            left.iter().all(|kind| ours.contains(&kind.as_str())),
            "{repaired}{outcome}"
        );
        home.run(["realize", "-b"]).success();
        home.run_bare(["doctor", "--repair"]).success();
        assert_eq!(
            (home.read("f"), home.read("mine")),
            ("2".into(), "theirs".into())
        );
        assert!(home.backups().into_values().any(|text| text == "mine"));
    }
}

#[test]
fn a_journal_of_a_newer_nhmt_names_its_program() {
    let home = cut_off().remove(0);
    let journal = fs::read_to_string(home.at(JOURNAL)).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&journal).unwrap();
    json["minimumReader"] = 99.into();
    json["writer"]["program"] = "/opt/new/nhmt".into();
    json["writer"]["version"] = "9.1".into();
    fs::write(home.at(JOURNAL), json.to_string()).unwrap();
    home.run_bare(["doctor"])
        .exit(1)
        .stdout_has("was written by a newer nhmt, whose run was cut off (nhmt 9.1: /opt/new/nhmt)");
    home.run_bare(["doctor", "--repair"])
        .exit(1)
        .stdout_has("newer nhmt");
    home.run(["realize"])
        .exit(1)
        .stderr_has("/opt/new/nhmt doctor --repair");
    assert!(home.has(JOURNAL));
}

#[test]
fn a_bridge_without_a_journal_gives_the_anchor_back() {
    let home = home();
    let state = home.at(".local/state/nhmt");
    let tree = fs::read_link(state.join("current")).unwrap();
    let bridge = state.join("bridge-1");
    fs::create_dir(&bridge).unwrap();
    symlink(tree.join("home"), bridge.join("home")).unwrap();
    symlink(format!("/.{}", tree.display()), bridge.join("tree")).unwrap();
    fs::remove_file(state.join("current")).unwrap();
    symlink(&bridge, state.join("current")).unwrap();
    let outcome = home.run_bare(["doctor", "--json"]).exit(1);
    assert_eq!(kinds(&outcome), ["left-over-bridge"]);
    // A link without the mark of bridges is nobody's of ours.
    home.run_bare(["doctor", "--repair"]).success();
    assert_eq!(fs::read_link(state.join("current")).unwrap(), tree);
    assert!(!bridge.exists());
    assert_eq!(home.read("f"), "1");
}
