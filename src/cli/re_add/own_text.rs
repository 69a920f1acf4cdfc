//! What stands in the text of the configuration itself: nhmt says what to write
//! there, and leaves the writing to the person.

use std::path::Path;

use super::difference;
use crate::cli::failure::Failure;
use crate::edit::{self, Differing};
use crate::import::assignment;
use crate::manifest::{Content, FileSpec, HomePath, MethodName};
use crate::tree::format::render;

/// What the configuration is about in the live file `live`: of one that has a
/// block of nhmt's, that block.
pub(super) fn part(spec: &FileSpec, path: &HomePath, live: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if spec.method != MethodName::Block {
        return Ok(live);
    }
    let block = std::str::from_utf8(&live)
        .ok()
        .and_then(|live| edit::block_in(live).ok()?);
    block.map(|block| block.as_bytes().to_vec()).ok_or_else(|| {
        Failure::new(format_args!(
            "~/{path} has no block of nhmt's that could be brought back"
        ))
        .hint("`nhmt realize` puts the declared one there")
    })
}

/// Whether that is something else than is declared.
pub(super) fn differs(spec: &FileSpec, part: &[u8]) -> bool {
    match (spec.method, &spec.content) {
        (MethodName::Merge, Content::Structured { .. }) => {
            keys(spec, part).is_none_or(|keys| !keys.is_empty())
        }
        (MethodName::Block, Content::Text(text)) => {
            std::str::from_utf8(part).is_ok_and(|part| !edit::same(part, text))
        }
        _ => true,
    }
}

/// What to change where nhmt does not.
pub(super) fn by_hand(spec: &FileSpec, path: &HomePath, live: &[u8], why: &str) -> Failure {
    let place = spec.declared_in.join(", ");
    let failure = Failure::new(format_args!(
        "~/{path} cannot be brought back by nhmt: {why} ({place})"
    ));
    let changed = |old: &str, live: &[u8]| {
        let text = difference(Path::new(&place), old.as_bytes(), live);
        format!("change it there so:\n{}", text.trim_end())
    };
    let hint = match &spec.content {
        _ if spec.is_secret() => return failure,
        Content::Text(text) => Some(changed(text, live)),
        Content::Structured { .. } => {
            let keys = keys(spec, live).filter(|keys| !keys.is_empty());
            let said = keys.map(|keys| format!("change it there so:\n{}", lines(&keys)));
            let otherwise = "give the declared keys there the values that the file has now";
            Some(said.unwrap_or_else(|| otherwise.to_owned()))
        }
        _ => None,
    };
    let otherwise = || "change it there".to_owned();
    failure.hint(hint.unwrap_or_else(otherwise))
}

/// The keys with other values; `None` when that cannot be seen.
fn keys(spec: &FileSpec, live: &[u8]) -> Option<Vec<Differing>> {
    let Content::Structured { format, value } = &spec.content else {
        return None;
    };
    let live = std::str::from_utf8(live).ok()?;
    let declared = String::from_utf8(render(*format, value).ok()?).ok()?;
    let all = spec.method != MethodName::Merge;
    edit::differing(*format, live, &declared, all).ok()
}

/// What the option `value` has to say.
fn lines(keys: &[Differing]) -> String {
    let line = |one: &Differing| {
        let path = ["value"]
            .into_iter()
            .chain(one.path.iter().map(String::as_str));
        let path: Vec<_> = path.collect();
        match &one.live {
            Some(value) => assignment(&path, value),
            None => format!("# without {}", assignment_name(&path)),
        }
    };
    keys.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn assignment_name(path: &[&str]) -> String {
    let whole = assignment(path, &serde_json::Value::Null);
    whole.trim_end_matches(" = null;").to_owned()
}
