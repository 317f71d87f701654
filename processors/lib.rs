//! What happens to telemetry on its way; the list of processors.

pub mod ottl;
