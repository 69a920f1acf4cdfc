//! What a switch gives, path by path.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{By, Files, Leaf, Node, PATHS, State};

/// What nhmt knows of a file that is no link.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    by: By,
    /// nhmt made it.
    created: bool,
    /// The whole of it, as long as nobody else has written to it.
    own: Option<String>,
    /// What was declared.
    part: String,
    mode: u32,
}

/// What nhmt remembers of a home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Memory {
    files: BTreeMap<&'static str, Known>,
    /// The directories that it made.
    made: BTreeSet<String>,
}

/// What is at a path after a switch.
type Outcome = (Option<Node>, Option<Known>);

const BEGIN: &str = "# >>> nhmt >>>\n";
const END: &str = "# <<< nhmt <<<\n";

/// The home and the memory after a switch; `None` when something is in the way
/// and may not be backed up.
pub(super) fn switched(
    before: &State,
    memory: &Memory,
    (old, new): (&Files, &Files),
    consent: bool,
) -> Option<(State, Memory)> {
    let (mut state, mut after) = (before.clone(), memory.clone());
    for path in PATHS {
        let node = before.get(path);
        let case = Case {
            node,
            known: memory.files.get(path),
            was_link: old.get(path).is_some_and(Leaf::is_link),
            consent,
        };
        let (there, known) = match new.get(path) {
            Some(leaf) => case.declared(leaf)?,
            None => case.undeclared(),
        };
        if there.as_ref() != node {
            state.retain(|at, _| !at.starts_with(&format!("{path}/")));
            state.remove(path);
        }
        if let Some(there) = there {
            for (end, _) in path.match_indices('/') {
                let dir = path[..end].to_owned();
                if state.insert(dir.clone(), Node::Directory).is_none() {
                    after.made.insert(dir);
                }
            }
            state.insert(path.to_owned(), there);
        }
        after.files.remove(path);
        after.files.extend(known.map(|known| (path, known)));
    }
    for dir in memory.made.iter().rev() {
        let below = format!("{dir}/");
        let wanted = new.keys().any(|path| path.starts_with(&below));
        let full = state.keys().any(|path| path.starts_with(&below));
        if !wanted && !full {
            state.remove(dir);
            after.made.remove(dir);
        }
    }
    Some((state, after))
}

struct Case<'a> {
    node: Option<&'a Node>,
    known: Option<&'a Known>,
    was_link: bool,
    consent: bool,
}

/// Whether both arrive in the same way, whatever their modes and places.
fn is_like(one: By, other: By) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&other)
}

/// The keys and values of a text that is declared.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .collect()
}

impl Case<'_> {
    /// Whether nobody but nhmt has written this.
    fn is_own(&self, text: &str) -> bool {
        let known = self.known.filter(|known| known.created);
        known.is_some_and(|known| known.own.as_deref() == Some(text))
    }

    fn declared(&self, leaf: &Leaf) -> Option<Outcome> {
        if leaf.is_link() {
            return self.link(leaf);
        }
        let alike = self.known.filter(|known| is_like(known.by, leaf.by));
        let there = || self.node.cloned();
        if leaf.by == By::Seed && alike.is_some() {
            return Some((there(), self.known.cloned()));
        }
        match self.node {
            None | Some(Node::Own) => Some(fresh(leaf)),
            Some(_) if leaf.by == By::Seed => Some((there(), Some(known(leaf, false, None)))),
            Some(Node::File(text, _)) if alike.is_none() && self.is_own(text) => Some(fresh(leaf)),
            Some(Node::File(text, mode)) => match leaf.by {
                By::Copy(wanted) => self.copy(leaf, text, *mode, wanted),
                by => Some(self.shared(leaf, text, *mode, by)),
            },
            Some(_) => (alike.is_some() || self.consent).then(|| fresh(leaf)),
        }
    }

    fn link(&self, leaf: &Leaf) -> Option<Outcome> {
        let moves = match self.node {
            None | Some(Node::Own) => true,
            Some(Node::File(text, _)) => {
                let same = leaf.by == By::Link && *text == leaf.text();
                let copy = self
                    .known
                    .is_some_and(|known| matches!(known.by, By::Copy(_)));
                same || copy || self.is_own(text)
            }
            Some(_) => false,
        };
        (moves || self.was_link || self.consent).then_some((Some(Node::Own), None))
    }

    fn copy(&self, leaf: &Leaf, text: &str, mode: u32, wanted: u32) -> Option<Outcome> {
        let (want, own) = (leaf.text(), self.is_own(text));
        let edited = self
            .known
            .is_some_and(|known| matches!(known.by, By::Copy(_)));
        if text != want && !own && !edited && !self.consent {
            return None;
        }
        // Bits that a person set stay until others are declared.
        let stays = self.known.is_some_and(|known| known.mode == wanted) || mode == wanted;
        let untouched = text == want && stays;
        let mode = if stays { mode } else { wanted };
        let created = own || !untouched;
        let after = known(leaf, created, Some(want.clone()));
        Some((Some(Node::File(want, mode)), Some(after)))
    }

    /// A file in which others write, too.
    fn shared(&self, leaf: &Leaf, text: &str, mode: u32, by: By) -> Outcome {
        let alike = self.known.filter(|known| is_like(known.by, by));
        let part = leaf.text();
        let now = match by {
            By::Block { top } => with_block(text, &part, top),
            _ => merged(text, &part, alike.map_or("", |known| &known.part)),
        };
        let own = alike.is_some() && self.is_own(text);
        let created = alike.is_some_and(|known| known.created);
        let after = known(leaf, created, own.then(|| now.clone()));
        (Some(Node::File(now, mode)), Some(after))
    }

    fn undeclared(&self) -> Outcome {
        let there = || self.node.cloned();
        if self.node == Some(&Node::Own) {
            return (None, None);
        }
        let (Some(Node::File(text, mode)), Some(known)) = (self.node, self.known) else {
            return (there(), None);
        };
        let rest = match known.by {
            By::Copy(_) if self.is_own(text) => return (None, None),
            By::Merge => merged(text, "", &known.part),
            By::Block { .. } => match split(text) {
                Some((head, inside, tail)) if inside == known.part => format!("{head}{tail}"),
                _ => return (there(), None),
            },
            _ => return (there(), None),
        };
        if known.created && rest.trim().is_empty() {
            return (None, None);
        }
        (Some(Node::File(rest, *mode)), None)
    }
}

fn known(leaf: &Leaf, created: bool, own: Option<String>) -> Known {
    Known {
        by: leaf.by,
        created,
        own,
        part: leaf.text(),
        mode: mode(leaf),
    }
}

fn mode(leaf: &Leaf) -> u32 {
    match leaf.by {
        By::Copy(mode) => mode,
        _ => 0o644,
    }
}

/// A file of nhmt's own.
fn fresh(leaf: &Leaf) -> Outcome {
    let text = match leaf.by {
        By::Block { top } => with_block("", &leaf.text(), top),
        _ => leaf.text(),
    };
    let known = known(leaf, true, Some(text.clone()));
    (Some(Node::File(text, mode(leaf))), Some(known))
}

/// What is before, in and behind the block.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = text.split_once(BEGIN)?;
    let (inside, tail) = rest.split_once(END)?;
    Some((head, inside, tail))
}

fn with_block(text: &str, part: &str, top: bool) -> String {
    let (head, tail) = match split(text) {
        Some((head, _, tail)) => (head, tail),
        None if top => ("", text),
        None => (text, ""),
    };
    format!("{head}{BEGIN}{part}{END}{tail}")
}

/// `text` with the lines of `part`, and without those of `before` that nobody
/// changed.
fn merged(text: &str, part: &str, before: &str) -> String {
    if text.trim().is_empty() {
        return if part.is_empty() { text } else { part }.to_owned();
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (key, value) in pairs(part) {
        let line = format!("{key}={value}");
        let is_key = |line: &String| line.split('=').next() == Some(key);
        if let Some(at) = lines.iter().position(is_key) {
            lines[at] = line;
        } else {
            let last = lines.iter().rposition(|line| line.contains('='));
            lines.insert(last.map_or(lines.len(), |at| at + 1), line);
        }
    }
    for (key, value) in pairs(before) {
        if !pairs(part).iter().any(|(wanted, _)| *wanted == key) {
            lines.retain(|line| *line != format!("{key}={value}"));
        }
    }
    lines.join("\n") + if lines.is_empty() { "" } else { "\n" }
}
