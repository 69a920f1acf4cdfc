//! A configuration as text, in the form that nixfmt gives it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::found::{Arrival, Item};
use super::options::Said;
use crate::edit::in_nix;
use crate::manifest::HomePath;

/// Directories that many programs share: each program's own is one level below.
const SHARED: [&str; 6] = [
    ".config",
    ".config/systemd",
    ".local",
    ".local/share",
    ".local/state",
    ".ssh",
];

/// The words that cannot be names of attributes (Nix manual, "Identifiers").
const WORDS: [&str; 10] = [
    "assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with",
];

/// `name` as part of an attribute path.
pub(super) fn attribute(name: &str) -> String {
    let mut letters = name.chars();
    let starts = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let plain = starts && letters.all(|c| c.is_ascii_alphanumeric() || "_-'".contains(c));
    if plain && !WORDS.contains(&name) {
        name.to_owned()
    } else {
        in_nix(name)
    }
}

/// The path of the file at `place` below the directory of the configuration.
pub(super) fn path_literal(place: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-/".contains(c);
    if place.chars().all(plain) {
        return format!("./{place}");
    }
    format!("./. + {}", in_nix(&format!("/{place}")))
}

/// What the text is made of.
pub(super) struct Home<'a> {
    pub(super) items: &'a BTreeMap<HomePath, Item>,
    /// The home, for links into it.
    pub(super) directory: &'a Path,
    /// What the file is about, one comment line each.
    pub(super) head: &'a [String],
    /// What options say.
    pub(super) said: &'a [Said],
}

/// The directories that are written as one entry: those of one program, with
/// nothing but usual files in them, at least two.
fn whole(items: &BTreeMap<HomePath, Item>) -> BTreeSet<HomePath> {
    let mut files: BTreeMap<HomePath, Option<usize>> = BTreeMap::new();
    for (path, item) in items {
        let Some(unit) = unit_of(path) else {
            continue;
        };
        let count = files.entry(unit).or_insert(Some(0));
        *count = count.filter(|_| is_usual(item)).map(|number| number + 1);
    }
    let mut whole: BTreeSet<_> = files
        .into_iter()
        .filter(|(_, count)| count.is_some_and(|number| number > 1))
        .map(|(unit, _)| unit)
        .collect();
    // A file at the place of the directory of another program's cannot be.
    whole.retain(|unit| !items.contains_key(unit));
    whole
}

/// The directory of the program that `path` belongs to.
fn unit_of(path: &HomePath) -> Option<HomePath> {
    path.ancestors()
        .find(|dir| !SHARED.contains(&&*dir.to_string()))
}

fn is_usual(item: &Item) -> bool {
    matches!(item, Item::File { mode, arrival: Arrival::Usual, .. } if !is_private(*mode))
}

/// Whether some may not read it: a link would lead them to a readable copy.
#[must_use]
pub fn is_private(mode: u32) -> bool {
    mode & 0o044 != 0o044
}

/// The text of `home.nix`. The files lie in `files`, which mirrors the home.
pub(super) fn home(home: &Home<'_>) -> String {
    let mut body = String::new();
    for said in home.said {
        let _ = write!(&mut body, "  {} = ", said.option);
        value(&mut body, &said.value, 2);
        body.push_str(";\n\n");
    }
    body.push_str(&lines(home.items, home.directory).0);
    let uses_config = body.contains("${config.") || body.contains("config.lib.");
    let arguments = if uses_config {
        "{ config, ... }:"
    } else {
        "{ ... }:"
    };
    let mut text = String::new();
    for line in home.head {
        text.push_str("# ");
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(arguments);
    text.push_str("\n{\n");
    text.push_str(
        "  # Nothing of this home reads nhmt's session yet. To use home.packages or\n  # home.sessionVariables, remove this line, and have your shell read the file:\n  #   . ~/.local/share/nhmt/session.sh\n  home.file.\".local/share/nhmt/session.sh\".enable = false;\n",
    );
    if !body.is_empty() {
        text.push('\n');
        text.push_str(body.trim_end());
        text.push('\n');
    }
    text.push_str("}\n");
    text
}

/// What declares `items` in a module, indented by two, and the targets of its
/// entries.
#[must_use]
pub fn lines(items: &BTreeMap<HomePath, Item>, home: &Path) -> (String, BTreeSet<HomePath>) {
    let whole = whole(items);
    let mut body = String::new();
    let mut targets = BTreeSet::new();
    for (path, item) in items {
        let unit = path.ancestors().find(|dir| whole.contains(dir));
        let Some(unit) = unit else {
            targets.insert(path.clone());
            one(&mut body, home, path, item);
            continue;
        };
        if targets.insert(unit.clone()) {
            entry(&mut body, &unit, &["recursive = true;".to_owned()], None);
        }
    }
    (body, targets)
}

fn one(body: &mut String, home: &Path, path: &HomePath, item: &Item) {
    match item {
        Item::Link { target } => {
            let value = format!(
                "config.lib.file.mkOutOfStoreSymlink {}",
                place(home, target)
            );
            entry(body, path, &[], Some(&value));
        }
        Item::Directory { .. } => {
            body.push_str("  # One link to a directory, which nothing can be written to. With\n  # `recursive = true;` it is a directory, and programs can add files.\n");
            entry(body, path, &[], None);
        }
        Item::File { mode, arrival, .. } => {
            let private = is_private(*mode);
            let permissions = format!("permissions = \"{:04o}\";", mode & 0o777);
            let lines: Vec<String> = match (arrival, private) {
                (Arrival::Seed, true) => vec!["method = \"seed\";".to_owned(), permissions],
                (Arrival::Seed, false) => vec!["method = \"seed\";".to_owned()],
                (Arrival::Usual, true) => vec!["method = \"copy\";".to_owned(), permissions],
                (Arrival::Usual, false) => Vec::new(),
            };
            entry(body, path, &lines, None);
        }
    }
}

/// A place as a string; one in the home follows it.
fn place(home: &Path, target: &Path) -> String {
    let text = in_nix(&target.to_string_lossy());
    match target.strip_prefix(home) {
        Ok(rest) if !rest.as_os_str().is_empty() => {
            let rest = in_nix(&format!("/{}", rest.to_string_lossy()));
            format!("\"${{config.home.homeDirectory}}{}", &rest[1..])
        }
        _ => text,
    }
}

/// An entry of `home.file`.
fn entry(body: &mut String, path: &HomePath, lines: &[String], source: Option<&str>) {
    let name = in_nix(&path.to_string());
    let own = path_literal(&format!("files/{path}"));
    let source = source.unwrap_or(&own);
    if lines.is_empty() {
        let line = format!("  home.file.{name}.source = {source};\n");
        // nixfmt breaks lines of more than a hundred columns.
        if line.chars().count() > 101 && !source.starts_with("./") {
            let (function, argument) = source.split_once(' ').unwrap_or((source, ""));
            let _ = write!(
                body,
                "  home.file.{name}.source =\n    {function} {argument};\n"
            );
        } else {
            body.push_str(&line);
        }
        return;
    }
    let _ = write!(body, "  home.file.{name} = {{\n    source = {source};\n");
    for line in lines {
        let _ = writeln!(body, "    {line}");
    }
    body.push_str("  };\n");
}

/// What sets the key that `path` leads to, as a line of Nix.
#[must_use]
pub fn assignment(path: &[&str], value: &Value) -> String {
    let (last, above) = path.split_last().unwrap_or((&"", &[]));
    let (last, value) = path_to(last, value);
    let names: Vec<_> = above
        .iter()
        .map(|name| attribute(name))
        .chain([last])
        .collect();
    let mut line = names.join(".") + " = ";
    self::value(&mut line, value, 0);
    line + ";"
}

/// `a.b` for a set that has nothing but `b`, and what that is.
fn path_to<'a>(name: &str, value: &'a Value) -> (String, &'a Value) {
    let mut names = attribute(name);
    let mut value = value;
    while let Some(map) = value.as_object().filter(|map| map.len() == 1)
        && let Some((name, inner)) = map.iter().next()
    {
        names = format!("{names}.{}", attribute(name));
        value = inner;
    }
    (names, value)
}

/// A value of strings, lists and sets.
fn value(body: &mut String, value: &Value, indent: usize) {
    let blanks = " ".repeat(indent);
    match value {
        Value::Object(map) if map.is_empty() => body.push_str("{ }"),
        Value::Object(map) => {
            body.push_str("{\n");
            // As people write it: what switches it on comes first.
            let (first, rest): (Vec<_>, Vec<_>) =
                map.iter().partition(|(name, _)| *name == "enable");
            for (name, inner) in first.into_iter().chain(rest) {
                let (names, inner) = path_to(name, inner);
                let _ = write!(body, "{blanks}  {names} = ");
                self::value(body, inner, indent + 2);
                body.push_str(";\n");
            }
            let _ = write!(body, "{blanks}}}");
        }
        Value::Array(list) => {
            body.push_str("[\n");
            for inner in list {
                let _ = write!(body, "{blanks}  ");
                self::value(body, inner, indent + 2);
                body.push('\n');
            }
            let _ = write!(body, "{blanks}]");
        }
        Value::String(text) => body.push_str(&in_nix(text)),
        other => body.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;
    use rnix::Root;

    use super::*;
    use crate::import::found::Content;

    fn file(mode: u32) -> Item {
        Item::File {
            content: Content::Bytes(Vec::new()),
            mode,
            arrival: Arrival::Usual,
        }
    }

    fn items(list: &[(&str, Item)]) -> BTreeMap<HomePath, Item> {
        let items = list.iter().cloned();
        items
            .map(|(path, item)| (HomePath::new(path).unwrap(), item))
            .collect()
    }

    fn text(items: &BTreeMap<HomePath, Item>) -> String {
        home(&Home {
            items,
            directory: Path::new("/home/alice"),
            head: &["A home.".to_owned()],
            said: &[],
        })
    }

    #[test]
    fn files_links_and_directories() {
        let link = |target: &str| Item::Link {
            target: PathBuf::from(target),
        };
        let text = text(&items(&[
            (".bashrc", file(0o644)),
            (".config/nvim/init.lua", file(0o644)),
            (".config/nvim/lua/a b.lua", file(0o755)),
            (".ssh/config", file(0o600)),
            (".vimrc", link("/home/alice/dotfiles/vimrc")),
            ("x", link("/opt/x")),
        ]));
        assert!(
            text.starts_with("# A home.\n{ config, ... }:\n{\n"),
            "{text}"
        );
        assert!(
            text.contains("\n  home.file.\".bashrc\".source = ./files/.bashrc;\n"),
            "{text}"
        );
        assert!(
            text.contains("  home.file.\".config/nvim\" = {\n    source = ./files/.config/nvim;\n    recursive = true;\n  };\n"),
            "{text}"
        );
        assert!(
            text.contains("method = \"copy\";\n    permissions = \"0600\";"),
            "{text}"
        );
        assert!(
            text.contains("mkOutOfStoreSymlink \"${config.home.homeDirectory}/dotfiles/vimrc\";"),
            "{text}"
        );
        assert!(text.contains("mkOutOfStoreSymlink \"/opt/x\";"), "{text}");
        assert!(Root::parse(&text).errors().is_empty(), "{text}");
    }

    #[test]
    fn a_directory_with_something_unusual_is_written_file_by_file() {
        let text = text(&items(&[
            (".config/app/a", file(0o644)),
            (".config/app/b", file(0o600)),
        ]));
        assert!(
            text.contains("./files/.config/app/a;") && !text.contains("recursive"),
            "{text}"
        );
    }

    #[test]
    fn odd_names_are_no_path_literals() {
        assert_eq!(path_literal("files/.a+b"), "./files/.a+b");
        assert_eq!(path_literal("files/a b"), "./. + \"/files/a b\"");
        assert_eq!(path_literal("files/${x}"), "./. + \"/files/\\${x}\"");
        assert_eq!(attribute("a-b"), "a-b");
        assert_eq!(attribute("in"), "\"in\"");
        assert_eq!(attribute("1"), "\"1\"");
    }

    proptest! {
        /// Whatever the names are, the text is Nix.
        #[test]
        fn names_cannot_break_out(names in proptest::collection::btree_set("[^/\\x00]{1,12}", 1..5), mode in 0u32..0o1000) {
            let mut items = BTreeMap::new();
            for name in names {
                if let Ok(path) = HomePath::new(&name) {
                    items.insert(path, file(mode));
                }
            }
            let text = text(&items);
            let parsed = Root::parse(&text);
            prop_assert!(parsed.errors().is_empty(), "{}\n{:?}", text, parsed.errors());
        }
    }
}
