//! JSON, also with comments and trailing commas, by `jsonc-parser`, whose tree
//! keeps every byte.

use jsonc_parser::ast::{self, ObjectPropName};
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::error::EditError;
use super::plan::Change;
use super::value::{Map, Value};

/// Integers up to here are floats of the same value, and programs in
/// JavaScript write one for the other.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What editors take: comments and trailing commas, nothing else beside JSON.
pub(super) fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn fault(text: &str, error: &ParseError) -> EditError {
    let mut problem = error.kind().to_string();
    if let Some(first) = problem.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    EditError::syntax(text, error.range().start, problem)
}

pub(super) fn read(text: &str) -> Result<Value, EditError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options());
    match parsed.map_err(|error| fault(text, &error))?.value {
        Some(value) => convert(text, value),
        None => Ok(Value::Map(Map::new())),
    }
}

fn convert(text: &str, value: ast::Value) -> Result<Value, EditError> {
    Ok(match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(flag) => Value::Bool(flag.value),
        ast::Value::StringLit(string) => Value::Text(string.value.into_owned()),
        ast::Value::NumberLit(number) => convert_number(number.value),
        ast::Value::Array(array) => Value::List(
            array
                .elements
                .into_iter()
                .map(|element| convert(text, element))
                .collect::<Result<_, _>>()?,
        ),
        ast::Value::Object(object) => {
            let mut map = Map::new();
            for property in object.properties {
                let start = property.range.start;
                let key = match property.name {
                    ObjectPropName::String(name) => name.value.into_owned(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                };
                if map.contains_key(&key) {
                    let problem = format!("the key `{key}` stands here a second time");
                    return Err(EditError::unsupported(text, start, problem));
                }
                map.insert(key, convert(text, property.value)?);
            }
            Value::Map(map)
        }
    })
}

fn convert_number(text: &str) -> Value {
    if let Ok(integer) = text.parse() {
        return Value::Int(integer);
    }
    match text.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be exact")]
        Ok(float) if float.fract() == 0.0 && float.abs() < EXACT => Value::Int(float as i128),
        Ok(float) if float.is_finite() => Value::float(float),
        _ => Value::Other(text.to_owned()),
    }
}

pub(super) fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let root = CstRootNode::parse(text, &options()).map_err(|error| fault(text, &error))?;
    for change in changes {
        let Some((key, above)) = change.path().split_last() else {
            continue;
        };
        let mut object = root.object_value_or_set();
        for step in above {
            object = below(&object, step)
                .ok_or_else(|| EditError::unsupported(text, 0, format!("`{step}` is no object")))?;
        }
        match (change, object.get(key)) {
            (Change::Set(_, value), Some(property)) => property.set_value(input(value)),
            (Change::Set(_, value), None) => {
                object.append(key, input(value));
            }
            (Change::Remove(_), Some(property)) => property.remove(),
            (Change::Remove(_), None) => {}
        }
    }
    Ok(root.to_string())
}

fn below(object: &CstObject, key: &str) -> Option<CstObject> {
    object.get(key)?.value()?.as_object()
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Int(integer) => CstInputValue::Number(integer.to_string()),
        Value::Float(bits) => CstInputValue::Number(
            serde_json::Number::from_f64(f64::from_bits(*bits))
                .map_or_else(|| "null".to_owned(), |number| number.to_string()),
        ),
        Value::Other(text) => CstInputValue::Number(text.clone()),
        Value::Text(text) => CstInputValue::String(text.clone()),
        Value::List(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Map(map) => CstInputValue::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), input(value)))
                .collect(),
        ),
    }
}
