//! Protocol versions as users write them.

use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::Problems;

/// A TLS version. 1.0 and 1.1 are known by name so that they can be refused with a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum Version {
    /// Not set.
    #[default]
    #[serde(rename = "")]
    Unset,
    /// TLS 1.0, refused.
    #[serde(rename = "1.0")]
    Tls10,
    /// TLS 1.1, refused.
    #[serde(rename = "1.1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    Tls13,
}

/// Reports versions that cannot be used; paths are relative to the `tls` section.
pub(super) fn validate(min: Version, max: Version, problems: &mut Problems) {
    if max.is_obsolete() {
        problems
            .error("max_version", "TLS below 1.2 is not supported (RFC 8996 forbids it)")
            .help("leave max_version out");
    } else if min.is_obsolete() {
        problems.warning("min_version", "TLS below 1.2 is not supported (RFC 8996 forbids it): 1.2 is the lowest used");
    }
    if max != Version::Unset && min > max {
        problems.error("max_version", "is lower than min_version").help("leave max_version out");
    }
}

/// The versions from `min` to `max`, both included.
pub(super) fn between(min: Version, max: Version) -> &'static [&'static SupportedProtocolVersion] {
    static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    match (min, max) {
        (Version::Tls13, _) => &BOTH[..1],
        (_, Version::Tls12) => &BOTH[1..],
        _ => &BOTH,
    }
}

// === impl Version ===

impl Version {
    fn is_obsolete(self) -> bool {
        matches!(self, Self::Tls10 | Self::Tls11)
    }
}
