//! What the module has systemd do, done in its order.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::owner::needs_root;
use crate::support::{Home, Outcome, nhmt};

/// The user whose home it is.
pub(super) const ALICE: u32 = 61_236;

/// A machine whose system has one home, at `home.path()`.
pub(super) struct Machine {
    pub(super) home: Home,
}

impl Machine {
    pub(super) fn new() -> Self {
        let home = Home::with_nix();
        let bin = home.outside("package/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::copy(nhmt(), bin.join("nhmt")).unwrap();
        fs::set_permissions(home.outside(""), fs::Permissions::from_mode(0o755)).unwrap();
        let line = format!("alice:x:{ALICE}:100::{}:/bin/sh\n", home.path().display());
        let passwd = fs::read_to_string("/etc/passwd").unwrap();
        fs::write(home.outside("passwd"), format!("{line}{passwd}")).unwrap();
        Self { home }
    }

    /// The machine with these modules as its system's and its home's.
    fn expression(&self, home: &str, system: &str) -> String {
        format!(
            "import {}/tests/nix/system/machine.nix {{ package = {}; uid = {ALICE}; directory = \"{}\"; home = {{ {home} }}; system = {{ {system} }}; }}",
            env!("CARGO_MANIFEST_DIR"),
            self.home.outside("package").display(),
            self.home.path().display()
        )
    }

    /// What it hands to systemd, with the home built.
    pub(super) fn system(&self, home: &str, system: &str) -> Value {
        let file = self.home.outside("machine.nix");
        fs::write(&file, self.expression(home, system)).unwrap();
        let file = file.to_str().unwrap();
        self.nix("nix-build", &["--no-out-link", file, "-A", "tree"]);
        let arguments = ["--eval", "--strict", "--json", "--read-write-mode", file];
        let made = self.nix("nix-instantiate", &arguments);
        let made = made.json();
        assert_eq!(made["failed"], serde_json::json!([]), "{made}");
        made
    }

    /// The same of a home in memory, which keeps these directories and its
    /// history.
    pub(super) fn in_memory(&self, directories: &str, home: &str) -> Value {
        let kept = self.home.outside("persist");
        let kept = kept.display();
        self.system(
            &format!(
                "nhmt.ephemeral = {{ enable = true; size = \"64M\"; root = \"{kept}\"; }};
                home.persistence.\"{kept}\" = {{ directories = [ {directories} ]; files = [ \".history\" ]; }};
                {home}"
            ),
            "",
        )
    }

    fn nix(&self, program: &str, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(program);
        self.home.environment(&mut command);
        Outcome::of(command.args(arguments)).success()
    }

    /// Runs `script` as root where nothing else sees its mounts, with the
    /// machine's user.
    fn run(&self, script: &str) -> Outcome {
        let mut bwrap = Command::new("bwrap");
        bwrap
            .args(["--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc"])
            .args(["--cap-add", "ALL", "--die-with-parent", "--ro-bind"])
            .arg(self.home.outside("passwd"))
            .args(["/etc/passwd", "--tmpfs", "/run"])
            .args(["--dir", "/run/systemd/system", "--clearenv"]);
        let mut environment = Command::new("env");
        self.home.environment(&mut environment);
        for (name, value) in environment.get_envs() {
            // Those of the machine, not of a session.
            let name = name.to_str().unwrap();
            if name == "PATH" || name.starts_with("NIX_") {
                bwrap.arg("--setenv").arg(name).arg(value.unwrap());
            }
        }
        Outcome::of(bwrap.args(["bash", "-euc", script]))
    }
}

/// A line of a unit.
fn line<'a>(unit: &'a Value, name: &str) -> &'a str {
    let lines = unit.as_str().unwrap().lines();
    let mut lines = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    lines
        .next()
        .unwrap_or_else(|| panic!("no {name} in {unit}"))
}

/// As systemd starts the unit, by its own lines: as the user, with no more of an
/// environment than systemd.exec(5) has.
fn start(service: &Value, home: &Path) -> String {
    let (user, command) = (line(service, "User"), line(service, "ExecStart"));
    let home = home.display();
    format!(
        "setpriv --reuid {user} --regid users --init-groups env HOME={home} USER={user} LOGNAME={user} SHELL=/bin/sh {command}"
    )
}

/// What comes before: the filesystem, tmpfiles, and the mounts whose conditions
/// hold.
fn boot(system: &Value, home: &Path, rules: &Path) -> String {
    fs::write(rules, system["rules"].as_str().unwrap()).unwrap();
    let options: Vec<_> = system["options"].as_array().unwrap().iter().collect();
    let options: Vec<_> = options.iter().map(|one| one.as_str().unwrap()).collect();
    let (home, rules) = (home.display(), rules.display());
    let mut script = format!(
        "mount -t tmpfs -o {} tmpfs {home}\nsystemd-tmpfiles --create {rules}\n",
        options.join(",")
    );
    script += &mount(system);
    script
}

fn mount(system: &Value) -> String {
    let mounts = system["mounts"].as_array().unwrap().iter();
    let lines = mounts.map(|one| {
        let conditions = one["conditions"].as_array().unwrap().iter();
        let words = conditions.map(|condition| format!("'{}'", condition.as_str().unwrap()));
        let words: Vec<String> = words.collect();
        let (what, place) = (one["what"].as_str().unwrap(), one["where"].as_str().unwrap());
        format!(
            "if systemd-analyze condition {} >/dev/null 2>&1; then mount --bind '{what}' '{place}'; else echo 'not mounted: {place}'; fi\n",
            words.join(" ")
        )
    });
    let lines: Vec<String> = lines.collect();
    lines.concat()
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let machine = Machine::new();
    let ephemeral = "nhmt.ephemeral.enable = true; home.persistence.\"/persist\".directories = [ \".ssh\" \"a b%\" ];";
    let unit = |home: &str, directory: &str| {
        let system = machine.system(home, "");
        let directory = machine.home.outside(directory);
        fs::create_dir(&directory).unwrap();
        fs::write(
            directory.join("nhmt-alice.service"),
            system["service"].as_str().unwrap(),
        )
        .unwrap();
        for mount in system["mounts"].as_array().unwrap() {
            let mut escape = Command::new("systemd-escape");
            escape.args(["--path", "--suffix=mount", mount["where"].as_str().unwrap()]);
            let name = Outcome::of(&mut escape).success().stdout();
            let text = mount["text"].as_str().unwrap();
            fs::write(directory.join(name.trim()), text).unwrap();
        }
        let files = fs::read_dir(&directory).unwrap();
        let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        let mut verify = Command::new("systemd-analyze");
        verify.args(["verify", "--man=no"]).args(&files);
        // It looks for the units of a machine that runs as well.
        verify.env("SYSTEMD_UNIT_PATH", format!("{}:", directory.display()));
        let outcome = Outcome::of(&mut verify);
        let said = outcome.stderr();
        let ours: Vec<_> = said
            .lines()
            .filter(|line| {
                line.contains(machine.home.outside("").to_str().unwrap()) || line.contains("nhmt")
            })
            .collect();
        assert!(ours.is_empty(), "{outcome}");
        assert_eq!(outcome.code(), Some(0), "{outcome}");
        files.len()
    };
    assert_eq!(unit("", "boot"), 1);
    assert_eq!(unit("nhmt.activation = \"login\";", "login"), 1);
    assert_eq!(unit(ephemeral, "ephemeral"), 3);
    // And it does look.
    let broken = machine.home.outside("broken.service");
    fs::write(
        &broken,
        "[Service]\nType=oneshot\nRemainAfterExit=perhaps\n",
    )
    .unwrap();
    let mut verify = Command::new("systemd-analyze");
    let outcome = Outcome::of(verify.arg("verify").arg(&broken));
    assert!(outcome.stderr().contains("perhaps"), "{outcome}");
}

#[test]
fn a_home_in_memory_is_there_before_the_session() {
    needs_root();
    let machine = Machine::new();
    let (home, persist) = (machine.home.path(), machine.home.outside("persist"));
    let (shown, kept) = (home.display(), persist.display());
    let system = machine.in_memory(
        "\".ssh\" \".local/share/x\"",
        "home.file.f.text = \"managed\";",
    );
    let before = boot(&system, &home, &machine.home.outside("rules.conf"));
    let alice = start(&system["service"], &home);
    let first = format!(
        "{before}{alice}
        echo \"mode $(stat -c '%a %U %G' {shown})\"
        echo \"ssh $(stat -c '%a %U' {shown}/.ssh)\"
        echo \"of root: $(find {shown} {kept}{shown} ! -user alice | tr '\\n' ' ')\"
        findmnt -n -o TARGET -R {shown} | sed 's/^/mounted /'
        cat {shown}/f
        setpriv --reuid alice --regid users --init-groups sh -c 'cd {shown}; echo key >.ssh/key; echo x >.local/share/x/x; echo line >.history; echo lost >lost'"
    );
    let outcome = machine.run(&first).success();
    let outcome = outcome
        .stdout_has("mode 700 alice users\n")
        .stdout_has("ssh 700 alice\n")
        .stdout_has("of root: \n")
        .stdout_has(&format!("{shown}/.ssh\n"))
        .stdout_has(&format!("{shown}/.local/share/x\n"))
        .stdout_has("managed");
    outcome.stdout_lacks("not mounted");
    // Outside of it there was never anything.
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    let root = persist.join(home.strip_prefix("/").unwrap());
    assert_eq!(fs::metadata(&root).unwrap().uid(), ALICE);
    assert_eq!(fs::metadata(root.parent().unwrap()).unwrap().uid(), 0);
    assert_eq!(
        fs::metadata(root.join(".ssh")).unwrap().mode() & 0o777,
        0o700
    );
    // The next start, in which the systemd of the user finds its units. To run
    // them it would have to be given control groups, by a systemd that is root's.
    let second = format!(
        "{before}{alice}
        install -d -o alice -g users -m 700 /run/session
        setpriv --reuid alice --regid users --init-groups env -i HOME={shown} PATH=/usr/bin:/bin XDG_RUNTIME_DIR=/run/session bash -euc '
            cd; cat .ssh/key .local/share/x/x .history; test ! -e lost
            /lib/systemd/systemd --user --test'"
    );
    machine
        .run(&second)
        .success()
        .stdout_has("key\nx\nline\n")
        .stdout_has("-> Unit nhmt-persist.service:");
}

#[test]
fn what_is_in_the_way_of_a_mount_is_not_covered() {
    needs_root();
    let machine = Machine::new();
    let (home, persist) = (machine.home.path(), machine.home.outside("persist"));
    let (shown, kept) = (home.display(), persist.display());
    let of = |directories: &str| {
        machine.system(
            &format!(
                "nhmt.ephemeral = {{ enable = true; root = \"{kept}\"; }};
                home.persistence.\"{kept}\".directories = [ {directories} ];"
            ),
            "",
        )
    };
    let (one, two) = (of("\"a\""), of("\"a\" \"notes\" \"link\""));
    let rules = machine.home.outside("more.conf");
    fs::write(&rules, two["rules"].as_str().unwrap()).unwrap();
    // While the system runs, it is switched to one that keeps more.
    let script = format!(
        "{}{}
        as_alice() {{ setpriv --reuid alice --regid users --init-groups \"$@\"; }}
        as_alice sh -c 'cd {shown}; mkdir notes elsewhere; echo mine >notes/n; ln -s elsewhere link'
        systemd-tmpfiles --create {} || true
        {}
        {}
        as_alice cat {shown}/notes/n {kept}{shown}/notes/n
        as_alice readlink {shown}/notes",
        boot(&one, &home, &machine.home.outside("rules.conf")),
        start(&one["service"], &home),
        rules.display(),
        mount(&two),
        start(&two["service"], &home),
    );
    machine
        .run(&script)
        .success()
        .stdout_has(&format!("not mounted: {shown}/notes\n"))
        .stdout_has(&format!("not mounted: {shown}/link\n"))
        .stdout_has("mine\nmine\n")
        .stderr_has("~/notes is to be a bind mount, which takes the right to mount");
}

#[test]
fn the_home_follows_the_system_and_goes_back_with_it() {
    needs_root();
    let machine = Machine::new();
    let home = machine.home.path();
    let shown = home.display();
    let systems: Vec<_> = ["1", "2"]
        .iter()
        .map(|text| machine.system(&format!("home.file.f.text = \"{text}\";"), ""))
        .collect();
    let (old, new) = (
        start(&systems[0]["service"], &home),
        start(&systems[1]["service"], &home),
    );
    let nhmt = machine.home.outside("package/bin/nhmt");
    let script = format!(
        "chown alice:users {shown}
        as_alice() {{ setpriv --reuid alice --regid users --init-groups env HOME={shown} \"$@\"; }}
        as_alice sh -c 'echo mine >{shown}/f'
        {old}; echo \"is $(cat {shown}/f)\"
        {new}; echo \"is $(cat {shown}/f)\"
        {old}; echo \"back to $(cat {shown}/f)\"
        as_alice {nhmt} list-generations --json; echo
        as_alice {nhmt} backups list
        as_alice {nhmt} rollback || echo \"refused with $?\"",
        nhmt = nhmt.display()
    );
    machine
        .run(&script)
        .success()
        .stdout_has("is 1\n")
        .stdout_has("is 2\n")
        .stdout_has("back to 1\n")
        .stdout_has("[{\"created\":")
        .stdout_has("\"number\":3")
        .stdout_lacks("\"number\":2")
        // What was in the way did not keep the system from starting.
        .stdout_has("5 bytes  f")
        .stdout_has("refused with 1")
        .stderr_has("sudo nixos-rebuild switch --rollback")
        // The store is not this user's, as without a daemon at a start.
        .stderr_has("no GC root for generation 1");
}
