//! The package environment.

use crate::support::Home;

/// Packages without nixpkgs: builders that nhmt's sandbox can run are few, so
/// they are plain store paths and derivation-like attribute sets.
const PACKAGES: &str = r#"
  home.packages = let
    package = name: priority: {
      type = "derivation"; inherit name; pname = name;
      outPath = "${builtins.path { path = ./packages + "/${name}"; name = name; }}";
      meta = { inherit priority; };
    };
  in [ (package "one" 5) (package "two" PRIORITY) ];
"#;

fn home(priority: &str) -> Home {
    Home::with_nix()
        .source("packages/one/bin/tool", "one")
        .source("packages/one/share/only-one", "1")
        .source("packages/two/bin/tool", "two")
        .source("packages/two/bin/other", "other")
        .source("packages/two/nix-support/setup-hook", "")
        .config(&PACKAGES.replace("PRIORITY", priority))
}

fn package_file(home: &Home, path: &str) -> String {
    home.read(&format!(".local/state/nhmt/current/packages/{path}"))
}

#[test]
fn the_lower_number_wins_and_internals_stay_out() {
    let home = home("4");
    home.run(["realize"]).success();
    assert_eq!(package_file(&home, "bin/tool"), "two");
    assert_eq!(package_file(&home, "bin/other"), "other");
    assert_eq!(package_file(&home, "share/only-one"), "1");
    assert!(!home.has(".local/state/nhmt/current/packages/nix-support"));
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(package_file(&home, "bin/tool"), "two");
}

#[test]
fn a_collision_names_both_packages_and_the_file() {
    let home = home("5");
    home.run(["realize"])
        .exit(4)
        .stderr_has("bin/tool")
        .stderr_has("one")
        .stderr_has("two")
        .stderr_has("priority");
}

#[test]
fn the_difference_names_versions() {
    let mut home = Home::with_nix().source("p/bin/x", "1").config("");
    let package = |version: &str| {
        format!(
            r#"home.packages = [ {{ type = "derivation"; name = "tool-{version}"; outPath = "${{./p}}"; }} ];"#
        )
    };
    home.set_config(&package("1.0"));
    home.run(["realize"]).success();
    home.set_config(&package("2.0"));
    home.run(["diff"])
        .success()
        .stdout_has("~ package tool  1.0 -> 2.0  up");
}

#[test]
fn a_string_that_names_no_package_is_not_copied() {
    let home = Home::with_nix().config("home.packages = [ \"/etc\" ];");
    home.run(["realize"])
        .exit(4)
        .stderr_has("\"/etc\"")
        .stderr_has("without quotes");
    let home = Home::with_nix().source("p/bin/tool", "tool").config("");
    let source = home.outside("configuration/p");
    let path = home
        .nix()
        .run("nix-store", ["--add", source.to_str().unwrap()]);
    let mut home = home;
    home.set_config(&format!("home.packages = [ \"{path}\" ];"));
    home.run(["realize"]).success();
    assert_eq!(package_file(&home, "bin/tool"), "tool");
    home.nix().run("nix-store", ["--gc"]);
    assert_eq!(package_file(&home, "bin/tool"), "tool");
}

#[test]
fn everything_that_packages_have_is_in_the_environment() {
    let parts = [
        "bin/tool",
        "share/man/man1/tool.1",
        "share/bash-completion/completions/tool",
        "share/zsh/site-functions/_tool",
        "share/fish/vendor_completions.d/tool.fish",
        "share/applications/tool.desktop",
        "share/icons/hicolor/scalable/apps/tool.svg",
        "share/fonts/truetype/tool.ttf",
        "share/info/tool.info",
        "share/locale/de/LC_MESSAGES/tool.mo",
        "libexec/tool/helper",
        "lib/systemd/user/tool.service",
        "etc/xdg/tool.conf",
    ];
    let mut home = Home::with_nix();
    for part in parts {
        home = home.source(format!("one/{part}"), part);
        // A second package makes each directory one of several.
        home = home.source(format!("two/{part}-more"), "more");
    }
    home.set_config("home.packages = [ ./one ./two ];");
    home.run(["realize"]).success();
    for part in parts {
        assert_eq!(package_file(&home, part), part);
        assert_eq!(package_file(&home, &format!("{part}-more")), "more");
    }
    home.set_config(
        r#"home.packages = [ ./one ./two ]; nhmt.pathsToLink = [ "/bin" "/share/man" ];"#,
    );
    home.run(["realize"]).success();
    let packages = home.at(".local/state/nhmt/current/packages");
    let names = |path: &str| {
        let entries = std::fs::read_dir(packages.join(path)).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(""), ["bin", "share"]);
    assert_eq!(names("share"), ["man"]);
    assert_eq!(package_file(&home, "bin/tool-more"), "more");
}

#[test]
fn outputs_are_chosen_and_priorities_set_as_in_nixpkgs() {
    let package = |name: &str| {
        format!(
            r#"{{ type = "derivation"; name = "{name}"; outputName = "out"; outputs = [ "out" "man" "doc" ];
                outPath = "${{./{name}-out}}"; out = {name}; man = {{ outPath = "${{./{name}-man}}"; }};
                doc = {{ outPath = "${{./{name}-doc}}"; }}; meta.outputsToInstall = [ "out" "man" ]; }}"#
        )
    };
    let mut home = Home::with_nix().config("");
    for name in ["one", "two"] {
        home = home
            .source(format!("{name}-out/bin/tool"), name)
            .source(format!("{name}-man/share/man/man1/{name}.1"), name)
            .source(format!("{name}-doc/share/doc/{name}"), name);
    }
    let config = |packages: &str, more: &str| {
        format!(
            "home.packages = let one = {}; two = {}; in {packages}; {more}",
            package("one"),
            package("two")
        )
    };
    home.set_config(&config("[ one (lib.hiPrio two) ]", ""));
    home.run(["realize"]).success();
    assert_eq!(package_file(&home, "bin/tool"), "two");
    assert_eq!(package_file(&home, "share/man/man1/one.1"), "one");
    assert!(!home.has(".local/state/nhmt/current/packages/share/doc"));
    home.set_config(&config(
        "[ one (lib.lowPrio two) ]",
        "home.extraOutputsToInstall = [ \"doc\" ];",
    ));
    home.run(["realize"]).success();
    assert_eq!(package_file(&home, "bin/tool"), "one");
    assert_eq!(package_file(&home, "share/doc/two"), "two");
}
