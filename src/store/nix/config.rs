//! What nhmt must know of Nix's own settings (Nix manual, `nix.conf`).

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The directory that the first set one of `variables` names, or `default`.
pub(super) fn directory(variables: &[&str], default: &str) -> PathBuf {
    variables
        .iter()
        .find_map(std::env::var_os)
        .map_or_else(|| default.into(), PathBuf::from)
}

/// The settings of the system and of the user, `NIX_CONFIG` last.
pub(super) fn settings() -> HashMap<String, String> {
    let mut settings = HashMap::new();
    let conf = directory(&["NIX_CONF_DIR"], "/etc/nix").join("nix.conf");
    read_file(&conf, &mut settings);
    let user = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")));
    if let Some(files) = std::env::var_os("NIX_USER_CONF_FILES") {
        // Files that stand first win.
        let files: Vec<_> = std::env::split_paths(&files).collect();
        for file in files.iter().rev() {
            read_file(file, &mut settings);
        }
    } else if let Some(user) = user {
        read_file(&user.join("nix/nix.conf"), &mut settings);
    }
    if let Ok(text) = std::env::var("NIX_CONFIG") {
        read(&text, &mut settings);
    }
    settings
}

fn read_file(path: &Path, settings: &mut HashMap<String, String>) {
    if let Ok(text) = fs::read_to_string(path) {
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some("include" | "!include"), Some(file)) = (words.next(), words.next()) {
                let dir = path.parent().unwrap_or(Path::new("/"));
                read(
                    &fs::read_to_string(dir.join(file)).unwrap_or_default(),
                    settings,
                );
            }
        }
        read(&text, settings);
    }
}

fn read(text: &str, settings: &mut HashMap<String, String>) {
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        if let Some((name, value)) = line.split_once('=') {
            settings.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_lines_and_the_last_one_counts() {
        let mut settings = HashMap::new();
        let text = "# build-users-group = no\nbuild-users-group =\nstore = daemon # comment\n";
        read(text, &mut settings);
        read("store = auto", &mut settings);
        assert_eq!(settings["build-users-group"], "");
        assert_eq!(settings["store"], "auto");
    }

    #[test]
    fn included_files_count() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("more"), "auto-allocate-uids = true\n").unwrap();
        let conf = dir.path().join("nix.conf");
        fs::write(&conf, "!include more\n!include absent\n").unwrap();
        let mut settings = HashMap::new();
        read_file(&conf, &mut settings);
        assert_eq!(settings["auto-allocate-uids"], "true");
    }
}
