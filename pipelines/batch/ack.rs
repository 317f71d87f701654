//! The acknowledgement that travels with a batch and is resolved exactly once.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::Acknowledge;
use super::hold::Hold;
use crate::outcome::{Outcome, Refusal, RefusalKind};
use crate::runtime::{Permit, Stats};

/// One share of an acknowledgement.
///
/// Cloning makes another share. When the last share is gone, whoever waits hears the worst outcome noted by any of
/// them. Dropping a share without [`Ack::resolve`] notes a retryable refusal.
#[derive(Clone)]
pub struct Ack {
    waiter: Option<Arc<Waiter>>,
    hold: Hold,
}

/// Yields the outcome of a tracked batch once every share of its ack is gone.
pub struct Acked(oneshot::Receiver<Outcome>);

/// Notifies when dropped, which happens when the last share is gone.
struct Waiter {
    worst: Mutex<Outcome>,
    acknowledge: Acknowledge,
    tell: Tell,
    meter: Option<Meter>,
}

/// Where a batch that a receiver sent is counted, and with how much.
pub(crate) struct Meter {
    pub(crate) stats: Arc<Stats>,
    pub(crate) items: usize,
    pub(crate) bytes: usize,
}

enum Tell {
    Task(Option<oneshot::Sender<Outcome>>),
    /// Acks of the batches that were joined, each with its number of items.
    Joined(Vec<(Ack, u64)>),
}

// === impl Ack ===

impl Ack {
    /// An ack nobody waits for.
    #[must_use]
    pub fn none() -> Self {
        Self { waiter: None, hold: Hold::default() }
    }

    /// An ack and the future that yields its outcome.
    #[must_use]
    pub fn pair(acknowledge: Acknowledge) -> (Self, Acked) {
        let (tell, acked) = oneshot::channel();
        (Self::telling(acknowledge, Tell::Task(Some(tell))), Acked(acked))
    }

    /// What must have happened before whoever waits is told; the weakest when nobody waits.
    #[must_use]
    pub fn acknowledge(&self) -> Acknowledge {
        self.waiter.as_ref().map_or(Acknowledge::Received, |waiter| waiter.acknowledge)
    }

    /// One ack for several batches that travel on as one; `u64` is each one's number of items.
    ///
    /// A refusal reaches all of them; rejected items of a partial success are charged to the batches in order until
    /// they are used up, so that the sum over all senders is right. The strictest promise holds for all.
    #[must_use]
    pub fn join(acks: Vec<(Self, u64)>) -> Self {
        let hold = Hold::join(acks.iter().map(|(ack, _)| ack.hold.clone()));
        if acks.iter().all(|(ack, _)| ack.waiter.is_none()) {
            return Self { waiter: None, hold };
        }
        let strictest = acks.iter().map(|(ack, _)| ack.acknowledge()).max().unwrap_or_default();
        let mut joined = Self::telling(strictest, Tell::Joined(acks));
        joined.hold = hold;
        joined
    }

    /// Keeps the permit until this share and all its clones are gone.
    pub(super) fn holding(mut self, permit: Permit) -> Self {
        self.hold = Hold::of(permit);
        self
    }

    /// Whether somebody waits for the outcome.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.waiter.is_some()
    }

    /// Whether whoever sent it was told already that all is well, so that what is refused now is lost.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.waiter.as_ref().is_none_or(|waiter| waiter.is_told())
    }

    /// Tells the outcome of this share now. What is returned is awaited by nobody and still holds its bytes in flight.
    #[must_use]
    pub fn answered(mut self, outcome: Outcome) -> Self {
        if let Some(waiter) = self.waiter.take() {
            waiter.note(outcome);
        }
        self
    }

    /// Ends this share with `outcome`.
    pub fn resolve(self, outcome: Outcome) {
        drop(self.answered(outcome));
    }

    /// The same ack, which counts its outcome before it tells whoever waits.
    pub(crate) fn metered(mut self, meter: Meter) -> Self {
        // A receiver that has just made the batch holds the only share, and nothing is allocated.
        if let Some(waiter) = self.waiter.as_mut().and_then(Arc::get_mut)
            && waiter.meter.is_none()
        {
            waiter.meter = Some(meter);
            return self;
        }
        let (acknowledge, items, hold) = (self.acknowledge(), meter.items as u64, self.hold.clone());
        let mut metered = Self::waiting(acknowledge, Tell::Joined(vec![(self, items)]), Some(meter));
        metered.hold = hold;
        metered
    }

    fn telling(acknowledge: Acknowledge, tell: Tell) -> Self {
        Self::waiting(acknowledge, tell, None)
    }

    fn waiting(acknowledge: Acknowledge, tell: Tell, meter: Option<Meter>) -> Self {
        let waiter = Waiter { worst: Mutex::new(Outcome::Delivered), acknowledge, tell, meter };
        Self { waiter: Some(Arc::new(waiter)), hold: Hold::default() }
    }
}

impl Drop for Ack {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter.take() {
            waiter.note(Refusal::new(RefusalKind::Unavailable, "the batch was dropped before it was delivered").into());
        }
    }
}

// === impl Acked ===

impl Acked {
    /// The outcome, if it is known already.
    pub fn now(&mut self) -> Option<Outcome> {
        self.0.try_recv().ok()
    }
}

impl Future for Acked {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        Pin::new(&mut self.0).poll(cx).map(|told| {
            told.unwrap_or_else(|_| Outcome::unavailable("the engine stopped before the batch was delivered"))
        })
    }
}

// === impl Waiter ===

impl Waiter {
    /// One that asks for no more than reception does not stay to hear the rest.
    fn is_told(&self) -> bool {
        self.acknowledge == Acknowledge::Received
            && match &self.tell {
                Tell::Task(tell) => tell.as_ref().is_none_or(oneshot::Sender::is_closed),
                Tell::Joined(acks) => acks.iter().all(|(ack, _)| ack.is_told()),
            }
    }

    fn note(&self, outcome: Outcome) {
        if outcome != Outcome::Delivered {
            let mut worst = self.worst.lock().unwrap_or_else(PoisonError::into_inner);
            *worst = std::mem::take(&mut *worst).and(outcome);
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let outcome = std::mem::take(self.worst.get_mut().unwrap_or_else(PoisonError::into_inner));
        if let Some(Meter { stats, items, bytes }) = &self.meter {
            stats.leave(*items, *bytes, if self.is_told() { &Outcome::Delivered } else { &outcome });
        }
        match &mut self.tell {
            // The receiver may be gone: its client hung up, nobody is left to tell.
            Tell::Task(tell) => drop(tell.take().map(|tell| tell.send(outcome))),
            Tell::Joined(acks) => resolve_joined(std::mem::take(acks), outcome),
        }
    }
}

fn resolve_joined(acks: Vec<(Ack, u64)>, outcome: Outcome) {
    let Outcome::Partial { mut rejected, reason } = outcome else {
        return acks.into_iter().for_each(|(ack, _)| ack.resolve(outcome.clone()));
    };
    for (ack, items) in acks {
        let share = rejected.min(items);
        rejected -= share;
        ack.resolve(match share {
            0 => Outcome::Delivered,
            share => Outcome::Partial { rejected: share, reason: reason.clone() },
        });
    }
}
