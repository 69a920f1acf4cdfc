use nhmt::edit::{Fault, merge, nothing};
use nhmt::manifest::Format::Json;

use crate::{merged, refused};

#[test]
fn comments_order_and_indentation_stay() {
    let live = "{\n    // mine\n    \"z\": 1, /* why */\n    \"a\": {\"x\": [1, 2]},\n    \"font\": 12, // big\n}\n";
    let text = merged(
        Json,
        live,
        r#"{"font":14,"a":{"y":true},"new":{"k":[1]}}"#,
        &[],
    );
    assert_eq!(
        text,
        "{\n    // mine\n    \"z\": 1, /* why */\n    \"a\": {\n        \"x\": [1, 2],\n        \"y\": true\n    },\n    \
         \"font\": 14, // big\n    \"new\": {\n        \"k\": [1],\n    },\n}\n"
    );
}

#[test]
fn what_equals_is_not_touched() {
    for live in [
        "{\"a\":1.0,\"b\":\"\\u0041\"}",
        "\u{feff}{\r\n\t\"b\" :  \"A\",\r\n\t\"a\" : 1\r\n}",
        "{\n \"a\": 1e0, \"b\":\"A\", \"c\": [ ]\n\n}\n\n",
    ] {
        assert_eq!(merged(Json, live, r#"{"a":1,"b":"A"}"#, &[]), live);
    }
}

#[test]
fn what_is_undeclared_goes_unless_the_program_changed_it() {
    let before = r#"{"a":1,"b":{"x":1,"y":2},"c":{"only":true},"d":[1]}"#;
    let live = r#"{"a":1,"b":{"x":1,"y":3,"z":4},"c":{"only":true},"d":[1,2],"e":5}"#;
    let text = merged(Json, live, "{}", &[before]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        value,
        serde_json::json!({"b":{"y":3,"z":4},"d":[1,2],"e":5})
    );
    // Any of the texts that may have been enforced last counts.
    let text = merged(Json, r#"{"a":2}"#, "{}", &[before, r#"{"a":2}"#]);
    assert!(merge(Json, Some(&text), "{}", &[]).unwrap().empty);
}

#[test]
fn byte_order_mark_line_endings_and_the_last_line_stay() {
    let live = "\u{feff}{\r\n  \"a\": 1\r\n}";
    let text = merged(Json, live, r#"{"b":2}"#, &[]);
    assert_eq!(text, "\u{feff}{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}");
    assert_eq!(merged(Json, &text, "{}", &[r#"{"b":2}"#]), live);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let error = refused(Json, "{\n  \"a\": 1\n  \"b\": 2\n}", "{}");
    assert_eq!(
        (error.line, error.column, error.fault),
        (2, 9, Fault::Syntax)
    );
    for live in [
        "{",
        "{'a':1}",
        "{a:1}",
        "{\"a\":01}",
        "{} {}",
        "[",
        "{\"a\":NaN}",
        "\"\\x41\"",
    ] {
        assert_eq!(refused(Json, live, "{}").fault, Fault::Syntax, "{live}");
    }
    let doubled = refused(Json, "{\"a\":1,\n\"a\":2}", "{}");
    assert_eq!((doubled.line, doubled.column), (2, 1));
    assert!(
        doubled
            .to_string()
            .contains("`a` stands here a second time"),
        "{doubled}"
    );
    let list = refused(Json, "[1]", r#"{"a":1}"#);
    assert!(
        list.to_string()
            .contains("it holds a list, and what is declared is a map"),
        "{list}"
    );
    let deep = "[".repeat(100_000);
    assert_eq!(refused(Json, &deep, "{}").fault, Fault::Syntax);
}

#[test]
fn no_text_and_a_blank_one_give_what_is_declared() {
    let declared = "{\n  \"a\": 1\n}\n";
    for live in [None, Some(""), Some("\n"), Some("  ")] {
        assert_eq!(merge(Json, live, declared, &[]).unwrap().text, declared);
    }
    let gone = merge(Json, Some(declared), nothing(Json), &[declared]).unwrap();
    assert!(gone.empty && gone.changed, "{gone:?}");
    let comment = merge(Json, Some("{\n  // mine\n  \"a\": 1\n}"), "{}", &[declared]).unwrap();
    assert!(
        !comment.empty && comment.text.contains("// mine"),
        "{comment:?}"
    );
    assert!(merged(Json, "// mine\n", declared, &[]).starts_with("// mine\n{"));
}
