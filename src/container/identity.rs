//! Who the user is inside: programs ask `/etc/passwd` and `/etc/group`, and
//! what else the system would ask (a directory service, a daemon) does not
//! answer there.

use std::path::PathBuf;

/// The user in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The login name.
    pub name: String,
    /// The id, which is the one outside.
    pub uid: u32,
    /// The id of the group, likewise.
    pub gid: u32,
    /// The home directory inside.
    pub home: PathBuf,
    /// The shell.
    pub shell: PathBuf,
}

/// The text of `/etc/passwd`, from the system's, with this user in it once.
/// `None` when a line cannot say it.
#[must_use]
pub fn passwd(system: &str, who: &Identity) -> Option<String> {
    let uid = who.uid.to_string();
    let is_this = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next();
        name == Some(&who.name) || fields.nth(1) == Some(&uid)
    };
    let (mine, others): (Vec<_>, Vec<_>) = system.lines().partition(|line| is_this(line));
    // The full name stays.
    let full_name = mine
        .first()
        .and_then(|line| line.split(':').nth(4))
        .unwrap_or("");
    let (home, shell) = (who.home.to_str()?, who.shell.to_str()?);
    let own = [
        &who.name,
        "x",
        &uid,
        &who.gid.to_string(),
        full_name,
        home,
        shell,
    ];
    line_of(&own, &others)
}

/// The text of `/etc/group`, likewise, with the user's group in it.
#[must_use]
pub fn group(system: &str, who: &Identity) -> Option<String> {
    let gid = who.gid.to_string();
    let is_this = |line: &&str| line.split(':').nth(2) == Some(&gid);
    if system.lines().any(|line| is_this(&line)) {
        return Some(system.to_owned());
    }
    let others: Vec<_> = system.lines().collect();
    line_of(&[&who.name, "x", &gid, ""], &others)
}

fn line_of(fields: &[&str], others: &[&str]) -> Option<String> {
    if fields.iter().any(|field| field.contains([':', '\n'])) {
        return None;
    }
    let own = fields.join(":");
    let lines = std::iter::once(own.as_str()).chain(others.iter().copied());
    Some(lines.flat_map(|line| [line, "\n"]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Identity {
        Identity {
            name: "alice".to_owned(),
            uid: 1000,
            gid: 100,
            home: "/home/alice in/wonderland".into(),
            shell: "/bin/zsh".into(),
        }
    }

    #[test]
    fn the_user_is_there_once() {
        let system =
            "root:x:0:0::/root:/bin/sh\nbob:x:1000:5:Bob B:/home/bob:/bin/sh\nalice:x:7:7::/a:/b\n";
        let text = passwd(system, &alice()).unwrap();
        assert_eq!(
            text,
            "alice:x:1000:100:Bob B:/home/alice in/wonderland:/bin/zsh\nroot:x:0:0::/root:/bin/sh\n"
        );
        assert!(passwd("", &alice()).unwrap().starts_with("alice:x:1000:"));
    }

    #[test]
    fn the_group_is_there() {
        let system = "root:x:0:\nusers:x:100:\n";
        assert_eq!(group(system, &alice()).unwrap(), system);
        assert_eq!(
            group("root:x:0:\n", &alice()).unwrap(),
            "alice:x:100:\nroot:x:0:\n"
        );
    }

    #[test]
    fn what_a_line_cannot_say_is_left_to_the_system() {
        let home = "/home/a:b".into();
        assert_eq!(passwd("", &Identity { home, ..alice() }), None);
        let home = "/home/a\nroot:x:0:0".into();
        assert_eq!(passwd("", &Identity { home, ..alice() }), None);
    }
}
