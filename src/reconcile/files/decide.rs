//! What to do with one file: what is declared, what nhmt left there, what is
//! there now.

use std::path::Path;

use super::look::{self, Live};
use super::memory::{Kind, Record};
use crate::edit::{self, BlockStyle};
use crate::home::{AtPlace, HomeDir, HomeError};
use crate::manifest::{Digest, Entry, HomePath, Method, Position};
use crate::reconcile::conflict::ConflictKind;
use crate::reconcile::directories::errno;
use crate::reconcile::drift::DriftKind;

/// What to put at the path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    /// This text.
    Text(String),
    /// What the home tree has there.
    Declared,
}

/// What must come out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Old {
    /// Nothing is there.
    Absent,
    /// A link of ours, or one that Home Manager left here.
    OwnLink,
    /// A file of exactly this content; a backup is kept.
    Kept(Digest),
    /// A file of exactly this content, which is ours or in the new one.
    Known(Digest),
    /// Whatever there is; a backup is kept.
    Foreign,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing.
    Leave,
    /// Put a file in place, with these permission bits if they are to change.
    Put(Fresh, Old, Option<u32>),
    /// Take the file away.
    Remove(Digest),
}

/// What becomes of one file.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) act: Act,
    /// What is remembered afterwards.
    pub(super) after: Option<Record>,
    pub(super) drift: Option<DriftKind>,
    pub(super) conflict: Option<(HomePath, ConflictKind, Option<String>)>,
}

/// What a decision is made from.
pub(super) struct Case<'a> {
    pub(super) home: &'a HomeDir,
    pub(super) tree: &'a Path,
    pub(super) path: &'a HomePath,
    pub(super) want: Option<&'a Entry>,
    pub(super) known: Option<&'a Record>,
    /// What is in the way may go to the backups.
    pub(super) consent: bool,
}

impl Case<'_> {
    pub(super) fn decide(&self, live: &Live) -> Result<Decision, HomeError> {
        match self.want {
            None => self.undeclared(live),
            Some(want) => self.declared(want, live),
        }
    }

    pub(super) fn leave(after: Option<Record>) -> Decision {
        Decision {
            act: Act::Leave,
            after,
            drift: None,
            conflict: None,
        }
    }

    /// The record of a file with this whole content and part.
    pub(super) fn record(
        want: &Entry,
        created: bool,
        content: Option<Digest>,
        part: Option<String>,
    ) -> Record {
        Record {
            kind: Kind::of(&want.method).unwrap_or(Kind::Copy),
            created,
            mode: want.method.mode().unwrap_or(0o644),
            entry: want.digest,
            stamp: None,
            contents: content.into_iter().collect(),
            parts: part.into_iter().collect(),
            leaving: Vec::new(),
        }
    }

    fn declared(&self, want: &Entry, live: &Live) -> Result<Decision, HomeError> {
        let kind = Kind::of(&want.method);
        if kind == Some(Kind::Seed)
            && let Some(known) = self.known
            && known.kind == Kind::Seed
            && !(known.is_about_to_be() && live.is_nobodys())
        {
            // Written once, or found; whatever became of it.
            return Ok(Self::leave(Some(Record {
                entry: want.digest,
                // Of a run that was cut off.
                leaving: Vec::new(),
                ..known.clone()
            })));
        }
        match live {
            Live::Absent | Live::BlockedByOwn(_) => {
                // A link that becomes a file may be gone already.
                let was = self.known.is_some_and(|known| Some(known.kind) == kind);
                let mut decision = self.fresh(want, Old::Absent)?;
                decision.drift = was.then_some(DriftKind::Missing);
                Ok(decision)
            }
            Live::OwnLink => self.fresh(want, Old::OwnLink),
            Live::File(_) if self.is_other_kind_of_own(want)? => {
                let live = self.live_digest()?;
                self.fresh(want, Old::Known(live))
            }
            Live::OwnDirectory => self.fresh(want, Old::Absent),
            Live::File(bits) => match &want.method {
                Method::Seed { .. } => Ok(Self::leave(Some(Self::record(want, false, None, None)))),
                Method::Merge { format, .. } => self.merge(want, *format),
                Method::Block { comment, position } => {
                    let top = *position == Position::Top;
                    self.block(
                        want,
                        &BlockStyle {
                            comment: comment.clone(),
                            top,
                        },
                    )
                }
                _ => self.copy(want, *bits),
            },
            Live::Other(..) if kind == Some(Kind::Seed) => {
                Ok(Self::leave(Some(Self::record(want, false, None, None))))
            }
            Live::Other(conflict, drift, detail) => {
                self.in_the_way(want, *conflict, *drift, detail.clone())
            }
            Live::Blocked(top, kind, _, detail) => {
                let mut decision = Self::leave(self.known.cloned());
                decision.conflict = Some((top.clone(), *kind, detail.clone()));
                if self.consent && kind.can_be_backed_up() {
                    decision.act = self.fresh(want, Old::Absent)?.act;
                }
                Ok(decision)
            }
        }
    }

    /// A file of nhmt's own, where none of anybody's is.
    fn fresh(&self, want: &Entry, old: Old) -> Result<Decision, HomeError> {
        let style;
        let (fresh, content, part) = match &want.method {
            Method::Block { comment, position } => {
                style = BlockStyle {
                    comment: comment.clone(),
                    top: *position == Position::Top,
                };
                let part = self.declared_text()?;
                let text = edit::block(None, Some(&part), &style)
                    .map_err(|error| self.broken(&error.to_string()))?;
                let digest = Digest::of(text.as_bytes());
                (Fresh::Text(text), digest, Some(part))
            }
            Method::Merge { .. } => {
                let part = self.declared_text()?;
                (Fresh::Declared, Digest::of(part.as_bytes()), Some(part))
            }
            _ => (Fresh::Declared, self.declared_digest()?, None),
        };
        let mode = want.method.mode().unwrap_or(0o644);
        Ok(Decision {
            act: Act::Put(fresh, old, Some(mode)),
            after: Some(Self::record(want, true, Some(content), part)),
            drift: None,
            conflict: None,
        })
    }

    /// Something that is not ours is where the file belongs.
    fn in_the_way(
        &self,
        want: &Entry,
        conflict: ConflictKind,
        drift: DriftKind,
        detail: Option<String>,
    ) -> Result<Decision, HomeError> {
        // What took the place of a file of ours is drift, and always kept.
        let was = self
            .known
            .is_some_and(|known| Some(known.kind) == Kind::of(&want.method));
        if !was && !self.consent {
            let mut decision = Self::leave(self.known.cloned());
            decision.conflict = Some((self.path.clone(), conflict, detail));
            return Ok(decision);
        }
        let mut decision = self.fresh(want, Old::Foreign)?;
        if was {
            decision.drift = Some(drift);
        } else {
            decision.conflict = Some((self.path.clone(), conflict, detail));
        }
        Ok(decision)
    }

    fn copy(&self, want: &Entry, bits: u32) -> Result<Decision, HomeError> {
        let live = self.live_digest()?;
        let declared = self.declared_digest()?;
        let mode = want.method.mode().unwrap_or(0o644);
        let known = self.known;
        let own = known.is_some_and(|known| known.is_own(live));
        let was_copy = known.is_some_and(|known| known.kind == Kind::Copy);
        // Bits that a person set stay until others are declared.
        let new_mode = known.is_none_or(|known| known.mode != mode) && bits != mode;
        let after = |created| Some(Self::record(want, created, Some(declared), None));
        if live == declared && !new_mode {
            return Ok(Self::leave(after(own)));
        }
        let mode = new_mode.then_some(mode);
        if own || live == declared {
            let old = if own {
                Old::Known(live)
            } else {
                Old::Kept(live)
            };
            let act = Act::Put(Fresh::Declared, old, mode);
            return Ok(Decision {
                act,
                after: after(true),
                drift: None,
                conflict: None,
            });
        }
        let mut decision = self.in_the_way(
            want,
            ConflictKind::File,
            if was_copy {
                DriftKind::Edited
            } else {
                DriftKind::ReplacedByFile
            },
            None,
        )?;
        if let Act::Put(_, old, new_bits) = &mut decision.act {
            *old = Old::Kept(live);
            *new_bits = mode;
        }
        Ok(decision)
    }

    /// Whether a file that arrived by another method is nhmt's alone.
    fn is_other_kind_of_own(&self, want: &Entry) -> Result<bool, HomeError> {
        let Some(known) = self
            .known
            .filter(|known| Some(known.kind) != Kind::of(&want.method))
        else {
            return Ok(false);
        };
        let seed = matches!(want.method, Method::Seed { .. });
        Ok(!seed && known.created && known.is_own(self.live_digest()?))
    }

    /// A file whose form nhmt cannot change in part.
    pub(super) fn cannot(&self, want: &Entry, problem: String) -> Result<Decision, HomeError> {
        let mut decision = Self::leave(self.known.cloned());
        if self.consent {
            // Who writes to it now may be half done: it is read again then.
            decision = self.fresh(want, Old::Kept(self.live_digest()?))?;
        }
        decision.conflict = Some((self.path.clone(), ConflictKind::CannotMerge, Some(problem)));
        Ok(decision)
    }

    pub(super) fn declared_text(&self) -> Result<String, HomeError> {
        let read = look::text(look::declared(self.tree, self.path)?);
        let read = read.map_err(|error| errno(&error));
        let place = self.tree.join("home").join(self.path.as_path());
        read.at_path("read", place)?
            .map_err(|problem| self.broken(&problem))
    }

    fn declared_digest(&self) -> Result<Digest, HomeError> {
        let read = look::digest(look::declared(self.tree, self.path)?);
        let place = self.tree.join("home").join(self.path.as_path());
        read.map_err(|error| errno(&error)).at_path("read", place)
    }

    pub(super) fn live_digest(&self) -> Result<Digest, HomeError> {
        let read = look::digest(look::open(self.home, self.path)?);
        read.map_err(|error| errno(&error)).at("read", self.path)
    }

    pub(super) fn live_text(&self) -> Result<Result<String, String>, HomeError> {
        let read = look::text(look::open(self.home, self.path)?);
        read.map_err(|error| errno(&error)).at("read", self.path)
    }

    /// The declared content cannot be used.
    fn broken(&self, problem: &str) -> HomeError {
        HomeError {
            action: "use what is declared for",
            place: format!("~/{}", self.path),
            source: std::io::Error::other(problem.to_owned()),
        }
    }
}
