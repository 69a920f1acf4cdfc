//! Home Manager's configurations, as they are: those of the stand-in in
//! `tests/home-manager`, which are laid out as Home Manager's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Home, Outcome};

/// Its builders are the machine's own shell, which no sandbox has.
pub const WITH_A_SHELL: &str = "build-users-group =\nsubstituters =\nbuild-hook =\nsandbox-paths =\nsandbox = false\nexperimental-features = nix-command flakes\n";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// A home, and what a module of Home Manager has in it.
pub fn home(body: &str) -> Home {
    let mut home = Home::with_nix().env("USER", "alice");
    home.nix().configure(WITH_A_SHELL);
    set(&mut home, body);
    home
}

/// Replaces the configuration.
pub fn set(home: &mut Home, body: &str) {
    let text = configuration(home, "homeManagerConfiguration", body);
    home.set_configuration("home.nix", &text);
}

/// A file that evaluates to what `function` gives.
fn configuration(home: &Home, function: &str, body: &str) -> String {
    let repository = repository();
    format!(
        "(import {0}/tests/home-manager/lib {{ lib = import {0}/nix/lib; }}).{function} {{\n  \
         pkgs = import {0}/tests/home-manager/nixpkgs {{ }};\n  modules = [ {1} ];\n}}\n",
        repository.display(),
        module(home, body),
    )
}

fn module(home: &Home, body: &str) -> String {
    format!(
        "({{ config, lib, pkgs, ... }}: {{\n  home.username = \"alice\";\n  \
         home.homeDirectory = \"{}\";\n{body}\n}})",
        home.path().display()
    )
}

/// The generation that Home Manager builds of the configuration.
pub fn home_manager_generation(home: &Home) -> PathBuf {
    let file = home.outside("configuration/home.nix");
    let expression = format!("(import {}).activationPackage", file.display());
    let built = home
        .nix()
        .run("nix-build", ["--no-out-link", "-E", &expression]);
    built.trim().into()
}

/// What `home-manager switch` does, without nhmt.
pub fn home_manager_switch(home: &Home) {
    let mut activate = Command::new(home_manager_generation(home).join("activate"));
    home.environment(&mut activate);
    Outcome::of(&mut activate).success();
}

fn leads_to_home_manager(home: &Home, path: &str) -> bool {
    let target = fs::read_link(home.at(path)).unwrap_or_default();
    target.to_string_lossy().contains("-home-manager-files/")
}

#[test]
fn files_packages_and_scripts_arrive_as_home_manager_made_them() {
    let mut home = home(
        r#"
        home.file.plain.text = "one";
        home.file.run = { text = "echo run"; executable = true; };
        home.file.made-executable = { source = ./script; executable = true; };
        home.file.tree = { source = ./tree; recursive = true; };
        home.file."tree/more".text = "more";
        home.file.whole.source = ./tree;
        home.file.out.source = config.lib.file.mkOutOfStoreSymlink "/etc/hostname";
        home.file.off = { text = ""; enable = false; };
        xdg.configFile."x/y".text = "y";
        home.file.odd = { target = "${config.home.homeDirectory}//odd/./below/../place"; text = "odd"; };
        home.packages = [ (pkgs.program "hello") ];
        home.extraBuilderCommands = "echo extra > $out/extra";
        home.activation = {
          second = lib.hm.dag.entryAfter [ "first" ] "echo second >> log";
          first = lib.hm.dag.entryAfter [ "linkGeneration" ] ''
            run --quiet echo quiet
            verboseEcho "in words"
            [[ -e plain && -d $newGenPath/home-files && -x $newGenPath/home-path/bin/hello && -e $newGenPath/activate ]]
            echo "first ''${oldGenPath-none} $(cat $newGenPath/extra) [$DRY_RUN_CMD] [$VERBOSE_ARG] $PWD" >> log
          '';
        };
        "#,
    )
    .source("script", "echo script\n")
    .source("tree/a", "a")
    .source("tree/b/c", "c");
    home.run(["realize", "-v"])
        .success()
        .stderr_has("checkUser> left out, because nhmt does that: checkFilesChanged, checkLinkTargets, installPackages, linkGeneration, onFilesChange, writeBoundary")
        .stderr_has("first> in words");
    assert_eq!(home.read("plain"), "one");
    for (path, content) in [
        ("tree/a", "a"),
        ("tree/b/c", "c"),
        ("tree/more", "more"),
        ("whole/b/c", "c"),
        (".config/x/y", "y"),
        ("odd/place", "odd"),
    ] {
        assert_eq!(home.read(path), content);
    }
    assert!(home.is_managed("tree/b/c") && !home.is_managed("tree/b") && home.is_managed("whole"));
    assert!(!home.has("off"));
    let script = fs::canonicalize(home.at("made-executable")).unwrap();
    assert!(
        Outcome::of(
            Command::new("/bin/sh")
                .args(["-c", "test -x \"$0\""])
                .arg(script)
        )
        .code()
            == Some(0)
    );
    assert_eq!(
        fs::canonicalize(home.at("out")).unwrap(),
        fs::canonicalize("/etc/hostname").unwrap()
    );
    let current = home.at(".local/state/nhmt/current");
    assert!(current.join("packages/bin/hello").exists());
    // Modules find the packages where nhmt has them.
    let unit = home.read(".config/unit");
    assert_eq!(unit, format!("PATH={}/packages/bin", current.display()));
    assert!(home.read(".session").contains("packages/share"));
    let log = home.read("log");
    let expected = format!(
        "first none extra [] [--verbose] {}\nsecond\n",
        home.path().display()
    );
    assert_eq!(log, expected);
    home.run(["realize"]).success().stdout_has("nothing to do");
    assert_eq!(home.read("log"), log);

    // One file changes, and no other seems to.
    let before = fs::read_link(current.join("home-manager")).unwrap();
    set(
        &mut home,
        "home.file.plain.text = \"two\"; home.file.tree = { source = ./tree; recursive = true; }; home.packages = [ (pkgs.program \"hello\") ]; home.activation.third = lib.hm.dag.entryAfter [ \"writeBoundary\" ] ''echo \"$oldGenPath\" > log'';",
    );
    let diff = home.run(["diff", "--json"]).success().json();
    let files = &diff["files"];
    assert_eq!(files["changed"].as_array().unwrap().len(), 1, "{files}");
    home.run(["realize"]).success();
    assert_eq!(home.read("plain"), "two");
    assert_eq!(home.read("log"), format!("{}\n", before.display()));
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read("plain"), "one");
}

#[test]
fn who_declared_a_file_is_known() {
    let home = home("xdg.configFile.\"x/y\".text = \"y\";").file(".config/x/y", "mine");
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/.config/x/y is a file that nhmt did not put there")
        .stderr_has("xdg.configFile.\"x/y\"")
        .stderr_has("home.nix");
    assert_eq!(home.read(".config/x/y"), "mine");
}

#[test]
fn what_home_manager_left_is_taken_over_in_the_same_switch() {
    let both = r#"
        home.file.kept.text = "kept";
        home.file."below/kept".text = "kept below";
        home.file.tree.source = ./tree;
        home.packages = [ (pkgs.program "hello") ];
    "#;
    let mut home =
        home(&format!("{both} home.file.\"old/gone\".text = \"gone\"; home.file.\"older/deep/gone\".text = \"gone\";")).source("tree/a", "a");
    home_manager_switch(&home);
    assert!(leads_to_home_manager(&home, "kept") && leads_to_home_manager(&home, "old/gone"));
    let installed = home.nix().run("nix-env", ["-q"]);
    home.write("old/mine", "mine");
    // The directory that was one link is now one with links in it.
    set(
        &mut home,
        &format!(
            "{both} home.file.tree.recursive = true; home.file.\"tree/more\".text = \"more\"; home.activation.seen = lib.hm.dag.entryAfter [ \"writeBoundary\" ] ''readlink -e $oldGenPath > seen'';"
        ),
    );
    home.run(["realize", "--dry-run"])
        .success()
        .stderr_has("~/old/gone, which Home Manager left, would go");
    assert!(leads_to_home_manager(&home, "kept"));
    home.run(["realize"])
        .success()
        .stderr_has("2 links of Home Manager that the configuration does not have were removed");
    for path in ["kept", "below/kept", "tree/a", "tree/more"] {
        assert!(home.is_managed(path), "{path}");
    }
    assert!(!home.has("old/gone") && !home.has("older"));
    assert_eq!(home.read("old/mine"), "mine");
    assert!(home.backups().is_empty(), "{:?}", home.backups());
    home.run_bare(["backups", "list"])
        .success()
        .stdout_lacks("kept");
    // Its own record stays, so that it works again afterwards.
    let generation =
        fs::canonicalize(home.at(".local/state/home-manager/gcroots/current-home")).unwrap();
    assert_eq!(home.read("seen").trim(), generation.to_str().unwrap());
    assert!(home.has(".local/state/nix/profiles/home-manager"));
    let _ = installed;
}

#[test]
fn a_link_of_home_managers_at_another_place_is_in_the_way() {
    let home = home("home.file.a.text = \"a\"; home.file.b.text = \"b\";");
    home_manager_switch(&home);
    fs::remove_file(home.at("a")).unwrap();
    fs::rename(home.at("b"), home.at("a")).unwrap();
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/a is a symbolic link that nhmt did not make");
}

#[test]
fn packages_in_the_nix_profile_give_way_to_those_of_the_home() {
    let home = home("home.packages = [ (pkgs.program \"hello\") ];");
    home_manager_switch(&home);
    let listed = || {
        let mut list = Command::new("nix-env");
        home.environment(&mut list);
        Outcome::of(list.arg("-q")).success().stdout()
    };
    assert!(listed().contains("home-manager-path"));
    home.run(["realize"]).success();
    assert!(!listed().contains("home-manager-path"));
    let kept = fs::canonicalize(home.at(".local/state/nhmt/home-manager-path")).unwrap();
    assert!(kept.join("bin/hello").exists());
}

#[test]
fn packages_in_a_profile_of_the_newer_kind_do_so_too() {
    let home = home("home.packages = [ (pkgs.program \"hello\") ];");
    let packages = home_manager_generation(&home).join("home-path");
    let packages = fs::canonicalize(packages).unwrap();
    let profile = |arguments: &[&str]| {
        let mut nix = Command::new("nix");
        home.environment(&mut nix);
        nix.arg("profile").args(arguments);
        Outcome::of(&mut nix).success().stdout()
    };
    profile(&["install", packages.to_str().unwrap()]);
    let is_listed = || profile(&["list"]).contains("home-manager-path");
    assert!(is_listed());
    home.run(["realize"]).success();
    assert!(!is_listed());
    let kept = fs::canonicalize(home.at(".local/state/nhmt/home-manager-path")).unwrap();
    assert_eq!(kept, packages);
    home.run_bare(["uninstall"])
        .success()
        .stdout_has("home-manager-path is in the Nix profile again");
    assert!(is_listed());
}

#[test]
fn scripts_before_the_switch_may_clear_the_way_and_refuse_it() {
    let mut home = home(
        r#"
        home.file.managed.text = "new";
        home.activation.clear = lib.hm.dag.entryBefore [ "checkLinkTargets" ] "mv managed aside";
        home.activation.between = lib.hm.dag.entryBetween [ "linkGeneration" ] [ "writeBoundary" ] "[[ ! -L managed ]]; echo between >> log";
        "#,
    )
    .file("managed", "mine");
    home.run(["realize"]).success();
    assert_eq!(
        (home.read("managed"), home.read("aside")),
        ("new".to_owned(), "mine".to_owned())
    );
    assert_eq!(home.read("log"), "between\n");

    set(
        &mut home,
        "home.file.managed.text = \"newer\"; home.activation.check = lib.hm.dag.entryBefore [ \"writeBoundary\" ] ''errorEcho not today; exit 3'';",
    );
    home.run(["realize"])
        .exit(1)
        .stderr_has("hook `check` failed: exit status 3")
        .stderr_has("not today")
        .stderr_has("nothing was changed: what is to run before the switch did not succeed");
    assert_eq!(home.read("managed"), "new");
    let listed = home.run_bare(["list-generations", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[test]
fn a_script_for_a_file_runs_when_the_file_changed() {
    let body = |text: &str, other: &str| {
        format!(
            "home.file.f = {{ text = \"{text}\"; onChange = \"echo $(cat f) >> log\"; }}; home.file.g.text = \"{other}\";"
        )
    };
    let mut home = home(&body("1", "1"));
    home.run(["realize"]).success();
    set(&mut home, &body("1", "2"));
    home.run(["realize"]).success();
    set(&mut home, &body("3", "2"));
    home.run(["realize"]).success();
    assert_eq!(home.read("log"), "1\n3\n");
}

#[test]
fn a_script_for_a_file_does_not_run_when_home_manager_left_it_so() {
    let body = |text: &str| {
        let script = |name: &str| format!("onChange = \"echo {name} >> log\";");
        format!(
            "home.file.same = {{ text = \"1\"; {} }}; home.file.other = {{ text = \"{text}\"; {} }};
             home.file.tree = {{ source = ./tree; recursive = true; {} }};",
            script("same"),
            script("other"),
            script("tree"),
        )
    };
    let mut home = home(&body("1"))
        .source("tree/a", "a")
        .source("tree/b/c", "c");
    home_manager_switch(&home);
    fs::remove_file(home.at("log")).unwrap();
    set(&mut home, &body("2"));
    home.run(["realize"]).success();
    assert_eq!(home.read("log"), "other\n");
    // What the person has changed since is new again.
    home.run_bare(["uninstall"]).success();
    home_manager_switch(&home);
    fs::remove_file(home.at("log")).unwrap();
    fs::remove_file(home.at("same")).unwrap();
    home.write("same", "mine");
    let tree = home.outside("configuration/tree/b/d");
    fs::write(tree, "d").unwrap();
    home.run(["realize", "-b"]).success();
    assert_eq!(home.read("log"), "same\ntree\n");
}

#[test]
fn a_dry_run_starts_the_scripts_that_ask_whether_it_is_one() {
    let both = "home.file.plain.text = \"plain\"; home.packages = [ (pkgs.program \"hello\") ];";
    let mut home = home(both);
    home_manager_switch(&home);
    let generation =
        fs::canonicalize(home.at(".local/state/home-manager/gcroots/current-home")).unwrap();
    let scripts = r#"
        home.activation = {
          asks = lib.hm.dag.entryAfter [ "linkGeneration" ] ''
            run touch asked; $DRY_RUN_CMD touch $VERBOSE_ARG once
            echo "from ''${oldGenPath-none}"; verboseEcho "in words"
          '';
          does = lib.hm.dag.entryAfter [ "asks" ] "touch did; nix run x || true";
        };
    "#;
    set(&mut home, &format!("{both}{scripts}"));
    let before = home.snapshot();
    let from = format!("from {}", generation.display());
    home.run(["realize", "--dry-run"])
        .success()
        .stdout_has("plain")
        .stderr_has("touch asked\ntouch once\n")
        .stderr_has(&from)
        .stderr_has("nix-env -e home-manager-path")
        .stderr_lacks("in words")
        .stderr_has("hook `does` would run");
    home.run(["realize", "--dry-run", "-v"])
        .success()
        .stderr_has("checkUser> left out, because nhmt does that: checkFilesChanged,")
        .stderr_has("asks> touch --verbose once")
        .stderr_has("asks> in words");
    assert_eq!(home.snapshot(), before);
    // What they print is shown, as Home Manager does.
    home.run(["realize"])
        .success()
        .stderr_has(&from)
        .stderr_lacks("in words");
    assert!(home.has("asked") && home.has("did"));
}

#[test]
fn the_configuration_of_another_user_is_refused() {
    let home = home("home.file.f.text = \"\";").env("USER", "bob");
    home.run(["realize"])
        .exit(1)
        .stderr_has("USER is bob, and the configuration is for alice")
        .stderr_has("nothing was changed");
    assert!(!home.has("f"));
}

#[test]
fn one_that_is_too_old_names_its_version() {
    let mut home = home("");
    let text = configuration(
        &home,
        "oldConfiguration",
        "home.version.release = \"23.11\";",
    );
    home.set_configuration("home.nix", &text);
    home.run(["realize"])
        .exit(4)
        .stderr_has("Home Manager 23.11 is too old for nhmt, which takes 24.05 and later");
}

#[test]
fn a_variant_is_taken_by_its_name() {
    let home = home(
        "home.file.f.text = lib.mkDefault \"usual\"; specialisation.other.configuration.home.file.f.text = \"other\";",
    );
    home.run(["realize", "--specialisation", "other"]).success();
    assert_eq!(home.read("f"), "other");
    home.run(["realize", "--specialisation", "none"])
        .exit(4)
        .stderr_has("The configuration has other.");
}

#[test]
fn a_plain_module_of_home_manager_is_taken_with_its_sources() {
    let mut home = home("");
    let module = "{ lib, config, ... }: { home.file.f.text = config.home.username; home.activation.x = lib.hm.dag.entryAnywhere \"true\"; }";
    home.set_configuration("home.nix", module);
    let at = repository().join("tests/home-manager");
    let nixpkgs = format!("nixpkgs={}/nixpkgs", at.display());
    let flag = format!("--home-manager={}", at.display());
    home.run(["realize", "-I", &nixpkgs, &flag]).success();
    assert_eq!(home.read("f"), "alice");
    assert!(home.has(".config/unit"));
    let searched = format!("home-manager={}", at.display());
    home.run(["realize", "-I", &nixpkgs, "-I", &searched, "--home-manager"])
        .success()
        .stdout_has("nothing to do");
    home.run(["realize", "-I", &nixpkgs, "--home-manager=/nonexistent"])
        .exit(4)
        .stderr_has("/nonexistent holds no Home Manager");
}

#[test]
fn warnings_are_said_once() {
    let home = home("warnings = [ \"mind the gap\" ];");
    let said = home.run(["realize"]).success().stderr();
    assert_eq!(said.matches("mind the gap").count(), 1, "{said}");
}

#[test]
fn nhmt_is_taken_out_again_and_home_manager_goes_on() {
    let home = home("home.file.f.text = \"f\"; home.packages = [ (pkgs.program \"hello\") ];");
    home_manager_switch(&home);
    let before = home.snapshot();
    let listed = || {
        let mut list = Command::new("nix-env");
        home.environment(&mut list);
        Outcome::of(list.arg("-q")).success().stdout()
    };
    home.run(["realize"]).success();
    home.run_bare(["uninstall"])
        .success()
        .stdout_has("home-manager-path is in the Nix profile again")
        .stdout_has("`home-manager switch`, or ")
        .stdout_has("remains: nhmt's records")
        .stdout_has("remains: 2 generations");
    assert!(!home.has("f"));
    assert!(listed().contains("home-manager-path"));
    home_manager_switch(&home);
    assert_eq!(home.snapshot(), before);
    // And over again.
    home.run(["realize"]).success();
    assert!(home.is_managed("f"));
    assert!(!listed().contains("home-manager-path"));
}
