//! A real filesystem that exchanges no names: bindfs, which has to be
//! installed. `plain_rename.rs` has more cases, and needs strace alone.

use std::path::PathBuf;
use std::process::Command;

use crate::support::Home;

/// What is mounted for a test, unmounted when it ends.
struct Mounted(PathBuf);

impl Mounted {
    /// The home of `home` over itself, by way of bindfs.
    fn over(home: &Home) -> Self {
        let bindfs = Command::new("bindfs")
            .arg("--no-allow-other")
            .args([home.path(), home.path()])
            .args(["-o", "nonempty"])
            .output()
            .expect("bindfs is needed (Debian's packages bindfs and fuse3)");
        let said = String::from_utf8_lossy(&bindfs.stderr);
        assert!(bindfs.status.success(), "bindfs cannot be mounted: {said}");
        Self(home.path())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let unmounted = Command::new("fusermount3").arg("-uz").arg(&self.0).status();
        assert!(unmounted.unwrap().success());
    }
}

#[test]
fn a_home_on_fuse_is_realized_and_taken_back() {
    let mut home = Home::new()
        .file(".bashrc", "mine")
        .file("dir/inside", "mine too")
        .manifest(r#"{".bashrc":{"text":"1"},"dir":{"text":"2"},"a/b":{"text":"3"}}"#);
    let _mounted = Mounted::over(&home);
    home.run(["realize", "-b"])
        .success()
        .stderr_has("cannot exchange names in one step");
    for (path, text) in [(".bashrc", "1"), ("dir", "2"), ("a/b", "3")] {
        assert!(home.is_managed(path), "{path}");
        assert_eq!(home.read(path), text);
    }
    let kept: Vec<_> = home.backups().into_values().collect();
    assert_eq!(kept, ["mine", "mine too"]);
    let before = home.snapshot();
    home.set_manifest(r#"{".bashrc":{"text":"9"},"dir/in":{"text":"2"},"a":{"text":"3"}}"#);
    home.run(["realize"]).success();
    assert_eq!(
        (home.read("dir/in"), home.read("a")),
        ("2".into(), "3".into())
    );
    home.run(["rollback"]).success();
    assert_eq!(home.snapshot(), before);
    home.run(["backups", "expire", "--older-than", "0d"])
        .success()
        .stdout_has("deleted 2 backups");
}

#[test]
fn files_that_are_no_links_are_written_on_fuse() {
    let files = |value: &str| {
        format!(
            r#"{{"copy":{{"text":"{value}","method":"copy"}},"d/deep":{{"text":"{value}","method":"copy"}},
                "rc":{{"text":"{value}\n","method":"block"}},"seed":{{"text":"{value}","method":"seed"}},
                "s.json":{{"format":"json","value":{{"ours":"{value}"}},"method":"merge"}}}}"#
        )
    };
    let mut home = Home::new()
        .file("rc", "mine\n")
        .file("s.json", "{\"theirs\": 1}\n")
        .file("copy", "my copy")
        .manifest(&files("one"));
    let _mounted = Mounted::over(&home);
    home.run(["realize", "-b"])
        .success()
        .stderr_has("cannot exchange names in one step");
    assert_eq!(
        home.read("rc"),
        "mine\n# >>> nhmt >>>\none\n# <<< nhmt <<<\n"
    );
    assert_eq!(
        (home.read("copy"), home.read("d/deep")),
        ("one".into(), "one".into())
    );
    home.write("copy", "edited");
    home.set_manifest(&files("two"));
    home.run(["realize"]).success();
    let text = home.read("s.json");
    assert!(
        text.contains("\"theirs\": 1") && text.contains("\"two\""),
        "{text}"
    );
    assert_eq!(
        (home.read("copy"), home.read("seed")),
        ("two".into(), "one".into())
    );
    let kept = home.backups();
    for mine in ["my copy", "edited"] {
        assert!(kept.values().any(|text| text == mine), "{mine}: {kept:?}");
    }
    home.set_manifest("{}");
    home.run(["realize"]).success();
    assert_eq!(home.read("rc"), "mine\n");
    assert!(!home.has("copy") && !home.has("d"));
    let left = std::fs::read_dir(home.at(".local/state/nhmt/work")).unwrap();
    assert_eq!(left.count(), 0);
}
