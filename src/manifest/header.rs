//! The header of an index: what can be known of a tree without its leaves.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::{BackupsSpec, Digest, ManagedBy, OnConflict};

/// The reader version that this code is.
const READER: u32 = 4;

/// Why bytes are no index.
pub(super) enum Fault {
    /// What was expected of them.
    What(&'static str),
    /// The reader version that they ask for.
    Needs(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub paths: Digest,
    pub content: Digest,
    pub count: usize,
    pub home: Option<PathBuf>,
    pub on_conflict: Option<OnConflict>,
    pub hooks: bool,
    /// Something is to run when this tree's hooks are gone.
    pub leaving: bool,
    pub backups: BackupsSpec,
    pub profile: Option<PathBuf>,
    pub managed_by: Option<ManagedBy>,
    pub secrets: Option<Digest>,
}

impl Header {
    /// Writes the header with the empty line that ends it. `reader` is the
    /// oldest that may use what follows.
    pub fn write(&self, reader: u32, mut out: impl Write) -> io::Result<()> {
        writeln!(out, "nhmt-index 1\nreader {reader}")?;
        writeln!(out, "paths {}\ncontent {}", self.paths, self.content)?;
        let home = self.home.as_ref().map(|home| home.as_os_str().as_bytes());
        // A header line cannot hold a line break; a path may.
        if let Some(home) = home.filter(|home| !home.contains(&b'\n')) {
            out.write_all(b"home ")?;
            out.write_all(home)?;
            out.write_all(b"\n")?;
        }
        if let Some(policy) = self.on_conflict {
            writeln!(out, "on-conflict {}", policy.name())?;
        }
        if self.hooks {
            writeln!(out, "hooks 1")?;
        }
        if self.leaving {
            writeln!(out, "leaving 1")?;
        }
        if let Some(age) = self.backups.older_than {
            writeln!(out, "backups-older-than {}", String::from(age))?;
        }
        if let Some(size) = self.backups.max_size {
            writeln!(out, "backups-max-size {}", String::from(size))?;
        }
        if let Some(profile) = &self.profile {
            out.write_all(b"profile ")?;
            out.write_all(profile.as_os_str().as_bytes())?;
            out.write_all(b"\n")?;
        }
        if let Some(system) = self.managed_by {
            writeln!(out, "managed-by {}", system.name())?;
        }
        if let Some(secrets) = &self.secrets {
            writeln!(out, "secrets {secrets}")?;
        }
        writeln!(out, "count {}\n", self.count)
    }

    /// Reads a header without the empty line.
    pub fn parse(header: &[u8]) -> Result<Self, Fault> {
        let (mut paths, mut content, mut count) = (None, None, None);
        let (mut home, mut on_conflict) = (None, None);
        let (mut hooks, mut leaving) = (false, false);
        let mut backups = BackupsSpec::default();
        let (mut profile, mut secrets, mut managed_by) = (None, None, None);
        let mut lines = header.split(|&b| b == b'\n');
        if lines.next() != Some(b"nhmt-index 1") {
            return Err(Fault::What("not an nhmt index"));
        }
        for line in lines {
            let (key, value) = match line.iter().position(|&b| b == b' ') {
                Some(at) => (&line[..at], &line[at + 1..]),
                None => (line, &[][..]),
            };
            let text = || String::from_utf8_lossy(value).into_owned();
            let number = || std::str::from_utf8(value).ok()?.parse::<u32>().ok();
            match key {
                b"reader" => match number() {
                    Some(needs) if needs <= READER => {}
                    Some(needs) => return Err(Fault::Needs(needs)),
                    None => return Err(Fault::What("a malformed reader version")),
                },
                b"paths" => paths = Digest::from_hex(value),
                b"content" => content = Digest::from_hex(value),
                b"home" => home = Some(PathBuf::from(OsStr::from_bytes(value))),
                b"on-conflict" => on_conflict = OnConflict::from_name(value),
                b"hooks" => hooks = value == b"1",
                b"leaving" => leaving = value == b"1",
                b"backups-older-than" => backups.older_than = text().try_into().ok(),
                b"backups-max-size" => backups.max_size = text().try_into().ok(),
                b"profile" => profile = Some(PathBuf::from(OsStr::from_bytes(value))),
                b"managed-by" => managed_by = ManagedBy::from_name(value),
                b"secrets" => secrets = Digest::from_hex(value),
                b"count" => count = number().map(|n| n as usize),
                _ => {}
            }
        }
        match (paths, content, count) {
            (Some(paths), Some(content), Some(count)) => Ok(Self {
                paths,
                content,
                count,
                home,
                on_conflict,
                hooks,
                leaving,
                backups,
                profile,
                managed_by,
                secrets,
            }),
            _ => Err(Fault::What("an incomplete header")),
        }
    }
}
