//! The `onChange` of files that are no links.

use serde_json::{Value, json};

use crate::support::Home;

/// One file for each method, with what it says when it changes.
fn files(value: &str) -> Value {
    let say = |name: &str| format!("echo {name} >> log");
    json!({
        "copy": { "text": value, "method": "copy", "onChange": say("copy") },
        "seed": { "text": value, "method": "seed", "onChange": say("seed") },
        "rc": { "text": value, "method": "block", "onChange": say("block") },
        "s.json": { "format": "json", "value": { "ours": value }, "method": "merge",
                    "onChange": say("merge") },
        "s.ini": { "format": "ini", "value": { "ours": value }, "method": "merge",
                   "onChange": format!("grep ours s.ini >> log; {}", say("ini")) },
    })
}

/// What the hooks of one run said.
fn said(home: &Home) -> Vec<String> {
    let log = std::fs::read_to_string(home.at("log")).unwrap_or_default();
    let _ = std::fs::remove_file(home.at("log"));
    log.lines().map(str::to_owned).collect()
}

fn realize(home: &mut Home, files: &Value) -> Vec<String> {
    home.set_manifest(&files.to_string());
    home.run(["realize"]).success();
    said(home)
}

#[test]
fn they_run_once_when_the_declared_content_changed() {
    let mut home = Home::new()
        .env("PATH", "/usr/bin:/bin")
        .file("rc", "theirs\n")
        .file("s.json", "{\"theirs\": 1}\n")
        .file("s.ini", "theirs=1\n");
    let all = |value: &str| {
        let ini = format!("ours={value}");
        ["copy", "block", &ini, "ini", "merge", "seed"].map(str::to_owned)
    };
    assert_eq!(realize(&mut home, &files("one")), all("one"));
    assert_eq!(realize(&mut home, &files("one")), [""; 0], "nothing to do");
    assert_eq!(realize(&mut home, &files("two")), all("two"));
    // One of them.
    let mut one = files("two");
    one["rc"]["text"] = json!("three");
    assert_eq!(realize(&mut home, &one), ["block"]);
    home.run(["rollback"]).success();
    assert_eq!(said(&home), ["block"]);
    // What stays declared while others go.
    let mut fewer = files("two");
    fewer.as_object_mut().unwrap().remove("s.json");
    assert_eq!(realize(&mut home, &fewer), [""; 0]);
    assert!(!home.read("s.json").contains("ours"));
}

#[test]
fn they_do_not_run_for_what_a_person_or_a_program_changes() {
    let mut home = Home::new()
        .env("PATH", "/usr/bin:/bin")
        .file("rc", "theirs\n")
        .file("s.json", "{\"theirs\": 1}\n")
        .file("s.ini", "theirs=1\n");
    realize(&mut home, &files("one"));
    home.write("rc", &format!("{}more\n", home.read("rc")));
    home.write("s.json", &home.read("s.json").replace(": 1", ": 2"));
    home.write("s.ini", &format!("{}mine=2\n", home.read("s.ini")));
    home.write("seed", "grown");
    assert_eq!(realize(&mut home, &files("one")), [""; 0]);
    // Also where nhmt writes: what is declared is what it was.
    home.write("copy", "edited");
    home.write("s.json", &home.read("s.json").replace("one", "other"));
    home.write("rc", &home.read("rc").replace("one", "other"));
    assert_eq!(realize(&mut home, &files("one")), [""; 0]);
    assert_eq!(home.read("copy"), "one");
    assert!(home.read("s.json").contains("\"ours\": \"one\""));
    assert!(home.read("rc").contains("one"));
    // Beside another change, too.
    home.write("rc", &format!("{}still more\n", home.read("rc")));
    let mut one = files("one");
    one["copy"]["text"] = json!("two");
    assert_eq!(realize(&mut home, &one), ["copy"]);
    assert!(home.read("rc").contains("still more"));
}

#[test]
fn another_way_to_arrive_is_a_change() {
    let mut home = Home::new().env("PATH", "/usr/bin:/bin");
    let file = |method: &str| json!({ "f": { "text": "same\n", "method": method, "onChange": "echo f >> log" } });
    for method in ["link", "copy", "block"] {
        assert_eq!(realize(&mut home, &file(method)), ["f"], "{method}");
        assert_eq!(realize(&mut home, &file(method)), [""; 0], "{method}");
    }
}
