//! Who may use a version of the protocol (`v1`, `v2`).

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// Who may use a version of the protocol on a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody. Who shows an API key in headers of its own, where `keys` are configured, is checked all the same.
    Open,
    /// Who shows a credential that is accepted.
    Required,
    /// Nobody: it is not served.
    Off,
}

// === impl Access ===

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Required => "required",
            Self::Off => "off",
        })
    }
}
