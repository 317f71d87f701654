//! The list of receivers.

use pipelines::component::Component;

/// Every component of this crate, in the order they are shown.
pub static ALL: &[Component] = &[];
