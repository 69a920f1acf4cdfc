//! What an import takes and leaves out. It needs no Nix; what it writes is
//! tried in the tests with Nix.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use crate::support::Home;

fn mode(home: &Home, path: &str, mode: u32) {
    fs::set_permissions(home.at(path), fs::Permissions::from_mode(mode)).unwrap();
}

fn bits(home: &Home, path: &str) -> u32 {
    fs::metadata(home.at(path)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn what_no_configuration_can_say_is_left_out_and_named() {
    let home = Home::new()
        .file("d/plain", "p\n")
        .file("d/new\nline", "n\n")
        .file("d/setuid", "s\n")
        .link("d/one", "two")
        .link("d/two", "one")
        .link("d/self", "self")
        .link("d/gone", "/nowhere/at/all");
    mode(&home, "d/setuid", 0o4755);
    fs::create_dir(home.at("d/empty")).unwrap();
    let large = fs::File::create(home.at("d/large")).unwrap();
    large.set_len(11 << 20).unwrap();
    UnixListener::bind(home.at("d/socket")).unwrap();
    let odd: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(b"/x/\xff".to_vec());
    symlink(odd, home.at("d/leads")).unwrap();
    home.run_bare(["import", "home", "d"])
        .success()
        .stderr_has("d/new\\nline: its name cannot be written in a configuration")
        .stderr_has("d/setuid: it runs as its owner or group (setuid, setgid)")
        .stderr_has("d/one: it is a link that leads in a circle")
        .stderr_has("d/two: it is a link that leads in a circle")
        .stderr_has("d/self: it is a link that leads in a circle")
        .stderr_has("d/leads: where it leads cannot be written in a configuration")
        .stderr_has("d/empty: it is an empty directory")
        .stderr_has("d/large: it has 11 MB, as data have; `--include` takes it")
        .stderr_has("d/socket: it is a socket, a pipe or a device");
    let nix = home.read(".config/nhmt/home.nix");
    assert_eq!(nix.matches("\n  home.file.\"d").count(), 2, "{nix}");
    assert!(
        nix.contains("\"d/plain\"") && nix.contains("\"/nowhere/at/all\""),
        "{nix}"
    );
}

#[test]
fn what_cannot_be_read_does_not_stop_the_rest() {
    let home = Home::new()
        .file("d/closed/x", "x\n")
        .file("d/secret", "s\n")
        .file("d/open", "o\n");
    home.give_to_owner();
    mode(&home, "d/closed", 0);
    mode(&home, "d/secret", 0);
    let done = home.run_as_owner(["import", "home", "d"]);
    mode(&home, "d/closed", 0o755);
    done.success()
        .stderr_has("d/closed: it cannot be read: Permission denied")
        .stderr_has("d/secret: it cannot be read: Permission denied");
    assert_eq!(home.read(".config/nhmt/files/d/open"), "o\n");
    assert!(!home.has(".config/nhmt/files/d/closed"));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let home = Home::new().file(".bashrc", "x\n").file("ro/x", "");
    home.give_to_owner();
    mode(&home, "ro", 0o555);
    for arguments in [
        ["import", "home", "--to", "ro/new"],
        ["init", "ro/new", "--kind", "plain"],
    ] {
        let mut command = home.command_for_all();
        if rustix::process::geteuid().is_root() {
            std::os::unix::process::CommandExt::uid(&mut command, 65_534);
        }
        command.current_dir(home.path()).args(arguments);
        crate::support::Outcome::of(&mut command)
            .exit(1)
            .stderr_has("cannot write")
            .stderr_has("home/ro")
            .stderr_has(": Permission denied");
    }
    assert_eq!(fs::read_dir(home.at("ro")).unwrap().count(), 1);
    mode(&home, "ro", 0o755);
}

#[test]
fn what_some_may_not_read_does_not_become_readable_to_all() {
    let home = Home::new().file(".bashrc", "x\n").file(".profile", "y\n");
    mode(&home, ".bashrc", 0o640);
    fs::create_dir_all(home.at(".config/nhmt")).unwrap();
    mode(&home, ".config/nhmt", 0o750);
    home.run_bare(["import", "home"]).success();
    let nix = home.read(".config/nhmt/home.nix");
    assert!(
        nix.contains("method = \"copy\";\n    permissions = \"0640\";"),
        "{nix}"
    );
    assert_eq!(nix.matches("method").count(), 1, "{nix}");
    assert_eq!(bits(&home, ".config/nhmt/files/.bashrc"), 0o600);
    // A folder that was there is as it was.
    assert_eq!(bits(&home, ".config/nhmt"), 0o750);
}

#[test]
fn a_link_that_leads_nowhere_is_no_folder_to_write_to() {
    let home = Home::new().file(".bashrc", "x\n").link("to", "nowhere");
    let to = home.at("to");
    home.run_bare(["import", "home", "--to", to.to_str().unwrap()])
        .exit(1)
        .stderr_has("to is no directory; an import writes into one of its own");
    assert!(!home.has("nowhere"));
}

#[test]
fn a_directory_that_is_one_link_is_looked_through_too() {
    let home = Home::new()
        .file("dots/app/.config/app/plain", "p\n")
        .file("dots/app/.config/app/token", "password = hunter22\n")
        .link(".config/app", "../dots/app/.config/app");
    let large = fs::File::create(home.at("dots/app/.config/app/large")).unwrap();
    large.set_len(11 << 20).unwrap();
    let dots = home.at("dots");
    let import = |to: &str, more: &[&str]| {
        let to = home.at(to);
        let arguments = [
            "import",
            "stow",
            dots.to_str().unwrap(),
            "--to",
            to.to_str().unwrap(),
        ];
        let mut command = home.command();
        crate::support::Outcome::of(command.args(arguments).args(more))
    };
    import("a", &[])
        .success()
        .stderr_has(".config/app/token: a password")
        .stderr_has(".config/app/large: it has 11 MB");
    assert!(home.has("a/files/.config/app/plain") && !home.has("a/files/.config/app/token"));
    import("b", &["--include", ".config/app"]).success();
    assert!(home.has("b/files/.config/app/token") && home.has("b/files/.config/app/large"));
}
