//! Runs that are killed while they make secrets, at every call that changes
//! something: lookups yield all of the one generation or all of the other.

use std::fs;

use serde_json::json;

use super::Keeper;

const PLACES: [&str; 3] = [
    "as-it-is",
    "filled-in",
    ".local/state/nhmt/current/secrets/token",
];

/// How many calls of a kind are passed over after one at which it is killed.
const CALLS: [(&str, usize); 7] = [
    ("mkdirat", 1),
    ("symlinkat", 1),
    ("renameat", 1),
    ("unlinkat", 1),
    ("fchmod", 1),
    ("write", 3),
    ("openat", 9),
];

fn declare(keeper: &mut Keeper, content: &str) {
    keeper.encrypted("token", content);
    let files = json!({
        "as-it-is": { "secret": "token" },
        "filled-in": { "text": "{{nhmt-secret:token}}" },
    });
    keeper.declare(&["token"], &files);
}

/// What is looked up at each place.
fn looked_up(keeper: &Keeper) -> Vec<String> {
    let read = |path| fs::read_to_string(keeper.home.at(path));
    let read = PLACES.map(|path| read(path).unwrap_or_else(|error| format!("{path}: {error}")));
    read.to_vec()
}

#[test]
fn lookups_yield_one_generation_and_the_next_run_arrives() {
    let mut keeper = Keeper::new();
    let mut old = "content-0".to_owned();
    declare(&mut keeper, &old);
    keeper.run(["realize"]).success();
    let mut number = 0;
    for (call, step) in CALLS {
        for when in (1..).step_by(step) {
            number += 1;
            let new = format!("content-{number}");
            declare(&mut keeper, &new);
            let point = format!("{call}:signal=KILL:when={when}");
            let killed = keeper.home.run_killed(&point, ["realize"]);
            let found = looked_up(&keeper);
            let is = |content: &str| found.iter().all(|one| one == content);
            assert!(is(&old) || is(&new), "{point}: {old} {new} {found:?}");
            if killed.is_some() {
                keeper.run(["realize"]).success();
            }
            let found = looked_up(&keeper);
            assert!(found.iter().all(|one| *one == new), "{point}: {found:?}");
            // What was begun, or is no longer in force, is not in memory.
            assert_eq!(keeper.sets().len(), 1, "{point}: {:?}", keeper.sets());
            old = new;
            if killed.is_none() {
                break;
            }
        }
    }
    // Each kind of call was met.
    assert!(number > 3 * CALLS.len(), "{number}");
}

#[test]
fn one_that_was_killed_for_good_leaves_no_set_behind() {
    let mut keeper = Keeper::new();
    declare(&mut keeper, "one");
    keeper.run(["realize"]).success();
    let first = keeper.sets();
    declare(&mut keeper, "two");
    // When the new set is there, and the anchor has not turned.
    let point = "renameat:signal=KILL:when=3";
    keeper.home.run_killed(point, ["realize"]).unwrap();
    assert_eq!(keeper.home.read("as-it-is"), "one");
    assert_eq!(keeper.sets().len(), 2);
    // Any command that takes the lock clears it away.
    keeper.run(["secrets", "decrypt"]).success();
    assert_eq!(keeper.sets(), first);
    // So it does what is half done.
    fs::create_dir(keeper.base().join(".making")).unwrap();
    fs::write(keeper.base().join(".making/token"), "half").unwrap();
    keeper.run(["doctor", "--repair"]).success();
    assert_eq!(keeper.sets(), first);
}
