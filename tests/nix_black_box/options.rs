//! The options of a configuration, searched and shown.

use std::fs;
use std::process::{Command, Stdio};

use super::own_flake;
use crate::support::{Home, Outcome, nhmt};

fn home() -> Home {
    let mut home = Home::with_nix();
    home.set_configuration(
        "home.nix",
        r#"
        { lib, ... }:
        {
          options.mine.level = lib.mkOption { type = lib.types.int; description = "How loud. Very."; };
          config.mine.level = 3;
          config.home.sessionVariables.EDITOR = "vim";
          config.home.file.".x y".text = "one";
        }
        "#,
    );
    home
}

#[test]
fn a_search_lists_the_closest_first() {
    let home = home();
    let found = home.run(["options", "username"]).success();
    let first = found.stdout();
    assert!(
        first.starts_with("home.username  non-empty string\n    The login name.\n"),
        "{first}"
    );
    home.run(["options", "programs.git", "signing"])
        .success()
        .stdout_has("programs.git.signing.key")
        .stdout_lacks("programs.bash");
    // The configuration's own, and only the first sentence.
    home.run(["options", "loud"])
        .success()
        .stdout_has("mine.level  signed integer\n    How loud.\n")
        .stdout_lacks("Very");
    // What is there for modules only.
    home.run(["options", "fileSets"]).exit(1);
    home.run(["options", "fileSets", "--internal"])
        .success()
        .stdout_has("nhmt.fileSets");
    let json = home.run(["options", "--json", "mine"]).success().json();
    let keys: Vec<_> = json[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "declared_in",
            "default",
            "description",
            "example",
            "internal",
            "loc",
            "name",
            "read_only",
            "type"
        ]
    );
}

#[test]
fn an_option_is_shown_with_its_value_and_who_set_it() {
    let home = home();
    let configuration = home.outside("configuration/home.nix");
    let place = configuration.to_str().unwrap();
    home.run(["options", "home.sessionVariables"])
        .success()
        .stdout_has("Environment variables.")
        .stdout_has("default      { }")
        .stdout_has("declared in  <nhmt/modules/")
        .stdout_has("EDITOR = \"vim\";")
        .stdout_has(&format!("set in       {place}"));
    // Below an option, and one whose name is chosen.
    home.run(["options", "home.sessionVariables.EDITOR"])
        .success()
        .stdout_has("value        \"vim\"");
    home.run(["options", "home.file.\".x y\".text"])
        .success()
        .stdout_has("home.file.\".x y\".text\n  null or strings")
        .stdout_has("value        \"one\"");
    // One that is not set has none.
    home.run(["options", "home.file.NAME.text"])
        .success()
        .stdout_has("The file's text.")
        .stdout_lacks("value  ");
    let json = home.run(["options", "mine.level", "--json"]).json();
    assert_eq!(json["value"], "3");
    assert_eq!(json["definitions"][0]["file"], place);
    assert_eq!(json["definitions"][0]["value"], "3");
    assert_eq!(json["declared_in"][0], place);
}

#[test]
fn what_does_not_evaluate_can_be_asked_about() {
    let mut home = home();
    home.set_configuration(
        "home.nix",
        "{ ... }: { home.sessionVariables.A = throw \"no A\"; }",
    );
    home.run(["options", "home.sessionVariables"])
        .success()
        .stdout_has("Environment variables.")
        .stderr_has("its value cannot be shown: ")
        .stderr_has("no A");
    home.set_configuration("home.nix", "{ ... }: { imports = [ ./none.nix ]; }");
    home.run(["options", "home.username"])
        .success()
        .stdout_has("The login name.")
        .stderr_has(
            "these are the options of nhmt alone, because the configuration does not evaluate:",
        )
        .stderr_has("none.nix");
}

#[test]
fn without_a_configuration_it_is_a_reference() {
    let home = Home::with_nix();
    home.run_bare(["options", "home.username"])
        .success()
        .stdout_has("The login name.")
        .stdout_lacks("value  ");
    // A manifest sets no options.
    home.manifest("{}")
        .run(["options", "home.username"])
        .success()
        .stdout_lacks("value  ");
}

#[test]
fn nothing_found_names_the_nearest() {
    let home = home();
    home.run(["options", "xyzzyxyzzy"])
        .exit(1)
        .stderr_has("no option has to do with `xyzzyxyzzy`")
        .stderr_has("`nhmt options` lists all");
    home.run(["options", "home.usrnamme"])
        .exit(1)
        .stderr_has("the nearest is `home.username`: nhmt options 'home.username'");
}

#[test]
fn a_former_name_is_known_by_itself_and_not_listed() {
    let home = home();
    home.run(["options", "programs.git.userName"])
        .success()
        .stdout_has("programs.git.settings.user.name");
    home.run(["options", "programs.git.userNam"])
        .exit(1)
        .stderr_has("the nearest is `programs.git.userName`");
    home.run(["options", "userName"])
        .success()
        .stdout_lacks("programs.git.userName");
}

/// A terminal, by script(1).
fn on_a_terminal(home: &Home, pager: &[(&str, &str)], words: &str) -> String {
    let mut script = Command::new("script");
    home.environment(&mut script);
    script.env("TERM", "xterm").envs(pager.iter().copied());
    let typed = format!("{} options {words}", nhmt().display());
    script.args(["-qec", &typed, "/dev/null"]);
    Outcome::of(script.stdin(Stdio::null())).success().stdout()
}

#[test]
fn a_terminal_has_a_pager() {
    let home = Home::with_nix();
    let seen = home.outside("seen");
    let pager = format!("cat > {}; echo paged", seen.display());
    let shown = on_a_terminal(&home, &[("PAGER", &pager)], "home.username");
    assert!(
        shown.contains("paged") && !shown.contains("login name"),
        "{shown}"
    );
    let text = fs::read_to_string(&seen).unwrap();
    // With its colours.
    assert!(text.contains("\u{1b}[1mhome.username\u{1b}[0m"), "{text:?}");
    // A pager that is not there, an empty one, and nhmt's own variable.
    for pager in [
        &[("PAGER", "no-such-pager-of-anybody")][..],
        &[("PAGER", "")],
        &[("PAGER", "false"), ("NHMT_PAGER", "cat")],
    ] {
        let shown = on_a_terminal(&home, pager, "home.username");
        assert!(shown.contains("The login name."), "{pager:?}: {shown}");
    }
    // No terminal, no pager.
    let mut command = home.command();
    command.env("PAGER", "echo paged");
    Outcome::of(command.args(["options", "home.username"]))
        .success()
        .stdout_has("The login name.")
        .stdout_lacks("paged");
}

#[test]
fn a_flake_has_options_too() {
    let home = Home::with_nix();
    own_flake::flake(&home, "home.sessionVariables.EDITOR = \"ed\";");
    let typed = |arguments: &[&str]| {
        let mut command = home.command();
        command.current_dir(home.outside("configuration"));
        Outcome::of(
            command
                .args(arguments)
                .args(["--flake", ".#tester@somewhere"]),
        )
    };
    typed(&["options", "home.sessionVariables.EDITOR"])
        .success()
        .stderr_lacks("cannot")
        .stdout_has("value        \"ed\"");
    typed(&["options", "login"])
        .success()
        .stdout_has("home.username");
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    command.args(["repl", "--flake", ".#tester@somewhere"]);
    let said = prompt(
        &mut command,
        "config.home.sessionVariables.EDITOR + \"!\"\n",
    );
    assert!(said.success().stdout().contains("ed!"));
}

/// What Nix's prompt answers.
fn prompt(command: &mut Command, lines: &str) -> Outcome {
    use std::io::Write as _;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    Outcome::of(command.stdin(file))
}

#[test]
fn the_prompt_has_the_configuration_in_scope() {
    let home = home();
    let mut command = home.command();
    command
        .arg("-f")
        .arg(home.outside("configuration/home.nix"));
    let lines = "config.home.sessionVariables.EDITOR + \"!\"\n\
        lib.toUpper options.mine.level.type.name\n\
        builtins.length (lib.hm.dag.topoSort { a = lib.hm.dag.entryAnywhere 1; }).result\n";
    let said = prompt(command.arg("repl"), lines).success();
    let text = said.stdout();
    assert!(
        text.contains("vim!") && text.contains("INT") && text.contains('1'),
        "{said}"
    );
    // Without one, that of nothing.
    let mut command = home.command();
    let said = prompt(
        command.arg("repl"),
        "config.home.sessionVariables ? EDITOR\n",
    )
    .success();
    assert!(said.stdout().contains("false"), "{said}");
    // Nix takes what stands behind `--`.
    let mut command = home.command();
    let said = prompt(command.args(["repl", "--", "--version"]), "").success();
    let mut command = home.command();
    prompt(command.arg("repl").env("TMPDIR", "/nowhere"), "")
        .exit(1)
        .stderr_has("cannot write a temporary file: No such file or directory");
    assert!(said.stdout().contains("(Nix)"), "{said}");
}

#[test]
fn a_manifest_has_no_prompt() {
    let home = Home::with_nix().manifest("{}");
    home.run(["repl"])
        .exit(2)
        .stderr_has("home.json is a manifest, which has no options to look at")
        .stderr_has("name a configuration in Nix with -f PATH or --flake REF");
}
