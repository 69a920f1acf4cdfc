use nhmt::edit::Fault;
use nhmt::manifest::Format::Ini;

use crate::{merged, refused};

const LIVE: &str = "\
; mine
top = 1

[a]
# about one
one = 1
two = x y ; z
many = 1
many = 2
flag

[B]
Key=v
";

#[test]
fn comments_case_and_spacing_stay() {
    let declared = "top=2\nnew=1\n[a]\none=5\nmany=3\nother=o\n[b]\nkey=w\n";
    assert_eq!(
        merged(Ini, LIVE, declared, &[]),
        "\
; mine
top = 2
new = 1

[a]
# about one
one = 5
two = x y ; z
many = 3
flag
other = o

[B]
Key=v

[b]
key = w
"
    );
}

#[test]
fn what_is_undeclared_goes_and_comments_stay() {
    let before = "top=1\n[a]\none=1\nmany=1\nmany=2\n[B]\nKey=v\n";
    assert_eq!(
        merged(Ini, LIVE, "", &[before]),
        "; mine\n\n[a]\n# about one\ntwo = x y ; z\nflag\n"
    );
}

#[test]
fn added_and_taken_away_gives_the_same_bytes() {
    for live in [LIVE, "[a]\r\nx=1", "# head\n\n[s]\na: 1\n", "; only this\n"] {
        for declared in ["k=1\n", "[new]\nk=1\nk=2\n", "[a]\nk=v\n"] {
            let with = merged(Ini, live, declared, &[]);
            assert_ne!(with, live);
            assert_eq!(merged(Ini, &with, "", &[declared]), live, "{with:?}");
        }
    }
}

#[test]
fn values_that_may_go_on_are_not_changed_by_halves() {
    for live in ["[a]\nx = 1\n  more\n", "[a]\nx = 1 \\\nmore\n"] {
        let error = refused(Ini, live, "[a]\nx=2\n");
        assert_eq!((error.line, error.fault), (2, Fault::Unsupported));
        assert!(
            error.to_string().contains("may go on in the next line"),
            "{error}"
        );
        assert!(merged(Ini, live, "[b]\nx=2\n", &[]).starts_with(live));
    }
}

#[test]
fn sections_that_stand_twice_are_one() {
    let live = "[a]\nx=1\n[b]\n[a]\nx=2\ny=3\n";
    assert_eq!(
        merged(Ini, live, "[a]\nx=5\ny=4\n", &[]),
        "[a]\nx=5\n[b]\n[a]\ny=4\n"
    );
}

#[test]
fn what_is_no_ini_is_refused_with_its_place() {
    let error = refused(Ini, "a=1\n[b\n", "");
    assert_eq!(
        (error.line, error.column, error.fault),
        (2, 1, Fault::Syntax)
    );
}
