//! Walks through a source directory.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::data::data;
use super::ignore::Ignore;
use super::name::{self, FileName, Kind};
use super::template::render;
use crate::import::found::{Arrival, Content, Import, ImportError, NoteKind};
use crate::import::link::plain;
use crate::import::secret;
use crate::import::take::{Rules, has_a_name, is_of_version_control, names};
use crate::manifest::HomePath;

/// Reads the source directory of chezmoi at `source`.
///
/// # Errors
/// When a directory cannot be read, or it is no source directory.
pub fn chezmoi(rules: &Rules, source: &Path) -> Result<Import, ImportError> {
    let read = |error| ImportError::read(source, error);
    let source = source.canonicalize().map_err(read)?;
    let root = match fs::read_to_string(source.join(".chezmoiroot")) {
        Ok(below) => source.join(below.trim()),
        Err(_) => source.clone(),
    };
    if !root.is_dir() {
        let why = "`.chezmoiroot` names a directory that is not there";
        return Err(ImportError::Unknown { path: root, why });
    }
    let mut reader = Reader {
        rules,
        data: data(&source, &root, &rules.home),
        ignore: Ignore::default(),
        unsure: Ignore::default(),
        import: Import::default(),
    };
    reader.collect_ignores(&root, "")?;
    reader.directory(&root, "", "")?;
    Ok(reader.import)
}

struct Reader<'a> {
    rules: &'a Rules,
    data: Value,
    ignore: Ignore,
    /// The patterns of lists that are templates which were not translated.
    unsure: Ignore,
    import: Import,
}

impl Reader<'_> {
    /// Reads every `.chezmoiignore` before anything else: a list may concern
    /// what comes before it.
    fn collect_ignores(&mut self, dir: &Path, target: &str) -> Result<(), ImportError> {
        for list in [".chezmoiignore", ".chezmoiignore.tmpl"] {
            let path = dir.join(list);
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            if let Some(text) = render(&text, &self.data) {
                self.ignore.add(&text, target);
                continue;
            }
            let why = "it is a template that is not translated; of what it may exclude, what the home has was taken";
            self.import.note(join(target, list), NoteKind::Remark, why);
            self.unsure.add(&without_actions(&text), target);
        }
        for name in names(dir)? {
            let from = dir.join(&name);
            let Ok(name) = name.into_string() else {
                continue;
            };
            if !name.starts_with('.') && from.is_dir() && !from.is_symlink() {
                let read = name::directory(&name);
                self.collect_ignores(&from, &join(target, &read.name))?;
            }
        }
        Ok(())
    }

    fn directory(&mut self, dir: &Path, target: &str, shown: &str) -> Result<(), ImportError> {
        for name in names(dir)? {
            let from = dir.join(&name);
            let Ok(name) = name.into_string() else {
                self.import.left_out(
                    from.display(),
                    "its name cannot be written in a configuration",
                );
                continue;
            };
            let shown = join(shown, &name);
            if name.starts_with('.') {
                self.special(&from, &name, &shown)?;
            } else if from.is_dir() && from.is_symlink() {
                let why = "it is a link to a directory, which chezmoi does not enter";
                self.import.left_out(shown, why);
            } else if from.is_dir() {
                self.subdirectory(&from, &name, target, &shown)?;
            } else {
                self.file(&from, &name, target, &shown)?;
            }
        }
        Ok(())
    }

    /// What begins with a dot is no target.
    fn special(&mut self, from: &Path, name: &str, shown: &str) -> Result<(), ImportError> {
        if name == ".chezmoiscripts" && from.is_dir() {
            self.scripts(from, shown)?;
        } else if name == ".chezmoitemplates" {
            let why = "nhmt fills in no templates; what they came to in the home was taken where files use them";
            self.import.left_out(shown, why);
        } else if name.starts_with(".chezmoi.") {
            let why = "it asks for what differs between machines, and nhmt asks nothing; what was answered is in the files";
            self.import.left_out(shown, why);
        } else if name.starts_with(".chezmoiexternal") {
            self.import.left_out(
                shown,
                "chezmoi fetches what it names; nhmt fetches nothing by itself",
            );
        } else if name.starts_with(".chezmoiremove") {
            self.import
                .left_out(shown, "nhmt removes only what it has put in place itself");
        }
        Ok(())
    }

    /// All scripts below a directory that has nothing else.
    fn scripts(&mut self, dir: &Path, shown: &str) -> Result<(), ImportError> {
        for name in names(dir)? {
            let from = dir.join(&name);
            let shown = join(shown, &name.to_string_lossy());
            if from.is_file() {
                self.script(&from, &shown);
            } else if from.is_dir() && !from.is_symlink() {
                self.scripts(&from, &shown)?;
            }
        }
        Ok(())
    }

    fn subdirectory(
        &mut self,
        from: &Path,
        name: &str,
        target: &str,
        shown: &str,
    ) -> Result<(), ImportError> {
        let read = name::directory(name);
        let target = join(target, &read.name);
        if self.is_ignored(&target) {
            return Ok(());
        }
        if read.remove {
            self.import
                .left_out(shown, "nhmt removes only what it has put in place itself");
            return Ok(());
        }
        if read.exact {
            let why = "other files in this directory stay; chezmoi removed them (`exact_`)";
            self.import.note(&target, NoteKind::Remark, why);
        }
        if read.private {
            let why =
                "the directory's mode is not kept (`private_`); one that is there keeps its own";
            self.import.note(&target, NoteKind::Remark, why);
        }
        if read.external {
            return self.external(from, &target);
        }
        self.directory(from, &target, shown)
    }

    /// Names below an `external_` directory say nothing.
    fn external(&mut self, from: &Path, target: &str) -> Result<(), ImportError> {
        let Ok(path) = HomePath::new(target) else {
            return Ok(());
        };
        let rules = self.rules;
        rules.take_directory(&mut self.import, &path, from, &mut |_, import, path, _| {
            import.left_out(path, "it is a link in an `external_` directory");
            Ok(())
        })
    }

    fn is_ignored(&self, target: &str) -> bool {
        let is_there = || self.rules.home.join(target).symlink_metadata().is_ok();
        self.ignore.has(target) || (self.unsure.has(target) && !is_there())
    }

    fn file(
        &mut self,
        from: &Path,
        name: &str,
        target: &str,
        shown: &str,
    ) -> Result<(), ImportError> {
        let read = name::file(name);
        if read.kind == Kind::Run {
            if !self.is_ignored(&join(target, &read.name)) {
                self.script(from, shown);
            }
            return Ok(());
        }
        let target = join(target, &read.name);
        let Ok(path) = HomePath::new(&target) else {
            return Ok(());
        };
        if self.is_ignored(&target)
            || is_of_version_control(&path)
            || !has_a_name(&mut self.import, &path)
        {
            return Ok(());
        }
        if read.encrypted {
            let why = "it is encrypted in the source; nhmt has `home.secrets` for it";
            self.import.note(&path, NoteKind::Secret, why);
            return Ok(());
        }
        match read.kind {
            Kind::Remove => {
                self.import
                    .left_out(shown, "nhmt removes only what it has put in place itself");
                Ok(())
            }
            Kind::Modify => self.modified(path, &read),
            Kind::Symlink => self.symlink(path, from, &read),
            Kind::File | Kind::Create | Kind::Run => self.content(path, from, &read),
        }
    }

    /// A script stays beside the configuration: nothing runs that the person
    /// has not read.
    fn script(&mut self, from: &Path, shown: &str) {
        match fs::read(from).map(|bytes| secret::by_content(&bytes)) {
            Ok(None) => {}
            Ok(Some(what)) => return self.import.note(shown, NoteKind::Secret, what),
            Err(error) => {
                return self
                    .import
                    .left_out(shown, format!("it cannot be read: {error}"));
            }
        }
        let why = "a script is not run by nhmt; it lies in `scripts`, and `home.activation` runs what it is given after each switch";
        self.import.left_out(shown, why);
        let content = Content::At(from.to_owned());
        // Two directories may each have one of the same name.
        let name = shown.strip_prefix(".chezmoiscripts/").unwrap_or(shown);
        self.import.scripts.insert(name.to_owned(), content);
    }

    fn content(&mut self, path: HomePath, from: &Path, read: &FileName) -> Result<(), ImportError> {
        let arrival = if read.kind == Kind::Create {
            Arrival::Seed
        } else {
            Arrival::Usual
        };
        let bytes = match fs::read(from) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.import
                    .left_out(path, format!("it cannot be read: {error}"));
                return Ok(());
            }
        };
        if read.template {
            self.template(path, &bytes, read, arrival);
            return Ok(());
        }
        // chezmoi removes files that are empty.
        if bytes.is_empty() && !read.empty && read.kind == Kind::File {
            return Ok(());
        }
        self.rules
            .take_file(&mut self.import, path, from, Some(read.mode()), arrival)
    }

    /// What a template comes to is what the home has, when it has it.
    fn template(&mut self, path: HomePath, template: &[u8], read: &FileName, arrival: Arrival) {
        let text = std::str::from_utf8(template).ok();
        let rendered = text
            .and_then(|text| render(text, &self.data))
            .map(String::into_bytes);
        let live = self.rules.home.join(path.as_path());
        let live = if live.is_file() {
            fs::read(&live).ok()
        } else {
            None
        };
        let (bytes, why) = match (rendered, live) {
            (Some(rendered), Some(live)) if rendered != live => (
                live,
                "its template comes to another text here; what the home has was taken",
            ),
            (Some(rendered), _) => (rendered, "its template was filled in for this machine"),
            (None, Some(live)) => (
                live,
                "its template is not translated; what it came to in the home was taken",
            ),
            (None, None) => {
                let why = "its template is not translated, and the home does not have it";
                self.import.left_out(path, why);
                return;
            }
        };
        if bytes.is_empty() && !read.empty && read.kind == Kind::File {
            return;
        }
        let content = Content::Bytes(bytes.clone());
        let known = self.import.items.len();
        self.rules.take_bytes(
            &mut self.import,
            path.clone(),
            content,
            &bytes,
            read.mode(),
            arrival,
        );
        if self.import.items.len() > known {
            self.import.note(path, NoteKind::Rendered, why);
        }
    }

    /// A program and chezmoi shared it.
    fn modified(&mut self, path: HomePath, read: &FileName) -> Result<(), ImportError> {
        let live = self.rules.home.join(path.as_path());
        if !live.is_file() {
            let why = "a script makes it (`modify_`), and the home does not have it";
            self.import.left_out(path, why);
            return Ok(());
        }
        let why = "a script changes it (`modify_`); what the home has is written where there is none (`seed`), and `method = \"merge\"` may do what the script did";
        self.import.note(&path, NoteKind::Rendered, why);
        self.rules.take_file(
            &mut self.import,
            path,
            &live,
            Some(read.mode()),
            Arrival::Seed,
        )
    }

    fn symlink(&mut self, path: HomePath, from: &Path, read: &FileName) -> Result<(), ImportError> {
        let text = fs::read_to_string(from).map_err(|error| ImportError::read(from, error))?;
        let rendered = if read.template {
            render(&text, &self.data)
        } else {
            Some(text)
        };
        let place = self.rules.home.join(path.as_path());
        let above = place.parent().unwrap_or(Path::new("/")).to_owned();
        let target = match rendered {
            Some(text) if text.trim().is_empty() => return Ok(()),
            Some(text) => PathBuf::from(text.strip_suffix('\n').unwrap_or(&text)),
            None => {
                let Ok(target) = fs::read_link(&place) else {
                    let why = "its template is not translated, and the home does not have it";
                    self.import.left_out(path, why);
                    return Ok(());
                };
                target
            }
        };
        if read.template {
            let why = "its template was filled in for this machine";
            self.import.note(&path, NoteKind::Rendered, why);
        }
        let target = plain(&above.join(target));
        self.rules.take_link(&mut self.import, path, target);
        Ok(())
    }
}

fn join(above: &str, name: &str) -> String {
    if above.is_empty() {
        name.to_owned()
    } else {
        format!("{above}/{name}")
    }
}

/// The lines of a template that are not part of its actions.
fn without_actions(text: &str) -> String {
    let mut plain = String::new();
    let mut left = text;
    while let Some((before, rest)) = left.split_once("{{") {
        plain.push_str(before);
        left = rest.split_once("}}").map_or("", |(_, after)| after);
    }
    plain.push_str(left);
    plain
}
