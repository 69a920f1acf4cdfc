//! What a configuration says arrives in the home.

use std::os::unix::fs::PermissionsExt;

use crate::support::Home;

#[test]
fn texts_sources_formats_and_modes() {
    let home = Home::with_nix()
        .source("files/a@b.service", "unit")
        .source("files/with space#", "odd")
        .source("files/sub/.hidden", "hidden")
        .source("files/grüße", "umlaut")
        .config(
            r##"
            home.file."text".text = "hello\n";
            home.file.".local/bin/run" = { text = "#!/bin/sh\necho ran\n"; executable = true; };
            home.file."whole".source = ./files;
            home.file."each" = { source = ./files; recursive = true; };
            home.file."unit".source = ./files/a + "@b.service";
            xdg.configFile."app/x.toml" = { format = "toml"; value = { pi = 3.141592653589793; big = 123456789.5; one = 1.0; n = 7; deep.er.est = [ { a = 1; } ]; }; };
            xdg.configFile."app/x.json" = { format = "json"; value = { f = 0.1; n = null; s = "ü"; }; };
            "##,
        );
    home.run(["realize"]).success();
    assert_eq!(home.read("text"), "hello\n");
    let mode = home
        .at(".local/bin/run")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111);
    for directory in ["whole", "each"] {
        assert_eq!(home.read(&format!("{directory}/with space#")), "odd");
        assert_eq!(home.read(&format!("{directory}/sub/.hidden")), "hidden");
        assert_eq!(home.read(&format!("{directory}/grüße")), "umlaut");
    }
    assert_eq!(home.read("unit"), "unit");
    assert!(home.is_managed("whole") && home.is_managed("each/sub/.hidden"));
    let toml: toml::Table = home.read(".config/app/x.toml").parse().unwrap();
    assert_eq!(toml["pi"].as_float(), Some(std::f64::consts::PI));
    assert_eq!(toml["big"].as_float(), Some(123_456_789.5));
    assert_eq!(toml["one"].as_float(), Some(1.0));
    assert_eq!(toml["n"].as_integer(), Some(7));
    let json: serde_json::Value = serde_json::from_str(&home.read(".config/app/x.json")).unwrap();
    assert_eq!(json, serde_json::json!({"f": 0.1, "n": null, "s": "ü"}));
}

#[test]
fn warnings_reach_the_person_and_stdout_stays_clean() {
    let home =
        Home::with_nix().config(r#"warnings = [ "mind the gap" ]; home.file."f".text = "";"#);
    home.run(["realize", "--json"])
        .success()
        .stderr_has("mind the gap")
        .json();
}

#[test]
fn the_configuration_may_be_a_directory_or_a_link_to_one() {
    let home = Home::with_nix()
        .config(r#"home.file."f".source = ./beside;"#)
        .source("beside", "b");
    let link = home.outside("link");
    std::os::unix::fs::symlink(home.outside("configuration"), &link).unwrap();
    home.run_bare(["realize", "-f", link.to_str().unwrap()])
        .success();
    assert_eq!(home.read("f"), "b");
}

#[test]
fn why_names_the_line() {
    let home = Home::with_nix().config("\n\n  home.file.\"f\".text = \"x\";");
    home.run(["realize"]).success();
    home.run(["why", "f"]).success().stdout_has("home.nix:");
}

#[test]
fn the_package_set_is_made_as_the_configuration_says() {
    let home = Home::with_nix()
        .source("nixpkgs/default.nix", "args: { shown = builtins.toJSON (builtins.mapAttrs (_: v: if builtins.isList v then builtins.length v else v) args); }")
        .config(
            r#"
            imports = [ ({ pkgs, ... }: { home.file."f".text = pkgs.shown; }) ];
            nixpkgs.config.allowUnfree = true;
            nixpkgs.overlays = [ (final: prev: { }) ];
            "#,
        );
    let nixpkgs = format!(
        "nixpkgs={}",
        home.outside("configuration/nixpkgs").display()
    );
    home.run(["realize", "-I", &nixpkgs]).success();
    let shown: serde_json::Value = serde_json::from_str(&home.read("f")).unwrap();
    assert_eq!(shown["config"]["allowUnfree"], true);
    assert_eq!(shown["overlays"], 1);
    // What is not set is left to nixpkgs, which looks in ~/.config/nixpkgs.
    let home = Home::with_nix()
        .source(
            "nixpkgs/default.nix",
            "args: { shown = toString (builtins.attrNames args); }",
        )
        .config(r#"imports = [ ({ pkgs, ... }: { home.file."f".text = pkgs.shown; }) ];"#);
    let nixpkgs = format!(
        "nixpkgs={}",
        home.outside("configuration/nixpkgs").display()
    );
    home.run(["realize", "-I", &nixpkgs]).success();
    assert_eq!(home.read("f"), "system");
}
