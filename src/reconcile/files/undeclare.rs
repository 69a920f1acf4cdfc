//! What becomes of files that are no longer declared.

use super::decide::{Act, Case, Decision, Fresh, Old};
use super::look::Live;
use super::memory::Kind;
use crate::edit::{self, BlockStyle};
use crate::home::HomeError;
use crate::manifest::Digest;
use crate::reconcile::drift::DriftKind;

impl Case<'_> {
    /// The file is no longer declared.
    pub(super) fn undeclared(&self, live: &Live) -> Result<Decision, HomeError> {
        let (Live::File(_), Some(known)) = (live, self.known) else {
            return Ok(Self::leave(None));
        };
        let text = |kind| match kind {
            Kind::Copy | Kind::Seed => Ok(Err(String::new())),
            _ => self.live_text(),
        };
        let (changed, now) = match (known.kind, text(known.kind)?) {
            (Kind::Seed, _) => return Ok(Self::leave(None)),
            (Kind::Copy, _) => {
                let live = self.live_digest()?;
                return Ok(if known.is_own(live) {
                    Decision {
                        act: Act::Remove(live),
                        ..Self::leave(None)
                    }
                } else {
                    Decision {
                        drift: known.created.then_some(DriftKind::Edited),
                        ..Self::leave(None)
                    }
                });
            }
            (_, Err(_)) => return Ok(Self::left(DriftKind::CannotUndeclare)),
            (Kind::Merge(format), Ok(live)) => {
                let before: Vec<&str> = known.parts.iter().map(String::as_str).collect();
                let nothing = edit::nothing(format);
                let Ok(merged) = edit::merge(format, Some(&live), nothing, &before) else {
                    return Ok(Self::left(DriftKind::CannotUndeclare));
                };
                let rest = (!(known.created && merged.empty)).then_some(merged.text);
                (rest, live)
            }
            (Kind::Block, Ok(live)) => {
                let inside = match edit::block_in(&live) {
                    Ok(Some(inside)) => inside,
                    Ok(None) => return Ok(Self::leave(None)),
                    Err(_) => return Ok(Self::left(DriftKind::CannotUndeclare)),
                };
                if !known.parts.iter().any(|part| edit::same(inside, part)) {
                    return Ok(Self::left(DriftKind::BlockEdited));
                }
                let style = BlockStyle {
                    comment: String::new(),
                    top: false,
                };
                let Ok(rest) = edit::block(Some(&live), None, &style) else {
                    return Ok(Self::left(DriftKind::CannotUndeclare));
                };
                ((!(known.created && rest.is_empty())).then_some(rest), live)
            }
        };
        let digest = Digest::of(now.as_bytes());
        let act = match changed {
            None => Act::Remove(digest),
            Some(text) if text == now => Act::Leave,
            Some(text) => Act::Put(Fresh::Text(text), Old::Known(digest), None),
        };
        Ok(Decision {
            act,
            ..Self::leave(None)
        })
    }

    fn left(drift: DriftKind) -> Decision {
        Decision {
            drift: Some(drift),
            ..Self::leave(None)
        }
    }
}
