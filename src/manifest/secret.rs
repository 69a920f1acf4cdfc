//! Secrets: files that age has encrypted, and the places in texts and values
//! where what they hold is filled in when a home is activated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::check::is_normalized_absolute;
use super::raw::UniqueMap;
use super::{Content, Digest, FileSpec, Hook, ManifestError, MethodName};

/// Where in the home secrets are looked up: a link to the directory in memory
/// that has them.
pub const SECRETS: &str = ".local/state/nhmt/secrets";

/// The directory in the home that is nhmt's own.
const OWN: &str = ".local/state/nhmt";

/// The folder of a home tree with the encrypted files.
pub const ENCRYPTED: &str = "encrypted";

/// The folder of a home tree with links to what they are decrypted to.
pub const SECRET_LINKS: &str = "secrets";

/// The directory of a set of secrets that has what was filled in. No secret
/// has such a name.
pub const FILLED: &str = ".files";

/// What a placeholder starts with; a name follows, and [`CLOSING`].
const OPENING: &str = "{{nhmt-secret:";
/// What a placeholder ends with.
const CLOSING: &str = "}}";

/// The mode of a secret that asks for none.
const USUAL_MODE: u32 = 0o400;

/// So much of a placeholder that is none is shown.
const SHOWN: usize = 40;

/// The `secrets` object of the manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretsSpec {
    /// The files with keys that decrypt, absolute or below `~/`; `None` leaves
    /// them to nhmt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identities: Option<Vec<PathBuf>>,
    /// The directory in memory, when it is not `$XDG_RUNTIME_DIR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// It may lie on a disk.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_disk: bool,
    /// The secrets, by name.
    pub files: BTreeMap<String, SecretSpec>,
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretSpec {
    /// The encrypted file; absolute.
    pub file: PathBuf,
    /// The permission bits of what it is decrypted to.
    #[serde(serialize_with = "octal", skip_serializing_if = "is_usual")]
    pub mode: u32,
    /// Who asked for it, for messages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declared_in: Vec<String>,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It stays as it is.
    Text(&'a str),
    /// The secret of this name belongs here.
    Secret(&'a str),
}

/// The secrets of a home.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawSecrets {
    /// The files with keys that decrypt: absolute, or below `~/`.
    identities: Option<Vec<PathBuf>>,
    /// The directory in memory, instead of `$XDG_RUNTIME_DIR`.
    directory: Option<PathBuf>,
    /// Whether that may be on a disk.
    allow_disk: bool,
    /// The secrets, by name.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, RawSecret>"))]
    files: UniqueMap<RawSecret>,
}

/// One secret.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawSecret {
    /// The absolute path of the encrypted file.
    file: PathBuf,
    /// The mode of what it is decrypted to, in octal.
    mode: Option<String>,
    /// Who asked for it.
    #[serde(default)]
    declared_in: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn octal<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{mode:04o}"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_usual(mode: &u32) -> bool {
    *mode == USUAL_MODE
}

impl SecretsSpec {
    /// Whether there are none, and nothing is said of any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl RawSecrets {
    /// Checks what can be checked without the files that use the secrets.
    pub(super) fn checked(self) -> Result<SecretsSpec, ManifestError> {
        let settings = |problem: String| ManifestError::Secrets { problem };
        for path in self.identities.iter().flatten() {
            let below = path.strip_prefix("~").map(|rest| Path::new("/").join(rest));
            if !is_normalized_absolute(below.as_deref().unwrap_or(path)) {
                return Err(settings(format!(
                    "identities: `{}` is not an absolute, normalized path, nor one below `~/`",
                    path.display()
                )));
            }
        }
        if let Some(path) = self
            .directory
            .as_ref()
            .filter(|p| !is_normalized_absolute(p))
        {
            return Err(settings(format!(
                "directory: `{}` is not an absolute, normalized path",
                path.display()
            )));
        }
        let mut files = BTreeMap::new();
        for (name, raw) in self.files.0 {
            let problem = |problem: String| ManifestError::Secret {
                name: name.clone(),
                problem,
            };
            if !is_name(&name) {
                return Err(problem(
                    "a secret's name has letters, digits and `._+@-`, and starts with none of these signs".to_owned(),
                ));
            }
            if !is_normalized_absolute(&raw.file) {
                return Err(problem(format!(
                    "`file` is `{}`, which is not an absolute, normalized path",
                    raw.file.display()
                )));
            }
            let mode = raw.mode.as_deref().map(mode).transpose();
            let spec = SecretSpec {
                mode: mode.map_err(problem)?.unwrap_or(USUAL_MODE),
                file: raw.file,
                declared_in: raw.declared_in,
            };
            files.insert(name, spec);
        }
        Ok(SecretsSpec {
            identities: self.identities,
            directory: self.directory,
            allow_disk: self.allow_disk,
            files,
        })
    }
}

/// Whether `name` can be the name of a file, and stand in a placeholder.
fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._+@-".contains(&b);
    name.bytes().all(plain) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn mode(text: &str) -> Result<u32, String> {
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let mode = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
    mode.filter(|mode| *mode <= 0o777 && mode & 0o400 != 0)
        .ok_or_else(|| {
            format!(
                "`mode` is `{text}`; write octal digits such as `0400`, with which the owner can read"
            )
        })
}

/// The placeholder of the secret `name`.
#[must_use]
pub fn placeholder(name: &str) -> String {
    format!("{OPENING}{name}{CLOSING}")
}

/// The parts of `text`, in order.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(after) = rest.strip_prefix(OPENING) else {
            let end = rest.find(OPENING).unwrap_or(rest.len());
            let (plain, next) = rest.split_at(end);
            rest = next;
            return Some(Piece::Text(plain));
        };
        // One that is not closed has a name that no secret has.
        let (name, next) = after.split_once(CLOSING).unwrap_or((after, ""));
        rest = next;
        Some(Piece::Secret(name))
    })
}

/// Adds the names whose placeholders are in the strings of `value`.
///
/// # Errors
/// A sentence, when one is in a key.
fn in_value<'a>(value: &'a Value, names: &mut BTreeSet<&'a str>) -> Result<(), String> {
    match value {
        Value::String(text) => names.extend(secrets_in(text)),
        Value::Array(items) => items.iter().try_for_each(|item| in_value(item, names))?,
        Value::Object(map) => {
            for (key, value) in map {
                if key.contains(OPENING) {
                    return Err(
                        "the placeholder of a secret is in a key, and only values can have one"
                            .to_owned(),
                    );
                }
                in_value(value, names)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|piece| match piece {
        Piece::Secret(name) => Some(name),
        Piece::Text(_) => None,
    })
}

impl FileSpec {
    /// The secrets that its content needs.
    ///
    /// # Errors
    /// A sentence, when one is where none can be filled in.
    pub(super) fn find_secrets(&self) -> Result<BTreeSet<&str>, String> {
        let mut names = BTreeSet::new();
        match &self.content {
            Content::Text(text) => names.extend(secrets_in(text)),
            Content::Structured { value, .. } => in_value(value, &mut names)?,
            Content::Secret(name) => names.extend([name.as_str()]),
            Content::Source { .. } => {}
        }
        Ok(names)
    }

    /// Whether what is in the home holds secrets.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Checks the secrets of this file, and remembers which it needs.
    pub(super) fn settle_secrets(
        &mut self,
        secrets: &SecretsSpec,
        home: &Path,
    ) -> Result<(), String> {
        if let Content::Source { path, .. } = &self.content
            && self.method != MethodName::Live
            && path.starts_with(home.join(OWN))
        {
            return Err(format!(
                "`source` lies in {OWN}, and would be copied to the store; for a secret, give `secret` with its name, or the method live"
            ));
        }
        let names = self.find_secrets()?;
        let unknown = names
            .iter()
            .find(|name| !secrets.files.contains_key(**name));
        if let Some(name) = unknown {
            if matches!(self.content, Content::Secret(_)) {
                return Err(format!("there is no secret \"{name}\""));
            }
            let shown: String = name.chars().take(SHOWN).collect();
            return Err(format!(
                "{} is the placeholder of no secret",
                placeholder(&shown).escape_debug()
            ));
        }
        if !names.is_empty() && self.method != MethodName::Link {
            return Err(format!(
                "it holds a secret, and the method {} would leave that on the disk and in backups; only a link keeps it in memory",
                self.method.as_str()
            ));
        }
        if matches!(self.content, Content::Secret(_)) && self.executable.is_some() {
            return Err("the mode is the secret's; leave `executable` out".to_owned());
        }
        if self.on_change.contains(OPENING) {
            return Err("a script is kept as it is, and cannot have the placeholder of a secret; have it read the secret's path".to_owned());
        }
        self.secrets = names.into_iter().map(str::to_owned).collect();
        Ok(())
    }
}

/// A hook that has a placeholder in its script.
pub(super) fn in_hooks(hooks: &[Hook]) -> Option<&Hook> {
    let has = |text: &String| text.contains(OPENING);
    let mut hooks = hooks.iter();
    hooks.find(|hook| has(&hook.script) || has(&hook.when_gone))
}

/// The name that a set of secrets has in memory.
#[must_use]
pub fn set_name(set: &Digest) -> String {
    set.to_string()[..32].to_owned()
}

/// Where what is filled in for the managed path `path` lies in its set.
#[must_use]
pub fn filled_name(path: &[u8]) -> String {
    Digest::of(path).to_string()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifest::Manifest;

    fn read(extra: &Value) -> Result<Manifest, String> {
        let mut whole = json!({ "version": 1, "home": { "username": "u", "directory": "/h" } });
        let object = whole.as_object_mut().unwrap();
        object.extend(extra.as_object().unwrap().clone());
        Manifest::from_value(whole).map_err(|error| error.to_string())
    }

    fn with(file: &Value) -> Result<Manifest, String> {
        read(&json!({
            "secrets": { "files": { "a": { "file": "/a.age" }, "b-1": { "file": "/b.age" } } },
            "files": { "f": file },
        }))
    }

    #[test]
    fn secrets_are_read_and_written() {
        let secrets = json!({
            "identities": ["~/.ssh/id", "/k"],
            "directory": "/run/x",
            "allowDisk": true,
            "files": {
                "a": { "file": "/a.age", "declaredIn": ["x"] },
                "b": { "file": "/b.age", "mode": "0440" },
            },
        });
        let manifest = read(&json!({ "secrets": secrets })).unwrap();
        assert_eq!(manifest.secrets.files["a"].mode, 0o400);
        assert_eq!(manifest.secrets.files["b"].mode, 0o440);
        let written: Value = serde_json::from_slice(&manifest.to_json()).unwrap();
        assert_eq!(written["secrets"], secrets);
        assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
        let none = read(&json!({})).unwrap().to_json();
        assert!(!String::from_utf8(none).unwrap().contains("secrets"));
    }

    #[test]
    fn placeholders_are_found_in_texts_and_values() {
        let names = |file: &Value| {
            let manifest = with(file).unwrap();
            let file = manifest.files.into_values().next().unwrap();
            file.secrets.into_iter().collect::<Vec<_>>()
        };
        let (a, b) = (placeholder("a"), placeholder("b-1"));
        assert_eq!(a, "{{nhmt-secret:a}}");
        assert_eq!(
            names(&json!({ "text": format!("x{a}{b}{a}") })),
            ["a", "b-1"]
        );
        let value = json!({ "x": [1, null, { "y": format!("{b}!") }] });
        assert_eq!(names(&json!({ "format": "json", "value": value })), ["b-1"]);
        assert_eq!(names(&json!({ "secret": "a" })), ["a"]);
        assert!(names(&json!({ "text": "{{nhmt-secret" })).is_empty());
        let text = format!("1{a}2");
        let found: Vec<_> = pieces(&text).collect();
        assert_eq!(
            found,
            [Piece::Text("1"), Piece::Secret("a"), Piece::Text("2")]
        );
    }

    #[test]
    fn what_cannot_be_is_named() {
        let a = placeholder("a");
        for (file, expected) in [
            (
                json!({ "text": placeholder("c") }),
                "{{nhmt-secret:c}} is the placeholder of no secret",
            ),
            (
                json!({ "text": "{{nhmt-secret:a}" }),
                "is the placeholder of no secret",
            ),
            (
                json!({ "source": "/h/.local/state/nhmt/current/secrets/a" }),
                "would be copied to the store",
            ),
            (json!({ "secret": "c" }), "there is no secret \"c\""),
            (json!({ "secret": "a", "text": "" }), "more than one"),
            (
                json!({ "secret": "a", "executable": true }),
                "leave `executable` out",
            ),
            (
                json!({ "secret": "a", "method": "copy" }),
                "only a link keeps it in memory",
            ),
            (
                json!({ "text": &a, "method": "block" }),
                "the method block would leave",
            ),
            (
                json!({ "text": "", "onChange": &a }),
                "have it read the secret's path",
            ),
            (json!({ "format": "json", "value": { &a: 1 } }), "in a key"),
        ] {
            let text = with(&file).unwrap_err();
            assert!(
                text.starts_with("files.\"f\": ") && text.contains(expected),
                "{text}"
            );
        }
        for (secrets, expected) in [
            (
                json!({ "files": { "a/b": { "file": "/x" } } }),
                "secrets.\"a/b\": a secret's name",
            ),
            (
                json!({ "files": { ".a": { "file": "/x" } } }),
                "secrets.\".a\": a secret's name",
            ),
            (
                json!({ "files": { "a": { "file": "x" } } }),
                "secrets.\"a\": `file` is `x`",
            ),
            (
                json!({ "files": { "a": { "file": "/x", "mode": "0200" } } }),
                "secrets.\"a\": `mode` is `0200`",
            ),
            (json!({ "identities": ["x"] }), "secrets.identities: `x`"),
            (json!({ "directory": "../x" }), "secrets.directory: `../x`"),
        ] {
            let text = read(&json!({ "secrets": secrets })).unwrap_err();
            assert!(text.starts_with(expected), "{text}");
        }
        let hook = json!({ "hooks": [{ "name": "h", "script": &a }] });
        let text = read(&hook).unwrap_err();
        assert!(text.starts_with("hooks.\"h\": a script"), "{text}");
    }
}
