//! NAR hashing: the digest that content-addressed store paths are named by.

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::manifest::Digest;

/// Large enough for every step of the encoder: a file name, a link's target.
const BUFFER: usize = 1 << 16;

/// A path whose NAR cannot be made: unreadable, not a file, directory or
/// link, or with a name that is not UTF-8.
#[derive(Debug, Error)]
#[error("cannot read {} as Nix archives it: {reason}", path.display())]
pub struct NarError {
    /// The top of what was to be read.
    pub path: PathBuf,
    /// What went wrong below it.
    pub reason: String,
}

/// The SHA-256 of the NAR of `path` (a file, a directory, or a link), as
/// `nix-hash --type sha256` prints it.
///
/// # Errors
///
/// When something below `path` cannot be read or archived.
pub fn digest(path: &Path) -> Result<Digest, NarError> {
    let failed = |reason: String| NarError {
        path: path.to_owned(),
        reason,
    };
    let mut archive = nix_nar::Encoder::new(path).map_err(|e| failed(e.to_string()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match archive.read(&mut buffer) {
            Ok(0) => return Ok(Digest::from(<[u8; 32]>::from(hash.finalize()))),
            Ok(read) => hash.update(&buffer[..read]),
            Err(error) => return Err(failed(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::path;
    use std::fs;

    #[test]
    fn a_file_has_the_digest_that_nix_gives_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("abc");
        fs::write(&file, "abc\n").unwrap();
        // `nix-hash --type sha256 --base32` of that file, Nix 2.8.0.
        assert_eq!(
            path::base32(&digest(&file).unwrap()),
            "1cb00mjyja307rr4ak8hpvh0y83500nshiwgwkkwr3bg8ckm28a1"
        );
        assert!(digest(&dir.path().join("absent")).is_err());
    }
}
