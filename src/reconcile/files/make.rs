//! Directories for new files, and what a new file takes over from the old.

use std::fs::File;

use rustix::fs::{Timespec, Timestamps, UTIME_NOW};
use rustix::io::Errno;

use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeError, ancestor};
use crate::manifest::HomePath;
use crate::reconcile::attributes;
use crate::reconcile::run::Run;

/// The directory for `path`, made when it is missing.
pub(super) fn parent(run: &mut Run<'_>, path: &HomePath) -> Result<Dir, HomeError> {
    let bytes = path.as_bytes();
    let mut dir = run.home.dir().again().at("open the directory of", path)?;
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        let above = ancestor(path, at);
        let name = above.name();
        let private = name == ".ssh" || name == ".gnupg";
        dir = match dir.open(name) {
            Err(Errno::NOENT) => {
                if run.made.add(above.clone()) {
                    run.made.write(run.home, &run.state)?;
                }
                let made = dir.make(name, if private { 0o700 } else { 0o777 });
                match made {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno).at("make the directory", &above),
                }
                let touched = dir.again().and_then(|dir| run.touched.add(Some(dir)));
                touched.at("open the directory of", &above)?;
                dir.open(name).at("open the directory", &above)?
            }
            opened => opened.at("open the directory", &above)?,
        };
    }
    Ok(dir)
}

/// Gives the new file owner, mode and extended attributes of the live one. It
/// is new all the same: programs see by its time that it changed.
pub(super) fn take_over(live: &File, file: &File) -> rustix::io::Result<()> {
    attributes::copy(live, &rustix::fs::fstat(live)?, file)?;
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    };
    let times = Timestamps {
        last_access: now,
        last_modification: now,
    };
    rustix::fs::futimens(file, &times)
}
