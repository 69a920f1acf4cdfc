//! What is mounted in a container, in order. Later mounts lie over earlier ones.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{Container, EXECUTABLE, Kind, LEFT, Mode, OWN, Root, System, What};

/// One step of making the file system of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mount {
    /// Shows a path of the machine.
    Bind {
        /// The path.
        from: PathBuf,
        /// Where it is shown.
        to: PathBuf,
        /// What may be done with it.
        access: Access,
    },
    /// An empty file system in memory.
    Tmpfs(PathBuf),
    /// A directory.
    Directory(PathBuf),
    /// A symbolic link.
    Link {
        /// Its target.
        target: PathBuf,
        /// Where it is made.
        to: PathBuf,
    },
    /// The processes of the container.
    Proc(PathBuf),
    /// The few devices that every program needs.
    Dev(PathBuf),
    /// A path of the machine, with changes that are gone at the end.
    Overlay {
        /// The path.
        from: PathBuf,
        /// Where it is shown.
        to: PathBuf,
    },
    /// What is mounted there can be changed no more; mounts below it can.
    ReadOnly(PathBuf),
}

/// What may be done with a path that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read.
    Read,
    /// Read and write, with the rights that the user has.
    Write,
    /// Also use the devices in it.
    Devices,
}

/// What of `/` a test sees, besides names that start with `lib`.
const SYSTEM: [&str; 8] = ["usr", "bin", "sbin", "etc", "opt", "sys", "nix", "gnu"];

/// What a test sees below directories that are made for it.
const PARTS: [&str; 6] = [
    "/run/current-system",
    "/run/booted-system",
    "/run/wrappers",
    "/run/opengl-driver",
    "/run/opengl-driver-32",
    "/var/guix/profiles",
];

/// Where the socket of Nix's daemon lies. A build would change the real store.
const DAEMON: &str = "/nix/var/nix/daemon-socket";

/// What programs cannot do without, or what a container has anew. A home that
/// holds one of these would hide it.
const NEEDED: [&str; 9] = [
    "/usr", "/bin", "/lib", "/etc", "/proc", "/dev", "/sys", "/run", OWN,
];

impl Container {
    /// The path that a home must not be, or hold: programs need it.
    #[must_use]
    pub fn hidden_by(home: &Path) -> Option<&'static Path> {
        let needed = NEEDED.iter().map(Path::new);
        needed.into_iter().find(|path| path.starts_with(home))
    }

    /// Every step, in order.
    #[must_use]
    pub fn mounts(&self, system: &System) -> Vec<Mount> {
        let mut mounts = Mounts {
            system,
            all: Vec::new(),
        };
        match self.kind {
            Kind::Test => mounts.test(self),
            Kind::Ephemeral => mounts.ephemeral(self),
        }
        mounts.add(Mount::Directory(OWN.into()));
        mounts.bind(&self.executable, Path::new(EXECUTABLE), Access::Read);
        if let Some(left) = &self.left {
            mounts.bind(left, Path::new(LEFT), Access::Write);
        }
        for (from, to) in &self.instead {
            // On a file system that is read-only, nothing new can be made.
            if to.starts_with(OWN) || matches!(system.look(to), What::File) {
                mounts.bind(from, to, Access::Read);
            }
        }
        let real = self.real_home.as_ref().map(|real| system.resolved(real));
        // One that holds a home must not show it.
        let holds = |root: &&Root| {
            let homes = real.iter().chain([&self.home]);
            homes.into_iter().any(|home| home.starts_with(&root.path))
        };
        let (around, others): (Vec<_>, Vec<_>) = self.state.iter().partition(holds);
        mounts.roots(around);
        if let Some(real) = &real
            && mounts.shows(real)
        {
            mounts.add(Mount::Tmpfs(real.clone()));
        }
        mounts.roots(others);
        mounts.add(Mount::Tmpfs(mounts.inside(&self.home)));
        for path in &self.shown {
            if !mounts.shows(path) {
                mounts.bind(path, path, Access::Read);
            }
        }
        for (from, to) in &self.persisted {
            mounts.bind(from, &mounts.inside(to), Access::Write);
        }
        mounts.roots(&self.roots);
        mounts.add(Mount::ReadOnly("/".into()));
        mounts.all
    }
}

struct Mounts<'a> {
    system: &'a System,
    all: Vec<Mount>,
}

impl Mounts<'_> {
    fn add(&mut self, mount: Mount) {
        self.all.push(mount);
    }

    fn bind(&mut self, from: &Path, to: &Path, access: Access) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.add(Mount::Bind { from, to, access });
    }

    fn test(&mut self, container: &Container) {
        for name in self.system.names(Path::new("/")) {
            let known = name.to_str().is_some_and(|name| {
                SYSTEM.contains(&name) || name.starts_with("lib") && !name.contains('.')
            });
            if known {
                self.top(&name, container, Access::Read);
            }
        }
        self.add(Mount::Dev("/dev".into()));
        self.add(Mount::Proc("/proc".into()));
        for dir in ["/tmp", "/run", "/var"] {
            self.add(Mount::Tmpfs(dir.into()));
        }
        for dir in ["/var/tmp", "/var/lib", "/var/cache"] {
            self.add(Mount::Directory(dir.into()));
        }
        self.add(Mount::Directory(runtime(container.uid)));
        for part in PARTS {
            self.part(Path::new(part));
        }
        if container.net {
            self.resolver();
        }
        if self.system.look(Path::new(DAEMON)) == What::Directory {
            self.add(Mount::Tmpfs(DAEMON.into()));
        }
    }

    fn ephemeral(&mut self, container: &Container) {
        for name in self.system.names(Path::new("/")) {
            let access = match name.to_str() {
                Some("proc") => continue,
                Some("dev") => Access::Devices,
                _ => Access::Write,
            };
            self.top(&name, container, access);
        }
        self.add(Mount::Proc("/proc".into()));
    }

    /// Shows one entry of `/`.
    fn top(&mut self, name: &OsStr, container: &Container, access: Access) {
        let path = Path::new("/").join(name);
        self.around(&path, &self.system.resolved(&container.home), access);
    }

    /// Shows `path`. A directory that is to have `home` in it, and has not, is
    /// made anew, since nothing can be made in one of another user's; what is
    /// in it is shown one by one.
    fn around(&mut self, path: &Path, home: &Path, access: Access) {
        match self.system.look(path) {
            What::Link(target) => self.add(Mount::Link {
                target,
                to: path.to_owned(),
            }),
            What::Directory if path == home => {}
            What::Directory if home.starts_with(path) && !self.system.is_directory(home) => {
                self.add(match access {
                    Access::Read => Mount::Directory(path.to_owned()),
                    // What could be written to stays so.
                    Access::Write | Access::Devices => Mount::Tmpfs(path.to_owned()),
                });
                for name in self.system.names(path) {
                    self.around(&path.join(name), home, access);
                }
            }
            What::Directory => self.bind(path, path, access),
            // Files at the top are swap files and marks of other containers.
            What::File if path.parent() != Some(Path::new("/")) => self.bind(path, path, access),
            What::File | What::Absent => {}
        }
    }

    fn part(&mut self, path: &Path) {
        match self.system.look(path) {
            What::Directory | What::File => self.bind(path, path, Access::Read),
            What::Link(target) => self.add(Mount::Link {
                target,
                to: path.to_owned(),
            }),
            What::Absent => {}
        }
    }

    /// What says where names are looked up: `/etc/resolv.conf` is often a link
    /// to a file of a daemon's.
    fn resolver(&mut self) {
        let real = self.system.resolved(Path::new("/etc/resolv.conf"));
        if !self.shows(&real) && self.system.look(&real) == What::File {
            self.bind(&real, &real, Access::Read);
        }
        self.part(Path::new("/run/nscd"));
    }

    fn roots<'a>(&mut self, roots: impl IntoIterator<Item = &'a Root>) {
        for root in roots {
            self.root(&root.path, &self.inside(&root.path), &root.mode);
        }
    }

    fn root(&mut self, path: &Path, to: &Path, mode: &Mode) {
        match mode {
            Mode::ReadOnly => self.bind(path, to, Access::Read),
            Mode::Shared => self.bind(path, to, Access::Write),
            Mode::Overlay => self.add(Mount::Overlay {
                from: path.to_owned(),
                to: to.to_owned(),
            }),
            Mode::Copy(copy) => self.bind(copy, to, Access::Write),
        }
    }

    /// Whether `path` of the machine is seen inside, by the steps so far.
    fn shows(&self, path: &Path) -> bool {
        let over = self
            .all
            .iter()
            .rfind(|mount| path.starts_with(mount.place()));
        match over {
            Some(Mount::Bind { from, to, .. } | Mount::Overlay { from, to }) => from == to,
            _ => false,
        }
    }

    /// Where `path` really lies inside, when a directory above it is a link
    /// there: bubblewrap follows absolute links to nowhere.
    fn inside(&self, path: &Path) -> PathBuf {
        let mut top = path.components().take(2);
        let is_link = |top: &Path| {
            let mut links = self.all.iter().filter(|m| matches!(m, Mount::Link { .. }));
            links.any(|link| link.place() == top)
        };
        let top: PathBuf = top.by_ref().collect();
        if is_link(&top) || self.shows(path) {
            self.system.resolved(path)
        } else {
            path.to_owned()
        }
    }
}

impl Mount {
    /// Where it lies inside.
    #[must_use]
    pub fn place(&self) -> &Path {
        match self {
            Self::Bind { to, .. }
            | Self::Link { to, .. }
            | Self::Overlay { to, .. }
            | Self::Tmpfs(to)
            | Self::Directory(to)
            | Self::Proc(to)
            | Self::Dev(to)
            | Self::ReadOnly(to) => to,
        }
    }

    /// Its words on the command line of bubblewrap.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        let words: Vec<&OsStr> = match self {
            Self::Bind { from, to, access } => {
                let flag = match access {
                    Access::Read => "--ro-bind",
                    Access::Write => "--bind",
                    Access::Devices => "--dev-bind",
                };
                vec![flag.as_ref(), from.as_ref(), to.as_ref()]
            }
            Self::Tmpfs(to) => vec!["--tmpfs".as_ref(), to.as_ref()],
            Self::Directory(to) => vec!["--dir".as_ref(), to.as_ref()],
            Self::Link { target, to } => vec!["--symlink".as_ref(), target.as_ref(), to.as_ref()],
            Self::Proc(to) => vec!["--proc".as_ref(), to.as_ref()],
            Self::Dev(to) => vec!["--dev".as_ref(), to.as_ref()],
            Self::Overlay { from, to } => vec![
                "--overlay-src".as_ref(),
                from.as_ref(),
                "--tmp-overlay".as_ref(),
                to.as_ref(),
            ],
            Self::ReadOnly(to) => vec!["--remount-ro".as_ref(), to.as_ref()],
        };
        words.into_iter().map(OsStr::to_owned).collect()
    }
}

/// The directory for sockets of a session.
pub(super) fn runtime(uid: u32) -> PathBuf {
    format!("/run/user/{uid}").into()
}

#[cfg(test)]
#[path = "mounts_tests.rs"]
mod tests;
