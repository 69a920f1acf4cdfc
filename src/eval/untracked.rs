//! Files that are there, and that a flake does not see.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::flake::{Reference, local, quoted};
use super::{ErrorKind, EvalError};

/// What Nix says, one way or another, of a file that its copy lacks.
const SIGNS: [&str; 6] = [
    "does not exist",
    "No such file",
    "There is no",
    "there is no",
    "not tracked",
    "does not contain",
];

/// Why a file that exists is not in a flake's copy of its work tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Nobody added it.
    New,
    /// As new, and a pattern in `.gitignore` matches it.
    Ignored,
    /// A directory without files, of which git keeps nothing.
    Empty,
    /// It belongs to another repository inside of this one.
    Submodule,
}

impl Reference {
    /// Turns a complaint about a missing file into one about git, when the
    /// file is there and git does not track it.
    pub(super) fn explain_untracked(&self, mut error: EvalError) -> EvalError {
        let Some(root) = self.place.as_deref().filter(|_| self.tracked_only) else {
            return error;
        };
        let Some((file, why)) = missed(&error.raw, root) else {
            return error;
        };
        let shown = root.join(&file);
        let shown = shown.display();
        let add = |flags: &str| {
            Some(format!(
                "Run: cd {} && git add {flags} {}",
                quoted(&root.display().to_string()),
                quoted(&file)
            ))
        };
        (error.message, error.remedy) = match why {
            Why::New => (
                format!(
                    "{shown} is there, but git does not track it, and a flake sees only what git tracks"
                ),
                add("-N"),
            ),
            Why::Ignored => (
                format!(
                    "{shown} is there, but git ignores it, and a flake sees only what git tracks"
                ),
                add("-N -f"),
            ),
            Why::Empty => (
                format!(
                    "{shown} is an empty directory, which git does not keep, and a flake sees only what git tracks"
                ),
                Some("Put a file into it, and `git add -N` that.".to_owned()),
            ),
            Why::Submodule => (
                format!("{shown} is in a submodule of git, which a flake does not see by itself"),
                Some(self.with_submodules()),
            ),
        };
        error.kind = ErrorKind::Missing;
        // That was a place in Nix's copy, or in nhmt's own files.
        error.location = None;
        error
    }

    /// What to type to have submodules read.
    fn with_submodules(&self) -> String {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        let name = self
            .name
            .as_deref()
            .map_or(String::new(), |name| format!("#{name}"));
        format!(
            "Have Nix read them: --flake {}",
            quoted(&format!("{}{joint}submodules=1{name}", self.url))
        )
    }
}

/// Has git know of `files`, so that the flake `reference` sees them: it sees
/// what is added, if only by intention, and nothing else. Whether any was new;
/// none is where Nix takes the directory as it is.
///
/// # Errors
/// What git says, as when a pattern in `.gitignore` matches one.
pub fn make_seen(reference: &str, files: &[PathBuf]) -> Result<bool, String> {
    let Some(root) = local(reference)
        .filter(|local| local.tracked_only)
        .and_then(|local| local.place)
    else {
        return Ok(false);
    };
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&root)
            .args(arguments)
            .arg("--")
            .args(files);
        command
            .output()
            .map_err(|error| format!("cannot run git: {error}"))
    };
    let new = git(&["ls-files", "--others"])?;
    if new.status.success() && new.stdout.is_empty() {
        return Ok(false);
    }
    let done = git(&["add", "--intent-to-add"])?;
    if done.status.success() {
        Ok(true)
    } else {
        let said = String::from_utf8_lossy(&done.stderr);
        let lines = said.lines().filter(|line| !line.starts_with("hint:"));
        let said = lines.collect::<Vec<_>>().join("\n");
        Err(format!(
            "git would not add what is new (`git add -N -f` may): {said}"
        ))
    }
}

/// The first path that `text` misses in the flake's copy and that exists in
/// the work tree, relative to it.
fn missed(text: &str, root: &Path) -> Option<(String, Why)> {
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    // `'/nix/store/…-source/x.nix'`, `Path 'x.nix'`, `There is no /nix/store/…`.
    let quoted = text.split(['\'', '"']).map(|part| (part, true));
    let words = text.split(|c: char| c.is_whitespace() || c == '\'' || c == '"');
    let words = words.map(|word| (word.trim_end_matches([':', '.', ',', ';', ')']), false));
    let root_text = format!("{}/", root.display());
    quoted
        .chain(words)
        .filter_map(|(word, is_quoted)| {
            let (file, is_path) = if let Some((_, file)) = word.split_once("-source/") {
                (file, true)
            } else if let Some(file) = word.strip_prefix(&root_text) {
                (file, true)
            } else {
                (word.trim_start_matches('/'), false)
            };
            let file = file.split(':').next()?.trim_end_matches('/');
            if file.is_empty() || file.contains('\n') {
                return None;
            }
            let data = root.join(file).symlink_metadata().ok()?;
            // A directory may be called as any word is.
            let is_meant = is_path || is_quoted || data.is_file();
            is_meant.then(|| file.to_owned())
        })
        .find_map(|file| why(root, &file).map(|why| (file, why)))
}

/// Why the flake does not see `file`; `None` when it does.
fn why(root: &Path, file: &str) -> Option<Why> {
    // Asked first: git refuses to look behind one.
    let mut above = Path::new(file).ancestors().skip(1);
    if above.any(|dir| !dir.as_os_str().is_empty() && root.join(dir).join(".git").exists()) {
        return Some(Why::Submodule);
    }
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(root).args(arguments);
        command.args(["--", file]).output().ok()
    };
    // Without git, every file that Nix misses counts as untracked.
    let tracked = git(&["ls-files"]).filter(|done| done.status.success());
    if tracked.is_some_and(|done| !done.stdout.is_empty()) {
        return None;
    }
    let place = root.join(file);
    if place.join(".git").exists() {
        return Some(Why::Submodule);
    }
    if place.is_dir() && is_without_files(&place) {
        return Some(Why::Empty);
    }
    let ignored = git(&["check-ignore", "--quiet"]).is_some_and(|done| done.status.success());
    Some(if ignored { Why::Ignored } else { Why::New })
}

fn is_without_files(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().all(|entry| {
            entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_without_files(&entry.path())
        })
    })
}
