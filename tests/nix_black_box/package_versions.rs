//! The packages of generations: their versions and sizes, and how they differ.

use std::process::{Command, Stdio};

use proptest::prelude::{Strategy, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Home, NixStore, Outcome, nhmt};
use nhmt::tree::diff::{PackageName, compare_versions};

/// A configuration with packages of these names, each a store path of its own,
/// with an output for manual pages beside it.
fn packages(names: &[&str]) -> String {
    let package = |name: &&str| {
        format!(
            r#"{{ type = "derivation"; name = "{name}"; outputName = "out"; meta.outputsToInstall = [ "out" "man" ];
                outPath = "${{builtins.path {{ path = ./sources + "/{name}"; name = "{name}"; }}}}";
                out = {{ outPath = "${{builtins.path {{ path = ./sources + "/{name}"; name = "{name}"; }}}}"; }};
                man = {{ outPath = "${{builtins.path {{ path = ./sources/man; name = "{name}-man"; }}}}"; }}; }}"#
        )
    };
    let list: Vec<String> = names.iter().map(package).collect();
    format!("home.packages = map lib.hiPrio [ {} ];", list.join(" "))
}

fn home() -> Home {
    let mut home = Home::with_nix().source("sources/man/share/man/man1/x.1", "manual");
    for (name, size) in [
        ("tool-1.9", 1000),
        ("tool-1.10", 3000),
        ("down-2.0", 10),
        ("down-2.0pre1", 10),
        ("gone-0.1", 10),
        ("new-3", 5000),
        ("plain", 10),
    ] {
        home = home.source(format!("sources/{name}/bin/{name}"), vec![b'x'; size]);
    }
    home
}

fn nar_size(home: &Home, path: &str) -> u64 {
    let size = home.nix().run("nix-store", ["-q", "--size", path]);
    size.parse().unwrap()
}

#[test]
fn versions_and_closures_are_told_between_generations_and_from_the_configuration() {
    let mut home = home();
    home.set_config(&packages(&["tool-1.9", "down-2.0", "gone-0.1", "plain"]));
    home.run(["realize"])
        .success()
        .stdout_has("; packages: 4 added (");
    home.set_config(&packages(&["tool-1.10", "down-2.0pre1", "new-3", "plain"]));
    let expected = |table: &str| {
        let lines: Vec<&str> = table
            .lines()
            .filter(|line| line.contains("package"))
            .collect();
        assert_eq!(lines.len(), 5, "{table}");
        assert!(lines[0].starts_with("- package gone  0.1 "), "{table}");
        assert!(lines[1].starts_with("+ package new   3 "), "{table}");
        assert!(
            lines[2].starts_with("~ package down  2.0 -> 2.0pre1  down"),
            "{table}"
        );
        assert!(lines[2].ends_with("(+8 bytes)"), "{table}");
        assert!(
            lines[3].starts_with("~ package tool  1.9 -> 1.10     up"),
            "{table}"
        );
        assert!(lines[3].ends_with("(+1.9 KiB)"), "{table}");
        assert!(lines[4].starts_with("packages: closure "), "{table}");
        assert!(lines[4].contains(", 6 -> 6 store paths"), "{table}");
        for line in lines {
            assert_eq!(line.trim_end(), line, "nothing behind the text");
        }
    };
    let wanted = home.run(["diff"]).success().stdout();
    expected(&wanted);
    let dry = home.run(["realize", "--dry-run"]).success();
    expected(
        &dry.stdout()
            .replace("dry run: ", "dry run of ")
            .replace("; packages:", ";"),
    );
    let counts = "; packages: 1 added, 1 removed, 1 up, 1 down";
    assert!(dry.stdout().contains(counts), "{}", dry.stdout());
    let realized = home.run(["realize", "--json"]).success().json();
    assert_eq!(
        realized["packages"],
        json!({ "added": 1, "removed": 1, "up": 1, "down": 1, "mixed": 0, "rebuilt": 0 })
    );
    let between = home.run(["diff", "1", "2"]).success().stdout();
    assert_eq!(between, wanted);
    // The other way round.
    home.run(["diff", "2", "1"])
        .success()
        .stdout_has("+ package gone  0.1")
        .stdout_has("~ package tool  1.10 -> 1.9     down");
    // In colour, each line in one.
    home.run(["diff", "1", "2", "--color", "always"])
        .success()
        .stdout_has("\u{1b}[32m+ package new ")
        .stdout_has("\u{1b}[31m- package gone ");
    // In a terminal too narrow for the longest line, the others keep theirs.
    let typed = format!("stty cols 35; {} diff 1 2", nhmt().display());
    let mut script = Command::new("script");
    home.environment(&mut script);
    script
        .args(["-qec", &typed, "/dev/null"])
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    let narrow = Outcome::of(&mut script).success().stdout();
    assert!(narrow.contains("- package gone  0.1  "), "{narrow}");
    assert!(narrow.contains("+ package new   3    "), "{narrow}");
    assert!(
        narrow.contains("~ package down  2.0 -> 2.0pre1  down  "),
        "{narrow}"
    );
}

#[test]
fn programs_get_sizes_as_the_database_has_them() {
    let mut home = home();
    home.set_config(&packages(&["tool-1.9", "plain"]));
    home.run(["realize"]).success();
    home.set_config(&packages(&["tool-1.10", "new-3", "plain"]));
    home.run(["realize"]).success();

    let listed = home.run(["packages", "--json"]).success().json();
    assert_eq!(listed["generation"], 2);
    let names: Vec<&Value> = listed["packages"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 3);
    let tool = names[2];
    assert_eq!(tool["name"], "tool");
    assert_eq!(tool["version"], "1.10");
    let outputs = tool["outputs"].as_array().unwrap();
    assert_eq!(outputs[0]["output"], "out");
    assert_eq!(outputs[1]["output"], "man");
    let sum: u64 = outputs
        .iter()
        .map(|output| nar_size(&home, output["path"].as_str().unwrap()))
        .sum();
    assert_eq!(tool["size"], sum);
    assert_eq!(tool["closure_size"], sum, "it needs nothing else");
    let environment = listed["path"].as_str().unwrap();
    let closure = home.nix().run("nix-store", ["-qR", environment]);
    let whole: u64 = closure.lines().map(|path| nar_size(&home, path)).sum();
    let count = closure.lines().count();
    assert_eq!(listed["closure"], json!({ "paths": count, "size": whole }));

    let difference = home.run(["diff", "1", "2", "--json"]).success().json();
    let packages = &difference["packages"];
    assert_eq!(packages["added"][0]["name"], "new");
    assert!(packages["added"][0]["closure_size"].as_u64().unwrap() > 5000);
    let changed = &packages["changed"][0];
    assert_eq!(changed["direction"], "up");
    assert_eq!(changed["from"], json!(["1.9"]));
    assert_eq!(changed["closure_size"]["to"], sum);
    assert_eq!(packages["closure"]["to"]["size"], whole);
    assert_eq!(packages["rebuilt"], false);

    home.run(["packages"])
        .success()
        .stdout_has("name   version  size")
        .stdout_has("tool   1.10 ")
        .stdout_has("  out man\n")
        .stdout_has("plain           ")
        .stdout_has(&format!(
            "3 packages, {} in {count} store paths",
            nhmt::ui::size(whole)
        ));
    home.run(["packages", "1"]).success().stdout_has("1.9 ");
    home.run(["packages", "7"]).exit(1).stderr_has("7");
}

#[test]
fn another_build_of_the_same_version_is_named() {
    let mut home = home();
    home.set_config(&packages(&["tool-1.9", "plain"]));
    home.run(["realize"]).success();
    home.write_source("sources/plain/bin/plain", "other");
    home.run(["diff"])
        .success()
        .stdout_has("~ packages (the same versions, built anew): plain\n");
    home.run(["realize"])
        .success()
        .stdout_has("; packages: 1 rebuilt (");
}

#[test]
fn what_packages_need_is_compared_with_verbose() {
    let mut home = home();
    let config = |version: &str| {
        format!(
            r#"wrappers.tool = {{ env.A.value = "b"; basePackage = {{ type = "derivation"; name = "tool-1"; outPath = "${{builtins.path {{
                path = ./sources + "/tool-{version}"; name = "base-{version}"; }}}}"; }}; }};"#
        )
    };
    home.set_config(&config("1.9"));
    home.run(["realize"]).success();
    home.set_config(&config("1.10"));
    home.run(["realize"]).success();
    let listed = home.run(["packages", "--json"]).success().json();
    let tool = &listed["packages"][0];
    assert!(
        tool["closure_size"].as_u64() > tool["size"].as_u64(),
        "{listed}"
    );
    let difference = home.run(["diff", "1", "2"]).success();
    difference.stdout_lacks("base");
    home.run(["diff", "1", "2", "-v"])
        .success()
        .stdout_has("~ needed base  1.9 -> 1.10  up");
    let difference = home.run(["diff", "1", "2", "--json"]).success().json();
    let needed = &difference["packages"]["dependencies"]["changed"][0];
    assert_eq!(needed["name"], "base");
}

#[test]
fn names_and_versions_need_no_nix() {
    let mut home = home();
    home.set_config(&packages(&["tool-1.9"]));
    home.run(["realize"]).success();
    home.set_config(&packages(&["tool-1.10"]));
    home.run(["realize"]).success();
    let without = |arguments: &[&str]| {
        let mut command = home.command();
        command.args(arguments).env("PATH", "/nowhere");
        Outcome::of(&mut command)
    };
    without(&["packages"])
        .success()
        .stdout_has("tool  1.10     ?     ?        out man")
        .stderr_has("the sizes are not known: there is no Nix on this machine");
    without(&["diff", "1", "2"])
        .success()
        .stdout_has("~ package tool  1.9 -> 1.10  up\n")
        .stdout_lacks("closure");
    let difference = without(&["diff", "1", "2", "--json"]).success().json();
    let changed = &difference["packages"]["changed"][0];
    assert_eq!(changed["closure_size"], json!({ "from": null, "to": null }));
}

/// As Home Manager's `home-path` is: nobody says which path is whose.
#[test]
fn an_environment_of_others_is_read_by_what_it_refers_to() {
    let mut home = home();
    home.set_config(&packages(&["tool-1.9", "new-3"]));
    home.run(["realize"]).success();
    let listed = home.run(["packages", "--json"]).success().json();
    let environment = listed["path"].clone();
    for names in [json!(["new-3", "tool-1.9"]), json!([])] {
        home.declare(&json!({ "packages": { "path": environment, "names": names } }));
        home.run(["realize", "--backend", "nix"]).success();
        let again = home.run(["packages", "--json"]).success().json();
        for (one, other) in [(0, 0), (1, 1)] {
            let (one, other) = (&again["packages"][one], &listed["packages"][other]);
            assert_eq!(one["name"], other["name"], "{again}");
            assert_eq!(one["version"], other["version"]);
            assert_eq!(one["size"], other["size"]);
        }
    }
}

#[test]
fn a_home_without_packages_says_so() {
    let home = Home::new().manifest(r#"{"a":{"text":"x"}}"#);
    home.run(["packages"])
        .exit(1)
        .stderr_has("no generation is in force");
    home.run(["realize"]).success();
    home.run(["packages"])
        .success()
        .stderr_has("generation 1 has no packages");
    let listed = home.run(["packages", "--json"]).success().json();
    assert_eq!(
        listed,
        json!({ "generation": 1, "path": null, "closure": null, "packages": [] })
    );
}

/// What versions are made of, so that all rules come into play.
fn version() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "",
        ".",
        "-",
        "0",
        "1",
        "2",
        "10",
        "007",
        "2147483647",
        "2147483648",
        "99999999999",
        "a",
        "b",
        "pre",
        "pre1",
        "rc",
        "_",
        "+",
        "é",
        "alpha",
        "P",
        "..",
        "-a",
        "git20240101",
    ]);
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

#[test]
fn versions_compare_and_names_split_as_nix_has_it() {
    let scratch = tempfile::tempdir().unwrap();
    let nix = NixStore::new(scratch.path());
    let mut runner = TestRunner::deterministic();
    let mut one = || version().new_tree(&mut runner).unwrap().current();
    let pairs: Vec<(String, String)> = (0..4000).map(|_| (one(), one())).collect();
    let file = scratch.path().join("pairs.json");
    std::fs::write(&file, serde_json::to_string(&pairs).unwrap()).unwrap();
    let expression = format!(
        "map (p: let a = builtins.elemAt p 0; b = builtins.elemAt p 1; in
           {{ order = builtins.compareVersions a b; drv = builtins.parseDrvName (\"x-\" + a + \"-\" + b); }})
         (builtins.fromJSON (builtins.readFile {}))",
        file.display()
    );
    let mut command = Command::new("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "-E", &expression]);
    command.env("HOME", scratch.path());
    nix.environment(&mut command);
    let answers = Outcome::of(&mut command).success().json();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), pairs.len());
    let mut seen = [0; 3];
    for ((a, b), answer) in pairs.iter().zip(answers) {
        let order = compare_versions(a, b) as i64;
        assert_eq!(answer["order"], order, "{a:?} {b:?}");
        seen[usize::try_from(order + 1).unwrap()] += 1;
        let name = PackageName::parse(&format!("x-{a}-{b}"));
        assert_eq!(answer["drv"]["name"], name.name, "{a:?} {b:?}");
        assert_eq!(answer["drv"]["version"], name.version, "{a:?} {b:?}");
    }
    assert!(seen.iter().all(|&count| count > 100), "{seen:?}");
}
