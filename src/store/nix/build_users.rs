//! Root without build users, as in a container: Nix then refuses to build
//! unless it is told to build as root.

use std::collections::HashMap;
use std::fs;

use super::{Arguments, config};

/// The group that Nix takes build users from when it runs as root (Nix
/// manual, `build-users-group`).
const DEFAULT_GROUP: &str = "nixbld";

/// Whether this process's Nix would look for build users that do not exist.
pub(super) fn are_missing(arguments: &Arguments) -> bool {
    rustix::process::geteuid().is_root()
        && arguments.option("build-users-group").is_none()
        && builds_in_process(arguments)
        && lack(
            &config::settings(),
            &fs::read_to_string("/etc/group").unwrap_or_default(),
        )
}

/// Whether Nix opens the store itself. Root always does unless told otherwise.
fn builds_in_process(arguments: &Arguments) -> bool {
    let remote = |store: &str| store == "daemon" || store.contains("://");
    let environment = std::env::var("NIX_REMOTE").unwrap_or_default();
    let store = arguments.store.as_deref().unwrap_or(&environment);
    !remote(store) && !config::settings().get("store").is_some_and(|s| remote(s))
}

fn lack(settings: &HashMap<String, String>, groups: &str) -> bool {
    let group = settings.get("build-users-group").map(String::as_str);
    if !matches!(group, None | Some(DEFAULT_GROUP)) {
        return false;
    }
    if settings
        .get("auto-allocate-uids")
        .is_some_and(|v| v == "true")
    {
        return false;
    }
    // group(5): name:password:id:members.
    let members = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(DEFAULT_GROUP)).then(|| fields.nth(2).unwrap_or_default())
    });
    members.unwrap_or_default().trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_machine_without_build_users_lacks_them() {
        let none = HashMap::new();
        assert!(lack(&none, "root:x:0:\n"));
        assert!(lack(&none, "nixbld:x:30000:\n"));
        assert!(!lack(&none, "root:x:0:\nnixbld:x:30000:nixbld1,nixbld2\n"));
        let set = |name: &str, value: &str| HashMap::from([(name.into(), value.into())]);
        assert!(!lack(&set("build-users-group", ""), ""));
        assert!(!lack(&set("build-users-group", "builders"), ""));
        assert!(lack(&set("build-users-group", "nixbld"), ""));
        assert!(!lack(&set("auto-allocate-uids", "true"), ""));
    }
}
