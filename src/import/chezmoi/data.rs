//! What templates are given: facts of the machine, and the person's own data.

use std::env;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::import::take::names;

/// The data of the source at `source`, for the home `home`. What cannot be
/// read is not among them, so that templates that need it are not translated.
pub(super) fn data(source: &Path, root: &Path, home: &Path) -> Value {
    let mut all = Map::new();
    add_all(&mut all, &root.join(".chezmoidata"));
    for (stem, _) in FORMATS {
        add_file(&mut all, &root.join(format!(".chezmoidata.{stem}")));
    }
    let config = env::var_os("XDG_CONFIG_HOME").map_or(home.join(".config"), Into::into);
    for (stem, parse) in FORMATS {
        let path = config.join("chezmoi").join(format!("chezmoi.{stem}"));
        let text = fs::read_to_string(path).ok();
        let read = text.and_then(|text| parse(&text));
        if let Some(Value::Object(read)) =
            read.and_then(|mut read| Some(read.get_mut("data")?.take()))
        {
            merge(&mut all, read);
        }
    }
    all.insert("chezmoi".to_owned(), machine(source, root, home));
    Value::Object(all)
}

/// Adds what the files below `dir` have, in the order of their names.
fn add_all(all: &mut Map<String, Value>, dir: &Path) {
    for name in names(dir).unwrap_or_default() {
        let path = dir.join(name);
        if path.is_dir() && !path.is_symlink() {
            add_all(all, &path);
        } else {
            add_file(all, &path);
        }
    }
}

/// Adds what a file has, whose name says its format.
fn add_file(all: &mut Map<String, Value>, path: &Path) {
    let end = path.extension().unwrap_or_default();
    let format = FORMATS.iter().find(|(stem, _)| end == *stem);
    let text = fs::read_to_string(path).ok();
    if let Some(Value::Object(read)) = format.zip(text).and_then(|((_, parse), text)| parse(&text))
    {
        merge(all, read);
    }
}

type Parse = fn(&str) -> Option<Value>;

const FORMATS: [(&str, Parse); 4] = [
    ("json", |text| serde_json::from_str(text).ok()),
    ("toml", |text| toml::from_str(text).ok()),
    ("yaml", |text| serde_saphyr::from_str(text).ok()),
    ("yml", |text| serde_saphyr::from_str(text).ok()),
];

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => merge(known, more),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// What chezmoi calls `.chezmoi`, in the words of Go.
///
/// The source directory is the one that `.chezmoiroot` names in the working
/// tree (chezmoi's reference, "Variables").
fn machine(tree: &Path, root: &Path, home: &Path) -> Value {
    let os = match env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    let arch = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        arch => arch,
    };
    let mut machine = json!({
        "os": os,
        "arch": arch,
        "homeDir": home,
        "sourceDir": root,
        "workingTree": tree,
        "destDir": home,
    });
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    // chezmoi's host name is the part before the first dot.
    let short = host.split('.').next().unwrap_or_default().to_owned();
    machine["hostname"] = Value::String(short);
    if let Ok(user) = env::var("USER") {
        machine["username"] = Value::String(user);
    }
    machine
}
