use nhmt::edit::Fault;
use nhmt::manifest::Format::Yaml;

use crate::{merged, refused};

const LIVE: &str = "\
# mine
theme: dark   # why
editor:
  # about tabs
  tabs: 4
  rulers: [80, 100]

  font:
      family: Mono
list:
- a
- b
flow: {x: 1, y: {z: 2}}
empty:
text: |
  one
  two
# the end
";

#[test]
fn comments_order_and_style_stay() {
    let declared = "theme: light\neditor:\n  tabs: 8\n  font:\n    size: 12\n  wrap: true\nflow:\n  y:\n    z: 3\n    \
                    w: [1]\nempty: now\nnew:\n  k: v\n";
    assert_eq!(
        merged(Yaml, LIVE, declared, &[]),
        "\
# mine
theme: light   # why
editor:
  # about tabs
  tabs: 8
  rulers: [80, 100]

  font:
      family: Mono
      size: 12
  wrap: true
list:
- a
- b
flow: {x: 1, y: {z: 3, \"w\": [1]}}
empty: now
text: |
  one
  two
new:
  k: v
# the end
"
    );
}

#[test]
fn what_is_undeclared_goes_and_comments_stay() {
    let before = "theme: dark\neditor:\n  tabs: 4\n  font:\n    family: Mono\nlist: [a, b]\nflow:\n  x: 1\ntext: |\n  one\n  two\n";
    assert_eq!(
        merged(Yaml, LIVE, "", &[before]),
        "# mine\neditor:\n  # about tabs\n  rulers: [80, 100]\n\nflow: {y: {z: 2}}\nempty:\n# the end\n"
    );
    assert_eq!(
        merged(Yaml, "a:\n  b: 1\nc: 2\n", "a: {}\n", &["a:\n  b: 1\n"]),
        "a: {}\nc: 2\n"
    );
}

#[test]
fn added_and_taken_away_gives_the_same_bytes() {
    for live in [
        LIVE,
        "a: 1",
        "---\na:\r\n  - 1\r\n",
        "a: |+\n  x\n\n",
        "{a: 1}\n",
        "# only this\n",
        "{}",
    ] {
        for declared in [
            "k: 1\n",
            "k:\n  l: [1]\n  m:\n    n: \"x: y\"\n",
            "k: \"a\\nb\\n\"\n",
        ] {
            let with = merged(Yaml, live, declared, &[]);
            assert_ne!(with, live);
            assert_eq!(merged(Yaml, &with, "", &[declared]), live, "{with:?}");
        }
    }
}

#[test]
fn a_value_takes_the_place_of_another_kind() {
    let cases = [
        ("a: 1 # c\nb: 2\n", "a:\n  x: 1\n", "a:\n  x: 1 # c\nb: 2\n"),
        ("a:\n  - 1\n  - 2\nb: 2\n", "a: 5\n", "a: 5\nb: 2\n"),
        ("a: >-\n  x\n  y\nb: 2\n", "a: short\n", "a: short\nb: 2\n"),
        (
            "a: 'q'\n",
            "a: \"two\\nlines\\n\"\n",
            "a: |\n  two\n  lines\n",
        ),
        ("a: yes\n", "a: \"yes\"\n", "a: \"yes\"\n"),
    ];
    for (live, declared, expected) in cases {
        assert_eq!(merged(Yaml, live, declared, &[]), expected, "{live}");
    }
}

#[test]
fn anchors_and_tags_stay_while_they_are_not_touched() {
    let live = "base: &b\n  x: 1\nuse:\n  <<: *b\n  y: 2\ntag: !mine {z: 1}\n";
    assert_eq!(
        merged(Yaml, live, "use:\n  y: 3\n", &[]),
        "base: &b\n  x: 1\nuse:\n  <<: *b\n  y: 3\ntag: !mine {z: 1}\n"
    );
    for declared in ["base:\n  x: 2\n", "tag:\n  z: 2\n", "use: 1\n", "tag: 1\n"] {
        let error = refused(Yaml, live, declared);
        assert_eq!(error.fault, Fault::Unsupported, "{declared}");
        assert!(
            error.to_string().contains("an anchor, an alias or a tag"),
            "{error}"
        );
    }
}

#[test]
fn what_cannot_be_edited_is_refused_with_its_place() {
    let two = refused(Yaml, "a: 1\n---\nb: 2\n", "a: 2\n");
    assert_eq!((two.line, two.fault), (2, Fault::Unsupported));
    let key = refused(Yaml, "a: 1\n[1, 2]: x\n", "a: 2\n");
    assert_eq!((key.line, key.fault), (2, Fault::Unsupported));
    assert_eq!(refused(Yaml, "a: 1\na: 2\n", "").line, 2);
    assert_eq!(refused(Yaml, "a: [1\nb: 2\n", "").fault, Fault::Syntax);
    assert_eq!(refused(Yaml, &"[".repeat(100_000), "").fault, Fault::Syntax);
    assert_eq!(refused(Yaml, "- 1\n", "a: 1\n").fault, Fault::Unsupported);
}

#[test]
fn spaces_at_the_end_of_a_block_scalar_belong_to_it() {
    let live = "a:\n  a: |-\n    a\n     \n";
    let with = merged(Yaml, live, "b: \"\"\n", &[]);
    assert_eq!(with, format!("{live}b: \"\"\n"));
    assert_eq!(merged(Yaml, &with, "{}\n", &["b: \"\"\n"]), live);
    // Also where the indentation is said, and nothing else is in it.
    let live = "a: |2-\n   \n";
    assert_eq!(merged(Yaml, live, "b: 1\n", &[]), "a: |2-\n   \nb: 1\n");
    // What is behind the last word goes with it.
    let live = "a: |-\n  x\n  y  \n\n# mine\nz: 1\n";
    let now = "a: |-\n  v\n  w\n\n# mine\nz: 1\n";
    assert_eq!(merged(Yaml, live, "a: |-\n  v\n  w\n", &[]), now);
    // Empty lines behind it do not, be they of spaces.
    let live = "a: |-\n  x\n  \n\nz: 1\n";
    let with = "a: |-\n  y\n  w\n  \n\nz: 1\n";
    assert_eq!(merged(Yaml, live, "a: |-\n  y\n  w\n", &[]), with);
}
