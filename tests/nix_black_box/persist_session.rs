//! A home in memory, and a session of the user's systemd in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Home, Outcome};
use crate::systemd::{place_of_session, run_alone};

/// Runs `script` in a home that is new, empty, in memory, and gone when it
/// ends, as a session would find it; `$PROFILE` is the profile.
fn session(home: &Home, profile: &Path, script: &str) -> Outcome {
    let mut session = place_of_session(home);
    session.arg("--tmpfs").arg(home.path());
    session.args(["--setenv", "PROFILE"]).arg(profile);
    run_alone(session.args(["bash", "-euc", script]))
}

/// Ends when the unit watches, or after a time that only a fault takes.
const START: &str = r#"
    "$PROFILE/activate" --quiet
    cd "$HOME"
    dbus-run-session -- /lib/systemd/systemd --user &
    for i in $(seq 600); do
        systemctl --user is-active --quiet nhmt-persist.service 2>/dev/null && break
        sleep 0.1
    done
    systemctl --user is-active nhmt-persist.service
"#;

/// Ends the session as a logout does: systemd stops all units, and itself.
const END: &str = r"
    systemctl --user exit
    wait
";

fn persisting(home: &mut Home) -> (PathBuf, PathBuf) {
    let root = home.outside("persist");
    let profile = root.join("profile");
    home.set_config(&format!(
        "nhmt.profile = \"{}\"; home.persistence.\"{}\" = {{ files = [ \".history\" ]; directories = [ \"notes\" ]; }};",
        profile.display(),
        root.display()
    ));
    let kept = root.join(home.path().strip_prefix("/").unwrap());
    (profile, kept)
}

#[test]
fn what_is_saved_until_the_end_of_a_session_outlives_a_home_in_memory() {
    let mut home = Home::with_nix();
    home.install();
    let (profile, kept) = persisting(&mut home);
    home.run(["realize"]).success();
    // Saved by a rename in the last moment: nothing but the unit acts after it.
    let saves = "echo note >notes/a; echo first >new; mv new .history; echo last >new; mv new .history; echo lost >other";
    session(&home, &profile, &format!("{START}\n{saves}\n{END}")).success();
    assert_eq!(fs::read_to_string(kept.join(".history")).unwrap(), "last\n");
    // The next session, in another home that is empty at first.
    session(
        &home,
        &profile,
        &format!("{START}\ncat .history notes/a; [ ! -e other ]; [ -L .history ]\n{END}"),
    )
    .success()
    .stdout_has("last\nnote\n");
}

#[test]
fn what_is_saved_while_nothing_watches_is_taken_back_at_the_end() {
    let mut home = Home::with_nix();
    home.install();
    let (profile, kept) = persisting(&mut home);
    home.run(["realize"]).success();
    // As when the session ends before the program has come to watch.
    let killed = "watching=$(systemctl --user show --property MainPID --value nhmt-persist.service)
        kill -STOP $watching
        echo last >new; mv new .history
        kill -KILL $watching";
    session(&home, &profile, &format!("{START}\n{killed}\n{END}")).success();
    assert_eq!(fs::read_to_string(kept.join(".history")).unwrap(), "last\n");
}

#[test]
fn the_unit_is_there_when_a_file_is_persisted_and_only_then() {
    let mut home = Home::with_nix();
    let unit = ".config/systemd/user/nhmt-persist.service";
    home.set_config("home.persistence.\"/p\".directories = [ \"data\" ];");
    home.run(["build", "-o", home.outside("one").to_str().unwrap()])
        .success();
    assert!(!home.outside("one/home").join(unit).exists());
    home.set_config("home.persistence.\"/p\".files = [ \"data\" ];");
    home.run(["build", "-o", home.outside("two").to_str().unwrap()])
        .success();
    assert!(home.outside("two/home").join(unit).exists());
    assert!(home.outside("two/nhmt").exists());
    home.set_config(
        "nhmt.persistSync.enable = false; home.persistence.\"/p\".files = [ \"data\" ];",
    );
    home.run(["build", "-o", home.outside("three").to_str().unwrap()])
        .success();
    assert!(!home.outside("three/home").join(unit).exists());
}

#[test]
fn the_line_is_put_into_a_module() {
    let mut home = Home::with_nix();
    let (_, kept) = persisting(&mut home);
    home.run(["realize"]).success();
    home.write("Music/song", "la");
    home.run(["persist", "add", "Music", "--write"])
        .success()
        .stdout_has("\"notes\" \"Music\" ];");
    assert_eq!(fs::read_to_string(kept.join("Music/song")).unwrap(), "la");
    home.run(["realize"]).success();
    assert!(home.is_managed("Music"));
    // A list that counts for nothing is no place.
    let unused = format!(
        "home.persistence.\"{0}\" = {{ files = [ \".history\" ]; }}; imports = [ (let unused = {{ home.persistence.\"{0}\".directories = [ ]; }}; in {{ }}) ];",
        home.outside("persist").display()
    );
    home.set_config(&unused);
    home.write("Mail/x", "x");
    let before = fs::read_to_string(home.outside("configuration/home.nix")).unwrap();
    home.run(["persist", "add", "Mail", "--write"])
        .exit(1)
        .stderr_has("the configuration was not changed")
        .stdout_has("directories = [ \"Mail\" ];");
    let after = fs::read_to_string(home.outside("configuration/home.nix")).unwrap();
    assert_eq!(before, after);
    assert_eq!(fs::read_to_string(kept.join("Mail/x")).unwrap(), "x");
}
