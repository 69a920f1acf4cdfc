//! Home trees for the proofs, built by the library as `build-tree` does it, so
//! that they may also have a package environment, which the local store has
//! not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nhmt::manifest::Manifest;
use nhmt::tree::{Sources, Target, build};
use serde_json::{Value, json};
use walkdir::WalkDir;

use crate::support::{Home, Outcome};

/// Builds the tree `name` with these `files` and, if there are any, programs,
/// and seals it as a store does.
pub fn tree(home: &Home, name: &str, files: &Value, packages: Option<&Path>) -> PathBuf {
    persisting(home, name, files, packages, &json!([]))
}

/// As [`tree`], with the persisted paths `state`.
pub fn persisting(
    home: &Home,
    name: &str,
    files: &Value,
    packages: Option<&Path>,
    state: &Value,
) -> PathBuf {
    let mut manifest = json!({
        "version": 1,
        "home": { "username": "tester", "directory": home.path() },
        "files": files,
        "state": state,
    });
    if let Some(packages) = packages {
        manifest["packages"] = json!({ "path": packages });
    }
    let manifest = Manifest::from_json(manifest.to_string().as_bytes()).unwrap();
    let out = home.outside("trees").join(name);
    fs::create_dir_all(out.parent().unwrap()).unwrap();
    let target = Target {
        out: out.clone(),
        sources: Sources::Copy,
        activate: None,
    };
    build(&manifest, &target).unwrap();
    for entry in WalkDir::new(&out) {
        let entry = entry.unwrap();
        if entry.file_type().is_dir() {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o555)).unwrap();
        }
    }
    out
}

/// Swaps `tree` in; what is in the way goes to the backups.
pub fn activate(home: &Home, tree: &Path) -> Outcome {
    Outcome::of(home.command().args(["activate", "--json"]).arg(tree))
}

/// Numbers that look random and are the same each time.
pub struct Dice(u64);

impl Dice {
    /// Other numbers for each `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xd1b5_4a32_d192_ed03)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % sides as u64).unwrap()
    }
}
