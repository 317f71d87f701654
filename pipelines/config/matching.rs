//! How files of the Collector say what texts are compared with.

use schemars::JsonSchema;
use serde::Deserialize;

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// They must be equal.
    Strict,
    /// The pattern must be found in the text.
    Regexp,
}

/// How the Collector caches results of patterns. Accepted for its files; patterns are fast enough here without.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Regexp {
    /// Has no effect. Default false.
    pub cacheenabled: bool,
    /// Has no effect. Default 0.
    pub cachemaxnumentries: u64,
}
