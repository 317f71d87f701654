//! Age to the nanosecond, and clocks that jump: the state is told what time it is.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use super::super::entry::Incoming;
use super::super::format::{SEGMENT_HEADER, SegmentId};
use super::super::{Capacity, Options, Usage};
use super::{State, Written};
use crate::batch::Acknowledge;
use crate::outcome::Outcome;
use crate::runtime::{Sizer, now};
use crate::{Batch, Context, Signal, Telemetry};

const HOUR: Duration = Duration::from_secs(3600);

fn state(max_age: Option<Duration>) -> State {
    let options = Options { max_age, ..Options::new("/nowhere") };
    let capacity = Capacity { units: u64::MAX, sizer: Sizer::Bytes, blocks: false };
    let mut state = State::new("queue", &options, capacity, Vec::new(), 0, Usage::default());
    state.begin(SegmentId { number: 1, salt: 1 });
    state
}

/// A batch comes in at that time and is written.
fn store(state: &mut State, since: SystemTime) {
    let batch = Batch::tracked_until(Telemetry::empty(Signal::Logs), Context::default(), Acknowledge::Stored).0;
    state.admit(Incoming::new(batch, since).ok().unwrap(), now(), since);
    let offset = state.segments.values().next_back().map_or(SEGMENT_HEADER, |last| last.length);
    let written = state.take_work().0.into_iter().map(|incoming| Written { incoming, offset }).collect();
    state.commit(1, written);
    assert!(state.take_told().iter().all(|(_, outcome)| *outcome == Outcome::Delivered));
}

/// Scenario: telemetry reaches max_age. Guarantee: it is handed out at that age, and dropped and counted a nanosecond
/// later.
#[test]
fn age_is_exact() {
    let start = SystemTime::now();
    for (late, dropped) in [(Duration::ZERO, 0), (Duration::from_nanos(1), 1)] {
        let mut state = state(Some(HOUR));
        store(&mut state, start);
        store(&mut state, start + HOUR);
        assert!(state.take(start + HOUR + late).is_some());
        let usage = state.usage();
        assert_eq!((usage.evicted_by_age.entries, usage.in_flight.entries), (dropped, 1));
        assert_eq!(usage.waiting.entries, 1 - dropped);
    }
}

/// Scenario: the clock jumps by a year, in either direction. Guarantee: without max_age nothing is dropped; with it,
/// nothing when the clock is set back.
#[test]
fn clocks_may_jump() {
    let (start, year) = (SystemTime::now(), 9000 * HOUR);
    for (max_age, clock) in [(None, start + year), (None, start - year), (Some(HOUR), start - year)] {
        let mut state = state(max_age);
        store(&mut state, start);
        store(&mut state, clock);
        assert!(state.take(clock).is_some() && state.take(clock).is_some());
        assert_eq!(state.usage().evicted_by_age.entries, 0);
    }
}

/// Scenario: an entry is in flight for longer than max_age, and is given back. Guarantee: who has it is not disturbed;
/// given back, it is dropped.
#[test]
fn what_is_in_flight_is_left_alone() {
    let start = SystemTime::now();
    let mut state = state(Some(HOUR));
    store(&mut state, start);
    let handed = state.take(start).unwrap();
    state.expire(start + 2 * HOUR);
    assert_eq!(state.usage().in_flight.entries, 1);
    state.give_back(handed);
    assert!(state.take(start + 2 * HOUR).is_none());
    assert_eq!(state.usage().evicted_by_age.entries, 1);
}
