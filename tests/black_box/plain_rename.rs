//! Filesystems whose rename knows no flags (NFS, 9p, some of FUSE): names
//! change places in two steps, and nothing is ever replaced.

use crate::support::{Home, Outcome};

const NOTE: &str = "cannot exchange names in one step";

/// Types a command as on such a filesystem.
fn run<const N: usize>(home: &Home, arguments: [&str; N]) -> Outcome {
    home.run_failing(&["renameat2:error=EINVAL"], arguments)
}

#[test]
fn what_is_in_the_way_is_backed_up_and_the_note_comes_once() {
    let home = Home::new()
        .file(".bashrc", "mine")
        .file("dir/inside", "mine too")
        .link("link", "elsewhere")
        .manifest(
            r#"{".bashrc":{"text":"a"},"dir":{"text":"b"},"link":{"text":"c"},
                "new/x/y":{"text":"d"}}"#,
        );
    let outcome = run(&home, ["realize", "-b"]).exit(0);
    assert_eq!(
        outcome.stderr().matches(NOTE).count(),
        1,
        "{}",
        outcome.stderr()
    );
    for (path, text) in [
        (".bashrc", "a"),
        ("dir", "b"),
        ("link", "c"),
        ("new/x/y", "d"),
    ] {
        assert!(home.is_managed(path), "{path}");
        assert_eq!(home.read(path), text);
    }
    let kept: Vec<_> = home.backups().into_values().collect();
    assert_eq!(kept, ["mine", "mine too"]);
    let link = home.at(".local/state/nhmt/backups/1/link");
    assert_eq!(std::fs::read_link(link).unwrap().as_os_str(), "elsewhere");
}

#[test]
fn leaves_and_directories_take_each_others_place() {
    let mut home =
        Home::new().manifest(r#"{"a":{"text":"1"},"b/c":{"text":"2"},"s":{"text":"3"}}"#);
    home.run(["realize"]).exit(0);
    let before = home.snapshot();
    home.set_manifest(r#"{"a/in":{"text":"4"},"b":{"text":"5"}}"#);
    run(&home, ["realize"]).exit(0).stderr_has(NOTE);
    assert_eq!(
        (home.read("a/in"), home.read("b")),
        ("4".into(), "5".into())
    );
    assert!(!home.has("s"));
    run(&home, ["rollback"]).exit(0);
    assert_eq!(home.snapshot(), before);
}

#[test]
fn a_changed_leaf_is_renewed_and_drift_is_kept() {
    let mut home = Home::new().manifest(r#"{"a":{"text":"1"},"b":{"text":"2"}}"#);
    home.run(["realize"]).exit(0);
    home.set_manifest(r#"{"a":{"text":"9"},"b":{"text":"2"}}"#);
    run(&home, ["realize"]).exit(0);
    assert_eq!(home.read("a"), "9");
    std::fs::remove_file(home.at("b")).unwrap();
    home.write("b", "saved");
    run(&home, ["realize"]).exit(0).stderr_has(NOTE);
    assert!(home.is_managed("b"));
    assert_eq!(home.backups().into_values().collect::<Vec<_>>(), ["saved"]);
    run(&home, ["backups", "restore", "b"]).exit(0);
    assert_eq!(home.read("b"), "saved");
}

#[test]
fn one_step_needs_no_note() {
    let home = Home::new()
        .file(".bashrc", "mine")
        .manifest(r#"{".bashrc":{"text":"a"}}"#);
    let outcome = home.run(["realize", "-b"]).exit(0);
    assert!(!outcome.stderr().contains(NOTE), "{}", outcome.stderr());
}

#[test]
fn files_that_are_no_links_change_places_too() {
    let files = |value: &str| {
        format!(
            r#"{{"copy":{{"text":"{value}","method":"copy"}},"turns":{{"text":"{value}"}},
                "rc":{{"text":"{value}\n","method":"block"}},
                "s.json":{{"format":"json","value":{{"ours":"{value}"}},"method":"merge"}}}}"#
        )
    };
    let mut home = Home::new()
        .file("rc", "mine\n")
        .file("s.json", "{\"ours\": \"mine\"}\n")
        .manifest(&files("one"));
    run(&home, ["realize"]).exit(0).stderr_has(NOTE);
    home.write("copy", "edited");
    let two = files("two").replace(r#""text":"two"},"#, r#""text":"two","method":"copy"},"#);
    home.set_manifest(&two.replace(r#","method":"copy","method":"copy""#, r#","method":"copy""#));
    run(&home, ["realize"]).exit(0).stderr_lacks("warning");
    assert_eq!(
        (home.read("copy"), home.read("turns")),
        ("two".into(), "two".into())
    );
    assert!(!home.is_managed("turns"));
    assert_eq!(
        home.read("rc"),
        "mine\n# >>> nhmt >>>\ntwo\n# <<< nhmt <<<\n"
    );
    assert!(home.read("s.json").contains("\"two\""));
    let kept = home.backups();
    for mine in ["{\"ours\": \"mine\"}\n", "edited"] {
        assert!(kept.values().any(|text| text == mine), "{mine}: {kept:?}");
    }
    home.set_manifest("{}");
    run(&home, ["realize"]).exit(0);
    assert!(!home.has("copy") && !home.has("turns"));
    assert_eq!(home.read("rc"), "mine\n");
}
