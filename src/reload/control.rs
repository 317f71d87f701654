//! [`Control`]: what asks a running process to reload, over a Unix socket and, where wanted, a TCP port.
//!
//! `POST /-/reload` answers with the outcome; `GET /-/process` says which process it is.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use pipelines::net::{Listen, ListenOptions, Listener, Sockets, Transport, cannot_listen};
use pipelines::runtime::{Stopper, Tasks};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Outcome, Report, Requests, Watched, place};
use crate::admin::server;

/// How long answers that are on their way may take once the process stops.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// A process as it tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// Its `--config`s; paths are absolute.
    pub(crate) config: Vec<String>,
    pub(crate) version: String,
}

/// The servers.
pub(crate) struct Control {
    stopper: Stopper,
    tasks: Tasks,
    requests: Requests,
    process: Process,
}

#[derive(Clone)]
struct Shared {
    /// Who asks, for the log.
    by: &'static str,
    requests: Requests,
    process: Process,
}

#[derive(Deserialize)]
struct Options {
    /// Whether to answer with the outcome; else as soon as the request is noted.
    #[serde(default = "yes")]
    wait: bool,
}

// === impl Control ===

impl Control {
    pub(crate) fn new(requests: Requests, config: Vec<String>) -> Self {
        let process = Process { pid: std::process::id(), config, version: env!("CARGO_PKG_VERSION").to_owned() };
        Self { stopper: Stopper::new().0, tasks: Tasks::default(), requests, process }
    }

    /// Serves on a Unix socket where `tfo reload` looks for it. Without a place for it the process runs all the same.
    pub(crate) async fn serve_here(&self) {
        let mut reasons = Vec::new();
        for directory in place::places() {
            let path = directory.join(format!("{}.sock", std::process::id()));
            let bound = match place::prepare(&directory) {
                Ok(()) => Sockets::default().bind(&Listen::Unix(path), ListenOptions::default()).await,
                Err(error) => Err(error),
            };
            match bound {
                Ok(listener) => {
                    tracing::debug!("`tfo reload` finds this process at {listener}");
                    return self.serve(listener, "tfo reload");
                }
                Err(error) => reasons.push(format!("{}: {error}", directory.display())),
            }
        }
        let reasons = reasons.join("; ");
        tracing::warn!(%reasons, "`tfo reload` will not find this process, SIGHUP works; set TFO_RUNTIME_DIR");
    }

    /// Serves on a TCP address.
    ///
    /// # Errors
    /// What is wrong with the address, in one sentence.
    pub(crate) async fn serve_on(&self, address: &str) -> Result<(), String> {
        let listen = Listen::parse(address, Transport::Tcp).map_err(|error| format!("--admin: {error}"))?;
        if !listen.is_loopback() {
            tracing::warn!("--admin {listen}: whoever reaches it can have the files read again");
        }
        let bound = Sockets::default().bind(&listen, ListenOptions::default()).await;
        let listener = bound.map_err(|error| format!("--admin {}", cannot_listen(&listen, &error, "--admin")))?;
        tracing::info!("admin listening on http {listener}");
        self.serve(listener, "http");
        Ok(())
    }

    /// Asks for a reload whenever one of the files that are `read` changes.
    pub(crate) fn watch(&self, files: Watched, read: watch::Receiver<Vec<PathBuf>>, requests: Requests) {
        self.tasks.spawn(super::watch::watch(files, read, requests, self.stopper.listen()));
    }

    /// Ends the servers, after the answers that are on their way.
    pub(crate) async fn stop(self) {
        self.stopper.stop();
        self.tasks.finish(LAST_ANSWERS).await;
    }

    fn serve(&self, listener: Listener, by: &'static str) {
        let router = Router::new()
            .route("/-/reload", post(reload))
            .route("/-/process", get(process_of))
            .with_state(Shared { by, requests: self.requests.clone(), process: self.process.clone() });
        let stop = self.stopper.listen();
        self.tasks.spawn(async move {
            let served: io::Result<()> = server::answer(listener, router, stop).await;
            if let Err(error) = served {
                tracing::error!(%error, "requests to reload are not answered any more, SIGHUP works");
            }
        });
    }
}

async fn reload(State(shared): State<Shared>, Query(options): Query<Options>, headers: HeaderMap) -> Response {
    // A page that somebody looks at must not be able to have it done.
    if headers.contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, "requests of web pages are not taken\n").into_response();
    }
    if !options.wait {
        shared.requests.ask(shared.by);
        return (StatusCode::ACCEPTED, "the files will be read again\n").into_response();
    }
    let report: Report = shared.requests.wait(shared.by).await;
    let status = match report.result {
        Outcome::Applied | Outcome::Unchanged => StatusCode::OK,
        Outcome::Invalid | Outcome::Missing => StatusCode::UNPROCESSABLE_ENTITY,
        Outcome::Failed | Outcome::Partly => StatusCode::INTERNAL_SERVER_ERROR,
        Outcome::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(report)).into_response()
}

async fn process_of(State(shared): State<Shared>) -> Json<Process> {
    Json(shared.process)
}

fn yes() -> bool {
    true
}
