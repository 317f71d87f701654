//! Points in time for people and programs.

use std::time::{SystemTime, UNIX_EPOCH};

use pipelines::auth::Date;

/// In UTC, to the second: `2026-01-31T12:00:00Z`.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", Date::of(time), seconds / 3600, seconds % 3600 / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Guarantee: times are those `date -u` gives, leap years and ends of centuries included.
    #[test]
    fn times_are_right() {
        for (seconds, said) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_795_247_999, "2026-11-21T07:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), said);
        }
    }
}
