//! How many allocations it takes to encode rows for ClickHouse, counted by the allocator: none per row.
//!
//! One test only, since the counters are those of the whole process.
#![cfg(feature = "clickhouse")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::alloc::System;
use std::hint::black_box;
use std::sync::Arc;

use exporters::clickhouse::{ClickHouse, Config};
use pipelines::Telemetry;
use pipelines::component::{BuildContext, ComponentId, ExporterFactory};
use pipelines::otlp::build::LogsBuilder;
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
            record.body("request completed");
            record.trace_id(&[1; 16]);
            let mut attributes = record.attributes();
            attributes.put("http.route", "/api/v1/items");
            attributes.put("index", index as i64);
            attributes.put("duration", index as f64 / 8.0);
            attributes.put("ok", true);
        });
    }
    logs.finish()
}

/// Scenario: one block of few rows, another one of fifty times as many. Guarantee: the larger one allocates only what
/// doubles its buffers, a few times each.
#[test]
fn nothing_is_allocated_per_row() {
    let config: Config = serde_yaml::from_str("endpoint: http://127.0.0.1:1").unwrap();
    let exporter = ClickHouse::build(&Arc::new(config), &BuildContext::new(ComponentId::of("clickhouse"))).unwrap();
    let allocations = |rows: usize| {
        let telemetry = logs(rows);
        let region = Region::new(ALLOCATOR);
        drop(black_box(exporter.encode(&telemetry).unwrap()));
        let stats = region.change();
        stats.allocations + stats.reallocations
    };
    let (few, many) = (allocations(100), allocations(5000));
    assert!(many < few + 250, "{few} allocations for 100 rows, {many} for 5000");
}
