//! Templates that only fill in values. chezmoi's are those of Go (text/template
//! in its documentation), a language; what is more than a value, a string or a
//! comment is not translated.

use serde_json::Value;

/// The text that `template` comes to; `None` when it does more than to fill in
/// values that `data` has.
pub(super) fn render(template: &str, data: &Value) -> Option<String> {
    // A directive may name other braces, line ends or an encoding.
    if template.contains("chezmoi:template:") {
        return None;
    }
    let mut text = String::new();
    let mut left = template;
    while let Some((before, rest)) = left.split_once("{{") {
        let (action, mut after) = end(rest)?;
        let (mut action, mut before) = (action, before);
        // `{{- ` takes the blanks before it, ` -}}` those behind.
        if let Some(trimmed) = action
            .strip_prefix('-')
            .filter(|a| a.starts_with([' ', '\n', '\t']))
        {
            action = trimmed;
            before = before.trim_end_matches([' ', '\t', '\n', '\r']);
        }
        if let Some(trimmed) = action
            .strip_suffix('-')
            .filter(|a| a.ends_with([' ', '\n', '\t']))
        {
            action = trimmed;
            after = after.trim_start_matches([' ', '\t', '\n', '\r']);
        }
        text.push_str(before);
        text.push_str(&value(action.trim(), data)?);
        left = after;
    }
    text.push_str(left);
    Some(text)
}

/// An action, and what comes behind it. Its strings may have braces.
fn end(rest: &str) -> Option<(&str, &str)> {
    let comment = rest.trim_start_matches('-').trim_start();
    if comment.starts_with("/*") {
        let close = rest.find("*/")? + 2;
        let braces = close + rest[close..].find("}}")?;
        return Some((&rest[..braces], &rest[braces + 2..]));
    }
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '`') => quote = Some(c),
            (None, '}') if rest[at..].starts_with("}}") => {
                return Some((&rest[..at], &rest[at + 2..]));
            }
            _ => {}
        }
    }
    None
}

fn value(action: &str, data: &Value) -> Option<String> {
    if action.starts_with("/*") && action.ends_with("*/") {
        return Some(String::new());
    }
    if action.starts_with('"') && action.ends_with('"') {
        return serde_json::from_str(action).ok();
    }
    if let Some(raw) = action
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'))
    {
        return (!raw.contains('`')).then(|| raw.to_owned());
    }
    if let Some((field, "quote")) = action.split_once('|').map(|(a, b)| (a.trim(), b.trim())) {
        // Go's %q, which JSON's strings are for all but unusual characters.
        let text = field_of(field, data)?;
        let plain = text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        return plain.then(|| Value::String(text).to_string());
    }
    field_of(action, data)
}

fn field_of(action: &str, data: &Value) -> Option<String> {
    let mut at = data;
    for name in action.strip_prefix('.')?.split('.') {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        at = at.get(name)?;
    }
    match at {
        Value::String(text) => Some(text.clone()),
        Value::Bool(is) => Some(is.to_string()),
        // Go writes other floats in other forms.
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rendered(template: &str) -> Option<String> {
        let data = json!({
            "email": "alice@example.org",
            "chezmoi": { "os": "linux", "homeDir": "/home/alice" },
            "n": 4, "on": true, "list": [1],
        });
        render(template, &data)
    }

    #[test]
    fn values_are_filled_in() {
        assert_eq!(
            rendered("a{{ .email }}b").as_deref(),
            Some("aalice@example.orgb")
        );
        assert_eq!(
            rendered("{{.chezmoi.os}} {{ .n }} {{ .on }}").as_deref(),
            Some("linux 4 true")
        );
        assert_eq!(
            rendered("{{ .email | quote }}").as_deref(),
            Some("\"alice@example.org\"")
        );
        assert_eq!(rendered("{{ \"{{\" }}{{ `}}` }}").as_deref(), Some("{{}}"));
        assert_eq!(
            rendered("a {{- /* not this }} */ -}} \n b").as_deref(),
            Some("ab")
        );
        assert_eq!(rendered("a \n{{- .n -}}\n b").as_deref(), Some("a4b"));
    }

    #[test]
    fn what_is_more_is_not_translated() {
        for template in [
            "{{ if .on }}x{{ end }}",
            "{{ .absent }}",
            "{{ .list }}",
            "{{ include \"x\" }}",
            "{{ .email | upper }}",
            "{{ onepasswordRead \"op://x\" }}",
            "{{ $x := 1 }}",
            "{{ .email",
            "# chezmoi:template:left-delimiter=[[ right-delimiter=]]\n[[ .email ]]",
        ] {
            assert_eq!(rendered(template), None, "{template}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_actions_stays(text in "[^{]*") {
            prop_assert_eq!(rendered(&text), Some(text));
        }

        #[test]
        fn any_text_can_be_read(text in "[{} .\"`/*a-z|-]{0,60}") {
            let _ = rendered(&text);
        }
    }
}
