//! Scenarios in a home that Home Manager made: its links are taken over in one
//! switch, and given up again.

use super::scenario::Scenario;

/// Adds a leaf of Home Manager's: to its generation, and as a link in the home
/// at `$at`, which is the leaf or a directory above it.
macro_rules! left {
    ($home:expr, $leaf:literal) => {
        left!($home, $leaf, $leaf)
    };
    ($home:expr, $leaf:literal, $at:literal) => {
        $home
            .source(concat!("generation/home-files/", $leaf), $leaf)
            .source(
                concat!(
                    "00000000000000000000000000000000-home-manager-files/",
                    $leaf
                ),
                $leaf,
            )
            .link(
                $at,
                concat!(
                    "{source}/00000000000000000000000000000000-home-manager-files/",
                    $at
                ),
            )
    };
}

/// A home as Home Manager leaves it, with things of the person's around.
fn home(name: &'static str) -> Scenario {
    let mut home = Scenario::new(name);
    home = left!(home, "kept");
    home = left!(home, ".config/changed");
    home = left!(home, "copied");
    home = left!(home, "gone");
    home = left!(home, "old/deep/gone");
    home = left!(home, "tree/leaf", "tree");
    // It was moved, and is the person's.
    home.link(
        "moved",
        "{source}/00000000000000000000000000000000-home-manager-files/kept",
    )
    .link(
        ".local/state/home-manager/gcroots/current-home",
        "{source}/generation",
    )
    .write("in-the-way", "my file")
    .write(".config/mine", "mine")
    .write("old/mine", "mine too")
}

/// What the configuration has of it.
const FILES: &str = r#"{"kept":{"source":"{source}/generation/home-files/kept","linkFarm":true},
    ".config/changed":{"text":"new"},"moved":{"text":"m"},"tree/leaf":{"text":"l"},
    "tree/more":{"text":"more"},"in-the-way":{"text":"w"},"added":{"text":"a"},
    "copied":{"text":"c","method":"copy"}},
    "homeManager":"{source}/generation""#;

/// The files among them that are no links.
const COPIES: [&str; 1] = ["copied"];

/// The first switch over what Home Manager left.
fn taken_over() -> Scenario {
    home("taken-over").cut_realize(FILES).ours(COPIES).apart([
        "gone",
        "old/deep",
        "old/deep/gone",
        "copied",
    ])
}

/// nhmt is taken out again.
fn given_up() -> Scenario {
    home("given-up")
        .realized(FILES)
        .cut(["uninstall"], ["uninstall"])
        .ours(COPIES)
        .apart(COPIES)
}

/// Files of the person's stay in the places of links.
fn given_up_for_files() -> Scenario {
    home("given-up-for-files")
        .realized(FILES)
        .cut(["uninstall", "--keep-files"], ["uninstall", "--keep-files"])
        .ours(COPIES)
}

/// In the short form, nhmt is taken out in the second one alone.
pub fn all() -> Vec<Scenario> {
    let alone = super::full().then(given_up);
    let all = [taken_over(), given_up_for_files()];
    all.into_iter().chain(alone).collect()
}
