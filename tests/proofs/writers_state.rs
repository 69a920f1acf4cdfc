//! Programs that append, truncate, rename and make files in a directory while
//! it moves to its root: each line that nobody but nhmt can have removed is in
//! the root or in a backup that is listed. And a reader, that never finds the
//! path missing.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use walkdir::WalkDir;

use super::counts::Counts;
use super::scenario::{Place, Typed, show};
use super::writers_programs::{Ledger, Program};
use crate::support::filesystem::elsewhere;

/// Files that lie in the directory at first.
const MANY: usize = 50;

#[derive(Default)]
struct Sum {
    rounds: usize,
    given_up: usize,
    saves: usize,
    expected: usize,
    reads: usize,
    named: usize,
    failures: Vec<String>,
}

/// Every line below a directory, private folders left out.
fn lines(dir: &Path, found: &mut HashSet<String>) {
    let walk = WalkDir::new(dir).into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != "work");
    for entry in walk.flatten().filter(|entry| entry.file_type().is_file()) {
        if let Ok(text) = fs::read_to_string(entry.path()) {
            found.extend(text.lines().map(str::to_owned));
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one line for each program")]
fn round(far: bool, sum: &mut Sum) {
    let place = if far { Place::on_disk() } else { Place::new() };
    let other = far.then(|| elsewhere(&place.home()));
    let root = match &other {
        Some(other) => other.path().join("home"),
        None => place.beside("persist"),
    };
    let home = place.home();
    fs::create_dir_all(home.join("d/many")).unwrap();
    for number in 0..MANY {
        fs::write(
            home.join(format!("d/many/{number}")),
            format!("many {number}"),
        )
        .unwrap();
    }
    fs::write(home.join("d/steady"), "steady").unwrap();
    let files = format!(
        r#"{{"a":{{"text":"a"}}}},"state":[{{"path":"d","root":"{}","kind":"directory"}}]"#,
        root.display()
    );
    let realize = Typed {
        files: Some(Box::leak(files.into_boxed_str())),
        arguments: vec!["realize"],
    };
    // What is written all the time is not copied from one mount to another.
    let pause = std::time::Duration::from_millis(if far { 60 } else { 0 });
    let stop = AtomicBool::new(false);
    let reads = AtomicUsize::new(0);
    let (whole, missing) = (Mutex::new(Ledger::default()), Mutex::new(Vec::new()));
    let repeat = |act: &mut dyn FnMut(&mut Ledger)| {
        let mut ledger = Ledger::default();
        while !stop.load(SeqCst) {
            act(&mut ledger);
            thread::sleep(pause);
        }
        whole.lock().unwrap().add(ledger);
    };
    let mut warned = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut program = Program::new("exchange", &home, &["d/e/1", "d/e/2"]);
            repeat(&mut |ledger| program.save_by_exchange(ledger));
        });
        scope.spawn(|| {
            let (mut program, mut last) = (
                Program::new("rename", &home, &["d/r/1", "d/r/2"]),
                HashMap::new(),
            );
            repeat(&mut |ledger| program.save_by_rename(&mut last, ledger));
        });
        scope.spawn(|| {
            let (mut program, mut last) = (
                Program::new("truncate", &home, &["d/t/1", "d/t/2"]),
                HashMap::new(),
            );
            repeat(&mut |ledger| program.truncate_and_write(&mut last, ledger));
        });
        scope.spawn(|| {
            let mut program = Program::new("append", &home, &["d/l/1", "d/l/2"]);
            repeat(&mut |ledger| {
                program.append(5, ledger);
                thread::sleep(std::time::Duration::from_micros(300));
            });
        });
        scope.spawn(|| {
            let mut program = Program::new("create", &home, &["d/c"]);
            let mut held = false;
            repeat(&mut |ledger| {
                held = !held;
                program.create(2, held, ledger);
                thread::sleep(std::time::Duration::from_millis(2));
            });
        });
        scope.spawn(|| {
            while !stop.load(SeqCst) {
                let text = fs::read_to_string(home.join("d/steady"));
                if text.as_deref().ok() != Some("steady") {
                    missing
                        .lock()
                        .unwrap()
                        .push(format!("~/d/steady gives {text:?}"));
                }
                reads.fetch_add(1, SeqCst);
            }
        });
        thread::sleep(std::time::Duration::from_millis(10));
        let output = place.run(&realize);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        warned += said.matches("warning: ").count();
        match output.status.code() {
            Some(0) => {}
            Some(1) if said.contains("another program") => sum.given_up += 1,
            _ => sum.failures.push(show(&output)),
        }
        thread::sleep(std::time::Duration::from_millis(5));
        stop.store(true, SeqCst);
    });
    let output = place.run(&realize);
    if !output.status.success() {
        sum.failures.push(format!("at rest: {}", show(&output)));
    }
    let mut found = HashSet::new();
    lines(&root, &mut found);
    lines(&home.join(".local/state/nhmt/backups"), &mut found);
    let ledger = whole.into_inner().unwrap();
    let lost = ledger.expected.difference(&found);
    let far = if far { "far" } else { "near" };
    sum.failures
        .extend(lost.map(|line| format!("{far}: `{line}` is nowhere")));
    sum.failures.extend(missing.into_inner().unwrap());
    for number in 0..MANY {
        if !found.contains(&format!("many {number}")) {
            sum.failures.push(format!("{far}: many/{number} is lost"));
        }
    }
    let through = fs::read_link(home.join("d")).map(|link| link.display().to_string());
    if !through
        .as_ref()
        .is_ok_and(|link| link.contains("/current/home/d"))
    {
        sum.failures.push(format!("{far}: ~/d is {through:?}"));
    }
    sum.rounds += 1;
    sum.saves += ledger.saves;
    sum.expected += ledger.expected.len();
    sum.reads += reads.into_inner();
    sum.named += warned;
}

#[test]
fn nothing_that_a_program_writes_is_lost_while_its_directory_moves() {
    let rounds = if super::full() { 100 } else { 6 };
    let mut sum = Sum::default();
    for number in 0..rounds {
        round(number % 2 == 1, &mut sum);
    }
    assert!(
        sum.saves > 50 * rounds,
        "the programs hardly ran: {}",
        sum.saves
    );
    Counts::of("writers, state")
        .count(sum.rounds, "adoptions")
        .count(sum.given_up, "of them given up for a program at first")
        .count(sum.saves, "saves")
        .count(sum.expected, "not replaced by their program")
        .count(sum.named, "named as written in two places or still open")
        .count(sum.reads, "reads meanwhile")
        .print(&sum.failures);
}
