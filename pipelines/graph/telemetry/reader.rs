//! One of `service.telemetry.metrics.readers`: Prometheus, or OTLP at intervals.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A place where Prometheus finds the metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Address to listen on, `host:port`.
    pub endpoint: String,
    /// Whether names of counters lack `_total`; as in the Collector they do by default.
    pub without_type_suffix: bool,
    /// Whether names lack their units; as in the Collector they do by default.
    pub without_units: bool,
    /// Whether series lack the labels of their scope; as in the Collector they do by default.
    pub without_scope_info: bool,
    /// Resource attributes that become labels of every series: names, in which `*` stands for anything.
    pub resource_labels: Labels,
}

/// Names of attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// Which are taken.
    pub included: Vec<String>,
    /// Which of these are not.
    pub excluded: Vec<String>,
}

/// A place the metrics are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Time from one report to the next. Default 60s.
    pub interval: Duration,
    /// Bound on one report. Default 30s.
    pub timeout: Duration,
    /// The exporter that sends them, `otlp` or `otlp_http`, and its configuration.
    pub exporter: (&'static str, Value),
}

/// A reader that can be used.
pub(super) enum Reader {
    Pull(Pull),
    Push(Box<Push>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReaderBody {
    pull: Option<PullBody>,
    periodic: Option<PeriodicBody>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PullBody {
    exporter: PullExporter,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PullExporter {
    prometheus: Option<Prometheus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Prometheus {
    host: Option<String>,
    port: Option<u16>,
    without_type_suffix: Option<bool>,
    without_units: Option<bool>,
    without_scope_info: Option<bool>,
    with_resource_constant_labels: Labels,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PeriodicBody {
    /// Milliseconds, as in the Collector.
    interval: Option<u64>,
    timeout: Option<u64>,
    exporter: PushExporter,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PushExporter {
    otlp: Option<Otlp>,
    otlp_http: Option<Otlp>,
    otlp_grpc: Option<Otlp>,
    console: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Otlp {
    protocol: Option<String>,
    endpoint: Option<String>,
    headers: Option<Value>,
    headers_list: Option<String>,
    compression: Option<String>,
    timeout: Option<u64>,
    insecure: Option<bool>,
    certificate: Option<String>,
    client_certificate: Option<String>,
    client_key: Option<String>,
    temporality_preference: Option<String>,
    /// No histograms are sent, so it says nothing.
    #[serde(rename = "default_histogram_aggregation")]
    _histograms: Option<Value>,
}

/// What is wrong: the path below the reader, and why.
type Wrong = (&'static str, String);

/// The port of the Collector.
const PORT: u16 = 8888;

// === impl ReaderBody ===

impl ReaderBody {
    pub(super) fn checked(self) -> Result<Reader, Wrong> {
        match (self.pull, self.periodic) {
            (Some(pull), None) => match pull.exporter.prometheus {
                Some(prometheus) => Ok(Reader::Pull(prometheus.into())),
                None => Err((".pull", "names no exporter: write `pull: {exporter: {prometheus: {...}}}`".into())),
            },
            (None, Some(periodic)) => periodic.checked(),
            (Some(_), Some(_)) => Err(("", "has both `pull` and `periodic`: make it two readers".into())),
            (None, None) => Err(("", "has neither `pull` nor `periodic`".into())),
        }
    }
}

// === impl PeriodicBody ===

impl PeriodicBody {
    fn checked(self) -> Result<Reader, Wrong> {
        let PushExporter { otlp, otlp_http, otlp_grpc, console } = self.exporter;
        let named = |mut otlp: Otlp, protocol: &str| {
            otlp.protocol = Some(protocol.to_owned());
            otlp
        };
        let http = otlp_http.map(|otlp| named(otlp, "http/protobuf"));
        let grpc = otlp_grpc.map(|otlp| named(otlp, "grpc"));
        let Some(otlp) = otlp.or(http).or(grpc) else {
            let reason = match console {
                Some(_) => "names the exporter `console`, which is not built: use `otlp`, or `pull`",
                None => "names no exporter: write `exporter: {otlp: {protocol: http/protobuf, endpoint: ...}}`",
            };
            return Err((".periodic", reason.into()));
        };
        let millis = |given: Option<u64>, default| Duration::from_millis(given.unwrap_or(default));
        let timeout = millis(self.timeout.or(otlp.timeout), 30_000);
        let interval = millis(self.interval, 60_000);
        if interval.is_zero() {
            return Err((".periodic.interval", "is 0, expected milliseconds".into()));
        }
        let exporter = otlp.exporter()?;
        Ok(Reader::Push(Box::new(Push { interval, timeout, exporter })))
    }
}

// === impl Otlp ===

impl Otlp {
    fn exporter(self) -> Result<(&'static str, Value), Wrong> {
        const AT: &str = ".periodic.exporter.otlp";
        if let Some(other) = self.temporality_preference.as_deref().filter(|asked| *asked != "cumulative") {
            return Err((AT, format!("asks for the temporality `{other}`, but only cumulative sums are sent")));
        }
        let Some(endpoint) = self.endpoint.filter(|endpoint| !endpoint.is_empty()) else {
            return Err((AT, "has no endpoint: write `endpoint: http://collector:4318`".into()));
        };
        let is_grpc = match self.protocol.as_deref() {
            None | Some("http/protobuf") => false,
            Some("grpc" | "grpc/protobuf") => true,
            Some(other) => {
                return Err((AT, format!("has the protocol `{other}`, expected `http/protobuf` or `grpc`")));
            }
        };
        let insecure = self.insecure.unwrap_or(false);
        let mut tls = Map::new();
        let files =
            [("ca_file", self.certificate), ("cert_file", self.client_certificate), ("key_file", self.client_key)];
        tls.extend(files.into_iter().filter_map(|(key, file)| Some((key.to_owned(), json!(file?)))));
        let mut config = Map::new();
        if is_grpc {
            if insecure || endpoint.starts_with("http://") {
                tls.insert("insecure".to_owned(), json!(true));
            }
            config.insert("endpoint".to_owned(), json!(endpoint));
        } else {
            config.insert("metrics_endpoint".to_owned(), json!(url(&endpoint, insecure)));
        }
        if let Some(compression) = self.compression {
            config.insert("compression".to_owned(), json!(compression));
        }
        config.insert("tls".to_owned(), Value::Object(tls));
        config.insert(
            "headers".to_owned(),
            headers(self.headers, self.headers_list.as_deref()).map_err(|why| (AT, why))?,
        );
        Ok((if is_grpc { "otlp" } else { "otlp_http" }, Value::Object(config)))
    }
}

/// The whole URL: `https://` unless said otherwise, and the path of OTLP where there is none.
fn url(endpoint: &str, insecure: bool) -> String {
    let scheme = if insecure { "http" } else { "https" };
    let url = if endpoint.contains("://") { endpoint.to_owned() } else { format!("{scheme}://{endpoint}") };
    let has_path = url.split_once("://").is_some_and(|(_, rest)| rest.trim_end_matches('/').contains('/'));
    if has_path { url } else { format!("{}/v1/metrics", url.trim_end_matches('/')) }
}

/// A map, a list of `{name, value}`, and `a=1,b=2`, as all of them are in use.
fn headers(given: Option<Value>, list: Option<&str>) -> Result<Value, String> {
    let mut headers = Map::new();
    for pair in list.unwrap_or_default().split(',').filter(|pair| !pair.trim().is_empty()) {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| format!("has `{pair}` in headers_list, expected a=b"))?;
        headers.insert(name.trim().to_owned(), json!(value.trim()));
    }
    match given {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => headers.extend(map),
        Some(Value::Array(pairs)) => {
            for pair in pairs {
                let name = pair["name"].as_str().ok_or("has a header without a name")?;
                headers.insert(name.to_owned(), pair["value"].clone());
            }
        }
        Some(_) => return Err("has headers that are neither a map nor a list".to_owned()),
    }
    Ok(Value::Object(headers))
}

// === impl Pull ===

impl Pull {
    /// The old `address`, a `host:port` or `:port`.
    pub(super) fn of_address(address: &str) -> Result<Self, String> {
        let parts = address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
        let (host, port) = parts.ok_or_else(|| format!("is `{address}`, expected host:port"))?;
        let host = if host.is_empty() { "0.0.0.0" } else { host };
        Ok(Self { endpoint: format!("{host}:{port}"), ..Self::default() })
    }
}

impl Default for Pull {
    fn default() -> Self {
        Prometheus::default().into()
    }
}

impl From<Prometheus> for Pull {
    fn from(body: Prometheus) -> Self {
        let (host, port) = (body.host.as_deref().unwrap_or("127.0.0.1"), body.port.unwrap_or(PORT));
        let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
        Self {
            endpoint: format!("{host}:{port}"),
            without_type_suffix: body.without_type_suffix.unwrap_or(true),
            without_units: body.without_units.unwrap_or(true),
            without_scope_info: body.without_scope_info.unwrap_or(true),
            resource_labels: body.with_resource_constant_labels,
        }
    }
}

// === impl Labels ===

impl Labels {
    /// Whether the attribute of this name is meant.
    #[must_use]
    pub fn mean(&self, name: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        any(&self.included) && !any(&self.excluded)
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => {
            let Some(name) = name.strip_prefix(start) else { return false };
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
        }
    }
}
