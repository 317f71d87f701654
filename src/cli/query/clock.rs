//! Times: how far back to look, and how a moment is written.

use std::time::{SystemTime, UNIX_EPOCH};

use pipelines::config::Duration;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// How far back to look: `15m`, `1h30m`, and `7d`, which durations of configurations do not have.
pub(crate) fn since(text: &str) -> Result<std::time::Duration, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    match days {
        Some(days) => Ok(std::time::Duration::from_secs(u64::from(days) * 86_400)),
        None => Duration::parse(text).map(Duration::get),
    }
}

/// Now, in nanoseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// The moment `back` before now.
pub(crate) fn ago(back: std::time::Duration) -> i64 {
    now().saturating_sub(i64::try_from(back.as_nanos()).unwrap_or(i64::MAX))
}

/// A moment to the nanosecond, for machines: `2026-11-21T11:05:54.123456789Z`.
pub(crate) fn exact(nanos: i64) -> String {
    format!("{}.{:09}Z", seconds(nanos), nanos.rem_euclid(SECOND))
}

/// A moment to the millisecond, for people.
pub(crate) fn short(nanos: i64) -> String {
    format!("{}.{:03}Z", seconds(nanos), nanos.rem_euclid(SECOND) / 1_000_000)
}

fn seconds(nanos: i64) -> String {
    let (year, month, day) = civil(nanos.div_euclid(DAY));
    let second = nanos.rem_euclid(DAY) / SECOND;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a day since 1970 (Hinnant, chrono-compatible low-level date algorithms): years begin in March,
/// so that the leap day is the last one. Times are 64-bit nanoseconds, so days lie between the years 1677 and 2262.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: moments at both ends of what 64 bits hold. Guarantee: dates are those of the Gregorian calendar.
    #[test]
    fn moments_are_written_as_iso_8601() {
        assert_eq!(exact(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(short(1_795_259_154_123_999_999), "2026-11-21T11:05:54.123Z");
        assert_eq!(exact(951_782_400 * SECOND), "2000-02-29T00:00:00.000000000Z");
        assert_eq!(exact(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(exact(i64::MAX), "2262-04-11T23:47:16.854775807Z");
        assert_eq!(exact(i64::MIN), "1677-09-21T00:12:43.145224192Z");
    }

    /// Scenario: lengths of time as people write them. Guarantee: days are known, nonsense says what is expected.
    #[test]
    fn since_takes_days_too() {
        assert_eq!(since("7d").unwrap().as_secs(), 7 * 86_400);
        assert_eq!(since("1h30m").unwrap().as_secs(), 5400);
        assert!(since("soon").unwrap_err().contains("soon"));
        assert!(since("99999999999d").is_err());
    }
}
