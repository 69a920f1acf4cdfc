//! The packages of home trees, with what Nix's database knows of them.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::keeper;
use crate::manifest::PackagesSpec;
use crate::store::nix::{Closure, Extent};
use crate::store::path::name_of;
use crate::tree::diff::{PackageName, read_manifest};

/// One package of a home.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Package {
    #[serde(flatten)]
    pub name: PackageName,
    /// The bytes of its outputs, `None` when nobody knows.
    pub size: Option<u64>,
    /// The same with all that they need.
    pub closure_size: Option<u64>,
    pub outputs: Vec<Output>,
}

/// An output of a package that is in the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Output {
    pub output: String,
    pub path: PathBuf,
}

/// All packages of a home tree.
#[derive(Debug, Default)]
pub(super) struct Packages {
    /// The merged environment, if there is one.
    pub environment: Option<PathBuf>,
    /// Sorted by name and version.
    pub list: Vec<Package>,
    /// The environment with all that it needs.
    pub extent: Option<Extent>,
    /// The names of all store paths of that.
    needed: Vec<String>,
}

impl Packages {
    /// Reads the packages of `trees` (`None`: an empty one), and asks Nix for
    /// their sizes once. `unknown` is told why there are none.
    pub fn of_trees<const N: usize>(
        context: &Context,
        trees: [Option<&Path>; N],
        unknown: impl Fn(String),
    ) -> Result<[Self; N], Failure> {
        let specs: Vec<Option<PackagesSpec>> = trees
            .into_iter()
            .map(|tree| {
                Ok(tree
                    .map(read_manifest)
                    .transpose()?
                    .and_then(|m| m.packages))
            })
            .collect::<Result<_, Failure>>()?;
        let environments: Vec<&Path> = specs.iter().flatten().map(|spec| &*spec.path).collect();
        let closure = closure(context, &environments).unwrap_or_else(|failure| {
            unknown(failure.to_string());
            Closure::default()
        });
        let mut all = specs.iter().map(|spec| {
            let spec = spec.as_ref();
            spec.map_or_else(Self::default, |spec| Self::of(spec, &closure))
        });
        Ok(std::array::from_fn(|_| all.next().unwrap_or_default()))
    }

    fn of(spec: &PackagesSpec, closure: &Closure) -> Self {
        let described = if spec.paths.len() == spec.names.len() {
            let pairs = spec.names.iter().cloned().zip(spec.paths.iter().cloned());
            pairs.collect()
        } else {
            by_references(spec, closure)
        };
        let mut list: Vec<Package> = Vec::new();
        for (name, paths) in described {
            let known = || paths.iter().any(|path| closure.size(path).is_some());
            let package = Package {
                name: PackageName::parse(&name),
                size: known().then(|| paths.iter().filter_map(|path| closure.size(path)).sum()),
                closure_size: known().then(|| closure.extent(paths.iter().map(|p| &**p)).size),
                outputs: paths.iter().map(|path| output(&name, path)).collect(),
            };
            if !list
                .iter()
                .any(|other| other.outputs == package.outputs && other.name == package.name)
            {
                list.push(package);
            }
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        let needed = closure.of([&*spec.path]);
        let names = needed.iter().filter_map(|path| name_of(path));
        Self {
            environment: Some(spec.path.clone()),
            extent: Some(closure.extent([&*spec.path])).filter(|extent| extent.paths > 0),
            needed: names.map(str::to_owned).collect(),
            list,
        }
    }

    /// The names of what the packages need and are not, without outputs. What
    /// has no version is left out: scripts and settings, by the hundred.
    pub fn dependencies(&self) -> Vec<String> {
        let declared = |name: &PackageName| self.list.iter().any(|one| one.name.name == name.name);
        let mut names = Vec::new();
        for needed in &self.needed {
            let bare = without_output(needed);
            let name = PackageName::parse(bare);
            if !name.version.is_empty() && !declared(&name) {
                names.push(bare.to_owned());
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The form that scripts may rely on.
    pub fn json(&self) -> Value {
        json!({
            "path": self.environment,
            "closure": self.extent,
            "packages": self.list,
        })
    }
}

/// What Nix's database knows of `environments`.
fn closure(context: &Context, environments: &[&Path]) -> Result<Closure, Failure> {
    if environments.is_empty() {
        return Ok(Closure::default());
    }
    if let Some(elsewhere) = environments.iter().find(|path| !keeper::has_database(path)) {
        return Err(Failure::new(format_args!(
            "Nix's database has no {}",
            elsewhere.display()
        )));
    }
    Ok(keeper::nix(context)?.closure(environments)?)
}

/// Which paths belong to which name, from the names of the store paths alone:
/// an environment that somebody else has merged does not say. What it refers
/// to is named as a package, or as one with an output behind it.
fn by_references(spec: &PackagesSpec, closure: &Closure) -> Vec<(String, Vec<PathBuf>)> {
    let mut all: Vec<(String, Vec<PathBuf>)> = Vec::new();
    for path in closure.references(&spec.path) {
        let Some(full) = name_of(path) else { continue };
        let fits = |name: &&String| {
            let rest = full.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || is_output(rest))
        };
        let declared = spec.names.iter().filter(fits).max_by_key(|name| name.len());
        let name = match declared {
            Some(name) => name.clone(),
            None if spec.names.is_empty() => without_output(full).to_owned(),
            None => continue,
        };
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, paths)) => paths.push(path.to_owned()),
            None => all.push((name, vec![path.to_owned()])),
        }
    }
    for name in &spec.names {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.clone(), Vec::new()));
        }
    }
    all
}

/// Whether `rest`, behind the name of a derivation, can be an output: `-man`.
fn is_output(rest: &str) -> bool {
    let name = rest.strip_prefix('-').unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn output(name: &str, path: &Path) -> Output {
    let full = name_of(path).unwrap_or_default();
    let rest = full.strip_prefix(name).filter(|rest| is_output(rest));
    Output {
        output: rest.map_or("out", |rest| &rest[1..]).to_owned(),
        path: path.to_owned(),
    }
}

/// The name of a store path without the output that nixpkgs' packages may have
/// behind their version (nixpkgs manual, "Multiple-output packages").
fn without_output(name: &str) -> &str {
    const OUTPUTS: [&str; 13] = [
        "bin", "dev", "devdoc", "devman", "dist", "doc", "include", "info", "lib", "man", "out",
        "static", "debug",
    ];
    match name.rsplit_once('-') {
        Some((bare, output)) if OUTPUTS.contains(&output) => bare,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_told_from_names_and_versions() {
        let digest = "1b8m03r63zqhnjf7l5wnldhh7c134ap5";
        let of = |name: &str, store_name: &str| {
            output(
                name,
                Path::new(&format!("/nix/store/{digest}-{store_name}")),
            )
            .output
        };
        assert_eq!(of("git-2.43", "git-2.43"), "out");
        assert_eq!(of("git-2.43", "git-2.43-man"), "man");
        assert_eq!(of("git-2.43", "git-2.43-2"), "out");
        assert_eq!(of("tool", "another-man"), "out");
        assert_eq!(without_output("glibc-2.42-67-bin"), "glibc-2.42-67");
        assert_eq!(
            without_output("editline-1.17-unstable"),
            "editline-1.17-unstable"
        );
    }
}
