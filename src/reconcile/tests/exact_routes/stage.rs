//! A home with two roots, what programs do in it, and switches that are held
//! to the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::super::filesystem::elsewhere;
use super::super::scratch::{Scratch, Tree, path};
use super::model::{At, BESIDE, Declared, INSIDE, Model, PATHS, Thing, is_directory};
use crate::manifest::{Digest, Entry, Index, LeafKind, OnConflict, Route, RouteKind, RouteMethod};
use crate::reconcile::ReconcileError;

/// What another program does at a persisted path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Act {
    /// Data in the home, in place of the link.
    Data,
    /// The same data as the root has.
    Equal(usize),
    /// An empty directory.
    Empty,
    /// A file where a directory is to be, and the reverse.
    Other,
    Foreign,
    Plain(usize),
    Direct(usize),
    /// The link goes.
    Remove,
    /// Data in a root that has none.
    InRoot(usize),
    /// A file more in the directory, wherever it is.
    Write,
}

/// A home with two roots.
pub(super) struct Stage {
    pub(super) home: Scratch,
    roots: [PathBuf; 2],
    _far: Option<tempfile::TempDir>,
    copies: [bool; 2],
    since: [[Option<u64>; 2]; 4],
}

impl Stage {
    pub(super) fn new(far: bool, steps: bool) -> Self {
        let home = Scratch::fast();
        let other = far.then(|| elsewhere(&home.home()));
        let beside = |name: &str| home.home().with_file_name(name);
        Self {
            roots: [
                beside("one"),
                other
                    .as_ref()
                    .map_or_else(|| beside("two"), |other| other.path().join("two")),
            ],
            _far: other,
            copies: [steps, steps || far],
            since: [[None; 2]; 4],
            home,
        }
    }

    /// The place of a path in a root.
    fn place(&self, root: usize, number: usize) -> PathBuf {
        self.roots[root].join(PATHS[number])
    }

    /// A tree with these routes, whose managed files have this text.
    pub(super) fn tree(&self, name: &str, declared: &Declared) -> Tree {
        let at = self.home.home().with_file_name(name);
        let mut entries = Vec::new();
        let mut leaf = |entry: Entry| {
            let file = at.join(entry.place_in_tree());
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            match entry.route.as_deref() {
                Some(route) => symlink(route.place(&entry.path), file).unwrap(),
                None => fs::write(file, name).unwrap(),
            }
            entries.push(entry);
        };
        let managed =
            |text: &str| Entry::new(path(text), LeafKind::File, Digest::of(name.as_bytes()));
        leaf(managed(BESIDE));
        for (number, root) in declared.iter().enumerate() {
            let Some(root) = *root else { continue };
            let kind = if is_directory(number) {
                RouteKind::Directory
            } else {
                RouteKind::File
            };
            let route = Route {
                root: self.roots[root].clone(),
                kind,
                method: RouteMethod::Symlink,
                mode: None,
                parent_mode: None,
            };
            leaf(Entry::routed(path(PATHS[number]), route));
            if number == 0 {
                let mut inside = managed(&format!("{}/{INSIDE}", PATHS[0]));
                inside.inside = true;
                leaf(inside);
            }
        }
        let index = Index::new(entries, b"").unwrap();
        index
            .write(fs::File::create(at.join("index")).unwrap())
            .unwrap();
        Tree { index, path: at }
    }

    pub(super) fn look(&self) -> [At; 4] {
        [0, 1, 2, 3].map(|number| At {
            home: self.thing(number, &self.home.at(PATHS[number])),
            roots: [0, 1].map(|root| self.thing(number, &self.place(root, number))),
        })
    }

    fn thing(&self, number: usize, at: &Path) -> Thing {
        if let Ok(target) = fs::read_link(at) {
            if target == self.home.layout().link_target(&path(PATHS[number])) {
                return Thing::Link;
            }
            // As bytes: paths do not differ by a dot.
            let of = |before: &str| {
                (0..2).find(|root| {
                    let place = format!("{before}{}", self.place(*root, number).display());
                    target.as_os_str().as_bytes() == place.as_bytes()
                })
            };
            return match (of("/."), of("")) {
                (Some(root), _) => Thing::Direct(root),
                (_, Some(root)) => Thing::Plain(root),
                _ => Thing::Foreign(target),
            };
        }
        match fs::metadata(at) {
            Err(_) => Thing::Nothing,
            Ok(data) if data.is_file() => Thing::File(fs::read_to_string(at).unwrap()),
            Ok(_) => Thing::Directory(inside(at)),
        }
    }

    /// Every text of anybody's, wherever it is.
    fn texts(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for place in [
            self.home.home(),
            self.roots[0].clone(),
            self.roots[1].clone(),
        ] {
            let files = walkdir::WalkDir::new(place).into_iter().flatten();
            for file in files.filter(|entry| entry.file_type().is_file()) {
                let text = fs::read_to_string(file.path()).unwrap_or_default();
                all.extend(text.starts_with("text ").then_some(text));
            }
        }
        all
    }

    /// What another program does.
    pub(super) fn disturb(&self, acts: &[(usize, Act)], round: usize) {
        for (count, (number, act)) in acts.iter().enumerate() {
            let number = *number;
            let (at, text) = (self.home.at(PATHS[number]), format!("text {round} {count}"));
            let data = |at: &Path, text: &str| {
                let file = if is_directory(number) {
                    at.join("in/file")
                } else {
                    at.to_owned()
                };
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            };
            if let Act::InRoot(root) = act {
                let place = self.place(*root, number);
                let empty = fs::read_dir(&place).map_or(true, |mut all| all.next().is_none());
                if empty && !place.is_file() {
                    data(&place, &text);
                }
                continue;
            }
            if *act == Act::Write {
                if at.is_dir() {
                    fs::write(at.join(&text), &text).unwrap();
                }
                continue;
            }
            if at.is_symlink() {
                fs::remove_file(&at).unwrap();
            }
            if fs::symlink_metadata(&at).is_ok() {
                continue;
            }
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            match act {
                Act::Data => data(&at, &text),
                Act::Equal(root) => {
                    let place = self.place(*root, number);
                    if place.is_dir() {
                        fs::create_dir(&at).unwrap();
                        for (name, text) in inside(&place) {
                            let Some(text) = text else { continue };
                            let file = at.join(name);
                            fs::create_dir_all(file.parent().unwrap()).unwrap();
                            fs::write(file, text).unwrap();
                        }
                    } else if place.is_file() {
                        fs::copy(place, &at).unwrap();
                    }
                }
                Act::Other if is_directory(number) => fs::write(&at, &text).unwrap(),
                Act::Other => fs::create_dir(&at).unwrap(),
                Act::Empty if is_directory(number) => fs::create_dir(&at).unwrap(),
                Act::Foreign => symlink(&text, &at).unwrap(),
                Act::Plain(root) => symlink(self.place(*root, number), &at).unwrap(),
                Act::Direct(root) => {
                    let place = self.place(*root, number);
                    symlink(format!("/.{}", place.display()), &at).unwrap();
                }
                _ => {}
            }
        }
    }

    /// Switches to the generation `number`, whose routes are `new`; gives
    /// whether it was done.
    pub(super) fn switch(
        &mut self,
        (old, new): (&Declared, &Declared),
        tree: &Tree,
        number: u64,
        policy: OnConflict,
    ) -> Result<bool, TestCaseError> {
        let (before, texts) = (self.look(), self.texts());
        let mut since = self.since;
        let models: Vec<_> = (before.iter().zip(&mut since).enumerate())
            .map(|(path, (at, since))| {
                let mut model = Model {
                    number: path,
                    at: at.clone(),
                    since,
                    copies: self.copies,
                    conflict: None,
                    backed_up: false,
                    kept_in_root: false,
                };
                model.switch(old[path], new[path], number, policy);
                model
            })
            .collect();
        let refused: BTreeMap<_, _> = (models.iter())
            .filter_map(|model| Some((path(PATHS[model.number]), model.conflict?)))
            .collect();
        let named = |is: fn(&Model<'_>) -> bool| -> BTreeSet<_> {
            let models = models.iter().filter(|model| is(model));
            models.map(|model| path(PATHS[model.number])).collect()
        };
        self.home.generation = number - 1;
        match self.home.switch(tree, policy) {
            Ok(done) => {
                prop_assert_eq!(refused, BTreeMap::new(), "it was not refused: {:?}", before);
                prop_assert_eq!(done.problems, [""; 0]);
                let after: Vec<_> = models.iter().map(|model| model.at.clone()).collect();
                prop_assert_eq!(&self.look()[..], &after[..], "of {:?}", before);
                let kept: BTreeSet<_> = done.backed_up.into_iter().map(|(_, path)| path).collect();
                prop_assert_eq!(kept, named(|model| model.backed_up), "of {:?}", before);
                let kept = done.kept_in_roots.len();
                prop_assert_eq!(kept, named(|model| model.kept_in_root).len());
                prop_assert_eq!(
                    self.home.read(BESIDE),
                    tree.path.file_name().unwrap().to_str().unwrap()
                );
                self.since = since;
            }
            Err(ReconcileError::Conflicts(plan)) => {
                let open = plan.open_conflicts();
                let open: BTreeMap<_, _> = open.map(|one| (one.path.clone(), one.kind)).collect();
                prop_assert_eq!(open, refused, "it was refused: {:?}", before);
                prop_assert_eq!(self.look(), before);
                return Ok(false);
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
        let now = self.texts();
        prop_assert!(
            now.is_superset(&texts),
            "lost: {:?}",
            texts.difference(&now)
        );
        for root in self.roots.iter().filter(|root| root.exists()) {
            let work = fs::read_dir(root.join(".nhmt/work")).map_or(0, Iterator::count);
            prop_assert_eq!(work, 0, "left in {}", root.display());
            prop_assert!(!root.join(".nhmt/journal").exists());
        }
        Ok(true)
    }
}

/// The files and nhmt's links below a directory.
fn inside(dir: &Path) -> BTreeMap<String, Option<String>> {
    let walk = walkdir::WalkDir::new(dir)
        .min_depth(1)
        .into_iter()
        .flatten();
    let leaves = walk.filter(|entry| !entry.file_type().is_dir());
    leaves
        .map(|entry| {
            let name = entry.path().strip_prefix(dir).unwrap();
            let text =
                (!entry.path_is_symlink()).then(|| fs::read_to_string(entry.path()).unwrap());
            (name.to_str().unwrap().to_owned(), text)
        })
        .collect()
}
