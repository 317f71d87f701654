//! The remote configuration: fetched when the platform speaks of another version, held against the rules and this agent's
//! files, put in force by a reload, and on trial for some time. What does not work is undone, told of, and not tried again.
//!
//! The extension may itself be replaced by the reload, or the process may end: whoever comes next goes on with the trial
//! from what is on disk.

mod kept;
mod shared;
mod trial;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pipelines::Plan;
use pipelines::runtime::Status;

use self::kept::{Kept, Trial};
pub(super) use self::shared::{Heard, Shared};
use super::api::{Api, Wanted};
use super::config::Config;
use super::trouble::Trouble;
use crate::platform_wire::{ConfigStatus, Configuration, check_fragment};
use crate::reload::{Outcome, Own, Report, own};

/// Follows the remote configuration.
pub(super) struct Remote {
    config: Arc<Config>,
    api: Arc<Api>,
    status: Status,
    shared: Arc<Shared>,
    kept: Kept,
}

/// Most characters of a message to the platform.
const MOST: usize = 1000;

/// The remote configuration that is in force for a plan, or why it cannot be; `None` if there is none.
pub(crate) fn in_force(plan: &Plan) -> Option<Result<String, String>> {
    let config = config(plan)?;
    let kept = match Kept::read(&config.state_directory) {
        Ok(kept) => kept,
        Err(error) => return Some(Err(error)),
    };
    let current = kept.current?;
    Some(check_fragment(&current.config).map(|()| current.config))
}

/// What the plan says of the platform, if it follows a remote configuration.
fn config(plan: &Plan) -> Option<&Config> {
    let started = plan.extensions.iter().map(|at| &plan.declared[*at]);
    let config = started.filter_map(|declared| declared.config.downcast_ref::<Config>()).next();
    config.filter(|config| config.remote_configuration.enabled)
}

/// Tells this process from others, also from those with the same number.
fn process() -> String {
    static PROCESS: OnceLock<String> = OnceLock::new();
    PROCESS.get_or_init(|| pipelines::instance::uuid().unwrap_or_default()).clone()
}

// === impl Remote ===

impl Remote {
    pub(super) fn new(config: &Arc<Config>, api: Arc<Api>, status: Status, shared: Arc<Shared>) -> Self {
        let kept = match Kept::read(&config.state_directory) {
            Ok(kept) => kept,
            Err(error) => Kept { status: ConfigStatus::Failed, message: Some(error), ..Kept::default() },
        };
        if config.remote_configuration.enabled {
            shared.tell(&kept);
        }
        Self { config: config.clone(), api, status, shared, kept }
    }

    /// Goes on for as long as it is polled.
    pub(super) async fn run(mut self) {
        let Some(own) = own().filter(|_| self.config.remote_configuration.enabled) else { return };
        let mut heard = self.shared.listen();
        self.resume(&own).await;
        while heard.changed().await.is_ok() {
            let Some(heard) = heard.borrow_and_update().clone() else { continue };
            if let Err(trouble) = self.follow(&own, &heard).await {
                // It is tried again after the next heartbeat.
                tracing::warn!("the remote configuration cannot be fetched: {trouble}");
                self.end(ConfigStatus::Failed, Some(trouble.to_string()));
            }
        }
    }

    async fn follow(&mut self, own: &Own, heard: &Heard) -> Result<(), Trouble> {
        let wanted = heard.version.as_deref();
        if wanted == self.kept.version() || (wanted.is_some() && wanted == self.kept.refused.as_deref()) {
            return Ok(());
        }
        let next = match self.api.configuration(&heard.id, self.kept.version()).await? {
            Wanted::Same => return Ok(()),
            Wanted::Nothing => None,
            Wanted::This(next) => Some(next),
        };
        let version = next.as_ref().map(|next| next.version.as_str());
        if version != self.kept.version() && (version.is_none() || version != self.kept.refused.as_deref()) {
            self.adopt(own, next).await;
        }
        Ok(())
    }

    /// Puts another configuration in force, or none, if it works.
    async fn adopt(&mut self, own: &Own, next: Option<Configuration>) {
        let version = next.as_ref().map(|next| next.version.clone());
        if let Some(next) = &next
            && let Err(why) = self.rehearse(own, next).await
        {
            tracing::error!(version, "the remote configuration is not valid here, what ran goes on: {why}");
            self.kept.refused = version;
            return self.end(ConfigStatus::Rejected, Some(why));
        }
        let before = self.kept.clone();
        // What has just failed for the first time did not work before either: a destination that is down is no fault of it.
        let failing = trial::failing(&self.status, Duration::ZERO).into_iter().map(|(name, _)| name).collect();
        self.kept.previous = std::mem::replace(&mut self.kept.current, next);
        self.kept.trial = Some(Trial { process: process(), ended: 0, failing });
        // What became of an earlier one must not be taken for what became of this one.
        let is_old = self.kept.previous.is_some();
        self.kept.status = if is_old { ConfigStatus::Applied } else { ConfigStatus::None };
        self.kept.message = Some(match &version {
            Some(version) => format!("version {version} is on trial"),
            None => "being without one is on trial".to_owned(),
        });
        if let Err(error) = self.kept.write(&self.config.state_directory) {
            tracing::error!(version, "the remote configuration cannot be kept, what ran goes on: {error}");
            self.kept = before;
            return self.end(ConfigStatus::Failed, Some(error));
        }
        self.shared.tell(&self.kept);
        let Report { result, message } = own.requests.wait("the platform").await;
        match result {
            Outcome::Applied | Outcome::Unchanged => {
                tracing::info!(version, "the remote configuration is on trial: {message}");
                self.resume(own).await;
            }
            // Whoever starts next goes on.
            Outcome::Stopping => {}
            Outcome::Partly => self.undo(own, ConfigStatus::Failed, &message).await,
            Outcome::Invalid | Outcome::Missing | Outcome::Failed => {
                // Nothing has changed, so there is nothing to reload.
                self.kept = Kept { refused: version, ..before };
                self.end(ConfigStatus::Failed, Some(message));
            }
        }
    }

    /// Whether the files would work with it, and the agent could still be reached.
    async fn rehearse(&self, own: &Own, next: &Configuration) -> Result<(), String> {
        check_fragment(&next.config)?;
        let (files, text) = (own.files.clone(), next.config.clone());
        let loaded = tokio::task::spawn_blocking(move || files.load_with(Some(text))).await;
        let loaded = loaded.map_err(|_| "reading it panicked".to_owned())?;
        let plan = loaded.plan.as_ref().ok_or_else(|| loaded.first_error())?;
        let remains = config(plan)
            .is_some_and(|it| it.endpoint == self.config.endpoint && it.state_directory == self.config.state_directory);
        if remains { Ok(()) } else { Err("with it the agent would not report to this platform any more".to_owned()) }
    }

    /// Goes back to what was before.
    async fn undo(&mut self, own: &Own, status: ConfigStatus, why: &str) {
        self.kept.refused = self.kept.version().map(str::to_owned);
        tracing::error!(version = self.kept.refused, "going back to the configuration before: {why}");
        self.kept.current = self.kept.previous.take();
        self.kept.trial = None;
        self.end(status, Some(why.to_owned()));
        let Report { result, message } = own.requests.wait("the platform").await;
        if !matches!(result, Outcome::Applied | Outcome::Unchanged | Outcome::Stopping) {
            tracing::error!("the configuration before is not in force: {message}");
        }
    }

    /// Notes what became of it, for the platform and whoever starts next.
    fn end(&mut self, status: ConfigStatus, message: Option<String>) {
        let message = message.map(|message| message.chars().take(MOST).collect());
        (self.kept.status, self.kept.message) = (status, message);
        if let Err(error) = self.kept.write(&self.config.state_directory) {
            tracing::error!("{error}");
        }
        self.shared.tell(&self.kept);
    }
}
