//! A scratch home with trees to switch to.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::home::{HomeDir, HomeLock, Layout};
use crate::manifest::{
    Digest, Entry, HomePath, Index, LeafKind, OnConflict, Route, RouteKind, RouteMethod,
};
use crate::reconcile::{Backups, Done, Plan, ReconcileError, Way, apply, plan_for, records};

pub(super) struct Scratch {
    temp: tempfile::TempDir,
    root: Option<PathBuf>,
    /// How persisted paths lead there.
    pub(super) method: RouteMethod,
    pub(super) generation: u64,
    current: Option<(Index, PathBuf)>,
}

/// A home tree with its index.
#[derive(Clone)]
pub(super) struct Tree {
    pub(super) index: Index,
    pub(super) path: PathBuf,
}

/// The text of a leaf that is a directory, with a file in it.
pub(super) const DIRECTORY: &str = "D";

pub(super) fn path(text: &str) -> HomePath {
    HomePath::new(text).unwrap()
}

/// Runs `body` as somebody whom modes bind, which they do not for root: in a
/// thread of its own, since these rights are a thread's.
#[cfg(target_os = "linux")]
pub(super) fn bound_by_modes<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
    let bound = || {
        let mut mine = capabilities(None).unwrap();
        mine.effective -=
            CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH | CapabilitySet::FOWNER;
        set_capabilities(None, mine).unwrap();
        body()
    };
    std::thread::scope(|scope| {
        let done = scope.spawn(bound).join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// As above, for who is bound anyway.
#[cfg(not(target_os = "linux"))]
pub(super) fn bound_by_modes<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    let id = rustix::process::geteuid();
    assert!(!id.is_root(), "run this as an ordinary user");
    body()
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// On tmpfs where there is one: syncs take no time there, so that more
    /// runs fit into a test.
    pub(super) fn fast() -> Self {
        let temp = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::within(temp.unwrap())
    }

    fn within(temp: tempfile::TempDir) -> Self {
        fs::create_dir(temp.path().join("home")).unwrap();
        fs::create_dir(temp.path().join("store")).unwrap();
        Self {
            temp,
            root: None,
            method: RouteMethod::Symlink,
            generation: 0,
            current: None,
        }
    }

    pub(super) fn home(&self) -> PathBuf {
        self.temp.path().join("home")
    }

    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.home().join(path)
    }

    pub(super) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| format!("<{error}>"))
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, text).unwrap();
    }

    pub(super) fn layout(&self) -> Layout {
        Layout::new(self.home())
    }

    pub(super) fn lock(&self) -> HomeLock {
        let home = HomeDir::open(&self.layout()).unwrap();
        home.lock(true, |_| ()).unwrap()
    }

    pub(super) fn tree(&self, files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(p, text)| (path(p), (*text).to_owned()));
        self.tree_of(&files.collect())
    }

    pub(super) fn tree_of(&self, files: &BTreeMap<HomePath, String>) -> Tree {
        let parts = files.iter().flat_map(|(p, t)| [p.as_bytes(), t.as_bytes()]);
        let name = Digest::of_parts(parts).to_string();
        let tree = self.temp.path().join("store").join(&name[..16]);
        let mut entries = Vec::new();
        for (path, text) in files {
            let at = tree.join("home").join(path.as_path());
            let kind = if text == DIRECTORY {
                fs::create_dir_all(&at).unwrap();
                fs::write(at.join("in"), text).unwrap();
                LeafKind::Directory
            } else {
                fs::create_dir_all(at.parent().unwrap()).unwrap();
                fs::write(&at, text).unwrap();
                LeafKind::File
            };
            let digest = Digest::of(text.as_bytes());
            entries.push(Entry::new(path.clone(), kind, digest));
        }
        fs::create_dir_all(tree.join("home")).unwrap();
        let index = Index::new(entries, b"").unwrap();
        index
            .write(fs::File::create(tree.join("index")).unwrap())
            .unwrap();
        Tree { index, path: tree }
    }

    /// The directory that stands for the home elsewhere.
    pub(super) fn root(&self) -> PathBuf {
        self.root
            .clone()
            .unwrap_or_else(|| self.temp.path().join("persist/home"))
    }

    /// It lies there.
    pub(super) fn set_root(&mut self, root: PathBuf) {
        self.root = Some(root);
    }

    pub(super) fn persistent(&self, path: &str) -> String {
        let read = fs::read_to_string(self.root().join(path));
        read.unwrap_or_else(|error| format!("<{error}>"))
    }

    /// A tree of these files and persisted paths.
    pub(super) fn routed(&self, files: &[(&str, &str)], routes: &[(&str, RouteKind)]) -> Tree {
        let plain = self.tree(files);
        let words = format!("{files:?} {routes:?} {:?} {:?}", self.method, self.root());
        let name = Digest::of(words.as_bytes()).to_string();
        let tree = self.temp.path().join("store").join(&name[..16]);
        let fresh = !tree.exists();
        if fresh {
            fs::rename(&plain.path, &tree).unwrap();
        }
        let mut entries = plain.index.entries().to_vec();
        let below = |file: &HomePath| routes.iter().any(|(at, _)| file.is_below(&path(at)));
        for entry in entries.iter_mut().filter(|entry| below(&entry.path)) {
            entry.inside = true;
            if fresh {
                let to = tree.join(entry.place_in_tree());
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::rename(tree.join("home").join(entry.path.as_path()), to).unwrap();
            }
        }
        for (name, _) in routes.iter().filter(|_| fresh) {
            let _ = fs::remove_dir_all(tree.join("home").join(name));
        }
        for (name, kind) in routes {
            let route = Route {
                root: self.root(),
                kind: *kind,
                method: self.method,
                mode: None,
                parent_mode: None,
            };
            let at = tree.join("home").join(name);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            let _ = symlink(route.place(&path(name)), &at);
            entries.push(Entry::routed(path(name), route));
        }
        let index = Index::new(entries, b"").unwrap();
        let file = fs::File::create(tree.join("index")).unwrap();
        index.write(file).unwrap();
        Tree { index, path: tree }
    }

    pub(super) fn plan(&self, tree: &Tree, policy: OnConflict) -> Plan {
        let way = Way {
            old: self.current.as_ref().map(|(index, _)| index),
            new: &tree.index,
            new_tree: &tree.path,
            policy,
        };
        plan_for(&HomeDir::open(&self.layout()).unwrap(), &way).unwrap()
    }

    pub(super) fn apply(&mut self, plan: Plan, tree: &Tree) -> Result<Done, ReconcileError> {
        let done = apply(&self.lock(), plan, &tree.path, self.generation + 1)?;
        self.generation += 1;
        self.set_current(tree);
        Ok(done)
    }

    /// The home is a new one.
    pub(super) fn forget_current(&mut self) {
        self.current = None;
    }

    /// Takes `tree` for the one in force.
    pub(super) fn set_current(&mut self, tree: &Tree) {
        self.current = Some((tree.index.clone(), tree.path.clone()));
    }

    pub(super) fn switch(
        &mut self,
        tree: &Tree,
        policy: OnConflict,
    ) -> Result<Done, ReconcileError> {
        let plan = self.plan(tree, policy);
        self.apply(plan, tree)
    }

    /// Switches where nothing may be in the way, and checks the result.
    pub(super) fn realize(&mut self, files: &[(&str, &str)]) -> Done {
        let tree = self.tree(files);
        let done = self.switch(&tree, OnConflict::Abort).unwrap();
        assert_eq!(done.problems, [""; 0]);
        self.check(&tree);
        done
    }

    /// As [`Scratch::check_links`], and the private folders are gone.
    pub(super) fn check(&self, tree: &Tree) {
        self.check_links(tree);
        self.check_over();
    }

    /// Every leaf is there as nhmt makes it, with its content.
    pub(super) fn check_links(&self, tree: &Tree) {
        for entry in tree.index.entries() {
            let at = self.at(entry.path.as_path());
            let target = fs::read_link(&at).unwrap_or_else(|error| panic!("{at:?}: {error}"));
            if entry.inside {
                assert_eq!(target, self.layout().inside_target(&entry.path));
                let lies = self.root().join(entry.path.as_path());
                assert_eq!(fs::read_link(lies).unwrap(), target);
            } else {
                assert_eq!(target, self.layout().link_target(&entry.path));
            }
            if entry.route.is_some() {
                continue;
            }
            let wanted = tree.path.join(entry.place_in_tree());
            let inside = |at: PathBuf| match entry.kind {
                LeafKind::Directory => at.join("in"),
                _ => at,
            };
            let (at, wanted) = (inside(at), inside(wanted));
            assert_eq!(fs::read(&at).unwrap(), fs::read(wanted).unwrap(), "{at:?}");
        }
        assert_eq!(fs::read_link(self.layout().anchor()).unwrap(), tree.path);
    }

    /// No run is on its way, and nothing of one is left.
    pub(super) fn check_over(&self) {
        let state = fs::read_dir(self.layout().state()).unwrap();
        let left = state.map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left
            .filter(|name| {
                let name = name.to_str().unwrap();
                ["bridge", "journal", "current.next"]
                    .iter()
                    .any(|left| name.starts_with(left))
            })
            .collect();
        assert_eq!(left, [""; 0]);
        let work = fs::read_dir(self.layout().state().join("work")).unwrap();
        assert_eq!(work.count(), 0);
    }

    /// Every line of the list of backups is of one that is there.
    pub(super) fn check_listed(&self) {
        let home = HomeDir::open(&self.layout()).unwrap();
        let backups = Backups::of(&home);
        let Some(dir) = backups.dir().unwrap() else {
            return;
        };
        let records = records::read(&dir).unwrap();
        assert_eq!(backups.list().unwrap().len(), records.len(), "{records:?}");
    }

    pub(super) fn link(&self, target: impl AsRef<Path>, path: &str) {
        symlink(target, self.at(path)).unwrap();
    }

    /// Everything in the home but nhmt's state: `path -> kind and content`.
    pub(super) fn snapshot(&self) -> BTreeMap<Vec<u8>, String> {
        let mut found = BTreeMap::new();
        let home = self.home();
        for entry in walkdir::WalkDir::new(&home)
            .min_depth(1)
            .sort_by_file_name()
        {
            let entry = entry.unwrap();
            let relative = entry.path().strip_prefix(&home).unwrap();
            if relative.starts_with(".local/state") || relative == Path::new(".local") {
                continue;
            }
            let what = if entry.path_is_symlink() {
                format!("link {}", fs::read_link(entry.path()).unwrap().display())
            } else if entry.file_type().is_dir() {
                "directory".to_owned()
            } else {
                String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned()
            };
            found.insert(relative.as_os_str().as_bytes().to_vec(), what);
        }
        found
    }
}

impl Scratch {
    /// As [`Scratch::snapshot`], of a home in which a socket lies.
    pub(super) fn snapshot_without_sockets(&self) -> Vec<(PathBuf, Option<PathBuf>)> {
        let walk = walkdir::WalkDir::new(self.home()).sort_by_file_name();
        walk.into_iter()
            .map(|entry| {
                let path = entry.unwrap().into_path();
                let target = fs::read_link(&path).ok();
                (path, target)
            })
            .collect()
    }
}
