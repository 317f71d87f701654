//! [`Target`]: which servers, as whom and how, worked out from the URL and the keys beside it.

use std::path::PathBuf;

use pipelines::component::Problems;
use pipelines::config::Secret;
use pipelines::net::tls::ClientTls;
use tokio_postgres::config::ChannelBinding;

use super::config::{Config, SslMode};
use super::url::Url;
use crate::client::Place;

/// Which servers, as whom and how.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// In the order in which they are tried; never empty.
    pub(super) servers: Vec<Place>,
    pub(super) username: String,
    pub(super) password: Secret,
    pub(super) database: String,
    pub(super) mode: SslMode,
    /// Verifies nothing where `mode` asks for that.
    pub(super) tls: ClientTls,
    /// Whether the server must prove that it is the one that has the password's hash and holds the certificate.
    pub(super) channel_binding: ChannelBinding,
    pub(super) application_name: String,
    /// Settings for the session (`-c name=value`).
    pub(super) options: String,
    pub(super) connect_timeout: std::time::Duration,
}

/// What a setting is about, and one sentence on what is wrong with it.
type Wrong = (&'static str, String);

/// Settings of libpq that ask for what is done in any case, or not at all, with the values that say so.
const AS_IT_IS: [(&str, &[&str]); 2] =
    [("target_session_attrs", &["read-write", "primary", "any"]), ("gssencmode", &["disable", "prefer"])];

// === impl Target ===

impl Target {
    /// Works it out.
    ///
    /// # Errors
    /// The key, and what is wrong with it.
    pub(super) fn new(config: &Config) -> Result<Self, Wrong> {
        let in_url = |message| ("endpoint", message);
        let has_url = !config.endpoint.is_empty();
        let mut url = match has_url {
            true => Url::parse(config.endpoint.reveal()).map_err(in_url)?,
            false => Url::default(),
        };
        let mut target = Self {
            servers: Vec::new(),
            username: one_of("username", &mut url.username, &config.username)?,
            password: Secret::new(one_of("password", &mut url.password, config.password.reveal())?),
            database: one_of("database", &mut url.database, &config.database)?,
            mode: SslMode::VerifyFull,
            tls: config.tls.clone(),
            channel_binding: ChannelBinding::Prefer,
            application_name: config.application_name.clone(),
            options: String::new(),
            connect_timeout: config.connect_timeout.into(),
        };
        let mut sslmode = None;
        for (name, value) in &url.parameters {
            target.parameter(name, value, &mut sslmode).map_err(in_url)?;
        }
        if config.sslmode.is_some() && sslmode.is_some_and(|mode| Some(mode) != config.sslmode) {
            return Err(("sslmode", "is not what `endpoint` says; remove one of them".into()));
        }
        let hosts = one_of("host", &mut url.hosts, &config.host)?;
        let hosts = if hosts.is_empty() { "localhost".to_owned() } else { hosts };
        let key = if has_url && config.host.is_empty() { "endpoint" } else { "host" };
        let port = match url.port.as_str() {
            "" => config.port,
            port => port.parse().map_err(|_| in_url(format!("has the port `{port}`, which is not a number")))?,
        };
        for host in hosts.split(',') {
            target.servers.push(server(host.trim(), port).map_err(|message| (key, message))?);
        }
        if target.username.is_empty() {
            target.username = "postgres".into();
        }
        if target.database.is_empty() {
            target.database.clone_from(&target.username);
        }
        target.secure(config.sslmode.or(sslmode))?;
        Ok(target)
    }

    /// Reports what works but should be looked at.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let is_far = self.servers.iter().any(|server| !server.is_local());
        let text = match self.mode {
            SslMode::Disable if is_far && !self.password.is_empty() => {
                "`disable` lets everybody on the way read what is stored and who logs in"
            }
            SslMode::Prefer if is_far => "`prefer` is satisfied without encryption and with any certificate",
            _ => return,
        };
        problems.warning("sslmode", text).help("use `verify-full`, with `tls.ca_file` if the authority is your own");
    }

    /// Where it leads, without credentials.
    pub(super) fn url(&self) -> String {
        let servers: Vec<_> = self.servers.iter().map(ToString::to_string).collect();
        format!("postgres://{}/{}", servers.join(","), self.database)
    }

    fn parameter(&mut self, name: &str, value: &str, sslmode: &mut Option<SslMode>) -> Result<(), String> {
        let file = || Some(PathBuf::from(value)).filter(|_| value != "system");
        match name {
            "sslmode" => {
                let known = SslMode::parse(value);
                *sslmode = Some(known.ok_or_else(|| {
                    format!("has sslmode `{value}`: expected disable, prefer, require or verify-full")
                })?);
            }
            "sslrootcert" => self.tls.ca_file = file(),
            "sslcert" => self.tls.cert_file = file(),
            "sslkey" => self.tls.key_file = file(),
            "channel_binding" => {
                self.channel_binding = match value {
                    "disable" => ChannelBinding::Disable,
                    "prefer" => ChannelBinding::Prefer,
                    "require" => ChannelBinding::Require,
                    _ => return Err(format!("has channel_binding `{value}`: expected disable, prefer or require")),
                }
            }
            "application_name" => value.clone_into(&mut self.application_name),
            "options" => value.clone_into(&mut self.options),
            "connect_timeout" => {
                let seconds = value.parse().map_err(|_| format!("has connect_timeout `{value}`: expected seconds"))?;
                self.connect_timeout = std::time::Duration::from_secs(seconds);
            }
            _ => match AS_IT_IS.iter().find(|(known, _)| *known == name) {
                Some((_, values)) if values.contains(&value) => {}
                Some((_, values)) => return Err(format!("has {name} `{value}`: expected {}", values.join(" or "))),
                None => return Err(format!("has the parameter `{name}`, which is not known here")),
            },
        }
        Ok(())
    }

    /// Settles what is encrypted and verified.
    fn secure(&mut self, mode: Option<SslMode>) -> Result<(), Wrong> {
        let by_tls = match (self.tls.insecure, self.tls.insecure_skip_verify) {
            (true, _) => Some(SslMode::Disable),
            (false, true) => Some(SslMode::Require),
            (false, false) => None,
        };
        self.mode = match (mode, by_tls) {
            (Some(SslMode::VerifyCa), _) => {
                let text = "`verify-ca` is not built: write `verify-full`, and `tls.server_name_override` with the \
                            name in the certificate if that is not the host's";
                return Err(("sslmode", text.into()));
            }
            (Some(SslMode::VerifyFull), Some(_)) => {
                return Err(("sslmode", "`verify-full` contradicts `tls.insecure*`; remove one of them".into()));
            }
            (Some(SslMode::Prefer | SslMode::Require), Some(SslMode::Disable)) => {
                return Err(("sslmode", "contradicts `tls.insecure`; remove one of them".into()));
            }
            (Some(mode), _) => mode,
            (None, Some(mode)) => mode,
            (None, None) => SslMode::VerifyFull,
        };
        let has_authorities = self.tls.ca_file.is_some() || self.tls.ca_pem.is_some();
        match self.mode {
            SslMode::Require if has_authorities && !self.tls.insecure_skip_verify => self.mode = SslMode::VerifyFull,
            SslMode::Require | SslMode::Prefer => self.tls.insecure_skip_verify = true,
            _ => {}
        }
        Ok(())
    }
}

/// The value of a setting that may stand in the URL or under its own key.
fn one_of(key: &'static str, in_url: &mut String, own: &str) -> Result<String, Wrong> {
    if !in_url.is_empty() && !own.is_empty() {
        return Err((key, "is set here and in `endpoint`; remove one of them".into()));
    }
    Ok(if own.is_empty() { std::mem::take(in_url) } else { own.to_owned() })
}

/// `host`, `host:port`, `[::1]:port`, or the directory of a Unix socket.
fn server(text: &str, default: u16) -> Result<Place, String> {
    if text.starts_with('/') {
        // Names of directories may hold colons, too: `/cloudsql/project:region:instance`.
        let port = text.rsplit_once(':').and_then(|(folder, port)| Some((folder, port.parse::<u16>().ok()?)));
        let (folder, port) = port.unwrap_or((text, default));
        return Ok(Place::Unix(PathBuf::from(format!("{folder}/.s.PGSQL.{port}"))));
    }
    let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, port))) => (host, port.strip_prefix(':').or_else(|| (!port.is_empty()).then_some(port))),
        Some(None) => return Err(format!("`{text}` opens a bracket and does not close it")),
        None if text.matches(':').count() > 1 => (text, None),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(port) => port.parse().map_err(|_| format!("`{text}` has the port `{port}`, which is not a number"))?,
        None => default,
    };
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || "/\\?#@<>\"".contains(c)) {
        return Err(format!("`{text}` is not a host: expected a name, an IP address or the directory of a socket"));
    }
    Ok(Place::Tcp { host: host.to_owned(), port })
}
