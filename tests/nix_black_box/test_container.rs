//! Throwaway homes of Nix configurations.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use crate::support::Home;

fn home() -> Home {
    Home::with_nix()
        .source("tool/bin/tool", "#!/bin/sh\necho tool $EDITOR \"$@\"\n")
        .config(
            r#"
            home.sessionVariables.EDITOR = "ed";
            home.sessionPath = [ "$HOME/own" ];
            home.file."f".text = "text";
            home.packages = [ {
              type = "derivation"; name = "tool-1"; pname = "tool";
              outPath = "${builtins.path { path = ./tool; name = "tool"; filter = _: _: true; }}";
            } ];"#,
        )
}

fn executable(home: &Home) {
    use std::os::unix::fs::PermissionsExt;
    let tool = home.outside("configuration/tool/bin/tool");
    fs::set_permissions(tool, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn packages_and_variables_are_those_of_a_login() {
    let home = home();
    executable(&home);
    home.run(["test-container", "--", "tool", "a b"])
        .success()
        .stdout_has("tool ed a b\n");
    home.run([
        "test-container",
        "--",
        "sh",
        "-c",
        "cat f; echo; nhmt status; echo $PATH",
    ])
    .success()
    .stderr_lacks("warning")
    .stdout_has("text\n")
    .stdout_has("generation 1, ")
    .stdout_has("/own:");
    assert!(home.snapshot().is_empty(), "the real home is as it was");
    assert!(!home.has(".local"), "it has no generation either");
    let store = home.nix().store_dir();
    let script = format!("touch {}/x || echo refused", store.display());
    home.run(["test-container", "--", "sh", "-c", &script])
        .success()
        .stdout_has("refused");
}

#[test]
fn the_tree_is_kept_as_long_as_it_is_used_and_no_longer() {
    let home = home();
    executable(&home);
    let mut command = home.command();
    command
        .arg("-f")
        .arg(home.outside("configuration/home.nix"));
    let script = "readlink -f f; read x; cat f; echo; tool";
    command.args(["test-container", "--", "sh", "-c", script]);
    let mut nhmt = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(nhmt.stdout.take().unwrap());
    let mut file = String::new();
    output.read_line(&mut file).unwrap();
    home.nix().run("nix-store", ["--gc"]);
    nhmt.stdin.take().unwrap().write_all(b"\n").unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(nhmt.wait().unwrap().success());
    assert_eq!(rest, "text\ntool ed\n");
    assert!(fs::exists(file.trim()).unwrap(), "{file}");
    home.nix().run("nix-store", ["--gc"]);
    assert!(!fs::exists(file.trim()).unwrap(), "{file}");
}

#[test]
fn a_generation_of_nix_is_entered() {
    let mut home = home();
    executable(&home);
    home.run(["realize"]).success();
    home.set_config("home.file.\"f\".text = \"newer\";");
    home.run(["realize"]).success();
    home.run_bare([
        "test-container",
        "--generation",
        "1",
        "--",
        "sh",
        "-c",
        "cat f; tool",
    ])
    .success()
    .stdout_has("texttool ed\n");
}
