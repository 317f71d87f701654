//! Numbers as people read them: three or four digits and a unit.

use super::clean;

/// Units of time and how many nanoseconds they have, the smallest first.
const TIMES: [(&str, f64); 4] = [("ns", 1.0), ("\u{b5}s", 1e3), ("ms", 1e6), ("s", 1e9)];

/// A length of time: `340 us`, `12.5 ms`, `2 min 3 s`.
pub(crate) fn nanos(nanos: f64) -> String {
    let size = nanos.abs();
    let (minutes, hours, days) = (60e9, 3600e9, 86_400e9);
    if !size.is_finite() || size >= 1e19 {
        return format!("{} s", number(nanos / 1e9));
    }
    let pair = |big: f64, small: f64, names: [&str; 2]| {
        let sign = if nanos < 0.0 { "-" } else { "" };
        let rest = (size % big / small).floor();
        let head = format!("{sign}{} {}", (size / big).floor(), names[0]);
        if rest == 0.0 { head } else { format!("{head} {rest} {}", names[1]) }
    };
    if size >= days {
        return pair(days, hours, ["d", "h"]);
    } else if size >= hours {
        return pair(hours, minutes, ["h", "min"]);
    } else if size >= minutes {
        return pair(minutes, 1e9, ["min", "s"]);
    }
    let (name, factor) = TIMES.into_iter().rev().find(|(_, factor)| size >= *factor).unwrap_or(TIMES[0]);
    format!("{} {name}", digits(nanos / factor, 3))
}

/// How long ago a moment was.
pub(crate) fn ago(moment: i64, now: i64) -> String {
    let past = now.saturating_sub(moment);
    // A clock that is ahead by a little is nothing to talk about.
    if past.abs() < 1_000_000_000 {
        "now".to_owned()
    } else if past < 0 {
        format!("in {}", nanos(-(past as f64)))
    } else {
        let seconds = (past / 1_000_000_000 * 1_000_000_000) as f64;
        format!("{} ago", nanos(seconds))
    }
}

/// A number: whole ones as they are, others with four digits.
pub(crate) fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { digits(number, 4) }
}

/// A number with its unit (UCUM): times and bytes scaled to be read, annotations such as `{request}` are no
/// units.
pub(crate) fn measure(value: f64, unit: &str) -> String {
    const TIME: [(&str, f64); 7] =
        [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("h", 3600e9), ("d", 86_400e9)];
    if let Some((_, factor)) = TIME.iter().find(|(name, _)| *name == unit) {
        return if value == 0.0 { format!("0 {unit}") } else { nanos(value * factor) };
    }
    match unit {
        "By" => bytes(value),
        "" | "1" => number(value),
        "%" => format!("{}%", number(value)),
        unit if unit.starts_with('{') => number(value),
        unit => format!("{} {}", number(value), clean(unit)),
    }
}

/// Bytes, in powers of 1024.
fn bytes(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes.abs() < 1024.0 {
        return format!("{} B", number(bytes));
    }
    let power = UNITS.iter().enumerate().rev().find(|(at, _)| bytes.abs() >= 1024f64.powi(*at as i32 + 1));
    let (at, unit) = power.unwrap_or((0, &UNITS[0]));
    format!("{} {unit}", digits(bytes / 1024f64.powi(at as i32 + 1), 3))
}

/// So many significant digits, without zeros at the end.
fn digits(number: f64, count: i32) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let magnitude = number.abs().log10().floor() as i32;
    if !(-4..15).contains(&magnitude) {
        return format!("{number:.2e}");
    }
    let places = usize::try_from(count - 1 - magnitude).unwrap_or(0);
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: quantities over many magnitudes. Guarantee: each reads at a glance.
    #[test]
    fn quantities_read_at_a_glance() {
        let times = [0.0, 340.0, 12_345.0, 85e6, 1.5e9, 59.99e9, 123e9, 7322e9, 90_000e9, -5e6];
        let shown = ["0 ns", "340 ns", "12.3 \u{b5}s", "85 ms", "1.5 s", "60 s", "2 min 3 s", "2 h 2 min", "1 d 1 h"];
        for (time, shown) in times.iter().zip(shown.iter().chain([&"-5 ms"])) {
            assert_eq!(nanos(*time), *shown);
        }
        let numbers = [0.0, 12.0, 0.012_345, 123.456, 1e18, -0.5, f64::INFINITY];
        for (value, shown) in numbers.iter().zip(["0", "12", "0.01235", "123.5", "1.00e18", "-0.5", "inf"]) {
            assert_eq!(number(*value), shown);
        }
        for (value, unit, shown) in [
            (0.0123, "s", "12.3 ms"),
            (0.0, "s", "0 s"),
            (1536.0, "By", "1.5 KiB"),
            (12.0, "By", "12 B"),
            (3.5, "{request}", "3.5"),
            (21.0, "Cel", "21 Cel"),
            (97.0, "%", "97%"),
            (1.0, "1", "1"),
        ] {
            assert_eq!(measure(value, unit), shown);
        }
        assert_eq!(ago(0, 65_400_000_000), "1 min 5 s ago");
        assert_eq!(ago(5, 7), "now");
    }
}
