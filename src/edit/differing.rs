//! What a live text has in place of what is declared.

use serde_json::{Map as Object, Number, Value as Json};

use super::error::EditError;
use super::lines::{self, BOM};
use super::merge::read;
use super::value::{Map, Value};
use crate::manifest::Format;

/// A key whose live value is not the declared one.
#[derive(Debug, Clone, PartialEq)]
pub struct Differing {
    /// The keys that lead to it, from the root.
    pub path: Vec<String>,
    /// The live value; `None` when the key is gone.
    pub live: Option<Json>,
}

/// The keys of `declared` that have another value in `live`, and with `all` the
/// keys that only `live` has; both are texts of `format`. Values that JSON does
/// not have, such as dates, are given as their texts.
///
/// # Errors
/// When one of the texts cannot be read.
pub fn differing(
    format: Format,
    live: &str,
    declared: &str,
    all: bool,
) -> Result<Vec<Differing>, EditError> {
    let live = lines::unix(live.strip_prefix(BOM).unwrap_or(live));
    let live = if live.trim().is_empty() {
        Value::Map(Map::new())
    } else {
        read(format, &live)?
    };
    let mut found = Vec::new();
    walk(
        &[],
        Some(&live),
        Some(&read(format, declared)?),
        all,
        &mut found,
    );
    Ok(found)
}

fn walk(
    path: &[String],
    live: Option<&Value>,
    declared: Option<&Value>,
    all: bool,
    found: &mut Vec<Differing>,
) {
    match (live, declared) {
        (Some(Value::Map(live)), Some(Value::Map(declared))) => {
            let more = live
                .keys()
                .filter(|key| all && !declared.contains_key(*key));
            for key in declared.keys().chain(more) {
                let path = [path, std::slice::from_ref(key)].concat();
                walk(&path, live.get(key), declared.get(key), all, found);
            }
        }
        (live, declared) if live == declared => {}
        (live, _) => found.push(Differing {
            path: path.to_vec(),
            live: live.map(json),
        }),
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(is) => Json::Bool(*is),
        Value::Int(number) => {
            Number::from_i128(*number).map_or_else(|| Json::from(number.to_string()), Json::Number)
        }
        Value::Float(bits) => {
            let float = f64::from_bits(*bits);
            Number::from_f64(float).map_or_else(|| Json::from(float.to_string()), Json::Number)
        }
        Value::Text(text) | Value::Other(text) => Json::from(text.as_str()),
        Value::List(list) => list.iter().map(json).collect(),
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, value)| (key.clone(), json(value)));
            Json::Object(pairs.collect::<Object<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(format: Format, live: &str, declared: &str, all: bool) -> Vec<(String, Option<Json>)> {
        let found = differing(format, live, declared, all).unwrap();
        let shown = found.into_iter().map(|one| (one.path.join("."), one.live));
        shown.collect()
    }

    #[test]
    fn declared_keys_with_other_values_are_named() {
        let declared = r#"{ "a": 1, "b": { "c": [1], "d": true }, "e": null }"#;
        let live = r#"{ "a": 2.5, "b": { "c": [1, "x"], "d": true, "own": 1 }, "mine": {} }"#;
        assert_eq!(
            of(Format::Json, live, declared, false),
            [
                ("a".to_owned(), Some(json!(2.5))),
                ("b.c".to_owned(), Some(json!([1, "x"]))),
                ("e".to_owned(), None),
            ]
        );
        let all = of(Format::Json, live, declared, true);
        assert!(
            all.contains(&("b.own".to_owned(), Some(json!(1)))),
            "{all:?}"
        );
        assert!(
            all.contains(&("mine".to_owned(), Some(json!({})))),
            "{all:?}"
        );
        assert_eq!(of(Format::Json, declared, declared, true), []);
    }

    #[test]
    fn texts_of_all_formats_are_read() {
        let date = of(Format::Toml, "a = 2020-01-02\n", "a = 1\n", false);
        assert_eq!(date, [("a".to_owned(), Some(json!("2020-01-02")))]);
        assert_eq!(of(Format::Ini, "[s]\r\na=2\r\n", "[s]\na=2\n", false), []);
        assert_eq!(
            of(Format::Yaml, " \n", "a: 1\n", false),
            [("a".to_owned(), None)]
        );
        assert!(differing(Format::Json, "{", "{}", false).is_err());
    }
}
