//! The words of a record of the index: `key=value`, with a space between them.

use std::fmt::Write as _;

/// The value of `key` among `words`.
pub(super) fn value<'a>(words: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let mut words = words.split(|&b| b == b' ');
    words.find_map(|word| word.strip_prefix(key.as_bytes())?.strip_prefix(b"="))
}

/// The octal number that `key` has among `words`.
pub(super) fn mode(words: &[u8], key: &str) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(value(words, key)?).ok()?, 8).ok()
}

/// `text` as one word: percent signs, spaces, control characters and what is
/// not ASCII as `%XX`.
pub(crate) fn escaped(text: &[u8]) -> String {
    let mut word = String::new();
    for &byte in text {
        if byte.is_ascii_graphic() && byte != b'%' {
            word.push(char::from(byte));
        } else {
            let _ = write!(word, "%{byte:02X}");
        }
    }
    word
}

/// What [`escaped`] made `word` of.
pub(crate) fn unescaped(word: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(word.len());
    let mut rest = word;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
            text.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &rest[2..];
        } else {
            text.push(*first);
        }
    }
    Some(text)
}
