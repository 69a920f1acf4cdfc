//! The rules for persisted paths.

use serde_json::{Value, json};

use super::*;
use crate::manifest::Manifest;

fn read(extra: &Value) -> Result<Manifest, String> {
    let mut whole =
        json!({ "version": 1, "home": { "username": "u", "directory": "/home/alice" } });
    let object = whole.as_object_mut().unwrap();
    object.extend(extra.as_object().unwrap().clone());
    Manifest::from_value(whole).map_err(|error| error.to_string())
}

fn at(path: &str, root: &str) -> Value {
    json!({ "path": path, "root": root, "kind": "directory", "declaredIn": [format!("by-{root}")] })
}

fn with(mut entry: Value, extra: &Value) -> Value {
    let object = entry.as_object_mut().unwrap();
    object.extend(extra.as_object().unwrap().clone());
    entry
}

fn state(entries: &[Value]) -> Result<Manifest, String> {
    read(&json!({ "state": entries }))
}

fn fault(entries: &[Value]) -> String {
    state(entries).unwrap_err()
}

#[test]
fn routes_are_read_and_written() {
    let manifest = state(&[
        json!({ "path": ".ssh", "root": "/p/home/alice", "kind": "directory", "mode": "0700", "parentMode": "750" }),
        json!({ "path": ".bash_history", "root": "/q", "kind": "file", "method": "bind", "mode": "0600", "declaredIn": ["x", "y"] }),
    ])
    .unwrap();
    assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
    let paths: Vec<_> = manifest.state.keys().map(ToString::to_string).collect();
    assert_eq!(paths, [".bash_history", ".ssh"]);
    let ssh = &manifest.state[&HomePath::new(".ssh").unwrap()];
    assert_eq!(
        (ssh.route.mode, ssh.route.parent_mode),
        (Some(0o700), Some(0o750))
    );
    assert_eq!(ssh.route.method, RouteMethod::Symlink);
    let written: Value = serde_json::from_slice(&manifest.to_json()).unwrap();
    assert_eq!(written["state"][1]["parentMode"], "0750");
    assert_eq!(written["state"][0]["kind"], "file");
    assert!(read(&json!({})).unwrap().state.is_empty());
}

#[test]
fn one_path_may_be_declared_twice_with_one_meaning() {
    let a = at(".ssh", "/p");
    let b = with(
        a.clone(),
        &json!({ "mode": "0700", "declaredIn": ["other"] }),
    );
    let one = state(&[a.clone(), b, a]).unwrap();
    let spec = one.state.values().next().unwrap();
    assert_eq!(spec.route.mode, Some(0o700));
    assert_eq!(spec.declared_in, ["by-/p", "other"]);
}

#[test]
fn one_path_with_two_meanings_names_both() {
    let a = at(".ssh", "/p");
    let text = fault(&[a.clone(), at(".ssh", "/q")]);
    assert_eq!(
        text,
        "state.\".ssh\": it is there twice, once persisted in /p (declared by by-/p) as a directory by symlink, and once persisted in /q (declared by by-/q) as a directory by symlink; keep one of the two"
    );
    for other in [
        json!({ "kind": "file" }),
        json!({ "method": "bind" }),
        json!({ "mode": "0750" }),
        json!({ "parentMode": "0750" }),
    ] {
        let first = with(a.clone(), &json!({ "mode": "0700", "parentMode": "0700" }));
        let text = fault(&[first.clone(), with(first, &other)]);
        assert!(text.contains("it is there twice"), "{text}");
        assert!(text.contains("0700") && text.contains("by-/p"), "{text}");
    }
}

#[test]
fn a_route_below_another_names_both() {
    for root in ["/p", "/q"] {
        let text = fault(&[at("d/e/f", root), at("d-e", "/p"), at("d", "/p")]);
        assert_eq!(
            text,
            format!(
                "state.\"d/e/f\": it is persisted in {root} (declared by by-{root}), and lies below \"d\", which is persisted in /p (declared by by-/p); keep one of the two"
            )
        );
    }
}

#[test]
fn a_place_belongs_to_one_path() {
    for (first, second) in [
        (at("a/b", "/p"), at("b", "/p/a")),
        (at("a", "/p"), at("b", "/p/a/x")),
    ] {
        let text = fault(&[second.clone(), first]);
        assert!(
            text.contains("or lies in it; choose another root"),
            "{text}"
        );
        assert!(
            text.contains("by-/p)") && text.contains("by-/p/a"),
            "{text}"
        );
    }
    assert!(state(&[at("a", "/p"), at("b", "/p"), at("a-b", "/p/c")]).is_ok());
    let own = fault(&[at("x/.nhmt", "/p"), at("y", "/p/x")]);
    assert!(own.contains("nhmt has /p/x/.nhmt for itself"), "{own}");
    let own = fault(&[at(".nhmt/backups", "/p")]);
    assert!(
        own.contains("nhmt has `.nhmt` of each root for itself"),
        "{own}"
    );
}

#[test]
fn managed_files_and_routes_keep_apart() {
    let both = |files: Value, path: &str, kind: &str| {
        let entry = with(at(path, "/p"), &json!({ "kind": kind }));
        read(&json!({ "files": files, "state": [entry] }))
    };
    let text = both(
        json!({ ".ssh": { "text": "", "declaredIn": ["mine"] } }),
        ".ssh",
        "directory",
    );
    assert_eq!(
        text.unwrap_err(),
        "state.\".ssh\": it is persisted in /p (declared by by-/p), and a file is managed there, too (declared by mine); keep one of the two"
    );
    let above = json!({ "source": "/s", "declaredIn": ["mine"] });
    let text = both(json!({ "d": above }), "d/x/y", "directory").unwrap_err();
    assert_eq!(
        text,
        "state.\"d/x/y\": it is persisted in /p (declared by by-/p), and lies below \"d\", which is managed as one file or link (declared by mine); set `recursive` on \"d\", or drop one of the two"
    );
    let open = json!({ "source": "/s", "recursive": true });
    assert!(both(json!({ "d": open }), "d/x", "directory").is_ok());
    let below = |file: Value, kind| both(json!({ "d/f": file }), "d", kind);
    let declared = ["mine"];
    let text = below(json!({ "text": "", "declaredIn": declared }), "file").unwrap_err();
    assert_eq!(
        text,
        "files.\"d/f\": it (declared by mine) lies below \"d\", which is persisted in /p (declared by by-/p) as a file; persist it as a directory, or drop one of the two"
    );
    let copy = json!({ "text": "", "method": "copy", "declaredIn": declared });
    assert_eq!(
        below(copy, "directory").unwrap_err(),
        "files.\"d/f\": the method copy (declared by mine) does not reach into \"d\", which is persisted in /p (declared by by-/p); only links can be managed below a persisted directory"
    );
    assert!(below(json!({ "text": "" }), "directory").is_ok());
    assert!(below(json!({ "source": "/w", "method": "live" }), "directory").is_ok());
}

#[test]
fn paths_and_roots_that_cannot_be_are_refused() {
    let cases = [
        (at("../x", "/p"), "the path cannot be used: it has a `..`"),
        (at("/x", "/p"), "it is absolute"),
        (at("", "/p"), "it is empty"),
        (
            at("x", "p"),
            "the root `p` is not an absolute, normalized path",
        ),
        (at("x", "/p/../q"), "is not an absolute, normalized path"),
        (at("x", "/p/"), "is not an absolute, normalized path"),
        (at("x", ""), "the root `` is not"),
        (at("x", "/home/alice"), "lies in the home /home/alice"),
        (
            at("x", "/home/alice/p"),
            "the root /home/alice/p lies in the home",
        ),
        (
            at("alice/x", "/home"),
            "its place /home/alice/x is in the home",
        ),
        (
            at("home", "/"),
            "its place /home is in the home /home/alice, or holds it",
        ),
        (
            at(".local", "/p"),
            "it is, holds or lies in `.local/state/nhmt`",
        ),
        (
            at(".local/state/nhmt", "/p"),
            "where nhmt keeps its own records",
        ),
        (
            at(".local/state/nhmt/x", "/p"),
            "lies in `.local/state/nhmt`",
        ),
        (at(".local/state/nix", "/p"), "`.local/state/nix/profiles`"),
        (at(".local/share/nhmt", "/p"), "`.local/share/nhmt/store`"),
        (
            with(at("x", "/p"), &json!({ "mode": "rwx" })),
            "write octal digits such as `0700`",
        ),
        (
            with(at("x", "/p"), &json!({ "mode": "0500" })),
            "must be able to read, write and enter it",
        ),
        (
            with(at("x", "/p"), &json!({ "mode": "1777" })),
            "bits above 0777",
        ),
        (
            with(at("x", "/p"), &json!({ "kind": "file", "mode": "0400" })),
            "able to read and write it",
        ),
        (
            with(at("x", "/p"), &json!({ "parentMode": "0600" })),
            "`parentMode` is `0600`",
        ),
    ];
    for (entry, expected) in cases {
        let text = fault(std::slice::from_ref(&entry));
        assert!(text.contains(expected), "{text}");
        assert!(text.starts_with("state.\""), "{text}");
        assert!(
            text.ends_with(&format!(
                "(declared by {})",
                entry["declaredIn"][0].as_str().unwrap()
            )),
            "{text}"
        );
    }
    assert!(state(&[at("x", "/")]).is_ok() && state(&[at("x", "/home")]).is_ok());
    for (entry, expected) in [
        (json!({ "path": "x", "root": "/p" }), "missing field `kind`"),
        (
            with(at("x", "/p"), &json!({ "kind": "socket" })),
            "unknown variant `socket`",
        ),
        (
            with(at("x", "/p"), &json!({ "method": "bindfs" })),
            "unknown variant `bindfs`",
        ),
        (
            with(at("x", "/p"), &json!({ "user": "x" })),
            "unknown field `user`",
        ),
    ] {
        let text = fault(&[entry]);
        assert!(
            text.starts_with("state[0]") && text.contains(expected),
            "{text}"
        );
    }
}

#[test]
fn what_is_not_at_risk_has_a_default() {
    let usual = read(&json!({})).unwrap().at_risk;
    assert!(
        usual.patterns().contains("\n/.cache/\n"),
        "{}",
        usual.patterns()
    );
    let manifest = read(&json!({ "atRisk": { "ignore": ["/a", "!/a/b"] } })).unwrap();
    assert_eq!(manifest.at_risk.patterns(), "/a\n!/a/b\n");
    assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
    let none = read(&json!({ "atRisk": { "ignore": [] } })).unwrap();
    assert_eq!(none.at_risk.patterns(), "");
    assert_eq!(Manifest::from_json(&none.to_json()).unwrap(), none);
    let text = read(&json!({ "atRisk": { "ignore": ["a\nb"] } })).unwrap_err();
    assert_eq!(text, "atRisk.ignore: `a\\nb` is no pattern of one line");
    let text = read(&json!({ "atRisk": { "ignored": [] } })).unwrap_err();
    assert!(
        text.starts_with("atRisk") && text.contains("unknown field `ignored`"),
        "{text}"
    );
}
