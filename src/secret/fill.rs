//! Secrets in texts and values.

use std::collections::BTreeMap;

use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use super::decrypt::Held;
use super::error::SecretError;
use super::set::FileName;
use crate::manifest::{Content, FileSpec, HomePath, Manifest, Piece, filled_name, pieces};
use crate::tree::format;

/// The files of a set: the secrets as they are, and the managed files in which
/// they are filled in.
pub(super) fn all(
    manifest: &Manifest,
    held: &Held,
) -> Result<BTreeMap<FileName, Zeroizing<Vec<u8>>>, SecretError> {
    let mut files = BTreeMap::new();
    for (path, spec) in manifest.files.iter().filter(|(_, spec)| spec.is_secret()) {
        if let Some(bytes) = filled(path, spec, held)? {
            files.insert((true, filled_name(path.as_bytes())), bytes);
        }
    }
    for (name, bytes) in held {
        files.insert((false, name.clone()), bytes.clone());
    }
    Ok(files)
}

fn filled(
    path: &HomePath,
    spec: &FileSpec,
    held: &Held,
) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
    let wrong = |problem: String| SecretError::Fill {
        target: path.to_string(),
        problem,
    };
    if matches!(spec.content, Content::Secret(_)) {
        return Ok(None);
    }
    let mut words = BTreeMap::new();
    for name in &spec.secrets {
        let Some(bytes) = held.get(name) else {
            continue;
        };
        let text = std::str::from_utf8(bytes)
            .ok()
            .filter(|text| !text.contains('\0'));
        let text = text.ok_or_else(|| {
            wrong(format!(
                "the secret `{name}` is not text, and cannot be filled in"
            ))
        })?;
        // As a shell's `$(cat FILE)`: files end in a line break, passwords do not.
        words.insert(&**name, text.trim_end_matches(['\n', '\r']));
    }
    Ok(match &spec.content {
        Content::Text(text) => {
            let mut text = in_text(text, &words);
            Some(Zeroizing::new(std::mem::take(&mut *text).into_bytes()))
        }
        Content::Structured { format, value } => {
            let mut value = value.clone();
            in_value(&mut value, &words);
            let bytes = format::render(*format, &value).map(Zeroizing::new);
            wipe(&mut value);
            let bytes = bytes.map_err(|error| {
                // What is wrong can have a part of the secret in it.
                let place = error.place;
                wrong(format!(
                    "what is filled in at `{place}` has no form as {}; most often it has a line break",
                    format.as_str()
                ))
            });
            Some(bytes?)
        }
        Content::Secret(_) | Content::Source { .. } => None,
    })
}

/// `text` with `words` in the place of their placeholders. It is made with the
/// room that it needs, so that no part of it stays behind where it grew.
fn in_text(text: &str, words: &BTreeMap<&str, &str>) -> Zeroizing<String> {
    let word = |piece| match piece {
        Piece::Text(text) => text,
        Piece::Secret(name) => words.get(name).copied().unwrap_or_default(),
    };
    let length = pieces(text).map(|piece| word(piece).len()).sum();
    let mut filled = Zeroizing::new(String::with_capacity(length));
    pieces(text).for_each(|piece| filled.push_str(word(piece)));
    filled
}

/// The same in all strings of a value: what is written later is quoted as its
/// format has it.
fn in_value(value: &mut Value, words: &BTreeMap<&str, &str>) {
    match value {
        Value::String(text) => {
            let mut filled = in_text(text, words);
            *text = std::mem::take(&mut *filled);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| in_value(item, words)),
        Value::Object(map) => map.values_mut().for_each(|value| in_value(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Overwrites all strings of a value.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(map) => map.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifest::placeholder;

    fn filled_in(file: &Value, secret: &[u8]) -> Result<String, String> {
        let manifest = json!({
            "version": 1, "home": { "username": "u", "directory": "/h" },
            "secrets": { "files": { "s": { "file": "/s.age" } } },
            "files": { "f": file },
        });
        let manifest = Manifest::from_value(manifest).unwrap();
        let held = [("s".to_owned(), Zeroizing::new(secret.to_vec()))].into();
        let files = all(&manifest, &held).map_err(|error| error.to_string())?;
        assert_eq!(**files[&(false, "s".to_owned())], *secret);
        let bytes = files[&(true, filled_name(b"f"))].to_vec();
        Ok(String::from_utf8(bytes).unwrap())
    }

    /// A secret can have every sign that a syntax is made of.
    #[test]
    fn no_secret_breaks_a_syntax() {
        let odd = "a\"b'c\\d\te # f: {g} [h] = ${i} `j` ü";
        let secret = format!("{odd}\n");
        let at = placeholder("s");
        let value = |format: &str| {
            let value = json!({ "section": { "key": format!("<{at}>") } });
            filled_in(
                &json!({ "format": format, "value": value }),
                secret.as_bytes(),
            )
            .unwrap()
        };
        let expected = format!("<{odd}>");
        let parsed: Value = serde_json::from_str(&value("json")).unwrap();
        assert_eq!(parsed["section"]["key"], expected);
        let parsed: toml::Value = toml::from_str(&value("toml")).unwrap();
        assert_eq!(parsed["section"]["key"].as_str(), Some(&*expected));
        let parsed: Value = serde_saphyr::from_str(&value("yaml")).unwrap();
        assert_eq!(parsed["section"]["key"], expected);
        assert_eq!(value("ini"), format!("[section]\nkey={expected}\n"));
        let text = filled_in(&json!({ "text": format!("k = {at}\n") }), secret.as_bytes());
        assert_eq!(text.unwrap(), format!("k = {odd}\n"));
    }

    #[test]
    fn what_has_no_form_is_named_and_not_shown() {
        let at = placeholder("s");
        let value = json!({ "section": { "key": &at } });
        for format in ["ini", "git-config"] {
            let file = json!({ "format": format, "value": value });
            let text = filled_in(&file, b"canary\0").unwrap_err();
            assert!(text.contains("the secret `s` is not text"), "{text}");
            assert!(!text.contains("canary"), "{text}");
        }
        let file = json!({ "format": "ini", "value": value });
        let text = filled_in(&file, b"canary\nsecond").unwrap_err();
        assert_eq!(
            text,
            "\"f\": what is filled in at `section.key` has no form as ini; most often it has a line break"
        );
        assert!(filled_in(&json!({ "text": &at }), b"\xff").is_err());
    }
}
