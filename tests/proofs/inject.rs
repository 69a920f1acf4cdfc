//! Runs a command under strace, which kills it before a system call, or lets
//! one fail.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// One place in a run, and what happens there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The system call's name.
    pub call: String,
    /// The how-manieth call of that name, from 1.
    pub number: usize,
    pub what: What,
}

/// What happens at a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// SIGKILL, before the call does anything.
    Kill,
    /// The call does nothing and fails with this error.
    Error(String),
    /// As [`What::Error`], and all later calls of that name too.
    Errors(String),
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, number, what } = self;
        match what {
            What::Kill => write!(f, "{call}/{number}/kill"),
            What::Error(error) => write!(f, "{call}/{number}/{error}"),
            What::Errors(error) => write!(f, "{call}/{number}+/{error}"),
        }
    }
}

impl Point {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split('/');
        let (call, number, what) = (words.next()?, words.next()?, words.next()?);
        let (number, on) = match number.strip_suffix('+') {
            Some(number) => (number, true),
            None => (number, false),
        };
        Some(Self {
            call: call.to_owned(),
            number: number.parse().ok()?,
            what: match what {
                "kill" => What::Kill,
                error if on => What::Errors(error.to_owned()),
                error => What::Error(error.to_owned()),
            },
        })
    }
}

/// One call of a run that was not cut off.
#[derive(Debug, Clone)]
pub struct Call {
    pub name: String,
    /// The how-manieth of that name.
    pub number: usize,
    closes_directory: bool,
    creates: bool,
}

impl Call {
    /// Whether it changes what is on the disk, or brings it there.
    pub fn changes(&self) -> bool {
        self.creates || changes(&self.name)
    }

    /// Whether there is an error that it can have. No Linux filesystem lets
    /// the closing of a directory fail, and Rust's library takes that for a
    /// fault of the program; and nothing can be done after an `exit`.
    pub fn can_fail(&self) -> bool {
        !self.closes_directory && self.name != "exit_group"
    }
}

/// Calls that change what is on the disk, or bring it there.
fn changes(call: &str) -> bool {
    !matches!(
        call,
        "openat2"
            | "open"
            | "read"
            | "pread64"
            | "lseek"
            | "close"
            | "fcntl"
            | "statx"
            | "stat"
            | "lstat"
            | "fstat"
            | "newfstatat"
            | "readlink"
            | "readlinkat"
            | "getdents64"
            | "access"
            | "faccessat"
            | "faccessat2"
            | "getcwd"
            | "flock"
            | "poll"
            | "ioctl"
            | "statfs"
            | "fstatfs"
            | "recvfrom"
            | "dup"
            | "pipe2"
            | "exit_group"
            | "openat"
            | "inotify_init1"
            | "getxattr"
            | "lgetxattr"
            | "llistxattr"
            | "flistxattr"
    )
}

static STRACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join("strace"))
        .find(|strace| strace.exists())
        .expect("the proofs run nhmt under strace(1): install it (apt-get install strace)")
});

/// What runs `command` under strace with these arguments.
pub fn strace(command: &Command, arguments: &[&str]) -> Command {
    let mut strace = Command::new(&*STRACE);
    strace.args(["-f", "-qq", "-e", "signal=none"]);
    strace.args(arguments).arg("--");
    strace.arg(command.get_program()).args(command.get_args());
    strace.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            strace.env(name, value);
        }
    }
    if let Some(dir) = command.get_current_dir() {
        strace.current_dir(dir);
    }
    strace.stdin(std::process::Stdio::null());
    strace
}

/// Runs `command` and lets happen what `point` says.
pub fn run(command: &Command, point: &Point) -> Output {
    let Point { call, number, what } = point;
    let inject = match what {
        What::Kill => format!("inject={call}:signal=KILL:when={number}"),
        What::Error(error) => format!("inject={call}:error={error}:when={number}"),
        What::Errors(error) => format!("inject={call}:error={error}:when={number}+"),
    };
    let trace = format!("trace={call}");
    let mut arguments = vec!["-o", "/dev/null", "-e", &trace, "-e", &inject];
    if *what != What::Kill {
        // Only the calls meant stop the process, which saves most of the time;
        // but strace sends no signals from such a stop.
        arguments.push("--seccomp-bpf");
    }
    let output = within_a_minute(&mut strace(command, &arguments));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("strace: "), "{stderr}");
    output
}

/// Runs `strace` to its end; one that goes on for a minute is killed, and
/// its status says so.
fn within_a_minute(strace: &mut Command) -> Output {
    let child = strace
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let process = Pid::from_child(&child);
    let (ended, end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(Duration::from_mins(1)) == Err(RecvTimeoutError::Timeout) {
                // strace takes the process that it runs with it.
                let _ = kill_process(process, Signal::KILL);
            }
        });
        let output = child.wait_with_output().unwrap();
        drop(ended);
        output
    })
}

/// Runs `command` to its end and gives the calls of its main thread that have
/// to do with files, in order; and the output.
pub fn trace(command: &Command, log: &Path) -> (Vec<Call>, Output) {
    let arguments = [
        "-o",
        log.to_str().unwrap(),
        "-e",
        "trace=%file,%desc,fchmod,ftruncate,syncfs,sync,exit_group",
    ];
    let output = strace(command, &arguments).output().unwrap();
    let text = fs::read_to_string(log).unwrap();
    let mut main = None;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut directories = HashSet::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((process, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((call, _)) = rest.trim_start().split_once('(') else {
            continue;
        };
        // The second half of a call that another thread's line came between.
        if *main.get_or_insert(process) != process || call.contains(' ') {
            continue;
        }
        // Memory, and what happens before the program starts.
        if matches!(call, "execve" | "mmap" | "poll" | "epoll_create1") {
            continue;
        }
        let count = counts.entry(call).or_default();
        *count += 1;
        let argument = rest.split(['(', ',', ')']).nth(1).unwrap_or_default();
        let result = rest.rsplit(" = ").next().and_then(|r| r.split(' ').next());
        if rest.contains("O_DIRECTORY") || (call == "fcntl" && directories.contains(argument)) {
            directories.extend(result);
        }
        calls.push(Call {
            name: call.to_owned(),
            number: *count,
            closes_directory: call == "close" && directories.remove(argument),
            creates: rest.contains("O_CREAT"),
        });
    }
    (calls, output)
}

#[test]
fn a_point_is_read_as_it_is_written() {
    for text in ["write/3/kill", "openat/1/EIO", "fsync/12+/ENOSPC"] {
        assert_eq!(Point::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Point::parse("write"), None);
}
