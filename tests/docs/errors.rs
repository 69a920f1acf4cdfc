//! The page of errors has the words of the program.

use std::fs;

use walkdir::WalkDir;

/// Words in a row that a message has to share with the source.
const WORDS: usize = 3;

/// What Nix, clap, serde or the example itself says, or what is put together from
/// short parts.
const OTHERS_SAY: [&str; 7] = [
    "unexpected argument",
    "syntax error, unexpected",
    "invalid type:",
    "unknown field",
    "expected `,` or `}`",
    "3:29: not yet",
    "no roots today",
];

/// Failures of the machine that no test can bring about at that very place:
/// it has no shell, no signals, no file of the running program, or what was
/// there a moment before is gone.
const CANNOT_BE_TRIED: [&str; 11] = [
    "cannot find nhmt's own executable",
    "cannot find the current directory",
    "cannot read the answer",
    "cannot run /bin/sh, which starts bubblewrap",
    "cannot start again with HOME=",
    "cannot start nix",
    "cannot start the editor",
    "cannot wait for signals",
    "the units in",
    "what Nix printed is not understood",
    "as Nix archives it",
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

/// What begins a message for the person, up to its literal.
const BEGINNINGS: [&str; 3] = ["#[error(", "Failure::new(", "EvalError::new("];

/// What may stand between that and the literal.
const BETWEEN: [&str; 6] = [
    "format_args!(",
    "format!(",
    "ErrorKind::Configuration,",
    "ErrorKind::Machine,",
    "ErrorKind::Build,",
    "ErrorKind::Killed,",
];

/// The program's sources: what runs, and the tests beside it.
fn program() -> (Vec<String>, String) {
    let (mut runs, mut tests) = (Vec::new(), String::new());
    for entry in WalkDir::new(super::root().join("src")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let of_tests = path.components().any(|part| part.as_os_str() == "tests")
            || path
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .ends_with("tests");
        let start = if of_tests {
            Some(0)
        } else {
            text.find("\n#[cfg(test)]\nmod ")
        };
        let (run, beside) = text.split_at(start.unwrap_or(text.len()));
        runs.push(run.to_owned());
        tests.push_str(beside);
    }
    (runs, tests)
}

/// The messages that stand in `text` as one literal.
fn messages(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for beginning in BEGINNINGS {
        for rest in text.split(beginning).skip(1) {
            let mut rest = rest.trim_start();
            while let Some(behind) = BETWEEN.iter().find_map(|word| rest.strip_prefix(word)) {
                rest = behind.trim_start();
            }
            if let Some(rest) = rest.strip_prefix('"') {
                all.push(words(&literal(rest)));
            }
        }
    }
    all
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

/// The messages of `all` of which no part stands in `text`. What is filled in
/// stands there as an example; a message that has hardly anything else hands
/// on what another says, and is passed over.
fn missing<'m>(all: &'m [String], text: &str) -> Vec<&'m String> {
    let is_absent = |message: &&String| {
        let parts = message.split(['{', '}']).step_by(2);
        let mut known = parts
            .filter(|part| part.split(' ').count() > WORDS)
            .peekable();
        known.peek().is_some() && !known.any(|part| shares(part.trim(), text))
    };
    all.iter().filter(is_absent).collect()
}

#[test]
fn every_error_of_the_program_is_on_a_page_and_has_a_test() {
    let (runs, unit_tests) = program();
    let all: Vec<String> = runs.iter().flat_map(|text| messages(text)).collect();
    assert!(all.len() > 150, "{}", all.len());

    let pages = ["errors.md", "in-the-way.md", "doctor.md"].map(super::page);
    let unsaid = missing(&all, &words(&pages.concat()));
    assert!(unsaid.is_empty(), "not on docs/errors.md: {unsaid:#?}");

    let folders = ["black_box", "nix_black_box", "proofs", "nix"];
    let tests = folders
        .map(|folder| source(&format!("tests/{folder}")))
        .concat();
    let tests = tests + &words(&unit_tests.replace("\\\n", " "));
    let mut untried = missing(&all, &tests);
    untried.retain(|message| !CANNOT_BE_TRIED.iter().any(|words| message.contains(words)));
    assert!(untried.is_empty(), "no test has these: {untried:#?}");
}
