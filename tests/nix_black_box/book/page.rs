//! A page of the book as what is typed in it.
//!
//! Code is indented by four columns, or stands between fences. In it, a line
//! that starts with `$ ` is typed, and what follows is its output. Comments
//! that no reader sees say the rest:
//!
//! | comment | meaning |
//! | --- | --- |
//! | `<!-- test: run`, lines, `-->` | typed, and shown to nobody |
//! | `<!-- test: write PATH -->` | the next code is the content of PATH |
//! | `<!-- test: any output -->` | the outputs of the next code are examples |
//! | `<!-- test: not run: REASON -->` | the next code is not run |
//! | `<!-- test: elsewhere: FILE -->` | FILE tests the next code |

/// What is done, in the order of the page.
#[derive(Debug)]
pub enum Item {
    /// Typed, with the output that the page shows; `None`: any.
    Typed {
        line: usize,
        command: String,
        output: Option<String>,
    },
    /// Typed by the test alone.
    Hidden { line: usize, commands: String },
    /// A file, with its content.
    File { path: String, content: String },
    /// So many commands are not run, for this reason.
    NotRun {
        line: usize,
        reason: String,
        commands: usize,
    },
    /// These commands are run by this test.
    Elsewhere { file: String, commands: Vec<String> },
}

/// Reads a page.
pub fn items(text: &str) -> Vec<Item> {
    let lines: Vec<&str> = text.lines().collect();
    let mut items = Vec::new();
    let mut mark: Option<String> = None;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(rest) = line.trim_start().strip_prefix("<!-- test: ") {
            if let Some(one) = rest.strip_suffix(" -->") {
                assert!(mark.is_none(), "line {}: nothing follows a mark", at + 1);
                mark = Some(one.to_owned());
                at += 1;
                continue;
            }
            assert_eq!(rest, "run", "line {}", at + 1);
            let end = (at..lines.len())
                .find(|&end| lines[end] == "-->")
                .expect("-->");
            let commands = lines[at + 1..end].join("\n");
            items.push(Item::Hidden {
                line: at + 1,
                commands,
            });
            at = end + 1;
        } else if let Some(fence) = line.strip_prefix("```") {
            let end = (at + 1..lines.len())
                .find(|&end| lines[end] == "```")
                .expect("a fence");
            let typed = matches!(fence, "" | "console" | "sh" | "shell");
            let code = if typed || mark.is_some() {
                &lines[at + 1..end]
            } else {
                &[]
            };
            block(code, at + 2, mark.take().as_deref(), &mut items);
            at = end + 1;
        } else if line.starts_with("    ")
            && (at == 0 || lines[at - 1].is_empty() || mark.is_some())
        {
            // In a list it stands further in.
            let indent = line.len() - line.trim_start().len();
            let inside = |line: &str| line.is_empty() || line.starts_with("    ");
            let end = (at..lines.len()).find(|&end| !inside(lines[end]));
            let code: Vec<&str> = lines[at..end.unwrap_or(lines.len())]
                .iter()
                .map(|line| line.get(indent..).unwrap_or_default())
                .collect();
            block(&code, at + 1, mark.take().as_deref(), &mut items);
            at = end.unwrap_or(lines.len());
        } else {
            at += 1;
        }
    }
    assert!(mark.is_none(), "nothing follows the mark {mark:?}");
    items
}

fn block(code: &[&str], first: usize, mark: Option<&str>, items: &mut Vec<Item>) {
    let last = code
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |last| last + 1);
    let code = &code[..last];
    let commands = code.iter().filter(|line| line.starts_with("$ ")).count();
    let mut compared = true;
    match mark.map(|mark| mark.split_once(' ').unwrap_or((mark, ""))) {
        Some(("write", path)) => {
            let content = format!("{}\n", code.join("\n"));
            items.push(Item::File {
                path: path.to_owned(),
                content,
            });
            return;
        }
        Some(("elsewhere:", file)) => {
            let typed = code.iter().filter_map(|line| line.strip_prefix("$ "));
            items.push(Item::Elsewhere {
                file: file.to_owned(),
                commands: typed.map(str::to_owned).collect(),
            });
            return;
        }
        Some(("not", rest)) => {
            let reason = rest.strip_prefix("run: ").expect("a reason").to_owned();
            items.push(Item::NotRun {
                line: first,
                reason,
                commands,
            });
            return;
        }
        Some(("any", "output")) => compared = false,
        Some(other) => panic!("line {first}: an unknown mark {other:?}"),
        None => {}
    }
    // A command's form may stand above what is typed.
    let first_typed = code.iter().position(|line| line.starts_with("$ "));
    let mut at = first_typed.unwrap_or(code.len());
    while at < code.len() {
        let typed = &code[at]["$ ".len()..];
        let line = first + at;
        let mut command = typed.to_owned();
        at += 1;
        let document = typed.contains("<<'END'");
        while (document && !command.ends_with("\nEND")) || command.ends_with('\\') {
            command.push('\n');
            command.push_str(code[at]);
            at += 1;
        }
        let end = (at..code.len()).find(|&end| code[end].starts_with("$ "));
        let output = code[at..end.unwrap_or(code.len())].join("\n");
        at = end.unwrap_or(code.len());
        let output = output.trim_end().to_owned();
        let fails = output.lines().any(|line| line.starts_with("error:"));
        let output = match (compared, fails) {
            (true, _) if output.is_empty() => None,
            (true, _) => Some(output),
            (false, true) => Some("…\nerror:…".to_owned()),
            (false, false) => None,
        };
        items.push(Item::Typed {
            line,
            command,
            output,
        });
    }
}

/// Without what differs between two runs: hashes, times, how long it took.
pub fn masked(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("/nix/store/")
                && behind.as_bytes().get(32) == Some(&b'-')
                && behind.as_bytes()[..32]
                    .iter()
                    .all(u8::is_ascii_alphanumeric)
            {
                out.push_str("/nix/store/HASH");
                rest = &behind[32..];
            } else if is_date(rest) {
                let end = rest[10..].find(|c: char| !c.is_ascii_digit() && !" T:.Z".contains(c));
                out.push_str("TIME ");
                rest = &rest[10 + end.unwrap_or(rest.len() - 10)..];
            } else if let Some(behind) = rest.strip_prefix('(')
                && let Some((number, more)) = behind.split_once(')')
                && let Some((figure, "ms" | "s")) = number.split_once(' ')
                && figure.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            {
                out.push_str("(TIME)");
                rest = more;
            } else if let Some(behind) = rest.strip_prefix("\"elapsed_ms\":") {
                out.push_str("\"elapsed_ms\":0");
                rest = behind.trim_start_matches(|c: char| c.is_ascii_digit());
            } else {
                let next = rest.chars().next().unwrap();
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        while out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}

fn is_date(text: &str) -> bool {
    let shape = b"dddd-dd-dd";
    text.len() >= 10
        && text.bytes().zip(shape).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *shape,
        })
}

/// Whether the output is what the page shows, in which `…` stands for
/// anything.
pub fn fits(shown: &str, output: &str) -> bool {
    let parts: Vec<&str> = shown.split('…').collect();
    let Some(mut rest) = output.strip_prefix(parts[0]) else {
        return false;
    };
    for part in &parts[1..] {
        match rest.find(part.trim_matches('\n')) {
            Some(at) => rest = &rest[at + part.trim_matches('\n').len()..],
            None => return false,
        }
    }
    rest.is_empty() || (parts.len() > 1 && parts.last().is_some_and(|last| last.is_empty()))
}

#[test]
fn a_page_is_read_and_outputs_are_compared() {
    let page = "
text

    $ one
    out
    $ two <<'END'
    here
    END

<!-- test: write ~/f -->

    content
      more

<!-- test: not run: sudo -->
```console
$ sudo x
```
<!-- test: run
echo
-->
";
    let items = items(page);
    assert!(
        matches!(&items[0], Item::Typed { command, output: Some(output), line: 4 } if command == "one" && output == "out")
    );
    assert!(
        matches!(&items[1], Item::Typed { command, .. } if command == "two <<'END'\nhere\nEND")
    );
    assert!(
        matches!(&items[2], Item::File { path, content } if path == "~/f" && content == "content\n  more\n")
    );
    assert!(matches!(&items[3], Item::NotRun { reason, commands: 1, .. } if reason == "sudo"));
    assert!(matches!(&items[4], Item::Hidden { commands, .. } if commands == "echo"));
    assert_eq!(items.len(), 5);

    let hash = "1b8m03r63zqhnjf7l5wnldhh7c134ap5";
    let text = format!("/nix/store/{hash}-x 2026-11-20 15:06  current (12 ms)");
    assert_eq!(masked(&text), "/nix/store/HASH-x TIME current (TIME)");
    assert_eq!(masked("at 2026-11-20T15:06:29.58Z\","), "at TIME \",");
    assert!(fits("a", "a") && !fits("a", "ab") && !fits("b", "ab"));
    assert!(fits("a…c", "abc") && fits("a…", "abc") && !fits("a…b", "abc"));
    assert!(fits("…\nlast", "first\nlast"));
}
