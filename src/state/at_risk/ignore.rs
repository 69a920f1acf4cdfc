//! What a person said does not count, in the syntax of gitignore(5).

use std::collections::HashMap;

use gix_glob::Pattern;
use gix_glob::pattern::Case;
use gix_glob::wildmatch::Mode;

/// Patterns, of which the last that matches decides.
///
/// A home has a million names, and git's way is to try every pattern on each.
/// Most patterns end in a plain name, so only those are tried that end in the
/// name in question, and those with a wildcard there.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
    by_name: HashMap<Vec<u8>, Vec<usize>>,
    others: Vec<usize>,
}

impl Ignore {
    /// Patterns as lines of a `.gitignore` in the home directory. Empty lines
    /// and comments are passed over, as there.
    pub fn new<P: AsRef<str>>(lines: impl IntoIterator<Item = P>) -> Self {
        let mut ignore = Self::default();
        for line in lines {
            let line = without_trailing_spaces(line.as_ref());
            if line.starts_with('#') {
                continue;
            }
            let Some(pattern) = gix_glob::parse(line) else {
                continue;
            };
            let number = ignore.patterns.len();
            let last = pattern.text.rsplit(|&b| b == b'/').next();
            match last.filter(|name| !name.iter().any(|b| b"*?[\\".contains(b))) {
                Some(name) => ignore
                    .by_name
                    .entry(name.to_vec())
                    .or_default()
                    .push(number),
                None => ignore.others.push(number),
            }
            ignore.patterns.push(pattern);
        }
        ignore
    }

    /// Whether there are no patterns.
    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether `path`, whose directory is not ignored, is.
    pub(super) fn has(&self, path: &[u8], is_directory: bool) -> bool {
        let start = path.iter().rposition(|&b| b == b'/').map(|at| at + 1);
        let name = &path[start.unwrap_or(0)..];
        let matches = |&&number: &&usize| {
            self.patterns[number].matches_repo_relative_path(
                path.into(),
                start,
                Some(is_directory),
                Case::Sensitive,
                Mode::NO_MATCH_SLASH_LITERAL,
            )
        };
        let named = self.by_name.get(name).into_iter().flatten();
        // Numbers rise in both.
        let named = named.rev().find(matches);
        let other = self.others.iter().rev();
        let other = other
            .take_while(|&number| named.is_none_or(|named| number > named))
            .find(matches);
        other
            .or(named)
            .is_some_and(|&number| !self.patterns[number].is_negative())
    }
}

/// As git reads a line: spaces at its end count when they are escaped.
fn without_trailing_spaces(line: &str) -> &str {
    let bare = line.trim_end_matches(' ');
    let escapes = bare.len() - bare.trim_end_matches('\\').len();
    if escapes % 2 == 1 && bare.len() < line.len() {
        &line[..=bare.len()]
    } else {
        bare
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(patterns: &[&str], path: &str) -> bool {
        let ignore = Ignore::new(patterns);
        match path.strip_suffix('/') {
            Some(path) => ignore.has(path.as_bytes(), true),
            None => ignore.has(path.as_bytes(), false),
        }
    }

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        for (patterns, path, expected) in [
            (&["*.o"][..], "a/b.o", true),
            (&["*.o"], "a/b.c", false),
            (&["/.cache/"], ".cache/", true),
            (&["/.cache/"], ".cache", false),
            (&["/.cache/"], "a/.cache/", false),
            (&[".cache"], "a/.cache", true),
            (&["node_modules/"], "src/x/node_modules/", true),
            (&["a/b"], "a/b", true),
            (&["a/b"], "x/a/b", false),
            (&["**/a/b"], "x/a/b", true),
            (&["a/**/b"], "a/x/y/b", true),
            (&["a/**"], "a/x/y", true),
            (&["a/*/Cache"], "a/x/Cache/", true),
            (&["a/*/Cache"], "a/x/y/Cache/", false),
            (&["x?"], "d/x1", true),
            (&["[ab]c"], "bc", true),
            (&["*", "!keep"], "keep", false),
            (&["!keep", "*"], "keep", true),
            (&["keep", "!*p"], "keep", false),
            (&["!*p", "keep"], "keep", true),
            (&["# not", ""], "# not", false),
            (&["\\#yes"], "#yes", true),
            (&["\\!yes"], "!yes", true),
            (&["trailing  "], "trailing", true),
            (&["space\\ "], "space ", true),
            (&["space\\ "], "space", false),
            (&["Case"], "case", false),
        ] {
            assert_eq!(ignored(patterns, path), expected, "{patterns:?} {path}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_matched() {
        let ignore = Ignore::new(["*.bak"]);
        assert!(ignore.has(b"d\xff/\xfe.bak", false));
        assert!(!ignore.has(b"d\xff/\xfe", false));
    }
}
