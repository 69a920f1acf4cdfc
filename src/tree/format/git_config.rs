//! git-config(1) files, by `gix-config`.
//!
//! The value has the form that Home Manager's `programs.git.extraConfig` and
//! `lib.generators.toGitINI` take: nested names are joined by dots, the first
//! is the section and the rest its subsection; a name with a double quote in
//! it is a section header as git writes it (`remote "origin"`). A list of such
//! sets is written one after another.

use std::collections::BTreeMap;

use gix_config::file::Metadata;
use serde_json::{Map, Value};

use super::place::Place;
use super::{FormatError, scalar};

/// Section and subsection.
type Header = (String, Option<String>);

/// The keys of each section with their values, repeated keys repeated.
type Sections = BTreeMap<Header, Vec<(String, String)>>;

pub(super) fn render(value: &Value) -> Result<Vec<u8>, FormatError> {
    let root = Place::Root;
    let mut file = gix_config::File::new(Metadata::api());
    match value {
        // git reads from top to bottom, and a later line outranks an earlier
        // one: a list keeps an order that a set cannot have.
        Value::Array(parts) => {
            for (at, part) in parts.iter().enumerate() {
                add(part, root.item(at), &mut file)?;
            }
        }
        _ => add(value, root, &mut file)?,
    }
    Ok(file.to_bstring().into())
}

/// Adds the sections of one attribute set at the end of `file`.
fn add(value: &Value, root: Place<'_>, file: &mut gix_config::File) -> Result<(), FormatError> {
    let Value::Object(map) = value else {
        return Err(root.wrong("a git-config file is made of sections; give an attribute set"));
    };
    let mut sections = Sections::new();
    collect(map, &mut Vec::new(), root, &mut sections)?;
    for ((name, subsection), lines) in &sections {
        let place = root.key(name);
        let mut section = file
            .new_section(name, subsection.clone().map(Into::into))
            .map_err(|_| place.wrong("this is no name of a git-config section: the section has letters, digits and `-`, the subsection no line break"))?;
        for (key, text) in lines {
            section
                .push(key, text.as_str())
                .map_err(|error| place.key(key).wrong(error.to_string()))?;
        }
    }
    Ok(())
}

fn collect<'a>(
    map: &'a Map<String, Value>,
    path: &mut Vec<&'a str>,
    place: Place<'_>,
    sections: &mut Sections,
) -> Result<(), FormatError> {
    for (key, value) in map {
        let place = place.key(key);
        if let Value::Object(inner) = value {
            path.push(key);
            collect(inner, path, place, sections)?;
            path.pop();
            continue;
        }
        if path.is_empty() {
            return Err(place.wrong(
                "it stands outside of a section; write `section.key = …` with an attribute set",
            ));
        }
        let mut letters = key.bytes();
        let named = letters.next().is_some_and(|b| b.is_ascii_alphabetic())
            && letters.all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !named {
            return Err(place
                .wrong("a git-config key has letters, digits and `-`, and starts with a letter"));
        }
        let texts = scalar::texts(value, place)?;
        if texts.is_empty() {
            continue;
        }
        let lines = sections.entry(header(path, place)?).or_default();
        for text in texts {
            check(&text, place)?;
            lines.push((key.clone(), text));
        }
    }
    Ok(())
}

fn header(path: &[&str], place: Place<'_>) -> Result<Header, FormatError> {
    let joined = path.join(".");
    if joined.contains('"') {
        return written_header(&joined)
            .ok_or_else(|| place.wrong(format!("`{joined}` is no section header of git's")));
    }
    let (section, subsection) = match joined.split_once('.') {
        Some((section, subsection)) => (section, Some(subsection)),
        None => (joined.as_str(), None),
    };
    if subsection.is_some_and(|name| name.contains(['\n', '\0'])) {
        return Err(place.wrong("a subsection cannot have a line break or a NUL in its name"));
    }
    Ok((section.to_owned(), subsection.map(str::to_owned)))
}

/// Reads `section "sub\"section"`.
fn written_header(text: &str) -> Option<Header> {
    let (section, rest) = text.split_once('"')?;
    let quoted = rest.strip_suffix('"')?;
    let mut subsection = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => subsection.push(chars.next()?),
            '"' | '\n' | '\0' => return None,
            c => subsection.push(c),
        }
    }
    Some((section.trim().to_owned(), Some(subsection)))
}

/// git reads a carriage return as white space or as part of the line's end,
/// by its version, and stops at a NUL.
fn check(text: &str, place: Place<'_>) -> Result<(), FormatError> {
    match text.chars().find(|c| matches!(c, '\0' | '\r')) {
        None => Ok(()),
        Some(c) => Err(place.wrong(format!(
            "it has the control character {c:?}, which git-config has no form for"
        ))),
    }
}
