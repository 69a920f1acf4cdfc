//! Unusual Nix installations.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Home, nhmt};

#[test]
fn a_nix_that_is_too_old_is_named() {
    let home = Home::with_nix().config("");
    let bin = home.outside("old");
    fs::create_dir(&bin).unwrap();
    for name in ["nix", "nix-build", "nix-store", "nix-instantiate"] {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\necho '{name} (Nix) 2.3.16'\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let home = home.env("PATH", &path);
    home.run(["realize"])
        .exit(1)
        .stderr_has("Nix 2.3 is too old")
        .stderr_has("2.8");
}

#[test]
fn a_manifest_goes_through_nix_when_told_to() {
    let home = Home::with_nix().manifest(r#"{"f":{"text":"x"}}"#);
    home.run(["realize", "--backend", "nix"]).success();
    assert_eq!(home.read("f"), "x");
    let tree = fs::read_link(home.at(".local/state/nix/profiles/nhmt-1-link")).unwrap();
    assert!(tree.starts_with(home.nix().store_dir()));
}

#[test]
fn a_configuration_goes_to_the_local_store_when_told_to() {
    let home = Home::with_nix()
        .source("s", "source")
        .config("home.file.\"f\".source = ./s;");
    home.run(["realize", "--backend", "local"]).success();
    assert_eq!(home.read("f"), "source");
    let tree = fs::read_link(home.at(".local/state/nix/profiles/nhmt-1-link")).unwrap();
    assert!(tree.starts_with(home.at(".local/share/nhmt/store")));
}

#[test]
fn the_local_store_names_a_tree_as_nix_does() {
    let home =
        Home::with_nix().manifest(r#"{"f":{"text":"x"},"d/e":{"text":"y","executable":true}}"#);
    let tree = home.run(["build", "--no-link"]).success().stdout();
    let tree = std::path::PathBuf::from(tree.trim_end());
    let copy = home.outside("nhmt-home");
    home.nix()
        .run("cp", ["-r", tree.to_str().unwrap(), copy.to_str().unwrap()]);
    // The same tree under the same store directory; only that part of the
    // store's name enters the hash.
    let mut add = std::process::Command::new("nix-store");
    home.environment(&mut add);
    add.env("NIX_STORE_DIR", home.at(".local/share/nhmt/store"));
    add.env("NIX_STATE_DIR", home.outside("state-of-local"));
    add.env("HOME", home.outside("")).arg("--add").arg(&copy);
    let added = crate::support::Outcome::of(&mut add).success().stdout();
    assert_eq!(added.trim_end(), tree.to_str().unwrap());
}

#[test]
fn a_chroot_store_is_explained() {
    let home = Home::with_nix().config("home.file.\"f\".text = \"x\";");
    // Nix then prints /nix/store paths that lie below the chroot's root.
    let root = home.outside("chroot");
    let outcome = home.run(["realize", "--option", "store", root.to_str().unwrap()]);
    let outcome = outcome.exit(1).stderr_has("chroot");
    assert!(!home.has("f"), "{outcome}");
}

#[test]
fn a_manifest_with_a_fault_reads_the_same_with_nix() {
    let mut home = Home::with_nix().manifest(r#"{"a":{"text":1}}"#);
    let wrong = home.run(["realize"]).exit(4).stderr();
    let outcome = home.run(["realize", "--backend", "nix"]).exit(4);
    assert_eq!(outcome.stderr(), wrong);
    home.set_configuration("home.json", "{");
    home.run(["realize", "--backend", "nix"])
        .exit(4)
        .stderr_has("home.json")
        .stderr_has("line 1");
}

#[test]
fn a_setting_that_nix_does_not_take_is_named() {
    let home = Home::with_nix().config("");
    home.nix().configure("sandbox = maybe\n");
    home.run(["realize"])
        .exit(1)
        .stderr_has("invalid value 'maybe'")
        .stderr_has("nix.conf");
}

#[test]
fn a_store_that_cannot_be_written_is_no_fault_of_the_configuration() {
    let home = Home::with_nix()
        .config("")
        .env("NIX_STATE_DIR", "/proc/nowhere");
    home.run(["realize"])
        .exit(1)
        .stderr_has("/proc/nowhere")
        .stderr_has("NIX_STATE_DIR");
}

#[test]
fn a_missing_temporary_directory_is_named() {
    let home = Home::with_nix().config("").env("TMPDIR", "/nowhere");
    home.run(["realize"])
        .exit(1)
        .stderr_has("/nowhere")
        .stderr_has("$TMPDIR");
}

#[test]
fn a_cache_that_cannot_be_written_is_done_without() {
    let home = Home::with_nix()
        .config("home.file.\"f\".text = \"x\";")
        .env("XDG_CACHE_HOME", "/proc/nowhere");
    home.run(["realize"]).success();
    assert_eq!(home.read("f"), "x");
}

/// A container: root, and no users to build as. Nix then refuses to build
/// unless it is told to build as root itself.
#[test]
fn root_without_build_users_builds_all_the_same() {
    let home = Home::with_nix().config("home.file.\"f\".text = \"x\";");
    home.nix()
        .configure("substituters =\nsandbox-paths =\nbuild-hook =\n");
    // `getent` would find the group wherever it came from, so the whole list
    // of groups is another one, in a mount namespace of this command's own.
    let groups = home.outside("group");
    fs::write(&groups, "root:x:0:\n").unwrap();
    let mut command = std::process::Command::new("unshare");
    home.environment(&mut command);
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    let script = "mount --bind \"$1\" /etc/group && shift && exec \"$@\"";
    command
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(groups);
    command.arg(nhmt()).arg("-f");
    command
        .arg(home.outside("configuration/home.nix"))
        .arg("realize");
    crate::support::Outcome::of(&mut command).success();
    assert_eq!(home.read("f"), "x");
}
