//! A home tree, as an argument: the number of a generation, or a path.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::context::Context;
use super::failure::Failure;
use crate::generation::Number;

/// A home tree, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WhichTree {
    /// That of a generation.
    Generation(Number),
    /// A tree that need not have a generation: what `nhmt build` made, or one
    /// that is still in the store after its generation was deleted.
    Path(PathBuf),
}

impl WhichTree {
    /// The home tree that is meant.
    pub fn tree(&self, context: &Context) -> Result<PathBuf, Failure> {
        match self {
            Self::Generation(number) => Ok(context.profile().get(*number)?.tree),
            Self::Path(path) => home_tree(path),
        }
    }

    /// The generation, when it is one.
    pub const fn generation(&self) -> Option<Number> {
        match self {
            Self::Generation(number) => Some(*number),
            Self::Path(_) => None,
        }
    }
}

impl FromStr for WhichTree {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(number) => Ok(Self::Generation(number)),
            // As Nix tells paths from names.
            Err(()) if text.contains('/') => Ok(Self::Path(text.into())),
            Err(()) => Err(
                "neither the number of a generation nor a path to a home tree, such as `./result`",
            ),
        }
    }
}

impl Display for WhichTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generation(number) => write!(f, "generation {number}"),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// `path` with links resolved, which must be a home tree.
pub(super) fn home_tree(path: &Path) -> Result<PathBuf, Failure> {
    let shown = path.display();
    let tree = path
        .canonicalize()
        .map_err(|error| Failure::new(format_args!("cannot open {shown}: {error}")))?;
    if tree.join("index").is_file() && tree.join("home").is_dir() {
        Ok(tree)
    } else {
        Err(Failure::new(format_args!("{shown} is not a home tree"))
            .hint("a home tree is what `nhmt build` prints; it has `home` and `index` in it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_slash() {
        let of = |text: &str| text.parse::<WhichTree>();
        assert_eq!(of("3").unwrap().to_string(), "generation 3");
        assert_eq!(of("./3"), Ok(WhichTree::Path("./3".into())));
        assert_eq!(of("/nix/store/x").unwrap().to_string(), "/nix/store/x");
        assert!(of("result").unwrap_err().contains("`./result`"));
        assert!(of("-1").is_err());
    }
}
