//! The configuration that a person starts with, in the form that nixfmt gives
//! it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::edit::in_nix;

/// Who a flake is for.
pub(in crate::cli) struct User {
    name: String,
    home: PathBuf,
}

/// The person who runs nhmt, with the home at `home`.
pub(in crate::cli) fn user(home: &Path) -> User {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let last = || {
        let last = home.file_name().unwrap_or(home.as_os_str());
        last.to_string_lossy().into_owned()
    };
    User {
        name: named("USER")
            .or_else(|| named("LOGNAME"))
            .unwrap_or_else(last),
        home: home.to_owned(),
    }
}

/// A flake with `home.nix` beside it; `nhmt` is where it finds nhmt.
pub(in crate::cli) fn flake(nhmt: &str, user: &User) -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    format!(
        r#"# `nhmt realize` finds this flake, and takes the configuration of your name.
{{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
  inputs.nhmt.url = {nhmt};
  inputs.nhmt.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {{ nixpkgs, nhmt, ... }}:
    {{
      nhmtConfigurations.{name} = nhmt.lib.homeConfiguration {{
        pkgs = nixpkgs.legacyPackages.{arch}-{os};
        modules = [ ./home.nix ];
        username = {name};
        homeDirectory = {home};
        # The nhmt that you run builds the home, instead of one that is compiled.
        builder = null;
      }};
    }};
}}
"#,
        nhmt = in_nix(nhmt),
        name = in_nix(&user.name),
        home = in_nix(&user.home.to_string_lossy()),
        arch = std::env::consts::ARCH,
    )
}

/// A startup file of a shell that stays the person's.
pub(super) struct Startup {
    pub(super) path: &'static str,
    /// What its block has, as Nix writes it.
    pub(super) text: &'static str,
    /// What the shell has to have for it.
    pub(super) option: Option<&'static str>,
}

const POSIX: &str = r#"". \"$HOME/.local/share/nhmt/session.sh\"""#;

/// Which startup files get a block, by the files that the home has. bash reads
/// the first of three at a login (bash manual, "Bash Startup Files").
pub(super) fn startups(has: impl Fn(&str) -> bool) -> Vec<Startup> {
    let logins = [".bash_profile", ".bash_login"];
    let login = logins.into_iter().find(|path| has(path));
    let zsh = [".zshrc", ".zprofile", ".zlogin", ".zshenv"]
        .into_iter()
        .any(&has);
    let fish = ".config/fish/config.fish";
    let posix = |path| Startup {
        path,
        text: POSIX,
        option: None,
    };
    let mut all = vec![posix(".profile")];
    all.extend(login.map(posix));
    if has(".bashrc") {
        all.push(posix(".bashrc"));
    }
    if zsh {
        all.push(posix(".zshenv"));
    }
    if has(fish) {
        all.push(Startup {
            path: fish,
            text: r#""source ~/.local/share/nhmt/session.fish""#,
            option: Some("nhmt.session.fish.enable = true;"),
        });
    }
    all
}

/// The module, with a block for each of `startups`.
pub(super) fn home(startups: &[Startup]) -> String {
    let mut text = String::from(HEAD);
    for startup in startups {
        if let Some(option) = startup.option {
            let _ = writeln!(&mut text, "  {option}");
        }
        let _ = write!(
            &mut text,
            "  home.file.{} = {{\n    method = \"block\";\n    text = {};\n  }};\n",
            in_nix(startup.path),
            startup.text
        );
    }
    text.push_str(TAIL);
    text
}

const HEAD: &str = r#"# Your home. After a change: `nhmt diff` shows what it means, `nhmt realize` makes
# it so, `nhmt rollback` goes back. `nhmt options WORD` searches what can be said.
{ ... }:
{
  # Programs. They need nixpkgs: `{ pkgs, ... }:` in the first line.
  # home.packages = [ pkgs.ripgrep ];

  # Environment variables and search paths of every session.
  # home.sessionVariables.EDITOR = "vim";
  # home.sessionPath = [ "$HOME/.local/bin" ];

  # Your shells read them by a marked block in their startup files. Everything
  # around the block stays yours; nhmt touches nothing else there.
"#;

const TAIL: &str = r#"
  # A file, as text or from beside this one. `nhmt add PATH` brings one in.
  # home.file.".hushlogin".text = "";
  # xdg.configFile."nvim".source = ./nvim;

  # A program's settings as options.
  # programs.git = {
  #   enable = true;
  #   settings.user.name = "Alice";
  # };
}
"#;

#[cfg(test)]
mod tests {
    use rnix::Root;

    use super::*;

    fn paths(files: &[&str]) -> Vec<&'static str> {
        let all = startups(|path| files.contains(&path));
        all.iter().map(|one| one.path).collect()
    }

    #[test]
    fn the_startup_files_are_those_that_shells_read() {
        assert_eq!(paths(&[]), [".profile"]);
        assert_eq!(paths(&[".profile", ".bashrc"]), [".profile", ".bashrc"]);
        assert_eq!(
            paths(&[".bash_profile", ".bash_login"]),
            [".profile", ".bash_profile"]
        );
        assert_eq!(paths(&[".zshrc"]), [".profile", ".zshenv"]);
    }

    #[test]
    fn the_texts_are_nix_without_blanks_at_the_ends_of_lines() {
        let all = startups(|_| true);
        let user = User {
            name: "alice".to_owned(),
            home: PathBuf::from("/home/alice"),
        };
        for text in [home(&all), home(&[]), flake("path:/src/\"nhmt\"", &user)] {
            assert!(Root::parse(&text).errors().is_empty(), "{text}");
            for line in text.lines() {
                assert!(
                    line.chars().count() <= 100 && line.trim_end() == line,
                    "{line}"
                );
            }
        }
    }
}
