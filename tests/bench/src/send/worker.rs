//! One worker: send, wait for the answer, note it, again.

use super::client::Client;
use super::outcome::{Outcome, Tally};
use super::schedule::Schedule;
use bytes::Bytes;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// How long a worker rests after a retryable error, so that a dead receiver is not hammered.
const REST: Duration = Duration::from_millis(10);

pub(super) async fn run(client: Rc<Client>, bodies: Rc<[Bytes]>, schedule: Rc<Schedule>, tally: Rc<RefCell<Tally>>) {
    while let Some(turn) = schedule.next().await {
        let body = bodies[turn.number as usize % bodies.len()].clone();
        let outcome = client.export(body).await;
        let retryable = matches!(outcome, Outcome::Retryable(_));
        tally.borrow_mut().add(outcome, turn.due.elapsed());
        if retryable {
            tokio::time::sleep(REST).await;
        }
    }
}
