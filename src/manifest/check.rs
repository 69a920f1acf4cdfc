//! From the JSON of a manifest to a checked [`Manifest`], and back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Component, Path};

use serde_json::Value;
use thiserror::Error;

use super::raw::{RawFile, RawManifest, WrittenManifest};
use super::{Content, FileSpec, HomePath, HomePathError, MANIFEST_VERSION, Manifest, MethodName};
use super::{declared_by, rules, secret, state, value};

/// Places that nhmt itself lives in; nothing managed may lie in, or be, one of
/// them or a directory above it.
const RESERVED: [&str; 3] = [
    ".local/state/nhmt",
    ".local/state/nix/profiles",
    ".local/share/nhmt/store",
];

/// What is wrong with a manifest. Every message starts with the JSON path.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// Not JSON, or not of the manifest's form.
    #[error("{path}{message}")]
    Malformed {
        /// JSON path of the fault (`files.\.bashrc.text: `); empty for the whole.
        path: String,
        /// What the reader says of it, with line and column.
        message: String,
    },
    /// Another format version.
    #[error(
        "version: this is a version {found} manifest, and this nhmt reads version {MANIFEST_VERSION}; use a newer nhmt"
    )]
    Version {
        /// The version that the manifest names.
        found: u32,
    },
    /// `home.directory` is relative or has `..`.
    #[error("home.directory: `{found}` is not an absolute, normalized path")]
    HomeDirectory {
        /// What stands there.
        found: String,
    },
    /// A target that is not a place in the home.
    #[error("files.\"{target}\": the target cannot be used: {source}")]
    Target {
        /// The target as written.
        target: String,
        /// The rule that it breaks.
        source: HomePathError,
    },
    /// A target in nhmt's own directories.
    #[error(
        "files.\"{target}\": the target would replace `{reserved}`, which nhmt keeps its own records in; choose files beside or below it one by one"
    )]
    Reserved {
        /// The target as written.
        target: String,
        /// The directory of nhmt's.
        reserved: &'static str,
    },
    /// A file in the place of another's directory.
    #[error(
        "files.\"{inner}\": it{by} lies below \"{outer}\", which is managed as one file or link{outer_by}; set `recursive` on \"{outer}\", or drop one of the two"
    )]
    Nested {
        /// The upper target.
        outer: HomePath,
        /// Who declared it, in brackets; empty when nobody says.
        outer_by: String,
        /// The lower target.
        inner: HomePath,
        /// Who declared it.
        by: String,
    },
    /// None or several of `text`, `source`, `format` with `value`.
    #[error("files.\"{target}\": {problem}")]
    Content {
        /// The target as written.
        target: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A persisted path that cannot be kept as it stands.
    #[error("state.\"{path}\": {problem}")]
    State {
        /// The path as written.
        path: String,
        /// What is wrong, with who declared what is involved.
        problem: String,
    },
    /// A secret that cannot be one as it stands.
    #[error("secrets.\"{name}\": {problem}")]
    Secret {
        /// The secret's name.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// What is said of all secrets.
    #[error("secrets.{problem}")]
    Secrets {
        /// The field, and what is wrong.
        problem: String,
    },
    /// A pattern that is more than one line.
    #[error("atRisk.ignore: `{pattern}` is no pattern of one line")]
    AtRisk {
        /// The pattern, escaped.
        pattern: String,
    },
    /// `profile` is relative, has `..`, or cannot be a line of the index.
    #[error("profile: `{found}` is not an absolute, normalized path")]
    Profile {
        /// What stands there.
        found: String,
    },
    /// `homeManager` is relative or has `..`.
    #[error("homeManager: `{found}` is not an absolute, normalized path")]
    HomeManager {
        /// What stands there.
        found: String,
    },
    /// A hook that cannot run as it stands.
    #[error("hooks.\"{name}\": {problem}")]
    Hook {
        /// The hook's name.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// The first fault of `json`, with its JSON path.
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        // The manifest's own form is finite and `value` bounds itself, naming
        // its target; the reader's own limit would name none.
        deserializer.disable_recursion_limit();
        let raw = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| malformed(error.path(), error.inner()))?;
        deserializer
            .end()
            .map_err(|error| ManifestError::Malformed {
                path: String::new(),
                message: error.to_string(),
            })?;
        Self::try_from_raw(raw)
    }

    /// Checks a manifest that is part of a larger JSON value.
    ///
    /// # Errors
    /// The first fault of `value`, with its JSON path.
    pub fn from_value(value: Value) -> Result<Self, ManifestError> {
        let raw = serde_path_to_error::deserialize(value)
            .map_err(|error| malformed(error.path(), error.inner()))?;
        Self::try_from_raw(raw)
    }

    fn try_from_raw(raw: RawManifest) -> Result<Self, ManifestError> {
        if raw.version != MANIFEST_VERSION {
            return Err(ManifestError::Version { found: raw.version });
        }
        if !is_normalized_absolute(&raw.home.directory) {
            return Err(ManifestError::HomeDirectory {
                found: raw.home.directory.display().to_string(),
            });
        }
        let secrets = raw.secrets.checked()?;
        let mut files = BTreeMap::new();
        for (target, file) in raw.files.0 {
            let path = target_path(&target)?;
            let mut spec = file.into_spec(&target)?;
            spec.settle_secrets(&secrets, &raw.home.directory)
                .map_err(|problem| ManifestError::Content { target, problem })?;
            files.insert(path, spec);
        }
        check_nesting(&files)?;
        let state = state::checked(raw.state, &raw.home.directory)?;
        state::check_files(&files, &state)?;
        if let Some(hook) = secret::in_hooks(&raw.hooks) {
            return Err(ManifestError::Hook {
                name: hook.name.clone(),
                problem: "a script is kept as it is, and cannot have the placeholder of a secret; have it read the secret's path".to_owned(),
            });
        }
        raw.at_risk.check()?;
        if let Some(path) = &raw.profile
            && !is_profile(path)
        {
            return Err(ManifestError::Profile {
                found: path.display().to_string(),
            });
        }
        if let Some(path) = &raw.home_manager
            && !is_normalized_absolute(path)
        {
            return Err(ManifestError::HomeManager {
                found: path.display().to_string(),
            });
        }
        rules::hooks(&raw.hooks)
            .map_err(|(name, problem)| ManifestError::Hook { name, problem })?;
        Ok(Self {
            home: raw.home,
            files,
            packages: raw.packages,
            on_conflict: raw.on_conflict,
            hooks: raw.hooks,
            backups: raw.backups,
            state,
            secrets,
            at_risk: raw.at_risk,
            profile: raw.profile,
            managed_by: raw.managed_by,
            dependencies: raw.dependencies,
            home_manager: raw.home_manager,
        })
    }

    /// Writes the manifest as JSON, normalized: keys sorted, defaults left
    /// out. The files are turned into JSON one after the other, so that a
    /// large manifest is not in memory twice.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut out, &WrittenManifest::from(self))?;
        out.write_all(b"\n")
    }

    /// What [`Manifest::write_json`] writes.
    ///
    /// # Panics
    /// Never: every checked manifest has a JSON form.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::new();
        self.write_json(&mut json)
            .expect("a manifest has only string keys");
        json
    }
}

pub(super) fn is_normalized_absolute(path: &Path) -> bool {
    path.is_absolute()
        && path
            .components()
            .all(|c| matches!(c, Component::RootDir | Component::Normal(_)))
}

/// Whether `path` can name a profile: the index has it on a line.
fn is_profile(path: &Path) -> bool {
    is_normalized_absolute(path)
        && path.file_name().is_some()
        && !path.as_os_str().as_encoded_bytes().contains(&b'\n')
}

fn target_path(target: &str) -> Result<HomePath, ManifestError> {
    let path = HomePath::new(target).map_err(|source| ManifestError::Target {
        target: target.to_owned(),
        source,
    })?;
    match reserved(&path) {
        None => Ok(path),
        Some(reserved) => Err(ManifestError::Reserved {
            target: target.to_owned(),
            reserved,
        }),
    }
}

/// The place of nhmt's own that `path` is, holds or lies in.
pub(super) fn reserved(path: &HomePath) -> Option<&'static str> {
    RESERVED.into_iter().find(|reserved| {
        let own = HomePath::new(reserved).expect("a constant path is valid");
        *path == own || path.is_below(&own) || own.is_below(path)
    })
}

/// The reader's path is `.` for the whole, and `?` when a text ends before it
/// says of what it is a part: neither tells anybody anything.
fn malformed(path: &serde_path_to_error::Path, error: &serde_json::Error) -> ManifestError {
    let path = path.to_string();
    // What has no name yet.
    let path = match path.strip_suffix(".?").unwrap_or(&path) {
        "." | "?" => String::new(),
        path => format!("{path}: "),
    };
    ManifestError::Malformed {
        path,
        message: error.to_string(),
    }
}

/// The map is sorted so that everything below a path follows it directly.
fn check_nesting(files: &BTreeMap<HomePath, FileSpec>) -> Result<(), ManifestError> {
    let mut outer: Option<(&HomePath, &FileSpec)> = None;
    for (path, spec) in files {
        if let Some((outer, outer_spec)) = outer
            && path.is_below(outer)
        {
            return Err(ManifestError::Nested {
                outer: outer.clone(),
                outer_by: declared_by(&outer_spec.declared_in),
                inner: path.clone(),
                by: declared_by(&spec.declared_in),
            });
        }
        let open = match spec.content {
            // Whether it is a directory is seen when the tree is built.
            Content::Source { recursive, .. } => {
                recursive || matches!(spec.method, MethodName::Copy | MethodName::Seed)
            }
            _ => false,
        };
        outer = if open { None } else { Some((path, spec)) };
    }
    Ok(())
}

impl RawFile {
    fn into_spec(self, target: &str) -> Result<FileSpec, ManifestError> {
        let problem = |problem: String| ManifestError::Content {
            target: target.to_owned(),
            problem,
        };
        let ways = usize::from(self.text.is_some())
            + usize::from(self.source.is_some())
            + usize::from(self.secret.is_some())
            + usize::from(self.format.is_some() || self.value.is_some());
        if ways != 1 {
            let found = if ways == 0 { "none" } else { "more than one" };
            return Err(problem(format!(
                "give exactly one of `text`, `source`, `secret`, or `format` with `value`; {found} is there"
            )));
        }
        if self.link_farm && (self.source.is_none() || self.method != MethodName::Link) {
            return Err(problem(
                "`linkFarm` goes with `source` and the method link only".to_owned(),
            ));
        }
        if self.recursive && self.source.is_none() {
            return Err(problem("`recursive` goes with `source` only".to_owned()));
        }
        let permissions = rules::permissions(&self).map_err(problem)?;
        let mut file = self;
        let content = match (
            file.text.take(),
            file.source.take(),
            file.format,
            file.value.take(),
        ) {
            _ if file.secret.is_some() => Content::Secret(file.secret.take().unwrap_or_default()),
            (Some(text), ..) => Content::Text(text),
            (_, Some(path), ..) if is_normalized_absolute(&path) => Content::Source {
                path,
                recursive: file.recursive,
            },
            (_, Some(path), ..) => {
                return Err(problem(format!(
                    "`source` is `{}`, which is not an absolute, normalized path",
                    path.display()
                )));
            }
            (_, _, Some(format), Some(value)) => Content::Structured {
                format,
                value: value::decode(value).map_err(problem)?,
            },
            (_, _, Some(_), None) => {
                return Err(problem("`format` needs a `value` beside it".to_owned()));
            }
            _ => return Err(problem("`value` needs a `format` beside it".to_owned())),
        };
        rules::method(&file, &content).map_err(problem)?;
        Ok(FileSpec {
            content,
            executable: file.executable,
            force: file.force,
            link_farm: file.link_farm,
            method: file.method,
            permissions,
            block: file.block,
            on_change: file.on_change,
            declared_in: file.declared_in,
            secrets: BTreeSet::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(files: &str) -> Result<Manifest, ManifestError> {
        let json = format!(
            r#"{{"version":1,"home":{{"username":"u","directory":"/h"}},"files":{files}}}"#
        );
        Manifest::from_json(json.as_bytes())
    }

    fn message(files: &str) -> String {
        manifest(files).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_is_named_by_its_json_path() {
        let text = message(r#"{".a":{"text":1}}"#);
        assert!(
            text.starts_with("files.\\.a.text:") || text.starts_with("files..a.text:"),
            "{text}"
        );
        let unknown = message(r#"{"a":{"txt":"x"}}"#);
        assert!(unknown.contains("unknown field `txt`"), "{unknown}");
        assert!(unknown.starts_with("files.a"), "{unknown}");
    }

    #[test]
    fn targets_that_leave_the_home_or_hit_our_records_are_refused() {
        assert!(message(r#"{"/etc/x":{"text":""}}"#).contains("absolute"));
        assert!(message(r#"{"../x":{"text":""}}"#).contains("`..`"));
        assert!(message(r#"{".local":{"text":""}}"#).contains(".local/state/nhmt"));
        assert!(message(r#"{".local/state/nhmt/x":{"text":""}}"#).contains("own records"));
    }

    #[test]
    fn one_target_twice_and_one_below_another_are_refused() {
        assert!(message(r#"{"a":{"text":""},"a":{"text":""}}"#).contains("`a` stands here twice"));
        let nested = message(r#"{"a":{"text":""},"a-b":{"text":""},"a/b":{"text":""}}"#);
        assert!(nested.contains("\"a/b\": it lies below \"a\""), "{nested}");
        assert!(manifest(r#"{"a":{"source":"/s","recursive":true},"a/b":{"text":""}}"#).is_ok());
    }

    #[test]
    fn content_is_given_exactly_once() {
        assert!(message(r#"{"a":{}}"#).contains("none is there"));
        assert!(message(r#"{"a":{"text":"","source":"/x"}}"#).contains("more than one"));
        assert!(message(r#"{"a":{"format":"json"}}"#).contains("needs a `value`"));
        assert!(manifest(r#"{"a":{"format":"json","value":null}}"#).is_ok());
    }

    #[test]
    fn floats_and_deep_values_cross_without_loss() {
        let spec = manifest(r#"{"a":{"format":"json","value":{"x":[{"$float":[5,-1]}]}}}"#);
        let json = String::from_utf8(spec.unwrap().to_json()).unwrap();
        assert!(json.contains(r#"{"x":[2.5]}"#), "{json}");
        let nested = |levels: usize, inner: &str| {
            let value = format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels));
            manifest(&format!(r#"{{"a/b":{{"format":"json","value":{value}}}}}"#))
        };
        let deepest = nested(128, r#"{"$float":[1,0]}"#).unwrap();
        assert_eq!(Manifest::from_json(&deepest.to_json()).unwrap(), deepest);
        for levels in [129, 200, 200_000] {
            let text = nested(levels, "1").unwrap_err().to_string();
            assert!(
                text.starts_with("files.\"a/b\": `value` is nested"),
                "{text}"
            );
        }
    }

    #[test]
    fn json_goes_both_ways() {
        let one = manifest(r#"{"a":{"text":"x","executable":true},"b":{"source":"/s"}}"#).unwrap();
        assert_eq!(Manifest::from_json(&one.to_json()).unwrap(), one);
    }
}
