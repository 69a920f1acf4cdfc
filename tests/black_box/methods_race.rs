//! Programs that save while nhmt writes files that are no links.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::Home;

const RUNS: usize = 24;

/// So often a program saves at most: files that are read whole have a limit.
const SAVES: u64 = 200_000;

/// Runs `save` with rising numbers while nhmt switches to and fro; gives the
/// last number.
fn during_switches(
    home: &mut Home,
    manifests: [&str; 2],
    save: impl Fn(&Path, u64) + Send + Sync,
) -> u64 {
    let stop = AtomicBool::new(false);
    let root = home.path();
    let last = thread::scope(|scope| {
        let program = scope.spawn(|| {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                if number == SAVES {
                    thread::yield_now();
                    continue;
                }
                number += 1;
                save(&root, number);
            }
            number
        });
        for run in 0..RUNS {
            home.set_manifest(manifests[run % 2]);
            // A file that is written all the time is left to its program.
            let code = home.run(["realize"]).code();
            assert!(matches!(code, Some(0 | 3)), "{code:?}");
        }
        stop.store(true, Ordering::Relaxed);
        program.join().unwrap()
    });
    home.set_manifest(manifests[0]);
    home.run(["realize"]).success();
    last
}

const MERGE: [&str; 2] = [
    r#"{"m.json":{"format":"json","value":{"a":1},"method":"merge"}}"#,
    r#"{"m.json":{"format":"json","value":{"b":2},"method":"merge"}}"#,
];

/// What a program saves that reads its settings first and keeps what it does
/// not know.
fn settings(root: &Path, number: u64) -> Option<String> {
    let text = fs::read_to_string(root.join("m.json")).ok()?;
    let mut value: Value = serde_json::from_str(&text).ok()?;
    value["number"] = number.into();
    Some(value.to_string())
}

fn number(home: &Home) -> u64 {
    let value: Value = serde_json::from_str(&home.read("m.json")).unwrap();
    assert_eq!(value["a"], 1, "{value}");
    value["number"].as_u64().unwrap()
}

#[test]
fn a_program_that_saves_by_rename_loses_nothing() {
    let mut home = Home::fast().file("m.json", "{}");
    let last = during_switches(&mut home, MERGE, |root, number| {
        let text = settings(root, number).unwrap();
        fs::write(root.join("m.json.new"), text).unwrap();
        fs::rename(root.join("m.json.new"), root.join("m.json")).unwrap();
    });
    assert_eq!(number(&home), last);
}

#[test]
fn a_program_that_truncates_and_writes_loses_nothing() {
    let mut home = Home::fast().file("m.json", "{}");
    let last = during_switches(&mut home, MERGE, |root, number| {
        let text = settings(root, number).unwrap();
        fs::write(root.join("m.json"), text).unwrap();
    });
    assert_eq!(number(&home), last);
}

#[test]
fn a_program_that_appends_loses_no_line() {
    let block = |text: &str| {
        format!(r#"{{"log":{{"text":"{text}","method":"block","block":{{"position":"top"}}}}}}"#)
    };
    let (one, two) = (block("one"), block("two"));
    let mut home = Home::fast().file("log", "");
    let last = during_switches(&mut home, [&one, &two], |root, number| {
        let mut file = OpenOptions::new()
            .append(true)
            .open(root.join("log"))
            .unwrap();
        thread::yield_now();
        writeln!(file, "line {number}").unwrap();
    });
    // A line that came in the one moment in which its file was out is in the
    // backups.
    let mut texts: Vec<_> = home.backups().into_values().collect();
    texts.push(home.read("log"));
    let lines: HashSet<_> = texts.iter().flat_map(|text| text.lines()).collect();
    let has = |number: &u64| lines.contains(format!("line {number}").as_str());
    let missing: Vec<_> = (1..=last).filter(|number| !has(number)).collect();
    assert!(missing.is_empty(), "{missing:?} of {last}");
}
