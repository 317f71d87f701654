//! Acks: every share counts, the worst outcome wins, nothing is lost silently.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::{Ack, Acked, Acknowledge, Batch, BatchId, Context, Identity, RequestContext, Telemetry};
use crate::Signal;
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

/// Scenario: batches of one tenant from two clients, then of another tenant, are joined. Guarantee: what is true of all
/// of them is still said, and nothing is said of one that is true of another.
#[test]
fn a_joined_batch_says_what_its_parts_share() {
    let batch = |client: u16, metadata: &[(&str, &str)], user: &str| {
        let own = |(name, value): &(&str, &str)| ((*name).into(), (*value).into());
        let context = RequestContext {
            client: Some(([127, 0, 0, 1], client).into()),
            metadata: metadata.iter().map(own).collect(),
            identity: Some(Arc::new(Identity { attributes: vec![own(&("username", user))] })),
        };
        let (ack, _) = Ack::pair(Acknowledge::default());
        Batch::from_parts(Telemetry::empty(Signal::Logs), Context::new(context), ack)
    };
    let joined = |batches| Batch::join(batches).remove(0).context().clone();
    let (zone, blue, green) = (("zone", "a"), ("tenant", "blue"), ("tenant", "green"));
    let same = joined(vec![batch(1, &[zone, blue], "ann"), batch(2, &[zone, blue], "ann")]);
    assert_eq!(
        (same.client(), same.metadata("tenant").next(), same.auth("username")),
        (None, Some("blue"), Some("ann"))
    );
    let other = joined(vec![batch(1, &[zone, blue], "ann"), batch(1, &[zone, green], "bob")]);
    assert_eq!((other.client().is_some(), other.metadata("tenant").next(), other.auth("username")), (true, None, None));
    assert_eq!(other.metadata("zone").collect::<Vec<_>>(), ["a"]);
    let twice = joined(vec![batch(1, &[blue], "ann"), batch(1, &[blue, green], "ann")]);
    assert_eq!(twice.metadata("tenant").count(), 0);
    let nobody =
        joined(vec![batch(1, &[blue], "ann"), Batch::tracked(Telemetry::empty(Signal::Logs), Context::default()).0]);
    assert_eq!((nobody.metadata("tenant").count(), nobody.identity()), (0, None));
}

fn futures_poll(acked: &mut std::pin::Pin<Box<Acked>>) -> Option<Outcome> {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match acked.as_mut().poll(&mut cx) {
        std::task::Poll::Ready(outcome) => Some(outcome),
        std::task::Poll::Pending => None,
    }
}

/// Scenario: a set of records is cut in several ways, and shares of it once more. Guarantee: other records, another id.
#[test]
fn shares_have_ids_of_their_own() {
    let id = BatchId::of(&[7]);
    let all =
        [id, id.share(0..4), id.share(0..2), id.share(2..4), id.share(0..4).share(0..2), id.share(0..2).share(0..2)];
    for (at, id) in all.iter().enumerate() {
        assert!(!all[..at].contains(id), "{at}");
    }
    assert_eq!(id.share(2..4), BatchId::of(&[7]).share(2..4));
}
