//! Files that nhmt shares with others: merged ones, and those with a block.

use super::decide::{Act, Case, Decision, Fresh, Old};
use super::memory::{Kind, Record};
use crate::edit::{self, BlockStyle};
use crate::home::HomeError;
use crate::manifest::{Digest, Entry, Format};
use crate::reconcile::drift::DriftKind;

impl Case<'_> {
    pub(super) fn merge(&self, want: &Entry, format: Format) -> Result<Decision, HomeError> {
        let declared = self.declared_text()?;
        let live = match self.live_text()? {
            Ok(live) => live,
            Err(problem) => return self.cannot(want, problem),
        };
        let known = self.known.filter(|known| known.kind == Kind::Merge(format));
        let before: Vec<&str> = known
            .iter()
            .flat_map(|known| &known.parts)
            .map(String::as_str)
            .collect();
        let merged = match edit::merge(format, Some(&live), &declared, &before) {
            Ok(merged) => merged,
            Err(error) => return self.cannot(want, error.to_string()),
        };
        let now = Digest::of(live.as_bytes());
        let own = known.is_some_and(|known| known.is_own(now));
        let after = Self::shared(want, known, own, &merged.text, &declared);
        if !merged.changed {
            return Ok(Self::leave(after));
        }
        let old = if own || !merged.overwrites {
            Old::Known(now)
        } else {
            Old::Kept(now)
        };
        let same = known.is_some_and(|known| known.parts == [declared]);
        Ok(Decision {
            act: Act::Put(Fresh::Text(merged.text), old, None),
            after,
            drift: same.then_some(DriftKind::KeysChanged),
            conflict: None,
        })
    }

    pub(super) fn block(&self, want: &Entry, style: &BlockStyle) -> Result<Decision, HomeError> {
        let part = self.declared_text()?;
        let live = match self.live_text()? {
            Ok(live) => live,
            Err(problem) => return self.cannot(want, problem),
        };
        let now = Digest::of(live.as_bytes());
        let edited = edit::block_in(&live).and_then(|inside| {
            let text = edit::block(Some(&live), Some(&part), style)?;
            Ok((text, inside))
        });
        let (text, inside) = match edited {
            Ok(edited) => edited,
            Err(error) => return self.cannot(want, error.to_string()),
        };
        let known = self.known.filter(|known| known.kind == Kind::Block);
        let own = known.is_some_and(|known| known.is_own(now));
        let after = Self::shared(want, known, own, &text, &part);
        if text == live {
            return Ok(Self::leave(after));
        }
        let ours = |inside: &str| {
            let mut parts = known.iter().flat_map(|known| &known.parts);
            parts.any(|part| edit::same(inside, part))
        };
        let (old, drift) = match inside {
            None => (Old::Known(now), known.map(|_| DriftKind::BlockGone)),
            Some(inside) if ours(inside) => (Old::Known(now), None),
            Some(_) => (Old::Kept(now), Some(DriftKind::BlockEdited)),
        };
        let act = Act::Put(Fresh::Text(text), old, None);
        Ok(Decision {
            act,
            after,
            drift,
            conflict: None,
        })
    }

    /// The record of a file that others write to as well. Its whole content is
    /// nhmt's only as long as nobody else has.
    #[expect(clippy::unnecessary_wraps, reason = "what a decision holds")]
    fn shared(
        want: &Entry,
        known: Option<&Record>,
        own: bool,
        text: &str,
        part: &str,
    ) -> Option<Record> {
        let created = known.is_some_and(|known| known.created);
        let content = own.then(|| Digest::of(text.as_bytes()));
        Some(Self::record(want, created, content, Some(part.to_owned())))
    }
}
