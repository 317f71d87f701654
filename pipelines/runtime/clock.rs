//! The only place that reads the monotonic clock, so that tests own time (tokio's paused clock).

pub use tokio::time::Instant;

/// The current instant of the engine's clock.
#[must_use]
#[allow(clippy::disallowed_methods)]
pub fn now() -> Instant {
    Instant::now()
}
