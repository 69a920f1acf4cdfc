//! What the session that the command is typed in lacks of the home's.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::on_path;
use super::startup;
use crate::cli::context::Context;
use crate::reconcile::{Finding, FindingKind};

/// The session's files in a home.
const FILE: &str = ".local/share/nhmt/session.sh";
const ENVIRONMENT_D: &str = ".config/environment.d/zz-nhmt.conf";

/// The variable that holds the digest of what is declared; what environment.d
/// gives has this before it.
const GUARD: &str = "__NHMT_SESSION";
const OF_SYSTEMD: &str = "systemd-";

/// Directories that programs of the system lie in.
const SYSTEM: [&str; 6] = [
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
];

/// Everything about the session, of a home on the generation `tree`. Another
/// home than the one of who asks has no session to look at.
pub(super) fn all(context: &Context, tree: &Path, found: &mut Vec<Finding>) {
    let home = context.layout().home();
    if env::var_os("HOME").is_none_or(|own| !same(Path::new(&own), home)) {
        return;
    }
    let packages = context.layout().anchor().join("packages");
    path(&packages.join("bin"), found);
    let Ok(text) = fs::read_to_string(tree.join("home").join(FILE)) else {
        return;
    };
    let Some(digest) = digest(&text) else { return };
    let is = env::var(GUARD).unwrap_or_default();
    let subject = "this session";
    if is.is_empty() {
        found.push(Finding::new(FindingKind::SessionUnread, subject));
    } else if is.strip_prefix(OF_SYSTEMD).unwrap_or(&is) != digest {
        found.push(Finding::new(FindingKind::SessionStale, subject));
    } else if text.contains("__nhmt_search XDG_DATA_DIRS ") {
        data(&packages.join("share"), found);
    }
    if tree.join("home").join(ENVIRONMENT_D).exists() {
        manager(digest, found);
    }
    login_shell(home, found);
    flatpak(home, tree, found);
}

/// The digest in the text of a session's file.
fn digest(text: &str) -> Option<&str> {
    let line = |line: &'_ str| -> Option<(usize, usize)> {
        let value = line.strip_prefix("export __NHMT_SESSION=\"")?;
        Some((line.len() - value.len(), value.find('"')?))
    };
    text.lines().find_map(|one| {
        let (at, length) = line(one)?;
        Some(&one[at..at + length])
    })
}

fn same(a: &Path, b: &Path) -> bool {
    a == b
        || a.canonicalize()
            .is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Whether the packages' programs are found, and before the system's.
fn path(bin: &Path, found: &mut Vec<Finding>) {
    if !bin.is_dir() {
        return;
    }
    match before(bin, "PATH") {
        None => found.push(on_path(FindingKind::PathLacksPackages, bin)),
        Some(others) => {
            let is_system = |dir: &&PathBuf| SYSTEM.iter().any(|system| dir == &Path::new(system));
            if let Some(first) = others.iter().find(is_system) {
                let finding = on_path(FindingKind::PathOrder, bin);
                found.push(finding.detail(first.display().to_string()));
            }
        }
    }
}

/// Whether the packages' other files are found.
fn data(share: &Path, found: &mut Vec<Finding>) {
    if share.is_dir() && before(share, "XDG_DATA_DIRS").is_none() {
        found.push(on_path(FindingKind::DataLacksPackages, share));
    }
}

/// What the search path `list` has before `dir`, by any name of it.
fn before(dir: &Path, list: &str) -> Option<Vec<PathBuf>> {
    let list = env::var_os(list).unwrap_or_default();
    let all: Vec<_> = env::split_paths(&list).collect();
    let at = all.iter().position(|one| same(one, dir))?;
    Some(all[..at].to_vec())
}

/// Whether the user's systemd has the variables; without one that answers
/// there is nothing to say.
fn manager(digest: &str, found: &mut Vec<Finding>) {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    if !runtime.is_some_and(|dir| dir.join("systemd/private").exists()) {
        return;
    }
    let mut systemctl = Command::new("systemctl");
    systemctl
        .args(["--user", "show-environment"])
        .stdin(Stdio::null());
    let Ok(output) = systemctl.output() else {
        return;
    };
    if !output.status.success() {
        return;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let is = text
        .lines()
        .find_map(|line| line.strip_prefix(GUARD)?.strip_prefix('='))
        .unwrap_or_default();
    if is.strip_prefix(OF_SYSTEMD).unwrap_or(is) != digest {
        let subject = "the user's systemd";
        found.push(Finding::new(FindingKind::ManagerUnread, subject));
    }
}

/// Whether the login shell reads the session's file.
fn login_shell(home: &Path, found: &mut Vec<Finding>) {
    let Some(shell) = env::var_os("SHELL") else {
        return;
    };
    let shell = Path::new(&shell);
    if let Some(missing) = startup::missing(shell, home) {
        let subject = shell.display().to_string();
        let finding = Finding::new(FindingKind::LoginShellUnaware, subject);
        found.push(finding.detail(format!("add to ~/{}: {}", missing.file, missing.line)));
    }
}

/// Whether applications in Flatpak's sandbox see what links lead to: the
/// anchor, and the store of the tree. flatpak-override(1)
fn flatpak(home: &Path, tree: &Path, found: &mut Vec<Finding>) {
    let path = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&path).any(|dir| dir.join("flatpak").is_file()) {
        return;
    }
    let Some(store) = tree.parent() else { return };
    let needed = [
        "~/.local/state/nhmt:ro".to_owned(),
        format!("{}:ro", store.display()),
    ];
    let file = home.join(".local/share/flatpak/overrides/global");
    let text = fs::read_to_string(file).unwrap_or_default();
    let given: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("filesystems="))
        .flat_map(|list| list.split(';'))
        .map(|one| one.trim_end_matches(":ro"))
        .collect();
    if needed
        .iter()
        .all(|one| given.contains(one.trim_end_matches(":ro")))
    {
        return;
    }
    let words = needed.map(|one| format!("--filesystem={one}")).join(" ");
    let finding = Finding::new(FindingKind::FlatpakCannotRead, "Flatpak");
    found.push(finding.detail(format!("flatpak override --user {words}")));
}
