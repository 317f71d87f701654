//! The `node` receiver: what the kernel tells about the machine.
//!
//! What is collected together is a group with a key of its own. Groups of the same interval share a lane, which reads
//! them in one go and makes one batch. Counters are passed on as the kernel counts, with the time since when it counts;
//! what is not there is left out, reported once, and never zero. All names are in the [`catalogue`](crate::catalogue).
//!
//! ```yaml
//! receivers:
//!   node:
//!     collection_interval: 15s
//!     cpu: { per_core: false }
//! ```

mod arp;
mod config;
mod conntrack;
mod cpu;
mod devices;
mod disk;
mod encode;
mod entropy;
mod filefd;
mod filesystem;
mod group;
mod groups;
mod lane;
mod load;
mod memory;
mod names;
mod network;
mod pressure;
mod processes;
mod receiver;
mod record;
mod sample;
mod sockstat;
mod stat;
mod tcp;
#[cfg(test)]
mod tests;
mod textfile;
mod thermal;
mod uptime;
mod vmstat;

use std::sync::Arc;

use pipelines::Signal;
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Failure, Finding, Receiver, ReceiverFactory, Stability,
};

pub use self::config::{Config, Cpu, Disk, Filesystem, Network, Pattern, Plain, Switch, Switched, Textfile, Thermal};

/// Makes `node` receivers.
#[derive(Debug)]
pub struct Node;

// === impl Node ===

impl ReceiverFactory for Node {
    const ABOUT: About = About {
        name: "node",
        aliases: &["node_exporter"],
        signals: &[Signal::Metrics],
        stability: Stability::Alpha,
        summary: "measures the machine it runs on",
        example: "collection_interval: 15s\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(receiver::NodeReceiver { config: config.clone() }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(receiver::check(config, cx))
    }
}
