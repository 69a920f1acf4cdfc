//! What runs after a switch.

use std::fs;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Home, Outcome, nhmt};

/// A home whose hooks find the usual commands.
fn home() -> Home {
    Home::new().env("PATH", "/usr/bin:/bin")
}

/// Sets a manifest with files and hooks.
fn declare(home: &mut Home, files: &Value, hooks: &Value) {
    let directory = home.path();
    let manifest = json!({
        "version": 1,
        "home": { "username": "tester", "directory": directory },
        "files": files,
        "hooks": hooks,
    });
    home.set_configuration("home.json", &manifest.to_string());
}

/// Adds a line to `log` in the home.
fn say(text: &str) -> String {
    format!("echo \"{text}\" >> log")
}

fn log(home: &Home) -> String {
    fs::read_to_string(home.at("log")).unwrap_or_default()
}

fn statuses(json: &Value) -> Vec<(&str, &str)> {
    let hooks = json["hooks"].as_array().unwrap().iter();
    hooks
        .map(|hook| {
            let word = |key: &str| hook[key].as_str().unwrap();
            (word("name"), word("status"))
        })
        .collect()
}

#[test]
fn changed_files_first_then_the_activation_hooks_in_their_order() {
    let mut home = home();
    let hooks = json!([
        { "name": "z", "script": say("z $NHMT_OLD_GENERATION|$NHMT_NEW_GENERATION|$NHMT_DRY_RUN|$PWD") },
        { "name": "a", "script": format!("{}; cat", say("a $0")), "after": ["z"] },
    ]);
    let files = |text: &str| {
        json!({
            "f": { "text": text, "onChange": format!("{}; cat f >> log", say("f:")) },
            "g": { "text": "same", "onChange": say("g") },
        })
    };
    declare(&mut home, &files("1\n"), &hooks);
    let first = home.run(["realize", "--json"]).success().json();
    let all = [("f", "ok"), ("g", "ok"), ("z", "ok"), ("a", "ok")];
    assert_eq!(statuses(&first), all);
    let tree = first["path"].as_str().unwrap().to_owned();
    let here = home.path().display().to_string();
    let expected = format!("f:\n1\ng\nz |{tree}||{here}\na a\n");
    assert_eq!(log(&home), expected);

    home.run(["realize"]).success().stdout_lacks("hook");
    assert_eq!(log(&home), expected, "nothing to do, so nothing runs");

    fs::remove_file(home.at("log")).unwrap();
    declare(&mut home, &files("2\n"), &hooks);
    home.run(["realize"]).success().stdout_has("3 hooks ran");
    let lines = log(&home);
    assert!(lines.starts_with("f:\n2\nz "), "{lines}");
    assert!(lines.contains(&format!("z {tree}|/")), "{lines}");
}

#[test]
fn a_directory_has_changed_when_a_file_in_it_has() {
    let mut home = home();
    let source = home.outside("configuration/dir");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("x"), "1").unwrap();
    let files = json!({ "d": { "source": source, "recursive": true, "onChange": say("d") } });
    declare(&mut home, &files, &json!([]));
    home.run(["realize"]).success();
    fs::write(source.join("y"), "1").unwrap();
    home.run(["realize"]).success();
    assert_eq!(log(&home), "d\nd\n");
    declare(&mut home, &json!({}), &json!([]));
    home.run(["realize"]).success();
    assert_eq!(log(&home), "d\nd\n", "nothing runs for a file that is gone");
}

#[test]
fn a_script_that_files_share_runs_once() {
    let mut home = home();
    let file = json!({ "text": "x", "onChange": say("reload") });
    declare(
        &mut home,
        &json!({ "a": file, "b": file, "c": file }),
        &json!([]),
    );
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(log(&home), "reload\n");
    assert_eq!(json["hooks"][0]["kind"], "onChange");
    assert_eq!(json["hooks"][0]["files"], json!(["a", "b", "c"]));
}

#[test]
fn a_hook_that_fails_leaves_the_home_switched_and_is_tried_again() {
    let mut home = home();
    let files = json!({ "f": { "text": "1" } });
    let hooks = json!([
        { "name": "bad", "script": "echo one; echo two >&2; test -e good" },
        { "name": "next", "script": say("next"), "after": ["bad"] },
        { "name": "other", "script": say("other") },
    ]);
    declare(&mut home, &files, &hooks);
    home.run(["realize"])
        .exit(1)
        .stdout_has("generation 1: 1 created, 0 unchanged, 1 hook ran, 1 hook failed")
        .stderr_has("error: hook `bad` failed: exit status 1\n  one\n  two\n")
        .stderr_has("error: hook `next` did not run: it comes after `bad`")
        .stderr_has(
            "the home is on generation 1 all the same; the next `nhmt realize` tries again",
        );
    assert_eq!((home.read("f"), log(&home)), ("1".into(), "other\n".into()));

    let json = home.run(["realize", "--json"]).exit(1).json();
    assert_eq!(json["changed"], false);
    assert_eq!(statuses(&json), [("bad", "failed"), ("next", "skipped")]);
    assert_eq!(
        (&json["hooks"][0]["exit"], &json["hooks"][1]["exit"]),
        (&json!(1), &Value::Null)
    );

    home.run(["realize", "-n"])
        .success()
        .stderr_has("hook `bad` would run")
        .stderr_has("hook `next` would run")
        .stderr_lacks("other");
    home.write("good", "");
    home.run(["realize"])
        .success()
        .stdout_has("generation 1: 1 link as they were, 2 hooks ran");
    assert_eq!(log(&home), "other\nnext\n");
    home.run(["realize"]).success().stdout_has("nothing to do");
    assert!(!home.has(".local/state/nhmt/hooks"));
}

#[test]
fn the_end_of_a_long_output_is_shown() {
    let mut home = home();
    let script = "for n in $(seq 30); do echo \"line $n.\"; done; exit 9";
    declare(
        &mut home,
        &json!({}),
        &json!([{ "name": "h", "script": script }]),
    );
    home.run(["realize"])
        .exit(1)
        .stderr_has("exit status 9\n  (10 lines before; `-v` shows all)\n  line 11.\n")
        .stderr_lacks("line 10.");
    let verbose = home
        .run(["realize", "-v"])
        .exit(1)
        .stderr_has("h> line 1.\n");
    assert_eq!(verbose.stderr().matches("line 30.").count(), 1);
    home.run(["realize", "-q"]).exit(1).stderr_has("line 30.");
}

#[test]
fn what_succeeds_is_shown_on_request_only() {
    let mut home = home();
    declare(
        &mut home,
        &json!({}),
        &json!([{ "name": "h", "script": "echo said" }]),
    );
    home.run(["realize"]).success().stderr_lacks("said");
    declare(
        &mut home,
        &json!({ "f": { "text": "" } }),
        &json!([{ "name": "h", "script": "echo said" }]),
    );
    home.run(["realize", "-v"])
        .success()
        .stderr_has("hook `h`\nh> said\n");
}

#[test]
fn a_dry_run_names_hooks_and_runs_those_that_know_about_it() {
    let mut home = home();
    let files = json!({ "f": { "text": "1", "onChange": say("f") } });
    let script = "echo \"dry:$NHMT_DRY_RUN\"; test -z \"$NHMT_DRY_RUN\"";
    let hooks = json!([
        { "name": "plain", "script": say("plain") },
        { "name": "knows", "script": script, "dryRun": true },
    ]);
    declare(&mut home, &files, &hooks);
    home.run(["realize", "-n"])
        .exit(1)
        .stderr_has("onChange of ~/f would run")
        .stderr_has("hook `plain` would run")
        .stderr_has("hook `knows` failed: exit status 1\n  dry:1");
    let json = home.run(["realize", "-n", "--json"]).exit(1).json();
    assert_eq!(
        statuses(&json),
        [("f", "listed"), ("plain", "listed"), ("knows", "failed")]
    );
    assert!(!home.has("log") && !home.has("f"));
    assert!(
        !home.has(".local/state/nhmt/hooks"),
        "a dry run owes nothing"
    );
    home.run(["realize"]).success();
    assert_eq!(log(&home), "f\nplain\n");
}

#[test]
fn going_back_runs_the_hooks_of_the_generation_that_is_gone_back_to() {
    let mut home = home();
    let step = |home: &mut Home, text: &str| {
        let files = json!({ "f": { "text": text, "onChange": say("f") } });
        let hooks = json!([{ "name": "h", "script": say(&format!("h {text}")) }]);
        declare(home, &files, &hooks);
        home.run(["realize"]).success();
    };
    step(&mut home, "1");
    step(&mut home, "2");
    home.run(["rollback"]).success();
    home.run(["select-generation", "2"]).success();
    home.run(["select-generation", "2"]).success();
    assert_eq!(log(&home), "f\nh 1\nf\nh 2\nf\nh 1\nf\nh 2\n");
}

#[test]
fn a_run_that_does_not_switch_runs_nothing_and_owes_nothing() {
    let mut home = home().file("f", "mine");
    let hooks = json!([{ "name": "h", "script": say("h") }]);
    declare(&mut home, &json!({ "f": { "text": "1" } }), &hooks);
    home.run(["realize"]).exit(3);
    assert!(!home.has("log") && !home.has(".local/state/nhmt"));
    home.run(["realize", "-b"]).success();
    assert_eq!(log(&home), "h\n");
}

/// Starts a run whose hook says when it has begun, and waits for that.
fn begun(home: &Home) -> Child {
    let mut command = home.command_for_signals();
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    command.arg("realize");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    while !home.has("begun") {
        std::thread::yield_now();
    }
    child
}

/// The first time it says so and sleeps, later it only says that it ran.
fn slow(home: &mut Home) {
    let script = format!(
        "if [ ! -e begun ]; then : > begun; exec sleep 20; fi; {}",
        say("one")
    );
    let hooks = json!([
        { "name": "one", "script": script },
        { "name": "two", "script": say("two") },
    ]);
    declare(
        home,
        &json!({ "f": { "text": "1", "onChange": say("f") } }),
        &hooks,
    );
}

#[test]
fn an_interrupt_goes_to_the_hook_and_ends_the_run() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut home = home();
        slow(&mut home);
        let child = begun(&home);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        let ended = format!("hook `one` was ended by signal {}", signal.as_raw());
        assert!(said.contains(&ended), "{said}");
        assert!(
            said.contains("hook `two` did not run: interrupted"),
            "{said}"
        );
        home.run(["realize"]).success().stdout_has("2 hooks ran");
        assert_eq!(log(&home), "f\none\ntwo\n");
    }
}

#[test]
fn a_killed_run_forgets_no_hook() {
    let mut home = home();
    slow(&mut home);
    let mut child = begun(&home);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(log(&home), "f\n");
    home.run(["realize"]).success();
    assert_eq!(log(&home), "f\none\ntwo\n");
}

#[test]
fn a_memory_that_cannot_be_read_is_named() {
    let mut home = home();
    let memory = ".local/state/nhmt/hooks";
    let hooks = json!([{ "name": "h", "script": say("h") }]);
    declare(&mut home, &json!({}), &hooks);
    home.write(memory, "{");
    home.run(["realize"])
        .success()
        .stderr_has("warning: ")
        .stderr_has("hooks is damaged (")
        .stderr_has("nhmt doctor --repair");
    assert_eq!(log(&home), "h\n");
    home.write(memory, r#"{"format":7}"#);
    home.run(["realize"])
        .exit(1)
        .stderr_has("hooks was written by a newer nhmt (format 7); use that one");
    assert_eq!(home.read(memory), r#"{"format":7}"#);
}

#[test]
fn a_hook_that_asks_on_the_terminal_is_ended() {
    let mut home = home();
    // `script` gives it a terminal, which nobody types at.
    let hooks = json!([{ "name": "asks", "script": "read -r answer < /dev/tty" }]);
    declare(&mut home, &json!({ "f": { "text": "1" } }), &hooks);
    let mut command = std::process::Command::new("script");
    home.environment(&mut command);
    let configuration = home.outside("configuration/home.json");
    let typed = format!(
        "{} -f {} realize",
        nhmt().display(),
        configuration.display()
    );
    command.args(["-qec", &typed, "/dev/null"]);
    command.stdin(Stdio::null()).env("SHELL", "/bin/sh");
    Outcome::of(&mut command)
        .exit(1)
        .stdout_has("hook `asks` was ended: it wanted to read from the terminal");
    assert_eq!(home.read("f"), "1");
}
