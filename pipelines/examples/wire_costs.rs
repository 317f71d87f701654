//! What the wire model costs, on one request of 100 log records of 940 bytes with 10 attributes each.
//!
//! `cargo run --release -p pipelines --example wire_costs`
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use pipelines::otlp::check::{Invalid, check};
use pipelines::otlp::edit::{
    AttributeEdit, ConstantEdits, EncodedAttribute, Level, Mode, edit_attributes, insert_attributes, rename_attribute,
    retain, upsert_attributes,
};
use pipelines::otlp::{count::count, split::split};
use pipelines::{Signal, Telemetry};
use prost::Message;

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.into())) });
    KeyValue { key: key.into(), value, ..Default::default() }
}

fn request(text: &str) -> Bytes {
    let record = |i: u64| LogRecord {
        time_unix_nano: 1_700_000_000_000_000_000 + i,
        observed_time_unix_nano: 1_700_000_000_000_000_000 + i,
        severity_number: (i % 24) as i32,
        severity_text: "INFO".into(),
        body: Some(AnyValue { value: Some(Value::StringValue(text.repeat(3))) }),
        attributes: (0..10)
            .map(|j| attribute(&format!("http.attribute.key{j}"), &format!("some attribute value {i} {j}")))
            .collect(),
        trace_id: vec![0x91; 16],
        span_id: vec![0x82; 8],
        ..Default::default()
    };
    let scope = ScopeLogs { log_records: (0..100).map(record).collect(), ..Default::default() };
    let attributes = vec![
        attribute("service.name", "checkout"),
        attribute("host.name", "node-1"),
        attribute("k8s.pod.name", "checkout-abc"),
        attribute("cloud.region", "us-east-1"),
    ];
    let resource = Some(Resource { attributes, ..Default::default() });
    let resource_logs = vec![ResourceLogs { resource, scope_logs: vec![scope], ..Default::default() }];
    ExportLogsServiceRequest { resource_logs }.encode_to_vec().into()
}

/// Prints the best of many rounds, in microseconds.
fn measure<T>(name: &str, mut run: impl FnMut() -> T) {
    const ROUNDS: usize = 40;
    const RUNS: u32 = 100;
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..RUNS {
            black_box(run());
        }
        best = best.min(start.elapsed().as_secs_f64() / f64::from(RUNS));
    }
    println!("{name:44} {:8.2} us", best * 1e6);
}

fn main() -> Result<(), Invalid> {
    let ascii = "request completed in 12ms for user 12345 path /api/v1/items/998 with status 200 and a longer \
                 message body to look real ";
    let bytes = request(ascii);
    let mixed = request(&ascii.replace("user", "us\u{e9}r"));
    println!("{} bytes", bytes.len());
    let telemetry = Telemetry::from_wire(Signal::Logs, bytes.clone())?;
    let new = [EncodedAttribute::new("deployment.environment", "production")];
    measure("copy", || bytes.to_vec());
    measure("count", || count(Signal::Logs, black_box(&bytes)));
    measure("check", || check(Signal::Logs, black_box(&bytes)));
    measure("check, bodies with one letter beyond ASCII", || check(Signal::Logs, black_box(&mixed)));
    measure("views of all records", || {
        let mut sum = 0;
        telemetry.for_each_item(|item| {
            if let pipelines::otlp::view::ItemRef::Log(log) = item.kind {
                sum += log.time_unix_nano();
            }
        });
        sum
    });
    measure("resource insert", || insert_attributes(&telemetry, Level::Resource, &new));
    measure("resource upsert, present", || {
        upsert_attributes(&telemetry, Level::Resource, &[EncodedAttribute::new("host.name", "node-2")])
    });
    measure("record insert", || insert_attributes(&telemetry, Level::Record, &new));
    measure("record insert, closure", || {
        edit_attributes(&telemetry, Level::Record, |_, edits| {
            edits.insert("deployment.environment", "production");
        })
    });
    measure("record rename", || rename_attribute(&telemetry, Level::Record, "http.attribute.key5", "http.renamed"));
    measure("record rename, closure", || {
        edit_attributes(&telemetry, Level::Record, |_, edits| {
            edits.rename("http.attribute.key5", "http.renamed");
        })
    });
    let both = ConstantEdits::new([
        AttributeEdit::Set(Mode::Insert, new[0].clone()),
        AttributeEdit::Rename { from: "http.attribute.key5".into(), to: "http.renamed".into() },
    ]);
    measure("record insert and rename at once", || both.apply(&telemetry, Level::Record));
    measure("retain miss, severity", || {
        retain(&telemetry, Level::Record, |cx| cx.log().is_some_and(|log| log.severity_number() < 100))
    });
    measure("retain miss, attribute", || {
        retain(&telemetry, Level::Record, |cx| {
            cx.log().is_some_and(|log| log.attributes().get("http.attribute.key9").is_some())
        })
    });
    measure("retain nine in ten", || {
        let mut index = 0;
        retain(&telemetry, Level::Record, |_| {
            index += 1;
            index % 10 != 0
        })
    });
    measure("split in 3 by items", || split(telemetry.clone(), Some(40), None));
    measure("split in 4 by bytes", || split(telemetry.clone(), None, Some(25_000)));
    measure("prost decode", || ExportLogsServiceRequest::decode(&bytes[..]));
    Ok(())
}
