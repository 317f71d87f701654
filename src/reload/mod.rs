//! Reading the files again while the engine runs: who asks for it, and what comes of it.
//!
//! SIGHUP, `POST /-/reload`, `tfo reload` and a change of the files (`--watch`) ask for the same, one after the other.

mod control;
mod own;
mod place;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use pipelines::config::{Diagnostic, Severity};
use pipelines::runtime::Running;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch as latest};

pub(crate) use self::control::{Control, Process};
pub(crate) use self::own::{Own, offer, own};
pub(crate) use self::place::places;
pub(crate) use self::watch::Watched;
use crate::cli::files::{Files, Loaded};
use crate::telemetry::Telemetry;
use crate::{logging, render};

/// Requests that may wait; when more come, those that wait ask for the same.
const WAITING: usize = 16;

/// Somebody wants the files to be read again.
pub(crate) struct Request {
    /// Who, for the log.
    pub(crate) by: &'static str,
    /// Who wants to hear of the outcome.
    pub(crate) reply: Option<oneshot::Sender<Report>>,
}

/// Asks for a reload. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Requests(mpsc::Sender<Request>);

/// What came of a reload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) result: Outcome,
    /// What changed, or what is wrong, as `tfo validate` says it.
    pub(crate) message: String,
}

/// What came of a reload, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The files run now.
    Applied,
    /// They ask for what runs already.
    Unchanged,
    /// They are wrong; what ran goes on.
    Invalid,
    /// One of them is missing; what ran goes on.
    Missing,
    /// A component could not be started; what ran goes on.
    Failed,
    /// The pipelines run as the files say, but what they say of the process's own metrics could not be started.
    Partly,
    /// The process is stopping.
    Stopping,
}

/// What a reload needs.
pub(crate) struct Reload {
    files: Files,
    /// Time in which what is replaced delivers what it holds.
    drain: Duration,
    /// The files that were read last.
    read: latest::Sender<Vec<PathBuf>>,
}

// === impl Requests ===

impl Requests {
    /// The two ends.
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Request>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Asks for a reload without waiting for it.
    pub(crate) fn ask(&self, by: &'static str) {
        // Full means that a reload is about to come, which will see the same files.
        let _ = self.0.try_send(Request { by, reply: None });
    }

    /// Asks for a reload and waits for its outcome.
    pub(crate) async fn wait(&self, by: &'static str) -> Report {
        let (reply, outcome) = oneshot::channel();
        let asked = self.0.send(Request { by, reply: Some(reply) }).await;
        let stopping = || Report::of(Outcome::Stopping, "the process is stopping");
        if asked.is_err() {
            return stopping();
        }
        outcome.await.unwrap_or_else(|_| stopping())
    }
}

// === impl Reload ===

impl Reload {
    /// Reloads of what was loaded first, and the files that are read, as they change.
    pub(crate) fn new(files: Files, loaded: &Loaded, drain: Duration) -> (Self, latest::Receiver<Vec<PathBuf>>) {
        let (read, receiver) = latest::channel(loaded.read.clone());
        (Self { files, drain, read }, receiver)
    }

    /// Does what a request asks for, says so in the log and tells whoever waits.
    pub(crate) async fn answer(&self, running: &mut Running, own: &mut Telemetry, request: Request) {
        tracing::info!(by = request.by, "reading the configuration again");
        let report = self.run(running, own).await;
        match report.result {
            Outcome::Applied => tracing::info!("the configuration runs now: {}", report.message),
            Outcome::Unchanged => tracing::info!("{}", report.message),
            Outcome::Invalid | Outcome::Missing => {
                tracing::error!("the configuration is wrong; what ran goes on unchanged");
            }
            Outcome::Failed | Outcome::Partly | Outcome::Stopping => tracing::error!("{}", report.message),
        }
        if let Some(reply) = request.reply {
            // Whoever asked may have gone.
            let _ = reply.send(report);
        }
    }

    async fn run(&self, running: &mut Running, own: &mut Telemetry) -> Report {
        let files = self.files.clone();
        // Reading and checking takes time that the data path need not wait for.
        let Ok(loaded) = tokio::task::spawn_blocking(move || files.load()).await else {
            running.reload_failed();
            return Report::of(Outcome::Failed, "reading the configuration panicked; what ran goes on unchanged");
        };
        self.read.send_replace(loaded.read.clone());
        loaded.diagnostics.sorted(&loaded.sources).into_iter().for_each(|diagnostic| log(diagnostic, &loaded));
        let Some(plan) = &loaded.plan else {
            running.reload_failed();
            let result = if loaded.is_missing() { Outcome::Missing } else { Outcome::Invalid };
            return Report::of(result, loaded.text(false));
        };
        let changes = match running.reload(plan, self.drain).await {
            Ok(changes) => changes,
            Err(error) => return Report::of(Outcome::Failed, error.to_string()),
        };
        for (id, places) in &changes.places {
            places.iter().for_each(|place| tracing::info!(%id, "listening on {place}"));
        }
        logging::level(&plan.telemetry);
        let is_as_it_was = own.is_as(&plan.telemetry);
        if let Err(failure) = own.follow(&plan.telemetry).await {
            return Report::of(Outcome::Partly, format!("{failure}; the pipelines run as the files say: {changes}"));
        }
        match (changes.is_empty(), is_as_it_was) {
            (true, true) => Report::of(Outcome::Unchanged, "the configuration asks for what runs already"),
            (_, true) => Report::of(Outcome::Applied, changes.to_string()),
            (_, false) => Report::of(Outcome::Applied, format!("changed: service.telemetry; {changes}")),
        }
    }
}

// === impl Report ===

impl Report {
    fn of(result: Outcome, message: impl Into<String>) -> Self {
        Self { result, message: message.into() }
    }
}

/// One line of the log for each diagnostic, with its place.
fn log(diagnostic: &Diagnostic, loaded: &Loaded) {
    let line = render::diagnostics::line(diagnostic, &loaded.sources);
    match diagnostic.severity {
        Severity::Error => tracing::error!("{line}"),
        Severity::Warning => tracing::warn!("{line}"),
    }
}
