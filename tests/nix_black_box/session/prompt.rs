//! Nushell at its prompt, which needs a terminal that answers.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use super::logins::Machine;
use super::shell::nu;

const CONFIGURATION: &str = r#"
  programs.nushell.enable = true;
  home.sessionVariables.A = "$HOME/a";
  home.sessionPath = [ "$HOME/bin" ];
  home.sessionSearchVariables.XDG_DATA_DIRS = [ "/data" ];
"#;

/// It asks the terminal where the cursor is, before each prompt.
const WHERE: &[u8] = b"\x1b[6n";
/// What comes behind a prompt, for terminals that know of them.
const PROMPT: &[u8] = b"\x1b]133;B";

#[test]
fn a_line_that_is_typed_has_the_session() {
    let machine = Machine::with(&nu(), CONFIGURATION);
    let home = machine.home.path().display().to_string();
    let terminal = format!(
        "env -C '{home}' HOME='{home}' PATH=/usr/bin:/bin {}",
        machine.shell
    );
    typed(&machine, &terminal);
    typed(&machine, "sudo -u tester -i");
}

/// Types a line at the prompt of what `words` start.
fn typed(machine: &Machine, words: &str) {
    let rules = machine.rules();
    let more = [
        "--ro-bind",
        &rules,
        "/etc/sudoers",
        "--setenv",
        "TERM",
        "xterm-256color",
    ];
    // Only a test that fails meets the limit.
    let limited = ["timeout", "--foreground", "120"];
    let on_terminal = ["script", "-qec", words, "/dev/null"];
    let mut bwrap = machine.inside(&more, &[&limited[..], &on_terminal].concat());
    bwrap.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = bwrap.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    let (mut said, mut answered, mut is_typed) = (Vec::new(), 0, false);
    let mut part = [0; 4096];
    loop {
        let read = output.read(&mut part).unwrap();
        if read == 0 {
            break;
        }
        said.extend(&part[..read]);
        let count = |words: &[u8]| {
            let all = said.windows(words.len());
            all.filter(|some| *some == words).count()
        };
        // Who has ended in the meantime hears no answer.
        while answered < count(WHERE) {
            answered += 1;
            let _ = input.write_all(b"\x1b[1;1R");
        }
        if !is_typed && count(PROMPT) > 0 {
            is_typed = true;
            let line = format!("^'{}'; exit\r", machine.report.display());
            input.write_all(line.as_bytes()).unwrap();
        }
    }
    child.wait().unwrap();
    let said = String::from_utf8_lossy(&said);
    machine.holds(words, &machine.seen(&said));
    assert!(is_typed && !said.contains("Error"), "{said}");
}
