//! How long ago something was, for people.

/// So many seconds in the unit that a person would choose: `now`, `5 min`,
/// `3 h`, `12 days`, `2 years`.
#[must_use]
pub fn age(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const MONTH: i64 = 30 * DAY;
    const YEAR: i64 = 365 * DAY;
    let told = |number: i64, unit: &str| {
        let ending = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{ending}")
    };
    match seconds {
        YEAR.. => told(seconds / YEAR, "year"),
        MONTH.. => told(seconds / MONTH, "month"),
        DAY.. => told(seconds / DAY, "day"),
        HOUR.. => format!("{} h", seconds / HOUR),
        MINUTE.. => format!("{} min", seconds / MINUTE),
        // Also what is dated in the future, as a clock that was set leaves it.
        _ => "now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_follows_the_age() {
        assert_eq!(age(-5), "now");
        assert_eq!(age(59), "now");
        assert_eq!(age(60), "1 min");
        assert_eq!(age(7_200), "2 h");
        assert_eq!(age(86_400), "1 day");
        assert_eq!(age(29 * 86_400), "29 days");
        assert_eq!(age(31 * 86_400), "1 month");
        assert_eq!(age(364 * 86_400), "12 months");
        assert_eq!(age(800 * 86_400), "2 years");
    }
}
