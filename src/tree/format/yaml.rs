//! YAML 1.2, by `serde-saphyr`.

use serde_json::Value;

use super::FormatError;
use super::place::Place;

pub(super) fn render(value: &Value) -> Result<Vec<u8>, FormatError> {
    let mut text = serde_saphyr::to_string(value).map_err(|error| Place::Root.library(&error))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text.into_bytes())
}
