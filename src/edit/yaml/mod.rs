//! YAML. No library that edits it is kept well enough: the places of keys and
//! values come from `granit-parser`, which `serde-saphyr` reads with, and the
//! text is cut there.
//!
//! Refused, with the place: several documents in one file, keys that are no
//! scalars, a change of what has an anchor, an alias or a tag.

mod node;
mod scalar;
mod write;

use super::error::EditError;
use super::plan::Change;
use super::value::{Map, Value};

pub(super) fn read(text: &str) -> Result<Value, EditError> {
    Ok(match node::parse(text)? {
        Some(root) => root.value(),
        None => Value::Map(Map::new()),
    })
}

pub(super) fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for change in changes {
        let (range, by) = write::cut(&text, node::parse(&text)?.as_ref(), change)?;
        text.replace_range(range, &by);
    }
    Ok(text)
}
