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
    /// What goes behind it, when given: the configuration's name.
    pub name: Option<String>,
    /// The directory, for a local path.
    pub directory: Option<PathBuf>,
    /// What Nix copies of it to the store: the work tree of git around the
    /// directory, or the directory; `None` for what is fetched.
    pub place: Option<PathBuf>,
}

impl Reference {
    /// Reads `REF[#NAME]`; a relative path is relative to `from`.
    pub(super) fn parse(text: &str, from: &Path) -> Result<Self, EvalError> {
        let (url, name) = match text.split_once('#') {
            Some((url, name)) => (url, Some(name).filter(|name| !name.is_empty())),
            None => (text, None),
        };
        let is_path = url.is_empty() || url.starts_with(['.', '/']);
        let mut reference = Self {
            url: url.to_owned(),
            shown: url.to_owned(),
            name: name.map(|name| name.trim_matches('"').to_owned()),
            directory: None,
            place: if is_path {
                None
            } else {
                local_place(url, from)
            },
        };
        if is_path {
            let (path, query) = match url.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (url, None),
            };
            let directory = from.join(path).canonicalize().map_err(|error| {
                EvalError::new(ErrorKind::Missing, format!("{path}: {error}")).remedy(NOT_A_FLAKE)
            })?;
            let elsewhere = query.is_some_and(|query| query.contains("dir="));
            if !elsewhere && !directory.join("flake.nix").is_file() {
                let shown = directory.display();
                let error = EvalError::new(
                    ErrorKind::Missing,
                    format!("there is no flake.nix in {shown}"),
                );
                return Err(error.remedy(NOT_A_FLAKE));
            }
            reference.url = local_url(&directory, query);
            reference.shown = directory.display().to_string();
            reference.place = Some(work_tree(&directory).unwrap_or(&directory).to_owned());
            reference.directory = Some(directory);
        }
        Ok(reference)
    }

    /// The installable for `attribute` of the configuration `name`.
    pub(super) fn installable(&self, name: &str, attribute: &str) -> String {
        // Nix decodes percent signs in what stands behind the `#`.
        let name = name.replace('%', "%25").replace('\\', "\\\\");
        let name = name.replace('"', "\\\"");
        format!("{}#nhmtConfigurations.\"{name}\".{attribute}", self.url)
    }

    /// Turns a complaint about a missing file into one about git, when the
    /// file is there and git does not track it.
    pub(super) fn explain_untracked(&self, mut error: EvalError) -> EvalError {
        let Some(root) = self.directory.as_deref().and_then(work_tree) else {
            return error;
        };
        if let Some(file) = untracked(&error.raw, root) {
            let shown = root.join(&file);
            error.message = format!(
                "{} is there, but git does not track it, and a flake sees only what git tracks",
                shown.display()
            );
            error.remedy = Some(format!(
                "Run: cd {} && git add -N {}",
                quoted(&root.display().to_string()),
                quoted(&file)
            ));
            error.kind = ErrorKind::Missing;
            // That was a place in Nix's copy, or in nhmt's own files.
            error.location = None;
        }
        error
    }
}

/// The URL that Nix itself takes a local path for. It does so for arguments on
/// the command line only: `builtins.getFlake` takes a bare path for a plain
/// directory, and would read what git does not track.
fn local_url(directory: &Path, query: Option<&str>) -> String {
    let query = query.map(str::to_owned);
    let Some(root) = work_tree(directory) else {
        let query = query.map_or(String::new(), |query| format!("?{query}"));
        return format!("path:{}{query}", encoded(directory));
    };
    let inside = directory.strip_prefix(root).unwrap_or(Path::new(""));
    let below = (!inside.as_os_str().is_empty()).then(|| format!("dir={}", encoded(inside)));
    let query: Vec<String> = below.into_iter().chain(query).collect();
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{}", query.join("&"))
    };
    format!("git+file://{}{query}", encoded(root))
}

/// The directory that a URL such as `path:/home/alice/x?dir=y` names.
fn local_place(url: &str, from: &Path) -> Option<PathBuf> {
    let path = url
        .strip_prefix("path:")
        .or_else(|| url.strip_prefix("git+file:"))?;
    let path = path.split('?').next()?;
    let path = path.strip_prefix("//").unwrap_or(path);
    from.join(decoded(path)?).canonicalize().ok()
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

/// The first file that `text` misses in the flake's copy and that exists in
/// the work tree, relative to it.
fn untracked(text: &str, root: &Path) -> Option<String> {
    if ![
        "does not exist",
        "No such file",
        "There is no",
        "not tracked",
        "does not contain",
    ]
    .iter()
    .any(|sign| text.contains(sign))
    {
        return None;
    }
    // `'/nix/store/…-source/x.nix'`, `Path 'x.nix'`, `There is no /nix/store/…`.
    let words = text.split(|c: char| c.is_whitespace() || c == '\'' || c == '"');
    let root_text = root.display().to_string();
    words
        .filter_map(|word| {
            let word = word.trim_end_matches([':', '.', ',']);
            let file = if let Some((_, file)) = word.split_once("-source/") {
                file
            } else if let Some(file) = word.strip_prefix(&root_text) {
                file.trim_start_matches('/')
            } else {
                word.trim_start_matches('/')
            };
            let file = file.split(':').next()?;
            (!file.is_empty() && root.join(file).is_file()).then(|| file.to_owned())
        })
        .find(|file| !is_tracked(root, file))
}

/// Asks git; without it every file that Nix misses counts as untracked.
fn is_tracked(root: &Path, file: &str) -> bool {
    std::process::Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "--error-unmatch", "--", file])
        .output()
        .is_ok_and(|done| done.status.success())
}

/// `text` for a POSIX shell.
fn quoted(text: &str) -> String {
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
            remote.installable("a@h", "homeTree"),
            "github:alice/home#nhmtConfigurations.\"a@h\".homeTree"
        );
        assert!(Reference::parse("./absent", dir.path()).is_err());
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
