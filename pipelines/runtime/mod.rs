//! What runs a [`Plan`](crate::Plan): outputs, queues, timers, tasks and the engine that starts and stops them.
//!
//! The data path is a chain of plain calls: a receiver's task calls [`Output::send`], processors run inline, and the
//! chain ends in the bounded queue of an exporter, which either takes the batch or refuses it at once. So nothing in
//! the chain waits, and a branch that is stuck cannot hold up another.

mod budget;
pub(crate) mod build;
mod clock;
mod delivery;
mod engine;
mod error;
pub(crate) mod extensions;
mod gauges;
mod leaving;
mod memory;
mod node;
mod output;
mod panic;
mod part;
pub(crate) mod present;
mod queue;
mod ready;
mod reload;
mod retry;
mod start;
mod stats;
mod status;
mod stop;
mod tasks;
#[cfg(test)]
mod tests;
mod wake;

pub use self::budget::{Budget, Choice, Permit};
pub use self::clock::{Instant, now};
pub use self::delivery::{Delivery, Queue as QueueSettings, Sizer};
pub use self::engine::{Engine, Running};
pub use self::error::StartError;
pub use self::gauges::{Fill, Gauges};
pub use self::memory::Memory;
pub use self::node::ProcessorNode;
pub use self::output::{Accept, Observer, Output};
pub use self::queue::{ExporterNode, Place as QueuePlace};
pub use self::ready::{Readiness, Ready};
pub use self::reload::{Changes, ReloadError};
pub use self::retry::Retry as RetrySettings;
pub use self::stats::{
    Amount, Answer, Asked, Attempts, Count, Dropped, Failing, FormerDisk, Part, Parts, Requests, Stats, UNDELIVERED,
};
pub use self::status::{Health, NodeStatus, Reloads, Status};
pub use self::stop::{Stop, Stopper};
pub use self::tasks::Tasks;
pub use self::wake::{Wake, Waking};
