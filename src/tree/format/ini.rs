//! INI and `key=value` files, by `rust-ini`.
//!
//! The formats have no common quoting: what is written is the bytes of the
//! value, and what would need quoting to stay one line is refused.

use ini::{EscapePolicy, Ini, LineSeparator, Properties, WriteOption};
use serde_json::{Map, Value};

use super::place::Place;
use super::{FormatError, scalar};

/// Sections of `key=value` lines; scalars (and lists of them, one line each)
/// at the top come first, outside of any section.
pub(super) fn render(value: &Value) -> Result<Vec<u8>, FormatError> {
    let root = Place::Root;
    let mut file = Ini::new();
    for (key, value) in object(value)? {
        let place = root.key(key);
        if let Value::Object(section) = value {
            check_section(key, place)?;
            let mut lines = Properties::new();
            for (key, value) in section {
                add(&mut lines, key, value, place.key(key))?;
            }
            *file
                .entry(Some(key.clone()))
                .or_insert_with(Properties::new) = lines;
        } else {
            add(file.general_section_mut(), key, value, place)?;
        }
    }
    write(&file)
}

/// `key=value` lines, one for each key.
pub(super) fn render_key_value(value: &Value) -> Result<Vec<u8>, FormatError> {
    let mut file = Ini::new();
    for (key, value) in object(value)? {
        let place = Place::Root;
        let place = place.key(key);
        let text = scalar::text(value, place)?;
        check_key(key, place)?;
        check_value(&text, place)?;
        file.general_section_mut().append(key, text);
    }
    write(&file)
}

fn object(value: &Value) -> Result<&Map<String, Value>, FormatError> {
    value.as_object().ok_or_else(|| {
        Place::Root.wrong("a file of this format is made of keys; give an attribute set")
    })
}

fn add(
    lines: &mut Properties,
    key: &str,
    value: &Value,
    place: Place<'_>,
) -> Result<(), FormatError> {
    check_key(key, place)?;
    for text in scalar::texts(value, place)? {
        check_value(&text, place)?;
        lines.append(key, text);
    }
    Ok(())
}

fn check_line(text: &str, place: Place<'_>) -> Result<(), FormatError> {
    match text.chars().find(|&c| c.is_control() && c != '\t') {
        None => Ok(()),
        Some('\n' | '\r') => Err(place.wrong(
            "it has a line break, which this format has no form for; each value is one line",
        )),
        Some(c) => Err(place.wrong(format!(
            "it has the control character {c:?}, which this format has no form for"
        ))),
    }
}

fn check_value(text: &str, place: Place<'_>) -> Result<(), FormatError> {
    if text.ends_with('\\') {
        return Err(
            place.wrong("it ends in a backslash, by which many readers join the next line to it")
        );
    }
    check_line(text, place)
}

fn check_key(key: &str, place: Place<'_>) -> Result<(), FormatError> {
    check_line(key, place)?;
    if key.is_empty() || key.trim() != key {
        return Err(place.wrong("a key cannot be empty, nor start or end with white space"));
    }
    if key.contains('=') {
        return Err(place.wrong("a key cannot have `=` in it"));
    }
    if key.starts_with(['#', ';', '[']) {
        return Err(place.wrong("a line that starts with `#`, `;` or `[` is no key"));
    }
    Ok(())
}

fn check_section(name: &str, place: Place<'_>) -> Result<(), FormatError> {
    check_line(name, place)?;
    if name.is_empty() || name.trim() != name {
        return Err(place.wrong("a section cannot be empty, nor start or end with white space"));
    }
    if name.contains(['[', ']']) {
        return Err(place.wrong("the name of a section cannot have brackets in it"));
    }
    Ok(())
}

fn write(file: &Ini) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    let options = WriteOption {
        // The library's escapes are its own; the programs that read these
        // files do not share them.
        escape_policy: EscapePolicy::Nothing,
        line_separator: LineSeparator::CR,
        kv_separator: "=",
    };
    file.write_to_opt(&mut bytes, options)
        .map_err(|error| Place::Root.library(&error))?;
    Ok(bytes)
}
