//! Acks: every share counts, the worst outcome wins, nothing is lost silently.
#![allow(clippy::unwrap_used)]

use super::{Ack, Acked, Acknowledge};
use crate::outcome::{Outcome, Refusal, RefusalKind};

async fn outcome(acked: Acked) -> Outcome {
    acked.await
}

/// Scenario: a batch is cloned for two branches. Guarantee: the sender hears nothing until both are resolved.
#[tokio::test]
async fn waits_for_every_share() {
    let (ack, acked) = Ack::pair(Acknowledge::default());
    let other = ack.clone();
    ack.resolve(Outcome::Delivered);
    let mut acked = Box::pin(acked);
    assert!(futures_poll(&mut acked).is_none());
    other.resolve(Outcome::permanent("bad"));
    assert_eq!(acked.await, Outcome::permanent("bad"));
}

/// Scenario: one branch refuses for good, the other for now. Guarantee: the sender is told to try again.
#[tokio::test]
async fn retryable_outranks_permanent() {
    let (ack, acked) = Ack::pair(Acknowledge::default());
    ack.clone().resolve(Outcome::permanent("bad"));
    ack.clone().resolve(Refusal::new(RefusalKind::Exhausted, "full").into());
    ack.resolve(Outcome::Partial { rejected: 3, reason: "three".into() });
    assert_eq!(outcome(acked).await, Refusal::new(RefusalKind::Exhausted, "full").into());
}

/// Scenario: a component forgets a batch. Guarantee: the sender is told to try again.
#[tokio::test]
async fn a_dropped_share_is_a_retryable_refusal() {
    let (ack, acked) = Ack::pair(Acknowledge::default());
    drop(ack);
    let Outcome::Refused(refusal) = outcome(acked).await else { panic!("refused") };
    assert!(refusal.is_retryable());
}

/// Scenario: three requests travel as one and five items are rejected. Guarantee: the counts add up to five.
#[tokio::test]
async fn partial_success_is_charged_once() {
    let pairs: Vec<_> = (0..3).map(|_| Ack::pair(Acknowledge::default())).collect();
    let (acks, acked): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    Ack::join(acks.into_iter().map(|ack| (ack, 4)).collect())
        .resolve(Outcome::Partial { rejected: 5, reason: "x".into() });
    let mut rejected = Vec::new();
    for acked in acked {
        rejected.push(match acked.await {
            Outcome::Partial { rejected, .. } => rejected,
            _ => 0,
        });
    }
    assert_eq!(rejected, [4, 1, 0]);
}

fn futures_poll(acked: &mut std::pin::Pin<Box<Acked>>) -> Option<Outcome> {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match acked.as_mut().poll(&mut cx) {
        std::task::Poll::Ready(outcome) => Some(outcome),
        std::task::Poll::Pending => None,
    }
}
