//! [`Channel`]: the connections to one server, made when they are needed and shared by all requests.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{Request, Response};
use pipelines::runtime::{Instant, Tasks, now};

use super::activity::{Activity, Waiting};
use super::drive::{Keepalive, drive};
use super::rope::Rope;
use crate::client::address::Address;
use crate::client::{Dialer, Failed, Stage, Stream, resolve};

/// The connections to one server. Requests are multiplexed over them in turn.
#[derive(Debug)]
pub(crate) struct Channel(Arc<Inner>);

/// How a channel behaves.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Connections to each address.
    pub(crate) connections: usize,
    /// Whether all addresses of the server are used, or only the first that answers.
    pub(crate) balance: bool,
    /// Whether requests wait for a connection instead of failing at once while none can be made.
    pub(crate) wait_for_ready: bool,
    /// Pings.
    pub(crate) keepalive: Option<Keepalive>,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// There is no connection.
    #[error(transparent)]
    NoConnection(#[from] Failed),
    /// The connection or the stream broke; the server may have seen the request.
    #[error("{0}")]
    Broken(String),
}

#[derive(Debug)]
struct Inner {
    dialer: Dialer,
    settings: Settings,
    tasks: Tasks,
    state: Mutex<State>,
    dialing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    lanes: Vec<Lane>,
    /// How many lanes there should be, known after the name was resolved.
    wanted: usize,
    turn: usize,
    serial: u64,
    failures: u32,
    /// No connection is tried before this instant, because of the failure beside it.
    pause: Option<(Instant, Failed)>,
    refilling: bool,
}

/// One connection.
#[derive(Clone, Debug)]
struct Lane {
    serial: u64,
    address: Address,
    sender: SendRequest<Rope>,
    activity: Arc<Activity>,
}

/// An answer, and what keeps its request counted while its body is read.
pub(crate) struct Answer {
    /// Head and body.
    pub(crate) response: Response<RecvStream>,
    _waiting: Waiting,
}

/// First pause after a failed attempt to connect; doubled with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause. Batches are tried again after 5 s and more, so a server that is back is noticed by the next of them.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A server that refuses streams forever (a restart loop behind a proxy) must not keep a request going in circles.
const TRIES: usize = 3;

// === impl Channel ===

impl Channel {
    /// A channel without connections; the first request makes them.
    pub(crate) fn new(dialer: Dialer, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            dialer,
            settings,
            tasks: Tasks::default(),
            state: Mutex::default(),
            dialing: tokio::sync::Mutex::default(),
        }))
    }

    /// Sends a request and waits for the head of its answer. `request` is called again when the server said that it
    /// did not look at the first one (GOAWAY, REFUSED_STREAM), which is not an error.
    pub(crate) async fn call(&self, request: impl Fn() -> (Request<()>, Rope)) -> Result<Answer, CallError> {
        let mut last = None;
        for _ in 0..TRIES {
            let mut lane = self.0.lane().await?;
            if let Err(error) = poll_fn(|cx| lane.sender.poll_ready(cx)).await {
                self.0.remove(lane.serial);
                last = Some(error);
                continue;
            }
            let (head, body) = request();
            match lane.send(head, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) if is_unprocessed(&error) => {
                    if !error.is_reset() {
                        self.0.remove(lane.serial);
                    }
                    last = Some(error);
                }
                Err(error) => return Err(CallError::Broken(self.explain(&error))),
            }
        }
        Err(CallError::Broken(last.map_or_else(|| "the server takes no requests".into(), |error| self.explain(&error))))
    }

    /// Takes over a connection on which the server has chosen HTTP/2.
    pub(crate) async fn adopt(&self, address: &Address, stream: Stream) -> Result<(), Failed> {
        self.0.open(address, stream).await
    }

    /// Ends all connections.
    pub(crate) async fn close(&self, patience: Duration) {
        self.0.state().lanes.clear();
        self.0.tasks.finish(patience).await;
    }

    fn explain(&self, error: &h2::Error) -> String {
        let place = self.0.dialer.place();
        match error.reason() {
            Some(Reason::FRAME_SIZE_ERROR | Reason::PROTOCOL_ERROR | Reason::HTTP_1_1_REQUIRED) => {
                format!("{place} does not speak HTTP/2 as gRPC needs it ({error}); is it an OTLP/HTTP port?")
            }
            _ => format!("the connection to {place} broke: {error}"),
        }
    }
}

// === impl Inner ===

impl Inner {
    /// A live connection, made now if there is none.
    async fn lane(self: &Arc<Self>) -> Result<Lane, Failed> {
        loop {
            if let Some(lane) = self.live() {
                return Ok(lane);
            }
            let _dialing = self.dialing.lock().await;
            if let Some(lane) = self.live() {
                return Ok(lane);
            }
            let pause = self.state().pause.clone().filter(|(until, _)| *until > now());
            match pause {
                Some((until, _)) if self.settings.wait_for_ready => tokio::time::sleep_until(until).await,
                Some((_, failed)) => return Err(failed),
                None => {
                    let filled = self.fill().await;
                    if let Err(failed) = filled
                        && !self.settings.wait_for_ready
                    {
                        return Err(failed);
                    }
                }
            }
        }
    }

    /// The next connection in turn. Missing ones are made in the background.
    fn live(self: &Arc<Self>) -> Option<Lane> {
        let mut state = self.state();
        if state.lanes.is_empty() {
            return None;
        }
        state.turn = (state.turn + 1) % state.lanes.len();
        let lane = state.lanes[state.turn].clone();
        let resting = state.pause.as_ref().is_some_and(|(until, _)| *until > now());
        if state.lanes.len() < state.wanted && !state.refilling && !resting {
            state.refilling = true;
            drop(state);
            let inner = self.clone();
            self.tasks.spawn(async move {
                // The failure is kept in the state; the next request after the pause tries again.
                let _ = inner.fill().await;
                inner.state().refilling = false;
            });
        }
        Some(lane)
    }

    /// Makes the connections that are missing; fails only if there is none at all afterwards.
    async fn fill(self: &Arc<Self>) -> Result<(), Failed> {
        let addresses = match resolve(self.dialer.place()).await {
            Ok(addresses) => addresses,
            Err(failed) => return Err(self.pause(failed)),
        };
        let used = if self.settings.balance { addresses.len() } else { 1 };
        self.state().wanted = used * self.settings.connections;
        let mut failed = None;
        let mut reached = 0;
        for address in &addresses {
            if reached == used {
                break;
            }
            match self.fill_address(address).await {
                Ok(()) => reached += 1,
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if reached < used => {
                let error = self.pause(error);
                if self.state().lanes.is_empty() { Err(error) } else { Ok(()) }
            }
            _ => {
                let mut state = self.state();
                (state.failures, state.pause) = (0, None);
                Ok(())
            }
        }
    }

    async fn fill_address(self: &Arc<Self>, address: &Address) -> Result<(), Failed> {
        let there = self.state().lanes.iter().filter(|lane| lane.address == *address).count();
        for _ in there..self.settings.connections {
            let stream = self.dialer.dial(address).await?;
            self.open(address, stream).await?;
        }
        Ok(())
    }

    async fn open(self: &Arc<Self>, address: &Address, stream: Stream) -> Result<(), Failed> {
        let handshake = h2::client::Builder::new()
            .enable_push(false)
            .initial_max_send_streams(INITIAL_STREAMS)
            .handshake::<_, Rope>(stream)
            .await;
        let failed =
            |error: h2::Error| Failed::new(Stage::Protocol, format!("{address} ended the HTTP/2 handshake: {error}"));
        let (sender, connection) = handshake.map_err(failed)?;
        let activity = Arc::new(Activity::new());
        let serial = {
            let mut state = self.state();
            state.serial += 1;
            let serial = state.serial;
            state.lanes.push(Lane { serial, address: address.clone(), sender, activity: activity.clone() });
            serial
        };
        let (keepalive, name) = (self.settings.keepalive, address.to_string());
        // A weak reference, so that the tasks of a forgotten channel end with it.
        let inner: Weak<Self> = Arc::downgrade(self);
        self.tasks.spawn(async move {
            let ended = drive(connection, keepalive, activity).await;
            match ended {
                Ok(()) => tracing::debug!(address = name, "connection closed"),
                Err(reason) => tracing::debug!(address = name, reason, "connection lost"),
            }
            if let Some(inner) = inner.upgrade() {
                inner.remove(serial);
            }
        });
        Ok(())
    }

    fn pause(&self, failed: Failed) -> Failed {
        let mut state = self.state();
        let pause = FIRST_PAUSE.saturating_mul(1 << state.failures.min(10)).min(LONGEST_PAUSE);
        state.failures = state.failures.saturating_add(1);
        state.pause = Some((now() + pause, failed.clone()));
        failed
    }

    fn remove(&self, serial: u64) {
        self.state().lanes.retain(|lane| lane.serial != serial);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Streams opened before the server has said how many it allows (RFC 9113, 6.5.2 recommends at least 100).
const INITIAL_STREAMS: usize = 100;

// === impl Lane ===

impl Lane {
    async fn send(&mut self, head: Request<()>, body: Rope) -> Result<Answer, h2::Error> {
        let waiting = self.activity.request();
        let (response, mut stream) = self.sender.send_request(head, false)?;
        // h2 keeps what the flow control window does not admit yet; the pieces are shared, so waiting costs no memory.
        stream.send_data(body, true)?;
        Ok(Answer { response: response.await?, _waiting: waiting })
    }
}

/// Whether the server said that it did not look at the request (RFC 9113, 8.7), so that sending it again is safe.
fn is_unprocessed(error: &h2::Error) -> bool {
    let refused = error.is_reset() && error.is_remote() && error.reason() == Some(Reason::REFUSED_STREAM);
    refused || (error.is_go_away() && error.is_remote() && error.reason() == Some(Reason::NO_ERROR))
}
