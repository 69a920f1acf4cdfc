//! The variables that a container starts with: few, and each for a reason. What
//! the session adds comes from the home inside.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Kind;
use super::mounts::runtime;

/// What always passes: the terminal, the language, the time zone, and where
/// Nix keeps things.
const PASS: [&str; 15] = [
    "TERM",
    "COLORTERM",
    "TERM_PROGRAM",
    "TERMINFO",
    "TERMINFO_DIRS",
    "NO_COLOR",
    "COLORFGBG",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TZDIR",
    "LOCALE_ARCHIVE",
    "NIX_STORE_DIR",
    "NIX_STORE",
    "NIX_STATE_DIR",
];

/// What passes with a network.
const NETWORK: [&str; 11] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "NIX_SSL_CERT_FILE",
];

/// What passes into a session that one lives in: displays, sound, agents.
const SESSION: [&str; 15] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XAUTHORITY",
    "XCURSOR_THEME",
    "XCURSOR_SIZE",
    "DESKTOP_SESSION",
    "DBUS_SESSION_BUS_ADDRESS",
    "PULSE_SERVER",
    "PIPEWIRE_REMOTE",
    "WINDOWID",
    "TMPDIR",
    "NIX_REMOTE",
    "NIX_CONF_DIR",
    "HOSTNAME",
];

/// What starts with one of these passes into a session, too.
const SESSION_PREFIXES: [&str; 7] = [
    "XDG_SESSION_",
    "XDG_CURRENT_",
    "XDG_SEAT",
    "XDG_VTNR",
    "SSH_",
    "QT_",
    "GDK_",
];

/// Where programs are, on a system that does not say.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// What the variables are for.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    /// What the container is for.
    pub kind: Kind,
    /// Whether the network is there.
    pub net: bool,
    /// The login name inside.
    pub user: &'a str,
    /// The home directory inside.
    pub home: &'a Path,
    /// The person's own, which is not seen.
    pub real_home: Option<&'a Path>,
    /// The shell.
    pub shell: &'a Path,
    /// The id of the user.
    pub uid: u32,
}

/// The variables inside, of those `outside`.
pub fn environment(
    session: &Session<'_>,
    outside: impl IntoIterator<Item = (OsString, OsString)>,
) -> BTreeMap<OsString, OsString> {
    let live = session.kind == Kind::Ephemeral;
    let passes = |name: &OsStr| {
        let Some(name) = name.to_str() else {
            return false;
        };
        PASS.contains(&name)
            || name.starts_with("LC_")
            || session.net && NETWORK.contains(&name)
            || live && SESSION.contains(&name)
            || live && SESSION_PREFIXES.iter().any(|start| name.starts_with(start))
    };
    let mut path = None;
    let mut all = BTreeMap::new();
    for (name, value) in outside {
        if name == "PATH" {
            path = Some(value);
        } else if passes(&name) && !lies_in(Path::new(&value), session.real_home) {
            all.insert(name, value);
        }
    }
    let runtime = runtime(session.uid);
    let mut set = |name: &str, value: &OsStr| all.insert(name.into(), value.to_owned());
    set("HOME", session.home.as_os_str());
    set("USER", session.user.as_ref());
    set("LOGNAME", session.user.as_ref());
    set("SHELL", session.shell.as_os_str());
    set("XDG_RUNTIME_DIR", runtime.as_os_str());
    // Last, so that a home may bring an nhmt of its own.
    let mut path = search_path(path.as_deref(), session.real_home);
    path.push(":/.nhmt/bin");
    set("PATH", &path);
    set(
        "NHMT_CONTAINER",
        if live { "ephemeral" } else { "test" }.as_ref(),
    );
    all
}

/// The directories of `path` that can be seen inside, and the usual ones after
/// them: those in the real home are not there.
#[must_use]
pub fn search_path(path: Option<&OsStr>, real_home: Option<&Path>) -> OsString {
    let mut dirs: Vec<PathBuf> = Vec::new();
    let given = path.into_iter().flat_map(env::split_paths);
    for dir in given.chain(env::split_paths(PATH)) {
        if dir.is_absolute() && !lies_in(&dir, real_home) && !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    env::join_paths(dirs).unwrap_or_else(|_| PATH.into())
}

fn lies_in(path: &Path, home: Option<&Path>) -> bool {
    home.is_some_and(|home| path.starts_with(home))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(kind: Kind, net: bool, outside: &[(&str, &str)]) -> BTreeMap<String, String> {
        let session = Session {
            kind,
            net,
            user: "alice",
            home: Path::new("/home/alice"),
            real_home: Some(Path::new("/home/bob")),
            shell: Path::new("/bin/zsh"),
            uid: 7,
        };
        let outside = outside
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        let all = environment(&session, outside).into_iter();
        let text = |value: OsString| value.into_string().unwrap();
        all.map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn a_test_has_the_terminal_and_the_language_only() {
        let outside = [
            ("TERM", "xterm"),
            ("LC_TIME", "de_DE"),
            ("DISPLAY", ":0"),
            ("SSH_AUTH_SOCK", "/s"),
            ("SECRET", "x"),
            ("http_proxy", "p"),
            ("XDG_CONFIG_HOME", "/x"),
            ("HOME", "/home/bob"),
            ("TERMINFO", "/home/bob/.terminfo"),
        ];
        let all = inside(Kind::Test, false, &outside);
        let names: Vec<_> = all.keys().map(String::as_str).collect();
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
        assert_eq!(all["HOME"], "/home/alice");
        assert_eq!(all["XDG_RUNTIME_DIR"], "/run/user/7");
        assert!(inside(Kind::Test, true, &outside).contains_key("http_proxy"));
        let live = inside(Kind::Ephemeral, true, &outside);
        assert_eq!(live["DISPLAY"], ":0");
        assert_eq!(live["SSH_AUTH_SOCK"], "/s");
        assert_eq!(live["NHMT_CONTAINER"], "ephemeral");
        assert!(!live.contains_key("SECRET") && !live.contains_key("XDG_CONFIG_HOME"));
    }

    #[test]
    fn the_search_path_leaves_out_the_real_home() {
        let path = OsStr::new("/home/bob/bin:bin:/opt/bin:/usr/bin:");
        let found = search_path(Some(path), Some(Path::new("/home/bob")));
        assert_eq!(
            found,
            "/opt/bin:/usr/bin:/usr/local/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
        );
        assert_eq!(search_path(None, None), PATH);
    }
}
