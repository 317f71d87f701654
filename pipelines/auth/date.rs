//! Days, as `2027-01-31`.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// A day in UTC, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(u32);

const DAY: u64 = 24 * 60 * 60;

/// Days from 0000-03-01 to 1970-01-01: years that start in March have their leap day at the end.
const EPOCH: u32 = 719_468;

/// Days of 400 years, after which the calendar repeats.
const ERA: u32 = 146_097;

// === impl Date ===

impl Date {
    /// The day of a moment; the first one for moments before 1970.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        Self(u32::try_from(seconds / DAY).unwrap_or(u32::MAX))
    }

    /// So many days later.
    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Reads `2027-01-31`.
    ///
    /// # Errors
    /// If it is none: one lowercase sentence without a final dot.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a day: expected YYYY-MM-DD from 1970 on, e.g. 2027-01-31");
        let number =
            |range: Range<usize>| text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let (Some(year), Some(month), Some(day), 10) = (number(0..4), number(5..7), number(8..10), text.len()) else {
            return Err(wrong());
        };
        let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else { return Err(wrong()) };
        let date = Self::from_civil(year, month, day).ok_or_else(wrong)?;
        // A day that is not in the calendar, such as 02-30, comes out as another one.
        if date.to_string() == text { Ok(date) } else { Err(wrong()) }
    }

    fn from_civil(year: u32, month: u32, day: u32) -> Option<Self> {
        if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let year = if month <= 2 { year - 1 } else { year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let of_era = (year % 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + of_year;
        Some(Self(year / 400 * ERA + of_era - EPOCH))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.saturating_add(EPOCH);
        let of_era = days % ERA;
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = (year + days / ERA * 400, if month < 10 { month + 3 } else { month - 9 });
        write!(f, "{:04}-{month:02}-{day:02}", if month <= 2 { year + 1 } else { year })
    }
}
