//! The secrets of a home tree: what the tree has is encrypted, and links to
//! where it is decrypted to when the home is activated.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use age::Decryptor;
use age::armor::ArmoredReader;

use super::error::TreeError;
use super::format::{self, FormatError};
use super::source::Expansion;
use crate::manifest::{
    Content, Digest, FILLED, FileSpec, HomePath, LeafKind, Manifest, SECRETS, SecretSpec,
    filled_name, set_name,
};

/// More than a secret has, in bytes.
const LARGEST: u64 = 16 << 20;

/// The secrets of a manifest, read and checked.
pub(super) struct Secrets {
    /// The encrypted bytes, by name.
    encrypted: BTreeMap<String, Vec<u8>>,
    /// What tells secrets apart, by name.
    digests: BTreeMap<String, Digest>,
    /// What tells managed paths with secrets apart.
    leaves: BTreeMap<HomePath, Digest>,
    /// What tells this set of secrets from any other; `None`: there are none.
    set: Option<Digest>,
    /// Where the home has the set.
    place: PathBuf,
}

impl Secrets {
    /// Reads the secrets of `manifest`.
    ///
    /// # Errors
    /// When one cannot be read, or is not encrypted by age, or a value has no
    /// form in its format.
    pub(super) fn read(manifest: &Manifest, sources: &Expansion) -> Result<Self, TreeError> {
        let mut secrets = Self {
            encrypted: BTreeMap::new(),
            digests: BTreeMap::new(),
            leaves: BTreeMap::new(),
            set: None,
            place: manifest.home.directory.join(SECRETS),
        };
        let files = &manifest.secrets.files;
        if files.is_empty() {
            return Ok(secrets);
        }
        let mut parts = vec![Digest::of(b"nhmt secrets 1")];
        for (name, spec) in files {
            let bytes = read(&spec.file, sources).map_err(|problem| TreeError::Secret {
                name: name.clone(),
                problem,
                declared_in: spec.declared_in.clone(),
            })?;
            let digest = digest(&bytes, spec);
            parts.push(Digest::of_parts([name.as_bytes(), digest.as_bytes()]));
            secrets.digests.insert(name.clone(), digest);
            secrets.encrypted.insert(name.clone(), bytes);
        }
        for (path, spec) in manifest.files.iter().filter(|(_, spec)| spec.is_secret()) {
            let digest = secrets.of_leaf(path, spec)?;
            parts.push(Digest::of_parts([path.as_bytes(), digest.as_bytes()]));
            secrets.leaves.insert(path.clone(), digest);
        }
        let set = Digest::of_parts(parts.iter().map(|part| &part.as_bytes()[..]));
        secrets.place.push(set_name(&set));
        secrets.set = Some(set);
        Ok(secrets)
    }

    fn of_leaf(&self, path: &HomePath, spec: &FileSpec) -> Result<Digest, TreeError> {
        let executable = [u8::from(spec.executable == Some(true))];
        let template = match &spec.content {
            Content::Text(text) => text.as_bytes().to_vec(),
            // With placeholders it has to have a form, too.
            Content::Structured { format, value } => {
                let bytes = format::render(*format, value);
                bytes.map_err(|source: FormatError| TreeError::Format {
                    target: path.clone(),
                    format: super::build::name(*format),
                    source,
                    declared_in: spec.declared_in.clone(),
                })?
            }
            Content::Secret(_) | Content::Source { .. } => Vec::new(),
        };
        let used = spec
            .secrets
            .iter()
            .map(|name| &self.digests[name].as_bytes()[..]);
        let own = [&b"secret"[..], &executable, &template];
        Ok(Digest::of_parts(own.into_iter().chain(used)))
    }

    /// What tells this set of secrets from any other.
    pub(super) fn set(&self) -> Option<Digest> {
        self.set
    }

    /// The encrypted files by name, each with where its link leads.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8], PathBuf)> {
        let all = self.encrypted.iter();
        all.map(|(name, bytes)| (&**name, &**bytes, self.place.join(name)))
    }

    /// Where the managed path `path` leads, what that is, and what tells it
    /// apart.
    pub(super) fn leaf(
        &self,
        manifest: &Manifest,
        path: &HomePath,
        spec: &FileSpec,
    ) -> (PathBuf, LeafKind, Digest) {
        let (to, executable) = if let Content::Secret(name) = &spec.content {
            let mode = manifest.secrets.files[name].mode;
            (self.place.join(name), mode & 0o100 != 0)
        } else {
            let name = filled_name(path.as_bytes());
            let to = self.place.join(FILLED).join(name);
            (to, spec.executable == Some(true))
        };
        (to, LeafKind::of_file(executable), self.leaves[path])
    }
}

fn digest(bytes: &[u8], spec: &SecretSpec) -> Digest {
    Digest::of_parts([bytes, &spec.mode.to_le_bytes()])
}

/// Reads an encrypted file, and looks whether it is one.
fn read(path: &Path, sources: &Expansion) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("the file {shown} does not exist"),
        _ => format!("the file {shown} cannot be read: {error}"),
    };
    let size = fs::metadata(path).map_err(cannot)?.len();
    if size > LARGEST {
        return Err(format!(
            "the file {shown} has {size} bytes, and a secret has {LARGEST} at most"
        ));
    }
    let bytes = fs::read(path).map_err(cannot)?;
    if Decryptor::new_buffered(ArmoredReader::new(&bytes[..])).is_ok() {
        return Ok(bytes);
    }
    let leaked = if sources.holds(path) {
        "; it lies in the store now, where all users of this machine can read it, so take what it holds for known"
    } else {
        ""
    };
    Err(format!(
        "the file {shown} is not encrypted by age, or is damaged{leaked}"
    ))
}
