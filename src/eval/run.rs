//! One process of Nix, with its log read as it comes.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use super::message::{self, Line, Message};
use super::{EvalError, Event, Severity};
use crate::ending::uncut;

/// How many lines of each builder are kept for an error.
const LOG_LINES: usize = 40;

/// Levels above are talk (Nix's `Verbosity`: 0 error, 1 warning, 2 notice).
const NOTICE: u64 = 2;

/// The process of Nix that is at work; 0 is none.
static RUNNING: AtomicI32 = AtomicI32::new(0);

/// Ends the process of Nix that is at work, if one is; the evaluation then
/// fails with [`super::ErrorKind::Killed`]. One may be starting: only when
/// [`crate::ending::Last`] is kept, it is sure that there is none.
pub fn interrupt() -> bool {
    let running = Pid::from_raw(RUNNING.load(Ordering::SeqCst));
    running.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok())
}

struct Running;

impl Running {
    /// Starts it; no signal comes between its start and its being known.
    fn start(command: &mut Command) -> io::Result<(Child, Self)> {
        uncut(|| {
            let child = command.spawn()?;
            RUNNING.store(child.id().cast_signed(), Ordering::SeqCst);
            Ok((child, Self))
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.store(0, Ordering::SeqCst);
    }
}

/// How a process of Nix ended.
pub(super) struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub log: Log,
}

/// What Nix said.
#[derive(Default)]
pub(super) struct Log {
    /// The errors, in the order in which they came.
    pub errors: Vec<Message>,
    /// The lines of each builder, by derivation.
    pub builders: HashMap<String, VecDeque<String>>,
    /// Everything, without colours.
    pub raw: String,
    activities: HashMap<u64, Activity>,
}

enum Activity {
    Builds,
    Build(String),
}

/// Runs `command` to its end.
pub(super) fn run(
    mut command: Command,
    progress: &mut dyn FnMut(Event),
) -> Result<Finished, EvalError> {
    let failed = |error| EvalError::io("nix", &error);
    command
        .args(["--log-format", "internal-json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let program = command.get_program().to_owned();
    let (mut child, running) =
        Running::start(&mut command).map_err(|error| EvalError::io(program, &error))?;
    let (Some(mut stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(failed(io::Error::other("no pipes")));
    };
    progress(Event::Evaluating);
    let mut log = Log::default();
    // A thread of its own: JSON on stdout may be more than a pipe holds.
    let stdout = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut text = Vec::new();
            stdout.read_to_end(&mut text).map(|_| text)
        });
        let mut lines = BufReader::new(stderr);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            log.read(String::from_utf8_lossy(&line).trim_end(), progress);
            line.clear();
        }
        reader
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("reader of stdout")))
    })
    .map_err(failed)?;
    // Its number may become another process's once it was waited for.
    drop(running);
    let status = child.wait().map_err(failed)?;
    Ok(Finished {
        status,
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        log,
    })
}

impl Log {
    fn read(&mut self, line: &str, progress: &mut dyn FnMut(Event)) {
        match message::parse(line) {
            None => self.text(&message::plain(line), progress),
            Some(Line::Msg(message)) => self.message(message, progress),
            Some(Line::Start {
                id,
                kind,
                text,
                fields,
            }) => self.start(id, kind, &text, fields.first(), progress),
            Some(Line::Stop { id }) => {
                self.activities.remove(&id);
            }
            Some(Line::Result { id, kind, fields }) => self.result(id, kind, &fields, progress),
            Some(Line::Other) => {}
        }
    }

    /// A line outside of the log: from a process that Nix started.
    fn text(&mut self, line: &str, progress: &mut dyn FnMut(Event)) {
        if line.is_empty() {
            return;
        }
        self.keep(line);
        progress(Event::Message {
            severity: Severity::Note,
            text: line.to_owned(),
        });
    }

    fn message(&mut self, message: Message, progress: &mut dyn FnMut(Event)) {
        let text = message::plain(&message.msg);
        if message.level > NOTICE {
            return;
        }
        if text.starts_with("(use '--show-trace'") {
            return;
        }
        self.keep(&text);
        if message.level == 0 && text.starts_with("error:") {
            self.errors.push(message);
            return;
        }
        let (severity, text) = classify(&text);
        progress(Event::Message {
            severity,
            text: text.to_owned(),
        });
    }

    fn start(
        &mut self,
        id: u64,
        kind: u64,
        text: &str,
        first: Option<&serde_json::Value>,
        progress: &mut dyn FnMut(Event),
    ) {
        match kind {
            message::BUILDS => {
                self.activities.insert(id, Activity::Builds);
            }
            message::BUILD => {
                let derivation = first.and_then(|v| v.as_str()).unwrap_or_default();
                progress(Event::Building {
                    done: 0,
                    total: 0,
                    name: name_of(derivation),
                });
                self.activities
                    .insert(id, Activity::Build(derivation.to_owned()));
            }
            message::COPY_PATH | message::FILE_TRANSFER if !text.is_empty() => {
                progress(Event::Copying {
                    text: message::plain(text),
                });
            }
            _ => {}
        }
    }

    fn result(
        &mut self,
        id: u64,
        kind: u64,
        fields: &[serde_json::Value],
        progress: &mut dyn FnMut(Event),
    ) {
        match (self.activities.get(&id), kind) {
            (Some(Activity::Build(derivation)), message::BUILD_LOG_LINE) => {
                let line = fields.first().and_then(|v| v.as_str()).unwrap_or_default();
                let line = message::plain(line);
                let name = name_of(derivation);
                let lines = self.builders.entry(derivation.clone()).or_default();
                if lines.len() == LOG_LINES {
                    lines.pop_front();
                }
                lines.push_back(line.clone());
                self.keep(&format!("{name}> {line}"));
                progress(Event::Log { name, line });
            }
            (Some(Activity::Builds), message::PROGRESS) => {
                let field = |n: usize| fields.get(n).and_then(serde_json::Value::as_u64);
                if let (Some(done), Some(total)) = (field(0), field(1))
                    && total > 0
                {
                    progress(Event::Building {
                        done,
                        total,
                        name: String::new(),
                    });
                }
            }
            _ => {}
        }
    }

    fn keep(&mut self, text: &str) {
        self.raw.push_str(text);
        self.raw.push('\n');
    }
}

/// What a message is, and its text without what says so.
fn classify(text: &str) -> (Severity, &str) {
    let trace = text.strip_prefix("trace: ");
    let inner = trace.unwrap_or(text);
    for prefix in ["evaluation warning: ", "warning: "] {
        if let Some(warning) = inner.strip_prefix(prefix) {
            return (Severity::Warning, warning);
        }
    }
    match trace {
        Some(trace) => (Severity::Trace, trace),
        None => (Severity::Note, text),
    }
}

/// The name of the derivation at a store path.
pub(super) fn name_of(derivation: &str) -> String {
    let file = derivation.rsplit('/').next().unwrap_or_default();
    let name = file.strip_suffix(".drv").unwrap_or(file);
    // After the digest and its dash.
    name.get(33..).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(lines: &str) -> (Log, Vec<Event>) {
        let mut log = Log::default();
        let mut events = Vec::new();
        for line in lines.lines() {
            log.read(line, &mut |event| events.push(event));
        }
        (log, events)
    }

    #[test]
    fn a_build_is_counted_and_its_lines_are_kept() {
        let (log, events) = events(
            r#"@nix {"action":"start","id":1,"level":0,"text":"","type":104}
@nix {"action":"start","fields":["/s/pz24gxw5baxl7v3w662mshx9qhz43x5w-nhmt-home.drv","",1,1],"id":2,"level":3,"text":"building","type":105}
@nix {"action":"result","fields":[0,1,1,0],"id":1,"type":105}
@nix {"action":"result","fields":["\u001b[31mno\u001b[0m"],"id":2,"type":101}
@nix {"action":"msg","level":3,"msg":"this derivation will be built:"}"#,
        );
        assert_eq!(log.builders.values().next().unwrap(), &["no"]);
        assert_eq!(events.len(), 3);
        let line = "no".to_owned();
        let name = "nhmt-home".to_owned();
        assert!(events.contains(&Event::Log { name, line }));
    }

    #[test]
    fn warnings_of_both_versions_are_told_from_traces() {
        let (log, events) = events(
            r#"@nix {"action":"msg","level":0,"msg":"trace: evaluation warning: w1"}
@nix {"action":"msg","column":0,"file":"«none»:0","level":1,"line":0,"msg":"\u001b[35;1mevaluation warning:\u001b[0m w1","raw_msg":"w1"}
@nix {"action":"msg","level":0,"msg":"trace: hello"}
@nix {"action":"msg","level":0,"msg":"\u001b[31;1merror:\u001b[0m no","raw_msg":"no"}
@nix {"action":"msg","level":0,"msg":"(use '--show-trace' to show detailed location information)"}"#,
        );
        let message = |severity, text: &str| Event::Message {
            severity,
            text: text.to_owned(),
        };
        assert_eq!(
            events,
            [
                message(Severity::Warning, "w1"),
                message(Severity::Warning, "w1"),
                message(Severity::Trace, "hello"),
            ]
        );
        assert_eq!(log.errors.len(), 1);
    }
}
