//! systemd, Nix and parsers read what the modules write for them.

use std::process::Command;

use super::desktop::session;
use crate::support::{Home, Outcome};

#[test]
fn systemd_takes_the_units() {
    let home = Home::with_nix().config(
        r#"
        systemd.user.services.notes = {
          Unit = { Description = "Notes"; After = [ "a.service" "b.service" ]; };
          Service = {
            Type = "oneshot";
            Environment = [ "A=1" "B=\"two words\"" ];
            ExecStart = [ "/bin/true one" "/bin/true two" ];
            RemainAfterExit = true;
          };
          Install.WantedBy = [ "default.target" ];
        };
        systemd.user.timers.notes = {
          Timer = { OnCalendar = [ "daily" "Mon 12:00" ]; Persistent = true; };
          Install.WantedBy = [ "timers.target" ];
        };
        systemd.user.sockets.s.Socket.ListenStream = "%t/s";
        systemd.user.services.s.Service.ExecStart = "/bin/true";
        systemd.user.paths.p.Path.PathExists = "%h/x";
        systemd.user.services.p.Service.ExecStart = "/bin/true";
        systemd.user.targets.t.Unit.Description = "T";
        systemd.user.slices.sl.Slice.CPUWeight = 50;
        systemd.user.mounts."mnt-x" = { Mount = { What = "tmpfs"; Where = "/mnt/x"; Type = "tmpfs"; }; };
        systemd.user.automounts."mnt-x".Automount.Where = "/mnt/x";
        systemd.user.settings.Manager = { DefaultTimeoutStopSec = "10s"; DefaultEnvironment.A = "b c"; };
        systemd.user.tmpfiles.rules = [ "d %h/made 0700 - - -" ];
        systemd.user.sessionVariables = { WORDS = "b c"; PLACE = "$HOME/x"; NUMBER = 1; };
        nix.gc = { automatic = true; options = "--max-freed $((2 * 1024**3))"; };
        "#,
    );
    home.run(["realize"]).success();
    let units = "for unit in .config/systemd/user/*.*; do [ -d \"$unit\" ] || echo \"$unit\"; done";
    let listed = session(&home, units).success().stdout();
    let listed: Vec<_> = listed.lines().collect();
    assert_eq!(listed.len(), 12, "{listed:?}");
    for unit in &listed {
        // The machine may have no session of systemd; it says so and goes on.
        session(
            &home,
            &format!("SYSTEMD_LOG_LEVEL=warning systemd-analyze --user verify --man=no --recursive-errors=no {unit} 2>&1"),
        )
        .success()
        .stdout_lacks("Unknown")
        .stdout_lacks("Failed to parse")
        .stdout_lacks("Invalid");
    }
    for wanted in [
        "default.target.wants/notes.service",
        "timers.target.wants/notes.timer",
        "timers.target.wants/nix-gc.timer",
    ] {
        let place = home.at(".config/systemd/user").join(wanted);
        assert!(place.is_symlink() && place.is_file(), "{wanted}");
    }
    session(
        &home,
        "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator",
    )
    .success()
    .stdout_has("WORDS=\"b c\"\n")
    .stdout_has(&format!("PLACE={}/x\n", home.path().display()))
    .stdout_has("NUMBER=1\n");
    session(
        &home,
        "systemd-tmpfiles --user --create \"$HOME/.config/user-tmpfiles.d/home-manager.conf\"",
    )
    .success();
    assert!(home.at("made").is_dir());
}

#[test]
fn nix_reads_its_settings_and_the_registry() {
    let home = Home::with_nix().config(
        r#"
        nix.settings = {
          max-jobs = 3;
          keep-outputs = true;
          substituters = [ "https://a.example" "https://b.example" ];
          builders = null;
        };
        nix.extraOptions = "cores = 2";
        nix.registry.here.to = { type = "path"; path = "/nonexistent"; };
        "#,
    );
    home.run(["realize"]).success();
    let mut command = Command::new("nix");
    home.environment(&mut command);
    command.env("NIX_CONF_DIR", "/nonexistent");
    command.args(["--extra-experimental-features", "nix-command"]);
    let is_old = Command::new("nix").arg("--version").output().unwrap();
    let is_old = String::from_utf8_lossy(&is_old.stdout).contains(" 2.8");
    if is_old {
        command.args(["show-config", "--json"]);
    } else {
        command.args(["config", "show", "--json"]);
    }
    let config = Outcome::of(&mut command).success().json();
    assert_eq!(config["max-jobs"]["value"], 3);
    assert_eq!(config["keep-outputs"]["value"], true);
    assert_eq!(config["cores"]["value"], 2);
    let substituters = config["substituters"]["value"].to_string();
    assert!(substituters.contains("https://b.example"), "{substituters}");
    session(&home, "jq -e '.version == 2 and .flakes[0] == {exact: true, from: {id: \"here\", type: \"indirect\"}, to: {path: \"/nonexistent\", type: \"path\"}}' .config/nix/registry.json").success();
    let mut command = Command::new("nix");
    home.environment(&mut command);
    // Else it asks the network for that of all.
    let global = home.outside("registry.json");
    std::fs::write(&global, r#"{"flakes":[],"version":2}"#).unwrap();
    command.args(["--extra-experimental-features", "nix-command flakes"]);
    command.args(["--option", "flake-registry"]).arg(&global);
    Outcome::of(command.args(["registry", "list"])).stdout_has("flake:here path:/nonexistent");
}

#[test]
fn parsers_of_other_languages_read_values() {
    let home = Home::with_nix().config(
        r#"
        xdg.configFile = lib.genAttrs [ "f.toml" "f.yaml" "f.json" ] (name: {
          format = lib.removePrefix "f." name;
          value = {
            text = "a \"b\" \\ 'c'\n# ü: - [";
            empty = "";
            number = -7;
            part = 0.1;
            yes = "yes";
            on = true;
            list = [ 1 2 [ "x" ] ];
            "odd key: #" = { deep.er = { }; };
            none = [ ];
          };
        });
        home.file.".config/f.ini" = { format = "ini"; value = { top = 1; "a b" = { x = "y z"; on = false; }; }; };
        "#,
    );
    home.run(["realize"]).success();
    let script = r#"
import configparser, json, os, tomllib, yaml
want = {
    "text": "a \"b\" \\ 'c'\n# ü: - [", "empty": "", "number": -7, "part": 0.1, "yes": "yes", "on": True,
    "list": [1, 2, ["x"]], "odd key: #": {"deep": {"er": {}}}, "none": [],
}
place = lambda name: os.path.expanduser("~/.config/" + name)
assert tomllib.load(open(place("f.toml"), "rb")) == want
assert yaml.safe_load(open(place("f.yaml"))) == want
assert json.load(open(place("f.json"))) == want
ini = configparser.ConfigParser()
ini.read_string("[top]\n" + open(place("f.ini")).read())
assert ini["top"]["top"] == "1" and dict(ini["a b"]) == {"x": "y z", "on": "false"}
"#;
    session(&home, &format!("python3 - <<'E'\n{script}E")).success();
    session(&home, "jq -e '.number == -7' .config/f.json").success();
}
