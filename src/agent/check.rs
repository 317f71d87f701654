//! What one key of an agent file cannot say alone, or what would only be said in the words of a component.

use pipelines::config::{Diagnostic, Diagnostics, Duration, code};
use receivers::SHORTEST_INTERVAL;

use super::sections::{File, Protocol};
use super::tree::Origin;

/// Shortest time between two heartbeats, as upstream.
const LEAST_HEARTBEAT: Duration = Duration::from_secs(1);

struct Checker<'a> {
    origin: Origin<'a>,
    diagnostics: &'a mut Diagnostics,
}

/// Reports what does not work.
pub(super) fn check(file: &File, origin: Origin<'_>, diagnostics: &mut Diagnostics) {
    let mut checker = Checker { origin, diagnostics };
    checker.telemetryflow(file);
    checker.heartbeat(file);
    checker.collectors(file);
    checker.ebpf(file);
    checker.exporter(file);
    if file.buffer.max_size_mb == 0 {
        checker.error("buffer.max_size_mb", "must be greater than 0", "write `enabled: false` for a queue in memory");
    }
    for (path, interval) in [
        ("buffer.max_age", Some(file.buffer.max_age)),
        ("buffer.flush_interval", file.buffer.flush_interval),
        ("heartbeat.timeout", Some(file.heartbeat.timeout)),
        ("telemetryflow.timeout", Some(file.telemetryflow.timeout)),
    ] {
        if interval.is_some_and(Duration::is_zero) {
            checker.error(path, "must be greater than 0", "leave it out for the default");
        }
    }
    for (path, interval) in [
        ("collectors.node_exporter.interval", Some(file.collectors.node_exporter.interval)),
        ("collectors.system.interval", file.collectors.system.as_ref().map(|system| system.interval)),
    ] {
        if let Some(interval) = interval {
            checker.at_least(path, interval, SHORTEST_INTERVAL, "leave it out for the default");
        }
    }
}

// === impl Checker ===

impl Checker<'_> {
    fn telemetryflow(&mut self, file: &File) {
        let to = &file.telemetryflow;
        if to.endpoint.as_deref() == Some("") {
            self.error("telemetryflow.endpoint", "is empty", "write `host:port`, e.g. `collector.example:4317`");
        }
        match (to.api_key_id.is_empty(), to.api_key_secret.is_empty()) {
            (false, true) => self.half("telemetryflow.api_key_id", "telemetryflow.api_key_secret"),
            (true, false) => self.half("telemetryflow.api_key_secret", "telemetryflow.api_key_id"),
            _ => {}
        }
        if to.retry.max_attempts == 0 {
            let help = "write `enabled: false` to send everything once";
            self.error("telemetryflow.retry.max_attempts", "must be at least 1", help);
        }
        let endpoints =
            [("telemetryflow.endpoint", &to.endpoint), ("telemetryflow.backend_endpoint", &to.backend_endpoint)];
        for (path, endpoint) in endpoints {
            let endpoint = endpoint.as_deref().unwrap_or_default();
            let scheme = endpoint.split_once("://").map(|(scheme, _)| scheme);
            if scheme == Some("http") && to.tls.enabled && self.origin.find("telemetryflow.tls.enabled").is_some() {
                let message = format!("`{endpoint}` is not encrypted, but telemetryflow.tls.enabled is true");
                self.error(path, &message, "write https://, or `enabled: false` under `tls`");
            }
        }
        let tls = &to.tls;
        for (key, is_set) in [
            ("cert_file", tls.cert_file.is_some()),
            ("key_file", tls.key_file.is_some()),
            ("ca_file", tls.ca_file.is_some()),
            ("skip_verify", tls.skip_verify),
        ] {
            if is_set && !tls.enabled {
                self.warning(&format!("telemetryflow.tls.{key}"), "has no effect while `enabled` is false");
            }
        }
    }

    fn half(&mut self, one: &str, other: &str) {
        self.error(one, &format!("is set, but {other} is not"), "set both, or none of them");
    }

    fn heartbeat(&mut self, file: &File) {
        let help = "write `enabled: false` for no heartbeats";
        self.at_least("heartbeat.interval", file.heartbeat.interval, LEAST_HEARTBEAT, help);
    }

    fn at_least(&mut self, path: &str, interval: Duration, least: Duration, help: &str) {
        if interval < least {
            self.error(path, &format!("is {interval}, expected at least {least}"), help);
        }
    }

    fn collectors(&mut self, file: &File) {
        let collectors = &file.collectors;
        if !collectors.has_any() {
            let help = "enable one, e.g. `collectors: {node_exporter: {enabled: true}}`";
            self.error("collectors", "enables no collector, so there is nothing to do", help);
        }
        let is_semconv = collectors.node_exporter.naming.as_deref() == Some("semconv");
        if collectors.node_exporter.enabled && is_semconv && collectors.has_system() {
            let message =
                "gives `system.memory.usage` in percent, which `naming: semconv` of node_exporter gives in bytes";
            self.warning("collectors.system", message);
        }
        let otlp = &collectors.otlp;
        if otlp.enabled && otlp.grpc_endpoint.is_empty() && otlp.http_endpoint.is_empty() {
            let help = "leave one of them out for its default";
            self.error("collectors.otlp", "has neither grpc_endpoint nor http_endpoint", help);
        }
    }

    /// What those that are not built yet are told is right all the same.
    fn ebpf(&mut self, file: &File) {
        for (section, ebpf) in
            [("collectors.ebpf", &file.collectors.ebpf), ("integrations.ebpf", &file.integrations.ebpf)]
        {
            let rate = ebpf.sample_rate;
            if rate.get() > 100 {
                let help = "write 1 to 100, the share of events in percent";
                self.error(&format!("{section}.sample_rate"), &format!("is {rate}, expected at most 100"), help);
            }
            let cilium = &ebpf.cilium;
            let has_pair =
                cilium.hubble_tls_cert.as_os_str().is_empty() == cilium.hubble_tls_key.as_os_str().is_empty();
            if !has_pair {
                let path = format!("{section}.cilium.hubble_tls_cert");
                self.error(&path, "and hubble_tls_key belong together", "set both, or none of them");
            }
        }
    }

    fn exporter(&mut self, file: &File) {
        let otlp = &file.exporter.otlp;
        let signals = [("metrics", &otlp.metrics), ("traces", &otlp.traces), ("logs", &otlp.logs)];
        if !otlp.enabled {
            let help = "leave it out; there is no other way yet";
            self.error("exporter.otlp.enabled", "is false, so nothing that is collected would leave", help);
        } else if !otlp.metrics.enabled && !(file.collectors.otlp.enabled && (otlp.traces.enabled || otlp.logs.enabled))
        {
            let help = "leave it out; this agent collects nothing but metrics";
            self.error("exporter.otlp.metrics.enabled", "is false, so nothing that is collected would leave", help);
        }
        if file.protocol() == Protocol::Http {
            return;
        }
        let help = "write `protocol: http`, or leave it out";
        if otlp.endpoint_version.is_some() {
            self.warning("exporter.otlp.endpoint_version", "has no effect with gRPC, which has no paths");
        }
        let whole = [&otlp.metrics_endpoint, &otlp.traces_endpoint, &otlp.logs_endpoint];
        for ((name, signal), whole) in signals.into_iter().zip(whole) {
            let said = [(format!("{name}_endpoint"), whole), (format!("{name}.endpoint"), &signal.endpoint)];
            for (key, endpoint) in said {
                if endpoint.as_deref().is_some_and(|endpoint| !endpoint.is_empty()) {
                    let path = format!("exporter.otlp.{key}");
                    self.error(&path, "is for HTTP, but the protocol is grpc, which has no paths", help);
                }
            }
        }
    }

    fn error(&mut self, path: &str, message: &str, help: &str) {
        let error = Diagnostic::error(&code::INVALID_VALUE, format!("{path} {message}"));
        self.diagnostics.push(error.at(self.origin.span(path)).about(path).help(help));
    }

    fn warning(&mut self, path: &str, message: &str) {
        let warning = Diagnostic::warning(&code::QUESTIONABLE, format!("{path} {message}"));
        self.diagnostics.push(warning.at(self.origin.span(path)).about(path).help("leave it out"));
    }
}
