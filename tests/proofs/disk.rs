//! Filesystems in files, and what a power cut leaves of them: what has reached
//! the file. What the kernel still holds for the filesystem in it has not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A filesystem, and how it is made and mounted. Its own timers would bring
/// things to the disk that nhmt has not asked for, so they are slowed down
/// where that is possible.
#[derive(Debug, Clone, Copy)]
pub struct Filesystem {
    pub name: &'static str,
    make: &'static [&'static str],
    options: &'static str,
    megabytes: u64,
}

pub const EXT4: Filesystem = Filesystem {
    name: "ext4",
    make: &["mkfs.ext4", "-q", "-F"],
    options: "loop,commit=300",
    megabytes: 32,
};

pub const EXT4_WRITEBACK: Filesystem = Filesystem {
    name: "ext4, data=writeback",
    make: &["mkfs.ext4", "-q", "-F"],
    options: "loop,commit=300,data=writeback",
    megabytes: 32,
};

pub const XFS: Filesystem = Filesystem {
    name: "xfs",
    make: &["mkfs.xfs", "-q", "-f"],
    options: "loop",
    megabytes: 300,
};

pub const BTRFS: Filesystem = Filesystem {
    name: "btrfs",
    make: &["mkfs.btrfs", "-q", "-f"],
    options: "loop,commit=300",
    megabytes: 128,
};

/// A filesystem in a file, mounted at a path that stays the same.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
    filesystem: Filesystem,
    mounted: bool,
}

impl Disk {
    /// A new filesystem, mounted.
    pub fn new(filesystem: Filesystem) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "the power-loss proof mounts filesystems in files: run it as root, or leave it out with `cargo test -- --skip power_loss`"
        );
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("nhmt-proof-disk-");
        let folder = builder.tempdir_in("/dev/shm");
        let folder = folder.or_else(|_| builder.tempdir()).unwrap();
        std::fs::create_dir(folder.path().join("mounted")).unwrap();
        let mut disk = Self {
            folder,
            filesystem,
            mounted: false,
        };
        let image = std::fs::File::create(disk.image()).unwrap();
        image.set_len(filesystem.megabytes << 20).unwrap();
        must(
            Command::new(filesystem.make[0])
                .args(&filesystem.make[1..])
                .arg(disk.image()),
        );
        disk.mount(&disk.image());
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    /// A path beside it, on the machine's own disk.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn image(&self) -> PathBuf {
        self.beside("image")
    }

    /// What a power cut would leave now, as a file of this name.
    pub fn cut(&self, name: &str) {
        // With holes: most of the image was never written to.
        must(
            Command::new("cp")
                .args(["--sparse=always", "--reflink=never"])
                .args([self.image(), self.beside(name)]),
        );
    }

    /// Mounts what [`Disk::cut`] left, in the place of what was mounted.
    pub fn power_on(&mut self, name: &str) {
        self.unmount();
        let image = self.beside(name);
        self.mount(&image);
    }

    /// Brings everything to the disk.
    pub fn sync(&self) {
        let dir = std::fs::File::open(self.path()).unwrap();
        rustix::fs::syncfs(dir).unwrap();
    }

    fn mount(&mut self, image: &Path) {
        let mut mount = Command::new("mount");
        mount.args(["-o", self.filesystem.options]).arg(image);
        mount.arg(self.path());
        // The sandbox of another test has a copy of what was mounted here, and
        // two filesystems with one UUID cannot be.
        for _ in 0..500 {
            if mount.output().is_ok_and(|output| output.status.success()) {
                self.mounted = true;
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        must(&mut mount);
        self.mounted = true;
    }

    fn unmount(&mut self) {
        // A process that another test forks holds what is open here until it
        // executes its program.
        for _ in 0..500 {
            if !self.mounted {
                return;
            }
            let output = Command::new("umount").arg(self.path()).output().unwrap();
            self.mounted = !output.status.success();
            thread::sleep(Duration::from_millis(u64::from(self.mounted) * 20));
        }
        panic!("{} stays busy", self.path().display());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            // Also when a command that a failure left still works on it.
            let _ = Command::new("umount")
                .arg("--lazy")
                .arg(self.path())
                .status();
        }
    }
}

fn must(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; the power-loss proof needs mount, mkfs.ext4, mkfs.xfs and mkfs.btrfs (apt-get install mount e2fsprogs xfsprogs btrfs-progs)")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {said}; where there are no loop devices, as in most containers, leave this proof out with `cargo test -- --skip power_loss`"
    );
}
