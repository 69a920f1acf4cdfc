//! Nix's store, by Nix's commands.

mod arguments;
mod build_users;
mod closure;
mod config;
mod error;
mod roots;
mod version;

pub use arguments::Arguments;
pub use closure::{Closure, Extent};
pub use error::NixError;
pub use version::{MINIMUM, Version};

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Cache;

/// The Nix of this machine.
#[derive(Debug, Clone)]
pub struct Nix {
    build: PathBuf,
    version: Version,
    arguments: Arguments,
    without_build_users: bool,
}

impl Nix {
    /// Finds Nix on `PATH`, or where it usually is, and checks that it is new enough. The version is
    /// remembered in `cache`, so that later runs start no process for it.
    ///
    /// # Errors
    ///
    /// [`NixError::Absent`] and [`NixError::TooOld`], or when `nix-build
    /// --version` cannot be understood.
    pub fn find(cache: &Cache, arguments: Arguments) -> Result<Self, NixError> {
        let mut path = std::env::var_os("PATH").unwrap_or_default();
        for place in usual_places() {
            path.push(":");
            path.push(place);
        }
        Self::find_on(&path, cache, arguments)
    }

    fn find_on(path: &OsStr, cache: &Cache, arguments: Arguments) -> Result<Self, NixError> {
        let build = executable(path, "nix-build").ok_or(NixError::Absent)?;
        let version = version::of(&build, cache)?;
        if version < MINIMUM {
            return Err(NixError::TooOld {
                path: build,
                found: version,
            });
        }
        let without_build_users = build_users::are_missing(&arguments);
        Ok(Self {
            build,
            version,
            arguments,
            without_build_users,
        })
    }

    /// The version of this Nix.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// What the user wants passed on.
    #[must_use]
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// A command of this Nix (`nix-build`, `nix-store`, `nix-instantiate`,
    /// `nix`) with the settings that every one of them needs.
    #[must_use]
    pub fn command(&self, name: &str) -> Command {
        // All come from one directory: another Nix may follow on PATH.
        let mut command = Command::new(self.build.with_file_name(name));
        self.arguments.add_settings(&mut command);
        if self.without_build_users {
            command.args(["--option", "build-users-group", ""]);
        }
        command
    }

    /// The store directory that store paths start with.
    #[must_use]
    pub fn store_dir() -> PathBuf {
        config::directory(&["NIX_STORE_DIR", "NIX_STORE"], "/nix/store")
    }

    /// Makes `link` a GC root for `tree`, at its final name: a root made
    /// elsewhere and renamed is collected.
    ///
    /// # Errors
    ///
    /// When `nix-store --realise --add-root` fails.
    pub fn register(&self, tree: &Path, link: &Path) -> Result<(), NixError> {
        if let Some(dir) = link.parent() {
            std::fs::create_dir_all(dir).map_err(|source| NixError::Io {
                path: dir.to_owned(),
                source,
            })?;
        }
        let mut command = self.command("nix-store");
        // `--indirect` is implied since Nix 2.4 and harmless before.
        command.arg("--realise").arg(tree);
        command.arg("--add-root").arg(link).arg("--indirect");
        output(command).map(drop)
    }

    /// Whether Nix has lost the GC root at `link`: its folder was missing, or
    /// not mounted, during a garbage collection.
    #[must_use]
    pub fn root_is_missing(link: &Path) -> bool {
        roots::is_missing(link)
    }

    /// The store paths that `path` refers to, sorted.
    ///
    /// # Errors
    ///
    /// When `nix-store --query` fails: most often, `path` is not valid.
    pub fn references(&self, path: &Path) -> Result<Vec<PathBuf>, NixError> {
        let mut command = self.command("nix-store");
        command.args(["--query", "--references"]).arg(path);
        let text = output(command)?;
        let mut paths: Vec<PathBuf> = text.lines().map(PathBuf::from).collect();
        paths.sort();
        Ok(paths)
    }

    /// Adds a file or directory to the store, and gives its store path.
    ///
    /// # Errors
    ///
    /// When `nix-store --add` fails.
    pub fn add(&self, path: &Path) -> Result<PathBuf, NixError> {
        let mut command = self.command("nix-store");
        command.arg("--add").arg(path);
        Ok(PathBuf::from(output(command)?.trim_end()))
    }

    /// Makes sure that the home tree at `tree`, a path that Nix printed, is
    /// there for programs that know nothing of Nix.
    ///
    /// # Errors
    ///
    /// [`NixError::ChrootStore`] when it is not: Nix keeps its store elsewhere
    /// and shows it at `tree` only to its own processes.
    pub fn open_tree(&self, tree: &Path) -> Result<(), NixError> {
        match std::fs::metadata(tree.join("home")) {
            Ok(_) => Ok(()),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                Err(NixError::ChrootStore {
                    path: tree.to_owned(),
                })
            }
            Err(source) => Err(NixError::Io {
                path: tree.to_owned(),
                source,
            }),
        }
    }
}

/// Where Nix and NixOS have their commands, for who runs without the profile of
/// a login shell: services, and commands by ssh.
fn usual_places() -> impl Iterator<Item = PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let own = home.filter(|home| home.is_absolute());
    let own = own.map(|home| home.join(".nix-profile/bin"));
    let shared = [
        "/run/current-system/sw/bin",
        "/nix/var/nix/profiles/default/bin",
    ];
    own.into_iter().chain(shared.map(PathBuf::from))
}

fn executable(path: &OsStr, name: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(name))
        .find(|file| {
            rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok() && file.is_file()
        })
}

/// Runs a command that only prints, and gives what it prints.
fn output(mut command: Command) -> Result<String, NixError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.output().map_err(|source| NixError::Io {
        path: name.clone().into(),
        source,
    })?;
    if !done.status.success() {
        return Err(NixError::Failed {
            command: name,
            message: String::from_utf8_lossy(&done.stderr).trim().to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_nix_that_is_absent_or_too_old_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().join("cache"));
        let bin = dir.path().join("bin");
        fs::create_dir(&bin).unwrap();
        let find = || Nix::find_on(bin.as_os_str(), &cache, Arguments::default());
        assert!(matches!(find(), Err(NixError::Absent)));

        let tool = bin.join("nix-build");
        fs::write(&tool, "#!/bin/sh\necho 'nix-build (Nix) 2.3.16'\n").unwrap();
        assert!(matches!(find(), Err(NixError::Absent)), "not executable");
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        let error = find().unwrap_err().to_string();
        assert!(error.contains("2.3 is too old"), "{error}");
        assert!(error.contains("2.8 or newer"), "{error}");

        fs::write(
            &tool,
            "#!/bin/sh\necho 'error: no such setting' >&2; exit 1\n",
        )
        .unwrap();
        let error = find().unwrap_err();
        assert!(matches!(error, NixError::DoesNotStart { .. }), "{error}");
        assert!(
            error.to_string().contains("no such setting\nLook at"),
            "{error}"
        );

        fs::write(&tool, "#!/bin/sh\necho nonsense\n").unwrap();
        let error = find().unwrap_err();
        assert!(matches!(error, NixError::NoVersion { .. }), "{error}");
    }
}
