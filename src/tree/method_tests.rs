//! Home trees of files that do not arrive as links.

use super::*;

#[test]
fn the_tree_has_the_declared_content_whatever_the_method() {
    let store = Store::new();
    let source = store.file("s-source", "#!/bin/sh\n", 0o755);
    let files = json!({
        "block": { "text": "PATH=x\n", "method": "block", "block": { "comment": "//" } },
        "copy": { "source": source, "method": "copy" },
        "merge": { "format": "json", "value": { "a": 1 }, "method": "merge", "permissions": "0600" },
        "seed": { "text": "s", "method": "seed" },
    });
    for (out, sources) in [("linked", Sources::Link), ("copied", Sources::Copy)] {
        let built = store.build(out, &files, sources).unwrap();
        let method = |path: &str| built.entry(path).method.clone();
        assert_eq!(method("copy"), Method::Copy { mode: 0o755 });
        assert_eq!(method("seed"), Method::Seed { mode: 0o644 });
        assert_eq!(
            method("merge"),
            Method::Merge {
                format: Format::Json,
                mode: 0o600
            }
        );
        assert_eq!(method("block").name(), MethodName::Block);
        let read = |path: &str| fs::read_to_string(built.at(path)).unwrap();
        assert_eq!(read("copy"), "#!/bin/sh\n");
        assert_eq!(read("merge"), "{\n  \"a\": 1\n}\n");
        assert_eq!(read("block") + &read("seed"), "PATH=x\ns");
    }
}

#[test]
fn a_directory_of_copies_comes_to_its_files() {
    let store = Store::new();
    store.file("s-dir/a", "1", 0o644);
    let run = store.file("s-dir/bin/run", "2", 0o755);
    symlink(&run, store.path("s-dir/link")).unwrap();
    for method in ["copy", "seed"] {
        let files = json!({ "d": { "source": store.path("s-dir"), "method": method } });
        for sources in [Sources::Link, Sources::Copy] {
            let built = store
                .build(&format!("{method}{sources:?}"), &files, sources)
                .unwrap();
            assert_eq!(built.leaves(), ["d/a", "d/bin/run", "d/link"]);
            let mode = |path: &str| built.entry(path).method.mode();
            assert_eq!(mode("d/a"), Some(0o644));
            assert_eq!(mode("d/bin/run"), Some(0o755));
            assert_eq!(mode("d/link"), Some(0o755));
            assert_eq!(fs::read(built.at("d/link")).unwrap(), b"2");
        }
    }
}

#[test]
fn what_has_to_be_a_file_is_one() {
    let store = Store::new();
    store.file("s-dir/a", "1", 0o644);
    symlink("/absent", store.path("s-dir/dangling")).unwrap();
    symlink(".", store.path("s-loop")).unwrap();
    let block =
        json!({ "b": { "source": store.path("s-dir"), "method": "block", "declaredIn": ["x"] } });
    let copy = json!({ "c": { "source": store.path("s-dir"), "method": "copy" } });
    for sources in [Sources::Link, Sources::Copy] {
        let text = store.fault(&block, sources);
        let expected = "s-dir is a directory, and the method block needs the content of a file (declared by x)";
        assert!(text.contains(expected), "{text}");
        let text = store.fault(&copy, sources);
        assert!(text.contains("s-dir/dangling leads to no file"), "{text}");
    }
}

#[test]
fn a_live_source_is_linked_to_and_never_looked_at() {
    let store = Store::new();
    let files = json!({
        "live": { "source": "/absent/work tree", "method": "live" },
        "plain": { "text": "" },
    });
    for (out, sources) in [("linked", Sources::Link), ("copied", Sources::Copy)] {
        let built = store.build(out, &files, sources).unwrap();
        assert_eq!(built.link("live"), Path::new("/absent/work tree"));
        assert!(built.entry("live").live && built.entry("live").method.is_link());
        assert!(!built.entry("plain").live);
    }
    let inside =
        json!({ "l": { "source": store.path("s"), "method": "live", "declaredIn": ["x"] } });
    let text = store.fault(&inside, Sources::Link);
    assert!(
        text.contains("lies in the store, where nothing is edited") && text.contains("by x"),
        "{text}"
    );
}

#[test]
fn hooks_and_backups_are_in_the_index_and_in_the_manifest() {
    let store = Store::new();
    let plain = store.build("plain", &json!({}), Sources::Link).unwrap();
    assert!(!plain.index.has_hooks());
    let files = json!({ "a": { "text": "", "onChange": "true" } });
    let hooked = store.build("hooked", &files, Sources::Link).unwrap();
    assert!(hooked.index.has_hooks());
    let same = store.build("same", &json!({ "a": { "text": "" } }), Sources::Link);
    assert_ne!(same.unwrap().index.content(), hooked.index.content());
}
