//! What a file has beside its content stays when nhmt writes into it: mode,
//! owner, extended attributes, access list.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use rustix::fs::{XattrFlags, lgetxattr, lsetxattr};

use crate::support::Home;
use crate::support::owner::needs_root;

/// An access list in the kernel's form: version 2, then tag, permissions and
/// id of each entry. It lets the user 1000 read.
const ACCESS: &[u8] = &[
    2, 0, 0, 0, //
    1, 0, 6, 0, 255, 255, 255, 255, //
    2, 0, 4, 0, 232, 3, 0, 0, //
    4, 0, 0, 0, 255, 255, 255, 255, //
    16, 0, 4, 0, 255, 255, 255, 255, //
    32, 0, 0, 0, 255, 255, 255, 255, //
];
const ACL: &str = "system.posix_acl_access";
const MARK: &str = "user.mark";

/// Files that nhmt writes into, and what comes into them.
const FILES: [&str; 3] = ["s.json", "s.ini", "rc"];

fn manifest(value: &str) -> String {
    format!(
        r#"{{"s.json":{{"format":"json","value":{{"ours":"{value}"}},"method":"merge"}},
            "s.ini":{{"format":"ini","value":{{"ours":"{value}"}},"method":"merge","permissions":"0600"}},
            "rc":{{"text":"{value}\n","method":"block"}}}}"#
    )
}

/// A home with those files, that are a person's.
fn home() -> Home {
    Home::new()
        .file("s.json", "{\"theirs\": 1}\n")
        .file("s.ini", "theirs=1\n")
        .file("rc", "theirs\n")
        .manifest(&manifest("one"))
}

fn get(home: &Home, path: &str, name: &str) -> Option<Vec<u8>> {
    let mut value = [0; 1 << 10];
    let length = lgetxattr(home.at(path), name, &mut value[..]).ok()?;
    Some(value[..length].to_vec())
}

fn set(home: &Home, path: &str, name: &str, value: &[u8]) {
    lsetxattr(home.at(path), name, value, XattrFlags::empty()).unwrap();
}

/// Mode and owner.
fn data(home: &Home, path: &str) -> (u32, u32, u32) {
    let data = home.at(path).metadata().unwrap();
    (data.permissions().mode() & 0o7777, data.uid(), data.gid())
}

fn set_mode(home: &Home, path: &str, mode: u32) {
    fs::set_permissions(home.at(path), fs::Permissions::from_mode(mode)).unwrap();
}

/// The person changes everything, nhmt writes, and all of it is there; `run`
/// is `nhmt realize`.
fn everything_stays(home: &mut Home, run: &dyn Fn(&Home)) {
    for (number, value) in ["one", "two", "three"].into_iter().enumerate() {
        let mark = format!("mark {number}");
        for path in FILES {
            set(home, path, MARK, mark.as_bytes());
            set_mode(home, path, [0o600, 0o755, 0o440][number]);
            // Its mask is a part of the mode.
            if number > 0 {
                set(home, path, ACL, ACCESS);
            }
        }
        let before = FILES.map(|path| data(home, path));
        home.set_manifest(&manifest(value));
        run(home);
        for (path, before) in FILES.into_iter().zip(before) {
            let text = fs::read_to_string(home.at(path)).unwrap();
            assert!(text.contains(value) && text.contains("theirs"), "{text}");
            assert_eq!(data(home, path), before, "{path} {value}");
            assert_eq!(get(home, path, MARK).unwrap(), mark.as_bytes(), "{path}");
            let access = (number > 0).then(|| ACCESS.to_vec());
            assert_eq!(get(home, path, ACL), access, "{path} {value}");
        }
    }
    assert!(home.backups().is_empty(), "nothing of theirs went");
    // No longer declared, they are as they were.
    let before = FILES.map(|path| data(home, path));
    home.set_manifest("{}");
    run(home);
    for (path, before) in FILES.into_iter().zip(before) {
        let text = fs::read_to_string(home.at(path)).unwrap();
        assert!(!text.contains("three") && text.contains("theirs"), "{text}");
        assert_eq!(data(home, path), before, "{path}");
        assert_eq!(get(home, path, MARK).unwrap(), b"mark 2", "{path}");
        assert_eq!(get(home, path, ACL).unwrap(), ACCESS, "{path}");
    }
}

#[test]
fn mode_attributes_and_access_list_stay() {
    everything_stays(&mut home(), &|home| {
        home.run(["realize"]).success().stderr_lacks("warning");
    });
}

#[test]
fn they_stay_for_an_ordinary_user_too() {
    let mut home = home();
    home.give_to_owner();
    everything_stays(&mut home, &|home| {
        // What tests write is root's, when root runs them.
        let configuration = home.outside("configuration/home.json");
        fs::set_permissions(configuration, fs::Permissions::from_mode(0o644)).unwrap();
        home.run_as_owner(["realize"])
            .success()
            .stderr_lacks("warning");
    });
}

#[test]
fn a_file_of_another_user_stays_that_users_when_root_writes() {
    needs_root();
    let mut home = home();
    for path in FILES {
        chown(home.at(path), Some(65_534), Some(12)).unwrap();
    }
    everything_stays(&mut home, &|home| {
        home.run(["realize"]).success().stderr_lacks("warning");
    });
}

/// Another group does not get what it may do.
#[test]
fn a_group_that_the_person_may_not_give_takes_its_rights_along() {
    needs_root();
    for (mode, kept) in [(0o640, 0o600), (0o644, 0o644), (0o675, 0o655)] {
        let home = home();
        home.give_to_owner();
        // The owner is not in this one.
        chown(home.at("rc"), None, Some(12)).unwrap();
        set_mode(&home, "rc", mode);
        let (_, owner, _) = data(&home, "rc");
        home.run_as_owner(["realize"])
            .success()
            .stderr_lacks("warning");
        assert!(home.read("rc").contains("one"));
        let now = data(&home, "rc");
        assert_eq!((now.0, now.1), (kept, owner), "{mode:o}: {now:?}");
        assert_ne!(now.2, 12);
    }
}

#[test]
fn a_file_of_another_user_in_a_persons_home_is_left_alone() {
    needs_root();
    let home = home();
    home.give_to_owner();
    chown(home.at("rc"), Some(0), Some(0)).unwrap();
    set_mode(&home, "rc", 0o644);
    let before = data(&home, "rc");
    home.run_as_owner(["realize"])
        .success()
        .stderr_has("~/rc is another user's, whose programs may be writing to it, and was left")
        .stderr_has("make it your own, or do not declare it");
    assert_eq!(
        (data(&home, "rc"), home.read("rc")),
        (before, "theirs\n".into())
    );
    assert!(
        home.read("s.json").contains("one"),
        "the others are written"
    );
}
