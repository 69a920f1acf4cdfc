//! A systemd that starts what the module has made of a home, as the first
//! process of a place that has nothing of this machine but its programs.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::machine::{ALICE, Machine};
use crate::support::Outcome;
use crate::support::owner::needs_root;
use crate::systemd::run_alone;

/// The distribution's units that a start takes; all others are left out.
const UNITS: [&str; 19] = [
    "basic.target",
    "final.target",
    "local-fs-pre.target",
    "local-fs.target",
    "multi-user.target",
    "nss-user-lookup.target",
    "paths.target",
    "poweroff.target",
    "remote-fs.target",
    "rescue.target",
    "shutdown.target",
    "slices.target",
    "sockets.target",
    "sysinit.target",
    "systemd-tmpfiles-setup.service",
    "systemd-user-sessions.service",
    "timers.target",
    "umount.target",
    "user@.service",
];

/// The user's directory in memory, which logind would make.
const RUNTIME: &str = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=install -d -m 700 -o %i /run/user/%i\n";
/// The manager of the user's units without PAM, whose modules are the machine's.
const MANAGER: &str = "[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n";

/// What the script of a start begins with.
const WORDS: &str = r#"
of() { systemctl show "$1" --property="$2" --value; }
as_alice() { setpriv --reuid alice --regid users --init-groups env XDG_RUNTIME_DIR=/run/user/$uid "$@"; }
# The manager is there before the units are that it starts.
units_of_alice() { as_alice systemctl --user start default.target; }
# The units in the order in which they were there.
order() { for unit; do echo "$(of "$unit" ActiveEnterTimestampMonotonic) $(of "$unit" ActiveState) $unit"; done | sort -n | cut -d ' ' -f 2-; }
"#;

/// What is in `/etc/systemd/system`, and nowhere else.
struct Units<'a>(&'a Path);

impl Units<'_> {
    fn add(&self, name: &str, text: &str) {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn want(&self, by: &str, name: &str) {
        let directory = self.0.join(format!("{by}.wants"));
        fs::create_dir_all(&directory).unwrap();
        symlink(Path::new("..").join(name), directory.join(name)).unwrap();
    }
}

fn mount_unit(place: &str) -> String {
    let mut escape = Command::new("systemd-escape");
    let name = Outcome::of(escape.args(["--path", "--suffix=mount", place]));
    name.success().stdout().trim().to_owned()
}

/// bubblewrap with a systemd as the first process of a place of its own, whose
/// units are those in `units`. What it turns off is that place.
fn place(machine: &Machine) -> Command {
    let outside = machine.home.outside("");
    let at = |name: &str| machine.home.outside(name);
    // It is to hang no test.
    let mut bwrap = Command::new("timeout");
    bwrap.args([
        "--signal=KILL",
        "120",
        "bwrap",
        "--unshare-pid",
        "--as-pid-1",
    ]);
    bwrap.args([
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-net",
        "--unshare-cgroup-try",
    ]);
    bwrap.args(["--die-with-parent", "--cap-add", "ALL", "--tmpfs", "/"]);
    let above: Vec<&Path> = outside.ancestors().skip(1).collect();
    for directory in above.iter().rev().filter(|above| above.parent().is_some()) {
        bwrap.args(["--perms", "0755", "--dir"]).arg(directory);
    }
    for directory in ["/etc", "/home", "/root", "/var"] {
        bwrap.args(["--perms", "0755", "--dir", directory]);
    }
    bwrap.args(["--ro-bind", "/usr", "/usr"]);
    for name in ["bin", "lib", "lib64", "sbin"] {
        let (target, link) = (format!("usr/{name}"), format!("/{name}"));
        bwrap.arg("--symlink").args([target, link]);
    }
    bwrap.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"]);
    bwrap.args(["--ro-bind", "/sys", "/sys", "--tmpfs", "/sys/fs/cgroup"]);
    for name in ["group", "nsswitch.conf", "ld.so.cache"] {
        let file = format!("/etc/{name}");
        bwrap.arg("--ro-bind").args([&file, &file]);
    }
    bwrap.arg("--bind").args([&outside, &outside]);
    for (from, to) in [
        ("passwd", "passwd"),
        ("tmpfiles.d", "tmpfiles.d"),
        ("units", "systemd/system"),
    ] {
        bwrap
            .arg("--ro-bind")
            .arg(at(from))
            .arg(format!("/etc/{to}"));
    }
    if let Some(current) = std::env::var_os("NHMT_TEST_NIX").map(std::path::PathBuf::from)
        && !current.starts_with("/usr")
    {
        let all = current.parent().unwrap();
        bwrap.arg("--ro-bind").args([all, all]);
    }
    bwrap.args(["--clearenv", "--setenv", "container", "test"]);
    bwrap.args(["--setenv", "PATH", "/usr/bin:/usr/sbin"]);
    bwrap.args(["--setenv", "SYSTEMD_UNIT_PATH", "/etc/systemd/system"]);
    bwrap.args([
        "/usr/lib/systemd/systemd",
        "--unit=multi-user.target",
        "--log-target=console",
    ]);
    bwrap
}

/// Starts `system`, whose home is wanted by the unit `by`, and has `script` run
/// in it by bash; gives the lines that were printed.
fn start(machine: &Machine, system: &Value, by: &str, script: &str) -> Vec<String> {
    let at = |name: &str| machine.home.outside(name);
    let units = at("units");
    let _ = fs::remove_dir_all(&units);
    fs::create_dir(&units).unwrap();
    let units = Units(&units);
    for name in UNITS {
        symlink(
            Path::new("/usr/lib/systemd/system").join(name),
            units.0.join(name),
        )
        .unwrap();
    }
    units.add("user-runtime-dir@.service", RUNTIME);
    units.add("user@.service.d/test.conf", MANAGER);
    units.want("sysinit.target", "systemd-tmpfiles-setup.service");
    units.want("multi-user.target", "systemd-user-sessions.service");
    let mut variables = Command::new("env");
    machine.home.environment(&mut variables);
    let variables: Vec<String> = variables
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)))
        .filter(|(name, _)| *name == "PATH" || name.starts_with("NIX_"))
        .map(|(name, value)| format!("Environment=\"{name}={value}\"\n"))
        .collect();
    let log = at("log").display().to_string();
    let _ = fs::remove_file(&log);
    let said = format!(
        "{}StandardOutput=append:{log}\nStandardError=append:{log}\n",
        variables.concat()
    );
    let service = system["service"].as_str().unwrap();
    let service = service.replace("[Service]\n", &format!("[Service]\n{said}"));
    units.add("nhmt-alice.service", &service);
    units.want(by, "nhmt-alice.service");
    let options = system["options"].as_array().unwrap();
    if !options.is_empty() {
        let options: Vec<_> = options.iter().map(|one| one.as_str().unwrap()).collect();
        let home = machine.home.path().display().to_string();
        let text = format!(
            "[Mount]\nWhat=tmpfs\nWhere={home}\nType=tmpfs\nOptions={}\n",
            options.join(",")
        );
        units.add(&mount_unit(&home), &text);
        units.want("local-fs.target", &mount_unit(&home));
    }
    for mount in system["mounts"].as_array().unwrap() {
        let name = mount_unit(mount["where"].as_str().unwrap());
        units.add(&name, mount["text"].as_str().unwrap());
        units.want("nhmt-alice.service", &name);
    }
    let rules = at("tmpfiles.d");
    fs::create_dir_all(&rules).unwrap();
    fs::write(rules.join("nixos.conf"), system["rules"].as_str().unwrap()).unwrap();
    fs::write(
        at("script"),
        format!("uid={ALICE}\n{WORDS}{script}\necho the end"),
    )
    .unwrap();
    units.add(
        "script.service",
        &format!(
            "[Unit]\nAfter=multi-user.target nhmt-alice.service\n[Service]\nType=oneshot\n{said}ExecStart=bash -eu {}\nExecStopPost=systemctl --force --force poweroff\n",
            at("script").display()
        ),
    );
    units.want("multi-user.target", "script.service");

    let outcome = run_alone(&mut place(machine));
    let said = fs::read_to_string(&log).unwrap_or_default();
    let Some((said, _)) = said.split_once("the end\n") else {
        panic!("{said}\n{outcome}");
    };
    // Nix's own directories are root's here, and no daemon is there.
    let lines = said.lines().filter(|line| !line.starts_with("warning: "));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_home_in_memory_is_filled_before_logins_are_permitted() {
    needs_root();
    let machine = Machine::new();
    let home = machine.home.path();
    let shown = home.display();
    let system = machine.in_memory(
        "\".ssh\" \"a b%\"",
        "home.file.f.text = \"managed\\n\";
        systemd.user.services.hello = {
          Service = { Type = \"oneshot\"; RemainAfterExit = true; ExecStart = \"/bin/true\"; };
          Install.WantedBy = [ \"default.target\" ];
        };",
    );
    let [of_home, odd] = ["", "/a b%"].map(|place| mount_unit(&format!("{shown}{place}")));
    let said = start(
        &machine,
        &system,
        "multi-user.target",
        &format!(
            "order '{of_home}' '{odd}' nhmt-alice.service systemd-tmpfiles-setup.service systemd-user-sessions.service
            cat {shown}/f
            findmnt -n -o TARGET -R {shown} | tr -d '├└─' | sed 's/^ *//' | sort
            systemctl start user@$uid.service
            units_of_alice
            as_alice systemctl --user is-active hello.service
            # What is there already is not covered.
            systemctl stop '{odd}'
            as_alice sh -c 'echo mine >\"$1/a b%/n\"' sh {shown}
            systemctl start '{odd}'
            as_alice cat '{shown}/a b%/n'
            of '{odd}' ConditionResult"
        ),
    );
    let order = [
        &of_home,
        "systemd-tmpfiles-setup.service",
        &odd,
        "nhmt-alice.service",
        "systemd-user-sessions.service",
    ];
    let order = order.map(|unit| format!("active {unit}"));
    assert!(said[0].starts_with("generation 1: "), "{said:?}");
    assert_eq!(said[1..6], order);
    let mounted = ["", "/.ssh", "/a b%"].map(|place| format!("{shown}{place}"));
    assert_eq!(said[6], "managed");
    assert_eq!(said[7..10], mounted);
    assert_eq!(said[10..], ["active", "mine", "no"]);
}

#[test]
fn a_home_of_a_login_comes_before_the_user_s_units_and_again_with_the_next() {
    needs_root();
    let machine = Machine::new();
    chown(machine.home.path(), Some(ALICE), Some(100)).unwrap();
    let shown = machine.home.path().display().to_string();
    let system = machine.system(
        "nhmt.activation = \"login\";
        home.file.f.text = \"managed\\n\";
        systemd.user.services.hello = {
          Service = { Type = \"oneshot\"; RemainAfterExit = true; ExecStart = \"/bin/true\"; };
          Install.WantedBy = [ \"default.target\" ];
        };",
        "",
    );
    let manager = format!("user@{ALICE}.service");
    let said = start(
        &machine,
        &system,
        &manager,
        &format!(
            "ls {shown}
            of nhmt-alice.service ActiveState
            systemctl start {manager}
            order {manager} nhmt-alice.service
            cat {shown}/f
            units_of_alice
            as_alice systemctl --user is-active hello.service
            systemctl stop {manager}
            until [ $(of nhmt-alice.service ActiveState) = inactive ]; do sleep 0.1; done
            of nhmt-alice.service ActiveState
            systemctl start {manager}
            of nhmt-alice.service ActiveState
            echo the end"
        ),
    );
    let manager = format!("active {manager}");
    assert_eq!(
        said.iter()
            .map(|line| line.split(':').next().unwrap())
            .collect::<Vec<_>>(),
        [
            "inactive",
            "generation 1",
            "active nhmt-alice.service",
            &manager,
            "managed",
            "active",
            "inactive",
            "generation 1",
            "active",
        ],
        "{said:?}"
    );
}
