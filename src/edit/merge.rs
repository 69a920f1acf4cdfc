//! The merge of declared keys into a live text.

use super::error::{EditError, Fault};
use super::lines::{self, BOM};
use super::plan::{Change, apply, plan};
use super::value::{Map, Value};
use super::{ini, json, toml, yaml};
use crate::manifest::Format;

/// What a merge gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text: the live one, byte for byte, when nothing had to change.
    pub text: String,
    /// Whether it differs from the live one.
    pub changed: bool,
    /// Whether a value went that none of the texts before declares: somebody
    /// else chose it, and it is in the live text alone.
    pub overwrites: bool,
    /// Whether neither a key nor a comment is left in it.
    pub empty: bool,
}

/// The text of `format` that declares nothing.
#[must_use]
pub fn nothing(format: Format) -> &'static str {
    match format {
        Format::Json => "{}\n",
        _ => "",
    }
}

/// Enforces the keys of `declared` in `live`; all are texts of `format`.
///
/// Every declared key gets its value: maps one key at a time, lists and single
/// values whole. Every other key stays as it is, except one that a text of
/// `before` declares (what nhmt may have enforced last): it goes away when
/// its value still is the one declared there, and stays when somebody changed
/// it. A map whose last key goes away like that goes too.
///
/// No `live`, or a blank one, gives `declared` itself. The texts of `before`
/// that cannot be read are passed over, so that their keys stay.
///
/// # Errors
/// When `live` cannot be read or has a form that cannot be edited without harm
/// to the rest of it.
pub fn merge(
    format: Format,
    live: Option<&str>,
    declared: &str,
    before: &[&str],
) -> Result<Merged, EditError> {
    let want = read(format, declared).map_err(|error| EditError {
        problem: format!("in the declared content: {}", error.problem),
        ..error
    })?;
    let Some(live) = live else {
        return Ok(Merged {
            text: declared.to_owned(),
            changed: true,
            overwrites: false,
            empty: is_nothing(&want),
        });
    };
    let (mark, bare) = match live.strip_prefix(BOM) {
        Some(bare) => (&live[..BOM.len_utf8()], bare),
        None => ("", live),
    };
    if bare.trim().is_empty() {
        let empty = is_nothing(&want);
        let text = if empty {
            live.to_owned()
        } else {
            format!("{mark}{declared}")
        };
        return Ok(Merged {
            changed: text != live,
            overwrites: false,
            text,
            empty,
        });
    }
    let unix = lines::unix(bare);
    let unchanged = |empty| Merged {
        text: live.to_owned(),
        changed: false,
        overwrites: false,
        empty,
    };
    let (mut now, want) = match (read(format, &unix)?, want) {
        (Value::Map(now), Value::Map(want)) => (now, want),
        (now, want) if now == want => return Ok(unchanged(false)),
        (now, want) if now.as_map().is_some() || want.as_map().is_some() => {
            let problem = format!(
                "it holds {}, and what is declared is {}",
                now.kind(),
                want.kind()
            );
            return Err(EditError::unsupported(bare, 0, problem));
        }
        // Neither has keys, so that what is declared is the whole of it.
        _ => {
            return Ok(Merged {
                text: format!("{mark}{declared}"),
                changed: true,
                overwrites: true,
                empty: false,
            });
        }
    };
    let before: Vec<_> = before
        .iter()
        .filter_map(|text| read(format, text).ok())
        .collect();
    let before: Vec<&Map> = before.iter().filter_map(Value::as_map).collect();
    let (changes, overwrites) = plan(&now, &want, &before);
    if changes.is_empty() {
        return Ok(unchanged(now.is_empty() && !has_comment(format, &unix)));
    }
    apply(&mut now, &changes);
    let edited = edit(format, &unix, &changes, declared)?;
    let restored = lines::restore(bare, &edited);
    let expected = Value::Map(now);
    // In YAML the last line break can belong to a value.
    let with_end = format!("{restored}{}", lines::ending(bare));
    for text in [restored, with_end] {
        let again = lines::unix(&text);
        if read(format, &again).is_ok_and(|read| read == expected) {
            return Ok(Merged {
                empty: is_nothing(&expected) && !has_comment(format, &again),
                overwrites: overwrites || comments(format, &again) < comments(format, &unix),
                text: format!("{mark}{text}"),
                changed: true,
            });
        }
    }
    let place = changes[0].path().join(".");
    let problem = format!("`{place}` cannot be changed without harm to what is around it");
    Err(EditError::unsupported(bare, 0, problem))
}

fn is_nothing(value: &Value) -> bool {
    value.as_map().is_some_and(Map::is_empty)
}

/// What `text` means. A text without any value is an empty map.
pub(super) fn read(format: Format, text: &str) -> Result<Value, EditError> {
    match format {
        Format::Json => json::read(text),
        Format::Toml => toml::read(text),
        Format::Yaml => yaml::read(text),
        Format::Ini => ini::read(text),
        Format::GitConfig | Format::KeyValue => Err(EditError::at(
            text,
            0,
            Fault::Unsupported,
            "files of this format cannot be merged",
        )),
    }
}

fn edit(
    format: Format,
    text: &str,
    changes: &[Change],
    declared: &str,
) -> Result<String, EditError> {
    match format {
        Format::Json => json::edit(text, changes),
        Format::Toml => toml::edit(text, changes, declared),
        Format::Yaml => yaml::edit(text, changes),
        _ => ini::edit(text, changes),
    }
}

/// Whether a text without keys has comments, which somebody wrote.
fn has_comment(format: Format, text: &str) -> bool {
    comments(format, text) > 0
}

/// How many signs of comments are in the text: at least as many as comments.
fn comments(format: Format, text: &str) -> usize {
    let signs: &[&str] = match format {
        Format::Json => &["//", "/*"],
        Format::Ini => &["#", ";"],
        _ => &["#"],
    };
    signs.iter().map(|sign| text.matches(sign).count()).sum()
}
