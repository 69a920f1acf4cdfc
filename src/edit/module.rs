//! More settings in the text of a configuration.

use rnix::Root;
use rnix::ast::{self, Attr, Expr, HasEntry as _};
use rowan::ast::AstNode as _;

/// `text`, a module, with `lines` at the end of what it sets; they are indented
/// by two. `None` when what it sets is no plain set: then no place for more can
/// be seen. What they mean there is for an evaluation to say.
#[must_use]
pub fn add_to_module(text: &str, lines: &str) -> Option<String> {
    let parsed = Root::parse(text);
    if !parsed.errors().is_empty() {
        return None;
    }
    let set = settings(set_of(parsed.tree().expr()?)?)?;
    let close: usize = set.r_curly_token()?.text_range().start().into();
    let start = text[..close].rfind('\n').map_or(0, |end| end + 1);
    let alone = text[start..close].chars().all(char::is_whitespace);
    let last = set.entries().last();
    let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let indent: String = last.map_or_else(
        || format!("{}  ", if alone { &text[start..close] } else { "" }),
        |last| {
            let at: usize = last.syntax().text_range().start().into();
            let line = &text[line_of(at)..at];
            // An entry behind the brace says nothing of how lines are indented.
            let starts = line.chars().all(char::is_whitespace);
            if starts { line } else { "  " }.to_owned()
        },
    );
    let moved = |line: &str| {
        [
            &*indent,
            line.strip_prefix("  ").unwrap_or(line),
            "
",
        ]
        .concat()
    };
    let lines: String = lines.lines().map(moved).collect();
    if alone {
        return Some([&text[..start], &lines, &text[start..]].concat());
    }
    let before = text[..close].trim_end();
    Some(format!("{before}\n{lines}{}", &text[close..]))
}

/// The set that a module is, behind its arguments.
fn set_of(expr: Expr) -> Option<ast::AttrSet> {
    match expr {
        Expr::AttrSet(set) if set.rec_token().is_none() => Some(set),
        Expr::Lambda(lambda) => set_of(lambda.body()?),
        Expr::LetIn(inner) => set_of(inner.body()?),
        Expr::With(inner) => set_of(inner.body()?),
        Expr::Paren(inner) => set_of(inner.expr()?),
        _ => None,
    }
}

/// What `set`, a module, sets: itself, or its `config`.
fn settings(set: ast::AttrSet) -> Option<ast::AttrSet> {
    let mut inner = None;
    for bound in set.attrpath_values() {
        let mut names = bound.attrpath()?.attrs();
        let Some(Attr::Ident(name)) = names.next() else {
            continue;
        };
        match name.ident_token()?.text() {
            "config" if names.next().is_none() => inner = Some(bound.value()?),
            // `config.x = …` beside others says nothing of where these may be.
            "config" | "options" => return None,
            _ => {}
        }
    }
    match inner {
        None => Some(set),
        Some(Expr::AttrSet(set)) => Some(set),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_come_to_the_end_of_what_is_set() {
        let added = |text| add_to_module(text, "  x = 1;\n");
        for (text, wanted) in [
            (
                "{ ... }:\n{\n  a = 2;\n}\n",
                "{ ... }:\n{\n  a = 2;\n  x = 1;\n}\n",
            ),
            (
                "{ ... }:\n{\n    a = 2;\n}\n",
                "{ ... }:\n{\n    a = 2;\n    x = 1;\n}\n",
            ),
            ("{ ... }: { }\n", "{ ... }: {\n  x = 1;\n}\n"),
            ("{\n}\n", "{\n  x = 1;\n}\n"),
            ("{ a = 2; }", "{ a = 2;\n  x = 1;\n}"),
            (
                "{\n  imports = [ ];\n  config = {\n    a = 2;\n  };\n}\n",
                "{\n  imports = [ ];\n  config = {\n    a = 2;\n    x = 1;\n  };\n}\n",
            ),
            (
                "{ lib, ... }:\nlet\n  b = 1;\nin\n{\n  a = b; # why\n}\n",
                "{ lib, ... }:\nlet\n  b = 1;\nin\n{\n  a = b; # why\n  x = 1;\n}\n",
            ),
        ] {
            let added = added(text);
            assert_eq!(added.as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn where_no_place_can_be_seen_nothing_is_added() {
        for text in [
            "{ lib, ... }: lib.mkIf true { }",
            "{ config = lib.mkIf true { }; }",
            "{ options.x = 1; config.y = 2; }",
            "import ./other.nix",
            "{ a = ; }",
            "rec { a = 1; }",
        ] {
            assert_eq!(add_to_module(text, "  x = 1;\n"), None, "{text}");
        }
    }

    proptest! {
        /// All that was there stays, in its order.
        #[test]
        fn nothing_is_taken_away(names in proptest::collection::vec("[a-z]{1,5}", 0..5), blanks in " {0,4}") {
            let body: String = names.iter().enumerate().map(|(at, name)| [&blanks, name, &at.to_string(), " = 1;\n"].concat()).collect();
            let text = format!("{{ ... }}:\n{{\n{body}}}\n");
            let added = add_to_module(&text, "  new-one = 1;\n").unwrap();
            prop_assert!(Root::parse(&added).errors().is_empty());
            let kept: String = added.lines().filter(|line| !line.contains("new-one")).flat_map(|line| [line, "\n"]).collect();
            prop_assert_eq!(kept, text);
        }
    }
}
