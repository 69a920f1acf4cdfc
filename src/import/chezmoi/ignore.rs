//! `.chezmoiignore`: patterns of targets that chezmoi leaves alone.

use gix_glob::wildmatch;
use gix_glob::wildmatch::Mode;

/// The patterns of all such files.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    /// A pattern of a whole target path, and whether it takes one back in.
    patterns: Vec<(String, bool)>,
}

impl Ignore {
    /// Adds the patterns of a file in the directory whose target is `below`
    /// (empty: the home).
    pub(super) fn add(&mut self, text: &str, below: &str) {
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let (line, back) = match line.strip_prefix('!') {
                Some(rest) => (rest.trim(), true),
                None => (line, false),
            };
            if line.is_empty() {
                continue;
            }
            let line = line.trim_start_matches('/');
            let whole = if below.is_empty() {
                line.to_owned()
            } else {
                format!("{below}/{line}")
            };
            self.patterns
                .extend(braces(&whole).into_iter().map(|one| (one, back)));
        }
    }

    /// Whether chezmoi leaves `target` alone. What takes one back in outranks
    /// all others.
    pub(super) fn has(&self, target: &str) -> bool {
        let is = |back: bool| {
            let mut patterns = self.patterns.iter().filter(|one| one.1 == back);
            patterns.any(|(pattern, _)| matches(pattern, target))
        };
        is(false) && !is(true)
    }
}

fn matches(pattern: &str, target: &str) -> bool {
    wildmatch(pattern.into(), target.into(), Mode::NO_MATCH_SLASH_LITERAL)
        // `**` stands for no directory at all, too.
        || pattern.strip_prefix("**/").is_some_and(|rest| matches(rest, target))
}

/// `a{b,c}` is `ab` and `ac`.
fn braces(pattern: &str) -> Vec<String> {
    let parts = pattern.split_once('{').and_then(|(before, rest)| {
        let (inner, after) = rest.split_once('}')?;
        Some((before, inner, after))
    });
    match parts {
        Some((before, inner, after)) => inner
            .split(',')
            .flat_map(|one| braces(&format!("{before}{one}{after}")))
            .collect(),
        None => vec![pattern.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignore(text: &str) -> Ignore {
        let mut ignore = Ignore::default();
        ignore.add(text, "");
        ignore
    }

    #[test]
    fn the_examples_of_the_reference() {
        let ignore =
            ignore("README.md\n*.txt   # not these\n*/*.txt # nor those below\nbackups/**\n");
        for path in ["README.md", "a.txt", "a/b.txt", "backups/x", "backups/x/y"] {
            assert!(ignore.has(path), "{path}");
        }
        for path in ["a/b/c.txt", "a/README.md", "backups", ".bashrc"] {
            assert!(!ignore.has(path), "{path}");
        }
    }

    #[test]
    fn what_is_taken_back_in_comes_first() {
        let ignore = ignore("!.config/keep\n.config/*\n**/*.bak\n*.{a,b}\n");
        assert!(ignore.has(".config/x") && !ignore.has(".config/keep"));
        assert!(ignore.has("x.bak") && ignore.has("a/b/x.bak"));
        assert!(ignore.has("x.a") && ignore.has("x.b") && !ignore.has("x.c"));
    }

    #[test]
    fn patterns_of_a_directory_are_for_that_directory() {
        let mut ignore = Ignore::default();
        ignore.add("x\n", ".config");
        assert!(ignore.has(".config/x") && !ignore.has("x"));
    }
}
