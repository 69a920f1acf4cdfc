//! Which Nix this is.

use std::fmt;
use std::path::Path;
use std::process::Command;

use super::NixError;
use crate::ending::uncut;
use crate::store::{Cache, Identity};

/// The oldest Nix that nhmt works with.
pub const MINIMUM: Version = Version { major: 2, minor: 8 };

/// A version of Nix; patch levels make no difference here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl Version {
    /// Reads what `nix --version` prints: `nix (Nix) 2.8.0`,
    /// `nix (Nix) 2.35.0pre20260801_abc`, `nix (Lix, like Nix) 2.91.1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace().next_back()?.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?;
        let digits = minor.find(|c: char| !c.is_ascii_digit());
        let minor = minor[..digits.unwrap_or(minor.len())].parse().ok()?;
        Some(Self { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The version of the Nix that `nix_build` belongs to.
pub(super) fn of(nix_build: &Path, cache: &Cache) -> Result<Version, NixError> {
    let io_error = |source| NixError::Io {
        path: nix_build.to_owned(),
        source,
    };
    let identity = Identity::of(nix_build).map_err(io_error)?;
    let known = cache.recall("nix-version", nix_build, &identity);
    if let Some(version) = known.as_deref().and_then(Version::parse) {
        return Ok(version);
    }
    // It makes a temporary directory even for this.
    let done = uncut(|| Command::new(nix_build).arg("--version").output()).map_err(io_error)?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let error = said.lines().find_map(|line| line.strip_prefix("error: "));
        return Err(NixError::DoesNotStart {
            path: nix_build.to_owned(),
            message: error.unwrap_or(said.trim()).to_owned(),
        });
    }
    let printed = String::from_utf8_lossy(&done.stdout);
    let printed = printed.lines().next().unwrap_or_default();
    let version = Version::parse(printed).ok_or_else(|| NixError::NoVersion {
        path: nix_build.to_owned(),
        printed: printed.to_owned(),
    })?;
    cache.remember("nix-version", nix_build, &identity, printed);
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_as_numbers() {
        let parse = |text| Version::parse(text).unwrap();
        assert_eq!(parse("nix-build (Nix) 2.8.0"), MINIMUM);
        assert!(parse("nix (Nix) 2.35.0pre20260801_abc") > MINIMUM);
        assert!(parse("nix (Lix, like Nix) 2.91.1") > parse("nix (Nix) 2.9"));
        assert!(parse("nix (Nix) 2.3.16") < MINIMUM);
        assert_eq!(parse("nix (Nix) 2.35pre1_x").minor, 35);
        assert_eq!(Version::parse("command not found"), None);
    }
}
