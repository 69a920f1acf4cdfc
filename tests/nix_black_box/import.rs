//! A home that another tool, or nobody, has kept becomes a configuration, and
//! nothing in it changes by that.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::{Home, Outcome};

pub(crate) fn mode(home: &Home, path: &str, mode: u32) {
    fs::set_permissions(home.at(path), fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn text(home: &Home, path: &str) -> String {
    home.read(&format!(".config/nhmt/{path}"))
}

/// After an import: no difference, no conflict, and afterwards the same bytes
/// at every path.
pub(crate) fn round_trip(home: &Home, managed: &[&str]) {
    let before: Vec<_> = managed
        .iter()
        .map(|path| (path, fs::metadata(home.at(path)).ok(), read(home, path)))
        .collect();
    let diff = home.run_bare(["diff", "--exit-code"]).success();
    assert_eq!(diff.stdout(), "", "{diff}");
    diff.stderr_lacks("in the way").stderr_lacks("drift");
    let json = home.run_bare(["diff", "--json"]).success().json();
    for list in ["added", "removed", "changed"] {
        assert_eq!(json["files"][list], serde_json::json!([]), "{json}");
    }
    home.run_bare(["realize"]).success();
    for (path, data, content) in before {
        assert_eq!(read(home, path), content, "{path}");
        let after = fs::metadata(home.at(path)).ok();
        let bits = |data: &fs::Metadata| data.permissions().mode() & 0o111;
        assert_eq!(after.as_ref().map(bits), data.as_ref().map(bits), "{path}");
    }
    let diff = home.run_bare(["diff", "--exit-code"]).success();
    assert_eq!(diff.stdout(), "", "{diff}");
    let status = home.run_bare(["status", "--json"]).success().json();
    assert_eq!(status["drift"], serde_json::json!([]), "{status}");
}

fn read(home: &Home, path: &str) -> Option<Vec<u8>> {
    fs::read(home.at(path)).ok()
}

#[test]
fn an_existing_home() {
    let home = Home::with_nix()
        .file(".bashrc", "alias ll='ls -l'\n")
        .file(".profile", "PATH=$PATH\n")
        .file(".config/nvim/init.lua", "vim.o.number = true\n")
        .file(".config/nvim/lua/a b.lua", "-- odd name\n")
        .file(
            ".config/git/config",
            "[user]\n\tname = Alice\n[core]\n\teditor = vim\n",
        )
        .file(".ssh/config", "Host x\n")
        .file(".ssh/id_ed25519", "key\n")
        .file(".npmrc", "//r/:_authToken=abcdefghijkl\n")
        .file(".bash_history", "ls\n")
        .link(".vimrc", "dots/vimrc")
        .file("dots/vimrc", "set nu\n")
        .link(".tmux.conf", "/nowhere/tmux.conf");
    mode(&home, ".ssh/config", 0o600);
    mode(&home, ".config/nvim/init.lua", 0o755);
    let before = home.snapshot();
    home.run_bare(["import", "home"])
        .success()
        .stdout_has("a configuration with")
        .stderr_has(".npmrc: a token of a registry")
        .stderr_has("next: `nhmt diff`");
    for (path, content) in before {
        assert_eq!(
            home.snapshot().get(&path),
            Some(&content),
            "{}",
            path.display()
        );
    }
    let nix = text(&home, "home.nix");
    assert!(
        nix.contains("programs.git = {") && nix.contains("name = \"Alice\";"),
        "{nix}"
    );
    assert!(nix.contains("recursive = true;"), "{nix}");
    assert!(
        !home.has(".config/nhmt/files/.npmrc") && !home.has(".config/nhmt/files/.ssh/id_ed25519")
    );
    let private = fs::metadata(home.at(".config/nhmt/files/.ssh/config")).unwrap();
    assert_eq!(private.permissions().mode() & 0o777, 0o600);
    round_trip(
        &home,
        &[
            ".bashrc",
            ".profile",
            ".config/nvim/init.lua",
            ".config/nvim/lua/a b.lua",
            ".config/git/config",
            ".ssh/config",
            ".vimrc",
            ".tmux.conf",
        ],
    );
    let private = fs::symlink_metadata(home.at(".ssh/config")).unwrap();
    assert_eq!(private.permissions().mode() & 0o777, 0o600);
    assert_eq!(home.read(".npmrc"), "//r/:_authToken=abcdefghijkl\n");
}

#[test]
fn named_paths_and_what_is_insisted_on() {
    let home = Home::with_nix()
        .file("notes/a.txt", "a\n")
        .file("notes/.git/HEAD", "x\n")
        .file("notes/password.txt", "password = hunter22\n");
    let to = home.outside("elsewhere");
    home.run_bare(["import", "home", "notes", "--to", to.to_str().unwrap()])
        .success()
        .stderr_has("notes/password.txt: a password")
        .stderr_has("notes/.git: it is the store of a version control system")
        .stderr_has("-f ");
    assert!(
        to.join("files/notes/a.txt").is_file() && !to.join("files/notes/password.txt").exists()
    );
    let to = home.outside("more");
    let all = [
        "import",
        "home",
        "notes",
        "--include",
        "notes/password.txt",
        "--to",
        to.to_str().unwrap(),
        "--json",
    ];
    let json = home.run_bare(all).success().json();
    assert_eq!(json["entries"], 2, "{json}");
    assert_eq!(json["notes"][0]["kind"], "left-out", "{json}");
    assert!(to.join("files/notes/password.txt").is_file());
}

/// stow itself makes the links.
fn stow(home: &Home, arguments: &[&str]) {
    let mut stow = Command::new("stow");
    home.environment(&mut stow);
    stow.current_dir(home.at("dotfiles")).args(arguments);
    Outcome::of(&mut stow).success();
}

#[test]
fn stow_packages() {
    let home = Home::with_nix()
        .file("dotfiles/bash/.bashrc", "alias a=b\n")
        .file("dotfiles/bash/README.md", "about\n")
        .file("dotfiles/nvim/.config/nvim/init.lua", "x\n")
        .file("dotfiles/nvim/.config/nvim/lua/y.lua", "y\n")
        .file("dotfiles/git/.config/git/ignore", "*.o\n")
        .file("dotfiles/git/.stow-local-ignore", "notes.*\n")
        .file("dotfiles/git/notes.txt", "n\n")
        .file("dotfiles/bin/bin/tool", "#!/bin/sh\n")
        .file("dotfiles/other/.other", "o\n")
        .file(".config/git/config", "mine\n")
        .file("bin/own", "o\n");
    mode(&home, "dotfiles/bin/bin/tool", 0o755);
    stow(&home, &["bash", "nvim", "git", "bin"]);
    assert!(home.at(".config/nvim").is_symlink());
    home.run_bare(["import", "stow", home.at("dotfiles").to_str().unwrap()])
        .success()
        .stderr_has("other: this package is not stowed here");
    let nix = text(&home, "home.nix");
    assert!(
        !nix.contains("README") && !nix.contains("notes") && !nix.contains(".other"),
        "{nix}"
    );
    round_trip(
        &home,
        &[
            ".bashrc",
            ".config/nvim/init.lua",
            ".config/nvim/lua/y.lua",
            ".config/git/ignore",
            ".config/git/config",
            "bin/tool",
            "bin/own",
        ],
    );
    assert!(home.is_managed(".bashrc") && home.is_managed(".config/nvim"));
    assert_eq!(home.read("dotfiles/nvim/.config/nvim/init.lua"), "x\n");
}

#[test]
fn stow_packages_with_dots_in_words() {
    let home = Home::with_nix()
        .file("dotfiles/zsh/dot-zshrc", "z\n")
        .file("dotfiles/zsh/plain", "p\n");
    stow(&home, &["--dotfiles", "zsh"]);
    assert!(home.at(".zshrc").is_symlink());
    home.run_bare(["import", "stow", home.at("dotfiles").to_str().unwrap()])
        .success();
    round_trip(&home, &[".zshrc", "plain"]);
    assert!(home.is_managed(".zshrc"));
}

#[test]
fn a_directory_that_stow_gave_away_whole_is_not_taken_whole() {
    let home = Home::with_nix().file("dotfiles/all/.config/app/a", "a\n");
    stow(&home, &["all"]);
    assert!(home.at(".config").is_symlink());
    let to = home.outside("to");
    home.run_bare([
        "import",
        "stow",
        home.at("dotfiles").to_str().unwrap(),
        "--to",
        to.to_str().unwrap(),
    ])
    .success()
    .stderr_has(".config: stow made one link of this whole directory")
    .stderr_has("stow --restow --no-folding all");
    // What the note says is what helps.
    let file = to.join("home.nix");
    let file = file.to_str().unwrap();
    home.run_bare(["realize", "-f", file]).exit(3);
    stow(&home, &["--restow", "--no-folding", "all"]);
    home.run_bare(["realize", "-f", file]).success();
    assert!(home.is_managed(".config/app/a"));
}

#[test]
fn packages_that_are_stowed_nowhere_are_taken_as_stow_would() {
    let home = Home::with_nix()
        .file("dotfiles/a/dot-config/app/x", "x\n")
        .file("dotfiles/a/.gitignore", "i\n");
    home.run_bare(["import", "stow", home.at("dotfiles").to_str().unwrap(), "a"])
        .success();
    home.run_bare(["realize"]).success();
    assert_eq!(home.read(".config/app/x"), "x\n");
    assert!(!home.has(".gitignore"));
}

#[test]
fn links_into_the_store_become_copies() {
    let home = Home::with_nix().file("rc", "rc\n");
    let stored = home
        .nix()
        .run("nix-store", ["--add", home.at("rc").to_str().unwrap()]);
    let home = home.link(".bashrc", &stored);
    home.run_bare(["import", "home", ".bashrc"])
        .success()
        .stderr_has(".bashrc: it was a link into the Nix store, and is a copy now");
    assert_eq!(home.read(".config/nhmt/files/.bashrc"), "rc\n");
    round_trip(&home, &[".bashrc"]);
}

#[test]
fn what_lies_behind_a_link_comes_with_that_link() {
    let home = Home::with_nix()
        .file("dots/fish/config.fish", "set x\n")
        .file("dots/fish/functions/f.fish", "f\n")
        .link(".config/fish", "../dots/fish");
    home.run_bare(["import", "home"]).success();
    let nix = text(&home, "home.nix");
    assert!(
        nix.contains("${config.home.homeDirectory}/dots/fish"),
        "{nix}"
    );
    assert!(!nix.contains("config.fish"), "{nix}");
    round_trip(&home, &[".config/fish/config.fish"]);
}

#[test]
fn what_nhmt_manages_and_what_is_gone_is_named() {
    let home = Home::with_nix().file(
        ".config/nhmt/home.nix",
        "{ ... }: { home.file.\".bashrc\".text = \"x\"; }\n",
    );
    home.run_bare(["realize"]).success();
    let gone = home.nix().store_dir().join("0000-gone");
    let home = home.link(".vimrc", gone.to_str().unwrap());
    let odd: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(b"d/\xff".to_vec());
    home.write("d/a", "a\n");
    fs::write(home.at(odd), "b\n").unwrap();
    let to = home.outside("to");
    let to = to.to_str().unwrap();
    home.run_bare(["import", "home", ".bashrc", ".vimrc", "d", "--to", to])
        .success()
        .stderr_has(".bashrc: nhmt manages it already")
        .stderr_has(".vimrc: it leads to what is no longer in the Nix store")
        .stderr_has("its name cannot be written in a configuration");
}

#[test]
fn a_flake_of_what_was_found() {
    let home = Home::with_nix().file(".bashrc", "x\n");
    super::own_flake::flake(&home, "");
    let nhmt = format!("path:{}", home.outside("nhmt").display());
    home.run_bare(["import", "home", "--nhmt", &nhmt]).success();
    let file = home.at(".config/nhmt/flake.nix");
    let nixpkgs = format!("path:{}", home.outside("nixpkgs").display());
    let flake = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        flake.replace("github:NixOS/nixpkgs/nixpkgs-unstable", &nixpkgs),
    )
    .unwrap();
    round_trip(&home, &[".bashrc"]);
    assert!(home.is_managed(".bashrc"));
}
