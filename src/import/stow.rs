//! Packages of GNU stow.
//!
//! What is stowed in this home is to be seen in it: a link that leads into the
//! package. A package of which nothing is stowed is taken as stow would.

use std::fs;
use std::path::{Path, PathBuf};

use super::found::{Arrival, Import, ImportError, Item, NoteKind};
use super::link::target_of;
use super::stow_ignore::Ignore;
use super::take::{Rules, has_a_name, names};
use crate::manifest::HomePath;

/// Which packages, and how their names are read.
#[derive(Debug, Default)]
pub struct Stow {
    /// The stow directory.
    pub directory: PathBuf,
    /// The packages; none means those that are stowed, or all.
    pub packages: Vec<String>,
    /// Whether `dot-` at the start of a name stands for a dot; `None` when the
    /// names themselves have to say so.
    pub dotfiles: Option<bool>,
}

/// Directories that programs fill: one link into a package would lead all of
/// that there.
const SHARED: [&str; 9] = [
    ".cache",
    ".config",
    ".config/systemd",
    ".config/systemd/user",
    ".local",
    ".local/bin",
    ".local/lib",
    ".local/share",
    ".local/state",
];

/// Reads packages.
///
/// # Errors
/// When a directory cannot be read, or has no such package.
pub fn stow(rules: &Rules, what: &Stow) -> Result<Import, ImportError> {
    let read = |error| ImportError::read(&what.directory, error);
    let directory = what.directory.canonicalize().map_err(read)?;
    let packages = packages(&directory, &what.packages)?;
    let dotfiles = match what.dotfiles {
        Some(dotfiles) => dotfiles,
        None => has_dot_names(&directory, &packages)?,
    };
    let mut import = Import::default();
    let mut readers = Vec::new();
    for package in &packages {
        let root = directory.join(package);
        let ignore = ignore(&root, &rules.home)?;
        for pattern in &ignore.unknown {
            let why = format!("the pattern `{pattern}` of its ignore list is not understood");
            import.note(package, NoteKind::Remark, why);
        }
        let mut reader = Reader {
            rules,
            root: root
                .canonicalize()
                .map_err(|error| ImportError::read(&root, error))?,
            ignore,
            dotfiles,
            asks_home: true,
        };
        let stowed = reader.is_stowed(&reader.root.clone(), "")?;
        reader.asks_home = stowed;
        readers.push((package, reader));
    }
    let some_are = readers.iter().any(|(_, reader)| reader.asks_home);
    for (package, reader) in readers {
        if some_are && !reader.asks_home && what.packages.is_empty() {
            import.left_out(
                package,
                "this package is not stowed here; name it to take it",
            );
            continue;
        }
        reader.read(&mut import, &reader.root, "", None)?;
    }
    Ok(import)
}

fn packages(directory: &Path, named: &[String]) -> Result<Vec<String>, ImportError> {
    if !named.is_empty() {
        for name in named {
            let path = directory.join(name);
            if !path.is_dir() {
                let why = "there is no such package";
                return Err(ImportError::Unknown { path, why });
            }
        }
        return Ok(named.to_vec());
    }
    let all = names(directory)?
        .into_iter()
        .filter_map(|name| name.into_string().ok());
    let all = all.filter(|name| !name.starts_with('.') && directory.join(name).is_dir());
    Ok(all.collect())
}

/// Nobody calls a file `dot-x` who does not mean `.x`.
fn has_dot_names(directory: &Path, packages: &[String]) -> Result<bool, ImportError> {
    for package in packages {
        let names = names(&directory.join(package))?;
        if names
            .iter()
            .any(|name| name.as_encoded_bytes().starts_with(b"dot-"))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn ignore(package: &Path, home: &Path) -> Result<Ignore, ImportError> {
    for list in [
        package.join(".stow-local-ignore"),
        home.join(".stow-global-ignore"),
    ] {
        match fs::read_to_string(&list) {
            Ok(text) => return Ok(Ignore::new(Some(&text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(ImportError::read(&list, error)),
        }
    }
    Ok(Ignore::new(None))
}

struct Reader<'a> {
    rules: &'a Rules,
    root: PathBuf,
    ignore: Ignore,
    dotfiles: bool,
    /// Only what is stowed in the home is taken.
    asks_home: bool,
}

impl Reader<'_> {
    /// The name in the home.
    fn name(&self, name: &str) -> String {
        match name.strip_prefix("dot-").filter(|rest| !rest.is_empty()) {
            Some(rest) if self.dotfiles => format!(".{rest}"),
            _ => name.to_owned(),
        }
    }

    fn children(&self, dir: &Path, below: &str) -> Result<Vec<(PathBuf, String)>, ImportError> {
        let mut children = Vec::new();
        for name in names(dir)? {
            let Ok(name) = name.into_string() else {
                continue;
            };
            let place = if below.is_empty() {
                name.clone()
            } else {
                format!("{below}/{name}")
            };
            if !self.ignore.has(&place) {
                children.push((dir.join(name), place));
            }
        }
        Ok(children)
    }

    /// The place in the home of what lies at `place` in the package.
    fn target(&self, place: &str) -> Option<HomePath> {
        let names: Vec<_> = place.split('/').map(|name| self.name(name)).collect();
        HomePath::new(names.join("/")).ok()
    }

    /// Whether the home has a link to `from`.
    fn is_linked(&self, target: &HomePath, from: &Path) -> bool {
        let link = self.rules.home.join(target.as_path());
        if !link.is_symlink() {
            return false;
        }
        let same = |one: &Path, other: &Path| {
            let real = |path: &Path| {
                let above = path.parent()?.canonicalize().ok()?;
                Some(above.join(path.file_name()?))
            };
            real(one).is_some_and(|one| Some(one) == real(other))
        };
        target_of(&link).is_ok_and(|to| same(&to, from))
    }

    /// Whether anything below `dir` is linked to from the home.
    fn is_stowed(&self, dir: &Path, below: &str) -> Result<bool, ImportError> {
        for (from, place) in self.children(dir, below)? {
            let Some(target) = self.target(&place) else {
                continue;
            };
            if self.is_linked(&target, &from)
                || (from.is_dir() && !from.is_symlink() && self.is_stowed(&from, &place)?)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `linked` says of what lies in `dir` that a link above leads to it.
    fn read(
        &self,
        import: &mut Import,
        dir: &Path,
        below: &str,
        linked: Option<&HomePath>,
    ) -> Result<(), ImportError> {
        for (from, place) in self.children(dir, below)? {
            let Some(target) = self.target(&place) else {
                continue;
            };
            if !has_a_name(import, &target) || self.rules.is_secret_by_name(import, &target) {
                continue;
            }
            let here = linked.is_some() || self.is_linked(&target, &from);
            let is_directory = from.is_dir() && !from.is_symlink();
            if is_directory && here && linked.is_none() {
                self.folded(import, &target, &from, &place)?;
            } else if is_directory {
                self.read(import, &from, &place, linked)?;
            } else if !here && self.asks_home {
                import.left_out(target, "its package is stowed, and it is not");
            } else if from.is_symlink() {
                let to = target_of(&from).map_err(|error| ImportError::read(&from, error))?;
                self.rules.take_link(import, target, to);
            } else {
                self.rules
                    .take_file(import, target, &from, None, Arrival::Usual)?;
            }
        }
        Ok(())
    }

    /// A directory that one link in the home leads to.
    fn folded(
        &self,
        import: &mut Import,
        target: &HomePath,
        from: &Path,
        place: &str,
    ) -> Result<(), ImportError> {
        let name = target.to_string();
        if !SHARED.contains(&&*name) {
            let from = from.to_owned();
            import
                .items
                .insert(target.clone(), Item::Directory { from });
            return Ok(());
        }
        let package = self.root.file_name().unwrap_or_default().to_string_lossy();
        let why = format!(
            "stow made one link of this whole directory, which programs write to; before the first realize run `stow --restow --no-folding {package}` in the stow directory"
        );
        import.note(target, NoteKind::Remark, why);
        self.read(import, from, place, Some(target))
    }
}
