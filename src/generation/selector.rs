//! Which generations to delete, as `nix-env --delete-generations` has it.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::{Generation, Number};

/// One selector of `nhmt delete-generations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// `old`: every generation but the current one.
    Old,
    /// `30d`: every generation that was no longer in force that many days
    /// ago. The newest of the older ones was in force then, and is kept.
    OlderThan {
        /// The days.
        days: u32,
    },
    /// `+5`: every generation but the newest five, the current one, and those
    /// newer than the current one.
    Keep {
        /// How many stay.
        count: usize,
    },
    /// `7` or `3-6`: these numbers.
    Range {
        /// The first.
        first: Number,
        /// The last.
        last: Number,
    },
}

/// What is wrong with a selection.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SelectorError {
    /// Not a selector.
    #[error(
        "`{text}` selects no generations: write `old`, `30d` (older than 30 days), `+5` (keep the newest five), a number, or a range such as `3-6`"
    )]
    Syntax {
        /// What was written.
        text: String,
    },
    /// The current generation was named.
    #[error("generation {number} is the current one and cannot be deleted; select another first")]
    Current {
        /// The current generation.
        number: Number,
    },
    /// A number that no generation has.
    #[error("there is no generation {number}; `nhmt list-generations` shows those there are")]
    Unknown {
        /// The number asked for.
        number: Number,
    },
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let parsed = if text == "old" {
            Some(Self::Old)
        } else if let Some(days) = text.strip_suffix('d') {
            days.parse::<Number>().ok().and_then(|days| {
                let days = u32::try_from(days.get()).ok()?;
                Some(Self::OlderThan { days })
            })
        } else if let Some(count) = text.strip_prefix('+') {
            count.parse::<Number>().ok().and_then(|count| {
                let count = usize::try_from(count.get()).ok()?;
                Some(Self::Keep { count })
            })
        } else {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            match (first.parse(), last.parse()) {
                (Ok(first), Ok(last)) if first <= last => Some(Self::Range { first, last }),
                _ => None,
            }
        };
        parsed.ok_or_else(|| SelectorError::Syntax {
            text: text.to_owned(),
        })
    }
}

/// The generations of `all` (sorted by number) that `selectors` together
/// select for deletion at the time `now`, sorted. The current one never is.
///
/// # Errors
///
/// When a number or range names the current generation, or a single number
/// names none.
pub fn select(
    selectors: &[Selector],
    all: &[Generation],
    current: Option<Number>,
    now: Timestamp,
) -> Result<Vec<Number>, SelectorError> {
    let mut selected = BTreeSet::new();
    let others = || {
        all.iter()
            .filter(|generation| Some(generation.number) != current)
    };
    for selector in selectors {
        match *selector {
            Selector::Old => selected.extend(others().map(|generation| generation.number)),
            Selector::OlderThan { days } => {
                let age = SignedDuration::from_hours(i64::from(days) * 24);
                let limit = now.saturating_sub(age).unwrap_or(Timestamp::MIN);
                let in_force = all.iter().rev().find(|g| g.created < limit);
                selected.extend(
                    others()
                        .filter(|g| g.created < limit)
                        .filter(|g| in_force.is_some_and(|kept| kept.number != g.number))
                        .map(|g| g.number),
                );
            }
            Selector::Keep { count } => {
                let older = all
                    .iter()
                    .filter(|g| current.is_none_or(|current| g.number <= current))
                    .rev()
                    .skip(count);
                selected.extend(older.map(|g| g.number).filter(|n| Some(*n) != current));
            }
            Selector::Range { first, last } => {
                if let Some(number) = current.filter(|n| (first..=last).contains(n)) {
                    return Err(SelectorError::Current { number });
                }
                let range = others().map(|g| g.number);
                let range: Vec<_> = range.filter(|n| (first..=last).contains(n)).collect();
                if first == last && range.is_empty() {
                    return Err(SelectorError::Unknown { number: first });
                }
                selected.extend(range);
            }
        }
    }
    Ok(selected.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    /// Generations 1…10, made ten days ago, nine days ago, …, one day ago.
    fn select_from(text: &str, current: u64) -> Result<Vec<u64>, SelectorError> {
        let now = Timestamp::from_second(1000 * DAY).unwrap();
        let all: Vec<Generation> = (1..=10_u32)
            .map(|n| Generation {
                number: Number::new(n.into()).unwrap(),
                tree: "/tree".into(),
                created: Timestamp::from_second((989 + i64::from(n)) * DAY).unwrap(),
                dangling: false,
            })
            .collect();
        let selectors: Vec<Selector> = text.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let numbers = select(&selectors, &all, Number::new(current), now)?;
        Ok(numbers.into_iter().map(Number::get).collect())
    }

    #[test]
    fn each_selector_selects() {
        assert_eq!(select_from("old", 9).unwrap(), [1, 2, 3, 4, 5, 6, 7, 8, 10]);
        // Older than five days and an hour-less boundary: 1…5 are; 5 was in force.
        assert_eq!(select_from("5d", 10).unwrap(), [1, 2, 3, 4]);
        assert_eq!(select_from("5d", 2).unwrap(), [1, 3, 4]);
        assert_eq!(select_from("40d", 10).unwrap(), [] as [u64; 0]);
        assert_eq!(select_from("+3", 10).unwrap(), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(select_from("+3", 5).unwrap(), [1, 2]);
        assert_eq!(select_from("+30", 10).unwrap(), [] as [u64; 0]);
        assert_eq!(select_from("7", 10).unwrap(), [7]);
        assert_eq!(select_from("3-5 1 4", 10).unwrap(), [1, 3, 4, 5]);
    }

    #[test]
    fn the_current_one_and_unknown_ones_are_errors() {
        let number = |n| Number::new(n).unwrap();
        assert_eq!(
            select_from("3-6", 4),
            Err(SelectorError::Current { number: number(4) })
        );
        assert_eq!(
            select_from("70", 4),
            Err(SelectorError::Unknown { number: number(70) })
        );
        for text in ["", "0", "6-3", "d", "-5", "+", "+0", "0d", "5w", "x", "+-1"] {
            assert!(
                matches!(select_from(text, 4), Err(SelectorError::Syntax { .. })),
                "{text}"
            );
        }
    }
}
