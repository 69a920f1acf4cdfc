//! What may stand beside what: methods with their contents, hooks in order.

use std::collections::BTreeSet;

use super::raw::RawFile;
use super::{Content, Hook, MethodName};

/// The permission bits that `file` asks for.
///
/// # Errors
/// A sentence, when they are none, or beside what they do not go with.
pub(super) fn permissions(file: &RawFile) -> Result<Option<u32>, String> {
    let Some(text) = &file.permissions else {
        return Ok(None);
    };
    let method = file.method;
    if !matches!(
        method,
        MethodName::Copy | MethodName::Merge | MethodName::Seed
    ) {
        return Err(format!(
            "`permissions` goes with the methods copy, merge and seed, and this one is {}",
            method.as_str()
        ));
    }
    if file.executable.is_some() {
        return Err("give `permissions` or `executable`, not both".to_owned());
    }
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let mode = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
    // nhmt itself has to read the file back, and no file that it writes is to
    // run as somebody else.
    match mode {
        Some(mode) if mode <= 0o777 && mode & 0o400 != 0 => Ok(Some(mode)),
        Some(_) => Err(format!(
            "`permissions` is `{text}`; the owner must be able to read, and bits above 0777 cannot be set"
        )),
        None => Err(format!(
            "`permissions` is `{text}`; write octal digits such as `0600`"
        )),
    }
}

/// Checks that the method goes with `content` and the rest of `file`.
///
/// # Errors
/// A sentence that says what the method needs.
pub(super) fn method(file: &RawFile, content: &Content) -> Result<(), String> {
    let method = file.method;
    let name = method.as_str();
    let wrong = |problem: &str| Err(format!("the method {name} {problem}"));
    if file.block.is_some() && method != MethodName::Block {
        return Err(format!(
            "`block` goes with the method block, and this one is {name}"
        ));
    }
    if let Some(block) = &file.block {
        let comment = &block.comment;
        if comment.trim().is_empty() || comment.contains(['\n', '\r', '\0']) {
            return Err(format!(
                "`block.comment` is {comment:?}; write what a comment starts with, on one line, such as `#`"
            ));
        }
    }
    match (method, content) {
        (MethodName::Merge, Content::Structured { format, .. }) if !format.can_merge() => {
            return Err(format!(
                "the method merge knows json, toml, yaml and ini, and the format is {}",
                format.as_str()
            ));
        }
        (MethodName::Merge, Content::Text(_) | Content::Source { .. } | Content::Secret(_)) => {
            return wrong("needs `format` with `value`, whose keys it enforces");
        }
        (MethodName::Live, Content::Text(_) | Content::Structured { .. } | Content::Secret(_)) => {
            return wrong("needs `source`, the place that the link leads to");
        }
        _ => {}
    }
    let recursive = matches!(
        content,
        Content::Source {
            recursive: true,
            ..
        }
    );
    if recursive && matches!(method, MethodName::Block | MethodName::Live) {
        return wrong("is for one place; leave `recursive` out");
    }
    if file.executable.is_some() && matches!(method, MethodName::Block | MethodName::Live) {
        return wrong("does not set modes; leave `executable` out");
    }
    if file.force && method == MethodName::Seed {
        return wrong("leaves what is there; leave `force` out");
    }
    Ok(())
}

/// Checks that names are unlike each other, and that each hook stands behind
/// those that it needs.
///
/// # Errors
/// The hook's name, and a sentence.
pub(super) fn hooks(hooks: &[Hook]) -> Result<(), (String, String)> {
    let mut before: BTreeSet<&str> = BTreeSet::new();
    let mut switched = false;
    for hook in hooks {
        let wrong = |problem: String| Err((hook.name.clone(), problem));
        if hook.name.is_empty() || hook.name.contains('\0') {
            return wrong("this is no name for a hook".to_owned());
        }
        if hook.script.contains('\0') || hook.when_gone.contains('\0') {
            return wrong("a script cannot have a NUL byte in it".to_owned());
        }
        if let Some(absent) = hook.after.iter().find(|name| !before.contains(&***name)) {
            return wrong(format!(
                "it comes after \"{absent}\", which does not stand before it"
            ));
        }
        if !before.insert(&hook.name) {
            return wrong("it is there twice".to_owned());
        }
        if hook.before && switched {
            return wrong(
                "it runs before the switch, and stands behind one that does not".to_owned(),
            );
        }
        switched |= !hook.before;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::manifest::{Manifest, Method, MethodName};

    fn read(extra: &Value) -> Result<Manifest, String> {
        let mut whole = json!({ "version": 1, "home": { "username": "u", "directory": "/h" } });
        let object = whole.as_object_mut().unwrap();
        object.extend(extra.as_object().unwrap().clone());
        Manifest::from_value(whole).map_err(|error| error.to_string())
    }

    fn one(file: &Value) -> Result<Manifest, String> {
        read(&json!({ "files": { "a": file } }))
    }

    #[test]
    fn every_method_is_read_and_written() {
        let files = json!({
            "block": { "text": "x", "method": "block", "block": { "comment": "//", "position": "top" } },
            "copy": { "source": "/s", "method": "copy", "permissions": "0600" },
            "live": { "source": "/work/x", "method": "live" },
            "merge": { "format": "toml", "value": {}, "method": "merge", "onChange": "true" },
            "seed": { "text": "x", "method": "seed", "executable": true },
        });
        let manifest = read(&json!({
            "files": files,
            "hooks": [
                { "name": "one", "script": "true", "dryRun": true, "declaredIn": ["x"] },
                { "name": "two", "script": "", "after": ["one"] },
            ],
            "backups": { "olderThan": "30d", "maxSize": "1G" },
        }))
        .unwrap();
        assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
        let written: Value = serde_json::from_slice(&manifest.to_json()).unwrap();
        assert_eq!(written["files"], files);
        let methods = manifest.files.values().map(|file| Method::of(file, false));
        let names: Vec<_> = methods.map(|method| method.name().as_str()).collect();
        assert_eq!(names, ["block", "copy", "link", "merge", "seed"]);
        assert!(manifest.has_hooks());
        assert!(!read(&json!({})).unwrap().has_hooks());
    }

    #[test]
    fn defaults_are_those_of_the_method() {
        let read = |file: &Value| one(file).unwrap().files.into_values().next().unwrap();
        let plain = read(&json!({ "text": "" }));
        assert_eq!(plain.method, MethodName::Link);
        let copy = read(&json!({ "text": "", "method": "copy" }));
        assert_eq!(Method::of(&copy, false).mode(), Some(0o644));
        assert_eq!(Method::of(&copy, true).mode(), Some(0o755));
        let block = read(&json!({ "text": "", "method": "block", "block": {} }));
        let Method::Block { comment, position } = Method::of(&block, false) else {
            panic!("{block:?}");
        };
        assert_eq!((comment.as_str(), position.as_str()), ("#", "bottom"));
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let cases = [
            (
                json!({ "text": "", "method": "merge" }),
                "the method merge needs `format` with `value`",
            ),
            (
                json!({ "format": "git-config", "value": {}, "method": "merge" }),
                "knows json, toml, yaml and ini, and the format is git-config",
            ),
            (
                json!({ "text": "", "method": "live" }),
                "the method live needs `source`",
            ),
            (
                json!({ "source": "/s", "recursive": true, "method": "live" }),
                "leave `recursive` out",
            ),
            (
                json!({ "source": "/s", "executable": true, "method": "live" }),
                "leave `executable` out",
            ),
            (
                json!({ "source": "/s", "recursive": true, "method": "block" }),
                "leave `recursive` out",
            ),
            (
                json!({ "text": "", "force": true, "method": "seed" }),
                "leave `force` out",
            ),
            (
                json!({ "text": "", "block": {} }),
                "`block` goes with the method block, and this one is link",
            ),
            (
                json!({ "text": "", "method": "block", "block": { "comment": " " } }),
                "`block.comment` is \" \"",
            ),
            (
                json!({ "text": "", "method": "block", "block": { "comment": "#\n" } }),
                "on one line",
            ),
            (
                json!({ "text": "", "permissions": "0600" }),
                "and this one is link",
            ),
            (
                json!({ "text": "", "method": "copy", "permissions": "0600", "executable": false }),
                "not both",
            ),
            (
                json!({ "text": "", "method": "copy", "permissions": "rw" }),
                "write octal digits such as `0600`",
            ),
            (
                json!({ "text": "", "method": "copy", "permissions": "0200" }),
                "the owner must be able to read",
            ),
            (
                json!({ "text": "", "method": "copy", "permissions": "4755" }),
                "bits above 0777",
            ),
            (
                json!({ "text": "", "method": "teleport" }),
                "unknown variant `teleport`",
            ),
            (
                json!({ "text": "", "method": "block", "block": { "colour": 1 } }),
                "unknown field `colour`",
            ),
        ];
        for (file, expected) in cases {
            let text = one(&file).unwrap_err();
            assert!(
                text.contains(expected) && text.starts_with("files."),
                "{text}"
            );
        }
    }

    #[test]
    fn hooks_stand_in_running_order() {
        let hooks = |hooks: Value| read(&json!({ "hooks": hooks })).unwrap_err();
        let hook =
            |name: &str, after: &[&str]| json!({ "name": name, "script": "", "after": after });
        let text = hooks(json!([hook("b", &["a"]), hook("a", &[])]));
        assert_eq!(
            text,
            "hooks.\"b\": it comes after \"a\", which does not stand before it"
        );
        let text = hooks(json!([hook("a", &["a"])]));
        assert!(text.contains("does not stand before it"), "{text}");
        let text = hooks(json!([hook("a", &[]), hook("a", &[])]));
        assert_eq!(text, "hooks.\"a\": it is there twice");
        let early = json!({ "name": "b", "script": "", "before": true });
        let text = hooks(json!([hook("a", &[]), early]));
        assert!(text.contains("runs before the switch"), "{text}");
        let text = hooks(json!([hook("", &[])]));
        assert_eq!(text, "hooks.\"\": this is no name for a hook");
        let text = hooks(json!([{ "name": "a", "script": "\0" }]));
        assert!(text.contains("NUL"), "{text}");
        let text = hooks(json!([{ "name": "a" }]));
        assert!(text.contains("missing field `script`"), "{text}");
    }

    #[test]
    fn the_rule_for_backups_is_checked() {
        let text = read(&json!({ "backups": { "olderThan": "3w" } })).unwrap_err();
        assert!(
            text.starts_with("backups.olderThan: `3w` is no age"),
            "{text}"
        );
        let text = read(&json!({ "backups": { "maxSize": "1" } })).unwrap_err();
        assert!(
            text.starts_with("backups.maxSize: `1` is no size"),
            "{text}"
        );
    }

    #[test]
    fn copies_of_directories_leave_room_beside_their_leaves() {
        let files = |method: &str| json!({ "files": { "d": { "source": "/s", "method": method }, "d/x": { "text": "" } } });
        assert!(read(&files("copy")).is_ok());
        assert!(read(&files("seed")).is_ok());
        assert!(read(&files("live")).unwrap_err().contains("it lies below"));
    }
}
