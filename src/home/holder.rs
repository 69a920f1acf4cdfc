//! Who has the lock of a home, for who only looks.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use super::HomeDir;

impl HomeDir {
    /// The processes that have the lock, in words, as far as the kernel tells
    /// (`/proc/locks`, proc(5)); else who said so last.
    #[must_use]
    pub fn users(&self) -> String {
        let holders: Vec<_> = self.listed().into_iter().map(named).collect();
        if !holders.is_empty() {
            return holders.join(", ");
        }
        let said = fs::read_to_string(self.layout().state().join("lock-holder"));
        let said = said.unwrap_or_default();
        let line = said.lines().next().unwrap_or("another nhmt");
        line.chars().filter(|c| !c.is_control()).collect()
    }

    /// Whether the kernel says that `process` has the lock.
    pub(super) fn lock_is_listed(&self, process: u32) -> bool {
        self.listed().contains(&process)
    }

    fn listed(&self) -> Vec<u32> {
        let inode = fs::metadata(self.layout().home()).map_or(0, |data| data.ino());
        let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
        holders(&locks, inode)
    }
}

/// The processes with a `flock` on the inode, those that wait for it left out.
/// The device is not compared: on btrfs it is not the one of `stat`.
fn holders(locks: &str, inode: u64) -> Vec<u32> {
    let lines = locks.lines().filter(|line| !line.contains("->"));
    lines
        .filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let is_flock = words.next()? == "FLOCK";
            let process = words.nth(2)?.parse().ok()?;
            let file = words.next()?.rsplit(':').next()?.parse::<u64>().ok()?;
            (is_flock && file == inode).then_some(process)
        })
        .collect()
}

/// A process by its number and its command.
fn named(process: u32) -> String {
    let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    let plain: String = command.chars().filter(|c| !c.is_control()).collect();
    match plain.trim() {
        "" => format!("process {process}"),
        command => format!("process {process}: {command}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holders_of_a_lock_are_read() {
        let locks = "\
            1: POSIX  ADVISORY  WRITE 10 08:01:77 0 EOF\n\
            2: FLOCK  ADVISORY  WRITE 11 08:01:77 0 EOF\n\
            2: -> FLOCK  ADVISORY  WRITE 12 08:01:77 0 EOF\n\
            3: FLOCK  ADVISORY  WRITE 13 00:2b:78 0 EOF\n\
            nonsense\n";
        assert_eq!(holders(locks, 77), [11]);
        assert_eq!(holders(locks, 78), [13]);
        assert!(holders(locks, 1).is_empty());
    }
}
