//! `home.persistence`, from a configuration to what the commands say of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use nhmt::manifest::{HomePath, Index, RouteKind, RouteMethod};

use crate::support::{Home, Outcome};

fn build(home: &Home, file: &Path) -> PathBuf {
    let tree = home.outside("tree");
    let directory = home.path().display().to_string();
    let (file, out) = (file.to_str().unwrap(), tree.to_str().unwrap());
    home.run_bare(["build", "-f", file, "--home", &directory, "-o", out])
        .success();
    tree
}

#[test]
fn the_example_keeps_what_it_says() {
    let home = Home::with_nix();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/state");
    let to = home.outside("state");
    Outcome::of(Command::new("cp").arg("-r").arg(from).arg(&to)).success();
    let tree = build(&home, &to.join("home.nix"));
    let index = Index::read(&tree).unwrap();
    let entry = |path: &str| index.get(&HomePath::new(path).unwrap()).unwrap();
    let route = |path: &str| entry(path).route.clone().unwrap();
    let root = |name: &str| Path::new(name).join(home.path().strip_prefix("/").unwrap());
    assert_eq!(route(".ssh").root, root("/persist"));
    assert_eq!(route(".cache/nix").root, root("/cache"));
    assert_eq!(route(".cache/nix").parent_mode, Some(0o700));
    assert_eq!(route(".local/share/notes").mode, Some(0o750));
    assert_eq!(
        route(".local/share/applications").kind,
        RouteKind::Directory
    );
    assert_eq!(route(".bash_history").kind, RouteKind::File);
    assert_eq!(route(".bash_history").method, RouteMethod::Symlink);
    assert_eq!(index.routes().count(), 6);
    let link = std::fs::read_link(tree.join("home/.ssh")).unwrap();
    assert_eq!(link, root("/persist").join(".ssh"));
    assert!(entry(".ssh/config").inside);
    let text = std::fs::read_to_string(tree.join("inside/.ssh/config")).unwrap();
    assert!(text.starts_with("Host *\n"), "{text}");
    let manifest = nhmt::tree::diff::read_manifest(&tree).unwrap();
    let patterns = manifest.at_risk.patterns();
    assert!(patterns.starts_with("/.cache/\n"), "{patterns}");
    assert!(patterns.ends_with("\n/Downloads/\n"), "{patterns}");
}

#[test]
fn the_lists_of_nix_and_of_nhmt_are_the_same() {
    let home = Home::with_nix().config("nhmt.atRisk.ignore = [ \"last\" ];");
    let tree = build(&home, &home.outside("configuration/home.nix"));
    let manifest = nhmt::tree::diff::read_manifest(&tree).unwrap();
    let usual = nhmt::manifest::AtRiskSpec::USUAL.lines();
    let usual: Vec<_> = usual.filter(|line| !line.starts_with('#')).collect();
    let ignore = manifest.at_risk.ignore.unwrap();
    assert!(usual.len() > 10);
    assert_eq!(ignore[..usual.len()], usual);
    assert_eq!(ignore[usual.len()..], ["last"]);
}

#[test]
fn a_change_of_what_is_kept_is_one_of_the_generation() {
    let mut home = Home::with_nix();
    let root = home.outside("persist");
    let root = root.to_str().unwrap();
    home.set_config("home.file.f.text = \"\";");
    home.run(["realize"]).success();
    home.set_config(&format!(
        "home.file.f.text = \"\"; home.persistence.\"{root}\".directories = [ \"data\" ];"
    ));
    let place = format!("{root}{}", home.path().display());
    home.run(["diff"])
        .success()
        .stdout_has(&format!("+ state data (directory in {place})"));
    home.run(["realize"]).success().stdout_has("generation 2");
    home.run(["realize"]).success().stdout_has("nothing to do");
    home.run_bare(["why", "data"])
        .success()
        .stdout_has(&format!("home.persistence.\"{root}\".directories"))
        .stdout_has("home.nix:4")
        .stdout_has(&format!("{place}/data"));
    home.set_config("home.file.f.text = \"\"; nhmt.atRisk.ignore = [ \"x\" ];");
    home.run(["realize"]).success().stdout_has("generation 3");
}

#[test]
fn a_root_that_ends_in_the_home_is_warned_of() {
    let mut home = Home::with_nix();
    let root = home.outside("persist");
    let root = root.to_str().unwrap();
    let own = home.path().display().to_string();
    home.set_config(&format!(
        "home.persistence.\"{root}{own}\".directories = [ \"data\" ];"
    ));
    home.run(["diff"])
        .success()
        .stderr_has("the place of the home is appended")
        .stderr_has(&format!("Write \"{root}\""))
        .stderr_has("home.nix:4");
}

#[test]
fn two_meanings_stop_the_run_with_both_places() {
    let mut home = Home::with_nix();
    home.set_config(
        "home.persistence.\"/p\".directories = [ \"data\" ];\nhome.persistence.\"/q\".files = [ \"data\" ];",
    );
    let before = home.snapshot();
    home.run(["realize"])
        .exit(4)
        .stderr_has("two meanings of the persisted path `data'")
        .stderr_has("home.nix:4")
        .stderr_has("home.nix:5");
    assert_eq!(home.snapshot(), before);
}
