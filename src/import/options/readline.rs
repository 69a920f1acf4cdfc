//! `.inputrc` as `programs.readline`.

use serde_json::{Map, Value, json};

use super::{Files, Said, lines};

const PLACE: &str = ".inputrc";
const SYSTEM: &str = "$include /etc/inputrc";

/// `programs.readline`, when it writes what the home has.
pub(super) fn say(files: &Files<'_>) -> Option<Said> {
    let text = files.text(PLACE)?;
    let mut parts: Vec<&str> = text.strip_suffix('\n')?.split("\n\n").collect();
    let includes = parts.first() == Some(&SYSTEM);
    if includes {
        parts.remove(0);
    }
    let mut variables = Map::new();
    if let Some(part) = parts.first().filter(|part| part.starts_with("set ")) {
        for line in lines(&format!("{part}\n"))? {
            let (name, value) = line.strip_prefix("set ")?.split_once(' ')?;
            variables.insert(name.to_owned(), variable(value));
        }
        parts.remove(0);
    }
    let mut bindings = Map::new();
    if let [part] = parts[..] {
        for line in lines(&format!("{part}\n"))? {
            let (key, action) = line.split_once(": ")?;
            bindings.insert(bare(key).to_owned(), Value::from(action));
        }
        parts.clear();
    }
    if !parts.is_empty() || written(includes, &variables, &bindings) != text {
        return None;
    }
    let mut value = json!({ "enable": true });
    if !includes {
        value["includeSystemConfig"] = Value::Bool(false);
    }
    for (name, map) in [("variables", variables), ("bindings", bindings)] {
        if !map.is_empty() {
            value[name] = Value::Object(map);
        }
    }
    Some(Said {
        option: "programs.readline",
        value,
        files: vec![PLACE],
    })
}

fn variable(text: &str) -> Value {
    match text {
        "on" => Value::Bool(true),
        "off" => Value::Bool(false),
        _ => match super::scalar(text) {
            number @ Value::Number(_) => number,
            _ => Value::from(text),
        },
    }
}

fn bare(key: &str) -> &str {
    let inner = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
    inner.unwrap_or(key)
}

/// What modules/programs/readline.nix writes.
fn written(
    includes: bool,
    variables: &Map<String, Value>,
    bindings: &Map<String, Value>,
) -> String {
    let mut parts = Vec::new();
    if includes {
        parts.push(SYSTEM.to_owned());
    }
    let all = variables.iter().map(|(name, value)| match value {
        Value::Bool(true) => format!("set {name} on"),
        Value::Bool(false) => format!("set {name} off"),
        Value::String(text) => format!("set {name} {text}"),
        other => format!("set {name} {other}"),
    });
    parts.push(all.collect::<Vec<_>>().join("\n"));
    let all = bindings.iter().map(|(key, action)| {
        let action = action.as_str().unwrap_or_default();
        let first = key.split('-').next().unwrap_or_default();
        if ["control", "meta"].contains(&&*first.to_ascii_lowercase()) {
            format!("{key}: {action}")
        } else {
            format!("\"{key}\": {action}")
        }
    });
    parts.push(all.collect::<Vec<_>>().join("\n"));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::options::said;

    #[test]
    fn variables_and_bindings_are_said() {
        let text = "$include /etc/inputrc\n\nset bell-style none\nset expand-tilde on\nset history-size 10\n\nControl-u: universal-argument\n\"\\C-h\": backward-kill-word\n";
        let value = said(say, &[(PLACE, text)]).unwrap().value;
        assert_eq!(
            value,
            json!({
                "enable": true,
                "variables": { "bell-style": "none", "expand-tilde": true, "history-size": 10 },
                "bindings": { "\\C-h": "backward-kill-word", "Control-u": "universal-argument" },
            })
        );
        let value = said(say, &[(PLACE, "set bell-style none\n")])
            .unwrap()
            .value;
        assert_eq!(value["includeSystemConfig"], false);
    }

    #[test]
    fn what_would_be_written_otherwise_stays() {
        for text in [
            "# mine\nset bell-style none\n",
            "set b 1\nset a 1\n",
            "set a 1\nset a 2\n",
            "set a 1",
            "set a\n",
            "$if Bash\nset a 1\n$endif\n",
            "\\C-h: x\n",
            "\n",
            "",
        ] {
            assert_eq!(said(say, &[(PLACE, text)]), None, "{text}");
        }
    }
}
