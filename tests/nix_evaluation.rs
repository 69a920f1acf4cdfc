//! Configurations evaluated and built by the Nix on PATH.

#[path = "support/private_store.rs"]
mod private_store;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nhmt::eval::{ErrorKind, EvalError, Evaluator, Event, Home, Severity, Source};
use nhmt::store::nix::Arguments;
use nhmt::store::{Cache, Nix};
use private_store::with_private_store;

/// The builder of the trees in this file: Nix runs this very executable as
/// `… internal build-tree`, which the test harness takes as filters, and this
/// is the one test that they choose.
#[test]
fn internal_build_tree_stands_in_for_nhmt() {
    let Ok(attributes) = fs::read(".attrs.json") else {
        return;
    };
    let attributes: serde_json::Value = serde_json::from_slice(&attributes).unwrap();
    let out = Path::new(attributes["outputs"]["out"].as_str().unwrap());
    let manifest = &attributes["manifest"];
    if let Some(text) = manifest["files"]["fail"]["text"].as_str() {
        // Not `eprintln`: the harness would capture that.
        writeln!(std::io::stderr(), "nhmt: {text}").unwrap();
        std::process::exit(1);
    }
    fs::create_dir_all(out.join("home")).unwrap();
    fs::write(out.join("nhmt.json"), manifest.to_string()).unwrap();
}

struct Scene {
    scratch: PathBuf,
    cache: Cache,
    nix: Nix,
    home: Home,
    events: Vec<Event>,
}

impl Scene {
    fn new(scratch: &Path) -> Self {
        let cache = Cache::from_environment();
        Self {
            scratch: scratch.to_owned(),
            nix: Nix::find(&cache, Arguments::default()).unwrap(),
            cache,
            home: Home {
                username: "alice".into(),
                directory: "/home/alice".into(),
                override_directory: false,
                specialisation: None,
                home_manager: None,
            },
            events: Vec::new(),
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.scratch.join("conf ig").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn build_to(&mut self, source: &Source, root: Option<&Path>) -> Result<PathBuf, EvalError> {
        let builder = std::env::current_exe().unwrap();
        let events = &mut self.events;
        Evaluator::new(&self.nix, &self.cache, builder).build(
            source,
            &self.home,
            root,
            &mut |event| events.push(event),
        )
    }

    fn build(&mut self, source: &Source) -> Result<PathBuf, EvalError> {
        self.build_to(source, None)
    }

    fn file(&mut self, text: &str) -> Result<PathBuf, EvalError> {
        let path = self.write("home.nix", text);
        self.build(&Source::File(path))
    }

    fn said(&self, wanted: Severity) -> Vec<&str> {
        let said = self.events.iter().filter_map(|event| match event {
            Event::Message { severity, text } if *severity == wanted => Some(text.as_str()),
            _ => None,
        });
        said.collect()
    }
}

fn manifest(tree: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(tree.join("nhmt.json")).unwrap()).unwrap()
}

#[test]
fn a_file_becomes_a_tree_with_a_root_and_progress() {
    let test = "a_file_becomes_a_tree_with_a_root_and_progress";
    with_private_store(test, |scratch| {
        let mut scene = Scene::new(scratch);
        let config = r#"{ lib, ... }: {
          home.stateVersion = "26.05";
          home.file.".x".text = builtins.trace "seen" "hello";
          warnings = [ "mind the gap" ];
        }"#;
        let directory = scene.write("home.nix", config).parent().unwrap().to_owned();
        let root = scratch.join("state/pending");
        let tree = scene
            .build_to(&Source::File(directory), Some(&root))
            .unwrap();
        assert_eq!(fs::read_link(&root).unwrap(), tree);
        let built = manifest(&tree);
        assert_eq!(built["files"][".x"]["text"], "hello");
        assert_eq!(built["home"]["directory"], "/home/alice");
        assert_eq!(scene.said(Severity::Warning), ["mind the gap"]);
        assert_eq!(scene.said(Severity::Trace), ["seen"]);
        assert_eq!(scene.events[0], Event::Evaluating);
        let named =
            |event: &Event| matches!(event, Event::Building { name, .. } if name == "nhmt-home");
        assert!(scene.events.iter().any(named), "{:?}", scene.events);

        scene.home.override_directory = true;
        scene.home.directory = "/srv/alice".into();
        let other = scene.file(config).unwrap();
        assert_eq!(manifest(&other)["home"]["directory"], "/srv/alice");

        let json = Evaluator::new(&scene.nix, &scene.cache, std::env::current_exe().unwrap())
            .manifest(
                &Source::File(scratch.join("conf ig")),
                &scene.home,
                &mut |_| {},
            )
            .unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["files"][".x"]["text"], "hello");
    });
}

#[test]
fn a_manifest_becomes_a_tree_and_its_numbers_stay() {
    let test = "a_manifest_becomes_a_tree_and_its_numbers_stay";
    with_private_store(test, |scratch| {
        let mut scene = Scene::new(scratch);
        let odd = scene.write("a b@.service", "unit");
        let json = serde_json::json!({
            "version": 1,
            "home": { "username": "alice", "directory": "/home/alice" },
            "files": {
                ".unit": { "source": odd },
                ".n": { "format": "json", "value": { "x": 123_456_789.5, "n": [1, null] } },
            },
        });
        let path = scene.write("home.json", &json.to_string());
        let tree = scene.build(&Source::Manifest(path)).unwrap();
        let built = manifest(&tree);
        let source = PathBuf::from(built["files"][".unit"]["source"].as_str().unwrap());
        assert!(source.starts_with(Nix::store_dir()), "{source:?}");
        let float = &built["files"][".n"]["value"]["x"]["$float"];
        let part = |n: usize| float[n].to_string().parse::<f64>().unwrap();
        let value = part(0) * part(1).exp2();
        assert!((value - 123_456_789.5).abs() < f64::EPSILON, "{float}");

        let absent = json.to_string().replace("a b@.service", "absent");
        let path = scene.write("home.json", &absent);
        let error = scene.build(&Source::Manifest(path)).unwrap_err();
        assert!(error.message.contains("absent"), "{error}");
    });
}

#[test]
fn mistakes_are_told_where_they_are() {
    with_private_store("mistakes_are_told_where_they_are", |scratch| {
        let mut scene = Scene::new(scratch);
        let file = scratch.join("conf ig/home.nix");
        let cases = [
            ("{\n  a = ;\n}", Some((2, "  a = ;")), "syntax error"),
            (
                "{\n  home.file.x.text = foo;\n}",
                Some((2, "  home.file.x.text = foo;")),
                "undefined variable `foo`",
            ),
            (
                "{ home.file.x.text =\n  1 + \"a\"; }",
                Some((2, "  1 + \"a\"; }")),
                "cannot add",
            ),
            (
                "let a = a; in a",
                Some((1, "let a = a; in a")),
                "infinite recursion",
            ),
            ("{ imports = [ ./absent.nix ]; }", None, "absent.nix"),
            (
                "{ home.file.x.source = ./gone; }",
                None,
                "missing source of home.file",
            ),
            ("{ home.fil.x.text = \"\"; }", None, "home.fil"),
            ("{ home.file.x.text = 7; }", None, "home.file.x.text"),
            (
                "{ assertions = [ { assertion = false; message = \"no luck\"; } ]; }",
                None,
                "no luck",
            ),
            (
                "{ home.file.fail.text = \"as told\"; }",
                None,
                "nhmt-home could not be built",
            ),
        ];
        for (text, place, message) in cases {
            let error = scene.file(text).unwrap_err();
            let shown = error.to_string();
            println!("--- {text}\n{shown}\n");
            assert!(error.message.contains(message), "{text}: {shown}");
            assert!(
                !shown.contains('\u{1b}') && !shown.contains("while evaluating"),
                "{shown}"
            );
            if let Some((line, source)) = place {
                let at = error.location.as_ref().expect(&shown);
                assert_eq!((&at.file, at.line), (&file, line), "{shown}");
                assert_eq!(at.source.as_deref(), Some(source));
            }
            assert!(!error.raw.is_empty());
        }
        // Nix stops in the library; a trace leads back to the configuration.
        let error = scene
            .file("{ config, ... }: {\n  home.file.x.text = config.home.file.x.text; }")
            .unwrap_err()
            .to_string();
        assert!(error.contains("infinite recursion"), "{error}");
        assert!(error.contains("home.file.x.text', set at"), "{error}");
        assert!(error.contains("home.nix:2"), "{error}");
        let error = scene
            .file("{ home.file.fail.text = \"as told\"; }")
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Build);
        assert!(error.log.contains(&"nhmt: as told".to_owned()), "{error}");
        let error = scene.build(&Source::File("/absent".into())).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Missing);
    });
}

fn git(dir: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(arguments)
        .output();
    assert!(done.unwrap().status.success());
}

#[test]
fn flakes_are_built_by_name_overridden_and_explained() {
    let test = "flakes_are_built_by_name_overridden_and_explained";
    with_private_store(test, |scratch| {
        let mut scene = Scene::new(scratch);
        let dir = scratch.join("flake");
        fs::create_dir_all(dir.join("nhmt")).unwrap();
        for part in ["nix", "modules"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(part);
            let mut copy = Command::new("cp");
            copy.arg("-rL").arg(from).arg(dir.join("nhmt"));
            assert!(copy.status().unwrap().success());
        }
        let flake = |extra: &str| {
            format!(
                "{{ outputs = {{ self }}: {{ nhmtConfigurations = let home = name: configuration: import ./nhmt/nix {{ \
                 inherit configuration; system = \"{}-linux\"; username = name; homeDirectory = \"/home/${{name}}\"; {extra} }}; in {{ \
                 alice = home \"alice\" {{ home.file.x.text = \"a\"; }}; \
                 \"bob@host\" = home \"bob\" ./bob.nix; }}; }}; }}",
                std::env::consts::ARCH
            )
        };
        fs::write(dir.join("flake.nix"), flake("")).unwrap();
        git(&dir, &["init", "-q"]);
        git(&dir, &["add", "."]);
        fs::write(dir.join("bob.nix"), "{ home.file.x.text = \"b\"; }").unwrap();
        let source = |reference: &str| Source::Flake {
            reference: reference.to_owned(),
            from: dir.clone(),
        };

        // The user's own, by default; the flake leaves the builder to nhmt.
        let root = scratch.join("pending");
        let tree = scene.build_to(&source("."), Some(&root)).unwrap();
        assert_eq!(fs::read_link(&root).unwrap(), tree);
        assert_eq!(manifest(&tree)["home"]["directory"], "/home/alice");
        scene.home.override_directory = true;
        scene.home.directory = "/srv/alice".into();
        let tree = scene.build(&source("./")).unwrap();
        assert_eq!(manifest(&tree)["home"]["directory"], "/srv/alice");
        let error = scene.build(&source(".#carol")).unwrap_err();
        assert!(error.message.contains("\"carol\""), "{error}");
        scene.home.override_directory = false;

        for _ in 0..2 {
            let error = scene.build(&source(".#bob@host")).unwrap_err();
            let shown = error.to_string();
            assert!(
                shown.contains("git does not track it"),
                "{shown}\n{}",
                error.raw
            );
            let add = format!("cd {} && git add -N bob.nix", dir.display());
            assert!(shown.contains(&add), "{shown}");
        }
        let error = scene.build(&source(".#carol")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Missing);
        let shown = error.to_string();
        assert!(shown.contains("\"alice\", \"bob@host\""), "{shown}");

        // A builder of the flake's own: evaluated purely.
        let builder = std::env::current_exe().unwrap();
        fs::copy(builder, dir.join("builder")).unwrap();
        fs::write(dir.join("flake.nix"), flake("builder = ./builder;")).unwrap();
        git(&dir, &["add", "."]);
        let tree = scene.build(&source(".#bob@host")).unwrap();
        assert_eq!(manifest(&tree)["files"]["x"]["text"], "b");
    });
}

#[test]
fn a_store_that_only_nix_sees_is_explained() {
    with_private_store("a_store_that_only_nix_sees_is_explained", |scratch| {
        let mut scene = Scene::new(scratch);
        let absent = Nix::store_dir().join("pz24gxw5baxl7v3w662mshx9qhz43x5w-nhmt-home");
        let error = scene.nix.open_tree(&absent).unwrap_err().to_string();
        assert!(error.contains("chroot store"), "{error}");

        let arguments = Arguments {
            store: Some(scratch.join("chroot").display().to_string()),
            ..Arguments::default()
        };
        scene.nix = Nix::find(&scene.cache, arguments).unwrap();
        let error = scene.file("{ home.file.x.text = \"\"; }").unwrap_err();
        assert!(
            error.message.contains("chroot store"),
            "{error}\n{}",
            error.raw
        );
    });
}

#[test]
fn a_builder_that_needs_a_loader_is_refused_with_the_remedy() {
    with_private_store(
        "a_builder_that_needs_a_loader_is_refused_with_the_remedy",
        |scratch| {
            let scene = Scene::new(scratch);
            let file = scene.write("home.nix", "{ }");
            // Any program of the system's will do: they are all dynamic.
            let shell = PathBuf::from("/bin/sh");
            let error = Evaluator::new(&scene.nix, &scene.cache, shell)
                .build(&Source::File(file), &scene.home, None, &mut |_| {})
                .unwrap_err();
            assert_eq!(error.kind, ErrorKind::Builder);
            let shown = error.to_string();
            assert!(shown.contains("dynamically linked"), "{shown}");
            assert!(shown.contains(".cargo/config.toml"), "{shown}");
        },
    );
}
