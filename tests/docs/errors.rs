//! The page of errors has the words of the program.

use std::fs;

use walkdir::WalkDir;

/// Words in a row that a message has to share with the source.
const WORDS: usize = 3;

/// What Nix, serde or the example itself says, or what is put together from
/// short parts.
const OTHERS_SAY: [&str; 6] = [
    "syntax error, unexpected",
    "invalid type:",
    "unknown field",
    "expected `,` or `}`",
    "3:29: not yet",
    "no roots today",
];

fn words(text: &str) -> String {
    let plain = text.replace("\\\"", "\"").replace("\\n", " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sources in `folder`, strings that go on in the next line joined.
fn source(folder: &str) -> String {
    let mut all = String::new();
    for entry in WalkDir::new(super::root().join(folder)) {
        let path = entry.unwrap().into_path();
        let extension = path.extension().and_then(|e| e.to_str());
        if matches!(extension, Some("rs" | "nix")) {
            let text = fs::read_to_string(path).unwrap();
            all.push_str(&words(&text.replace("\\\n", " ")));
            all.push('\n');
        }
    }
    all
}

/// Whether some words in a row of `message` stand in `text`: three, or two
/// that are long.
fn shares(message: &str, text: &str) -> bool {
    const LONG: usize = 14;
    let words: Vec<_> = message.split(' ').collect();
    let rows = |number| words.windows(number).map(|some| some.join(" "));
    let mut rows = rows(WORDS).chain(rows(2).filter(|two| two.len() >= LONG));
    rows.any(|some| text.contains(&some))
}

#[test]
fn every_error_on_the_page_is_one_that_the_program_has() {
    let page = super::page("errors.md");
    let sources = ["src", "nix", "modules"].map(source).concat();
    let errors = page
        .lines()
        .filter_map(|line| line.strip_prefix("    error: "));
    let errors: Vec<_> = errors.collect();
    assert!(errors.len() >= 50, "{}", errors.len());
    let unknown: Vec<_> = errors
        .into_iter()
        .filter(|error| !OTHERS_SAY.iter().any(|words| error.contains(words)))
        .filter(|error| !shares(&words(error), &sources))
        .collect();
    assert!(unknown.is_empty(), "nhmt does not say: {unknown:#?}");
}

/// The messages of the error types in a file.
fn messages(file: &str) -> Vec<String> {
    let text = fs::read_to_string(super::root().join(file)).unwrap();
    let starts = text.split("#[error(").skip(1);
    let literals = starts.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    literals.map(|rest| words(&literal(rest))).collect()
}

/// A string up to its closing quote.
fn literal(rest: &str) -> String {
    let mut text = String::new();
    let mut characters = rest.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => match characters.next() {
                Some('"') => text.push('"'),
                _ => text.push(' '),
            },
            c => text.push(c),
        }
    }
    text
}

#[test]
fn every_error_that_stops_a_run_is_on_the_page() {
    let page = words(&super::page("errors.md"));
    let files = [
        "src/generation/profile.rs",
        "src/generation/selector.rs",
        "src/home/lock.rs",
        "src/hook/memory.rs",
        "src/import/found.rs",
        "src/reconcile/backups.rs",
        "src/reconcile/error.rs",
        "src/secret/error.rs",
        "src/store/nix/error.rs",
    ];
    let mut missing = Vec::new();
    let mut number = 0;
    for message in files.into_iter().flat_map(messages) {
        // Parts that are filled in stand on the page as an example.
        let parts: Vec<_> = message.split(['{', '}']).step_by(2).collect();
        let said = |part: &&str| part.split(' ').count() > WORDS;
        let mut known = parts.iter().filter(|part| said(part)).peekable();
        if known.peek().is_none() {
            continue;
        }
        number += 1;
        if !known.any(|part| shares(part.trim(), &page)) {
            missing.push(message);
        }
    }
    assert!(number >= 20, "{number}");
    assert!(missing.is_empty(), "not on docs/errors.md: {missing:#?}");
}
