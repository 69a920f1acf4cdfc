//! Programs of a distribution that save what is kept, each in its own way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Home, Outcome};

const DIRECTORIES: [&str; 4] = [".ssh", ".gnupg", "base", ".local/share/app"];
const FILES: [&str; 5] = [
    ".bash_history",
    ".gitconfig",
    ".viminfo",
    ".local/share/recently-used.xbel",
    "one.sqlite",
];

fn home() -> Home {
    let mut home = Home::new();
    let root = home.outside("persist");
    let of = |kind: &'static str| {
        let root = root.clone();
        move |path: &&str| json!({ "path": path, "root": root, "kind": kind })
    };
    let directories = DIRECTORIES.iter().map(of("directory"));
    let state: Vec<_> = directories.chain(FILES.iter().map(of("file"))).collect();
    home.declare(&json!({ "profile": root.join(".nhmt/profile"), "state": state }));
    home.run(["realize"]).success();
    home
}

/// A program that has to be there: without it the test would show nothing.
fn program(home: &Home, name: &str) -> Command {
    let found = ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin"]
        .iter()
        .map(|dir| Path::new(dir).join(name))
        .find(|path| path.is_file());
    let path: PathBuf = found.unwrap_or_else(|| panic!("{name} is not installed"));
    let mut command = Command::new(path);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .current_dir(home.path())
        .stdin(Stdio::null());
    command
}

/// The home goes, after what a session does last, and comes back.
fn reboot(home: &Home) {
    home.run_bare(["persist", "sync"]).success();
    fs::remove_dir_all(home.path()).unwrap();
    fs::create_dir(home.path()).unwrap();
    let profile = home.outside("persist/.nhmt/profile");
    home.run_bare(["activate", "--profile", profile.to_str().unwrap()])
        .success();
    for path in DIRECTORIES.iter().chain(&FILES) {
        assert!(home.is_managed(path), "{path}");
    }
}

#[test]
fn the_history_of_bash() {
    let home = home();
    let mut expected = String::new();
    for line in ["echo one", "echo two"] {
        let typed = home.outside("typed");
        fs::write(&typed, format!("{line}\nexit\n")).unwrap();
        let mut bash = program(&home, "bash");
        bash.args(["--norc", "-i"])
            .stdin(fs::File::open(typed).unwrap());
        Outcome::of(&mut bash).success();
        reboot(&home);
        expected = format!("{expected}{line}\nexit\n");
        assert_eq!(home.read(".bash_history"), expected);
    }
}

#[test]
fn the_hosts_that_ssh_knows() {
    let home = home();
    let keys = home.outside("keys");
    fs::create_dir(&keys).unwrap();
    for name in ["one", "two"] {
        let key = keys.join(name);
        let mut keygen = program(&home, "ssh-keygen");
        keygen
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&key);
        Outcome::of(&mut keygen).success();
        // A server for this one connection, which ends where a login would be.
        fs::create_dir_all("/run/sshd").ok();
        let server = format!(
            "ProxyCommand=/usr/sbin/sshd -i -f /dev/null -h {} -o PidFile=none -o StrictModes=no",
            key.display()
        );
        let known = format!(
            "UserKnownHostsFile={}",
            home.at(".ssh/known_hosts").display()
        );
        let mut ssh = program(&home, "ssh");
        ssh.args(["-F", "/dev/null", "-o", &server, "-o", &known])
            .args([
                "-o",
                "StrictHostKeyChecking=accept-new",
                "-o",
                "BatchMode=yes",
            ])
            .args(["-o", "HashKnownHosts=no", name, "true"]);
        let said = ssh.output().unwrap();
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.contains("Permanently added"), "{said}");
        reboot(&home);
        assert!(home.read(".ssh/known_hosts").contains(name));
    }
    // It writes the rest to another file, and moves that over this one.
    let mut keygen = program(&home, "ssh-keygen");
    keygen
        .args(["-R", "one", "-f"])
        .arg(home.at(".ssh/known_hosts"));
    Outcome::of(&mut keygen).success();
    reboot(&home);
    let known = home.read(".ssh/known_hosts");
    assert!(!known.contains("one ") && known.contains("two "), "{known}");
    assert!(home.read(".ssh/known_hosts.old").contains("one "));
}

#[test]
fn the_configuration_of_git() {
    let home = home();
    for (name, value) in [("user.name", "Alice"), ("user.email", "alice@example.org")] {
        let mut git = program(&home, "git");
        Outcome::of(git.args(["config", "--global", name, value])).success();
        reboot(&home);
    }
    let text = home.read(".gitconfig");
    assert!(
        text.contains("Alice") && text.contains("alice@example.org"),
        "{text}"
    );
}

#[test]
fn the_keys_of_gpg() {
    let home = home();
    let mut gpg = program(&home, "gpg");
    gpg.args([
        "--batch",
        "--quiet",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
    ])
    .args([
        "--quick-gen-key",
        "Alice <alice@example.org>",
        "ed25519",
        "sign",
        "never",
    ]);
    Outcome::of(&mut gpg).success();
    Outcome::of(program(&home, "gpgconf").args(["--kill", "all"])).success();
    reboot(&home);
    let mode = fs::metadata(home.at(".gnupg")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777,
        0o700
    );
    let mut gpg = program(&home, "gpg");
    Outcome::of(gpg.args(["--batch", "--list-secret-keys"]))
        .success()
        .stdout_has("alice@example.org");
    fs::write(home.at("letter"), "hello").unwrap();
    let mut gpg = program(&home, "gpg");
    gpg.args([
        "--batch",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
        "--sign",
    ]);
    Outcome::of(gpg.arg("letter")).success();
    Outcome::of(program(&home, "gpgconf").args(["--kill", "all"])).success();
}

#[test]
fn the_databases_of_sqlite() {
    let home = home();
    for (number, base) in [
        (1, "base/wal.sqlite"),
        (2, "one.sqlite"),
        (3, "base/wal.sqlite"),
        (4, "one.sqlite"),
    ] {
        let mode = if base.contains("wal") {
            "wal"
        } else {
            "delete"
        };
        let script = format!(
            "pragma journal_mode={mode}; create table if not exists t(x); begin; insert into t values({number}); commit;"
        );
        let mut sqlite = program(&home, "sqlite3");
        Outcome::of(sqlite.args([base, &script])).success();
        reboot(&home);
    }
    for (base, sum) in [("base/wal.sqlite", "4\n"), ("one.sqlite", "6\n")] {
        let mut sqlite = program(&home, "sqlite3");
        let sum_of = "pragma integrity_check; select sum(x) from t";
        Outcome::of(sqlite.args([base, sum_of]))
            .success()
            .stdout_has(&format!("ok\n{sum}"));
    }
}

#[test]
fn the_memory_of_vim() {
    let home = home();
    // It makes the file by a call that follows no link (`O_EXCL`, open(2)), and
    // so none where a link waits for it: the first one has to be there.
    fs::write(home.outside("persist/.viminfo"), "").unwrap();
    for word in ["first", "second"] {
        let mut vim = program(&home, "vim");
        let register = format!("call setreg('{}', '{word}')", &word[..1]);
        vim.args(["-N", "-u", "NONE", "-es", "-i"])
            .arg(home.at(".viminfo"))
            .args([
                "-c",
                "set viminfo='9,<9",
                "-c",
                &register,
                "-c",
                "wviminfo",
                "-c",
                "qa!",
            ]);
        let ended = vim.output().unwrap();
        assert!(home.has(".viminfo"), "{ended:?}");
        reboot(&home);
    }
    let text = home.read(".viminfo");
    assert!(text.contains("first") && text.contains("second"), "{text}");
}

/// GTK keeps the list with `GLib`'s `g_bookmark_file_to_file`, called here by
/// itself; GTK alone would need a display.
#[test]
fn the_recent_files_of_gtk() {
    let home = home();
    let script = r#"
import ctypes, sys
glib = ctypes.CDLL("libglib-2.0.so.0")
glib.g_bookmark_file_new.restype = ctypes.c_void_p
list = ctypes.c_void_p(glib.g_bookmark_file_new())
path = sys.argv[1].encode()
glib.g_bookmark_file_load_from_file(list, path, None)
glib.g_bookmark_file_set_title(list, sys.argv[2].encode(), b"a title")
glib.g_bookmark_file_add_application(list, sys.argv[2].encode(), b"app", b"app %u")
if not glib.g_bookmark_file_to_file(list, path, None):
    sys.exit("not written")
"#;
    let place = home.at(".local/share/recently-used.xbel");
    for uri in ["file:///one", "file:///two"] {
        let mut python = program(&home, "python3");
        Outcome::of(python.args(["-c", script]).arg(&place).arg(uri)).success();
        // The link to what is kept is gone: GLib moved a new file over it.
        assert!(!place.is_symlink());
        home.run_bare(["persist", "list"])
            .success()
            .stdout_has("replaced by a newer file");
        reboot(&home);
    }
    let text = home.read(".local/share/recently-used.xbel");
    assert!(
        text.contains("file:///one") && text.contains("file:///two"),
        "{text}"
    );
}
