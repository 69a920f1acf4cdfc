//! Programs that watch files: a changed leaf gives an event, an unchanged one
//! none. The end of a run is marked by a file that the test makes itself, so
//! that no clock decides what has arrived.

use std::collections::BTreeSet;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

use crate::counts::Counts;
use crate::support::Home;

/// What a program can watch. All in one queue, so that they come in order.
struct Watches {
    queue: OwnedFd,
    watched: Vec<(i32, &'static str)>,
    marks: usize,
}

impl Watches {
    fn new() -> Self {
        Self {
            queue: inotify::init(CreateFlags::CLOEXEC).unwrap(),
            watched: Vec::new(),
            marks: 0,
        }
    }

    /// Watches for everything that a program would take for a change.
    fn add(&mut self, name: &'static str, path: &Path, flags: WatchFlags) {
        let changes = WatchFlags::MODIFY
            | WatchFlags::ATTRIB
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVE_SELF
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF;
        let watch = inotify::add_watch(&self.queue, path, changes | flags).unwrap();
        self.watched.push((watch, name));
    }

    /// Everything up to now: the watches that had an event, with the name in
    /// the directory if it was one. The home is watched as `home`.
    fn until_now(&mut self, home: &Home) -> BTreeSet<String> {
        self.marks += 1;
        let mark = format!("mark-{}", self.marks);
        home.write(&mark, "");
        let mut seen = BTreeSet::new();
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.queue, &mut buffer);
        loop {
            let event = reader.next().unwrap();
            let name = event.file_name().map(|name| name.to_str().unwrap());
            if name == Some(&mark) && event.events().contains(ReadFlags::CLOSE_WRITE) {
                return seen;
            }
            assert!(!event.events().contains(ReadFlags::QUEUE_OVERFLOW));
            if name.is_some_and(|name| name.starts_with("mark-"))
                || event.events().contains(ReadFlags::IGNORED)
            {
                continue;
            }
            let watched = self.watched.iter().find(|(watch, _)| *watch == event.wd());
            let (_, watched) = watched.unwrap();
            seen.insert(match name {
                Some(name) => format!("{watched}: {name}"),
                None => (*watched).to_owned(),
            });
        }
    }
}

fn files(changed: &str, more: &str) -> String {
    format!(
        r#"{{"changed":{{"text":"{changed}"}},"same":{{"text":"same"}},
            "d/changed":{{"text":"{changed}"}},"d/same":{{"text":"same"}},
            "e/same":{{"text":"same"}}{more}}}"#
    )
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_changed_leaf_gives_an_event_and_an_unchanged_one_none() {
    let mut home = Home::new().manifest(&files("1", ""));
    home.run(["realize"]).success();
    let mut watches = Watches::new();
    let (link, follow) = (WatchFlags::DONT_FOLLOW, WatchFlags::empty());
    watches.add("home", &home.path(), follow);
    watches.add("d", &home.at("d"), follow);
    watches.add("e", &home.at("e"), follow);
    watches.add("the link changed", &home.at("changed"), link);
    watches.add("the link same", &home.at("same"), link);
    // These lie in a store, where nothing ever changes.
    watches.add("the file changed", &home.at("changed"), follow);
    watches.add("the file same", &home.at("same"), follow);
    let canonical = fs::canonicalize(home.at("d/changed")).unwrap();
    watches.add("the canonical path", &canonical, follow);
    let mut looks = 0;
    let mut check = |home: &Home, watches: &mut Watches, expected: &[&str]| {
        looks += 1;
        assert_eq!(watches.until_now(home), set(expected));
    };

    home.run(["realize"]).success();
    check(&home, &mut watches, &[]);

    home.set_manifest(&files("2", ""));
    home.run(["realize"]).success();
    let changed = ["home: changed", "d: changed", "the link changed"];
    check(&home, &mut watches, &changed);

    // The link is another one now, which a program has to watch anew.
    watches.add("the link changed", &home.at("changed"), link);
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read("changed"), "1");
    check(&home, &mut watches, &changed);

    let more = r#","new":{"text":"n"},"e/new":{"text":"n"},"d/changed/x":{"text":"x"}"#;
    let added = files("1", more).replace(r#""d/changed":{"text":"1"},"#, "");
    home.set_manifest(&added);
    home.run(["realize"]).success();
    check(&home, &mut watches, &["home: new", "e: new", "d: changed"]);

    home.set_manifest(&files("1", ""));
    home.run(["realize"]).success();
    check(&home, &mut watches, &["home: new", "e: new", "d: changed"]);

    // A program's file in the place of a link is a change, and so is the link.
    home.write("saving", "mine");
    fs::rename(home.at("saving"), home.at("e/same")).unwrap();
    check(&home, &mut watches, &["e: same", "home: saving"]);
    home.run(["realize"]).success();
    check(&home, &mut watches, &["e: same"]);
    Counts::of("watchers")
        .count(looks, "looks at the events")
        .print(&[]);
}

/// Files that are no links are replaced whole, each by a rename of its own.
#[test]
fn a_changed_file_that_is_no_link_gives_an_event_too() {
    let files = |text: &str| {
        format!(
            r#"{{"copy":{{"text":"{text}","method":"copy"}},
                "block":{{"text":"{text}","method":"block"}},
                "seed":{{"text":"{text}","method":"seed"}},
                "merge":{{"format":"json","value":{{"k":"{text}"}},"method":"merge"}},
                "same":{{"text":"same","method":"copy"}}}}"#
        )
    };
    let mut home = Home::new().manifest(&files("1")).file("block", "mine\n");
    home.run(["realize"]).success();
    let mut watches = Watches::new();
    watches.add("home", &home.path(), WatchFlags::empty());
    for name in ["copy", "block", "seed", "merge", "same"] {
        watches.add(name, &home.at(name), WatchFlags::empty());
    }
    home.run(["realize"]).success();
    assert_eq!(watches.until_now(&home), set(&[]));
    home.set_manifest(&files("2"));
    home.run(["realize"]).success();
    assert!(home.read("block").starts_with("mine"));
    let seen = watches.until_now(&home);
    for name in ["copy", "block", "merge"] {
        assert!(seen.contains(name), "the file {name}: {seen:?}");
        let in_home = format!("home: {name}");
        assert!(seen.contains(&in_home), "the name {name}: {seen:?}");
    }
    for name in ["seed", "same"] {
        let any = seen.iter().any(|seen| seen.ends_with(name));
        assert!(!any, "{name}: {seen:?}");
    }
}
