//! The exact model of persisted paths: what the home and two roots have at each
//! of them after a switch, and what is refused, said by path and not as the
//! planner does. One root may lie on another mount.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::exact::{cases, count};
use super::filesystem::elsewhere;
use super::scratch::{Scratch, Tree, path};
use crate::home::plain;
use crate::manifest::{Digest, Entry, Index, LeafKind, OnConflict, Route, RouteKind, RouteMethod};
use crate::reconcile::{ConflictKind, ReconcileError};

/// The persisted paths: directories, then files.
const PATHS: [&str; 4] = ["s", "deep/t", "h", "deep/g"];
/// A managed file in the first of them, in generations that persist it.
const INSIDE: &str = "config";
/// A managed file beside.
const BESIDE: &str = "m";

fn is_directory(number: usize) -> bool {
    number < 2
}

/// What a home or a root has at a persisted path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Thing {
    Nothing,
    File(String),
    /// With what is in it; `None` is a link of nhmt's.
    Directory(BTreeMap<String, Option<String>>),
    /// The link through the anchor.
    Link,
    /// One that leads to the place in this root, as only nhmt makes it.
    Direct(usize),
    /// The same as a person makes it.
    Plain(usize),
    /// Another one.
    Foreign(PathBuf),
}

impl Thing {
    fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Directory(inside) => inside.is_empty(),
            _ => false,
        }
    }

    /// Whether something of anybody's is there.
    fn is_data(&self) -> bool {
        match self {
            Self::Directory(inside) => inside.values().any(Option::is_some),
            other => *other != Self::Nothing,
        }
    }

    /// Whether all of it is in the other, too.
    fn is_in(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Directory(mine), Self::Directory(theirs)) => mine
                .iter()
                .all(|(name, text)| theirs.get(name) == Some(text)),
            _ => self == other,
        }
    }
}

/// The root of each path in one generation, or none.
type Declared = [Option<usize>; 4];

/// What is at one path: in the home, and in the roots.
#[derive(Debug, Clone, PartialEq, Eq)]
struct At {
    home: Thing,
    roots: [Thing; 2],
}

/// The model of one path: what a switch makes of it.
struct Model<'a> {
    number: usize,
    at: At,
    /// The generation that introduced the route, by root.
    since: &'a mut [Option<u64>; 2],
    /// The data cannot move by an exchange of names, by root.
    copies: [bool; 2],
    conflict: Option<ConflictKind>,
    backed_up: bool,
    kept_in_root: bool,
}

impl Model<'_> {
    fn switch(
        &mut self,
        old: Option<usize>,
        new: Option<usize>,
        generation: u64,
        policy: OnConflict,
    ) {
        self.leave_inside(old, new);
        match (old, new) {
            (_, Some(root)) => self.wanted(old, root, generation, policy),
            (Some(root), None) => self.ends(root, generation),
            (None, None) => {}
        }
    }

    /// The managed file in a persisted directory goes from the root that the
    /// path leaves.
    fn leave_inside(&mut self, old: Option<usize>, new: Option<usize>) {
        if self.number == 0
            && let Some(root) = old.filter(|root| Some(*root) != new)
            && let Thing::Directory(inside) = &mut self.at.roots[root]
        {
            inside.retain(|name, node| name != INSIDE || node.is_some());
        }
    }

    fn wanted(&mut self, old: Option<usize>, root: usize, generation: u64, policy: OnConflict) {
        let directory = is_directory(self.number);
        let there = self.at.roots[root].clone();
        let other = &self.at.roots[1 - root];
        let elsewhere = old == Some(1 - root) && other.is_data();
        // What took the place of a link that was there is drift.
        let asks = policy == OnConflict::Abort && old.is_none();
        let conflict = |kind| asks.then_some(kind);
        match (self.at.home.clone(), directory) {
            (Thing::Nothing | Thing::Link, _) => {
                if there.is_nothing() && elsewhere {
                    self.conflict = Some(ConflictKind::OldPersistentPlace);
                }
            }
            // Of the route that an older generation kept.
            (Thing::Direct(of), _) => {
                if of != root && there.is_nothing() && other.is_data() {
                    self.conflict = Some(ConflictKind::OldPersistentPlace);
                }
            }
            (Thing::Plain(of), _) if of == root => self.backed_up = true,
            (Thing::Plain(_), _) if there.is_nothing() && elsewhere => {
                self.conflict = Some(ConflictKind::OldPersistentPlace);
            }
            (Thing::Plain(_) | Thing::Foreign(_), _) => {
                self.conflict = conflict(ConflictKind::ForeignLink);
                self.backed_up = true;
            }
            (Thing::File(_), true) => {
                self.conflict = conflict(ConflictKind::File);
                self.backed_up = true;
            }
            (Thing::Directory(_), false) => {
                self.conflict = conflict(ConflictKind::ForeignDirectory);
                self.backed_up = true;
            }
            (mine, _) if there.is_nothing() => {
                self.at.roots[root] = mine;
                self.backed_up = self.copies[root];
            }
            (mine @ Thing::File(_), _) if old == Some(root) => {
                self.kept_in_root = mine != there;
                self.at.roots[root] = mine;
            }
            (mine, _) if mine.is_in(&there) => self.backed_up = true,
            _ => self.conflict = Some(ConflictKind::DataInBoth),
        }
        self.at.home = Thing::Link;
        if directory && self.at.roots[root] == Thing::Nothing {
            self.at.roots[root] = Thing::Directory(BTreeMap::new());
        }
        if self.number == 0
            && let Thing::Directory(inside) = &mut self.at.roots[root]
        {
            inside.insert(INSIDE.to_owned(), None);
        }
        self.since[root].get_or_insert(generation);
    }

    /// The path is no longer declared: its data stays, and to a generation that
    /// is older than the route it is still there.
    fn ends(&mut self, root: usize, generation: u64) {
        if matches!(self.at.home, Thing::Link) || self.at.home == Thing::Direct(root) {
            let outlives = self.since[root].is_some_and(|since| generation < since);
            self.at.home = if outlives {
                Thing::Direct(root)
            } else {
                Thing::Nothing
            };
        }
    }
}

/// A home with two roots.
struct Stage {
    home: Scratch,
    roots: [PathBuf; 2],
    _far: Option<tempfile::TempDir>,
    copies: [bool; 2],
    since: [[Option<u64>; 2]; 4],
}

impl Stage {
    fn new(far: bool, steps: bool) -> Self {
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
    fn tree(&self, name: &str, declared: &Declared) -> Tree {
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

    fn look(&self) -> [At; 4] {
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
    fn disturb(&self, acts: &[(usize, Act)], round: usize) {
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
    fn switch(
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

/// What another program does at a persisted path.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
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

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let root = 0..2_usize;
    let act = prop_oneof![
        4 => Just(Act::Data),
        2 => root.clone().prop_map(Act::Equal),
        1 => Just(Act::Empty),
        1 => Just(Act::Other),
        1 => Just(Act::Foreign),
        1 => root.clone().prop_map(Act::Plain),
        1 => root.clone().prop_map(Act::Direct),
        1 => Just(Act::Remove),
        3 => root.prop_map(Act::InRoot),
        2 => Just(Act::Write),
    ];
    prop::collection::vec((0..PATHS.len(), act), 0..5)
}

fn declared() -> impl Strategy<Value = Declared> {
    let one = || prop_oneof![2 => Just(None), 4 => Just(Some(0)), 2 => Just(Some(1))];
    [one(), one(), one(), one()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn persisted_paths_are_exactly_what_the_model_says(
        generations in prop::collection::vec((declared(), acts(), prop_oneof![
            3 => Just(OnConflict::Backup), 1 => Just(OnConflict::Abort)
        ]), 3..5),
        far: bool,
        steps: bool,
        back in 0..4_usize,
    ) {
        let _plain = steps.then(plain::Forced::new);
        let mut stage = Stage::new(far, steps);
        let mut old: Declared = [None; 4];
        let mut done = Vec::new();
        for (round, (new, acts, policy)) in generations.iter().enumerate() {
            let tree = stage.tree(&format!("tree {round}"), new);
            stage.disturb(acts, round);
            let number = round as u64 + 1;
            if !stage.switch((&old, new), &tree, number, *policy)? {
                continue;
            }
            old = *new;
            // Once more changes nothing.
            let before = stage.look();
            prop_assert!(stage.home.plan(&tree, OnConflict::Abort).is_empty());
            prop_assert!(stage.switch((&old, new), &tree, number, OnConflict::Abort)?);
            prop_assert_eq!(stage.look(), before);
            done.push((*new, tree, number));
        }
        // Back to a generation, past adoptions, and on again: what the last one
        // persists, there or nowhere in the older one, is as it was.
        if let (Some((first, tree, number)), Some((last, newest, newer))) =
            (done.get(back % done.len().max(1)), done.last())
            // What was saved since is taken back.
            && stage.switch((last, last), newest, *newer, OnConflict::Abort)?
        {
            let before = stage.look();
            if stage.switch((last, first), tree, *number, OnConflict::Abort)?
                && stage.switch((first, last), newest, *newer, OnConflict::Abort)?
            {
                let after = stage.look();
                for path in 0..PATHS.len() {
                    if last[path].is_some() && [None, last[path]].contains(&first[path]) {
                        prop_assert_eq!(&after[path], &before[path]);
                    }
                }
            }
        }
        count("persisted paths");
    }
}
