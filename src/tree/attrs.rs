//! The structured attributes that Nix gives a builder.
//!
//! With `__structuredAttrs = true`, Nix writes the derivation's attributes as
//! JSON to `.attrs.json` in the build directory and names the file in
//! `NIX_ATTRS_JSON_FILE` (Nix manual, "Advanced attributes",
//! `__structuredAttrs`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// The variable that names the attributes file.
const VARIABLE: &str = "NIX_ATTRS_JSON_FILE";

/// The file's name in the build directory.
const FILE: &str = ".attrs.json";

/// The bytes of an attributes file.
#[derive(Debug)]
pub struct AttrsFile {
    path: PathBuf,
    json: Vec<u8>,
}

/// The attributes that nhmt's derivations have; others are passed over,
/// and parts for one derivation alone are left as JSON for their own reader.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attrs<'a> {
    /// The outputs to make.
    pub outputs: Outputs,
    /// `build-tree`: the manifest.
    #[serde(borrow)]
    pub manifest: Option<&'a RawValue>,
    /// `build-tree`: the nhmt that the tree's `activate` runs.
    pub nhmt: Option<PathBuf>,
    /// `build-packages`: the packages.
    #[serde(borrow)]
    pub packages: Option<&'a RawValue>,
    /// `build-packages`: the parts of them to link, absolute.
    pub paths_to_link: Option<Vec<String>>,
    /// `build-packages`: the program that makes the database of types.
    pub mime_database: Option<PathBuf>,
    /// `build-wrapper`: what is wrapped, and how.
    #[serde(borrow)]
    pub wrapper: Option<&'a RawValue>,
}

/// `outputs`: store paths by output name.
#[derive(Debug, Deserialize)]
pub struct Outputs {
    /// The only output.
    pub out: PathBuf,
}

/// Why there are no attributes.
#[derive(Debug, Error)]
pub enum AttrsError {
    /// No attributes file where Nix puts it.
    #[error(
        "no build attributes: {}; `nhmt internal` commands are run by Nix as the builder of a derivation",
        tried.iter().map(|(path, error)| format!("{}: {error}", path.display())).collect::<Vec<_>>().join(", ")
    )]
    Missing {
        /// Each path that was tried and what the system said.
        tried: Vec<(PathBuf, io::Error)>,
    },
    /// The file is not what Nix writes for nhmt's derivations.
    #[error("{}: {source}", path.display())]
    Malformed {
        /// The attributes file.
        path: PathBuf,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
    /// An attribute that the derivation should have.
    #[error("{}: the derivation has no attribute `{name}`", path.display())]
    NoAttribute {
        /// The attributes file.
        path: PathBuf,
        /// The attribute.
        name: &'static str,
    },
}

impl AttrsFile {
    /// Reads the attributes file of the build that this process runs in.
    ///
    /// # Errors
    /// [`AttrsError::Missing`] when there is none.
    pub fn read() -> Result<Self, AttrsError> {
        Self::find(std::env::var_os(VARIABLE).map(PathBuf::from), Path::new(""))
    }

    /// Reads `named`, or else the file in `directory`: in the sandbox of Nix
    /// 2.8 the variable names the path outside of the sandbox.
    pub(super) fn find(named: Option<PathBuf>, directory: &Path) -> Result<Self, AttrsError> {
        let mut tried = Vec::new();
        for path in named.into_iter().chain([directory.join(FILE)]) {
            match fs::read(&path) {
                Ok(json) => return Ok(Self { path, json }),
                Err(error) => tried.push((path, error)),
            }
        }
        Err(AttrsError::Missing { tried })
    }

    /// The attributes.
    ///
    /// # Errors
    /// [`AttrsError::Malformed`].
    pub fn attrs(&self) -> Result<Attrs<'_>, AttrsError> {
        serde_json::from_slice(&self.json).map_err(|source| self.malformed(source))
    }

    pub(super) fn malformed(&self, source: serde_json::Error) -> AttrsError {
        AttrsError::Malformed {
            path: self.path.clone(),
            source,
        }
    }

    pub(super) fn lacks(&self, name: &'static str) -> AttrsError {
        AttrsError::NoAttribute {
            path: self.path.clone(),
            name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_that_is_missing_falls_back_to_the_build_directory() {
        let scratch = tempfile::tempdir().unwrap();
        let named = scratch.path().join("named.json");
        let missing = AttrsFile::find(Some(named.clone()), scratch.path()).unwrap_err();
        let message = missing.to_string();
        assert!(
            message.contains("named.json") && message.contains(FILE),
            "{message}"
        );
        fs::write(
            scratch.path().join(FILE),
            r#"{"outputs":{"out":"/fallback"}}"#,
        )
        .unwrap();
        let out = |file: &AttrsFile| file.attrs().unwrap().outputs.out;
        let found = AttrsFile::find(Some(named.clone()), scratch.path()).unwrap();
        assert_eq!(out(&found), Path::new("/fallback"));
        fs::write(&named, r#"{"outputs":{"out":"/named"},"other":[{}]}"#).unwrap();
        let found = AttrsFile::find(Some(named), scratch.path()).unwrap();
        assert_eq!(out(&found), Path::new("/named"));
    }

    #[test]
    fn a_malformed_file_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join(FILE), "{}").unwrap();
        let file = AttrsFile::find(None, scratch.path()).unwrap();
        let message = file.attrs().unwrap_err().to_string();
        assert!(
            message.contains(FILE) && message.contains("outputs"),
            "{message}"
        );
    }
}
