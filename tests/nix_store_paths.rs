//! Store paths and GC roots, held against the Nix on PATH.

#[path = "support/private_store.rs"]
mod private_store;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use nhmt::generation::Profile;
use nhmt::store::nix::Arguments;
use nhmt::store::{Cache, LocalStore, Nix, nar, path};
use private_store::with_private_store;

fn tree(dir: &Path) {
    fs::create_dir_all(dir.join("home/.config/empty")).unwrap();
    fs::write(dir.join("home/.config/naïve file#1"), "x".repeat(70_000)).unwrap();
    fs::write(dir.join("home/@service"), "").unwrap();
    fs::write(dir.join("home/run"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(dir.join("home/run"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../".repeat(900), dir.join("home/up")).unwrap();
}

fn find() -> Nix {
    Nix::find(&Cache::from_environment(), Arguments::default()).unwrap()
}

fn printed(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[test]
fn files_and_trees_are_named_as_nix_names_them() {
    with_private_store("files_and_trees_are_named_as_nix_names_them", |scratch| {
        let nix = find();
        let dir = scratch.join("nhmt-home");
        tree(&dir);
        let file = scratch.join("nhmt");
        fs::copy(std::env::current_exe().unwrap(), &file).unwrap();
        for path in [dir, file] {
            let digest = nar::digest(&path).unwrap();
            let mut hash = Command::new("nix-hash");
            hash.args(["--type", "sha256", "--base32"]).arg(&path);
            assert_eq!(path::base32(&digest), printed(&mut hash));
            let name = path.file_name().unwrap().to_str().unwrap();
            let named = path::content_addressed(&Nix::store_dir(), name, &digest).unwrap();
            assert_eq!(named, nix.add(&path).unwrap());
        }
    });
}

#[test]
fn the_local_store_names_trees_as_nix_would_in_its_place() {
    let test = "the_local_store_names_trees_as_nix_would_in_its_place";
    with_private_store(test, |scratch| {
        let store = LocalStore::new(scratch.join("local"));
        let added = store.add("nhmt-home", |dir| {
            tree(dir);
            std::io::Result::Ok(())
        });
        let dir = scratch.join("nhmt-home");
        tree(&dir);
        let mut add = Command::new("nix-store");
        add.env("NIX_STORE_DIR", store.dir());
        let by_nix = printed(add.arg("--add").arg(&dir));
        assert_eq!(added.unwrap(), Path::new(&by_nix));
    });
}

fn roots(scratch: &Path) -> PathBuf {
    scratch.join("nix/state/gcroots/auto")
}

fn collect_garbage() {
    printed(Command::new("nix-collect-garbage").arg("-d"));
}

#[test]
fn a_registered_tree_survives_collection_and_a_lost_root_is_noticed() {
    let test = "a_registered_tree_survives_collection_and_a_lost_root_is_noticed";
    with_private_store(test, |scratch| {
        let nix = find();
        let dir = scratch.join("nhmt-home");
        tree(&dir);
        let tree = nix.add(&dir).unwrap();
        assert_eq!(nix.references(&tree).unwrap(), Vec::<PathBuf>::new());
        let profile = Profile::open(&scratch.join("profiles/nhmt")).unwrap();
        let number = profile.reserve().unwrap();
        let link = profile.link_path(number);
        nix.register(&tree, &link).unwrap();
        profile.point_to(number).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), tree);
        assert!(!Nix::root_is_missing(&link));
        collect_garbage();
        nix.open_tree(&tree).unwrap();
        assert_eq!(profile.get(number).unwrap().tree, tree);

        // Its folder was not mounted while somebody collected garbage: Nix
        // takes away the root that leads nowhere.
        let elsewhere = scratch.join("elsewhere");
        fs::rename(scratch.join("profiles"), &elsewhere).unwrap();
        nix.register(&tree, &scratch.join("other")).unwrap();
        collect_garbage();
        fs::rename(&elsewhere, scratch.join("profiles")).unwrap();
        assert!(
            Nix::root_is_missing(&link),
            "{:?}",
            fs::read_dir(roots(scratch))
        );
        nix.register(&tree, &link).unwrap();
        assert!(!Nix::root_is_missing(&link));
        fs::remove_file(scratch.join("other")).unwrap();
        collect_garbage();
        nix.open_tree(&tree).unwrap();

        // The newest generation expires; its number does not come back.
        let newest = profile.reserve().unwrap();
        nix.register(&tree, &profile.link_path(newest)).unwrap();
        profile.remove(newest).unwrap();
        assert!(profile.next_number().unwrap() > newest);
    });
}

#[test]
fn the_version_is_asked_once() {
    with_private_store("the_version_is_asked_once", |scratch| {
        let version = *find().version();
        let memo = fs::read_dir(scratch.join("cache/nhmt")).unwrap().next();
        let memo = memo.unwrap().unwrap().path();
        let text = fs::read_to_string(&memo).unwrap();
        let older = text.replace(&version.to_string(), "2.9");
        fs::write(&memo, older).unwrap();
        assert_eq!(find().version().to_string(), "2.9", "the memo is not read");
    });
}
