//! `nhmt activate` into an empty home in memory, from the profile alone, beside
//! the system calls without which there would be no home:
//! `cargo bench --bench ephemeral [-- HOMES [PERSISTENT [LINKS [ROUNDS]]]]`.
//!
//! The home is below HOMES (`/dev/shm`), the tree, the profile and the
//! persistent directory below PERSISTENT (the temporary directory). Prints
//! medians and ratios; nothing fails by its time.
//!
//! The reference makes the same directories and the same links, with targets
//! of the same length, looks at the place of each persisted path, and writes
//! what nhmt remembers, each file synced as nhmt does: once in this process,
//! and once as a process of its own, which has to be started as nhmt has.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

type Outcome<T> = Result<T, Box<dyn Error>>;

const PER_DIRECTORY: usize = 100;
const PERSISTED: usize = 50;

/// In the environment of the reference as a process: the copy that it makes,
/// and where.
const REFERENCE: &str = "NHMT_BENCH_REFERENCE";

fn main() -> Outcome<()> {
    if let Some(both) = std::env::var_os(REFERENCE) {
        let both = both.into_string().map_err(|_| "no text")?;
        let (list, home) = both.split_once('|').ok_or("no home")?;
        return replay(&read(Path::new(list))?, Path::new(home));
    }
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let homes = args
        .next()
        .map_or_else(|| PathBuf::from("/dev/shm"), PathBuf::from);
    let persistent = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let links: usize = args.next().map_or(Ok(1_000), |arg| arg.parse())?;
    let rounds: usize = args.next().map_or(Ok(21), |arg| arg.parse())?;
    let bench = Bench::new(&homes, &persistent)?;
    bench.build(links)?;
    bench.empty()?;
    bench.activate()?;
    let list = bench.at("list");
    write(&list, &bench.made()?)?;
    let all = read(&list)?;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        bench.empty()?;
        let start = Instant::now();
        replay(&all, &bench.home())?;
        times[0].push(milliseconds(start));
        bench.empty()?;
        let mut again = Command::new(std::env::current_exe()?);
        let both = format!("{}|{}", list.display(), bench.home().display());
        again.env(REFERENCE, both);
        let start = Instant::now();
        assert!(again.status()?.success(), "the reference failed");
        times[1].push(milliseconds(start));
        bench.empty()?;
        times[2].push(bench.activate()?);
    }
    let medians = times.map(median);
    println!(
        "{links} links and {PERSISTED} persisted paths into an empty home, {rounds} rounds, in {} and {}",
        homes.display(),
        persistent.display()
    );
    println!("{} system calls of nhmt's made it", all.len());
    println!("the bare calls                {:>8.2} ms", medians[0]);
    println!("the bare calls as a process   {:>8.2} ms", medians[1]);
    println!(
        "nhmt activate                 {:>8.2} ms{:>8.2} x the bare calls{:>8.2} x as a process",
        medians[2],
        medians[2] / medians[0],
        medians[2] / medians[1],
    );
    Ok(())
}

/// One thing in a home that was made.
enum Made {
    Directory(PathBuf),
    Link(PathBuf, PathBuf),
    File(PathBuf, Vec<u8>),
    /// A persisted place, which is looked at.
    Place(PathBuf),
}

/// The bare calls.
fn replay(all: &[Made], home: &Path) -> Outcome<()> {
    for one in all {
        match one {
            Made::Directory(path) => fs::create_dir(home.join(path))?,
            Made::Link(path, target) => symlink(target, home.join(path))?,
            Made::File(path, bytes) => {
                let path = home.join(path);
                fs::write(&path, bytes)?;
                fs::File::open(&path)?.sync_all()?;
            }
            Made::Place(place) => {
                fs::symlink_metadata(place)?;
            }
        }
    }
    rustix::fs::syncfs(fs::File::open(home)?)?;
    Ok(())
}

/// A list of what was made, as the reference reads it.
fn write(list: &Path, all: &[Made]) -> Outcome<()> {
    let mut text = String::new();
    for one in all {
        let line = match one {
            Made::Directory(path) => format!("d\t{}", path.display()),
            Made::Link(path, target) => format!("l\t{}\t{}", path.display(), target.display()),
            Made::File(path, bytes) => format!("f\t{}\t{}", path.display(), bytes.len()),
            Made::Place(place) => format!("p\t{}", place.display()),
        };
        writeln!(text, "{line}")?;
    }
    Ok(fs::write(list, text)?)
}

fn read(list: &Path) -> Outcome<Vec<Made>> {
    let mut all = Vec::new();
    for line in fs::read_to_string(list)?.lines() {
        let words: Vec<_> = line.split('\t').collect();
        all.push(match words[..] {
            ["d", path] => Made::Directory(path.into()),
            ["l", path, target] => Made::Link(path.into(), target.into()),
            ["f", path, length] => Made::File(path.into(), vec![b'x'; length.parse()?]),
            ["p", place] => Made::Place(place.into()),
            _ => return Err(format!("what is {line:?}?").into()),
        });
    }
    Ok(all)
}

struct Bench {
    homes: TempDir,
    persistent: TempDir,
}

impl Bench {
    fn new(homes: &Path, persistent: &Path) -> Outcome<Self> {
        let make = |at: &Path| {
            tempfile::Builder::new()
                .prefix("nhmt-bench-")
                .tempdir_in(at)
        };
        let bench = Self {
            homes: make(homes)?,
            persistent: make(persistent)?,
        };
        for dir in ["root", "kept", "cache", "tmp"] {
            fs::create_dir(bench.at(dir))?;
        }
        fs::create_dir(bench.home())?;
        Ok(bench)
    }

    fn home(&self) -> PathBuf {
        self.homes.path().join("home")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.persistent.path().join(path)
    }

    fn nhmt(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nhmt"));
        command.env_clear().env("USER", "bench");
        command.env("HOME", self.home());
        command.env("XDG_CACHE_HOME", self.at("cache"));
        command.env("TMPDIR", self.at("tmp"));
        command.arg("--profile").arg(self.at("profiles/nhmt"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// Makes the first generation, whose tree is kept outside of the home.
    fn build(&self, links: usize) -> Outcome<()> {
        let mut files = String::new();
        for link in 0..links {
            let comma = if link == 0 { "" } else { "," };
            write!(
                files,
                r#"{comma}".config/app{}/file{link}":{{"text":"{link}"}}"#,
                link / PER_DIRECTORY
            )?;
        }
        let mut state = String::new();
        for path in 0..PERSISTED {
            let comma = if path == 0 { "" } else { "," };
            let kind = if path % 5 == 0 { "file" } else { "directory" };
            write!(
                state,
                r#"{comma}{{"path":".local/share/app{path}","root":"{}","kind":"{kind}"}}"#,
                self.at("root").display()
            )?;
        }
        let manifest = self.at("home.json");
        let home = self.home().display().to_string();
        let text = format!(
            r#"{{"version":1,"home":{{"username":"bench","directory":"{home}"}},"files":{{{files}}},"state":[{state}]}}"#
        );
        fs::write(&manifest, text)?;
        let mut build = self.nhmt();
        build.args(["build", "--no-link", "-f"]).arg(manifest);
        let output = build.stdout(Stdio::piped()).output()?;
        assert!(output.status.success(), "the build failed");
        let tree = PathBuf::from(String::from_utf8(output.stdout)?.trim_end());
        let kept = self.at("kept").join(tree.file_name().ok_or("no name")?);
        // On another filesystem, most likely.
        let copied = Command::new("cp")
            .arg("-a")
            .arg(&tree)
            .arg(&kept)
            .status()?;
        assert!(copied.success(), "the tree could not be copied");
        let status = self.nhmt().arg("activate").arg(kept).status()?;
        assert!(status.success(), "the first activation failed");
        // What a session before has written.
        for path in 0..PERSISTED {
            let place = self.at(&format!("root/.local/share/app{path}"));
            if path % 5 == 0 {
                fs::write(place, "persisted")?;
            } else {
                fs::write(place.join("data"), "persisted")?;
            }
        }
        Ok(())
    }

    fn empty(&self) -> Outcome<()> {
        // A tree of the local store is read-only.
        let mut chmod = Command::new("chmod");
        assert!(
            chmod
                .args(["-R", "u+w"])
                .arg(self.home())
                .status()?
                .success()
        );
        fs::remove_dir_all(self.home())?;
        Ok(fs::create_dir(self.home())?)
    }

    fn activate(&self) -> Outcome<f64> {
        let mut command = self.nhmt();
        command.arg("activate");
        let start = Instant::now();
        let status = command.status()?;
        let time = milliseconds(start);
        assert!(status.success(), "activate failed");
        Ok(time)
    }

    /// What an activation made in the home.
    fn made(&self) -> Outcome<Vec<Made>> {
        let home = self.home();
        let mut all = Vec::new();
        for entry in walkdir::WalkDir::new(&home)
            .min_depth(1)
            .sort_by_file_name()
        {
            let entry = entry?;
            let path = entry.path().strip_prefix(&home)?.to_owned();
            all.push(if entry.path_is_symlink() {
                Made::Link(path, fs::read_link(entry.path())?)
            } else if entry.file_type().is_dir() {
                Made::Directory(path)
            } else {
                Made::File(path, fs::read(entry.path())?)
            });
        }
        for path in 0..PERSISTED {
            all.push(Made::Place(
                self.at(&format!("root/.local/share/app{path}")),
            ));
        }
        Ok(all)
    }
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
