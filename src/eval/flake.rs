//! Flake references, and what a flake does not see.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::{ErrorKind, EvalError};

const NOT_A_FLAKE: &str = "--flake takes a directory with a flake.nix, or a flake reference such as github:alice/home. A home.nix or a manifest goes with -f.";

/// A flake reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// What goes before the `#`; a URL also for local paths.
    pub url: String,
    /// The same for messages: local paths as paths.
    pub shown: String,
    /// The output that the name is looked up in, when given.
    pub kind: Option<Kind>,
    /// What goes behind the `#`, when given: the configuration's name.
    pub name: Option<String>,
    /// The directory with the `flake.nix`, for what lies on this machine.
    pub directory: Option<PathBuf>,
    /// What Nix copies of it to the store: the work tree of git around the
    /// directory, or the directory; `None` for what is fetched.
    pub place: Option<PathBuf>,
    /// Whether Nix copies only what git tracks in the work tree.
    pub tracked_only: bool,
}

/// The output of a flake that a configuration is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `nhmtConfigurations`.
    Nhmt,
    /// `homeConfigurations`.
    HomeManager,
}

impl Kind {
    /// In the order in which they are looked through.
    pub(super) const ALL: [Self; 2] = [Self::Nhmt, Self::HomeManager];

    /// The name of the output.
    pub(super) fn output(self) -> &'static str {
        match self {
            Self::Nhmt => "nhmtConfigurations",
            Self::HomeManager => "homeConfigurations",
        }
    }
}

impl Reference {
    /// Reads `REF[#NAME]`; a relative path is relative to `from`.
    pub(super) fn parse(text: &str, from: &Path) -> Result<Self, EvalError> {
        let (url, fragment) = match text.split_once('#') {
            Some((url, fragment)) => (url, fragment),
            None => (text, ""),
        };
        let (kind, name) = configuration(fragment);
        let reference = Self {
            url: url.to_owned(),
            shown: url.to_owned(),
            kind,
            name,
            directory: None,
            place: None,
            tracked_only: false,
        };
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (url, None),
        };
        if path.is_empty() || path.starts_with(['.', '/', '~']) {
            return reference.at_path(path, query, from);
        }
        Ok(match local_url_path(path, from) {
            Some((scheme, place)) => reference.at_url(scheme, &place, query),
            None => reference,
        })
    }

    /// For a bare path, which Nix reads by git inside of a work tree.
    fn at_path(self, path: &str, query: Option<&str>, from: &Path) -> Result<Self, EvalError> {
        let named = if path.is_empty() { "." } else { path };
        let named = from.join(expanded(named));
        let start = named.canonicalize().map_err(|error| {
            let message = format!("{}: {error}", named.display());
            EvalError::new(ErrorKind::Missing, message).remedy(NOT_A_FLAKE)
        })?;
        let sub = query.and_then(|query| parameter(query, "dir"));
        let directory = match &sub {
            Some(sub) => start.join(sub),
            None => flake_around(&start).unwrap_or_else(|| start.clone()),
        };
        if !directory.join("flake.nix").is_file() {
            let shown = directory.display();
            let message = format!("there is no flake.nix in {shown}");
            return Err(EvalError::new(ErrorKind::Missing, message).remedy(NOT_A_FLAKE));
        }
        let root = work_tree(&directory);
        Ok(Self {
            url: local_url(&directory, query),
            shown: directory.display().to_string(),
            place: Some(root.unwrap_or(&directory).to_owned()),
            tracked_only: root.is_some() && !is_of_a_revision(query),
            directory: Some(directory),
            ..self
        })
    }

    /// For `path:…` and `git+file:…`, whose relative paths only Nix's command
    /// line understands.
    fn at_url(self, scheme: &str, place: &Path, query: Option<&str>) -> Self {
        let slashes = if scheme == "path" { "" } else { "//" };
        let behind = query.map_or(String::new(), |query| format!("?{query}"));
        let url = format!("{scheme}:{slashes}{}{behind}", encoded(place));
        let sub = query.and_then(|query| parameter(query, "dir"));
        let directory = sub.map_or_else(|| place.to_owned(), |sub| place.join(sub));
        let is_here = directory.join("flake.nix").exists() && !is_of_a_revision(query);
        Self {
            url,
            place: Some(place.to_owned()),
            tracked_only: scheme == "git+file" && is_here,
            directory: is_here.then_some(directory),
            ..self
        }
    }

    /// The installable for `attribute` of the configuration `name`.
    pub(super) fn installable(&self, kind: Kind, name: &str, attribute: &str) -> String {
        // Nix decodes percent signs in what stands behind the `#`.
        let name = encoded(Path::new(name));
        format!("{}#{}.\"{name}\".{attribute}", self.url, kind.output())
    }

    /// Whether the URL needs percent signs for the path.
    pub(super) fn has_odd_path(&self) -> bool {
        let path = self.url.split('?').next().unwrap_or_default();
        self.place.is_some() && path.contains('%')
    }

    /// How the configuration `name` is asked for, for a POSIX shell.
    pub(super) fn asked_for(&self, name: &str) -> String {
        quoted(&format!("{}#{name}", self.shown))
    }
}

/// The reference of the flake in `directory`, which is absolute: a path, or a
/// URL where the path has what a reference has a meaning for.
#[must_use]
pub fn reference_of(directory: &Path) -> String {
    let path = directory.to_string_lossy();
    if path.contains(['#', '?', '%']) {
        local_url(directory, None)
    } else {
        path.into_owned()
    }
}

/// The directory with the `flake.nix` of `reference`, when that is on this
/// machine and as a person edits it, and no revision of the past.
#[must_use]
pub fn flake_directory(reference: &str) -> Option<PathBuf> {
    local(reference)?.directory
}

/// What `reference` means here, when it can be read.
pub(super) fn local(reference: &str) -> Option<Reference> {
    Reference::parse(reference, &std::env::current_dir().ok()?).ok()
}

/// What stands behind the `#`: a name, or the path of an attribute as Nix's
/// own commands take it.
fn configuration(fragment: &str) -> (Option<Kind>, Option<String>) {
    let named = |name: &str| {
        let inner = name
            .strip_prefix('"')
            .and_then(|name| name.strip_suffix('"'));
        let name = inner.unwrap_or(name);
        (!name.is_empty()).then(|| name.to_owned())
    };
    let full = Kind::ALL.into_iter().find_map(|kind| {
        let rest = fragment.strip_prefix(kind.output())?;
        Some((Some(kind), rest.strip_prefix('.').unwrap_or(rest)))
            .filter(|_| rest.is_empty() || rest.starts_with('.'))
    });
    match full {
        Some((kind, rest)) => (
            kind,
            named(rest.strip_suffix(".activationPackage").unwrap_or(rest)),
        ),
        None => (None, named(fragment)),
    }
}

/// `~` and `~/x`, which a shell leaves alone behind `--flake=` or `path:`.
fn expanded(path: &str) -> PathBuf {
    let home = || std::env::var_os("HOME").filter(|home| !home.is_empty());
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => match home() {
            Some(home) => Path::new(&home).join(rest.trim_start_matches('/')),
            None => path.into(),
        },
        _ => path.into(),
    }
}

/// The nearest directory with a `flake.nix`: `start`, or one above it in the
/// same work tree of git. Nix goes on to the top of the filesystem, by way of
/// directories that anybody may write to.
#[must_use]
pub fn flake_around(start: &Path) -> Option<PathBuf> {
    let has_flake = |directory: &&Path| directory.join("flake.nix").is_file();
    let top = work_tree(start).unwrap_or(start);
    let mut inside = start.ancestors().take_while(|dir| dir.starts_with(top));
    inside.find(has_flake).map(Path::to_owned)
}

/// The value of the parameter `name` in the query of a URL.
fn parameter(query: &str, name: &str) -> Option<PathBuf> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    decoded(value)
}

/// Whether a query names something else than the work tree as it is.
fn is_of_a_revision(query: Option<&str>) -> bool {
    query.is_some_and(|query| {
        parameter(query, "rev")
            .or(parameter(query, "ref"))
            .is_some()
    })
}

/// The URL that Nix itself takes a local path for. It does so for arguments on
/// the command line only: `builtins.getFlake` takes a bare path for a plain
/// directory, and would read what git does not track.
pub(super) fn local_url(directory: &Path, query: Option<&str>) -> String {
    let others = query.unwrap_or_default().split('&');
    let others = others.filter(|pair| !pair.is_empty() && !pair.starts_with("dir="));
    let Some(root) = work_tree(directory) else {
        return with_query(format!("path:{}", encoded(directory)), others);
    };
    let inside = directory.strip_prefix(root).unwrap_or(Path::new(""));
    let below = (!inside.as_os_str().is_empty()).then(|| format!("dir={}", encoded(inside)));
    let url = format!("git+file://{}", encoded(root));
    with_query(url, below.as_deref().into_iter().chain(others))
}

fn with_query<'a>(url: String, pairs: impl Iterator<Item = &'a str>) -> String {
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        url
    } else {
        format!("{url}?{query}")
    }
}

/// The scheme of a URL such as `path:./x` or `git+file:///home/alice/x`, and
/// the path in it, when that is there.
fn local_url_path(url: &str, from: &Path) -> Option<(&'static str, PathBuf)> {
    let (scheme, path) = ["path", "git+file"].into_iter().find_map(|scheme| {
        let path = url.strip_prefix(scheme)?.strip_prefix(':')?;
        Some((scheme, path))
    })?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = decoded(path)?;
    let path = path.to_str().map_or(path.clone(), expanded);
    Some((scheme, from.join(path).canonicalize().ok()?))
}

/// The path that stands in a URL.
fn decoded(text: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

/// A path in a URL (RFC 3986, section 2.1).
pub(super) fn encoded(path: &Path) -> String {
    let mut text = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The work tree of git that `directory` lies in.
pub(super) fn work_tree(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|dir| dir.join(".git").exists())
}

/// `text` for a POSIX shell.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+@%:=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        let error = Reference::parse(".", dir.path()).unwrap_err();
        assert!(
            error.message.starts_with("there is no flake.nix in /"),
            "{error}"
        );
        std::fs::write(real.join("flake.nix"), "").unwrap();
        let parse = |text: &str| Reference::parse(text, dir.path()).unwrap();
        let here = parse(".#alice@host");
        assert_eq!(here.shown, real.display().to_string());
        assert_eq!(here.url, format!("path:{}", encoded(&real)));
        assert_eq!(here.name.as_deref(), Some("alice@host"));
        assert_eq!(parse("").directory, Some(real.clone()));
        assert_eq!(parse("").place, Some(real.clone()));
        let odd = real.join("my home%");
        std::fs::create_dir(&odd).unwrap();
        for url in [
            format!("path:{}", encoded(&odd)),
            format!("git+file://{}?dir=sub&ref=main#x", encoded(&odd)),
            "path:./my%20home%25".to_owned(),
        ] {
            let reference = parse(&url);
            assert_eq!(
                (reference.directory, reference.place),
                (None, Some(odd.clone()))
            );
        }
        for url in [
            "github:alice/home",
            "path:/absent",
            "git+ssh://host/x",
            "path:%2",
        ] {
            assert_eq!(parse(url).place, None, "{url}");
        }
        let remote = parse("github:alice/home");
        assert_eq!(
            (remote.name.clone(), remote.directory.clone()),
            (None, None)
        );
        assert_eq!(
            remote.installable(Kind::Nhmt, "a@h", "homeTree"),
            "github:alice/home#nhmtConfigurations.\"a%40h\".homeTree"
        );
        assert!(Reference::parse("./absent", dir.path()).is_err());
        for (fragment, kind, name) in [
            ("", None, None),
            ("alice.smith", None, Some("alice.smith")),
            ("\"a b\"", None, Some("a b")),
            ("nhmtConfigurations.a.b", Some(Kind::Nhmt), Some("a.b")),
            (
                "homeConfigurations.\"a@b\".activationPackage",
                Some(Kind::HomeManager),
                Some("a@b"),
            ),
            ("homeConfigurations", Some(Kind::HomeManager), None),
            ("homeConfigurationsOf", None, Some("homeConfigurationsOf")),
        ] {
            let expected = (kind, name.map(str::to_owned));
            assert_eq!(configuration(fragment), expected, "{fragment}");
        }
    }

    #[test]
    fn a_path_in_a_work_tree_is_read_by_git() {
        let dir = tempfile::tempdir().unwrap();
        let sub = dir.path().join("my home");
        std::fs::create_dir_all(dir.path().join(".git")).unwrap();
        std::fs::create_dir_all(&sub).unwrap();
        let root = format!("git+file://{}", encoded(dir.path()));
        assert_eq!(local_url(dir.path(), None), root);
        std::fs::write(sub.join("flake.nix"), "").unwrap();
        let reference = Reference::parse("./my home", dir.path()).unwrap();
        assert_eq!(reference.place, dir.path().canonicalize().ok());
        assert_eq!(
            local_url(&sub, Some("ref=main")),
            format!("{root}?dir=my%20home&ref=main")
        );
    }

    #[test]
    fn shells_read_what_is_quoted() {
        assert_eq!(quoted("a/b.nix"), "a/b.nix");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
