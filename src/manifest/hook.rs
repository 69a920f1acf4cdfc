//! What runs after a switch, and what becomes of backups.

use serde::{Deserialize, Serialize};

/// A script that runs after a switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hook {
    /// What the configuration calls it; unlike every other.
    pub name: String,
    /// The text, for bash.
    pub script: String,
    /// The hooks that it needs to have succeeded; each stands before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// It runs before the home is looked at, and when it fails nothing is
    /// changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before: bool,
    /// It also runs, with `NHMT_DRY_RUN=1`, when nothing is to be changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// What runs instead, once, after a switch to a tree that has no hook of
    /// this name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when_gone: String,
    /// What it prints is told as it is, not only under `--verbose`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub report: bool,
    /// Who asked for it, for messages: the option's name and the files that
    /// define it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_in: Vec<String>,
}

/// Which backups a run lets go, when the configuration says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BackupsSpec {
    /// Those of an age, such as `30d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_than: Option<Days>,
    /// The oldest, until the rest takes no more room than this, such as `1G`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_size: Option<Size>,
}

/// An age in whole days, written `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Days(u32);

/// A number of bytes, written with a unit of 1024: `500K`, `64M`, `1G`, `2T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Size(u64);

impl BackupsSpec {
    /// Whether it asks for nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Days {
    /// The age in seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        u64::from(self.0) * 24 * 60 * 60
    }
}

impl TryFrom<String> for Days {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let days = text.strip_suffix('d').and_then(digits);
        days.and_then(|days| u32::try_from(days).ok())
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no age: write a number of days, such as `30d`"))
    }
}

impl From<Days> for String {
    fn from(days: Days) -> Self {
        format!("{}d", days.0)
    }
}

/// The units of [`Size`], from the largest.
const UNITS: [(char, u32); 4] = [('T', 40), ('G', 30), ('M', 20), ('K', 10)];

impl Size {
    /// The number of bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let found = UNITS.iter().find_map(|&(unit, shift)| {
            let number = digits(text.strip_suffix(unit)?)?;
            number.checked_mul(1 << shift)
        });
        found.map(Self).ok_or_else(|| {
            format!("`{text}` is no size: write a number with K, M, G or T, such as `1G`")
        })
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        let fits = |&&(_, shift): &&(char, u32)| size.0.is_multiple_of(1 << shift) && size.0 > 0;
        let (unit, shift) = UNITS.iter().find(fits).copied().unwrap_or(('K', 10));
        format!("{}{unit}", size.0 >> shift)
    }
}

/// A number without a sign.
fn digits(text: &str) -> Option<u64> {
    let all = text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes_go_both_ways() {
        for text in ["0d", "30d"] {
            let days = Days::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(days), text);
        }
        assert_eq!(Days::try_from("2d".to_owned()).unwrap().seconds(), 172_800);
        for text in ["0K", "500K", "64M", "1G", "1025G", "3T"] {
            let size = Size::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(size), text);
        }
        let size = Size::try_from("1G".to_owned()).unwrap();
        assert_eq!(size.bytes(), 1_073_741_824);
    }

    #[test]
    fn other_words_are_refused_with_an_example() {
        for text in ["", "d", "30", "+3d", "3w", "99999999999d"] {
            let error = Days::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("such as `30d`"), "{error}");
        }
        for text in ["", "G", "10", "-1G", "1g", "1.5G", "99999999999T"] {
            let error = Size::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("such as `1G`"), "{error}");
        }
    }
}
