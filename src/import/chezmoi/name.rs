//! What the names in a source directory say.

/// What a file of the source is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file.
    File,
    /// A file that is made where there is none.
    Create,
    /// A script or template that changes a file.
    Modify,
    /// Something to remove.
    Remove,
    /// Something to run.
    Run,
    /// The text of a symbolic link.
    Symlink,
}

/// What the name of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own"
)]
pub(super) struct FileName {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) encrypted: bool,
    pub(super) private: bool,
    pub(super) readonly: bool,
    pub(super) empty: bool,
    pub(super) executable: bool,
    pub(super) template: bool,
}

impl FileName {
    /// The permission bits of the file in the home.
    pub(super) fn mode(&self) -> u32 {
        let mut mode = if self.executable { 0o755 } else { 0o644 };
        if self.private {
            mode &= 0o700;
        }
        if self.readonly {
            mode &= 0o555;
        }
        mode
    }
}

/// What the name of a directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own"
)]
pub(super) struct DirectoryName {
    pub(super) name: String,
    pub(super) remove: bool,
    pub(super) external: bool,
    pub(super) exact: bool,
    pub(super) private: bool,
}

/// Takes attributes from the front of a name, in their order.
struct Prefixes<'a>(&'a str);

impl Prefixes<'_> {
    fn take(&mut self, prefix: &str) -> bool {
        // What is left has to be a name.
        match self.0.strip_prefix(prefix).filter(|rest| !rest.is_empty()) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}

/// What encrypted files end with, by what chezmoi encrypts with: age, gpg.
const ENCRYPTED: [&str; 2] = [".age", ".asc"];

/// Reads the name of a file.
pub(super) fn file(source: &str) -> FileName {
    let mut left = Prefixes(source);
    let kind = [
        ("create_", Kind::Create),
        ("remove_", Kind::Remove),
        ("run_", Kind::Run),
        ("symlink_", Kind::Symlink),
        ("modify_", Kind::Modify),
    ]
    .into_iter()
    .find_map(|(prefix, kind)| left.take(prefix).then_some(kind));
    let kind = kind.unwrap_or(Kind::File);
    let mut read = FileName {
        kind,
        name: String::new(),
        encrypted: false,
        private: false,
        readonly: false,
        empty: false,
        executable: false,
        template: false,
    };
    match kind {
        Kind::Run => {
            let _ = left.take("once_") || left.take("onchange_");
            let _ = left.take("before_") || left.take("after_");
        }
        Kind::File | Kind::Create | Kind::Modify => {
            read.encrypted = left.take("encrypted_");
            read.private = left.take("private_");
            read.readonly = left.take("readonly_");
            read.empty = kind != Kind::Modify && left.take("empty_");
            read.executable = left.take("executable_");
        }
        Kind::Remove | Kind::Symlink => {}
    }
    let name = if kind == Kind::Run {
        left.0.to_owned()
    } else {
        dotted(&mut left)
    };
    let mut name = &*name;
    if read.encrypted {
        let bare = ENCRYPTED.into_iter().find_map(|end| name.strip_suffix(end));
        name = bare.unwrap_or(name);
    }
    if let Some(rest) = name.strip_suffix(".literal") {
        name = rest;
    } else if kind != Kind::Remove
        && let Some(rest) = name.strip_suffix(".tmpl").filter(|rest| !rest.is_empty())
    {
        read.template = true;
        name = rest.strip_suffix(".literal").unwrap_or(rest);
    }
    FileName {
        name: name.to_owned(),
        ..read
    }
}

/// Reads the name of a directory.
pub(super) fn directory(source: &str) -> DirectoryName {
    let mut left = Prefixes(source);
    let remove = left.take("remove_");
    let external = left.take("external_");
    let exact = left.take("exact_");
    let private = left.take("private_");
    left.take("readonly_");
    DirectoryName {
        name: dotted(&mut left),
        remove,
        external,
        exact,
        private,
    }
}

fn dotted(left: &mut Prefixes<'_>) -> String {
    if left.take("dot_") {
        return format!(".{}", left.0);
    }
    left.take("literal_");
    left.0.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(name: &str) -> FileName {
        file(name)
    }

    #[test]
    fn plain_names_and_dots() {
        assert_eq!(of("dot_bashrc").name, ".bashrc");
        assert_eq!(of("bashrc").name, "bashrc");
        assert_eq!(of("dot_bashrc").mode(), 0o644);
        assert_eq!(of("dot_").name, "dot_");
    }

    #[test]
    fn attributes_are_read_in_their_order() {
        let read = of("encrypted_private_readonly_executable_dot_key.age");
        assert!(read.encrypted && read.private && read.readonly && read.executable);
        assert_eq!((read.name.as_str(), read.mode()), (".key", 0o500));
        assert_eq!(of("encrypted_dot_key.asc").name, ".key");
        // Out of order, it is part of the name.
        let read = of("executable_private_x");
        assert!(read.executable && !read.private);
        assert_eq!(read.name, "private_x");
        assert_eq!(of("private_executable_x").mode(), 0o700);
        assert_eq!(of("readonly_x").mode(), 0o444);
    }

    #[test]
    fn kinds_and_templates() {
        assert_eq!(of("create_empty_dot_x").kind, Kind::Create);
        assert!(of("create_empty_dot_x").empty);
        assert_eq!(of("symlink_dot_vimrc.tmpl").name, ".vimrc");
        assert!(of("symlink_dot_vimrc.tmpl").template);
        assert_eq!(
            of("run_once_before_10-install.sh.tmpl").name,
            "10-install.sh"
        );
        assert_eq!(of("modify_private_dot_x").kind, Kind::Modify);
        assert!(of("modify_private_dot_x").private);
        assert_eq!(of("remove_dot_x").name, ".x");
        assert_eq!(of("x.tmpl").name, "x");
    }

    #[test]
    fn literal_ends_the_reading() {
        assert_eq!(of("literal_dot_x").name, "dot_x");
        assert_eq!(of("dot_x.tmpl.literal").name, ".x.tmpl");
        assert!(!of("dot_x.tmpl.literal").template);
    }

    #[test]
    fn directories() {
        let read = directory("exact_private_dot_ssh");
        assert!(read.exact && read.private && !read.remove);
        assert_eq!(read.name, ".ssh");
        assert_eq!(directory("dot_config").name, ".config");
        assert_eq!(directory("literal_exact_x").name, "exact_x");
    }

    proptest! {
        /// chezmoi makes a source name from attributes; reading it gives them
        /// back.
        #[test]
        fn what_is_written_is_read(
            private: bool, readonly: bool, empty: bool, executable: bool, template: bool,
            dot: bool, name in "[a-z]{1,6}(-[a-z]{1,4})?(\\.[a-z]{1,3})?",
        ) {
            let end = name.rsplit('.').next();
            prop_assume!(!matches!(end, Some("tmpl" | "literal")));
            let mut source = String::new();
            for (on, prefix) in [
                (private, "private_"), (readonly, "readonly_"), (empty, "empty_"),
                (executable, "executable_"), (dot, "dot_"),
            ] {
                if on { source.push_str(prefix); }
            }
            source.push_str(&name);
            if template { source.push_str(".tmpl"); }
            let read = of(&source);
            let wanted = if dot { format!(".{name}") } else { name };
            prop_assert_eq!(read, FileName {
                kind: Kind::File, name: wanted, encrypted: false,
                private, readonly, empty, executable, template,
            });
        }
    }
}
