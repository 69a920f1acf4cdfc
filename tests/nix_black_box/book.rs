//! Every command of the README and the book is typed, page by page, in a home
//! of its own; see `book/page.rs` for how a page says what cannot be.

mod page;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::home_manager::WITH_A_SHELL;
use crate::support::{Home, Outcome, nhmt};
use page::{Item, fits, items, masked};

/// Why something is not run.
const REASONS: [&str; 7] = [
    "macOS",
    "root on the machine",
    "NixOS",
    "nixpkgs from the network",
    "another machine",
    "an interactive program",
    "the sources of nhmt",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages that have commands, but for the README by their names.
fn pages() -> BTreeMap<String, Vec<Item>> {
    let mut pages = BTreeMap::new();
    let mut files: Vec<PathBuf> = vec![root().join("README.md")];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        files.push(entry.unwrap().path());
    }
    for file in files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|e| e == "md"))
    {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let items = items(&fs::read_to_string(&file).unwrap());
        let has_commands = |item: &Item| !matches!(item, Item::File { .. });
        if items.iter().any(has_commands) {
            pages.insert(name, items);
        }
    }
    pages
}

/// An empty home, with a Nix that can build what the page has built.
fn home_for(name: &str) -> Home {
    let home = Home::with_nix();
    if name == "home-manager" {
        home.nix().configure(WITH_A_SHELL);
    }
    home
}

/// Types what is on a page.
fn type_in(name: &str) {
    let items = pages().remove(name).expect("a page with commands");
    let home = home_for(name);
    let scratch = home.outside("tmp").parent().unwrap().to_owned();
    let bin = home.outside("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(nhmt(), bin.join("nhmt")).unwrap();
    // What a page has elsewhere on the machine lies in the scratch folder.
    let moved = [
        ("/tmp/", format!("{}/tmp/", scratch.display())),
        ("\"/persist", format!("\"{}/persist", scratch.display())),
        (" /persist", format!(" {}/persist", scratch.display())),
        ("/home/alice", home.path().display().to_string()),
    ];
    let here = |text: &str| {
        let mut text = text.to_owned();
        for (there, place) in &moved {
            text = text.replace(there, place);
        }
        text
    };
    let results = home.outside("results");
    fs::create_dir(&results).unwrap();
    let mut script = String::from("cd ~\n");
    for (number, item) in items.iter().enumerate() {
        let out = results.join(number.to_string());
        let out = out.display();
        let typed = match item {
            Item::Typed { command, .. } => here(command),
            Item::Hidden { commands, .. } => here(commands),
            Item::File { path, content } => {
                let (path, content) = (here(path), here(content));
                format!("mkdir -p \"$(dirname {path})\"\ncat >{path} <<'THE END'\n{content}THE END")
            }
            Item::NotRun { .. } | Item::Elsewhere { .. } => continue,
        };
        let _ = write!(
            script,
            "{{\n{typed}\n}} >{out}.out 2>&1 </dev/null\necho $? >{out}.code\n"
        );
    }
    let mut bash = Command::new("bash");
    home.environment(&mut bash);
    let path = bash
        .get_envs()
        .find_map(|(key, value)| (key == "PATH").then_some(value?.to_owned()));
    let path = path.unwrap().into_string().unwrap();
    bash.env("PATH", format!("{}:{path}", bin.display()))
        .env("USER", "alice")
        .env("TZ", "UTC")
        .env_remove("XDG_CACHE_HOME")
        .env("NHMT_SOURCES", root())
        .stdin(Stdio::null())
        .args(["--norc", "-c", &script]);
    let outcome = Outcome::of(&mut bash);
    let store = home.nix().store_dir().display().to_string();
    let plain = |text: &str| {
        let mut text = text.replace(&store, "/nix/store");
        for (there, place) in moved.iter().rev() {
            text = text.replace(place, there);
        }
        masked(&text)
    };
    let mut faults = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let (line, command, shown) = match item {
            Item::Typed {
                line,
                command,
                output,
            } => (line, command, output.as_deref()),
            Item::Hidden { line, commands } => (line, commands, None),
            _ => continue,
        };
        let read = |extension| fs::read_to_string(results.join(format!("{number}.{extension}")));
        let Ok(code) = read("code") else {
            faults.push(format!("line {line}: `{command}` was not reached"));
            continue;
        };
        let output = plain(&read("out").unwrap());
        let fails = shown.is_some_and(|shown| shown.lines().any(|line| line.starts_with("error:")));
        if (code.trim() != "0") != fails {
            faults.push(format!(
                "line {line}: `{command}` exits with {}:\n{output}",
                code.trim()
            ));
        } else if let Some(shown) = shown
            && !fits(&masked(shown), &output)
        {
            let shown = masked(shown);
            faults.push(format!(
                "line {line}: `{command}` prints\n{output}\n--- and not\n{shown}"
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{name}:\n{}\n{}",
        faults.join("\n\n"),
        outcome.stderr()
    );
}

macro_rules! typed {
    ($($test:ident $page:literal)*) => {
        $(#[test] fn $test() { type_in($page); })*
        const TYPED: &[&str] = &[$($page),*];
    };
}

typed! {
    readme "README"
    at_risk "at-risk"
    command_line "command-line"
    deploying "deploying"
    conflicts_and_backups "conflicts-and-backups"
    developing "developing"
    doctor "doctor"
    ephemeral_homes "ephemeral-homes"
    flakes "flakes"
    generations "generations"
    hooks "hooks"
    daily "daily"
    home_manager "home-manager"
    importing "importing"
    moving "moving"
    nixos "nixos"
    packages "packages"
    proofs "proofs"
    secrets "secrets"
    services "services"
    state "state"
    test_container "test-container"
    tutorial "tutorial"
    uninstall "uninstall"
    without_nix "without-nix"
}

/// `$ ` is what makes a command one that is typed; synopses are on the page of
/// the command line, and on that of errors what leads to them.
#[test]
fn no_command_is_shown_without_being_typed() {
    let help = Home::new().run_bare(["help"]).success().stdout();
    let lines = help.lines().filter_map(|line| line.strip_prefix("  "));
    let names: Vec<&str> = lines
        .filter_map(|line| line.split(' ').next().filter(|name| !name.is_empty()))
        .collect();
    let is_command = |line: &&str| {
        let word = line
            .strip_prefix("    nhmt ")
            .and_then(|rest| rest.split(' ').next());
        word.is_some_and(|word| names.contains(&word))
    };
    let mut untyped = Vec::new();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap();
        if file.extension().is_some_and(|e| e == "md")
            && !["command-line", "errors"].contains(&name)
        {
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().filter(is_command);
            untyped.extend(lines.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    assert!(untyped.is_empty(), "without `$ `: {untyped:#?}");
}

#[test]
fn no_page_is_left_out_and_what_is_not_run_has_a_reason() {
    let pages = pages();
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    let mut typed = TYPED.to_vec();
    typed.sort_unstable();
    assert_eq!(names, typed, "pages with commands, and the list of tests");
    let (mut run, mut elsewhere) = (0, 0);
    let mut not_run: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, items) in &pages {
        for item in items {
            match item {
                Item::Typed { .. } => run += 1,
                Item::Elsewhere { file, commands } => {
                    let test = fs::read_to_string(root().join(file)).expect(file);
                    let has = |word: &str| test.contains(&format!("\"{word}\""));
                    for command in commands {
                        let mut words = command.split(' ').skip_while(|word| *word == "nhmt");
                        let typed = words.next().is_none_or(has) || test.contains(name);
                        assert!(typed, "{name}: nothing types `{command}` in {file}");
                    }
                    elsewhere += commands.len();
                }
                Item::NotRun {
                    line,
                    reason,
                    commands,
                } => {
                    assert!(REASONS.contains(&&**reason), "{name}: {reason}");
                    let places = not_run.entry(reason).or_default();
                    places.extend((0..*commands).map(|_| format!("{name}.md:{line}")));
                }
                Item::Hidden { .. } | Item::File { .. } => {}
            }
        }
    }
    println!("book: {run} commands run, {elsewhere} by tests of their own");
    for (reason, places) in &not_run {
        println!(
            "book: {} not run, {reason}: {}",
            places.len(),
            places.join(" ")
        );
    }
    assert!(run > 70, "{run}");
    let not_run: usize = not_run.values().map(Vec::len).sum();
    assert!(not_run < run / 4, "{not_run} of {run}");
}
