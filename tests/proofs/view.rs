//! What programs find in a home: what opening each path yields, through
//! whatever links. A link that leads nowhere yields nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What stands for the directory in memory in which secrets are in the clear.
pub const MEMORY: &str = ".in-memory";

/// Where nhmt keeps its own things in a home.
pub const OWN: [&str; 4] = [
    MEMORY,
    ".local/state/nhmt",
    ".local/state/nix",
    ".local/share/nhmt/store",
];

/// Whether a path, relative to the home, is nhmt's own, or a directory that is
/// there because of that.
pub fn is_own(path: &Path) -> bool {
    OWN.iter()
        .any(|own| path.starts_with(own) || Path::new(own).starts_with(path))
}

/// Path to content, for everything in a home that can be opened; `None` is a
/// pipe or a socket.
pub type View = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// What lookups in `home` yield now.
pub fn view(home: &Path) -> View {
    let mut view = View::new();
    look(home, Path::new(""), 0, &mut view);
    view
}

fn look(home: &Path, dir: &Path, depth: usize, view: &mut View) {
    assert!(depth < 20, "{} goes round", dir.display());
    for entry in fs::read_dir(home.join(dir)).unwrap() {
        let name = entry.unwrap().file_name();
        let path = dir.join(&name);
        if OWN.iter().any(|own| path == Path::new(own))
            || name.as_encoded_bytes().starts_with(b".nhmt-work-")
        {
            continue;
        }
        let at = home.join(&path);
        // It follows links.
        let Ok(metadata) = fs::metadata(&at) else {
            continue;
        };
        if metadata.is_dir() {
            look(home, &path, depth + 1, view);
        } else if metadata.is_file() {
            view.insert(path, Some(fs::read(at).unwrap()));
        } else {
            view.insert(path, None);
        }
    }
}

/// How two views differ, a line for each path.
pub fn differences(wanted: &View, found: &View) -> Vec<String> {
    let show = |seen: Option<&Option<Vec<u8>>>| match seen {
        None => "nothing".to_owned(),
        Some(None) => "a special file".to_owned(),
        Some(Some(bytes)) => format!("{:?}", String::from_utf8_lossy(bytes)),
    };
    let mut lines = Vec::new();
    for path in wanted.keys().chain(found.keys()) {
        let (wanted, found) = (wanted.get(path), found.get(path));
        if wanted != found {
            let line = format!(
                "~/{} yields {}, not {}",
                path.display(),
                show(found),
                show(wanted)
            );
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}
