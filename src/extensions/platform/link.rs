//! [`Link`]: registers the agent and keeps the platform informed, whatever the platform does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use pipelines::runtime::{Health, Status, now};

use super::api::Api;
use super::config::{Config, INTERVALS};
use super::identity::{Identity, uptime};
use super::remote::{Heard, Shared};
use super::standing;
use super::system::Survey;
use super::trouble::{Kind, Pace, Trouble};
use crate::admin::rfc3339;
use crate::platform_wire::{Heartbeat, HeartbeatReply, Whole};

/// Registers the agent and keeps the platform informed.
pub(super) struct Link {
    api: Arc<Api>,
    config: Arc<Config>,
    identity: Identity,
    status: Status,
    survey: Survey,
    /// With whom follows the remote configuration.
    shared: Arc<Shared>,
    pace: Pace,
    /// Between two heartbeats, as the platform said last.
    interval: Duration,
    /// The trouble the log was told of last.
    said: Option<String>,
}

/// Heartbeats of this process, those of former configurations included.
static SEQUENCE: AtomicU64 = AtomicU64::new(0);
/// A start that takes longer is told of as it is.
const START: Duration = Duration::from_secs(10);
/// How often the start is looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// How often a wait looks whether the configuration was read again, which may have mended what was wrong.
const LOOK: Duration = Duration::from_secs(1);

// === impl Link ===

impl Link {
    pub(super) fn new(
        api: Arc<Api>,
        config: Arc<Config>,
        identity: Identity,
        status: Status,
        shared: Arc<Shared>,
    ) -> Self {
        let (pace, interval) = (Pace::new(&config.retry), config.heartbeat.interval.get());
        Self { api, config, identity, status, survey: Survey::default(), shared, pace, interval, said: None }
    }

    /// Goes on for as long as it is polled.
    pub(super) async fn run(mut self) {
        // Extensions start before what they could tell of.
        let until = now() + START;
        while self.status.health() == Health::Starting && now() < until {
            tokio::time::sleep(GLANCE).await;
        }
        loop {
            match self.register().await {
                Ok(()) => {}
                Err(trouble) => {
                    self.wait(&trouble, "the agent cannot register").await;
                    continue;
                }
            }
            let trouble = self.beat().await;
            // A platform that forgets at once what it was told is not asked all the time.
            self.wait(&trouble, "the platform does not know this agent, which registers again").await;
        }
    }

    async fn register(&mut self) -> Result<(), Trouble> {
        let registration = self.identity.registration(&self.config, self.capabilities());
        let registered = self.api.register(&registration).await?;
        self.identity.called(registered.id, &self.config.endpoint);
        self.interval = self.next(registered.next_interval);
        self.heard(registered.config_version);
        tracing::info!(id = self.identity.id(), platform = self.api.web().shown(), "registered at the platform");
        Ok(())
    }

    /// Sends heartbeats until the platform does not know the agent.
    async fn beat(&mut self) -> Trouble {
        let mut known = false;
        loop {
            let started = now();
            match self.heartbeat().await {
                Ok(reply) => {
                    known = true;
                    self.well();
                    self.interval = self.next(reply.next_interval);
                    self.heard(reply.config_version);
                    let rest = (started + self.interval).saturating_duration_since(now());
                    // What became of a configuration is said at once.
                    let _ = tokio::time::timeout(rest, self.shared.changed()).await;
                }
                Err(trouble) if trouble.kind == Kind::Unknown => {
                    if known {
                        self.pace.reset();
                    }
                    return trouble;
                }
                Err(trouble) => self.wait(&trouble, "the platform did not take a heartbeat").await,
            }
        }
    }

    async fn heartbeat(&mut self) -> Result<HeartbeatReply, Trouble> {
        let standing = standing::of(&self.status);
        let system_info = match self.config.heartbeat.include_system_info {
            true => self.survey.take().await,
            false => None,
        };
        let followed = self.shared.followed();
        let heartbeat = Heartbeat {
            timestamp: Some(rfc3339(SystemTime::now())),
            sequence: Some(Whole::from(SEQUENCE.fetch_add(1, Ordering::Relaxed) + 1)),
            agent_status: Some(standing.health),
            status_message: standing.message,
            uptime: uptime().map(|uptime| Whole::from(uptime.as_secs())),
            config_version: followed.version,
            config_status: Some(followed.status),
            config_message: followed.message,
            collector_states: standing.collectors,
            system_info,
        };
        self.api.heartbeat(self.identity.id(), &heartbeat).await
    }

    fn heard(&self, version: Option<String>) {
        self.shared.hear(Heard { id: self.identity.id().to_owned(), version });
    }

    fn capabilities(&self) -> Vec<String> {
        let remote = self.config.remote_configuration.enabled.then(|| "remote_configuration".to_owned());
        remote.into_iter().collect()
    }

    /// The interval that the platform asks for, within reason.
    fn next(&self, asked: Option<Whole>) -> Duration {
        let own = self.config.heartbeat.interval.get();
        asked.map_or(own, |asked| Duration::from_secs(asked.into()).clamp(INTERVALS.0, INTERVALS.1))
    }

    fn well(&mut self) {
        self.pace.reset();
        if self.said.take().is_some() {
            tracing::info!(platform = self.api.web().shown(), "the platform answers again");
        }
    }

    /// Says once what is wrong and leaves the platform alone for some time.
    async fn wait(&mut self, trouble: &Trouble, what: &str) {
        let wait = self.pace.wait(trouble);
        let (text, platform) = (format!("{what}: {trouble}"), self.api.web().shown());
        if self.said.as_ref() == Some(&text) {
            tracing::debug!(platform, ?wait, "{text}");
        } else {
            tracing::warn!(platform, ?wait, "{text}; telemetry goes on");
            self.said = Some(text);
        }
        let (until, reads) = (now() + wait, self.reads());
        while now() < until && (trouble.kind != Kind::Denied || self.reads() == reads) {
            let left = until.saturating_duration_since(now());
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }

    /// How often the configuration was read again; files with credentials may have changed with it.
    fn reads(&self) -> u64 {
        let reloads = self.status.reloads();
        reloads.success + reloads.unchanged
    }
}
