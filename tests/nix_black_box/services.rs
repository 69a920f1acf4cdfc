//! Units of a real systemd of the user, through switches.

use crate::support::{Home, Outcome, nhmt};
use crate::systemd::{place_of_session, run_alone};

/// Runs `script` in a session of the user's systemd that has read the home.
fn session(home: &Home, script: &str) -> Outcome {
    let nhmt = nhmt();
    let nhmt = nhmt.display();
    let script = format!(
        r#"
        cd "$HOME"
        nhmt() {{ {nhmt} "$@"; }}
        activate() {{ "$HOME/../$1/activate" "${{@:2}}" 2>&1 | sed 's/^/said: /'; }}
        state() {{ for unit; do echo "$unit=$(systemctl --user show --property=ActiveState --value "$unit")"; done; }}
        pid() {{ systemctl --user show --property=MainPID --value "$1"; }}
        dbus-run-session -- /lib/systemd/systemd --user 2>/dev/null &
        for i in $(seq 600); do
            systemctl --user is-active --quiet default.target 2>/dev/null && break
            sleep 0.1
        done
        {script}
        systemctl --user exit
        wait
    "#
    );
    run_alone(place_of_session(home).args(["bash", "-euc", &script]))
}

/// Builds a tree for each of `configurations`, beside the home: `one`, `two`, ….
fn trees(configurations: &[&str]) -> Home {
    let mut home = Home::with_nix();
    home.install();
    for (name, configuration) in ["one", "two", "three"].into_iter().zip(configurations) {
        home.set_config(configuration);
        let tree = home.outside(name);
        home.run(["build", "-o", tree.to_str().unwrap()]).success();
    }
    home
}

const SLEEP: &str = "/bin/sleep infinity";

/// A service that default.target wants.
const SERVICE: &str = r#"
    let
      service = more: { Service = { ExecStart = "/bin/sleep infinity"; } // more; Install.WantedBy = [ "default.target" ]; };
    in
"#;

fn services(services: &str, more: &str) -> String {
    format!("imports = [ ({SERVICE} {{ systemd.user.services = {{ {services} }}; {more} }}) ];")
}

const ONE: &str = r#"
    gone = service { ExecStop = "/bin/sh -c 'echo bye >$HOME/stopped'"; };
    same = service { };
    changed = service { };
    kept = service { } // { Unit.X-SwitchMethod = "keep-old"; };
    reloads = service { ExecReload = "/bin/sh -c 'echo reloaded >$HOME/reloaded'"; } // { Unit.X-Reload-Triggers = [ "1" ]; };
    unwanted = { Service.ExecStart = "/bin/sleep infinity"; };
"#;

const TWO: &str = r#"
    new = service { };
    same = service { } // { Unit.Description = "Another word for it"; };
    changed = service { Nice = 1; };
    kept = service { Nice = 1; } // { Unit.X-SwitchMethod = "keep-old"; };
    reloads = service { ExecReload = "/bin/sh -c 'echo reloaded >$HOME/reloaded'"; } // { Unit.X-Reload-Triggers = [ "2" ]; };
    unwanted = { Service.ExecStart = "/bin/sleep infinity"; Service.Nice = 1; };
"#;

const TIMER: &str = r#"systemd.user.timers.often = { Timer.OnActiveSec = "1h"; Timer.Unit = "unwanted.service"; Install.WantedBy = [ "timers.target" ]; };"#;

const SWITCHES: &str = r#"
    activate one
    state gone.service unwanted.service
    before="$(pid same.service) $(pid kept.service) $(pid reloads.service)" changed=$(pid changed.service)
    echo; activate two --dry-run
    state gone.service
    echo; activate two
    state gone.service new.service changed.service kept.service unwanted.service often.timer
    [ "$before" = "$(pid same.service) $(pid kept.service) $(pid reloads.service)" ] && echo left-alone
    [ "$changed" != "$(pid changed.service)" ] && echo another-process
    cat stopped reloaded
    systemctl --user stop new.service
    echo; activate two
    state new.service
    echo; activate three
    state new.service changed.service often.timer
"#;

/// What has to be said between one empty line and the next.
const SAID: [&[&str]; 5] = [
    &[
        "said: started changed.service, gone.service, kept.service, reloads.service, same.service",
        "gone.service=active",
        "unwanted.service=inactive",
    ],
    &[
        "said: would stop gone.service",
        "said: would reload reloads.service",
        "said: would restart changed.service",
        "said: would start new.service, often.timer",
        "gone.service=active",
    ],
    &[
        "said: stopped gone.service",
        "said: reloaded reloads.service",
        "said: restarted changed.service",
        "said: started new.service, often.timer",
        "gone.service=inactive",
        "new.service=active",
        "changed.service=active",
        "kept.service=active",
        "unwanted.service=inactive",
        "often.timer=active",
        "left-alone",
        "another-process",
        "bye",
        "reloaded",
    ],
    &["new.service=inactive"],
    &[
        "said: stopped changed.service, kept.service, often.timer, reloads.service, same.service",
        "new.service=inactive",
        "changed.service=inactive",
        "often.timer=inactive",
    ],
];

#[test]
fn a_switch_starts_stops_and_restarts_units() {
    let home = trees(&[&services(ONE, ""), &services(TWO, TIMER), ""]);
    let text = session(&home, SWITCHES).success().stdout();
    let parts: Vec<_> = text.split("\n\n").collect();
    assert_eq!(parts.len(), SAID.len(), "{text}");
    for (part, lines) in parts.iter().zip(SAID) {
        for line in lines {
            assert!(part.lines().any(|said| said == *line), "{line}: {text}");
        }
    }
}

#[test]
fn a_unit_that_does_not_start_is_named_and_tried_again_alone() {
    let of = |works: &str, fails: &str| {
        format!(
            r#"systemd.user.services.works = {{ Service = {{ ExecStart = "{SLEEP}"; Nice = {works}; }}; Install.WantedBy = [ "default.target" ]; }};
           systemd.user.services.fails = {{ Service = {{ Type = "oneshot"; RemainAfterExit = true; ExecStart = "{fails}"; }}; Install.WantedBy = [ "default.target" ]; }};"#
        )
    };
    let home = trees(&[
        &of("1", "/bin/true"),
        &of("2", "/bin/sh -c 'test -e $HOME/ready'"),
    ]);
    let script = r#"
        activate one
        echo fails; activate two
        first=$(pid works.service)
        echo again; touch ready; activate two
        state works.service fails.service
        [ "$first" = "$(pid works.service)" ] && echo left-alone
    "#;
    let text = session(&home, script).success().stdout();
    let (fails, again) = text.split_once("again\n").unwrap();
    assert!(
        fails.contains("said: restarted fails.service, works.service\n"),
        "{text}"
    );
    assert!(
        fails.contains(
            "said: fails.service failed; `journalctl --user -u fails.service` has its words\n"
        ),
        "{text}"
    );
    assert!(fails.contains("hook `reloadSystemd` failed"), "{text}");
    for line in [
        "said: started fails.service",
        "works.service=active",
        "fails.service=active",
        "left-alone",
    ] {
        assert!(again.contains(&format!("{line}\n")), "{line}: {text}");
    }
}

#[test]
fn a_configuration_that_wants_it_done_by_hand_is_told_what() {
    let of = |nice: &str| {
        format!(
            r#"systemd.user.startServices = "suggest";
           systemd.user.services.a = {{ Service = {{ ExecStart = "{SLEEP}"; Nice = {nice}; }}; Install.WantedBy = [ "default.target" ]; }};"#
        )
    };
    let home = trees(&[&of("1"), &of("2")]);
    let script = "
        activate one
        state a.service
        systemctl --user start a.service
        activate two
        systemctl --user show --property=Nice a.service
    ";
    session(&home, script)
        .success()
        .stdout_has("said: to be done by hand: systemctl --user start a.service\n")
        .stdout_has("a.service=inactive\n")
        .stdout_has("said: to be done by hand: systemctl --user restart a.service\n")
        .stdout_has("Nice=2\n");
}

/// With the units that Home Manager had, where there is no tree of before.
#[test]
fn units_may_take_their_time_and_come_from_elsewhere() {
    let slow = r#"systemd.user.servicesStartTimeoutMs = 100;
        systemd.user.services.slow = {
          Service = { Type = "oneshot"; RemainAfterExit = true; ExecStart = "/bin/sh -c 'until test -e $HOME/go; do sleep 0.1; done'"; };
          Install.WantedBy = [ "default.target" ];
        };"#;
    let of = |nice: &str| {
        format!(
            r#"systemd.user.services.a = {{ Service = {{ ExecStart = "{SLEEP}"; Nice = {nice}; }}; Install.WantedBy = [ "default.target" ]; }};"#
        )
    };
    let home = trees(&[slow, &of("1"), &of("2")]);
    let script = r#"
        activate one
        state slow.service
        touch go
        activate two
        switch() { NHMT_NEW_GENERATION=$HOME/../three nhmt internal switch-services --units .config/systemd/user "$@"; }
        echo nothing before
        switch
        echo the same before
        switch --old-units "$HOME/../three/home/.config/systemd/user"
        echo another before
        switch --old-units "$HOME/../two/home/.config/systemd/user"
    "#;
    session(&home, script)
        .success()
        .stdout_has("said: still on their way to start: slow.service\n")
        .stdout_has("slow.service=activating\n")
        .stdout_has("nothing before\nthe same before\nanother before\nrestarted a.service\n");
}

#[test]
fn without_a_manager_units_are_only_files() {
    let home = Home::with_nix().config(
        r#"systemd.user.services.a = { Service.ExecStart = "/bin/true"; Install.WantedBy = [ "default.target" ]; };"#,
    );
    let home = home.env("XDG_RUNTIME_DIR", "/nonexistent");
    home.run(["realize"]).success().stderr_lacks("a.service");
    assert!(home.has(".config/systemd/user/a.service"));
}
