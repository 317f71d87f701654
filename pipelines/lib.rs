//! The engine of TelemetryFlow: wire model, configuration, graph, runtime and dry run. It knows no component.
//!
//! Six types carry everything: [`Batch`], [`component::Component`], [`component::Receiver`],
//! [`component::Processor`], [`component::Exporter`] and [`Plan`].

pub mod auth;
pub mod batch;
pub mod component;
pub mod config;
pub mod delivery;
pub mod dryrun;
pub mod files;
pub mod graph;
pub mod instance;
pub mod ledger;
pub mod net;
pub mod otlp;
pub mod outcome;
pub mod renewal;
pub mod runtime;
mod signal;
pub mod storage;

pub use batch::{Acknowledge, Batch, BatchId, Context, Identity, Parts, RequestContext, Rope, Telemetry};
pub use graph::Plan;
pub use outcome::{Outcome, Refusal, RefusalKind};
pub use signal::Signal;
