//! `telemetryflow` and `exporter.otlp` as an exporter.

use std::iter::zip;

use pipelines::config::Node;

use super::super::sections::{EndpointVersion, Protocol};
use super::super::tree::Map;
use super::Translation;

/// Most points, spans or records of one request: some 2 MB, of the 4 MiB that gRPC servers take.
const MOST_ITEMS: u64 = 8192;

// === impl Translation ===

impl Translation<'_> {
    /// What the exporter is called.
    pub(super) fn exporter_id(self) -> &'static str {
        match self.file.protocol() {
            Protocol::Grpc => "otlp",
            Protocol::Http => "otlp_http",
        }
    }

    pub(super) fn exporters(self) -> Node {
        let exporter = match self.file.protocol() {
            Protocol::Grpc => self.grpc(),
            Protocol::Http => self.http(),
        };
        let exporter = exporter
            .copy("compression", self.origin, "exporter.otlp.compression")
            .with("timeout", self.origin.duration("telemetryflow.timeout", self.file.telemetryflow.timeout))
            .with_some("api_key", self.api_key())
            .with_some("headers", self.headers())
            .with("sending_queue", self.queue())
            .with("retry_on_failure", self.retry());
        self.map("exporter").with(self.exporter_id(), exporter.node()).node()
    }

    fn grpc(self) -> Map {
        let endpoint = self.endpoint();
        let has_scheme = endpoint.contains("://");
        let exporter = self.map("exporter.otlp").with("endpoint", self.origin.text("telemetryflow.endpoint", endpoint));
        exporter.with("tls", self.tls(!has_scheme))
    }

    fn http(self) -> Map {
        let base = self.base_url();
        let otlp = &self.file.exporter.otlp;
        let version = match otlp.endpoint_version.unwrap_or_default() {
            EndpointVersion::V1 => "v1",
            EndpointVersion::V2 => "v2",
        };
        let mut exporter = self.map("exporter.otlp");
        let names = ["metrics", "traces", "logs"];
        let signals = [&otlp.metrics, &otlp.traces, &otlp.logs];
        let paths = [&otlp.metrics_endpoint, &otlp.traces_endpoint, &otlp.logs_endpoint];
        for (name, (signal, path)) in zip(names, zip(signals, paths)) {
            let key = format!("{name}_endpoint");
            let own = format!("exporter.otlp.{name}.endpoint");
            let whole = format!("exporter.otlp.{key}");
            let (place, given) = match (given(signal.endpoint.as_ref()), given(path.as_ref())) {
                (Some(given), _) => (own.as_str(), given.to_owned()),
                (None, Some(given)) => (whole.as_str(), given.to_owned()),
                (None, None) => ("telemetryflow.endpoint", format!("/{version}/{name}")),
            };
            let url = if given.contains("://") {
                given
            } else {
                format!("{}/{}", base.trim_end_matches('/'), given.trim_start_matches('/'))
            };
            exporter = exporter.with(&key, self.origin.text(place, url));
        }
        exporter.with("tls", self.tls(false))
    }

    /// Where telemetry goes, as it is written.
    pub(super) fn endpoint(self) -> String {
        let default = match self.file.protocol() {
            Protocol::Grpc => "localhost:4317",
            Protocol::Http => "localhost:4318",
        };
        self.file.telemetryflow.endpoint.clone().unwrap_or_else(|| default.to_owned())
    }

    fn base_url(self) -> String {
        let endpoint = self.endpoint();
        let scheme = if self.file.telemetryflow.tls.enabled { "https" } else { "http" };
        if endpoint.contains("://") { endpoint } else { format!("{scheme}://{endpoint}") }
    }

    /// Encryption; `decides` where no scheme says whether there is any.
    pub(super) fn tls(self, decides: bool) -> Node {
        let mut tls = self.map("telemetryflow.tls");
        if decides {
            tls = tls.with(
                "insecure",
                self.origin.switch("telemetryflow.tls.enabled", !self.file.telemetryflow.tls.enabled),
            );
        }
        tls.copy("insecure_skip_verify", self.origin, "telemetryflow.tls.skip_verify")
            .copy("cert_file", self.origin, "telemetryflow.tls.cert_file")
            .copy("key_file", self.origin, "telemetryflow.tls.key_file")
            .copy("ca_file", self.origin, "telemetryflow.tls.ca_file")
            .node()
    }

    /// The key pair, if there is one.
    pub(super) fn api_key(self) -> Option<Node> {
        let key = self.map("telemetryflow.api_key_id").copy("id", self.origin, "telemetryflow.api_key_id").copy(
            "secret",
            self.origin,
            "telemetryflow.api_key_secret",
        );
        (!self.file.telemetryflow.api_key_id.is_empty()).then(|| key.node())
    }

    /// Who the request is from, where the file says it.
    pub(super) fn headers(self) -> Option<Node> {
        let to = &self.file.telemetryflow;
        let mut headers = self.map("telemetryflow");
        for (name, path, value) in [
            ("X-Workspace-ID", "telemetryflow.workspace_id", &to.workspace_id),
            ("X-Tenant-ID", "telemetryflow.tenant_id", &to.tenant_id),
            ("X-TelemetryFlow-Agent-ID", "agent.id", &self.file.agent.id),
        ] {
            if !value.is_empty() {
                headers = headers.with(name, self.origin.text(path, value));
            }
        }
        (!headers.is_empty()).then(|| headers.node())
    }

    /// The queue in front of the exporter. Telemetry is on disk before it is grouped.
    fn queue(self) -> Node {
        let otlp = &self.file.exporter.otlp;
        let size = otlp.batch_size.get();
        let batch = self
            .map("exporter.otlp")
            .with("flush_timeout", self.origin.duration("exporter.otlp.flush_interval", otlp.flush_interval))
            .with("min_size", self.origin.number("exporter.otlp.batch_size", size))
            .with("max_size", self.origin.number("exporter.otlp.batch_size", size.max(MOST_ITEMS)))
            .text("sizer", "items");
        let queue = self.map("buffer");
        let queue = if self.file.buffer.enabled { queue.text("storage", "file_storage/buffer") } else { queue };
        queue.with("batch", batch.node()).node()
    }

    fn retry(self) -> Node {
        let retry = &self.file.telemetryflow.retry;
        let path = |key: &str| format!("telemetryflow.retry.{key}");
        let keys = self
            .map("telemetryflow.retry")
            .with("enabled", self.origin.switch(&path("enabled"), retry.enabled))
            .with("initial_interval", self.origin.duration(&path("initial_interval"), retry.initial_interval))
            .with("max_interval", self.origin.duration(&path("max_interval"), retry.max_interval))
            .text("max_elapsed_time", "0s");
        // What is on disk is tried until it is delivered, rejected or too old.
        let bound =
            (!self.file.buffer.enabled).then(|| self.origin.number(&path("max_attempts"), retry.max_attempts.into()));
        keys.with_some("max_attempts", bound).node()
    }
}

/// What is written and not empty.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
