//! Log records: a body of text, six attributes, severity and ids.

use super::random::Random;
use super::{MARK_EVERY, Shape, attribute, resource, scope, text};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

/// What a record of this file takes beside its body, in bytes.
const BESIDE_BODY: usize = 240;

/// 21 Nov 2026, in nanoseconds since 1970.
const TIME: u64 = 1_795_219_200_000_000_000;

pub(super) fn resource_logs(shape: Shape, random: &mut Random) -> ResourceLogs {
    let log_records = (0..shape.items).map(|index| record(shape, index, random)).collect();
    ResourceLogs {
        resource: Some(resource(random)),
        scope_logs: vec![ScopeLogs { scope: Some(scope()), log_records, ..ScopeLogs::default() }],
        ..ResourceLogs::default()
    }
}

fn record(shape: Shape, index: usize, random: &mut Random) -> LogRecord {
    let (severity_number, severity_text) = if index.is_multiple_of(MARK_EVERY) { (5, "DEBUG") } else { (9, "INFO") };
    let time = TIME + random.below(1_000_000_000);
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time + 1_000_000,
        severity_number,
        severity_text: severity_text.into(),
        body: Some(random.body(shape.record_size.saturating_sub(BESIDE_BODY).max(1))),
        attributes: vec![
            text("http.method", "POST"),
            attribute("http.response.status_code", Value::IntValue(200 + random.below(3) as i64)),
            text("url.path", &format!("/api/v1/orders/{:06}", random.below(1_000_000))),
            text("thread.name", &format!("worker-{:02}", random.below(32))),
            text("code.function.name", "Checkout.place_order"),
            attribute("duration_ms", Value::DoubleValue(random.below(100_000) as f64 / 100.0)),
        ],
        trace_id: random.id(16),
        span_id: random.id(8),
        flags: 1,
        ..LogRecord::default()
    }
}
