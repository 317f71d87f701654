//! The contract of receivers.

use std::sync::Arc;

use super::about::About;
use super::check::{CheckContext, Finding};
use super::config::Config;
use super::context::{BuildContext, ComponentId};
use super::{BoxFuture, Failure};
use crate::net::Sockets;
use crate::runtime::{Budget, Output, Ready, Requests, Stats, Stop, Tasks};
use crate::{Signal, Telemetry};

/// A source of telemetry that owns its loop.
///
/// One instance serves every pipeline that names its id, for all signals. It sends batches to the [`Outputs`] of its
/// host and answers its client only after the ack resolved.
pub trait Receiver: Send + Sync {
    /// Runs until `host.stop` is requested and what was accepted is answered. Tells `host.ready` once it listens;
    /// an error before that keeps the engine from starting, a later one stops it.
    fn run(self: Box<Self>, host: ReceiverHost) -> BoxFuture<'static, Result<(), Failure>>;

    /// A small realistic batch of the signal, for dry runs and docs; `None` if it never makes this signal.
    fn sample(&self, signal: Signal) -> Option<Telemetry>;
}

/// What makes receivers of one type.
pub trait ReceiverFactory: 'static {
    /// What the component says about itself.
    const ABOUT: About;
    /// What users write.
    type Config: Config;

    /// Makes a receiver; no I/O, nothing spawned.
    ///
    /// # Errors
    /// Only for what [`Config::validate`] cannot see; the text reaches the user as it is.
    fn build(config: &Arc<Self::Config>, cx: &BuildContext) -> Result<Box<dyn Receiver>, Failure>;

    /// Probes what it will need, e.g. that its port can be bound; leaves no trace.
    fn check(config: Arc<Self::Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        let _ = (config, cx);
        Box::pin(async { Vec::new() })
    }
}

/// What a running receiver works with.
pub struct ReceiverHost {
    /// Its id, for messages.
    pub id: ComponentId,
    /// Where batches go.
    pub outputs: Outputs,
    /// Requested when the receiver must stop taking in new data.
    pub stop: Stop,
    /// To be told once the receiver is listening.
    pub ready: Ready,
    /// Where connections and other work of its own are spawned; awaited by the engine at shutdown.
    pub tasks: Tasks,
    /// Bytes in flight: to be acquired before a body is held in memory.
    pub budget: Budget,
    /// Where it gets what it listens on.
    pub sockets: Sockets,
}

/// The output of a receiver for every signal. Pipelines that take a signal from it may come and go while it runs.
#[derive(Clone)]
pub struct Outputs([Output; Signal::ALL.len()]);

// === impl Outputs ===

impl Outputs {
    /// Outputs made signal by signal.
    pub(crate) fn each(output: impl FnMut(Signal) -> Output) -> Self {
        Self(Signal::ALL.map(output))
    }

    /// The output for the signal; `None` while no pipeline takes it from this receiver.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> Option<&Output> {
        Some(self.of(signal)).filter(|output| output.is_heard())
    }

    /// The output for the signal, whether somebody listens or not.
    pub(crate) fn of(&self, signal: Signal) -> &Output {
        &self.0[signal as usize]
    }

    /// The same outputs for what comes over a transport, e.g. `grpc`, counted apart.
    #[must_use]
    pub fn over(&self, transport: &'static str) -> Self {
        Self::each(|signal| self.of(signal).over(transport))
    }

    /// Where the requests over a transport are counted.
    #[must_use]
    pub fn requests(&self, transport: &'static str) -> Arc<Requests> {
        let node = self.0.iter().find_map(Output::node);
        node.map_or_else(|| Arc::new(Requests::over(transport)), |node| node.parts.requests_over(transport))
    }

    /// Sets the output of a signal.
    #[must_use]
    pub fn with(mut self, signal: Signal, output: Output) -> Self {
        self.0[signal as usize] = output;
        self
    }
}

impl Default for Outputs {
    /// Outputs that nobody listens to.
    fn default() -> Self {
        let stats = Arc::new(Stats::default());
        Self::each(|_| Output::new(stats.clone(), Vec::new(), None))
    }
}
