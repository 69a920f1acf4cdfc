//! Copies of sources, digested while they are made.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::TreeError;
use super::leaf::Declared;
use super::source::{is_executable, special};
use super::writer::Writer;
use crate::manifest::Digest;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// Copies for one entry of the manifest.
pub(super) struct Copy<'a> {
    pub(super) writer: &'a mut Writer,
    pub(super) origin: Declared<'a>,
}

impl Copy<'_> {
    /// Copies the regular file `from`; gives the digest of its bytes.
    pub(super) fn file(
        &mut self,
        from: &Path,
        to: &[u8],
        executable: bool,
    ) -> Result<Digest, TreeError> {
        let origin = self.origin;
        let unreadable = |error| origin.unreadable(from, error);
        let mut source = File::open(from).map_err(unreadable)?;
        let place = self.writer.place(to);
        let unwritable = |source| TreeError::Write {
            path: place.clone(),
            source,
        };
        let mut copy = self.writer.open_file(to, executable).map_err(unwritable)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; CHUNK];
        loop {
            let read = source.read(&mut buffer).map_err(unreadable)?;
            if read == 0 {
                return Ok(Digest::from(<[u8; 32]>::from(hash.finalize())));
            }
            hash.update(&buffer[..read]);
            copy.write_all(&buffer[..read]).map_err(unwritable)?;
        }
    }

    /// Copies the directory `from` with all that is below it, symbolic links
    /// as they are. The digest covers names, kinds, executable bits, contents
    /// and link targets, as a NAR does.
    pub(super) fn directory(&mut self, from: &Path, to: &[u8]) -> Result<Digest, TreeError> {
        let origin = self.origin;
        let unreadable = |error| origin.unreadable(from, error);
        let mut entries = fs::read_dir(from)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(unreadable)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        self.written(to, |writer| writer.directory(to))?;
        let mut parts: Vec<(u8, Vec<u8>, Digest)> = Vec::with_capacity(entries.len());
        for entry in entries {
            let name = entry.file_name().as_bytes().to_owned();
            let from = entry.path();
            let to = [to, b"/", &name].concat();
            let unreadable = |error| origin.unreadable(&from, error);
            let metadata = fs::symlink_metadata(&from).map_err(unreadable)?;
            let (tag, digest) = if metadata.is_dir() {
                (b'd', self.directory(&from, &to)?)
            } else if metadata.is_symlink() {
                let target = fs::read_link(&from).map_err(unreadable)?;
                self.written(&to, |writer| writer.link(&to, &target))?;
                (b'l', Digest::of(target.as_os_str().as_bytes()))
            } else if metadata.is_file() {
                let executable = is_executable(&metadata);
                let digest = self.file(&from, &to, executable)?;
                (if executable { b'x' } else { b'f' }, digest)
            } else {
                return Err(special(origin, &from, metadata.file_type()));
            };
            parts.push((tag, name, digest));
        }
        Ok(Digest::of_parts(parts.iter().flat_map(
            |(tag, name, digest)| [std::slice::from_ref(tag), name, digest.as_bytes()],
        )))
    }

    fn written(
        &mut self,
        to: &[u8],
        write: impl FnOnce(&mut Writer) -> std::io::Result<()>,
    ) -> Result<(), TreeError> {
        write(self.writer).map_err(|source| TreeError::Write {
            path: self.writer.place(to),
            source,
        })
    }
}
