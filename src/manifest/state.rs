//! The manifest's `state`: which paths are persisted, checked against each
//! other and against the managed files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::check::{ManifestError, reserved};
use super::route::is_root;
use super::{Content, FileSpec, HomePath, MethodName, Route, RouteKind, RouteMethod, declared_by};

/// The directory of nhmt's own in each root.
pub const ROOM: &str = ".nhmt";

/// A persisted path, as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSpec {
    /// Where its data lies.
    pub route: Route,
    /// Who asked for it, for messages and `nhmt why`.
    pub declared_in: Vec<String>,
}

/// What `nhmt status --at-risk` is to leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AtRiskSpec {
    /// Patterns as in gitignore(5), below the home; `None` for nhmt's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<Vec<String>>,
}

impl AtRiskSpec {
    /// Nhmt's own patterns, in the syntax of gitignore(5).
    pub const USUAL: &str = include_str!("../../modules/persistence/at-risk.gitignore");

    /// The patterns, one in a line, as in a file of gitignore(5).
    #[must_use]
    pub fn patterns(&self) -> String {
        match &self.ignore {
            None => Self::USUAL.to_owned(),
            Some(patterns) => patterns.iter().flat_map(|one| [one, "\n"]).collect(),
        }
    }

    /// Whether the configuration leaves it to nhmt.
    pub(super) fn is_usual(&self) -> bool {
        self.ignore.is_none()
    }

    pub(super) fn check(&self) -> Result<(), ManifestError> {
        let mut patterns = self.ignore.iter().flatten();
        match patterns.find(|pattern| pattern.contains(['\n', '\0'])) {
            None => Ok(()),
            Some(pattern) => Err(ManifestError::AtRisk {
                pattern: pattern.escape_default().to_string(),
            }),
        }
    }
}

/// One element of the manifest's list.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawState {
    /// Its place in the home.
    path: String,
    /// The absolute path of the directory that outlives the home.
    root: PathBuf,
    /// What it is.
    kind: RouteKind,
    /// How the home leads there.
    #[serde(default)]
    method: RouteMethod,
    /// The permissions of what nhmt makes, in octal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    /// Those of the directories above it that nhmt makes, in octal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent_mode: Option<String>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    declared_in: Vec<String>,
}

impl RawState {
    pub(super) fn of(path: &HomePath, spec: &StateSpec) -> Self {
        let octal = |mode: Option<u32>| mode.map(|mode| format!("{mode:04o}"));
        let route = &spec.route;
        Self {
            // Checked manifests come from JSON, so their paths are UTF-8.
            path: String::from_utf8_lossy(path.as_bytes()).into_owned(),
            root: route.root.clone(),
            kind: route.kind,
            method: route.method,
            mode: octal(route.mode),
            parent_mode: octal(route.parent_mode),
            declared_in: spec.declared_in.clone(),
        }
    }

    fn into_spec(self, home: &Path) -> Result<(HomePath, StateSpec), ManifestError> {
        let by = declared_by(&self.declared_in);
        let problem = |problem: String| ManifestError::State {
            path: self.path.clone(),
            problem: format!("{problem}{by}"),
        };
        let path = HomePath::new(&self.path)
            .map_err(|error| problem(format!("the path cannot be used: {error}")))?;
        if let Some(reserved) = reserved(&path) {
            return Err(problem(format!(
                "it is, holds or lies in `{reserved}`, where nhmt keeps its own records of this home; persist directories beside it one by one"
            )));
        }
        if path.as_bytes().split(|&b| b == b'/').next() == Some(ROOM.as_bytes()) {
            return Err(problem(format!(
                "nhmt has `{ROOM}` of each root for itself; choose another path"
            )));
        }
        let root = &self.root;
        let shown = root.display();
        if !is_root(root) {
            return Err(problem(format!(
                "the root `{shown}` is not an absolute, normalized path"
            )));
        }
        if root.starts_with(home) {
            return Err(problem(format!(
                "the root {shown} lies in the home {}, which it is to outlive",
                home.display()
            )));
        }
        let place = root.join(path.as_path());
        if place.starts_with(home) || home.starts_with(&place) {
            return Err(problem(format!(
                "its place {} is in the home {}, or holds it; choose another root",
                place.display(),
                home.display()
            )));
        }
        let own = match self.kind {
            RouteKind::Directory => (0o700, "read, write and enter it"),
            RouteKind::File => (0o600, "read and write it"),
        };
        let mode = mode("mode", self.mode.as_deref(), own).map_err(problem)?;
        let above = (0o700, "read, write and enter it");
        let parent_mode =
            self::mode("parentMode", self.parent_mode.as_deref(), above).map_err(problem)?;
        let spec = StateSpec {
            route: Route {
                root: self.root,
                kind: self.kind,
                method: self.method,
                mode,
                parent_mode,
            },
            declared_in: self.declared_in,
        };
        Ok((path, spec))
    }
}

/// Permission bits; the owner needs those of `own`.
fn mode(field: &str, text: Option<&str>, own: (u32, &str)) -> Result<Option<u32>, String> {
    let Some(text) = text else {
        return Ok(None);
    };
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let mode = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
    match mode {
        Some(mode) if mode <= 0o777 && mode & own.0 == own.0 => Ok(Some(mode)),
        Some(_) => Err(format!(
            "`{field}` is `{text}`; the owner must be able to {}, and bits above 0777 cannot be set",
            own.1
        )),
        None => Err(format!(
            "`{field}` is `{text}`; write octal digits such as `0700`"
        )),
    }
}

fn conflict(path: &HomePath, problem: String) -> ManifestError {
    ManifestError::State {
        path: path.to_string(),
        problem,
    }
}

/// Where a path is persisted, and who says so.
fn persisted(spec: &StateSpec) -> String {
    let root = spec.route.root.display();
    format!("persisted in {root}{}", declared_by(&spec.declared_in))
}

/// Checks the list: each element, then all of them together.
///
/// # Errors
/// The first fault.
pub(super) fn checked(
    list: Vec<RawState>,
    home: &Path,
) -> Result<BTreeMap<HomePath, StateSpec>, ManifestError> {
    let mut state: BTreeMap<HomePath, StateSpec> = BTreeMap::new();
    for raw in list {
        let (path, spec) = raw.into_spec(home)?;
        match state.get_mut(&path) {
            None => {
                state.insert(path, spec);
            }
            Some(known) if !agree(known, &spec) => {
                let (a, b) = (known.route.how(), spec.route.how());
                let (first, second) = (persisted(known), persisted(&spec));
                return Err(conflict(
                    &path,
                    format!(
                        "it is there twice, once {first} as a {a}, and once {second} as a {b}; keep one of the two"
                    ),
                ));
            }
            Some(known) => {
                known.route.mode = known.route.mode.or(spec.route.mode);
                known.route.parent_mode = known.route.parent_mode.or(spec.route.parent_mode);
                for place in spec.declared_in {
                    if !known.declared_in.contains(&place) {
                        known.declared_in.push(place);
                    }
                }
            }
        }
    }
    check_nesting(&state)?;
    check_places(&state)?;
    Ok(state)
}

/// Whether two declarations of one path mean the same. What one of them leaves
/// open, the other may settle.
fn agree(a: &StateSpec, b: &StateSpec) -> bool {
    let same = |a: Option<u32>, b: Option<u32>| a.is_none() || b.is_none() || a == b;
    let (a, b) = (&a.route, &b.route);
    (&a.root, a.kind, a.method) == (&b.root, b.kind, b.method)
        && same(a.mode, b.mode)
        && same(a.parent_mode, b.parent_mode)
}

/// The map is sorted so that everything below a path follows it directly.
fn check_nesting(state: &BTreeMap<HomePath, StateSpec>) -> Result<(), ManifestError> {
    for ((outer, above), (inner, below)) in state.iter().zip(state.iter().skip(1)) {
        if inner.is_below(outer) {
            return Err(conflict(
                inner,
                format!(
                    "it is {}, and lies below \"{outer}\", which is {}; keep one of the two",
                    persisted(below),
                    persisted(above)
                ),
            ));
        }
    }
    Ok(())
}

/// No place is another's, or lies in it: what a program writes by the one path
/// would appear by the other. Nor does it lie in nhmt's own part of a root.
fn check_places(state: &BTreeMap<HomePath, StateSpec>) -> Result<(), ManifestError> {
    let mut places: Vec<(PathBuf, &HomePath, &StateSpec)> = state
        .iter()
        .map(|(path, spec)| (spec.route.place(path), path, spec))
        .collect();
    // Paths are ordered by components: what lies below a place follows it
    // directly.
    places.sort_by(|a, b| a.0.cmp(&b.0));
    for pair in places.windows(2) {
        let ((outer, first, above), (inner, second, below)) = (&pair[0], &pair[1]);
        if inner.starts_with(outer) {
            return Err(conflict(
                second,
                format!(
                    "it is {}, at {}, which is the place of \"{first}\", {}, or lies in it; choose another root for one of the two",
                    persisted(below),
                    inner.display(),
                    persisted(above)
                ),
            ));
        }
    }
    let rooms: BTreeSet<PathBuf> = state
        .values()
        .map(|spec| spec.route.root.join(ROOM))
        .collect();
    for (place, path, spec) in &places {
        if let Some(room) = rooms
            .iter()
            .find(|room| place.starts_with(room) || room.starts_with(place))
        {
            return Err(conflict(
                path,
                format!(
                    "it is {}, at {}, and nhmt has {} for itself; choose another root",
                    persisted(spec),
                    place.display(),
                    room.display()
                ),
            ));
        }
    }
    Ok(())
}

/// Checks the managed files against the persisted paths.
///
/// # Errors
/// The first of both that cannot be beside each other.
pub(super) fn check_files(
    files: &BTreeMap<HomePath, FileSpec>,
    state: &BTreeMap<HomePath, StateSpec>,
) -> Result<(), ManifestError> {
    for (path, spec) in state {
        if let Some(file) = files.get(path) {
            return Err(conflict(
                path,
                format!(
                    "it is {}, and a file is managed there, too{}; keep one of the two",
                    persisted(spec),
                    declared_by(&file.declared_in)
                ),
            ));
        }
        for above in path.ancestors() {
            // Which leaves it has is seen when the tree is built.
            if let Some(file) = files.get(&above)
                && !expands(file)
            {
                return Err(conflict(
                    path,
                    format!(
                        "it is {}, and lies below \"{above}\", which is managed as one file or link{}; set `recursive` on \"{above}\", or drop one of the two",
                        persisted(spec),
                        declared_by(&file.declared_in)
                    ),
                ));
            }
        }
    }
    if state.is_empty() {
        return Ok(());
    }
    for (path, file) in files {
        let above = path.ancestors().find_map(|above| {
            let spec = state.get(&above)?;
            Some((above, spec))
        });
        if let Some((above, spec)) = above {
            can_be_inside(file, &above, spec).map_err(|problem| ManifestError::Content {
                target: path.to_string(),
                problem,
            })?;
        }
    }
    Ok(())
}

/// Whether a managed file can lie below the persisted path `above`.
///
/// # Errors
/// A sentence.
fn can_be_inside(file: &FileSpec, above: &HomePath, spec: &StateSpec) -> Result<(), String> {
    let by = declared_by(&file.declared_in);
    if spec.route.kind == RouteKind::File {
        return Err(format!(
            "it{by} lies below \"{above}\", which is {} as a file; persist it as a directory, or drop one of the two",
            persisted(spec)
        ));
    }
    if !matches!(file.method, MethodName::Link | MethodName::Live) {
        return Err(format!(
            "the method {}{by} does not reach into \"{above}\", which is {}; only links can be managed below a persisted directory",
            file.method.as_str(),
            persisted(spec)
        ));
    }
    Ok(())
}

/// Whether an entry can have several leaves, with room between them.
fn expands(file: &FileSpec) -> bool {
    match file.content {
        Content::Source { recursive, .. } => {
            recursive || matches!(file.method, MethodName::Copy | MethodName::Seed)
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
