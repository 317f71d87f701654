//! [`Endpoint`]: the forms in which people write where a server is.

use std::fmt;
use std::path::PathBuf;

/// Where a server is and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// What the scheme says about encryption; `None` when the endpoint has none or one that does not say.
    pub(crate) scheme: Option<Scheme>,
    /// The machine and the port, or the socket.
    pub(crate) place: Place,
    /// Path and query of a URL as written; empty for none.
    pub(crate) path: String,
}

/// Whether a URL asks for encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `http://`
    Plain,
    /// `https://`
    Tls,
}

/// What a socket connects to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A host name or IP address (without brackets) and a port.
    Tcp {
        /// The name or address.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix domain socket.
    Unix(PathBuf),
}

/// The `:authority` of a place: what a server is called in requests.
pub(crate) struct Authority<'a>(pub(crate) &'a Place);

// === impl Endpoint ===

impl Endpoint {
    /// Reads the target of a gRPC client: `host:port`, `http://`, `https://`, `dns:///`, `passthrough:///`, `unix:`.
    ///
    /// # Errors
    /// One sentence that names the endpoint, what is wrong with it and what to write.
    pub(crate) fn grpc(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("no endpoint is set; write host:port, e.g. `collector:4317`".into());
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return unix(text, path);
        }
        if text.starts_with("unix-abstract:") || text.starts_with("xds:") {
            return Err(format!(
                "endpoint `{text}` uses a scheme that is not supported; write host:port, a URL or unix:/path"
            ));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return Self::url(text);
        }
        let rest = match text.split_once("://") {
            Some(("dns" | "passthrough", rest)) => rest.strip_prefix('/').ok_or_else(|| {
                format!("endpoint `{text}` names a DNS server, which is not supported; write `dns:///host:port`")
            })?,
            Some((scheme, _)) => return Err(unknown_scheme(text, scheme)),
            None => text.strip_prefix("dns:").unwrap_or(text),
        };
        Ok(Self { scheme: None, place: host_port(text, rest, None)?, path: String::new() })
    }

    /// Reads a URL with the scheme `http` or `https`; the port may be left out. Without a scheme `http` is assumed,
    /// or `https` for port 443, and `scheme` is `None`.
    ///
    /// # Errors
    /// As for [`Endpoint::grpc`].
    pub(crate) fn url(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some(("http", rest)) => (Some(Scheme::Plain), rest),
            Some(("https", rest)) => (Some(Scheme::Tls), rest),
            Some((scheme, _)) => return Err(unknown_scheme(text, scheme)),
            None => (None, text),
        };
        let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if host.contains('@') {
            return Err("the endpoint holds a user name or a password; put credentials into `headers`".to_owned());
        }
        let port = match scheme {
            Some(Scheme::Plain) => Some(80),
            Some(Scheme::Tls) => Some(443),
            None => None,
        };
        if path.contains(|c: char| c.is_ascii_whitespace() || c == '#') {
            return Err(format!("endpoint `{text}` has a path that is not part of a URL"));
        }
        Ok(Self { scheme, place: host_port(text, host, port)?, path: path.to_owned() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Some(Scheme::Plain) => f.write_str("http://")?,
            Some(Scheme::Tls) => f.write_str("https://")?,
            None => {}
        }
        write!(f, "{}{}", self.place, self.path)
    }
}

// === impl Place ===

impl Place {
    /// Whether what is sent there stays on this machine.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Tcp { host, .. } => {
                host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
            Self::Unix(_) => true,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

// === impl Authority ===

impl fmt::Display for Authority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Unix(_) => f.write_str("localhost"),
            Place::Tcp { host, port } if !host.is_ascii() => {
                let host = percent_encoding::utf8_percent_encode(host, percent_encoding::NON_ALPHANUMERIC);
                write!(f, "{host}:{port}")
            }
            place @ Place::Tcp { .. } => place.fmt(f),
        }
    }
}

fn unix(text: &str, path: &str) -> Result<Endpoint, String> {
    let path = path.strip_prefix("//").unwrap_or(path);
    if !path.starts_with('/') {
        return Err(format!("endpoint `{text}` has no absolute path; write unix:/run/collector.sock"));
    }
    Ok(Endpoint { scheme: None, place: Place::Unix(PathBuf::from(path)), path: String::new() })
}

fn host_port(text: &str, rest: &str, default: Option<u16>) -> Result<Place, String> {
    let (host, port) = match rest.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, port))) => (host, port.strip_prefix(':')),
        Some(None) => return Err(format!("endpoint `{text}` opens a bracket and does not close it")),
        None if rest.matches(':').count() > 1 => {
            return Err(format!("endpoint `{text}` has an IPv6 address without brackets; write [address]:port"));
        }
        None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
    };
    let port = match (port, default) {
        (Some(port), _) => port
            .parse()
            .map_err(|_| format!("endpoint `{text}` has the port `{port}`, which is not a number from 0 to 65535"))?,
        (None, Some(default)) => default,
        (None, None) => return Err(format!("endpoint `{text}` has no port; write host:port, e.g. `{rest}:4317`")),
    };
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\?#@<>\"".contains(c)) {
        return Err(format!("endpoint `{text}` has no valid host; write host:port, e.g. `collector:4317`"));
    }
    Ok(Place::Tcp { host: host.to_owned(), port })
}

fn unknown_scheme(text: &str, scheme: &str) -> String {
    format!("endpoint `{text}` has the scheme `{scheme}`, which is not known; write http:// or https://")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tcp(host: &str, port: u16) -> Place {
        Place::Tcp { host: host.into(), port }
    }

    /// Scenario: every form people write. Guarantee: host, port and encryption are read as the Collector reads them.
    #[test]
    fn reads_every_form() {
        for (text, scheme, place) in [
            ("collector:4317", None, tcp("collector", 4317)),
            ("http://collector:4317", Some(Scheme::Plain), tcp("collector", 4317)),
            ("https://otlp.example.com", Some(Scheme::Tls), tcp("otlp.example.com", 443)),
            ("dns:///collector:4317", None, tcp("collector", 4317)),
            ("dns:collector:4317", None, tcp("collector", 4317)),
            ("passthrough:///10.0.0.1:4317", None, tcp("10.0.0.1", 4317)),
            ("[::1]:4317", None, tcp("::1", 4317)),
            ("unix:/run/o.sock", None, Place::Unix("/run/o.sock".into())),
            ("unix:///run/o.sock", None, Place::Unix("/run/o.sock".into())),
        ] {
            let endpoint = Endpoint::grpc(text).unwrap();
            assert_eq!((endpoint.scheme, endpoint.place), (scheme, place), "{text}");
        }
        assert_eq!(Endpoint::url("http://prometheus:9090/api/v1/otlp/").unwrap().path, "/api/v1/otlp/");
    }

    /// Scenario: what people get wrong. Guarantee: a sentence that says what to write, never a panic.
    #[test]
    fn refuses_with_advice() {
        for (text, part) in [
            ("", "no endpoint"),
            ("collector", "collector:4317"),
            ("collector:http", "not a number"),
            ("collector:99999", "not a number"),
            ("::1:4317", "brackets"),
            ("[::1:4317", "close it"),
            ("ftp://collector:21", "http:// or https://"),
            ("dns://8.8.8.8/collector:4317", "DNS server"),
            ("https://user:secret@host", "headers"),
            ("unix:o.sock", "absolute"),
            (":4317", "host"),
        ] {
            let error = Endpoint::grpc(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
