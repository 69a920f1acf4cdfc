//! A program that appends lines to a file with a block, and opens it by its
//! name for each: every line stays in the file, whatever the order of its calls
//! and nhmt's.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;

use super::super::scratch::{Scratch, Tree};
use super::scenes::{By, Leaf};
use super::{build, to};
use crate::home::meddle::Meddler;

/// What the program does at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    /// Opens the file, writes a line, and closes it.
    Append,
    /// Opens the file.
    Open,
    /// Writes a line to what it has open, and closes that.
    Close,
}

struct Appender {
    at: PathBuf,
    open: Option<File>,
    lines: u32,
}

impl Appender {
    fn open(&self) -> File {
        let file = OpenOptions::new().append(true).open(&self.at);
        file.expect("the file is never gone")
    }

    fn write(&mut self, mut file: File) {
        self.lines += 1;
        writeln!(file, "line {}", self.lines).unwrap();
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Append => {
                let file = self.open();
                self.write(file);
            }
            Act::Open => self.open = Some(self.open()),
            Act::Close => {
                if let Some(file) = self.open.take() {
                    self.write(file);
                }
            }
        }
    }
}

/// The home before and after.
type Scene = (&'static [Leaf], &'static [Leaf]);

const SCENES: [Scene; 4] = [
    (&[], &[("p", "a\n", By::Block)]),
    (&[("p", "a\n", By::Block)], &[("p", "b\n", By::Block)]),
    (&[("p", "a\n", By::Block)], &[("q", "1", By::Link)]),
    (&[("p", "a\n", By::Block)], &[("p", "a\n", By::Top)]),
];

struct Stage {
    home: Scratch,
    old: Tree,
    new: Tree,
}

impl Stage {
    /// Switches with `acts`; gives the number of moments, and what is wrong.
    fn run(&self, acts: &[(usize, Act)]) -> (usize, Option<String>) {
        let root = self.home.home();
        fs::remove_dir_all(&root).unwrap();
        fs::create_dir(&root).unwrap();
        let at = root.join("p");
        fs::write(&at, "mine\n").unwrap();
        let lock = self.home.lock();
        to(&lock, &self.old, None, 2).unwrap();
        let appender = Rc::new(RefCell::new(Appender {
            at: at.clone(),
            open: None,
            lines: 0,
        }));
        let moments = Rc::new(RefCell::new(0));
        let meddler = {
            let (acts, appender, moments) =
                (acts.to_vec(), Rc::clone(&appender), Rc::clone(&moments));
            Meddler::new(move || {
                let now = *moments.borrow();
                *moments.borrow_mut() += 1;
                for (_, act) in acts.iter().filter(|(at, _)| *at == now) {
                    appender.borrow_mut().act(*act);
                }
            })
        };
        to(&lock, &self.new, Some(&self.old.index), 2).unwrap();
        drop(meddler);
        // What it has open still, it closes now.
        appender.borrow_mut().act(Act::Close);
        let text = fs::read_to_string(&at).unwrap();
        let mut expected: Vec<_> = (1..=appender.borrow().lines)
            .map(|number| format!("line {number}"))
            .collect();
        expected.push("mine".into());
        let once = |line: &String| text.lines().filter(|found| found == line).count() == 1;
        let missing: Vec<_> = expected.iter().filter(|line| !once(line)).collect();
        let moments = *moments.borrow();
        let wrong = (!missing.is_empty()).then(|| format!("{acts:?}: {missing:?} in {text:?}"));
        (moments, wrong)
    }
}

#[test]
fn every_line_that_is_appended_stays_in_the_file() {
    use Act::{Append, Close, Open};
    let full = std::env::var("NHMT_PROOFS").is_ok_and(|form| form == "full");
    let (mut runs, mut wrong) = (0, Vec::new());
    for (old, new) in SCENES {
        let home = Scratch::fast();
        let (old, new) = (build(&home, "old", old), build(&home, "new", new));
        let stage = Stage { home, old, new };
        let (all, nothing) = stage.run(&[]);
        assert_eq!(nothing, None);
        for open in 0..all {
            for close in open..all {
                // Again at once, and later.
                for last in (close..all).step_by(if full { 1 } else { 7 }) {
                    let acts = [(open, Open), (close, Close), (last, Append)];
                    wrong.extend(stage.run(&acts).1);
                    runs += 1;
                }
            }
        }
    }
    assert!(runs > 100, "only {runs} orders");
    assert!(
        wrong.is_empty(),
        "{} of {runs} orders, such as\n  {}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n  ")
    );
}
