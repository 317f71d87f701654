//! A gigabyte, in small requests and in huge ones.

use crate::gateway::{Gateway, Queue};
use crate::load::Load;
use crate::soak;
use crate::trial::{Bounds, Trial};

const GIGABYTE: u64 = 1_000_000_000;

/// Scenario: a gigabyte in requests of 20 MB, four at a time. Guarantee: all of it arrives unaltered, or is refused to
/// come again; memory stays within the budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_of_huge_requests_in_memory() {
    huge(Queue::Memory).await;
}

/// Scenario: a gigabyte in requests of 10 kB, then 5 MB (a gigabyte in a long run) in requests of one record of 200
/// bytes, over 16 connections. Guarantee: all of it arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_of_small_requests_in_memory() {
    small(Queue::Memory, 10, 1000, GIGABYTE).await;
    small(Queue::Memory, 1, 200, tiny()).await;
}

/// Scenario: the gigabyte of huge requests through queues on disk. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_of_huge_requests_on_disk() {
    huge(Queue::Disk).await;
}

/// Scenario: the small requests through queues on disk. Guarantee: the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_of_small_requests_on_disk() {
    small(Queue::Disk, 10, 1000, GIGABYTE).await;
    small(Queue::Disk, 1, 200, tiny()).await;
}

/// Bytes of the smallest requests, each of which costs nearly as much as a large one.
fn tiny() -> u64 {
    if soak().is_some() { GIGABYTE } else { GIGABYTE / 200 }
}

async fn huge(queue: Queue) {
    // What is in hand comes out of the same budget: more of it at once would only shut clients out.
    let gateway = Gateway { timeout: "60s", sending_queue: "num_consumers: 1", ..Gateway::new(queue) };
    let trial = Trial::start(&format!("1 GB of requests of 20 MB, {}", queue.name()), |sink| gateway.yaml(sink)).await;
    let load = Load { clients: 4, records: 20, size: 1_000_000, requests: GIGABYTE / 20_000_000 + 1, ..Load::MIXED };
    let tally = trial.load(load).end().await;
    assert!(tally.permanent.is_empty(), "{}", tally.summary());
    assert!(tally.acknowledged() * 2 > tally.sent, "most of it is taken: {}", tally.summary());
    trial.judge(tally, Bounds { duplicates: 0, memory: gateway.memory() }).await;
}

async fn small(queue: Queue, records: u64, size: usize, bytes: u64) {
    let each = records * size as u64;
    let gateway = Gateway { sending_queue: "num_consumers: 32", ..Gateway::new(queue) };
    let name = format!("{} MB of requests of {} B, {}", bytes / 1_000_000, each, queue.name());
    let trial = Trial::start(&name, |sink| gateway.yaml(sink)).await;
    let load = Load { clients: 16, records, size, requests: bytes / each, ..Load::MIXED };
    let tally = trial.load(load).end().await;
    assert!(tally.permanent.is_empty() && tally.unanswered.is_empty(), "{}", tally.summary());
    trial.judge(tally, Bounds { duplicates: 0, memory: gateway.memory() }).await;
}
