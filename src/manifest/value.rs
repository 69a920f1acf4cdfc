//! A structured `value`: how deep it may be, and its floats.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How many arrays and objects of a structured `value` may lie in one
/// another. The limit keeps every walk over a value within its stack.
pub const MAX_VALUE_DEPTH: usize = 128;

/// The key by which Nix sends a float: `{"$float": [mantissa, exponent]}` is
/// mantissa × 2^exponent. Nix 2.8 prints floats with six digits only.
const FLOAT_KEY: &str = "$float";

/// An encoded float lies two levels deeper than the float.
const MAX_RAW_DEPTH: usize = MAX_VALUE_DEPTH + 2;

/// Reads a value that is there, so that `null` is told apart from an absent
/// field. What lies below [`MAX_RAW_DEPTH`] is passed over; [`decode`] then
/// refuses the value by its depth, and can say whose it is.
pub(super) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Bounded { depth: 0 }.deserialize(deserializer).map(Some)
}

/// Decodes the floats of a value as it was read.
///
/// # Errors
/// A sentence, when the value is too deep or a float is out of range.
pub(super) fn decode(value: Value) -> Result<Value, String> {
    decode_at(value, 0)
}

fn decode_at(value: Value, depth: usize) -> Result<Value, String> {
    if let Value::Object(map) = &value
        && let Some((mantissa, exponent)) = float_parts(map)
    {
        return scale(mantissa, exponent)
            .and_then(Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| format!("the float {mantissa}·2^{exponent} is out of range"));
    }
    let depth = depth + 1;
    let container = value.is_array() || value.is_object();
    if container && depth > MAX_VALUE_DEPTH {
        return Err(format!(
            "`value` is nested more than {MAX_VALUE_DEPTH} levels deep; flatten it, or give the file as `text`"
        ));
    }
    match value {
        Value::Array(items) => items
            .into_iter()
            .map(|item| decode_at(item, depth))
            .collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| Ok((key, decode_at(value, depth)?)))
            .collect::<Result<Map<_, _>, _>>()
            .map(Value::Object),
        other => Ok(other),
    }
}

/// Reads a [`Value`] down to [`MAX_RAW_DEPTH`].
#[derive(Clone, Copy)]
struct Bounded {
    /// The containers that it lies in.
    depth: usize,
}

impl Bounded {
    fn below(self) -> Self {
        Self {
            depth: self.depth + 1,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > MAX_RAW_DEPTH {
            return deserializer
                .deserialize_ignored_any(IgnoredAny)
                .map(|_| Value::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self.below())? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            map.insert(key, access.next_value_seed(self.below())?);
        }
        Ok(Value::Object(map))
    }
}

fn float_parts(map: &Map<String, Value>) -> Option<(i64, i64)> {
    let parts = map.get(FLOAT_KEY)?.as_array()?;
    match parts.as_slice() {
        [mantissa, exponent] if map.len() == 1 => Some((mantissa.as_i64()?, exponent.as_i64()?)),
        _ => None,
    }
}

/// mantissa × 2^exponent, exact, or `None` when no finite float is that.
fn scale(mantissa: i64, exponent: i64) -> Option<f64> {
    const EXACT: i64 = 1 << 53;
    if !(-EXACT..=EXACT).contains(&mantissa) || !(-1200..=1200).contains(&exponent) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 53 bits, checked above")]
    let mut float = mantissa as f64;
    // One factor of two at a time: a power of its own could overflow or lose
    // bits although the product is representable.
    let step = if exponent < 0 { 0.5 } else { 2.0 };
    for _ in 0..exponent.unsigned_abs() {
        float *= step;
    }
    float.is_finite().then_some(float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mantissa_and_exponent_give_the_exact_float() {
        let cases = [
            (0.1, 3_602_879_701_896_397_i64, -55),
            (123_456_789.5, 246_913_579, -1),
            (1.0, 1, 0),
            (5e-324, 1, -1074),
            (f64::MAX, (1 << 53) - 1, 971),
            (-2.5, -5, -1),
        ];
        for (float, mantissa, exponent) in cases {
            assert_eq!(scale(mantissa, exponent), Some(float));
        }
        assert_eq!(scale(1, 1025), None);
    }

    #[test]
    fn depth_counts_containers_and_not_encoded_floats() {
        let nested = |levels: usize, inner: &str| {
            let json = format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels));
            let mut reader = serde_json::Deserializer::from_str(&json);
            reader.disable_recursion_limit();
            decode(present(&mut reader).unwrap().unwrap())
        };
        assert!(nested(MAX_VALUE_DEPTH, r#"{"$float":[1,-1]}"#).is_ok());
        assert!(nested(MAX_VALUE_DEPTH, r#"{"$float":[[[]],-1]}"#).is_err());
        assert!(nested(MAX_VALUE_DEPTH, "[]").is_err());
    }
}
