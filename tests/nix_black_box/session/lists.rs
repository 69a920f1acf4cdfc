//! Search paths: a model, and every shell against it.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::shell::Shell;
use super::{home, variables};

/// What a list has to become: declared ones first and in their order, where
/// one of them is already if no directory of the system comes before; others
/// in theirs; nothing declared twice; `missing` at the end.
fn completed(list: &str, first: &[&str], missing: &[&str]) -> String {
    let now: Vec<&str> = if list.is_empty() {
        Vec::new()
    } else {
        list.split(':').collect()
    };
    let others: Vec<&str> = now
        .iter()
        .copied()
        .filter(|one| !first.contains(one))
        .collect();
    let place = now.iter().position(|one| first.contains(one));
    let system = now
        .iter()
        .position(|one| ["/bin", "/usr/share", "/usr/local/share"].contains(one));
    let at = match (place, system) {
        (Some(place), Some(system)) if system < place => 0,
        (Some(place), _) => place,
        (None, _) => 0,
    };
    let mut all: Vec<&str> = others[..at].to_vec();
    all.extend(first);
    all.extend(&others[at..]);
    for one in missing {
        if !all.contains(one) {
            all.push(one);
        }
    }
    all.join(":")
}

#[test]
fn any_list() {
    let home = home(
        r#"home.sessionSearchVariables.XDG_DATA_DIRS = [ "/a" "/b c" "" "/a" ];
        xdg.systemDirs.config = [ "/a" ];"#,
    );
    let entry = prop_oneof![
        Just("/a"),
        Just("/b c"),
        Just("/x"),
        Just("/y *"),
        Just(""),
        Just("/usr/share"),
        Just("/bin"),
        Just("relative"),
        Just("/b"),
        Just("/usr/local/share"),
    ];
    let strategy = prop::collection::vec(entry, 0..7);
    let mut runner = TestRunner::deterministic();
    for _ in 0..25 {
        let list = strategy.new_tree(&mut runner).unwrap().current().join(":");
        let system = ["/usr/local/share", "/usr/share"];
        let expected = completed(&list, &["/a", "/b c"], &system);
        for shell in Shell::ALL {
            let before = variables(&[("XDG_DATA_DIRS", &list)]);
            let session = shell.session(&home, &before);
            assert_eq!(session["XDG_DATA_DIRS"], expected, "{shell:?}: {list}");
            assert_eq!(session["XDG_CONFIG_DIRS"], "/a:/etc/xdg", "{shell:?}");
            // It is complete now.
            let again = shell.session(&home, &session);
            assert_eq!(again, session, "{shell:?}: {list}");
        }
    }
}

/// `/etc/profile` starts over, also in a nested login shell.
#[test]
fn a_path_that_was_reset() {
    let home = home(r#"home.sessionPath = [ "/a" ];"#);
    let packages = home.at(".local/state/nhmt/current/packages/bin");
    let packages = packages.display();
    for shell in Shell::ALL {
        let mut session = shell.session(&home, &variables(&[]));
        session.insert("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into());
        let session = shell.session(&home, &session);
        let expected = format!("/a:{packages}:/usr/local/bin:/usr/bin:/bin");
        assert_eq!(session["PATH"], expected, "{shell:?}");
    }
}
