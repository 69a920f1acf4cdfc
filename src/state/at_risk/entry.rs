//! One name in a directory that is read: what it is, and whether it is kept.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::keeps::{Keep, Keeps};
use super::survey::{Class, Directory, Mounted, Unreadable};
use super::walk::Part;
use crate::home::dir::Dir;
use crate::home::{HomeDir, Seen};
use crate::manifest::HomePath;
use crate::state::is_direct_to;

/// What becomes of a name that something may be kept at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Stays,
    Spare,
    Not,
}

/// One name in the directory that is read.
pub(super) struct Entry<'a> {
    pub(super) home: &'a HomeDir,
    pub(super) keeps: &'a Keeps,
    pub(super) dir: &'a Dir,
    pub(super) name: &'a CStr,
    pub(super) path: &'a mut Vec<u8>,
    pub(super) seen: Option<Seen>,
    pub(super) target: &'a mut Vec<u8>,
}

impl Entry<'_> {
    pub(super) fn see(&mut self) -> Result<Seen> {
        if let Some(seen) = self.seen {
            return Ok(seen);
        }
        let seen = self.dir.see(self.name)?;
        self.seen = Some(seen);
        Ok(seen)
    }

    fn link(&mut self) -> Result<&[u8]> {
        let name = OsStr::from_bytes(self.name.to_bytes());
        let length = self.dir.read_link_into(name, self.target)?;
        Ok(&self.target[..length])
    }

    /// Whether it is the link that nhmt makes here.
    fn is_link_of_path(&mut self) -> Result<bool> {
        let path = HomePath::new(&*self.path).expect("names make a path");
        let home = self.home;
        Ok(home.is_target_of(self.link()?, &path))
    }

    pub(super) fn is_kept(&mut self, keep: &Keep, kind: FileType) -> Result<Kept> {
        let stays = match keep {
            Keep::Own => true,
            Keep::Unknown(errno) => return Err(*errno),
            Keep::Spare => return Ok(Kept::Spare),
            Keep::File(identity) => self.see()?.identity == *identity,
            _ if kind != FileType::Symlink => false,
            Keep::Way => true,
            Keep::Link => self.is_link_of_path()?,
            Keep::Route(place) => {
                let target = self.link()?;
                target == place.as_os_str().as_bytes()
                    || is_direct_to(target, place)
                    || self.is_link_of_path()?
            }
        };
        Ok(if stays { Kept::Stays } else { Kept::Not })
    }

    pub(super) fn add(
        &mut self,
        part: &mut Part,
        (number, directory): (usize, &mut Directory),
        class: Class,
        seen: &Seen,
        own: &Seen,
    ) {
        let kind = seen.identity.kind;
        if let (Some(here), Some(there)) = (own.mount, seen.mount)
            && here != there
        {
            part.keeping.push(number);
            if self.keeps.is_place(self.path, &seen.identity) {
                part.rest.kept += 1;
                return;
            }
            part.rest.mounts.push(Mounted {
                path: HomePath::new(&*self.path).expect("names make a path"),
                is_same_filesystem: own.identity.device == seen.identity.device,
            });
            return;
        }
        let mut own_link = false;
        if kind == FileType::Symlink {
            let target = match self.link() {
                Ok(target) => target.to_owned(),
                Err(errno) => return self.cannot(part, number, errno),
            };
            if self.keeps.leads_to_root(self.path, &target) {
                part.keeping.push(number);
                part.rest.kept += 1;
                return;
            }
            own_link = self.home.is_own_target(&target);
        }
        let class = match kind {
            FileType::RegularFile => class,
            FileType::Symlink if !own_link => class,
            _ if class == Class::AtRisk => Class::Spare,
            _ => class,
        };
        // A file with holes takes less than its size, a small one more.
        let bytes = seen.identity.size.min(seen.allocated);
        let bytes = match kind {
            FileType::RegularFile => bytes,
            _ => 0,
        };
        let linked = seen.links > 1 && kind == FileType::RegularFile;
        directory.add(self.name.to_bytes(), seen.identity, bytes, class, linked);
    }

    /// What went meanwhile is not there; what cannot be looked at stays.
    pub(super) fn cannot(&self, part: &mut Part, number: usize, errno: Errno) {
        if errno == Errno::NOENT {
            return;
        }
        part.keeping.push(number);
        let path = HomePath::new(&*self.path).expect("names make a path");
        part.rest.unreadable.push(Unreadable { path, errno });
    }
}
