//! What is in the way and what has drifted names who declared the path, in
//! every command that tells of it.

use serde_json::{Value, json};

use crate::support::Home;

/// Generation 1 has `kept` and `gone`, both replaced by files since; the
/// configuration has `kept` and `wanted`, where something is in the way.
fn home() -> Home {
    let entry = |name: &str| format!(r#"{{"text":"{name}","declaredIn":["home.file.{name}"]}}"#);
    let (kept, gone, wanted) = (entry("kept"), entry("gone"), entry("wanted"));
    let mut home = Home::new().manifest(&format!(r#"{{"kept":{kept},"gone":{gone}}}"#));
    home.run(["realize"]).success();
    for path in ["kept", "gone"] {
        std::fs::remove_file(home.at(path)).unwrap();
        home.write(path, "saved");
    }
    home.write("wanted", "mine");
    home.set_manifest(&format!(r#"{{"kept":{kept},"wanted":{wanted}}}"#));
    home
}

fn summary(list: &Value) -> Vec<[String; 3]> {
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let all = list.as_array().unwrap().iter();
    all.map(|one| {
        let declared = one["declared_in"][0].as_str().unwrap().to_owned();
        [word(one, "path"), word(one, "kind"), declared]
    })
    .collect()
}

fn drifted(path: &str) -> [String; 3] {
    [path, "replaced-by-file", &format!("home.file.{path}")].map(str::to_owned)
}

#[test]
fn in_realize_and_in_the_difference() {
    let home = home();
    let conflicts = [["wanted", "file", "home.file.wanted"].map(str::to_owned)];
    for (command, code) in [("realize", 3), ("diff", 0)] {
        let json = home.run([command, "--json"]).exit(code).json();
        assert_eq!(summary(&json["conflicts"]), conflicts, "{command}");
        assert_eq!(
            summary(&json["drift"]),
            [drifted("gone"), drifted("kept")],
            "{command}"
        );
    }
    home.run(["diff"])
        .success()
        .stderr_has("in the way: ~/wanted is a file that nhmt did not put there")
        .stderr_has("drift: ~/gone was replaced by a file");
    let json = home.run(["diff", "1", "--json"]).success().json();
    assert_eq!(
        (&json["conflicts"], &json["drift"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn in_status_and_why() {
    let home = home();
    let json = home.run(["status", "--json"]).success().json();
    let expected = [drifted("gone"), drifted("kept")];
    assert_eq!(summary(&json["drift"]), expected);
    let json = home.run(["why", "kept", "--json"]).success().json();
    assert_eq!(summary(&json["drift"]), [drifted("kept")]);
    assert_eq!(json["method"], "link");
    home.run(["why", "kept"])
        .success()
        .stdout_has("~/kept was replaced by a file");
    home.run(["realize", "-b"]).success();
    let json = home.run(["why", "kept", "--json"]).success().json();
    assert_eq!(json["drift"], json!([]));
}
