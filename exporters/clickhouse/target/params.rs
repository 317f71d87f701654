//! [`Params`]: what stands behind the `?` of an endpoint and in `connection_params`.
//!
//! The names are those of the Go driver, which the Collector's exporter hands them to. What the driver does not know
//! becomes a setting of every query; so it is here.

use pipelines::config::{Duration, Secret};

use super::super::config::Compress;
use super::{Fault, is_true};

/// Parameters of the connection, and settings of queries.
#[derive(Clone, Debug, Default)]
pub(in crate::clickhouse) struct Params {
    pub(in crate::clickhouse) order: Order,
    pub(in crate::clickhouse) dial_timeout: Option<Duration>,
    pub(in crate::clickhouse) max_open: Option<usize>,
    pub(in crate::clickhouse) max_idle: Option<usize>,
    /// What is asked for instead of `/`, where a proxy stands in between.
    pub(in crate::clickhouse) path: String,
    /// Put in front of the name of this program.
    pub(in crate::clickhouse) product: String,
    /// Settings of ClickHouse, by name.
    pub(in crate::clickhouse) settings: Vec<(String, String)>,
    pub(super) secure: bool,
    pub(super) skip_verify: bool,
    pub(super) user: String,
    pub(super) password: Secret,
    pub(super) database: String,
    pub(super) compress: Option<Compress>,
}

/// Which of several hosts gets an insert (`connection_open_strategy`). Those behind it are asked if it cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::clickhouse) enum Order {
    /// The first that can be reached, in the order of the file.
    #[default]
    AsWritten,
    /// One after the other.
    RoundRobin,
    /// Any.
    Random,
}

/// What the Go driver needs and this client does not.
const WITHOUT_EFFECT: [&str; 7] = [
    "block_buffer_size",
    "compress_level",
    "conn_max_lifetime",
    "debug",
    "max_compression_buffer",
    "read_timeout",
    "wait_end_of_query",
];
/// What would change the meaning of a request that is made here.
const OURS: [&str; 7] = [
    "decompress",
    "default_format",
    "insert_deduplication_token",
    "query",
    "query_id",
    "session_id",
    "client_protocol_version",
];

// === impl Params ===

impl Params {
    /// Takes one parameter, which stands at `key`; a later one of the same name wins.
    pub(super) fn set(
        &mut self,
        key: &str,
        name: &str,
        value: &str,
        warnings: &mut Vec<(String, String)>,
        faults: &mut Vec<Fault>,
    ) {
        if let Err((text, help)) = self.take(name, value) {
            faults.push((key.to_owned(), text, help.to_owned()));
        } else if WITHOUT_EFFECT.contains(&name) {
            warnings.push((key.to_owned(), format!("`{name}` has no effect: it belongs to the Go driver")));
        }
    }

    /// The value of a setting.
    pub(in crate::clickhouse) fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), (String, &'static str)> {
        let number =
            || value.parse::<usize>().map_err(|_| (format!("`{name}` is `{value}`, not a number"), "write e.g. 10"));
        match name {
            "connection_open_strategy" => {
                self.order = match value {
                    "in_order" => Order::AsWritten,
                    "round_robin" => Order::RoundRobin,
                    "random" => Order::Random,
                    _ => return Err((format!("`{name}` is `{value}`"), "use in_order, round_robin or random")),
                }
            }
            "dial_timeout" => {
                let wrong = |error| (format!("`{name}` is `{value}`: {error}"), "write e.g. 5s");
                self.dial_timeout = Some(Duration::parse(value).map_err(wrong)?);
            }
            "max_open_conns" => self.max_open = Some(number()?),
            "max_idle_conns" => self.max_idle = Some(number()?),
            "secure" => self.secure = is_true(value),
            "skip_verify" => self.skip_verify = is_true(value),
            "username" => self.user = value.to_owned(),
            "password" => self.password = Secret::new(value),
            "database" => self.database = value.to_owned(),
            "compress" => {
                let wrong = || (format!("`{name}` is `{value}`"), "use lz4, zstd, gzip, deflate or none");
                self.compress =
                    Some(Compress::from_name(value).filter(|compress| *compress != Compress::Br).ok_or_else(wrong)?);
            }
            "http_path" => {
                if !value.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)) {
                    return Err((format!("`{name}` is not a path"), "write e.g. /clickhouse"));
                }
                self.path = format!("/{}", value.trim_start_matches('/'));
            }
            "client_info_product" => {
                if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
                    return Err((format!("`{name}` cannot be sent"), "write e.g. shop/1.0"));
                }
                self.product = value.to_owned();
            }
            "http_proxy" => return Err(("`http_proxy` is not built yet".to_owned(), "name the server itself")),
            name if OURS.contains(&name) => {
                return Err((format!("`{name}` cannot be set: every insert says its own"), "leave it out"));
            }
            name if WITHOUT_EFFECT.contains(&name) => {}
            name if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                return Err((
                    "holds a parameter whose name is not one of a setting".to_owned(),
                    "use letters, digits and _",
                ));
            }
            name => {
                // As the Go driver sends them.
                let value = match value {
                    "true" => "1",
                    "false" => "0",
                    value => value,
                };
                self.settings.retain(|(known, _)| known != name);
                self.settings.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(())
    }
}
