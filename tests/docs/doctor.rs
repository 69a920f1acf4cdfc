//! The page of the doctor is written from its catalogue.

use std::fmt::Write as _;
use std::fs;

use nhmt::reconcile::FindingKind;

use crate::in_the_way::{capital, name};

fn row(page: &mut String, kind: FindingKind) {
    let repair = if kind.is_repairable() { "yes" } else { "no" };
    let (sentence, remedy) = (kind.sentence(), capital(kind.remedy()));
    writeln!(
        page,
        "| `{}` | … {sentence} | {remedy}. | {repair} |",
        name(kind)
    )
    .unwrap();
}

fn expected() -> String {
    let mut page = String::from(
        "# What can be wrong

<!-- Written from src/reconcile/finding.rs: NHMT_WRITE_DOCS=1 cargo test --test docs -->

<!-- test: elsewhere: tests/black_box/doctor.rs -->

    $ nhmt doctor
    ! ~/.config/app is a link of nhmt's that no longer is declared
      `nhmt doctor --repair` removes it

`nhmt doctor` looks at nhmt's own affairs in a home: its state directory and records, the profile and the roots of its generations, the links that it made, hooks that are still to run; and at what [the session](session.md) that it is typed in lacks, when the home is that of who types. It changes nothing. What is in the way of managed paths is for [`nhmt realize`](in-the-way.md).

`nhmt doctor --repair` does what needs no decision, looks again, and says what is left. It deletes only what nhmt made: anything else in a folder of nhmt's goes to the [backups](conflicts-and-backups.md#backups), below `left-over/`, and a record that cannot be read stays beside the new one as `NAME.damaged-1`.

The exit code is 0 when nothing is wrong, else 1. With `--json` the findings come as

    {\"healthy\":false,
     \"findings\":[{\"advice\":false,\"kind\":\"left-over-link\",\"message\":\"~/.config/app is a link of nhmt's that no longer is declared\",\"remedy\":\"`nhmt doctor --repair` removes it\",\"repairable\":true,\"subject\":\"~/.config/app\"}],
     \"problems\":[],\"repaired\":[]}

`repaired` has the findings that `--repair` has put right, `problems` what it could not do, in sentences.

## Findings

The names in the first column are the `kind`; the sentences start with the subject.

| kind | what nhmt says of it | what to do | `--repair` |
| --- | --- | --- | --- |
",
    );
    let (advice, wrong): (Vec<FindingKind>, Vec<_>) = FindingKind::ALL
        .into_iter()
        .partition(|kind| kind.is_advice());
    for kind in wrong {
        row(&mut page, kind);
    }
    page.push_str(
        "
## Advice

Nothing is wrong then, and the exit code stays 0.

| kind | what nhmt says of it | what to do | `--repair` |
| --- | --- | --- | --- |
",
    );
    for kind in advice {
        row(&mut page, kind);
    }
    page
}

#[test]
fn it_has_every_kind_of_the_catalogue() {
    let path = super::root().join("docs/doctor.md");
    if std::env::var_os("NHMT_WRITE_DOCS").is_some() {
        fs::write(&path, expected()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        expected(),
        "docs/doctor.md is stale: NHMT_WRITE_DOCS=1 cargo test --test docs"
    );
}

/// `ALL` is written by hand.
#[test]
fn the_list_of_kinds_is_complete() {
    let source = super::root().join("src/reconcile/finding.rs");
    let text = fs::read_to_string(source).unwrap();
    let body = text.split("pub enum FindingKind {").nth(1).unwrap();
    let body = body.split("\n}").next().unwrap();
    let variants = body.lines().filter(|line| line.trim_end().ends_with(','));
    assert_eq!(variants.count(), FindingKind::ALL.len());
}
