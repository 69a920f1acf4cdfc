//! nhmt's own options in a configuration of Home Manager.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::home_manager::{home as plain_home, home_manager_generation};
use super::secrets::{CANARY, with_a_secret};
use crate::support::{Home, Outcome};

fn with_module(body: &str) -> String {
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/nix/home-manager/module.nix");
    format!("imports = [ {module} ];\n{body}")
}

fn home(body: &str) -> Home {
    plain_home(&with_module(body))
}

fn set(home: &mut Home, body: &str) {
    super::home_manager::set(home, &with_module(body));
}

#[test]
fn files_arrive_by_methods_and_data_is_persisted() {
    let home = home(
        r#"
        home.file.link.text = "link";
        home.file.copy = { text = "copy"; method = "copy"; permissions = "0600"; };
        home.file.off = { text = ""; method = "copy"; enable = false; };
        home.file.profile = { text = "block"; method = "block"; };
        xdg.configFile."app.json" = { format = "json"; value.ours = 1; method = "merge"; onChange = "noteEcho changed >> log"; };
        home.persistence."/persist-of-test".directories = [ ];
        nhmt.onConflict = "backup";
        "#,
    )
    .file(".config/app.json", "{\"theirs\": 1}")
    .file("profile", "mine\n")
    .file("link", "in the way");
    home.run(["realize"]).success();
    assert!(home.is_managed("link"));
    assert_eq!(home.backups().values().collect::<Vec<_>>(), ["in the way"]);
    assert_eq!(home.read("copy"), "copy");
    assert_eq!(
        fs::metadata(home.at("copy")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(home.read("profile").contains("mine\n") && home.read("profile").contains("block"));
    let app = home.read(".config/app.json");
    assert!(app.contains("ours") && app.contains("theirs"), "{app}");
    assert!(!home.has("off"));
    assert_eq!(home.read("log"), "changed\n");
    home.run(["realize"]).success().stdout_has("nothing to do");
}

#[test]
fn methods_take_over_what_home_manager_left() {
    let mut home = plain_home(
        r#"
        home.file.copy.text = "theirs";
        home.file.seed.text = "theirs";
        home.file.profile.text = "theirs";
        home.file."app.json".text = "{\"theirs\": 1}";
        home.file.live.text = "theirs";
        "#,
    )
    .source("live", "live");
    super::home_manager::home_manager_switch(&home);
    set(
        &mut home,
        r#"
        home.file.copy = { text = "copy"; method = "copy"; };
        home.file.seed = { text = "seed"; method = "seed"; };
        home.file.profile = { text = "block"; method = "block"; };
        home.file."app.json" = { format = "json"; value.ours = 1; method = "merge"; };
        home.file.live = { source = ./live; method = "live"; };
        "#,
    );
    home.run(["realize", "--dry-run"]).success();
    assert!(home.at("copy").is_symlink());
    home.run(["realize"]).success().stderr_lacks("warning");
    assert!(home.backups().is_empty(), "{:?}", home.backups());
    for path in ["copy", "seed", "profile", "app.json"] {
        assert!(
            home.at(path).is_file() && !home.at(path).is_symlink(),
            "{path}"
        );
        let text = home.read(path);
        assert!(!text.contains("theirs"), "{text}");
        home.write(path, &text.replace("seed", "grown"));
    }
    assert_eq!(home.read("live"), "live");
    home.run(["realize"]).success().stdout_has("nothing to do");
    assert_eq!(home.read("seed"), "grown");
}

#[test]
fn secrets_are_decrypted() {
    let (mut home, _memory) = with_a_secret(plain_home(""));
    set(
        &mut home,
        r#"
        home.secrets.mail = { file = ./mail.age; target = ".config/mail/password"; };
        home.file.".netrc".text = "password ${config.home.secrets.mail.placeholder}\n";
        xdg.configFile."app.json" = { format = "json"; value.token = config.home.secrets.mail.placeholder; };
        home.file.".path".text = config.home.secrets.mail.path;
        "#,
    );
    home.run(["realize", "-v"])
        .success()
        .stdout_lacks(CANARY)
        .stderr_lacks(CANARY);
    for path in [".config/mail/password", ".netrc", ".config/app.json"] {
        assert!(home.read(path).contains(CANARY), "{path}");
    }
    let path = home.read(".path");
    assert_eq!(fs::read_to_string(path).unwrap(), format!("{CANARY}\n"));
    let mut activate = Command::new(home_manager_generation(&home).join("activate"));
    home.environment(&mut activate);
    Outcome::of(&mut activate).exit(1).stdout_has(
        "This configuration needs nhmt, for how files arrive (.netrc, .config/app.json), home.secrets:",
    );
}

#[test]
fn persisted_paths_lead_to_their_root() {
    let place = "home.persistence.\"ROOT\".directories = [ \".data\" ];";
    let mut home = home("").file(".data/kept", "kept");
    let root = home.outside("persist");
    fs::create_dir(&root).unwrap();
    set(&mut home, &place.replace("ROOT", root.to_str().unwrap()));
    home.run(["realize"]).success();
    assert_eq!(home.read(".data/kept"), "kept");
    let appended = root.join(home.path().strip_prefix("/").unwrap());
    assert!(appended.join(".data/kept").exists());
}

#[test]
fn home_manager_alone_refuses_what_needs_nhmt() {
    let home = home("home.file.f.text = \"\"; home.file.c = { text = \"\"; method = \"copy\"; };");
    let mut activate = Command::new(home_manager_generation(&home).join("activate"));
    home.environment(&mut activate);
    Outcome::of(&mut activate)
        .exit(1)
        .stdout_has("This configuration needs nhmt, for how files arrive (c): run `nhmt realize' in the place of `home-manager switch'. Nothing was changed.");
    assert!(!home.has("f"));
    home.run(["realize"]).success();
    assert!(home.has("f") && home.has("c"));
}

#[test]
fn home_manager_alone_takes_a_configuration_that_only_could() {
    let home = home("home.file.f.text = \"f\";");
    super::home_manager::home_manager_switch(&home);
    assert_eq!(home.read("f"), "f");
}

#[test]
fn programs_are_wrapped() {
    let nhmt = crate::support::nhmt();
    let home = home(&format!(
        "wrappers.hello = {{ basePackage = pkgs.program \"hello\"; env.WHO.value = \"me\"; }};\n\
         nhmt.package = pkgs.runCommand \"nhmt\" {{ }} \"mkdir -p $out/bin; cp {} $out/bin/nhmt\";",
        nhmt.display()
    ));
    home.run(["realize"]).success();
    let wrapped = home.at(".local/state/nhmt/current/packages/bin/hello");
    assert!(fs::read_to_string(wrapped).unwrap().contains("WHO"));
}
