//! git's own files as `programs.git`.
//!
//! Not for `~/.gitconfig`: `programs.git` writes `~/.config/git/config`, and
//! git reads both, the old one with more weight.

use gix_config::File;
use gix_config::file::Metadata;
use serde_json::{Map, Value, json};

use super::{Files, Said, lines};
use crate::manifest::Format;
use crate::tree::format::render;

const PLACE: &str = ".config/git/config";

/// Lists of lines that are written beside it.
const LISTS: [(&str, &str); 2] = [
    ("ignores", ".config/git/ignore"),
    ("attributes", ".config/git/attributes"),
];

/// `programs.git`, when it writes the file of settings as the home has it.
pub(super) fn say(files: &Files<'_>) -> Option<Said> {
    let settings = settings(files.text(PLACE)?.as_bytes())?;
    let mut value = json!({ "enable": true, "package": null, "settings": settings });
    let mut places = vec![PLACE];
    for (option, place) in LISTS {
        let text = files.text(place);
        if let Some(lines) = text.as_deref().and_then(lines) {
            value[option] = json!(lines);
            places.push(place);
        }
    }
    Some(Said {
        option: "programs.git",
        value,
        files: places,
    })
}

/// What `programs.git.settings` has to be, to give exactly `bytes`. `None`
/// when nothing does: comments, another order or other quotes.
fn settings(bytes: &[u8]) -> Option<Value> {
    let options = gix_config::file::init::Options::default();
    let file = File::from_bytes_no_includes(bytes, Metadata::api(), options).ok()?;
    let mut all = Map::new();
    let mut parts = Vec::new();
    for section in file.sections() {
        let mut part = Map::new();
        let header = section.header();
        let name = header.name().to_string();
        for map in [&mut all, &mut part] {
            let mut at = object(map, &name)?;
            if let Some(inner) = header.subsection_name() {
                at = object(at, std::str::from_utf8(inner).ok()?)?;
            }
            for (key, value) in section.body() {
                let text = std::str::from_utf8(&value).ok()?.to_owned();
                add(at, key.as_ref(), Value::String(text))?;
            }
        }
        parts.push(Value::Object(part));
    }
    // A list keeps an order of sections that a set cannot have.
    let forms = [Value::Object(all), Value::Array(parts)];
    let gives = |value: &Value| render(Format::GitConfig, value).is_ok_and(|text| text == bytes);
    forms.into_iter().find(gives)
}

fn object<'a>(map: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    let entry = map.entry(name).or_insert_with(|| Value::Object(Map::new()));
    entry.as_object_mut()
}

/// A key that is there more than once has a list.
fn add(map: &mut Map<String, Value>, key: &str, value: Value) -> Option<()> {
    match map.get_mut(key) {
        None => {
            map.insert(key.to_owned(), value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(Value::Object(_)) => return None,
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_options_give_is_known_again() {
        let value = json!({
            "core": { "editor": "vim", "pager": "less -F" },
            "url": { "ssh://git@host": { "insteadOf": ["a", "b"] } },
        });
        let bytes = render(Format::GitConfig, &value).unwrap();
        assert_eq!(settings(&bytes), Some(value));
        let text = "[user]\n\tname = A\n[core]\n\teditor = vim\n";
        let parts = json!([{ "user": { "name": "A" } }, { "core": { "editor": "vim" } }]);
        assert_eq!(settings(text.as_bytes()), Some(parts));
    }

    #[test]
    fn what_they_would_give_otherwise_is_not_taken() {
        for text in [
            "# mine\n[core]\n\teditor = vim\n",
            "[core]\n    editor = vim\n",
            "[user]\n\tname = A\n\temail = a\n",
            "[core]\n\tbare\n",
            "not a config",
        ] {
            assert_eq!(settings(text.as_bytes()), None, "{text}");
        }
    }
}
