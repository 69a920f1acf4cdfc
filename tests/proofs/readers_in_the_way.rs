//! Every reader, of paths where there is a file of the person's own first and
//! a managed one then: there is never a moment without a file.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use crate::readers::{Stage, runs};
use crate::readers_view::{How, View, tree};
use crate::support::Home;

const PATHS: [&str; 15] = [
    "managed",
    "drifts",
    "file",
    "dir",
    "dir/x",
    "dir/sub/y",
    "into",
    "into/x",
    "adopt/x",
    "adopt/own",
    "link",
    "mixed",
    "mixed/x",
    "mixed/own",
    "deep/1/2/file",
];

/// Only some of it is managed.
fn before(home: &Home, label: usize) -> View {
    let paths = [
        ("managed", How::Text),
        ("drifts", How::Text),
        ("mixed/x", How::Text),
    ];
    tree(home, label, &paths, &[])
}

/// All of it is.
fn after(home: &Home, label: usize) -> View {
    let paths = [
        ("managed", How::Text),
        ("drifts", How::Text),
        ("mixed", How::Text),
        ("file", How::Text),
        ("dir", How::Text),
        ("into/x", How::Text),
        ("adopt", How::Leaf(&["x"])),
        ("link", How::Text),
        ("deep/1/2/file", How::Text),
    ];
    tree(home, label, &paths, &[])
}

/// The person's files: a file, a directory, a file where a directory is to
/// come, a directory whose place a linked one takes, a link, a file in a
/// directory of nhmt's that is to become a leaf, and one that a program saved
/// over a link of nhmt's.
fn put(home: &Home, round: usize, view: &mut View) {
    for path in [
        "file",
        "dir/x",
        "dir/sub/y",
        "into",
        "adopt/x",
        "adopt/own",
        "mixed/own",
        "deep/1/2/file",
    ] {
        let text = format!("mine {round} {path}");
        home.write(path, &text);
        view.put(path, &text);
    }
    let target = home.outside(format!("target-{round}"));
    fs::write(&target, "elsewhere").unwrap();
    symlink(&target, home.at("link")).unwrap();
    view.put("link", "elsewhere");
    let text = format!("saved {round}");
    home.write("saving", &text);
    fs::rename(home.at("saving"), home.at("drifts")).unwrap();
    view.put("drifts", &text);
}

#[test]
fn what_is_moved_to_the_backups_is_never_missing() {
    let home = Home::fast();
    let first = before(&home, 0);
    let stage = Stage::new(home, &PATHS, first);
    stage.play(|| {
        let mut last = Arc::new(before(&stage.home, 1));
        stage.flip(&last);
        for round in 1..10 * runs() {
            let mut disturbed = (*last).clone();
            let next = Arc::new(after(&stage.home, 2 * round));
            stage.disturb(|| {
                put(&stage.home, round, &mut disturbed);
                disturbed
            });
            stage.flip(&next);
            last = Arc::new(before(&stage.home, 2 * round + 1));
            stage.flip(&last);
            if stage.enough(runs()) {
                return;
            }
        }
    });
    assert!(stage.enough(runs()), "the readers hardly read");
    let kept = stage.home.backups().len();
    assert!(kept >= 8, "nothing was in the way: {kept}");
    stage.print("readers of what is in the way");
}
