//! The page of what can be in the way is written from the catalogues.

use std::fmt::Write as _;
use std::fs;

use nhmt::reconcile::{ConflictKind, DriftKind};
use serde::Serialize;

/// A kind as it is in JSON.
pub(super) fn name(kind: impl Serialize) -> String {
    let value = serde_json::to_value(kind).unwrap();
    value.as_str().unwrap().to_owned()
}

pub(super) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn expected() -> String {
    let mut page = String::from(
        "# What can be in the way

<!-- Written from src/reconcile/conflict.rs and drift.rs: NHMT_WRITE_DOCS=1 cargo test --test docs -->

[Deal with files in the way](conflicts-and-backups.md) says what nhmt does about it. The names in the first column are the `kind` of [JSON output](command-line.md#realize); the sentences start with the path.

## Conflicts

Something that nhmt did not put there, in the place of a managed path or of a directory above one.

| kind | what nhmt says of it | what to do | `-b` moves it away |
| --- | --- | --- | --- |
",
    );
    for kind in ConflictKind::ALL {
        let moves = if kind.can_be_backed_up() { "yes" } else { "no" };
        let (sentence, remedy) = (kind.sentence(), capital(kind.remedy()));
        writeln!(
            page,
            "| `{}` | … {sentence} | {remedy}. | {moves} |",
            name(kind)
        )
        .unwrap();
    }
    page.push_str(
        "
## Drift

A managed path that is no longer what nhmt left there.

| kind | what nhmt says of it | what happens, and what to do |
| --- | --- | --- |
",
    );
    for kind in DriftKind::ALL {
        let (sentence, remedy) = (kind.sentence(), capital(kind.remedy()));
        writeln!(page, "| `{}` | … {sentence} | {remedy}. |", name(kind)).unwrap();
    }
    page.push_str(
        "
When the new generation does not have the path any more, what is there stays as it is and is yours. Where managed files are to lie below it, a file goes to the backups all the same.
",
    );
    page
}

#[test]
fn it_has_every_kind_of_the_catalogues() {
    let path = super::root().join("docs/in-the-way.md");
    if std::env::var_os("NHMT_WRITE_DOCS").is_some() {
        fs::write(&path, expected()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        expected(),
        "docs/in-the-way.md is stale: NHMT_WRITE_DOCS=1 cargo test --test docs"
    );
}
