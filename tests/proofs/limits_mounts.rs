//! Homes on filesystems that are full, read-only, laid over another, or have
//! another one mounted in them. Each test runs in a mount namespace of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::counts::Counts;
use crate::support::{Home, Outcome};
use crate::trees::{activate, tree};

/// Set in the process that has mounts of its own.
const INSIDE: &str = "NHMT_TEST_MOUNTS";

/// Runs `body` where it can mount. `test` is the full name of the caller.
pub fn with_mounts(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let root = rustix::process::geteuid().is_root();
    let own = if root { "--mount" } else { "-rm" };
    let outcome = Outcome::of(
        Command::new("unshare")
            .arg(own)
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(INSIDE, "1"),
    )
    .success()
    .stdout_has("1 passed");
    for line in outcome.stdout().lines() {
        if let Some(counts) = line.find("proof: ") {
            // `println!` would be captured.
            let line = format!("{}\n", &line[counts..]);
            std::io::stdout().write_all(line.as_bytes()).unwrap();
        }
    }
}

/// Something that is mounted until the end of the test.
pub struct Mounted(PathBuf, String);

impl Mounted {
    /// A new filesystem of this kind.
    pub fn new(kind: &str, options: &str, at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", kind, "-o", options, kind]).arg(at);
        Outcome::of(&mut mount).success();
        Self(at.to_owned(), kind.to_owned())
    }

    /// `what` once more.
    pub fn bind(what: &Path, at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        Outcome::of(Command::new("mount").arg("--bind").arg(what).arg(at)).success();
        Self(at.to_owned(), "none".to_owned())
    }

    /// Mounts it with other options.
    pub fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        // With both named, the options that it has are not given again: those
        // that name users are refused in a user namespace.
        let mut mount = Command::new("mount");
        mount.args(["-o", &options, &self.1]).arg(&self.0);
        Outcome::of(&mut mount).success();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

const WANTED: [&str; 5] = ["file", "dir", "into/x", "new/deep/er", "plain"];

fn wanted(home: &Home, name: &str) -> PathBuf {
    let files = WANTED.map(|path| (path.to_owned(), json!({ "text": name })));
    tree(
        home,
        name,
        &serde_json::Value::Object(files.into_iter().collect()),
        None,
    )
}

fn put_in_the_way(home: &Home) {
    for path in ["file", "dir/a", "dir/sub/b", "into"] {
        home.write(path, &format!("mine {path}"));
    }
}

/// What the person has, wherever it is: its contents, each with how often.
fn mine(home: &Home) -> BTreeMap<String, usize> {
    let all = home
        .snapshot()
        .into_values()
        .chain(home.backups().into_values());
    let mut mine = BTreeMap::new();
    for text in all.filter(|text| text.starts_with("mine")) {
        *mine.entry(text).or_default() += 1;
    }
    mine
}

/// At every amount of space that is left, in inodes and in pages: a run works,
/// or it says why not and changes nothing; with more space it works then.
#[test]
fn a_full_disk() {
    with_mounts("limits_mounts::a_full_disk", || {
        let (mut refused, mut done) = (0, 0);
        let most = if crate::full() { 120 } else { 40 };
        for (option, unit) in [("nr_inodes", 1), ("size", 4096)] {
            let mut succeeded = 0;
            for left in 0..most {
                let home = Home::new();
                let large = format!("{option}={}", 1_000 * unit);
                let mounted = Mounted::new("tmpfs", &large, &home.path());
                put_in_the_way(&home);
                let tree = wanted(&home, "one");
                let before = home.snapshot();
                let used = rustix::fs::statvfs(home.path()).unwrap();
                let used = if option == "size" {
                    used.f_blocks - used.f_bfree
                } else {
                    used.f_files - used.f_ffree
                };
                mounted.remount(&format!("{option}={}", (used + left) * unit));
                let outcome = activate(&home, &tree);
                if outcome.code() == Some(0) {
                    succeeded += 1;
                } else {
                    refused += 1;
                    outcome.exit(1).stderr_has("No space left on device");
                    assert_eq!(home.snapshot(), before, "{option} {left}");
                }
                let kept = mine(&home);
                assert_eq!(kept.len(), 4, "{option} {left}: {kept:?}");
                mounted.remount(&large);
                activate(&home, &tree).success();
                assert_eq!(mine(&home), kept);
                for path in WANTED {
                    assert_eq!(home.read(path), "one");
                }
                if succeeded == 3 {
                    break;
                }
            }
            assert!(succeeded > 0, "{option}: never enough");
            done += succeeded;
        }
        Counts::of("limits: a full disk")
            .count(refused, "amounts of space with which a run was refused")
            .count(done, "with which it was done")
            .print(&[]);
    });
}

#[test]
fn a_read_only_home() {
    with_mounts("limits_mounts::a_read_only_home", || {
        let home = Home::new();
        let mounted = Mounted::new("tmpfs", "size=1m", &home.path());
        put_in_the_way(&home);
        let (one, two) = (wanted(&home, "one"), wanted(&home, "two"));
        let mut before = home.snapshot();
        for tree in [&one, &two] {
            mounted.remount("ro");
            activate(&home, tree)
                .exit(1)
                .stderr_has("Read-only file system");
            assert_eq!(home.snapshot(), before);
            home.run_bare(["status"]).success();
            mounted.remount("rw");
            activate(&home, tree).success();
            before = home.snapshot();
        }
        assert_eq!(mine(&home).len(), 4);
    });
}

#[test]
fn another_filesystem_below_the_home() {
    with_mounts("limits_mounts::another_filesystem_below_the_home", || {
        let home = Home::new();
        let _mounted = Mounted::new("tmpfs", "size=1m", &home.at("m"));
        let device = |path: &str| fs::metadata(home.at(path)).unwrap().dev();
        assert_ne!(device("m"), device(""));
        home.write("m/file", "mine file");
        home.write("m/dir/a", "mine a");
        home.write("m/into", "mine into");
        let files = |text: &str| json!({ "text": text });
        let one = json!({
            "m/file": files("1"), "m/dir": files("1"), "m/into/x": files("1"),
            "m/turns": files("1"), "m/new/deep": files("1"), "f": files("1"),
        });
        let two = json!({ "m/turns/x": files("2"), "m/new": files("2"), "f/x": files("2") });
        let one = tree(&home, "one", &one, None);
        let two = tree(&home, "two", &two, None);
        activate(&home, &one).success();
        assert_eq!(mine(&home).len(), 3);
        activate(&home, &two).success().stderr_lacks("warning");
        assert_eq!(home.read("m/new"), "2");
        home.run_bare(["rollback"])
            .success()
            .stderr_lacks("warning");
        for path in ["m/file", "m/dir", "m/into/x", "m/turns", "m/new/deep", "f"] {
            assert_eq!(home.read(path), "1");
        }
        let names = |path: &str| {
            let names = fs::read_dir(home.at(path)).unwrap();
            let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let expected = ["dir", "file", "into", "new", "turns"];
        assert_eq!(names("m"), expected, "private folders stay");
        // The mount point itself is in the way, and cannot go.
        home.write("m/mine", "mine in m");
        let before = home.snapshot();
        let over = tree(&home, "over", &json!({ "m": files("3") }), None);
        activate(&home, &over)
            .exit(1)
            .stderr_has("~/m is a mount point");
        assert_eq!(home.snapshot(), before);
        assert_eq!(home.read("m/file"), "1");
    });
}

/// The same filesystem, and still no rename leads out of it.
#[test]
fn a_bind_mount_below_the_home() {
    with_mounts("limits_mounts::a_bind_mount_below_the_home", || {
        let home = Home::new();
        fs::create_dir(home.outside("bound")).unwrap();
        let _mounted = Mounted::bind(&home.outside("bound"), &home.at("b"));
        home.write("b/file", "mine file");
        home.write("b/dir/a", "mine a");
        let text = |text: &str| json!({ "text": text });
        let one = json!({ "b/file": text("1"), "b/dir": text("1"), "b/new/x": text("1") });
        let two = json!({ "b/file": text("2"), "b/dir/y": text("2") });
        let (one, two) = (
            tree(&home, "one", &one, None),
            tree(&home, "two", &two, None),
        );
        activate(&home, &one).success().stderr_lacks("warning");
        activate(&home, &two).success().stderr_lacks("warning");
        assert_eq!(
            (home.read("b/file"), home.read("b/dir/y")),
            ("2".into(), "2".into())
        );
        assert_eq!(mine(&home).len(), 2);
        let mut names: Vec<_> = fs::read_dir(home.at("b"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["dir", "file"], "private folders stay");
    });
}

/// Whether this is not a user namespace, in which the user is called root too.
fn is_real_root() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap();
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

/// An overlay over `lower`, whose directories cannot be renamed.
fn overlay(home: &Home, lower: &Path) -> Mounted {
    let [upper, work] = ["upper", "work"].map(|name| lower.with_file_name(name));
    fs::create_dir(&upper).unwrap();
    fs::create_dir(&work).unwrap();
    // In a user namespace directories are never redirected.
    let own = if is_real_root() {
        "redirect_dir=off"
    } else {
        "userxattr"
    };
    let options = format!(
        "{own},lowerdir={},upperdir={},workdir={}",
        lower.display(),
        upper.display(),
        work.display()
    );
    Mounted::new("overlay", &options, &home.path())
}

#[test]
fn a_home_on_overlayfs() {
    with_mounts("limits_mounts::a_home_on_overlayfs", || {
        let home = Home::new();
        // A layer must not lie on an overlay, as a container's disk does.
        let _layers = Mounted::new("tmpfs", "size=4m", &home.outside("layers"));
        let lower = home.outside("layers/lower");
        for path in ["file", "link-to-be/mine", "into", "d/1", "d/2"] {
            let at = lower.join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, format!("mine {path}")).unwrap();
        }
        let _home = overlay(&home, &lower);
        let text = |text: &str| json!({ "text": text });
        let files = |number: &str| {
            json!({ "file": text(number), "into/x": text(number), "d/1": text(number),
                    "link-to-be/x": text(number), "new/deep/er": text(number) })
        };
        let (one, two) = (
            tree(&home, "one", &files("1"), None),
            tree(&home, "two", &files("2"), None),
        );
        activate(&home, &one).success().stderr_lacks("warning");
        activate(&home, &two).success().stderr_lacks("warning");
        home.run_bare(["rollback"])
            .success()
            .stderr_lacks("warning");
        for path in ["file", "into/x", "d/1", "link-to-be/x", "new/deep/er"] {
            assert_eq!(home.read(path), "1");
        }
        assert_eq!(mine(&home).len(), 5);
        // A directory of the lower layer can be moved nowhere.
        let before = home.snapshot();
        let over = tree(&home, "over", &json!({ "d": text("3") }), None);
        activate(&home, &over)
            .exit(1)
            .stderr_has("the filesystem of ~/d cannot move it")
            .stderr_has("lower layer");
        assert_eq!(home.snapshot(), before);
        assert_eq!(mine(&home).len(), 5);
        assert_eq!(home.read("d/1"), "1");
        // Nor can it give way to a file that is no link, which is found out
        // when the rest is switched.
        let copy = json!({ "d": { "text": "4", "method": "copy" }, "file": text("4") });
        activate(&home, &tree(&home, "copy", &copy, None))
            .stderr_has("cannot move away ~/d: its filesystem cannot")
            .stderr_has("lower layer")
            .stderr_lacks("another mount than nhmt's own");
        assert_eq!(home.read("file"), "4");
        assert_eq!(home.read("d/2"), "mine d/2");
        assert_eq!(mine(&home).len(), 5);
    });
}

/// What the system mounts at a persisted path is used as it is, and stays when
/// it is no longer declared; where it does not, nhmt mounts.
#[test]
fn a_bind_mount_of_the_very_place_is_in_place() {
    with_mounts(
        "limits_mounts::a_bind_mount_of_the_very_place_is_in_place",
        || {
            let place = crate::scenario::Place::new();
            let (home, root) = (place.home(), place.beside("persist"));
            let state = ["mounted", "own"].map(|path| {
                format!(
                    r#"{{"path":"{path}","root":"{}","kind":"directory","method":"bind"}}"#,
                    root.display()
                )
            });
            let files = format!(r#"{{"a":{{"text":"a"}}}},"state":[{}]"#, state.join(","));
            let realize = crate::scenario::Typed {
                files: Some(Box::leak(files.into_boxed_str())),
                arguments: vec!["realize"],
            };
            fs::create_dir_all(root.join("mounted")).unwrap();
            fs::write(root.join("mounted/mine"), "mine").unwrap();
            fs::create_dir(home.join("own")).unwrap();
            fs::write(home.join("own/mine"), "mine too").unwrap();
            let _mounted = Mounted::bind(&root.join("mounted"), &home.join("mounted"));
            for _ in 0..2 {
                let output = place.run(&realize);
                assert!(
                    output.status.success(),
                    "{}",
                    crate::scenario::show(&output)
                );
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(!said.contains("is to be a bind mount"), "{said}");
                assert!(!home.join("mounted").is_symlink() && !home.join("own").is_symlink());
            }
            for path in ["mounted/mine", "own/mine"] {
                let text = |at: &Path| fs::read_to_string(at.join(path)).unwrap();
                assert_eq!(text(&home), text(&root), "{path}");
            }
            let output = place.type_in(&["status", "--json"]);
            let status = String::from_utf8_lossy(&output.stdout);
            assert!(status.contains(r#""drift":[]"#), "{status}");
            let nothing = crate::scenario::Typed {
                files: Some(r#"{"a":{"text":"a"}}"#),
                arguments: vec!["realize"],
            };
            let output = place.run(&nothing);
            let said = crate::scenario::show(&output);
            assert!(output.status.success(), "{said}");
            assert!(home.join("mounted/mine").exists(), "{said}");
            assert!(!home.join("own").exists(), "{said}");
        },
    );
}
