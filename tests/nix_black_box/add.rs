//! `nhmt add` and `re-add`: files come into a configuration, and live changes
//! back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::edit::{NIX, home};
use super::own_flake;
use crate::support::{Home, Outcome};

#[test]
fn a_file_comes_in() {
    let home = home("  home.file.\"f\".text = \"x\";\n").file(".config/tool.conf", "a = 1\n");
    let json = home.run_bare(["add", "f2", "--json"]);
    json.exit(1).stderr_has("there is nothing of that name");
    home.run_bare(["add", ".config/tool.conf"])
        .success()
        .stdout_has("+  home.file.\".config/tool.conf\".source = ./files/.config/tool.conf;");
    let diff = home.run_bare(["diff"]).success();
    assert!(!diff.stdout().contains("tool.conf"), "{diff}");
    home.run_bare(["realize"]).success();
    assert!(home.is_managed(".config/tool.conf"));
    home.run_bare(["add", ".config/tool.conf"])
        .exit(1)
        .stderr_has("the configuration has ~/.config/tool.conf already")
        .stderr_has("nhmt re-add");
}

#[test]
fn a_file_comes_into_a_configuration_with_packages() {
    let package = r#"{ type = "derivation"; name = "p-1"; outPath = "${./p}"; }"#;
    let home = home(&format!("  home.packages = [ {package} ];\n"))
        .file(".config/nhmt/p/bin/x", "x\n")
        .file("f", "f\n");
    home.run_bare(["add", "f"]).success();
    home.run_bare(["realize"]).success();
    assert!(home.is_managed("f"));
}

/// A directory that the configuration has with all in it gets more files, and
/// needs no line for them.
#[test]
fn new_files_come_beside_the_others() {
    let body = "  home.file.\"d\" = {\n    source = ./own;\n    recursive = true;\n  };\n";
    let home = home(body).file(".config/nhmt/own/old", "o\n");
    home.run_bare(["realize"]).success();
    home.write("d/new", "n\n");
    home.write("d/sub/more", "m\n");
    home.run_bare(["re-add", "d/new"])
        .exit(1)
        .stderr_has("`nhmt add PATH` brings a new file in");
    home.run_bare(["add", "d/new"])
        .success()
        .stdout_has(".config/nhmt/own has 1 new file now; the configuration has all of it as ~/d");
    assert_eq!(home.read(".config/nhmt/own/new"), "n\n");
    let json = home.run_bare(["add", "d", "--json"]).success().json();
    assert_eq!(json["files"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(home.read(".config/nhmt/own/sub/more"), "m\n");
    home.run_bare(["add", "d"])
        .exit(1)
        .stderr_has("the configuration has ~/d already");
    home.run_bare(["realize"]).success();
    assert!(home.is_managed("d/new") && home.is_managed("d/sub/more"));
    // What others may not read cannot come as a link.
    home.write("d/private", "p\n");
    fs::set_permissions(home.at("d/private"), fs::Permissions::from_mode(0o600)).unwrap();
    home.run_bare(["add", "d/private"]).exit(1);
    assert!(!home.has(".config/nhmt/own/private"));
}

/// A flake in a work tree of git sees only what git knows of.
#[test]
fn git_is_told_of_what_comes_into_a_flake() {
    let home = Home::with_nix();
    let persist = home.outside("persist");
    own_flake::flake(
        &home,
        &format!(
            "home.file.\"d\" = {{ source = ./d; recursive = true; }};\n  home.persistence.\"{}\".directories = [ \"a\" ];",
            persist.display()
        ),
    );
    home.write_source("d/old", "o\n");
    home.write_source(".gitignore", "*.log\n");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        home.environment(&mut command);
        command.current_dir(home.outside("configuration"));
        Outcome::of(command.args(arguments)).success()
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    let flake = format!(
        "{}#tester@somewhere",
        home.outside("configuration").display()
    );
    let run = |arguments: &[&str]| {
        let mut command = home.command();
        command.current_dir(home.path());
        Outcome::of(command.args(arguments).args(["--flake", &flake]))
    };
    run(&["realize"]).success();
    home.write("new", "n\n");
    home.write("d/more", "m\n");
    home.write("x.log", "l\n");
    run(&["add", "new"])
        .success()
        .stderr_has("told git of what is new")
        .stdout_has("+  home.file.\"new\".source = ./files/new;");
    run(&["add", "d/more"])
        .success()
        .stderr_has("told git of what is new");
    run(&["add", "x.log"])
        .exit(1)
        .stderr_has("git would not add what is new (`git add -N -f` may)")
        .stdout_has("home.file.\"x.log\".source = ./files/x.log;");
    fs::create_dir(home.at("b")).unwrap();
    run(&["persist", "add", "b", "--write"])
        .success()
        .stdout_has("directories = [ \"a\" \"b\" ];");
    let status = git(&["status", "--short"]);
    assert!(
        status.stdout().contains(" A files/new") && status.stdout().contains(" A d/more"),
        "{status}"
    );
    run(&["realize"]).success();
    assert!(home.is_managed("new") && home.is_managed("d/more"));
    // Named as a URL, it is the same place.
    fs::remove_file(home.at("new")).unwrap();
    home.write("new", "2\n");
    let url = format!("git+file://{}", home.outside("configuration").display());
    let mut command = home.command();
    command.args([
        "re-add",
        "new",
        "--flake",
        &format!("{url}#tester@somewhere"),
    ]);
    Outcome::of(&mut command).success();
    let own = fs::read_to_string(home.outside("configuration/files/new")).unwrap();
    assert_eq!(own, "2\n");
}

#[test]
fn directories_and_links_come_in() {
    let home = home("")
        .file("d/a", "a\n")
        .file("d/b c", "b\n")
        .link("l", "d/a");
    let json = home.run_bare(["add", "d", "--json"]).success().json();
    assert!(
        json["lines"]
            .as_str()
            .unwrap()
            .contains("recursive = true;"),
        "{json}"
    );
    assert_eq!(json["files"].as_array().unwrap().len(), 2, "{json}");
    // The module has to take `config` for a link.
    home.run_bare(["add", "l"])
        .success()
        .stdout_has("+{ config, ... }:");
    home.run_bare(["realize"]).success();
    assert_eq!(home.read("d/b c"), "b\n");
    assert!(home.is_managed("d/a") && home.is_managed("l"));
}

#[test]
fn what_is_not_safe_to_add_is_not() {
    let home = home("")
        .file(".netrc", "x\n")
        .file("f", "f\n")
        .file("g", "g\n");
    home.run_bare(["add", ".netrc"])
        .exit(1)
        .stderr_has("~/.netrc looks like a secret")
        .stderr_has("--anyway");
    home.write(".config/nhmt/files/g", "other\n");
    home.run_bare(["add", "g"])
        .exit(1)
        .stderr_has("is there already, and is not overwritten");
    let odd = "{ lib, ... }: lib.mkMerge [ { } ]\n";
    home.write(NIX, odd);
    home.run_bare(["add", "f"])
        .exit(1)
        .stderr_has("it has no one place for more settings")
        .stdout_has("home.file.\"f\".source = ./files/f;");
    assert_eq!(home.read(NIX), odd);
    assert_eq!(home.read(".config/nhmt/files/f"), "f\n");
    // It would come to something that is not seen.
    home.write(NIX, "{ ... }:\n{\n  home = { };\n  _module.args.x = throw \"x\";\n  home.file = builtins.throw \"no\";\n}\n");
    home.run_bare(["add", "g2"]).exit(4);
    home.run_bare(["add", "/etc/passwd"])
        .exit(1)
        .stderr_has("lies outside the home directory");
}

#[test]
fn an_empty_directory_has_nothing_to_add() {
    let home = home("");
    fs::create_dir(home.at("empty")).unwrap();
    home.run_bare(["add", "empty"])
        .exit(1)
        .stderr_has("~/empty was not added: it is an empty directory");
    // A cache is not brought in.
    home.write(".cache/x", "x\n");
    home.run_bare(["add", ".cache/x"])
        .exit(1)
        .stderr_has("~/.cache/x has nothing in it to add");
    let pipe = Command::new("mkfifo").arg(home.at("pipe")).status();
    assert!(pipe.unwrap().success());
    home.run_bare(["add", "pipe"])
        .exit(1)
        .stderr_has("~/pipe was not added: it is a socket, a pipe or a device");
}

#[test]
fn live_changes_come_back() {
    let body = "  home.file.\"c\" = {\n    source = ./c;\n    method = \"copy\";\n  };\n  home.file.\"s\" = {\n    source = ./s;\n    method = \"seed\";\n  };\n  home.file.\"d\" = {\n    source = ./d;\n    recursive = true;\n  };\n  home.file.\"t\".text = \"old\\n\";\n";
    let home = home(body)
        .file(".config/nhmt/c", "1\n")
        .file(".config/nhmt/s", "1\n")
        .file(".config/nhmt/d/x", "1\n");
    home.run_bare(["realize"]).success();
    home.run_bare(["re-add", "d/x"])
        .success()
        .stdout_has("is as nhmt left it");
    home.run_bare(["re-add", "c"])
        .success()
        .stdout_has("has what the home has");
    for path in ["c", "s", "d/x"] {
        // As programs save: a link becomes a file.
        fs::remove_file(home.at(path)).unwrap();
        home.write(path, "2\n");
        home.run_bare(["re-add", path, "-n"])
            .success()
            .stdout_has("+2");
        assert_eq!(home.read(&format!(".config/nhmt/{path}")), "1\n");
        home.run_bare(["re-add", path]).success().stdout_has("-1");
        assert_eq!(home.read(&format!(".config/nhmt/{path}")), "2\n");
    }
    home.run_bare(["realize"]).success();
    assert_eq!(home.read("d/x"), "2\n");
    assert!(home.is_managed("d/x"));
    // A text in Nix is the person's to change.
    fs::remove_file(home.at("t")).unwrap();
    home.write("t", "new\n");
    let before = home.read(NIX);
    home.run_bare(["re-add", "t"])
        .exit(1)
        .stderr_has("its content stands in the configuration's own text")
        .stderr_has("home.nix:")
        .stderr_has("+new");
    assert_eq!(home.read(NIX), before);
    home.run_bare(["re-add", "nothing"])
        .exit(1)
        .stderr_has("the configuration does not have ~/nothing")
        .stderr_has("nhmt add");
    home.run_bare(["re-add", "d"])
        .exit(1)
        .stderr_has("~/d is no file that could be brought back");
    fs::remove_file(home.at("c")).unwrap();
    home.write("c", "password = hunter22\n");
    home.run_bare(["re-add", "c"])
        .exit(1)
        .stderr_has("~/c looks like a secret");
    assert_eq!(home.read(".config/nhmt/c"), "2\n");
    home.run_bare(["re-add", "c", "--anyway"]).success();
}

/// What stands in the text of the configuration is the person's to change;
/// nhmt says what to write.
#[test]
fn what_to_write_for_shared_files_is_said() {
    let body = "  home.file.\"m\" = {\n    format = \"json\";\n    value = {\n      a = 1;\n      b.c = [ 1 ];\n    };\n    method = \"merge\";\n  };\n  home.file.\"s\" = {\n    format = \"toml\";\n    value.a = 1;\n  };\n  home.file.\"b\" = {\n    source = ./b;\n    method = \"block\";\n  };\n  home.file.\"t\" = {\n    text = \"old\";\n    method = \"block\";\n  };\n";
    let home = home(body)
        .file(".config/nhmt/b", "old\n")
        .file("m", "{\n  \"own\": 1\n}\n")
        .file("b", "mine\n");
    home.run_bare(["realize"]).success();
    for path in ["m", "s", "t"] {
        home.run_bare(["re-add", path])
            .success()
            .stdout_has("there is nothing to bring back");
    }
    home.run_bare(["re-add", "b"])
        .success()
        .stdout_has("has what the home has");
    // What the program has for itself is not nhmt's.
    home.write("m", &home.read("m").replace("\"own\": 1", "\"own\": 2"));
    home.run_bare(["re-add", "m"])
        .success()
        .stdout_has("there is nothing to bring back");
    home.write(
        "m",
        &home.read("m").replace("\"a\": 1", "\"a\": [true, \"x\"]"),
    );
    home.run_bare(["re-add", "m"])
        .exit(1)
        .stderr_has("its content stands in the configuration's own text")
        .stderr_has("change it there so:\nvalue.a = [\n  true\n  \"x\"\n];");
    home.write("m", "{ \"a\": 1 }\n");
    home.run_bare(["re-add", "m"])
        .exit(1)
        .stderr_has("# without value.b");
    fs::remove_file(home.at("s")).unwrap();
    home.write("s", "a = 2\n[n]\n\"x y\" = 3.5\n");
    home.run_bare(["re-add", "s"])
        .exit(1)
        .stderr_has("value.a = 2;\nvalue.n.\"x y\" = 3.5;");
    // Of a file with a block, the block alone is the configuration's.
    for path in ["b", "t"] {
        home.write(path, &home.read(path).replace("old", "new"));
    }
    home.run_bare(["re-add", "b"]).success();
    assert_eq!(home.read(".config/nhmt/b"), "new\n");
    home.run_bare(["re-add", "t"])
        .exit(1)
        .stderr_has("-old\n")
        .stderr_has("+new");
    home.write("t", "no block\n");
    home.run_bare(["re-add", "t"])
        .exit(1)
        .stderr_has("~/t has no block of nhmt's that could be brought back")
        .stderr_has("`nhmt realize` puts the declared one there");
}

#[test]
fn what_is_not_the_persons_own_is_not_written_to() {
    let home = Home::with_nix().file("stored", "1\n");
    let stored = home
        .nix()
        .run("nix-store", ["--add", home.at("stored").to_str().unwrap()]);
    home.write(
        NIX,
        &format!("{{ ... }}: {{ home.file.\"f\".source = \"{stored}\"; }}\n"),
    );
    home.write("f", "2\n");
    home.run_bare(["re-add", "f"])
        .exit(1)
        .stderr_has("which is not yours to change");
    assert_eq!(fs::read_to_string(&stored).unwrap(), "1\n");
}

#[test]
fn live_changes_come_back_to_a_flake() {
    let home = Home::with_nix();
    own_flake::flake(&home, "home.file.\"f\".source = ./f;");
    home.write_source("f", "1\n");
    let run = |arguments: &[&str]| {
        let mut command = home.command();
        command.current_dir(home.outside("configuration"));
        Outcome::of(
            command
                .args(arguments)
                .args(["--flake", ".#tester@somewhere"]),
        )
    };
    run(&["realize"]).success();
    fs::remove_file(home.at("f")).unwrap();
    home.write("f", "2\n");
    run(&["re-add", home.at("f").to_str().unwrap()]).success();
    let own = fs::read_to_string(home.outside("configuration/f")).unwrap();
    assert_eq!(own, "2\n");
}
