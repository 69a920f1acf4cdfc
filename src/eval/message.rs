//! One line of Nix's `internal-json` log (Nix's `logging.hh`). The shapes of
//! Nix 2.8 and 2.34 differ in `file`: 2.34 appends line and column to it, and
//! 2.8 gives the whole expression for one from the command line.

use serde::Deserialize;
use serde_json::Value;

/// What lines of the log start with; other lines are plain text.
const PREFIX: &str = "@nix ";

/// Activity: one path is copied between stores.
pub(super) const COPY_PATH: u64 = 100;
/// Activity: a file is downloaded.
pub(super) const FILE_TRANSFER: u64 = 101;
/// Activity: all builds together; its progress counts them.
pub(super) const BUILDS: u64 = 104;
/// Activity: one build; its first field is the derivation.
pub(super) const BUILD: u64 = 105;
/// Result: a line that a builder printed.
pub(super) const BUILD_LOG_LINE: u64 = 101;
/// Result: done, expected, running, failed.
pub(super) const PROGRESS: u64 = 105;

/// One line of the log.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(super) enum Line {
    /// An activity starts.
    Start {
        id: u64,
        #[serde(rename = "type")]
        kind: u64,
        #[serde(default)]
        text: String,
        #[serde(default)]
        fields: Vec<Value>,
    },
    /// An activity ends.
    Stop { id: u64 },
    /// An activity reports.
    Result {
        id: u64,
        #[serde(rename = "type")]
        kind: u64,
        #[serde(default)]
        fields: Vec<Value>,
    },
    /// A message.
    Msg(Message),
    /// What this nhmt does not know.
    #[serde(other)]
    Other,
}

/// A message, an error above all.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Message {
    pub level: u64,
    #[serde(default)]
    pub msg: String,
    /// The message without its trace; there only for errors and warnings.
    pub raw_msg: Option<String>,
    pub file: Option<String>,
    pub line: Option<u64>,
    pub column: Option<u64>,
}

/// Reads a line; `None` when it is plain text.
pub(super) fn parse(line: &str) -> Option<Line> {
    let json = line.strip_prefix(PREFIX)?;
    Some(serde_json::from_str(json).unwrap_or(Line::Other))
}

/// `text` without colours and other control sequences (ECMA-48, CSI).
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
        } else if chars.next() == Some('[') {
            let _ = chars.by_ref().find(|c| ('@'..='~').contains(c));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_versions_are_read() {
        let old = r#"@nix {"action":"start","id":7,"level":6,"text":"querying","type":0}"#;
        assert!(matches!(
            parse(old),
            Some(Line::Start { id: 7, kind: 0, .. })
        ));
        let new = r#"@nix {"action":"start","fields":["/s/x.drv","",1,1],"id":7,"level":3,"parent":0,"text":"building","type":105}"#;
        assert!(matches!(parse(new), Some(Line::Start { kind: BUILD, .. })));
        let msg = r#"@nix {"action":"msg","column":null,"file":null,"level":0,"line":null,"msg":"error: no","raw_msg":"no"}"#;
        assert!(matches!(parse(msg), Some(Line::Msg(m)) if m.raw_msg.as_deref() == Some("no")));
        assert!(matches!(
            parse("@nix {\"action\":\"new\"}"),
            Some(Line::Other)
        ));
        assert!(parse("a builder's own line").is_none());
    }

    #[test]
    fn colours_go() {
        assert_eq!(plain("\u{1b}[31;1merror:\u{1b}[0m no"), "error: no");
    }
}
