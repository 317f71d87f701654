//! What components that use the network share.

pub mod tls;
