//! A configuration that is typed where other tools take theirs: behind the
//! command, without a flag.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// Adds to `error` which flag the configuration goes behind, when it is about
/// something that looks like one.
pub(super) fn explain(error: &mut Error) {
    if error.kind() != ErrorKind::UnknownArgument {
        return;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else {
        return;
    };
    if let Some(tip) = tip(typed) {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tips);
    }
}

fn tip(typed: &str) -> Option<String> {
    let is_flake = typed.contains('#') || typed.contains(':');
    let is_file = [".nix", ".json"].iter().any(|end| typed.ends_with(end));
    if typed.starts_with('-') {
        None
    } else if is_flake {
        Some(format!("a flake goes behind a flag: --flake '{typed}'"))
    } else if is_file || typed.contains('/') || typed == "." {
        Some(format!("a configuration goes behind a flag: -f {typed}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_known_by_their_look() {
        let flag = |typed: &str| tip(typed).map(|tip| tip.split_once(": ").unwrap().1.to_owned());
        assert_eq!(flag(".#alice").as_deref(), Some("--flake '.#alice'"));
        assert_eq!(flag("github:a/b").as_deref(), Some("--flake 'github:a/b'"));
        assert_eq!(flag("home.nix").as_deref(), Some("-f home.nix"));
        assert_eq!(flag("./x").as_deref(), Some("-f ./x"));
        assert_eq!(flag("."), Some("-f .".to_owned()));
        assert_eq!(flag("extra"), None);
        assert_eq!(flag("--file:x"), None);
    }
}
