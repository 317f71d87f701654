//! The walk agrees with what was encoded.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::args::{Compression, Encoding};
use crate::payload::{Shape, requests};

fn count(signal: Signal, items: usize, encoding: Encoding) -> Value {
    let shape = Shape { signal, items, record_size: 300, encoding, compression: Compression::None };
    let mut counts = Counts::new(vec!["http.method".into(), "bench.drop".into(), "service.name".into()]);
    counts.add(signal, &requests(shape).unwrap()[0], encoding == Encoding::Json).unwrap();
    counts.json()
}

/// Every item of every signal is counted, in both encodings.
#[test]
fn items_are_counted_in_protobuf_and_json() {
    for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            assert_eq!(count(signal, 105, encoding)[signal.name()], 105, "{signal} {encoding:?}");
        }
    }
}

/// Markers are told apart by level, on every kind of data point.
#[test]
fn markers_are_counted_on_items_and_resources() {
    for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
        let markers = &count(signal, 100, Encoding::Protobuf)["markers"];
        assert_eq!(markers["http.method"], json!({"items": 100, "resources": 0}));
        assert_eq!(markers["service.name"], json!({"items": 0, "resources": 1}));
        let marked = if signal == Signal::Logs { 0 } else { 10 };
        assert_eq!(markers["bench.drop"]["items"], marked, "{signal}");
    }
}

/// A body that is cut off is refused, not counted in part.
#[test]
fn a_cut_off_body_is_an_error() {
    let mut counts = Counts::default();
    assert!(counts.add(Signal::Logs, &[0x0a, 0x05, 0x12], false).is_err());
    assert_eq!(counts.json()["logs"], 0);
}
