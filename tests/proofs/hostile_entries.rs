//! Where bytes come in that somebody else may have written: each entry takes
//! any bytes, and panics when what should always hold does not. `cargo test`
//! gives them damaged forms of valid inputs, `fuzz/` whatever it comes upon.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use nhmt::edit::{BlockStyle, block_in, merge, same};
use nhmt::generation::Profile;
use nhmt::home::{HomeDir, Layout};
use nhmt::manifest::{
    Digest, Entry, Format, HomePath, Index, LeafKind, Manifest, Method, OnConflict, Position,
};
use nhmt::reconcile::{
    Backups, ReconcileError, Way, examine_state, interrupted, plan_for, recover, switch,
};

/// One of the entries.
pub type Act = fn(&[u8]);

/// All entries, by the name that their fuzz target and their seeds have.
pub const ALL: [(&str, Act); 8] = [
    ("manifest", manifest),
    ("index", index),
    ("records", records),
    ("journal", journal),
    ("generations", generations),
    ("written", written),
    ("merge", merges),
    ("block", blocks),
];

/// What separates the parts of an input.
const BETWEEN: &[u8] = b"\n%%\n";

fn parts(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(4).position(|four| four == BETWEEN) {
        parts.push(&rest[..at]);
        rest = &rest[at + 4..];
    }
    parts.push(rest);
    parts
}

/// A directory for files that an entry reads, the same for each thread.
fn with_scratch(act: impl FnOnce(&Path)) {
    thread_local! {
        static SCRATCH: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let scratch = scratch.get_or_insert_with(|| {
            let memory = Path::new("/dev/shm");
            let place = if memory.is_dir() {
                memory.to_owned()
            } else {
                std::env::temp_dir()
            };
            tempfile::tempdir_in(place).unwrap()
        });
        act(scratch.path());
    });
}

/// A manifest that is taken can be written, and is the same then; none of its
/// places leaves the home.
pub fn manifest(data: &[u8]) {
    let Ok(manifest) = Manifest::from_json(data) else {
        return;
    };
    let written = manifest.to_json();
    let again = Manifest::from_json(&written).expect("what is written is valid");
    assert_eq!(again, manifest);
    assert_eq!(again.to_json(), written);
    manifest.files.keys().for_each(stays_inside);
    for (path, spec) in &manifest.state {
        stays_inside(path);
        leads_down(&spec.route.root);
    }
}

/// A place below a root must lie there: none of its names leads up.
fn leads_down(root: &Path) {
    let whole: PathBuf = root.components().collect();
    let odd = |part| matches!(part, Component::ParentDir | Component::CurDir);
    assert!(
        root.is_absolute() && !root.components().any(odd),
        "{}",
        root.display()
    );
    assert_eq!(whole.as_os_str(), root.as_os_str());
}

fn stays_inside(path: &HomePath) {
    let odd = |part: &[u8]| part.is_empty() || part == b"." || part == b"..";
    assert!(!path.as_bytes().split(|&b| b == b'/').any(odd), "{path}");
    assert!(!path.as_bytes().contains(&0), "{path}");
}

/// An index that is taken is sorted, and the same when it is written.
pub fn index(data: &[u8]) {
    with_scratch(|tree| {
        fs::write(tree.join("index"), data).unwrap();
        let Ok(index) = Index::read(tree) else {
            return;
        };
        let entries = index.entries();
        assert!(entries.windows(2).all(|two| two[0].path < two[1].path));
        for entry in entries {
            stays_inside(&entry.path);
            assert_eq!(entry.inside, index.route_above(&entry.path).is_some());
        }
        for entry in index.routes() {
            leads_down(&entry.route.as_ref().expect("a route").root);
        }
        let mut written = Vec::new();
        index.write(&mut written).unwrap();
        fs::write(tree.join("index"), &written).unwrap();
        let again = Index::read(tree).expect("what is written is valid");
        assert_eq!(again, index);
    });
}

/// The list of backups, the memory of directories and that of hooks: damaged
/// ones name nothing outside their place, and keep no run from being planned.
pub fn records(data: &[u8]) {
    with_scratch(|scratch| {
        let home = scratch.join("home");
        let layout = Layout::new(&home);
        fs::create_dir_all(layout.backups().join("1/d")).unwrap();
        fs::write(layout.backups().join("1/d/f"), "mine").unwrap();
        for (part, name) in parts(data)
            .iter()
            .zip(["backups/items", "directories", "hooks"])
        {
            fs::write(layout.state().join(name), part).unwrap();
        }
        let open = HomeDir::open(&layout).unwrap();
        for backup in Backups::of(&open).list().unwrap() {
            stays_inside(&backup.path);
            assert!(!backup.set.contains('/') && !backup.set.starts_with('.'));
            assert!(backup.location.starts_with(layout.backups()));
        }
        let path = HomePath::new("d/f").unwrap();
        let entry = Entry::new(path, LeafKind::File, Digest::of(b""));
        let new = Index::new(vec![entry], b"").unwrap();
        let way = Way {
            old: None,
            new: &new,
            new_tree: scratch,
            policy: OnConflict::Abort,
        };
        plan_for(&open, &way).unwrap();
        let _ = nhmt::hook::Memory::read(&layout.state(), Some(scratch));
        for name in ["backups/items", "directories", "hooks"] {
            let _ = fs::remove_file(layout.state().join(name));
        }
    });
}

/// Whether nothing can be changed but what a sandbox gives.
pub fn is_sandboxed() -> bool {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    let is_fixed = |at: &str| {
        let flags = statvfs(at).map(|data| data.f_flag);
        flags.is_ok_and(|flags| flags.contains(StatVfsMountFlags::RDONLY))
    };
    is_fixed("/")
}

/// Where the anchor leads, and a journal, in which `@@` stands for the place of
/// the home and of the trees. Whatever is taken up then, nothing outside the
/// home changes, and no file of the person's is lost.
///
/// # Panics
/// Outside a sandbox: an nhmt that takes a wrong journal for a right one moves
/// away whatever that names.
pub fn journal(data: &[u8]) {
    assert!(
        is_sandboxed(),
        "run this in a sandbox: docs/developing.md, Fuzzing"
    );
    let Some((anchor, text)) = data.split_first() else {
        return;
    };
    with_scratch(|scratch| {
        let _ = fs::remove_dir_all(scratch.join("journal"));
        let place = scratch.join("journal");
        let layout = Layout::new(place.join("home"));
        let mine = make_interrupted(&place, &layout);
        let leads_to = match anchor % 4 {
            0 => place.join("old"),
            1 => layout.state().join("bridge-1"),
            2 => place.join("new"),
            _ => place.join("elsewhere"),
        };
        symlink(leads_to, layout.anchor()).unwrap();
        let mut written = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.windows(2).position(|two| two == b"@@") {
            written.extend_from_slice(&rest[..at]);
            written.extend_from_slice(place.as_os_str().as_bytes());
            rest = &rest[at + 2..];
        }
        written.extend_from_slice(rest);
        fs::write(layout.state().join("journal"), written).unwrap();
        let outside = contents(&place.join("outside"));
        let open = || HomeDir::open(&layout).unwrap();
        let _ = interrupted(&open());
        let lock = open().lock(true, |_| ()).unwrap();
        let _ = recover(&lock, |_| Ok(()));
        drop(lock);
        assert_eq!(contents(&place.join("outside")), outside);
        let left: Vec<_> = contents(layout.home())
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        for text in mine {
            assert!(left.contains(&text), "{text} is lost");
        }
    });
}

/// A home in the middle of a run, two trees, and something outside. Gives what
/// the person has.
fn make_interrupted(place: &Path, layout: &Layout) -> Vec<String> {
    for (tree, paths) in [("old", ["a", "d/x"]), ("new", ["a", "b"])] {
        let entry = |path| {
            let path = HomePath::new(path).unwrap();
            Entry::new(path, LeafKind::File, Digest::of(tree.as_bytes()))
        };
        let index = Index::new(paths.map(entry).into(), b"").unwrap();
        fs::create_dir_all(place.join(tree).join("home")).unwrap();
        let mut bytes = Vec::new();
        index.write(&mut bytes).unwrap();
        fs::write(place.join(tree).join("index"), bytes).unwrap();
    }
    let state = layout.state();
    let files = [
        layout.home().join("mine"),
        layout.home().join("d/mine"),
        layout.home().join(".nhmt-work-12-0/2"),
        state.join("backups/1/b"),
        state.join("work/12-0/1"),
        state.join("bridge-1/home/created"),
        place.join("outside/f"),
    ];
    for file in &files {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, format!("mine {}", file.display())).unwrap();
    }
    for path in ["a", "b", "d/x", "../outside/x"] {
        let own = layout.link_prefix().join(path);
        symlink(own, layout.home().join(path)).unwrap();
    }
    symlink(place.join("old"), state.join("bridge-1/tree")).unwrap();
    symlink(place.join("outside"), layout.home().join("out")).unwrap();
    let mine = files[..6]
        .iter()
        .map(|file| format!("mine {}", file.display()));
    mine.collect()
}

/// Every file below `root` with its content, every link with its target.
fn contents(root: &Path) -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            all.extend(contents(&path));
        } else if kind.is_file() {
            let text = fs::read(&path).unwrap();
            all.push((path, String::from_utf8_lossy(&text).into_owned()));
        } else if let Ok(target) = fs::read_link(&path) {
            all.push((path, target.display().to_string()));
        }
    }
    all.sort();
    all
}

/// The memory of files that are no links: lines, each without the digest at its
/// end unless it starts with `!`. Whatever it says, a run loses nothing that the
/// person has, and changes nothing outside the home.
///
/// # Panics
/// Outside a sandbox, as [`journal`].
pub fn written(data: &[u8]) {
    assert!(
        is_sandboxed(),
        "run this in a sandbox: docs/developing.md, Fuzzing"
    );
    with_scratch(|scratch| {
        let place = scratch.join("written");
        let _ = fs::remove_dir_all(&place);
        let layout = Layout::new(place.join("home"));
        let files = ["copy", "merge", "block", "seed", "gone", "d/gone", "link"];
        let text = |path: &str| format!("# mine {path}\n");
        for path in files {
            let file = layout.home().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text(path)).unwrap();
        }
        fs::create_dir_all(layout.state()).unwrap();
        fs::create_dir_all(place.join("outside")).unwrap();
        fs::write(place.join("outside/f"), "outside").unwrap();
        symlink(place.join("outside"), layout.home().join("out")).unwrap();
        let mut lines = Vec::new();
        for line in data.split(|&b| b == b'\n') {
            lines.push(b'\n');
            if let Some(raw) = line.strip_prefix(b"!") {
                lines.extend_from_slice(raw);
            } else {
                lines.extend_from_slice(line);
                lines.extend_from_slice(format!(" {}", Digest::of(line)).as_bytes());
            }
        }
        fs::write(layout.state().join("written"), &lines).unwrap();
        let new = place.join("new");
        let index = files_by_method(&new);
        let way = Way {
            old: None,
            new: &index,
            new_tree: &new,
            policy: OnConflict::Backup,
        };
        let open = HomeDir::open(&layout).unwrap();
        examine_state(&open, true).unwrap();
        let lock = open.lock(true, |_| ()).unwrap();
        let _ = switch(&lock, &way, |_| Ok::<_, ReconcileError>(1));
        assert_eq!(fs::read(place.join("outside/f")).unwrap(), b"outside");
        let left = contents(layout.home());
        for path in files {
            let text = text(path);
            assert!(
                left.iter().any(|(_, left)| left.contains(text.trim_end())),
                "{text} is lost"
            );
        }
    });
}

/// A tree at `at` with a file for each way to arrive.
fn files_by_method(at: &Path) -> Index {
    let mode = 0o644;
    let leaves = [
        ("block", "declared\n", {
            let (comment, position) = ("#".to_owned(), Position::Bottom);
            Method::Block { comment, position }
        }),
        ("copy", "declared\n", Method::Copy { mode }),
        ("link", "declared\n", Method::Link),
        ("merge", "declared = 1\n", {
            let format = Format::Toml;
            Method::Merge { format, mode }
        }),
        ("seed", "declared\n", Method::Seed { mode }),
    ];
    fs::create_dir_all(at.join("home")).unwrap();
    let entries = leaves.map(|(path, text, method)| {
        fs::write(at.join("home").join(path), text).unwrap();
        let path = HomePath::new(path).unwrap();
        Entry::new(path, LeafKind::File, Digest::of(text.as_bytes())).by(method)
    });
    Index::new(entries.into(), b"").unwrap()
}

/// The links of a profile: lines of a name, a tab, and what it leads to; then
/// the counter.
pub fn generations(data: &[u8]) {
    with_scratch(|scratch| {
        let dir = scratch.join("profiles");
        fs::create_dir_all(&dir).unwrap();
        let parts = parts(data);
        for line in parts[0].split(|&b| b == b'\n') {
            let mut words = line.splitn(2, |&b| b == b'\t');
            let name = words.next().unwrap_or_default();
            let target = OsStr::from_bytes(words.next().unwrap_or_default());
            if !name.contains(&b'/') {
                // Names that no file can have.
                let _ = symlink(target, dir.join(OsStr::from_bytes(name)));
            }
        }
        if let Some(counter) = parts.get(1) {
            fs::write(dir.join(".nhmt-last-number"), counter).unwrap();
        }
        let profile = Profile::open(&dir.join("nhmt")).unwrap();
        let list = profile.list().unwrap();
        for generation in &list {
            assert_eq!(profile.get(generation.number).is_ok(), !generation.dangling);
        }
        if let (Ok(next), Some(last)) = (profile.next_number(), list.last()) {
            assert!(next >= last.number);
        }
        fs::remove_dir_all(&dir).unwrap();
    });
}

/// A format, the live text, what is declared, and what was before. A merge
/// that was done has nothing left to do.
pub fn merges(data: &[u8]) {
    let Some((format, texts)) = data.split_first() else {
        return;
    };
    let formats = [Format::Json, Format::Toml, Format::Yaml, Format::Ini];
    let format = formats[usize::from(*format) % formats.len()];
    let texts: Result<Vec<_>, _> = parts(texts).into_iter().map(std::str::from_utf8).collect();
    let Ok([live, declared, before @ ..]) = texts.as_deref() else {
        return;
    };
    // nhmt renders what is declared, with line feeds alone.
    if declared.contains('\r') {
        return;
    }
    let _ = merge(format, None, declared, before);
    let Ok(merged) = merge(format, Some(live), declared, before) else {
        return;
    };
    assert_eq!(merged.changed, merged.text != *live);
    let again = merge(format, Some(&merged.text), declared, before).expect("a merged text");
    assert_eq!(again.text, merged.text);
}

/// A style, the live text, and the block. Taking a block out gives the text
/// that it was put into.
pub fn blocks(data: &[u8]) {
    let Some((top, texts)) = data.split_first() else {
        return;
    };
    let texts: Result<Vec<_>, _> = parts(texts).into_iter().map(std::str::from_utf8).collect();
    let Ok([live, block]) = texts.as_deref() else {
        return;
    };
    let style = BlockStyle {
        comment: "#".to_owned(),
        top: top % 2 == 1,
    };
    let put = |live: &str, block| nhmt::edit::block(Some(live), block, &style);
    let Ok(with) = put(live, Some(block)) else {
        return;
    };
    let inside = block_in(&with)
        .unwrap()
        .expect("a block that was put there");
    assert!(same(inside, block), "{inside:?} is not {block:?}");
    assert_eq!(put(&with, Some(block)).unwrap(), with);
    let without = put(&with, None).unwrap();
    if block_in(live).unwrap().is_none() {
        assert_eq!(without, *live);
    }
}
