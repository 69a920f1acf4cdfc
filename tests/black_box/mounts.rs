//! Persisted directories as bind mounts, which nhmt makes where it may.

use std::fs;
use std::process::Command;

use crate::support::{Home, Outcome, nhmt};

/// Runs a shell's `script` as the superuser with mounts of its own: nhmt is
/// `$0`, the home `$1`, what outlives it `$2`; `lead PATH` says what leads
/// there.
fn superuser(home: &Home, script: &str) -> Outcome {
    let root = rustix::process::geteuid().is_root();
    let own = if root { "--mount" } else { "-rm" };
    let mut command = Command::new("/usr/bin/unshare");
    home.environment(&mut command);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let lead = "lead() { echo; if [ -L $1/$2 ]; then echo \"is a link\"; \
        elif mountpoint -q $1/$2; then echo \"is a mount\"; \
        elif [ -d $1/$2 ]; then echo \"is a directory\"; else echo \"is gone\"; fi; }\n";
    command.args([own, "/bin/sh", "-ec", &format!("{lead}{script}")]);
    command.arg(nhmt());
    command.arg(home.path()).arg(home.outside("persist"));
    Outcome::of(&mut command)
}

/// What `lead` said.
fn leads(outcome: &Outcome) -> Vec<String> {
    let said = outcome.stdout();
    let leads = said.lines().filter_map(|line| line.strip_prefix("is "));
    leads.map(str::to_owned).collect()
}

/// Somebody who may not mount.
fn ordinary(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = Command::new("/usr/bin/setpriv");
    home.environment(&mut command);
    if rustix::process::geteuid().is_root() {
        command.arg("--bounding-set=-sys_admin");
    }
    command.arg(nhmt()).args(arguments);
    Outcome::of(&mut command)
}

/// A manifest with these persisted directories.
fn state(home: &Home, name: &str, paths: &[(&str, &str)]) {
    let root = home.outside("persist").display().to_string();
    let state: Vec<_> = paths
        .iter()
        .map(|(path, method)| {
            serde_json::json!({
                "path": path, "root": root, "kind": "directory", "method": method
            })
        })
        .collect();
    let manifest = serde_json::json!({
        "version": 1,
        "home": { "username": "alice", "directory": home.path() },
        "files": { "f": { "text": name } },
        "state": state,
    });
    fs::write(home.outside(format!("{name}.json")), manifest.to_string()).unwrap();
}

/// `.ssh` mounted in `one.json`, and not persisted in `none.json`.
fn home() -> Home {
    let home = Home::new();
    fs::create_dir(home.outside("persist")).unwrap();
    state(&home, "one", &[(".ssh", "bind")]);
    state(&home, "none", &[]);
    home
}

fn kept(home: &Home, path: &str) -> String {
    fs::read_to_string(home.outside("persist").join(path)).unwrap()
}

#[test]
fn data_moves_to_the_root_and_is_seen_through_the_mount() {
    let home = home().file(".ssh/key", "secret");
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../one.json; lead $1 .ssh; cat $1/.ssh/key; echo new >$1/.ssh/new; \
         $0 realize -f $1/../one.json; lead $1 .ssh; $0 status --json; $0 persist list --json; \
         $0 status; $0 persist list",
    )
    .success()
    .stdout_has("secret")
    .stdout_has("\"drift\":[]")
    .stdout_has("\"in_force\":\"bind\"")
    .stdout_has("nothing to do")
    .stdout_has("~/.ssh is a mount of ")
    .stdout_has("in place, mounted")
    .stderr_lacks("a link leads");
    assert_eq!(leads(&outcome), ["a mount", "a mount"]);
    assert_eq!(kept(&home, ".ssh/key"), "secret");
    assert_eq!(kept(&home, ".ssh/new"), "new\n");
    // The mount went with its namespace: what it was over is empty.
    assert_eq!(fs::read_dir(home.at(".ssh")).unwrap().count(), 0);
}

#[test]
fn who_may_not_mount_gets_a_link_and_is_told_once() {
    let home = home().file(".ssh/key", "secret");
    let note = "~/.ssh is to be a bind mount, which takes the right to mount; a link leads to ";
    let one = home.outside("one.json").display().to_string();
    let realize = ["realize", "-f", &one];
    ordinary(&home, &realize).success().stderr_has(note);
    ordinary(&home, &realize).success().stderr_lacks(note);
    assert!(home.at(".ssh").is_symlink());
    assert_eq!(kept(&home, ".ssh/key"), "secret");
    ordinary(&home, &["persist", "list"])
        .success()
        .stdout_has("in place, by a link instead of a mount");
    ordinary(&home, &["status"])
        .success()
        .stdout_has("~/.ssh is a link instead of a mount, to ");
    ordinary(&home, &["status", "--json"])
        .success()
        .stdout_has("\"in_force\":\"symlink\"");
    // As soon as somebody may, it is mounted.
    let outcome = superuser(&home, "$0 activate; lead $1 .ssh; cat $1/.ssh/key");
    let outcome = outcome.success().stdout_has("secret");
    assert_eq!(leads(&outcome), ["a mount"]);
    outcome
        .stdout_lacks("nothing to do")
        .stdout_has("1 put back");
}

#[test]
fn what_is_declared_no_more_is_unmounted_and_its_data_stays() {
    let home = home();
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../one.json; lead $1 .ssh; echo x >$1/.ssh/x; \
         $0 realize -f $1/../none.json; lead $1 .ssh; $0 status; $0 status --json; \
         $0 realize -f $1/../one.json; lead $1 .ssh; $0 rollback; lead $1 .ssh; \
         $0 select-generation 1; lead $1 .ssh; cat $1/.ssh/x",
    )
    .success()
    .stdout_has("~/.ssh is orphaned: no configuration keeps it any more, and its data is ")
    .stdout_has("\"orphaned\":[{\"kind\":\"directory\",\"path\":\".ssh\"");
    let expected = ["a mount", "gone", "a mount", "gone", "a mount"];
    assert_eq!(leads(&outcome), expected);
    assert_eq!(kept(&home, ".ssh/x"), "x\n");
    assert!(!home.has(".ssh/x"));
}

#[test]
fn a_mount_in_use_stays_and_nothing_is_changed() {
    let home = home();
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../one.json; cd $1/.ssh; \
         if $0 realize -f $1/../none.json; then exit 9; fi; lead $1 .ssh; cat $1/f; echo; \
         cd /; $0 realize -f $1/../none.json; lead $1 .ssh; cat $1/f",
    )
    .success()
    .stdout_has("\none\n")
    .stdout_has("\nnone")
    .stderr_has(
        "error: ~/.ssh is a mount that is to go, and a program uses it; nothing was changed",
    )
    .stderr_has("lsof +D ");
    assert_eq!(leads(&outcome), ["a mount", "gone"]);
}

#[test]
fn with_one_in_use_the_others_stay_too() {
    let home = home();
    state(&home, "both", &[("a", "bind"), ("b", "bind")]);
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../both.json; cd $1/b; \
         if $0 realize -f $1/../none.json; then exit 9; fi; lead $1 a; lead $1 b; \
         cd /; $0 realize -f $1/../none.json; lead $1 a; lead $1 b",
    )
    .success()
    .stderr_has("error: ~/b is a mount that is to go");
    assert_eq!(leads(&outcome), ["a mount", "a mount", "gone", "gone"]);
}

#[test]
fn a_run_that_fails_leaves_what_was_mounted() {
    let home = home();
    for number in 1..5 {
        let outcome = superuser(
            &home,
            &format!(
                "$0 realize -f $1/../one.json; strace -f -qq -o /dev/null -e trace=renameat \
                 -e inject=renameat:error=EIO:when={number} $0 realize -f $1/../none.json \
                 && echo done; lead $1 .ssh; cat $1/f"
            ),
        )
        .success();
        let expected = match outcome.stdout() {
            said if said.contains("done") => "gone",
            said if said.ends_with("none") => "gone",
            _ => "a mount",
        };
        assert_eq!(
            leads(&outcome),
            [expected],
            "{number}: {}",
            outcome.stderr()
        );
    }
}

/// A namespace of its own is what a restart leaves: everything but the mounts.
#[test]
fn after_a_restart_activation_mounts_again() {
    let home = home();
    superuser(&home, "$0 realize -f $1/../one.json; echo x >$1/.ssh/x").success();
    assert!(!home.has(".ssh/x") && home.at(".ssh").is_dir());
    ordinary(&home, &["status"])
        .success()
        .stdout_has("! ~/.ssh is not mounted any more");
    ordinary(&home, &["doctor"])
        .exit(1)
        .stdout_has("~/.ssh is no longer what nhmt left there (is not mounted any more)");
    let outcome = superuser(&home, "$0 activate; lead $1 .ssh; cat $1/.ssh/x");
    let outcome = outcome.success().stdout_has("x\n").stderr_lacks("backup");
    assert_eq!(leads(&outcome), ["a mount"]);
    // Who may not mount gets a link in the place of the empty directory.
    ordinary(&home, &["activate"]).success();
    assert_eq!(home.read(".ssh/x"), "x\n");
    assert!(home.at(".ssh").is_symlink());
}

#[test]
fn what_is_written_where_the_mount_was_is_data_in_the_home() {
    let home = home();
    superuser(&home, "$0 realize -f $1/../one.json; echo x >$1/.ssh/x").success();
    fs::write(home.at(".ssh/other"), "other").unwrap();
    let outcome = superuser(
        &home,
        "$0 activate || true; lead $1 .ssh; cat $1/.ssh/other",
    )
    .stdout_has("other")
    .stderr_has("~/.ssh has data, and so has its place");
    assert_eq!(leads(&outcome), ["a directory"]);
    superuser(
        &home,
        "$0 persist resolve .ssh --keep persistent; $0 activate; cat $1/.ssh/x",
    )
    .success()
    .stdout_has("x\n");
    // It is adopted where the root has nothing.
    superuser(&home, "$0 realize -f $1/../none.json").success();
    let home = self::home();
    superuser(&home, "$0 realize -f $1/../one.json").success();
    fs::write(home.at(".ssh/other"), "other").unwrap();
    let outcome = superuser(&home, "$0 activate; lead $1 .ssh; cat $1/.ssh/other").success();
    assert_eq!(leads(&outcome.stdout_has("other")), ["a mount"]);
    assert_eq!(kept(&home, ".ssh/other"), "other");
}

#[test]
fn what_is_declared_no_more_after_a_restart_leaves_no_directory() {
    let home = home();
    superuser(&home, "$0 realize -f $1/../one.json; echo x >$1/.ssh/x").success();
    let none = home.outside("none.json").display().to_string();
    ordinary(&home, &["realize", "-f", &none])
        .success()
        .stderr_lacks("replaced");
    assert!(!home.has(".ssh"));
    assert_eq!(kept(&home, ".ssh/x"), "x\n");
}

/// The generation before the path was persisted would find nothing.
#[test]
fn a_generation_from_before_has_a_direct_link() {
    let home = home().file(".ssh/key", "secret");
    let go = "$0 realize -f $1/../none.json; $0 realize -f $1/../one.json; lead $1 .ssh;";
    let outcome = superuser(
        &home,
        &format!("{go} $0 rollback; lead $1 .ssh; cat $1/.ssh/key"),
    );
    assert_eq!(
        leads(&outcome.success().stdout_has("secret")),
        ["a mount", "a link"]
    );
    assert_eq!(home.read(".ssh/key"), "secret");
    // Also when the mount went with a restart.
    let home = self::home().file(".ssh/key", "secret");
    superuser(&home, go).success();
    assert!(!home.has(".ssh/key"));
    let outcome = superuser(&home, "$0 rollback; lead $1 .ssh; cat $1/.ssh/key");
    assert_eq!(leads(&outcome.success().stdout_has("secret")), ["a link"]);
}

#[test]
fn another_method_and_another_root_take_the_place_of_a_mount() {
    let home = home();
    state(&home, "link", &[(".ssh", "symlink")]);
    let other = fs::read_to_string(home.outside("one.json")).unwrap();
    let other = other.replace("/persist\"", "/other\"");
    fs::write(home.outside("other.json"), other).unwrap();
    let outcome = superuser(
        &home,
        "for one in one link one other; do $0 realize -f $1/../$one.json; lead $1 .ssh; done; \
         echo there >$1/.ssh/there",
    )
    .success();
    assert_eq!(leads(&outcome), ["a mount", "a link", "a mount", "a mount"]);
    let there = fs::read_to_string(home.outside("other/.ssh/there")).unwrap();
    assert_eq!(there, "there\n");
}

#[test]
fn a_file_of_the_new_generation_takes_the_place_of_a_mount() {
    let home = home();
    let text = fs::read_to_string(home.outside("none.json")).unwrap();
    let with = text.replace("\"files\":{", "\"files\":{\".ssh\":{\"text\":\"a file\"},");
    fs::write(home.outside("file.json"), with).unwrap();
    superuser(
        &home,
        "$0 realize -f $1/../one.json; echo x >$1/.ssh/x; $0 realize -f $1/../file.json; \
         cat $1/.ssh; $0 realize -f $1/../one.json; cat $1/.ssh/x",
    )
    .success()
    .stdout_has("a file")
    .stdout_has("x\n");
    assert_eq!(kept(&home, ".ssh/x"), "x\n");
}

#[test]
fn a_directory_above_a_mount_is_managed_or_persisted_then() {
    let home = home();
    state(&home, "below", &[(".config/app", "bind")]);
    state(&home, "above", &[(".config", "bind")]);
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../below.json; echo x >$1/.config/app/x; echo y >$1/.config/y; \
         lead $1 .config/app; $0 realize -f $1/../above.json; lead $1 .config; \
         lead $1 .config/app; cat $1/.config/app/x $1/.config/y",
    );
    let outcome = outcome
        .stderr_has("~/.config has data, and so has its place")
        .exit(3);
    assert_eq!(leads(&outcome), ["a mount"]);
    assert_eq!(kept(&home, ".config/app/x"), "x\n");
    // A file there is in the way of nothing that a link would not be.
    let text = fs::read_to_string(home.outside("none.json")).unwrap();
    let with = text.replace(
        "\"files\":{",
        "\"files\":{\".config\":{\"text\":\"a file\"},",
    );
    fs::write(home.outside("file.json"), with).unwrap();
    superuser(
        &home,
        "$0 activate; $0 realize -b -f $1/../file.json; cat $1/.config",
    )
    .success()
    .stdout_has("a file");
    assert_eq!(kept(&home, ".config/app/x"), "x\n");
    let backup = home.at(".local/state/nhmt/backups/2/.config/y");
    assert_eq!(fs::read_to_string(backup).unwrap(), "y\n");
}

#[test]
fn a_wipe_leaves_what_is_mounted() {
    let home = home();
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../one.json; echo x >$1/.ssh/x; echo y >$1/mine; $0 status --at-risk; \
         $0 wipe --yes --lose-at-risk; lead $1 .ssh; cat $1/.ssh/x; test ! -e $1/mine",
    )
    .success()
    .stdout_has("at risk: 1 file")
    .stdout_has("x\n")
    .stderr_lacks("not looked at");
    assert_eq!(leads(&outcome), ["a mount"]);
    assert_eq!(kept(&home, ".ssh/x"), "x\n");
}

#[test]
fn a_managed_file_lies_in_the_mounted_directory() {
    let home = home();
    let text = fs::read_to_string(home.outside("one.json")).unwrap();
    let with = "\"files\":{\".ssh/config\":{\"text\":\"Host *\"},";
    let with = text.replace("\"files\":{", with);
    fs::write(home.outside("inside.json"), with).unwrap();
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../one.json; echo x >$1/.ssh/x; $0 realize -f $1/../inside.json; \
         lead $1 .ssh; cat $1/.ssh/config; $0 realize -f $1/../one.json; test ! -e $1/.ssh/config; \
         $0 realize -f $1/../inside.json; $0 realize -f $1/../none.json; lead $1 .ssh",
    )
    .success()
    .stdout_has("Host *");
    assert_eq!(leads(&outcome), ["a mount", "gone"]);
    assert_eq!(kept(&home, ".ssh/x"), "x\n");
    assert!(!home.outside("persist/.ssh/config").is_symlink());
}

#[test]
fn a_dry_run_mounts_and_unmounts_nothing() {
    let home = home();
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../one.json --dry-run; lead $1 .ssh; $0 realize -f $1/../one.json; \
         $0 realize -f $1/../none.json --dry-run; lead $1 .ssh",
    )
    .success();
    assert_eq!(leads(&outcome), ["gone", "a mount"]);
}

/// Kernels before 5.2, and filters that do not know the calls.
#[test]
fn without_the_newer_calls_it_is_mounted_by_the_older_one() {
    let home = home().file(".ssh/key", "secret");
    let strace = "strace -f -qq -o /dev/null -e trace=open_tree,move_mount \
        -e inject=open_tree,move_mount:error=ENOSYS";
    let outcome = superuser(
        &home,
        &format!(
            "{strace} $0 realize -f $1/../one.json; lead $1 .ssh; cat $1/.ssh/key; \
             {strace} $0 realize -f $1/../none.json; lead $1 .ssh"
        ),
    )
    .success()
    .stdout_has("secret");
    assert_eq!(leads(&outcome), ["a mount", "gone"]);
    assert_eq!(kept(&home, ".ssh/key"), "secret");
}

#[test]
fn what_cannot_be_mounted_is_a_link_and_the_reason_is_told() {
    let home = home().file(".ssh/key", "secret");
    let outcome = superuser(
        &home,
        "strace -f -qq -o /dev/null -e trace=move_mount -e inject=move_mount:error=EPERM \
         $0 realize -f $1/../one.json; lead $1 .ssh; cat $1/.ssh/key",
    )
    .success()
    .stdout_has("secret")
    .stderr_has("~/.ssh is to be a bind mount, and could not be mounted: cannot mount at ~/.ssh")
    .stderr_has("; a link leads to ");
    assert_eq!(leads(&outcome), ["a link"]);
}

#[test]
fn a_file_is_never_mounted() {
    let home = home().file("history", "ls");
    let text = fs::read_to_string(home.outside("one.json")).unwrap();
    let text = text.replace("\"directory\",\"method\"", "\"file\",\"method\"");
    fs::write(home.outside("file.json"), text.replace(".ssh", "history")).unwrap();
    let outcome = superuser(
        &home,
        "$0 realize -f $1/../file.json; lead $1 history; cat $1/history",
    )
    .success()
    .stdout_has("ls")
    .stderr_has("~/history is to be a bind mount, which nhmt makes of directories only; a link");
    assert_eq!(leads(&outcome), ["a link"]);
    assert_eq!(kept(&home, "history"), "ls");
}
