//! TOML 1.0, by the `toml` library.

use serde_json::Value;
use toml::Table;

use super::FormatError;
use super::place::Place;

pub(super) fn render(value: &Value) -> Result<Vec<u8>, FormatError> {
    let root = Place::Root;
    let Value::Object(_) = value else {
        return Err(root.wrong("a TOML file is a table; give an attribute set"));
    };
    let document = convert(value, root)?;
    toml::to_string_pretty(&document)
        .map(String::into_bytes)
        .map_err(|error| root.library(&error))
}

fn convert(value: &Value, place: Place<'_>) -> Result<toml::Value, FormatError> {
    Ok(match value {
        Value::Null => {
            return Err(place.wrong("null has no form in TOML; leave the key out"));
        }
        Value::Bool(flag) => toml::Value::Boolean(*flag),
        Value::String(text) => toml::Value::String(text.clone()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => toml::Value::Integer(integer),
            (None, Some(float)) if number.is_f64() => toml::Value::Float(float),
            _ => {
                return Err(place.wrong(format!(
                    "{number} is beyond TOML's integers, which have 64 bits with a sign"
                )));
            }
        },
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| convert(item, place.item(at)))
            .collect::<Result<Vec<_>, _>>()
            .map(toml::Value::Array)?,
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| Ok((key.clone(), convert(value, place.key(key))?)))
            .collect::<Result<Table, _>>()
            .map(toml::Value::Table)?,
    })
}
