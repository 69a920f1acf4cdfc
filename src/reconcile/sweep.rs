//! What a run that was cut off has left in its private folders.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use rustix::io::Errno;

use super::aside::{discard_tree, is_own_link};
use super::bridge::is_marked;
use super::discard::{belongs_to, contains};
use super::journal::{Move, Place};
use super::left::tag_of_left;
use super::once::is_stored;
use super::recover::Trees;
use super::run::Run;
use super::work::{Slot, is_staged, tag, tag_of_source};
use crate::home::{AtPlace, HomeError, Parent, aside_of};
use crate::manifest::HomePath;

impl Run<'_> {
    /// Deals with what was in the private folders on its way out of the home:
    /// links of ours go, and what is not ours goes back.
    pub(super) fn sweep(&mut self, trees: &Trees, moves: &[Move]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut note = |done: Result<(), HomeError>| {
            if let Err(error) = done {
                problems.push(error.to_string());
            }
        };
        note(self.find_folders(trees));
        let names = trees.paths().flat_map(|path| {
            let tag = tag(path);
            [(aside_of(&tag), path), (tag, path)]
        });
        let tags: BTreeMap<_, _> = names.collect();
        for folder in self.work.folders() {
            let state = self.home.layout().state();
            let entries = match folder
                .entries()
                .at_path("look into a private folder of", state)
            {
                Ok(entries) => entries,
                Err(error) => {
                    note(Err(error));
                    continue;
                }
            };
            for (name, _) in entries {
                // The numbers are slots of the journal.
                let number =
                    name.len() < 16 && name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
                if !number {
                    let tag = tag_of_left(&name).or_else(|| tag_of_source(&name));
                    let tag = tag.unwrap_or(&name);
                    let path = tags.get(tag).copied();
                    note(self.sweep_one(&Slot::new(&folder, name), path, moves));
                }
            }
        }
        problems
    }

    /// Opens the private folders of the run.
    fn find_folders(&mut self, trees: &Trees) -> Result<(), HomeError> {
        let state = self.home.layout().state();
        self.work.find_in_state().at_path("look into", state)?;
        let mut walker = self.home.walker();
        let mut last = None;
        for path in trees.paths() {
            let parent = path.parent();
            if last.as_ref() == Some(&parent) {
                continue;
            }
            last = Some(parent);
            if let Parent::Open(dir) = walker.parent_of(path)? {
                self.work.find_beside(dir).at("look beside", path)?;
            }
        }
        Ok(())
    }

    /// A part of what is in the slot `of`, on its way out because it is in the
    /// copy, too.
    fn sweep_part(
        &mut self,
        slot: &Slot,
        of: &OsStr,
        moves: &[Move],
        name: &HomePath,
    ) -> Result<(), HomeError> {
        let of = |one: &&Move| matches!(&one.slot, Place::Beside(slot) if of == slot.as_str());
        let Some((one, set)) = moves
            .iter()
            .find(of)
            .and_then(|one| Some((one, one.backup.as_ref()?)))
        else {
            return self.keep_held(name, slot);
        };
        let path = &one.path.0;
        let copied = self.keeper.find(set, path);
        let is_there = copied.and_then(|copied| match copied {
            Some(copied) => contains(&copied.dir, &copied.name, slot),
            None => Ok(false),
        });
        if is_there.at("look for the copy of", path)? {
            return slot.dir.unlink(&slot.name).at("remove what was at", path);
        }
        self.keep_held(path, slot)
    }

    fn sweep_one(
        &mut self,
        slot: &Slot,
        path: Option<&HomePath>,
        moves: &[Move],
    ) -> Result<(), HomeError> {
        let shown = HomePath::new([b"recovered/", slot.name.as_encoded_bytes()].concat());
        let shown = shown.unwrap_or_else(|_| HomePath::new("recovered").expect("a name"));
        if tag_of_source(&slot.name).is_some() {
            let own = is_own_link(self.home, &slot.dir, &slot.name);
            if own.at("look at what was in", &shown)? {
                return slot.dir.unlink(&slot.name).at("remove the link in", &shown);
            }
            return self.keep_held(path.unwrap_or(&shown), slot);
        }
        let name = path.unwrap_or(&shown);
        if tag_of_left(&slot.name).is_some() {
            return match path {
                Some(path) if self.settle_left(path, slot)? => Ok(()),
                path => self.keep_held(path.unwrap_or(&shown), slot),
            };
        }
        if is_stored(&slot.name) {
            return self.settle_stored(name, slot);
        }
        if let Some(of) = belongs_to(&slot.name) {
            return self.sweep_part(slot, of, moves, name);
        }
        if is_staged(&slot.name) {
            let gone = discard_tree(self.home, &mut self.work, &slot.dir, &slot.name);
            if gone.at("remove what was made for", name)? {
                return Ok(());
            }
            return self.keep_held(name, slot);
        }
        let ours = is_own_link(self.home, &slot.dir, &slot.name)
            .and_then(|own| Ok(own || is_marked(slot)?));
        if ours.at("look at what was at", name)? {
            return slot.dir.unlink(&slot.name).at("remove the link of", name);
        }
        let Some(path) = path else {
            return self.keep_held(name, slot);
        };
        let Some(dir) = self.find_parent(path)? else {
            return self.keep_held(path, slot);
        };
        match slot.dir.move_in(&slot.name, &dir, path.name()) {
            Err(Errno::EXIST) => {}
            done => return done.at("put back", path),
        }
        if is_own_link(self.home, &dir, path.name()).at("look at", path)? {
            self.give_back(&dir, path, slot)
        } else {
            self.keep_held(path, slot)
        }
    }
}
