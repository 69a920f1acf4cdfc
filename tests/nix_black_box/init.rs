//! The first steps: a configuration to start with.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use super::own_flake;
use crate::support::{Home, Outcome, nhmt};

/// A home as Debian makes it.
fn skeleton(home: Home) -> Home {
    let mut home = home;
    for name in [".bashrc", ".profile", ".bash_logout"] {
        let text = fs::read_to_string(format!("/etc/skel/{name}")).unwrap();
        home = home.file(name, &text);
    }
    home
}

/// Types into a terminal, by script(1), and gives what it shows.
pub(crate) fn type_in(
    home: &Home,
    variables: &[(&str, &str)],
    typed: &str,
    answers: &str,
) -> String {
    use std::io::Write as _;
    let mut script = Command::new("script");
    home.environment(&mut script);
    script.env("TERM", "xterm").envs(variables.iter().copied());
    let typed = format!("{} {typed}", nhmt().display());
    script.args(["-qec", &typed, "/dev/null"]);
    let mut child = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_first_realize_finds_nothing_in_its_way() {
    let home = skeleton(Home::with_nix()).file(".zshrc", "setopt x\n");
    let bashrc = home.read(".bashrc");
    home.run_bare(["init"])
        .success()
        .stdout_has(".config/nhmt/home.nix")
        .stderr_has("next: `nhmt realize --ask`");
    home.run_bare(["realize"])
        .success()
        .stderr_lacks("in the way");
    // All that was there is there, and shells read the session.
    assert!(home.read(".bashrc").starts_with(&bashrc));
    for file in [".profile", ".bashrc", ".zshenv"] {
        assert!(home.read(file).contains("nhmt/session.sh"), "{file}");
    }
    let mut shell = Command::new("bash");
    home.environment(&mut shell);
    let output = Outcome::of(shell.args(["-lc", "echo \"session:${__NHMT_SESSION:+read}\""]));
    output.success().stdout_has("session:read");
    home.run_bare(["realize"])
        .success()
        .stdout_has("nothing to do");
}

#[test]
fn nothing_is_overwritten() {
    let home = Home::with_nix().file(".config/nhmt/home.nix", "{ ... }: { }\n");
    home.run_bare(["init"])
        .exit(1)
        .stderr_has("there is a configuration already")
        .stderr_has("nhmt edit");
    assert_eq!(home.read(".config/nhmt/home.nix"), "{ ... }: { }\n");
}

#[test]
fn a_flake() {
    let home = skeleton(Home::with_nix());
    // A stand-in for nixpkgs, and this working copy.
    own_flake::flake(&home, "");
    let directory = home.at("dots");
    let nhmt = format!("path:{}", home.outside("nhmt").display());
    home.run_bare([
        "init",
        directory.to_str().unwrap(),
        "--kind",
        "flake",
        "--nhmt",
        &nhmt,
    ])
    .success()
    .stdout_has("flake.nix")
    .stdout_has("home.nix");
    let nixpkgs = format!("path:{}", home.outside("nixpkgs").display());
    let file = directory.join("flake.nix");
    let text = fs::read_to_string(&file).unwrap();
    let real = "github:NixOS/nixpkgs/nixpkgs-unstable";
    assert!(text.contains(real), "{text}");
    fs::write(&file, text.replace(real, &nixpkgs)).unwrap();
    home.run_bare(["realize", "-f", directory.to_str().unwrap()])
        .success();
    assert!(home.read(".profile").contains("nhmt/session.sh"));
}

#[test]
fn the_configuration_of_home_manager_is_offered() {
    let home = Home::with_nix().file(
        ".config/home-manager/home.nix",
        "{ ... }: { home.file.\"f\".text = \"x\"; }\n",
    );
    // Not asked through a pipe.
    home.run_bare(["init", "--new", "--kind", "plain"])
        .success();
    fs::remove_dir_all(home.at(".config/nhmt")).unwrap();
    home.run_bare(["init"])
        .success()
        .stderr_has("`nhmt init --use-home-manager` uses it as it is");
    fs::remove_dir_all(home.at(".config/nhmt")).unwrap();
    let shown = type_in(&home, &[], "init", "y\n");
    assert!(
        shown.contains("has a configuration for Home Manager. Use it?"),
        "{shown}"
    );
    assert_eq!(
        fs::read_link(home.at(".config/nhmt")).unwrap().to_str(),
        Some("home-manager")
    );
    home.run_bare(["realize"]).success();
    assert_eq!(home.read("f"), "x");
    fs::remove_file(home.at(".config/nhmt")).unwrap();
    home.run_bare(["init", "--use-home-manager"])
        .success()
        .stdout_has("leads to")
        .stderr_has("with the flag `--home-manager` Home Manager's own do");
    assert!(home.at(".config/nhmt").is_symlink());
}

/// On a terminal it asks what no flag says, and tells git of a flake.
#[test]
fn a_terminal_is_asked_for_a_flake() {
    let home = Home::with_nix();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        home.environment(&mut command);
        command.arg("-C").arg(home.at("my dots")).args(arguments);
        Outcome::of(&mut command).success()
    };
    fs::create_dir(home.at("my dots")).unwrap();
    git(&["init", "-q"]);
    let init = |name: &str| format!("init '{}'", home.at(name).display());
    let typed = init("my dots");
    let shown = type_in(&home, &[], &typed, "y\npath:/x\n");
    assert!(
        shown.contains("Write a flake?")
            && shown.contains("Where does it find nhmt?")
            && shown.contains("told git of what is new")
            && shown.contains(&format!(
                "`nhmt realize -f '{}' --ask`",
                home.at("my dots").display()
            )),
        "{shown}"
    );
    assert!(
        home.read("my dots/flake.nix")
            .contains("inputs.nhmt.url = \"path:/x\";")
    );
    let status = git(&["status", "--short"]);
    assert!(
        status.stdout().contains(" A flake.nix") && status.stdout().contains(" A home.nix"),
        "{status}"
    );
    let shown = type_in(&home, &[], &init("plain"), "n\n");
    assert!(
        shown.contains("wrote") && !home.has("plain/flake.nix"),
        "{shown}"
    );
    let shown = type_in(&home, &[], &init("none"), "y\n\n");
    assert!(
        shown.contains("a flake has to say where it finds nhmt"),
        "{shown}"
    );
    assert!(!home.has("none"));
    // Nothing is asked of a pipe.
    let piped = home.at("piped");
    home.run_bare(["init", piped.to_str().unwrap()]).success();
    assert!(!home.has("piped/flake.nix"));
}

#[test]
fn a_startup_file_that_is_a_link_is_left_alone() {
    let home = Home::with_nix().file("dots/bashrc", "x\n");
    symlink("dots/bashrc", home.at(".bashrc")).unwrap();
    home.run_bare(["init"])
        .success()
        .stderr_has("~/.bashrc is no plain file");
    home.run_bare(["realize"]).success();
    assert_eq!(home.read("dots/bashrc"), "x\n");
}
