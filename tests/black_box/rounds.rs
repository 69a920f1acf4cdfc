//! Homes that are wiped again and again, and programs that write in them in all
//! the usual ways.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::{Home, Outcome};

const ROUNDS: u64 = 10;

/// Contents that differ from run to run, and can be had again: xorshift64.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let seed = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        let seed = u64::try_from(seed & u128::from(u64::MAX)).unwrap() | 1;
        // Shown when the test fails.
        println!("seed {seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Up to some pages of any bytes.
    fn bytes(&mut self) -> Vec<u8> {
        let length = self.next() % 20_000;
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

fn home() -> Home {
    let mut home = Home::new();
    let root = home.outside("persist");
    let state = |path: &str, kind: &str| json!({ "path": path, "root": root, "kind": kind });
    home.declare(&json!({
        "profile": root.join(".nhmt/profile"),
        "files": {
            ".inputrc": { "text": "set bell-style none\n" },
            "data/managed": { "text": "declared\n" },
        },
        "state": [
            state("data", "directory"),
            state(".ssh", "directory"),
            state(".history", "file"),
            state(".config/app/settings", "file"),
            state(".log", "file"),
        ],
    }));
    home.run(["realize"]).success();
    home
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().create(true).append(true).open(path);
    file.as_mut().unwrap().write_all(bytes).unwrap();
}

fn truncate(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).unwrap();
    file.write_all(bytes).unwrap();
}

fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, path).unwrap();
}

/// As a database does: a page in the middle, with a journal beside it that
/// comes and goes.
fn update(path: &Path, random: &mut Random) {
    let journal = path.with_extension("journal");
    fs::write(&journal, random.bytes()).unwrap();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    let mut file = file.unwrap();
    file.seek(SeekFrom::Start(random.next() % 4096)).unwrap();
    file.write_all(&random.bytes()).unwrap();
    file.sync_all().unwrap();
    fs::remove_file(journal).unwrap();
}

/// What one round of programs leaves where it is kept.
fn write(home: &Home, random: &mut Random) {
    append(&home.at(".log"), &random.bytes());
    truncate(&home.at(".history"), &random.bytes());
    replace(&home.at(".config/app/settings"), &random.bytes());
    let data = home.at("data");
    update(&data.join("base.sqlite"), random);
    replace(&data.join("document"), &random.bytes());
    append(&data.join("log"), &random.bytes());
    let deep = data.join(format!(
        "album {}/ä\n{}",
        random.next() % 3,
        random.next() % 3
    ));
    fs::create_dir_all(&deep).unwrap();
    truncate(
        &deep.join(format!("{}.jpg", random.next() % 5)),
        &random.bytes(),
    );
    if random.next().is_multiple_of(3) {
        let _ = fs::remove_dir_all(data.join(format!("album {}", random.next() % 3)));
    }
    // A lock that is taken by making it, a pipe and a socket.
    let lock = data.join("lock");
    drop(File::create_new(&lock).unwrap());
    fs::remove_file(lock).unwrap();
    let key = home.at(".ssh/id");
    replace(&key, &random.bytes());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let pipe = home.at(".ssh/pipe");
    if !pipe.exists() {
        Outcome::of(Command::new("mkfifo").arg(&pipe)).success();
    }
    let socket = home.at(".ssh/agent");
    let _ = fs::remove_file(&socket);
    drop(UnixListener::bind(&socket).unwrap());
    // And what nobody asked to keep.
    for path in [
        "junk",
        ".cache/x/y",
        ".config/other/settings",
        ".inputrc.bak",
    ] {
        home.write(path, &random.next().to_string());
    }
    fs::create_dir_all(home.at("empty/deep")).unwrap();
}

/// What is in the home for whoever reads it there: bytes, mode, kind.
fn seen(home: &Home, paths: &[&str]) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut all = BTreeMap::new();
    for path in paths {
        for entry in walkdir::WalkDir::new(home.at(path)).follow_links(true) {
            let Ok(entry) = entry else { continue };
            let metadata = fs::metadata(entry.path()).unwrap();
            let kind = metadata.file_type();
            let bytes = if kind.is_file() {
                fs::read(entry.path()).unwrap()
            } else {
                [kind.is_dir(), kind.is_fifo(), kind.is_socket()]
                    .map(u8::from)
                    .to_vec()
            };
            let place = entry.path().strip_prefix(home.path()).unwrap().to_owned();
            all.insert(place, (metadata.permissions().mode(), bytes));
        }
    }
    all
}

const KEPT: [&str; 6] = [
    "data",
    ".ssh",
    ".history",
    ".config/app/settings",
    ".log",
    ".inputrc",
];

#[test]
fn ten_rounds_of_writing_and_wiping_lose_nothing_that_is_kept() {
    let home = home();
    let mut random = Random::seeded();
    for round in 0..ROUNDS {
        write(&home, &mut random);
        let before = seen(&home, &KEPT);
        assert!(before.len() > 10, "{before:?}");
        home.run_bare(["wipe", "--yes"])
            .exit(1)
            .stderr_has("nothing was deleted");
        assert_eq!(seen(&home, &KEPT), before, "round {round}");
        if round % 2 == 0 {
            home.run_bare(["wipe", "--yes", "--lose-at-risk"]).success();
        } else {
            // As a reboot does it, after the last of the session.
            home.run_bare(["persist", "sync"]).success();
            fs::remove_dir_all(home.path()).unwrap();
            fs::create_dir(home.path()).unwrap();
            home.run_bare([
                "activate",
                "--profile",
                home.outside("persist/.nhmt/profile").to_str().unwrap(),
            ])
            .success();
        }
        assert_eq!(seen(&home, &KEPT), before, "round {round}");
        for gone in ["junk", ".cache", ".config/other", ".inputrc.bak", "empty"] {
            assert!(!home.has(gone), "{gone} is there after round {round}");
        }
        assert_eq!(home.read("data/managed"), "declared\n");
        home.run_bare(["status"]).success();
    }
    let listed = home
        .run_bare(["persist", "list", "--json"])
        .success()
        .json();
    let all = listed.as_array().unwrap();
    assert!(
        all.iter().all(|one| one["condition"] == "in-place"),
        "{listed}"
    );
}
