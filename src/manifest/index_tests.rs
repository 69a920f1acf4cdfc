//! Indexes that are written, read and damaged.

use super::*;
use crate::manifest::{LeafKind, Method, Route, RouteMethod};

fn entry(path: &[u8], content: &[u8]) -> Entry {
    let path = HomePath::new(path).unwrap();
    Entry::new(path, LeafKind::File, Digest::of(content))
}

fn bytes(index: &Index) -> Vec<u8> {
    let mut bytes = Vec::new();
    index.write(&mut bytes).unwrap();
    bytes
}

fn parse(bytes: &[u8]) -> Result<Index, &'static str> {
    Index::parse(bytes).map_err(|fault| match fault {
        Fault::What(what) => what,
        Fault::Needs(_) => "too new",
    })
}

#[test]
fn what_is_written_is_read() {
    let mut forced = entry(b"z ./\xff x", b"1");
    forced.force = true;
    let index = Index::new(vec![forced, entry(b"a/b", b"2")], b"packages").unwrap();
    assert_eq!(parse(&bytes(&index)).unwrap(), index);
    assert_eq!(parse(&bytes(&Index::empty())).unwrap(), Index::empty());
    let json = br#"{"version":1,"home":{"username":"u","directory":"/h u"},"onConflict":"backup"}"#;
    let index = index.of(&Manifest::from_json(json).unwrap(), None);
    assert_eq!(index.home(), Some(Path::new("/h u")));
    assert_eq!(parse(&bytes(&index)).unwrap(), index);
}

#[test]
fn content_and_path_set_are_told_apart() {
    let one = Index::new(vec![entry(b"a", b"1")], b"").unwrap();
    let two = Index::new(vec![entry(b"a", b"2")], b"").unwrap();
    let packages = Index::new(vec![entry(b"a", b"1")], b"p").unwrap();
    assert_eq!(one.paths(), two.paths());
    assert_ne!(one.content(), two.content());
    assert_ne!(one.content(), packages.content());
}

#[test]
fn additions_are_passed_over_and_a_later_reader_is_named() {
    let index = Index::new(vec![entry(b"a", b"1")], b"").unwrap();
    let text = String::from_utf8(bytes(&index)).unwrap();
    let more = text
        .replace("count 1", "count 1\nnews from later")
        .replace(" ./a", " new=2 ./a");
    assert_eq!(parse(more.as_bytes()).unwrap(), index);
    let later = text.replace("reader 1", "reader 9");
    assert_eq!(parse(later.as_bytes()), Err("too new"));
}

#[test]
fn methods_are_kept_and_are_part_of_the_content() {
    let index = |method: Method| {
        let one = entry(b"a", b"1").by(method);
        Index::new(vec![one, entry(b"b", b"2")], b"").unwrap()
    };
    let link = index(Method::Link);
    let copies = [0o600, 0o644].map(|mode| index(Method::Copy { mode }));
    for copy in &copies {
        let text = String::from_utf8(bytes(copy)).unwrap();
        assert!(text.contains("\nreader 2\n"), "{text}");
        assert_eq!(parse(text.as_bytes()).unwrap(), *copy);
        assert_eq!(copy.paths(), link.paths());
        assert_ne!(copy.content(), link.content());
        let unknown = text.replace("method=copy", "method=teleport");
        assert_eq!(parse(unknown.as_bytes()), Err("a malformed record"));
    }
    assert_ne!(copies[0].content(), copies[1].content());
    assert!(bytes(&link).starts_with(b"nhmt-index 1\nreader 1\n"));
    let mut live = entry(b"a", b"1");
    live.live = true;
    let live = Index::new(vec![live, entry(b"b", b"2")], b"").unwrap();
    assert_ne!(live.content(), link.content());
    assert!(bytes(&live).starts_with(b"nhmt-index 1\nreader 1\n"));
    assert_eq!(parse(&bytes(&live)).unwrap(), live);
}

#[test]
fn hooks_and_the_rule_for_backups_are_part_of_the_content() {
    let of = |extra: &str| {
        let json = format!(r#"{{"version":1,"home":{{"username":"u","directory":"/h"}}{extra}}}"#);
        let manifest = Manifest::from_json(json.as_bytes()).unwrap();
        let index = Index::new(vec![entry(b"a", b"1")], b"")
            .unwrap()
            .of(&manifest, None);
        assert_eq!(parse(&bytes(&index)).unwrap(), index);
        index
    };
    let hook = |rest: &str| {
        format!(r#","hooks":[{{"name":"a","script":""}},{{"name":"h","script":"x"{rest}}}]"#)
    };
    let plain = of("");
    let same = [hook(""), hook(r#","declaredIn":["elsewhere"]"#)].map(|text| of(&text).content());
    assert_eq!(same[0], same[1]);
    let indexes = [
        of(&hook("")),
        of(&hook(r#","dryRun":true"#)),
        of(&hook(r#","after":["a"]"#)),
        of(r#","files":{"a":{"text":"","onChange":"x"}}"#),
        of(r#","files":{"b":{"text":"","onChange":"x"}}"#),
    ];
    for index in &indexes {
        assert!(index.has_hooks());
    }
    let backups = [
        of(r#","backups":{"olderThan":"30d"}"#),
        of(r#","backups":{"maxSize":"1G"}"#),
    ];
    for index in &backups {
        assert!(!index.has_hooks() && !index.backups().is_empty());
    }
    assert!(!plain.has_hooks() && plain.backups().is_empty());
    let all: std::collections::BTreeSet<_> = indexes
        .iter()
        .chain(&backups)
        .chain([&plain])
        .map(Index::content)
        .collect();
    assert_eq!(all.len(), indexes.len() + backups.len() + 1);
}

fn routed(path: &str, root: &str, kind: RouteKind) -> Entry {
    let route = Route {
        root: root.into(),
        kind,
        method: RouteMethod::Symlink,
        mode: None,
        parent_mode: None,
    };
    Entry::routed(HomePath::new(path).unwrap(), route)
}

fn inside(path: &str) -> Entry {
    let mut entry = entry(path.as_bytes(), b"1");
    entry.inside = true;
    entry
}

#[test]
fn routes_are_kept_and_are_part_of_the_content() {
    let (directory, file) = (RouteKind::Directory, RouteKind::File);
    let all = || {
        vec![
            routed(".ssh", "/p/home/ü x", directory),
            inside(".ssh/config"),
            routed(".hist ./ory", "/q", file),
            entry(b".ssh-x", b"2"),
            inside(".ssh/d/f"),
        ]
    };
    let index = Index::new(all(), b"").unwrap();
    let text = bytes(&index);
    assert!(text.starts_with(b"nhmt-index 1\nreader 3\n"));
    assert_eq!(parse(&text).unwrap(), index);
    let at = |path: &str| HomePath::new(path).unwrap();
    let routes: Vec<_> = index.routes().map(|entry| entry.path.clone()).collect();
    assert_eq!(routes, [at(".hist ./ory"), at(".ssh")]);
    let above = |path: &str| {
        index
            .route_above(&at(path))
            .map(|entry| entry.path.to_string())
    };
    assert_eq!(above(".ssh/d/f").unwrap(), ".ssh");
    assert_eq!(above(".ssh/none").unwrap(), ".ssh");
    for path in [".ssh", ".ssh-x", ".a", "z", ".hist ./orya"] {
        assert_eq!(above(path), None, "{path}");
    }
    assert!(index.has_inside() && !Index::empty().has_inside());
    let only_route = Index::new(vec![routed("a", "/p", directory)], b"").unwrap();
    assert!(!only_route.has_inside());
    assert!(bytes(&only_route).starts_with(b"nhmt-index 1\nreader 3\n"));

    let one = |entry: Entry| Index::new(vec![entry], b"").unwrap();
    let plain = one(Entry::new(at("a"), LeafKind::Directory, Digest::of(b"")));
    let mut differ = vec![plain.content(), only_route.content()];
    for change in [
        |route: &mut Route| route.root = "/r".into(),
        |route: &mut Route| route.method = RouteMethod::Bind,
        |route: &mut Route| route.mode = Some(0o700),
        |route: &mut Route| route.parent_mode = Some(0o700),
    ] {
        let mut route = (**only_route.get(&at("a")).unwrap().route.as_ref().unwrap()).clone();
        change(&mut route);
        let changed = one(Entry::routed(at("a"), route));
        assert_eq!(changed.paths(), plain.paths());
        assert_eq!(parse(&bytes(&changed)).unwrap(), changed);
        differ.push(changed.content());
    }
    let two = |leaf: Entry| Index::new(vec![routed("a", "/p", directory), leaf], b"").unwrap();
    differ.push(two(inside("a/b")).content());
    differ.push(two(entry(b"a/b", b"1")).content());
    let number = differ.len();
    let differ: std::collections::BTreeSet<_> = differ.into_iter().collect();
    assert_eq!(differ.len(), number);
}

#[test]
fn routes_that_do_not_hold_are_noticed() {
    let wrong = |entries: Vec<Entry>| {
        let index = Index::new(entries, b"").unwrap();
        assert_eq!(
            parse(&bytes(&index)),
            Err("leaves that lie in persisted paths by mistake")
        );
    };
    let route = |path, kind| routed(path, "/p", kind);
    wrong(vec![inside("a/b")]);
    wrong(vec![route("a", RouteKind::Directory), entry(b"a/b", b"")]);
    wrong(vec![route("a", RouteKind::File), inside("a/b")]);
    wrong(vec![
        route("a", RouteKind::Directory),
        route("a/b", RouteKind::Directory),
    ]);
    wrong(vec![route("a", RouteKind::Directory), inside("b")]);
    let index = Index::new(vec![route("a", RouteKind::Directory)], b"").unwrap();
    let text = String::from_utf8(bytes(&index)).unwrap();
    for (from, to) in [
        (" root=/p", " root=p"),
        (" root=/p", ""),
        ("route=directory", "route=file"),
        ("route=directory", "live=1 route=directory"),
        ("route=directory", "inside=1 route=directory"),
        ("route=directory", "method=copy mode=600 route=directory"),
    ] {
        let damaged = text.replace(from, to);
        assert_eq!(parse(damaged.as_bytes()), Err("a malformed record"), "{to}");
    }
    let copied = Index::new(vec![entry(b"a", b"").by(Method::Copy { mode: 0o600 })], b"");
    let text = String::from_utf8(bytes(&copied.unwrap())).unwrap();
    let damaged = text.replace("method=copy", "inside=1 method=copy");
    assert_eq!(parse(damaged.as_bytes()), Err("a malformed record"));
}

#[test]
fn what_is_not_at_risk_is_part_of_the_content() {
    let of = |extra: &str| {
        let json = format!(r#"{{"version":1,"home":{{"username":"u","directory":"/h"}}{extra}}}"#);
        let manifest = Manifest::from_json(json.as_bytes()).unwrap();
        Index::empty().of(&manifest, None).content()
    };
    assert_eq!(of(""), of(r#","atRisk":{}"#));
    assert_ne!(of(""), of(r#","atRisk":{"ignore":[]}"#));
    assert_ne!(
        of(r#","atRisk":{"ignore":["a","b"]}"#),
        of(r#","atRisk":{"ignore":["b","a"]}"#)
    );
}

#[test]
fn damage_is_noticed() {
    let index = Index::new(vec![entry(b"a", b"1"), entry(b"b", b"2")], b"").unwrap();
    let whole = bytes(&index);
    for cut in 0..whole.len() {
        assert!(parse(&whole[..cut]).is_err(), "cut at {cut}");
    }
    assert!(matches!(
        Index::new(vec![entry(b"a", b"1"), entry(b"a", b"2")], b""),
        Err(IndexError::Duplicate(_))
    ));
}
