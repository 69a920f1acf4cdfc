//! Files of sections, and `mimeapps.list` as `xdg.mimeApps`.

use serde_json::{Map, Value, json};

use super::{Files, Said};
use crate::manifest::Format;
use crate::tree::format::render;

/// The sections of `text` with their keys, when nhmt's own form of them is the
/// same text: no comments, keys and sections in their order.
pub(super) fn sections(text: &str) -> Option<Map<String, Value>> {
    let mut all = Map::new();
    let mut name = None;
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            all.insert(header.to_owned(), Value::Object(Map::new()));
            name = Some(header);
            continue;
        }
        let (key, value) = line.split_once('=')?;
        let section = all.get_mut(name?)?.as_object_mut()?;
        section.insert(key.to_owned(), super::scalar(value));
    }
    let value = Value::Object(all);
    let same = render(Format::Ini, &value).is_ok_and(|written| written == text.as_bytes());
    match value {
        Value::Object(all) if same => Some(all),
        _ => None,
    }
}

const MIME_APPS: [&str; 2] = [
    ".config/mimeapps.list",
    ".local/share/applications/mimeapps.list",
];

/// `xdg.mimeApps`, when it writes what the home has: at both places.
pub(super) fn mime_apps(files: &Files<'_>) -> Option<Said> {
    let [text, old] = MIME_APPS.map(|place| files.text(place));
    if text != old {
        return None;
    }
    let mut value = json!({ "enable": true });
    for (name, section) in sections(&text?)? {
        let mut lists = Map::new();
        for (kind, names) in section.as_object()? {
            let names: Vec<_> = names.as_str()?.strip_suffix(';')?.split(';').collect();
            lists.insert(kind.clone(), json!(names));
        }
        match (&*name, lists.is_empty()) {
            (_, true) => return None,
            ("Default Applications", _) => value["defaultApplications"] = Value::Object(lists),
            ("Added Associations", _) => value["associations"]["added"] = Value::Object(lists),
            ("Removed Associations", _) => value["associations"]["removed"] = Value::Object(lists),
            _ => return None,
        }
    }
    Some(Said {
        option: "xdg.mimeApps",
        value,
        files: MIME_APPS.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::options::said;

    #[test]
    fn applications_are_said_or_stay() {
        let said = |text: &str, old: &str| {
            let files = [(MIME_APPS[0], text), (MIME_APPS[1], old)];
            said(mime_apps, &files).map(|said| said.value)
        };
        let text = "[Added Associations]\nimage/png=a.desktop;b.desktop;\n\n[Default Applications]\ntext/html=f.desktop;\n";
        assert_eq!(
            said(text, text),
            Some(json!({
                "enable": true,
                "associations": { "added": { "image/png": ["a.desktop", "b.desktop"] } },
                "defaultApplications": { "text/html": ["f.desktop"] },
            }))
        );
        for other in [
            "[Default Applications]\ntext/html=f.desktop\n",
            "# mine\n[Default Applications]\ntext/html=f.desktop;\n",
            "[Default Applications]\n",
            "[Other]\na=b;\n",
            "[Default Applications]\na=b;\na=c;\n",
            "a=b;\n",
        ] {
            assert_eq!(said(other, other), None, "{other}");
        }
        assert_eq!(said(text, "[Default Applications]\na=b;\n"), None);
    }
}
