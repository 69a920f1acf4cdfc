//! Every command on a home of 10,000 files.

use std::fmt::Write;

use crate::support::Home;

fn files(changed: &str) -> String {
    let mut json = "{".to_owned();
    for number in 0..10_000 {
        let comma = if number == 0 { "" } else { "," };
        let text = if number == 17 { changed } else { "same" };
        let directory = number / 100;
        write!(
            json,
            r#"{comma}"d{directory}/f{number}":{{"text":"{text}"}}"#
        )
        .unwrap();
    }
    json + "}"
}

#[test]
fn ten_thousand_files_go_through_every_command() {
    let mut home = Home::new().manifest(&files("one"));
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["links"]["created"], 10_000);
    home.set_manifest(&files("two"));
    home.run(["diff"])
        .success()
        .stdout_has("~ d0/f17")
        .stdout_has("-one")
        .stdout_has("+two");
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["links"]["unchanged"], 9_999);
    assert_eq!(json["links"]["changed"], 1);
    assert_eq!(home.read("d0/f17"), "two");
    assert!(home.is_managed("d99/f9999"));
    home.run_bare(["status"])
        .success()
        .stdout_has("10000 links");
    home.run_bare(["why", "d5/f505"]).success();
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read("d0/f17"), "one");
    home.run_bare(["select-generation", "2"]).success();
    home.run_bare(["delete-generations", "old"]).success();
    home.run_bare(["activate"]).success();
    home.run_bare(["backups", "list"]).success();
    home.set_manifest("{}");
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["links"]["removed"], 10_000);
    assert!(home.snapshot().is_empty(), "only what nhmt made was there");
}

#[test]
fn more_is_in_the_way_than_the_usual_limit_of_open_files() {
    let mut files = String::from("{");
    for number in 0..1_500 {
        let comma = if number == 0 { "" } else { "," };
        write!(files, r#"{comma}"d{number}/f":{{"text":"x"}}"#).unwrap();
    }
    let home = Home::new().manifest(&(files + "}"));
    for number in 0..1_500 {
        home.write(&format!("d{number}/f"), "mine");
    }
    home.run_after("ulimit -Sn 1024", ["realize", "-b"])
        .success()
        .stdout_has("1500 backed up");
}
