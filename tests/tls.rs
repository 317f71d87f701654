//! TLS of the binary while its files change: certificates, keys and authorities on both sides, swapped under load in
//! every way files are swapped, and files that are wrong.
// The clock of the engine and its tasks are of another process here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "tls/authority.rs"]
mod authority;
#[path = "tls/backend.rs"]
mod backend;
#[path = "tls/chain.rs"]
mod chain;
#[path = "tls/client.rs"]
mod client;
#[path = "tls/exporters.rs"]
mod exporters;
#[path = "tls/folder.rs"]
mod folder;
#[path = "tls/probes.rs"]
mod probes;
#[path = "tls/receivers.rs"]
mod receivers;
