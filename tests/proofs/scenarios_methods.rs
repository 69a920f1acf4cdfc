//! Scenarios with files that are no links: each arrives by an exchange of its
//! own.

use super::scenario::Scenario;

/// All of them.
pub fn all() -> Vec<Scenario> {
    vec![
        arriving(),
        over_files(),
        below_a_file(),
        changed(),
        gone(),
        link_to_copy(),
        copy_to_link(),
        edited_copy(),
        rolled_back(),
    ]
}

/// One file of each method, in a home where none of them is.
fn arriving() -> Scenario {
    Scenario::new("methods-first")
        .write("mine", "mine")
        .cut_realize(
            r#"{"l":{"text":"link"},"copy":{"text":"copied","method":"copy","permissions":"0600"},
                "seed":{"text":"seeded","method":"seed"},
                "m.json":{"format":"json","value":{"ours":1},"method":"merge"},
                "rc":{"text":"our line","method":"block"},
                "d/deep":{"text":"deep","method":"copy"}}"#,
        )
        .apart(["copy", "seed", "m.json", "rc", "d/deep"])
}

/// One file of each method, where files of the person's are.
fn over_files() -> Scenario {
    Scenario::new("methods-over-files")
        .write("l", "my link's")
        .write("copy", "my copy")
        .write("seed", "my seed")
        .write("m.json", "{\"theirs\": 2}\n")
        .write("rc", "my line\n")
        .cut_realize(
            r#"{"l":{"text":"link"},"copy":{"text":"copied","method":"copy"},
                "seed":{"text":"seeded","method":"seed"},
                "m.json":{"format":"json","value":{"ours":1},"method":"merge"},
                "rc":{"text":"our line","method":"block"}}"#,
        )
        .apart(["copy", "seed", "m.json", "rc"])
        .edits(["m.json", "rc"])
        .keeps("m.json", "\"theirs\": 2")
        .keeps("rc", "my line\n")
}

/// Where a directory of theirs is to be, a file is in the way.
fn below_a_file() -> Scenario {
    Scenario::new("methods-below-a-file")
        .write("dir", "mine")
        .write("other", "mine as well")
        .cut_realize(
            r#"{"dir/copy":{"text":"copied","method":"copy"},
                "dir/seed":{"text":"seeded","method":"seed"},
                "other/link":{"text":"link"},
                "other/copy":{"text":"copied","method":"copy"}}"#,
        )
        .apart(["dir/copy", "dir/seed", "other/copy"])
}

const BEFORE: &str = r#"{"l":{"text":"link"},"copy":{"text":"copied","method":"copy"},
    "m.json":{"format":"json","value":{"ours":1,"gone":3},"method":"merge"},
    "rc":{"text":"our line","method":"block"}}"#;

/// The person's keys and lines stay when ours change.
pub fn changed() -> Scenario {
    Scenario::new("methods-changed")
        .write("m.json", "{\"theirs\": 2}\n")
        .write("rc", "my line\n")
        .realized(BEFORE)
        .cut_realize(
            r#"{"l":{"text":"other"},"copy":{"text":"copied anew","method":"copy"},
                "m.json":{"format":"json","value":{"ours":4},"method":"merge"},
                "rc":{"text":"our other line","method":"block"}}"#,
        )
        .apart(["copy", "m.json", "rc"])
        .edits(["m.json", "rc"])
        .ours(["copy"])
        .keeps("m.json", "\"theirs\": 2")
        .keeps("rc", "my line\n")
        .back_to("1")
}

fn gone() -> Scenario {
    Scenario::new("methods-gone")
        .write("m.json", "{\"theirs\": 2}\n")
        .write("rc", "my line\n")
        .realized(BEFORE)
        .cut_realize(r#"{"l":{"text":"other"}}"#)
        .apart(["copy", "m.json", "rc"])
        .edits(["m.json", "rc"])
        .ours(["copy"])
        .keeps("m.json", "\"theirs\": 2")
        .keeps("rc", "my line\n")
        .back_to("1")
}

fn link_to_copy() -> Scenario {
    Scenario::new("link-to-copy")
        .realized(r#"{"f":{"text":"linked"},"g":{"text":"g"}}"#)
        .cut_realize(r#"{"f":{"text":"copied","method":"copy"},"g":{"text":"h"}}"#)
        .apart(["f"])
        .back_to("1")
}

fn copy_to_link() -> Scenario {
    Scenario::new("copy-to-link")
        .realized(r#"{"f":{"text":"copied","method":"copy"},"g":{"text":"g"}}"#)
        .cut_realize(r#"{"f":{"text":"linked"},"g":{"text":"h"}}"#)
        .ours(["f"])
        .back_to("1")
}

/// What a person made of a copy is kept.
fn edited_copy() -> Scenario {
    Scenario::new("edited-copy")
        .realized(r#"{"f":{"text":"copied","method":"copy"}}"#)
        .write("f", "edited by me")
        .cut_realize(r#"{"f":{"text":"copied anew","method":"copy"},"g":{"text":"h"}}"#)
        .apart(["f"])
        .back_to("1")
}

fn rolled_back() -> Scenario {
    Scenario::new("methods-rollback")
        .write("m.json", "{\"theirs\": 2}\n")
        .write("rc", "my line\n")
        .realized(BEFORE)
        .realized(
            r#"{"l":{"text":"other"},"copy":{"text":"copied anew","method":"copy"},
                "m.json":{"format":"json","value":{"ours":4},"method":"merge"}}"#,
        )
        .cut(["rollback"], ["select-generation", "1"])
        .apart(["copy", "m.json", "rc"])
        .edits(["m.json", "rc"])
        .ours(["copy"])
        .keeps("m.json", "\"theirs\": 2")
        .keeps("rc", "my line\n")
        .back_to("2")
}
