//! Where in the user's files an error lies.

use std::fs;
use std::path::{Path, PathBuf};

use super::Location;
use super::message::{Message, plain};
use crate::store::{Nix, path};

/// The place of the error itself when it is in a file outside of `library`,
/// else the innermost such place of its trace. An error that the library
/// throws has none: its message names the option and the files.
pub(super) fn locate(message: &Message, library: &Path) -> Option<Location> {
    let own = |at: &Location| !is_of_library(&at.file, library);
    let text = plain(&message.msg);
    let trace: Vec<Location> = text.lines().filter_map(trace_position).collect();
    let place = match position(message) {
        Some(at) if own(&at) => Some(at),
        Some(_) => trace.into_iter().rev().find(own),
        // `throw` and the like have no place; the end of the trace is where
        // they were called.
        None => trace.into_iter().next_back().filter(own),
    };
    place.map(read_source)
}

/// The step of a trace with those places alone («set at /x:1 and /y:2») that
/// are not in the library; `None` when all of them are: an option that only
/// nhmt sets says nothing to the person.
pub(super) fn without_library(step: &str, library: &Path) -> Option<String> {
    const SET_AT: &str = ", set at ";
    if step.contains("`nhmt.manifest'") {
        return None;
    }
    let Some((option, places)) = step.split_once(SET_AT) else {
        return Some(step.to_owned());
    };
    let places: Vec<&str> = places
        .split(" and /")
        .filter(|place| {
            // The separator took the slash of every place but the first.
            let place = format!("/{}", place.trim_start_matches('/'));
            !is_of_library(Path::new(&place), library)
        })
        .map(|place| place.trim_start_matches('/'))
        .collect();
    let places = places.join(" and /");
    (!places.is_empty()).then(|| format!("{option}{SET_AT}/{places}"))
}

/// Whether `file` belongs to what a configuration is evaluated with: `library`,
/// a flake's copy of nhmt, or the library of nixpkgs.
fn is_of_library(file: &Path, library: &Path) -> bool {
    if file.starts_with(library) {
        return true;
    }
    let Some(source) = path::containing(&Nix::store_dir(), file) else {
        return false;
    };
    let has = |part: &str| source.join(part).is_file();
    let nhmt = has("nix/home-tree.nix") && has("modules/manifest.nix");
    let nixpkgs = file.starts_with(source.join("lib")) && has("lib/trivial.nix");
    nhmt || nixpkgs
}

fn position(message: &Message) -> Option<Location> {
    let (line, column) = (message.line?, message.column?);
    let file = message.file.as_deref()?;
    // Nix 2.34 appends line and column to the file.
    let file = file
        .strip_suffix(&format!(":{line}:{column}"))
        .unwrap_or(file);
    // Anything else is an expression from the command line.
    (file.starts_with('/') && line > 0).then(|| Location {
        file: PathBuf::from(file),
        line,
        column,
        source: None,
    })
}

/// Reads `at /home/alice/home.nix:2:7:`.
fn trace_position(line: &str) -> Option<Location> {
    let place = line.trim().strip_prefix("at ")?.strip_suffix(':')?;
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    file.starts_with('/').then(|| Location {
        file: PathBuf::from(file),
        line,
        column,
        source: None,
    })
}

fn read_source(mut at: Location) -> Location {
    let text = fs::read_to_string(&at.file).unwrap_or_default();
    let index = usize::try_from(at.line - 1).unwrap_or(usize::MAX);
    at.source = text.lines().nth(index).map(str::to_owned);
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(file: Option<&str>, msg: &str) -> Message {
        Message {
            msg: msg.to_owned(),
            file: file.map(str::to_owned),
            line: file.map(|_| 2),
            column: file.map(|_| 7),
            ..Message::default()
        }
    }

    #[test]
    fn both_shapes_name_the_file() {
        let library = Path::new("/cache/nhmt");
        for file in ["/h/home.nix", "/h/home.nix:2:7"] {
            let at = locate(&message(Some(file), ""), library).unwrap();
            assert_eq!((at.file, at.line), ("/h/home.nix".into(), 2));
        }
        for file in ["«string»:2:7", "let a = a; in a"] {
            assert_eq!(locate(&message(Some(file), ""), library), None);
        }
    }

    #[test]
    fn options_of_the_library_s_own_are_told_from_the_users() {
        let library = Path::new("/cache/nhmt");
        let shown = |step: &str| without_library(step, library);
        let nhmt = "/cache/nhmt/modules/a.nix:40 (in the module /cache/nhmt/modules)";
        assert_eq!(shown(&format!("option `x', set at {nhmt}")), None);
        for set in [
            format!("/h/home.nix:1 and {nhmt}"),
            format!("{nhmt} and /h/home.nix:1"),
            format!("{nhmt} and /h/home.nix:1 and {nhmt}"),
        ] {
            let step = shown(&format!("option `x', set at {set}"));
            assert_eq!(step.unwrap(), "option `x', set at /h/home.nix:1");
        }
        let both = "option `x', set at /h/home.nix:1 (in the module /h) and /h/b and c.nix:2";
        assert_eq!(shown(both).as_deref(), Some(both));
        assert_eq!(shown("option `x'").as_deref(), Some("option `x'"));
        // nixpkgs' library does not say where.
        assert_eq!(shown("option `nhmt.manifest'"), None);
    }

    #[test]
    fn the_users_place_comes_before_the_library_s() {
        let library = Path::new("/cache/nhmt");
        let trace = "error:\n … while\n   at /h/home.nix:3:5:\n 1| x\n   at /cache/nhmt/nix/lib/a.nix:1:2:\n";
        let inside = message(Some("/cache/nhmt/nix/lib/a.nix:2:7"), trace);
        assert_eq!(locate(&inside, library).unwrap().line, 3);
        // Thrown by the library: it says itself what is wrong where.
        assert_eq!(locate(&message(None, trace), library), None);
    }
}
