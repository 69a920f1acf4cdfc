//! Mistakes in a configuration, each with a message that a beginner can act on.

use crate::support::Home;

#[track_caller]
fn rejected(body: &str, said: &[&str]) {
    let home = Home::with_nix().config(body);
    let before = home.snapshot();
    let mut outcome = home.run(["realize"]).exit(4);
    for text in said {
        outcome = outcome.stderr_has(text);
    }
    assert_eq!(home.snapshot(), before);
    assert!(!home.has(".local/state/nhmt/current"));
}

#[test]
fn a_syntax_error() {
    // The module's own three lines come before the body.
    rejected(
        "home.file.\"f\".text = \"x\"",
        &["home.nix:5", "}", "syntax error"],
    );
    rejected("home.file = ;", &["home.nix:4", "home.file = ;"]);
}

#[test]
fn an_undefined_variable() {
    rejected(
        "home.file.\"f\".text = nothere;",
        &["home.nix:4", "nothere"],
    );
}

#[test]
fn an_unknown_option() {
    rejected(
        "home.fiel.\"f\".text = \"\";",
        &["home.fiel", "home.file", "home.nix:4"],
    );
    rejected(
        "programs.bsh.enable = true;",
        &["programs.bsh", "programs.bash"],
    );
    rejected("home.file.\"f\".txt = \"\";", &["txt", "text"]);
}

#[test]
fn packages_without_nixpkgs() {
    let home = Home::with_nix()
        .config("imports = [ ({ pkgs, ... }: { home.packages = [ pkgs.ripgrep ]; }) ];");
    let said = home.run(["realize"]).exit(4).stderr();
    assert!(
        said.contains("needs nixpkgs: a module uses `pkgs'"),
        "{said}"
    );
    let place = said
        .lines()
        .find_map(|line| line.split_once("`home.packages', set at "))
        .expect(&said);
    // nhmt's own modules set it too, which helps nobody.
    let file = home.outside("configuration/home.nix");
    assert_eq!(place.1, format!("{}:4", file.display()));
}

#[test]
fn a_file_below_a_file() {
    rejected(
        "home.file.\"a\".text = \"\";\n  home.file.\"a/b\".text = \"\";",
        &[
            "the manifest is wrong: files.\"a/b\": it (declared by home.file.\"a/b\", ",
            "home.nix:5) lies below \"a\", which is managed as one file or link (declared by home.file.\"a\", ",
            "set `recursive` on \"a\"",
        ],
    );
}

#[test]
fn a_type_error() {
    rejected(
        "home.file.\"f\".text = 7;",
        &["home.file.f.text", "home.nix:4", "7"],
    );
    rejected(
        "programs.bash.enable = \"yes\";",
        &["programs.bash.enable", "boolean"],
    );
}

#[test]
fn infinite_recursion() {
    rejected(
        "home.file.\"f\".text = config.home.file.\"f\".text;",
        &["infinite recursion", "home.nix"],
    );
}

#[test]
fn a_missing_source() {
    rejected(
        "home.file.\"f\".source = ./not-here;",
        &["not-here", "home.file.\"f\"", "home.nix"],
    );
}

#[test]
fn targets_outside_the_home() {
    rejected("home.file.\"/etc/x\".text = \"\";", &["/etc/x", "home.nix"]);
    rejected(
        "home.file.\"a/../../x\".text = \"\";",
        &["a/../../x", "home.nix"],
    );
}

#[test]
fn two_entries_with_one_target() {
    rejected(
        "home.file.\"a\".text = \"1\"; home.file.\"b\" = { target = \"a\"; text = \"2\"; };",
        &["home.file.\"a\"", "home.file.\"b\""],
    );
}

#[test]
fn a_failed_assertion() {
    rejected(
        "assertions = [ { assertion = false; message = \"first\"; } { assertion = false; message = \"second\"; } ];",
        &["first", "second"],
    );
}

#[test]
fn conflicting_definitions() {
    rejected(
        "imports = [ { programs.git.userName = \"a\"; } { programs.git.userName = \"b\"; } ]; programs.git.enable = true;",
        &["mkForce"],
    );
}

#[test]
fn a_value_that_its_format_cannot_hold() {
    rejected(
        "home.file.\"x.toml\" = { format = \"toml\"; value.a.b = null; };",
        &["error: \"x.toml\"", "a.b", "null", "home.nix:4"],
    );
}

#[test]
fn a_missing_import() {
    rejected(
        "imports = [ ./not-here.nix ];",
        &["/not-here.nix", "/home.nix\n", "Create the file"],
    );
}

#[test]
fn what_happens_inside_of_nix_is_led_back_to_the_option() {
    let option = "option `home.file.f.text', set at /";
    rejected(
        "home.file.\"f\".text = throw \"my own words\";",
        &["error: ", "my own words", option],
    );
    rejected(
        "home.file.\"f\".text = builtins.readFile ./not-here;",
        &["there is no /", "not-here", option, "Create the file"],
    );
}

#[test]
fn everyday_slips() {
    rejected(
        "home.file.\"f\".text = lib.nosuchthing 1;",
        &["home.nix:4", "`nosuchthing`", "misspelt"],
    );
    rejected(
        "home.file.\"f\".text = \"a\" + 1;",
        &["home.nix:4", "cannot coerce", "toString"],
    );
    rejected(
        "programs.bash.enable = true; programs.bash.shellAliases.x = { };",
        &["programs.bash.shellAliases.x", "home.nix:4", "expected"],
    );
}

#[test]
fn the_nix_trace_is_there_when_asked_for() {
    let home = Home::with_nix().config("home.file.\"f\".text = 7;");
    let short = home.run(["realize"]).exit(4).stderr();
    let long = home.run(["realize", "--show-trace"]).exit(4).stderr();
    assert!(long.len() > short.len(), "short: {short}\nlong: {long}");
    assert!(short.lines().count() < 16, "{short}");
}
