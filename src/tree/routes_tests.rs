//! Persisted paths in home trees.

use super::*;

fn both(files: &Value, state: &Value) -> Manifest {
    let json = json!({
        "version": 1, "home": { "username": "u", "directory": "/home/u" },
        "files": files, "state": state,
    });
    Manifest::from_value(json).unwrap()
}

fn route(path: &str, kind: &str) -> Value {
    json!({ "path": path, "root": "/p/home/u", "kind": kind, "declaredIn": ["keep"] })
}

#[test]
fn routes_are_links_that_are_not_looked_at() {
    let store = Store::new();
    let files = json!({ ".a": { "text": "1" }, ".config/x": { "text": "2" } });
    let state = json!([
        route(".ssh", "directory"),
        route(".config/keep", "directory"),
        route(".z", "file")
    ]);
    for (out, sources) in [("linked", Sources::Link), ("copied", Sources::Copy)] {
        let built = store
            .build_manifest(out, &both(&files, &state), sources)
            .unwrap();
        assert_eq!(built.link(".ssh"), Path::new("/p/home/u/.ssh"));
        assert_eq!(
            built.link(".config/keep"),
            Path::new("/p/home/u/.config/keep")
        );
        assert_eq!(built.entry(".ssh").kind, LeafKind::Directory);
        assert_eq!(built.entry(".z").kind, LeafKind::File);
        assert_eq!(built.index.routes().count(), 3);
        assert_eq!(
            built.leaves(),
            [".a", ".config/keep", ".config/x", ".ssh", ".z"]
        );
        assert!(!built.out.join("inside").exists());
        assert!(!built.entry(".ssh").live && !built.entry(".ssh").inside);
    }
}

#[test]
fn files_below_a_route_lie_in_a_part_of_their_own() {
    let store = Store::new();
    store.file("src/deep/f", "f", 0o444);
    store.file("src/keep/g", "g", 0o444);
    let files = json!({
        ".ssh/config": { "text": "1" },
        ".ssh/tools": { "source": "/home/u/work/tools", "method": "live" },
        ".config": { "source": store.path("src"), "recursive": true },
    });
    let state = json!([
        route(".ssh", "directory"),
        route(".config/keep", "directory")
    ]);
    let built = store
        .build_manifest("out", &both(&files, &state), Sources::Copy)
        .unwrap();
    let inside = built.out.join("inside");
    assert_eq!(fs::read(inside.join(".ssh/config")).unwrap(), b"1");
    assert_eq!(fs::read(inside.join(".config/keep/g")).unwrap(), b"g");
    assert_eq!(fs::read(built.at(".config/deep/f")).unwrap(), b"f");
    assert_eq!(
        fs::read_link(inside.join(".ssh/tools")).unwrap(),
        Path::new("/home/u/work/tools")
    );
    let of = |path: &str| built.entry(path).inside;
    assert!(of(".ssh/config") && of(".ssh/tools") && of(".config/keep/g"));
    assert!(!of(".config/deep/f") && !of(".ssh") && built.index.has_inside());
    assert_eq!(
        built.entry(".ssh/config").place_in_tree(),
        Path::new("inside/.ssh/config")
    );
    assert_eq!(
        crate::tree::diff::place_in(&built.out, &built.entry(".ssh/config").path),
        inside.join(".ssh/config")
    );
}

#[test]
fn links_to_what_is_persisted_or_lies_there_stay_in_the_tree() {
    let store = Store::new();
    let live = |to: &str| json!({ "source": format!("/home/u/{to}"), "method": "live" });
    let files = json!({
        ".ssh/config": { "text": "1" },
        ".ssh/to-home": live(".vimrc"),
        ".ssh/to-inside": live(".ssh/config"),
        ".vimrc": { "text": "2" },
        "to-inside": live(".ssh/config"),
        "to-route": live(".ssh"),
        "to-file": live(".ssh/id"),
        "through": live("to-route/id"),
    });
    let state = json!([route(".ssh", "directory")]);
    let built = store
        .build_manifest("out", &both(&files, &state), Sources::Link)
        .unwrap();
    for (path, target) in [
        ("to-inside", "../inside/.ssh/config"),
        ("to-route", ".ssh"),
        ("to-file", ".ssh/id"),
        ("through", ".ssh/id"),
    ] {
        assert_eq!(built.link(path).as_os_str(), target, "{path}");
        assert!(!built.entry(path).live, "{path}");
    }
    let inside = |path: &str| fs::read_link(built.out.join("inside/.ssh").join(path)).unwrap();
    assert_eq!(inside("to-home").as_os_str(), "../../home/.vimrc");
    assert_eq!(inside("to-inside").as_os_str(), "config");
    assert_eq!(fs::read(built.at("to-inside")).unwrap(), b"1");
    assert_eq!(
        fs::read(built.out.join("inside/.ssh/to-home")).unwrap(),
        b"2"
    );
    assert_eq!(built.entry("to-route").kind, LeafKind::Directory);
}

#[test]
fn leaves_that_cannot_be_beside_a_route_are_named_with_it() {
    let store = Store::new();
    store.file("src/keep/g", "g", 0o444);
    let source = |method: &str| json!({ ".d": { "source": store.path("src"), "recursive": true, "method": method, "declaredIn": ["mine"] } });
    let fault = |method: &str, path: &str, kind: &str| {
        let manifest = both(&source(method), &json!([route(path, kind)]));
        store
            .build_manifest("faulty", &manifest, Sources::Copy)
            .err()
            .unwrap()
    };
    assert_eq!(
        fault("link", ".d/keep/g", "file"),
        "\".d/keep/g\" comes from both \".d\" (declared by mine) and \".d/keep/g\" (declared by keep); remove it from one of the two"
    );
    assert_eq!(
        fault("link", ".d/keep/g/x", "directory"),
        "\".d/keep/g/x\" from \".d/keep/g/x\" (declared by keep) lies below \".d/keep/g\" from \".d\" (declared by mine), which is one file or link; remove one of the two"
    );
    assert_eq!(
        fault("link", ".d/keep", "file"),
        "\".d/keep/g\" from \".d\" (declared by mine) lies below \".d/keep\" from \".d/keep\" (declared by keep), which is one file or link; remove one of the two"
    );
    assert_eq!(
        fault("copy", ".d/keep", "directory"),
        "\".d/keep/g\" from \".d\" (declared by mine) lies below \".d/keep\", which is persisted (declared by keep), and the method copy does not reach there; only links can be managed below a persisted directory"
    );
}
