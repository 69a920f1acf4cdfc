use super::*;
use std::os::unix::fs::symlink;

fn number(n: u64) -> Number {
    Number::new(n).unwrap()
}

fn made(profile: &Profile, tree: &Path) -> Number {
    let number = profile.reserve().unwrap();
    symlink(tree, profile.link_path(number)).unwrap();
    profile.point_to(number).unwrap();
    number
}

#[test]
fn generations_are_listed_by_number_and_one_is_current() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(&dir.path().join("profiles/nhmt")).unwrap();
    assert_eq!(profile.list().unwrap(), []);
    assert_eq!(profile.current().unwrap(), None);
    for _ in 0..11 {
        made(&profile, dir.path());
    }
    symlink("x", dir.path().join("profiles/nhmt-07-link")).unwrap();
    symlink("x", dir.path().join("profiles/nhmt-x-1-link")).unwrap();
    fs::write(dir.path().join("profiles/nhmt-99-link"), "").unwrap();
    let numbers: Vec<u64> = profile
        .list()
        .unwrap()
        .iter()
        .map(|generation| generation.number.get())
        .collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    assert_eq!(profile.current().unwrap(), Some(number(11)));
    assert_eq!(
        fs::read_link(profile.path()).unwrap(),
        Path::new("nhmt-11-link")
    );
    let created = profile.get(number(3)).unwrap().created.to_string();
    assert!(created.ends_with('Z'), "{created}");
}

#[test]
fn a_number_is_never_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(&dir.path().join("nhmt")).unwrap();
    for _ in 0..3 {
        made(&profile, dir.path());
    }
    profile.point_to(number(1)).unwrap();
    profile.remove(number(3)).unwrap();
    profile.remove(number(2)).unwrap();
    assert_eq!(profile.next_number().unwrap(), number(4));
    assert_eq!(made(&profile, dir.path()), number(4));

    // The counter may be lost: then the links alone say it.
    fs::remove_file(profile.counter()).unwrap();
    assert_eq!(profile.next_number().unwrap(), number(5));
}

#[test]
fn a_generation_that_was_never_in_force_is_removed_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(&dir.path().join("nhmt")).unwrap();
    let tree = |name: &str| {
        let tree = dir.path().join(name);
        fs::create_dir_all(&tree).unwrap();
        tree
    };
    let reserved = |name: &str| {
        let number = profile.reserve().unwrap();
        symlink(tree(name), profile.link_path(number)).unwrap();
        number
    };
    let remove = |name: &str| profile.remove_unused(Some(&tree(name))).unwrap();
    assert_eq!(made(&profile, &tree("one")), number(1));
    // It was cut off after the profile named it.
    assert_eq!(remove("one"), None);
    // Before it had done anything.
    assert_eq!(reserved("two"), number(2));
    assert_eq!(remove("one"), Some(number(2)));
    assert_eq!(remove("one"), None);
    // Before it had even a link.
    profile.reserve().unwrap();
    assert_eq!(remove("one"), None);
    // After the pivot, before the profile named it.
    assert_eq!(reserved("four"), number(4));
    assert_eq!(remove("four"), None);
    // In force once, whichever is now.
    assert_eq!(made(&profile, &tree("five")), number(5));
    profile.settle();
    profile.point_to(number(1)).unwrap();
    assert_eq!(remove("one"), None);
    let left = profile.list().unwrap();
    let left: Vec<_> = left.iter().map(|one| one.number.get()).collect();
    assert_eq!(left, [1, 4, 5]);
    assert_eq!(profile.next_number().unwrap(), number(6));
}

#[test]
fn a_profile_that_names_the_generation_is_left_as_it_is() {
    use std::os::unix::fs::MetadataExt;
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(&dir.path().join("nhmt")).unwrap();
    let current = made(&profile, &dir.path().join("tree"));
    let inode = || fs::symlink_metadata(profile.path()).unwrap().ino();
    let before = inode();
    profile.point_to(current).unwrap();
    assert_eq!(inode(), before);
    profile.point_to(current.next()).unwrap();
    assert_ne!(inode(), before);
    assert_eq!(profile.current().unwrap(), Some(current.next()));
}

#[test]
fn what_cannot_be_had_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(&dir.path().join("nhmt")).unwrap();
    let current = made(&profile, &dir.path().join("collected"));
    assert!(profile.list().unwrap()[0].dangling);
    let error = profile.get(current).unwrap_err();
    assert!(matches!(error, ProfileError::Dangling { .. }), "{error}");
    let error = profile.remove(current).unwrap_err();
    assert!(matches!(error, ProfileError::Current { .. }), "{error}");
    let below = |name: &str| profile.is_at(&dir.path().join(name));
    assert!(below("") && below("nhmt") && below("nhmt-7-link/x"));
    assert!(!below("nhmt-x") && !below("other/nhmt"));
    let error = profile.get(number(9)).unwrap_err();
    assert!(matches!(error, ProfileError::Unknown { .. }), "{error}");
    let error = profile.remove(number(9)).unwrap_err();
    assert!(matches!(error, ProfileError::Unknown { .. }), "{error}");
    assert!(Profile::open(Path::new("/")).is_err());
}

#[test]
fn what_is_no_profile_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("link");
    symlink("/nix/var/nix/profiles/per-user/alice/profile", &link).unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    for path in [&link, &file] {
        let profile = Profile::open(path).unwrap();
        let error = profile.reserve().unwrap_err();
        assert!(matches!(error, ProfileError::Foreign { .. }), "{error}");
        assert!(profile.point_to(number(1)).is_err());
    }
    assert!(fs::read_link(&link).unwrap().starts_with("/nix/var"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}
