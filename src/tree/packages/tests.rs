//! Merges of small packages.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::*;

/// A scratch store.
struct Store {
    directory: tempfile::TempDir,
    mime_database: Option<PathBuf>,
}

impl Store {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            mime_database: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A package with files (path, content); a content `-> x` is a link to x.
    fn package(&self, name: &str, files: &[(&str, &str)]) -> Package {
        let root = self.path(name);
        fs::create_dir_all(&root).unwrap();
        for (path, content) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match content.strip_prefix("-> ") {
                Some(target) => symlink(target, path).unwrap(),
                None => fs::write(path, content).unwrap(),
            }
        }
        Package {
            name: name.to_owned(),
            paths: vec![root],
            priority: DEFAULT_PRIORITY,
        }
    }

    fn merge(&self, packages: &[Package], paths: &[&str]) -> Result<Merged, String> {
        let request = PackagesRequest {
            packages: packages.to_vec(),
            paths_to_link: paths.iter().map(ToString::to_string).collect(),
            mime_database: self.mime_database.clone(),
        };
        let out = tempfile::tempdir_in(self.directory.path()).unwrap();
        let env = out.path().join("env");
        match build(&request, &env) {
            Ok(()) => Ok(Merged { env, _out: out }),
            Err(error) => Err(error.to_string()),
        }
    }
}

struct Merged {
    env: PathBuf,
    _out: tempfile::TempDir,
}

impl Merged {
    fn link(&self, path: &str) -> PathBuf {
        fs::read_link(self.env.join(path)).unwrap()
    }

    fn has(&self, path: &str) -> bool {
        self.env.join(path).symlink_metadata().is_ok()
    }

    fn is_real_directory(&self, path: &str) -> bool {
        let metadata = self.env.join(path).symlink_metadata();
        metadata.is_ok_and(|metadata| metadata.is_dir())
    }
}

fn with_priority(mut package: Package, priority: i64) -> Package {
    package.priority = priority;
    package
}

#[test]
fn a_directory_of_one_package_is_a_link_and_of_several_is_merged() {
    let store = Store::new();
    let one = store.package("one", &[("bin/a", ""), ("share/doc/a", ""), ("lib/l", "")]);
    let two = store.package("two", &[("bin/b", ""), ("share/man/b", "")]);
    let merged = store.merge(&[one, two], &["/"]).unwrap();
    assert!(merged.is_real_directory("bin"));
    assert_eq!(merged.link("bin/b"), store.path("two/bin/b"));
    assert_eq!(merged.link("share/doc"), store.path("one/share/doc"));
    assert_eq!(merged.link("lib"), store.path("one/lib"));
}

#[test]
fn the_lower_priority_number_wins_in_any_order() {
    let store = Store::new();
    let low = with_priority(store.package("low", &[("bin/a", "1"), ("etc", "file")]), 10);
    let high = store.package("high", &[("bin/a", "2"), ("etc/x", "")]);
    for packages in [[low.clone(), high.clone()], [high, low]] {
        let merged = store.merge(&packages, &["/"]).unwrap();
        assert_eq!(merged.link("bin/a"), store.path("high/bin/a"));
        assert_eq!(merged.link("etc"), store.path("high/etc"));
    }
}

#[test]
fn a_collision_names_packages_paths_file_and_remedy() {
    let store = Store::new();
    let one = store.package("one-1.0", &[("bin/a", "1")]);
    let two = store.package("two-2.0", &[("bin/a", "2")]);
    let message = store.merge(&[one, two], &["/"]).err().unwrap();
    let one = format!("one-1.0 ({})", store.path("one-1.0").display());
    for part in [&*one, "two-2.0 (", "`bin/a`", "lib.hiPrio", "meta.priority"] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn equal_files_do_not_collide_but_other_permissions_do() {
    let store = Store::new();
    let one = store.package("one", &[("a", "same"), ("b", "-> /gone")]);
    let two = store.package("two", &[("a", "same"), ("b", "-> /gone")]);
    let merged = store.merge(&[one.clone(), two.clone()], &["/"]).unwrap();
    assert_eq!(merged.link("a"), store.path("one/a"));
    assert_eq!(merged.link("b"), store.path("one/b"));
    fs::set_permissions(store.path("two/a"), fs::Permissions::from_mode(0o755)).unwrap();
    let message = store.merge(&[one, two], &["/"]).err().unwrap();
    assert!(message.contains("permissions differ"), "{message}");
}

#[test]
fn two_ways_to_one_file_prefer_the_file_over_the_link() {
    let store = Store::new();
    let real = store.package("real", &[("bin/a", "1"), ("share/d/x", "")]);
    let target = |path| format!("-> {}", store.path(path).display());
    let (file, directory) = (target("real/bin/a"), target("real/share/d"));
    let link = store.package("link", &[("bin/a", &file), ("share/d", &directory)]);
    let merged = store.merge(&[link, real], &["/"]).unwrap();
    assert_eq!(merged.link("bin/a"), store.path("real/bin/a"));
    assert_eq!(merged.link("share/d"), store.path("real/share/d"));
}

#[test]
fn a_file_against_a_directory_and_a_dangling_link_collide() {
    let store = Store::new();
    let file = store.package("file", &[("x", "1"), ("bin/d", "-> nowhere")]);
    let directory = store.package("directory", &[("x/y", "1")]);
    let message = store
        .merge(&[file.clone(), directory], &["/"])
        .err()
        .unwrap();
    assert!(message.contains("one of them is a directory"), "{message}");
    let other = store.package("other", &[("bin/d", "1")]);
    let message = store.merge(&[file.clone(), other], &["/"]).err().unwrap();
    assert!(message.contains("leads nowhere"), "{message}");
    let bin = store.package("bin", &[("bin/e", "")]);
    let merged = store.merge(&[file, bin], &["/"]).unwrap();
    assert_eq!(merged.link("bin/d"), store.path("file/bin/d"));
}

#[test]
fn propagated_packages_come_last_and_never_collide() {
    let store = Store::new();
    let names = |names: &[&str]| {
        let paths = names
            .iter()
            .map(|name| store.path(name).display().to_string());
        paths.collect::<Vec<_>>().join(" ") + "\n"
    };
    let list = "nix-support/propagated-user-env-packages";
    store.package(
        "b",
        &[
            ("bin/p", "b"),
            ("bin/q", "b"),
            (list, &names(&["c", "top"])),
        ],
    );
    store.package("a", &[("bin/p", "a"), ("bin/own", "a")]);
    store.package("c", &[("bin/c", "c"), ("bin/q", "c")]);
    let top = store.package("top", &[("bin/own", "top"), (list, &names(&["b", "a"]))]);
    let top = with_priority(top, 5000);
    let merged = store.merge(&[top], &["/"]).unwrap();
    assert_eq!(merged.link("bin/own"), store.path("top/bin/own"));
    assert_eq!(merged.link("bin/p"), store.path("a/bin/p"));
    assert_eq!(merged.link("bin/q"), store.path("b/bin/q"));
    assert_eq!(merged.link("bin/c"), store.path("c/bin/c"));
    assert!(!merged.has("nix-support"));
}

#[test]
fn a_propagated_package_that_is_missing_is_named_with_its_origin() {
    let store = Store::new();
    let list = "nix-support/propagated-user-env-packages";
    let top = store.package(
        "top",
        &[(list, "/gone/12345678901234567890123456789012-dep-1\n")],
    );
    let message = store.merge(&[top], &["/"]).err().unwrap();
    assert!(message.contains("dep-1, propagated by top"), "{message}");
}

#[test]
fn only_the_paths_to_link_are_there_as_real_directories() {
    let store = Store::new();
    let one = store.package(
        "one",
        &[("bin/a", ""), ("share/man/m", ""), ("share/doc/d", "")],
    );
    let merged = store
        .merge(&[one], &["/bin", "/share/man", "/lib"])
        .unwrap();
    assert!(merged.is_real_directory("bin") && merged.is_real_directory("lib"));
    assert_eq!(merged.link("share/man/m"), store.path("one/share/man/m"));
    assert!(!merged.has("share/doc"));
    let file = store.package("file", &[("bin", "")]);
    let message = store.merge(&[file], &["/bin"]).err().unwrap();
    assert!(message.contains("is no directory"), "{message}");
}

#[test]
fn a_package_that_is_a_file_or_is_missing_is_an_error() {
    let store = Store::new();
    fs::write(store.path("script.sh"), "").unwrap();
    let package = |path: &Path| Package {
        name: "script".to_owned(),
        paths: vec![path.to_owned()],
        priority: 5,
    };
    let message = store
        .merge(&[package(&store.path("script.sh"))], &["/"])
        .err()
        .unwrap();
    assert!(message.contains("is a file"), "{message}");
    let message = store
        .merge(&[package(Path::new("/gone"))], &["/"])
        .err()
        .unwrap();
    assert!(message.contains("/gone"), "{message}");
}

#[test]
fn one_path_declared_twice_has_its_best_priority() {
    let store = Store::new();
    let one = store.package("one", &[("a", "1")]);
    let two = store.package("two", &[("a", "2")]);
    let packages = [one.clone(), two, with_priority(one, 1)];
    let merged = store.merge(&packages, &["/"]).unwrap();
    assert_eq!(merged.link("a"), store.path("one/a"));
}

/// A desktop entry that opens these types.
fn entry(types: &str) -> String {
    format!(
        "[Desktop Action x]\nMimeType=no/no;\n[Desktop Entry]\nName=X\nMimeType={types}\n[Other]\nMimeType=no/more;\n"
    )
}

#[test]
fn what_opens_a_type_is_known_of_all_packages_together() {
    let store = Store::new();
    let one = store.package(
        "one",
        &[
            (
                "share/applications/one.desktop",
                &entry("text/plain; image/png;"),
            ),
            ("share/applications/kde/sub.desktop", &entry("image/png")),
            ("share/applications/mimeinfo.cache", "its own"),
            ("share/applications/notes", "no entry"),
            ("share/applications/gone.desktop", "-> nowhere"),
        ],
    );
    let two = store.package(
        "two",
        &[("share/applications/two.desktop", &entry("text/plain"))],
    );
    let merged = store.merge(&[one.clone(), two], &["/"]).unwrap();
    let cache = "share/applications/mimeinfo.cache";
    assert_eq!(
        fs::read_to_string(merged.env.join(cache)).unwrap(),
        "[MIME Cache]\nimage/png=kde-sub.desktop;one.desktop;\ntext/plain=one.desktop;two.desktop;\n"
    );
    // Of one package alone, too, which is not written to.
    let alone = store.merge(&[one], &["/"]).unwrap();
    assert!(
        fs::read_to_string(alone.env.join(cache))
            .unwrap()
            .contains("text/plain=one.desktop;\n")
    );
    assert!(alone.is_real_directory("share/applications"));
    assert_eq!(
        fs::read_to_string(store.path("one").join(cache)).unwrap(),
        "its own"
    );
    // Entries that open nothing need none, nor does who wants no entries.
    let dull = store.package(
        "dull",
        &[("share/applications/dull.desktop", "[Desktop Entry]\n")],
    );
    assert!(!store.merge(&[dull], &["/"]).unwrap().has(cache));
    let programs = store.package(
        "p",
        &[
            ("share/applications/p.desktop", &entry("a/b")),
            ("bin/p", ""),
        ],
    );
    assert!(!store.merge(&[programs], &["/bin"]).unwrap().has("share"));
}

/// The types that programs know by their database, which update-mime-database
/// of the package shared-mime-info makes.
#[test]
fn types_of_packages_have_a_database() {
    let mut store = Store::new();
    let xml = |name: &str| {
        format!(
            "<?xml version='1.0'?><mime-info xmlns='http://www.freedesktop.org/standards/shared-mime-info'><mime-type type='application/x-{name}'><comment>{name}</comment><glob pattern='*.{name}'/></mime-type></mime-info>"
        )
    };
    let one = store.package("one", &[("share/mime/packages/one.xml", &xml("one"))]);
    let two = store.package("two", &[("share/mime/packages/two.xml", &xml("two"))]);
    store.mime_database = Some("/usr/bin/update-mime-database".into());
    let merged = store.merge(&[one.clone(), two], &["/"]).unwrap();
    let globs = fs::read_to_string(merged.env.join("share/mime/globs2")).unwrap();
    assert!(
        globs.contains("application/x-one:*.one") && globs.contains("application/x-two:*.two"),
        "{globs}"
    );
    assert!(merged.has("share/mime/mime.cache"));
    let alone = store.merge(std::slice::from_ref(&one), &["/"]).unwrap();
    assert!(
        alone.has("share/mime/mime.cache") && !store.path("one/share/mime/mime.cache").exists()
    );
    // No types, no database.
    let none = store.package("none", &[("bin/x", "")]);
    assert!(!store.merge(&[none], &["/"]).unwrap().has("share"));
    // A program that fails, and one that is not there.
    store.mime_database = Some("/bin/false".into());
    let error = store
        .merge(std::slice::from_ref(&one), &["/"])
        .err()
        .unwrap();
    assert!(
        error.starts_with("the types of the packages: /bin/false failed: "),
        "{error}"
    );
    assert!(
        error.ends_with("; `xdg.mime.enable = false` does without them"),
        "{error}"
    );
    store.mime_database = Some(store.path("missing"));
    let error = store.merge(&[one], &["/"]).err().unwrap();
    assert!(error.contains("No such file"), "{error}");
}
