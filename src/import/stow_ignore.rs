//! What GNU stow leaves alone in a package (stow manual, "Ignore Lists").

use regex_lite::Regex;

/// The list that stow has built in.
const BUILT_IN: &str = r"
RCS
.+,v
CVS
\.\#.+
\.cvsignore
\.svn
_darcs
\.hg
\.git
\.gitignore
\.gitmodules
.+~
\#.*\#
^/README.*
^/LICENSE.*
^/COPYING
";

/// The patterns of one package.
#[derive(Debug)]
pub(super) struct Ignore {
    /// Of the last component of a path.
    names: Vec<Regex>,
    /// Of the path from the package, which starts with `/`.
    paths: Vec<Regex>,
    /// Those that could not be read.
    pub(super) unknown: Vec<String>,
}

impl Ignore {
    /// From the text of a list; without one, stow's own.
    pub(super) fn new(list: Option<&str>) -> Self {
        let mut ignore = Self {
            names: Vec::new(),
            paths: Vec::new(),
            unknown: Vec::new(),
        };
        for line in list.unwrap_or(BUILT_IN).lines() {
            let pattern = without_comment(line);
            if pattern.is_empty() {
                continue;
            }
            let is_path = pattern.contains('/');
            let whole = if is_path {
                format!("(^|/)({pattern})(/|$)")
            } else {
                format!("^({pattern})$")
            };
            match Regex::new(&whole) {
                Ok(regex) if is_path => ignore.paths.push(regex),
                Ok(regex) => ignore.names.push(regex),
                Err(_) => ignore.unknown.push(pattern),
            }
        }
        ignore
    }

    /// Whether stow leaves `path` alone, which starts from the package.
    pub(super) fn has(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let whole = format!("/{path}");
        path == ".stow-local-ignore"
            || self.names.iter().any(|regex| regex.is_match(name))
            || self.paths.iter().any(|regex| regex.is_match(&whole))
    }
}

/// A line without its comment: one that starts it, or stands behind a blank.
/// `\#` is a sharp.
fn without_comment(line: &str) -> String {
    let line = line.trim();
    if line.starts_with('#') {
        return String::new();
    }
    let mut before = ' ';
    let end = line.char_indices().find(|&(_, c)| {
        let starts = c == '#' && before.is_whitespace();
        before = c;
        starts
    });
    let text = end.map_or(line, |(at, _)| &line[..at]);
    text.trim_end().replace("\\#", "#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_stow_itself() {
        let ignore = Ignore::new(None);
        for path in [
            "README.md",
            "LICENSE",
            ".git",
            "a/.gitignore",
            "x~",
            "a/#x#",
            "a/CVS",
            ".#x",
        ] {
            assert!(ignore.has(path), "{path}");
        }
        for path in [
            "a/README.md",
            ".bashrc",
            "gitignore",
            "a/LICENSE2",
            ".gitconfig",
        ] {
            assert!(!ignore.has(path), "{path}");
        }
    }

    #[test]
    fn a_list_of_the_package_replaces_it() {
        let ignore = Ignore::new(Some("# mine\n^/notes\\.txt\n.*\\.bak # copies\n\\#x\n(\n"));
        for path in ["notes.txt", "a/b.bak", "#x", ".stow-local-ignore"] {
            assert!(ignore.has(path), "{path}");
        }
        for path in ["a/notes.txt", "README.md", "b.bak2"] {
            assert!(!ignore.has(path), "{path}");
        }
        assert_eq!(ignore.unknown, ["("]);
    }
}
