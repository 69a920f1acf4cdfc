//! Nix expressions, written out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Home, Sources};

/// A Nix string literal.
pub(super) fn string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '$' => literal.push_str("\\$"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

/// A Nix path value for an absolute path with any characters.
pub(super) fn path(path: &Path) -> String {
    format!("(/. + {})", string(&path.display().to_string()))
}

/// What every entry point is told of the home.
pub(super) fn home_arguments(home: &Home) -> String {
    let mut arguments = format!(
        "system = {}; username = {}; homeDirectory = {}; overrideHomeDirectory = {};",
        string(&system()),
        string(&home.username),
        string(&home.directory.display().to_string()),
        home.override_directory
    );
    if let Some(name) = &home.specialisation {
        let _ = write!(arguments, " specialisation = {};", string(name));
    }
    arguments
}

/// The attribute `attribute` of the entry point for the file `configuration`,
/// whatever kind of configuration is in it; without one, for a configuration
/// that sets nothing.
pub(super) fn from_file(
    library: &Path,
    configuration: Option<&Path>,
    home: &Home,
    builder: &str,
    attribute: &str,
) -> String {
    let home_manager = match &home.home_manager {
        Some(Sources::Searched) if configuration.is_some() => {
            "homeManager = <home-manager>; ".to_owned()
        }
        Some(Sources::At(directory)) if configuration.is_some() => {
            format!("homeManager = {}; ", path(directory))
        }
        _ => String::new(),
    };
    format!(
        "(import {} {{ configuration = {}; builder = {builder}; {home_manager}{} }}).{attribute}",
        path(&match configuration {
            Some(_) => library.join("nix/file.nix"),
            None => library.join("nix"),
        }),
        configuration.map_or("{ }".to_owned(), path),
        home_arguments(home)
    )
}

/// A list of strings.
pub(super) fn list<S: AsRef<str>>(texts: &[S]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text.as_ref())).collect();
    format!("[ {} ]", texts.join(" "))
}

/// The home tree of the manifest in the file `manifest`.
pub(super) fn from_manifest(library: &Path, manifest: &Path, home: &Home, builder: &str) -> String {
    format!(
        "({}) {{ nix = {}; manifest = {}; builder = {builder}; {} }}",
        include_str!("manifest.nix"),
        path(&library.join("nix")),
        path(manifest),
        home_arguments(home)
    )
}

/// What [`from_flake`] changes of a flake's configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    /// The nhmt that builds the tree, an expression; `None` leaves it to the
    /// flake.
    pub builder: Option<String>,
    /// Where the flake was copied from, for sources that are live.
    pub place: Option<PathBuf>,
}

/// The attribute `attribute` of the first of `names` that the flake's
/// `nhmtConfigurations` have, with the home as given, and `changes`.
pub(super) fn from_flake(
    reference: &str,
    names: &[String],
    home: &Home,
    changes: &Changes,
    attribute: &str,
) -> String {
    let names: Vec<String> = names.iter().map(|name| string(name)).collect();
    let mut arguments = String::new();
    if let Some(builder) = &changes.builder {
        arguments = format!("builder = {builder}; ");
    }
    if let Some(place) = &changes.place {
        let place = string(&place.display().to_string());
        let _ = write!(
            arguments,
            "liveRoots = [ {{ store = flake.sourceInfo.outPath; path = {place}; }} ]; "
        );
    }
    if home.override_directory {
        let directory = string(&home.directory.display().to_string());
        let _ = write!(
            arguments,
            "homeDirectory = {directory}; overrideHomeDirectory = true; "
        );
    }
    if let Some(name) = &home.specialisation {
        let _ = write!(arguments, "specialisation = {}; ", string(name));
    }
    format!(
        "let flake = builtins.getFlake {}; all = flake.nhmtConfigurations or {{ }}; \
         found = builtins.filter (name: all ? ${{name}}) [ {} ]; in \
         if found == [ ] then throw \"{NO_CONFIGURATION}\" else \
         (all.${{builtins.head found}}.override {{ {arguments}}}).{attribute}",
        string(reference),
        names.join(" ")
    )
}

/// What [`from_flake`] throws when the flake has none of the names.
pub(super) const NO_CONFIGURATION: &str = "nhmt: the flake has no such configuration";

/// The system in Nix's words (`x86_64-linux`).
pub(super) fn system() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    let arch = match std::env::consts::ARCH {
        "x86" => "i686",
        "arm" => "armv7l",
        "powerpc64" => "powerpc64le",
        arch => arch,
    };
    format!("{arch}-{os}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_cannot_break_out() {
        assert_eq!(string(r#"a"b\${c}"#), r#""a\"b\\\${c}""#);
        assert_eq!(path(Path::new("/a b")), r#"(/. + "/a b")"#);
    }
}
