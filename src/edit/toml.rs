//! TOML, by `toml_edit`: it says where each key and value stands, and writes
//! new ones. What goes or gets another value is cut out of the text, so that
//! comments stay where they are.

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Document, DocumentMut, InlineTable, Item, Key, Table, TableLike};

use super::error::EditError;
use super::lines;
use super::plan::{Change, Path};
use super::value::{Map, Value};

fn parse(text: &str) -> Result<Document<&str>, EditError> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        EditError::syntax(text, at, error.message().trim().replace('\n', ", "))
    })
}

pub(super) fn read(text: &str) -> Result<Value, EditError> {
    Ok(table(parse(text)?.as_table()))
}

fn table(table: &dyn TableLike) -> Value {
    let item = |(key, item): (&str, &Item)| Some((key.to_owned(), convert(item)?));
    Value::Map(table.iter().filter_map(item).collect::<Map>())
}

fn convert(item: &Item) -> Option<Value> {
    Some(match item {
        Item::None => return None,
        Item::Table(inner) => table(inner),
        Item::ArrayOfTables(tables) => Value::List(tables.iter().map(|t| table(t)).collect()),
        Item::Value(value) => convert_value(value),
    })
}

fn convert_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::Text(text.value().clone()),
        toml_edit::Value::Integer(integer) => Value::Int(i128::from(*integer.value())),
        toml_edit::Value::Float(float) => Value::float(*float.value()),
        toml_edit::Value::Boolean(flag) => Value::Bool(*flag.value()),
        toml_edit::Value::Datetime(time) => Value::Other(time.value().to_string()),
        toml_edit::Value::Array(items) => Value::List(items.iter().map(convert_value).collect()),
        toml_edit::Value::InlineTable(inner) => table(inner),
    }
}

pub(super) fn edit(text: &str, changes: &[Change], declared: &str) -> Result<String, EditError> {
    let wanted: DocumentMut = declared
        .parse()
        .map_err(|_| EditError::syntax(declared, 0, "the declared content is no TOML"))?;
    let document = parse(text)?;
    let mut cuts = Cuts::default();
    let mut inline: BTreeMap<Path, (Range<usize>, toml_edit::Value)> = BTreeMap::new();
    let mut fresh = Vec::new();
    for change in changes {
        let mut new = match change {
            Change::Set(path, _) => find(wanted.as_table(), path).cloned(),
            Change::Remove(_) => None,
        };
        if is_dotted(document.as_table(), change.path()) {
            // Below a dotted key, everything is a value.
            new = new.and_then(|new| new.into_value().ok()).map(Item::Value);
        }
        match locate(document.as_table(), change.path()) {
            Place::Inline(above, span, value) => {
                let entry = inline.entry(above.clone());
                let (_, value) = entry.or_insert_with(|| (span, value.clone()));
                set_inline(value, &change.path()[above.len()..], new);
            }
            Place::There(key, item) => match (item, new) {
                (Item::Value(old), Some(new)) => {
                    let span = old.span().unwrap_or_default();
                    cuts.replace(span, written(new));
                }
                (item, new) => {
                    cuts.erase(text, key, item);
                    fresh.extend(new.map(|new| (change.path(), new)));
                }
            },
            Place::Missing => fresh.extend(new.map(|new| (change.path(), new))),
        }
    }
    for (span, value) in inline.into_values() {
        cuts.replace(span, value.to_string().trim().to_owned());
    }
    let mut text = cuts.apply(text);
    // Tables come last: their headers name all that is above.
    fresh.sort_by_key(|(_, item)| !item.is_value());
    for (path, item) in fresh {
        add(&mut text, path, item)?;
    }
    Ok(text)
}

/// Where a path leads.
enum Place<'a> {
    There(&'a Key, &'a Item),
    /// Into an inline table, which the path so far names.
    Inline(Path, Range<usize>, &'a toml_edit::Value),
    Missing,
}

fn locate<'a>(mut table: &'a Table, path: &Path) -> Place<'a> {
    for (depth, step) in path.iter().enumerate() {
        let Some((key, item)) = table.get_key_value(step) else {
            return Place::Missing;
        };
        if depth + 1 == path.len() {
            return Place::There(key, item);
        }
        match item {
            Item::Table(inner) => table = inner,
            Item::Value(value @ toml_edit::Value::InlineTable(_)) => {
                let span = value.span().unwrap_or_default();
                return Place::Inline(path[..=depth].to_vec(), span, value);
            }
            _ => return Place::Missing,
        }
    }
    Place::Missing
}

/// Whether the last table above the end of `path` is made of dotted keys.
fn is_dotted(mut table: &Table, path: &Path) -> bool {
    for step in &path[..path.len().saturating_sub(1)] {
        let Some(Item::Table(next)) = table.get(step) else {
            return false;
        };
        table = next;
    }
    table.is_dotted()
}

fn find<'a>(table: &'a Table, path: &Path) -> Option<&'a Item> {
    let (last, above) = path.split_last()?;
    let mut table: &dyn TableLike = table;
    for step in above {
        table = table.get(step)?.as_table_like()?;
    }
    table.get(last)
}

/// An item as it stands behind `=`.
fn written(item: Item) -> String {
    let value = item.into_value().map(bare);
    value.map_or_else(|_| String::new(), |value| value.to_string())
}

fn bare(mut value: toml_edit::Value) -> toml_edit::Value {
    value.decor_mut().clear();
    value
}

fn set_inline(value: &mut toml_edit::Value, path: &[String], new: Option<Item>) {
    let (Some(table), Some((last, above))) = (value.as_inline_table_mut(), path.split_last())
    else {
        return;
    };
    let mut table: &mut InlineTable = table;
    for step in above {
        let next = table.get_mut(step);
        let Some(next) = next.and_then(toml_edit::Value::as_inline_table_mut) else {
            return;
        };
        table = next;
    }
    match new.map(Item::into_value) {
        Some(Ok(new)) => match table.get_mut(last) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            None => {
                table.insert(last, bare(new));
            }
        },
        _ => {
            table.remove(last);
        }
    }
}

/// Adds what is not there yet.
fn add(text: &mut String, path: &Path, item: Item) -> Result<(), EditError> {
    let mut document = parse(text)?.into_mut();
    let root = document.as_table_mut();
    // Comments that end the text stay above what comes new.
    if root.is_empty() {
        let parted = if path.len() > 1 || !item.is_value() {
            "\n"
        } else {
            ""
        };
        append(text, path, item, parted);
    } else if let (Some(table), true) = (parent(root, path), item.is_value()) {
        let mut item = item;
        if let Item::Value(value) = &mut item {
            value.decor_mut().clear();
        }
        table.insert(path.last().map_or("", String::as_str), item);
        *text = document.to_string();
    } else {
        append(text, path, item, "\n");
    }
    Ok(())
}

/// The table that the last key of `path` belongs to.
fn parent<'a>(mut table: &'a mut Table, path: &Path) -> Option<&'a mut Table> {
    for step in &path[..path.len().saturating_sub(1)] {
        table = table.get_mut(step)?.as_table_mut()?;
    }
    Some(table)
}

/// Adds an item at the end of the text, with the headers that it needs.
fn append(text: &mut String, path: &Path, item: Item, parted: &str) {
    let mut document = DocumentMut::new();
    let mut table = document.as_table_mut();
    let Some((last, above)) = path.split_last() else {
        return;
    };
    for step in above {
        let mut inner = Table::new();
        inner.set_implicit(true);
        let inner = table.entry(step).or_insert(Item::Table(inner));
        let Some(inner) = inner.as_table_mut() else {
            return;
        };
        table = inner;
    }
    table.insert(last, item);
    if !text.is_empty() {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(parted);
    }
    text.push_str(document.to_string().trim_start());
}

/// What is cut out of the text, and what comes in its place.
#[derive(Default)]
struct Cuts(BTreeMap<usize, (usize, String)>);

impl Cuts {
    fn replace(&mut self, span: Range<usize>, by: String) {
        self.0.insert(span.start, (span.end, by));
    }

    /// Cuts the lines of an item; comments above them stay.
    fn erase(&mut self, text: &str, key: &Key, item: &Item) {
        match item {
            Item::Value(value) => {
                let start = key
                    .span()
                    .map_or(0, |span| lines::start_of(text, span.start));
                let end = value
                    .span()
                    .map_or(start, |span| lines::end_of(text, span.end));
                self.replace(start..end, String::new());
            }
            Item::Table(table) => self.erase_table(text, table),
            Item::ArrayOfTables(tables) => {
                tables
                    .iter()
                    .for_each(|table| self.erase_table(text, table));
            }
            Item::None => {}
        }
    }

    fn erase_table(&mut self, text: &str, table: &Table) {
        if let Some(span) = table.span().filter(|_| !table.is_dotted())
            && !table.is_implicit()
        {
            let mut start = lines::start_of(text, span.start);
            let end = lines::end_of(text, span.start);
            // The empty line that parts it from what is above goes with it.
            if text[..start].ends_with("\n\n") {
                start -= 1;
            }
            self.replace(start..end, String::new());
        }
        for (name, item) in table {
            if let Some(key) = table.key(name) {
                self.erase(text, key, item);
            }
        }
    }

    fn apply(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut at = 0;
        for (&start, (end, by)) in &self.0 {
            result.push_str(text.get(at..start).unwrap_or_default());
            result.push_str(by);
            at = at.max(*end);
        }
        result.push_str(text.get(at..).unwrap_or_default());
        result
    }
}
