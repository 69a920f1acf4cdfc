//! Which options have to do with words, the closest first.

use crate::eval::OptionEntry;

/// Those of `entries` that every one of `words` has to do with; all in the
/// order of their names when there are none.
pub(super) fn search<'a>(
    entries: impl Iterator<Item = &'a OptionEntry>,
    words: &[String],
) -> Vec<&'a OptionEntry> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let mut found: Vec<(u32, &OptionEntry)> = entries
        .filter_map(|entry| {
            let text = Text::of(entry);
            let scores: Option<Vec<u32>> = words.iter().map(|word| text.score(word)).collect();
            Some((scores?.iter().sum(), entry))
        })
        .collect();
    let is_search = !words.is_empty();
    found.sort_by(|(left, a), (right, b)| {
        // Equally close: what is nearer to the top.
        let depth = |entry: &OptionEntry| if is_search { entry.loc.len() } else { 0 };
        right
            .cmp(left)
            .then_with(|| (depth(a), &a.loc).cmp(&(depth(b), &b.loc)))
    });
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The option whose name differs least from what was typed, or so much of its
/// name as was typed.
pub(super) fn nearest<'a>(entries: &'a [OptionEntry], words: &[String]) -> Option<&'a str> {
    let typed = words.join(".").to_lowercase();
    let dots = typed.matches('.').count();
    let beginning = |name: &'a str| {
        let end = name.match_indices('.').nth(dots);
        &name[..end.map_or(name.len(), |(at, _)| at)]
    };
    let (distance, name) = entries
        .iter()
        .filter(|entry| !entry.internal)
        .flat_map(|entry| [&*entry.name, beginning(&entry.name)])
        .map(|name| (strsim::osa_distance(&name.to_lowercase(), &typed), name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance * 3 <= typed.chars().count()).then_some(name)
}

/// What of an option is searched, in lower case.
struct Text {
    name: String,
    parts: Vec<String>,
    /// The words in the name: `userName` has two.
    words: Vec<String>,
    description: String,
}

impl Text {
    fn of(entry: &OptionEntry) -> Self {
        let words = entry.loc.iter().flat_map(|part| humps(part)).collect();
        Self {
            name: entry.name.to_lowercase(),
            parts: entry.loc.iter().map(|part| part.to_lowercase()).collect(),
            words,
            description: entry.description.as_deref().unwrap_or("").to_lowercase(),
        }
    }

    /// How much a word, in lower case, has to do with the option.
    fn score(&self, word: &str) -> Option<u32> {
        let last = self.parts.last().map_or("", String::as_str);
        let typo = || {
            let allowed = match word.chars().count() {
                0..4 => return false,
                4..8 => 1,
                _ => 2,
            };
            let near = |other: &String| strsim::osa_distance(other, word) <= allowed;
            self.words.iter().chain(&self.parts).any(near)
        };
        let described = || self.description.split(|c: char| !c.is_alphanumeric());
        let score = if self.name == word {
            1000
        } else if self.name.starts_with(word) && self.name[word.len()..].starts_with('.') {
            900
        } else if last == word {
            800
        } else if self.parts.iter().any(|part| part == word) {
            700
        } else if self.words.iter().any(|part| part == word) {
            600
        } else if self.words.iter().any(|part| part.starts_with(word)) {
            500
        } else if self.name.contains(word) {
            400
        } else if described().any(|other| other == word) {
            300
        } else if word.chars().count() > 2 && abbreviates(word, &self.words) {
            200
        } else if typo() {
            150
        } else if self.description.contains(word) {
            100
        } else {
            return None;
        };
        Some(score)
    }
}

/// The words of a name such as `userName` or `at-risk`, in lower case.
fn humps(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words
                .last_mut()
                .expect("there is always one")
                .extend(c.to_lowercase());
        }
        was_lower = !c.is_uppercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether `word` is made of beginnings of `words`, in their order: `pgun` is
/// of `programs.git.userName`.
fn abbreviates(word: &str, words: &[String]) -> bool {
    if word.is_empty() {
        return true;
    }
    words.iter().enumerate().any(|(place, other)| {
        let same = word.chars().zip(other.chars());
        let common = same.take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8());
        let mut end = 0;
        common.into_iter().any(|length| {
            end += length;
            abbreviates(&word[end..], &words[place + 1..])
        })
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn entry(name: &str, kind: &str) -> OptionEntry {
        OptionEntry {
            name: name.to_owned(),
            loc: name.split('.').map(str::to_owned).collect(),
            kind: kind.to_owned(),
            default: None,
            example: None,
            description: None,
            read_only: false,
            internal: false,
            hidden: false,
            declared_in: Vec::new(),
        }
    }

    fn all() -> Vec<OptionEntry> {
        let mut all: Vec<_> = [
            ("programs.git.enable", "Whether to enable Git."),
            ("programs.git.userName", "Your name in commits."),
            ("home.username", "The login name."),
            ("home.sessionVariables", "Environment variables."),
            ("home.sessionPath", "Directories to put before PATH."),
            ("home.shellAliases", "Aliases for every shell."),
        ]
        .map(|(name, description)| OptionEntry {
            description: Some(description.to_owned()),
            ..entry(name, "string")
        })
        .into();
        all[0].kind = "boolean".to_owned();
        all
    }

    fn names(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let all = all();
        let found = search(all.iter(), &words);
        found.iter().map(|entry| entry.name.clone()).collect()
    }

    #[test]
    fn the_closest_come_first_and_every_word_counts() {
        assert_eq!(
            names(&["username"])[..2],
            ["home.username", "programs.git.userName"]
        );
        assert_eq!(names(&["git", "name"]), ["programs.git.userName"]);
        assert_eq!(
            names(&["programs.git"]),
            ["programs.git.enable", "programs.git.userName"]
        );
        assert_eq!(names(&["environment"]), ["home.sessionVariables"]);
        assert_eq!(
            names(&["session"])[..2],
            ["home.sessionPath", "home.sessionVariables"]
        );
        assert_eq!(names(&["git", "aliases"]), [""; 0]);
    }

    #[test]
    fn abbreviations_and_slips_are_understood() {
        assert_eq!(names(&["hsvar"]), ["home.sessionVariables"]);
        assert_eq!(names(&["alaises"]), ["home.shellAliases"]);
        assert_eq!(names(&["SESSIONPATH"]), ["home.sessionPath"]);
    }

    #[test]
    fn without_words_all_are_there_by_name() {
        let names = names(&[]);
        assert_eq!(names.len(), all().len());
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn the_nearest_is_named_when_it_is_near() {
        let nearest = |word: &str| nearest(&all(), &[word.to_owned()]).map(str::to_owned);
        assert_eq!(
            nearest("programs.get.enabled").as_deref(),
            Some("programs.git.enable")
        );
        assert_eq!(nearest("programs.gti").as_deref(), Some("programs.git"));
        assert_eq!(nearest("xyzzy"), None);
    }
}
