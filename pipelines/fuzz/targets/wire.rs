//! Any bytes through check, views, edits and splitting. The first byte chooses the signal and what is done.
//!
//! What the check accepts must be decodable by prost, with as many items; everything that is made of it must pass the
//! check again. What it refuses must still be read without a panic.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use pipelines::otlp::edit::{
    EncodedAttribute, Level, edit_attributes, insert_attributes, rename_attribute, retain, upsert_attributes,
};
use pipelines::otlp::split::split;
use pipelines::{Signal, Telemetry};
use prost::Message;

const LEVELS: [Level; 6] =
    [Level::Resource, Level::Scope, Level::Metric, Level::Record, Level::SpanEvent, Level::DataPoint];

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let signal = Signal::ALL[usize::from(choice % 4)];
    let level = LEVELS[usize::from(choice / 4) % LEVELS.len()];
    let bytes = Bytes::copy_from_slice(bytes);
    let unchecked = Telemetry::from_trusted(signal, bytes.clone());
    unchecked.for_each_item(|item| drop(format!("{item:?}")));
    for edited in edits(&unchecked, level) {
        drop(split(edited, Some(2), Some(64)));
    }
    let Ok(telemetry) = Telemetry::from_wire(signal, bytes.clone()) else { return };
    assert_eq!(telemetry.items(), unchecked.items());
    let decoded = match signal {
        Signal::Logs => ExportLogsServiceRequest::decode(bytes).map(drop),
        Signal::Traces => ExportTraceServiceRequest::decode(bytes).map(drop),
        Signal::Metrics => ExportMetricsServiceRequest::decode(bytes).map(drop),
        Signal::Profiles => Ok(()),
    };
    decoded.expect("prost decodes what the check accepts");
    for edited in edits(&telemetry, level) {
        checked(&edited);
        let items: usize = split(edited.clone(), Some(2), None)
            .iter()
            .map(|piece| {
                checked(piece);
                assert!(piece.items() <= 2 || signal == Signal::Profiles);
                piece.items()
            })
            .sum();
        assert_eq!(items, edited.items());
    }
});

fn edits(telemetry: &Telemetry, level: Level) -> Vec<Telemetry> {
    let new = [EncodedAttribute::new("a", "b"), EncodedAttribute::new("key", 1_i64)];
    let mut index = 0;
    let (some, _) = retain(telemetry, level, |_| {
        index += 1;
        index % 3 != 0
    });
    vec![
        telemetry.clone(),
        insert_attributes(telemetry, level, &new),
        upsert_attributes(telemetry, level, &new),
        rename_attribute(telemetry, level, "a", "key"),
        edit_attributes(telemetry, level, |cx, edits| {
            drop(format!("{cx:?}"));
            edits.upsert("a", "new");
            edits.rename("key", "k");
            edits.delete("");
        }),
        some,
    ]
}

fn checked(telemetry: &Telemetry) {
    let again = Telemetry::from_wire(telemetry.signal(), telemetry.to_bytes()).expect("an edit keeps the bytes valid");
    assert_eq!(again.items(), telemetry.items());
}
