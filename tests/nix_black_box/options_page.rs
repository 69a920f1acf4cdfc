//! The page of options says what the modules say.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Home, Outcome};

#[test]
fn it_is_what_the_modules_declare() {
    let home = Home::with_nix();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = home.outside("options.md");
    let mut command = Command::new(docs.join("generate-options"));
    home.environment(&mut command);
    Outcome::of(command.arg(&page)).success();
    assert_eq!(
        fs::read_to_string(docs.join("options.md")).unwrap(),
        fs::read_to_string(page).unwrap(),
        "docs/options.md is stale: run docs/generate-options"
    );
}
