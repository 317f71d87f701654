//! Whether an agent lives: worked out from when it was heard of, whenever somebody asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::platform_wire::{AgentHealth, ConfigStatus, Presence};

/// What is known of an agent's heartbeats. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pulse {
    pub(super) registered_at: i64,
    pub(super) last_heartbeat_at: Option<i64>,
    /// Seconds between heartbeats.
    pub(super) interval: i64,
    pub(super) health: Option<AgentHealth>,
    pub(super) config_status: ConfigStatus,
}

/// The moment for which presence is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Now, in milliseconds since 1970.
    pub(super) now: i64,
    /// Since when heartbeats could be heard, likewise.
    pub(super) listening_since: i64,
    /// How many may be missed.
    pub(super) offline_after: u32,
}

/// Milliseconds since 1970.
pub(super) fn millis(time: SystemTime) -> i64 {
    i64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// The moment so many milliseconds after 1970.
pub(super) fn moment(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

// === impl Pulse ===

impl Pulse {
    /// How many heartbeats should have come since the last one.
    pub(super) fn missed(&self, moment: Moment) -> u64 {
        self.missed_since(self.last_heartbeat_at.unwrap_or(self.registered_at), moment.now)
    }

    /// How the agent is shown.
    pub(super) fn presence(&self, moment: Moment) -> Presence {
        let missed = self.missed(moment);
        if missed >= u64::from(moment.offline_after) {
            // Nobody could be heard while nothing listened.
            let heard = self.missed_since(moment.listening_since, moment.now);
            let has_listened = heard >= u64::from(moment.offline_after);
            return if has_listened { Presence::Offline } else { Presence::Unknown };
        }
        if self.last_heartbeat_at.is_none() {
            return Presence::Unknown;
        }
        let is_configured = matches!(self.config_status, ConfigStatus::None | ConfigStatus::Applied);
        match self.health {
            Some(AgentHealth::Unhealthy) => Presence::Unhealthy,
            Some(AgentHealth::Degraded) => Presence::Warning,
            _ if missed > 0 || !is_configured => Presence::Warning,
            _ => Presence::Online,
        }
    }

    /// A heartbeat counts as missed when it is late by half an interval, so that jitter is none.
    fn missed_since(&self, since: i64, now: i64) -> u64 {
        let interval = self.interval.max(1).saturating_mul(1000);
        let late = now.saturating_sub(since).saturating_sub(interval / 2);
        u64::try_from(late / interval).unwrap_or(0)
    }
}
