//! From what Nix calls the files of a flake to where a person edits them.

use std::fs;
use std::path::{Path, PathBuf};

use super::flake::encoded;
use super::message::Message;
use super::run::Log;

/// The directory that a local flake lies in. Nix evaluates a copy of it in the
/// store, and newer versions name its files `«git+file:///home/alice/x»/…`.
#[derive(Debug)]
pub(super) struct WorkingTree<'a> {
    root: &'a Path,
    /// The place of `flake.nix` in it.
    flake: PathBuf,
    store: PathBuf,
}

impl<'a> WorkingTree<'a> {
    /// Of the flake in `directory`, of which Nix copies `root`: a flake below a
    /// work tree of git has all of it for its source.
    pub fn new(directory: &Path, root: &'a Path, store: PathBuf) -> Self {
        let inside = directory.strip_prefix(root).unwrap_or(Path::new(""));
        Self {
            root,
            flake: inside.join("flake.nix"),
            store,
        }
    }

    /// Puts the working tree's paths in the place of the copy's.
    pub fn localize_log(&self, log: &mut Log) {
        for message in &mut log.errors {
            let Message {
                msg, raw_msg, file, ..
            } = message;
            *msg = self.localize(msg);
            *raw_msg = raw_msg.as_deref().map(|text| self.localize(text));
            *file = file.as_deref().map(|text| self.localize(text));
        }
        log.raw = self.localize(&log.raw);
        for line in log.builders.values_mut().flatten() {
            *line = self.localize(line);
        }
    }

    fn localize(&self, text: &str) -> String {
        let text = self.without_copies(text);
        self.without_urls(&text)
    }

    /// Replaces `/nix/store/…-source/x.nix`.
    fn without_copies(&self, text: &str) -> String {
        const MARK: &str = "-source/";
        let store = format!("{}/", self.store.display());
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(&store) {
            let (before, path) = rest.split_at(at);
            out.push_str(before);
            let name = path[store.len()..].find('/').map(|n| n + store.len() + 1);
            let inside = name
                .filter(|&end| path[..end].ends_with(MARK))
                .map(|end| (end, file_name(&path[end..])));
            rest = match inside {
                Some((end, file)) if self.is_copy(&path[..end], file) => {
                    out.push_str(&self.root.join(file).display().to_string());
                    &path[end + file.len()..]
                }
                _ => {
                    out.push_str(&store);
                    &path[store.len()..]
                }
            };
        }
        out.push_str(rest);
        out
    }

    /// Whether `source` is the copy of this directory, as far as `file` goes.
    /// Inputs may have files of the same names, with other content.
    fn is_copy(&self, source: &str, file: &str) -> bool {
        let same = |file: &Path| {
            let (copy, own) = (Path::new(source).join(file), self.root.join(file));
            fs::read(own).is_ok_and(|own| fs::read(copy).is_ok_and(|copy| copy == own))
        };
        if file.is_empty() {
            return false;
        }
        // A file that is missed was never copied.
        let missed = !Path::new(source).join(file).exists();
        same(Path::new(file)) || missed && same(&self.flake)
    }

    /// Replaces `«git+file:///home/alice/x»/y.nix`.
    fn without_urls(&self, text: &str) -> String {
        let root = self.root.display().to_string();
        let urls = ["path:", "git+file://"].map(|scheme| {
            [
                format!("{scheme}{root}"),
                format!("{scheme}{}", encoded(self.root)),
            ]
        });
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('«') {
            out.push_str(before);
            let Some((url, after)) = behind.split_once('»') else {
                out.push('«');
                rest = behind;
                continue;
            };
            let path = url.split('?').next().unwrap_or(url);
            if after.starts_with('/') && urls.as_flattened().iter().any(|known| known == path) {
                out.push_str(&root);
            } else {
                out.extend(["«", url, "»"]);
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// What `text` starts with, up to what cannot be part of a file's name in an
/// error.
fn file_name(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || "'\"`:,;)»".contains(c));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_flake_are_named_where_they_are_edited() {
        let dir = tempfile::tempdir().unwrap();
        let (root, store) = (dir.path().join("flake"), dir.path().join("store"));
        let copy = store.join("pz24gxw5baxl7v3w662mshx9qhz43x5w-source");
        for (at, text) in [(&root, "mine"), (&copy, "mine")] {
            fs::create_dir_all(at).unwrap();
            fs::write(at.join("home.nix"), text).unwrap();
        }
        fs::write(root.join("flake.nix"), "mine").unwrap();
        fs::write(copy.join("flake.nix"), "another flake's").unwrap();
        let tree = WorkingTree::new(&root, &root, store);
        let (copy, here) = (copy.display(), root.display());
        let said = format!("at {copy}/home.nix:3 and `{copy}/flake.nix' and {copy}/x");
        let meant = format!("at {here}/home.nix:3 and `{copy}/flake.nix' and {copy}/x");
        assert_eq!(tree.localize(&said), meant);
        let said = format!("«path:{here}?narHash=x»/home.nix:1:2 «path:/y»/z «string»:1");
        let meant = format!("{here}/home.nix:1:2 «path:/y»/z «string»:1");
        assert_eq!(tree.localize(&said), meant);
    }
}
