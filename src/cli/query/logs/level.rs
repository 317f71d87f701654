//! Severities: OTLP's numbers, and the names that stand for them.

use crate::cli::query::show::Style;

/// A severity number of OTLP, 1 to 24; 0 is unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level(pub(crate) i64);

/// Names and the lowest number of each; what loggers also write stands beside.
const NAMES: [(&str, i64, &[&str]); 6] = [
    ("TRACE", 1, &["trace", "verbose", "finest"]),
    ("DEBUG", 5, &["debug", "fine"]),
    ("INFO", 9, &["info", "information", "informational", "notice"]),
    ("WARN", 13, &["warn", "warning"]),
    ("ERROR", 17, &["error", "err", "severe"]),
    ("FATAL", 21, &["fatal", "critical", "crit", "alert", "emergency", "panic"]),
];

// === impl Level ===

impl Level {
    /// Reads a name or a number.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (1..=24).contains(number)).map(Self);
        number.or_else(|| Self::named(text)).ok_or_else(|| {
            format!(
                "`{text}` is not a severity: expected trace, debug, info, warn, error, fatal or a number from 1 to 24"
            )
        })
    }

    /// What a record has: its number, or else what its text stands for.
    pub(crate) fn of(number: i64, text: Option<&str>) -> Option<Self> {
        if number > 0 { Some(Self(number)) } else { text.and_then(Self::named) }
    }

    /// The name, five letters at most.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().rev().find(|(_, lowest, _)| self.0 >= *lowest).map_or("", |(name, ..)| name)
    }

    /// How it looks.
    pub(crate) fn style(self) -> Style {
        match self.0 {
            21.. => Style::Loud,
            17.. => Style::Red,
            13.. => Style::Yellow,
            9.. => Style::Green,
            5.. => Style::Blue,
            _ => Style::Dim,
        }
    }

    /// Texts that stand for this or worse, in lower case.
    pub(crate) fn texts(self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().filter(move |(_, lowest, _)| *lowest >= self.0).flat_map(|(_, _, texts)| texts.iter().copied())
    }

    fn named(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        NAMES.iter().find(|(_, _, texts)| texts.contains(&text.as_str())).map(|(_, lowest, _)| Self(*lowest))
    }
}
