use nhmt::edit::{BlockStyle, Fault, block, block_in, same};
use proptest::prelude::*;

fn style(top: bool) -> BlockStyle {
    BlockStyle {
        comment: "#".into(),
        top,
    }
}

#[test]
fn a_block_is_added_replaced_where_it_stands_and_taken_out() {
    let bottom = block(Some("mine\n"), Some("a\nb\n"), &style(false)).unwrap();
    assert_eq!(bottom, "mine\n# >>> nhmt >>>\na\nb\n# <<< nhmt <<<\n");
    let moved = format!("{bottom}below\n");
    let replaced = block(Some(&moved), Some("c"), &style(true)).unwrap();
    assert_eq!(replaced, "mine\n# >>> nhmt >>>\nc\n# <<< nhmt <<<\nbelow\n");
    assert_eq!(block_in(&replaced).unwrap(), Some("c\n"));
    assert_eq!(
        block(Some(&replaced), None, &style(true)).unwrap(),
        "mine\nbelow\n"
    );
    assert_eq!(
        block(None, Some("x"), &style(false)).unwrap(),
        "# >>> nhmt >>>\nx\n# <<< nhmt <<<\n"
    );
    assert_eq!(block(None, None, &style(false)).unwrap(), "");
}

#[test]
fn the_top_is_behind_what_has_to_come_first() {
    for first in ["#!/bin/sh\n", "<?xml version=\"1.0\"?>\n", "\u{feff}"] {
        let text = block(Some(&format!("{first}rest\n")), Some("x"), &style(true)).unwrap();
        assert_eq!(
            text,
            format!("{first}# >>> nhmt >>>\nx\n# <<< nhmt <<<\nrest\n")
        );
    }
}

#[test]
fn comments_of_other_languages_close_and_change() {
    let html = BlockStyle {
        comment: "<!--".into(),
        top: false,
    };
    let text = block(Some(""), Some("x"), &html).unwrap();
    assert_eq!(text, "<!-- >>> nhmt >>> -->\nx\n<!-- <<< nhmt <<< -->\n");
    let slashes = BlockStyle {
        comment: "//".into(),
        top: false,
    };
    assert_eq!(
        block(Some(&text), Some("y"), &slashes).unwrap(),
        "// >>> nhmt >>>\ny\n// <<< nhmt <<<\n"
    );
    // The same text needs no change for another comment.
    assert_eq!(block(Some(&text), Some("x"), &slashes).unwrap(), text);
}

#[test]
fn markers_that_do_not_pair_are_refused_with_their_place() {
    let (begin, end) = ("# >>> nhmt >>>\n", "# <<< nhmt <<<\n");
    let cases = [
        (format!("a\n{begin}b\n"), 2, "has no end"),
        (format!("a\n{end}"), 2, "has no beginning"),
        (format!("{begin}{begin}{end}"), 2, "a second time"),
        (format!("{begin}{end}{begin}{end}"), 3, "a second block"),
    ];
    for (live, line, problem) in cases {
        for new in [Some("x"), None] {
            let error = block(Some(&live), new, &style(false)).unwrap_err();
            assert_eq!((error.line, error.fault), (line, Fault::Markers), "{live}");
            assert!(error.to_string().contains(problem), "{error}");
        }
    }
    let own = block(None, Some(end), &style(false)).unwrap_err();
    assert!(own.to_string().contains("one of nhmt's markers"), "{own}");
    let quoted = "grep '>>> nhmt >>>' .bashrc\n";
    assert!(block(Some(quoted), Some("x"), &style(false)).is_ok());
}

proptest! {
    #[test]
    fn taking_out_gives_the_bytes_back(
        live in "(\u{feff}|#!/bin/sh\r?\n?|<\\?xml)?([a# é]{0,3}\r?\n){0,4}[a ]{0,3}",
        text in "([a-c \t]{0,4}\n){0,3}[a-c]{0,2}",
        top: bool,
    ) {
        let with = block(Some(&live), Some(&text), &style(top)).unwrap();
        prop_assert_ne!(&with, &live);
        let again = block(Some(&with), Some(&text), &style(top)).unwrap();
        prop_assert_eq!(&again, &with);
        prop_assert_eq!(block(Some(&with), None, &style(top)).unwrap(), live);
    }

    #[test]
    fn no_text_makes_it_panic(live in ".{0,6}(# >>> nhmt >>>|# <<< nhmt <<<|\r|\n|.){0,6}", text in "(.|\n){0,8}", top: bool) {
        for new in [Some(&text[..]), None] {
            if let Ok(text) = block(Some(&live), new, &style(top)) {
                prop_assert_eq!(block(Some(&text), new, &style(top)).unwrap(), text);
            }
        }
    }
}

#[test]
fn a_carriage_return_alone_on_the_last_line_is_a_line() {
    let style = BlockStyle {
        comment: "#".to_owned(),
        top: false,
    };
    for text in ["a\n\r", "\ra\n\r", "\r", "a\r", "a\r\n", "", "\n"] {
        let with = block(Some("live\n"), Some(text), &style).unwrap();
        let inside = block_in(&with).unwrap().unwrap();
        assert!(same(inside, text), "{inside:?} is not {text:?}");
    }
}

#[test]
fn a_marker_with_more_than_one_carriage_return_is_one_too() {
    for begin in [
        "# >>> nhmt >>>\r\n",
        "# >>> nhmt >>>\r\r\n",
        "a\n# <<< nhmt <<<\r\r\r\n",
    ] {
        let error = match block(Some("live\n"), Some(begin), &style(false)) {
            Err(error) => error,
            // Then it must be readable again.
            Ok(with) => match block_in(&with) {
                Ok(_) => continue,
                Err(error) => panic!("{begin:?}: {error:?}"),
            },
        };
        assert_eq!(error.fault, Fault::Markers);
    }
}
