//! A marked block in a file that somebody else owns.

use super::error::{EditError, Fault};
use super::lines::{self, BOM};

const BEGIN: &str = ">>> nhmt >>>";
const END: &str = "<<< nhmt <<<";

/// How a block is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockStyle {
    /// What starts a comment in the file: `#`, `//`, `--`, `<!--`.
    pub comment: String,
    /// Whether a new block comes first in the file, behind `#!` or `<?xml`;
    /// else it comes last.
    pub top: bool,
}

/// A block in a text: where its lines are, without the last line ending.
#[derive(Debug)]
struct Found {
    start: usize,
    end: usize,
    /// What is between the markers.
    inside: std::ops::Range<usize>,
}

/// Sees to it that `live` has `block` between the markers, or no block at all
/// for `None`. A block that is there is replaced where it stands. Taking a
/// block out gives the text that it was put into, byte for byte.
///
/// # Errors
/// When there is more than one block, a marker without its counterpart, or
/// `block` has a line that is a marker.
pub fn block(
    live: Option<&str>,
    block: Option<&str>,
    style: &BlockStyle,
) -> Result<String, EditError> {
    let live = live.unwrap_or_default();
    let found = find(live)?;
    let end = lines::ending(live);
    let Some(block) = block else {
        return Ok(found.map_or_else(|| live.to_owned(), |found| without(live, &found)));
    };
    // Lines lose carriage returns when they are written, and when they are read.
    let bare = block.replace('\r', "");
    if let Some(inner) = markers(&bare).first() {
        let problem = "the declared block has a line that is one of nhmt's markers";
        return Err(EditError::at(&bare, inner.0, Fault::Markers, problem));
    }
    if let Some(found) = &found
        && same(&live[found.inside.clone()], block)
    {
        return Ok(live.to_owned());
    }
    let whole = written(block, style, end);
    if let Some(found) = found {
        return Ok(format!(
            "{}{whole}{}",
            &live[..found.start],
            &live[found.end..]
        ));
    }
    let at = if style.top { top(live) } else { live.len() };
    let (before, behind) = live.split_at(at);
    let bare = before.strip_prefix(BOM).unwrap_or(before);
    // The line ending that `before` lacks comes first, and then the block has
    // none: taking it out gives the text back.
    Ok(if bare.is_empty() || bare.ends_with('\n') {
        format!("{before}{whole}{end}{behind}")
    } else {
        // What ends in a carriage return would lose it again.
        let end = if before.ends_with('\r') { "\r\n" } else { end };
        format!("{before}{end}{whole}{behind}")
    })
}

/// What stands between the markers in `live`, `None` when there is no block.
///
/// # Errors
/// As [`block`].
pub fn block_in(live: &str) -> Result<Option<&str>, EditError> {
    Ok(find(live)?.map(|found| &live[found.inside]))
}

/// Whether the block's text is `block`, whatever the line endings.
#[must_use]
pub fn same(inside: &str, block: &str) -> bool {
    // The last line may lack its end, also when it is a carriage return alone.
    let bare = |text: &str| {
        let text = text.strip_suffix('\n').unwrap_or(text);
        format!("{text}\n").replace('\r', "")
    };
    bare(inside) == bare(block)
}

fn without(live: &str, found: &Found) -> String {
    let (mut before, rest) = (&live[..found.start], &live[found.end..]);
    let behind = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'));
    if behind.is_none() {
        before = before.strip_suffix('\n').unwrap_or(before);
        before = before.strip_suffix('\r').unwrap_or(before);
    }
    let behind = behind.unwrap_or(rest);
    format!("{before}{behind}")
}

/// The markers in `text`: where their lines start, and whether they begin a
/// block.
fn markers(text: &str) -> Vec<(usize, bool)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        for (sign, begins) in [(BEGIN, true), (END, false)] {
            // The comment around it may be another than today's.
            let words = line.strip_suffix('\n').unwrap_or(line);
            let words = words.strip_suffix('\r').unwrap_or(words);
            let around = words.strip_prefix(BOM).unwrap_or(words).split_once(sign);
            let plain =
                |text: &str| text.trim().len() <= 4 && !text.contains(['\'', '"', '`', '=', '\r']);
            if around.is_some_and(|(before, behind)| plain(before) && plain(behind)) {
                found.push((start, begins));
            }
        }
        start += line.len();
    }
    found
}

fn find(live: &str) -> Result<Option<Found>, EditError> {
    let fault = |at, problem| Err(EditError::at(live, at, Fault::Markers, problem));
    match markers(live).as_slice() {
        [] => Ok(None),
        [(start, true), (end, false)] => {
            let inside = lines::end_of(live, *start)..*end;
            let last = &live[*end..lines::end_of(live, *end)];
            let mark = if live[*start..].starts_with(BOM) {
                BOM.len_utf8()
            } else {
                0
            };
            Ok(Some(Found {
                start: *start + mark,
                end: *end + last.trim_end_matches(['\n', '\r']).len(),
                inside,
            }))
        }
        [(first, true)] => fault(*first, "nhmt's block begins here and has no end"),
        [(first, false), ..] => fault(*first, "nhmt's block ends here and has no beginning"),
        [_, (second, true), ..] => fault(*second, "nhmt's block begins here a second time"),
        [_, _, (third, _), ..] => fault(*third, "a second block of nhmt's is here"),
    }
}

/// The block with its markers, without the last line ending.
fn written(block: &str, style: &BlockStyle, end: &str) -> String {
    let comment = style.comment.trim();
    let close = match comment {
        "<!--" => " -->",
        "/*" => " */",
        "(*" => " *)",
        "{-" => " -}",
        _ => "",
    };
    let mut text = format!("{comment} {BEGIN}{close}{end}");
    let block = lines::unix(block);
    for line in block.lines() {
        text.push_str(line);
        text.push_str(end);
    }
    text + &format!("{comment} {END}{close}")
}

/// Where a block comes at the top.
fn top(live: &str) -> usize {
    let bare = live.strip_prefix(BOM).unwrap_or(live);
    let mark = live.len() - bare.len();
    if bare.starts_with("#!") || bare.starts_with("<?xml") {
        lines::end_of(live, mark)
    } else {
        mark
    }
}
