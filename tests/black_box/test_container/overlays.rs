//! Overlays, which bubblewrap has since 0.11: what is thrown away need not be
//! copied.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::ordinary::reachable;
use super::state::{USE, is_untouched, root, with_data};
use super::{NOBODY, all, become_nobody, home};
use crate::support::{Home, Outcome};

/// The folder of a bubblewrap with overlays: the one that is named in
/// `$NHMT_CURRENT_BWRAP`, the one of the other tests, or one that is set up.
static CURRENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup");
    let serves = |bin: &Path| {
        let mut command = Command::new(setup.join("bwrap-at-least"));
        command.arg("0.11").arg(bin);
        command.status().is_ok_and(|status| status.success())
    };
    for name in ["NHMT_CURRENT_BWRAP", "NHMT_TEST_BWRAP"] {
        if let Some(bin) = std::env::var_os(name).filter(|bin| !bin.is_empty()) {
            let bin = PathBuf::from(bin);
            assert!(
                serves(&bin),
                "no bubblewrap 0.11 or later in {}",
                bin.display()
            );
            return bin;
        }
    }
    if serves(Path::new("/usr/bin")) {
        return "/usr/bin".into();
    }
    let beside = std::env::var_os("NHMT_BUILD_DIR").map(PathBuf::from);
    let dir = beside.unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let dir = dir.join("bwrap-current");
    let mut command = Command::new(setup.join("bwrap-current"));
    let outcome = Outcome::of(command.arg(&dir));
    assert!(
        outcome.code() == Some(0),
        "a bubblewrap with overlays (0.11 or later) is needed for this test, and could not be \
         had; put one on PATH, or name the folder of it in NHMT_CURRENT_BWRAP: {}",
        outcome.stderr()
    );
    dir.join("bin")
});

/// `home` on a machine with that bubblewrap.
fn newer(home: Home) -> Home {
    // Where ordinary users can go.
    let path = reachable(&CURRENT, &home.outside("bubblewrap"));
    let path = format!("{}:/usr/bin:/bin", path.display());
    home.env("PATH", &path)
}

/// Runs `script` inside, as an ordinary user.
fn as_nobody(home: &Home, arguments: &[&str], script: &str) -> Outcome {
    let mut command = home.command_for_all();
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    become_nobody(home, &mut command);
    command.arg("test-container").args(arguments);
    Outcome::of(command.args(["--", "sh", "-c", script]))
}

/// The command line has an overlay, and the kernel allows it.
fn has_overlay(home: &Home) {
    home.run(["test-container", "-n", "--", "true"])
        .success()
        .stdout_has("--tmp-overlay");
}

#[test]
fn persisted_paths_are_thrown_away_with_the_home() {
    let home = newer(with_data("symlink"));
    let large = fs::File::create(root(&home).join("large")).unwrap();
    large.set_len(300 << 20).unwrap();
    has_overlay(&home);
    let before = all(&home);
    let script = format!("{USE}; stat -c %s {}/large", root(&home).display());
    let seen = home.run(["test-container", "--", "sh", "-c", &script]);
    let seen = seen.success().stderr_lacks("is empty inside").stdout();
    assert_eq!(seen, "kept\none\none\ntwo\nthree\n314572800\n");
    fs::remove_file(root(&home).join("large")).unwrap();
    is_untouched(&home);
    assert_eq!(all(&home), before);
    assert_eq!(fs::read_dir(home.outside("tmp")).unwrap().count(), 0);
}

#[test]
fn an_ordinary_user_has_them_too() {
    let home = newer(with_data("symlink"));
    let seen = as_nobody(&home, &[], USE).success().stderr_lacks("error");
    assert_eq!(seen.stdout(), "kept\none\none\ntwo\nthree\n");
    is_untouched(&home);
    as_nobody(&home, &["-n"], "true")
        .success()
        .stdout_has("--tmp-overlay");
    if rustix::process::geteuid().is_root() {
        assert_eq!(
            fs::metadata(root(&home).join("notes/a")).unwrap().uid(),
            NOBODY
        );
    }
}

#[test]
fn a_shared_path_can_be_written_to_and_is_as_it_was() {
    let home = newer(home().manifest(r#"{"f":{"text":"1"}}"#))
        .file("copy/f", "c")
        .file("copy/in/g", "g")
        .link("copy/link", "f");
    fs::set_permissions(home.at("copy/f"), fs::Permissions::from_mode(0o640)).unwrap();
    let before = all(&home);
    let copy = home.at("copy").display().to_string();
    let script = "cat copy/f copy/link; stat -c %a copy/f; rm -r copy/in; ls copy; echo x > copy/f; \
        mv copy/f copy/h; cat copy/h; mkdir copy/in; ls -A copy/in";
    let seen = home
        .run(["test-container", "--copy", &copy, "--", "sh", "-c", script])
        .success();
    assert_eq!(seen.stdout(), "cc640\nf\nlink\nx\n");
    assert_eq!(all(&home), before);
    home.run(["test-container", "--copy", &copy, "-n", "--", "true"])
        .success()
        .stdout_has(&format!("--overlay-src {copy} --tmp-overlay {copy}"));
}

/// These mean something among the options of an overlay.
#[test]
fn odd_names_are_no_options() {
    for name in ["a:b", "a,b", "a\\b", "a b", "lowerdir=x", "ü'\"$(x)"] {
        let home = newer(home().manifest(r#"{"f":{"text":"1"}}"#)).file(&format!("{name}/f"), "c");
        let copy = home.at(name).display().to_string();
        home.run([
            "test-container",
            "--copy",
            &copy,
            "--",
            "sh",
            "-c",
            "cd */; cat f; echo x > f",
        ])
        .success()
        .stdout_has("c");
        assert_eq!(home.read(&format!("{name}/f")), "c", "{name}");
        as_nobody(&home, &["--copy", &copy], "cd */; cat f; echo x > f")
            .success()
            .stdout_has("c");
        assert_eq!(home.read(&format!("{name}/f")), "c", "{name}");
    }
}

/// One overlay lies in another, one over the home.
#[test]
fn several_of_them_lie_in_each_other() {
    let home = newer(home().manifest(r#"{"f":{"text":"1"}}"#))
        .file("a/x", "ax")
        .file("a/b/x", "abx");
    let before = all(&home);
    let (a, b) = (home.at("a"), home.at("a/b"));
    let (a, b) = (a.display().to_string(), b.display().to_string());
    home.run([
        "test-container",
        "--copy",
        &a,
        "--bind-ro",
        &b,
        "--",
        "sh",
        "-c",
        "cat a/x a/b/x; echo y > a/x; echo y 2>/dev/null > a/b/x || echo no; cat a/x",
    ])
    .success()
    .stdout_has("axabxno\ny\n");
    assert_eq!(all(&home), before);
}

/// What nobody but its owner may read is not seen by way of an overlay.
#[test]
fn what_may_not_be_read_is_not_read() {
    let home = newer(home().manifest(r#"{"f":{"text":"1"}}"#))
        .file("copy/open", "open")
        .file("copy/secret", "secret");
    let copy = home.at("copy").display().to_string();
    let mut command = home.command_for_all();
    become_nobody(&home, &mut command);
    if rustix::process::geteuid().is_root() {
        let secret = home.at("copy/secret");
        std::os::unix::fs::lchown(&secret, Some(0), Some(0)).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    } else {
        let none = fs::Permissions::from_mode(0o000);
        fs::set_permissions(home.at("copy/secret"), none).unwrap();
    }
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    command.args(["test-container", "--copy", &copy, "--", "sh", "-c"]);
    Outcome::of(command.arg("cat copy/open copy/secret 2>/dev/null || echo no"))
        .success()
        .stdout_has("openno\n")
        .stdout_lacks("secret");
}
