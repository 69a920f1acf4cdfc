//! The page of the command line has every command and every flag, and no other.

use std::collections::BTreeSet;
use std::process::Command;

/// What `nhmt ARGUMENTS… --help` prints.
fn help(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nhmt"));
    let output = command.args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help lists, without `help` itself.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines
        .take_while(|line| !line.is_empty())
        // Descriptions that go on in a second line are indented further.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The other names of commands or flags, from `[alias: switch]`.
fn aliases(help: &str) -> Vec<String> {
    let lists = help.split("[alias").skip(1);
    lists
        .filter_map(|rest| Some(rest.split_once(": ")?.1.split_once(']')?.0))
        .flat_map(|list| list.split(", "))
        .map(str::to_owned)
        .collect()
}

/// The long flags in a text.
fn long_flags(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    text.split(|c: char| !is_part(c))
        .filter(|word| {
            word.strip_prefix("--")
                .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        })
        .map(str::to_owned)
        .collect()
}

/// The flags that a help explains, with their other names. Its descriptions
/// may name flags of other commands.
fn explained(help: &str) -> BTreeSet<String> {
    let heads = help
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'))
        // The description may stand in the same line, after two spaces.
        .filter_map(|line| line.split("  ").next());
    let other_names = aliases(help);
    heads
        .chain(other_names.iter().map(String::as_str))
        .flat_map(long_flags)
        .collect()
}

#[test]
fn every_command_and_every_flag_is_on_the_page() {
    let page = super::page("command-line.md");
    let top = help(&[]);
    let mut flags = explained(&top);
    let mut missing: Vec<String> = aliases(&top);
    let names = commands(&top);
    assert!(names.len() >= 12, "{names:?}");
    missing.retain(|alias| !page.contains(&format!("`{alias}`")));
    for name in &names {
        let text = help(&[name]);
        flags.extend(explained(&text));
        if !page.contains(&format!("\n## `{name}`\n")) {
            missing.push(format!("a section of {name}"));
        }
        for inner in commands(&text) {
            flags.extend(explained(&help(&[name, &inner])));
            if !page.contains(&format!("`{name} {inner}")) {
                missing.push(format!("{name} {inner}"));
            }
        }
    }
    flags.retain(|flag| flag != "--help");
    assert!(flags.len() >= 25, "{flags:?}");
    let written = long_flags(&page);
    missing.extend(flags.difference(&written).cloned());
    assert!(
        missing.is_empty(),
        "not on docs/command-line.md: {missing:?}"
    );
    let unknown: Vec<_> = written.difference(&flags).collect();
    assert!(
        unknown.is_empty(),
        "on docs/command-line.md only: {unknown:?}"
    );
}
