//! The tree of a YAML document with the places of its nodes.

use std::collections::BTreeSet;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use super::scalar;
use crate::edit::error::EditError;
use crate::edit::value::{Map, Value};

/// A node. Its place starts with its content, behind a tag or an anchor, and
/// ends with it, before comments and line breaks.
#[derive(Debug)]
pub(super) struct Node {
    pub place: Range<usize>,
    pub shape: Shape,
    /// It has an anchor or a tag, or is an alias.
    pub marked: bool,
}

#[derive(Debug)]
pub(super) enum Shape {
    /// A scalar or an alias.
    Scalar(Value),
    List(Vec<Node>),
    Map(Mapping),
}

#[derive(Debug)]
pub(super) struct Mapping {
    pub flow: bool,
    pub entries: Vec<Entry>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_place: Range<usize>,
    pub value: Node,
}

impl Node {
    pub fn value(&self) -> Value {
        match &self.shape {
            Shape::Scalar(value) => value.clone(),
            Shape::List(items) => Value::List(items.iter().map(Self::value).collect()),
            Shape::Map(map) => {
                let entry = |entry: &Entry| (entry.key.clone(), entry.value.value());
                Value::Map(map.entries.iter().map(entry).collect::<Map>())
            }
        }
    }

    /// Whether it, or something in it, has an anchor or a tag or is an alias.
    pub fn has_mark(&self) -> bool {
        self.marked
            || match &self.shape {
                Shape::Scalar(_) => false,
                Shape::List(items) => items.iter().any(Self::has_mark),
                Shape::Map(map) => map.entries.iter().any(|entry| entry.value.has_mark()),
            }
    }
}

/// The root of the one document of `text`; `None` when that is empty.
pub(super) fn parse(text: &str) -> Result<Option<Node>, EditError> {
    let mut reader = Reader {
        text,
        events: Parser::new_from_str(text),
    };
    let mut root = None;
    let mut documents = 0;
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    let problem = "a second document starts here; only one is supported";
                    return Err(EditError::unsupported(text, start(&span), problem));
                }
            }
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            event => root = Some(reader.node(event, &span)?),
        }
    }
    // A document that is not there reads as an empty scalar.
    let there = |node: &Node| node.marked || !node.place.is_empty();
    Ok(root.filter(there))
}

struct Reader<'a> {
    text: &'a str,
    events: Parser<'a, granit_parser::StrInput<'a>>,
}

impl<'a> Reader<'a> {
    /// The next event that is no comment.
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, EditError> {
        loop {
            match self.events.next_event() {
                None => return Ok(None),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(event)) => return Ok(Some(event)),
                Some(Err(error)) => {
                    let at = error.marker().byte_offset().unwrap_or_default();
                    return Err(EditError::syntax(self.text, at, error.info()));
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Node, EditError> {
        let place = span.byte_range().unwrap_or_default();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                Ok(self.scalar(&text, style, anchor > 0, tag.as_deref(), place))
            }
            Event::SequenceStart(style, anchor, tag) => {
                let mut items = Vec::new();
                let mut end = place.end;
                loop {
                    let (event, span) = self.expect(place.start)?;
                    if matches!(event, Event::SequenceEnd) {
                        if style == StructureStyle::Flow {
                            end = span.byte_range().map_or(end, |range| range.end);
                        }
                        break;
                    }
                    let item = self.node(event, &span)?;
                    end = end.max(item.place.end);
                    items.push(item);
                }
                Ok(Node {
                    place: place.start..end,
                    shape: Shape::List(items),
                    marked: anchor > 0 || tag.is_some(),
                })
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let (entries, end) = self.entries(flow, &place)?;
                Ok(Node {
                    place: place.start..end,
                    shape: Shape::Map(Mapping { flow, entries }),
                    marked: anchor > 0 || tag.is_some(),
                })
            }
            // An alias; anything else does not start a node.
            _ => {
                let name = self.text.get(place.clone()).unwrap_or_default().to_owned();
                Ok(Node {
                    place,
                    shape: Shape::Scalar(Value::Other(name)),
                    marked: true,
                })
            }
        }
    }

    fn entries(
        &mut self,
        flow: bool,
        place: &Range<usize>,
    ) -> Result<(Vec<Entry>, usize), EditError> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        let mut end = place.end;
        loop {
            let (event, span) = self.expect(place.start)?;
            let (key, style) = match event {
                Event::MappingEnd => {
                    if flow {
                        end = span.byte_range().map_or(end, |range| range.end);
                    }
                    return Ok((entries, end));
                }
                Event::Scalar(key, style, 0, None) => (key.into_owned(), style),
                _ => {
                    let problem = "only plain or quoted words are supported as keys";
                    return Err(EditError::unsupported(self.text, start(&span), problem));
                }
            };
            let key_place = span.byte_range().unwrap_or_default();
            let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
            if !seen.insert(key.clone()) || block {
                let problem = format!("the key `{key}` stands here a second time");
                return Err(EditError::unsupported(self.text, key_place.start, problem));
            }
            let (event, span) = self.expect(key_place.start)?;
            let value = self.node(event, &span)?;
            let value_end = if value.place.is_empty() {
                0
            } else {
                value.place.end
            };
            end = end
                .max(value_end)
                .max(behind_colon(self.text, key_place.end));
            entries.push(Entry {
                key,
                key_place,
                value,
            });
        }
    }

    fn expect(&mut self, at: usize) -> Result<(Event<'a>, Span), EditError> {
        let text = self.text;
        self.next()?
            .ok_or_else(|| EditError::syntax(text, at, "this has no end"))
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        anchor: bool,
        tag: Option<&Tag>,
        place: Range<usize>,
    ) -> Node {
        let source = self.text.get(place.clone()).unwrap_or_default();
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let content = if block && text.ends_with("\n\n") {
            // The empty lines at its end belong to it (`|+`).
            source.strip_suffix('\n').unwrap_or(source)
        } else if block {
            block_content(source, text)
        } else {
            source.trim_end_matches(['\n', ' '])
        };
        let end = place.start + content.len();
        let value = match (tag, style) {
            (Some(tag), _) => Value::Other(format!("{tag} {text}")),
            (None, ScalarStyle::Plain) => scalar::plain(text),
            (None, _) => Value::Text(text.to_owned()),
        };
        Node {
            place: place.start..end,
            shape: Shape::Scalar(value),
            marked: anchor || tag.is_some(),
        }
    }
}

/// `source`, that of a block scalar which means `text`, up to the end of its last
/// line with content. Spaces are content when there are more of them than the
/// scalar is indented by.
fn block_content<'a>(source: &'a str, text: &str) -> &'a str {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let first = |mut lines: std::str::Lines| {
        let line = lines.find(|line| !line.trim_start_matches(' ').is_empty());
        line.map(spaces)
    };
    let mut body = source.lines();
    body.next();
    let indent = match (first(body), first(text.lines())) {
        (Some(source), Some(text)) => source.saturating_sub(text),
        _ if text.contains(' ') => 0,
        _ => usize::MAX,
    };
    let shown = source.trim_end_matches(['\n', ' ']).len();
    let (mut end, mut at) = (shown, shown);
    for line in source[shown..].split_inclusive('\n') {
        let spaces = line.trim_end_matches('\n').len();
        // The first are those behind the last word.
        if at == shown || spaces > indent {
            end = at + spaces;
        }
        at += line.len();
    }
    &source[..end]
}

fn start(span: &Span) -> usize {
    span.byte_range().map_or(0, |range| range.start)
}

/// The place behind the colon that follows the key that ends at `end`, which
/// is `end` itself when none does.
pub(super) fn behind_colon(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[spaces..].starts_with(':') {
        end + spaces + 1
    } else {
        end
    }
}
