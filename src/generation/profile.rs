//! The profile: which generations there are, and which is in force.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;

use super::Number;
use crate::store::link;

/// One generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its number.
    pub number: Number,
    /// The home tree that it links to.
    pub tree: PathBuf,
    /// When its link was made (UTC; prints as RFC 3339).
    pub created: Timestamp,
    /// Whether the tree is gone: a garbage collection took it.
    pub dangling: bool,
}

/// What went wrong with a profile.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// No generation has that number.
    #[error("there is no generation {number} in {}; `nhmt list-generations` shows those there are", profile.display())]
    Unknown {
        /// The number asked for.
        number: Number,
        /// The profile.
        profile: PathBuf,
    },
    /// Its tree was collected.
    #[error("generation {number} is gone: a garbage collection took its tree {}\n`nhmt realize` makes a new one, `nhmt delete-generations {number}` forgets this one", tree.display())]
    Dangling {
        /// The generation.
        number: Number,
        /// What it links to.
        tree: PathBuf,
    },
    /// The generation in force cannot be deleted.
    #[error("generation {number} is the current one and cannot be deleted; select another first")]
    Current {
        /// The generation.
        number: Number,
    },
    /// The profile's path has no name to derive the generations' names from.
    #[error("{} cannot be a profile: its name must be the name of a link", profile.display())]
    Name {
        /// What was given.
        profile: PathBuf,
    },
    /// Something else has the profile's name.
    #[error("{} is there already and is no profile of nhmt; name another with `--profile`, or move it away", profile.display())]
    Foreign {
        /// The profile.
        profile: PathBuf,
    },
    /// A file operation failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ProfileError + '_ {
    move |source| ProfileError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A profile and the generations beside it.
#[derive(Debug, Clone)]
pub struct Profile {
    dir: PathBuf,
    name: OsString,
}

impl Profile {
    /// The profile at `path`. Nothing needs to be there yet; its directory is
    /// made by the first write.
    ///
    /// # Errors
    ///
    /// When `path` does not end in a name.
    pub fn open(path: &Path) -> Result<Self, ProfileError> {
        let name = |profile: &Path| {
            let name = profile.file_name()?.to_owned();
            Some((profile.parent()?.to_owned(), name))
        };
        let absolute = std::path::absolute(path).map_err(at(path))?;
        let (dir, name) = name(&absolute).ok_or(ProfileError::Name { profile: absolute })?;
        Ok(Self { dir, name })
    }

    /// The profile link, absolute.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.join(&self.name)
    }

    /// The link of generation `number`, absolute.
    #[must_use]
    pub fn link_path(&self, number: Number) -> PathBuf {
        self.dir.join(self.link_name(number))
    }

    /// Whether `path`, absolute, is the profile or one of its generations, or
    /// lies above or below one.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        let Ok(rest) = path.strip_prefix(&self.dir) else {
            return self.dir.starts_with(path);
        };
        rest.iter()
            .next()
            .is_none_or(|name| name == self.name || self.number_of(name).is_some())
    }

    /// All names that are the profile's: it, its generations, and the memory
    /// of numbers; absolute.
    ///
    /// # Errors
    ///
    /// When the profile's directory cannot be read.
    pub fn places(&self) -> Result<Vec<PathBuf>, ProfileError> {
        let links = self.list()?.into_iter();
        let mut places: Vec<_> = links.map(|one| self.link_path(one.number)).collect();
        places.extend([self.path(), self.counter()]);
        Ok(places)
    }

    /// Every generation, oldest number first.
    ///
    /// # Errors
    ///
    /// When the profile's directory cannot be read; a missing one has no
    /// generations.
    pub fn list(&self) -> Result<Vec<Generation>, ProfileError> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(at(&self.dir))?,
        };
        let mut generations = Vec::new();
        for entry in entries {
            let entry = entry.map_err(at(&self.dir))?;
            if let Some(number) = self.number_of(&entry.file_name())
                && let Some(generation) = self.read(number)?
            {
                generations.push(generation);
            }
        }
        generations.sort_by_key(|generation| generation.number);
        Ok(generations)
    }

    /// Generation `number`.
    ///
    /// # Errors
    ///
    /// [`ProfileError::Unknown`] when there is none, [`ProfileError::Dangling`]
    /// when its tree is gone.
    pub fn get(&self, number: Number) -> Result<Generation, ProfileError> {
        let generation = self.read(number)?.ok_or_else(|| ProfileError::Unknown {
            number,
            profile: self.path(),
        })?;
        if generation.dangling {
            return Err(ProfileError::Dangling {
                number,
                tree: generation.tree,
            });
        }
        Ok(generation)
    }

    /// The number that the profile link names; `None` without a profile.
    ///
    /// # Errors
    ///
    /// [`ProfileError::Foreign`] when something is there that names no
    /// generation of this profile, or when the link cannot be read.
    pub fn current(&self) -> Result<Option<Number>, ProfileError> {
        let foreign = || ProfileError::Foreign {
            profile: self.path(),
        };
        match fs::read_link(self.path()) {
            Ok(target) => self.named_by(&target).map(Some).ok_or_else(foreign),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Err(foreign()),
            Err(error) => Err(at(&self.path())(error)),
        }
    }

    /// Takes the next number. It is remembered in a file beside the profile,
    /// because `nix-collect-garbage -d` may delete the newest generation, and
    /// a number that once named one home must not come to name another.
    ///
    /// # Errors
    ///
    /// When the number cannot be remembered.
    pub fn reserve(&self) -> Result<Number, ProfileError> {
        let number = self.next_number()?;
        let counter = self.counter();
        link::make_dir(&self.dir).map_err(at(&self.dir))?;
        let next = self.next_counter();
        let _ = fs::remove_file(&next);
        let written = fs::File::create_new(&next).and_then(|mut file| {
            writeln!(file, "{number}")?;
            file.sync_all()?;
            fs::rename(&next, &counter)
        });
        if written.is_err() {
            let _ = fs::remove_file(&next);
        }
        written.map_err(at(&counter))?;
        // A link, because it is whole as soon as it is there.
        let pending = self.pending();
        let _ = fs::remove_file(&pending);
        std::os::unix::fs::symlink(self.link_name(number), &pending).map_err(at(&pending))?;
        Ok(number)
    }

    /// The run for which a number was reserved is over: its generation is in
    /// force, or gone.
    pub fn settle(&self) {
        // One that stays is seen through by the next command.
        let _ = fs::remove_file(self.pending());
    }

    /// Removes the generation whose run was cut off before it had done
    /// anything, and gives its number. The home has to be locked, and no run
    /// may wait to be taken up; `in_force` is the tree that the home is on.
    ///
    /// # Errors
    ///
    /// When its link cannot be read or removed.
    pub fn remove_unused(&self, in_force: Option<&Path>) -> Result<Option<Number>, ProfileError> {
        let named = fs::read_link(self.pending()).ok();
        let Some(number) = named.and_then(|target| self.named_by(&target)) else {
            return Ok(None);
        };
        let unused = self.current()? != Some(number)
            && self
                .read(number)?
                .is_some_and(|one| Some(&*one.tree) != in_force);
        if unused {
            self.remove(number)?;
        }
        self.settle();
        Ok(unused.then_some(number))
    }

    /// Removes what killed processes left beside the profile. The home has to
    /// be locked.
    pub fn sweep(&self) {
        link::sweep(&self.dir);
        let _ = fs::remove_file(self.next_counter());
    }

    /// The number that [`Self::reserve`] would take.
    ///
    /// # Errors
    ///
    /// When the profile's directory or the counter cannot be read.
    pub fn next_number(&self) -> Result<Number, ProfileError> {
        let counter = self.counter();
        let reserved = match fs::read_to_string(&counter) {
            Ok(text) => text.trim().parse().ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(at(&counter)(error)),
        };
        let newest = self.list()?.last().map(|generation| generation.number);
        let last = reserved.max(newest).max(self.current()?);
        Ok(last.map_or(Number::FIRST, Number::next))
    }

    /// Makes the profile name generation `number`, by one rename. The link is
    /// relative, so that the folder may be moved.
    ///
    /// # Errors
    ///
    /// When the link cannot be replaced.
    pub fn point_to(&self, number: Number) -> Result<(), ProfileError> {
        let profile = self.path();
        let ours = |old: &Path| self.named_by(old).is_some();
        let name = self.link_name(number);
        if fs::read_link(&profile).is_ok_and(|named| named == Path::new(&name)) {
            // Perhaps by a run that was killed before it brought it to the
            // disk; if not, this is quick.
            let dir = fs::File::open(&self.dir).and_then(|dir| dir.sync_all());
            return dir.map_err(at(&self.dir));
        }
        link::replace(Path::new(&name), &profile, ours).map_err(at(&profile))
    }

    /// Deletes generation `number`; its tree stays until the next garbage
    /// collection.
    ///
    /// # Errors
    ///
    /// [`ProfileError::Current`] for the one in force, [`ProfileError::Unknown`]
    /// when there is none.
    pub fn remove(&self, number: Number) -> Result<(), ProfileError> {
        if self.current()? == Some(number) {
            return Err(ProfileError::Current { number });
        }
        let link = self.link_path(number);
        match fs::remove_file(&link) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ProfileError::Unknown {
                number,
                profile: self.path(),
            }),
            done => done.map_err(at(&link)),
        }
    }

    fn read(&self, number: Number) -> Result<Option<Generation>, ProfileError> {
        let link = self.link_path(number);
        let tree = match fs::read_link(&link) {
            Ok(tree) => tree,
            // Not a link (EINVAL): somebody else's file of that name.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::InvalidInput
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(at(&link)(error)),
        };
        let made = fs::symlink_metadata(&link)
            .and_then(|meta| meta.modified())
            .map_err(at(&link))?;
        Ok(Some(Generation {
            number,
            dangling: !link.exists(),
            tree,
            created: Timestamp::try_from(made).unwrap_or_default(),
        }))
    }

    /// The generation that a profile link with this target names.
    fn named_by(&self, target: &Path) -> Option<Number> {
        target.file_name().and_then(|name| self.number_of(name))
    }

    fn link_name(&self, number: Number) -> OsString {
        let mut name = self.name.clone();
        name.push(format!("-{number}-link"));
        name
    }

    fn number_of(&self, link: &OsStr) -> Option<Number> {
        let rest = link
            .as_encoded_bytes()
            .strip_prefix(self.name.as_encoded_bytes())?;
        let number = rest.strip_prefix(b"-")?.strip_suffix(b"-link")?;
        let number = std::str::from_utf8(number).ok()?.parse().ok()?;
        // Not `nhmt-07-link`: each generation has one name.
        (self.link_name(number) == link).then_some(number)
    }

    fn counter(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push("-last-number");
        self.dir.join(name)
    }

    /// Names the generation that a run makes while it is not in force yet.
    fn pending(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push("-pending");
        self.dir.join(name)
    }

    /// The counter until it is written. It has one name, so that a killed
    /// process leaves one file at most.
    fn next_counter(&self) -> PathBuf {
        let mut name = self.counter().into_os_string();
        name.push(".next");
        name.into()
    }
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
