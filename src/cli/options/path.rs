//! The name of an option, as a person types it.

use crate::eval::OptionEntry;

/// The option that `name` means, and the path of what is asked for: a name may
/// be chosen (`home.file.".bashrc".text`), or lie below an option that takes
/// attribute sets of anything (`home.sessionVariables.EDITOR`).
pub(super) fn find<'a>(
    entries: &'a [OptionEntry],
    name: &str,
) -> Option<(&'a OptionEntry, Vec<String>)> {
    let path = parts(name)?;
    let above = |entry: &&OptionEntry| {
        let takes_more = entry.kind.contains("attribute set") || entry.loc.len() == path.len();
        entry.loc.len() <= path.len()
            && takes_more
            && entry
                .loc
                .iter()
                .zip(&path)
                .all(|(part, typed)| stands_for(part, typed))
    };
    // The longest, and of these the one with the fewest names to choose.
    let chosen = |entry: &&OptionEntry| entry.loc.iter().filter(|part| is_open(part)).count();
    let entry = entries
        .iter()
        .filter(above)
        .max_by_key(|entry| (entry.loc.len(), std::cmp::Reverse(chosen(entry))))?;
    Some((entry, path))
}

/// Whether a part is for the user to choose.
fn is_open(part: &str) -> bool {
    part == "*" || part.starts_with('<') && part.ends_with('>')
}

fn stands_for(part: &str, typed: &str) -> bool {
    part == typed || is_open(part)
}

/// The parts of an attribute path; names may be quoted.
fn parts(name: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let part = if let Some(quoted) = rest.strip_prefix('"') {
            let (part, after) = quoted.split_once('"')?;
            rest = after;
            part
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            rest = after;
            part
        };
        if part.is_empty() || part.contains(char::is_whitespace) && !name.contains('"') {
            return None;
        }
        parts.push(part.to_owned());
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Some(parts),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rank::tests::entry;
    use super::*;

    fn found(name: &str) -> Option<String> {
        let mut all = vec![
            entry("home.file", "attribute set of submodule"),
            entry("home.file.<name>.text", "string"),
            entry("home.file.<name>.special", "string"),
            entry("home.sessionVariables", "lazy attribute set of string"),
            entry("programs.git.enable", "boolean"),
        ];
        all[2].loc[2] = "<name>".to_owned();
        find(&all, name).map(|(entry, _)| entry.name.clone())
    }

    #[test]
    fn a_name_is_found_with_what_is_chosen_in_it() {
        for (typed, name) in [
            ("programs.git.enable", Some("programs.git.enable")),
            ("home.file", Some("home.file")),
            ("home.file.<name>.text", Some("home.file.<name>.text")),
            ("home.file.NAME.text", Some("home.file.<name>.text")),
            (r#"home.file.".bashrc".text"#, Some("home.file.<name>.text")),
            (r#"home.file."a.b c""#, Some("home.file")),
            (
                "home.sessionVariables.EDITOR",
                Some("home.sessionVariables"),
            ),
            ("programs.git", None),
            ("programs.git.enable.x", None),
            ("git", None),
            ("a b", None),
            ("", None),
            (r#"home.file.".bashrc"#, None),
        ] {
            assert_eq!(found(typed).as_deref(), name, "{typed}");
        }
    }
}
