//! What goes in and how changes are named; whole dry runs are in `tests/engine`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::diff::{Change, diff, leaves};
use super::{InputError, read_input};
use crate::{Signal, Telemetry};

const LOG: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"body":{"stringValue":"paid"},"attributes":[{"key":"user","value":{"stringValue":"ada"}}]}]}]}]}"#;
const SPAN: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"pay"}]}]}]}"#;

fn one(json: &str) -> Telemetry {
    let mut read = read_input(json.as_bytes(), None).unwrap();
    assert_eq!(read.len(), 1);
    read.remove(0)
}

fn changes(before: &str, after: &str) -> Vec<Change> {
    diff(&leaves(&one(before)), &leaves(&one(after)))
}

/// Guarantee: an attribute that is new, gone or different is named as OTTL writes it, with its values; nothing else is.
#[test]
fn changes_are_named_as_in_ottl() {
    assert_eq!(changes(LOG, LOG), []);
    let path = r#"log.attributes["user"]"#.to_owned();
    let from = r#""ada""#.to_owned();
    let renamed = LOG.replace(r#""user""#, r#""user.id""#);
    assert_eq!(
        changes(LOG, &renamed),
        [
            Change::Removed { path: path.clone(), from: from.clone() },
            Change::Added { path: r#"log.attributes["user.id"]"#.to_owned(), to: from.clone() },
        ]
    );
    let hidden = LOG.replace("ada", "***");
    assert_eq!(changes(LOG, &hidden), [Change::Changed { path, from, to: r#""***""#.to_owned() }]);
}

/// Guarantee: resource, body and span fields have short paths too.
#[test]
fn every_level_has_a_short_path() {
    let path_of = |before: &str, from: &str, to: &str| match &changes(before, &before.replace(from, to))[..] {
        [Change::Changed { path, .. }] => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path_of(LOG, "shop", "till"), r#"resource.attributes["service.name"]"#);
    assert_eq!(path_of(LOG, "paid", "refunded"), "log.body");
    assert_eq!(path_of(SPAN, "pay", "refund"), "span.name");
}

/// Scenario: JSON lines of several signals with an empty line. Guarantee: each is read as what it is, in order.
#[test]
fn reads_json_lines() {
    let read = read_input(format!("{LOG}\n\n{SPAN}\n").as_bytes(), None).unwrap();
    let signals: Vec<_> = read.iter().map(|one| (one.signal(), one.items())).collect();
    assert_eq!(signals, [(Signal::Logs, 1), (Signal::Traces, 1)]);
}

/// Scenario: protobuf alone and behind lengths. Guarantee: both are read; a signal that is given is believed.
#[test]
fn reads_protobuf() {
    let wire = one(LOG).to_bytes();
    let read = read_input(&wire, Some(Signal::Logs)).unwrap();
    assert_eq!((read.len(), read[0].signal(), read[0].to_bytes()), (1, Signal::Logs, wire.clone()));
    let length = u32::try_from(wire.len()).unwrap().to_be_bytes();
    let framed = [&length[..], &wire, &length, &wire].concat();
    assert_eq!(read_input(&framed, Some(Signal::Logs)).unwrap().len(), 2);
}

/// Scenario: files that hold no telemetry. Guarantee: an error that says where, never a panic, at every cut length.
#[test]
fn broken_input_is_refused() {
    let error = read_input(format!("{LOG}\n{{\"records\": []}}").as_bytes(), None).unwrap_err();
    assert!(matches!(error, InputError::Json { line: 2, .. }), "{error}");
    assert!(error.to_string().contains("resourceLogs"), "{error}");
    for cut in 1..LOG.len() {
        assert!(matches!(read_input(&LOG.as_bytes()[..cut], None), Err(InputError::Json { line: 1, .. })), "{cut}");
    }
    assert!(matches!(read_input(b"not telemetry", None), Err(InputError::Unknown)));
    assert!(matches!(read_input(&[0xff; 64], None), Err(InputError::Unknown)));
}
