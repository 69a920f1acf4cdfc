//! How the tests read and write each format: by libraries that `edit` does not
//! read with.

use nhmt::manifest::Format;
use nhmt::tree::format::render;
use serde_json::{Map, Value, json};

pub const ALL: [Format; 4] = [Format::Json, Format::Toml, Format::Yaml, Format::Ini];

/// `value` as a text of `format`.
pub fn write(format: Format, value: &Value) -> String {
    String::from_utf8(render(format, value).unwrap()).unwrap()
}

/// What a text of `format` means.
pub fn read(format: Format, text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    match format {
        Format::Json => serde_json::from_str(&text).unwrap(),
        Format::Toml => toml::from_str(&text).unwrap(),
        Format::Yaml if text.trim().is_empty() => json!({}),
        Format::Yaml => serde_saphyr::from_str(&text).unwrap(),
        _ => read_ini(&text),
    }
}

fn read_ini(text: &str) -> Value {
    let option = ini::ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        ..Default::default()
    };
    let file = ini::Ini::load_from_str_opt(text, option).unwrap();
    let mut root = Map::new();
    for (section, keys) in &file {
        let mut map = Map::new();
        for (key, value) in keys {
            match map.get_mut(key) {
                None => {
                    map.insert(key.to_owned(), json!(value));
                }
                Some(Value::Array(items)) => items.push(json!(value)),
                Some(first) => *first = json!([first.clone(), value]),
            }
        }
        match section {
            Some(section) => {
                root.insert(section.to_owned(), Value::Object(map));
            }
            None => root.extend(map),
        }
    }
    Value::Object(root)
}
