//! How many allocations the wire model makes, counted by the allocator: none per record.
//!
//! One test only, since the counters are those of the whole process.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::alloc::System;
use std::hint::black_box;

use bytes::Bytes;
use pipelines::otlp::build::LogsBuilder;
use pipelines::otlp::check::check;
use pipelines::otlp::count::count;
use pipelines::otlp::edit::{AttributeEdit, ConstantEdits, EncodedAttribute, Level, Mode, edit_attributes, retain};
use pipelines::{Signal, Telemetry};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn logs(records: usize) -> Telemetry {
    let mut logs = LogsBuilder::new();
    logs.resource(|resource| resource.put("service.name", "checkout"));
    logs.scope("scope", "");
    for index in 0..records {
        logs.record(|record| {
            record.time_unix_nano(index as u64);
            record.severity_number(9);
            record.body("request completed");
            let mut attributes = record.attributes();
            attributes.put("http.route", "/api/v1/items");
            attributes.put("k\u{e9}y", index as i64);
        });
    }
    logs.finish()
}

/// Allocations and reallocations of the second run: the first one fills the working memory.
fn allocations<T>(mut run: impl FnMut() -> T) -> usize {
    drop(black_box(run()));
    let region = Region::new(ALLOCATOR);
    let result = black_box(run());
    let stats = region.change();
    drop(result);
    stats.allocations + stats.reallocations
}

/// Reading allocates nothing; an edit allocates its output, what makes it `Bytes` and one short list, however many records there are.
#[test]
fn nothing_is_allocated_per_record() {
    let new = EncodedAttribute::new("deployment.environment", "production");
    for records in [1, 1000] {
        let telemetry = logs(records);
        let bytes: Bytes = telemetry.to_bytes();
        let none = |what: &str, count: usize| assert_eq!(count, 0, "{what} of {records} records");
        none("count", allocations(|| count(Signal::Logs, &bytes)));
        none("check", allocations(|| check(Signal::Logs, &bytes)));
        none("clone", allocations(|| telemetry.clone()));
        none("bytes", allocations(|| telemetry.to_bytes()));
        none(
            "walk",
            allocations(|| {
                let mut found = 0;
                telemetry.for_each_item(|item| found += usize::from(item.resource.attributes().contains("a")));
                found
            }),
        );
        none(
            "retain miss",
            allocations(|| {
                retain(&telemetry, Level::Record, |cx| {
                    cx.log()
                        .is_some_and(|log| log.severity_number() == 9 && log.attributes().get("http.route").is_some())
                })
            }),
        );
        none(
            "edit miss",
            allocations(|| {
                edit_attributes(&telemetry, Level::Record, |_, edits| {
                    edits.delete("absent");
                })
            }),
        );

        let output = |what: &str, count: usize| assert!(count <= 3, "{what} of {records} records: {count}");
        let insert = ConstantEdits::new([AttributeEdit::Set(Mode::Insert, new.clone())]);
        let rename = AttributeEdit::Rename { from: "http.route".into(), to: "url.path".into() };
        let several = ConstantEdits::new([AttributeEdit::Set(Mode::Upsert, new.clone()), rename]);
        output("resource insert", allocations(|| insert.apply(&telemetry, Level::Resource)));
        output("record insert", allocations(|| insert.apply(&telemetry, Level::Record)));
        output("record upsert and rename", allocations(|| several.apply(&telemetry, Level::Record)));
        output(
            "record edits",
            allocations(|| {
                edit_attributes(&telemetry, Level::Record, |_, edits| {
                    edits.upsert("http.route", "/");
                    edits.rename("k\u{e9}y", "key");
                })
            }),
        );
        output(
            "retain",
            allocations(|| {
                let mut index = 0;
                retain(&telemetry, Level::Record, |_| {
                    index += 1;
                    index % 2 == 0
                })
            }),
        );
    }
}
