//! Adoption across mounts: a copy is published in the root, the source becomes
//! a backup, and what changes in it meanwhile follows. The argument stands
//! above [`Run::persist`].

use std::ffi::OsStr;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::adopt::kind_of;
use super::error::ReconcileError;
use super::plan::RouteStep;
use super::run::Run;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError};
use crate::state::{self, Published, Record, Root, direct, follow, publish};

/// So often a copy follows its source before that is put aside.
const PASSES: usize = 5;

/// A source that was copied, and is kept in the backups.
#[derive(Debug)]
pub(super) struct Copied {
    step: RouteStep,
    /// The set in which the source is.
    set: String,
}

impl Run<'_> {
    pub(super) fn adopt_by_copy(
        &mut self,
        step: &RouteStep,
        root: &Root,
        parent: &Dir,
        dir: &Dir,
    ) -> Result<(), ReconcileError> {
        let path = &step.path;
        let mut record = match publish(root, path, (dir, path.name()), parent)? {
            Published::Done(record) => record,
            Published::InMotion => return Err(ReconcileError::InMotion(path.clone())),
            Published::Taken => return Err(ReconcileError::Changed(path.clone())),
        };
        let moved = Self::catch_up(&mut record, root, (dir, path.name()), parent);
        let moved = moved.and_then(|()| self.move_source(step, &mut record, root, parent, dir));
        if moved.is_err() {
            // The source is where it was; what of the copy is nhmt's goes.
            state::unpublish(root, &record)?;
            self.sweep_root(root)?;
        }
        moved
    }

    /// Follows the source until nothing in it changes.
    fn catch_up(
        record: &mut Record,
        root: &Root,
        source: (&Dir, &OsStr),
        parent: &Dir,
    ) -> Result<(), ReconcileError> {
        let mut busy = record.path().clone();
        for _ in 0..PASSES {
            let followed = match follow(root, record, source, parent) {
                // Another program has removed it.
                Err(_) if matches!(source.0.stat(source.1), Err(Errno::NOENT)) => {
                    return Err(ReconcileError::Changed(record.path().clone()));
                }
                followed => followed?,
            };
            if !followed.apart.is_empty() {
                return Err(ReconcileError::Changed(record.path().clone()));
            }
            if followed.changed == 0 {
                return Ok(());
            }
            if let Ok(below) = record.path().join(&followed.last) {
                busy = below;
            }
        }
        Err(ReconcileError::InMotion(busy))
    }

    /// Puts the direct link in the place of the source, which goes to the
    /// backups.
    fn move_source(
        &mut self,
        step: &RouteStep,
        record: &mut Record,
        root: &Root,
        parent: &Dir,
        dir: &Dir,
    ) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let changed = || ReconcileError::Changed(path.clone());
        let slot = self
            .work
            .slot_for_source(dir, path)
            .at("write beside", path)?;
        let link = direct(&root.at(path));
        let linked = slot.dir.symlink(&link[..], &slot.name);
        linked.at("make the link", path)?;
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce) => {}
            Ok(Exchange::InSteps) => self.note_steps(path),
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                slot.dir.unlink(&aside).at("clean up for", path)?;
                self.put_back_or_keep(dir, path, &slot)?;
                return Err(changed());
            }
            Err(errno) => {
                slot.dir.unlink(&slot.name).at("clean up for", path)?;
                return match errno {
                    Errno::NOENT => Err(changed()),
                    errno => Err(errno).at("adopt", path)?,
                };
            }
        }
        let came = slot.dir.stat(&slot.name);
        if came.is_ok_and(|came| FileType::from_raw_mode(came.st_mode) != kind_of(route.kind)) {
            return match self.give_back(dir, path, &slot) {
                Ok(()) => Err(changed()),
                // The path yields the copy, and theirs is kept.
                Err(error) => {
                    self.meddled.push(error.to_string());
                    Ok(())
                }
            };
        }
        // From here on the path yields the copy, so that nothing stops this.
        if let Err(error) = dir.sync().at("bring to the disk", path) {
            self.meddled.push(error.to_string());
        }
        self.follow_once(record, root, (&slot.dir, &slot.name), parent);
        let kept = self.kept.len();
        self.keep_held(path, &slot).unwrap_or_else(|error| {
            self.meddled.push(error.to_string());
        });
        if let Some((set, _)) = self.kept.get(kept) {
            self.copied.push(Copied {
                step: step.clone(),
                set: set.clone(),
            });
        }
        Ok(())
    }

    /// Once more; what cannot be brought over is named.
    fn follow_once(
        &mut self,
        record: &mut Record,
        root: &Root,
        source: (&Dir, &OsStr),
        parent: &Dir,
    ) {
        match follow(root, record, source, parent) {
            Ok(followed) => self.meddled.extend(followed.apart.iter().map(|below| {
                format!(
                    "{} was changed in two places while it moved to {}; what is there stays, the \
                     other is in nhmt's backups",
                    state::shown(record, below),
                    root.place().display()
                )
            })),
            Err(error) => {
                self.meddled.push(error.to_string());
                // What somebody saved in between goes to the backups.
                if let Err(error) = self.sweep_root(root) {
                    self.meddled.push(error.to_string());
                }
            }
        }
    }

    /// The last look at the sources of copies, at the end of a run.
    pub(super) fn follow_sources(&mut self) {
        for Copied { step, set } in std::mem::take(&mut self.copied) {
            let RouteStep { path, route } = &step;
            let place = self.home.layout().backups().join(&set);
            let followed = self.follow_source(&step, &set);
            match followed {
                Ok(true) => {}
                Ok(false) => self.meddled.push(format!(
                    "a program still has something of ~/{path} open as it was before it moved to \
                     {}; what it writes goes to {}",
                    route.place(path).display(),
                    place.join(path.as_path()).display()
                )),
                Err(error) => self.meddled.push(error.to_string()),
            }
        }
    }

    /// `false`: somebody may still write to the source.
    fn follow_source(&mut self, step: &RouteStep, set: &str) -> Result<bool, HomeError> {
        let RouteStep { path, route } = step;
        let find = self.keeper.find(set, path);
        let Some(source) = find.at("look for the backup of", path)? else {
            return Ok(true);
        };
        let Some(root) = Root::find(&route.root)? else {
            return Ok(true);
        };
        let (Some(parent), Some(mut record)) = (root.parent(path)?, Record::read(&root, path)?)
        else {
            return Ok(true);
        };
        // Asked first: what is written before that follows.
        let at_rest = source.dir.is_at_rest(&source.name);
        let at_rest = at_rest.at("look at the backup of", path)?;
        self.follow_once(&mut record, &root, (&source.dir, &source.name), &parent);
        Record::remove(&root, path)?;
        Ok(at_rest)
    }
}
