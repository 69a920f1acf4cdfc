//! The names of store paths (Nix manual, "Store Path Specification").

use std::path::{Path, PathBuf};

use harmonia_store_core::store_path::{ContentAddress, StoreDir, StorePathName};
use harmonia_utils_hash::fmt::CommonHash;
use harmonia_utils_hash::{Algorithm, Hash, Sha256};
use thiserror::Error;

use crate::manifest::Digest;

/// Why a store path cannot be named.
#[derive(Debug, Error)]
pub enum PathError {
    /// The store directory is relative, or not UTF-8.
    #[error("`{}` cannot be a store directory: it must be an absolute path in UTF-8", path.display())]
    StoreDir {
        /// What was given.
        path: PathBuf,
    },
    /// The name has a character that store names may not have.
    #[error(
        "`{name}` cannot be a name in a store: letters, digits and `+-._?=` only, not starting with `.`, at most 211 characters"
    )]
    Name {
        /// What was given.
        name: String,
    },
}

/// Where `nix-store --add` puts a file or directory named `name` whose NAR has
/// the digest `nar`, in the store at `store_dir`, when it refers to no other
/// store path.
///
/// # Errors
///
/// When the store directory or the name is one that Nix could not have.
pub fn content_addressed(store_dir: &Path, name: &str, nar: &Digest) -> Result<PathBuf, PathError> {
    let unusable = || PathError::StoreDir {
        path: store_dir.to_owned(),
    };
    if !store_dir.is_absolute() {
        return Err(unusable());
    }
    let dir = StoreDir::new(store_dir).map_err(|_| unusable())?;
    let name: StorePathName = name.parse().map_err(|_| PathError::Name {
        name: name.to_owned(),
    })?;
    let address = ContentAddress::Recursive(Sha256::new(nar.as_bytes()).into());
    let path = dir.make_store_path_from_ca(name, address);
    Ok(store_dir.join(path.to_base_path()))
}

/// A digest in the base 32 of Nix.
#[must_use]
pub fn base32(digest: &Digest) -> String {
    let hash: Hash = Sha256::new(digest.as_bytes()).into();
    hash.as_base32().as_bare().to_string()
}

/// The name under which Nix registers the GC root at `link` in
/// `gcroots/auto`: the SHA-1 of the link's path, in the base 32 of Nix.
#[must_use]
pub fn root_name(link: &Path) -> String {
    let hash = Algorithm::SHA1.digest(link.as_os_str().as_encoded_bytes());
    hash.as_base32().as_bare().to_string()
}

/// The name in the last component of `path`: what follows the digest, `None`
/// when that is not the form of a store path.
#[must_use]
pub fn name_of(path: &Path) -> Option<&str> {
    let (digest, name) = path.file_name()?.to_str()?.split_once('-')?;
    // The digits of Nix's base 32 leave out e, o, t and u.
    let is_digit = |b: u8| b.is_ascii_digit() || (b.is_ascii_lowercase() && !b"eotu".contains(&b));
    (digest.len() == 32 && digest.bytes().all(is_digit) && !name.is_empty()).then_some(name)
}

/// The store path that `path` lies in (its first component below
/// `store_dir`), `None` outside of the store.
#[must_use]
pub fn containing(store_dir: &Path, path: &Path) -> Option<PathBuf> {
    let first = path.strip_prefix(store_dir).ok()?.components().next()?;
    Some(store_dir.join(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // `printf abc > abc; nix-store --add abc`, and `nix-hash --type sha256`
        // of it, on Nix 2.8.0 with the store at /nix/store.
        let digest = Digest::of(b"abc");
        assert_eq!(
            base32(&digest),
            "1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s"
        );
        let missing = content_addressed(Path::new("store"), "abc", &digest);
        assert!(matches!(missing, Err(PathError::StoreDir { .. })));
        let spaced = content_addressed(Path::new("/nix/store"), "a b", &digest);
        assert!(matches!(spaced, Err(PathError::Name { .. })));
    }

    #[test]
    fn names_are_told_from_other_files() {
        let digest = "1b8m03r63zqhnjf7l5wnldhh7c134ap5";
        let named = |name: &str| name_of(Path::new(name)).map(str::to_owned);
        let path = format!("/nix/store/{digest}-nhmt-home");
        assert_eq!(named(&path).as_deref(), Some("nhmt-home"));
        assert_eq!(named(&format!("{digest}v-nhmt-home")), None);
        assert_eq!(named(&path.replace("1b8m", "1e8m")), None);
        assert_eq!(named("nhmt-home"), None);
        assert_eq!(named(&format!("{digest}-")), None);
    }

    #[test]
    fn a_path_is_in_the_store_or_not() {
        let store = Path::new("/nix/store");
        assert_eq!(
            containing(store, Path::new("/nix/store/x-y/bin/nhmt")),
            Some("/nix/store/x-y".into())
        );
        assert_eq!(containing(store, Path::new("/nix/storefront/x")), None);
        assert_eq!(containing(store, Path::new("/nix/store")), None);
    }
}
