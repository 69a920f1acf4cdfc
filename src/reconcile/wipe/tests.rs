//! Wipes of homes that a test makes, also while a program is at work there.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::home::{HomeDir, Layout, meddle::Meddler, plain};
use crate::reconcile::tests::filesystem::elsewhere;
use crate::state::at_risk::{Ignore, Keeps, Sort, Terms};

struct Scratch {
    temp: TempDir,
}

impl Scratch {
    fn new(files: &[&str]) -> Self {
        let temp = tempfile::tempdir().unwrap();
        for file in files {
            let at = temp.path().join(file);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, *file).unwrap();
        }
        Self { temp }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.temp.path().join(path)
    }

    fn lock(&self) -> HomeLock {
        let home = HomeDir::open(&Layout::new(self.temp.path())).unwrap();
        home.lock(true, |_| ()).unwrap()
    }

    fn survey(&self) -> Survey {
        let home = HomeDir::open(&Layout::new(self.temp.path())).unwrap();
        let mut keeps = Keeps::new();
        keeps.add_own(&home, &home.layout().state()).unwrap();
        let terms = Terms {
            keeps: &keeps,
            ignore: &Ignore::default(),
            whole: true,
            progress: &|_| (),
        };
        Survey::take(&home, &terms).unwrap()
    }

    fn wipe(&self, survey: &Survey) -> Wiped {
        wipe(&self.lock(), &Index::empty(), survey, &mut |_| false).unwrap()
    }

    fn left(&self) -> Vec<String> {
        let survey = self.survey();
        let mut left: Vec<_> = survey.paths().map(|path| path.to_string()).collect();
        left.sort();
        left
    }

    fn held(&self) -> usize {
        let work = self.at(".local/state/nhmt/work");
        fs::read_dir(work).unwrap().count()
    }
}

fn stayed(wiped: &Wiped) -> Vec<(String, Why)> {
    let all = wiped.stayed.iter();
    all.map(|one| (one.path.to_string(), one.why)).collect()
}

#[test]
fn everything_goes_that_was_shown() {
    for forced in [false, true] {
        let _forced = forced.then(plain::Forced::new);
        let scratch = Scratch::new(&["a", "d/b", "d/e/c"]);
        fs::create_dir_all(scratch.at("empty/too")).unwrap();
        std::os::unix::fs::symlink("/", scratch.at("d/link")).unwrap();
        let wiped = scratch.wipe(&scratch.survey());
        assert_eq!(wiped.stayed, []);
        assert_eq!((wiped.files, wiped.directories), (4, 4));
        assert_eq!(wiped.bytes, 1 + 3 + 5);
        assert_eq!(scratch.left(), [""; 0]);
        assert!(!scratch.at("empty").exists() && !scratch.at("d").exists());
        assert!(scratch.at(".local/state/nhmt").exists());
        assert_eq!(scratch.held(), 0);
    }
}

#[test]
fn what_was_not_shown_stays() {
    let scratch = Scratch::new(&["a", "b", "d/c", "e/f"]);
    let survey = scratch.survey();
    fs::write(scratch.at("a"), "written since").unwrap();
    fs::write(scratch.at("d/new"), "new").unwrap();
    fs::remove_file(scratch.at("e/f")).unwrap();
    fs::remove_dir(scratch.at("e")).unwrap();
    fs::write(scratch.at("e"), "a file now").unwrap();
    fs::remove_file(scratch.at("b")).unwrap();
    fs::create_dir(scratch.at("b")).unwrap();
    let wiped = scratch.wipe(&survey);
    let expected = [
        ("a", Why::Changed),
        ("b", Why::Changed),
        ("d", Why::Filled),
        ("e", Why::Changed),
    ];
    assert_eq!(stayed(&wiped), expected.map(|(p, w)| (p.to_owned(), w)));
    assert_eq!(scratch.left(), ["a", "d/new", "e"]);
    assert!(scratch.at("b").is_dir());
}

#[test]
fn a_run_that_is_told_to_stop_stops_and_the_next_goes_on() {
    let scratch = Scratch::new(&["a", "b", "c", "d/e"]);
    let survey = scratch.survey();
    let stop = &mut |files| files == 2;
    let wiped = wipe(&scratch.lock(), &Index::empty(), &survey, stop).unwrap();
    assert!(wiped.is_cut_off);
    assert_eq!(wiped.files, 2);
    assert_eq!(scratch.left().len(), 2);
    let wiped = scratch.wipe(&scratch.survey());
    assert_eq!((wiped.files, wiped.stayed.len()), (2, 0));
    assert_eq!(scratch.left(), [""; 0]);
}

/// A program does something just before each of the calls that change names,
/// at one of them after another, until a wipe has no more of them.
fn at_each_moment(
    forced: bool,
    program: impl Fn(&Scratch) + 'static,
    check: impl Fn(&Scratch, &Wiped),
) {
    let program = std::rc::Rc::new(program);
    for moment in 0.. {
        let _forced = forced.then(plain::Forced::new);
        let scratch = std::rc::Rc::new(Scratch::new(&["a", "d/b", "d/c"]));
        let survey = scratch.survey();
        let count = std::rc::Rc::new(std::cell::Cell::new(0));
        let meddler = {
            let (scratch, program, count) = (scratch.clone(), program.clone(), count.clone());
            Meddler::new(move || {
                if count.replace(count.get() + 1) == moment {
                    program(&scratch);
                }
            })
        };
        let wiped = scratch.wipe(&survey);
        drop(meddler);
        if count.get() <= moment {
            assert!(moment > 5, "only {moment} moments");
            return;
        }
        // What a run could not put back is moved to the backups by the next.
        let problems = crate::reconcile::tidy(&scratch.lock(), 0);
        assert_eq!(problems, [""; 0]);
        check(&scratch, &wiped);
    }
}

/// All files in the home, its backups included, by content.
fn contents(scratch: &Scratch) -> Vec<String> {
    let all = walkdir::WalkDir::new(scratch.temp.path()).follow_links(true);
    let all = all.into_iter().filter_map(Result::ok);
    let files = all.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| fs::read_to_string(entry.path()).unwrap_or_default())
        .collect()
}

#[test]
fn what_a_program_saves_meanwhile_is_never_lost() {
    for forced in [false, true] {
        at_each_moment(
            forced,
            |scratch| {
                let _ = fs::create_dir(scratch.at("d"));
                fs::write(scratch.at("next"), "saved").unwrap();
                fs::rename(scratch.at("next"), scratch.at("d/b")).unwrap();
            },
            |scratch, _| {
                let saved = fs::read_to_string(scratch.at("d/b"));
                assert_eq!(saved.unwrap(), "saved");
            },
        );
    }
}

#[test]
fn what_a_program_makes_without_replacing_is_never_lost() {
    for forced in [false, true] {
        at_each_moment(
            forced,
            |scratch| {
                let _ = fs::create_dir(scratch.at("d"));
                for (number, name) in ["a", "d/b", "d/c", "d/new"].into_iter().enumerate() {
                    let next = scratch.at("next");
                    fs::write(&next, format!("made {number}")).unwrap();
                    if fs::hard_link(&next, scratch.at(name)).is_err() {
                        // There is one already: it is written to in place.
                        fs::write(scratch.at(name), format!("made {number}")).unwrap();
                    }
                    fs::remove_file(next).unwrap();
                }
            },
            |scratch, _| {
                let contents = contents(scratch);
                for number in 0..4 {
                    let made = format!("made {number}");
                    assert!(contents.contains(&made), "{made} of {contents:?}");
                }
            },
        );
    }
}

/// Killed at any moment, on a home whose state directory is on another mount:
/// what it has in its private folder there is in the backups after the next
/// run, whichever that is, and the folder is gone.
#[test]
fn what_a_killed_wipe_has_on_another_mount_is_taken_care_of() {
    struct Killed;
    for moment in 0.. {
        let scratch = Scratch::new(&["d/a", "d/e/b", "f/c"]);
        let other = elsewhere(scratch.temp.path());
        std::os::unix::fs::symlink(other.path(), scratch.at(".local")).unwrap();
        let survey = scratch.survey();
        let mut now = 0;
        let meddler = Meddler::new(move || {
            now += 1;
            if now == moment + 1 {
                resume_unwind(Box::new(Killed));
            }
        });
        let wiped = catch_unwind(AssertUnwindSafe(|| scratch.wipe(&survey)));
        drop(meddler);
        let gone = |name: &str| !contents(&scratch).contains(&name.to_owned());
        let before = ["d/a", "d/e/b", "f/c"].map(gone);
        let problems = crate::reconcile::tidy(&scratch.lock(), 0);
        assert_eq!(problems, [""; 0]);
        assert_eq!(["d/a", "d/e/b", "f/c"].map(gone), before, "{moment}");
        let all = walkdir::WalkDir::new(scratch.temp.path()).into_iter();
        let left = all.map(|entry| entry.unwrap().into_path());
        let left = left.filter(|path| path.to_string_lossy().contains(".nhmt-work"));
        assert_eq!(left.count(), 0, "{moment}");
        assert!(!scratch.at(".local/state/nhmt/wiping").exists());
        match wiped {
            Ok(wiped) => {
                assert_eq!((wiped.files, wiped.stayed.len()), (3, 0));
                assert!(moment > 5, "only {moment} moments");
                return;
            }
            Err(payload) if payload.is::<Killed>() => {}
            Err(payload) => resume_unwind(payload),
        }
    }
}

#[test]
fn a_file_without_a_way_back_is_named_and_kept() {
    // Between the move and the look, and after it, the name is taken.
    let scratch = Scratch::new(&["a"]);
    let survey = scratch.survey();
    let (at, calls) = (scratch.at("a"), std::cell::Cell::new(0));
    let meddler = Meddler::new(move || {
        let call = calls.replace(calls.get() + 1);
        // The folders are made first; whichever the call is, the file at the
        // name is never the one that was shown.
        let _ = fs::remove_file(&at);
        fs::write(&at, format!("save {call}")).unwrap();
    });
    let wiped = scratch.wipe(&survey);
    drop(meddler);
    assert_eq!(wiped.files, 0, "{wiped:?}");
    assert_eq!(wiped.stayed.len(), 1);
    assert_eq!(survey.singles(Sort::Size).len(), 1);
}
