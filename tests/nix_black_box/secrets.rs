//! Secrets in a configuration.

use std::fs;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::x25519;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::support::Home;
use crate::systemd::{place_of_session, run_alone};

/// What is in it.
pub const CANARY: &str = "CANARY-3b1f";

fn home() -> (Home, TempDir) {
    with_a_secret(Home::with_nix())
}

/// Gives the home a key, a directory in memory, and an encrypted file.
pub fn with_a_secret(home: Home) -> (Home, TempDir) {
    let all = ["/dev/shm", "/run"].map(Path::new);
    let memory = all
        .iter()
        .find_map(|place| tempfile::tempdir_in(place).ok());
    let memory = memory.expect("this test needs a filesystem in memory at /dev/shm or /run");
    let home = home.env("XDG_RUNTIME_DIR", memory.path().to_str().unwrap());
    let key = x25519::Identity::generate();
    home.write(".config/age/keys.txt", key.to_string().expose_secret());
    let encrypted = age::encrypt(&key.to_public(), format!("{CANARY}\n").as_bytes());
    home.write_source("mail.age", encrypted.unwrap());
    (home, memory)
}

const DECLARED: &str = r#"
    home.secrets.mail = { file = ./mail.age; target = ".config/mail/password"; };
    home.file.".netrc".text = "password ${config.home.secrets.mail.placeholder}\n";
    home.file.".path".text = config.home.secrets.mail.path;
    xdg.configFile."app.toml" = { format = "toml"; value.token = config.home.secrets.mail.placeholder; };
"#;

#[test]
fn a_configuration_has_secrets() {
    let (mut home, memory) = home();
    home.set_config(DECLARED);
    home.run(["diff", "-v"]).success().stdout_lacks(CANARY);
    home.run(["realize", "-v"])
        .success()
        .stdout_lacks(CANARY)
        .stderr_lacks(CANARY);
    assert_eq!(home.read(".config/mail/password"), format!("{CANARY}\n"));
    assert_eq!(home.read(".netrc"), format!("password {CANARY}\n"));
    assert_eq!(
        home.read(".config/app.toml"),
        format!("token = \"{CANARY}\"\n")
    );
    let path = home.read(".path");
    assert_eq!(fs::read_to_string(path).unwrap(), format!("{CANARY}\n"));
    home.run(["why", ".config/mail/password"])
        .success()
        .stdout_has("home.secrets.\"mail\"");
    // It is in memory, and not in the store, the home, a cache or a log.
    let has = |root: &Path| {
        let files = WalkDir::new(root).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        let bytes = |entry: walkdir::DirEntry| fs::read(entry.path()).unwrap();
        let holds = |bytes: Vec<u8>| {
            bytes
                .windows(CANARY.len())
                .any(|some| some == CANARY.as_bytes())
        };
        files
            .map(bytes)
            .filter(|bytes| holds(bytes.clone()))
            .count()
    };
    assert_eq!(has(&home.outside("")), 0);
    assert_eq!(has(memory.path()), 3);
}

#[test]
fn what_is_not_encrypted_is_refused() {
    let (mut home, _memory) = home();
    home.write_source("mail.age", CANARY);
    home.set_config(DECLARED);
    home.run(["realize"])
        .exit(4)
        .stderr_has("is not encrypted by age, or is damaged; it lies in the store now")
        .stderr_has("home.secrets.\"mail\"")
        .stderr_lacks(CANARY);
    assert!(!home.has(".netrc"));
}

#[test]
fn a_placeholder_in_a_file_of_the_users_own_is_refused() {
    let (mut home, _memory) = home();
    home.set_config(&format!(
        "{DECLARED} home.file.\".netrc\".method = \"copy\";"
    ));
    home.run(["realize"])
        .exit(4)
        .stderr_has("only a link keeps it in memory");
}

/// A session of the user's systemd in which nothing is in memory yet, its end,
/// and another: services start when the secrets are there.
#[test]
fn services_of_a_session_find_them() {
    let (mut home, _memory) = home();
    home.install();
    let seen = home.outside("seen");
    home.set_config(&format!(
        r#"{DECLARED}
        home.file.".config/systemd/user/reader.service".text = ''
            [Service]
            Type=oneshot
            ExecStart=/bin/cp {}/.netrc {}
            [Install]
            WantedBy=default.target
        '';
        home.file.".config/systemd/user/default.target.wants/reader.service".text = config.home.file.".config/systemd/user/reader.service".text;
        "#,
        home.path().display(),
        seen.display()
    ));
    home.run(["realize"]).success();
    // The second time as after a logout, which removes what was in memory.
    let script = r#"
        for login in 1 2; do
            dbus-run-session -- /lib/systemd/systemd --user &
            for i in $(seq 600); do
                [ -e "$SEEN" ] && break
                sleep 0.1
            done
            systemctl --user is-active nhmt-secrets.service
            cat "$SEEN"
            stat -Lc '%a' "$HOME/.netrc" "$(readlink "$HOME/.local/state/nhmt/secrets")"
            systemctl --user exit
            wait
            find /run/session -mindepth 1 -delete
            cat "$HOME/.netrc" 2>/dev/null || echo logged out
            rm "$SEEN"
        done
    "#;
    let mut session = place_of_session(&home);
    session.args(["--tmpfs", "/dev/shm", "--setenv", "SEEN"]);
    session.arg(&seen).args(["bash", "-euc", script]);
    let outcome = run_alone(&mut session).success();
    let login = format!("active\npassword {CANARY}\n400\n700\nlogged out\n");
    assert_eq!(outcome.stdout(), login.repeat(2), "{outcome}");
    assert!(!outcome.stderr().contains(CANARY), "{outcome}");
}
