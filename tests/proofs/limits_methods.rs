//! Files that are no links, on another mount below the home, on one that is
//! read-only, and on one that is full.

use std::fs;
use std::path::Path;

use rustix::fs::{XattrFlags, lgetxattr, lsetxattr};
use serde_json::{Value, json};

use crate::counts::Counts;
use crate::limits_mounts::{Mounted, with_mounts};
use crate::support::Home;
use crate::trees::{activate, tree};

/// A file for each method below `dir`.
fn files(dir: &str, value: &str) -> Value {
    let mut files = serde_json::Map::new();
    for (name, file) in [
        ("copy", json!({ "text": value, "method": "copy" })),
        ("new/deep", json!({ "text": value, "method": "copy" })),
        ("seed", json!({ "text": value, "method": "seed" })),
        ("rc", json!({ "text": value, "method": "block" })),
        (
            "s.json",
            json!({ "format": "json", "value": { "ours": value }, "method": "merge" }),
        ),
    ] {
        files.insert(format!("{dir}/{name}"), file);
    }
    Value::Object(files)
}

fn theirs(home: &Home, dir: &str) {
    home.write(&format!("{dir}/rc"), "mine\n");
    home.write(&format!("{dir}/s.json"), "{\"theirs\": 1}\n");
    let mark = home.at(format!("{dir}/rc"));
    lsetxattr(mark, "user.mark", b"1", XattrFlags::empty()).unwrap();
}

/// All of it is there, with what is the person's, and nothing else.
fn arrived(home: &Home, dir: &str, value: &str) {
    let read = |name: &str| home.read(&format!("{dir}/{name}"));
    assert_eq!(
        (read("copy"), read("new/deep")),
        (value.into(), value.into())
    );
    assert_eq!(
        read("rc"),
        format!("mine\n# >>> nhmt >>>\n{value}\n# <<< nhmt <<<\n")
    );
    let settings: Value = serde_json::from_str(&read("s.json")).unwrap();
    assert_eq!(settings, json!({ "theirs": 1, "ours": value }));
    let mut mark = [0; 8];
    let rc = home.at(format!("{dir}/rc"));
    assert_eq!(lgetxattr(rc, "user.mark", &mut mark[..]).unwrap(), 1);
    assert_eq!(
        names(&home.at(dir)),
        ["copy", "new", "rc", "s.json", "seed"]
    );
    assert_eq!(names(&home.at(dir).join("new")), ["deep"]);
    assert_eq!(names(&home.at(".local/state/nhmt/work")), [""; 0]);
}

fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn switch_there(home: &Home, dir: &str) {
    theirs(home, dir);
    let one = tree(home, "one", &files(dir, "one"), None);
    let two = tree(home, "two", &files(dir, "two"), None);
    let none = tree(home, "none", &json!({}), None);
    activate(home, &one).success().stderr_lacks("warning");
    arrived(home, dir, "one");
    // What a person edited is kept, on the mount of the state.
    home.write(&format!("{dir}/copy"), "edited");
    home.write(&format!("{dir}/seed"), "grown");
    activate(home, &two).success().stderr_lacks("warning");
    arrived(home, dir, "two");
    assert_eq!(home.read(&format!("{dir}/seed")), "grown");
    assert_eq!(home.backups().into_values().collect::<Vec<_>>(), ["edited"]);
    home.run_bare(["rollback"])
        .success()
        .stderr_lacks("warning");
    arrived(home, dir, "one");
    activate(home, &none).success().stderr_lacks("warning");
    assert_eq!(names(&home.at(dir)), ["rc", "s.json", "seed"]);
    assert_eq!(home.read(&format!("{dir}/rc")), "mine\n");
    let settings: Value = serde_json::from_str(&home.read(&format!("{dir}/s.json"))).unwrap();
    assert_eq!(settings, json!({ "theirs": 1 }));
}

#[test]
fn on_another_filesystem() {
    with_mounts("limits_methods::on_another_filesystem", || {
        let home = Home::new();
        let _mounted = Mounted::new("tmpfs", "size=1m", &home.at("m"));
        switch_there(&home, "m");
    });
}

#[test]
fn on_a_bind_mount() {
    with_mounts("limits_methods::on_a_bind_mount", || {
        let home = Home::new();
        fs::create_dir(home.outside("bound")).unwrap();
        let _mounted = Mounted::bind(&home.outside("bound"), &home.at("b"));
        switch_there(&home, "b");
    });
}

/// With too little space, files stay as they were, whole, and a word about each
/// is said; with more, the next run brings them.
#[test]
fn on_a_full_disk() {
    with_mounts("limits_methods::on_a_full_disk", || {
        let (mut refused, mut done) = (0, 0);
        let most = if crate::full() { 12 } else { 4 };
        for left in 0..most {
            let home = Home::new();
            let large = "nr_inodes=1000,size=4m";
            let mounted = Mounted::new("tmpfs", large, &home.at("m"));
            theirs(&home, "m");
            let one = tree(&home, "one", &files("m", "one"), None);
            let two = tree(&home, "two", &files("m", "two"), None);
            activate(&home, &one).success();
            home.write("m/copy", "edited");
            let stat = rustix::fs::statvfs(home.at("m")).unwrap();
            let used = stat.f_blocks - stat.f_bfree;
            mounted.remount(&format!("size={}", (used + left) * 4096));
            let outcome = activate(&home, &two);
            if outcome.stderr().contains("No space left on device") {
                refused += 1;
            } else {
                outcome.success().stderr_lacks("warning");
                done += 1;
            }
            // Each is the one or the other, and nothing of theirs is gone.
            let rc = home.read("m/rc");
            assert!(rc.starts_with("mine\n") && rc.ends_with("<<<\n"), "{rc}");
            let text = home.read("m/s.json");
            let settings: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(settings["theirs"], 1, "{text}");
            let kept = home.backups().into_values().any(|text| text == "edited");
            assert!(kept || home.read("m/copy") == "edited");
            mounted.remount("size=4m");
            activate(&home, &two).success().stderr_lacks("warning");
            arrived(&home, "m", "two");
            assert!(home.backups().into_values().any(|text| text == "edited"));
        }
        assert!(refused > 0 && done > 0, "{refused} refused, {done} done");
        Counts::of("limits: files that are no links, on a full disk")
            .count(refused, "amounts of space with which files were left")
            .count(done, "with which all were written")
            .print(&[]);
    });
}

#[test]
fn on_a_read_only_mount() {
    with_mounts("limits_methods::on_a_read_only_mount", || {
        let home = Home::new();
        let mounted = Mounted::new("tmpfs", "size=1m", &home.at("m"));
        theirs(&home, "m");
        let one = tree(&home, "one", &files("m", "one"), None);
        let two = tree(&home, "two", &files("m", "two"), None);
        activate(&home, &one).success();
        mounted.remount("ro");
        let before = home.snapshot();
        activate(&home, &two)
            .success()
            .stderr_has("Read-only file system");
        assert_eq!(home.snapshot(), before);
        mounted.remount("rw");
        activate(&home, &two).success().stderr_lacks("warning");
        arrived(&home, "m", "two");
    });
}

/// A link to what the person is to keep goes only when a file is in its place.
#[test]
fn what_cannot_become_a_file_stays_a_link() {
    let name = "limits_methods::what_cannot_become_a_file_stays_a_link";
    with_mounts(name, || {
        let home = Home::new().manifest(r#"{"m/x":{"text":"x"},"m/y":{"text":"y"}}"#);
        let mounted = Mounted::new("tmpfs", "size=1m", &home.at("m"));
        home.run(["realize"]).success();
        mounted.remount("ro");
        home.run_bare(["uninstall", "--keep-files"])
            .exit(1)
            .stderr_has("Read-only file system")
            .stderr_has(
                "~/m/x and another one could not become a file, and nothing else was taken out",
            );
        assert!(home.is_managed("m/x") && home.read("m/x") == "x");
        mounted.remount("rw");
        home.run_bare(["uninstall", "--keep-files"]).success();
        for path in ["m/x", "m/y"] {
            assert!(!home.at(path).is_symlink() && home.read(path) == path[2..]);
        }
    });
}
