//! What a structured text means, whatever its format.

use std::collections::BTreeMap;

/// The keys of an object, table, mapping or section.
pub(super) type Map = BTreeMap<String, Value>;

/// A value. Two that compare equal are one to programs that read the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    /// The bits of a float.
    Float(u64),
    Text(String),
    /// A scalar that other formats do not have, as it is written.
    Other(String),
    List(Vec<Value>),
    Map(Map),
}

impl Value {
    /// A float that is told apart from an integer.
    pub(super) fn float(float: f64) -> Self {
        Self::Float(float.to_bits())
    }

    pub(super) fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            _ => "a single value",
        }
    }
}
