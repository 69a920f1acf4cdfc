//! Changes in the text of a YAML document.

use std::ops::Range;

use serde_json::{Map as JsonMap, Number, Value as Json};

use super::node::{Entry, Mapping, Node, Shape, behind_colon};
use crate::edit::error::EditError;
use crate::edit::lines;
use crate::edit::plan::{Change, Path};
use crate::edit::value::{Map, Value};

/// What comes in place of which bytes.
pub(super) type Cut = (Range<usize>, String);

/// What `change` cuts out of the text.
pub(super) fn cut(text: &str, root: Option<&Node>, change: &Change) -> Result<Cut, EditError> {
    let Some(root) = root else {
        return fresh_root(text, change);
    };
    let (map, start) = enter(text, root, change.path())?;
    change_in(text, map, start, change)
}

fn refuse(text: &str, at: usize, problem: &str) -> EditError {
    EditError::unsupported(text, at, problem)
}

const MARKED: &str = "this has an anchor, an alias or a tag, and would have to change";

/// The map that the last key of `path` belongs to, and where it starts.
fn enter<'a>(text: &str, root: &'a Node, path: &Path) -> Result<(&'a Mapping, usize), EditError> {
    let mut node = root;
    for step in &path[..path.len().saturating_sub(1)] {
        let Shape::Map(map) = &node.shape else { break };
        let Some(entry) = map.entries.iter().find(|entry| entry.key == *step) else {
            break;
        };
        node = &entry.value;
        if node.marked {
            return Err(refuse(text, node.place.start, MARKED));
        }
    }
    match &node.shape {
        Shape::Map(map) => Ok((map, node.place.start)),
        _ => Err(refuse(text, node.place.start, "this is no map")),
    }
}

fn fresh_root(text: &str, change: &Change) -> Result<Cut, EditError> {
    let Change::Set(path, value) = change else {
        return Ok((text.len()..text.len(), String::new()));
    };
    let key = path.last().map_or("", String::as_str);
    let before = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let lines = rendered(text, key, value, 0)?;
    Ok((text.len()..text.len(), format!("{before}{lines}")))
}

fn change_in(text: &str, map: &Mapping, start: usize, change: &Change) -> Result<Cut, EditError> {
    let key = change.path().last().map_or("", String::as_str);
    let at = map.entries.iter().position(|entry| entry.key == key);
    let entry = at.map(|at| &map.entries[at]);
    if let Some(entry) = entry.filter(|entry| entry.value.has_mark()) {
        return Err(refuse(text, entry.key_place.start, MARKED));
    }
    match (change, at.zip(entry)) {
        (Change::Set(_, value), Some((_, entry))) => replace(text, map, entry, value),
        (Change::Set(_, value), None) => add(text, map, start, key, value),
        (Change::Remove(_), Some((at, _))) => remove(text, map, at),
        (Change::Remove(_), None) => Ok((start..start, String::new())),
    }
}

/// The end of an entry's content.
fn end_of(text: &str, entry: &Entry) -> usize {
    let colon = behind_colon(text, entry.key_place.end);
    if entry.value.place.is_empty() {
        colon
    } else {
        entry.value.place.end.max(colon)
    }
}

fn replace(text: &str, map: &Mapping, entry: &Entry, value: &Value) -> Result<Cut, EditError> {
    let key = &entry.key_place;
    let inline = if map.flow {
        Some(flow(text, value)?)
    } else {
        single_line(text, value)?
    };
    if let Some(inline) = inline {
        let old = &entry.value.place;
        let one_line = matches!(entry.value.shape, Shape::Scalar(_))
            && !text[key.end.min(old.start)..old.end].contains('\n');
        if old.is_empty() {
            let colon = behind_colon(text, key.end);
            let sign = if colon == key.end { ": " } else { " " };
            return Ok((colon..colon, format!("{sign}{inline}")));
        }
        if map.flow || one_line {
            return Ok((old.clone(), inline));
        }
    }
    let column = key.start - lines::start_of(text, key.start);
    let lines = rendered(text, &entry.key, value, column)?;
    let lines = lines.trim_start().strip_suffix('\n').unwrap_or(&lines);
    Ok((key.start..end_of(text, entry), lines.to_owned()))
}

fn add(
    text: &str,
    map: &Mapping,
    start: usize,
    key: &str,
    value: &Value,
) -> Result<Cut, EditError> {
    if map.flow {
        let key = json(text, &Value::Text(key.to_owned()))?;
        let entry = format!("{key}: {}", flow(text, value)?);
        return Ok(match map.entries.last() {
            Some(last) => {
                let end = end_of(text, last);
                (end..end, format!(", {entry}"))
            }
            None => (start + 1..start + 1, entry),
        });
    }
    let (Some(first), Some(last)) = (map.entries.first(), map.entries.last()) else {
        return Err(refuse(text, start, "this map has no place for a key"));
    };
    let column = first.key_place.start - lines::start_of(text, first.key_place.start);
    let end = lines::end_of(text, end_of_block(text, last));
    let before = if text[..end].ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let lines = rendered(text, key, value, column)?;
    Ok((end..end, format!("{before}{lines}")))
}

/// The end of the last line that belongs to an entry.
fn end_of_block(text: &str, entry: &Entry) -> usize {
    let deepest = match &entry.value.shape {
        Shape::Map(map) if !map.flow => map.entries.last().map(|last| end_of_block(text, last)),
        _ => None,
    };
    deepest.unwrap_or(0).max(end_of(text, entry))
}

fn remove(text: &str, map: &Mapping, at: usize) -> Result<Cut, EditError> {
    let entry = &map.entries[at];
    let key = entry.key_place.start;
    let end = end_of_block(text, entry);
    if map.flow {
        let range = match (at.checked_sub(1), map.entries.get(at + 1)) {
            (_, Some(next)) => key..next.key_place.start,
            (Some(before), None) => end_of(text, &map.entries[before])..end,
            (None, None) => key..end,
        };
        return Ok((range, String::new()));
    }
    let start = lines::start_of(text, key);
    if !text[start..key].trim().is_empty() {
        return Err(refuse(text, key, "this key does not start its line"));
    }
    Ok((start..lines::end_of(text, end), String::new()))
}

/// `key: value` in block style, each line behind `column` spaces.
fn rendered(text: &str, key: &str, value: &Value, column: usize) -> Result<String, EditError> {
    let map = Map::from([(key.to_owned(), value.clone())]);
    let yaml = serde_saphyr::to_string(&to_json(text, &Value::Map(map))?)
        .map_err(|error| refuse(text, 0, &error.to_string()))?;
    let indent = " ".repeat(column);
    let mut result = String::new();
    for line in yaml.lines() {
        if !line.is_empty() {
            result.push_str(&indent);
        }
        result.push_str(line);
        result.push('\n');
    }
    Ok(result)
}

/// The value as it stands behind `key: `, when that is one line.
fn single_line(text: &str, value: &Value) -> Result<Option<String>, EditError> {
    let line = rendered(text, "k", value, 0)?;
    let value = line
        .strip_prefix("k: ")
        .and_then(|line| line.strip_suffix('\n'));
    let value = value.filter(|value| !value.contains('\n') && !value.starts_with(['|', '>']));
    Ok(value.map(str::to_owned))
}

/// The value in flow style: JSON is that.
fn flow(text: &str, value: &Value) -> Result<String, EditError> {
    json(text, value)
}

fn json(text: &str, value: &Value) -> Result<String, EditError> {
    Ok(to_json(text, value)?.to_string())
}

fn to_json(text: &str, value: &Value) -> Result<Json, EditError> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Text(text) => Json::String(text.clone()),
        Value::Int(integer) => {
            let signed = i64::try_from(*integer).map(Number::from);
            let number = signed.or_else(|_| u64::try_from(*integer).map(Number::from));
            let number = number.map_err(|_| refuse(text, 0, "an integer is too large"))?;
            Json::Number(number)
        }
        Value::Float(bits) => Number::from_f64(f64::from_bits(*bits))
            .map(Json::Number)
            .ok_or_else(|| refuse(text, 0, "a float is not finite"))?,
        Value::Other(other) => {
            return Err(refuse(text, 0, &format!("`{other}` cannot be written")));
        }
        Value::List(items) => {
            let items = items.iter().map(|item| to_json(text, item));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| Ok((key.clone(), to_json(text, value)?)));
            Json::Object(entries.collect::<Result<JsonMap<_, _>, EditError>>()?)
        }
    })
}
