//! Why a value has no form in a format.

use thiserror::Error;

/// Why a value could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{problem}", place_prefix(.place))]
pub struct FormatError {
    /// Where in the value, as Nix would write it (`a.b[2]`); empty for the
    /// whole value.
    pub place: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

fn place_prefix(place: &str) -> String {
    if place.is_empty() {
        String::new()
    } else {
        format!("`{place}`: ")
    }
}
