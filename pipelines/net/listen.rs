//! [`Listen`]: where a server listens, as people write it.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::listener::Listener;
use super::sockets::Sockets;

/// What a server listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port.
    Tcp {
        /// Name or address (without brackets) of an interface of this machine; `None` means all of them.
        host: Option<String>,
        /// The port; 0 lets the system choose a free one.
        port: u16,
        /// IPv4 only, IPv6 only, or whatever the host is.
        family: Family,
    },
    /// A Unix domain socket.
    Unix(PathBuf),
}

/// A version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Either of both.
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// The kind of socket a server listens on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP over IPv4 or IPv6.
    #[default]
    Tcp,
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv6.
    Tcp6,
    /// A Unix domain socket; the endpoint is its path.
    Unix,
}

/// How a socket is bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenOptions {
    /// Whether several sockets may be bound to the port, among which the system spreads connections (`SO_REUSEPORT`).
    pub reuse_port: bool,
}

// === impl Listen ===

impl Listen {
    /// Reads `host:port`, `[address]:port`, `:port`, or the path of a socket.
    ///
    /// # Errors
    /// One sentence that names the endpoint, what is wrong with it and what to write.
    pub fn parse(text: &str, transport: Transport) -> Result<Self, String> {
        let text = text.trim();
        let family = match transport {
            Transport::Tcp => Family::Any,
            Transport::Tcp4 => Family::V4,
            Transport::Tcp6 => Family::V6,
            Transport::Unix => return unix(text),
        };
        if let Some((scheme, rest)) = text.split_once("://") {
            return Err(format!(
                "endpoint `{text}` has the scheme `{scheme}://`, but a server listens on host:port; write `{rest}`"
            ));
        }
        let (host, port) = split(text)?;
        let number = port
            .parse()
            .map_err(|_| format!("endpoint `{text}` has the port `{port}`, which is not a number from 0 to 65535"))?;
        if host.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\?#@<>\"".contains(c)) {
            return Err(format!("endpoint `{text}` has no valid host; write host:port, e.g. `0.0.0.0:{port}`"));
        }
        let wrong_family = match (host.parse::<IpAddr>(), family) {
            (Ok(IpAddr::V6(_)), Family::V4) => Some("tcp4"),
            (Ok(IpAddr::V4(_)), Family::V6) => Some("tcp6"),
            _ => None,
        };
        if let Some(name) = wrong_family {
            return Err(format!("endpoint `{text}` does not fit `transport: {name}`; leave transport out"));
        }
        Ok(Self::Tcp { host: (!host.is_empty()).then(|| host.to_owned()), port: number, family })
    }

    /// The same with another port; the same as it is without ports.
    #[must_use]
    pub(super) fn with_port(&self, port: u16) -> Self {
        match self {
            Self::Tcp { host, family, .. } => Self::Tcp { host: host.clone(), port, family: *family },
            Self::Unix(path) => Self::Unix(path.clone()),
        }
    }

    /// Whether only this machine can connect, as far as the text says.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp { host: None, .. } => false,
            Self::Tcp { host: Some(host), .. } => {
                host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp { host: None, port, .. } => write!(f, ":{port}"),
            Self::Tcp { host: Some(host), port, .. } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host: Some(host), port, .. } => write!(f, "{host}:{port}"),
        }
    }
}

// === impl Sockets ===

impl Sockets {
    /// Opens a socket. A name is looked up; IPv4 goes first, as in Go.
    ///
    /// # Errors
    /// If the name is not known, or the system does not give the port: in use, not permitted, not of this machine.
    pub async fn bind(&self, listen: &Listen, options: ListenOptions) -> io::Result<Listener> {
        let (host, port, family) = match listen {
            Listen::Unix(path) => return self.unix(path),
            Listen::Tcp { host, port, family } => (host.as_deref(), *port, *family),
        };
        let Some(host) = host else {
            if family == Family::V4 {
                return self.tcp((Ipv4Addr::UNSPECIFIED, port).into(), family, options);
            }
            let both = self.tcp((Ipv6Addr::UNSPECIFIED, port).into(), family, options);
            return match both {
                // The machine has no IPv6.
                Err(error) if family == Family::Any && is_without_ipv6(&error) => {
                    self.tcp((Ipv4Addr::UNSPECIFIED, port).into(), family, options)
                }
                both => both,
            };
        };
        let mut found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![(address, port).into()],
            Err(_) => tokio::net::lookup_host((host, port)).await?.collect(),
        };
        found.retain(|address| match family {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        });
        found.sort_by_key(SocketAddr::is_ipv6);
        let first =
            found.first().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no such address"))?;
        self.tcp(*first, family, options)
    }
}

fn unix(text: &str) -> Result<Listen, String> {
    let path = text.strip_prefix("unix:").unwrap_or(text);
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with('@') {
        return Err(format!("endpoint `{text}` is not the path of a socket; write e.g. /run/tfo/otlp.sock"));
    }
    Ok(Listen::Unix(PathBuf::from(path)))
}

fn split(text: &str) -> Result<(&str, &str), String> {
    let no_port = || format!("endpoint `{text}` has no port; write host:port, e.g. `{text}:4317`");
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) =
            rest.split_once(']').ok_or_else(|| format!("endpoint `{text}` opens a bracket and does not close it"))?;
        return Ok((host, port.strip_prefix(':').ok_or_else(no_port)?));
    }
    if text.matches(':').count() > 1 {
        return Err(format!("endpoint `{text}` has an IPv6 address without brackets; write [address]:port"));
    }
    if text.is_empty() {
        return Err("the endpoint is empty; write host:port, e.g. `0.0.0.0:4317`".to_owned());
    }
    text.split_once(':').ok_or_else(no_port)
}

fn is_without_ipv6(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        // EAFNOSUPPORT
        || error.raw_os_error() == Some(97)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tcp(host: Option<&str>, port: u16) -> Listen {
        Listen::Tcp { host: host.map(str::to_owned), port, family: Family::Any }
    }

    /// Scenario: every form people write. Guarantee: it is read as the Collector reads it and prints as written.
    #[test]
    fn reads_every_form() {
        for (text, expected, loopback) in [
            ("localhost:4317", tcp(Some("localhost"), 4317), true),
            ("127.0.0.1:0", tcp(Some("127.0.0.1"), 0), true),
            ("0.0.0.0:4317", tcp(Some("0.0.0.0"), 4317), false),
            ("[::]:4317", tcp(Some("::"), 4317), false),
            ("[::1]:4317", tcp(Some("::1"), 4317), true),
            (":4317", tcp(None, 4317), false),
            ("otel-collector:4318", tcp(Some("otel-collector"), 4318), false),
        ] {
            let read = Listen::parse(text, Transport::Tcp).unwrap();
            assert_eq!((&read, read.is_loopback(), read.to_string().as_str()), (&expected, loopback, text));
        }
        assert_eq!(Listen::parse("/run/o.sock", Transport::Unix).unwrap(), Listen::Unix("/run/o.sock".into()));
        assert_eq!(Listen::parse("unix:///run/o.sock", Transport::Unix).unwrap(), Listen::Unix("/run/o.sock".into()));
    }

    /// Scenario: what people get wrong. Guarantee: a sentence that says what to write.
    #[test]
    fn refuses_with_advice() {
        for (text, transport, part) in [
            ("", Transport::Tcp, "empty"),
            ("localhost", Transport::Tcp, "localhost:4317"),
            ("http://localhost:4318", Transport::Tcp, "write `localhost:4318`"),
            ("localhost:http", Transport::Tcp, "not a number"),
            ("localhost:70000", Transport::Tcp, "not a number"),
            ("::1:4317", Transport::Tcp, "brackets"),
            ("[::1", Transport::Tcp, "close it"),
            ("[::1]:4317", Transport::Tcp4, "tcp4"),
            ("a b:1", Transport::Tcp, "valid host"),
            ("@abstract", Transport::Unix, "path"),
        ] {
            let error = Listen::parse(text, transport).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    /// Scenario: port 0, all interfaces, a taken port, a shared port. Guarantee: as the system says.
    #[tokio::test]
    async fn binds() {
        let sockets = Sockets::default();
        let bind = |text: &str, transport, reuse_port| {
            let (sockets, listen) = (sockets.clone(), Listen::parse(text, transport).unwrap());
            async move { sockets.bind(&listen, ListenOptions { reuse_port }).await }
        };
        let place = {
            let first = bind("localhost:0", Transport::Tcp, false).await.unwrap();
            let place = first.to_string();
            assert!(place.starts_with("127.0.0.1:") && !place.ends_with(":0"), "{place}");
            let taken = bind(&place, Transport::Tcp, false).await;
            assert_eq!(taken.err().unwrap().kind(), io::ErrorKind::AddrInUse);
            place
        };
        assert!(bind(&place, Transport::Tcp, false).await.is_ok(), "it is free again");
        assert!(bind(":0", Transport::Tcp, false).await.is_ok());
        let one = bind("127.0.0.1:0", Transport::Tcp4, true).await.unwrap();
        assert!(bind(&one.to_string(), Transport::Tcp4, true).await.is_ok());
    }

    /// Scenario: a socket file left by a process that was killed. Guarantee: it is taken over; a live one is not, and
    /// the file is gone when the listener is.
    #[tokio::test]
    async fn takes_over_a_dead_socket_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("o.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let (sockets, listen) = (Sockets::default(), Listen::Unix(path.clone()));
        let alive = sockets.bind(&listen, ListenOptions::default()).await.unwrap();
        let taken = sockets.bind(&listen, ListenOptions::default()).await.err().unwrap();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        drop(alive);
        assert!(!path.exists());
    }
}
