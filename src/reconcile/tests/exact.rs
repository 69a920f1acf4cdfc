//! The exact model: what a home is after a switch, thing by thing, whatever was
//! in it, said in another way than the planner does. Switches between random
//! trees, with other programs' changes in between, are compared with it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;

use super::scratch::{DIRECTORY, Scratch, Tree};
use crate::home::{HomeDir, plain};
use crate::manifest::{HomePath, OnConflict};
use crate::reconcile::ReconcileError;
use crate::reconcile::directories::Directories;

/// `PROPTEST_CASES` in the environment asks for more, `NHMT_PROOFS=full` for as
/// many as the proofs need.
pub(super) fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let full = std::env::var("NHMT_PROOFS").is_ok_and(|form| form == "full");
    let usual = if full { 10_000 } else { 300 };
    asked.and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Counts a case that holds; the last one prints how many there were, as the
/// proofs of `tests/proofs/` do. One that does not hold ends the test before.
pub(super) fn count(name: &'static str) {
    static HELD: Mutex<BTreeMap<&str, u32>> = Mutex::new(BTreeMap::new());
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let number = held.entry(name).or_default();
    *number += 1;
    if *number == cases() {
        let line = format!("proof: exact model, {name}: {number} cases, 0 failures\n");
        // `println!` would be captured.
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

/// One thing in a home.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Directory,
    File(Vec<u8>),
    /// A link of somebody else's.
    Link(Vec<u8>),
    /// The link that nhmt makes for this path.
    Own,
    /// Another one that only nhmt makes.
    OwnElsewhere(Vec<u8>),
}

type State = BTreeMap<HomePath, Node>;
type Files = BTreeMap<HomePath, String>;

/// What a switch gives.
struct Model {
    state: State,
    made: BTreeSet<HomePath>,
    backups: BTreeSet<HomePath>,
    refused: bool,
}

/// What the model has to know of a path beside what is there itself.
struct Looks<'a> {
    /// A link leads to a directory.
    to_directory: &'a dyn Fn(&HomePath) -> bool,
    /// It has the content that is wanted there.
    same: &'a dyn Fn(&HomePath) -> bool,
}

impl Model {
    /// The switch of a home from `old` to `new`.
    fn switch(
        mut self,
        (old, new): (&Files, &Files),
        policy: OnConflict,
        looks: &Looks<'_>,
    ) -> Self {
        let backup = policy == OnConflict::Backup;
        for leaf in new.keys() {
            let moves = |top: &HomePath| backup || managed_at_or_below(old, top);
            if leaf.ancestors().all(|dir| self.enter(&dir, &moves, looks)) {
                let moves = backup || old.contains_key(leaf) || (looks.same)(leaf);
                self.put(leaf, moves);
            } else {
                self.refused = true;
            }
        }
        for leaf in old.keys().filter(|leaf| !new.contains_key(*leaf)) {
            if matches!(
                self.state.get(leaf),
                Some(Node::Own | Node::OwnElsewhere(_))
            ) {
                self.state.remove(leaf);
            }
        }
        for dir in self.made.clone().iter().rev() {
            let needed = new.keys().any(|leaf| leaf.is_below(dir));
            let is_directory = self.state.get(dir) == Some(&Node::Directory);
            let empty = !self.state.keys().any(|path| path.is_below(dir));
            if !needed && (empty || !is_directory) {
                if is_directory {
                    self.state.remove(dir);
                }
                self.made.remove(dir);
            }
        }
        self
    }

    /// Makes `dir` a directory; `false` when that is not allowed.
    fn enter(
        &mut self,
        dir: &HomePath,
        moves: &dyn Fn(&HomePath) -> bool,
        looks: &Looks<'_>,
    ) -> bool {
        match self.state.get(dir) {
            Some(Node::Directory) => return true,
            None | Some(Node::Own | Node::OwnElsewhere(_)) => {}
            Some(Node::Link(_)) if (looks.to_directory)(dir) => return false,
            Some(Node::File(_) | Node::Link(_)) if !moves(dir) => return false,
            Some(Node::File(_) | Node::Link(_)) => drop(self.backups.insert(dir.clone())),
        }
        self.state.insert(dir.clone(), Node::Directory);
        self.made.insert(dir.clone());
        true
    }

    /// Puts the link of a leaf.
    fn put(&mut self, leaf: &HomePath, moves: bool) {
        let foreign = match self.state.get(leaf) {
            None | Some(Node::Own | Node::OwnElsewhere(_)) => false,
            Some(Node::File(_) | Node::Link(_)) => true,
            Some(Node::Directory) => {
                let inside = self.state.iter().filter(|(path, _)| path.is_below(leaf));
                let mut all = inside.chain(self.state.get_key_value(leaf));
                all.any(|(path, node)| match node {
                    Node::Directory => !self.made.contains(path),
                    Node::File(_) | Node::Link(_) => true,
                    Node::Own | Node::OwnElsewhere(_) => false,
                })
            }
        };
        if foreign && !moves {
            self.refused = true;
            return;
        }
        if foreign {
            self.backups.insert(leaf.clone());
        }
        self.state.retain(|path, _| !path.is_below(leaf));
        self.state.insert(leaf.clone(), Node::Own);
    }
}

fn managed_at_or_below(files: &Files, top: &HomePath) -> bool {
    files.keys().any(|path| path == top || path.is_below(top))
}

/// What is in the home, nhmt's own things left out.
fn look(home: &Scratch) -> State {
    let mut state = State::new();
    let root = home.home();
    let walk = walkdir::WalkDir::new(&root).min_depth(1).into_iter();
    for entry in walk.filter_entry(|entry| entry.path() != root.join(".local")) {
        let entry = entry.unwrap();
        let relative = entry.path().strip_prefix(&root).unwrap();
        let path = HomePath::new(relative.as_os_str().as_bytes()).unwrap();
        let node = if entry.path_is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            let bytes = target.as_os_str().as_bytes().to_vec();
            if target == home.layout().link_target(&path) {
                Node::Own
            } else if target.starts_with(home.layout().link_prefix()) {
                Node::OwnElsewhere(bytes)
            } else {
                Node::Link(bytes)
            }
        } else if entry.file_type().is_dir() {
            Node::Directory
        } else {
            Node::File(fs::read(entry.path()).unwrap())
        };
        state.insert(path, node);
    }
    state
}

/// Every content of a file and every target of a link that is not nhmt's, in
/// the home and in the backups.
fn foreign(home: &Scratch) -> BTreeSet<Vec<u8>> {
    let prefix = home.layout().link_prefix();
    let state = home.layout().state();
    let items = home.layout().backups().join("items");
    let mut all = BTreeSet::new();
    let walk = walkdir::WalkDir::new(home.home()).into_iter();
    for entry in walk.filter_entry(|entry| {
        let of_nhmt = entry.path().parent() == Some(&state) && entry.file_name() != "backups";
        !of_nhmt && entry.path() != items
    }) {
        let entry = entry.unwrap();
        if entry.path_is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            if !target.starts_with(&prefix) {
                all.insert(target.into_os_string().into_encoded_bytes());
            }
        } else if entry.file_type().is_file() {
            all.insert(fs::read(entry.path()).unwrap());
        }
    }
    all
}

/// Names that meet, that differ in case, that are no text, odd, and long.
fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(Into::into),
        1 => Just(b"A".to_vec()),
        1 => Just(b"\xff\xfe".to_vec()),
        1 => Just(b"a \n-".to_vec()),
        1 => Just(vec![b'l'; 255]),
    ]
}

fn place() -> impl Strategy<Value = HomePath> {
    let names = prop_oneof![
        8 => prop::collection::vec(name(), 1..4),
        1 => prop::collection::vec(name(), 4..8),
    ];
    names.prop_map(|names| HomePath::new(names.join(&b'/')).unwrap())
}

/// Wanted leaves; no path is below another. `D` stands for a directory that is
/// linked as one.
fn files() -> impl Strategy<Value = Files> {
    prop::collection::btree_map(place(), "[xyzD]", 0..8).prop_map(|all: Files| {
        let free = |p: &HomePath| !p.ancestors().any(|above| all.contains_key(&above));
        let all = all.iter().filter(|(p, _)| free(p));
        all.map(|(p, t)| (p.clone(), t.clone())).collect()
    })
}

/// What another program does at a place.
#[derive(Debug, Clone, Copy)]
enum Act {
    File,
    Same,
    LinkToFile,
    LinkToDirectory,
    Dangling,
    LinkIntoHome,
    OwnElsewhere,
    Directory,
    Empty,
    Remove,
    ParentToFile,
    ParentToLink,
}

fn acts() -> impl Strategy<Value = Vec<(HomePath, Act)>> {
    use Act::{
        Dangling, Directory, Empty, File, LinkIntoHome, LinkToDirectory, LinkToFile, OwnElsewhere,
        ParentToFile, ParentToLink, Remove, Same,
    };
    let usual = [
        File,
        Same,
        LinkToFile,
        Dangling,
        LinkIntoHome,
        OwnElsewhere,
        Directory,
        Empty,
        Remove,
        ParentToFile,
    ];
    // With a link to a directory above a leaf a run is refused.
    let act = prop_oneof![
        12 => prop::sample::select(usual.to_vec()),
        1 => prop::sample::select(vec![LinkToDirectory, ParentToLink]),
    ];
    prop::collection::vec((place(), act), 0..5)
}

/// Does it, where it can be done; `word` makes contents unlike any other.
fn disturb(home: &Scratch, acts: &[(HomePath, Act)], wanted: &Files, word: &str) {
    let outside = home.at("../outside");
    fs::create_dir_all(outside.join("dir")).unwrap();
    fs::write(outside.join("file"), "outside").unwrap();
    for (number, (path, act)) in acts.iter().enumerate() {
        let mut at = home.at(path.as_path());
        let text = format!("{word} {number}");
        if matches!(act, Act::ParentToFile | Act::ParentToLink) {
            at = home.at(path
                .ancestors()
                .next()
                .unwrap_or_else(|| path.clone())
                .as_path());
            let aside = home.at(format!("moved {text}"));
            if fs::rename(&at, &aside).is_ok() {
                let _ = match act {
                    Act::ParentToLink => symlink(&aside, &at),
                    _ => fs::write(&at, &text),
                };
            }
            continue;
        }
        if is_in_tree(home, &at) {
            continue;
        }
        let _ = fs::create_dir_all(at.parent().unwrap());
        if fs::read_link(&at).is_ok_and(|link| link.starts_with(home.layout().link_prefix())) {
            fs::remove_file(&at).unwrap();
        }
        if fs::symlink_metadata(&at).is_ok() || matches!(act, Act::Remove) {
            continue;
        }
        let link = |target: &Path| symlink(target, &at);
        let _ = match act {
            Act::File => fs::write(&at, &text),
            Act::Same => fs::write(&at, wanted.get(path).unwrap_or(&text)),
            Act::LinkToFile => link(&outside.join("file")),
            Act::LinkToDirectory => link(&outside.join("dir")),
            Act::Dangling => link(Path::new(&text)),
            Act::LinkIntoHome => link(&home.at("a")),
            Act::OwnElsewhere => link(&home.layout().link_prefix().join(&text)),
            Act::Directory => fs::create_dir(&at).and_then(|()| fs::write(at.join("in"), &text)),
            _ => fs::create_dir(&at),
        };
    }
}

/// Whether a link of nhmt's leads to where `at` is, or would be.
fn is_in_tree(home: &Scratch, at: &Path) -> bool {
    let store = home.home().with_file_name("store");
    let above = at
        .ancestors()
        .skip(1)
        .find_map(|dir| dir.canonicalize().ok());
    above.is_some_and(|above| above.starts_with(store))
}

/// Switches to `new` and compares with the model.
fn step(
    home: &mut Scratch,
    (old, new): (&Files, &Files),
    tree: &Tree,
    policy: OnConflict,
) -> Result<bool, TestCaseError> {
    let (before, mine) = (look(home), foreign(home));
    let made = |home: &Scratch| -> BTreeSet<HomePath> {
        let open = HomeDir::open(&home.layout()).unwrap();
        Directories::read(&open)
            .unwrap()
            .inside_out()
            .cloned()
            .collect()
    };
    let model = Model {
        state: before.clone(),
        made: made(home),
        backups: BTreeSet::new(),
        refused: false,
    };
    let model = {
        let at = |path: &HomePath| home.at(OsStr::from_bytes(path.as_bytes()));
        let looks = Looks {
            to_directory: &|path| fs::metadata(at(path)).is_ok_and(|data| data.is_dir()),
            same: &|path| {
                new[path] != DIRECTORY
                    && fs::metadata(at(path)).is_ok_and(|data| data.is_file())
                    && fs::read(at(path)).is_ok_and(|text| text == new[path].as_bytes())
            },
        };
        model.switch((old, new), policy, &looks)
    };
    match home.switch(tree, policy) {
        Ok(done) => {
            prop_assert!(!model.refused, "it was not refused: {:?}", before);
            prop_assert_eq!(done.problems, [""; 0]);
            home.check(tree);
            prop_assert_eq!(look(home), model.state);
            prop_assert_eq!(made(home), model.made);
            let kept: BTreeSet<_> = done.backed_up.into_iter().map(|(_, path)| path).collect();
            prop_assert_eq!(kept, model.backups);
        }
        Err(ReconcileError::Conflicts(_)) => {
            prop_assert!(model.refused, "it was refused: {:?}", before);
            prop_assert_eq!(look(home), before);
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    }
    let now = foreign(home);
    prop_assert!(now.is_superset(&mine), "lost: {:?}", mine.difference(&now));
    Ok(!model.refused)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn every_switch_gives_exactly_what_the_model_says(
        one in files(),
        two in files(),
        disturbances in prop::collection::vec(acts(), 3),
        policies in prop::collection::vec(prop_oneof![3 => Just(OnConflict::Backup), 1 => Just(OnConflict::Abort)], 3),
        steps: bool,
    ) {
        let _plain = steps.then(plain::Forced::new);
        let mut home = Scratch::fast();
        let trees = [home.tree_of(&one), home.tree_of(&two)];
        let none = Files::new();
        let mut old = &none;
        for (number, acts) in disturbances.iter().enumerate() {
            let (new, tree) = if number == 1 { (&two, &trees[1]) } else { (&one, &trees[0]) };
            disturb(&home, acts, new, &format!("step {number}"));
            if !step(&mut home, (old, new), tree, policies[number])? {
                continue;
            }
            old = new;
            // Once more changes nothing.
            let before = look(&home);
            prop_assert!(home.plan(tree, OnConflict::Abort).is_empty());
            step(&mut home, (old, new), tree, OnConflict::Abort)?;
            prop_assert_eq!(look(&home), before);
        }
        count("links");
    }
}
