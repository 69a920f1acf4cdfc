//! Links from one place of the home to another.

use super::*;

fn live(to: &str) -> Value {
    json!({ "source": format!("/home/u/{to}"), "method": "live", "declaredIn": ["x"] })
}

#[test]
fn a_link_to_a_managed_file_stays_in_the_tree() {
    let store = Store::new();
    let files = json!({
        ".config/x": { "text": "1" },
        ".config/run": { "text": "2", "executable": true },
        ".x": live(".config/x"),
        ".config/y": live(".config/./x/"),
        ".config/deep/er": live(".config/run"),
        ".local/z": live(".config/not-managed"),
        ".parent": live(".config"),
        ".home": live(""),
    });
    for (out, sources) in [("linked", Sources::Link), ("copied", Sources::Copy)] {
        let built = store.build(out, &files, sources).unwrap();
        let expected = [
            (".x", ".config/x", false),
            (".config/y", "x", false),
            (".config/deep/er", "../run", false),
            (".local/z", "/home/u/.config/not-managed", true),
            (".parent", "/home/u/.config", true),
            (".home", "/home/u/", true),
        ];
        for (path, target, live) in expected {
            assert_eq!(built.link(path).as_os_str(), target, "{path}");
            assert_eq!(built.entry(path).live, live, "{path}");
        }
        assert_eq!(fs::read(built.at(".x")).unwrap(), b"1");
        assert_eq!(fs::read(built.at(".config/deep/er")).unwrap(), b"2");
        assert_eq!(built.entry(".config/deep/er").kind, LeafKind::Executable);
        let sorted = |leaves: Vec<String>| leaves.windows(2).all(|two| two[0] != two[1]);
        assert!(sorted(built.leaves()) && built.leaves().len() == 8);
    }
}

#[test]
fn a_change_of_what_is_led_to_is_one_of_the_link() {
    let store = Store::new();
    let digest = |out: &str, text: &str| {
        let files = json!({ "a": live("b"), "b": { "text": text } });
        let built = store.build(out, &files, Sources::Link).unwrap();
        built.entry("a").digest
    };
    let one = digest("one", "1");
    assert_eq!(one, digest("again", "1"));
    assert_ne!(one, digest("two", "2"));
}

#[test]
fn links_lead_through_managed_directories_and_other_links() {
    let store = Store::new();
    store.file("src/sub/f", "f", 0o444);
    symlink("/home/u/dir/sub", store.path("out")).unwrap();
    let files = json!({
        "dir": { "source": store.path("src") },
        "a": live("dir/sub/f"),
        "b/c": live("a"),
        "d": live("b/c"),
        // By way of a place that is not managed, and back.
        "work-link": live("work"),
        "work/x": { "text": "x" },
        "e": live("work-link/x"),
        "f": live("work-link/y/z"),
        "g": live("f"),
        "h": { "source": "/elsewhere", "method": "live" },
        "i": live("h/below"),
        "j": live("h"),
    });
    for (out, sources) in [("linked", Sources::Link), ("copied", Sources::Copy)] {
        let built = store.build(out, &files, sources).unwrap();
        let expected = [
            ("a", "dir/sub/f", false),
            ("b/c", "../dir/sub/f", false),
            ("d", "dir/sub/f", false),
            ("e", "work/x", false),
            ("f", "/home/u/work/y/z", true),
            ("g", "/home/u/work/y/z", true),
            ("i", "/elsewhere/below", true),
            ("j", "/elsewhere", true),
        ];
        for (path, target, live) in expected {
            assert_eq!(built.link(path).as_os_str(), target, "{path}");
            assert_eq!(built.entry(path).live, live, "{path}");
        }
        assert_eq!(fs::read(built.at("d")).unwrap(), b"f");
        assert_eq!(built.entry("a").kind, LeafKind::File);
    }
    // As Home Manager makes them: links in the store that lead out of it.
    let files = json!({
        "dir": { "source": store.path("src") },
        "a": { "source": store.path("out") },
    });
    let built = store.build("store-link", &files, Sources::Link).unwrap();
    assert_eq!(built.link("a"), Path::new("dir/sub"));
    assert!(built.at("a/f").is_file());
}

#[test]
fn links_in_a_copied_source_stay_in_the_tree() {
    let store = Store::new();
    fs::create_dir(store.path("src")).unwrap();
    symlink("/home/u/f", store.path("src/link")).unwrap();
    symlink("/home/u/absent", store.path("src/out")).unwrap();
    // Where this leads depends on what `x` is.
    symlink("/home/u/x/../f", store.path("src/dots")).unwrap();
    let files = json!({
        "d": { "source": store.path("src"), "recursive": true },
        "f": { "text": "f" },
    });
    let built = store.build("out", &files, Sources::Copy).unwrap();
    assert_eq!(built.link("d/link"), Path::new("../f"));
    assert_eq!(built.link("d/out"), Path::new("/home/u/absent"));
    assert_eq!(built.link("d/dots").as_os_str(), "/home/u/x/../f");
}

#[test]
fn what_arrives_as_a_file_is_led_to_in_the_home() {
    let store = Store::new();
    let merge = json!({ "format": "json", "value": {}, "method": "merge" });
    let files = json!({
        "copy": { "text": "", "method": "copy" },
        "merge": merge,
        "block": { "text": "", "method": "block" },
        "seed": { "text": "", "method": "seed" },
        "l/copy": live("copy"),
        "l/merge": live("merge"),
        "l/block": live("block"),
        "l/seed": live("seed"),
    });
    let built = store.build("out", &files, Sources::Copy).unwrap();
    for method in ["copy", "merge", "block", "seed"] {
        let link = built.link(format!("l/{method}"));
        assert_eq!(link, Path::new("/home/u").join(method));
    }
}

#[test]
fn a_circle_names_two_of_its_links() {
    let store = Store::new();
    let by = " (declared by x)";
    let circle = |leaf: &str, through: &str| {
        format!(
            "\"{leaf}\" from \"{leaf}\"{by} is a link that leads in a circle through \"{through}\" from \"{through}\"{by}; lead one of them to a file"
        )
    };
    let text = store.fault(&json!({ "a": live("b"), "b": live("a") }), Sources::Link);
    assert_eq!(text, circle("a", "b"));
    let text = store.fault(&json!({ "a": live("a") }), Sources::Link);
    assert_eq!(text, circle("a", "a"));
    // Ever deeper.
    let text = store.fault(
        &json!({ "a": live("b/x"), "b": live("a/y") }),
        Sources::Link,
    );
    assert_eq!(text, circle("a", "b"));
    // A link to a circle that it is not in itself.
    let files = json!({ "a": live("b"), "b": live("c"), "c": live("b") });
    let text = store.fault(&files, Sources::Link);
    assert!(text.contains("leads in a circle through"), "{text}");
}

#[test]
fn as_many_links_as_a_lookup_follows_are_no_circle() {
    let store = Store::new();
    let chain = |links: usize| {
        let link = |at: usize| (format!("l{at}"), live(&format!("l{}", at + 1)));
        let mut files: serde_json::Map<_, _> = (0..links).map(link).collect();
        files.insert(format!("l{links}"), json!({ "text": "end" }));
        Value::Object(files)
    };
    let built = store.build("forty", &chain(40), Sources::Link).unwrap();
    assert_eq!(built.link("l0"), Path::new("l40"));
    assert!(store.fault(&chain(41), Sources::Link).contains("\"l0\""));
}
