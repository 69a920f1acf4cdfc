//! What a configuration has run after a switch.

use crate::support::Home;

#[test]
fn scripts_written_for_home_manager_run_in_their_order() {
    let mut home = Home::with_nix().config(
        r#"
        home.activation.last = lib.hm.dag.entryAfter [ "linkGeneration" "second" ] ''
          run --quiet cat f
          run --silence cat f
          $DRY_RUN_CMD cat $VERBOSE_ARG f >> log
          verboseEcho never
          [[ ! -v oldGenPath ]] && echo new >> log
          [ "$(cat "$newGenPath/home/f")" = one ]
          warnEcho careful
          echo last >> log
        '';
        home.activation.second = lib.hm.dag.entryBetween [ "reloadSystemd" ] [ "writeBoundary" ] "run echo second >> log";
        home.activation.first = lib.hm.dag.entryBefore [ "checkLinkTargets" ] "echo first >> log";
        home.file.f = { text = "one\n"; onChange = "run echo changed >> log"; };
        "#,
    );
    home.run(["realize"]).success();
    assert_eq!(home.read("log"), "changed\nfirst\nsecond\none\nnew\nlast\n");
    home.set_config("home.activation.first = \"false\"; home.file.f = { text = \"one\\n\"; onChange = \"echo no >> log\"; };");
    home.run(["realize"])
        .exit(1)
        .stderr_has("hook `first` failed");
    assert!(!home.read("log").contains("no\n"));
}

#[test]
fn the_words_of_home_manager_know_a_dry_run() {
    let home = Home::with_nix().config(
        r#"home.activation.a = lib.hm.dag.entryAnywhere "run touch made; $DRY_RUN_CMD touch made; echo dry=$DRY_RUN" // { dryRun = true; };
           home.file.f.text = "";"#,
    );
    home.run(["realize", "--dry-run", "-v"])
        .success()
        .stderr_has("touch made\n")
        .stderr_has("dry=1");
    assert!(!home.has("made") && !home.has("f"));
    home.run(["realize"]).exit(1).stderr_has("DRY_RUN");
    assert!(home.has("made"));
}

#[test]
fn a_cycle_changes_nothing() {
    let home = Home::with_nix().config(
        r#"home.activation.a = lib.hm.dag.entryAfter [ "b" ] "touch made";
           home.activation.b = lib.hm.dag.entryAfter [ "a" ] "touch made";"#,
    );
    let before = home.snapshot();
    home.run(["realize"])
        .exit(4)
        .stderr_has("a cycle in home.activation")
        .stderr_has("home.nix:4")
        .stderr_has("home.nix:5");
    assert_eq!(home.snapshot(), before);
}
