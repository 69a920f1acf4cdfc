//! Lines: their places, their endings.

use std::borrow::Cow;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The byte order mark that some editors put first.
pub(super) const BOM: char = '\u{feff}';

/// Line and column of a byte, both from 1, the column in characters.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[start..].chars().count() + 1)
}

/// The start of the line that has the byte `offset`.
pub(super) fn start_of(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |at| at + 1)
}

/// The end of the line that has the byte `offset`, behind its line feed.
pub(super) fn end_of(text: &str, offset: usize) -> usize {
    text[offset..]
        .find('\n')
        .map_or(text.len(), |at| offset + at + 1)
}

/// The text with every line ending in a line feed alone.
pub(super) fn unix(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The line ending that most lines have.
pub(super) fn ending(text: &str) -> &'static str {
    let all = text.matches('\n').count();
    let windows = text.matches("\r\n").count();
    if windows * 2 > all { "\r\n" } else { "\n" }
}

/// Gives the lines of `edited`, which has line feeds only, the endings that
/// they have in `original`, and new ones the ending that most have there. The
/// last line ends as it does in `original`.
pub(super) fn restore(original: &str, edited: &str) -> String {
    if original == edited {
        return original.to_owned();
    }
    let mut text = if original.contains("\r\n") {
        with_endings(original, edited)
    } else {
        edited.to_owned()
    };
    let end = ending(original);
    if original.ends_with('\n') {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(end);
        }
    } else if !original.is_empty() && text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

fn with_endings(original: &str, edited: &str) -> String {
    let old: Vec<_> = original.split_inclusive('\n').map(parts).collect();
    let new: Vec<_> = edited.split_inclusive('\n').map(parts).collect();
    let bare = |lines: &[(&str, &str)]| lines.iter().map(|line| line.0.to_owned()).collect();
    let (old_lines, new_lines): (Vec<String>, Vec<String>) = (bare(&old), bare(&new));
    let common = ending(original);
    let mut text = String::with_capacity(edited.len() + new.len());
    for op in capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines) {
        let (from, to) = (op.old_range(), op.new_range());
        for (step, at) in to.enumerate() {
            let (line, end) = new[at];
            let kept = match op {
                DiffOp::Equal { .. } => old[from.start + step].1,
                _ => "",
            };
            text.push_str(line);
            text.push_str(match (end.is_empty(), kept.is_empty()) {
                (true, _) => "",
                (false, false) => kept,
                (false, true) => common,
            });
        }
    }
    text
}

/// A line and its ending.
fn parts(line: &str) -> (&str, &str) {
    let bare = line.strip_suffix('\n').unwrap_or(line);
    let bare = bare
        .strip_suffix('\r')
        .filter(|_| bare.len() < line.len())
        .unwrap_or(bare);
    line.split_at(bare.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_in_characters() {
        assert_eq!(position("a\nbä c", 0), (1, 1));
        assert_eq!(position("a\nbä c", 5), (2, 3));
        assert_eq!(position("ä", 1), (1, 1));
        assert_eq!(position("a\n", 99), (2, 1));
    }

    #[test]
    fn endings_of_lines_that_stay_are_kept() {
        assert_eq!(
            restore("a\r\nb\nc\r\n", "a\nb\nx\nc\n"),
            "a\r\nb\nx\r\nc\r\n"
        );
        assert_eq!(restore("a\r\nb", "a\nb\nc\n"), "a\r\nb\r\nc");
        assert_eq!(restore("a", "a\nb\n"), "a\nb");
        assert_eq!(restore("a\n", "a\nb"), "a\nb\n");
    }
}
