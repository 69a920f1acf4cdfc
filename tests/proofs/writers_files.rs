//! Programs that save settings which nhmt merges into, and programs that append
//! lines to files that have a block, while nhmt switches, again and again: no
//! save is lost, a line stays in the file, and what is declared is there in the
//! end.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use serde_json::{Map, Value, json};

use crate::counts::Counts;
use crate::support::Home;
use crate::trees::{activate, tree};
use crate::unprivileged::unprivileged;
use crate::writers_settings::{Format, Ledger, Program, Way};

/// The paths that programs save at, with format and way.
fn settings() -> Vec<(String, Format, Way)> {
    let mut all = Vec::new();
    for format in [Format::Json, Format::Toml, Format::Ini] {
        for way in [Way::Rename, Way::Truncate] {
            all.push((format!("s/{format:?}-{way:?}"), format, way));
        }
    }
    all
}

/// The files with a block that programs append to.
const LOGS: [&str; 4] = ["l/bottom", "l/top", "l/goes", "l/held"];

/// The declared keys change, one of them comes and goes; so do the blocks.
fn trees(home: &Home) -> [PathBuf; 2] {
    ["one", "two"].map(|name| {
        let mut files = Map::new();
        for (path, format, _) in settings() {
            let value = match name {
                "one" => json!({ "ours": { "both": "one", "first": "1" } }),
                _ => json!({ "ours": { "both": "two" }, "more": { "second": "2" } }),
            };
            let file = json!({ "format": format.name(), "value": value, "method": "merge" });
            files.insert(path, file);
        }
        for path in LOGS
            .iter()
            .filter(|path| name == "one" || **path != "l/goes")
        {
            let position = if *path == "l/top" { "top" } else { "bottom" };
            let block = json!({ "position": position });
            let file = json!({ "text": name, "method": "block", "block": block });
            files.insert((*path).to_owned(), file);
        }
        tree(home, name, &Value::Object(files), None)
    })
}

/// Lines that were appended to the logs, each with its log.
type Lines = Mutex<Vec<(&'static str, String)>>;

/// Appends lines, each with a descriptor of its own, until it is told to stop.
fn append_by_name(who: usize, root: &Path, lines: &Lines, go: &dyn Fn(usize) -> bool) {
    let mut number = 0;
    while go(number) {
        number += 1;
        let log = LOGS[number % 3];
        let file = OpenOptions::new().append(true).open(root.join(log));
        let mut file = file.expect("a file with a block is never gone");
        if number.is_multiple_of(4) {
            std::thread::yield_now();
        }
        let line = format!("appender {who} line {number}");
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
        lines.lock().unwrap().push((log, line));
    }
}

/// Appends a few lines with one descriptor, then with the next.
fn append_held(root: &Path, lines: &Lines, go: &dyn Fn(usize) -> bool) {
    let (log, mut number) = (LOGS[3], 0);
    while go(number) {
        let mut file = OpenOptions::new()
            .append(true)
            .open(root.join(log))
            .unwrap();
        for _ in 0..5 {
            number += 1;
            let line = format!("holder line {number}");
            file.write_all(format!("{line}\n").as_bytes()).unwrap();
            lines.lock().unwrap().push((log, line));
            std::thread::yield_now();
        }
    }
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[test]
fn no_save_is_lost_and_what_is_declared_is_there() {
    unprivileged(
        "writers_files::no_save_is_lost_and_what_is_declared_is_there",
        no_save_is_lost,
    );
}

fn no_save_is_lost() {
    let (runs, least) = if crate::full() {
        (400, 20_000)
    } else {
        (40, 1_500)
    };
    let home = Home::fast();
    let trees = trees(&home);
    let root = home.path();
    for (path, format, _) in settings() {
        home.write(&path, format.empty());
    }
    for log in LOGS {
        home.write(log, "mine\n");
    }
    let (stop, done, saved) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let (ledger, lines) = (Mutex::new(Ledger::default()), Lines::default());
    let (mut given_up, mut busy) = (0, 0);
    // So much for each run of nhmt, so that files stay small.
    let go = |times: usize| {
        move |turn: usize, stop: &AtomicBool, done: &AtomicUsize| {
            while turn > times * (done.load(SeqCst) + 1) {
                if stop.load(SeqCst) {
                    return false;
                }
                std::thread::yield_now();
            }
            !stop.load(SeqCst)
        }
    };
    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        for (path, format, way) in settings() {
            let (root, stop, done, saved, ledger) = (&root, &stop, &done, &saved, &ledger);
            scope.spawn(move || {
                let mut program = Program::new(root.join(&path), format, way);
                let mut turn = 0;
                while go(40)(turn, stop, done) {
                    turn += 1;
                    program.save();
                    saved.fetch_add(1, SeqCst);
                }
                ledger.lock().unwrap().add(&path, program);
            });
        }
        for who in 0..2 {
            let (root, stop, done, lines) = (&root, &stop, &done, &lines);
            scope.spawn(move || append_by_name(who, root, lines, &|n| go(30)(n, stop, done)));
        }
        scope.spawn(|| append_held(&root, &lines, &|n| go(10)(n, &stop, &done)));
        for run in 0..20 * runs {
            let outcome = activate(&home, &trees[run % 2]);
            if outcome.code() == Some(1) {
                given_up += 1;
                outcome.stderr_has("was changed by another program meanwhile");
            } else {
                let said = outcome.success().stderr();
                busy += said.matches("is being written by another program").count();
            }
            done.fetch_add(1, SeqCst);
            if run >= runs && saved.load(SeqCst) >= least {
                break;
            }
        }
    });
    activate(&home, &trees[1]).success();
    activate(&home, &trees[0]).success().stderr_lacks("warning");
    let ledger = ledger.into_inner().unwrap();
    assert!(ledger.saves >= least, "the programs hardly ran");
    let lines = lines.into_inner().unwrap();
    let mut failures = declared(&home);
    failures.extend(ledger.lost(&home));
    let (held, aside) = look_for_lines(&home, &lines, &mut failures);
    Counts::of("writers of settings and logs")
        .count(done.into_inner(), "runs")
        .count(given_up, "of them given up for a program")
        .count(busy, "files left to a program for a run")
        .count(ledger.saves, "saves")
        .count(ledger.expected(), "not replaced by their program")
        .count(ledger.unread, "replaced unread by their program")
        .count(ledger.aside(&home), "in backups alone")
        .count(
            lines.len() - held,
            "lines appended by name, all in the file",
        )
        .count(held, "lines of a descriptor that was held")
        .count(aside, "of them in backups alone")
        .print(&failures);
}

/// What is not as declared by the first tree.
fn declared(home: &Home) -> Vec<String> {
    let mut failures = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            failures.push(what);
        }
    };
    for (path, format, _) in settings() {
        let text = home.read(&path);
        for (section, key, value) in [
            ("ours", "both", Some("one")),
            ("ours", "first", Some("1")),
            ("more", "second", None),
        ] {
            let found = format.get(&text, section, key);
            expect(
                found.as_deref() == value,
                format!("{path}: {section}.{key} is {found:?}: {text}"),
            );
        }
    }
    for log in LOGS {
        let text = home.read(log);
        let block = "# >>> nhmt >>>\none\n# <<< nhmt <<<\n";
        expect(
            text.matches(block).count() == 1 && text.matches(">>> nhmt").count() == 1,
            format!("{log}: {text}"),
        );
        expect(
            text.lines().any(|line| line == "mine"),
            format!("{log}: {text}"),
        );
    }
    failures
}

/// Looks for each line; gives how many were written by a descriptor that was
/// held, and how many of these are in backups alone.
fn look_for_lines(
    home: &Home,
    lines: &[(&'static str, String)],
    failures: &mut Vec<String>,
) -> (usize, usize) {
    let kept: Vec<_> = home.backups().into_values().collect();
    let kept: BTreeSet<&str> = kept.iter().flat_map(|text| text.lines()).collect();
    let (mut held, mut aside) = (0, 0);
    for log in LOGS {
        let text = home.read(log);
        let mut found = std::collections::HashMap::new();
        for line in text.lines() {
            *found.entry(line).or_insert(0) += 1;
        }
        for (_, line) in lines.iter().filter(|(of, _)| *of == log) {
            let is_held = line.starts_with("holder");
            held += usize::from(is_held);
            let in_backup = kept.contains(line.as_str());
            match found.get(line.as_str()) {
                Some(1) => {}
                Some(times) => failures.push(format!("`{line}` is {times} times in {log}")),
                None if is_held && in_backup => aside += 1,
                None if in_backup => failures.push(format!("`{line}` is in a backup alone")),
                None => failures.push(format!("`{line}` is nowhere")),
            }
        }
    }
    (held, aside)
}

/// Every text in the backups, by the path that it was at.
pub fn backups_of(home: &Home, path: &str) -> Vec<String> {
    let of = |kept: &Path| {
        let mut names = kept.components();
        names.next();
        names.as_path() == Path::new(path)
    };
    let all = home.backups().into_iter();
    all.filter(|(kept, _)| of(kept))
        .map(|(_, text)| text)
        .collect()
}

/// Each backup is listed.
#[test]
fn what_is_counted_as_a_backup_is_named_by_the_list() {
    let home = Home::fast();
    home.write("s", "{\"theirs\": 1, \"ours\": 2}\n");
    let value = json!({ "s": { "format": "json", "value": { "ours": 1 }, "method": "merge" } });
    activate(&home, &tree(&home, "one", &value, None)).success();
    assert_eq!(backups_of(&home, "s").len(), 1);
    home.run_bare(["backups", "list"]).success().stdout_has("s");
    let text = fs::read_to_string(home.at("s")).unwrap();
    assert!(text.contains("\"theirs\": 1"), "{text}");
}
