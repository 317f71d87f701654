//! The four kinds of telemetry an edge can carry.

use std::fmt;

/// A kind of telemetry. The name is the one used in pipeline ids, metric labels and OTLP paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// Spans: `opentelemetry.proto.collector.trace.v1`.
    Traces,
    /// Data points: `opentelemetry.proto.collector.metrics.v1`.
    Metrics,
    /// Log records: `opentelemetry.proto.collector.logs.v1`.
    Logs,
    /// Profiles: `opentelemetry.proto.collector.profiles.v1development`, passed through as opaque bytes.
    Profiles,
}

// === impl Signal ===

impl Signal {
    /// Every signal, in the order used by tables and ids.
    pub const ALL: [Self; 4] = [Self::Traces, Self::Metrics, Self::Logs, Self::Profiles];

    /// The name in pipeline ids: `traces`, `metrics`, `logs` or `profiles`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Profiles => "profiles",
        }
    }

    /// What one item of the signal is called in texts: `span`, `data point`, `log record` or `profile`.
    #[must_use]
    pub const fn item(self) -> &'static str {
        match self {
            Self::Traces => "span",
            Self::Metrics => "data point",
            Self::Logs => "log record",
            Self::Profiles => "profile",
        }
    }

    /// The signal with this name, as written before the `/` of a pipeline id.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.name() == name)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
