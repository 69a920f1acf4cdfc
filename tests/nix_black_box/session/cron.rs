//! Jobs of Debian's cron: `@reboot` ones, which it starts at once.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::Variables;
use super::logins::Machine;

const CONFIGURATION: &str = r#"
  home.sessionVariables.A = "$HOME/a";
  home.sessionPath = [ "$HOME/bin" ];
  home.sessionSearchVariables.XDG_DATA_DIRS = [ "/data" ];
"#;

/// What a job sees that this crontab has.
fn job(machine: &Machine, crontab: &str) -> Variables {
    let file = machine.home.outside("crontab");
    let home = machine.home.path().display().to_string();
    let text = crontab
        .replace("$REPORT", &machine.report.display().to_string())
        .replace("/home/alice", &home);
    fs::write(&file, text).unwrap();
    // cron takes none that others can read.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let seen = machine.home.outside("seen").display().to_string();
    // Only a test that fails meets the limit.
    let script =
        "/usr/sbin/cron -f & for i in $(seq 600); do [ -s \"$1\" ] && break; sleep 0.1; done";
    machine.session_on(
        &[
            "--tmpfs",
            "/var/spool/cron",
            "--dir",
            "/var/spool/cron/crontabs",
            "--ro-bind",
            file.to_str().unwrap(),
            "/var/spool/cron/crontabs/tester",
        ],
        &["sh", "-c", script, "sh", &seen],
        "",
    )
}

/// The ways that the page names.
#[test]
fn jobs_have_what_their_line_or_their_crontab_asks_for() {
    let machine = Machine::with("/bin/bash", CONFIGURATION);
    let line = "@reboot . \"$HOME/.local/share/nhmt/session.sh\"; $REPORT\n";
    machine.holds("line", &job(&machine, line));
    let head = "SHELL=/bin/bash\nBASH_ENV=/home/alice/.local/share/nhmt/session.sh\n";
    let seen = job(&machine, &format!("{head}@reboot $REPORT\n"));
    machine.holds("BASH_ENV", &seen);
    // And nothing by itself, as the page says.
    let seen = job(&machine, "@reboot $REPORT\n");
    assert_eq!(seen.get("A"), None, "{seen:?}");
}
