//! The real databases behind the binary: what the SDKs send is read back equal, the queries that others' user interfaces
//! rely on find it, and nothing is lost when a server is killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "faults/client.rs"]
mod client;
#[path = "databases/equal.rs"]
mod equal;
#[path = "databases/faults/mod.rs"]
mod faults;
#[path = "databases/grafana.rs"]
mod grafana;
#[path = "databases/hyperdx.rs"]
mod hyperdx;
#[allow(dead_code, reason = "a part of it is for other faults")]
#[path = "faults/load.rs"]
mod load;
#[allow(dead_code, reason = "a part of it is for other faults")]
#[path = "faults/records.rs"]
mod records;
#[path = "databases/servers.rs"]
mod servers;
#[path = "databases/stored.rs"]
mod stored;
#[path = "faults/table.rs"]
mod table;
