//! [`Version`]: what a server can do, by its version.

use std::fmt;
use std::str::FromStr;

/// The version of a server: year and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
}

// === impl Version ===

impl Version {
    /// Has indices of type `text`, which find words without reading what does not hold them.
    pub const TEXT_INDEX: Self = Self { major: 26, minor: 2 };
    /// Has a JSON type that is fit for use.
    pub(in crate::clickhouse) const JSON: Self = Self { major: 25, minor: 3 };
}

impl FromStr for Version {
    type Err = String;

    /// Reads `26.2` or what `version()` answers, `26.9.2.1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a version of ClickHouse; write e.g. 25.8");
        let mut parts = text.trim().split('.');
        let mut part = || parts.next().and_then(|part| part.parse().ok()).ok_or_else(wrong);
        Ok(Self { major: part()?, minor: part()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
