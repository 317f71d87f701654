//! Telemetry on disk: what is queued there outlives the process.
//!
//! A [`DiskQueue`] is a directory of append-only segment files. A writer thread appends what came in meanwhile with
//! one write, makes it outlive a power cut with one `fdatasync` and then answers the senders; a reader thread brings
//! back what no longer is in memory, ahead of the consumers; a third marks what is done. Telemetry is kept as the bytes that came in: nothing is
//! parsed or encoded again, so everything that was taken in can be queued.
//!
//! ```text
//! offer -> incoming -> [writer: append, sync] -> ready (memory) -> next -> Stored -> done: mark on disk
//!                                  \-> segment files -> [reader] --/          \-> dropped: ready again
//! ```
//!
//! The files are described in `format`, what is done about damaged ones in `recover`, limits in `state`.

mod aside;
mod directory;
mod entry;
mod error;
mod format;
mod groups;
mod lock;
mod marker;
mod medium;
mod options;
mod origin;
mod orphans;
mod queue;
mod reader;
mod recover;
mod shared;
mod state;
#[cfg(test)]
mod tests;
mod usage;
mod walk;
mod writer;

pub use self::error::OpenError;
pub use self::groups::{EntryId, Groups};
pub use self::options::{Capacity, Options, Overflow, Sync};
pub(crate) use self::orphans::orphans;
pub use self::queue::{DiskQueue, Stored};
pub use self::usage::{Amount, Usage};
