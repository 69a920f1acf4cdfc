//! What the doctor says of the session that it is typed in.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::Home;

/// A home whose session's file has this digest.
fn home(digest: &str) -> Home {
    let text =
        format!(r#"export __NHMT_SESSION=\"{digest}\"\n__nhmt_search XDG_DATA_DIRS \"/x\" \"\"\n"#);
    let home = Home::new().manifest(&format!(
        r#"{{".local/share/nhmt/session.sh":{{"text":"{text}"}},".config/environment.d/zz-nhmt.conf":{{"text":"A=1\n"}}}}"#
    ));
    home.run(["realize"]).success();
    home
}

/// The advice that there is: kinds and messages.
#[track_caller]
fn advice(home: &Home) -> Vec<(String, String)> {
    let json = home.run_bare(["doctor", "--json"]).success().json();
    assert_eq!(json["healthy"], true);
    let all = json["findings"].as_array().unwrap().iter();
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    all.map(|one| (word(one, "kind"), word(one, "message")))
        .collect()
}

#[track_caller]
fn only(home: &Home, kind: &str) -> String {
    let mut all = advice(home);
    assert_eq!(all.len(), 1, "{all:?}");
    let (found, message) = all.remove(0);
    assert_eq!(found, kind, "{message}");
    home.run_bare(["doctor"])
        .success()
        .stdout_has(&message)
        .stdout_has("nothing is wrong; the above is advice");
    message
}

#[test]
fn a_session_with_the_homes_variables_is_as_it_should_be() {
    let home = home("d1").env("__NHMT_SESSION", "d1");
    assert_eq!(advice(&home), []);
}

#[test]
fn a_session_that_read_nothing() {
    let home = home("d1");
    let message = only(&home, "session-unread");
    assert_eq!(message, "this session has not read the home's variables");
    home.run_bare(["doctor"])
        .success()
        .stdout_has("start a new session");
}

#[test]
fn a_session_of_another_generation() {
    let home = home("d2").env("__NHMT_SESSION", "d1");
    let message = only(&home, "session-stale");
    assert_eq!(
        message,
        "this session has the variables of another generation"
    );
    home.run_bare(["doctor"])
        .success()
        .stdout_has("`. ~/.local/share/nhmt/session.sh`");
}

#[test]
fn a_program_that_systemd_started() {
    let home = home("d1").env("__NHMT_SESSION", "systemd-d1");
    assert_eq!(advice(&home), []);
}

/// Somebody else's home is none of this session's affairs.
#[test]
fn another_home() {
    let home = home("d1");
    let mut command = home.command();
    command.env("HOME", home.outside("tmp"));
    command.arg("--home").arg(home.path()).arg("doctor");
    let said = crate::support::Outcome::of(&mut command).success().stdout();
    assert!(!said.contains("session"), "{said}");
}

#[test]
fn a_home_without_the_sessions_file() {
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    let home = home.env("SHELL", "/bin/bash");
    assert_eq!(advice(&home), []);
}

#[test]
fn a_login_shell_that_reads_nothing_of_it() {
    for (shell, file, line) in [
        ("/bin/bash", ".profile", ". ~/.local/share/nhmt/session.sh"),
        ("/bin/dash", ".profile", ". ~/.local/share/nhmt/session.sh"),
        (
            "/usr/bin/zsh",
            ".zprofile",
            ". ~/.local/share/nhmt/session.sh",
        ),
        (
            "/usr/bin/fish",
            ".config/fish/config.fish",
            "source ~/.local/share/nhmt/session.fish",
        ),
        (
            "/usr/bin/nu",
            ".config/nushell/config.nu",
            "source ~/.local/share/nhmt/session.nu",
        ),
    ] {
        let home = home("d1").env("__NHMT_SESSION", "d1").env("SHELL", shell);
        let message = only(&home, "login-shell-unaware");
        let expected = format!(
            "{shell} does not read the home's variables when it starts (add to ~/{file}: {line})"
        );
        assert_eq!(message, expected);
        home.write(file, &format!("echo mine\n{line}\n"));
        assert_eq!(advice(&home), [], "{shell}");
        // What is commented out is not read.
        home.write(file, &format!("# {line}\n"));
        only(&home, "login-shell-unaware");
    }
}

/// bash reads the first of three, which may read others.
#[test]
fn the_first_startup_file_of_bash_decides() {
    let home = home("d1")
        .env("__NHMT_SESSION", "d1")
        .env("SHELL", "/bin/bash");
    home.write(".profile", ". ~/.local/share/nhmt/session.sh\n");
    assert_eq!(advice(&home), []);
    home.write(".bash_profile", "echo mine\n");
    let message = only(&home, "login-shell-unaware");
    assert!(message.contains("add to ~/.bash_profile: "), "{message}");
    home.write(".bash_profile", "[ -r ~/.profile ] && . ~/.profile\n");
    assert_eq!(advice(&home), []);
    home.write(".bash_profile", ". \"$HOME/.bashrc\"\n");
    only(&home, "login-shell-unaware");
    home.write(".bashrc", "source \"$HOME/.local/share/nhmt/session.sh\"\n");
    assert_eq!(advice(&home), []);
}

#[test]
fn a_shell_that_is_not_known_is_left_alone() {
    let home = home("d1")
        .env("__NHMT_SESSION", "d1")
        .env("SHELL", "/opt/bin/myshell");
    assert_eq!(advice(&home), []);
}

/// A program of this name on PATH.
fn program(home: &Home, name: &str, script: &str) -> String {
    let dir = home.outside("bin");
    fs::create_dir_all(&dir).unwrap();
    let file = dir.join(name);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    dir.display().to_string()
}

#[test]
fn a_user_manager_without_the_variables() {
    let home = home("d1").env("__NHMT_SESSION", "d1");
    let runtime = home.outside("runtime");
    fs::create_dir_all(runtime.join("systemd/private")).unwrap();
    let runtime = runtime.display().to_string();
    let path = program(
        &home,
        "systemctl",
        "echo \"$*\" >&2; /bin/cat \"$HOME/manager\"",
    );
    let home = home.env("XDG_RUNTIME_DIR", &runtime).env("PATH", &path);
    for (has, kind) in [
        ("PATH=/bin\n", Some("manager-unread")),
        ("__NHMT_SESSION=systemd-d0\n", Some("manager-unread")),
        ("X=1\n__NHMT_SESSION=systemd-d1\n", None),
        // It was imported from a shell.
        ("__NHMT_SESSION=d1\n", None),
    ] {
        home.write("manager", has);
        match kind {
            Some(kind) => {
                let message = only(&home, kind);
                assert!(
                    message.contains("the user's systemd has not read"),
                    "{message}"
                );
                home.run_bare(["doctor"])
                    .success()
                    .stdout_has("`systemctl --user daemon-reload`");
            }
            None => assert_eq!(advice(&home), [], "{has}"),
        }
    }
}

/// A manager that does not answer is no finding.
#[test]
fn a_user_manager_that_fails() {
    let home = home("d1").env("__NHMT_SESSION", "d1");
    let runtime = home.outside("runtime");
    fs::create_dir_all(runtime.join("systemd/private")).unwrap();
    let runtime = runtime.display().to_string();
    let path = program(&home, "systemctl", "exit 1");
    let home = home.env("XDG_RUNTIME_DIR", &runtime).env("PATH", &path);
    assert_eq!(advice(&home), []);
}

#[test]
fn flatpak_applications_that_cannot_read_what_links_lead_to() {
    let home = home("d1").env("__NHMT_SESSION", "d1");
    let path = program(&home, "flatpak", "exit 0");
    let home = home.env("PATH", &path);
    let message = only(&home, "flatpak-cannot-read");
    let store = home.at(".local/share/nhmt/store").display().to_string();
    let command = format!(
        "flatpak override --user --filesystem=~/.local/state/nhmt:ro --filesystem={store}:ro"
    );
    assert!(message.ends_with(&format!("({command})")), "{message}");
    let overrides = ".local/share/flatpak/overrides/global";
    home.write(
        overrides,
        "[Context]\nfilesystems=~/.local/state/nhmt:ro;\n",
    );
    only(&home, "flatpak-cannot-read");
    home.write(
        overrides,
        &format!("[Context]\nfilesystems=xdg-run/x;{store}:ro;~/.local/state/nhmt:ro;\n"),
    );
    assert_eq!(advice(&home), []);
    home.write(overrides, "[Context]\nfilesystems=host;\n");
    only(&home, "flatpak-cannot-read");
}

#[test]
fn lists_that_lack_the_packages_or_have_them_last() {
    let home = home("d1").env("__NHMT_SESSION", "d1");
    // As a generation with packages has it.
    let tree = fs::read_link(home.at(".local/state/nhmt/current")).unwrap();
    fs::set_permissions(&tree, fs::Permissions::from_mode(0o755)).unwrap();
    for dir in ["bin", "share"] {
        fs::create_dir_all(tree.join("packages").join(dir)).unwrap();
    }
    let packages = home.at(".local/state/nhmt/current/packages");
    let packages = packages.display();
    let kinds =
        |home: &Home| -> Vec<String> { advice(home).into_iter().map(|(kind, _)| kind).collect() };
    assert_eq!(kinds(&home), ["path-lacks-packages", "data-lacks-packages"]);
    let home = home
        .env("PATH", &format!("/usr/bin:{packages}/bin"))
        .env("XDG_DATA_DIRS", &format!("/usr/share:{packages}/share"));
    let message = only(&home, "path-order");
    let expected = format!(
        "{packages}/bin comes after the system's directories on PATH, so that the system's programs win (/usr/bin)"
    );
    assert_eq!(message, expected);
    let home = home.env("PATH", &format!("/venv/bin:{packages}/bin:/usr/bin"));
    assert_eq!(advice(&home), []);
}

#[test]
fn the_files_of_zsh_may_lie_elsewhere() {
    let home = home("d1")
        .env("__NHMT_SESSION", "d1")
        .env("SHELL", "/usr/bin/zsh");
    let place = home.at("z").display().to_string();
    home.write("z/.zshenv", ". ~/.local/share/nhmt/session.sh\n");
    for line in [
        "export ZDOTDIR=\"$HOME/z\"".to_owned(),
        format!("ZDOTDIR={place}"),
        format!(". '{place}/.zshenv'"),
    ] {
        home.write(".zshenv", &format!("{line}\n"));
        assert_eq!(advice(&home), [], "{line}");
    }
    home.write("z/.zshenv", "");
    let message = only(&home, "login-shell-unaware");
    assert!(message.contains("add to ~/z/.zprofile: "), "{message}");
}
