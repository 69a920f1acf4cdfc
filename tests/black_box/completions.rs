//! What the shells offer when somebody presses the tab key.

use std::process::{Command, Stdio};

use crate::support::{Home, Outcome, nhmt};

/// A home with generations 1 to 3, 2 in force.
fn home() -> Home {
    let mut home = Home::new();
    for text in ["1", "2", "3"] {
        home.set_manifest(&format!(r#"{{"a":{{"text":"{text}"}}}}"#));
        home.run(["realize"]).success();
    }
    home.run(["select-generation", "2"]).success();
    home
}

/// Runs `script` in a shell that has nhmt on its path and the shell's own
/// completion script at `$SCRIPT`.
fn run(home: &Home, shell: &[&str], script: &str) -> Outcome {
    let file = home.outside("tmp/_nhmt");
    let text = home.run_bare(["completions", shell[0]]).success().stdout();
    std::fs::write(&file, text).unwrap();
    let nhmt = nhmt();
    let bin = nhmt.parent().unwrap();
    let mut command = Command::new("timeout");
    command.arg("120").args(shell).arg(script);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "dumb")
        .env("SCRIPT", &file)
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .current_dir(home.outside("tmp"))
        .stdin(Stdio::null());
    Outcome::of(&mut command)
}

/// What bash offers for the last of `words`.
fn in_bash(home: &Home, words: &str) -> Vec<String> {
    let script = format!(
        r#"source "$SCRIPT"
        COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9
        function=$(complete -p nhmt); function=${{function##*-F }}; function=${{function%% *}}
        $function nhmt "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
        printf '%s\n' "${{COMPREPLY[@]}}""#
    );
    let said = run(home, &["bash", "-c"], &script).success();
    said.stdout().lines().map(str::to_owned).collect()
}

#[test]
fn bash_offers_commands_flags_and_generations() {
    let home = home();
    assert_eq!(in_bash(&home, "nhmt sel"), ["select-generation"]);
    assert_eq!(in_bash(&home, "nhmt realize --dry"), ["--dry-run"]);
    for typed in [
        "select-generation",
        "diff",
        "diff 1",
        "packages",
        "test-container --generation",
    ] {
        let offered = in_bash(&home, &format!("nhmt {typed} ''"));
        assert_eq!(offered[..3], ["3", "2", "1"], "{typed}");
    }
    let offered = in_bash(&home, "nhmt delete-generations 1 ''");
    assert_eq!(offered[..4], ["3", "2", "1", "old"]);
    assert_eq!(
        in_bash(&home, "nhmt realize --on-conflict ''"),
        ["abort", "backup"]
    );
    // Of the home that was typed.
    let other = Home::new();
    let typed = |flag: &str| format!("nhmt {flag}{} select-generation ''", other.path().display());
    let generations = |offered: Vec<String>| {
        offered
            .iter()
            .filter(|one| one.parse::<u32>().is_ok())
            .count()
    };
    assert_eq!(generations(in_bash(&home, &typed("--home "))), 0);
    assert_eq!(generations(in_bash(&other, &typed("--home "))), 0);
    let typed = format!("nhmt --home {} select-generation ''", home.path().display());
    assert_eq!(generations(in_bash(&other, &typed)), 3);
}

#[test]
fn fish_offers_generations_with_their_times() {
    let home = home();
    let offered = |line: &str| {
        let script = format!("source $SCRIPT; complete -C '{line}'");
        run(&home, &["fish", "-N", "-c"], &script)
            .success()
            .stdout()
    };
    let lines = offered("nhmt select-generation ");
    let lines: Vec<&str> = lines.lines().collect();
    assert!(lines[0].starts_with("3\t20"), "{lines:?}");
    assert!(lines[1].starts_with("2\t20"), "{lines:?}");
    assert!(lines[1].ends_with(", current"), "{lines:?}");
    assert!(lines[2].starts_with("1\t20"), "{lines:?}");
    assert!(offered("nhmt roll").starts_with("rollback\tGo back"));
    // Files, where files belong.
    std::fs::write(home.outside("tmp/mine.nix"), "").unwrap();
    assert!(offered("nhmt realize -f mi").contains("mine.nix"));
}

#[test]
fn zsh_offers_generations_with_their_times() {
    let home = home();
    // A zsh in a terminal of its own, in which the keys are pressed.
    let script = r#"
        zmodload zsh/zpty
        mkdir -p functions; cp $SCRIPT functions/_nhmt
        zpty shell zsh -f -i
        wait_for() { heard=; until [[ $heard == $~1 ]]; do zpty -r shell line || exit 1; heard+=$line; done }
        zpty -w shell "PROMPT= RPROMPT=; fpath=($PWD/functions \$fpath); autoload -U compinit; compinit -u -D; setopt no_beep; LISTMAX=-1; print rea''dy"
        wait_for '*ready*'
        zpty -w -n shell $'nhmt select-generation \t'
        wait_for '*1*--*20??-*'
        print -r -- "$heard"
        zpty -w -n shell $'\x15nhmt rollb\t--help\n'
        wait_for '*Go back to the generation before*'
        print -r -- "$heard"
        zpty -d shell
    "#;
    let said = run(&home, &["zsh", "-f", "-c"], script).success();
    said.stdout_has(", current").stdout_has("Go back to");
}

#[test]
fn a_home_that_cannot_be_read_offers_nothing_and_says_nothing() {
    let home = Home::new();
    assert_eq!(
        in_bash(&home, "nhmt select-generation --home /nowhere 1"),
        [""]
    );
}
