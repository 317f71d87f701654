//! [`Shared`]: what heartbeats and the remote configuration tell each other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::kept::Kept;
use crate::platform_wire::ConfigStatus;

/// What heartbeats and the remote configuration tell each other.
#[derive(Debug)]
pub(in super::super) struct Shared {
    heard: watch::Sender<Option<Heard>>,
    followed: Mutex<Followed>,
    changed: Notify,
}

/// What the platform said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Heard {
    /// The id of this agent.
    pub(in super::super) id: String,
    /// The version it should work with.
    pub(in super::super) version: Option<String>,
}

/// What the platform is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Followed {
    /// The version the agent works with.
    pub(in super::super) version: Option<String>,
    /// What became of the last one.
    pub(in super::super) status: ConfigStatus,
    /// Why.
    pub(in super::super) message: Option<String>,
}

// === impl Shared ===

impl Shared {
    /// The platform answered.
    pub(in super::super) fn hear(&self, heard: Heard) {
        // The same again matters, too: what could not be fetched is tried at each heartbeat.
        self.heard.send_replace(Some(heard));
    }

    pub(super) fn listen(&self) -> watch::Receiver<Option<Heard>> {
        self.heard.subscribe()
    }

    /// What to tell the platform.
    pub(in super::super) fn followed(&self) -> Followed {
        self.lock().clone()
    }

    /// Waits until there is something else to tell.
    pub(in super::super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Tells what is in force; on trial it is what was before.
    pub(super) fn tell(&self, kept: &Kept) {
        let in_force = if kept.trial.is_some() { &kept.previous } else { &kept.current };
        let version = in_force.as_ref().map(|it| it.version.clone());
        let now = Followed { version, status: kept.status, message: kept.message.clone() };
        let mut before = self.lock();
        if *before != now {
            *before = now;
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self { heard: watch::Sender::new(None), followed: Mutex::default(), changed: Notify::new() }
    }
}
