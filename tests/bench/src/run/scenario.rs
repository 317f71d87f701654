//! What a peer has to do in each scenario.

use super::peer::Peer;
use crate::args::{Compression, Protocol, Signal};
use clap::ValueEnum;
use std::fmt;

/// The work between receiver and exporter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// OTLP/gRPC in and out, acknowledged after the export.
    Pass,
    /// The same with a batch processor.
    Batch,
    /// Batch, an attribute on the resource, one inserted and one renamed on every record, and 10 % filtered out.
    Edit,
    /// OTLP/HTTP in and out, acknowledged after the export.
    Http,
    /// OTLP/gRPC with batch and gzip in and out.
    Gzip,
    /// OTLP/gRPC with a queue in front of the exporter: in memory against on disk, synced for each group of batches.
    Queue,
    /// OTLP/gRPC in, rows into ClickHouse out, 8192 at a time; and the same with an INSERT for each row.
    Clickhouse,
    /// A gigabyte queued on disk, `kill -9`, start: the time to the first export.
    Restart,
    /// OTLP/gRPC in and rows in PostgreSQL out, next to COPY from files and one INSERT for each row.
    Postgres,
    /// The machine is measured: CPU per scrape next to node_exporter, memory, growth.
    Node,
    /// Configured as for `pass` and left alone: start-up time, memory, CPU.
    Idle,
}

// === impl Scenario ===

impl Scenario {
    /// In the order they are run.
    pub(crate) const ALL: [Self; 11] = [
        Self::Pass,
        Self::Batch,
        Self::Edit,
        Self::Http,
        Self::Gzip,
        Self::Queue,
        Self::Clickhouse,
        Self::Restart,
        Self::Postgres,
        Self::Node,
        Self::Idle,
    ];

    /// The kinds of telemetry that are sent in turn, unless one is asked for.
    pub(crate) fn signals(self, only: Option<Signal>) -> Vec<Signal> {
        match only {
            Some(signal) => vec![signal],
            None if self == Self::Clickhouse => vec![Signal::Logs, Signal::Traces, Signal::Metrics],
            None => vec![Signal::Logs],
        }
    }

    /// How OTLP is carried into the peer and out of it.
    pub(crate) const fn protocol(self) -> Protocol {
        match self {
            Self::Http => Protocol::Http,
            _ => Protocol::Grpc,
        }
    }

    /// Compression into the peer and out of it.
    pub(crate) const fn compression(self) -> Compression {
        match self {
            Self::Gzip => Compression::Gzip,
            _ => Compression::None,
        }
    }

    /// Whether there is a batch processor.
    pub(crate) const fn batches(self) -> bool {
        matches!(self, Self::Batch | Self::Edit | Self::Gzip)
    }

    /// Whether the peer can play a part. nginx stands for the cost of moving bytes; it cannot recompress. The queues are
    /// compared with each other: in the Collector they answer before the export, in memory and on disk without a sync.
    pub(crate) fn takes(self, peer: Peer) -> bool {
        match self {
            Self::Queue => matches!(peer, Peer::Tfo | Peer::TfoDisk),
            Self::Clickhouse => matches!(peer, Peer::Tfo | Peer::TfoRow | Peer::Otelcol),
            Self::Restart => peer == Peer::TfoDisk,
            Self::Postgres | Self::Node => peer == Peer::Tfo,
            Self::Gzip => matches!(peer, Peer::Tfo | Peer::Otelcol),
            _ => !matches!(peer, Peer::TfoDisk | Peer::TfoRow),
        }
    }

    /// Whether batches wait in a queue for their export.
    pub(crate) const fn queues(self) -> bool {
        matches!(self, Self::Queue | Self::Clickhouse | Self::Restart)
    }

    /// Whether the peer is expected to edit and filter; nginx passes everything on unread.
    pub(crate) fn edits(self, peer: Peer) -> bool {
        self == Self::Edit && peer != Peer::Nginx
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Batch => "batch",
            Self::Edit => "edit",
            Self::Http => "http",
            Self::Gzip => "gzip",
            Self::Queue => "queue",
            Self::Clickhouse => "clickhouse",
            Self::Restart => "restart",
            Self::Postgres => "postgres",
            Self::Node => "node",
            Self::Idle => "idle",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
