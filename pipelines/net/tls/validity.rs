//! [`Validity`]: from when until when a certificate is valid, read straight from its bytes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// From when until when a certificate is valid (RFC 5280, 4.1.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    /// First moment.
    pub(super) not_before: SystemTime,
    /// Last moment.
    pub(super) not_after: SystemTime,
    /// The date of the last moment (UTC): `2027-01-31`.
    pub(super) last_day: String,
}

// Tags of DER (ITU-T X.690, 8.1.2).
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version of a certificate, which the first version leaves out.
const VERSION: u8 = 0xa0;

// === impl Validity ===

impl Validity {
    /// Reads it from a certificate in DER; `None` if it is none.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let (certificate, _) = element(certificate, SEQUENCE)?;
        let (mut rest, _) = element(certificate, SEQUENCE)?;
        if let Some((_, after)) = element(rest, VERSION) {
            rest = after;
        }
        // Serial number, algorithm of the signature, issuer.
        for tag in [INTEGER, SEQUENCE, SEQUENCE] {
            (_, rest) = element(rest, tag)?;
        }
        let (validity, _) = element(rest, SEQUENCE)?;
        let (not_before, _, rest) = time(validity)?;
        let (not_after, last_day, _) = time(rest)?;
        Some(Self { not_before, not_after, last_day })
    }
}

/// The content of the element at the start, which must have the tag, and what comes after it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(*short), rest),
        // The length of the length, most significant byte first; no certificate needs more than 32 bits.
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    if *first == tag { rest.split_at_checked(length) } else { None }
}

/// A moment, its date, and what comes after it.
fn time(bytes: &[u8]) -> Option<(SystemTime, String, &[u8])> {
    let (year, digits, rest) = match element(bytes, UTC_TIME) {
        Some((text, rest)) => {
            let (year, digits) = text.split_at_checked(2)?;
            let year = number(year)?;
            // Two digits reach from 1950 to 2049 (RFC 5280, 4.1.2.5.1).
            (if year < 50 { 2000 + year } else { 1900 + year }, digits, rest)
        }
        None => {
            let (text, rest) = element(bytes, GENERALIZED_TIME)?;
            let (year, digits) = text.split_at_checked(4)?;
            (number(year)?, digits, rest)
        }
    };
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| digits.get(at..at + 2).and_then(number));
    let (month, day) = (month?, day?);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day) && digits.get(10..)? == b"Z";
    let seconds = days(year, month, day) * 86_400 + hour? * 3600 + minute? * 60 + second?;
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
        .filter(|_| is_date);
    Some((moment?, format!("{year:04}-{month:02}-{day:02}"), rest))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (Hinnant, chrono-compatible low-level date algorithms):
/// years begin in March, so that the leap day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month + 2) / 5 + day - 1;
    era * 146_097 + day_of_era - 719_468
}
