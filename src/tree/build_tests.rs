//! Home trees from small manifests.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::{Value, json};

use super::*;
use crate::manifest::HomePath;

/// A scratch store, with sources in it.
struct Store(tempfile::TempDir);

impl Store {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file of a source; its path.
    fn file(&self, path: impl AsRef<Path>, content: &str, mode: u32) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn build(&self, out: &str, files: &Value, sources: Sources) -> Result<Built, String> {
        self.build_manifest(out, &manifest(files), sources)
    }

    fn build_manifest(
        &self,
        out: &str,
        manifest: &Manifest,
        sources: Sources,
    ) -> Result<Built, String> {
        let out = self.path(out);
        let target = Target {
            out: out.clone(),
            sources,
            activate: Some(PathBuf::from("/it's/nhmt")),
        };
        build(manifest, &target).map_err(|error| error.to_string())?;
        let index = Index::read(&out).unwrap();
        Ok(Built { out, index })
    }

    fn fault(&self, files: &Value, sources: Sources) -> String {
        self.build("faulty", files, sources).err().unwrap()
    }
}

fn manifest(files: &Value) -> Manifest {
    let json = json!({ "version": 1, "home": { "username": "u", "directory": "/home/u" }, "files": files });
    Manifest::from_value(json).unwrap()
}

struct Built {
    out: PathBuf,
    index: Index,
}

impl Built {
    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.out.join("home").join(path)
    }

    fn link(&self, path: impl AsRef<Path>) -> PathBuf {
        fs::read_link(self.at(path)).unwrap()
    }

    fn is_link(&self, path: impl AsRef<Path>) -> bool {
        self.at(path).is_symlink()
    }

    fn mode(&self, path: impl AsRef<Path>) -> u32 {
        self.at(path)
            .symlink_metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    }

    fn entry(&self, path: impl AsRef<[u8]>) -> &Entry {
        self.index.get(&HomePath::new(path).unwrap()).unwrap()
    }

    fn leaves(&self) -> Vec<String> {
        let entries = self.index.entries().iter();
        entries.map(|entry| entry.path.to_string()).collect()
    }
}

#[test]
fn texts_and_values_are_files_with_two_modes() {
    let store = Store::new();
    let files = json!({
        ".a": { "text": "hi\n" },
        "bin/x": { "text": "#!/bin/sh\n", "executable": true, "force": true },
        ".config/x.toml": { "format": "toml", "value": { "a": { "$float": [1, 0] } } },
    });
    let built = store.build("out", &files, Sources::Link).unwrap();
    assert_eq!(fs::read(built.at(".a")).unwrap(), b"hi\n");
    assert_eq!((built.mode(".a"), built.mode("bin/x")), (0o444, 0o555));
    assert_eq!(fs::read(built.at(".config/x.toml")).unwrap(), b"a = 1.0\n");
    assert_eq!(built.entry("bin/x").kind, LeafKind::Executable);
    assert!(built.entry("bin/x").force && !built.entry(".a").force);
    let read = Manifest::from_json(&fs::read(built.out.join("nhmt.json")).unwrap()).unwrap();
    assert_eq!(read, manifest(&files));
}

#[test]
fn an_empty_home_has_a_home_directory_and_no_packages() {
    let store = Store::new();
    let built = store.build("out", &json!({}), Sources::Link).unwrap();
    assert!(built.out.join("home").is_dir());
    assert!(!built.out.join("packages").is_symlink());
    assert!(built.index.entries().is_empty());
}

#[test]
fn packages_are_linked_and_change_the_content_digest() {
    let store = Store::new();
    let mut manifest = manifest(&json!({}));
    let plain = store.build("plain", &json!({}), Sources::Link).unwrap();
    manifest.packages = Some(crate::manifest::PackagesSpec {
        path: PathBuf::from("/store/env"),
        names: Vec::new(),
        paths: Vec::new(),
    });
    let out = store.path("out");
    let target = Target {
        out: out.clone(),
        sources: Sources::Link,
        activate: None,
    };
    build(&manifest, &target).unwrap();
    assert_eq!(
        fs::read_link(out.join("packages")).unwrap(),
        Path::new("/store/env")
    );
    assert_ne!(Index::read(&out).unwrap().content(), plain.index.content());
}

#[test]
fn sources_are_linked_and_copied_only_for_another_executable_bit() {
    let store = Store::new();
    let script = store.file("src/script", "x", 0o555);
    let plain = store.file("src/plain", "y", 0o444);
    let directory = store.path("src");
    let files = json!({
        "as-is": { "source": script },
        "same": { "source": script, "executable": true },
        "off": { "source": script, "executable": false },
        "on": { "source": plain, "executable": true },
        "dir": { "source": directory, "executable": true },
    });
    let built = store.build("out", &files, Sources::Link).unwrap();
    assert_eq!(built.link("as-is"), script);
    assert_eq!(built.link("same"), script);
    assert_eq!(built.link("dir"), directory);
    assert!(!built.is_link("off") && !built.is_link("on"));
    assert_eq!((built.mode("off"), built.mode("on")), (0o444, 0o555));
    assert_eq!(built.entry("as-is").kind, LeafKind::Executable);
    assert_eq!(built.entry("dir").kind, LeafKind::Directory);
    assert_eq!(built.entry("off").kind, LeafKind::File);
}

#[test]
fn a_link_out_of_the_store_is_a_file_whatever_it_leads_to() {
    let store = Store::new();
    symlink("/gone/x", store.path("dangling")).unwrap();
    symlink("/", store.path("outside")).unwrap();
    store.file("dir/a", "", 0o444);
    symlink("dir", store.path("inside")).unwrap();
    let files = json!({
        "a": { "source": store.path("dangling") },
        "b": { "source": store.path("outside"), "recursive": true },
        "c": { "source": store.path("inside") },
    });
    let built = store.build("out", &files, Sources::Link).unwrap();
    assert_eq!(built.link("b"), store.path("outside"));
    let kinds = ["a", "b", "c"].map(|path| built.entry(path).kind);
    assert_eq!(kinds, [LeafKind::File, LeafKind::File, LeafKind::Directory]);
}

#[test]
fn a_recursive_source_gives_each_leaf_and_leaves_room_for_others() {
    let store = Store::new();
    let odd = OsStr::from_bytes(b"a@b \xff#.service");
    store.file(Path::new("src/sub").join(odd), "1", 0o444);
    store.file("src/.run", "2", 0o555);
    fs::create_dir_all(store.path("src/empty/deeper")).unwrap();
    symlink("sub", store.path("src/link")).unwrap();
    symlink("/gone", store.path("src/gone")).unwrap();
    let files = json!({
        ".vim": { "source": store.path("src"), "recursive": true },
        ".vim/sub/own": { "text": "" },
        "file": { "source": store.path("src/.run"), "recursive": true },
    });
    for (out, sources) in [("linked", Sources::Link), ("copied", Sources::Copy)] {
        let built = store.build(out, &files, sources).unwrap();
        let expected = [".run", "gone", "link", "sub/a@b \\xff#.service", "sub/own"];
        let expected = expected.iter().map(|leaf| format!(".vim/{leaf}"));
        let expected: Vec<_> = expected.chain(["file".to_owned()]).collect();
        assert_eq!(built.leaves(), expected, "{out}");
        assert_eq!(built.entry(".vim/link").kind, LeafKind::Directory);
        assert_eq!(built.entry(".vim/.run").kind, LeafKind::Executable);
        assert!(!built.at(".vim/empty").exists());
        let odd = built.at(".vim/sub").join(odd);
        assert_eq!(fs::read(&odd).unwrap(), b"1");
        assert_eq!(odd.is_symlink(), sources == Sources::Link);
        let link = match sources {
            Sources::Link => store.path("src/link"),
            Sources::Copy => PathBuf::from("sub"),
        };
        assert_eq!(built.link(".vim/link"), link);
    }
}

#[test]
fn copies_keep_links_and_reduce_modes_and_follow_a_link_at_the_top() {
    let store = Store::new();
    store.file("src/d/a", "1", 0o640);
    store.file("src/d/run", "2", 0o700);
    symlink("a", store.path("src/d/link")).unwrap();
    symlink("/gone", store.path("src/d/gone")).unwrap();
    fs::create_dir(store.path("src/d/empty")).unwrap();
    symlink("d/run", store.path("src/top")).unwrap();
    let files = json!({
        "dir": { "source": store.path("src/d") },
        "top": { "source": store.path("src/top") },
        "off": { "source": store.path("src/top"), "executable": false },
    });
    let built = store.build("out", &files, Sources::Copy).unwrap();
    assert_eq!((built.mode("dir/a"), built.mode("dir/run")), (0o444, 0o555));
    assert_eq!(built.link("dir/link"), Path::new("a"));
    assert_eq!(built.link("dir/gone"), Path::new("/gone"));
    assert!(built.at("dir/empty").is_dir());
    assert!(!built.is_link("top"));
    assert_eq!((built.mode("top"), built.mode("off")), (0o555, 0o444));
    assert_eq!(built.leaves(), ["dir", "off", "top"]);
}

#[test]
fn a_directory_digest_sees_every_kind_of_change() {
    let digest = |change: &dyn Fn(&Path)| {
        let store = Store::new();
        store.file("src/d/a", "1", 0o444);
        symlink("a", store.path("src/d/l")).unwrap();
        change(&store.path("src/d"));
        let files = json!({ "dir": { "source": store.path("src/d") } });
        let built = store.build("out", &files, Sources::Copy).unwrap();
        built.entry("dir").digest
    };
    let base = digest(&|_| {});
    assert_eq!(base, digest(&|_| {}));
    let changes: [&dyn Fn(&Path); 5] = [
        &|d| fs::write(d.join("b"), "").unwrap(),
        &|d| fs::rename(d.join("a"), d.join("b")).unwrap(),
        &|d| fs::set_permissions(d.join("a"), fs::Permissions::from_mode(0o555)).unwrap(),
        &|d| {
            fs::remove_file(d.join("l")).unwrap();
            symlink("b", d.join("l")).unwrap();
        },
        &|d| fs::create_dir(d.join("e")).unwrap(),
    ];
    for (at, change) in changes.iter().enumerate() {
        assert_ne!(digest(change), base, "change {at}");
    }
}

#[test]
fn leaves_that_meet_name_both_targets() {
    let store = Store::new();
    store.file("one/a/x", "", 0o444);
    store.file("two/a", "", 0o444);
    let recursive = |name: &str| json!({ "source": store.path(name), "recursive": true });
    let files = json!({ "t": recursive("one"), "t/a": { "text": "", "declaredIn": ["home.file", "/h.nix:1"] } });
    let nested = store.fault(&files, Sources::Link);
    assert!(
        nested.contains(
            "\"t/a/x\" from \"t\" lies below \"t/a\" from \"t/a\" (declared by home.file, /h.nix:1)"
        ),
        "{nested}"
    );
    store.file("three/x", "", 0o444);
    let files = json!({ "t": recursive("one"), "t/a": recursive("three") });
    let clash = store.fault(&files, Sources::Link);
    assert!(
        clash.contains("\"t/a/x\" comes from both \"t\" and \"t/a\""),
        "{clash}"
    );
    let files = json!({ "t": recursive("one"), "t/a": recursive("two") });
    assert!(store.build("beside", &files, Sources::Link).is_ok());
    let files = json!({ "t": recursive("two"), "t/a": { "text": "" } });
    let clash = store.fault(&files, Sources::Copy);
    assert!(
        clash.contains("\"t/a\" comes from both \"t\" and \"t/a\""),
        "{clash}"
    );
}

#[test]
fn a_missing_or_special_source_is_named_with_target_and_declaration() {
    let store = Store::new();
    let by = json!(["home.file.\"a\"", "/h.nix:3"]);
    let files = json!({ "a": { "source": "/gone/x", "declaredIn": by } });
    for sources in [Sources::Link, Sources::Copy] {
        let message = store.fault(&files, sources);
        assert_eq!(
            message,
            "\"a\": the source /gone/x does not exist (declared by home.file.\"a\", /h.nix:3)"
        );
    }
    let socket = store.path("src/socket");
    fs::create_dir(store.path("src")).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for recursive in [true, false] {
        let files = json!({ "a": { "source": store.path("src"), "recursive": recursive } });
        let _ = fs::remove_dir_all(store.path("faulty"));
        let message = store.fault(&files, Sources::Copy);
        assert!(message.contains("src/socket is a socket"), "{message}");
    }
}

#[test]
fn a_source_that_holds_the_store_is_refused() {
    let store = Store::new();
    let files = json!({ "a": { "source": store.path("") } });
    let files = serde_json::from_str(&files.to_string().replace("/\"", "\"")).unwrap();
    let message = store.fault(&files, Sources::Copy);
    assert!(message.contains("holds nhmt's own store"), "{message}");
}

#[test]
fn a_value_without_a_form_is_named_with_its_target() {
    let store = Store::new();
    let files = json!({ ".x": { "format": "toml", "value": { "a": [null] }, "declaredIn": ["home.file"] } });
    let message = store.fault(&files, Sources::Link);
    assert_eq!(
        message,
        "\".x\": the value has no form as TOML: `a[0]`: null has no form in TOML; leave the key out (declared by home.file)"
    );
}

#[test]
fn the_same_manifest_gives_the_same_tree() {
    let store = Store::new();
    store.file("src/b", "", 0o444);
    store.file("src/a", "", 0o444);
    let files =
        json!({ "z": { "source": store.path("src"), "recursive": true }, "a/b": { "text": "x" } });
    let one = store.build("one", &files, Sources::Link).unwrap();
    let two = store.build("two", &files, Sources::Link).unwrap();
    for file in ["index", "nhmt.json"] {
        let read = |built: &Built| fs::read(built.out.join(file)).unwrap();
        assert_eq!(read(&one), read(&two));
    }
}

#[path = "method_tests.rs"]
mod methods;

#[path = "inside_tests.rs"]
mod inside;

#[path = "routes_tests.rs"]
mod routes;
