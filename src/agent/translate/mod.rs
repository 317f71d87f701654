//! From the sections of an agent file to receivers, processors, exporters, extensions and the pipelines they form.
//!
//! ```text
//! collectors.node_exporter -> node   --+
//! collectors.system        -> system --+-> memory_limiter -> enrich/agent -> otlp   metrics
//! collectors.otlp          -> otlp   ----> memory_limiter -> enrich/host  -> otlp   metrics/apps, traces/apps, logs/apps
//! buffer                   -> file_storage/buffer, the queue of the exporter
//! heartbeat                -> platform
//! ```

mod exporter;
mod identity;
mod platform;
mod receivers;

use std::path::PathBuf;

use pipelines::config::{Environment, Node, Value};

use super::Pipelines;
use super::sections::{File, Level};
use super::tree::{Map, Origin};

/// Where an agent keeps what outlives it, unless it is told.
const STATE: &str = "/var/lib/tfo-agent";
/// The variable that says it, where the file does not.
const STATE_VARIABLE: &str = "TFO_STATE_DIR";
/// Most memory that telemetry may take on its way, in MiB; four fifths of it before the agent refuses more.
const MEMORY_MIB: u64 = 128;

/// What the translation is made from.
#[derive(Clone, Copy)]
struct Translation<'a> {
    file: &'a File,
    origin: Origin<'a>,
    environment: &'a dyn Environment,
}

/// The pipelines of an agent file that was checked.
pub(super) fn translate(file: &File, origin: Origin<'_>, environment: &dyn Environment) -> Pipelines {
    let translation = Translation { file, origin, environment };
    let root = origin.map("");
    let root = root
        .with("receivers", translation.receivers())
        .with("processors", translation.processors())
        .with("exporters", translation.exporters())
        .with_some("extensions", translation.extensions())
        .with("service", translation.service());
    Pipelines { root: root.node(), state: Some(translation.state_directory()) }
}

// === impl Translation ===

impl Translation<'_> {
    fn processors(self) -> Node {
        let limiter = self.origin.map("collectors").text("check_interval", "1s").number("limit_mib", MEMORY_MIB);
        let mut processors = self.origin.map("agent").with("memory_limiter", limiter.node());
        if self.collects() {
            processors = processors.with("enrich/agent", self.of_agent());
        }
        if self.file.collectors.otlp.enabled {
            processors = processors.with("enrich/host", self.of_host());
        }
        processors.node()
    }

    fn extensions(self) -> Option<Node> {
        let buffer = self.file.buffer.enabled.then(|| self.storage());
        let extensions = self.map("").with_some("file_storage/buffer", buffer).with_some("platform", self.platform());
        (!extensions.is_empty()).then(|| extensions.node())
    }

    /// Where telemetry waits.
    fn storage(self) -> Node {
        let path = self.origin.find("buffer.path").cloned().unwrap_or_else(|| {
            let path = self.state_directory().join("buffer").display().to_string();
            self.origin.text("agent.state_directory", path)
        });
        let buffer = &self.file.buffer;
        let size = self.origin.text("buffer.max_size_mb", format!("{}MiB", buffer.max_size_mb));
        let storage = self
            .origin
            .map("buffer")
            .with("directory", path)
            .switch("create_directory", true)
            .with("max_bytes", size)
            .with("max_age", self.origin.duration("buffer.max_age", buffer.max_age))
            .text("overflow", "drop_oldest");
        let storage = match self.origin.find("buffer.flush_interval") {
            Some(interval) => storage.text("sync", "interval").with("sync_interval", interval.clone()),
            None => storage,
        };
        storage.node()
    }

    fn service(self) -> Node {
        let extensions = self.extensions();
        let started = extensions.iter().filter_map(Node::as_map).flatten().map(|(key, _)| key.text());
        let mut service = self.origin.map("");
        if extensions.is_some() {
            service = service.list("extensions", started);
        }
        service.with("telemetry", self.telemetry()).with("pipelines", self.pipelines()).node()
    }

    fn telemetry(self) -> Node {
        let logging = &self.file.logging;
        let level = match logging.level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let logs = self
            .origin
            .map("logging")
            .with("level", self.origin.text("logging.level", level))
            .with("encoding", self.origin.text("logging.format", logging.format.encoding()));
        self.origin.map("logging").with("logs", logs.node()).with_some("metrics", self.own_metrics()).node()
    }

    /// Where the agent's own metrics are, if the file says so.
    fn own_metrics(self) -> Option<Node> {
        let server = self.file.prometheus_server.as_ref()?;
        let map = || self.origin.map("prometheus_server");
        if !server.enabled {
            return Some(map().with("level", self.origin.text("prometheus_server.enabled", "none")).node());
        }
        let host = self.origin.text("prometheus_server.host", server.host.to_string());
        let port = self.origin.number("prometheus_server.port", server.port.into());
        let listen = map().with("host", host).with("port", port);
        let exporter = map().with("prometheus", listen.node());
        let reader = map().with("pull", map().with("exporter", exporter.node()).node());
        Some(
            map()
                .with("readers", Node::new(Value::Seq(vec![reader.node()]), self.origin.span("prometheus_server")))
                .node(),
        )
    }

    fn pipelines(self) -> Node {
        let mut pipelines = self.origin.map("collectors");
        let otlp = &self.file.exporter.otlp;
        if self.collects() && otlp.metrics.enabled {
            pipelines = pipelines.with("metrics", self.pipeline(&self.collecting(), "enrich/agent"));
        }
        let signals = [("metrics", &otlp.metrics), ("traces", &otlp.traces), ("logs", &otlp.logs)];
        for (name, _) in signals.into_iter().filter(|(_, signal)| signal.enabled) {
            if self.file.collectors.otlp.enabled {
                pipelines = pipelines.with(&format!("{name}/apps"), self.pipeline(&["otlp"], "enrich/host"));
            }
        }
        pipelines.node()
    }

    fn pipeline(self, receivers: &[&str], enrich: &str) -> Node {
        let pipeline = self.origin.map("collectors");
        pipeline
            .list("receivers", receivers.iter().copied())
            .list("processors", ["memory_limiter", enrich])
            .list("exporters", [self.exporter_id()])
            .node()
    }

    /// Where the agent keeps what outlives it.
    fn state_directory(self) -> PathBuf {
        let told = self.environment.variable(STATE_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        self.file.agent.state_directory.clone().or(told).unwrap_or_else(|| STATE.into())
    }

    fn map(self, path: &str) -> Map {
        self.origin.map(path)
    }
}
