//! Which web pages may send telemetry (`cors` of HTTP).

use schemars::JsonSchema;
use serde::Deserialize;

/// Which web pages may send telemetry from a browser. Nothing is allowed without `allowed_origins`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins such as `https://shop.example`; `*` stands for any text and may stand once in each, also alone.
    pub allowed_origins: Vec<String>,
    /// Headers pages may send beside Accept, Content-Type and X-Requested-With; `*` allows all.
    pub allowed_headers: Vec<String>,
    /// Response headers pages may read.
    pub exposed_headers: Vec<String>,
    /// Seconds a browser may remember the answer. Default 0: the browser's own, commonly 5 seconds.
    pub max_age: u32,
}
