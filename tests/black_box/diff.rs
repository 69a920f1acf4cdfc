//! What differs, before it is realized and between generations.

use serde_json::json;

use crate::support::Home;

fn realized() -> Home {
    let mut home = Home::new().manifest(r#"{"f":{"text":"one\ntwo\n"},"gone":{"text":""}}"#);
    home.run(["realize"]).success();
    home.set_manifest(r#"{"f":{"text":"one\n2\n"},"come":{"text":""}}"#);
    home
}

#[test]
fn the_configuration_against_the_current_generation() {
    let home = realized();
    home.run(["diff"])
        .success()
        .stdout_has("+ come")
        .stdout_has("- gone")
        .stdout_has("~ f")
        .stdout_has("-two\n+2\n");
    assert_eq!(home.read("f"), "one\ntwo\n");
}

#[test]
fn json_and_exit_code() {
    let home = realized();
    let json = home.run(["diff", "--json"]).success().json();
    assert_eq!(
        json["files"],
        json!({"added": ["come"], "removed": ["gone"], "changed": ["f"]})
    );
    assert!(json["packages"].is_object() && json["state"].is_object());
    let none = json!({ "added": [], "changed": [], "removed": [] });
    assert_eq!(json["services"], none);
    home.run(["diff", "--exit-code"]).exit(1);
    home.run(["realize"]).success();
    let outcome = home.run(["diff", "--exit-code"]).success();
    assert_eq!(outcome.stdout(), "", "nothing differs, nothing is printed");
}

#[test]
fn units_are_named_that_would_notice() {
    let mut home = Home::new();
    let unit = |does: &str, says: &str| {
        let text = format!("[Unit]\nDescription={says}\n[Service]\nExecStart={does}\n");
        json!({ "text": text })
    };
    let path = |name: &str| format!(".config/systemd/user/{name}.service");
    let shared = ".local/share/systemd/user/shared.service";
    let target = path("same").replace("same.service", "default.target.wants/same.service");
    home.declare(&json!({ "files": {
        path("gone"): unit("/bin/a", "a"), path("same"): unit("/bin/a", "a"),
        path("other"): unit("/bin/a", "a"), shared: unit("/bin/a", "a"),
    } }));
    home.run(["realize"]).success();
    home.declare(&json!({ "files": {
        path("come"): unit("/bin/a", "a"), path("same"): unit("/bin/a", "another"),
        path("other"): unit("/bin/b", "a"), shared: unit("/bin/b", "a"),
        target: unit("/bin/a", "another"),
    } }));
    let json = home.run(["diff", "--json"]).success().json();
    assert_eq!(
        json["services"],
        json!({
            "added": ["come.service"], "removed": ["gone.service"],
            "changed": ["other.service", "shared.service"],
        })
    );
}

#[test]
fn between_generations() {
    let home = realized();
    home.run(["realize"]).success();
    home.run(["diff", "1", "2"]).success().stdout_has("+ come");
    home.run(["diff", "2", "1"]).success().stdout_has("- come");
    home.run(["diff", "1"]).success().stdout_has("+ come");
    home.run(["diff", "1", "8"])
        .exit(1)
        .stderr_has("no generation 8");
}

#[test]
fn between_trees_that_no_generation_has() {
    let home = realized();
    let built = home.outside("tmp/result");
    let built = built.to_str().unwrap();
    home.run(["build", "-o", built]).success();
    home.run(["diff", "1", built])
        .success()
        .stdout_has("+ come");
    home.run(["diff", built]).success().stdout_has("- come");
    let link = home.path().join(".local/state/nix/profiles/nhmt-1-link");
    home.run(["diff", link.to_str().unwrap(), built])
        .success()
        .stdout_has("+ come");
    home.run(["packages", built])
        .success()
        .stderr_has("/tmp/result has no packages\n");
    home.run(["diff", "result"]).exit(2).stderr_has(
        "neither the number of a generation nor a path to a home tree, such as `./result`",
    );
    home.run(["diff", "./nowhere"])
        .exit(1)
        .stderr_has("cannot open ./nowhere: No such file or directory");
    let folder = home.outside("tmp");
    let folder = folder.to_str().unwrap();
    home.run(["packages", folder])
        .exit(1)
        .stderr_has("is not a home tree\nhint: a home tree is what `nhmt build` prints");
}

#[test]
fn before_the_first_generation_everything_is_new() {
    let home = Home::new().manifest(r#"{"f":{"text":"one\n"}}"#);
    home.run(["diff"]).success().stdout_has("+ f");
    home.run(["diff", "--verbose"]).success().stdout_has("+one");
}

#[test]
fn drift_is_shown_beforehand() {
    let home = Home::new().manifest(r#"{"f":{"text":"one\n"}}"#);
    home.run(["realize"]).success();
    std::fs::remove_file(home.at("f")).unwrap();
    home.write("f", "mine");
    home.run(["diff"]).success().stderr_has("drift: ~/f ");
}

#[test]
fn how_a_file_arrives_is_shown_where_it_is_no_link() {
    let mut home = Home::new().manifest(
        r#"{"link":{"text":"x\n"},"copy":{"text":"x\n","method":"copy"},"gone":{"text":"","method":"seed"}}"#,
    );
    home.run(["diff"])
        .success()
        .stdout_has("+ copy (copy 0644)\n")
        .stdout_has("+ gone (seed 0644)\n")
        .stdout_has("+ link\n");
    home.run(["realize"]).success();
    home.set_manifest(
        r#"{"link":{"text":"y\n","method":"block"},"copy":{"text":"x\n","method":"copy","permissions":"0600"},
            "new.ini":{"format":"ini","value":{"a":1},"method":"merge"}}"#,
    );
    home.run(["diff"])
        .success()
        .stdout_has("~ copy (copy 0644 -> copy 0600)\n  (the same content; its mode, its method or its source differs)\n")
        .stdout_has("~ link (link -> block at the bottom, marked with #)\n  (the block alone; the text around it is left as it is)\n")
        .stdout_has("-x\n+y\n")
        .stdout_has("- gone (seed 0644)\n")
        .stdout_has("+ new.ini (merge ini 0644)\n");
    let verbose = home.run(["diff", "--verbose"]).success();
    verbose.stdout_has("  (the declared keys; the others in the file are left as they are)\n");
    let files = &home.run(["diff", "--json"]).success().json()["files"];
    assert_eq!(
        files["methods"][0],
        json!({"path": "copy", "from": "copy 0644", "to": "copy 0600"})
    );
    assert_eq!(
        files["methods"][1],
        json!({"path": "gone", "from": "seed 0644", "to": null})
    );
}

#[test]
fn what_is_live_is_named_and_not_read() {
    let mut home = Home::new();
    home.write("work/x", "one\n");
    let work = home.at("work");
    let live = |place: &str| {
        let place = work.join(place);
        format!(r#"{{"l":{{"source":{place:?},"method":"live"}},"f":{{"text":""}}}}"#)
    };
    home.set_manifest(&live("x"));
    home.run(["diff"])
        .success()
        .stdout_has("+ l (live)\n")
        .stderr_has("~/l is live: what ")
        .stderr_has("/work/x holds is no part of a generation and is not compared");
    home.run(["realize"]).success();
    assert_eq!(home.read("l"), "one\n");
    home.write("work/x", "two\n");
    assert_eq!(home.read("l"), "two\n");
    let outcome = home.run(["diff", "--exit-code"]).success();
    assert_eq!(outcome.stdout(), "");
    outcome.stderr_has("~/l is live");
    home.set_manifest(&live("absent"));
    home.run(["diff"])
        .success()
        .stdout_has("~ l (live)\n-leads to ")
        .stdout_has("/work/x\n+leads to ")
        .stdout_has("/work/absent\n");
    let json = home.run(["diff", "--json"]).success().json();
    let leads = json!([{"path": "l", "target": work.join("absent")}]);
    assert_eq!(json["live"], leads);
    home.run(["realize"]).success();
    home.run(["status"])
        .success()
        .stdout_has("~/l is live, outside of the generation: ");
    let status = home.run(["status", "--json"]).success().json();
    assert_eq!((&status["live"], &status["drift"]), (&leads, &json!([])));
    assert!(home.at("l").is_symlink() && !home.at("l").exists());
}

#[test]
fn hooks_are_shown_by_name() {
    let mut home = Home::new();
    let set = |home: &mut Home, hooks: &str, on_change: &str| {
        let directory = home.at("");
        let manifest = format!(
            r#"{{"version":1,"home":{{"username":"u","directory":{directory:?}}},
                "files":{{"f":{{"text":"","onChange":{on_change:?}}}}},"hooks":{hooks}}}"#
        );
        home.set_configuration("home.json", &manifest);
    };
    set(
        &mut home,
        r#"[{"name":"a","script":"true"},{"name":"b","script":"true"}]"#,
        "",
    );
    home.run(["diff"])
        .success()
        .stdout_has("+ hook a\n+ hook b\n");
    home.run(["realize"]).success();
    set(
        &mut home,
        r#"[{"name":"a","script":"false || true"}]"#,
        "true",
    );
    home.run(["diff", "--exit-code"])
        .exit(1)
        .stdout_has("- hook b\n+ hook onChange of ~/f\n~ hook a\n");
    let json = home.run(["diff", "--json"]).success().json();
    assert_eq!(
        json["hooks"],
        json!({"added": ["onChange of ~/f"], "removed": ["b"], "changed": ["a"]})
    );
}
