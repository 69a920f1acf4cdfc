//! Links that Home Manager left. Their targets say by which program and for
//! which path they were made, and have no content of their own: so they are
//! taken over as nhmt's are, and need not be kept.

use rustix::io::Errno;

use super::aside::Taken;
use super::error::ReconcileError;
use super::run::Run;
use super::work::{Slot, tag};
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, HomeLock, Parent};
use crate::manifest::HomePath;

/// What the store path of Home Manager's files is called, behind its hash.
const FILES: &[u8] = b"-home-manager-files";

/// The length of the hash in a store path.
const HASH: usize = 32;

/// Whether `target` is what Home Manager gives to the link at `path`:
/// `<store>/<hash>-home-manager-files/<path>`.
pub(crate) fn is_home_managers(target: &[u8], path: &HomePath) -> bool {
    let tree = target
        .strip_suffix(path.as_bytes())
        .and_then(|rest| rest.strip_suffix(b"/"))
        .and_then(|rest| rest.strip_suffix(FILES));
    let Some((store, hash)) =
        tree.and_then(|tree| tree.split_at_checked(tree.len().checked_sub(HASH)?))
    else {
        return false;
    };
    store.starts_with(b"/")
        && store.ends_with(b"/")
        && hash
            .iter()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

/// Those of `places`, sorted, at which Home Manager's links are; reads only.
///
/// # Errors
/// When a directory or a link may not be read.
pub fn left_by_home_manager(
    home: &HomeDir,
    places: &[HomePath],
) -> Result<Vec<HomePath>, HomeError> {
    let mut walker = home.walker();
    let mut found = Vec::new();
    for path in places {
        if let Parent::Open(dir) = walker.parent_of(path)?
            && is_left(dir, path).at("look at", path)?
        {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Removes the links at `paths` that are Home Manager's. Gives how many it
/// removed; what was put there meanwhile stays, or is kept as a backup of
/// `generation` when its name was taken in that moment.
///
/// # Errors
/// When the system refuses.
pub fn remove_home_managers(
    lock: &HomeLock,
    paths: &[HomePath],
    generation: u64,
) -> Result<usize, ReconcileError> {
    if paths.is_empty() {
        return Ok(0);
    }
    let mut run = Run::new(lock, generation)?;
    let done = run.remove_home_managers(paths);
    run.work.clean();
    Ok(done?)
}

/// Removes the directories above `paths` that are empty, as Home Manager does
/// when its links there go.
///
/// # Errors
/// When one cannot be looked for.
pub fn remove_empty_above(home: &HomeDir, paths: &[HomePath]) -> Result<(), HomeError> {
    for path in paths {
        let above: Vec<_> = path.ancestors().collect();
        for directory in above.into_iter().rev() {
            let mut walker = home.walker();
            let Parent::Open(dir) = walker.parent_of(&directory)? else {
                continue;
            };
            // It refuses what is not empty, and what is no directory.
            match dir.remove_dir(directory.name()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(_) => break,
            }
        }
    }
    Ok(())
}

impl Run<'_> {
    fn remove_home_managers(&mut self, paths: &[HomePath]) -> Result<usize, HomeError> {
        let mut removed = 0;
        for path in paths {
            let Some(dir) = self.find_parent(path)? else {
                continue;
            };
            let folder = self.work.folder(&dir).at("write beside", path)?;
            let slot = Slot::new(&folder, tag(path));
            let taken = take(&slot, &dir, path).at("remove the link", path)?;
            match taken {
                Taken::Discarded => removed += 1,
                Taken::Held => self.keep_held(path, &slot)?,
                Taken::Gone | Taken::PutBack => {}
            }
            self.touched
                .add(Some(dir))
                .at("open the directory of", path)?;
        }
        self.bring_to_disk()?;
        Ok(removed)
    }
}

/// As `discard_link`, for one of Home Manager's.
fn take(slot: &Slot, dir: &Dir, path: &HomePath) -> rustix::io::Result<Taken> {
    match dir.move_out(path.name(), &slot.dir, &slot.name) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Ok(Taken::Gone),
        Err(errno) => return Err(errno),
    }
    if is_left_as(&slot.dir, &slot.name, path)? {
        slot.dir.unlink(&slot.name)?;
        return Ok(Taken::Discarded);
    }
    match slot.dir.move_in(&slot.name, dir, path.name()) {
        Ok(()) => Ok(Taken::PutBack),
        Err(Errno::EXIST) => Ok(Taken::Held),
        Err(errno) => Err(errno),
    }
}

fn is_left(dir: &Dir, path: &HomePath) -> rustix::io::Result<bool> {
    is_left_as(dir, path.name(), path)
}

/// Whether `name` in `dir` is the link that Home Manager made for `path`.
pub(super) fn is_left_as(
    dir: &Dir,
    name: &std::ffi::OsStr,
    path: &HomePath,
) -> rustix::io::Result<bool> {
    use std::os::unix::ffi::OsStrExt;
    match dir.read_link(name) {
        Ok(target) => Ok(is_home_managers(target.as_bytes(), path)),
        Err(Errno::INVAL | Errno::NOENT | Errno::NAMETOOLONG) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_home_manager_names_the_path_that_it_is_at() {
        let path = HomePath::new(".config/x").unwrap();
        let is = |target: &str| is_home_managers(target.as_bytes(), &path);
        let hash = "0123456789abcdfghijklmnpqrsvwxyz";
        assert!(is(&format!(
            "/nix/store/{hash}-home-manager-files/.config/x"
        )));
        assert!(is(&format!("/s/{hash}-home-manager-files/.config/x")));
        for other in [
            format!("/nix/store/{hash}-home-manager-files/.config/y"),
            format!("/nix/store/{hash}-home-manager-files/a/.config/x"),
            format!("/nix/store/{hash}-home-manager-files.config/x"),
            format!("/nix/store/{hash}-other-home-manager-files/.config/x"),
            format!("nix/store/{hash}-home-manager-files/.config/x"),
            "/nix/store/short-home-manager-files/.config/x".to_owned(),
            "-home-manager-files/.config/x".to_owned(),
            ".config/x".to_owned(),
            String::new(),
        ] {
            assert!(!is(&other), "{other}");
        }
    }
}
