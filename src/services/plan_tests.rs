use std::fs;
use std::path::Path;

use super::*;

/// Units from `NAME` to text; a name may have directories.
fn units(files: &[(&str, &str)]) -> Units {
    let temp = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = temp.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if *text == "/dev/null" {
            std::os::unix::fs::symlink(text, path).unwrap();
        } else {
            fs::write(path, text).unwrap();
        }
    }
    Units::read(&[temp.path()]).unwrap()
}

fn active() -> State {
    State {
        active: true,
        ..State::default()
    }
}

/// The plan as `VERB name name`, where `running` is active.
fn verbs(old: &[(&str, &str)], new: &[(&str, &str)], running: &[&str]) -> Vec<String> {
    let states = running.iter().map(|name| ((*name).to_owned(), active()));
    said(&plan(&units(old), &units(new), &states.collect()))
}

fn said(plan: &Plan) -> Vec<String> {
    let verbs = plan.verbs().into_iter();
    let verbs = verbs.filter(|(_, names)| !names.is_empty());
    let left = plan.left.iter().map(|(name, why)| format!("{name}: {why}"));
    let verbs = verbs.map(|(verb, names)| format!("{verb} {}", names.join(" ")));
    verbs.chain(left).collect()
}

const A: &str = "[Service]\nExecStart=a\n";
const B: &str = "[Service]\nExecStart=b\n";
const WANTED: &str = "default.target.wants/x.service";

#[test]
fn what_is_gone_stops_and_what_changed_restarts() {
    let none: [String; 0] = [];
    let x = &[("x.service", A)][..];
    assert_eq!(verbs(x, &[], &["x.service"]), ["stop x.service"]);
    assert_eq!(verbs(x, &[], &[]), none);
    let masked = &[("x.service", "/dev/null")][..];
    assert_eq!(verbs(x, masked, &["x.service"]), ["stop x.service"]);
    let changed = &[("x.service", B)][..];
    assert_eq!(verbs(x, changed, &["x.service"]), ["restart x.service"]);
    assert_eq!(verbs(x, changed, &[]), none);
    assert_eq!(verbs(x, x, &["x.service"]), none);
    let dropped = &[
        ("x.service", A),
        ("x.service.d/a.conf", "[Service]\nNice=1\n"),
    ][..];
    assert_eq!(verbs(x, dropped, &["x.service"]), ["restart x.service"]);
    assert_eq!(verbs(dropped, x, &["x.service"]), ["restart x.service"]);
}

#[test]
fn drop_ins_for_units_of_others() {
    let dropped = &[("x.service.d/a.conf", "[Service]\nNice=1\n")][..];
    assert_eq!(verbs(&[], dropped, &["x.service"]), ["restart x.service"]);
    assert_eq!(verbs(dropped, &[], &["x.service"]), ["restart x.service"]);
    assert!(verbs(dropped, dropped, &["x.service"]).is_empty());
}

#[test]
fn what_is_new_and_wanted_by_what_is_there_starts() {
    let none: [String; 0] = [];
    let new = &[("x.service", A), (WANTED, A)][..];
    let there = &["default.target"][..];
    assert_eq!(verbs(&[], new, there), ["start x.service"]);
    assert_eq!(verbs(&[], new, &[]), none);
    assert_eq!(verbs(&[], &[("x.service", A)], there), none);
    assert_eq!(verbs(&[("x.service", A)], new, there), ["start x.service"]);
    // Somebody has stopped it.
    assert_eq!(verbs(new, &[("x.service", B), (WANTED, B)], there), none);
    // One that is started by others.
    let refuses = "[Unit]\nRefuseManualStart=yes\n";
    assert_eq!(
        verbs(&[], &[("x.service", refuses), (WANTED, A)], there),
        none
    );
    // A unit of the system.
    let others = &[("timers.target.wants/clean.timer", "")][..];
    assert_eq!(
        verbs(&[], others, &["timers.target"]),
        ["start clean.timer"]
    );
    assert_eq!(verbs(others, others, &["timers.target"]), none);
}

#[test]
fn what_failed_starts_again_when_it_changed() {
    let (old, new) = (
        [("x.service", A), (WANTED, A)],
        [("x.service", B), (WANTED, B)],
    );
    let failed = State {
        failed: true,
        ..State::default()
    };
    let states = [
        ("x.service".to_owned(), failed),
        ("default.target".to_owned(), active()),
    ];
    let states = states.into_iter().collect();
    let of = |new: &[(&str, &str)]| said(&plan(&units(&old), &units(new), &states));
    assert_eq!(of(&new), ["start x.service"]);
    assert!(of(&old).is_empty());
}

#[test]
fn units_say_themselves_what_is_done() {
    let of = |text: &str, state: State| {
        let states = [("x.service".to_owned(), state)].into_iter().collect();
        let new = format!("[Unit]\n{text}\n{B}");
        said(&plan(
            &units(&[("x.service", A)]),
            &units(&[("x.service", &new)]),
            &states,
        ))
    };
    let reloads = State {
        can_reload: true,
        ..active()
    };
    let none: [String; 0] = [];
    assert_eq!(of("X-SwitchMethod=keep-old", active()), none);
    assert_eq!(of("X-SwitchMethod=reload", reloads), ["reload x.service"]);
    assert_eq!(of("X-SwitchMethod=reload", active()), ["restart x.service"]);
    assert_eq!(
        of("X-SwitchMethod=stop-start", active()),
        ["restart x.service"]
    );
    assert_eq!(
        of("RefuseManualStart=yes", active()),
        ["x.service: it refuses to be started"]
    );
    let firm = State {
        refuses_stop: true,
        ..active()
    };
    assert_eq!(
        of("", firm.clone()),
        ["x.service: it refuses to be stopped"]
    );
    let gone = plan(
        &units(&[("x.service", A)]),
        &units(&[]),
        &[("x.service".to_owned(), firm)].into_iter().collect(),
    );
    assert_eq!(said(&gone), ["x.service: it refuses to be stopped"]);
    let is_new = State {
        is_new: true,
        ..active()
    };
    assert_eq!(of("", is_new), none);
}

#[test]
fn triggers_for_a_reload_reload() {
    let with = |keys: &str| format!("[Unit]\n{keys}{A}");
    let reloads = State {
        can_reload: true,
        ..active()
    };
    let states = [("x.service".to_owned(), reloads)].into_iter().collect();
    let of = |new: &str| {
        let old = with("X-Reload-Triggers=1\nX-Restart-Triggers=1\n");
        said(&plan(
            &units(&[("x.service", &old)]),
            &units(&[("x.service", new)]),
            &states,
        ))
    };
    let reload = with("X-Reload-Triggers=2\nX-Restart-Triggers=1\n");
    assert_eq!(of(&reload), ["reload x.service"]);
    let both = with("X-Reload-Triggers=2\nX-Restart-Triggers=2\n");
    assert_eq!(of(&both), ["restart x.service"]);
    let kept = with("X-SwitchMethod=keep-old\nX-Reload-Triggers=2\nX-Restart-Triggers=1\n");
    assert!(of(&kept).is_empty());
}

#[test]
fn a_socket_stops_with_what_it_starts() {
    let socket = |port: &str| format!("[Socket]\nListenStream={port}\n");
    let (old, new) = (socket("1"), socket("2"));
    let state = State {
        triggers: vec!["x.service".to_owned()],
        ..active()
    };
    let states = [
        ("x.socket".to_owned(), state),
        ("x.service".to_owned(), active()),
    ];
    let plan = plan(
        &units(&[("x.socket", &old), ("x.service", A)]),
        &units(&[("x.socket", &new), ("x.service", B)]),
        &states.into_iter().collect(),
    );
    assert_eq!(said(&plan), ["stop x.service", "restart x.socket"]);
}

#[test]
fn instances_follow_their_template() {
    let (old, new) = ([("x@.service", A)], [("x@.service", B)]);
    assert_eq!(units(&old).patterns().collect::<Vec<_>>(), ["x@*.service"]);
    assert_eq!(verbs(&old, &new, &["x@1.service"]), ["restart x@1.service"]);
    assert_eq!(verbs(&old, &[], &["x@1.service"]), ["stop x@1.service"]);
    let wanted = [("x@.service", A), ("default.target.wants/x@2.service", A)];
    assert_eq!(
        verbs(&old, &wanted, &["default.target", "x@1.service"]),
        ["start x@2.service"]
    );
}

#[test]
fn slices_and_targets_are_not_restarted() {
    let (old, new) = ("[Unit]\nAfter=a.target\n", "[Unit]\nAfter=b.target\n");
    let names = &["x.slice", "x.target"][..];
    let with = |text: &'static str| names.iter().map(|name| (*name, text)).collect::<Vec<_>>();
    assert!(verbs(&with(old), &with(new), names).is_empty());
    assert_eq!(verbs(&with(old), &[], names), ["stop x.target"]);
}

#[test]
fn work_that_is_being_done_is_let_finish() {
    let text = |what: &str| format!("[Service]\nType=oneshot\nExecStart={what}\n");
    let state = State {
        starting: true,
        ..active()
    };
    let states = [("x.service".to_owned(), state)].into_iter().collect();
    let (old, new) = (text("a"), text("b"));
    let plan = plan(
        &units(&[("x.service", &old)]),
        &units(&[("x.service", &new)]),
        &states,
    );
    assert_eq!(said(&plan), ["x.service: it is at work"]);
}

#[test]
fn what_nhmt_sees_to_itself_and_what_is_no_unit_are_left_out() {
    let found = units(&[
        ("nhmt-persist.service", A),
        ("basic.target.wants/nhmt-persist.service", A),
        ("notes.txt", ""),
        ("x.service", A),
    ]);
    assert_eq!(found.names().collect::<Vec<_>>(), ["x.service"]);
    assert_eq!(found.wanted().count(), 0);
    assert_eq!(
        Units::read(&[Path::new("/nonexistent")]).unwrap(),
        Units::default()
    );
}
