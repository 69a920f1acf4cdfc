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

/// The whole JSON object. Fields that this nhmt does not know are errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawManifest {
    pub version: u32,
    pub home: HomeSpec,
    #[serde(default)]
    pub files: UniqueMap<RawFile>,
    pub packages: Option<PackagesSpec>,
    pub on_conflict: Option<OnConflict>,
    #[serde(default)]
    pub hooks: Vec<Hook>,
    #[serde(default)]
    pub backups: BackupsSpec,
    #[serde(default)]
    pub state: Vec<RawState>,
    #[serde(default)]
    pub secrets: RawSecrets,
    #[serde(default)]
    pub at_risk: AtRiskSpec,
    pub profile: Option<PathBuf>,
    pub managed_by: Option<ManagedBy>,
    #[serde(default)]
    pub dependencies: Vec<PathBuf>,
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
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recursive: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    // Told apart from an absent field, because `null` is a JSON document.
    #[serde(
        default,
        deserialize_with = "value::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executable: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub method: MethodName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<BlockSpec>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_change: String,
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
