//! What is refused before anything is written.

use std::fs;

use crate::support::Home;

#[test]
fn only_an_empty_folder_is_written_to() {
    let home = Home::new()
        .file(".bashrc", "x\n")
        .file(".config/nhmt/mine", "m");
    home.run_bare(["import", "home"])
        .exit(1)
        .stderr_has(".config/nhmt is not empty, and an import writes only where nothing is")
        .stderr_has("--to DIR");
    assert_eq!(home.read(".config/nhmt/mine"), "m");
    let file = home.at(".bashrc");
    home.run_bare(["import", "home", "--to", file.to_str().unwrap()])
        .exit(1)
        .stderr_has(".bashrc is no directory; an import writes into one of its own");
    assert_eq!(home.read(".bashrc"), "x\n");
    // An empty one is as good as none.
    let empty = home.outside("empty");
    fs::create_dir(&empty).unwrap();
    home.run_bare(["import", "home", "--to", empty.to_str().unwrap()])
        .success();
    assert!(empty.join("home.nix").is_file());
    let left: Vec<_> = fs::read_dir(home.outside("")).unwrap().flatten().collect();
    assert!(
        left.iter()
            .all(|entry| !entry.file_name().to_string_lossy().starts_with("nhmt-")),
        "{left:?}"
    );
}

#[test]
fn what_is_not_there_is_named() {
    let home = Home::new();
    home.run_bare(["import", "home"])
        .exit(1)
        .stderr_has("nothing to import was found in this home");
    home.run_bare(["import", "home", ".absent"])
        .exit(1)
        .stderr_has(".absent: there is nothing of that name");
    home.run_bare(["import", "home", "/etc/passwd"])
        .exit(1)
        .stderr_has("lies outside the home directory");
    home.run_bare(["import", "stow", "/nowhere"])
        .exit(1)
        .stderr_has("cannot read /nowhere");
    fs::create_dir(home.at("dotfiles")).unwrap();
    let dotfiles = home.at("dotfiles");
    home.run_bare(["import", "stow", dotfiles.to_str().unwrap(), "absent"])
        .exit(1)
        .stderr_has("there is no such package");
    home.run_bare(["import", "chezmoi"])
        .exit(1)
        .stderr_has("cannot read");
    home.write("dotfiles/.chezmoiroot", "below\n");
    home.run_bare(["import", "chezmoi", dotfiles.to_str().unwrap()])
        .exit(1)
        .stderr_has("`.chezmoiroot` names a directory that is not there");
    home.run_bare(["import", "home-manager"])
        .exit(1)
        .stderr_has("there is no generation of Home Manager");
    home.run_bare([
        "import",
        "home-manager",
        home.at("dotfiles/.chezmoiroot").to_str().unwrap(),
    ])
    .exit(1)
    .stderr_has("this is no generation of Home Manager");
    assert!(!home.has(".config/nhmt"));
    home.write(".bashrc", "x");
    home.run_bare(["import", "home", "--to", "/proc/nhmt/x"])
        .exit(1)
        .stderr_has("cannot write /proc/nhmt");
    home.run_bare(["init", "/proc/nhmt"])
        .exit(1)
        .stderr_has("cannot write /proc/nhmt");
}

#[test]
fn only_secrets_are_nothing_to_import() {
    let home = Home::new().file(".npmrc", "//r/:_authToken=abcdefghijkl\n");
    home.run_bare(["import", "home"])
        .exit(1)
        .stderr_has(".npmrc: a token of a registry")
        .stderr_has("nothing to import");
    assert!(!home.has(".config/nhmt"));
}

#[test]
fn what_is_no_file_is_named() {
    let home = Home::new().file("d/a", "x\n");
    let pipe = home.at("d/pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    fs::File::create(home.at("d/large"))
        .unwrap()
        .set_len(20 << 20)
        .unwrap();
    home.run_bare(["import", "home", "d"])
        .success()
        .stderr_has("d/pipe: it is a socket, a pipe or a device")
        .stderr_has("d/large: it has 20 MB, as data have");
}

#[test]
fn init_asks_for_what_a_flake_needs_and_takes_no_other_configuration() {
    let home = Home::new();
    home.run_bare(["init", "--kind", "flake"])
        .exit(2)
        .stderr_has("a flake has to say where it finds nhmt")
        .stderr_has("--nhmt");
    home.run_bare(["init", "--flake", "."])
        .exit(2)
        .stderr_has("`nhmt init` writes a configuration");
    home.run_bare(["init", "--use-home-manager"])
        .exit(1)
        .stderr_has("no configuration for Home Manager");
    assert!(!home.has(".config/nhmt"));
    let json = home.run_bare(["init", "--json"]).success().json();
    assert!(
        json["written"][0].as_str().unwrap().ends_with("home.nix"),
        "{json}"
    );
}

#[test]
fn a_manifest_and_a_fetched_flake_are_not_added_to() {
    let home = Home::new().manifest("{}").file("f", "x");
    home.run(["add", "f"])
        .exit(2)
        .stderr_has("is a manifest, to which nothing is added");
    home.run_bare(["edit", "--flake", "github:alice/home"])
        .exit(1)
        .stderr_has("the flake github:alice/home is no directory of this machine");
}

#[test]
fn a_link_to_a_directory_of_the_same_content_gives_way() {
    let mut home = Home::new()
        .file("other/a", "1")
        .file("other/sub/b", "2")
        .link("other/sub/c", "b")
        .link(".config/app", "../other");
    home.write_source("app/a", "1");
    home.write_source("app/sub/b", "2");
    std::os::unix::fs::symlink("b", home.outside("configuration/app/sub/c")).unwrap();
    let source = home.outside("configuration/app");
    home.set_manifest(&format!(
        r#"{{".config/app":{{"source":"{}"}}}}"#,
        source.display()
    ));
    // Another file there would vanish from where programs look.
    home.write("other/more", "3");
    home.run(["realize"]).exit(3).stderr_has("~/.config/app");
    fs::remove_file(home.at("other/more")).unwrap();
    let diff = home.run(["diff", "--exit-code"]).success();
    assert_eq!(diff.stdout(), "", "{diff}");
    diff.stderr_has("1 file of the home has the declared content already");
    let json = home.run(["diff", "--json"]).success().json();
    assert_eq!(json["already_there"], serde_json::json!([".config/app"]));
    home.run(["realize"]).success();
    assert!(home.is_managed(".config/app"));
    assert_eq!(home.read(".config/app/sub/c"), "2");
    assert_eq!(home.read("other/sub/b"), "2");
}

#[test]
fn a_link_to_where_the_wanted_one_leads_gives_way() {
    let mut home = Home::new().link("d/x", "../nowhere").link("y", "/other");
    let target = home.at("nowhere");
    home.set_manifest(&format!(
        r#"{{"d/x":{{"source":"{}","method":"live"}}}}"#,
        target.display()
    ));
    home.run(["realize"]).success();
    assert!(home.is_managed("d/x"));
    home.set_manifest(&format!(
        r#"{{"y":{{"source":"{}","method":"live"}}}}"#,
        target.display()
    ));
    home.run(["realize"]).exit(3).stderr_has("~/y");
}
