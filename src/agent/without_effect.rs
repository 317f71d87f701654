//! Keys of upstream's files that never did anything there, or that mean something this agent does not have: each is an
//! error that says so, instead of a key that is unknown or ignored.

use pipelines::config::{Diagnostic, Diagnostics, Node, Value, code};

use super::spelling::descend;

const NEVER: &str = "has never had an effect";
const NOT_BUILT: &str = "is not built";

/// Sections (empty for the top), keys, what is said of them and how to mend it.
const REFUSED: &[(&str, &[&str], &str, &str)] = &[
    ("", &["api"], NEVER, "the platform's endpoints and keys stand under `telemetryflow`"),
    ("", &["auto_update"], NEVER, "leave it out, and update the package with the system's own tools"),
    ("", &["security"], NEVER, "leave it out; encryption stands under `telemetryflow.tls`"),
    ("", &["retention"], NEVER, "leave it out; what waits on disk is bounded by `buffer`"),
    ("", &["resources"], NEVER, "leave it out, and bound the process by its systemd unit or its container"),
    ("", &["cache"], NEVER, "leave it out"),
    ("", &["agent_api"], NOT_BUILT, "leave it out; `tfo reload` and `tfo agent --admin` do what it did"),
    ("", &["supervisor"], NOT_BUILT, "leave it out; SIGHUP and `tfo agent --watch` read the file again"),
    ("", &["persister", "qan", "one_for_all"], NOT_BUILT, "leave it out"),
    ("", &["pipeline", "outputs"], NOT_BUILT, "write a pipeline file for `tfo collector` instead"),
    (
        "buffer",
        &["max_entries", "max_retries", "retry_interval"],
        "has no meaning for this buffer",
        "leave it out: `max_size_mb` and `max_age` bound it, `telemetryflow.retry` paces it",
    ),
    (
        "logging",
        &["file", "max_size_mb", "max_backups", "max_age_days"],
        NOT_BUILT,
        "leave it out: the log goes to stderr, for systemd or the container's runtime to keep",
    ),
    (
        "prometheus_server",
        &["path", "metric_prefix", "include_go_metrics", "include_process_metrics", "read_timeout", "write_timeout"],
        NOT_BUILT,
        "leave it out: /metrics serves all there is, under names that stay the same",
    ),
    ("logging", &["include_stack_trace", "sampling_initial", "sampling_thereafter"], NEVER, "leave it out"),
];

/// Collectors and integrations of upstream that this agent does not have.
const COLLECTORS: &[&str] = &[
    "apache",
    "aurora",
    "cadvisor",
    "clickhouse",
    "cockroachdb",
    "confluent_kafka",
    "couchbase",
    "dns",
    "docker",
    "elasticsearch",
    "fluent_bit",
    "haproxy",
    "http_probe",
    "influxdb",
    "internalstats",
    "kafka",
    "memcache",
    "mongodb_community",
    "mssql",
    "mysql",
    "nats",
    "netflow",
    "nginx",
    "opensearch",
    "pgbouncer",
    "ping",
    "postgresql",
    "pubsub",
    "rabbitmq",
    "rds_postgresql",
    "redis",
    "remote_write_receiver",
    "sflow",
    "snmp",
    "sql_generic",
    "sqlite3",
    "syslog_listener",
    "tcp_probe",
    "timescaledb",
    "valkey",
    "vault",
];

/// Reports such keys and takes them out.
pub(super) fn refuse(root: &mut Node, diagnostics: &mut Diagnostics) {
    for (section, keys, what, help) in REFUSED {
        take(root, section, keys, what, help, diagnostics);
    }
    take(root, "collectors", COLLECTORS, NOT_BUILT, "leave it out", diagnostics);
    take(root, "integrations", COLLECTORS, NOT_BUILT, "leave it out", diagnostics);
}

fn take(root: &mut Node, section: &str, keys: &[&str], what: &str, help: &str, diagnostics: &mut Diagnostics) {
    let node = if section.is_empty() { Some(root) } else { descend(root, section) };
    let Some(Value::Map(entries)) = node.map(|node| &mut node.value) else { return };
    entries.retain(|(key, _)| {
        let is_refused = keys.contains(&key.text());
        if is_refused {
            let dot = if section.is_empty() { "" } else { "." };
            let path = format!("{section}{dot}{}", key.text());
            let error = Diagnostic::error(&code::INVALID_VALUE, format!("{path} {what}")).at(key.span);
            diagnostics.push(error.about(path).help(help));
        }
        !is_refused
    });
}
