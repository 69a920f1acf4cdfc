//! A manifest becomes a home tree.

use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::activate;
use super::copy::Copy;
use super::error::TreeError;
use super::format;
use super::leaf::{self, Leaf, What};
use super::secrets::Secrets;
use super::source::{Expansion, Sources};
use super::writer::Writer;
use crate::manifest::{
    Digest, ENCRYPTED, Entry, Format, HomePath, Index, LeafKind, Manifest, Method, MethodName,
    Route, SECRET_LINKS,
};

/// The link in a tree to the generation of Home Manager that it is, too.
pub const HOME_MANAGER: &str = "home-manager";

/// Where and how a home tree is written.
#[derive(Debug, Clone)]
pub struct Target {
    /// The directory to make; it must not exist, its parent must. For
    /// [`Sources::Link`] the parent is the store.
    pub out: PathBuf,
    /// How sources come into the tree.
    pub sources: Sources,
    /// The nhmt that `activate` runs, an absolute path. `None`: the one on
    /// `PATH`, and the tree is found by where the script lies, so that the
    /// tree can be moved and does not name itself.
    pub activate: Option<PathBuf>,
}

/// Writes the home tree of `manifest`: `home`, `inside`, `encrypted`, `secrets`,
/// `packages`, `home-manager`, `nhmt.json`, `index`, `activate`, and `nhmt`, a link to the program that
/// `activate` runs, when that is settled. The same manifest and sources give the same tree.
///
/// Regular files get mode 0444 or 0555; directories stay writable for the
/// store to seal. Nothing is synced. After an error an unfinished tree may
/// be left at [`Target::out`].
///
/// # Errors
/// See [`TreeError`].
pub fn build(manifest: &Manifest, target: &Target) -> Result<(), TreeError> {
    let out = &target.out;
    let unwritable = |source| TreeError::Write {
        path: out.clone(),
        source,
    };
    let expansion = Expansion::new(target.sources, out).map_err(unwritable)?;
    let secrets = Secrets::read(manifest, &expansion)?;
    let leaves = leaf::leaves(manifest, &expansion, &secrets)?;
    let mut writer = Writer::create(out).map_err(unwritable)?;
    let mut entries = Vec::with_capacity(leaves.len());
    put(&mut writer, b"home", Writer::directory)?;
    let is_inside = |leaf: &Leaf<'_>| matches!(leaf.what, What::Inside { .. });
    let (inside, own): (Vec<_>, Vec<_>) = leaves.into_iter().partition(is_inside);
    for leaf in own {
        entries.push(write(&mut writer, leaf, &[])?);
    }
    for (path, spec) in &manifest.state {
        entries.push(route(&mut writer, path, &spec.route)?);
    }
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    // What these lead to is known now, and none leads to another.
    let own = entries.len();
    for leaf in inside {
        let entry = write(&mut writer, leaf, &entries[..own])?;
        entries.push(entry);
    }
    encrypted(&mut writer, &secrets)?;
    let packages = manifest.packages.as_ref().map(|spec| &*spec.path);
    let mut extra = packages
        .unwrap_or(Path::new(""))
        .as_os_str()
        .as_bytes()
        .to_vec();
    // A path has no NUL byte, so that the two are never one.
    if let Some(generation) = &manifest.home_manager {
        extra.push(0);
        extra.extend_from_slice(generation.as_os_str().as_bytes());
    }
    let index = Index::new(entries, &extra)?.of(manifest, secrets.set());
    put(&mut writer, b"index", |writer, path| {
        let mut file = BufWriter::new(writer.open_file(path, false)?);
        index.write(&mut file)?;
        file.flush()
    })?;
    drop(index);
    if let Some(packages) = packages {
        put(&mut writer, b"packages", |writer, path| {
            writer.link(path, packages)
        })?;
    }
    if let Some(generation) = &manifest.home_manager {
        put(&mut writer, HOME_MANAGER.as_bytes(), |writer, path| {
            writer.link(path, generation)
        })?;
    }
    put(&mut writer, b"nhmt.json", |writer, path| {
        let mut file = BufWriter::new(writer.open_file(path, false)?);
        manifest.write_json(&mut file)?;
        file.flush()
    })?;
    if let Some(nhmt) = &target.activate {
        put(&mut writer, b"nhmt", |writer, path| writer.link(path, nhmt))?;
    }
    let script = activate::script(target);
    put(&mut writer, b"activate", |writer, path| {
        writer.file(path, &script, true)
    })
}

fn put(
    writer: &mut Writer,
    path: &[u8],
    write: impl FnOnce(&mut Writer, &[u8]) -> io::Result<()>,
) -> Result<(), TreeError> {
    write(writer, path).map_err(|source| TreeError::Write {
        path: writer.place(path),
        source,
    })
}

/// Writes the secrets, encrypted, with links to what they are decrypted to.
fn encrypted(writer: &mut Writer, secrets: &Secrets) -> Result<(), TreeError> {
    for (name, bytes, _) in secrets.files() {
        let to = [ENCRYPTED, "/", name].concat();
        put(writer, to.as_bytes(), |writer, path| {
            writer.file(path, bytes, false)
        })?;
    }
    for (name, _, place) in secrets.files() {
        let to = [SECRET_LINKS, "/", name].concat();
        put(writer, to.as_bytes(), |writer, path| {
            writer.link(path, &place)
        })?;
    }
    Ok(())
}

/// Writes a persisted path: a link to its place, which is never looked at.
fn route(writer: &mut Writer, path: &HomePath, route: &Route) -> Result<Entry, TreeError> {
    let to = [leaf::HOME, b"/", path.as_bytes()].concat();
    let place = route.place(path);
    put(writer, &to, |writer, path| writer.link(path, &place))?;
    Ok(Entry::routed(path.clone(), route.clone()))
}

/// Writes one leaf and gives its index entry. `others` are those that it may
/// lead to, sorted.
fn write(writer: &mut Writer, leaf: Leaf<'_>, others: &[Entry]) -> Result<Entry, TreeError> {
    let spec = leaf.origin.spec;
    let mut live = spec.method == MethodName::Live;
    let mut secret = false;
    let to = leaf.place(b"");
    let mut content = |content: &[u8]| {
        let executable = spec.executable == Some(true);
        put(writer, &to, |writer, path| {
            writer.file(path, content, executable)
        })?;
        Ok::<_, TreeError>((LeafKind::of_file(executable), Digest::of(content)))
    };
    let (kind, digest) = match leaf.what {
        What::Text(text) => content(text.as_bytes())?,
        What::Structured(format, value) => {
            let bytes = format::render(format, value).map_err(|source| TreeError::Format {
                target: leaf.origin.target.clone(),
                format: name(format),
                source,
                declared_in: spec.declared_in.clone(),
            })?;
            content(&bytes)?
        }
        What::Link {
            to: target, kind, ..
        } => {
            put(writer, &to, |writer, path| writer.link(path, &target))?;
            // Tagged, so that it never equals a file with the target as text.
            let parts = [b"link", target.as_os_str().as_bytes()];
            (kind, Digest::of_parts(parts))
        }
        What::Secret {
            to: target,
            kind,
            digest,
        } => {
            put(writer, &to, |writer, path| writer.link(path, &target))?;
            secret = true;
            (kind, digest)
        }
        What::Inside {
            to: target,
            leaf: other,
            whole,
        } => {
            put(writer, &to, |writer, path| writer.link(path, &target))?;
            let other = others.binary_search_by(|entry| entry.path.cmp(&other));
            let other = &others[other.expect("a leaf of this tree")];
            live = false;
            secret = other.secret;
            let kind = if whole { other.kind } else { LeafKind::File };
            // A change of the other is one of what is read here.
            let parts = [b"inside", target.as_os_str().as_bytes(), &other.digest];
            (kind, Digest::of_parts(parts))
        }
        What::File { from, executable } => {
            let origin = leaf.origin;
            let digest = Copy { writer, origin }.file(&from, &to, executable)?;
            (LeafKind::of_file(executable), digest)
        }
        What::Directory { from } => {
            let origin = leaf.origin;
            let digest = Copy { writer, origin }.directory(&from, &to)?;
            (LeafKind::Directory, digest)
        }
    };
    let method = Method::of(spec, kind == LeafKind::Executable);
    let mut entry = Entry::new(leaf.path, kind, digest).by(method);
    entry.force = spec.force;
    entry.live = live;
    entry.secret = secret;
    entry.inside = leaf.below_route;
    Ok(entry)
}

/// The format as people write its name.
pub(super) fn name(format: Format) -> &'static str {
    match format {
        Format::Json => "JSON",
        Format::Toml => "TOML",
        Format::Yaml => "YAML",
        Format::Ini => "INI",
        Format::GitConfig => "git-config",
        Format::KeyValue => "key=value",
    }
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
