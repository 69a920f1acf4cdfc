//! Homes in the configuration of a system. There is no NixOS here: what its
//! module makes is evaluated with stand-ins for the options of NixOS, looked at
//! by systemd's own checks, and then run as systemd would run it.

mod machine;
mod started;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::library::{all_hold, libraries};
use crate::own_flake;
use crate::support::{Home, Outcome};

#[test]
fn modules_for_systems_evaluate_to_what_they_promise() {
    for library in libraries() {
        all_hold("system.nix", &format!("lib = {library};"), 100);
    }
}

/// The names of private directories are written down twice: Nix makes them
/// before nhmt runs, and each has to know.
#[test]
fn private_directories_are_the_same_for_nix_and_for_nhmt() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let between = |file: &str, start: &str, end: &str| -> Vec<String> {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let list = text.split_once(start).unwrap().1;
        let list = list.split_once(end).unwrap().0;
        let words = list.split('"').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    };
    let rust = between("src/manifest/route.rs", "const SECRETS:", "];");
    let nix = between("modules/persistence/private.nix", "names = [", "];");
    assert!(rust.len() > 5);
    assert_eq!(rust, nix);
}

#[test]
fn the_flake_has_modules_for_systems() {
    let home = Home::with_nix();
    own_flake::flake(&home, "");
    let file = home.outside("system/flake.nix");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let tests = home.outside("system/tests");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nix/system");
    Outcome::of(Command::new("cp").arg("-r").arg(from).arg(tests)).success();
    let text = format!(
        r#"{{
  inputs.nixpkgs.url = "path:{nixpkgs}";
  inputs.nhmt = {{ url = "path:{nhmt}"; inputs.nixpkgs.follows = "nixpkgs"; }};
  outputs = {{ nixpkgs, nhmt, ... }}:
    let
      inherit (nixpkgs) lib;
      system = kind: pkgs: modules: (import ./tests/${{kind}}.nix {{ inherit lib pkgs modules; }}).config;
      packages = system: import ./tests/packages.nix {{ inherit lib system; }};
    in
    {{
      nixos = (system "nixos" (packages "x86_64-linux") [
        nhmt.nixosModules.default
        {{ users.users.alice.isNormalUser = true; nhmt.users.alice.home.file.f.text = "x"; }}
      ]).systemd.services.nhmt-alice.serviceConfig.ExecStart;
      darwin = (system "darwin" (packages "aarch64-linux") [
        nhmt.darwinModules.default
        {{ users.users.alice.home = "/Users/alice"; nhmt.users.alice.home.file.f.text = "x"; }}
      ]).system.activationScripts.postActivation.text;
    }};
}}
"#,
        nixpkgs = home.outside("nixpkgs").display(),
        nhmt = home.outside("nhmt").display(),
    );
    fs::write(&file, text).unwrap();
    let ask = |name: &str| {
        let mut command = Command::new("nix");
        home.environment(&mut command);
        command.args([
            "--extra-experimental-features",
            "nix-command flakes",
            "eval",
        ]);
        let place = format!("path:{}#{name}", home.outside("system").display());
        Outcome::of(command.args(["--no-write-lock-file", "--json", &place])).success()
    };
    ask("nixos").stdout_has("-nhmt-home/activate\"");
    ask("darwin").stdout_has("-nhmt-home/activate");
}

#[test]
fn a_setting_that_nothing_takes_is_explained_as_by_the_command_line() {
    let home = Home::with_nix();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nix");
    for library in libraries() {
        for (body, said) in [
            (
                "programs.neovim.enable = true;",
                "nhmt has no `programs.neovim', which is an option of Home Manager",
            ),
            (
                "programs.neovim.enable = true;",
                "unknown option `nhmt.users.alice.programs.neovim'",
            ),
            (
                "wayland.windowManager.sway.enable = true;",
                "which is an option of Home Manager",
            ),
            (
                "home.fiel.x = \"\";",
                "Did you mean `nhmt.users.alice.home.file'?",
            ),
            (
                "options.my.thing = lib.mkOption { }; config.my.thng = 1;",
                "Did you mean `nhmt.users.alice.my.thing'?",
            ),
        ] {
            let expression = format!(
                "let lib = {library}; in (import ./system/machine.nix {{ inherit lib; package = ./system/package; uid = 1000; directory = \"/home/alice\"; home = {{ {body} }}; }}).service"
            );
            let mut command = Command::new("nix-instantiate");
            home.environment(&mut command);
            command.args(["--eval", "--strict", "--read-write-mode", "-E", &expression]);
            Outcome::of(command.current_dir(&tests))
                .exit(1)
                .stderr_has(said);
        }
    }
}
