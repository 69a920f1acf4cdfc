//! Brings files to what is declared, after the pivot.
//!
//! Each file is put in place by one exchange with a file that is whole and on
//! the disk. What comes out is looked at: when it is not what the new file was
//! made from, or somebody still writes to it, it is put back, and the file is
//! read again. So a program may save at any moment, in any way, and nothing of
//! it is lost.

use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;

use super::back::{Staged, is_expected, is_of_another, is_written, put_back};
use super::decide::{Act, Case, Decision, Fresh, Old};
use super::look::look;
use super::make::{parent, stage};
use super::memory::{Kind, Record, Stamp, Written};
use super::plan::Step;
use super::work::{Folders, is_free};
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError, Parent};
use crate::manifest::{Digest, HomePath, Method};
use crate::reconcile::error::cannot_move;
use crate::reconcile::plan::Plan;
use crate::reconcile::run::Run;
use crate::reconcile::work::Slot;

/// So often a file is read anew because somebody wrote to it meanwhile.
const ATTEMPTS: u32 = 6;

/// How one attempt went.
enum Outcome {
    /// The file is as it should be.
    Done,
    /// Somebody changed the file, or has it open.
    Again,
}

impl Run<'_> {
    /// Brings the files of `plan` to what the home tree `tree` declares; gives
    /// what could not be done, one sentence each.
    pub(in crate::reconcile) fn write_files(&mut self, plan: &Plan, tree: &Path) -> Vec<String> {
        if plan.files.is_empty() {
            return Vec::new();
        }
        let mut problems = Vec::new();
        let done = Written::read(self.home).and_then(|written| {
            let place = self.home.layout().state();
            let folders = Folders::open(&self.state).at_path("write to", place)?;
            let mut writer = Writer {
                tree,
                before: written.clone(),
                written,
                folders,
                ahead: true,
            };
            let done = writer.write(self, plan, &mut problems);
            writer.folders.clean();
            done
        });
        problems.extend(done.err().map(|error| error.to_string()));
        problems
    }
}

struct Writer<'a> {
    tree: &'a Path,
    /// The memory before this run, by which is decided.
    before: Written,
    /// The memory as it is on the disk.
    written: Written,
    folders: Folders,
    /// The memory on the disk is behind.
    ahead: bool,
}

impl Writer<'_> {
    fn write(
        &mut self,
        run: &mut Run<'_>,
        plan: &Plan,
        problems: &mut Vec<String>,
    ) -> Result<(), HomeError> {
        let place = run.home.layout().state();
        let left = self.folders.left(run.home, &self.written);
        for left in left.at_path("look into", &place)? {
            left.settle(run, &self.written)?;
        }
        self.announce(run, &plan.files)?;
        let mut settled: Vec<(HomePath, Option<Record>)> = Vec::new();
        let (gone, wanted): (Vec<_>, Vec<_>) =
            plan.files.iter().partition(|step| step.want.is_none());
        for (number, step) in gone.iter().chain(&wanted).enumerate() {
            if number == gone.len() && number > 0 {
                self.folders.clean_beside();
                run.leave(plan)?;
            }
            match self.bring(run, step) {
                Ok(after) => settled.push((step.path.clone(), after)),
                Err(problem) => problems.push(problem),
            }
        }
        if !gone.is_empty() {
            self.folders.clean_beside();
            run.leave(plan)?;
        }
        // Only when everything is on the disk may the memory forget what was.
        run.synced += run
            .touched
            .sync()
            .at_path("bring to the disk", run.home.layout().home())?;
        for (path, after) in settled {
            let after = after.map(|after| Record {
                stamp: stamp(run, &path),
                ..after
            });
            self.written.set(&path, after);
        }
        self.written.write(run.home, &run.state)
    }

    /// Remembers beforehand what may come, and the directories to make.
    fn announce(&mut self, run: &mut Run<'_>, steps: &[Step]) -> Result<(), HomeError> {
        let mut new_directories = false;
        for step in steps {
            if let Ok(decision) = self.decide(run, step) {
                self.remember(&step.path, &decision);
                if let Act::Put(..) = decision.act
                    && let Ok(Parent::Blocked { length, .. }) =
                        run.home.walker().parent_of(&step.path)
                {
                    let missing = step.path.ancestors();
                    for dir in missing.filter(|dir| dir.as_bytes().len() >= length) {
                        new_directories |= run.made.add(dir);
                    }
                }
            }
        }
        if new_directories {
            run.made.write(run.home, &run.state)?;
        }
        self.written.write(run.home, &run.state)?;
        self.ahead = false;
        Ok(())
    }

    fn decide(&self, run: &Run<'_>, step: &Step) -> Result<Decision, HomeError> {
        let case = Case {
            home: run.home,
            tree: self.tree,
            path: &step.path,
            want: step.want.as_ref(),
            known: self.before.get(&step.path),
            consent: step.consent,
        };
        case.decide(&look(run.home, &step.path)?)
    }

    /// Puts what a decision may lead to into the memory, beside what is there.
    fn remember(&mut self, path: &HomePath, decision: &Decision) {
        let known = self.written.get(path);
        let mut ahead = match (&decision.after, known) {
            (Some(after), known) => after.beside(known),
            (None, Some(known)) => known.clone(),
            (None, None) => return,
        };
        if let Act::Put(fresh, old, _) = &decision.act {
            let fresh = match fresh {
                Fresh::Text(text) => Some(Digest::of(text.as_bytes())),
                Fresh::Declared => decision
                    .after
                    .as_ref()
                    .and_then(|after| after.contents.first().copied()),
            };
            let old = match old {
                Old::Known(digest) => Some(*digest),
                _ => None,
            };
            for digest in fresh.into_iter().chain(old) {
                if !ahead.leaving.contains(&digest) {
                    ahead.leaving.push(digest);
                }
            }
        }
        if known != Some(&ahead) {
            self.ahead = true;
            self.written.set(path, Some(ahead));
        }
    }

    /// Brings one file to what is declared; gives what is remembered of it.
    fn bring(&mut self, run: &mut Run<'_>, step: &Step) -> Result<Option<Record>, String> {
        let mut pause = Duration::from_millis(5);
        for _ in 0..ATTEMPTS {
            let decision = self.decide(run, step).map_err(|error| error.to_string())?;
            if let Some((top, kind, detail)) = &decision.conflict
                && decision.act == Act::Leave
            {
                let detail = detail
                    .as_ref()
                    .map_or_else(String::new, |text| format!(" ({text})"));
                return Err(format!(
                    "~/{top} {}{detail}; ~/{} was left as it is",
                    kind.sentence(),
                    step.path
                ));
            }
            self.remember(&step.path, &decision);
            if self.ahead {
                self.written
                    .write(run.home, &run.state)
                    .map_err(|error| error.to_string())?;
                self.ahead = false;
            }
            let outcome = match &decision.act {
                Act::Leave => return Ok(decision.after),
                Act::Put(fresh, old, mode) => self.put(run, step, fresh, old, *mode),
                Act::Remove(content) => self.remove(run, &step.path, *content),
            };
            match outcome.map_err(|error| error.to_string())? {
                Outcome::Done => return Ok(decision.after),
                Outcome::Again => std::thread::sleep(pause),
            }
            pause *= 2;
        }
        Err(if is_of_another(run, &step.path) {
            format!(
                "~/{} is another user's, whose programs may be writing to it, and was left as it \
                 is\n  make it your own, or do not declare it",
                step.path
            )
        } else {
            format!(
                "~/{} is being written by another program, and was left as it is\n  run the \
                 command again when that program is done",
                step.path
            )
        })
    }

    fn put(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        fresh: &Fresh,
        old: &Old,
        mode: Option<u32>,
    ) -> Result<Outcome, HomeError> {
        let path = &step.path;
        let dir = parent(run, path)?;
        let mut beside = false;
        loop {
            let slot = self
                .folders
                .slot(&dir, path, beside)
                .at("write beside", path)?;
            if !is_free(&slot).at("write beside", path)? {
                run.keep_held(path, &slot)?;
            }
            let mut staged = stage(self.tree, &dir, &slot, path, (fresh, old, mode))?;
            if let Fresh::Text(text) = fresh
                && self.is_of_lines(step)
            {
                staged.lines = Some(text.clone());
            }
            // What comes out would have to go back in, and programs would see
            // the new file meanwhile.
            if is_written(&dir, path, old) {
                slot.dir.unlink(&slot.name).at("clean up for", path)?;
                return Ok(Outcome::Again);
            }
            let moved = if *old == Old::Absent {
                slot.dir
                    .move_in(&slot.name, &dir, path.name())
                    .map(|()| Exchange::AtOnce)
            } else {
                dir.exchange(path.name(), &slot.dir, &slot.name)
            };
            match moved {
                Ok(how) => {
                    let touched = dir.again().and_then(|dir| run.touched.add(Some(dir)));
                    touched.at("open the directory of", path)?;
                    if how != Exchange::AtOnce {
                        run.note_steps(path);
                    }
                    if *old == Old::Absent {
                        return Ok(Outcome::Done);
                    }
                    return Self::inspect(run, &dir, path, &slot, old, how, &staged);
                }
                Err(errno) => {
                    slot.dir.unlink(&slot.name).at("clean up for", path)?;
                    match errno {
                        Errno::XDEV if !beside => beside = true,
                        // The folder beside it is on the same mount.
                        Errno::XDEV => return Err(cannot_move(path)),
                        Errno::EXIST | Errno::NOENT => return Ok(Outcome::Again),
                        errno => return Err(errno).at("put in place", path),
                    }
                }
            }
        }
    }

    /// Whether programs append lines to the file, and know nothing of the rest.
    fn is_of_lines(&self, step: &Step) -> bool {
        let known = self.before.get(&step.path);
        step.want.as_ref().map_or_else(
            || known.is_some_and(|known| known.kind == Kind::Block),
            |want| matches!(want.method, Method::Block { .. }),
        )
    }

    /// Looks at what came out, and settles it.
    fn inspect(
        run: &mut Run<'_>,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
        old: &Old,
        how: Exchange,
        staged: &Staged,
    ) -> Result<Outcome, HomeError> {
        let expected = is_expected(run, path, slot, old).at("look at what was at", path)?;
        if let Exchange::Overtaken(aside) = how {
            // What is at the name is another's; the new file is not in place.
            slot.dir.unlink(&aside).at("clean up for", path)?;
            match old {
                Old::OwnLink if expected => {
                    slot.dir.unlink(&slot.name).at("clean up for", path)?;
                }
                // Also what is known: what of it is a program's was in the new
                // file alone.
                _ => run.put_back_or_keep(dir, path, slot)?,
            }
            return Ok(Outcome::Again);
        }
        if !expected {
            put_back(run, dir, path, slot, staged)?;
            return Ok(Outcome::Again);
        }
        match old {
            Old::Kept(_) | Old::Foreign => run.keep_held(path, slot)?,
            _ => slot.dir.unlink(&slot.name).at("clean up for", path)?,
        }
        Ok(Outcome::Done)
    }

    fn remove(
        &mut self,
        run: &mut Run<'_>,
        path: &HomePath,
        content: Digest,
    ) -> Result<Outcome, HomeError> {
        let dir = match run.home.walker().parent_of(path)? {
            Parent::Open(dir) => dir.again().at("open the directory of", path)?,
            Parent::Blocked { .. } => return Ok(Outcome::Done),
        };
        let mut beside = false;
        let slot = loop {
            let slot = self
                .folders
                .slot(&dir, path, beside)
                .at("write beside", path)?;
            if !is_free(&slot).at("write beside", path)? {
                run.keep_held(path, &slot)?;
            }
            match dir.move_out(path.name(), &slot.dir, &slot.name) {
                Ok(()) => break slot,
                Err(Errno::XDEV) if !beside => beside = true,
                Err(Errno::NOENT) => return Ok(Outcome::Done),
                Err(errno) => return Err(errno).at("remove", path),
            }
        };
        let touched = dir.again().and_then(|dir| run.touched.add(Some(dir)));
        touched.at("open the directory of", path)?;
        if is_expected(run, path, &slot, &Old::Known(content)).at("look at what was at", path)? {
            slot.dir.unlink(&slot.name).at("remove", path)?;
            return Ok(Outcome::Done);
        }
        match slot.dir.move_in(&slot.name, &dir, path.name()) {
            Ok(()) => {}
            Err(Errno::EXIST) => run.keep_held(path, &slot)?,
            Err(errno) => return Err(errno).at("put back", path),
        }
        Ok(Outcome::Again)
    }
}

/// What tells that the file at `path` was not touched since.
fn stamp(run: &Run<'_>, path: &HomePath) -> Option<Stamp> {
    match run.home.walker().parent_of(path) {
        Ok(Parent::Open(dir)) => dir.stat(path.name()).ok().map(|stat| Stamp::of(&stat)),
        _ => None,
    }
}
