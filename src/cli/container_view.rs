//! What a container of [`super::test_container`] shows of the real machine.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::keeper;
use super::scratch::Scratch;
use crate::container::{self, Identity, Kind, Mode, Root};
use crate::manifest::{Content, FileSpec, HomePath, MethodName};

/// Paths that are shared.
#[derive(Debug, Args)]
pub(super) struct Shares {
    /// With the real persisted paths, instead of throwaway ones
    #[arg(long)]
    share_state: bool,
    /// Share PATH of the real machine; what is written to it stays
    #[arg(long, value_name = "PATH")]
    bind: Vec<PathBuf>,
    /// Show PATH of the real machine, which cannot be written to
    #[arg(long, value_name = "PATH")]
    bind_ro: Vec<PathBuf>,
    /// Show PATH of the real machine as it is; what is written to it is gone
    /// at the end
    #[arg(long, value_name = "PATH")]
    copy: Vec<PathBuf>,
}

impl Shares {
    /// Whether an overlay would serve.
    pub fn have_copies(&self) -> bool {
        !self.copy.is_empty()
    }

    /// Whether the real persisted paths are there.
    pub fn real_state(&self, kind: Kind) -> bool {
        self.share_state || kind == Kind::Ephemeral
    }

    /// As the container takes them, those above others first. Without
    /// `overlay`, what may be written to is copied to `scratch`.
    pub fn roots(&self, overlay: bool, scratch: &Scratch) -> Result<Vec<Root>, Failure> {
        let mut roots = Vec::new();
        let given = [&self.bind_ro, &self.bind, &self.copy];
        for (paths, flag) in given.iter().zip(["--bind-ro", "--bind", "--copy"]) {
            for path in *paths {
                let real = path.canonicalize().map_err(|error| {
                    let path = path.display();
                    Failure::new(format_args!("cannot share {path} ({flag}): {error}"))
                })?;
                let mode = match flag {
                    "--bind-ro" => Mode::ReadOnly,
                    "--bind" => Mode::Shared,
                    _ if overlay && real.is_dir() => Mode::Overlay,
                    _ => Mode::Copy(scratch.copy(&real)?),
                };
                let path = place(path).unwrap_or(real);
                roots.push(Root { path, mode });
            }
        }
        roots.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(roots)
    }
}

/// Where `path` is shown: at the place that was typed, links and all.
fn place(path: &Path) -> Option<PathBuf> {
    let place = std::path::absolute(path).ok()?;
    let mut parts = place.components();
    (!parts.any(|part| part == Component::ParentDir)).then_some(place)
}

/// What has to be seen: the store, and the working trees that the configuration
/// names, as far as they are there.
pub(super) fn shown(tree: &Path, live: &[PathBuf]) -> Vec<PathBuf> {
    let live = live.iter().filter(|path| path.exists()).cloned();
    [keeper::store_of(tree)].into_iter().chain(live).collect()
}

/// What managed links lead to outside of the tree and its store.
pub(super) fn live_sources(files: impl IntoIterator<Item = (HomePath, FileSpec)>) -> Vec<PathBuf> {
    let source = |(_, spec): (HomePath, FileSpec)| match spec.content {
        Content::Source { path, .. } if spec.method == MethodName::Live => Some(path),
        _ => None,
    };
    files.into_iter().filter_map(source).collect()
}

/// `/etc/passwd` and `/etc/group`, with the user as the configuration has it:
/// what takes their place, and theirs.
pub(super) fn identity_files(
    who: &Identity,
    scratch: &Scratch,
) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let mut files = Vec::new();
    for name in ["passwd", "group"] {
        let place = Path::new("/etc").join(name);
        let system = fs::read(&place).unwrap_or_default();
        let system = String::from_utf8_lossy(&system);
        let text = match name {
            "passwd" => container::passwd(&system, who),
            _ => container::group(&system, who),
        };
        if let Some(text) = text {
            files.push((scratch.file(name, text.as_bytes())?, place));
        }
    }
    Ok(files)
}

/// The file that lets programs use the X server, when it lies in the home.
pub(super) fn display_cookie(kind: Kind, real_home: Option<&Path>) -> Option<PathBuf> {
    if kind == Kind::Test || env::var_os("DISPLAY").is_none() {
        return None;
    }
    let home = real_home?;
    let file = env::var_os("XAUTHORITY").map_or_else(|| home.join(".Xauthority"), PathBuf::from);
    (file.starts_with(home) && file.is_file()).then_some(file)
}
