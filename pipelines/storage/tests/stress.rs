//! Many senders and consumers at once, while everything else happens, too: the books balance to the last entry.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

use super::*;
use crate::storage::{Amount, Overflow, Sync};

/// What senders and consumers have seen.
#[derive(Default)]
struct Books {
    accepted: AtomicU64,
    refused: AtomicU64,
    done: Mutex<HashMap<u64, u64>>,
}

async fn send(queue: Arc<DiskQueue>, books: Arc<Books>, sender: u64) {
    for number in 0..400_u64 {
        let mut telemetry = (sender << 32 | number).to_le_bytes().to_vec();
        telemetry.resize(8 + usize::try_from(number * 37 % 3000).unwrap(), 1);
        match soon(offer(&queue, telemetry)).await {
            Outcome::Delivered => books.accepted.fetch_add(1, Ordering::SeqCst),
            _ => books.refused.fetch_add(1, Ordering::SeqCst),
        };
    }
}

async fn consume(queue: Arc<DiskQueue>, books: Arc<Books>, pause: Duration) {
    let mut seen = 0_u64;
    while let Some(stored) = queue.next().await {
        seen += 1;
        let number = u64::from_le_bytes(bytes(&stored)[..8].try_into().unwrap());
        if seen.is_multiple_of(5) {
            drop(stored);
        } else {
            stored.done(Outcome::Delivered);
            *books.done.lock().unwrap().entry(number).or_default() += 1;
        }
        if seen.is_multiple_of(8) {
            tokio::time::sleep(pause).await;
        }
    }
}

/// Runs senders and consumers against a small queue; what was done and what the queue says.
async fn run(overflow: Overflow, pause: Duration) -> (Arc<Books>, crate::storage::Usage) {
    let place = Place::with(|options| {
        (options.sync, options.overflow) = (Sync::Never, overflow);
        (options.max_bytes, options.segment_bytes) = (200_000, 20_000);
    });
    let (queue, books) = (place.open(), Arc::new(Books::default()));
    let (mut senders, mut consumers) = (JoinSet::new(), JoinSet::new());
    #[allow(clippy::disallowed_methods)]
    for number in 0..4 {
        senders.spawn(send(queue.clone(), books.clone(), number));
        consumers.spawn(consume(queue.clone(), books.clone(), pause));
    }
    let watch = async {
        while senders.join_next().await.is_some() {
            assert!(disk_usage(&place.path()) <= 200_000);
        }
        queue.close();
        consumers.join_all().await;
    };
    tokio::time::timeout(Duration::from_secs(60), watch).await.expect("it hangs");
    soon(queue.ended()).await;
    (books, queue.usage())
}

fn balanced(books: &Books, usage: &crate::storage::Usage) {
    let done = books.done.lock().unwrap();
    assert!(done.values().all(|times| *times == 1), "nothing is delivered twice");
    let accepted = books.accepted.load(Ordering::SeqCst);
    let left = usage.waiting.entries + usage.in_flight.entries + usage.evicted_by_size.entries;
    assert_eq!(accepted, done.len() as u64 + left, "{usage:?}");
    assert_eq!(usage.corrupt, Amount::default());
}

/// Scenario: four senders, four consumers that give back every fifth entry, a queue that is full now and then.
/// Guarantee: what is accepted is delivered exactly once; the directory never is too large; in the end it is empty.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refusing() {
    let (books, usage) = run(Overflow::Refuse, Duration::from_millis(1)).await;
    balanced(&books, &usage);
    assert_eq!((usage.waiting.entries, usage.evicted_by_size.entries, usage.bytes), (0, 0, 0));
}

/// Scenario: the same, where the oldest is dropped and consumers are slow. Guarantee: what is accepted is delivered
/// once or counted as dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dropping_the_oldest() {
    let (books, usage) = run(Overflow::DropOldest, Duration::from_millis(20)).await;
    balanced(&books, &usage);
    assert_eq!((usage.waiting.entries, usage.bytes), (0, 0));
    assert!(usage.evicted_by_size.entries > 0);
}
