//! Known programs as options, where these write the very same bytes.
//!
//! A file with comments, or in another order than the options write it, stays a
//! file: nothing that a person wrote is lost. What each option writes is said
//! by the modules of that name in `modules/`.

mod git;
mod gtk;
mod ini;
mod readline;
mod user_dirs;

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value};

use super::found::{Arrival, Content, Item};
use super::nix::is_private;
use crate::manifest::HomePath;

/// Settings that stand for files of the home.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// What is set, such as `programs.git`.
    pub(super) option: &'static str,
    /// To what.
    pub(super) value: Value,
    /// The files that it writes; all are there.
    pub(super) files: Vec<&'static str>,
}

/// Takes the files that options can say from `items`, and says them.
pub(super) fn take(items: &mut BTreeMap<HomePath, Item>) -> Vec<Said> {
    let files = Files(items);
    let readers = [
        git::say,
        gtk::say,
        ini::mime_apps,
        readline::say,
        user_dirs::say,
    ];
    let all: Vec<Said> = readers.into_iter().filter_map(|say| say(&files)).collect();
    for path in all.iter().flat_map(|said| &said.files) {
        items.retain(|known, _| known.as_bytes() != path.as_bytes());
    }
    all
}

/// What is there to be said.
pub(super) struct Files<'a>(&'a BTreeMap<HomePath, Item>);

impl Files<'_> {
    /// The text of the file at `path`; `None` when there is no usual one, or
    /// one that options would give another mode.
    fn text(&self, path: &str) -> Option<String> {
        let Item::File {
            content,
            mode,
            arrival: Arrival::Usual,
        } = self.0.get(&HomePath::new(path).ok()?)?
        else {
            return None;
        };
        if is_private(*mode) || mode & 0o111 != 0 {
            return None;
        }
        let bytes = match content {
            Content::At(from) => fs::read(from).ok()?,
            Content::Bytes(bytes) => bytes.clone(),
        };
        String::from_utf8(bytes).ok()
    }
}

/// `text` as the value that comes to it as text: a number or a boolean where
/// its form is the one that these have.
fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Value::from(number),
            _ => Value::from(text),
        },
    }
}

/// The lines of `text`, each with an end; none of them empty.
fn lines(text: &str) -> Option<Vec<&str>> {
    let all: Vec<_> = text.strip_suffix('\n')?.split('\n').collect();
    let plain = |line: &&str| !line.is_empty() && !line.contains(char::is_control);
    all.iter().all(plain).then_some(all)
}

fn object(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let pairs = pairs.into_iter();
    Value::Object(
        pairs
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
fn said(say: fn(&Files<'_>) -> Option<Said>, files: &[(&str, &str)]) -> Option<Said> {
    let items = files.iter().map(|(path, text)| {
        let item = Item::File {
            content: Content::Bytes(text.as_bytes().to_vec()),
            mode: 0o644,
            arrival: Arrival::Usual,
        };
        (HomePath::new(path).unwrap(), item)
    });
    say(&Files(&items.collect()))
}
