//! One more persisted path in the text of a configuration.
//!
//! Only where one place for it can be seen in the text: a list that stands in
//! the configuration as `home.persistence."<root>".directories`, or the `state`
//! of a manifest. What it means there is for an evaluation to say.

use jsonc_parser::cst::{CstInputValue, CstRootNode};
use rnix::ast::{self, Attr, Expr, InterpolPart};
use rnix::{Root, SyntaxNode};
use rowan::ast::AstNode as _;

use super::json::options;

/// `text`, an expression of Nix, with `item` in the list `list`
/// (`directories`, `files`) of `root`. `None` when it has no such list, or more
/// than one.
#[must_use]
pub fn persist_in_nix(text: &str, root: &str, list: &str, item: &str) -> Option<String> {
    let parsed = Root::parse(text);
    if !parsed.errors().is_empty() {
        return None;
    }
    let wanted = ["home", "persistence", root, list];
    let tree = parsed.tree();
    let mut found = tree.syntax().descendants().filter_map(|node| {
        let bound = ast::AttrpathValue::cast(node)?;
        let path = path_of(&bound)?;
        let path = path
            .strip_prefix(&["config".to_owned()][..])
            .unwrap_or(&path);
        match bound.value()? {
            Expr::List(list) if *path == wanted => Some(list),
            _ => None,
        }
    });
    let (Some(list), None) = (found.next(), found.next()) else {
        return None;
    };
    let end: usize = list.r_brack_token()?.text_range().start().into();
    let start: usize = list.l_brack_token()?.text_range().end().into();
    let inside = &text[start..end];
    let word = in_nix(item);
    let (at, new) = match inside.rfind('\n') {
        // A line of its own, as the other items have it.
        Some(line) if inside[line..].trim().is_empty() => {
            let indent = list.items().last().map_or_else(
                || format!("{}  ", &inside[line + 1..]),
                |last| indent_of(text, last.syntax()),
            );
            (start + line, format!("\n{indent}{word}"))
        }
        _ => {
            let content = inside.trim_end();
            let space = if content.is_empty() { "" } else { " " };
            let after = if content.is_empty() { inside } else { content };
            let new = match (content.is_empty(), inside.len() == content.len()) {
                (true, true) => format!(" {word} "),
                (true, false) => format!("{word} "),
                (false, true) => format!("{space}{word} "),
                (false, false) => format!("{space}{word}"),
            };
            (start + after.len(), new)
        }
    };
    Some([&text[..at], &new, &text[at..]].concat())
}

/// The names that lead to `bound` from the outermost set that they are written
/// in. `None` when one of them is not a plain name.
fn path_of(bound: &ast::AttrpathValue) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut bound = Some(bound.clone());
    while let Some(one) = bound {
        let names: Option<Vec<_>> = one.attrpath()?.attrs().map(|attr| name_of(&attr)).collect();
        path.splice(0..0, names?);
        let set = one.syntax().parent().and_then(ast::AttrSet::cast);
        let above = set.and_then(|set| set.syntax().parent());
        bound = above.and_then(ast::AttrpathValue::cast);
    }
    Some(path)
}

fn name_of(attr: &Attr) -> Option<String> {
    match attr {
        Attr::Ident(ident) => Some(ident.ident_token()?.text().to_owned()),
        Attr::Str(string) => match &string.normalized_parts()[..] {
            [InterpolPart::Literal(text)] => Some(text.clone()),
            _ => None,
        },
        Attr::Dynamic(_) => None,
    }
}

/// The blanks before `node` on its line.
fn indent_of(text: &str, node: &SyntaxNode) -> String {
    let at: usize = node.text_range().start().into();
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let blanks = text[line..at].chars().take_while(|c| c.is_whitespace());
    blanks.collect()
}

/// `text` as a string of Nix (Nix manual, "String literal").
#[must_use]
pub fn in_nix(text: &str) -> String {
    let mut word = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' | '$' => word.extend(['\\', char]),
            '\n' => word.push_str("\\n"),
            '\r' => word.push_str("\\r"),
            '\t' => word.push_str("\\t"),
            _ => word.push(char),
        }
    }
    word.push('"');
    word
}

/// `text`, a manifest, with a persisted path more. `None` when it is no JSON
/// object, or its `state` no list.
#[must_use]
pub fn persist_in_manifest(text: &str, path: &str, root: &str, kind: &str) -> Option<String> {
    let parsed = CstRootNode::parse(text, &options()).ok()?;
    let whole = parsed.value()?.as_object()?;
    let state = match whole.get("state") {
        Some(known) => known.value()?.as_array()?,
        None => whole.array_value_or_create("state")?,
    };
    let field = |name: &str, value: &str| (name.to_owned(), CstInputValue::from(value));
    state.append(CstInputValue::Object(vec![
        field("path", path),
        field("root", root),
        field("kind", kind),
    ]));
    Some(parsed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> Option<String> {
        persist_in_nix(text, "/persist", "directories", "a b")
    }

    /// Adds to `before` with a mark where the new item is expected.
    fn check(marked: &str, mark: &str) {
        let before = marked.replace(mark, "");
        let after = marked.replace(mark, &mark.replace('@', "\"a b\""));
        assert_eq!(added(&before).as_deref(), Some(&*after), "{before}");
    }

    #[test]
    fn an_item_is_added_as_the_others_stand() {
        check(
            r#"{ home.persistence."/persist".directories = [ ".ssh" @ ]; }"#,
            " @",
        );
        check(
            "{ home.persistence.\"/persist\" = {\n  directories = [\n    \".ssh\" # keys\n    @\n  ];\n}; }",
            "\n    @",
        );
        check(
            "{ home = { persistence.\"/persist\".directories = [\n  @\n]; }; }",
            "\n  @",
        );
    }

    #[test]
    fn lists_on_one_line_keep_their_spaces() {
        let with = |list: &str| {
            let text = format!(r#"{{ home.persistence."/persist".directories = {list}; }}"#);
            let added = added(&text)?;
            let start = added.find('[')?;
            Some(added[start..added.len() - 3].to_owned())
        };
        assert_eq!(with("[]").as_deref(), Some(r#"[ "a b" ]"#));
        assert_eq!(with("[ ]").as_deref(), Some(r#"[ "a b" ]"#));
        assert_eq!(with(r#"["x"]"#).as_deref(), Some(r#"["x" "a b" ]"#));
        assert_eq!(with(r#"[ "x" ]"#).as_deref(), Some(r#"[ "x" "a b" ]"#));
    }

    #[test]
    fn modules_are_looked_into() {
        for text in [
            r#"{ config, ... }: { config.home.persistence."/persist".directories = [ ]; }"#,
            r#"{ lib, ... }: { config = lib.mkIf true { home.persistence."/persist".directories = [ ]; }; }"#,
            r#"let x = 1; in { home.persistence = { "/persist" = { directories = [ x ]; }; }; }"#,
        ] {
            assert!(
                added(text).is_some_and(|text| text.contains("\"a b\"")),
                "{text}"
            );
        }
    }

    #[test]
    fn where_no_single_place_is_to_be_seen_nothing_is_added() {
        for text in [
            r#"{ home.persistence."/other".directories = [ ]; }"#,
            r#"{ home.persistence."/persist".files = [ ]; }"#,
            r#"{ home.persistence."/persist".directories = lib.mkForce [ ]; }"#,
            r#"{ home.persistence."${root}".directories = [ ]; }"#,
            r#"{ x.home.persistence."/persist".directories = [ ]; }"#,
            r#"{ home.persistence."/persist".directories = [ ]; imports = [ { home.persistence."/persist".directories = [ ]; } ]; }"#,
            r#"{ home.persistence."/persist".directories = [ ; }"#,
        ] {
            assert_eq!(added(text), None, "{text}");
        }
    }

    #[test]
    fn strings_of_nix_say_what_they_should() {
        assert_eq!(in_nix("a\"b\\c${d}\n"), r#""a\"b\\c\${d}\n""#);
    }

    #[test]
    fn a_manifest_gets_an_entry() {
        let added = |text| persist_in_manifest(text, ".ssh", "/p", "directory");
        let new = added("{\n  \"version\": 1 // one\n}\n").unwrap();
        assert!(
            new.contains("// one") && new.contains(r#""path": ".ssh""#),
            "{new}"
        );
        let new = added(r#"{"state":[{"path":"x"}]}"#).unwrap();
        let value: serde_json::Value = serde_json::from_str(&new).unwrap();
        assert_eq!(value["state"][1]["kind"], "directory");
        assert_eq!(added("[]"), None);
        assert_eq!(added(r#"{"state":{}}"#), None);
        assert_eq!(added("{"), None);
    }
}
