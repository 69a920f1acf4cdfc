//! Throwaway homes, by the bubblewrap of this machine.

mod left;
mod ordinary;
mod overlays;
mod refusals;
mod sharing;
mod state;
mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use walkdir::WalkDir;

use crate::support::{Home, Outcome};

const NOBODY: u32 = 65_534;

/// The search path; another bubblewrap than the system's is tried with its
/// folder in `$NHMT_TEST_BWRAP`.
fn path() -> String {
    match std::env::var("NHMT_TEST_BWRAP") {
        Ok(first) if !first.is_empty() => format!("{first}:/usr/bin:/bin"),
        _ => "/usr/bin:/bin".to_owned(),
    }
}

/// A home on a machine with bubblewrap.
fn home() -> Home {
    Home::new().env("PATH", &path()).env("TERM", "dumb")
}

fn simple() -> Home {
    home()
        .manifest(r#"{".config/app/f":{"text":"declared\n"}}"#)
        .file("secret", "mine")
}

/// Runs `script` inside.
fn inside(home: &Home, script: &str) -> Outcome {
    home.run(["test-container", "--", "sh", "-c", script])
}

/// Everything in the home, nhmt's own records too, with content and time.
fn all(home: &Home) -> BTreeMap<PathBuf, String> {
    let entries = WalkDir::new(home.path()).into_iter().map(Result::unwrap);
    let state = |entry: walkdir::DirEntry| {
        let data = entry.metadata().unwrap();
        let state = format!("{:?} {:?}", data.modified().unwrap(), data.permissions());
        (entry.into_path(), state)
    };
    entries.map(state).collect()
}

fn become_nobody(home: &Home, command: &mut Command) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for entry in WalkDir::new(home.outside("")) {
        let path = entry.unwrap().into_path();
        std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    command.uid(NOBODY).gid(NOBODY);
}

/// A program in place of bubblewrap.
fn stand_in(home: &Home, script: &str) -> String {
    let bin = home.outside("bin");
    fs::create_dir_all(&bin).unwrap();
    let file = bin.join("bwrap");
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", bin.display())
}

#[test]
fn the_declared_home_is_there_and_the_real_one_is_not() {
    let home = simple();
    let before = all(&home);
    let seen = inside(
        &home,
        "pwd; whoami; cat .config/app/f; ls -A; readlink .config/app/f; echo new > file; cat file",
    )
    .success()
    .stderr_lacks("error")
    .stdout();
    let path = home.path();
    let path = path.display();
    assert_eq!(
        seen,
        format!(
            "{path}\ntester\ndeclared\n.config\n.local\n{path}/.local/state/nhmt/current/home/.config/app/f\nnew\n"
        )
    );
    assert_eq!(all(&home), before);
    let left = fs::read_dir(home.outside("tmp")).unwrap().count();
    assert_eq!(left, 0, "nothing temporary stays");
}

#[test]
fn the_system_cannot_be_written_to() {
    let home = simple();
    let script = "for dir in / /usr /etc /.nhmt /home; do
        touch $dir/nhmt-was-here 2>/dev/null && echo $dir
    done; touch /tmp/x /var/tmp/x /run/x $XDG_RUNTIME_DIR/x && echo own";
    assert_eq!(inside(&home, script).success().stdout(), "own\n");
}

#[test]
fn namespaces_are_its_own() {
    let home = simple();
    let links = "for ns in pid ipc uts net; do readlink /proc/self/ns/$ns; done";
    let names = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let outside = names(Outcome::of(Command::new("sh").args(["-c", links])).stdout());
    let within = names(inside(&home, links).success().stdout());
    for (one, other) in outside.iter().zip(&within) {
        assert_ne!(one, other);
    }
    let net = home.run(["test-container", "--net", "--", "sh", "-c", links]);
    let net = names(net.success().stdout());
    assert_eq!(net[3], outside[3], "with --net");
    assert_ne!(net[0], outside[0]);
    inside(&home, "hostname; ls /proc | grep -c '^[0-9]'")
        .success()
        .stdout_has("test-container");
}

#[test]
fn few_variables_pass() {
    let home = simple()
        .env("LC_TIME", "C.UTF-8")
        .env("SECRET", "x")
        .env("DISPLAY", ":0");
    let text = inside(&home, "env | cut -d= -f1 | sort").success().stdout();
    let own = ["PWD", "SHLVL", "_", "OLDPWD"];
    let names: Vec<_> = text.lines().filter(|name| !own.contains(name)).collect();
    assert_eq!(
        names,
        [
            "HOME",
            "LC_TIME",
            "LOGNAME",
            "NHMT_CONTAINER",
            "PATH",
            "SHELL",
            "TERM",
            "USER",
            "XDG_RUNTIME_DIR"
        ]
    );
    inside(&home, "cd; nhmt status")
        .success()
        .stdout_has("generation 1, 1 link");
}

#[test]
fn the_exit_code_is_the_commands() {
    let home = simple();
    for (script, code) in [
        ("true", 0),
        ("exit 7", 7),
        ("kill -KILL $$", 137),
        ("kill -INT $$", 130),
    ] {
        inside(&home, script).exit(code);
    }
    home.run(["test-container", "--", "no-such-program"])
        .exit(127)
        .stderr_has("no program `no-such-program` in the container")
        .stderr_has("packages of the configuration");
    home.run(["test-container", "--", "/etc/passwd"])
        .exit(126)
        .stderr_has("cannot run /etc/passwd in the container: Permission denied");
    home.run(["test-container", "--", "/no/such"]).exit(127);
}

#[test]
fn standard_input_is_the_commands() {
    let home = simple();
    let with_input = |arguments: &[&str], input: &[u8]| {
        let file = home.outside("input");
        fs::write(&file, input).unwrap();
        let mut command = home.command();
        command
            .arg("-f")
            .arg(home.outside("configuration/home.json"));
        command.args(arguments).stdin(fs::File::open(file).unwrap());
        Outcome::of(&mut command)
    };
    with_input(&["test-container", "--", "cat"], b"a\nb\n")
        .success()
        .stdout_has("a\nb\n");
    // Without a command, a login shell reads it.
    with_input(&["test-container"], b"echo $0 $- $HOME; exit 6\n")
        .exit(6)
        .stdout_has(home.path().to_str().unwrap());
}

#[test]
fn a_configuration_for_another_home_is_entered_there() {
    let mut home = home();
    for directory in [
        "/home/no such user",
        "/it's \\\"$HOME\\\" ünder/*",
        "/usr/local/x/y",
        "/tmp",
    ] {
        let json = format!(
            r#"{{"version":1,"home":{{"username":"al","directory":"{directory}"}},"files":{{"a b":{{"text":"x"}}}}}}"#
        );
        home.set_configuration("home.json", &json);
        let plain = directory.replace('\\', "");
        inside(&home, "pwd; cat 'a b'; whoami; stat -c %a .; echo ~al")
            .success()
            .stdout_has(&format!("{plain}\nxal\n700\n{plain}\n"));
    }
    home.set_manifest("{}");
    home.run(["test-container", "--home", "/srv/x", "--", "pwd"])
        .success()
        .stdout_has("/srv/x\n");
}

#[test]
fn a_generation_is_entered() {
    let mut home = simple();
    home.run(["realize"]).success();
    home.set_manifest(r#"{".config/app/f":{"text":"newer\n"}}"#);
    home.run(["realize"]).success();
    let before = all(&home);
    home.run_bare([
        "test-container",
        "--generation",
        "1",
        "--",
        "cat",
        ".config/app/f",
    ])
    .success()
    .stdout_has("declared");
    home.run_bare(["test-container", "--generation", "1", "--", "ls", "-A"])
        .success()
        .stdout_lacks("secret");
    assert_eq!(all(&home), before);
    home.run_bare(["test-container", "--generation", "9", "--", "true"])
        .exit(1)
        .stderr_has("no generation 9");
    home.run(["test-container", "--generation", "1", "--", "true"])
        .exit(2)
        .stderr_has("`--file` says what to build");
}

#[test]
fn an_ordinary_user_needs_no_rights() {
    let home = simple();
    let mut command = home.command_for_all();
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    become_nobody(&home, &mut command);
    let script = "id -un; cat .config/app/f; ls -A; touch /etc/x 2>/dev/null || echo no";
    let seen = Outcome::of(command.args(["test-container", "--", "sh", "-c", script]))
        .success()
        .stdout();
    assert_eq!(seen, "tester\ndeclared\n.config\n.local\nno\n");
    let left = fs::read_dir(home.outside("tmp")).unwrap().count();
    assert_eq!(left, 0, "read-only trees are removed, too");
}

#[test]
fn a_hook_that_fails_is_for_the_shell_to_look_at() {
    let mut home = home();
    home.declare(&json!({
        "files": { "f": { "text": "x" } },
        "hooks": [{ "name": "fails", "script": "echo from the hook; exit 3" }],
    }));
    home.run(["test-container", "--", "cat", "f"])
        .exit(1)
        .stdout_lacks("x")
        .stderr_has("fails");
    // Without a command, and with nothing to read, the shell ends at once.
    home.run(["test-container"]).success().stderr_has("fails");
}

#[test]
fn the_command_line_is_shown_and_works() {
    let home = simple();
    let line = home
        .run(["test-container", "-n", "--", "echo", "a  b"])
        .success()
        .stdout();
    assert!(line.starts_with("env -i HOME="), "{line}");
    assert!(
        line.contains("/bwrap --die-with-parent") && line.ends_with("echo 'a  b'\n"),
        "{line}"
    );
    let json = home
        .run(["test-container", "-n", "--json", "--", "echo", "a  b"])
        .success()
        .json();
    assert_eq!(json["home"], home.path().to_str().unwrap());
    assert_eq!(json["environment"]["USER"], "tester");
    let words = json["command"].as_array().unwrap();
    assert_eq!(words.last().unwrap(), "a  b");
    home.run(["test-container", "--json", "--", "true"])
        .exit(2)
        .stderr_has("--dry-run");
}

#[test]
fn the_session_is_that_of_a_login() {
    let session = "export EDITOR=vim; PATH=\\\"$HOME/bin:$PATH\\\"\\n";
    let home = home().manifest(&format!(
        r##"{{".local/share/nhmt/session.sh":{{"text":"{session}"}},"bin/tool":{{"text":"#!/bin/sh\necho tool $EDITOR \"$@\"\n","executable":true}}}}"##
    ));
    home.run(["test-container", "--", "tool", "a b"])
        .success()
        .stdout_has("tool vim a b\n");
    // Login shells start over with the system's PATH.
    for shell in ["/bin/sh", "/bin/bash", "/nonexistent/sh-of-nobody"] {
        let mut command = home.command();
        command
            .arg("-f")
            .arg(home.outside("configuration/home.json"));
        command.env("SHELL", shell).stdin(Stdio::piped());
        let mut child = command
            .arg("test-container")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"tool; echo $SHELL\n")
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let usable = if shell.starts_with("/bin") {
            shell
        } else {
            "/bash"
        };
        assert!(
            text.starts_with("tool vim\n") && text.trim_end().ends_with(usable),
            "{text}"
        );
    }
}
