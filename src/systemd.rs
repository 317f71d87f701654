//! Telling systemd, where it asked to be told: ready, reloading, stopping, alive.
//!
//! For units of `Type=notify`; `WatchdogSec` is honoured. Without `NOTIFY_SOCKET` all of this does nothing.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{Interval, MissedTickBehavior};

/// The service manager, if there is one.
#[derive(Debug)]
pub(crate) struct Systemd {
    /// Ticks twice in the time after which systemd takes the process for dead.
    watchdog: Option<Interval>,
}

// === impl Systemd ===

impl Systemd {
    /// The service manager of this process.
    pub(crate) fn new() -> Self {
        let mut microseconds = 0;
        let is_watched = sd_notify::watchdog_enabled(false, &mut microseconds);
        let period = Duration::from_micros(microseconds / 2);
        let watchdog = (is_watched && !period.is_zero()).then(|| {
            let mut ticks = tokio::time::interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        Self { watchdog }
    }

    /// Everything runs.
    pub(crate) fn ready(&self, status: &str) {
        tell(&[NotifyState::Ready, NotifyState::Status(status)]);
    }

    /// Files are read again; [`Systemd::ready`] ends that.
    pub(crate) fn reloading(&self) {
        let mut states = vec![NotifyState::Reloading, NotifyState::Status("reading files again")];
        // systemd orders what it hears by this clock.
        states.extend(NotifyState::monotonic_usec_now());
        tell(&states);
    }

    /// What is held is delivered, then the process ends.
    pub(crate) fn stopping(&self) {
        tell(&[NotifyState::Stopping, NotifyState::Status("delivering what is held")]);
    }

    /// Says that the process is alive, whenever that is due. Never ends.
    pub(crate) async fn stay_alive(&mut self) {
        let Some(watchdog) = &mut self.watchdog else { return std::future::pending().await };
        loop {
            watchdog.tick().await;
            tell(&[NotifyState::Watchdog]);
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(false, states) {
        tracing::warn!(%error, "systemd cannot be told how the process is doing");
    }
}
