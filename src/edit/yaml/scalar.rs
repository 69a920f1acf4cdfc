//! Plain scalars: what they mean in the core schema of YAML 1.2.

use crate::edit::value::Value;

/// What the plain scalar `text` is. What only YAML 1.1 takes for a boolean is
/// no text either, so that it never passes for the quoted word.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::float(f64::NAN),
        _ => {}
    }
    let old = ["yes", "no", "on", "off", "y", "n"];
    if old.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Value::Other(text.to_owned());
    }
    number(text).unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    let digits = |text: &str, radix| {
        let plain = text.chars().all(|c: char| c.is_digit(radix));
        plain
            .then(|| i128::from_str_radix(text, radix).ok())
            .flatten()
    };
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, 8).map(Value::Int);
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return digits(hexadecimal, 16).map(Value::Int);
    }
    let (sign, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (&text[..1], rest),
        None => ("", text),
    };
    if [".inf", ".Inf", ".INF"].contains(&rest) {
        let infinite = if sign == "-" {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
        return Some(Value::float(infinite));
    }
    let numeric = |c: char| c.is_ascii_digit() || ".eE+-".contains(c);
    if !rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !rest.chars().all(numeric) {
        return None;
    }
    // In YAML 1.1, `010` is eight.
    if rest.len() > 1 && rest.starts_with('0') && rest.chars().all(|c| c.is_ascii_digit()) {
        return Some(Value::Other(text.to_owned()));
    }
    if let Ok(integer) = text.parse() {
        return Some(Value::Int(integer));
    }
    text.parse().ok().map(Value::float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        assert_eq!(plain("~"), Value::Null);
        assert_eq!(plain("-12"), Value::Int(-12));
        assert_eq!(plain("0x1F"), Value::Int(31));
        assert_eq!(plain("1e3"), Value::float(1000.0));
        assert_eq!(plain("-.inf"), Value::float(f64::NEG_INFINITY));
        assert_eq!(plain("Yes"), Value::Other("Yes".into()));
        assert_eq!(plain("010"), Value::Other("010".into()));
        for text in ["1.2.3", "-", ".", "e3", "0x", "12:30", "1_000"] {
            assert_eq!(plain(text), Value::Text(text.into()), "{text}");
        }
    }
}
