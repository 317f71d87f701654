//! The `system` receiver: what the Collector's `hostmetrics` measures, with its keys and names.
//!
//! Each scraper is switched on by its key. Counters are passed on as the kernel counts, with the time since when it
//! counts; what is not there is left out, reported once, and never zero.
//!
//! ```yaml
//! receivers:
//!   hostmetrics:
//!     collection_interval: 30s
//!     scrapers:
//!       cpu: { metrics: { system.cpu.utilization: { enabled: true } } }
//!       filesystem: { exclude_fs_types: { fs_types: [squashfs], match_type: strict } }
//!       memory:
//! ```

mod config;
mod lane;
mod receiver;
mod rows;
mod sample;
mod scrapers;
mod sheet;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::Signal;
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Failure, Finding, Receiver, ReceiverFactory, Stability,
};

pub use self::config::{
    AttributeToggle, Config, Cpu, Devices, Disk, Filesystem, FsTypes, Interfaces, Load, Memory, Metrics, MountPoints,
    Names, Naming, Network, OfCpu, OfDisk, OfFilesystem, OfLoad, OfMemory, OfNetwork, OfPaging, OfProcess, OfProcesses,
    OfSystem, Paging, Process, ProcessAttributes, Processes, Scraper, Scrapers, Strategy, Toggle, Uptime,
};
pub use self::rows::{Kind, Row};

/// Makes `system` receivers.
#[derive(Debug)]
pub struct System;

// === impl System ===

impl ReceiverFactory for System {
    const ABOUT: About = About {
        name: "system",
        aliases: &["hostmetrics", "host_metrics"],
        signals: &[Signal::Metrics],
        stability: Stability::Alpha,
        summary: "measures the machine it runs on, as the Collector's hostmetrics does",
        example: "scrapers:\n  cpu:\n  memory:\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, _: &BuildContext) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(receiver::SystemReceiver { config: config.clone() }))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(receiver::check(config, cx))
    }
}
