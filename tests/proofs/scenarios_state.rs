//! Scenarios with persisted paths: the home and its persistent directories,
//! before a command and after it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::own;
use super::scenario::{Place, Typed, show};
use super::snapshot::{Node, Snapshot};
use super::view::{View, is_own, view};
use crate::support::filesystem::elsewhere;

/// What the home has, a command that moves it, and what is found then.
pub struct StateScenario {
    pub name: &'static str,
    /// The persistent directory is on another mount.
    pub far: bool,
    /// Files in the home at first.
    pub first: Vec<(String, String)>,
    /// Generations before: `files` and what follows, `{root}` for the root.
    pub realized: Vec<&'static str>,
    /// What a program saves then, by renaming over what is there.
    pub saved: Vec<(&'static str, &'static str)>,
    /// Links that a program removes, and the files that it makes instead.
    pub instead: Vec<(&'static str, &'static str, &'static str)>,
    /// What a program saves in the root.
    pub in_root: Vec<(&'static str, &'static str)>,
    pub files: Option<&'static str>,
    pub arguments: Vec<&'static str>,
    pub again: Vec<&'static str>,
    pub code: i32,
    /// `again` fails when there is nothing left to do.
    pub refuses_when_done: bool,
    /// Paths at which the same is found at all times: in the home before, and
    /// whatever is done.
    pub steady: bool,
}

const STATE: &str = r#"{"a":{"text":"new"}},"state":[
    {"path":".ssh","root":"{root}","kind":"directory"},
    {"path":"deep/er","root":"{root}","kind":"directory"},
    {"path":"history","root":"{root}","kind":"file"}]"#;
/// The same, with managed files in a persisted directory.
const INSIDE: &str = r#"{"a":{"text":"new"},".ssh/config":{"text":"ours"},".ssh/deep/f":{"text":"ours"}},"state":[
    {"path":".ssh","root":"{root}","kind":"directory"},
    {"path":"deep/er","root":"{root}","kind":"directory"},
    {"path":"history","root":"{root}","kind":"file"}]"#;
const SSH: &str = r#"{"a":{"text":"new"}},"state":[
    {"path":".ssh","root":"{root}","kind":"directory"}]"#;
const WITHOUT: &str = r#"{"a":{"text":"old"}}"#;

impl StateScenario {
    fn new(name: &'static str) -> Self {
        Self::of(name, 3)
    }

    /// With so many files in one directory.
    fn of(name: &'static str, many: usize) -> Self {
        let mut first: Vec<_> = [
            (".ssh/key", "my key"),
            (".ssh/deep/known", "my hosts"),
            ("deep/er/x", "my x"),
            ("history", "my history"),
            ("mine", "not persisted"),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into();
        first.extend((0..many).map(|n| (format!("deep/er/many/{n}"), format!("one of many: {n}"))));
        Self {
            name,
            far: false,
            first,
            realized: vec![WITHOUT],
            saved: Vec::new(),
            instead: Vec::new(),
            in_root: Vec::new(),
            files: Some(STATE),
            arguments: vec!["realize"],
            again: vec!["realize"],
            code: 0,
            refuses_when_done: false,
            steady: true,
        }
    }

    fn far(mut self) -> Self {
        self.far = true;
        self
    }
}

/// The adoption of 1,000 files to another mount.
pub fn thousand() -> StateScenario {
    StateScenario::of("state-thousand-far", 1_000).far()
}

/// Those for power cuts: data is adopted, and a newer file is taken back.
pub fn power_loss() -> Vec<StateScenario> {
    let names = ["state-adopted", "state-newer", "state-inside"];
    let far = ["state-adopted-far", "state-newer-far", "state-sync-far"];
    let names = [names, far].concat();
    let mut all = all();
    all.retain(|one| names.contains(&one.name));
    assert_eq!(all.len(), names.len());
    all
}

/// All of the others.
pub fn all() -> Vec<StateScenario> {
    let adopt = StateScenario::new;
    let newer = |name| StateScenario {
        realized: vec![STATE],
        saved: vec![("history", "my newer history")],
        ..StateScenario::new(name)
    };
    let back = |name| StateScenario {
        realized: vec![WITHOUT, STATE],
        files: None,
        arguments: vec!["rollback"],
        again: vec!["select-generation", "1"],
        ..StateScenario::new(name)
    };
    let typed = |name, arguments: &[&'static str]| StateScenario {
        files: None,
        arguments: arguments.to_vec(),
        again: arguments.to_vec(),
        ..StateScenario::new(name)
    };
    let sync = |name| StateScenario {
        realized: vec![STATE],
        saved: vec![("history", "my newer history")],
        ..typed(name, &["persist", "sync"])
    };
    let add = |name| StateScenario {
        realized: vec![SSH],
        ..typed(name, &["persist", "add", "deep/er"])
    };
    let resolve = |name, keep| StateScenario {
        realized: vec![STATE],
        instead: vec![
            (".ssh", ".ssh/key", "the home's key"),
            (".ssh", ".ssh/deep/more", "the home's more"),
        ],
        refuses_when_done: true,
        ..typed(name, &["persist", "resolve", ".ssh", "--keep", keep])
    };
    vec![
        sync("state-sync"),
        sync("state-sync-far").far(),
        add("state-add"),
        add("state-add-far").far(),
        resolve("state-resolve-home", "home"),
        resolve("state-resolve-home-far", "home").far(),
        resolve("state-resolve-persistent", "persistent"),
        resolve("state-resolve-persistent-far", "persistent").far(),
        adopt("state-adopted"),
        adopt("state-adopted-far").far(),
        StateScenario {
            realized: Vec::new(),
            ..adopt("state-first-far").far()
        },
        newer("state-newer"),
        newer("state-newer-far").far(),
        back("state-back"),
        back("state-back-far").far(),
        StateScenario {
            files: Some(INSIDE),
            ..adopt("state-inside")
        },
        StateScenario {
            files: Some(INSIDE),
            ..adopt("state-inside-far").far()
        },
        StateScenario {
            realized: vec![INSIDE],
            files: Some(STATE),
            ..adopt("state-inside-no-more")
        },
        StateScenario {
            in_root: vec![(".ssh/key", "their key")],
            code: 3,
            ..adopt("state-in-both")
        },
        StateScenario {
            realized: vec![STATE],
            files: Some(WITHOUT),
            steady: false,
            ..adopt("state-undeclared")
        },
    ]
}

/// A scenario in its places.
pub struct StateCase<'a> {
    pub scenario: &'a StateScenario,
    pub place: Place,
    root: PathBuf,
    _far: Option<tempfile::TempDir>,
    base: [Snapshot; 2],
    golden: [View; 2],
    before: View,
    /// What nhmt did not write.
    mine: Vec<(PathBuf, Vec<u8>)>,
}

impl<'a> StateCase<'a> {
    /// Prepares the home, and runs the command once to its end.
    pub fn new(scenario: &'a StateScenario) -> Self {
        let place = if scenario.far {
            Place::on_disk()
        } else {
            Place::new()
        };
        let far = scenario.far.then(|| elsewhere(&place.home()));
        let root = match &far {
            Some(far) => far.path().join("home"),
            None => place.beside("persist"),
        };
        Self::at(scenario, place, root, far)
    }

    /// The same in this place, with this root.
    pub fn at(
        scenario: &'a StateScenario,
        place: Place,
        root: PathBuf,
        far: Option<tempfile::TempDir>,
    ) -> Self {
        let mut case = Self {
            scenario,
            root,
            _far: far,
            base: [Snapshot::default(), Snapshot::default()],
            golden: [View::new(), View::new()],
            before: View::new(),
            mine: Vec::new(),
            place,
        };
        case.prepare();
        case.before = view(&case.place.home());
        case.base = case.now();
        let output = case.command(&scenario.arguments).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(scenario.code),
            "{}",
            show(&output)
        );
        case.golden = case.views();
        let kept = scenario.saved.iter().chain(&scenario.in_root).copied();
        let instead = scenario
            .instead
            .iter()
            .map(|(_, path, text)| (*path, *text));
        let kept = kept.chain(instead);
        let kept = kept.map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let first = scenario.first.iter();
        let first = first.map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        case.mine = first.chain(kept).collect();
        case.check_mine(true).unwrap();
        case
    }

    fn prepare(&self) {
        let home = self.place.home();
        let write = |at: PathBuf, text: &str| {
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, text).unwrap();
        };
        for (path, text) in &self.scenario.first {
            write(home.join(path), text);
        }
        for files in &self.scenario.realized {
            let output = self.typed(Some(files), &["realize"]).output().unwrap();
            assert!(output.status.success(), "{}", show(&output));
        }
        for (path, text) in &self.scenario.saved {
            let new = home.join("saving");
            fs::write(&new, text).unwrap();
            fs::rename(new, home.join(path)).unwrap();
        }
        for (link, path, text) in &self.scenario.instead {
            if home.join(link).is_symlink() {
                fs::remove_file(home.join(link)).unwrap();
            }
            write(home.join(path), text);
        }
        for (path, text) in &self.scenario.in_root {
            write(self.root.join(path), text);
        }
    }

    /// The command with these arguments.
    pub fn command(&self, arguments: &[&'static str]) -> std::process::Command {
        self.typed(self.scenario.files, arguments)
    }

    fn typed(&self, files: Option<&str>, arguments: &[&'static str]) -> std::process::Command {
        let files = files.map(|files| files.replace("{root}", self.root.to_str().unwrap()));
        // What is typed is known before the places are.
        let files: Option<&'static str> = files.map(|files| &*Box::leak(files.into_boxed_str()));
        self.place.command(&Typed {
            files,
            arguments: arguments.to_vec(),
        })
    }

    /// Everything as it was before the command.
    pub fn reset(&self) {
        self.base[0].restore(&self.place.home());
        self.base[1].restore(&self.root);
    }

    fn now(&self) -> [Snapshot; 2] {
        let root = if self.root.exists() {
            Snapshot::of(&self.root)
        } else {
            Snapshot::default()
        };
        [Snapshot::of(&self.place.home()), root]
    }

    /// The same for homes and roots between which a check sees no difference.
    pub fn fingerprint(&self) -> [u64; 2] {
        self.now().each_ref().map(own::fingerprint)
    }

    /// What is found in the home, and what is in the root.
    fn views(&self) -> [View; 2] {
        let mut root = View::new();
        for (path, entry) in &self.now()[1].entries {
            if let Node::File(bytes) = &entry.node
                && !path.starts_with(".nhmt")
            {
                root.insert(path.clone(), Some(bytes.to_vec()));
            }
        }
        [view(&self.place.home()), root]
    }

    /// Nothing is lost: it is found at its path, or in a backup; unless
    /// `strictly`, it may also be anywhere else for a while.
    fn check_mine(&self, strictly: bool) -> Result<(), String> {
        let home = view(&self.place.home());
        let mut elsewhere: BTreeMap<Vec<u8>, Vec<PathBuf>> = BTreeMap::new();
        for snapshot in self.now() {
            for (path, entry) in snapshot.entries {
                if let Node::File(bytes) = entry.node {
                    elsewhere.entry(bytes.to_vec()).or_default().push(path);
                }
            }
        }
        for (path, text) in &self.mine {
            if home.get(path) == Some(&Some(text.clone())) {
                continue;
            }
            let places = elsewhere.get(text).map(Vec::as_slice).unwrap_or_default();
            let is_backup = |at: &PathBuf| {
                let within = at.components().any(|part| part.as_os_str() == "backups");
                at == path || (within && at.ends_with(path))
            };
            if places.is_empty() || (strictly && !places.iter().any(is_backup)) {
                return Err(format!(
                    "{} {:?} is at {places:?}",
                    path.display(),
                    String::from_utf8_lossy(text)
                ));
            }
        }
        Ok(())
    }

    /// What there is when the command has ended.
    pub fn check_done(&self) -> Result<(), String> {
        let views = self.views();
        for (wanted, found) in self.golden.iter().zip(&views) {
            let differences = super::view::differences(wanted, found);
            if !differences.is_empty() {
                return Err(format!("it was done: {}", differences.join("\n  ")));
            }
        }
        Ok(())
    }

    /// What a command left that was cut off.
    pub fn check(&self) -> Result<(), String> {
        self.check_mine(false)?;
        let found = view(&self.place.home());
        let [golden, _] = &self.golden;
        for (path, text) in &self.before {
            let new = golden.get(path);
            let ok = found.get(path) == Some(text)
                || found.get(path) == new
                || (!self.scenario.steady && !found.contains_key(path));
            if !ok && !is_own(path) {
                return Err(format!("~/{} yields {:?}", path.display(), found.get(path)));
            }
        }
        let output = self.command(&self.scenario.again).output().unwrap();
        let code = output.status.code();
        let was_done = self.scenario.refuses_when_done && code == Some(1);
        if code != Some(self.scenario.code) && !was_done {
            return Err(format!("going on: {}", show(&output)));
        }
        let views = self.views();
        if views != self.golden {
            let differ = |a: &View, b: &View| super::view::differences(a, b).join("\n  ");
            return Err(format!(
                "going on leads elsewhere: {}\nroot: {}\n{}",
                differ(&self.golden[0], &views[0]),
                differ(&self.golden[1], &views[1]),
                show(&output)
            ));
        }
        self.check_mine(true)
            .map_err(|lost| format!("going on: {lost}"))?;
        let before = self.now();
        let output = self.command(&self.scenario.again).output().unwrap();
        let after = self.now();
        for (before, after) in before.iter().zip(&after) {
            let exactly = self.scenario.again[0] == "realize";
            let changes = before
                .filter(|path| !path.ends_with("lock-holder"))
                .differences(
                    &after.filter(|path| !path.ends_with("lock-holder")),
                    exactly,
                );
            if !changes.is_empty() {
                return Err(format!(
                    "once more changes {}\n{}",
                    changes.join("\n  "),
                    show(&output)
                ));
            }
        }
        let left = |path: &Path| {
            let inside = path.strip_prefix(".nhmt").unwrap_or(Path::new(""));
            inside.starts_with("journal")
                || (inside.starts_with("work") && inside != Path::new("work"))
        };
        let left: Vec<_> = after[1].entries.keys().filter(|path| left(path)).collect();
        if !left.is_empty() && self.scenario.code == 0 {
            return Err(format!("left behind: {left:?}"));
        }
        Ok(())
    }
}
