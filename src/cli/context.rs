//! What every command starts from: the home, its profile, and who is asking.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::Global;
use super::failure::Failure;
use super::interrupt;
use super::keeper;
use super::secrets;
use crate::container;
use crate::generation::{Number, Profile};
use crate::home::{HomeDir, HomeLock, Layout};
use crate::manifest::Index;
use crate::reconcile::{self, Interrupted, Recovered};
use crate::ui::Ui;

/// The home that a command works on.
#[derive(Debug)]
pub(super) struct Context {
    pub ui: Ui,
    pub global: Global,
    layout: Layout,
    profile: Profile,
    local_store: PathBuf,
    /// The store is thrown away, whatever profile a configuration names.
    elsewhere: bool,
}

impl Context {
    /// Finds the home, and refuses one that belongs to another user.
    pub fn new(global: Global) -> Result<Self, Failure> {
        let ui = Ui {
            quiet: global.quiet,
            verbose: global.verbose,
        };
        let home = home_directory(global.home.as_deref())?;
        refuse_foreign_home(&home)?;
        Self::at(ui, global, Layout::new(home), None)
    }

    /// For a home that only a container has: it need not exist, nor be ours.
    /// What is kept without Nix goes to `store`.
    pub fn elsewhere(global: Global, store: PathBuf) -> Result<Self, Failure> {
        let ui = Ui {
            quiet: global.quiet,
            verbose: global.verbose,
        };
        let home = match &global.home {
            Some(home) => absolute(home)?,
            None => home_directory(None)?,
        };
        Self::at(ui, global, Layout::new(home), Some(store))
    }

    fn at(ui: Ui, global: Global, layout: Layout, store: Option<PathBuf>) -> Result<Self, Failure> {
        let profile = match &global.profile {
            Some(path) => absolute(path)?,
            // The configuration in force knows where its generations are.
            None => anchored_profile(&layout).unwrap_or_else(|| layout.default_profile()),
        };
        let elsewhere = store.is_some();
        let local_store = store.unwrap_or_else(|| store_beside(&layout, &profile));
        Ok(Self {
            ui,
            global,
            layout,
            profile: Profile::open(&profile)?,
            local_store,
            elsewhere,
        })
    }

    /// The same home with the profile that the configuration of `tree` names.
    /// `None`: it is this one already.
    pub fn with_profile_of(&self, tree: &Path) -> Result<Option<Self>, Failure> {
        let profile = self.profile_for(Index::profile_of(tree));
        if profile == self.profile.path() {
            return Ok(None);
        }
        if self.profile.current()?.is_some() {
            self.ui.note(format_args!(
                "the configuration keeps its generations in {} now; those before stay in {}",
                profile.display(),
                self.profile.path().display()
            ));
        }
        Ok(Some(Self {
            ui: self.ui,
            global: self.global.clone(),
            layout: self.layout.clone(),
            local_store: store_beside(&self.layout, &profile),
            profile: Profile::open(&profile)?,
            elsewhere: false,
        }))
    }

    /// The store that a tree with this profile is kept in without Nix.
    pub fn local_store_with(&self, named: Option<PathBuf>) -> PathBuf {
        let profile = self.profile_for(named);
        if self.elsewhere || profile == self.profile.path() {
            self.local_store.clone()
        } else {
            store_beside(&self.layout, &profile)
        }
    }

    /// A profile on the command line outranks that of a configuration.
    fn profile_for(&self, named: Option<PathBuf>) -> PathBuf {
        match &self.global.profile {
            Some(_) => self.profile.path(),
            // What is activated in a container is no generation of the real
            // home's, whose profile may be seen there.
            None if container::is_inside() => self.layout.default_profile(),
            None => named.unwrap_or_else(|| self.layout.default_profile()),
        }
    }

    /// Where things lie in the home.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The generations.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The store that is used without Nix.
    pub fn local_store(&self) -> &Path {
        &self.local_store
    }

    /// Whether a program reads the output.
    pub fn json(&self) -> bool {
        self.global.json
    }

    /// Opens the home for reading.
    pub fn open(&self) -> Result<HomeDir, Failure> {
        Ok(HomeDir::open(&self.layout)?)
    }

    /// Opens the home for writing, and first takes up a run that was cut off.
    /// Waits for another nhmt unless `--no-wait`.
    pub fn lock(&self) -> Result<HomeLock, Failure> {
        let lock = self.lock_as_it_is()?;
        self.recover(&lock)?;
        self.tidy(&lock);
        Ok(lock)
    }

    /// Clears what killed processes left.
    pub fn tidy(&self, lock: &HomeLock) {
        self.profile.sweep();
        secrets::sweep(self, lock);
        let unused = lock.current_tree().map_err(|error| error.to_string());
        let unused = unused.and_then(|tree| {
            let removed = self.profile.remove_unused(tree.as_deref());
            removed.map_err(|error| error.to_string())
        });
        if let Err(problem) = unused {
            self.ui.warning(problem);
        }
        let number = self.profile.current().ok().flatten();
        for problem in reconcile::tidy(lock, number.map_or(0, Number::get)) {
            self.ui.warning(problem);
        }
    }

    /// Takes up a run that was cut off, and says so.
    pub fn recover(&self, lock: &HomeLock) -> Result<Option<Recovered>, Failure> {
        let _whole = interrupt::hold();
        let recovered = reconcile::recover(lock, |recovered| self.follow(recovered))?;
        if let Some(recovered) = &recovered {
            self.ui.note(format_args!(
                "{} was cut off, and is {} now",
                cut_off(&recovered.run),
                if recovered.undone {
                    "taken back"
                } else {
                    "finished"
                },
            ));
            for (set, path) in &recovered.kept {
                self.ui.note(format_args!(
                    "~/{path} is in the backups of {set}; `nhmt backups list` shows them"
                ));
            }
            for problem in &recovered.problems {
                self.ui.warning(problem);
            }
        }
        Ok(recovered)
    }

    /// The profile after a run that was taken up.
    fn follow(&self, recovered: &Recovered) -> Result<(), String> {
        let run = &recovered.run;
        let Some(number) = Number::new(run.generation) else {
            return Ok(());
        };
        let done = if !recovered.undone {
            self.profile
                .get(number)
                .and_then(|_| self.profile.point_to(number))
        } else if run.fresh && self.profile.get(number).is_ok() {
            self.profile.remove(number)
        } else {
            Ok(())
        };
        done.map_err(|error| error.to_string())
    }

    /// Says that a run was cut off, for commands that only look.
    pub fn note_interrupted(&self) -> Result<(), Failure> {
        match reconcile::interrupted(&self.open()?) {
            Ok(None) => {}
            Ok(Some(run)) => self.ui.note(format_args!(
                "{} was cut off; `nhmt doctor --repair` takes it back or finishes it, and so does the next command that changes the home",
                cut_off(&run)
            )),
            Err(error) => self.ui.warning(error),
        }
        Ok(())
    }

    /// As [`Context::lock`], with what a run that was cut off has left.
    pub fn lock_as_it_is(&self) -> Result<HomeLock, Failure> {
        self.check_writable()?;
        let ui = self.ui;
        let lock = self.open()?.lock(self.global.no_wait, |holder| {
            ui.note(format_args!(
                "waiting for {holder} to finish with this home"
            ));
        })?;
        Ok(lock)
    }

    /// Says so before anything is built, not after.
    fn check_writable(&self) -> Result<(), Failure> {
        let home = self.layout.home();
        let writable = rustix::fs::access(home, rustix::fs::Access::WRITE_OK);
        writable.map_err(|errno| {
            let home = home.display();
            Failure::new(format_args!("cannot write to the home directory {home}: {errno}")).hint(
                format!("check its owner and mode with `ls -ld {home}`, and that its filesystem is not mounted read-only"),
            )
        })
    }

    /// The generation in force: its number, and its tree. The anchor decides:
    /// the profile may name another when a run could not turn it.
    pub fn current(&self) -> Result<Option<(Number, PathBuf)>, Failure> {
        let anchored = self.open()?.current_tree()?;
        let Some((named, tree)) = self.profile.current()?.zip(anchored) else {
            return Ok(None);
        };
        if self.profile.get(named).is_ok_and(|one| one.tree == tree) {
            return Ok(Some((named, tree)));
        }
        let all = self.profile.list()?;
        let having = all.iter().rfind(|one| one.tree == tree);
        Ok(Some((having.map_or(named, |one| one.number), tree)))
    }

    /// What a command says that needs a generation where there is none.
    pub fn nothing_realized() -> Failure {
        Failure::new("no generation is in force in this home").hint(
            "`nhmt realize` makes the first; `nhmt activate` fills an empty home from its profile",
        )
    }

    /// Gives back GC roots that a collection took while the profile's
    /// directory was not mounted. A command must not fail over that.
    pub fn keep_roots(&self) {
        let Ok(generations) = self.profile.list() else {
            return;
        };
        for generation in generations.iter().filter(|generation| !generation.dangling) {
            let link = self.profile.link_path(generation.number);
            if let Err(error) = keeper::keep(self, &generation.tree, &link) {
                self.ui.warning(format_args!(
                    "generation {} has no GC root, and none could be made: {error}",
                    generation.number
                ));
            }
        }
    }
}

/// Which run was cut off, as the start of a sentence.
pub(super) fn cut_off(run: &Interrupted) -> String {
    let began = i64::try_from(run.began).ok();
    let began = began.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let began = began.map(|began| began.to_zoned(TimeZone::system()));
    let began = began.map(|began| began.strftime("%F %T").to_string());
    format!(
        "the run of process {}, begun at {}, towards generation {},",
        run.process,
        began.unwrap_or_else(|| "an unknown time".to_owned()),
        run.generation
    )
}

/// Where the configuration in force keeps its generations, if it says so.
fn anchored_profile(layout: &Layout) -> Option<PathBuf> {
    if container::is_inside() {
        return None;
    }
    let tree = HomeDir::open(layout).ok()?.current_tree().ok()??;
    Index::profile_of(&tree)
}

/// Where trees are kept without Nix: with the profile when that is not in the
/// home, so that what outlives the home is whole.
fn store_beside(layout: &Layout, profile: &Path) -> PathBuf {
    if profile.starts_with(layout.home()) {
        return layout.local_store();
    }
    let mut name = profile.file_name().unwrap_or_default().to_owned();
    name.push("-store");
    profile.with_file_name(name)
}

fn home_directory(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let path = match (given, env::var_os("HOME")) {
        (Some(path), _) => absolute(path)?,
        (None, Some(home)) if Path::new(&home).is_absolute() => absolute(Path::new(&home))?,
        (None, Some(home)) if home != OsString::new() => {
            let home = Path::new(&home).display();
            return Err(Failure::new(format_args!(
                "$HOME is `{home}`, which is not an absolute path"
            ))
            .hint("correct it in the environment, or name the home with `--home DIR`"));
        }
        (None, _) => {
            return Err(Failure::new("$HOME is not set").hint("name the home with `--home DIR`"));
        }
    };
    if path.is_dir() {
        Ok(settled_spelling(&path).unwrap_or(path))
    } else {
        let shown = path.display();
        Err(
            Failure::new(format_args!("the home directory {shown} does not exist")).hint(format!(
                "create it with `mkdir {shown}`, or name another with `--home DIR`"
            )),
        )
    }
}

/// How the generation in force spells the home. One directory can be reached
/// by several paths (`/home` may be a link to `/var/home`); links under another
/// spelling would not be known as nhmt's own. `None`: there is no generation,
/// or it was made for another directory.
fn settled_spelling(home: &Path) -> Option<PathBuf> {
    // The entry on the home stands before those on the files.
    const ENOUGH: u64 = 16 * 1024;
    let manifest = Layout::new(home).anchor().join("nhmt.json");
    let mut start = Vec::new();
    let file = File::open(manifest).ok()?;
    file.take(ENOUGH).read_to_end(&mut start).ok()?;
    let key = b"\"home\":";
    let at = start.windows(key.len()).position(|bytes| bytes == key)?;
    let mut values = serde_json::Deserializer::from_slice(&start[at + key.len()..])
        .into_iter::<serde_json::Value>();
    let entry = values.next()?.ok()?;
    let spelled = PathBuf::from(entry.get("directory")?.as_str()?);
    let (one, other) = (home.metadata().ok()?, spelled.metadata().ok()?);
    ((one.dev(), one.ino()) == (other.dev(), other.ino())).then_some(spelled)
}

/// `path` from the current directory, without `.`, `..` and a trailing slash,
/// so that link targets have one spelling.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let cannot = |error| {
        let path = path.display();
        Failure::new(format_args!(
            "cannot find {path} from the current directory: {error}"
        ))
    };
    let absolute = std::path::absolute(path).map_err(cannot)?;
    if absolute
        .components()
        .any(|part| part == std::path::Component::ParentDir)
    {
        return absolute.canonicalize().map_err(cannot);
    }
    Ok(absolute.components().collect())
}

/// Root in another user's home would leave files there that their owner cannot
/// change, and follow links that the owner made.
fn refuse_foreign_home(home: &Path) -> Result<(), Failure> {
    let Ok(data) = home.metadata() else {
        return Ok(());
    };
    let me = rustix::process::geteuid();
    if me.as_raw() == data.uid() || !me.is_root() {
        return Ok(());
    }
    let (home, owner) = (home.display(), data.uid());
    Err(Failure::new(format_args!(
        "{home} belongs to the user with the id {owner}, and nhmt does not work as root in another user's home"
    ))
    .hint(format!("become that user first: `sudo -u '#{owner}' -H nhmt …`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_spelling() {
        assert_eq!(absolute(Path::new("/tmp/./")).unwrap(), Path::new("/tmp"));
        assert_eq!(absolute(Path::new("/tmp/../")).unwrap(), Path::new("/"));
        // Compared as bytes: paths that differ in slashes only are equal.
        let once = absolute(Path::new("//tmp///x/")).unwrap();
        assert_eq!(once.as_os_str(), "/tmp/x");
        assert!(absolute(Path::new("/nowhere/../x")).is_err());
    }
}
