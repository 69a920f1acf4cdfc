//! Which files a login shell reads, and whether they lead to the session's.

use std::fs;
use std::path::Path;

/// What would make a login shell read the session's file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The startup file, relative to the home.
    pub(super) file: String,
    /// The line that it lacks.
    pub(super) line: &'static str,
}

const SH: &str = ". ~/.local/share/nhmt/session.sh";
const FISH: &str = "source ~/.local/share/nhmt/session.fish";
const NUSHELL: &str = "source ~/.local/share/nhmt/session.nu";

/// What the login shell at `shell` lacks; none when it reads the session's
/// file, or is no shell that is known.
pub(super) fn missing(shell: &Path, home: &Path) -> Option<Missing> {
    let name = shell.file_name()?.to_str()?;
    let read = |file: &str| fs::read_to_string(home.join(file)).unwrap_or_default();
    let there = |file: &&&str| home.join(file).exists();
    let (all, at, line): (Vec<String>, String, _) = match name {
        "bash" => {
            // It reads the first of these. bash(1)
            let files = [".bash_profile", ".bash_login", ".profile"];
            let first = *files.iter().find(there).unwrap_or(&".profile");
            let text = read(first);
            // Which may read others of the usual ones.
            let others = [".profile", ".bashrc"].into_iter();
            let others = others.filter(|other| *other != first && mentions(&text, other));
            let all = std::iter::once(first).chain(others).map(str::to_owned);
            (all.collect(), first.to_owned(), SH)
        }
        "sh" | "dash" | "ksh" | "mksh" | "ash" | "busybox" => {
            (vec![".profile".into()], ".profile".into(), SH)
        }
        "zsh" => {
            let places = [String::new(), zdotdir(&read(".zshenv"), home)];
            let files = [".zshenv", ".zprofile", ".zlogin", ".zshrc"];
            let all = places
                .iter()
                .flat_map(|dir| files.iter().map(move |file| format!("{dir}{file}")));
            (all.collect(), format!("{}.zprofile", places[1]), SH)
        }
        "fish" => {
            let file = ".config/fish/config.fish".to_owned();
            let mut all = vec![file.clone()];
            let snippets = fs::read_dir(home.join(".config/fish/conf.d"));
            for entry in snippets.into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                all.push(format!(".config/fish/conf.d/{name}"));
            }
            (all, file, FISH)
        }
        "nu" => {
            let files = ["config.nu", "env.nu", "login.nu"];
            let all = files.map(|file| format!(".config/nushell/{file}"));
            (all.into(), ".config/nushell/config.nu".into(), NUSHELL)
        }
        _ => return None,
    };
    let session = line.rsplit('/').next().unwrap_or(line);
    let session = format!("nhmt/{session}");
    if all.iter().any(|file| mentions(&read(file), &session)) {
        return None;
    }
    Some(Missing { file: at, line })
}

/// Whether a line of `text` that is no comment has `word` in it.
fn mentions(text: &str, word: &str) -> bool {
    text.lines()
        .map(str::trim_start)
        .any(|line| !line.starts_with('#') && line.contains(word))
}

/// Where `.zshenv` says that zsh's other files are, relative to the home and
/// with a slash at its end; empty for the home itself. It sets ZDOTDIR, or
/// reads the file of its own name there.
fn zdotdir(text: &str, home: &Path) -> String {
    let place = |line: &str| -> Option<String> {
        let line = line.trim_start();
        let value = if let Some(file) = line
            .strip_prefix(". ")
            .or_else(|| line.strip_prefix("source "))
        {
            unquoted(file).strip_suffix("/.zshenv")?
        } else {
            unquoted(
                line.strip_prefix("export ")
                    .unwrap_or(line)
                    .strip_prefix("ZDOTDIR=")?,
            )
        };
        let home = home.to_str()?;
        let below = [home, "$HOME", "${HOME}", "~"]
            .iter()
            .find_map(|home| value.strip_prefix(home)?.strip_prefix('/'))?;
        Some(format!("{}/", below.trim_end_matches('/')))
    };
    text.lines()
        .filter_map(place)
        .next_back()
        .unwrap_or_default()
}

fn unquoted(word: &str) -> &str {
    word.trim().trim_matches(['"', '\''])
}
