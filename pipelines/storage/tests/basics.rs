//! What goes in comes out, once, in order, and after a restart.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use super::super::orphans;
use super::*;
use crate::{Identity, RequestContext};

/// Scenario: a queue that holds something is worked with, left, and emptied; beside it lies what is no queue. Guarantee: it
/// is told of only while nobody works with it and something is in it.
#[tokio::test]
async fn what_nobody_delivers_is_found() {
    let place = Place::new();
    let base = place.directory.path();
    std::fs::create_dir(base.join("other")).unwrap();
    std::fs::write(base.join("other/notes.seg"), vec![1; 100]).unwrap();
    let queue = place.open();
    soon(offer(&queue, "one")).await;
    assert!(orphans(base).is_empty());
    leave(queue).await;
    assert_eq!(orphans(base), [(place.path(), disk_usage(&place.path()))]);
    assert_eq!(drain(place.open()).await, ["one"]);
    assert!(orphans(base).is_empty());
}

/// Scenario: batches are taken, one is done, one is given back, the process ends. Guarantee: senders hear that they
/// are stored; the next process hands out what was not done, oldest first, and nothing else.
#[tokio::test]
async fn what_is_not_done_comes_back() {
    let place = Place::new();
    let queue = place.open();
    for text in ["one", "two", "three"] {
        assert_eq!(soon(offer(&queue, text)).await, Outcome::Delivered);
    }
    let one = next(&queue).await;
    assert_eq!(bytes(&one), "one");
    next(&queue).await.done(Outcome::Delivered);
    drop(one);
    let again = next(&queue).await;
    assert_eq!(bytes(&again), "one");
    drop(again);
    leave(queue).await;
    let queue = place.open();
    assert_eq!(queue.usage().recovered.entries, 2);
    assert_eq!(drain(queue).await, ["one", "three"]);
    assert_eq!(place.open().usage().bytes, 0);
}

/// Scenario: every signal, any bytes, several parts, everything known of a sender. Guarantee: all of it is the same
/// after a restart, also the time it came in.
#[tokio::test]
async fn everything_survives() {
    let place = Place::new();
    let queue = place.open();
    let identity = Identity { attributes: vec![("subject".into(), "joe".into()), ("empty".into(), "".into())] };
    let clients: [SocketAddr; 2] = ["10.1.2.3:4317".parse().unwrap(), "[fe80::1%3]:80".parse().unwrap()];
    let contexts = [
        Context::default(),
        Context::new(RequestContext { client: Some(clients[0]), ..RequestContext::default() }),
        Context::new(RequestContext {
            client: Some(clients[1]),
            metadata: vec![("x-tenant".into(), "a".into()), ("x-tenant".into(), "b\u{e9}".into())],
            identity: Some(Arc::new(identity.clone())),
        }),
    ];
    let (before, parts) =
        (SystemTime::now(), [Bytes::from_static(&[0, 255, 0xe5]), Bytes::from(f64::NAN.to_le_bytes().to_vec())]);
    let mut sent = Vec::new();
    for signal in Signal::ALL {
        for context in &contexts {
            let telemetry = Telemetry::from_rope(signal, 7, parts.iter().cloned().collect());
            let (batch, acked) = Batch::tracked(telemetry, context.clone());
            queue.offer(batch);
            assert_eq!(soon(acked).await, Outcome::Delivered);
            sent.push((signal, context.clone()));
        }
    }
    leave(queue).await;
    let queue = place.open();
    for (signal, context) in sent {
        let stored = next(&queue).await;
        assert_eq!((stored.batch.signal(), stored.batch.items()), (signal, 7));
        assert_eq!(bytes(&stored), parts.concat());
        let back = stored.batch.context();
        assert_eq!((back.client(), back.all_metadata()), (context.client(), context.all_metadata()));
        assert_eq!(back.identity(), context.identity());
        assert!(stored.since >= before && stored.since <= SystemTime::now());
        stored.done(Outcome::Delivered);
    }
}

/// Scenario: an empty batch and one that is larger than what is kept in memory and than a segment. Guarantee: both
/// come back.
#[tokio::test]
async fn any_size() {
    let place = Place::with(|options| options.segment_bytes = 1 << 20);
    let queue = place.open();
    let large = Bytes::from(vec![7; 20 << 20]);
    assert_eq!(soon(offer(&queue, large.clone())).await, Outcome::Delivered);
    assert_eq!(soon(offer(&queue, "")).await, Outcome::Delivered);
    leave(queue).await;
    assert_eq!(drain(place.open()).await, [large, Bytes::new()]);
}

/// Scenario: a sender waits for the delivery, and the entry is given back once. Guarantee: it hears the outcome of the
/// delivery and nothing before; when the engine stops first, it is told to try again.
#[tokio::test]
async fn delivered_means_delivered() {
    let place = Place::new();
    let queue = place.open();
    let mut acked = Box::pin(offer_until(&queue, "one", Acknowledge::Delivered));
    let later = offer_until(&queue, "two", Acknowledge::Delivered);
    drop(next(&queue).await);
    let stored = next(&queue).await;
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut acked).await.is_err());
    stored.done(Outcome::permanent("bad"));
    assert_eq!(soon(acked).await, Outcome::permanent("bad"));
    leave(queue).await;
    let Outcome::Refused(refusal) = soon(later).await else { panic!("refused") };
    assert!(refusal.is_retryable());
    assert_eq!(drain(place.open()).await, ["two"]);
}

/// Scenario: the queue is closed while something waits. Guarantee: nothing more is taken, the rest is handed out, then
/// consumers hear that it is over.
#[tokio::test]
async fn close_hands_out_the_rest() {
    let place = Place::new();
    let queue = place.open();
    soon(offer(&queue, "one")).await;
    queue.close();
    let Outcome::Refused(refusal) = soon(offer(&queue, "two")).await else { panic!("refused") };
    assert!(refusal.is_retryable());
    next(&queue).await.done(Outcome::Delivered);
    assert!(soon(queue.next()).await.is_none());
    soon(queue.ended()).await;
}

/// Scenario: a second queue is opened on the same directory. Guarantee: it is refused with the path and who has it,
/// and can be opened once the first has left.
#[tokio::test]
async fn one_at_a_time() {
    let place = Place::with(|options| options.lock_timeout = Duration::from_millis(50));
    let queue = place.open();
    let refused = place.try_open().err().unwrap().to_string();
    assert!(refused.contains("in use by this process") && refused.contains("/queue"), "{refused}");
    leave(queue).await;
    place.open();
}

/// Scenario: the directory is not there. Guarantee: it is made only if that was asked for, with these permissions.
#[test]
fn directories_are_made_when_asked() {
    use std::os::unix::fs::PermissionsExt;
    let mut place = Place::new();
    place.options.directory = place.directory.path().join("a/b");
    let refused = place.try_open().err().unwrap().to_string();
    assert!(refused.contains("create_directory: true"), "{refused}");
    (place.options.create_directory, place.options.permissions) = (true, 0o700);
    place.try_open().unwrap();
    let mode = std::fs::metadata(place.options.directory.join("queue")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// Scenario: more is queued than is kept in memory, and many consumers take it at once. Guarantee: each entry is
/// handed out once, memory holds a part only, and the files are gone in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_consumers_drain_a_backlog() {
    let place = Place::with(|options| options.segment_bytes = 4 << 20);
    let queue = place.open();
    let mut acks = Vec::new();
    for number in 0_u32..400 {
        let mut telemetry = vec![0; 100_000];
        telemetry[..4].copy_from_slice(&number.to_le_bytes());
        acks.push(soon(offer(&queue, telemetry)).await);
    }
    assert!(acks.iter().all(|ack| *ack == Outcome::Delivered));
    queue.close();
    let consumers: Vec<_> = (0..8)
        .map(|_| {
            let queue = queue.clone();
            async move {
                let mut taken = Vec::new();
                while let Some(stored) = queue.next().await {
                    let number = u32::from_le_bytes(bytes(&stored)[..4].try_into().unwrap());
                    // Some fail at first.
                    if number % 7 != 0 || taken.len() % 2 == 0 {
                        taken.push(number);
                        stored.done(Outcome::Delivered);
                    } else {
                        drop(stored);
                        taken.push(u32::MAX);
                    }
                    tokio::task::yield_now().await;
                }
                taken
            }
        })
        .collect();
    let taken = soon(async {
        let mut tasks = tokio::task::JoinSet::new();
        #[allow(clippy::disallowed_methods)]
        consumers.into_iter().for_each(|consumer| drop(tasks.spawn(consumer)));
        tasks.join_all().await
    })
    .await;
    let mut taken: Vec<u32> = taken.into_iter().flatten().filter(|number| *number != u32::MAX).collect();
    taken.sort_unstable();
    assert_eq!(taken, (0..400).collect::<Vec<_>>());
    soon(queue.ended()).await;
    assert_eq!(place.segments().len(), 0);
    assert_eq!(queue.usage().bytes, 0);
}

/// Scenario: the directory is a file, or not there. Guarantee: the error says which of the two.
#[test]
fn a_file_is_no_directory() {
    let place = Place::with(|options| {
        options.directory.push("taken");
        std::fs::write(&options.directory, "").unwrap();
    });
    let Err(taken) = place.try_open() else { panic!("a file cannot hold queues") };
    assert!(taken.to_string().ends_with("taken is not a directory"), "{taken}");
    std::fs::remove_file(&place.options.directory).unwrap();
    let Err(missing) = place.try_open() else { panic!("it is not there") };
    assert!(missing.to_string().contains("does not exist; create it"), "{missing}");
}
