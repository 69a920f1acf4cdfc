//! Edits of texts that others own: examples for each format, and what has to
//! hold for any text.

mod block;
mod formats;
mod ini;
mod json;
mod properties;
mod toml;
mod yaml;

use nhmt::edit::{EditError, Merged, merge};
use nhmt::manifest::Format;

/// Merges, and gives the text.
fn merged(format: Format, live: &str, declared: &str, before: &[&str]) -> String {
    let merged = merge(format, Some(live), declared, before)
        .unwrap_or_else(|error| panic!("{error}\n{live:?}\n{declared:?}"));
    assert_eq!(merged.changed, merged.text != live);
    merged.text
}

/// The refusal of a merge.
fn refused(format: Format, live: &str, declared: &str) -> EditError {
    let result: Result<Merged, _> = merge(format, Some(live), declared, &[]);
    result.expect_err(live)
}
