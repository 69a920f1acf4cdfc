//! The end of a home that one lives in, when its last state cannot be brought to
//! the root.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::state::{history, root, with_data};
use crate::support::{Home, Outcome, nhmt};

/// The one directory that a container left behind, with what is in it.
fn left(home: &Home) -> Vec<(PathBuf, String)> {
    let tmp = fs::read_dir(home.outside("tmp")).unwrap();
    let tmp: Vec<_> = tmp.map(|entry| entry.unwrap().path()).collect();
    let [left] = &tmp[..] else { panic!("{tmp:?}") };
    let name = left.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("nhmt-left-"), "{name}");
    let files = walkdir::WalkDir::new(left).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|file| {
            let text = fs::read_to_string(file.path()).unwrap();
            (file.into_path(), text)
        })
        .collect()
}

/// `script` in a home that one lives in, which has said that it is ready.
fn living(home: &Home, script: &str) -> (Child, std::io::BufReader<ChildStdout>) {
    let mut nhmt = home.command_for_signals();
    nhmt.arg("-f").arg(home.outside("configuration/home.json"));
    nhmt.args(["test-container", "--ephemeral", "--", "sh", "-c", script]);
    nhmt.stdin(Stdio::piped());
    nhmt.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = nhmt.spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    std::io::BufRead::read_line(&mut out, &mut ready).unwrap();
    assert_eq!(ready, "ready\n");
    (child, out)
}

#[test]
fn what_cannot_be_taken_back_is_kept_and_said() {
    for flag in ["--ephemeral", "--share-state"] {
        let home = with_data("symlink");
        let own = root(&home).join(".nhmt");
        let own = own.display();
        let script = format!(
            "rm -r {own}; echo in the way > {own}; echo last > new; mv new .history; exit 7"
        );
        let seen = home
            .run(["test-container", flag, "--", "sh", "-c", &script])
            .exit(1)
            .stderr_has("Not a directory")
            .stderr_has("error: what programs saved last may not be in the persistent directory: `nhmt persist sync` failed");
        assert_eq!(history(&home), "one\n");
        let kept = left(&home);
        assert_eq!(kept[0].1, "last\n");
        assert_eq!(kept.len(), 1);
        seen.stderr_has(&format!(
            "error: what the home has at ~/.history is not in the persistent directory; it is kept as {}",
            kept[0].0.display()
        ));
    }
}

/// A directory that took the place of the link is not what `sync` is for.
#[test]
fn a_directory_in_the_place_of_a_link_is_kept() {
    let home = with_data("symlink");
    let script = "rm notes; mkdir notes; echo mine > notes/b";
    home.run(["test-container", "--ephemeral", "--", "sh", "-c", script])
        .exit(1)
        .stderr_has("error: what the home has at ~/notes is not in the persistent directory");
    let kept = left(&home);
    assert!(kept[0].0.ends_with("notes/b") && kept[0].1 == "mine\n");
}

#[test]
fn what_a_full_root_does_not_take_is_kept() {
    let home = with_data("symlink");
    let me = rustix::process::geteuid().is_root();
    let mut command = Command::new("/usr/bin/unshare");
    home.environment(&mut command);
    command.env("PATH", format!("{}:/usr/sbin:/sbin", super::path()));
    command.args([if me { "--mount" } else { "-rm" }, "/bin/sh", "-ec"]);
    // What was there before is there, with no room for more.
    command.arg(
        "mount -t tmpfs -o size=64k none $2; mkdir $2/notes; echo one > $2/.history
        $0 -f $1 test-container --ephemeral -- sh -c '
            cat /dev/zero > notes/full 2>/dev/null
            head -c 20000 /dev/zero | tr \"\\0\" x > new; mv new .history
        ' || test $? = 1; cat $2/.history",
    );
    command.arg(nhmt());
    command.arg(home.outside("configuration/home.json"));
    command.arg(root(&home));
    Outcome::of(&mut command)
        .success()
        .stdout_has("one\n")
        .stderr_has("No space left on device")
        .stderr_has("it is kept as ");
    assert_eq!(left(&home)[0].1, "x".repeat(20000));
}

/// The mount of a directory goes with it, and a root that is missing is made.
#[test]
fn a_root_that_went_meanwhile_is_made_again() {
    let home = with_data("symlink");
    let script = "echo ready; read go; echo last > new; mv new .history";
    let (mut child, _out) = living(&home, script);
    fs::remove_dir_all(root(&home)).unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"go\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(history(&home), "last\n");
}

#[test]
fn what_has_no_root_any_more_is_kept() {
    let home = with_data("symlink");
    let script = "echo ready; read go; echo last > new; mv new .history";
    let (mut child, _out) = living(&home, script);
    fs::remove_dir_all(root(&home)).unwrap();
    fs::write(root(&home), "in the way").unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"go\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("it is kept as "), "{said}");
    assert_eq!(left(&home)[0].1, "last\n");
}

/// A command that takes no notice of the end is killed after a while, and what
/// it had saved is kept.
#[test]
fn who_does_not_end_is_killed() {
    let home = with_data("symlink");
    let script = "trap '' TERM HUP; echo last > new; mv new .history; echo ready
        while :; do sleep 1; done";
    let (mut child, mut out) = living(&home, script);
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
    assert!(sent.unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(137));
    assert_eq!(history(&home), "last\n");
    assert_eq!(fs::read_dir(home.outside("tmp")).unwrap().count(), 0);
}
