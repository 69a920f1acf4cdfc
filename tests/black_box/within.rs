//! Links from one managed place of the home to another.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::Home;

fn files(home: &Home, text: &str) -> String {
    let to = |place: &str| json!({ "source": home.at(place), "method": "live" });
    let files = json!({
        "l": to(".config/x"),
        "d/chain": to("l"),
        "out": to("mine"),
        ".config/x": { "text": text },
    });
    files.to_string()
}

#[test]
fn one_lookup_stays_in_one_generation() {
    let mut home = Home::new().file("mine", "mine");
    home.set_manifest(&files(&home, "1"));
    home.run(["realize"]).success();
    assert_eq!(home.read("l") + &home.read("d/chain"), "11");
    let first = home.at(".local/state/nhmt/current").canonicalize().unwrap();
    home.set_manifest(&files(&home, "2"));
    home.run(["realize"]).success();
    assert_eq!(home.read("l") + &home.read("d/chain"), "22");
    // A lookup that passed the anchor before the switch goes on in the old tree.
    for path in ["l", "d/chain"] {
        assert!(home.is_managed(path));
        let second_step = first.join("home").join(path);
        let end = second_step.canonicalize().unwrap();
        assert_eq!(end, first.join("home/.config/x"), "{path}");
        assert_eq!(fs::read_to_string(second_step).unwrap(), "1", "{path}");
    }
    home.run(["rollback"]).success();
    assert_eq!(home.read("l") + &home.read("d/chain"), "11");
}

#[test]
fn only_what_is_not_managed_is_live() {
    let mut home = Home::new().file("mine", "mine");
    home.set_manifest(&files(&home, "1"));
    home.run(["realize"]).success();
    let status = home.run(["status", "--json"]).success().json();
    let live = status["live"].as_array().unwrap();
    assert_eq!(live.len(), 1, "{status}");
    assert_eq!(live[0]["path"], "out");
    assert_eq!(
        Path::new(live[0]["target"].as_str().unwrap()),
        home.at("mine")
    );
    home.set_manifest(&files(&home, "2"));
    home.run(["diff"])
        .success()
        .stdout_has("l\n")
        .stdout_has("d/chain");
}

#[test]
fn links_in_a_circle_are_refused_by_name() {
    let mut home = Home::new();
    let to = |place: &str| json!({ "source": home.at(place), "method": "live" });
    let files = json!({ "a": to("b"), "b": to("a") }).to_string();
    home.set_manifest(&files);
    home.run(["realize"])
        .exit(4)
        .stderr_has("\"a\" from \"a\" is a link that leads in a circle through \"b\" from \"b\"");
    assert!(!home.has("a"));
}
