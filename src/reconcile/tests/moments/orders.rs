//! Which orders of a program's acts and a run's calls are tried.

use super::program::Act;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Much {
    /// Two moments at which the program saves, some of all.
    Pairs,
    /// Three of them, of which the first is at some.
    Triples,
    /// Every moment at which the run is killed, and some of all two of which
    /// one is that.
    Kills,
}

/// About so many of all pairs are tried, unless it is everything.
const SOME: usize = 60;

/// `NHMT_PROOFS=full` asks for all moments, and for everything else that the
/// program does.
pub(super) fn full() -> bool {
    std::env::var("NHMT_PROOFS").is_ok_and(|form| form == "full")
}

impl Much {
    /// What happens at the two moments. In the full form the two kinds of
    /// tests share what there is.
    pub(super) fn acts(self) -> Vec<(Act, Act)> {
        use Act::{Kill, MakeDirectory, Remove, Save};
        let all = [Save, Remove, MakeDirectory, Kill];
        let kills = self == Self::Kills;
        let everything = all.into_iter().flat_map(|a| all.map(|b| (a, b)));
        match self {
            _ if full() => everything
                .filter(|(a, b)| (*a == Kill || *b == Kill) == kills)
                .collect(),
            Self::Kills => vec![(Kill, Kill), (Kill, Save), (Save, Kill)],
            Self::Pairs | Self::Triples => vec![(Save, Save)],
        }
    }

    /// Whether this pair of moments is tried: of `all` times `all` a few that
    /// lie in no pattern with the calls of a run.
    pub(super) fn takes(self, first: usize, second: usize, all: usize) -> bool {
        match self {
            _ if full() => true,
            Self::Triples => first.is_multiple_of(5),
            Self::Pairs | Self::Kills => {
                let each = (all * all * self.acts().len() / SOME / 2) | 1;
                (7 * first + second).is_multiple_of(each)
            }
        }
    }

    /// Whether the program also saves at three moments. Longer runs have too
    /// many of them.
    pub(super) fn has_triples(self, all: usize) -> bool {
        match self {
            Self::Triples => !full() || all <= 30,
            Self::Pairs => full() && all <= 30,
            Self::Kills => false,
        }
    }
}
