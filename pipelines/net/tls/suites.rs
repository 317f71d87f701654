//! The cryptography in use: `ring`, narrowed to the cipher suites and curves users name.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring};
use rustls::{NamedGroup, SupportedCipherSuite};

use crate::component::Problems;

/// Reports names that are not known; paths are relative to the `tls` section.
pub(super) fn validate(cipher_suites: &[String], curves: &[String], problems: &mut Problems) {
    for (at, name) in cipher_suites.iter().enumerate() {
        if !ring::ALL_CIPHER_SUITES.iter().any(|suite| is_suite(*suite, name)) {
            let known: Vec<_> =
                ring::ALL_CIPHER_SUITES.iter().filter(|suite| suite.tls13().is_none()).map(suite_name).collect();
            problems
                .error(format!("cipher_suites.{at}"), format!("`{name}` is not a supported cipher suite"))
                .help(format!("TLS 1.3 suites need no entry; for TLS 1.2 use {}", known.join(", ")));
        }
    }
    for (at, name) in curves.iter().enumerate() {
        if !ring::ALL_KX_GROUPS.iter().any(|group| is_curve(*group, name)) {
            problems
                .error(format!("curve_preferences.{at}"), format!("`{name}` is not a supported curve"))
                .help("use X25519, P256 or P384");
        }
    }
}

/// The provider with the named suites for TLS 1.2 (all of TLS 1.3 stay, as in Go) and the named curves in the order
/// given; all of them for empty lists.
pub(super) fn provider(cipher_suites: &[String], curves: &[String]) -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    if !cipher_suites.is_empty() {
        let named = |suite: &SupportedCipherSuite| cipher_suites.iter().any(|name| is_suite(*suite, name));
        provider.cipher_suites.retain(|suite| suite.tls13().is_some() || named(suite));
    }
    if !curves.is_empty() {
        let find = |name: &String| ring::ALL_KX_GROUPS.iter().copied().find(|group| is_curve(*group, name));
        provider.kx_groups = curves.iter().filter_map(find).collect();
    }
    Arc::new(provider)
}

fn suite_name(suite: &SupportedCipherSuite) -> String {
    format!("{:?}", suite.suite())
}

/// Go leaves the hash out of the names of the ChaCha20 suites and writes TLS 1.3 suites as `TLS_...`.
fn is_suite(suite: SupportedCipherSuite, name: &str) -> bool {
    let known = suite_name(&suite).replace("TLS13_", "TLS_");
    known == name
        || known.strip_suffix("_SHA256").is_some_and(|short| short == name && name.ends_with("CHACHA20_POLY1305"))
}

fn is_curve(group: &dyn SupportedKxGroup, name: &str) -> bool {
    match group.name() {
        NamedGroup::X25519 => name == "X25519",
        NamedGroup::secp256r1 => matches!(name, "P256" | "CurveP256"),
        NamedGroup::secp384r1 => matches!(name, "P384" | "CurveP384"),
        _ => false,
    }
}
