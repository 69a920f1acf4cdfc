//! A source of chezmoi, and a generation of Home Manager, become a
//! configuration.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::import::{mode, round_trip, text};
use crate::support::Home;

/// Names in a source of chezmoi, one of each kind, and what they hold.
const SOURCE: &[(&str, &str)] = &[
    ("dot_bashrc", "rc\n"),
    (
        "dot_mailrc.tmpl",
        "email = {{ .email }} on {{ .chezmoi.os }}\n",
    ),
    (
        "dot_os.tmpl",
        "{{ if eq .chezmoi.os \"linux\" }}l{{ end }}\n",
    ),
    ("dot_gone.tmpl", "{{ onepasswordRead \"x\" }}\n"),
    ("dot_config/exact_app/executable_run", "#!/bin/sh\n"),
    ("private_dot_ssh/private_config", "Host x\n"),
    ("private_dot_ssh/private_id_rsa", "key\n"),
    ("symlink_dot_vimrc", "dots/vimrc\n"),
    ("create_dot_seed", "first\n"),
    ("modify_dot_shared", "#!/bin/sh\ncat\n"),
    ("run_once_before_install.sh", "#!/bin/sh\nfalse\n"),
    ("encrypted_private_dot_token.age", "age\n"),
    ("dot_removed", ""),
    ("empty_dot_kept", ""),
    ("literal_dot_x", "x\n"),
    ("README.md", "about\n"),
    ("docs/page.md", "p\n"),
    (".chezmoiignore", "README.md\ndocs # nor these\n"),
    (".chezmoiremove", ".old\n"),
    (".chezmoiexternal.toml", "[\".x\"]\n"),
    (".chezmoidata.toml", "email = \"alice@example.org\"\n"),
    (".chezmoidata/colours/a.yaml", "email: x\ncolour: red\n"),
    ("dot_colour.tmpl", "{{ .colour }}\n"),
    (
        "dot_braces.tmpl",
        "# chezmoi:template:left-delimiter=[[ right-delimiter=]]\n[[ .email ]]\n",
    ),
    (".chezmoi.toml.tmpl", "[data]\n"),
    (".chezmoitemplates/part", "p\n"),
    (".chezmoiversion", "2.0.0\n"),
    (".chezmoiscripts/more/run_after_x.sh", "#!/bin/sh\n"),
    ("dot_config/run_once_before_install.sh", "#!/bin/sh\ntrue\n"),
    ("run_token.sh", "export GITHUB_TOKEN=abcdefghijklmnop\n"),
    ("encrypted_dot_mail.asc", "gpg\n"),
    ("readonly_dot_fixed", "f\n"),
    ("external_dot_plugins/dot_x", "e\n"),
    ("remove_dot_away", ""),
    ("remove_dot_dir/x", ""),
    ("symlink_dot_linked.tmpl", "{{ .colour }}\n"),
    (".hidden", "not for chezmoi\n"),
];

#[test]
fn a_source_of_chezmoi() {
    let source = ".local/share/chezmoi/";
    let put =
        |home: Home, path: &str, content: &str| home.file(&format!("{source}{path}"), content);
    let mut home = Home::with_nix();
    for (path, content) in SOURCE {
        home = put(home, path, content);
    }
    // What `chezmoi apply` would have made of it.
    let os = "linux";
    let home = home
        .file(".bashrc", "rc\n")
        .file(".mailrc", &format!("email = alice@example.org on {os}\n"))
        .file(".os", "l\n")
        .file(".config/app/run", "#!/bin/sh\n")
        .file(".ssh/config", "Host x\n")
        .file(".ssh/id_rsa", "key\n")
        .file(".seed", "mine now\n")
        .file(".shared", "both\n")
        .file(".kept", "")
        .file("dot_x", "x\n")
        .file("dots/vimrc", "v\n")
        .file(".colour", "red\n")
        .file(".braces", "alice@example.org\n")
        .file(".fixed", "f\n")
        .file(".plugins/dot_x", "e\n")
        .link(".linked", "red")
        .link(&format!("{source}docs_link"), "dot_config")
        .link(&format!("{source}dot_nothing"), "absent")
        .link(".vimrc", "dots/vimrc");
    mode(&home, ".fixed", 0o444);
    mode(&home, ".config/app/run", 0o755);
    mode(&home, ".ssh/config", 0o600);
    home.run_bare(["import", "chezmoi"])
        .success()
        .stderr_has(".mailrc: its template was filled in for this machine")
        .stderr_has(".os: its template is not translated; what it came to in the home was taken")
        .stderr_has(".gone: its template is not translated, and the home does not have it")
        .stderr_has(".token: it is encrypted in the source")
        .stderr_has(".ssh/id_rsa: a private key")
        .stderr_has(".shared: a script changes it")
        .stderr_has("run_once_before_install.sh: a script is not run by nhmt")
        .stderr_has(".chezmoiremove: nhmt removes only")
        .stderr_has(".chezmoiexternal.toml: chezmoi fetches")
        .stderr_has(".config/app: other files in this directory stay")
        .stderr_has(".ssh: the directory's mode is not kept")
        .stderr_has(".braces: its template is not translated; what it came to in the home")
        .stderr_has(".chezmoi.toml.tmpl: it asks for what differs between machines")
        .stderr_has(".chezmoitemplates: nhmt fills in no templates")
        .stderr_has("run_token.sh: a variable whose name says that it is secret")
        .stderr_has(".mail: it is encrypted in the source")
        .stderr_has("remove_dot_away: nhmt removes only")
        .stderr_has("remove_dot_dir: nhmt removes only")
        .stderr_has(".linked: its template was filled in")
        .stderr_has("docs_link: it is a link to a directory, which chezmoi does not enter")
        .stderr_has(".nothing: it cannot be read");
    for (script, content) in [
        ("run_once_before_install.sh", "#!/bin/sh\nfalse\n"),
        ("dot_config/run_once_before_install.sh", "#!/bin/sh\ntrue\n"),
        ("more/run_after_x.sh", "#!/bin/sh\n"),
    ] {
        assert_eq!(
            home.read(&format!(".config/nhmt/scripts/{script}")),
            content
        );
    }
    assert!(!home.has(".config/nhmt/scripts/run_token.sh"));
    let nix = text(&home, "home.nix");
    let absent = [
        "README", "docs/", "removed", "id_rsa", "token", ".gone", ".mail\"", "away", "hidden",
    ];
    for absent in absent {
        assert!(!nix.contains(absent), "{absent}: {nix}");
    }
    round_trip(
        &home,
        &[
            ".bashrc",
            ".mailrc",
            ".os",
            ".config/app/run",
            ".ssh/config",
            ".seed",
            ".shared",
            ".kept",
            "dot_x",
            ".colour",
            ".braces",
            ".fixed",
            ".plugins/dot_x",
            ".vimrc",
        ],
    );
    assert_eq!(home.read(".seed"), "mine now\n");
    assert!(home.is_managed(".mailrc") && home.is_managed(".config/app/run"));
}

/// A generation with the layout that Home Manager's have.
fn generation(home: &Home) -> std::path::PathBuf {
    let store = home.outside("hm-store");
    let files = store.join("aaa-home-manager-files");
    let put = |name: &str, content: &str, mode: u32| {
        let path = store.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let leaf = |to: &Path, path: &str| {
        let link = files.join(path);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(to, link).unwrap();
    };
    leaf(&put("b-bashrc", "rc\n", 0o444), ".bashrc");
    leaf(&put("c-script", "#!/bin/sh\n", 0o555), ".local/bin/script");
    leaf(
        &put("d-gitconfig", "[user]\n\tname = Alice\n", 0o444),
        ".config/git/config",
    );
    leaf(
        &put("e-env", &format!("PATH={}/x/bin\n", store.display()), 0o444),
        ".config/env",
    );
    put("f-dir/a", "a\n", 0o444);
    put("f-dir/sub/b", "b\n", 0o444);
    leaf(&store.join("f-dir"), ".config/whole");
    leaf(&store.join("f-dir/a"), ".config/rec/a");
    leaf(&store.join("f-dir/sub/b"), ".config/rec/sub/b");
    symlink(home.at("dots/vimrc"), store.join("g-hm_vimrc")).unwrap();
    leaf(&store.join("g-hm_vimrc"), ".vimrc");
    let generation = store.join("h-home-manager-generation");
    fs::create_dir_all(store.join("i-home-manager-path/bin")).unwrap();
    fs::create_dir(&generation).unwrap();
    symlink(&files, generation.join("home-files")).unwrap();
    symlink(
        store.join("i-home-manager-path"),
        generation.join("home-path"),
    )
    .unwrap();
    // What its activation leaves in the home.
    for path in [
        ".bashrc",
        ".local/bin/script",
        ".config/git/config",
        ".config/env",
        ".config/whole",
        ".config/rec/a",
        ".config/rec/sub/b",
        ".vimrc",
    ] {
        let link = home.at(path);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(files.join(path), link).unwrap();
    }
    generation
}

#[test]
fn a_generation_of_home_manager() {
    let home = Home::with_nix().file("dots/vimrc", "v\n");
    let generation = generation(&home);
    // Found where Home Manager keeps it.
    let root = home.at(".local/state/home-manager/gcroots");
    fs::create_dir_all(&root).unwrap();
    symlink(&generation, root.join("current-home")).unwrap();
    home.run_bare(["import", "home-manager"])
        .success()
        .stderr_has("home-path: its packages are not taken")
        .stderr_has(".config/env: it names paths in");
    let nix = text(&home, "home.nix");
    assert!(nix.contains("programs.git = {"), "{nix}");
    assert!(
        nix.contains("${config.home.homeDirectory}/dots/vimrc"),
        "{nix}"
    );
    round_trip(
        &home,
        &[
            ".bashrc",
            ".local/bin/script",
            ".config/git/config",
            ".config/env",
            ".config/whole/a",
            ".config/whole/sub/b",
            ".config/rec/a",
            ".config/rec/sub/b",
            ".vimrc",
        ],
    );
    for path in [".bashrc", ".config/whole", ".config/rec/a", ".vimrc"] {
        assert!(home.is_managed(path), "{path}");
    }
}

#[test]
fn odd_things_in_packages_and_sources_are_named() {
    let home = Home::with_nix()
        .file("dotfiles/a/.x", "x\n")
        .file("dotfiles/a/.y", "y\n")
        .file("dotfiles/a/.stow-local-ignore", "(?<=z)q\n")
        .file(".y", "mine\n")
        .link(".x", "dotfiles/a/.x")
        .file("source/external_dot_lib/dot_x", "x\n")
        .file("source/remove_dot_old", "")
        .file("source/remove_dot_dir/x", "")
        .file("source/.chezmoiignore", "{{ if .x }}\n.maybe\n{{ end }}\n")
        .file("source/dot_maybe", "m\n")
        .file("source/.chezmoiscripts/run_a.sh", "a\n")
        .file("source/symlink_dot_l.tmpl", "{{ include \"x\" }}\n")
        .file("source/modify_dot_absent", "x\n");
    let to = |name: &str| home.outside(name).to_str().unwrap().to_owned();
    home.run_bare([
        "import",
        "stow",
        &home.at("dotfiles").display().to_string(),
        "--to",
        &to("stow"),
    ])
    .success()
    .stderr_has(".y: its package is stowed, and it is not")
    .stderr_has("a: the pattern `(?<=z)q` of its ignore list is not understood");
    home.run_bare([
        "import",
        "chezmoi",
        &home.at("source").display().to_string(),
        "--to",
        &to("chezmoi"),
    ])
    .success()
    .stderr_has("remove_dot_old: nhmt removes only what it has put in place itself")
    .stderr_has("remove_dot_dir: nhmt removes only what it has put in place itself")
    .stderr_has(".chezmoiignore: it is a template that is not translated")
    .stderr_has(".chezmoiscripts/run_a.sh: a script is not run by nhmt")
    .stderr_has(".l: its template is not translated, and the home does not have it")
    .stderr_has(".absent: a script makes it");
    let nix = fs::read_to_string(home.outside("chezmoi/home.nix")).unwrap();
    assert!(
        nix.contains("./files/.lib/dot_x") && !nix.contains("maybe"),
        "{nix}"
    );
}
