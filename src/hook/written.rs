//! The memory of hooks as it stands in JSON.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::batch::{Batch, Record};
use super::declared::Kind;
use crate::manifest::{escaped, unescaped};

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
            old: batch.old.as_deref().map(text_of),
            new: text_of(&batch.new),
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
            Some(old) => Some(path_of(&old)?),
            None => None,
        };
        Some(Batch {
            old,
            new: path_of(&self.new)?,
            hooks: self.hooks.into_iter().map(record).collect(),
        })
    }
}

/// A path as JSON can hold it.
fn text_of(path: &Path) -> String {
    escaped(path.as_os_str().as_bytes())
}

fn path_of(text: &str) -> Option<PathBuf> {
    unescaped(text.as_bytes()).map(|bytes| OsString::from_vec(bytes).into())
}
