//! Texts that start programs: desktop entries, units, services of the bus.

use std::fs;
use std::path::Path;

use super::{WrapperError, WrapperRequest, at};

/// Keys whose value begins with a program (Desktop Entry Specification,
/// "Exec"; D-Bus Specification, "Message Bus Starting Services").
const KEYS: [&str; 2] = ["Exec=", "TryExec="];

/// Leads texts to the wrapped programs.
pub(super) struct Rewrite {
    /// Programs by the paths that texts may have, and their new ones.
    paths: Vec<(String, String)>,
    /// Programs by their bare names.
    names: Vec<(String, String)>,
}

impl Rewrite {
    pub(super) fn new(request: &WrapperRequest, out: &Path, wrapped: &[String]) -> Self {
        let roots = request.packages.iter().flat_map(|package| &package.paths);
        let place = |name: &String| out.join("bin").join(name).display().to_string();
        let paths = roots.flat_map(|root| {
            wrapped.iter().map(move |name| {
                let old = root.join("bin").join(name).display().to_string();
                (old, place(name))
            })
        });
        Self {
            paths: paths.collect(),
            names: wrapped
                .iter()
                .map(|name| (name.clone(), place(name)))
                .collect(),
        }
    }

    /// Writes those texts of a directory anew that start a wrapped program;
    /// everything else stays a link.
    pub(super) fn directory(&self, directory: &Path) -> Result<(), WrapperError> {
        for entry in at(directory, fs::read_dir(directory))? {
            let path = at(directory, entry)?.path();
            // What is no text starts nothing.
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let new = self.text(&text);
            if new != text {
                at(&path, fs::remove_file(&path))?;
                at(&path, fs::write(&path, new))?;
            }
        }
        Ok(())
    }

    fn text(&self, text: &str) -> String {
        let lines = text.split_inclusive('\n').map(|line| self.line(line));
        lines.collect()
    }

    fn line(&self, line: &str) -> String {
        for key in KEYS {
            if let Some(value) = line.strip_prefix(key)
                && let Some((name, place)) = self.names.iter().find(|(name, _)| begins(value, name))
            {
                return format!("{key}{place}{}", &value[name.len()..]);
            }
        }
        let mut line = line.to_owned();
        for (old, new) in &self.paths {
            line = replaced(&line, old, new);
        }
        line
    }
}

/// Whether `value` begins with the word `name`.
fn begins(value: &str, name: &str) -> bool {
    let rest = value.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// `line` with the path `new` for `old`, where that is a whole path: not for
/// the beginning of a longer name.
fn replaced(line: &str, old: &str, new: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(old) {
        let (before, found) = rest.split_at(at);
        let behind = &found[old.len()..];
        let goes_on = behind.starts_with(|c: char| c.is_alphanumeric() || "-_.+/".contains(c));
        text.push_str(before);
        text.push_str(if goes_on { old } else { new });
        rest = behind;
    }
    text + rest
}
