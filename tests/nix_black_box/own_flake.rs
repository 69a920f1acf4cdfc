//! Homes by nhmt's own flake, evaluated purely.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Home, Outcome, nhmt};

/// A flake whose nhmt is this working copy's. Its nixpkgs is a stand-in, with
/// what `flake.nix` asks of it: a library, and a package that holds nhmt.
pub(crate) fn flake(home: &Home, body: &str) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (from, to) in [
        ("flake.nix", "nhmt/flake.nix"),
        ("package.nix", "nhmt/package.nix"),
        ("templates", "nhmt/templates"),
        ("nix", "nhmt/nix"),
        ("modules", "nhmt/modules"),
        ("Cargo.toml", "nhmt/Cargo.toml"),
        ("nix/lib", "nixpkgs/lib"),
    ] {
        let to = home.outside(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        Outcome::of(
            Command::new("cp")
                .arg("-r")
                .arg(repository.join(from))
                .arg(to),
        )
        .success();
    }
    let bin = home.outside("nixpkgs/nhmt/bin");
    fs::create_dir_all(&bin).unwrap();
    fs::copy(nhmt(), bin.join("nhmt")).unwrap();
    fs::write(
        home.outside("nixpkgs/flake.nix"),
        r#"{
  outputs = { self }: rec {
    lib = import ./lib;
    legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
      inherit lib;
      stdenv.hostPlatform = { inherit system; isLinux = true; };
      rustc.version = "1.95.0";
      pkgsStatic.rustPlatform.buildRustPackage = _: "${./nhmt}";
    });
  };
}
"#,
    )
    .unwrap();
    home.write_source(
        "flake.nix",
        format!(
            r#"{{
  inputs.nixpkgs.url = "path:{nixpkgs}";
  inputs.nhmt = {{ url = "path:{nhmt}"; inputs.nixpkgs.follows = "nixpkgs"; }};
  outputs = {{ nixpkgs, nhmt, ... }}: {{
    nhmtConfigurations."tester@somewhere" = nhmt.lib.homeConfiguration {{
      pkgs = nixpkgs.legacyPackages.{arch}-linux;
      modules = [ ./home.nix ];
      username = "tester";
      homeDirectory = "{home}";
    }};
  }};
}}
"#,
            nixpkgs = home.outside("nixpkgs").display(),
            nhmt = home.outside("nhmt").display(),
            home = home.path().display(),
            arch = std::env::consts::ARCH,
        ),
    );
    home.write_source("home.nix", format!("{{ ... }}: {{\n  {body}\n}}\n"));
}

pub(crate) fn realize(home: &Home) -> Outcome {
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    Outcome::of(command.args(["realize", "--flake", ".#tester@somewhere"]))
}

#[test]
fn it_builds_a_home_without_looking_at_the_machine() {
    let home = Home::with_nix();
    flake(
        &home,
        "home.file.\"f\".source = ./home.nix; programs.readline.enable = true;",
    );
    realize(&home).success();
    assert!(home.read("f").contains("home.file"));
    assert!(home.is_managed(".inputrc"));
    realize(&home).success().stdout_has("nothing to do");
    home.run_bare(["why", "f"])
        .success()
        .stdout_has("home.nix:2");
    // The tree's nhmt is the flake's.
    home.nix().run("nix-store", ["--gc"]);
    let activate = home.at(".local/state/nhmt/current/activate");
    let mut activate = Command::new(activate);
    home.environment(&mut activate);
    Outcome::of(&mut activate)
        .success()
        .stdout_has("nothing to do");
    // Another home, without a change to the flake.
    let other = home.outside("other");
    fs::create_dir(&other).unwrap();
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    command.args(["realize", "--flake", ".#tester@somewhere", "--home"]);
    Outcome::of(command.arg(&other)).success();
    assert!(other.join(".inputrc").is_file());
}

#[test]
fn mistakes_are_shown_where_they_are_edited() {
    let home = Home::with_nix();
    let file = home.outside("configuration/home.nix").display().to_string();
    for (body, said) in [
        ("x = ;", "home.nix:2:7: syntax error"),
        ("home.fiel.f.text = \"\";", "unknown option"),
        ("home.file.f.text = throw \"mine\";", "mine"),
        ("home.file.f.source = ./absent;", "absent"),
        ("home.file.f.text = { }.nosuch;", "nosuch"),
    ] {
        flake(&home, body);
        // The second time Nix remembers that it failed.
        for _ in 0..2 {
            realize(&home).exit(4).stderr_has(said).stderr_has(&file);
        }
    }
}

#[test]
fn a_directory_without_a_flake_is_said_to_be_so() {
    let home = Home::with_nix();
    home.write_source("home.nix", "{ }");
    let directory = home.outside("configuration");
    let directory = directory.to_str().unwrap();
    home.run_bare(["realize", "--flake", directory])
        .exit(4)
        .stderr_has(&format!("there is no flake.nix in {directory}"))
        .stderr_has("-f");
    home.run_bare(["realize", "--flake", "/nowhere/at/all"])
        .exit(4)
        .stderr_has("/nowhere/at/all");
}
