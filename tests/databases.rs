//! The real databases behind the binary: what the SDKs send is read back equal, the queries that others' user interfaces
//! rely on find it, and nothing is lost when a server is killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "databases/servers.rs"]
mod servers;
