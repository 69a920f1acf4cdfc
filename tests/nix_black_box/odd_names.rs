//! Names with every character that some language treats in its own way.

use std::fs;
use std::process::Command;

use crate::support::{Home, Outcome};

const ODD: &str = "it's \"odd\" ${x} $y `z` #h?q ü \\b";

#[test]
fn homes_configurations_and_files_may_have_any_name() {
    let home = Home::with_nix();
    let odd = home.outside(ODD);
    let configuration = odd.join("configuration");
    fs::create_dir_all(&configuration).unwrap();
    fs::write(configuration.join(ODD), "content").unwrap();
    let literal = ODD.replace('\\', "\\\\").replace('"', "\\\"");
    let literal = literal.replace("${", "\\${");
    fs::write(
        configuration.join("home.nix"),
        format!(
            r#"{{ config, ... }}: {{
  home.username = "a \"b\" \${{c}}";
  home.file."{literal}".source = ./. + "/{literal}";
  home.sessionVariables.ODD = "one";
  xdg.enable = true;
  programs.bash.enable = true;
}}
"#
        ),
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        let mut command = home.command();
        command.env("HOME", &odd).args(arguments);
        Outcome::of(&mut command).success()
    };
    let path = configuration.join("home.nix");
    run(&["realize", "-f", path.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(odd.join(ODD)).unwrap(), "content");
    run(&["why", ODD]).stdout_has("home.nix:3");
    run(&["status"]).stdout_lacks("!");

    // What shells read on the way must mean the same place.
    let shell = |script: &str| {
        let mut shell = Command::new("bash");
        home.environment(&mut shell);
        shell.env("HOME", &odd).env("PATH", "/usr/bin:/bin");
        Outcome::of(shell.args(["--norc", "-c", script]))
            .success()
            .stdout()
    };
    let printed = shell(r#". ~/.profile; printf '%s\n' "$ODD" "$XDG_CONFIG_HOME" "$PATH""#);
    let lines: Vec<_> = printed.lines().collect();
    let at = |path: &str| odd.join(path).display().to_string();
    assert_eq!(lines[..2], ["one", &at(".config")]);
    assert!(
        lines[2].starts_with(&at(".local/state/nhmt/current/packages/bin:")),
        "{printed}"
    );
    let activate = at(".local/state/nhmt/current/activate");
    let mut activate = Command::new(activate);
    home.environment(&mut activate);
    Outcome::of(activate.env("HOME", &odd))
        .success()
        .stdout_has("nothing to do");
}
