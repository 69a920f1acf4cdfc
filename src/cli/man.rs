//! Manual pages of all commands, from the same text as the help.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::Cli;

/// Writes `nhmt.1` and a page for each command and what is below it to `dir`,
/// which is made.
pub(super) fn write(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    page(command.clone(), dir, &[])?;
    below(&command, dir)
}

fn below(command: &Command, dir: &Path) -> io::Result<()> {
    let above = name(command);
    for sub in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        // They are on the page of nhmt itself, and as long as everything else.
        let sub = sub.clone().mut_args(|argument| {
            let hide = argument.is_global_set() || argument.is_hide_set();
            argument.hide(hide)
        });
        let mut related = vec![above.clone()];
        if above != "nhmt" {
            related.insert(0, "nhmt".to_owned());
        }
        page(sub.clone(), dir, &related)?;
        below(&sub, dir)?;
    }
    Ok(())
}

fn name(command: &Command) -> String {
    let name = command.get_display_name();
    name.unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: Command, dir: &Path, related: &[String]) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let file = dir.join(format!("{}.1", name(&command)));
    let after = command
        .get_after_long_help()
        .or(command.get_after_help())
        .map(ToString::to_string);
    let has_arguments = command.get_arguments().any(|one| !one.is_hide_set());
    let has_commands = command.get_subcommands().any(|one| !one.is_hide_set());
    let man = Man::new(command)
        .source(format!("nhmt {version}"))
        .manual("nhmt");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if has_arguments {
        man.render_options_section(&mut text)?;
    }
    if has_commands {
        man.render_subcommands_section(&mut text)?;
    }
    let mut text = String::from_utf8(text).map_err(io::Error::other)?;
    // clap_mangen's distance before the possible values, which formatters
    // complain about, and its empty date, which it drops.
    text = text.replace("\n.br\n\n.br\n", "\n.sp\n");
    text = text.replacen(" 1  \"nhmt", " 1 \"\" \"nhmt", 1);
    let mut text = text.into_bytes();
    let mut rest = Roff::new();
    if let Some(after) = after {
        as_it_stands(&mut rest, &after);
    }
    if !related.is_empty() {
        let pages: Vec<String> = related.iter().map(|name| format!("{name}(1)")).collect();
        rest.control("SH", ["SEE ALSO"]);
        rest.text([roman(pages.join(", "))]);
        rest.control("PP", []);
        rest.text([roman("The options of every command are in nhmt(1).")]);
    }
    rest.to_writer(&mut text)?;
    fs::File::create(file)?.write_all(&text)
}

/// What stands behind the help: paragraphs with a heading of their own, whose
/// lines must not be joined.
fn as_it_stands(roff: &mut Roff, text: &str) {
    let mut open = false;
    for line in text.lines() {
        match line.strip_suffix(':').filter(|line| !line.starts_with(' ')) {
            Some(heading) => {
                if open {
                    roff.control("fi", []);
                }
                roff.control("SH", [heading.to_uppercase().as_str()]);
                roff.control("nf", []);
                open = true;
            }
            None if line.is_empty() => {}
            None => {
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
        }
    }
    if open {
        roff.control("fi", []);
    }
}
