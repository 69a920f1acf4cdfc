//! Content copied with its holes, so that a sparse file does not grow.

use std::fs::File;
use std::io::{self, Read};

use rustix::fs::{SeekFrom, ftruncate, seek};
use rustix::io::{Errno, Result};

use super::error::errno;

/// Copies the whole content of `from` to the empty file `to`.
pub(crate) fn copy(from: &File, to: &File) -> Result<()> {
    let mut at = 0;
    while let Some((start, end)) = next_data(from, at)? {
        seek(from, SeekFrom::Start(start))?;
        seek(to, SeekFrom::Start(start))?;
        let mut reader = from;
        let mut part = (&mut reader).take(end - start);
        io::copy(&mut part, &mut { to }).map_err(|error| errno(&error))?;
        at = end;
    }
    ftruncate(to, seek(from, SeekFrom::End(0))?)
}

/// The next part at or behind `at` that is no hole; `None` when there is none.
fn next_data(file: &File, at: u64) -> Result<Option<(u64, u64)>> {
    let all = |end| Ok((at < end).then_some((at, end)));
    let start = match seek(file, SeekFrom::Data(at)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(None),
        // The filesystem does not know of holes.
        Err(Errno::INVAL | Errno::NOTSUP) => return all(seek(file, SeekFrom::End(0))?),
        Err(errno) => return Err(errno),
    };
    let end = seek(file, SeekFrom::Hole(start))?;
    Ok((start < end).then_some((start, end)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::*;

    #[test]
    fn holes_stay_holes_and_the_length_stays() {
        for dir in [tempfile::tempdir(), tempfile::tempdir_in("/dev/shm")] {
            let Ok(dir) = dir else { continue };
            for parts in [&[][..], &[0], &[5 << 20], &[0, 3 << 20, 9 << 20]] {
                let open = |name| {
                    let options = &mut File::options();
                    let options = options.read(true).write(true).create_new(true);
                    options.open(dir.path().join(format!("{name}-{}", parts.len())))
                };
                let name = parts.iter().sum::<u64>();
                let from = open(format!("from-{name}")).unwrap();
                for &part in parts {
                    from.write_at(b"data", part).unwrap();
                }
                from.set_len(16 << 20).unwrap();
                let to = open(format!("to-{name}")).unwrap();
                copy(&from, &to).unwrap();
                let [mut left, mut right] = [&from, &to].map(|file| {
                    seek(file, SeekFrom::Start(0)).unwrap();
                    file
                });
                assert!(super::super::copy::same_bytes(&mut left, &mut right).unwrap());
                let blocks = |file: &File| file.metadata().unwrap().blocks();
                assert!(blocks(&to) <= blocks(&from), "{parts:?}");
            }
        }
    }
}
