//! Structured values become files, each format by a library of its own.
//!
//! A value that a format cannot hold is an error that names the place in the
//! value; nothing is dropped or bent silently.

mod error;
mod git_config;
mod ini;
mod place;
mod scalar;
mod toml;
mod yaml;

pub use error::FormatError;

use serde_json::Value;

use crate::manifest::{Format, MAX_VALUE_DEPTH};
use place::Place;

/// Renders `value` as a file of `format`, ending in a newline unless empty.
///
/// # Errors
/// When `format` has no form for some part of `value`, or `value` is nested
/// deeper than [`MAX_VALUE_DEPTH`].
pub fn render(format: Format, value: &Value) -> Result<Vec<u8>, FormatError> {
    check_depth(value, Place::Root, 0)?;
    match format {
        Format::Json => json(value),
        Format::Toml => toml::render(value),
        Format::Yaml => yaml::render(value),
        Format::Ini => ini::render(value),
        Format::GitConfig => git_config::render(value),
        Format::KeyValue => ini::render_key_value(value),
    }
}

fn json(value: &Value) -> Result<Vec<u8>, FormatError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| Place::Root.library(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn check_depth(value: &Value, place: Place<'_>, depth: usize) -> Result<(), FormatError> {
    let container = value.is_array() || value.is_object();
    if container && depth == MAX_VALUE_DEPTH {
        return Err(place.wrong(format!(
            "it is nested more than {MAX_VALUE_DEPTH} levels deep"
        )));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| check_depth(item, place.item(at), depth + 1)),
        Value::Object(map) => map
            .iter()
            .try_for_each(|(key, value)| check_depth(value, place.key(key), depth + 1)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
