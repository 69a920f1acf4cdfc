//! The nhmt executable as the builder of its own derivations.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::expression::{path, string};
use super::{ErrorKind, EvalError};
use crate::store::path::{base32, containing};
use crate::store::{Cache, Identity, Nix, nar};

/// `PT_INTERP`: the program header that names the dynamic loader (elf(5)).
const PT_INTERP: u32 = 3;

/// The Nix expression for the executable in the store.
///
/// One that lies in a store is used there, with what it needs. Any other is
/// copied as a single file, so it must be static; its digest is remembered,
/// because Nix otherwise reads all of it at every evaluation.
pub(super) fn expression(executable: &Path, cache: &Cache) -> Result<String, EvalError> {
    let failed = |error| EvalError::io(executable, &error);
    let executable = executable.canonicalize().map_err(failed)?;
    if let Some(store_path) = containing(&Nix::store_dir(), &executable) {
        let inside = executable
            .strip_prefix(&store_path)
            .unwrap_or(Path::new(""));
        let inside = if inside.as_os_str().is_empty() {
            String::new()
        } else {
            format!(" + {}", string(&format!("/{}", inside.display())))
        };
        let store_path = string(&store_path.display().to_string());
        return Ok(format!("(builtins.storePath {store_path}{inside})"));
    }
    let identity = Identity::of(&executable).map_err(failed)?;
    let digest = if let Some(known) = cache.recall("builder", &executable, &identity) {
        known
    } else {
        if needs_loader(&executable).map_err(failed)? {
            return Err(EvalError::new(
                ErrorKind::Builder,
                format!(
                    "{} is dynamically linked: it cannot run in Nix's sandbox, where it builds the home tree",
                    executable.display()
                ),
            )
            .remedy(
                "Build it with `cargo build --release` in its source tree, whose .cargo/config.toml makes it static; RUSTFLAGS in the environment and `cargo install --git` leave that file out.",
            ));
        }
        let digest = nar::digest(&executable)
            .map_err(|error| EvalError::new(ErrorKind::Machine, error.to_string()))?;
        let digest = base32(&digest);
        cache.remember("builder", &executable, &identity, &digest);
        digest
    };
    let path = path(&executable);
    Ok(format!(
        r#"(builtins.path {{ path = {path}; name = "nhmt"; sha256 = "{digest}"; }})"#
    ))
}

/// Whether the executable is an ELF file that names a dynamic loader.
fn needs_loader(executable: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    // The program headers follow the header in what linkers write.
    File::open(executable)?
        .take(1 << 16)
        .read_to_end(&mut start)?;
    Ok(names_loader(&start).unwrap_or(false))
}

/// Reads ELF64, little-endian (elf(5)); `None` for anything else.
fn names_loader(elf: &[u8]) -> Option<bool> {
    let half = |at: usize| Some(u16::from_le_bytes(elf.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_le_bytes(elf.get(at..at + 4)?.try_into().ok()?));
    let long = |at: usize| Some(u64::from_le_bytes(elf.get(at..at + 8)?.try_into().ok()?));
    if elf.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let (table, size, count) = (long(0x20)?, half(0x36)?, half(0x38)?);
    let table = usize::try_from(table).ok()?;
    (0..usize::from(count))
        .map(|n| word(table + n * usize::from(size)))
        .try_fold(false, |found, kind| Some(found || kind? == PT_INTERP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_executable_is_static_and_the_shell_is_not() {
        let this = std::env::current_exe().unwrap();
        let dynamic = cfg!(not(target_feature = "crt-static"));
        assert_eq!(needs_loader(&this).unwrap(), dynamic);
        assert!(needs_loader(Path::new("/bin/sh")).unwrap());
        assert_eq!(names_loader(b"#!/bin/sh\n"), None);
    }
}
