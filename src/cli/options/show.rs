//! Options as text.

use std::fmt::Write as _;

use crate::eval::{OptionEntry, OptionValue};
use crate::ui::{BOLD, DIM, Table};

/// One option on two lines each: name and type, and what it means.
pub(super) fn list(entries: &[&OptionEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let _ = writeln!(
            text,
            "{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
            entry.name,
            shortened(&entry.kind)
        );
        let description = entry.description.as_deref().unwrap_or("");
        let _ = writeln!(text, "    {}", first_sentence(description));
    }
    text.truncate(text.trim_end().len());
    text
}

/// All that is known of an option, which was asked for by `name`.
pub(super) fn one(entry: &OptionEntry, name: &str, value: Option<&OptionValue>) -> String {
    let mut text = format!("{BOLD}{name}{BOLD:#}\n  {DIM}{}{DIM:#}\n", entry.kind);
    if let Some(description) = &entry.description {
        text.push('\n');
        for line in plain(description).trim_end().lines() {
            let _ = writeln!(text, "{}", format!("  {line}").trim_end());
        }
    }
    text.push('\n');
    let mut table = Table::default();
    let mut row = |what: &str, value: &str| {
        for (number, line) in value.lines().enumerate() {
            let what = if number == 0 { what } else { "" };
            table.row([format!("  {what}"), line.to_owned()]);
        }
    };
    match &entry.default {
        Some(default) => row("default", default),
        None if entry.read_only => row("read only", "modules set it"),
        None => row("default", "none"),
    }
    if let Some(example) = &entry.example {
        row("example", example);
    }
    for file in &entry.declared_in {
        row("declared in", file);
    }
    if let Some(found) = value {
        row("value", &found.value);
        for definition in &found.definitions {
            match &definition.value {
                // Of several definitions it is of interest who said what.
                Some(value) if found.definitions.len() > 1 && !value.contains('\n') => {
                    row("set in", &format!("{} ({value})", definition.file));
                }
                _ => row("set in", &definition.file),
            }
        }
    }
    let _ = write!(text, "{table}");
    text
}

/// A type's words, as far as one line has room.
fn shortened(kind: &str) -> String {
    const ROOM: usize = 60;
    if kind.chars().count() <= ROOM {
        return kind.to_owned();
    }
    let start: String = kind.chars().take(ROOM).collect();
    let whole = start.rfind(' ').map_or(&start[..], |end| &start[..end]);
    format!("{whole} …")
}

/// Without the words that say what a piece of code is: {file}`x`.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let is_code = text.matches('`').count() % 2 == 1;
        let role = behind.split_once('}').filter(|(name, after)| {
            let is_word = !name.is_empty() && name.bytes().all(|c| c.is_ascii_lowercase());
            !is_code && is_word && after.starts_with('`')
        });
        rest = if let Some((_, after)) = role {
            after
        } else {
            text.push('{');
            behind
        };
    }
    text + rest
}

/// The first sentence of a description, on one line.
fn first_sentence(description: &str) -> String {
    let plain = plain(description);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let line = words.join(" ");
    let end = line.match_indices(". ").map(|(at, _)| at).find(|&at| {
        // Not behind an abbreviation: the next sentence begins large.
        line[at + 2..].starts_with(char::is_uppercase) && !line[..at].ends_with("e.g")
    });
    end.map_or(line.clone(), |at| line[..=at].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_the_next_begins() {
        assert_eq!(first_sentence("One\ntwo. Three."), "One two.");
        assert_eq!(first_sentence("See e.g. X. Then"), "See e.g. X.");
        assert_eq!(first_sentence("As in a. b"), "As in a. b");
        assert_eq!(first_sentence(""), "");
    }

    #[test]
    fn roles_of_code_are_left_out() {
        assert_eq!(
            plain("of {file}`a{b}` and { } {}` {x"),
            "of `a{b}` and { } {}` {x"
        );
        assert_eq!(plain("{option}`a`{var}`b`"), "`a``b`");
    }

    #[test]
    fn long_types_end_at_a_word() {
        assert_eq!(shortened("list of string"), "list of string");
        let short = shortened(&"word ".repeat(40));
        assert!(short.ends_with("word …") && short.len() < 65, "{short}");
    }
}
