//! Points in time as Go prints them: `2020-02-11 20:26:13.000000789 +0000 UTC`.

use std::fmt;

use crate::civil::civil;

/// Nanoseconds after 1970 in UTC.
pub(super) struct Time(pub(super) u64);

const NANOS: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

// === impl Time ===

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / NANOS, self.0 % NANOS);
        let (year, month, day) = civil(seconds / DAY);
        let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
        if nanos > 0 {
            let digits = format!("{nanos:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str(" +0000 UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the epoch, a leap day, nanoseconds, the last second there is. Guarantee: Go's text.
    #[test]
    fn prints_as_go_does() {
        for (nanos, text) in [
            (0, "1970-01-01 00:00:00 +0000 UTC"),
            (1_581_452_773_000_000_789, "2020-02-11 20:26:13.000000789 +0000 UTC"),
            (951_782_400_500_000_000, "2000-02-29 00:00:00.5 +0000 UTC"),
            (u64::MAX, "2554-07-21 23:34:33.709551615 +0000 UTC"),
        ] {
            assert_eq!(Time(nanos).to_string(), text);
        }
    }
}
