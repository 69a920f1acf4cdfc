//! The pictures of the book show what the program prints. `docs/pictures/make`
//! draws them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::{Home, Outcome};

/// A package of this name that is so large.
fn package(name: &str) -> String {
    format!(
        r#"{{ type = "derivation"; name = "{name}"; outPath = "${{builtins.path {{ path = ./packages + "/{name}"; name = "{name}"; }}}}"; }}"#
    )
}

fn configuration(size: u32, packages: &[&str]) -> String {
    let packages: Vec<String> = packages.iter().map(|name| package(name)).collect();
    format!(
        r#"
        home.packages = [ {} ];
        home.sessionVariables.EDITOR = "vim";
        programs.git = {{ enable = true; settings.user.name = "Alice"; }};
        programs.bash.enable = true;
        xdg.configFile."app/settings.toml" = {{ format = "toml"; value.font.size = {size}; }};
        nhmt.session.environmentD.enable = false;
        "#,
        packages.join(" ")
    )
}

/// What is typed in the pictures, with what the program answered.
fn typed(home: &Home, arguments: &[&str]) -> String {
    let mut command = home.command();
    command.args(arguments).args(["--color", "always", "-f"]);
    command.arg(home.outside("configuration/home.nix"));
    command.env("TZ", "UTC");
    let outcome = Outcome::of(&mut command);
    assert!(matches!(outcome.code(), Some(0 | 3)), "{outcome}");
    let said = outcome.stdout() + &outcome.stderr();
    let mut text = format!("\u{1b}[2m$\u{1b}[0m nhmt {}\n", arguments.join(" "));
    for line in said.lines() {
        let line = line.replace(home.path().to_str().unwrap(), "/home/alice");
        let line = line.replace(home.nix().store_dir().to_str().unwrap(), "/nix/store");
        text += &steady(&line.replace(
            home.outside("configuration").to_str().unwrap(),
            "~/.config/nhmt",
        ));
        text.push('\n');
    }
    text
}

/// Without what differs from run to run: how long it took, and digests.
fn steady(line: &str) -> String {
    let mut line = line.to_owned();
    if let Some((start, rest)) = line.clone().split_once("/nix/store/") {
        let (_, name) = rest.split_at(32);
        line = format!("{start}/nix/store/chflpgqm4zv29mjbsk4sn2fxmy03ivy1{name}");
    }
    if let Some((start, rest)) = line.clone().rsplit_once('(')
        && let Some((time, end)) = rest.split_once(')')
        && time.ends_with('s')
        && time.starts_with(|c: char| c.is_ascii_digit())
    {
        line = format!("{start}(96 ms){end}");
    }
    line
}

/// Draws text with colours of a terminal.
fn svg(text: &str) -> String {
    const LINE: usize = 20;
    let width = text
        .lines()
        .map(|line| plain(line).chars().count())
        .max()
        .unwrap_or(0);
    let (width, height) = (width * 85 / 10 + 33, text.lines().count() * LINE + 30);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#1e1f26\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" fill=\"#d8dae3\" xml:space=\"preserve\">\n"
    );
    for (number, line) in text.lines().enumerate() {
        let y = 28 + number * LINE;
        let _ = write!(svg, "<text x=\"16\" y=\"{y}\">");
        for (style, piece) in pieces(line) {
            let escaped = piece
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            if style.is_empty() {
                svg += &escaped;
            } else {
                let _ = write!(svg, "<tspan{style}>{escaped}</tspan>");
            }
        }
        svg += "</text>\n";
    }
    svg + "</g>\n</svg>\n"
}

/// The pieces of a line, each with the attributes of its colour.
fn pieces(line: &str) -> Vec<(String, &str)> {
    let mut style = String::new();
    let mut pieces = Vec::new();
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let mut text = part;
        if number > 0 {
            let (codes, rest) = part.split_once('m').expect("a colour");
            text = rest;
            for code in codes.split(';') {
                match code {
                    "0" | "" => style.clear(),
                    "1" => style += " font-weight=\"bold\"",
                    "2" => style += " fill=\"#8b8fa3\"",
                    "31" => style += " fill=\"#ff7b85\"",
                    "32" => style += " fill=\"#8ddb8c\"",
                    "33" => style += " fill=\"#f2c97d\"",
                    other => panic!("no colour for {other} in {line:?}"),
                }
            }
        }
        if !text.is_empty() {
            pieces.push((style.clone(), text));
        }
    }
    pieces
}

fn plain(line: &str) -> String {
    pieces(line).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn pictures_show_what_the_program_prints() {
    let mut home = Home::with_nix();
    for (name, size) in [
        ("git-2.43.0", 5_500_000),
        ("git-2.44.1", 5_900_000),
        ("jq-1.7.1", 750_000),
        ("fzf-0.46.1", 2_600_000),
        ("ripgrep-14.1.0", 4_400_000),
    ] {
        let program = name.split('-').next().unwrap();
        home = home.source(format!("packages/{name}/bin/{program}"), vec![0; size]);
    }
    home.set_config(&configuration(
        11,
        &["git-2.43.0", "jq-1.7.1", "fzf-0.46.1"],
    ));
    home.write(".bashrc", "mine\n");
    let mut realize = typed(&home, &["realize"]);
    realize += "\n";
    realize += &typed(&home, &["realize", "-b"]);
    home.set_config(&configuration(
        13,
        &["git-2.44.1", "jq-1.7.1", "ripgrep-14.1.0"],
    ));
    let diff = typed(&home, &["diff"]);
    fs::remove_file(home.at(".bashrc")).unwrap();
    home.write(".bashrc", "an application's\n");
    let status = typed(&home, &["status"]);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    for (name, text) in [("realize", realize), ("diff", diff), ("status", status)] {
        let file = folder.join(format!("{name}.svg"));
        let drawn = svg(&text);
        if std::env::var_os("NHMT_WRITE_DOCS").is_some() {
            fs::write(&file, &drawn).unwrap();
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            committed == drawn,
            "docs/pictures/make draws {name}.svg anew:\n{text}"
        );
    }
}
