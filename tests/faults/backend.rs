//! Destinations that are down, slow or wrong for a while.

use std::time::Duration;

use crate::gateway::{Gateway, Queue};
use crate::load::{Load, Tally};
use crate::sink::Act;
use crate::trial::{Bounds, Trial};

/// Requests on their way at once from each of the two exporters.
const CONSUMERS: u64 = 4;

/// Well, then badly, then well again: each for this long.
const PHASE: Duration = Duration::from_millis(900);

/// The fault that takes a short timeout to get over.
const SILENT: &str = "backend accepts and never answers";

/// A steady load that all of these tests put on the engine.
const LOAD: Load = Load { rate: Some(2000), clients: 24, ..Load::MIXED };

/// Scenario: the sink goes away and comes back under load. Guarantee: nothing acknowledged is lost, what was
/// on its way comes twice at most, and clients of a memory queue are told to come again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_down_in_memory() {
    let tally = down(Queue::Memory).await;
    assert!(!tally.refused.is_empty(), "{}", tally.summary());
}

/// Scenario: the sink answers late. Guarantee: nothing is lost, nothing is sent twice because of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_slow_in_memory() {
    drop(slow(Queue::Memory).await);
}

/// Scenario: 429 with Retry-After, RESOURCE_EXHAUSTED with RetryInfo. Guarantee: nothing is lost, and nothing rejected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_429_in_memory() {
    let tally = refuses(Queue::Memory, "429 with Retry-After", Act::Refuse(429, 8, Some(1))).await;
    assert!(!tally.refused.is_empty(), "{}", tally.summary());
}

/// Scenario: 503 and UNAVAILABLE without a word about when. Guarantee: nothing is lost, and nothing rejected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_503_in_memory() {
    let tally = refuses(Queue::Memory, "503", Act::Refuse(503, 14, None)).await;
    assert!(!tally.refused.is_empty(), "{}", tally.summary());
}

/// Scenario: 400 and INVALID_ARGUMENT. Guarantee: clients of a memory queue hear that it is for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_400_in_memory() {
    let tally = rejects(Queue::Memory).await;
    assert!(!tally.permanent.is_empty() && tally.refused.is_empty(), "{}", tally.summary());
}

/// Scenario: requests are reset half way, and connections broken half way. Guarantee: they are sent again, once each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_resets_in_memory() {
    drop(resets(Queue::Memory).await);
}

/// Scenario: the sink takes requests and breaks the connection instead of saying so. Guarantee: nothing is lost, and
/// what comes twice is bounded by what was on its way over connections that broke.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_takes_and_hangs_up_in_memory() {
    drop(takes_and_cuts(Queue::Memory).await);
}

/// Scenario: the sink reads requests and never answers. Guarantee: after the timeout they are sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_never_answers_in_memory() {
    let tally = silent(Queue::Memory).await;
    assert!(!tally.refused.is_empty(), "{}", tally.summary());
}

/// Scenario: the sink rejects every seventh record and takes the rest. Guarantee: clients of a memory queue are told how
/// many, exactly; nothing is sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_partial_success_in_memory() {
    let (tally, rejected) = partial(Queue::Memory).await;
    assert!(tally.rejected == rejected && rejected > 0, "{rejected} rejected: {}", tally.summary());
}

/// Scenario: the same with queues on disk. Guarantee: clients never hear of it, and everything arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_down_on_disk() {
    assert_unnoticed(&down(Queue::Disk).await);
}

/// Scenario: a slow sink behind queues on disk. Guarantee: clients never hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_slow_on_disk() {
    assert_unnoticed(&slow(Queue::Disk).await);
}

/// Scenario: 429 with Retry-After behind queues on disk. Guarantee: clients never hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_429_on_disk() {
    assert_unnoticed(&refuses(Queue::Disk, "429 with Retry-After", Act::Refuse(429, 8, Some(1))).await);
}

/// Scenario: 503 behind queues on disk. Guarantee: clients never hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_503_on_disk() {
    assert_unnoticed(&refuses(Queue::Disk, "503", Act::Refuse(503, 14, None)).await);
}

/// Scenario: 400 behind queues on disk. Guarantee: what the sink rejects for good leaves the queue, once, and does not
/// hold up the rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_400_on_disk() {
    assert_unnoticed(&rejects(Queue::Disk).await);
}

/// Scenario: resets half way behind queues on disk. Guarantee: clients never hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_resets_on_disk() {
    assert_unnoticed(&resets(Queue::Disk).await);
}

/// Scenario: a sink behind queues on disk takes requests and hangs up. Guarantee: what comes twice is bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_takes_and_hangs_up_on_disk() {
    assert_unnoticed(&takes_and_cuts(Queue::Disk).await);
}

/// Scenario: a sink behind queues on disk never answers. Guarantee: clients never hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_never_answers_on_disk() {
    assert_unnoticed(&silent(Queue::Disk).await);
}

/// Scenario: partial success behind queues on disk. Guarantee: what is rejected is not sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_partial_success_on_disk() {
    let (tally, rejected) = partial(Queue::Disk).await;
    assert!(rejected > 0);
    assert_unnoticed(&tally);
}

// === faults ===

async fn down(queue: Queue) -> Tally {
    let (mut trial, bound) = start("backend down", queue).await;
    let sending = trial.load(LOAD);
    tokio::time::sleep(PHASE).await;
    trial.sink.down().await;
    tokio::time::sleep(PHASE).await;
    trial.sink.up();
    tokio::time::sleep(PHASE).await;
    let tally = sending.stop().await;
    assert!(tally.permanent.is_empty() && tally.unanswered.is_empty(), "{}", tally.summary());
    // Requests whose answers were on their way when the sink went.
    let bounds = Bounds { duplicates: 3 * CONSUMERS * LOAD.records, ..bound };
    trial.judge(tally.clone(), bounds).await;
    tally
}

async fn slow(queue: Queue) -> Tally {
    let (trial, bound) = start("backend slow", queue).await;
    let tally = phases(&trial, |_| Act::TakeLate(Duration::from_millis(300))).await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    trial.judge(tally.clone(), bound).await;
    tally
}

async fn refuses(queue: Queue, what: &str, act: Act) -> Tally {
    let (trial, bound) = start(&format!("backend {what}"), queue).await;
    let tally = phases(&trial, move |_| act).await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    trial.judge(tally.clone(), bound).await;
    tally
}

async fn silent(queue: Queue) -> Tally {
    let (trial, bound) = start(SILENT, queue).await;
    let tally = phases(&trial, |_| Act::Hang).await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    // On a busy machine a good answer may be later than the timeout as well.
    trial.judge(tally.clone(), Bounds { duplicates: 2 * CONSUMERS * LOAD.records, ..bound }).await;
    tally
}

async fn rejects(queue: Queue) -> Tally {
    let (trial, bound) = start("backend 400", queue).await;
    let tally = phases(&trial, |_| Act::Reject).await;
    trial.judge(tally.clone(), bound).await;
    tally
}

async fn resets(queue: Queue) -> Tally {
    let (trial, bound) = start("backend resets mid-stream", queue).await;
    let tally = phases(&trial, |number| match number % 7 {
        0 => Act::Cut,
        2 | 4 => Act::Reset,
        _ => Act::Take,
    })
    .await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    // A connection that is cut takes the answers to others with it.
    let cuts = trial.sink.seen().cuts;
    trial.judge(tally.clone(), Bounds { duplicates: cuts * CONSUMERS * LOAD.records, ..bound }).await;
    tally
}

async fn takes_and_cuts(queue: Queue) -> Tally {
    let (trial, bound) = start("backend takes and hangs up", queue).await;
    let tally = phases(&trial, |number| if number % 5 == 0 { Act::TakeAndCut } else { Act::Take }).await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    let cuts = trial.sink.seen().cuts;
    assert!(cuts > 0);
    trial.judge(tally.clone(), Bounds { duplicates: cuts * CONSUMERS * LOAD.records, ..bound }).await;
    tally
}

async fn partial(queue: Queue) -> (Tally, u64) {
    let (trial, bound) = start("backend partial success", queue).await;
    let tally = phases(&trial, |_| Act::TakePart(7)).await;
    assert!(tally.permanent.is_empty() && tally.refused.is_empty(), "{}", tally.summary());
    let rejected = trial.sink.seen().rejected.len() as u64;
    trial.judge(tally.clone(), bound).await;
    (tally, rejected)
}

// === parts of them ===

async fn start(fault: &str, queue: Queue) -> (Trial, Bounds) {
    // A time to try again that is shorter than the fault.
    let retry = "initial_interval: 20ms, max_interval: 200ms, max_elapsed_time: 600ms";
    let timeout = if fault == SILENT { "400ms" } else { "10s" };
    let gateway = Gateway { limit_mib: Some(50), retry, timeout, ..Gateway::new(queue) };
    let trial = Trial::start(&format!("{fault}, {}", queue.name()), |sink| gateway.yaml(sink)).await;
    (trial, Bounds { duplicates: 0, memory: gateway.memory() })
}

/// Clients have nothing but success.
fn assert_unnoticed(tally: &Tally) {
    assert!(tally.refused.is_empty() && tally.permanent.is_empty(), "{}", tally.summary());
}

/// The load while the sink behaves, does as it is told, and behaves again.
async fn phases(trial: &Trial, bad: impl Fn(u64) -> Act + Send + 'static) -> Tally {
    let sending = trial.load(LOAD);
    tokio::time::sleep(PHASE).await;
    trial.sink.plan(bad);
    tokio::time::sleep(PHASE).await;
    trial.sink.always(Act::Take);
    tokio::time::sleep(PHASE).await;
    let tally = sending.stop().await;
    assert!(tally.unanswered.is_empty(), "the engine answers everybody: {}", tally.summary());
    tally
}
