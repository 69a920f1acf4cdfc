//! Lets tests be another program that does something just before one of the
//! calls that change names, on the thread of the run itself: so each order of
//! the two can be tried, and tried again.

use std::cell::RefCell;

type Program = Box<dyn FnMut()>;

thread_local!(static PROGRAM: RefCell<Option<Program>> = const { RefCell::new(None) });

/// Called before each call that changes a name.
pub(super) fn moment() {
    // What it does itself is no moment.
    let program = PROGRAM.take();
    if let Some(mut program) = program {
        program();
        PROGRAM.set(Some(program));
    }
}

/// While this lives, the program runs at each moment of this thread.
pub(crate) struct Meddler;

impl Meddler {
    pub(crate) fn new(program: impl FnMut() + 'static) -> Self {
        PROGRAM.set(Some(Box::new(program)));
        Self
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        PROGRAM.set(None);
    }
}
