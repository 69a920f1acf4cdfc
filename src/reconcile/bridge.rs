//! The bridge: a small tree of links in the state directory, to which the
//! anchor turns while things are moved away. Each path that is about to lose
//! what lies there leads to where that is going, and everything else to the
//! old tree. So from the moment in which a link of ours takes a place in the
//! home until the pivot, a lookup yields there what it did before.
//!
//! ```text
//! bridge-1/tree        the old tree; absent on a first run
//!         /packages    and what else lies in the old tree beside its home
//!         /home/       links into the old tree's home, one for each name at its
//!                      top; directories on the way to what is moved
//! ```
//! Every link in it starts with `/./`, which leads nowhere else than `/` and
//! which nobody else writes: what is in a bridge without it is not nhmt's.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::journal::{Expected, Journal, Move, Place};
use super::pivot::{anchored, pivot, unanchor};
use super::run::Run;
use super::sync::Touched;
use super::work::Slot;
use crate::home::dir::Dir;
use crate::home::{AtPlace, BRIDGE_TREE, HomeDir, HomeError, MARK, Parent, errno, os};
use crate::manifest::HomePath;

impl Run<'_> {
    /// Builds the bridge of `journal` and turns the anchor to it, if it has
    /// one.
    pub(super) fn cross(&mut self, journal: &Journal) -> std::result::Result<(), HomeError> {
        let Some(name) = &journal.bridge else {
            return Ok(());
        };
        let place = self.home.layout().state().join(name);
        let moved = journal.moves.iter();
        let mut moved: Vec<_> = moved
            .filter(|one| one.expected == Expected::Foreign || one.was.is_some())
            .collect();
        moved.sort_by(|a, b| a.path.0.cmp(&b.path.0));
        let mut builder = Builder {
            home: self.home,
            journal,
            old: journal.old_tree(),
            touched: Touched::default(),
        };
        builder
            .build(&self.state, name, &moved)
            .at_path("build the bridge", &place)?;
        let state = self.state.again();
        self.synced += state
            .and_then(|state| builder.touched.add(Some(state)))
            .and_then(|()| builder.touched.sync())
            .at_path("bring to the disk", &place)?;
        pivot(self.home, &self.state, &place)?;
        self.state.sync().at_path("bring to the disk", place)
    }

    /// Turns the anchor back from the bridge, when everything is back.
    pub(super) fn turn_back(&mut self, journal: &Journal) -> std::result::Result<(), HomeError> {
        self.bring_to_disk()?;
        let Some(name) = &journal.bridge else {
            return Ok(());
        };
        let bridge = self.home.layout().state().join(name);
        if anchored(self.home, &self.state)?.as_deref() == Some(&bridge) {
            match journal.old_tree() {
                Some(tree) => pivot(self.home, &self.state, tree)?,
                None => unanchor(self.home, &self.state)?,
            }
            self.state
                .sync()
                .at_path("bring to the disk", self.home.layout().state())?;
        }
        self.clean_bridge(journal)
    }

    /// Removes the bridge, to which the anchor does not lead. What somebody
    /// else made in it goes to the backups.
    pub(super) fn clean_bridge(&mut self, journal: &Journal) -> std::result::Result<(), HomeError> {
        let Some(name) = &journal.bridge else {
            return Ok(());
        };
        let place = self.home.layout().state().join(name);
        let bridge = match self.state.open(os(name)) {
            Err(Errno::NOENT) => return Ok(()),
            bridge => bridge.at_path("clean up", &place)?,
        };
        if anchored(self.home, &self.state)?.as_deref() == Some(&place) {
            return Err(Errno::BUSY).at_path("clean up", place);
        }
        // Names directly in it, which programs do not reach, and the home.
        self.clean_inside(&bridge, None)?;
        self.state.remove_dir(os(name)).at_path("clean up", place)
    }

    /// Removes what is in a directory of the bridge; `path` is the path in the
    /// home that it stands for, once it is known (`Some(None)`: the home).
    #[allow(clippy::option_option, reason = "above the home, and the home itself")]
    fn clean_inside(
        &mut self,
        dir: &Dir,
        path: Option<Option<&HomePath>>,
    ) -> std::result::Result<(), HomeError> {
        let state = self.home.layout().state();
        for (name, kind) in dir.entries().at_path("clean up the bridge in", &state)? {
            let below = match path {
                None if name == "home" => None,
                None | Some(None) => HomePath::new(name.as_bytes()).ok(),
                Some(Some(path)) => path.join(name.as_bytes()).ok(),
            };
            if kind == FileType::Directory {
                let inside = dir.open(&name).at_path("clean up the bridge in", &state)?;
                self.clean_inside(&inside, Some(below.as_ref()))?;
                dir.remove_dir(&name)
                    .at_path("clean up the bridge in", &state)?;
                continue;
            }
            let folder = self.work.in_state().at_path("write to", &state)?;
            let slot = self.work.slot_in(&folder);
            dir.move_out(&name, &slot.dir, &slot.name)
                .at_path("clean up the bridge in", &state)?;
            if is_marked(&slot).at_path("clean up the bridge in", &state)? {
                slot.dir
                    .unlink(&slot.name)
                    .at_path("clean up the bridge in", &state)?;
            } else if let Some(path) = below {
                self.keep_held(&path, &slot)?;
            }
        }
        Ok(())
    }
}

/// Whether what is in `slot` is a link of a bridge.
pub(super) fn is_marked(slot: &Slot) -> Result<bool> {
    match slot.dir.read_link(&slot.name) {
        Ok(target) => Ok(target.as_bytes().starts_with(MARK)),
        Err(Errno::INVAL) => Ok(false),
        Err(errno) => Err(errno),
    }
}

struct Builder<'a> {
    home: &'a HomeDir,
    journal: &'a Journal,
    old: Option<&'a Path>,
    touched: Touched,
}

impl Builder<'_> {
    fn build(&mut self, state: &Dir, name: &str, moved: &[&Move]) -> Result<()> {
        state.make(os(name), 0o700)?;
        let bridge = state.open(os(name))?;
        let mut home = None;
        if let Some(tree) = self.old {
            link(&bridge, os(BRIDGE_TREE), tree)?;
            // A tree that is gone has nothing to lead to.
            if let Ok(old) = Dir::open_path(tree) {
                for (name, _) in old.entries()? {
                    if name != "home" && name != BRIDGE_TREE {
                        link(&bridge, &name, &tree.join(&name))?;
                    }
                }
                home = old
                    .open(os("home"))
                    .ok()
                    .map(|dir| (dir, tree.join("home")));
            }
        }
        bridge.make(os("home"), 0o700)?;
        let inside = bridge.open(os("home"))?;
        self.level(&inside, home.as_ref(), 0, moved)?;
        self.touched.add(Some(inside))?;
        self.touched.add(Some(bridge))
    }

    /// Fills one directory: `old` is the same in the old tree, `depth` the
    /// length of its path with the slash, `moved` what is moved below it.
    fn level(
        &mut self,
        into: &Dir,
        old: Option<&(Dir, PathBuf)>,
        depth: usize,
        moved: &[&Move],
    ) -> Result<()> {
        let name_of = |one: &Move| {
            let rest = &one.path.0.as_bytes()[depth..];
            let end = rest.iter().position(|&b| b == b'/').unwrap_or(rest.len());
            OsStr::from_bytes(&rest[..end]).to_owned()
        };
        let groups: Vec<&[&Move]> = moved.chunk_by(|a, b| name_of(a) == name_of(b)).collect();
        if let Some((dir, place)) = old {
            for (name, _) in dir.entries()? {
                if !groups.iter().any(|group| name_of(group[0]) == name) {
                    link(into, &name, &place.join(&name))?;
                }
            }
        }
        for group in groups {
            let name = name_of(group[0]);
            let end = depth + name.len();
            if group[0].path.0.as_bytes().len() == end {
                self.moved(into, &name, group[0])?;
                continue;
            }
            into.make(&name, 0o700)?;
            let inside = into.open(&name)?;
            let below = old.and_then(|(dir, place)| {
                let dir = dir.open_following(Path::new(&name)).ok()?;
                Some((dir, place.join(&name)))
            });
            self.level(&inside, below.as_ref(), end + 1, group)?;
            self.touched.add(Some(inside))?;
        }
        Ok(())
    }

    /// What is at the path of `one` now, as it is found in its slot soon.
    fn moved(&mut self, into: &Dir, name: &OsStr, one: &Move) -> Result<()> {
        let path = &one.path.0;
        if let Some(was) = &one.was {
            let old = self.old.map(|tree| tree.join("home").join(was.0.as_path()));
            return match old.map_or(Ok(()), |old| link(into, name, &old)) {
                // A bridge on such a filesystem has both names at once.
                Err(Errno::EXIST) => Ok(()),
                made => made,
            };
        }
        let slot = self.slot(one);
        let parent = match self.home.walker().parent_of(path) {
            Ok(Parent::Open(dir)) => dir.again()?,
            Ok(Parent::Blocked { .. }) => return Err(Errno::NOTDIR),
            Err(error) => return Err(errno(&error.source)),
        };
        let place = self.home.layout().home().join(path.as_path());
        let above = place.parent().unwrap_or(&place).to_owned();
        self.show(into, name, &parent, path.name(), &slot, &above)
    }

    /// Shows in the bridge what is at `name` in `from` and will be at `slot`;
    /// `above` is the place of `from` in the home.
    fn show(
        &mut self,
        into: &Dir,
        new: &OsStr,
        from: &Dir,
        name: &OsStr,
        slot: &Path,
        above: &Path,
    ) -> Result<()> {
        let kind = match from.stat(name) {
            // Gone meanwhile: the exchange will notice.
            Err(Errno::NOENT) => return Ok(()),
            stat => FileType::from_raw_mode(stat?.st_mode),
        };
        if kind == FileType::Symlink {
            let target = self.resolve(&from.read_link(name)?, above);
            return match target {
                Some(target) => link(into, new, &target),
                None => Ok(()),
            };
        }
        if kind != FileType::Directory || !self.has_links(from, name) {
            return link(into, new, slot);
        }
        let inside = from.open(name)?;
        into.make(new, 0o700)?;
        let shown = into.open(new)?;
        let above = above.join(name);
        for (name, _) in inside.entries()? {
            self.show(&shown, &name, &inside, &name, &slot.join(&name), &above)?;
        }
        self.touched.add(Some(shown))
    }

    /// Whether a link somewhere in the directory would lead elsewhere when it
    /// is moved, or leads through the anchor, to the bridge.
    fn has_links(&self, from: &Dir, name: &OsStr) -> bool {
        let inside = from.open(name).and_then(|dir| Ok((dir.entries()?, dir)));
        let Ok((entries, inside)) = inside else {
            return false;
        };
        entries.iter().any(|(name, kind)| match kind {
            FileType::Symlink => inside.read_link(name).is_ok_and(|target| {
                let up = |part| part == Component::ParentDir;
                self.home.is_own_target(target.as_bytes())
                    || Path::new(&target).components().any(up)
            }),
            FileType::Directory => self.has_links(&inside, name),
            _ => false,
        })
    }

    /// Where a link in `above` leads, as an absolute path, before the anchor
    /// turns. `None`: nowhere.
    fn resolve(&self, target: &OsString, above: &Path) -> Option<PathBuf> {
        let mut place = above.to_owned();
        let mut parts = Path::new(target).components().peekable();
        // The directories above are real ones.
        while parts.next_if_eq(&Component::ParentDir).is_some() {
            place.pop();
        }
        place.extend(parts);
        match place.strip_prefix(self.home.layout().anchor()) {
            Ok(rest) => self.old.map(|tree| tree.join(rest)),
            Err(_) => Some(place),
        }
    }

    /// Where the slot of `one` is.
    fn slot(&self, one: &Move) -> PathBuf {
        let (layout, path) = (self.home.layout(), one.path.0.as_path());
        let work = &self.journal.work;
        match &one.slot {
            Place::Backup(set) => layout.backups().join(set).join(path),
            Place::Work(name) => layout.state().join("work").join(work).join(name),
            Place::Beside(name) => {
                let mut place = layout.home().join(path);
                place.set_file_name(format!(".nhmt-work-{work}"));
                place.join(name)
            }
        }
    }
}

fn link(into: &Dir, name: &OsStr, target: &Path) -> Result<()> {
    let mut marked = MARK.to_vec();
    let bytes = target.as_os_str().as_bytes();
    marked.extend_from_slice(bytes.strip_prefix(b"/").unwrap_or(bytes));
    into.symlink(OsStr::from_bytes(&marked), name)
}
