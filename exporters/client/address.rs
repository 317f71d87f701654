//! From the name of a server to the addresses of its sockets.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::endpoint::Place;
use super::failure::{Failed, Stage};

/// One socket a client can connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A TCP socket.
    Tcp(SocketAddr),
    /// A Unix domain socket.
    Unix(PathBuf),
}

/// Every address behind a place, in the resolver's order, without duplicates; never empty.
///
/// # Errors
/// [`Stage::Resolve`] when the name is not known or has no address.
pub(crate) async fn resolve(place: &Place) -> Result<Vec<Address>, Failed> {
    let (host, port) = match place {
        Place::Unix(path) => return Ok(vec![Address::Unix(path.clone())]),
        Place::Tcp { host, port } => (host.as_str(), *port),
    };
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![Address::Tcp(SocketAddr::new(ip, port))]);
    }
    let found = tokio::net::lookup_host((host, port)).await;
    let found = found.map_err(|error| Failed::new(Stage::Resolve, format!("cannot resolve `{host}`: {error}")))?;
    let mut addresses = Vec::new();
    for address in found.map(Address::Tcp) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(Failed::new(Stage::Resolve, format!("`{host}` has no address")));
    }
    Ok(addresses)
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
