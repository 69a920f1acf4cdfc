//! Paths of a home whose data lies in a directory that outlives the home.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::check::is_normalized_absolute;
use super::{HomePath, LeafKind, words};

/// What is kept at a persisted path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RouteKind {
    /// A directory with all that is in it.
    Directory,
    /// One regular file.
    File,
}

/// How a persisted path leads to its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RouteMethod {
    /// By a symbolic link, through the anchor.
    #[default]
    Symlink,
    /// By a bind mount.
    Bind,
}

/// Where the data of a persisted path lies, and how the path leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The directory that outlives the home; absolute and normalized.
    pub root: PathBuf,
    /// What is kept.
    pub kind: RouteKind,
    /// How the path leads to it.
    pub method: RouteMethod,
    /// The permission bits of what nhmt makes at the place, when given.
    pub mode: Option<u32>,
    /// The permission bits of directories that nhmt makes above it, when given.
    pub parent_mode: Option<u32>,
}

/// The permission bits of a directory that nothing else is said of.
const OPEN: u32 = 0o755;
/// The same for one that keeps secrets.
const PRIVATE: u32 = 0o700;

/// Directories with keys and passwords, and so all that is below them.
const SECRETS: [&str; 13] = [
    ".aws",
    ".config/sops",
    ".gnupg",
    ".kube",
    ".local/share/gnupg",
    ".local/share/gopass",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".local/share/password-store",
    ".local/share/pki",
    ".password-store",
    ".pki",
    ".ssh",
];

impl RouteKind {
    /// The name in configurations, manifests and the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::File => "file",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = [Self::Directory, Self::File].into_iter();
        all.find(|kind| kind.as_str().as_bytes() == name)
    }

    /// What the leaf of a route is.
    #[must_use]
    pub fn leaf(self) -> LeafKind {
        match self {
            Self::Directory => LeafKind::Directory,
            Self::File => LeafKind::File,
        }
    }
}

impl RouteMethod {
    /// The name in configurations, manifests and the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Symlink => "symlink",
            Self::Bind => "bind",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = [Self::Symlink, Self::Bind].into_iter();
        all.find(|method| method.as_str().as_bytes() == name)
    }
}

impl Route {
    /// Where the data of `path` lies.
    #[must_use]
    pub fn place(&self, path: &HomePath) -> PathBuf {
        self.root.join(path.as_path())
    }

    /// The permission bits of the directory that nhmt makes at `path` when
    /// there is none yet.
    #[must_use]
    pub fn directory_mode(&self, path: &HomePath) -> u32 {
        self.mode.unwrap_or_else(|| usual_mode(path))
    }

    /// The permission bits of a directory `above` this path that nhmt makes.
    #[must_use]
    pub fn mode_above(&self, above: &HomePath) -> u32 {
        self.parent_mode.unwrap_or_else(|| usual_mode(above))
    }

    /// All but the root, for people: `directory by symlink, mode 0700`.
    #[must_use]
    pub fn how(&self) -> String {
        let mut words = format!("{} by {}", self.kind.as_str(), self.method.as_str());
        for (name, mode) in [("mode", self.mode), ("parentMode", self.parent_mode)] {
            if let Some(mode) = mode {
                let _ = write!(words, ", {name} {mode:04o}");
            }
        }
        words
    }

    /// The words of the index, each after a space.
    pub(super) fn words(&self) -> String {
        let mut words = format!(
            " route={} root={}",
            self.kind.as_str(),
            words::escaped(self.root.as_os_str().as_bytes())
        );
        if self.method != RouteMethod::Symlink {
            let _ = write!(words, " by={}", self.method.as_str());
        }
        for (key, mode) in [("route-mode", self.mode), ("parent-mode", self.parent_mode)] {
            if let Some(mode) = mode {
                let _ = write!(words, " {key}={mode:o}");
            }
        }
        words
    }

    /// Reads [`Route::words`] among others: `None` when there are none of
    /// them, `Some(None)` when they make no route.
    #[allow(clippy::option_option, reason = "absent, and damaged")]
    pub(super) fn from_words(all: &[u8]) -> Option<Option<Self>> {
        let kind = words::value(all, "route")?;
        let read = || {
            let mode = |key| match words::value(all, key) {
                None => Some(None),
                Some(_) => words::mode(all, key)
                    .filter(|mode| *mode <= 0o7777)
                    .map(Some),
            };
            let root = words::unescaped(words::value(all, "root")?)?;
            let root = PathBuf::from(OsString::from_vec(root));
            Some(Self {
                root: is_root(&root).then_some(root)?,
                kind: RouteKind::from_name(kind)?,
                method: match words::value(all, "by") {
                    Some(name) => RouteMethod::from_name(name)?,
                    None => RouteMethod::Symlink,
                },
                mode: mode("route-mode")?,
                parent_mode: mode("parent-mode")?,
            })
        };
        Some(read())
    }
}

/// Whether a path can be the root of routes: places are looked up below it, so
/// it must lead to one place whatever it holds.
pub(super) fn is_root(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    let odd = |name: &[u8]| name.is_empty() || name == b"." || name == b"..";
    let mut names = bytes.split(|&b| b == b'/').skip(1);
    is_normalized_absolute(path) && !bytes.contains(&0) && (bytes == b"/" || !names.any(odd))
}

/// The permission bits of a directory of that name.
fn usual_mode(path: &HomePath) -> u32 {
    let secret = SECRETS.iter().any(|secret| {
        let rest = path.as_bytes().strip_prefix(secret.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|&b| b == b'/'))
    });
    if secret { PRIVATE } else { OPEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(root: &str) -> Route {
        Route {
            root: root.into(),
            kind: RouteKind::Directory,
            method: RouteMethod::Symlink,
            mode: None,
            parent_mode: None,
        }
    }

    #[test]
    fn words_go_both_ways() {
        let odd = Route {
            kind: RouteKind::File,
            method: RouteMethod::Bind,
            mode: Some(0o600),
            parent_mode: Some(0o1750),
            ..route("/a b/ü =%\n./x")
        };
        for route in [route("/"), route("/persist/home/alice"), odd] {
            let words = route.words();
            assert!(
                words.starts_with(" route=") && !words.contains(" ./"),
                "{words:?}"
            );
            let among = format!(" inside=0{words} new=2");
            assert_eq!(Route::from_words(among.as_bytes()), Some(Some(route)));
        }
        assert_eq!(Route::from_words(b" root=/x"), None);
    }

    #[test]
    fn words_that_make_no_route_are_noticed() {
        for words in [
            "route=socket root=/p",
            "route=file",
            "route=file root=p",
            "route=file root=",
            "route=file root=/p/../q",
            "route=file root=/p/",
            "route=file root=//p",
            "route=file root=/p%00",
            "route=file root=/p%2",
            "route=file root=/p by=magic",
            "route=file root=/p route-mode=9",
            "route=file root=/p parent-mode=77777",
        ] {
            assert_eq!(Route::from_words(words.as_bytes()), Some(None), "{words}");
        }
    }

    #[test]
    fn directories_with_secrets_are_private() {
        let path = |text: &str| HomePath::new(text).unwrap();
        let plain = route("/p");
        for (text, mode) in [
            (".ssh", 0o700),
            (".ssh/keys", 0o700),
            (".sshx", 0o755),
            (".local/share/keyrings", 0o700),
            (".local/share", 0o755),
            ("Documents", 0o755),
        ] {
            assert_eq!(plain.directory_mode(&path(text)), mode, "{text}");
            assert_eq!(plain.mode_above(&path(text)), mode, "{text}");
        }
        let set = Route {
            mode: Some(0o711),
            parent_mode: Some(0o750),
            ..route("/p")
        };
        assert_eq!(set.directory_mode(&path(".ssh")), 0o711);
        assert_eq!(set.mode_above(&path(".ssh")), 0o750);
        assert_eq!(plain.place(&path(".ssh")), Path::new("/p/.ssh"));
    }
}
