//! Scalars in the line-based formats.

use serde_json::Value;

use super::FormatError;
use super::place::Place;

/// The text of a scalar: strings as they are, `true`/`false`, numbers in
/// decimal, as `lib.generators` of nixpkgs has them.
///
/// # Errors
/// For null, lists and attribute sets.
pub(super) fn text(value: &Value, place: Place<'_>) -> Result<String, FormatError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Err(place.wrong("null has no form in this format; leave the key out")),
        Value::Array(_) => Err(place.wrong("a list cannot stand here; give a single value")),
        Value::Object(_) => {
            Err(place
                .wrong("an attribute set cannot stand here, this format does not nest that deep"))
        }
    }
}

/// The scalars that `value` gives one key: one, or each element of a list.
///
/// # Errors
/// When one of them is no scalar.
pub(super) fn texts(value: &Value, place: Place<'_>) -> Result<Vec<String>, FormatError> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| text(item, place.item(at)))
            .collect(),
        single => Ok(vec![text(single, place)?]),
    }
}
