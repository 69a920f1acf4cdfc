//! Walks through homes that a test makes.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use tempfile::TempDir;

use super::survey::Class;
use super::*;
use crate::home::dir::Dir;
use crate::home::{HomeDir, Layout};
use crate::manifest::HomePath;

struct Scratch {
    temp: TempDir,
    keeps: Keeps,
    ignore: Ignore,
    whole: bool,
}

fn path(text: &str) -> HomePath {
    HomePath::new(text).unwrap()
}

impl Scratch {
    fn new() -> Self {
        Self {
            temp: tempfile::tempdir().unwrap(),
            keeps: Keeps::new(),
            ignore: Ignore::default(),
            whole: false,
        }
    }

    fn file(self, path: &str, bytes: usize) -> Self {
        let at = self.temp.path().join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, vec![b'x'; bytes]).unwrap();
        self
    }

    /// A link of nhmt's in its place.
    fn managed(mut self, name: &str) -> Self {
        let target = Layout::new(self.temp.path()).link_target(&path(name));
        let at = self.temp.path().join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(target, at).unwrap();
        self.keeps.add_link(&path(name));
        self
    }

    fn survey(&self) -> Survey {
        let home = HomeDir::open(&Layout::new(self.temp.path())).unwrap();
        let terms = Terms {
            keeps: &self.keeps,
            ignore: &self.ignore,
            whole: self.whole,
            progress: &|_| (),
        };
        Survey::take(&home, &terms).unwrap()
    }

    fn at_risk(&self) -> Vec<String> {
        names(&self.survey())
    }
}

fn names(survey: &Survey) -> Vec<String> {
    let mut all: Vec<_> = survey
        .singles(Sort::Size)
        .into_iter()
        .map(|one| one.path.to_string())
        .collect();
    all.sort();
    all
}

fn groups(survey: &Survey, sort: Sort) -> Vec<(String, u64, u64)> {
    let groups = survey.groups(sort).into_iter();
    groups
        .map(|one| (one.path.to_string(), one.files, one.bytes))
        .collect()
}

#[test]
fn what_is_managed_is_not_at_risk_and_what_took_its_place_is() {
    let scratch = Scratch::new()
        .managed("a/linked")
        .file("a/mine", 1)
        .file("b", 1);
    assert_eq!(scratch.at_risk(), ["a/mine", "b"]);
    let survey = scratch.survey();
    assert_eq!(survey.kept(), 1);
    let link = scratch.temp.path().join("a/linked");
    fs::remove_file(&link).unwrap();
    fs::write(&link, "saved by a program").unwrap();
    assert_eq!(scratch.at_risk(), ["a/linked", "a/mine", "b"]);
    // A link of nhmt's at another place holds nothing.
    fs::remove_file(&link).unwrap();
    let target = Layout::new(scratch.temp.path()).link_target(&path("x"));
    symlink(target, &link).unwrap();
    assert_eq!(scratch.at_risk(), ["a/mine", "b"]);
    // Somebody else's is somebody's.
    fs::remove_file(&link).unwrap();
    symlink("/etc/passwd", &link).unwrap();
    assert_eq!(scratch.at_risk(), ["a/linked", "a/mine", "b"]);
}

#[test]
fn a_file_is_kept_as_long_as_it_is_the_same() {
    let mut scratch = Scratch::new().file("copy", 3);
    let dir = Dir::open_path(scratch.temp.path()).unwrap();
    let seen = dir.see(c"copy").unwrap();
    scratch.keeps.add(&path("copy"), Keep::File(seen.identity));
    assert_eq!(scratch.at_risk(), [""; 0]);
    fs::write(scratch.temp.path().join("copy"), "edited").unwrap();
    assert_eq!(scratch.at_risk(), ["copy"]);
}

#[test]
fn a_persisted_link_is_kept_when_it_leads_there() {
    let mut scratch = Scratch::new();
    let at = |name: &str| scratch.temp.path().join(name);
    symlink("/persist/.ssh", at(".ssh")).unwrap();
    symlink("/./persist/.gnupg", at(".gnupg")).unwrap();
    let anchored = Layout::new(scratch.temp.path()).link_target(&path("x"));
    symlink(anchored, at("x")).unwrap();
    for (name, place) in [
        (".ssh", "/persist/.ssh"),
        (".gnupg", "/persist/.gnupg"),
        ("x", "/persist/x"),
    ] {
        scratch.keeps.add_route(&path(name), place.into());
    }
    assert_eq!(scratch.at_risk(), [""; 0]);
    assert_eq!(scratch.survey().kept(), 3);
    scratch
        .keeps
        .add_route(&path(".ssh"), "/persist/other".into());
    assert_eq!(scratch.at_risk(), [".ssh"]);
}

#[test]
fn a_link_that_nothing_declares_is_kept_when_it_leads_to_its_place_in_a_root() {
    let mut scratch = Scratch::new();
    fs::create_dir(scratch.temp.path().join("d")).unwrap();
    let link = |target: &str, name: &str| symlink(target, scratch.temp.path().join(name)).unwrap();
    link("/./persist/d/added", "d/added");
    link("/./persist/d/added", "elsewhere");
    link("/./other/mine", "mine");
    link("/persist/plain", "plain");
    scratch.keeps.add_root("/persist".into());
    assert_eq!(scratch.at_risk(), ["elsewhere", "mine", "plain"]);
}

#[test]
fn what_cannot_be_looked_at_stays_and_is_named() {
    let mut scratch = Scratch::new().file("d/copy", 1).file("d/mine", 1);
    let unknown = Keep::Unknown(rustix::io::Errno::IO);
    scratch.keeps.add(&path("d/copy"), unknown);
    let survey = scratch.survey();
    assert_eq!(names(&survey), ["d/mine"]);
    let named: Vec<_> = survey.unreadable().iter().map(|one| &one.path).collect();
    assert_eq!(named, [&path("d/copy")]);
    // Its directory does not go as one.
    assert_eq!(groups(&survey, Sort::Size)[0].0, "d/mine");
    assert_eq!(survey.empty_after(), 0);
}

#[test]
fn directories_in_which_nothing_stays_are_one_group() {
    let scratch = Scratch::new()
        .managed(".config/app/managed")
        .file(".config/app/own", 10)
        .file(".config/other/deep/a", 300)
        .file(".config/other/b", 100)
        .file("projects/x/y", 50)
        .file("projects/z", 50)
        .file("notes", 7);
    let found = groups(&scratch.survey(), Sort::Size);
    let group = |path: &str, files, bytes| (path.to_owned(), files, bytes);
    assert_eq!(
        found,
        [
            group(".config/other", 2, 400),
            group("projects", 2, 100),
            group(".config/app/own", 1, 10),
            group("notes", 1, 7),
        ]
    );
}

#[test]
fn what_programs_share_is_never_one_group() {
    let scratch = Scratch::new()
        .file(".local/share/app/a", 1)
        .file(".local/share/b", 1)
        .file("x/.local/share/c", 1);
    let found = groups(&scratch.survey(), Sort::Size);
    let mut paths: Vec<_> = found.into_iter().map(|(path, ..)| path).collect();
    paths.sort();
    assert_eq!(paths, [".local/share/app", ".local/share/b", "x"]);
}

#[test]
fn the_newest_comes_first_when_that_is_asked_for() {
    let scratch = Scratch::new().file("large", 100).file("new", 1);
    let set = |name: &str, seconds| {
        let file = fs::File::options()
            .write(true)
            .open(scratch.temp.path().join(name))
            .unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        file.set_modified(time).unwrap();
    };
    set("large", 1_000);
    set("new", 2_000);
    let survey = scratch.survey();
    let order = |sort| groups(&survey, sort).into_iter().map(|(path, ..)| path);
    assert!(order(Sort::Size).eq(["large", "new"]));
    assert!(order(Sort::Newest).eq(["new", "large"]));
    let singles = |sort| survey.singles(sort).into_iter().map(|one| one.path);
    assert!(singles(Sort::Newest).eq([path("new"), path("large")]));
    assert_eq!(survey.groups(Sort::Newest)[0].newest, 2_000);
}

#[test]
fn patterns_leave_out_and_a_whole_walk_tells_them_apart() {
    let mut scratch = Scratch::new()
        .file(".cache/a", 5)
        .file(".cache/deep/b", 5)
        .file("x.o", 1)
        .file("d/y.o", 1)
        .file("d/z", 1);
    scratch.ignore = Ignore::new(["/.cache/", "*.o"]);
    let survey = scratch.survey();
    assert_eq!(names(&survey), ["d/z"]);
    let ignored: Vec<_> = survey.ignored().iter().map(ToString::to_string).collect();
    assert_eq!(ignored, [".cache", "d/y.o", "x.o"]);
    assert_eq!(survey.ignored_sum(), Sum::default());
    scratch.whole = true;
    let survey = scratch.survey();
    assert_eq!(names(&survey), ["d/z"]);
    assert_eq!(survey.ignored().len(), 3);
    let sum = Sum {
        files: 4,
        bytes: 12,
    };
    assert_eq!(survey.ignored_sum(), sum);
    let groups: Vec<_> = survey
        .ignored_groups(Sort::Size)
        .into_iter()
        .map(|one| (one.path.to_string(), one.files))
        .collect();
    let group = |path: &str, files| (path.to_owned(), files);
    assert_eq!(
        groups,
        [group(".cache", 2), group("d/y.o", 1), group("x.o", 1)]
    );
}

#[test]
fn a_file_of_two_names_counts_once_and_a_hole_does_not() {
    let scratch = Scratch::new().file("z/first", 4000);
    let at = |name: &str| scratch.temp.path().join(name);
    fs::hard_link(at("z/first"), at("b")).unwrap();
    fs::hard_link(at("z/first"), at("c")).unwrap();
    let sparse = fs::File::create(at("sparse")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    let survey = scratch.survey();
    assert_eq!(survey.sum().files, 4);
    let taken = fs::metadata(at("sparse")).unwrap().blocks() * 512;
    assert_eq!(survey.sum().bytes, 4000 + taken);
    // The name that comes first has it.
    let singles = survey.singles(Sort::Size);
    let bytes = |name: &str| {
        let one = singles.iter().find(|one| one.path == path(name));
        one.unwrap().bytes
    };
    assert_eq!((bytes("b"), bytes("c"), bytes("z/first")), (4000, 0, 0));
}

#[test]
fn pipes_and_empty_directories_hold_nothing() {
    use rustix::fs::{CWD, Mode, mknodat};
    let mut scratch = Scratch::new();
    let at = |name: &str| scratch.temp.path().join(name);
    fs::create_dir_all(at("d/e")).unwrap();
    mknodat(CWD, at("pipe"), rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert_eq!(scratch.survey().at_risk(), 0);
    scratch.whole = true;
    let survey = scratch.survey();
    let leaves: Vec<_> = survey.leaves().map(|(_, leaf)| leaf.class).collect();
    assert_eq!(leaves, [Class::Spare]);
}

#[test]
fn links_are_not_followed_and_names_of_any_bytes_are_shown() {
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new().file("d/f", 1);
    let at = |name: &str| scratch.temp.path().join(name);
    symlink("d", at("loop")).unwrap();
    symlink("/", at("d/root")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff\n");
    fs::write(scratch.temp.path().join(odd), "").unwrap();
    assert_eq!(scratch.at_risk(), ["d/f", "d/root", "loop", "odd\\xff\\n"]);
}

#[test]
fn many_directories_are_all_found() {
    let mut scratch = Scratch::new();
    for number in 0..500 {
        scratch = scratch.file(&format!("a{}/b{number}/c/f", number % 7), 1);
    }
    for _ in 0..5 {
        let survey = scratch.survey();
        assert_eq!(survey.sum().files, 500);
        // Each comes after the one that it is in.
        let sorted = survey.directories.iter().enumerate().skip(1);
        assert!(sorted.clone().all(|(at, dir)| dir.parent < at));
        assert_eq!(sorted.count(), 7 + 2 * 500);
        assert_eq!(names(&survey).len(), 500);
    }
}
