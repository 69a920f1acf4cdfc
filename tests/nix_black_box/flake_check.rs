//! nhmt's own flake and its `default.nix`, with a stand-in for nixpkgs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Home, Outcome, nhmt};

const FLAKES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// A copy of what is in the repository, and the stand-in beside it.
struct Copies {
    home: Home,
    repository: PathBuf,
    nixpkgs: PathBuf,
}

impl Copies {
    fn new() -> Self {
        let home = Home::with_nix();
        // What the stand-in builds takes programs of the machine.
        home.nix().configure(
            "substituters =\nsandbox = false\nsandbox-paths =\nbuild-hook =\nbuild-users-group =\n",
        );
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (repository, nixpkgs) = (home.outside("nhmt"), home.outside("nixpkgs"));
        fs::create_dir(&repository).unwrap();
        for part in [
            "Cargo.lock",
            "Cargo.toml",
            "LICENSE",
            "benches",
            "build.rs",
            "default.nix",
            "docs",
            "examples",
            "flake.nix",
            "modules",
            "nix",
            "package.nix",
            "src",
            "templates",
            "tests",
        ] {
            copy(&source.join(part), &repository.join(part));
        }
        copy(&source.join("tests/nix/nixpkgs-stand-in"), &nixpkgs);
        copy(&source.join("nix/lib"), &nixpkgs.join("lib"));
        copy(&source.join("tests/nix/system"), &nixpkgs.join("system"));
        fs::copy(nhmt(), nixpkgs.join("nhmt")).unwrap();
        let compiler = Command::new("rustc").args(["--print", "sysroot"]).output();
        let sysroot = String::from_utf8(compiler.unwrap().stdout).unwrap();
        let path = format!("{}/bin:/usr/bin:/bin\n", sysroot.trim());
        fs::write(nixpkgs.join("path"), path).unwrap();
        Self {
            home,
            repository,
            nixpkgs,
        }
    }

    /// `nix ARGUMENTS` with the stand-in for nixpkgs.
    fn nix(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new("nix");
        self.home.environment(&mut command);
        // Before what refers to a flake: flags count from where they stand.
        command
            .args(FLAKES)
            .args(arguments)
            .arg("--no-write-lock-file");
        command.args(["--override-input", "nixpkgs"]);
        Outcome::of(command.arg(url(&self.nixpkgs)))
    }

    /// A directory with what the template `name` is.
    fn template(&self, name: &str) -> PathBuf {
        // `nix flake init` takes no other inputs, and has no use for them here.
        let flake = self.repository.join("flake.nix");
        let text = fs::read_to_string(&flake).unwrap();
        let nixpkgs = url(&self.nixpkgs);
        fs::write(
            flake,
            text.replace("github:NixOS/nixpkgs/nixpkgs-unstable", &nixpkgs),
        )
        .unwrap();
        let place = self.home.outside(format!("from-{name}"));
        fs::create_dir(&place).unwrap();
        let mut command = Command::new("nix");
        self.home.environment(&mut command);
        command
            .current_dir(&place)
            .args(["flake", "init", "--template"]);
        command.arg(format!("{}#{name}", url(&self.repository)));
        Outcome::of(command.args(FLAKES)).success();
        place
    }
}

fn url(place: &Path) -> String {
    format!("path:{}", place.display())
}

fn copy(from: &Path, to: &Path) {
    Outcome::of(Command::new("cp").arg("-r").arg(from).arg(to)).success();
}

#[test]
fn nix_flake_check_passes_and_every_check_is_built() {
    let copies = Copies::new();
    let flake = url(&copies.repository);
    copies.nix(&["flake", "check", &flake]).success();
    let system = format!("{}-linux", std::env::consts::ARCH);
    let checks = format!("{flake}#checks.{system}");
    let names = copies.nix(&["eval", "--json", &checks, "--apply", "builtins.attrNames"]);
    let names = names.success().json();
    assert_eq!(
        names,
        serde_json::json!([
            "examples",
            "format",
            "nhmt",
            "static",
            "systems",
            "templates",
            "tests"
        ])
    );
    // It looked at the homes, and not away from them.
    let examples = format!("{checks}.examples");
    let built = copies
        .nix(&["build", "--json", "--no-link", &examples])
        .success();
    let built = built.json()[0]["outputs"]["out"]
        .as_str()
        .unwrap()
        .to_owned();
    let trees = fs::read_to_string(built).unwrap();
    assert_eq!(trees.lines().count(), 3, "{trees}");
    for line in trees.lines() {
        let tree = Path::new(line.split_once(' ').unwrap().1);
        assert!(tree.join("home").is_dir(), "{line}");
    }
    let shown = copies.nix(&["flake", "show", "--json", &flake]).success();
    let shown: Value = shown.json();
    for (output, name) in [
        ("packages", system.as_str()),
        ("devShells", &system),
        ("formatter", &system),
        ("overlays", "default"),
        ("nixosModules", "default"),
        ("templates", "minimal"),
    ] {
        assert!(shown[output][name].is_object(), "{output}.{name}: {shown}");
    }
}

#[test]
fn every_template_makes_a_home() {
    let copies = Copies::new();
    let templates = fs::read_dir(copies.repository.join("templates")).unwrap();
    let mut names: Vec<String> = templates
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["full", "home-manager", "minimal", "nixos"]);
    let nhmt = url(&copies.repository);
    let nixpkgs = url(&copies.nixpkgs);
    // Its configurations of Home Manager's are not looked at here.
    let other = copies.home.outside("home-manager");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("flake.nix"), "{ outputs = _: { }; }").unwrap();
    let other = url(&other);
    for name in ["minimal", "full", "home-manager"] {
        let place = copies.template(name);
        let mut inputs = vec![
            "--override-input",
            "nixpkgs",
            &nixpkgs,
            "--override-input",
            "nhmt",
            &nhmt,
        ];
        if name == "home-manager" {
            inputs.extend(["--override-input", "home-manager", &other]);
        }
        let mut command = copies.home.command();
        command.current_dir(&place);
        command
            .args(["build", "--flake", ".#alice", "--no-link"])
            .args(inputs);
        let tree = Outcome::of(&mut command).success().stdout();
        let motd = Path::new(tree.trim()).join("home/.config/motd");
        assert!(motd.is_file(), "{name}: {tree}");
    }
    let place = copies.template("nixos");
    let users = format!(
        "{}#nixosConfigurations.machine.config.nhmt.users",
        url(&place)
    );
    let manifest = copies.nix(&[
        "eval",
        "--json",
        "--override-input",
        "nhmt",
        &nhmt,
        &users,
        "--apply",
        "users: users.alice.nhmt.manifest.files",
    ]);
    assert!(manifest.success().json()[".config/motd"].is_object());
}

/// The indented texts of a page that have `part` in them.
fn example(page: &str, part: &str) -> String {
    let mut blocks = vec![String::new()];
    for line in page.lines() {
        if let Some(code) = line.strip_prefix("    ") {
            let block = blocks.last_mut().unwrap();
            block.push_str(code);
            block.push('\n');
        } else if !line.is_empty() {
            blocks.push(String::new());
        } else {
            blocks.last_mut().unwrap().push('\n');
        }
    }
    let found = blocks.into_iter().find(|block| block.contains(part));
    found.unwrap_or_else(|| panic!("the page has no example with {part}"))
}

#[test]
fn the_flake_on_the_page_is_one() {
    let copies = Copies::new();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flakes.md");
    let page = fs::read_to_string(page).unwrap();
    let place = copies.home.at(".config/nhmt");
    fs::create_dir_all(&place).unwrap();
    fs::write(
        place.join("flake.nix"),
        example(&page, "inputs.nixpkgs.url"),
    )
    .unwrap();
    fs::write(place.join("home.nix"), example(&page, "home.username = ")).unwrap();
    let nhmt = url(&copies.repository);
    let nixpkgs = url(&copies.nixpkgs);
    let inputs = [
        "--override-input",
        "nixpkgs",
        &nixpkgs,
        "--override-input",
        "nhmt",
        &nhmt,
    ];
    let mut command = copies.home.command();
    let alice = copies.home.path();
    command.args(["realize", "--home"]).arg(&alice).args(inputs);
    Outcome::of(command.env("USER", "alice")).success();
    let program = copies
        .home
        .at(".local/state/nhmt/current/packages/bin/ripgrep");
    assert!(program.exists());
}

#[test]
fn without_flakes_there_is_the_same() {
    let copies = Copies::new();
    let home = &copies.home;
    let nixpkgs = home.outside("channel/nixpkgs");
    fs::create_dir_all(&nixpkgs).unwrap();
    let stand_in = copies.nixpkgs.display().to_string();
    // A channel is a function from settings to packages.
    fs::write(
        nixpkgs.join("default.nix"),
        format!(
            "{{ system ? builtins.currentSystem, ... }}: let self = (import {stand_in}/flake.nix).outputs {{ inherit self; }}; in self.legacyPackages.${{system}}"
        ),
    )
    .unwrap();
    let repository = copies.repository.display().to_string();
    let channel = home.outside("channel").display().to_string();
    let pin = format!("nhmt={repository}");
    let command = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        home.environment(&mut command);
        command.args(["-I", &channel, "-I", &pin]).args(arguments);
        Outcome::of(&mut command).success()
    };
    // Nothing but nhmt, whether or not it is named.
    for arguments in [
        &["--no-out-link", &repository][..],
        &["--no-out-link", "<nhmt>", "-A", "packages.default"],
    ] {
        let built = command("nix-build", arguments).stdout();
        assert_eq!(built.lines().count(), 1, "{built}");
        assert!(Path::new(built.trim()).join("bin/nhmt").is_file());
    }
    let names = "builtins.attrNames (import <nhmt> { })";
    let names = command(
        "nix-instantiate",
        &["--eval", "--strict", "--json", "-E", names],
    )
    .json();
    let expected: Vec<&str> = vec![
        "darwinModules",
        "lib",
        "nhmt",
        "nixosModules",
        "overlays",
        "packages",
    ];
    for name in expected {
        assert!(
            names.as_array().unwrap().iter().any(|known| known == name),
            "{name}"
        );
    }
    // A home by a channel, and by a pin with packages of its own.
    for nhmt in [
        "import <nhmt> { }".to_owned(),
        format!("import {repository} {{ pkgs = import <nixpkgs> {{ }}; }}"),
    ] {
        let expression = format!(
            "(({nhmt}).lib.homeConfiguration {{ pkgs = import <nixpkgs> {{ }}; modules = [ {repository}/examples/alice/home.nix {{ home.username = \"alice\"; home.homeDirectory = \"/home/alice\"; }} ]; }}).homeTree"
        );
        let tree = command("nix-build", &["--no-out-link", "-E", &expression]).stdout();
        assert!(
            Path::new(tree.trim()).join("home/.bashrc").exists(),
            "{tree}"
        );
    }
    let overlay = "(import <nhmt> { }).overlays.default (import <nixpkgs> { }) { }";
    let version = format!("({overlay}).nhmt.name");
    let version = command("nix-instantiate", &["--eval", "--json", "-E", &version]).json();
    assert_eq!(version, "nhmt");
}

#[test]
fn a_nixpkgs_that_is_too_old_is_named() {
    let copies = Copies::new();
    let flake = copies.nixpkgs.join("flake.nix");
    let text = fs::read_to_string(&flake).unwrap();
    fs::write(&flake, text.replace("1.95.0", "1.70.0")).unwrap();
    let nhmt = url(&copies.repository);
    copies
        .nix(&["build", "--no-link", &nhmt])
        .exit(1)
        .stderr_has("nixpkgs too old: its rustc is 1.70.0, and nhmt needs")
        .stderr_has("builder = null");
}

/// The part of nixpkgs that modules see may be older than the packages.
#[test]
fn a_library_that_is_too_old_is_named() {
    let home = Home::with_nix();
    let repository = env!("CARGO_MANIFEST_DIR");
    home.write_source(
        "flake.nix",
        format!(
            r#"{{
  outputs = {{ self }}: let
    lib = import {repository}/nix/lib;
    old = lib // {{
      types = removeAttrs lib.types [ "pathInStore" ];
      trivial = lib.trivial // {{ release = "22.11"; }};
    }};
  in {{
    nhmtConfigurations.old = import {repository}/nix {{ lib = old; system = builtins.currentSystem; configuration = {{ }}; username = "tester"; homeDirectory = "/"; }};
  }};
}}
"#
        ),
    );
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    command.args(["build", "--impure", "--flake", ".#old"]);
    Outcome::of(&mut command)
        .exit(4)
        .stderr_has("nixpkgs too old: its library is that of 22.11, and nhmt needs 23.11 or later")
        .stderr_has("Update the input");
}
