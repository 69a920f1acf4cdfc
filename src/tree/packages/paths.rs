//! Which paths of a package belong into an environment.

/// The parts of packages to link, and the directories on the way to them.
pub(super) struct PathsToLink {
    /// Without a `/` at the end, so that everything is the empty path.
    paths: Vec<Box<[u8]>>,
}

/// What to do with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Link it, whatever it is.
    Whole,
    /// Make it a directory, and look at what is in it.
    Directory,
    /// Pass it over.
    No,
}

impl PathsToLink {
    pub(super) fn new(paths: &[String]) -> Self {
        let paths = paths
            .iter()
            .map(|path| path.trim_matches('/'))
            .map(|path| match path {
                "" => Box::default(),
                path => format!("/{path}").into_bytes().into(),
            })
            .collect();
        Self { paths }
    }

    /// The paths asked for; the environment has a directory for each.
    pub(super) fn roots(&self) -> impl Iterator<Item = &[u8]> {
        self.paths.iter().map(|path| &**path)
    }

    /// What to do with `path`, which starts with `/` (or is empty).
    pub(super) fn wanted(&self, path: &[u8]) -> Wanted {
        let below = |path: &[u8], top: &[u8]| {
            path.strip_prefix(top)
                .is_some_and(|rest| rest.starts_with(b"/"))
        };
        let mut wanted = Wanted::No;
        for root in &self.paths {
            if &**root == path || below(root, path) {
                return Wanted::Directory;
            }
            if below(path, root) {
                wanted = Wanted::Whole;
            }
        }
        wanted
    }
}

/// Files that packages have for themselves, or that are made from all
/// packages together: build metadata, the index of Info pages, Perl's log of
/// installations, what opens a type, the MIME database (only its sources are
/// linked).
pub(super) fn is_internal(path: &[u8]) -> bool {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    path == b"/nix-support"
        || path == b"/propagated-build-inputs"
        || path.ends_with(b"info/dir")
        || path == b"/share/applications/mimeinfo.cache"
        || (path.starts_with(b"/share/mime/") && !path.starts_with(b"/share/mime/packages"))
        || name == b"perllocal.pod"
        || name == b"log"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_on_the_way_are_made_and_the_rest_is_linked() {
        let paths = PathsToLink::new(&["/bin".to_owned(), "/share/man/".to_owned()]);
        let cases: [(&[u8], Wanted); 7] = [
            (b"", Wanted::Directory),
            (b"/bin", Wanted::Directory),
            (b"/bin/a", Wanted::Whole),
            (b"/binary", Wanted::No),
            (b"/share", Wanted::Directory),
            (b"/share/man/man1", Wanted::Whole),
            (b"/share/doc", Wanted::No),
        ];
        for (path, wanted) in cases {
            assert_eq!(paths.wanted(path), wanted, "{}", path.escape_ascii());
        }
        let all = PathsToLink::new(&["/".to_owned()]);
        assert_eq!(all.wanted(b""), Wanted::Directory);
        assert_eq!(all.wanted(b"/x"), Wanted::Whole);
    }

    #[test]
    fn what_is_no_part_of_an_environment() {
        let internal: [&[u8]; 6] = [
            b"/nix-support",
            b"/propagated-build-inputs",
            b"/share/info/dir",
            b"/share/mime/mime.cache",
            b"/lib/perl5/perllocal.pod",
            b"/share/log",
        ];
        for path in internal {
            assert!(is_internal(path), "{}", path.escape_ascii());
        }
        let linked: [&[u8]; 4] = [
            b"/share/mime/packages/a.xml",
            b"/share/mime",
            b"/lib/nix-support",
            b"/bin/login",
        ];
        for path in linked {
            assert!(!is_internal(path), "{}", path.escape_ascii());
        }
    }
}
