//! What `nhmt internal …` does: nhmt as the builder of its own derivations.

use thiserror::Error;

use super::attrs::{AttrsError, AttrsFile};
use super::packages::{self, PackagesError, PackagesRequest};
use super::wrapper::{self, WrapperError};
use super::{Sources, Target, TreeError};
use crate::manifest::{Manifest, ManifestError};

/// The derivations that nhmt builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Internal {
    /// `build-tree`: `nhmt-home`, a home tree.
    BuildTree,
    /// `build-packages`: `nhmt-packages`, a package environment.
    BuildPackages,
    /// `build-wrapper`: a package whose programs start with other settings.
    BuildWrapper,
}

/// Why a derivation could not be built.
#[derive(Debug, Error)]
pub enum InternalError {
    /// The attributes are missing or malformed.
    #[error(transparent)]
    Attrs(#[from] AttrsError),
    /// The manifest breaks a rule.
    #[error("the manifest is wrong: {0}")]
    Manifest(#[from] ManifestError),
    /// The home tree could not be built.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The packages could not be merged.
    #[error(transparent)]
    Packages(#[from] PackagesError),
    /// The programs could not be wrapped.
    #[error(transparent)]
    Wrapper(#[from] WrapperError),
}

/// Builds the derivation that this process is the builder of, from the
/// attributes that Nix left for it.
///
/// # Errors
/// See [`InternalError`].
pub fn internal(kind: Internal) -> Result<(), InternalError> {
    run(kind, AttrsFile::read()?)
}

fn run(kind: Internal, file: AttrsFile) -> Result<(), InternalError> {
    let attrs = file.attrs()?;
    match kind {
        Internal::BuildTree => {
            let json = attrs.manifest.ok_or_else(|| file.lacks("manifest"))?;
            let manifest = Manifest::from_json(json.get().as_bytes())?;
            let target = Target {
                out: attrs.outputs.out,
                sources: Sources::Link,
                activate: Some(attrs.nhmt.ok_or_else(|| file.lacks("nhmt"))?),
            };
            // A large home's JSON need not be in memory beside its manifest.
            drop(file);
            super::build(&manifest, &target)?;
        }
        Internal::BuildPackages => {
            let json = attrs.packages.ok_or_else(|| file.lacks("packages"))?;
            let packages =
                serde_json::from_str(json.get()).map_err(|error| file.malformed(error))?;
            let mut request = PackagesRequest::new(packages);
            if let Some(paths) = attrs.paths_to_link {
                request.paths_to_link = paths;
            }
            request.mime_database = attrs.mime_database;
            packages::build(&request, &attrs.outputs.out)?;
        }
        Internal::BuildWrapper => {
            let json = attrs.wrapper.ok_or_else(|| file.lacks("wrapper"))?;
            let request =
                serde_json::from_str(json.get()).map_err(|error| file.malformed(error))?;
            wrapper::build(&request, &attrs.outputs.out)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::fs;
    use std::path::Path;

    fn run_with(directory: &Path, kind: Internal, attrs: &Value) -> Result<(), String> {
        fs::write(directory.join(".attrs.json"), attrs.to_string()).unwrap();
        let file = AttrsFile::find(None, directory).unwrap();
        run(kind, file).map_err(|error| error.to_string())
    }

    #[test]
    fn the_tree_is_built_from_the_attributes_and_holds_the_manifest_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("nhmt-home");
        let manifest = json!({
            "version": 1,
            "home": { "username": "u", "directory": "/home/u" },
            "files": { ".a": { "text": "hi\n" } },
        });
        let attrs = json!({
            "outputs": { "out": &out },
            "builder": "/store/builder-nhmt",
            "nhmt": "/store/nhmt",
            "manifest": &manifest,
        });
        run_with(scratch.path(), Internal::BuildTree, &attrs).unwrap();
        assert_eq!(fs::read(out.join("home/.a")).unwrap(), b"hi\n");
        let kept: Value =
            serde_json::from_slice(&fs::read(out.join("nhmt.json")).unwrap()).unwrap();
        assert_eq!(kept, manifest);
        let script = fs::read_to_string(out.join("activate")).unwrap();
        assert!(script.contains("exec '/store/nhmt' activate"), "{script}");
    }

    #[test]
    fn packages_are_merged_from_the_attributes() {
        let scratch = tempfile::tempdir().unwrap();
        let package = scratch.path().join("hello");
        fs::create_dir_all(package.join("bin")).unwrap();
        fs::create_dir_all(package.join("share")).unwrap();
        let out = scratch.path().join("nhmt-packages");
        let attrs = json!({
            "outputs": { "out": &out },
            "packages": [{ "name": "hello", "paths": [&package], "priority": 5 }],
            "pathsToLink": ["/bin"],
        });
        run_with(scratch.path(), Internal::BuildPackages, &attrs).unwrap();
        assert!(out.join("bin").is_dir());
        assert!(!out.join("share").exists());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        let outputs = json!({ "out": scratch.path().join("out") });
        let fault = |kind, attrs: Value| run_with(scratch.path(), kind, &attrs).unwrap_err();
        let none = fault(Internal::BuildTree, json!({ "outputs": outputs }));
        assert!(none.contains("no attribute `manifest`"), "{none}");
        let none = fault(Internal::BuildPackages, json!({ "outputs": outputs }));
        assert!(none.contains("no attribute `packages`"), "{none}");
        let wrong = json!({ "outputs": outputs, "nhmt": "/n", "manifest": {
            "version": 1, "home": { "username": "u", "directory": "/h" }, "fils": {} } });
        let wrong = fault(Internal::BuildTree, wrong);
        assert!(wrong.contains("unknown field `fils`"), "{wrong}");
    }
}
