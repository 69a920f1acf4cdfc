//! Homes that one machine builds and another one activates: over ssh, to an
//! ordinary user with a Nix store of that machine's own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use walkdir::WalkDir;

use crate::support::owner::needs_root;
use crate::support::{Home, Outcome};

/// For who may be trusted there: nothing has to be signed.
const TRUSTED: &[&str] = &["--no-check-sigs"];

/// The user on the other machine.
const ALICE: u32 = 61_235;

/// A server, until its test ends.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Another machine: this one with a store and a user of its own, as a server on
/// the loopback interface shows it.
struct Machine {
    server: Option<Running>,
    home: Home,
    environment: String,
}

impl Machine {
    fn new() -> Self {
        needs_root();
        let home = Home::with_nix();
        // What the other machine has at the place of this one's store.
        for name in ["store", "state", "log", "conf"] {
            fs::create_dir_all(home.outside("other").join(name)).unwrap();
        }
        fs::copy(
            home.outside("nix/conf/nix.conf"),
            home.outside("other/conf/nix.conf"),
        )
        .unwrap();
        fs::create_dir(home.outside("keys")).unwrap();
        fs::set_permissions(home.outside(""), fs::Permissions::from_mode(0o755)).unwrap();
        give(&home.path());
        let line = format!(
            "alice:x:{ALICE}:{ALICE}::{}:/bin/sh\n",
            home.path().display()
        );
        let passwd = fs::read_to_string("/etc/passwd").unwrap();
        fs::write(home.outside("passwd"), format!("{line}{passwd}")).unwrap();
        let shadow = fs::read_to_string("/etc/shadow").unwrap();
        let line = "alice:*:19000:0:99999:7:::\n";
        fs::write(home.outside("shadow"), format!("{line}{shadow}")).unwrap();
        let nix = home.outside("nix");
        let nix = nix.display();
        let mut commands = Command::new("true");
        home.environment(&mut commands);
        let path = commands.get_envs().find(|(name, _)| *name == "PATH");
        let path = path.and_then(|(_, value)| value).unwrap().to_owned();
        let environment = format!(
            "NIX_STORE_DIR={nix}/store NIX_STATE_DIR={nix}/state NIX_LOG_DIR={nix}/log NIX_CONF_DIR={nix}/conf PATH={}",
            path.display()
        );
        let mut machine = Self {
            server: None,
            home,
            environment,
        };
        machine.serve("");
        machine
    }

    fn keys(&self) -> PathBuf {
        self.home.outside("keys")
    }

    /// The words that start a program on the other machine.
    fn there(&self) -> Vec<String> {
        let at = |name: &str| self.home.outside(name).display().to_string();
        let mut words: Vec<String> = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
            .map(str::to_owned)
            .into();
        words.extend(["--bind".into(), at("other"), at("nix")]);
        words.extend(["--tmpfs", "/run", "--dir", "/run/sshd"].map(str::to_owned));
        for name in ["passwd", "shadow"] {
            words.extend(["--ro-bind".into(), at(name), format!("/etc/{name}")]);
        }
        words
    }

    /// Starts the server; `more` are variables of its sessions.
    fn serve(&mut self, more: &str) {
        let keys = self.keys();
        for name in ["host", "user"] {
            if !keys.join(name).exists() {
                let mut keygen = Command::new("ssh-keygen");
                keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
                Outcome::of(keygen.arg(keys.join(name))).success();
            }
        }
        let shown = keys.display();
        let environment = &self.environment;
        let server = format!(
            "HostKey {shown}/host\nAuthorizedKeysFile {shown}/user.pub\nStrictModes no\nUsePAM no\nPidFile none\nListenAddress 127.0.0.1\nSetEnv {environment} {more}\n"
        );
        fs::write(keys.join("sshd_config"), server).unwrap();
        self.server = None;
        // Another process may take a port that was free a moment ago.
        let (server, port) = loop {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let words = self.there();
            let mut command = self.here(&words[0]);
            command.args(&words[1..]).arg("--die-with-parent");
            command.args(["/usr/sbin/sshd", "-D", "-p", &port.to_string(), "-f"]);
            let mut server = Running::start(command.arg(keys.join("sshd_config")));
            let listens = loop {
                if server.has_ended() {
                    break false;
                }
                // By its key: it may be another one that answers.
                if self.answers(port) {
                    break true;
                }
                thread::sleep(Duration::from_millis(10));
            };
            if listens {
                break (server, port);
            }
        };
        self.server = Some(server);
        let client = format!(
            "Host there\n  HostName 127.0.0.1\n  Port {port}\n  User alice\n  IdentityFile {shown}/user\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n  BatchMode yes\n"
        );
        fs::write(keys.join("ssh_config"), client).unwrap();
    }

    /// Whether this machine's server is what listens at `port`.
    fn answers(&self, port: u16) -> bool {
        let key = fs::read_to_string(self.keys().join("host.pub")).unwrap();
        let key = key.split(' ').nth(1).unwrap();
        let mut scan = Command::new("ssh-keyscan");
        scan.args(["-t", "ed25519", "-p", &port.to_string(), "127.0.0.1"]);
        Outcome::of(&mut scan).stdout().contains(key)
    }

    /// A command here, with this machine's Nix.
    fn here(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.home.environment(&mut command);
        command.env("HOME", self.home.outside("tmp"));
        let options = format!("-F {}/ssh_config", self.keys().display());
        command.env("NIX_SSHOPTS", options);
        command
    }

    /// What alice's shell makes of `line`, by ssh.
    fn ssh(&self, line: &str, input: Option<&Path>) -> Outcome {
        let mut command = self.here("ssh");
        command.arg("-F").arg(self.keys().join("ssh_config"));
        command.args(["there", line]).stdin(match input {
            Some(file) => Stdio::from(fs::File::open(file).unwrap()),
            None => Stdio::null(),
        });
        Outcome::of(&mut command)
    }

    /// Builds a home for alice here.
    fn build(&mut self, body: &str) -> String {
        self.home.set_config(body);
        // Who builds it has a home of their own, and does not look at alice's.
        let mut build = self.home.command();
        build.env("HOME", self.home.outside("tmp"));
        build
            .arg("-f")
            .arg(self.home.outside("configuration/home.nix"));
        let outcome = Outcome::of(build.args(["build", "--no-link"])).success();
        outcome.stdout().trim().to_owned()
    }

    fn copy(&self, to: &str, tree: &str, flags: &[&str]) -> Outcome {
        let mut command = self.here("nix");
        command.args(["--extra-experimental-features", "nix-command", "copy"]);
        Outcome::of(command.args(flags).args(["--to", to, tree]))
    }

    fn content(&self) -> Option<String> {
        fs::read_to_string(self.home.at("f")).ok()
    }
}

fn give(directory: &Path) {
    for entry in WalkDir::new(directory) {
        chown(entry.unwrap().path(), Some(ALICE), Some(ALICE)).unwrap();
    }
}

#[test]
fn by_nix_copy_and_ssh_as_another_user() {
    let mut machine = Machine::new();
    give(&machine.home.outside("other"));
    let first = machine.build("home.file.f.text = \"1\";");
    assert!(
        !machine
            .home
            .outside("other")
            .join("store")
            .join("x")
            .exists()
    );
    machine.ssh(&format!("{first}/activate"), None).exit(127);
    // As files, without a Nix that talks to the other.
    let closure = machine.home.outside("closure");
    let mut export = machine.here("sh");
    export.args([
        "-c",
        "nix-store --export $(nix-store -qR \"$1\") >\"$2\"",
        "sh",
    ]);
    Outcome::of(export.arg(&first).arg(&closure)).success();
    machine.ssh("nix-store --import", Some(&closure)).success();
    machine
        .ssh(&format!("{first}/activate"), None)
        .success()
        .stdout_has("generation 1");
    assert_eq!(machine.content().as_deref(), Some("1"));
    let owner = fs::symlink_metadata(machine.home.at("f")).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&owner), ALICE);

    let second = machine.build("home.file.f.text = \"2\";");
    machine.copy("ssh-ng://there", &second, TRUSTED).success();
    // A dry run, and one as by a tool that became the user with another's home.
    machine
        .ssh(&format!("DRY_ACTIVATE=1 {second}/activate"), None)
        .success()
        .stdout_has("dry run");
    assert_eq!(machine.content().as_deref(), Some("1"));
    machine
        .ssh(&format!("cd /; HOME=/root {second}/activate"), None)
        .success()
        .stdout_has("generation 2");
    assert_eq!(machine.content().as_deref(), Some("2"));
    // They are alice's roots, and her generations.
    machine.ssh("nix-store --gc", None).success();
    let nhmt = format!("{second}/nhmt");
    machine.ssh(&format!("{nhmt} rollback"), None).success();
    assert_eq!(machine.content().as_deref(), Some("1"));

    let third = machine.build("home.file.f.text = \"3\";");
    machine.copy("ssh://there", &third, TRUSTED).success();
    machine.ssh(&format!("{third}/activate"), None).success();
    assert_eq!(machine.content().as_deref(), Some("3"));
}

/// What the program of deploy-rs does on the other machine, with a profile as
/// its `activate.custom` makes it: the tree's names beside two of its own.
#[test]
fn as_a_profile_of_deploy_rs() {
    let mut machine = Machine::new();
    give(&machine.home.outside("other"));
    let mut profiles = Vec::new();
    for text in ["1", "2"] {
        let tree = machine.build(&format!("home.file.f.text = \"{text}\";"));
        machine.copy("ssh-ng://there", &tree, TRUSTED).success();
        let joined = machine.home.outside(format!("joined-{text}"));
        fs::create_dir(&joined).unwrap();
        for name in ["activate", "home", "index", "nhmt.json", "nhmt"] {
            let there = Path::new(&tree).join(name);
            std::os::unix::fs::symlink(there, joined.join(name)).unwrap();
        }
        let script = "#!/bin/sh\nset -eu\nif [ \"${DRY_ACTIVATE:-}\" = 1 ]; then\n  $PROFILE/activate --dry-run\nelif [ \"${BOOT:-}\" = 1 ]; then\n  echo \"$PROFILE/activate\"\nelse\n  $PROFILE/activate\nfi\n";
        let file = joined.join("deploy-rs-activate");
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let mut add = machine.here("nix-store");
        let added = Outcome::of(add.arg("--add").arg(&joined)).success();
        let added = added.stdout().trim().to_owned();
        machine.copy("ssh-ng://there", &added, TRUSTED).success();
        profiles.push(added);
    }
    let set =
        "mkdir -p ~/.local/state/nix/profiles && nix-env -p ~/.local/state/nix/profiles/home --set";
    let run = |dry: u8, place: &str| {
        format!(
            "cd {place} && PROFILE={place} DRY_ACTIVATE={dry} BOOT=0 {place}/deploy-rs-activate"
        )
    };
    let boot = |command: &str| format!("PROFILE={0} BOOT=1 {0}/{command}", profiles[1]);
    let profile = "~/.local/state/nix/profiles/home";
    let line = format!("{set} {} && {}", profiles[0], run(0, profile));
    machine.ssh(&line, None).success();
    assert_eq!(machine.content().as_deref(), Some("1"));
    let outcome = machine.ssh(&run(1, &profiles[1]), None).success();
    outcome.stdout_has("dry run");
    assert_eq!(machine.content().as_deref(), Some("1"));
    // No start of the other machine would do it later.
    let outcome = machine.ssh(&boot("deploy-rs-activate"), None).success();
    outcome.stdout_has("/activate");
    assert_eq!(machine.content().as_deref(), Some("1"));
    machine.ssh(&boot("activate"), None).success();
    assert_eq!(machine.content().as_deref(), Some("2"));
    machine.ssh(&run(0, &profiles[0]), None).success();
    let line = format!("{set} {} && {}", profiles[1], run(0, profile));
    machine.ssh(&line, None).success();
    assert_eq!(machine.content().as_deref(), Some("2"));
    // What it does when the new one cannot be confirmed.
    let back = format!("nix-env -p {profile} --rollback && {}", run(0, profile));
    machine.ssh(&back, None).success();
    assert_eq!(machine.content().as_deref(), Some("1"));
}

#[test]
fn without_trust_or_a_signature_nothing_is_taken() {
    let mut machine = Machine::new();
    let keys = machine.keys();
    let mut generate = machine.here("nix-store");
    generate.args(["--generate-binary-cache-key", "builder-1"]);
    Outcome::of(generate.arg(keys.join("secret")).arg(keys.join("public"))).success();
    let public = fs::read_to_string(keys.join("public")).unwrap();
    let conf = machine.home.outside("other/conf/nix.conf");
    let text = fs::read_to_string(&conf).unwrap();
    let trust = format!("{text}trusted-public-keys = {public}\ntrusted-users = root\n");
    fs::write(&conf, trust).unwrap();
    machine.serve("NIX_REMOTE=daemon");
    // The other machine's store is its daemon's.
    let words = machine.there();
    let mut daemon = machine.here(&words[0]);
    daemon
        .args(&words[1..])
        .args(["--die-with-parent", "nix-daemon"]);
    let mut daemon = Running::start(&mut daemon);
    let socket = machine.home.outside("other/state/daemon-socket/socket");
    while !socket.exists() {
        assert!(!daemon.has_ended(), "the daemon ended");
        thread::sleep(Duration::from_millis(10));
    }
    let tree = machine.build("home.file.f.text = \"1\";");
    for flags in [&[], TRUSTED] {
        let refused = machine.copy("ssh-ng://there", &tree, flags);
        assert_ne!(refused.code(), Some(0), "{refused}");
        assert!(refused.stderr().contains("signature"), "{refused}");
    }
    machine.ssh(&format!("{tree}/activate"), None).exit(127);
    let mut sign = machine.here("nix");
    sign.args([
        "--extra-experimental-features",
        "nix-command",
        "store",
        "sign",
    ]);
    sign.arg("-k").arg(keys.join("secret")).args(["-r", &tree]);
    Outcome::of(&mut sign).success();
    machine.copy("ssh-ng://there", &tree, &[]).success();
    machine.ssh(&format!("{tree}/activate"), None).success();
    assert_eq!(machine.content().as_deref(), Some("1"));
}
