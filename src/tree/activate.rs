//! The `activate` script of a home tree.

use std::os::unix::ffi::OsStrExt;

use super::Target;
use super::shell::quoted;

/// deploy-rs has a program of its own run with `DRY_ACTIVATE=1` for a dry run,
/// and Home Manager's tools set `DRY_RUN`. Whoever calls this script from there
/// must not change a home.
const DRY: &[u8] = b"if [ -n \"${DRY_RUN+x}\" ] || [ \"${DRY_ACTIVATE:-0}\" = 1 ]; then\n\
    \x20 set -- --dry-run \"$@\"\n\
    fi\n";

/// The script: it runs nhmt on its own tree, by the path that Nix registers
/// as a reference, or wherever the tree lies.
pub(super) fn script(target: &Target) -> Vec<u8> {
    match &target.activate {
        Some(nhmt) => [
            b"#!/bin/sh\n",
            DRY,
            b"exec ",
            &*quoted(nhmt.as_os_str().as_bytes()),
            b" activate ",
            &quoted(target.out.as_os_str().as_bytes()),
            b" \"$@\"\n",
        ]
        .concat(),
        None => [
            b"#!/bin/sh\n",
            DRY,
            b"case $0 in */*) tree=${0%/*} ;; *) tree=. ;; esac\n\
            tree=$(CDPATH= cd -P -- \"$tree/\" && pwd -P) || exit 1\n\
            exec nhmt activate \"$tree\" \"$@\"\n",
        ]
        .concat(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::Command;

    use serde_json::json;

    use super::*;
    use crate::manifest::Manifest;
    use crate::tree::{Sources, build};

    fn empty() -> Manifest {
        let home = json!({ "username": "u", "directory": "/home/u" });
        Manifest::from_value(json!({ "version": 1, "home": home })).unwrap()
    }

    /// Runs the tree's `activate` with a stand-in for nhmt that prints its words.
    fn activated(tree: &Path, nhmt: &Path, path: &Path) -> String {
        fs::write(nhmt, "#!/bin/sh\nprintf '<%s>' \"$@\"\n").unwrap();
        fs::set_permissions(nhmt, fs::Permissions::from_mode(0o755)).unwrap();
        let search = format!("{}:/usr/bin:/bin", path.display());
        // The shell reads the script, as executing a file just written may meet
        // ETXTBSY when another test forks meanwhile.
        let output = Command::new("sh")
            .arg(tree.join("activate"))
            .args(["--dry-run", "a b"])
            .env("PATH", search)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn activate_passes_odd_paths_and_arguments_whole() {
        let store = tempfile::tempdir().unwrap();
        let odd = store.path().join("it's $HOME");
        fs::create_dir(&odd).unwrap();
        let nhmt = odd.join("my nhmt");
        let target = Target {
            out: odd.join("tree"),
            sources: Sources::Link,
            activate: Some(nhmt.clone()),
        };
        build(&empty(), &target).unwrap();
        let said = activated(&target.out, &nhmt, &odd);
        let tree = target.out.display();
        assert_eq!(said, format!("<activate><{tree}><--dry-run><a b>"));
    }

    #[test]
    fn a_tree_without_a_builder_finds_itself_after_a_move() {
        let store = tempfile::tempdir().unwrap();
        let target = Target {
            out: store.path().join("new"),
            sources: Sources::Copy,
            activate: None,
        };
        build(&empty(), &target).unwrap();
        let moved = store.path().join("it's moved");
        fs::rename(&target.out, &moved).unwrap();
        symlink(&moved, store.path().join("link")).unwrap();
        let said = activated(
            &store.path().join("link"),
            &store.path().join("nhmt"),
            store.path(),
        );
        let moved = fs::canonicalize(&moved).unwrap();
        assert_eq!(
            said,
            format!("<activate><{}><--dry-run><a b>", moved.display())
        );
    }
}
