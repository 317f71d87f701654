//! [`Group`]: what is collected together.

use super::record::Recorder;
use crate::kernel::{System, Unavailable};

/// A source of metrics that is collected in one go.
pub(super) trait Group: Send {
    /// Its key in the configuration, and its name in messages.
    fn name(&self) -> &'static str;

    /// Reads its sources and records what they say.
    ///
    /// # Errors
    /// If a source is not there or makes no sense. What could be read is recorded all the same, and what could not is
    /// left out: a zero that nobody measured is a lie.
    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable>;
}
