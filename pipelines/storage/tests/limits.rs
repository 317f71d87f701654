//! What a queue may hold: exact, whatever is full, and counted when something is dropped.

use super::*;
use crate::outcome::RefusalKind;
use crate::storage::{Overflow, Sync};

/// Bytes of the telemetry that most of these tests send.
const SIZE: usize = 1000;

fn numbered(number: usize) -> String {
    format!("{number:0SIZE$}")
}

/// A place without syncs, which have no part in this.
fn quick(change: impl FnOnce(&mut Options)) -> Place {
    Place::with(|options| {
        options.sync = Sync::Never;
        change(options);
    })
}

/// Offers batches until one is refused, at most so many; how many were taken and what the refusal was.
async fn fill(queue: &DiskQueue, path: &Path, max_bytes: u64, at_most: usize) -> (usize, Option<Outcome>) {
    for number in 0..at_most {
        let outcome = soon(offer(queue, numbered(number))).await;
        let there = disk_usage(path);
        assert!(there <= max_bytes);
        assert_eq!(queue.usage().bytes, there);
        if outcome != Outcome::Delivered {
            return (number, Some(outcome));
        }
    }
    (at_most, None)
}

fn exhausted(outcome: Option<Outcome>) -> bool {
    matches!(outcome, Some(Outcome::Refused(refusal)) if refusal.kind == RefusalKind::Exhausted && refusal.after.is_some())
}

/// Scenario: more comes in than max_bytes. Guarantee: the directory never is larger, by no byte; what does not fit is
/// refused for now, with a time; there is room again when what was taken is done; a restart counts the same.
#[tokio::test]
async fn bytes_on_disk_are_bounded() {
    let place = quick(|options| (options.max_bytes, options.segment_bytes) = (100_000, 10_000));
    let queue = place.open();
    let (taken, refused) = fill(&queue, &place.path(), 100_000, 1000).await;
    assert!(exhausted(refused));
    // All but the headers and the space for one more entry is used.
    assert!((90..=96).contains(&taken), "{taken}");
    leave(queue).await;
    let queue = place.open();
    assert_eq!(queue.usage().bytes, disk_usage(&place.path()));
    assert!(exhausted(Some(soon(offer(&queue, numbered(0))).await)));
    for _ in 0..12 {
        next(&queue).await.done(Outcome::Delivered);
    }
    let again = soon(async {
        // The file goes when the writer has heard that all in it is done.
        while soon(offer(&queue, numbered(0))).await != Outcome::Delivered {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    again.await;
}

/// Scenario: everything in a full queue is done. Guarantee: all of its room comes back, also that of the file which is
/// still written to.
#[tokio::test]
async fn a_drained_queue_has_all_its_room() {
    let place = quick(|options| options.max_bytes = 1 << 20);
    let queue = place.open();
    for _ in 0..3 {
        let (taken, _) = fill(&queue, &place.path(), 1 << 20, 2000).await;
        assert!(taken > 900, "{taken}");
        for _ in 0..taken {
            next(&queue).await.done(Outcome::Delivered);
        }
        assert_eq!(queue.usage().waiting.entries, 0);
        soon(async {
            while disk_usage(&place.path()) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

/// Scenario: a batch that is larger than the whole queue may be. Guarantee: it is refused for good, because it never
/// can be taken.
#[tokio::test]
async fn what_never_fits_is_refused_for_good() {
    let place = Place::with(|options| options.max_bytes = 1000);
    let refused = soon(offer(&place.open(), numbered(0))).await;
    assert!(matches!(&refused, Outcome::Refused(refusal) if refusal.kind == RefusalKind::Permanent), "{refused:?}");
}

/// Scenario: queue_size in requests, items and bytes. Guarantee: exactly so much is taken, what is in flight counts,
/// and one batch always is.
#[tokio::test]
async fn capacity_is_exact() {
    let cases =
        [(Sizer::Requests, 5, 5), (Sizer::Items, 7, 7), (Sizer::Bytes, 4 * SIZE as u64, 4), (Sizer::Bytes, 1, 1)];
    for (sizer, units, expected) in cases {
        let mut place = Place::new();
        place.capacity = Capacity { units, sizer, ..PLENTY };
        let queue = place.open();
        let (taken, refused) = fill(&queue, &place.path(), u64::MAX, 20).await;
        assert_eq!((taken, exhausted(refused)), (expected, true), "{sizer:?}");
        let stored = next(&queue).await;
        assert!(exhausted(Some(soon(offer(&queue, numbered(0))).await)), "in flight counts");
        stored.done(Outcome::Delivered);
        assert_eq!(soon(offer(&queue, numbered(0))).await, Outcome::Delivered);
    }
}

/// Scenario: the oldest is to be dropped, and the number of requests is the bound. Guarantee: exactly the oldest go,
/// are counted, do not come back after a restart; a sender that waits for delivery is told to try again.
#[tokio::test]
async fn the_oldest_goes_when_the_capacity_is_used() {
    let mut place = Place::with(|options| options.overflow = Overflow::DropOldest);
    place.capacity = Capacity { units: 3, sizer: Sizer::Requests, ..PLENTY };
    let queue = place.open();
    let waits = offer_until(&queue, "0", Acknowledge::Delivered);
    for number in 1..=4 {
        assert_eq!(soon(offer(&queue, number.to_string())).await, Outcome::Delivered);
    }
    assert!(exhausted(Some(soon(waits).await).map(|outcome| match outcome {
        Outcome::Refused(refusal) => refusal.after(Duration::ZERO).into(),
        other => other,
    })));
    let usage = queue.usage();
    assert_eq!((usage.evicted_by_size.entries, usage.waiting.entries), (2, 3));
    leave(queue).await;
    assert_eq!(drain(place.open()).await, ["2", "3", "4"]);
}

/// Scenario: the oldest is to be dropped, and bytes on disk are the bound; one entry is in flight all the time.
/// Guarantee: every batch is taken, the directory never is too large, what is left are the newest, everything else is
/// counted; who has an entry that was dropped is not disturbed.
#[tokio::test]
async fn the_oldest_goes_when_the_disk_is_used() {
    let place = quick(|options| {
        (options.max_bytes, options.segment_bytes, options.overflow) = (100_000, 10_000, Overflow::DropOldest);
    });
    let queue = place.open();
    soon(offer(&queue, numbered(0))).await;
    let stored = next(&queue).await;
    let (taken, _) = fill(&queue, &place.path(), 100_000, 500).await;
    assert_eq!(taken, 500);
    let usage = queue.usage();
    assert_eq!(usage.evicted_by_size.entries + usage.waiting.entries, 500);
    assert_eq!(usage.in_flight.entries, 1);
    assert!(usage.waiting.entries > 80, "{usage:?}");
    assert_eq!(bytes(&stored), numbered(0));
    stored.done(Outcome::Delivered);
    let left = usize::try_from(usage.waiting.entries).unwrap();
    let expected: Vec<Bytes> = (500 - left..500).map(|number| numbered(number).into()).collect();
    assert_eq!(drain(queue).await, expected);
}

/// Scenario: the oldest may be dropped, but what is in flight alone leaves no room for the next batch. Guarantee: the
/// batch is refused, and nothing is dropped for it in vain.
#[tokio::test]
async fn nothing_is_dropped_in_vain() {
    let mut place = quick(|options| options.overflow = Overflow::DropOldest);
    place.capacity = Capacity { units: 4 * SIZE as u64, ..PLENTY };
    let queue = place.open();
    assert_eq!(fill(&queue, &place.path(), u64::MAX, 3).await.0, 3);
    let stored = next(&queue).await;
    assert!(exhausted(Some(soon(offer(&queue, vec![0; 4 * SIZE - 1])).await)));
    assert_eq!(queue.usage().evicted_by_size.entries, 0);
    assert_eq!(soon(offer(&queue, vec![0; 3 * SIZE])).await, Outcome::Delivered);
    assert_eq!(queue.usage().evicted_by_size.entries, 2);
    drop(stored);
}

/// Scenario: telemetry waited on disk for longer than max_age, which was set later. Guarantee: it is dropped, counted
/// and gone; without max_age it is kept, however old.
#[tokio::test]
async fn old_telemetry_goes_only_when_asked() {
    let mut place = Place::new();
    let queue = place.open();
    for number in 0..10 {
        soon(offer(&queue, numbered(number))).await;
    }
    leave(queue).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    let queue = place.open();
    assert_eq!(bytes(&next(&queue).await), numbered(0));
    leave(queue).await;
    place.options.max_age = Some(Duration::from_millis(20));
    let queue = place.open();
    soon(async {
        while queue.usage().evicted_by_age.entries < 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(queue.usage().waiting.entries, 0);
    assert_eq!(drain(queue).await, [""; 0]);
    assert_eq!(disk_usage(&place.path()), 0);
}
