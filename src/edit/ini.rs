//! INI, line by line, because no two programs agree on more than lines.
//!
//! A line is empty, a comment (`;` or `#` first), a `[section]`, a key with a
//! value behind `=` (or behind `:` when it has no `=`), or a key alone. Names
//! are told apart by case. A key that stands several times is a list. What
//! stands behind a value on its line belongs to it.

use std::ops::Range;

use super::error::EditError;
use super::plan::Change;
use super::value::{Map, Value};

/// One line, with the bytes that it takes with its line feed.
#[derive(Debug)]
struct Line<'a> {
    place: Range<usize>,
    kind: Kind<'a>,
}

#[derive(Debug)]
enum Kind<'a> {
    Blank,
    Comment,
    Section(&'a str),
    /// A key and the place of its value, if it has one.
    Key(&'a str, Option<Range<usize>>),
}

fn parse(text: &str) -> Result<Vec<Line<'_>>, EditError> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = start..start + line.len();
        found.push(Line {
            kind: kind(text, &place)?,
            place,
        });
        start += line.len();
    }
    Ok(found)
}

fn kind<'a>(text: &'a str, place: &Range<usize>) -> Result<Kind<'a>, EditError> {
    let line = &text[place.clone()];
    let trimmed = line.trim();
    let first = place.start + (line.len() - line.trim_start().len());
    if let Some(rest) = trimmed.strip_prefix('[') {
        let name = rest
            .rfind(']')
            .map(|end| (&rest[..end], rest[end + 1..].trim()));
        return match name {
            Some((name, "")) => Ok(Kind::Section(name)),
            // A bracket in a comment behind the name.
            Some(_) => match rest.split_once(']') {
                Some((name, behind)) if behind.trim().starts_with([';', '#']) => {
                    Ok(Kind::Section(name))
                }
                _ => Err(EditError::syntax(
                    text,
                    first,
                    "text behind the name of a section",
                )),
            },
            None => Err(EditError::syntax(
                text,
                first,
                "the name of a section has no `]`",
            )),
        };
    }
    Ok(match trimmed.chars().next() {
        None => Kind::Blank,
        Some(';' | '#') => Kind::Comment,
        Some(_) => match trimmed.find('=').or_else(|| trimmed.find(':')) {
            None => Kind::Key(trimmed, None),
            Some(0) => return Err(EditError::syntax(text, first, "a value without a key")),
            Some(sign) => {
                let behind = &trimmed[sign + 1..];
                let start = first + sign + 1 + (behind.len() - behind.trim_start().len());
                Kind::Key(
                    trimmed[..sign].trim_end(),
                    Some(start..first + trimmed.len()),
                )
            }
        },
    })
}

/// The key of a section among the keys of the file: no key starts like that.
fn section_key(name: &str) -> String {
    format!("[{name}]")
}

pub(super) fn read(text: &str) -> Result<Value, EditError> {
    let mut root = Map::new();
    let mut section = None;
    for line in parse(text)? {
        match line.kind {
            Kind::Blank | Kind::Comment => {}
            Kind::Section(name) => {
                section = Some(section_key(name));
                let map = || Value::Map(Map::new());
                root.entry(section_key(name)).or_insert_with(map);
            }
            Kind::Key(key, value) => {
                let value = value.map_or(Value::Null, |at| Value::Text(text[at].to_owned()));
                let map = match &section {
                    None => &mut root,
                    Some(name) => match root.get_mut(name) {
                        Some(Value::Map(map)) => map,
                        _ => continue,
                    },
                };
                add(map, key, value);
            }
        }
    }
    Ok(Value::Map(root))
}

fn add(map: &mut Map, key: &str, value: Value) {
    match map.get_mut(key) {
        None => {
            map.insert(key.to_owned(), value);
        }
        Some(Value::List(items)) => items.push(value),
        Some(first) => *first = Value::List(vec![first.clone(), value]),
    }
}

pub(super) fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for change in changes {
        text = match (change.path().as_slice(), change) {
            ([section], Change::Set(_, Value::Map(keys))) if section.starts_with('[') => {
                let emptied = parse(&text)?;
                let emptied = cut(&text, &emptied, &lines_of(&emptied, Some(section)), false)?;
                new_section(&emptied, section, keys)
            }
            ([section], Change::Remove(_)) if section.starts_with('[') => {
                let found = parse(&text)?;
                cut(&text, &found, &lines_of(&found, Some(section)), true)?
            }
            ([key], change) => set(&text, None, key, wanted(change))?,
            ([section, key], change) => set(&text, Some(section), key, wanted(change))?,
            _ => text,
        };
    }
    Ok(text)
}

/// The values that a key shall have, one for each line.
fn wanted(change: &Change) -> Vec<&Value> {
    match change {
        Change::Set(_, Value::List(items)) => items.iter().collect(),
        Change::Set(_, value) => vec![value],
        Change::Remove(_) => Vec::new(),
    }
}

/// The numbers of the lines of a section, its headers among them.
fn lines_of(found: &[Line], section: Option<&str>) -> Vec<usize> {
    let mut now = None;
    let mut numbers = Vec::new();
    for (number, line) in found.iter().enumerate() {
        if let Kind::Section(name) = line.kind {
            now = Some(section_key(name));
        }
        if now.as_deref() == section {
            numbers.push(number);
        }
    }
    numbers
}

/// Takes the keys on these lines out, and the headers with the empty line
/// above when `headers`. Comments and other empty lines stay.
fn cut(text: &str, found: &[Line], numbers: &[usize], headers: bool) -> Result<String, EditError> {
    let mut gone = Vec::new();
    for &number in numbers {
        match found[number].kind {
            Kind::Key(..) => {
                check_end(text, found, number)?;
                gone.push(number);
            }
            Kind::Section(_) if headers => {
                let above = number.checked_sub(1);
                gone.extend(above.filter(|&above| matches!(found[above].kind, Kind::Blank)));
                gone.push(number);
            }
            _ => {}
        }
    }
    let kept = found
        .iter()
        .enumerate()
        .filter(|(number, _)| !gone.contains(number));
    Ok(kept.map(|(_, line)| &text[line.place.clone()]).collect())
}

/// Some programs join an indented line to the one above, or one behind a
/// backslash. A value that goes on like that is not changed by halves.
fn check_end(text: &str, found: &[Line], number: usize) -> Result<(), EditError> {
    let line = &text[found[number].place.clone()];
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let continued = found.get(number + 1).is_some_and(|next| {
        matches!(next.kind, Kind::Key(..)) && indent(&text[next.place.clone()]) > indent(line)
    });
    if continued || line.trim_end().ends_with('\\') {
        let problem = "the value may go on in the next line, and would have to change";
        return Err(EditError::unsupported(
            text,
            found[number].place.start,
            problem,
        ));
    }
    Ok(())
}

fn set(
    text: &str,
    section: Option<&String>,
    key: &str,
    values: Vec<&Value>,
) -> Result<String, EditError> {
    let found = parse(text)?;
    let section = section.map(String::as_str);
    let numbers = lines_of(&found, section);
    let is_key =
        |number: &&usize| matches!(found[**number].kind, Kind::Key(name, _) if name == key);
    let old: Vec<usize> = numbers.iter().filter(is_key).copied().collect();
    let mut values = values.into_iter();
    let mut result = String::with_capacity(text.len());
    let style = Style::of(text, &found, &numbers);
    let last = old.last().copied().or_else(|| {
        // Behind the last key of its section, else behind the header.
        let mut parts = numbers.split(|&n| matches!(found[n].kind, Kind::Section(_)));
        let first = parts.find(|part| !part.is_empty()).unwrap_or_default();
        let is_key = |n: &&usize| matches!(found[**n].kind, Kind::Key(..));
        let header = numbers.first().filter(|_| section.is_some());
        first.iter().rfind(is_key).or(header).copied()
    });
    if last.is_none() {
        let top = top(&found);
        result.push_str(&text[..top]);
        end_line(&mut result);
        for value in values {
            style.write(&mut result, key, value);
        }
        result.push_str(&text[top..]);
        return Ok(result);
    }
    for (number, line) in found.iter().enumerate() {
        if old.contains(&number) {
            check_end(text, &found, number)?;
            match (values.next(), &line.kind) {
                (Some(Value::Text(new)), Kind::Key(_, Some(at))) => {
                    result.push_str(&text[line.place.start..at.start]);
                    result.push_str(new);
                    result.push_str(&text[at.end..line.place.end]);
                }
                (Some(new), _) => style.write(&mut result, key, new),
                (None, _) => {}
            }
        } else {
            result.push_str(&text[line.place.clone()]);
        }
        if last == Some(number) {
            for value in values.by_ref() {
                end_line(&mut result);
                style.write(&mut result, key, value);
            }
        }
    }
    Ok(result)
}

/// Where keys without a section go when there are none: behind the comment
/// that heads the file, which an empty line parts from the rest.
fn top(found: &[Line]) -> usize {
    let is_comment = |line: &&Line| matches!(line.kind, Kind::Comment);
    let head = found.iter().take_while(is_comment).count();
    match found.get(head) {
        Some(line) if head > 0 && matches!(line.kind, Kind::Blank) => line.place.end,
        None => found.last().map_or(0, |line| line.place.end),
        _ => 0,
    }
}

fn new_section(text: &str, section: &str, keys: &Map) -> String {
    let found = parse(text).unwrap_or_default();
    let numbers = lines_of(&found, Some(section));
    let style = Style::of(text, &found, &numbers);
    let mut body = String::new();
    for (key, value) in keys {
        match value {
            Value::List(items) => items
                .iter()
                .for_each(|item| style.write(&mut body, key, item)),
            value => style.write(&mut body, key, value),
        }
    }
    if let Some(&header) = numbers.first() {
        let end = found[header].place.end;
        let mut result = text[..end].to_owned();
        end_line(&mut result);
        return result + &body + &text[end..];
    }
    let mut result = text.to_owned();
    end_line(&mut result);
    if !result.is_empty() && !result.ends_with("\n\n") {
        result.push('\n');
    }
    result + section + "\n" + &body
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// How keys are written: as the others of the section, or of the file.
struct Style {
    indent: String,
    sign: String,
}

impl Style {
    fn of(text: &str, found: &[Line], numbers: &[usize]) -> Self {
        let pair = |line: &Line| match &line.kind {
            Kind::Key(key, Some(value)) => {
                let whole = &text[line.place.clone()];
                let indent = &whole[..whole.len() - whole.trim_start().len()];
                let sign = &text[line.place.start + indent.len() + key.len()..value.start];
                let sign = sign.trim_end_matches('\n');
                // Spaces behind an empty value are not a style.
                let sign = if value.is_empty() {
                    sign.trim_end()
                } else {
                    sign
                };
                Some(Self {
                    indent: indent.to_owned(),
                    sign: sign.to_owned(),
                })
            }
            _ => None,
        };
        let near = numbers.iter().find_map(|&number| pair(&found[number]));
        near.or_else(|| {
            found.iter().find_map(pair).map(|far| Self {
                indent: String::new(),
                ..far
            })
        })
        .unwrap_or(Self {
            indent: String::new(),
            sign: "=".to_owned(),
        })
    }

    fn write(&self, text: &mut String, key: &str, value: &Value) {
        text.push_str(&self.indent);
        text.push_str(key);
        if let Value::Text(value) = value {
            text.push_str(&self.sign);
            text.push_str(value);
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_nothing_are_named() {
        for (text, line, column) in [("a=1\n[b\n", 2, 1), ("  = 3\n", 1, 3), ("[a] b\n", 1, 1)] {
            let error = read(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{text}");
        }
        assert!(read("[a] ; with ] in it\n").is_ok());
    }
}
