//! The manifest as it stands in JSON, before its rules are checked.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::secret::RawSecrets;
use super::state::RawState;
use super::value;
use super::{
    AtRiskSpec, BackupsSpec, BlockSpec, Content, FileSpec, Format, HomePath, HomeSpec, Hook,
    MANIFEST_VERSION, ManagedBy, Manifest, MethodName, OnConflict, PackagesSpec, SecretsSpec,
    StateSpec,
};

/// What nhmt needs to know of a home. Fields that it does not know are errors.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawManifest {
    /// The version of this format: 1.
    pub version: u32,
    /// Whose home it is.
    pub home: HomeSpec,
    /// The managed files, by their place in the home.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, RawFile>"))]
    pub files: UniqueMap<RawFile>,
    /// The package environment.
    pub packages: Option<PackagesSpec>,
    /// What becomes of files in the way, when no flag says so.
    pub on_conflict: Option<OnConflict>,
    /// The scripts that run after a switch, in running order.
    #[serde(default)]
    pub hooks: Vec<Hook>,
    /// Which backups a run lets go.
    #[serde(default)]
    pub backups: BackupsSpec,
    /// The persisted paths.
    #[serde(default)]
    pub state: Vec<RawState>,
    /// The secrets.
    #[serde(default)]
    pub secrets: RawSecrets,
    /// What would be lost with the home, and does not count.
    #[serde(default)]
    pub at_risk: AtRiskSpec,
    /// The link that names the generation in force, an absolute path.
    pub profile: Option<PathBuf>,
    /// Whose configuration the home is a part of, and is activated with.
    pub managed_by: Option<ManagedBy>,
    /// Store paths that live as long as a generation of the home.
    #[serde(default)]
    pub dependencies: Vec<PathBuf>,
    /// The generation of Home Manager that the home is, too.
    pub home_manager: Option<PathBuf>,
}

/// The same object, as it is written from a checked manifest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenManifest<'a> {
    version: u32,
    home: &'a HomeSpec,
    #[serde(serialize_with = "written_files")]
    files: &'a BTreeMap<HomePath, FileSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packages: Option<&'a PackagesSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_conflict: Option<OnConflict>,
    #[serde(skip_serializing_if = "<[Hook]>::is_empty")]
    hooks: &'a [Hook],
    #[serde(skip_serializing_if = "BackupsSpec::is_empty")]
    backups: &'a BackupsSpec,
    #[serde(
        serialize_with = "written_state",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    state: &'a BTreeMap<HomePath, StateSpec>,
    #[serde(skip_serializing_if = "SecretsSpec::is_empty")]
    secrets: &'a SecretsSpec,
    #[serde(skip_serializing_if = "AtRiskSpec::is_usual")]
    at_risk: &'a AtRiskSpec,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<ManagedBy>,
    #[serde(skip_serializing_if = "<[PathBuf]>::is_empty")]
    dependencies: &'a [PathBuf],
    #[serde(skip_serializing_if = "Option::is_none")]
    home_manager: Option<&'a PathBuf>,
}

impl<'a> From<&'a Manifest> for WrittenManifest<'a> {
    fn from(manifest: &'a Manifest) -> Self {
        Self {
            version: MANIFEST_VERSION,
            home: &manifest.home,
            files: &manifest.files,
            packages: manifest.packages.as_ref(),
            on_conflict: manifest.on_conflict,
            hooks: &manifest.hooks,
            backups: &manifest.backups,
            state: &manifest.state,
            secrets: &manifest.secrets,
            at_risk: &manifest.at_risk,
            profile: manifest.profile.as_ref(),
            managed_by: manifest.managed_by,
            dependencies: &manifest.dependencies,
            home_manager: manifest.home_manager.as_ref(),
        }
    }
}

fn written_files<S: Serializer>(
    files: &BTreeMap<HomePath, FileSpec>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let files = files.iter().map(|(path, spec)| {
        // Checked manifests come from JSON, so their paths are UTF-8.
        (
            String::from_utf8_lossy(path.as_bytes()),
            RawFile::from(spec),
        )
    });
    serializer.collect_map(files)
}

fn written_state<S: Serializer>(
    state: &BTreeMap<HomePath, StateSpec>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(state.iter().map(|(path, spec)| RawState::of(path, spec)))
}

/// One value of `files`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawFile {
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The absolute path of a file or directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PathBuf>,
    /// The name of a secret, which it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// With `source`, a directory: a link for each file below it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recursive: bool,
    /// The source is a tree of links: each leaf is what its link leads to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub link_farm: bool,
    /// What `value` is written as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// A value to be written in a format.
    // Told apart from an absent field, because `null` is a JSON document.
    #[serde(
        default,
        deserialize_with = "value::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(test, schemars(with = "Option<Value>"))]
    pub value: Option<Value>,
    /// Sets or clears the executable bit; null keeps that of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executable: Option<bool>,
    /// What is in the way goes to the backups without a question.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// How it arrives.
    #[serde(default, skip_serializing_if = "is_default")]
    pub method: MethodName,
    /// The mode of a file that nhmt creates, in octal: `0600`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<String>,
    /// How a block is marked in the file that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<BlockSpec>,
    /// The text of a script that runs when a switch changed this file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_change: String,
    /// Who asked for it: an option's name, then files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_in: Vec<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl From<&FileSpec> for RawFile {
    fn from(spec: &FileSpec) -> Self {
        let mut raw = Self {
            executable: spec.executable,
            force: spec.force,
            link_farm: spec.link_farm,
            method: spec.method,
            permissions: spec.permissions.map(|mode| format!("{mode:04o}")),
            block: spec.block.clone(),
            on_change: spec.on_change.clone(),
            declared_in: spec.declared_in.clone(),
            ..Self::default()
        };
        match &spec.content {
            Content::Text(text) => raw.text = Some(text.clone()),
            Content::Source { path, recursive } => {
                raw.source = Some(path.clone());
                raw.recursive = *recursive;
            }
            Content::Secret(name) => raw.secret = Some(name.clone()),
            Content::Structured { format, value } => {
                raw.format = Some(*format);
                raw.value = Some(value.clone());
            }
        }
        raw
    }
}

/// A JSON object in which a key that stands twice is an error; JSON readers
/// otherwise keep the last one and silently drop a file.
#[derive(Debug)]
pub(super) struct UniqueMap<V>(pub BTreeMap<String, V>);

impl<V> Default for UniqueMap<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for UniqueMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UniqueVisitor<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueVisitor<V> {
            type Value = UniqueMap<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((key, value)) = access.next_entry::<String, V>()? {
                    if map.contains_key(&key) {
                        return Err(de::Error::custom(format!("`{key}` stands here twice")));
                    }
                    map.insert(key, value);
                }
                Ok(UniqueMap(map))
            }
        }

        deserializer.deserialize_map(UniqueVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// `NHMT_WRITE_DOCS=1 cargo test --lib schema` writes it.
    #[test]
    fn the_schema_in_the_book_is_that_of_the_types() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.schema.json");
        let mut schema = schemars::schema_for!(RawManifest);
        schema.insert("title".into(), "nhmt manifest, version 1".into());
        let mut text = serde_json::to_string_pretty(&schema).unwrap();
        text.push('\n');
        if std::env::var_os("NHMT_WRITE_DOCS").is_some() {
            fs::write(&page, &text).unwrap();
        }
        let committed = fs::read_to_string(&page).unwrap_or_default();
        assert_eq!(committed, text, "NHMT_WRITE_DOCS=1 cargo test --lib schema");
    }
}
