//! While secrets are in this process.

/// As long as this lives, a crash leaves no core dump, and no other process of
/// the user looks into this one (`PR_SET_DUMPABLE` in prctl(2)). Unlike a limit
/// on their size it does not pass to programs that are started.
pub(super) struct NoCoreDumps {
    #[cfg(target_os = "linux")]
    before: Option<rustix::process::DumpableBehavior>,
    #[cfg(not(target_os = "linux"))]
    before: rustix::process::Rlimit,
}

#[cfg(target_os = "linux")]
pub(super) fn no_core_dumps() -> NoCoreDumps {
    use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
    let before = dumpable_behavior().ok();
    // Where the kernel refuses, there is nothing better.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    NoCoreDumps { before }
}

#[cfg(target_os = "linux")]
impl Drop for NoCoreDumps {
    fn drop(&mut self) {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Some(before @ DumpableBehavior::Dumpable) = self.before {
            let _ = set_dumpable_behavior(before);
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn no_core_dumps() -> NoCoreDumps {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let before = getrlimit(Resource::Core);
    let mut none = before.clone();
    none.current = Some(0);
    let _ = setrlimit(Resource::Core, none);
    NoCoreDumps { before }
}

#[cfg(not(target_os = "linux"))]
impl Drop for NoCoreDumps {
    fn drop(&mut self) {
        use rustix::process::{Resource, setrlimit};
        let _ = setrlimit(Resource::Core, self.before.clone());
    }
}
