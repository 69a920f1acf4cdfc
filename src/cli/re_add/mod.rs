//! `nhmt re-add`

mod own_text;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use similar::TextDiff;

use crate::cli::Code;
use crate::cli::context::Context;
use crate::cli::edit::file_of;
use crate::cli::failure::Failure;
use crate::cli::persist::{replace, state_of};
use crate::cli::source::{self, Source};
use crate::cli::target;
use crate::cli::typed_path::in_home;
use crate::eval::{OptionValue, Question};
use crate::import::looks_like_a_secret;
use crate::manifest::{Content, FileSpec, HomePath, Manifest};
use crate::store::Nix;
use crate::ui::confirm;

/// Bring the live changes of a managed file back into the configuration.
///
/// What the home has is written to the file beside the configuration that the
/// path comes from, after the difference was shown. A text or a value within
/// Nix is not changed; then the difference says what to write.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt re-add ~/.config/app/settings.conf
  nhmt re-add ~/.npmrc -n                   only show the difference")]
pub(super) struct ReAdd {
    /// A managed path; a relative one starts from the current directory when
    /// that is in the home, else from the home
    path: PathBuf,
    /// Show the difference, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Show the difference, and ask
    #[arg(short, long)]
    ask: bool,
    /// Bring it back although it looks like a secret
    #[arg(long)]
    anyway: bool,
}

pub(super) fn run(context: &Context, args: &ReAdd) -> Result<ExitCode, Failure> {
    let home = context.layout().home();
    let path = in_home(home, &args.path)?;
    let source = source::find(&context.global)?;
    let manifest =
        state_of(context, &source).map_err(|why| Failure::new(why).code(Code::Evaluation))?;
    let (target, spec) = declared(&manifest, &path)?;
    let live = live(context, &path)?;
    let live = live
        .map(|live| own_text::part(spec, &path, live))
        .transpose()?;
    let live = live.filter(|live| own_text::differs(spec, live));
    let Some(live) = live else {
        let message = format!("~/{path} is as nhmt left it: there is nothing to bring back");
        return Ok(done(context, &path, None, false, &message));
    };
    let file = own_file(context, &source, target, spec, &path);
    let file = match file {
        Ok(file) => file,
        Err(why) => return Err(own_text::by_hand(spec, &path, &live, &why)),
    };
    let old = fs::read(&file)
        .map_err(|error| Failure::new(format_args!("cannot read {}: {error}", file.display())))?;
    let executable = executable(&home.join(path.as_path()));
    if old == live && (spec.executable.is_some() || executable == self::executable(&file)) {
        let message = format!("{} has what the home has", file.display());
        return Ok(done(context, &path, Some(&file), false, &message));
    }
    if !args.anyway
        && let Some(what) = looks_like_a_secret(&path.to_string(), &live)
    {
        return Err(Failure::new(format_args!(
            "~/{path} looks like a secret ({what}), and what a configuration has every user of the machine can read"
        ))
        .hint("`home.secrets` keeps secrets encrypted; `--anyway` brings it back as it is"));
    }
    if !context.json() {
        context.ui.result(difference(&file, &old, &live).trim_end());
    }
    if args.dry_run {
        return Ok(done(
            context,
            &path,
            Some(&file),
            false,
            "dry run: nothing was changed",
        ));
    }
    if args.ask && !confirm("Bring it back?")? {
        return Ok(ExitCode::FAILURE);
    }
    write(&file, &live, executable)
        .map_err(|error| Failure::new(format_args!("cannot write {}: {error}", file.display())))?;
    let message = format!("{} has the live content of ~/{path} now", file.display());
    Ok(done(context, &path, Some(&file), true, &message))
}

/// The entry that has `path`: its own, or the one of a directory above it.
fn declared<'a>(
    manifest: &'a Manifest,
    path: &HomePath,
) -> Result<(&'a HomePath, &'a FileSpec), Failure> {
    let own = manifest.files.get_key_value(path);
    let above = || {
        path.ancestors()
            .find_map(|dir| manifest.files.get_key_value(&dir))
    };
    own.or_else(above).ok_or_else(|| {
        Failure::new(format_args!("the configuration does not have ~/{path}"))
            .hint("`nhmt add PATH` brings a file of the home in")
    })
}

/// What the home has, unless that is what nhmt has put there.
fn live(context: &Context, path: &HomePath) -> Result<Option<Vec<u8>>, Failure> {
    let home = context.layout().home();
    let place = home.join(path.as_path());
    let through = place.canonicalize().ok();
    let own = context
        .open()?
        .current_tree()?
        .map(|tree| tree.join("home").join(path.as_path()));
    let own = own.and_then(|own| own.canonicalize().ok());
    if own.is_some() && own == through {
        return Ok(None);
    }
    if !place.is_file() {
        return Err(Failure::new(format_args!(
            "~/{path} is no file that could be brought back"
        ))
        .hint("name a file; a directory's files are brought back one by one"));
    }
    let bytes = fs::read(&place)
        .map_err(|error| Failure::new(format_args!("cannot read {}: {error}", place.display())))?;
    Ok(Some(bytes))
}

/// The file of the person's own that `path` comes from.
fn own_file(
    context: &Context,
    source: &Source,
    target: &HomePath,
    spec: &FileSpec,
    path: &HomePath,
) -> Result<PathBuf, String> {
    let file = own_place(context, source, spec)?;
    let rest = path
        .as_path()
        .strip_prefix(target.as_path())
        .unwrap_or(Path::new(""));
    let file = if rest.as_os_str().is_empty() {
        file
    } else {
        file.join(rest)
    };
    let real = file.canonicalize().map_err(|error| {
        let file = file.display();
        format!("{file}: {error}; `nhmt add PATH` brings a new file in")
    })?;
    if !real.is_file() {
        return Err(format!("{} is no file", real.display()));
    }
    if is_stored(&real) || rustix::fs::access(&real, rustix::fs::Access::WRITE_OK).is_err() {
        return Err(format!(
            "it comes from {}, which is not yours to change",
            real.display()
        ));
    }
    Ok(real)
}

/// The file or directory of the person's own that an entry comes from.
pub(super) fn own_place(
    context: &Context,
    source: &Source,
    spec: &FileSpec,
) -> Result<PathBuf, String> {
    let Content::Source { path: stored, .. } = &spec.content else {
        return Err("its content stands in the configuration's own text".to_owned());
    };
    let named = match source {
        Source::Manifest(_) => stored.clone(),
        Source::Module(_) | Source::Flake { .. } => evaluated(context, source, spec)?,
    };
    let directory = file_of(source).map_err(|failure| failure.to_string())?;
    let directory = directory.parent().unwrap_or(Path::new("/")).to_owned();
    let place = in_working_tree(&named, &directory);
    let real = place.canonicalize().unwrap_or_else(|_| place.clone());
    if is_stored(&real) {
        let real = real.display();
        return Err(format!(
            "it comes from {real}, which is not yours to change"
        ));
    }
    Ok(place)
}

/// The value of the option `source` of this entry, as a path.
fn evaluated(context: &Context, source: &Source, spec: &FileSpec) -> Result<PathBuf, String> {
    let unknown = || "the option that it comes from is not known".to_owned();
    let option = spec.declared_in.first().ok_or_else(unknown)?;
    // `home.file.".bashrc"`, as the configuration names its entries.
    let (list, name) = option.split_once(".\"").ok_or_else(unknown)?;
    let name: String = serde_json::from_str(&format!("\"{name}")).map_err(|_| unknown())?;
    let mut loc: Vec<String> = list.split('.').map(str::to_owned).collect();
    loc.extend([name, "source".to_owned()]);
    let json = target::query(context, Some(source), &Question::Value(loc))
        .map_err(|failure| failure.to_string())?;
    let value: Option<OptionValue> =
        serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let value = value.ok_or_else(unknown)?.value;
    let text = value.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    if !text.starts_with('/') {
        return Err("its source is no path that could be written to".to_owned());
    }
    Ok(PathBuf::from(text))
}

/// A flake is evaluated from a copy in the store; the person's own file is the
/// one of the same place with the same content.
fn in_working_tree(named: &Path, directory: &Path) -> PathBuf {
    let mut parts = named.components();
    let is_copy = named.starts_with("/nix/store")
        || named
            .components()
            .any(|part| part.as_os_str().to_string_lossy().ends_with("-source"));
    if !is_copy || named.starts_with(directory) {
        return named.to_owned();
    }
    for part in parts.by_ref() {
        if part.as_os_str().to_string_lossy().ends_with("-source") {
            break;
        }
    }
    let below = parts.as_path();
    let tops = directory.ancestors().map(|top| top.join(below));
    let same = |own: &PathBuf| match (fs::read(own), fs::read(named)) {
        (Ok(own), Ok(copy)) => own == copy,
        _ => own.is_dir() && named.is_dir(),
    };
    let mut tops = tops.filter(|own| !below.as_os_str().is_empty() && own.exists());
    tops.find(same).unwrap_or_else(|| named.to_owned())
}

/// Whether Nix keeps it.
fn is_stored(path: &Path) -> bool {
    path.starts_with(Nix::store_dir())
}

fn difference(file: &Path, old: &[u8], new: &[u8]) -> String {
    match (std::str::from_utf8(old), std::str::from_utf8(new)) {
        (Ok(old), Ok(new)) => {
            let shown = file.display().to_string();
            TextDiff::from_lines(old, new)
                .unified_diff()
                .header(&shown, &shown)
                .to_string()
        }
        _ => format!(
            "{}: {} bytes -> {} bytes",
            file.display(),
            old.len(),
            new.len()
        ),
    }
}

fn executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o100 != 0)
}

fn write(file: &Path, content: &[u8], executable: bool) -> std::io::Result<()> {
    replace(file, content)?;
    let mode = fs::metadata(file)?.permissions().mode();
    let mode = if executable {
        mode | (mode & 0o444) >> 2
    } else {
        mode & !0o111
    };
    fs::set_permissions(file, fs::Permissions::from_mode(mode))
}

fn done(
    context: &Context,
    path: &HomePath,
    file: Option<&Path>,
    written: bool,
    message: &str,
) -> ExitCode {
    if context.json() {
        context
            .ui
            .result(json!({ "path": path, "file": file, "written": written }));
    } else {
        context.ui.summary(message);
    }
    ExitCode::SUCCESS
}
