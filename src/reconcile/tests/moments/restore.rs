//! A program acts just before the calls of `nhmt backups restore`.

use std::cell::RefCell;
use std::fs;
use std::rc::Rc;

use super::super::scratch::{Scratch, path};
use super::meddling;
use super::program::{Act, Program};
use crate::home::plain;
use crate::manifest::OnConflict;
use crate::reconcile::{BackupError, Backups, tidy};

/// Restores what was at `p`, a file or a directory, over our link; gives how
/// many moments there were, and whether something stays in a private folder.
fn restore(directory: bool, acts: &[(usize, Act)]) -> (usize, bool) {
    let mut home = Scratch::fast();
    let mine = if directory { "p/in/side" } else { "p" };
    home.write(mine, "mine");
    let tree = home.tree(&[("p", "1")]);
    home.switch(&tree, OnConflict::Backup).unwrap();
    let program = Rc::new(RefCell::new(Program::new(home.home(), home.root(), "p")));
    let act = {
        let (acts, program) = (acts.to_vec(), Rc::clone(&program));
        move |now| {
            for (_, act) in acts.iter().filter(|(at, _)| *at == now) {
                program.borrow_mut().act(*act);
            }
        }
    };
    let lock = home.lock();
    let (all, done) = meddling(act, || Backups::restore(&lock, "1", &path("p")));
    let shown = format!("{acts:?}, directory: {directory}: {done:?}");
    let lost = program.borrow().lost();
    assert!(lost.is_empty(), "{shown}: lost {lost:?}");
    let kept = home.layout().backups().join("1").join(mine);
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine", "{shown}");
    if acts.is_empty() {
        assert!(done.is_ok(), "{shown}");
        assert_eq!(home.read(mine), "mine");
    }
    let Err(error @ BackupError::Held { place, .. }) = &done else {
        home.check_over();
        return (all, false);
    };
    assert!(fs::read_dir(place).unwrap().count() > 0, "{shown}");
    let text = error.to_string();
    assert!(text.contains("`nhmt doctor --repair`") && text.contains(place.to_str().unwrap()));
    drop(lock);
    // The next command takes it to the backups.
    assert_eq!(tidy(&home.lock(), 1), [""; 0], "{shown}");
    home.check_over();
    assert!(program.borrow().lost().is_empty(), "{shown}");
    (all, true)
}

#[test]
fn nothing_is_lost_whenever_a_program_acts_while_a_backup_is_restored() {
    use Act::{Remove, Save, Write};
    for forced in [false, true] {
        let _forced = forced.then(plain::Forced::new);
        for directory in [false, true] {
            let all = restore(directory, &[]).0 + 6;
            let mut held = 0;
            for first in 0..all {
                for a in [Save, Remove] {
                    restore(directory, &[(first, a)]);
                    for second in first..all {
                        for b in [Save, Remove, Write] {
                            held += usize::from(restore(directory, &[(first, a), (second, b)]).1);
                        }
                    }
                }
            }
            assert!(held > 0, "directory: {directory}, in steps: {forced}");
        }
    }
}
