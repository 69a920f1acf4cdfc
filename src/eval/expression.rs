//! Nix expressions, written out.

use std::fmt::Write as _;
use std::path::Path;

use super::flake::Kind;
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

/// Which configuration of a flake is meant, and what is changed of it.
#[derive(Debug)]
pub(super) struct Choice<'c> {
    /// nhmt's own Nix files.
    pub library: &'c Path,
    /// The outputs to look through, in this order.
    pub kinds: &'c [Kind],
    /// The names to look for, in this order.
    pub names: &'c [String],
    pub home: &'c Home,
    /// The running nhmt, an expression: what builds Home Manager's.
    pub nhmt: &'c str,
    /// Whether it also builds those of nhmt's, which is the flake's to say.
    pub replaces_builder: bool,
    /// What Nix copied, an expression, and where from: for live sources.
    pub place: Option<(String, &'c Path)>,
}

impl Choice<'_> {
    /// A function from the outputs of a flake to the configuration.
    pub(super) fn function(&self) -> String {
        let mut changes = String::new();
        if let Some((store, place)) = &self.place {
            let place = string(&place.display().to_string());
            let _ = write!(
                changes,
                "liveRoots = [ {{ store = {store}; path = {place}; }} ]; "
            );
        }
        if self.home.override_directory {
            let directory = string(&self.home.directory.display().to_string());
            let _ = write!(
                changes,
                "homeDirectory = {directory}; overrideHomeDirectory = true; "
            );
        }
        if let Some(name) = &self.home.specialisation {
            let _ = write!(changes, "specialisation = {}; ", string(name));
        }
        let builder = format!("builder = {}; ", self.nhmt);
        let own = if self.replaces_builder { &builder } else { "" };
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.output()).collect();
        format!(
            "({}) {{ library = {}; kinds = {}; names = {}; changes = {{ {own}{changes}}}; changesOfHomeManager = {{ system = {}; {builder}{changes}}}; }}",
            include_str!("flake_choice.nix"),
            path(self.library),
            list(&kinds),
            list(self.names),
            string(&system()),
        )
    }

    /// The attribute `attribute` of the configuration, of the flake at `url`
    /// as its lock file has it.
    pub(super) fn attribute(&self, url: &str, attribute: &str) -> String {
        format!(
            "let flake = {}; in (({}) flake).{attribute}",
            get_flake(url),
            self.function()
        )
    }
}

/// The flake at `url`.
pub(super) fn get_flake(url: &str) -> String {
    format!("builtins.getFlake {}", string(url))
}

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
