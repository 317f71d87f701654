//! Collecting a request body: bounded, accounted before it is held, and copied once or not at all.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use hyper::body::Incoming;
use tokio::time::Sleep;

use pipelines::runtime::{Budget, Instant, Permit, now};

/// A body of which less than [`LEAST`] comes within this time is given up.
pub(super) const STALLED: Duration = Duration::from_secs(30);

/// What must come of a body within [`STALLED`], in bytes: more than a client that only wants to hold its room sends.
const LEAST: usize = 32 << 10;

/// What is accounted, and allocated, on the word of the client alone, in bytes. Beyond it room follows the bytes that
/// really came, so that a claimed length costs nothing.
const ON_TRUST: usize = 1 << 20;

/// A body in one piece of at least this many bytes is kept as it came. A smaller one is copied, because the piece keeps
/// the whole read buffer alive, which would be held for it without being accounted.
const KEEP: usize = 64 << 10;

/// How much of a refused body is read and dropped over HTTP/1, where a connection can be closed only as a whole.
pub(super) const DISCARD_CONNECTION: usize = 256 << 20;

/// The same over HTTP/2, in bytes: what a client sends before it looks at the answer. A larger body is reset.
pub(super) const DISCARD_STREAM: usize = 8 << 20;

/// How long a refused body is read and dropped.
const DISCARD_TIME: Duration = Duration::from_secs(10);

/// A client that is silent for this long has seen the answer and stopped sending.
const DISCARD_SILENCE: Duration = Duration::from_secs(1);

/// Why a body could not be collected.
#[derive(Debug)]
pub(super) enum Broken {
    /// The client hung up or broke the protocol; nobody is left to answer.
    Gone,
    /// It stopped sending.
    Stalled,
    /// It is larger than this many bytes.
    TooLarge(usize),
    /// The engine's bytes in flight are used up.
    NoRoom,
    /// It is not what the protocol asks for.
    Malformed(&'static str),
}

/// A body that is coming in.
pub(super) struct Collect<'a> {
    budget: &'a Budget,
    limit: usize,
    expected: Option<usize>,
    permit: Option<Permit>,
    /// Bytes accounted.
    room: usize,
    held: Held,
}

enum Held {
    Nothing,
    Piece(Bytes),
    Joined(BytesMut),
}

/// The pieces of a body, with a watch on their progress.
pub(super) struct Pieces<'a> {
    body: &'a mut Incoming,
    sleep: Pin<&'a mut Option<Sleep>>,
    /// Bytes since the last look.
    came: usize,
    until: Option<Instant>,
}

/// Collects a whole body of at most `limit` bytes, `expected` if known; by `until` if given.
pub(super) async fn collect(
    body: &mut Incoming,
    budget: &Budget,
    limit: usize,
    expected: Option<usize>,
    until: Option<Instant>,
) -> Result<(Bytes, Option<Permit>), Broken> {
    let sleep = pin!(None);
    let mut pieces = Pieces::new(body, sleep, until);
    let mut collect = Collect::new(budget, limit, expected)?;
    while let Some(piece) = pieces.next().await? {
        collect.push(piece)?;
    }
    Ok(collect.finish())
}

/// Reads the rest of a body that was refused and drops it, within bounds.
///
/// A client whose connection is closed, or whose stream is reset, while it still sends sees that instead of the answer,
/// takes it for a network error and sends the same again.
pub(super) async fn discard(mut body: Incoming, most: usize) {
    let until = now() + DISCARD_TIME;
    let mut left = most;
    while until > now() {
        let next = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let Ok(Some(Ok(frame))) = tokio::time::timeout(DISCARD_SILENCE, next).await else { return };
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

// === impl Collect ===

impl<'a> Collect<'a> {
    /// Makes room for what is expected, as far as it is believed.
    pub(super) fn new(budget: &'a Budget, limit: usize, expected: Option<usize>) -> Result<Self, Broken> {
        if expected.is_some_and(|expected| expected > limit) {
            return Err(Broken::TooLarge(limit));
        }
        let mut collect = Self { budget, limit, expected, permit: None, room: 0, held: Held::Nothing };
        collect.account(expected.unwrap_or(0).min(ON_TRUST))?;
        Ok(collect)
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: Bytes) -> Result<(), Broken> {
        let total = self.len() + piece.len();
        if total > self.limit {
            return Err(Broken::TooLarge(self.limit));
        }
        if total > self.room {
            let most = self.expected.unwrap_or(self.limit).max(total);
            self.account(total.saturating_mul(2).clamp(total, most))?;
        }
        self.held = match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Nothing => Held::Piece(piece),
            Held::Piece(first) => {
                let mut joined = BytesMut::with_capacity(self.room);
                joined.extend_from_slice(&first);
                drop(first);
                joined.extend_from_slice(&piece);
                Held::Joined(joined)
            }
            Held::Joined(mut joined) => {
                if joined.capacity() < total {
                    joined.reserve(self.room - joined.len());
                }
                joined.extend_from_slice(&piece);
                Held::Joined(joined)
            }
        };
        Ok(())
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        match &self.held {
            Held::Nothing => 0,
            Held::Piece(piece) => piece.len(),
            Held::Joined(joined) => joined.len(),
        }
    }

    /// The body, and the permit to hold it.
    pub(super) fn finish(self) -> (Bytes, Option<Permit>) {
        let bytes = match self.held {
            Held::Nothing => Bytes::new(),
            Held::Piece(piece) if piece.len() < KEEP => Bytes::copy_from_slice(&piece),
            Held::Piece(piece) => piece,
            Held::Joined(joined) => joined.freeze(),
        };
        (bytes, self.permit)
    }

    fn account(&mut self, room: usize) -> Result<(), Broken> {
        let more = (room - self.room) as u64;
        let granted = match &mut self.permit {
            _ if more == 0 => true,
            Some(permit) => permit.grow(more),
            None => {
                self.permit = self.budget.try_acquire(more);
                self.permit.is_some()
            }
        };
        self.room = room;
        if granted { Ok(()) } else { Err(Broken::NoRoom) }
    }
}

// === impl Pieces ===

impl<'a> Pieces<'a> {
    /// Watches a body; `sleep` is room for a timer that is made only when the body has to be waited for.
    pub(super) fn new(body: &'a mut Incoming, sleep: Pin<&'a mut Option<Sleep>>, until: Option<Instant>) -> Self {
        Self { body, sleep, came: 0, until }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Broken>> {
        loop {
            match Pin::new(&mut *self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers say nothing here.
                    let Ok(piece) = frame.into_data() else { continue };
                    if !piece.is_empty() {
                        self.came += piece.len();
                        return Poll::Ready(Ok(Some(piece)));
                    }
                }
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(Broken::Gone)),
                Poll::Ready(None) => return Poll::Ready(Ok(None)),
                Poll::Pending => break,
            }
        }
        loop {
            if self.sleep.is_none() {
                self.came = 0;
                self.sleep.set(Some(tokio::time::sleep_until(self.next_look())));
            }
            let Some(sleep) = self.sleep.as_mut().as_pin_mut() else { return Poll::Pending };
            std::task::ready!(sleep.poll(cx));
            let late = self.until.is_some_and(|until| until <= now());
            if late || self.came < LEAST {
                return Poll::Ready(Err(Broken::Stalled));
            }
            self.sleep.set(None);
        }
    }

    fn next_look(&self) -> Instant {
        let stalled = now() + STALLED;
        self.until.map_or(stalled, |until| until.min(stalled))
    }
}
