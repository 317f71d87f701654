//! [`StartError`]: why a plan did not start.

use crate::component::{ComponentId, Failure};

/// Why a plan did not start. What had started was stopped again.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A component could not be made.
    #[error("{id} cannot be built: {failure}")]
    Build {
        /// The component.
        id: ComponentId,
        /// Why.
        failure: Failure,
    },
    /// A component could not be started.
    #[error("{id} cannot start: {failure}")]
    Start {
        /// The component.
        id: ComponentId,
        /// Why.
        failure: Failure,
    },
}
