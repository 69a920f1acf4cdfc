//! What a terminal shows while Nix works, and what a pipe does not.

use std::process::Command;

use crate::support::{Home, Outcome, nhmt};

#[test]
fn a_terminal_sees_progress_and_a_pipe_does_not() {
    let home = Home::with_nix().config("home.file.\"f\".text = \"x\";");
    let piped = home.run(["build", "--no-link"]).success();
    assert_eq!(piped.stderr(), "");

    // script(1) gives the command a terminal and writes what it shows.
    let mut home = home;
    home.set_config("home.file.\"f\".text = \"y\";");
    let mut script = Command::new("script");
    home.environment(&mut script);
    script.env("TERM", "xterm");
    let typed = format!(
        "{} -f {} realize",
        nhmt().display(),
        home.outside("configuration/home.nix").display()
    );
    script.args(["-qec", &typed, "/dev/null"]);
    let shown = Outcome::of(&mut script).success();
    assert!(shown.stdout().contains("generation 1"), "{shown}");
    assert!(shown.stdout().contains("evaluating"), "{shown}");
}

#[test]
fn ask_shows_the_difference_and_takes_no_for_an_answer() {
    use std::io::Write;
    use std::process::Stdio;
    let home = Home::with_nix().config("home.file.\"f\".text = \"x\";");
    for (answer, realized) in [("n\n", false), ("y\n", true)] {
        let mut script = Command::new("script");
        home.environment(&mut script);
        let typed = format!(
            "{} -f {} realize --ask",
            nhmt().display(),
            home.outside("configuration/home.nix").display()
        );
        let mut child = script
            .args(["-qec", &typed, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(answer.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("+ f"), "{shown}");
        assert_eq!(home.has("f"), realized, "{shown}");
    }
}
