//! What has to hold for any live text and anything declared.

use nhmt::edit::{merge, nothing};
use nhmt::manifest::Format;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::formats::{ALL, read, write};

const KEYS: [&str; 6] = ["a", "b", "key with space", "ü", "yes", "1"];

fn scalar(format: Format) -> BoxedStrategy<Value> {
    let text = prop_oneof![
        Just(String::new()),
        Just("yes".to_owned()),
        Just("010".to_owned()),
        Just("null".to_owned()),
        Just("# no comment".to_owned()),
        Just("- x: {y}".to_owned()),
        "[a-z \"':,é]{0,8}",
        "[ab]{1,3}\n[ab ]{0,3}\n{0,2}[ab]{0,2}",
    ];
    if format == Format::Ini {
        // Lines have no spaces around a value, and no form for more lines.
        return "[a-z0-9.,]{1,6}".prop_map(Value::String).boxed();
    }
    prop_oneof![
        text.prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        (-5_i64..2_000_000_000_000).prop_map(|n| json!(n)),
        (-8_i32..8).prop_map(|n| json!(f64::from(n) / 4.0)),
    ]
    .boxed()
}

fn map(inner: BoxedStrategy<Value>, least: usize) -> BoxedStrategy<Value> {
    prop::collection::btree_map(prop::sample::select(&KEYS[..]), inner, least..4)
        .prop_map(|map| {
            let entry = |(key, value): (&str, Value)| (key.to_owned(), value);
            Value::Object(map.into_iter().map(entry).collect())
        })
        .boxed()
}

fn document(format: Format) -> BoxedStrategy<Value> {
    if format == Format::Ini {
        let list = prop::collection::vec(scalar(format), 2..4).prop_map(Value::Array);
        let value = prop_oneof![3 => scalar(format), 1 => list].boxed();
        // A section and a key of one name are two things, but not in JSON.
        let sections = map(map(value.clone(), 1), 0).prop_map(|sections| {
            let Value::Object(sections) = sections else {
                unreachable!()
            };
            sections
                .into_iter()
                .map(|(name, map)| (format!("S {name}"), map))
                .collect()
        });
        return (map(value, 0), sections)
            .prop_map(|(mut root, sections): (Value, Map<String, Value>)| {
                root.as_object_mut().unwrap().extend(sections);
                root
            })
            .boxed();
    }
    let value = scalar(format).prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            2 => map(inner.clone(), 0),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    });
    map(value.boxed(), 0)
}

/// The live text with what persons and editors do to it.
fn live() -> impl Strategy<Value = (Format, Value, String, Value, Value)> {
    let dress = (any::<bool>(), any::<bool>(), any::<bool>());
    prop::sample::select(&ALL[..]).prop_flat_map(move |format| {
        let documents = (document(format), document(format), document(format));
        (Just(format), documents, dress).prop_map(
            |(format, (live, declared, before), (mark, windows, cut))| {
                let mut text = write(format, &live);
                if windows && format != Format::Toml && format != Format::Yaml {
                    text = text.replace('\n', "\r\n");
                }
                // In YAML the last line break can belong to a text.
                if cut && format != Format::Yaml {
                    text.truncate(text.trim_end().len());
                }
                if mark {
                    text.insert(0, '\u{feff}');
                }
                (format, live, text, declared, before)
            },
        )
    })
}

/// The merge, as the documentation words it.
fn model(live: &Value, declared: &Value, before: &Value) -> Value {
    let (Value::Object(live), Value::Object(want)) = (live, declared) else {
        return declared.clone();
    };
    let mut result = live.clone();
    for (key, want) in want {
        let before = before.get(key).unwrap_or(&Value::Null);
        let value = match live.get(key) {
            Some(live) => model(live, want, before),
            None => want.clone(),
        };
        result.insert(key.clone(), value);
    }
    for (key, before) in before.as_object().into_iter().flatten() {
        if let (Some(now), None) = (live.get(key), want.get(key)) {
            match leftover(now, before) {
                Some(rest) => result.insert(key.clone(), rest),
                None => result.remove(key),
            };
        }
    }
    Value::Object(result)
}

/// What is left of `live` when what `before` declared goes.
fn leftover(live: &Value, before: &Value) -> Option<Value> {
    if live == before {
        return None;
    }
    let (Value::Object(live), Value::Object(before)) = (live, before) else {
        return Some(live.clone());
    };
    let keep = |(key, value): (&String, &Value)| match before.get(key) {
        Some(before) => Some((key.clone(), leftover(value, before)?)),
        None => Some((key.clone(), value.clone())),
    };
    let rest: Map<_, _> = live.iter().filter_map(keep).collect();
    (!rest.is_empty() || live.is_empty()).then_some(Value::Object(rest))
}

/// Floats of integers are integers in JSON, which programs do not tell apart.
fn plain(format: Format, value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| plain(format, item)).collect(),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| (key.clone(), plain(format, value));
            Value::Object(map.iter().map(entry).collect())
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers below ten")]
        Value::Number(number) if format == Format::Json => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && number.is_f64() => json!(float as i64),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_text_means_what_the_merge_of_values_gives((format, live, text, declared, before) in live()) {
        let (want, was) = (write(format, &declared), write(format, &before));
        let merged = merge(format, Some(&text), &want, &[&was]);
        let merged = match merged {
            Ok(merged) => merged,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}\n{want}\n{was}"))),
        };
        let plain = |value: &Value| plain(format, value);
        let expected = model(&plain(&live), &plain(&declared), &plain(&before));
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            prop_assert_eq!(plain(&read(format, &merged.text)), plain(&declared));
            return Ok(());
        }
        prop_assert_eq!(plain(&read(format, &merged.text)), expected, "{}", merged.text);
        // Nothing to do the second time, and then not a byte differs.
        let again = merge(format, Some(&merged.text), &want, &[&want]).unwrap();
        prop_assert!(!again.changed, "{:?} {:?}", merged.text, again.text);
        prop_assert_eq!(again.text, merged.text);
    }

    #[test]
    fn declaring_new_keys_and_undeclaring_them_restores((format, live, text, declared, _) in live()) {
        let mut new = declared;
        let taken = live.as_object().unwrap();
        new.as_object_mut().unwrap().retain(|key, _| !taken.contains_key(key));
        let want = write(format, &new);
        let with = merge(format, Some(&text), &want, &[]).unwrap();
        let back = merge(format, Some(&with.text), nothing(format), &[&want]).unwrap();
        if !text.trim_start_matches('\u{feff}').trim().is_empty() {
            prop_assert_eq!(plain(format, &read(format, &back.text)), plain(format, &live));
        }
        let nothing_left = taken.is_empty();
        prop_assert_eq!(back.empty, nothing_left, "{:?}", back.text);
    }

    #[test]
    fn no_text_makes_it_panic_or_lose_its_own(
        format in prop::sample::select(&ALL[..]),
        live in "([\\[\\]{}:,=#\"'|>&*!%/\\\\a1 -]|\n|\r\n|\t|é|  |: |- |---\n|//|true){0,24}",
        declared in prop::sample::select(&["a", "b"][..]),
    ) {
        let want = write(format, &json!({ declared: "1" }));
        if let Ok(merged) = merge(format, Some(&live), &want, &[]) {
            let again = merge(format, Some(&merged.text), &want, &[]).unwrap();
            prop_assert!(!again.changed, "{:?} {:?}", merged.text, again.text);
        }
    }
}
