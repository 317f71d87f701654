//! TLS as the OpenTelemetry Collector configures it: [`ServerTls`] for what listens, [`ClientTls`] for what connects.
//!
//! Reading a configuration touches no file. [`ServerTls::renewing`] and [`ClientTls::renewing`] make settings that
//! read their files when the first connection needs them, and follow them from then on. Cryptography is `ring` through rustls, so TLS 1.2 and 1.3 only.
//!
//! ```yaml
//! tls:
//!   cert_file: /etc/tfo/tls.crt
//!   key_file: /etc/tfo/tls.key
//!   client_ca_file: /etc/tfo/clients.crt
//! ```

mod client;
mod error;
mod expiry;
mod material;
mod renewing;
mod server;
mod suites;
mod validity;
mod verifier;
mod version;

#[cfg(test)]
mod tests;

pub use self::client::ClientTls;
pub use self::error::TlsError;
pub use self::renewing::Renewing;
pub use self::server::ServerTls;
pub use self::version::Version;

/// The protocol name of HTTP/2 in the TLS handshake (ALPN).
pub const H2: &[u8] = b"h2";

/// The protocol name of HTTP/1.1 in the TLS handshake (ALPN).
pub const HTTP_1_1: &[u8] = b"http/1.1";
