//! The script that copies applications on a Mac, with directories that look
//! like them: what becomes of what is there, and of what may not be changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::Outcome;
use crate::support::owner::needs_root;

struct Mac {
    scratch: TempDir,
}

impl Mac {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mac = Self { scratch };
        fs::create_dir_all(mac.at("environment")).unwrap();
        mac
    }

    fn at(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    /// An application in the store, with a file that is not to be written to,
    /// a link within it, and one to another place of the store.
    fn package(&self, version: &str, text: &str) -> PathBuf {
        let bundle = self.at("store").join(version).join("Editor.app");
        let inner = bundle.join("Contents/MacOS");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("editor"), text).unwrap();
        fs::set_permissions(inner.join("editor"), fs::Permissions::from_mode(0o555)).unwrap();
        symlink("MacOS/editor", bundle.join("Contents/start")).unwrap();
        fs::create_dir_all(self.at("store/shared")).unwrap();
        fs::write(self.at("store/shared/icon"), "icon").unwrap();
        symlink(self.at("store/shared"), bundle.join("Contents/Resources")).unwrap();
        bundle
    }

    /// The environment's applications are these.
    fn install(&self, bundles: &[&Path]) {
        fs::remove_dir_all(self.at("environment")).unwrap();
        fs::create_dir(self.at("environment")).unwrap();
        for bundle in bundles {
            let link = self.at("environment").join(bundle.file_name().unwrap());
            symlink(bundle, link).unwrap();
        }
    }

    fn command(&self) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("nix/system/copy-applications.sh");
        // Where another user can read it.
        fs::copy(script, self.at("copy")).unwrap();
        let mut command = Command::new("/bin/sh");
        command.arg(self.at("copy")).arg(self.at("environment"));
        command.arg(self.at("Applications/nhmt Apps"));
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command
    }

    fn run(&self) -> Outcome {
        Outcome::of(&mut self.command()).success()
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.at("Applications/nhmt Apps").join(path)).ok()
    }
}

#[test]
fn they_are_copied_whole_and_follow_the_packages() {
    let mac = Mac::new();
    mac.run().stderr_lacks("warning");
    assert!(!mac.at("Applications").exists(), "nothing to copy");
    mac.install(&[&mac.package("1", "one")]);
    mac.run().stderr_lacks("warning");
    let app = mac.at("Applications/nhmt Apps/Editor.app");
    assert!(!app.is_symlink());
    assert_eq!(
        mac.read("Editor.app/Contents/MacOS/editor").as_deref(),
        Some("one")
    );
    assert_eq!(
        mac.read("Editor.app/Contents/start").as_deref(),
        Some("one")
    );
    assert!(app.join("Contents/start").is_symlink(), "within the bundle");
    assert_eq!(
        mac.read("Editor.app/Contents/Resources/icon").as_deref(),
        Some("icon")
    );
    assert!(!app.join("Contents/Resources").is_symlink(), "out of it");
    // What has not changed is not copied again.
    fs::write(app.join("Contents/mark"), "").unwrap();
    mac.run();
    assert!(app.join("Contents/mark").exists());
    mac.install(&[&mac.package("2", "two")]);
    mac.run().stderr_lacks("warning");
    assert_eq!(
        mac.read("Editor.app/Contents/MacOS/editor").as_deref(),
        Some("two")
    );
    assert!(!app.join("Contents/mark").exists());
    mac.install(&[]);
    mac.run().stderr_lacks("warning");
    assert!(!app.exists());
}

#[test]
fn what_somebody_put_there_stays() {
    let mac = Mac::new();
    let own = mac.at("Applications/nhmt Apps");
    for name in ["Editor.app", "Other.app"] {
        fs::create_dir_all(own.join(name)).unwrap();
        fs::write(own.join(name).join("mine"), "mine").unwrap();
    }
    mac.install(&[&mac.package("1", "one")]);
    mac.run()
        .stderr_has("Editor.app is there already and was not copied by nhmt; it is left as it is");
    mac.install(&[]);
    mac.run().stderr_lacks("warning");
    assert_eq!(mac.read("Editor.app/mine").as_deref(), Some("mine"));
    assert_eq!(mac.read("Other.app/mine").as_deref(), Some("mine"));
}

#[test]
fn a_missing_permission_is_a_warning_and_changes_nothing() {
    needs_root();
    let mac = Mac::new();
    mac.install(&[&mac.package("1", "one")]);
    mac.run();
    mac.install(&[&mac.package("2", "two")]);
    let as_other = || Outcome::of(mac.command().uid(65_534).gid(65_534)).success();
    for said in [
        "could not be changed, and are as they were",
        "Allow full disk access for remote users",
    ] {
        as_other().stderr_has(said);
    }
    assert_eq!(
        mac.read("Editor.app/Contents/MacOS/editor").as_deref(),
        Some("one")
    );
    // In a graphical session it is another one.
    let bin = mac.at("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("launchctl"), "#!/bin/sh\necho Aqua\n").unwrap();
    fs::set_permissions(bin.join("launchctl"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let mut command = mac.command();
    Outcome::of(command.uid(65_534).gid(65_534).env("PATH", path))
        .success()
        .stderr_has("Privacy & Security > App Management");
    mac.install(&[]);
    as_other();
    assert_eq!(
        mac.read("Editor.app/Contents/MacOS/editor").as_deref(),
        Some("one")
    );
    // With it, all is made up for.
    mac.run().stderr_lacks("warning");
    assert_eq!(mac.read("Editor.app/Contents/MacOS/editor"), None);
}
