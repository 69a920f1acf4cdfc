//! The memory of hooks as it stands in JSON.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::batch::{Batch, Record};
use super::declared::Kind;

#[derive(Deserialize)]
pub(super) struct Format {
    pub format: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    pub format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<WrittenBatch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<WrittenBatch>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WrittenBatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    new: String,
    hooks: Vec<WrittenRecord>,
}

#[derive(Serialize, Deserialize)]
struct WrittenRecord {
    kind: Kind,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<i32>,
}

impl WrittenBatch {
    pub fn of(batch: &Batch) -> Self {
        let record = |record: &Record| WrittenRecord {
            kind: record.kind,
            name: record.name.clone(),
            failed: record.failed,
        };
        Self {
            old: batch.old.as_deref().map(escaped),
            new: escaped(&batch.new),
            hooks: batch.hooks.iter().map(record).collect(),
        }
    }

    pub fn read(self) -> Option<Batch> {
        let record = |record: WrittenRecord| Record {
            kind: record.kind,
            name: record.name,
            failed: record.failed,
        };
        let old = match self.old {
            Some(old) => Some(unescaped(&old)?),
            None => None,
        };
        Some(Batch {
            old,
            new: unescaped(&self.new)?,
            hooks: self.hooks.into_iter().map(record).collect(),
        })
    }
}

/// A path as JSON can hold it: `%` and what is not UTF-8 as `%xx`.
fn escaped(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            let _ = write!(text, "%{byte:02x}");
        }
    }
    text
}

fn unescaped(text: &str) -> Option<PathBuf> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            let hex = std::str::from_utf8(&hex).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    Some(OsString::from_vec(bytes).into())
}
