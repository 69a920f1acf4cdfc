//! The merge itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use super::Provider;
use super::error::PackagesError;
use super::paths::{PathsToLink, Wanted, is_internal};
use crate::tree::writer::Writer;

/// A merge in progress. The environment is written in sorted order, depth
/// first; at each path only the packages that have it are looked at.
pub(super) struct Merge<'a> {
    writer: Writer,
    paths: &'a PathsToLink,
    providers: &'a [Provider],
}

/// What one package has at the path in question.
struct Candidate<'a> {
    provider: &'a Provider,
    path: PathBuf,
}

/// A candidate that has been looked at.
struct Seen<'a> {
    candidate: Candidate<'a>,
    /// What it is in the end; `None` for a link that leads nowhere.
    metadata: Option<Metadata>,
    is_link: bool,
}

impl<'a> Merge<'a> {
    pub(super) fn new(writer: Writer, paths: &'a PathsToLink, providers: &'a [Provider]) -> Self {
        Self {
            writer,
            paths,
            providers,
        }
    }

    pub(super) fn run(mut self) -> Result<(), PackagesError> {
        for root in self.paths.roots() {
            self.make_directory(root)?;
        }
        let all = self.providers.iter();
        let roots = all.map(|provider| Candidate {
            provider,
            path: provider.path.clone(),
        });
        let roots = roots.collect();
        self.directory(b"", roots)
    }

    /// Merges the directories of `candidates` at `path`.
    fn directory(
        &mut self,
        path: &[u8],
        candidates: Vec<Candidate<'a>>,
    ) -> Result<(), PackagesError> {
        let mut names: BTreeMap<OsString, Vec<Candidate<'a>>> = BTreeMap::new();
        for Candidate { provider, path } in candidates {
            let unreadable = |source| PackagesError::Read {
                path: path.clone(),
                source,
            };
            for entry in fs::read_dir(&path).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let path = entry.path();
                names
                    .entry(entry.file_name())
                    .or_default()
                    .push(Candidate { provider, path });
            }
        }
        for (name, candidates) in names {
            let path = [path, b"/", name.as_bytes()].concat();
            if !is_internal(&path) {
                self.entry(&path, candidates)?;
            }
        }
        Ok(())
    }

    /// Decides what stands at `path`.
    fn entry(&mut self, path: &[u8], candidates: Vec<Candidate<'a>>) -> Result<(), PackagesError> {
        let wanted = self.paths.wanted(path);
        if wanted == Wanted::No {
            return Ok(());
        }
        if let ([only], Wanted::Whole) = (&*candidates, wanted) {
            return self.link(path, only);
        }
        let mut seen = candidates
            .into_iter()
            .map(Seen::new)
            .collect::<Result<Vec<_>, _>>()?;
        // Stable, so that among equals the first declared stands first.
        seen.sort_by_key(|seen| seen.candidate.provider.rank);
        let best = seen[0].candidate.provider.rank;
        let rivals = seen.partition_point(|seen| seen.candidate.provider.rank == best);
        if wanted == Wanted::Directory
            && let Some(file) = seen[..rivals].iter().find(|seen| !seen.is_dir())
        {
            return Err(PackagesError::NoDirectoryToLink {
                path: file.candidate.path.clone(),
                package: Box::new(file.candidate.provider.clone()),
            });
        }
        if seen[..rivals].iter().any(|seen| !seen.is_dir()) {
            let winner = winner(path, &seen[..rivals])?;
            return self.link(path, &winner.candidate);
        }
        // What loses against a directory is out; other directories join in.
        seen.retain(Seen::is_dir);
        let mut directories: Vec<Seen<'a>> = Vec::with_capacity(seen.len());
        for next in seen {
            match directories.iter_mut().find(|other| other.is_same(&next)) {
                Some(other) if other.is_link && !next.is_link => *other = next,
                Some(_) => {}
                None => directories.push(next),
            }
        }
        if let ([only], Wanted::Whole) = (&*directories, wanted) {
            return self.link(path, &only.candidate);
        }
        self.make_directory(path)?;
        let directories = directories.into_iter().map(|seen| seen.candidate).collect();
        self.directory(path, directories)
    }

    fn link(&mut self, path: &[u8], candidate: &Candidate<'_>) -> Result<(), PackagesError> {
        let path = relative(path);
        self.writer
            .link(path, &candidate.path)
            .map_err(|source| self.unwritable(path, source))
    }

    fn make_directory(&mut self, path: &[u8]) -> Result<(), PackagesError> {
        let path = relative(path);
        self.writer
            .directory(path)
            .map_err(|source| self.unwritable(path, source))
    }

    fn unwritable(&self, path: &[u8], source: io::Error) -> PackagesError {
        PackagesError::Write {
            path: self.writer.place(path),
            source,
        }
    }
}

fn relative(path: &[u8]) -> &[u8] {
    path.strip_prefix(b"/").unwrap_or(path)
}

/// The file to link among `rivals` of one rank, of which one is no directory.
fn winner<'s, 'a>(path: &[u8], rivals: &'s [Seen<'a>]) -> Result<&'s Seen<'a>, PackagesError> {
    let (first, others) = rivals.split_first().expect("there is a rival");
    let mut winner = first;
    for other in others {
        if winner.is_same(other) {
            if winner.is_link && !other.is_link {
                winner = other;
            }
        } else if !winner.has_content_of(other)? {
            let detail = match (&winner.metadata, &other.metadata) {
                (None, _) | (_, None) => "one of them is a link that leads nowhere",
                (Some(a), Some(b)) if a.is_dir() != b.is_dir() => "one of them is a directory",
                (Some(a), Some(b)) if mode(a) != mode(b) => "their permissions differ",
                _ => "",
            };
            let one = winner.candidate.provider.clone();
            let two = other.candidate.provider.clone();
            return Err(PackagesError::Collision {
                path: String::from_utf8_lossy(relative(path)).into_owned(),
                packages: Box::new((one, two)),
                detail,
            });
        }
    }
    Ok(winner)
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.permissions().mode()
}

impl<'a> Seen<'a> {
    fn new(candidate: Candidate<'a>) -> Result<Self, PackagesError> {
        let path = &candidate.path;
        let unreadable = |source| PackagesError::Read {
            path: path.clone(),
            source,
        };
        let own = fs::symlink_metadata(path).map_err(unreadable)?;
        let is_link = own.is_symlink();
        let metadata = if is_link {
            fs::metadata(path).ok()
        } else {
            Some(own)
        };
        Ok(Self {
            candidate,
            metadata,
            is_link,
        })
    }

    fn is_dir(&self) -> bool {
        self.metadata.as_ref().is_some_and(Metadata::is_dir)
    }

    /// Whether both resolve to one file, or are one and the same dangling link.
    fn is_same(&self, other: &Self) -> bool {
        match (&self.metadata, &other.metadata) {
            (Some(a), Some(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
            (None, None) => {
                let target = |seen: &Self| fs::read_link(&seen.candidate.path).ok();
                target(self).is_some_and(|to| to.is_absolute() && Some(to) == target(other))
            }
            _ => false,
        }
    }

    /// Whether both are regular files with equal permissions and bytes.
    fn has_content_of(&self, other: &Self) -> Result<bool, PackagesError> {
        let (Some(a), Some(b)) = (&self.metadata, &other.metadata) else {
            return Ok(false);
        };
        if !a.is_file() || !b.is_file() || mode(a) != mode(b) || a.len() != b.len() {
            return Ok(false);
        }
        let mut one = self.bytes()?;
        let mut two = other.bytes()?;
        loop {
            let unreadable = |seen: &Self, source| PackagesError::Read {
                path: seen.candidate.path.clone(),
                source,
            };
            match (one.next(), two.next()) {
                (None, None) => return Ok(true),
                (Some(Err(error)), _) => return Err(unreadable(self, error)),
                (_, Some(Err(error))) => return Err(unreadable(other, error)),
                (Some(Ok(a)), Some(Ok(b))) if a == b => {}
                _ => return Ok(false),
            }
        }
    }

    fn bytes(&self) -> Result<io::Bytes<BufReader<File>>, PackagesError> {
        let path = &self.candidate.path;
        match File::open(path) {
            Ok(file) => Ok(BufReader::new(file).bytes()),
            Err(source) => Err(PackagesError::Read {
                path: path.clone(),
                source,
            }),
        }
    }
}
