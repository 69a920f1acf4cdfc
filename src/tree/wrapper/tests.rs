//! Packages that are wrapped, and started.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::*;

struct Scratch {
    directory: tempfile::TempDir,
}

impl Scratch {
    /// A package whose program tells how it was started.
    fn new() -> Self {
        let scratch = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        scratch.program(
            "bin/tell",
            "printf '<%s>' \"$@\"; echo \" $A|$B|${C-unset}|$PATH\"",
        );
        scratch.program("bin/other", "echo other \"$@\" $A");
        scratch.program("bin/.tell-wrapped", "echo hidden");
        scratch.file("share/man/man1/tell.1", "manual");
        scratch.file("share/bash-completion/completions/tell", "complete");
        scratch.file("bin/notes", "no program");
        scratch
    }

    fn package(&self) -> PathBuf {
        self.directory.path().join("base")
    }

    fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.package().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn program(&self, path: &str, text: &str) {
        let path = self.file(path, &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn wrap(&self, settings: &Value, programs: &Value) -> Result<(), String> {
        let request = json!({
            "packages": [{ "name": "tell-1.0", "paths": [self.package()] }],
            "shell": "/bin/sh",
            "settings": whole(settings),
            "programs": programs.as_array().unwrap().iter().map(|program| json!({
                "name": program["name"],
                "target": program["target"],
                "settings": whole(&program["settings"]),
            })).collect::<Vec<_>>(),
        });
        let request: WrapperRequest = serde_json::from_value(request).unwrap();
        build(&request, &self.out()).map_err(|error| error.to_string())
    }

    /// What a program prints, started in an environment of its own.
    fn run(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = Command::new(self.out().join("bin").join(name));
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command.envs(variables.iter().copied()).args(arguments);
        loop {
            // A child that another test has just forked may still have the
            // script open for writing (execve(2), ETXTBSY).
            let output = match command.output() {
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => continue,
                output => output.unwrap(),
            };
            let said = String::from_utf8_lossy(&output.stderr);
            if !said.contains("Text file busy") {
                assert!(output.status.success(), "{output:?}");
                return String::from_utf8(output.stdout).unwrap();
            }
        }
    }
}

/// Settings with all their fields.
fn whole(some: &Value) -> Value {
    let mut all = json!({ "env": [], "prependFlags": [], "appendFlags": [], "pathAdd": [] });
    if let Some(some) = some.as_object() {
        all.as_object_mut().unwrap().extend(some.clone());
    }
    all
}

fn variable(name: &str, value: Option<&str>, force: bool) -> Value {
    json!({ "name": name, "value": value, "force": force })
}

#[test]
fn a_program_starts_with_its_settings() {
    let scratch = Scratch::new();
    let odd = "a 'b' \"$HOME\" \\ \n*";
    let settings = json!({
        "env": [variable("A", Some(odd), true), variable("B", Some("default"), false), variable("C", None, true)],
        "prependFlags": ["--first", "it's"],
        "appendFlags": ["$last"],
        "pathAdd": ["/one/bin", "/two bin"],
    });
    scratch.wrap(&settings, &json!([])).unwrap();
    let typed = scratch.run("tell", &["typed", ""], &[("A", "mine"), ("C", "mine")]);
    let started = format!(
        "<--first><it's><typed><><$last> {odd}|default|unset|/one/bin:/two bin:/usr/bin:/bin\n"
    );
    assert_eq!(typed, started);
    // A default gives way, also to nothing.
    let given = scratch.run("tell", &[], &[("B", "mine")]);
    assert!(given.contains("|mine|"), "{given}");
    assert!(scratch.run("tell", &[], &[("B", "")]).contains("||unset"));
    // PATH does not grow.
    let nested = scratch.run("tell", &[], &[("PATH", "/one/bin:/two bin:/bin")]);
    assert!(nested.ends_with("|/one/bin:/two bin:/bin\n"), "{nested}");
}

#[test]
fn everything_else_is_there_as_it_was() {
    let scratch = Scratch::new();
    let settings = json!({ "prependFlags": ["x"] });
    scratch.wrap(&settings, &json!([])).unwrap();
    assert!(scratch.run("other", &["y"], &[]).starts_with("other x y"));
    for path in [
        "share/man/man1/tell.1",
        "share/bash-completion/completions/tell",
        "bin/notes",
        "bin/.tell-wrapped",
    ] {
        let (new, old) = (scratch.out().join(path), scratch.package().join(path));
        assert_eq!(
            new.canonicalize().unwrap(),
            old.canonicalize().unwrap(),
            "{path}"
        );
    }
}

#[test]
fn a_package_without_programs_is_linked() {
    let scratch = Scratch::new();
    fs::remove_dir_all(scratch.package().join("bin")).unwrap();
    scratch
        .wrap(&json!({ "prependFlags": ["x"] }), &json!([]))
        .unwrap();
    assert!(!scratch.out().join("bin").exists());
    assert!(scratch.out().join("share/man").exists());
}

#[test]
fn single_programs_have_settings_of_their_own() {
    let scratch = Scratch::new();
    let programs = json!([
        { "name": "other", "target": null, "settings": null },
        { "name": "shout", "target": "tell", "settings": { "prependFlags": ["!"] } },
    ]);
    let settings = json!({ "env": [variable("A", Some("all"), true)] });
    scratch.wrap(&settings, &programs).unwrap();
    assert!(scratch.run("tell", &[], &[]).contains(" all|"));
    // One with nothing to set is as it was, a new one stands beside the old.
    assert_eq!(scratch.run("other", &[], &[]), "other\n");
    assert!(scratch.out().join("bin/other").is_symlink());
    assert!(scratch.run("shout", &[], &[]).starts_with("<!> all|"));
}

#[test]
fn a_program_that_is_missing_or_a_name_that_is_taken_is_an_error() {
    let error = |programs: Value| Scratch::new().wrap(&json!({}), &programs).unwrap_err();
    let flags = json!({ "prependFlags": ["x"] });
    assert_eq!(
        error(json!([{ "name": "telk", "target": null, "settings": flags }])),
        "tell-1.0 has no program `telk` to wrap; it has `other`, `tell`"
    );
    assert_eq!(
        error(json!([{ "name": "new", "target": "none", "settings": flags }])),
        "tell-1.0 has no program `none` to wrap; it has `other`, `tell`"
    );
    assert_eq!(
        error(json!([{ "name": "other", "target": "tell", "settings": flags }])),
        "tell-1.0 has a program `other` already; without `target` that one is wrapped, or choose another name"
    );
}

#[test]
fn desktop_entries_and_services_start_what_is_wrapped() {
    let scratch = Scratch::new();
    let base = scratch.package().display().to_string();
    scratch.file(
        "share/applications/tell.desktop",
        &format!("[Desktop Entry]\nExec=tell %U\nTryExec={base}/bin/tell\nIcon={base}/share/tell.png\n[Desktop Action x]\nExec={base}/bin/tell --new\nExec={base}/bin/tell-more\n"),
    );
    scratch.file("share/applications/viewer.desktop", "Exec=teller %U\n");
    scratch.file(
        "share/dbus-1/services/org.tell.service",
        &format!("[D-BUS Service]\nExec={base}/bin/tell --gapplication-service\n"),
    );
    scratch.file(
        "lib/systemd/user/tell.service",
        &format!("[Service]\nExecStart=-{base}/bin/tell\n"),
    );
    scratch
        .wrap(&json!({ "prependFlags": ["x"] }), &json!([]))
        .unwrap();
    let read = |path: &str| fs::read_to_string(scratch.out().join(path)).unwrap();
    let new = format!("{}/bin/tell", scratch.out().display());
    assert_eq!(
        read("share/applications/tell.desktop"),
        format!(
            "[Desktop Entry]\nExec={new} %U\nTryExec={new}\nIcon={base}/share/tell.png\n[Desktop Action x]\nExec={new} --new\nExec={base}/bin/tell-more\n"
        ),
    );
    // Another program's stays the link that it was.
    let other = scratch.out().join("share/applications/viewer.desktop");
    assert!(other.is_symlink());
    assert!(
        read("share/dbus-1/services/org.tell.service")
            .contains(&format!("Exec={new} --gapplication"))
    );
    assert!(read("lib/systemd/user/tell.service").contains(&format!("ExecStart=-{new}\n")));
}

#[test]
fn programs_keep_the_names_that_they_go_by() {
    let scratch = Scratch::new();
    scratch.program("bin/box", "echo \"I am ${0##*/}\"");
    symlink("box", scratch.package().join("bin/applet")).unwrap();
    scratch
        .wrap(
            &json!({ "env": [variable("A", Some("1"), true)] }),
            &json!([]),
        )
        .unwrap();
    assert_eq!(scratch.run("applet", &[], &[]), "I am applet\n");
    let script = fs::read_to_string(scratch.out().join("bin/applet")).unwrap();
    assert!(script.starts_with("#!/bin/sh\n"), "{script}");
    assert!(
        Path::new(&scratch.package())
            .join("bin/applet")
            .is_symlink()
    );
}
