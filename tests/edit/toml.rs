use nhmt::edit::{Fault, merge};
use nhmt::manifest::Format::Toml;

use crate::{merged, refused};

const LIVE: &str = "\
# mine
title = 'x'   # why

[a]
# about one
one = 1
two = { x = 1, y = 2 }

[[list]]
n = 1

[c.d]
deep = true # yes
";

#[test]
fn comments_order_and_spelling_stay() {
    let declared =
        "title = \"y\"\nnew = 1\n[a]\none = 2\n[a.two]\ny = 3\n[c]\nx = 5\n[e.f]\ng = 1\n";
    let text = merged(Toml, LIVE, declared, &[]);
    assert_eq!(
        text,
        "\
# mine
title = \"y\"   # why
new = 1

[a]
# about one
one = 2
two = { x = 1, y = 3 }

[[list]]
n = 1

[c]
x = 5

[c.d]
deep = true # yes

[e.f]
g = 1
"
    );
}

#[test]
fn what_is_undeclared_goes_and_comments_stay() {
    let before = "title = 'x'\n[a]\none = 1\n[a.two]\nx = 1\ny = 7\n[c.d]\ndeep = true\n";
    let text = merged(Toml, LIVE, "", &[before]);
    assert_eq!(
        text,
        "# mine\n\n[a]\n# about one\ntwo = { y = 2 }\n\n[[list]]\nn = 1\n"
    );
}

#[test]
fn added_and_taken_away_gives_the_same_bytes() {
    for live in [
        LIVE,
        "a.b = 1\r\n[x]\r\n",
        "# only a comment\n",
        "x = '''\na'''",
    ] {
        for declared in [
            "k = 1\n",
            "[t]\nk = [1, 2]\n\n[t.u]\nv = 1\n",
            "[[q]]\nz = 1\n[[q]]\nz = 2\n",
        ] {
            let with = merged(Toml, live, declared, &[]);
            assert_ne!(with, live);
            assert_eq!(merged(Toml, &with, "", &[declared]), live, "{with}");
        }
    }
}

#[test]
fn forms_of_tables_meet() {
    let declared = "[a]\nb = 2\nc = 3\n";
    assert_eq!(
        merged(Toml, "a.b = 1\n", declared, &[]),
        "a.b = 2\na.c = 3\n"
    );
    assert_eq!(
        merged(Toml, "a = {b = 1}\n", declared, &[]),
        "a = { b = 2, c = 3 }\n"
    );
    assert_eq!(
        merged(Toml, "a = 5 # x\n", declared, &[]),
        "a = { b = 2, c = 3 } # x\n"
    );
    assert_eq!(
        merged(Toml, "[a.x]\ny = 1\n", declared, &[]),
        "[a]\nb = 2\nc = 3\n[a.x]\ny = 1\n"
    );
    assert_eq!(merged(Toml, "[a]\nx = 1\n", "a = 3\n", &[]), "a = 3\n");
    assert_eq!(
        merged(Toml, "l = [1]\nd = 1979-05-27\n", "[[l]]\nx = 1\n", &[]),
        "l = [{ x = 1 }]\nd = 1979-05-27\n"
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let error = refused(Toml, "a = 1\nb = = 2\n", "");
    assert_eq!((error.line, error.fault), (2, Fault::Syntax));
    assert_eq!(refused(Toml, "a = 1\na = 2\n", "").line, 2);
    assert!(merge(Toml, Some("x = 1"), "not toml", &[]).is_err());
    assert_eq!(
        refused(Toml, &format!("a = {}", "[".repeat(100_000)), "").fault,
        Fault::Syntax
    );
}
