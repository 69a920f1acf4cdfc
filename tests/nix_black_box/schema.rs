//! What modules evaluate to is what the manifest's schema describes.

use std::path::Path;

use crate::support::{Home, schema::validate};

#[test]
fn the_manifests_of_the_examples_are_valid() {
    let home = Home::with_nix();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = |configuration: &str| {
        let expression = format!(
            "(import {}/nix {{ configuration = {configuration}; username = \"alice\"; homeDirectory = \"/home/alice\"; }}).manifest",
            root.display()
        );
        let arguments = ["--eval", "--strict", "--json", "-E", &expression];
        home.nix().run("nix-instantiate", arguments)
    };
    let mut manifests: Vec<String> = ["alice", "methods", "state"]
        .iter()
        .map(|name| manifest(&format!("{}/examples/{name}/home.nix", root.display())))
        .collect();
    // What the examples leave out.
    manifests.push(manifest(
        r#"{ lib, ... }: {
            home.activation.a = lib.hm.dag.entryAnywhere "true";
            home.file.b = { text = ""; onChange = "true"; force = true; executable = true; };
            home.secrets.c = { file = builtins.toFile "c.age" ""; mode = "0440"; };
            nhmt.onConflict = "backup";
            nhmt.profile = "/persist/profile";
        }"#,
    ));
    for (manifest, faults) in manifests.iter().zip(validate(&manifests)) {
        assert!(manifest.contains("alice"), "{manifest}");
        assert_eq!(faults, [""; 0], "{manifest}");
    }
}
