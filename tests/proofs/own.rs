//! nhmt's own folders, seen so that two runs can be compared.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use super::snapshot::{Node, Snapshot};

/// The state directory in a home.
pub const STATE: &str = ".local/state/nhmt";
const PROFILES: &str = ".local/state/nix/profiles";

/// The profile names the generation in force.
pub fn profile_agrees(state: &Snapshot) -> Result<(), String> {
    let link = |path: &str| match state.entries.get(Path::new(path)).map(|e| &e.node) {
        Some(Node::Link(target)) => Some(target.clone()),
        _ => None,
    };
    let Some(anchor) = link(&format!("{STATE}/current")) else {
        return Ok(());
    };
    let named = link(&format!("{PROFILES}/nhmt"))
        .and_then(|name| link(&format!("{PROFILES}/{}", name.display())));
    if named.as_ref() == Some(&anchor) {
        return Ok(());
    }
    Err(format!(
        "the profile names {named:?}, the anchor {}",
        anchor.display()
    ))
}

/// A number for what is in the home, the same for homes that differ only
/// in process numbers, random names and times.
pub fn fingerprint(state: &Snapshot) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (path, entry) in &state.entries {
        if path.ends_with("lock-holder") {
            continue;
        }
        plain(path.as_os_str()).hash(&mut hasher);
        entry.mode.hash(&mut hasher);
        match &entry.node {
            Node::Directory => 0.hash(&mut hasher),
            Node::Special => 1.hash(&mut hasher),
            Node::Link(target) => plain(target.as_os_str()).hash(&mut hasher),
            Node::File(bytes) if path.starts_with(STATE) => {
                plain(OsStr::new(&*String::from_utf8_lossy(bytes))).hash(&mut hasher);
            }
            Node::File(bytes) => bytes.hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// The names in nhmt's own folders, with `#` for numbers; without what is in
/// the backups and the store, where more may be than in another run.
pub fn own_names(state: &Snapshot) -> impl Iterator<Item = String> {
    let kept = Path::new(STATE).join("backups");
    state.entries.keys().filter_map(move |path| {
        let inside = path.starts_with(&kept) && *path != kept;
        let record = inside && path.components().count() == 5 && {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            !name.starts_with(char::is_numeric) && ![".objects", ".gone", "items"].contains(&&*name)
        };
        let work = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b".nhmt-work-"));
        let own = (path.starts_with(STATE) && !inside) || path.starts_with(PROFILES);
        (own || record || work).then(|| numberless(&path.to_string_lossy()))
    })
}

/// Each row of digits becomes `#`.
fn numberless(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        if !character.is_ascii_digit() {
            plain.push(character);
        } else if !plain.ends_with('#') {
            plain.push('#');
        }
    }
    plain
}

/// Without what differs from run to run: rows of three digits and more, and
/// what follows the prefixes of random names.
fn plain(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    let mut plain = String::new();
    let mut rest = &*text;
    'next: while let Some(first) = rest.chars().next() {
        for prefix in [".nhmt-link-", ".tmp", ".nhmt-unfinished-"] {
            if let Some(random) = rest.strip_prefix(prefix) {
                plain.push_str(prefix);
                rest = random.get(6..).unwrap_or_default();
                continue 'next;
            }
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits >= 3 {
            plain.push('#');
            rest = &rest[digits..];
        } else {
            plain.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    plain
}
