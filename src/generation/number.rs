//! The number of a generation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a generation, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(u64);

impl Number {
    /// The first number.
    pub const FIRST: Self = Self(1);

    /// The generation `number`; there is no generation 0.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number itself.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Number {
    type Err = ();

    /// Decimal digits only: `+5` is a selector, not a number.
    fn from_str(text: &str) -> Result<Self, ()> {
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        text.parse().ok().and_then(Self::new).ok_or(())
    }
}
