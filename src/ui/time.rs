//! Durations for people.

use std::time::Duration;

/// A duration in the unit that a person would choose: `84 ms`, `1.3 s`,
/// `2 min 5 s`.
#[must_use]
pub fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else if seconds >= 1 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_follows_the_size() {
        let ms = |n| elapsed(Duration::from_millis(n));
        assert_eq!(ms(84), "84 ms");
        assert_eq!(ms(1300), "1.3 s");
        assert_eq!(ms(125_000), "2 min 5 s");
    }
}
