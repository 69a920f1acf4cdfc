//! The homes in which another program acts, and what a run does in them.

use crate::manifest::{Format, Method, Position, RouteKind};

/// How a leaf of a scene arrives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum By {
    Link,
    Copy,
    Merge,
    Block,
    /// A block above all other text.
    Top,
    Seed,
    /// It is a persisted path; the text says nothing.
    Route(RouteKind),
}

impl By {
    pub(super) fn method(self) -> Method {
        let mode = 0o644;
        match self {
            Self::Link | Self::Route(_) => Method::Link,
            Self::Copy => Method::Copy { mode },
            Self::Merge => Method::Merge {
                format: Format::Json,
                mode,
            },
            Self::Block | Self::Top => Method::Block {
                comment: "#".into(),
                position: if self == Self::Top {
                    Position::Top
                } else {
                    Position::Bottom
                },
            },
            Self::Seed => Method::Seed { mode },
        }
    }
}

/// Path, content and method of a leaf.
pub(super) type Leaf = (&'static str, &'static str, By);

/// The home before, what happens in it, and the path that the program uses.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "what a scene has or has not")]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) old: &'static [Leaf],
    /// The program has saved at the path before the run.
    pub(super) foreign: bool,
    pub(super) new: &'static [Leaf],
    pub(super) path: &'static str,
    /// The program saves at the path when the home is as it was, just before
    /// the run.
    pub(super) saved: bool,
    /// The persistent directory is on another mount.
    pub(super) far: bool,
    /// The run goes back to an older generation.
    pub(super) back: bool,
}

const fn scene(
    name: &'static str,
    old: &'static [Leaf],
    foreign: bool,
    new: &'static [Leaf],
) -> Scene {
    Scene {
        name,
        old,
        foreign,
        new,
        path: "p",
        saved: false,
        far: false,
        back: false,
    }
}

use By::{Block, Copy as Copied, Link, Merge, Seed};

pub(super) const LINKS: [Scene; 8] = [
    scene("renewed", &[("p", "1", Link)], false, &[("p", "2", Link)]),
    scene(
        "stale",
        &[("p", "1", Link), ("q", "1", Link)],
        false,
        &[("q", "1", Link)],
    ),
    scene(
        "new link",
        &[("q", "1", Link)],
        false,
        &[("q", "1", Link), ("p", "2", Link)],
    ),
    scene(
        "new directory",
        &[("q", "1", Link)],
        false,
        &[("q", "1", Link), ("p/x", "2", Link)],
    ),
    scene(
        "in the way",
        &[("q", "1", Link)],
        true,
        &[("q", "1", Link), ("p", "2", Link)],
    ),
    scene(
        "above in the way",
        &[("q", "1", Link)],
        true,
        &[("q", "1", Link), ("p/x", "2", Link)],
    ),
    scene(
        "leaf to directory",
        &[("p", "1", Link)],
        false,
        &[("p/x", "2", Link)],
    ),
    Scene {
        path: "p/x",
        ..scene(
            "directory to leaf",
            &[("p/x", "1", Link)],
            false,
            &[("p", "2", Link)],
        )
    },
];

pub(super) const FILES: [Scene; 10] = [
    scene("merge", &[], true, &[("p", r#"{"a": 1}"#, Merge)]),
    scene(
        "merge anew",
        &[("p", r#"{"a": 1}"#, Merge)],
        true,
        &[("p", r#"{"a": 2}"#, Merge)],
    ),
    scene(
        "merge no more",
        &[("p", r#"{"a": 1}"#, Merge)],
        true,
        &[("q", "1", Link)],
    ),
    scene("block", &[], true, &[("p", "a\n", Block)]),
    scene("copy", &[], true, &[("p", "a", Copied)]),
    scene(
        "copy to link",
        &[("p", "a", Copied)],
        false,
        &[("p", "b", Link)],
    ),
    Scene {
        path: "p/x",
        ..scene(
            "copies in a directory to link",
            &[("p/x", "a", Copied), ("p/in/y", "a", Copied)],
            false,
            &[("p", "b", Link)],
        )
    },
    scene(
        "link to copy",
        &[("p", "a", Link)],
        false,
        &[("p", "b", Copied)],
    ),
    scene("seed", &[], false, &[("p", "a", Seed)]),
    scene(
        "link to seed",
        &[("p", "a", Link)],
        false,
        &[("p", "b", Seed)],
    ),
];

const FILE: &[Leaf] = &[("p", "", By::Route(RouteKind::File)), ("q", "1", Link)];
const DIRECTORY: &[Leaf] = &[("p", "", By::Route(RouteKind::Directory)), ("q", "1", Link)];
const WITHOUT: &[Leaf] = &[("q", "0", Link)];

pub(super) const ROUTES: [Scene; 9] = [
    Scene {
        saved: true,
        ..scene("file adopted", WITHOUT, false, FILE)
    },
    Scene {
        saved: true,
        far: true,
        ..scene("file adopted far", WITHOUT, false, FILE)
    },
    Scene {
        saved: true,
        path: "p/x",
        ..scene("directory adopted", WITHOUT, false, DIRECTORY)
    },
    Scene {
        saved: true,
        far: true,
        path: "p/x",
        ..scene("directory adopted far", WITHOUT, false, DIRECTORY)
    },
    scene("file in use", FILE, false, FILE),
    Scene {
        saved: true,
        ..scene("file newer", FILE, false, FILE)
    },
    Scene {
        saved: true,
        far: true,
        ..scene("file newer far", FILE, false, FILE)
    },
    Scene {
        back: true,
        ..scene("route held", FILE, false, WITHOUT)
    },
    Scene {
        back: true,
        path: "p/x",
        ..scene("directory held", DIRECTORY, false, WITHOUT)
    },
];
