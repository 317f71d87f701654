//! [`Target`]: what `endpoint`, `connection_params` and the keys beside them say together.
//!
//! ```text
//! http://user:password@one:8123,two:8123/database?max_execution_time=60
//! ```

mod params;
#[cfg(test)]
mod tests;

use percent_encoding::percent_decode_str;
use pipelines::config::Secret;
use pipelines::net::tls::ClientTls;

pub(super) use self::params::Order;
use self::params::Params;
use super::config::{Compress, Config};
use crate::client::{Endpoint, Place, Scheme};

/// Where to insert, as whom and how.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The servers; at least one.
    pub(super) hosts: Vec<Endpoint>,
    pub(super) user: String,
    pub(super) password: Secret,
    pub(super) database: String,
    pub(super) tls: ClientTls,
    pub(super) compress: Compress,
    pub(super) params: Params,
    /// What is accepted and has no effect, or should be looked at: a key and a sentence.
    pub(super) warnings: Vec<(String, String)>,
}

/// What is wrong: the key, the fault, the fix.
pub(super) type Fault = (String, String, String);

/// The parts of an endpoint.
#[derive(Debug, Default)]
struct Parts {
    hosts: Vec<Endpoint>,
    user: String,
    password: Secret,
    database: String,
    query: Vec<(String, String)>,
    is_https: bool,
}

/// Ports of the native protocol, plain and encrypted.
const NATIVE: [u16; 2] = [9000, 9440];
/// Ports of HTTP, plain and encrypted.
const HTTP: [u16; 2] = [8123, 8443];

// === impl Target ===

impl Target {
    /// Reads a configuration; everything that is wrong with it is told at once.
    pub(super) fn new(config: &Config) -> (Option<Self>, Vec<Fault>) {
        let parts = match Parts::read(config.endpoint.reveal()) {
            Ok(parts) => parts,
            Err((text, help)) => return (None, vec![("endpoint".to_owned(), text, help)]),
        };
        let mut warnings = Vec::new();
        let mut faults = Vec::new();
        let mut params = Params::default();
        for (name, value) in &parts.query {
            params.set("endpoint", name, value, &mut warnings, &mut faults);
        }
        for (name, value) in &config.connection_params {
            let key = format!("connection_params.{name}");
            params.set(&key, name, value.reveal(), &mut warnings, &mut faults);
        }
        let mut tls = config.tls.clone();
        tls.insecure_skip_verify |= params.skip_verify;
        let scheme = if parts.is_https || params.secure { Scheme::Tls } else { Scheme::Plain };
        let mut hosts = parts.hosts;
        for host in &mut hosts {
            host.scheme = Some(scheme);
        }
        if !parts.password.is_empty() {
            let text = "holds a password; `username` and `password` keep it out of what is shown";
            warnings.push(("endpoint".to_owned(), text.to_owned()));
        }
        let first = |candidates: [&str; 3]| {
            candidates.into_iter().find(|candidate| !candidate.is_empty()).unwrap_or("default").to_owned()
        };
        // Who logs in comes from one place, so that no password is sent for somebody else.
        let (user, password) = match (config.username.as_str(), params.user.as_str()) {
            ("", "") => {
                (first([&parts.user, "", ""]), first_secret(&[&config.password, &params.password, &parts.password]))
            }
            ("", user) => (user.to_owned(), first_secret(&[&config.password, &params.password, &parts.password])),
            (user, _) => (user.to_owned(), config.password.clone()),
        };
        let own = if config.database == "default" { "" } else { &config.database };
        let database = first([own, &params.database, &parts.database]);
        let compress = params.compress.unwrap_or(config.compress);
        (Some(Self { hosts, user, password, database, tls, compress, params, warnings }), faults)
    }

    /// The database of a configuration, whatever else may be wrong with it.
    pub(super) fn database(config: &Config) -> String {
        let config = match config.endpoint.reveal() {
            "" => &Config { endpoint: Secret::new("http://localhost:8123"), ..config.clone() },
            _ => config,
        };
        Self::new(config).0.map_or_else(|| "default".to_owned(), |target| target.database)
    }
}

// === impl Parts ===

impl Parts {
    fn read(endpoint: &str) -> Result<Self, (String, String)> {
        let write = |text: &str| (text.to_owned(), "write e.g. `http://clickhouse:8123`".to_owned());
        let endpoint = endpoint.trim();
        if endpoint.is_empty() {
            return Err(write("no endpoint is set"));
        }
        let (rest, query) = endpoint.split_once('?').unwrap_or((endpoint, ""));
        let Some((scheme, _)) = rest.split_once("://") else {
            return Err(write("has no scheme"));
        };
        if hides_password(rest, query) {
            let help = "write them as %2F %3F %23 %2C %40, or use `username` and `password`";
            let text = "holds a password with one of `/ ? # ,`, or an `@` that ends no user and password";
            return Err((text.to_owned(), help.to_owned()));
        }
        if !matches!(scheme, "http" | "https" | "clickhouse") {
            // Whatever stands there; it may be part of a password.
            let shown: String = scheme.chars().take_while(char::is_ascii_alphanumeric).take(20).collect();
            return Err(match scheme {
                "tcp" | "native" => native(scheme),
                _ => write(&format!("has the scheme `{shown}`, which is not known")),
            });
        }
        let mut parts = Self { is_https: scheme == "https", ..Self::default() };
        for piece in query.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            parts.query.push((decoded(&name.replace('+', " ")), decoded(&value.replace('+', " "))));
        }
        let prefix = format!("{scheme}://");
        for host in rest.split(',') {
            let host = host.trim();
            let host = host.strip_prefix(&prefix).unwrap_or(host);
            if host.contains("://") {
                return Err(("names hosts with different schemes".to_owned(), "write one scheme for all".to_owned()));
            }
            parts.host(scheme, host)?;
        }
        Ok(parts)
    }

    /// Takes one of the hosts: `user:password@host:port/database`.
    fn host(&mut self, scheme: &str, text: &str) -> Result<(), (String, String)> {
        let (login, text) = text.rsplit_once('@').map_or((None, text), |(login, host)| (Some(login), host));
        if let Some(login) = login {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            self.user = decoded(user);
            self.password = Secret::new(decoded(password));
        }
        let (host, database) = text.split_once('/').unwrap_or((text, ""));
        if !database.is_empty() {
            self.database = decoded(database.trim_end_matches('/'));
        }
        let is_encrypted =
            scheme == "https" || self.query.iter().any(|(name, value)| name == "secure" && is_true(value));
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        // Like a URL, `http://host` means port 80; `clickhouse://` has no port of its own in HTTP.
        let host = match scheme {
            "clickhouse" if !has_port => format!("{host}:{}", HTTP[usize::from(is_encrypted)]),
            _ => host.to_owned(),
        };
        let base = if scheme == "https" { "https" } else { "http" };
        let endpoint = Endpoint::url(&format!("{base}://{host}"))
            .map_err(|error| (error, "write e.g. `http://clickhouse:8123`".to_owned()))?;
        if let (Place::Tcp { port, .. }, "clickhouse") = (&endpoint.place, scheme)
            && NATIVE.contains(port)
        {
            return Err(native(&format!("{scheme}://...:{port}")));
        }
        self.hosts.push(endpoint);
        Ok(())
    }
}

/// Whether there is an `@` that does not end the user and password of a host, so that parts of them would be taken for
/// something that may be shown.
fn hides_password(hosts: &str, query: &str) -> bool {
    let hosts: Vec<&str> =
        hosts.split(',').map(|host| host.split_once("://").map_or(host, |(_, behind)| behind)).collect();
    let is_broken = |host: &&str| host.rsplit_once('@').is_some_and(|(login, _)| login.contains(['/', '#']));
    let is_first = hosts.first().is_some_and(|host| host.contains('@'));
    query.contains('@') || hosts.iter().any(is_broken) || !is_first && hosts.iter().any(|host| host.contains('@'))
}

fn native(shown: &str) -> (String, String) {
    (
        format!("`{shown}` means ClickHouse's native protocol, which is not spoken here: inserts go over HTTP"),
        format!("write `http://host:{}` or `https://host:{}`, the server's HTTP port", HTTP[0], HTTP[1]),
    )
}

fn first_secret(candidates: &[&Secret]) -> Secret {
    candidates.iter().find(|candidate| !candidate.is_empty()).map(|secret| (*secret).clone()).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}
