//! What Nix's database knows of store paths: their sizes, and what they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{Nix, NixError, output};

/// Store paths with all that they need.
#[derive(Debug, Default)]
pub struct Closure {
    known: BTreeMap<PathBuf, PathInfo>,
}

/// A store path, as `nix path-info --json` describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PathInfo {
    /// The size of its NAR in bytes.
    nar_size: u64,
    /// What it needs, itself perhaps among it.
    #[serde(default)]
    references: Vec<PathBuf>,
}

/// How much store paths take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Extent {
    /// How many store paths.
    pub paths: usize,
    /// The bytes of their NARs together.
    pub size: u64,
}

impl Nix {
    /// Asks the database, by one process, for `paths` and all that they need.
    ///
    /// # Errors
    ///
    /// When one of `paths` is not in the store, or Nix fails otherwise.
    pub fn closure(&self, paths: &[&Path]) -> Result<Closure, NixError> {
        let mut command = self.command("nix");
        command.args(["--extra-experimental-features", "nix-command"]);
        command.args(["path-info", "--json", "--recursive"]);
        command.args(paths);
        let text = output(command)?;
        Closure::parse(&text).ok_or_else(|| NixError::Failed {
            command: "nix path-info --json".to_owned(),
            message: "it printed no description of store paths".to_owned(),
        })
    }
}

impl Closure {
    /// Reads what `nix path-info --json` prints: a list of objects with their
    /// `path` (Nix before 2.19, Lix), or an object by paths, in which what the
    /// store lacks is null.
    fn parse(text: &str) -> Option<Self> {
        let entries: Vec<(PathBuf, Value)> = match serde_json::from_str(text).ok()? {
            Value::Array(list) => {
                let entry = |one: Value| Some((PathBuf::from(one.get("path")?.as_str()?), one));
                list.into_iter().map(entry).collect::<Option<_>>()?
            }
            Value::Object(map) => map.into_iter().map(|(k, v)| (k.into(), v)).collect(),
            _ => return None,
        };
        let known = entries
            .into_iter()
            .filter(|(_, info)| !info.is_null())
            .map(|(path, info)| Some((path, serde_json::from_value(info).ok()?)))
            .collect::<Option<_>>()?;
        Some(Self { known })
    }

    /// The size of one path, without what it needs.
    #[must_use]
    pub fn size(&self, path: &Path) -> Option<u64> {
        Some(self.known.get(path)?.nar_size)
    }

    /// What `path` needs directly, without itself.
    pub fn references(&self, path: &Path) -> impl Iterator<Item = &Path> {
        let info = self.known.get(path);
        let all = info.into_iter().flat_map(|info| &info.references);
        all.map(PathBuf::as_path).filter(move |one| *one != path)
    }

    /// `roots` with all that they need; those that are not known are left out.
    pub fn of<'a>(&'a self, roots: impl IntoIterator<Item = &'a Path>) -> BTreeSet<&'a Path> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Path> = roots.into_iter().collect();
        while let Some(path) = open.pop() {
            if self.known.contains_key(path) && found.insert(path) {
                open.extend(self.references(path));
            }
        }
        found
    }

    /// How much `roots` take with all that they need, each path once.
    pub fn extent<'a>(&'a self, roots: impl IntoIterator<Item = &'a Path>) -> Extent {
        let all = self.of(roots);
        Extent {
            paths: all.len(),
            size: all.iter().filter_map(|path| self.size(path)).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"[
        {"path":"/s/a","narSize":100,"references":["/s/a","/s/b"]},
        {"path":"/s/b","narSize":10,"references":["/s/c"]},
        {"path":"/s/c","narSize":1,"references":["/s/b"]}]"#;

    #[test]
    fn both_forms_of_the_answer_are_read() {
        let new = r#"{"/s/a":{"narSize":100,"references":["/s/a","/s/b"],"deriver":null},
            "/s/b":{"narSize":10,"references":["/s/c"]},
            "/s/c":{"narSize":1,"references":["/s/b"]},"/s/gone":null}"#;
        for text in [OLD, new] {
            let closure = Closure::parse(text).unwrap();
            let extent = |path: &'static str| closure.extent([Path::new(path)]);
            assert_eq!(
                extent("/s/a"),
                Extent {
                    paths: 3,
                    size: 111
                }
            );
            assert_eq!(extent("/s/c"), Extent { paths: 2, size: 11 });
            assert_eq!(extent("/s/gone"), Extent::default());
            assert_eq!(closure.size(Path::new("/s/a")), Some(100));
            assert_eq!(closure.size(Path::new("/s/gone")), None);
            let needed: Vec<_> = closure.references(Path::new("/s/a")).collect();
            assert_eq!(needed, [Path::new("/s/b")]);
        }
        for wrong in ["", "1", "[{}]", r#"{"/s/a":{"narSize":"x"}}"#] {
            assert!(Closure::parse(wrong).is_none(), "{wrong}");
        }
    }
}
