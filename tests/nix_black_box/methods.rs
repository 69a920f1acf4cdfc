//! The example with a file for each method.

use std::path::Path;
use std::process::Command;

use nhmt::manifest::{HomePath, Index, MethodName};

use crate::support::{Home, Outcome};

#[test]
fn the_example_has_a_file_for_each_method() {
    let home = Home::with_nix();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/methods");
    let to = home.outside("methods");
    Outcome::of(Command::new("cp").arg("-r").arg(from).arg(&to)).success();
    let tree = home.outside("tree");
    let (file, out) = (to.join("home.nix"), tree.display().to_string());
    let file = file.to_str().unwrap();
    let directory = home.path().display().to_string();
    home.run_bare(["build", "-f", file, "--home", &directory, "-o", &out])
        .success();
    let index = Index::read(&tree).unwrap();
    let method = |path: &str| {
        let entry = index.get(&HomePath::new(path).unwrap()).unwrap();
        (entry.method.name(), entry.method.mode(), entry.live)
    };
    assert_eq!(method(".bashrc"), (MethodName::Block, None, false));
    assert_eq!(method(".emacs"), (MethodName::Block, None, false));
    let settings = ".config/app/settings.json";
    assert_eq!(method(settings), (MethodName::Merge, Some(0o644), false));
    let mail = ".config/msmtp/config";
    assert_eq!(method(mail), (MethodName::Copy, Some(0o600), false));
    let todo = "notes/todo.txt";
    assert_eq!(method(todo), (MethodName::Seed, Some(0o644), false));
    assert_eq!(method(".config/nvim"), (MethodName::Link, None, true));
    let read = |path: &str| std::fs::read_to_string(tree.join("home").join(path)).unwrap();
    assert_eq!(read(".emacs"), "(setq inhibit-startup-screen t)\n");
    assert_eq!(
        read(settings),
        "{\n  \"editor\": {\n    \"fontSize\": 13\n  }\n}\n"
    );
    assert!(read(".config/nvim/init.lua").contains("number"));
    assert!(index.has_hooks());
    assert_eq!(index.backups().max_size.unwrap().bytes(), 500 << 20);
    home.run_bare(["diff", "-f", file, "--home", &directory])
        .success()
        .stdout_has("+ .emacs (block at the bottom, marked with ;;)\n")
        .stdout_has("+ .config/app/settings.json (merge json 0644)\n")
        .stdout_has(
            "+ hook onChange of ~/.config/app/settings.json\n+ hook directories\n+ hook greet\n",
        );
}
