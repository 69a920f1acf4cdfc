//! Versions, compared as Nix compares them.

use std::cmp::Ordering;

/// Which of two versions is the later one, by the rules of
/// `builtins.compareVersions` (Nix manual, "nix-env --upgrade", "Versions"):
/// component by component, numbers as numbers, `pre` before everything, and
/// `2.3a` before `2.3.1`. Versions that are spelled differently may be equal
/// (`1.0` and `1-0`).
#[must_use]
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while !a.is_empty() || !b.is_empty() {
        let (one, other) = (component(&mut a), component(&mut b));
        if is_earlier(one, other) {
            return Ordering::Less;
        }
        if is_earlier(other, one) {
            return Ordering::Greater;
        }
    }
    Ordering::Equal
}

/// Takes the next run of digits, or of what is neither a digit nor a
/// separator; empty at the end.
fn component<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let is_separator = |byte: u8| byte == b'.' || byte == b'-';
    let start = rest.iter().position(|&byte| !is_separator(byte));
    let text = &rest[start.unwrap_or(rest.len())..];
    let numeric = text.first().is_some_and(u8::is_ascii_digit);
    let end = text.iter().position(|&byte| {
        if numeric {
            !byte.is_ascii_digit()
        } else {
            byte.is_ascii_digit() || is_separator(byte)
        }
    });
    let (component, after) = text.split_at(end.unwrap_or(text.len()));
    *rest = after;
    component
}

fn is_earlier(a: &[u8], b: &[u8]) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a < b,
        (None, Some(_)) if a.is_empty() => true,
        _ if a == b"pre" && b != b"pre" => true,
        _ if b == b"pre" => false,
        (_, Some(_)) => true,
        (Some(_), _) => false,
        (None, None) => a < b,
    }
}

/// Nix reads an `int` of C++: what is larger is text to it.
fn number(component: &[u8]) -> Option<i32> {
    let digits = component.first().is_some_and(u8::is_ascii_digit);
    let text = std::str::from_utf8(component).ok().filter(|_| digits)?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_manual() {
        let pairs = [
            ("1.0", "2.3"),
            ("2.1", "2.3"),
            ("2.3pre1", "2.3"),
            ("2.3pre3", "2.3pre12"),
            ("2.3a", "2.3c"),
            ("2.3pre1", "2.3c"),
            ("2.3pre1", "2.3q"),
        ];
        for (a, b) in pairs {
            assert_eq!(compare_versions(a, b), Ordering::Less, "{a} {b}");
            assert_eq!(compare_versions(b, a), Ordering::Greater, "{b} {a}");
        }
        assert_eq!(compare_versions("2.3", "2.3"), Ordering::Equal);
        assert_eq!(compare_versions("1.0", "1-0"), Ordering::Equal);
        assert_eq!(compare_versions("", ""), Ordering::Equal);
    }
}
