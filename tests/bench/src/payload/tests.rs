//! The requests are what the documentation of the benchmark says they are.
#![allow(clippy::unwrap_used)]

use super::*;

fn shape(signal: Signal) -> Shape {
    Shape { signal, items: 100, record_size: 1000, encoding: Encoding::Protobuf, compression: Compression::None }
}

/// 100 records of about 1 kB, one in ten marked, all with ids.
#[test]
fn logs_have_the_size_and_the_marks_they_promise() {
    let bodies = requests(shape(Signal::Logs)).unwrap();
    assert_eq!(bodies.len(), DISTINCT);
    assert_ne!(bodies[0], bodies[1]);
    assert!((95_000..110_000).contains(&bodies[0].len()), "{} bytes", bodies[0].len());
    let request = ExportLogsServiceRequest::decode(bodies[0].clone()).unwrap();
    let records = &request.resource_logs[0].scope_logs[0].log_records;
    assert_eq!(records.len(), 100);
    assert_eq!(records.iter().filter(|record| record.severity_text == "DEBUG").count(), 10);
    assert!(records.iter().all(|record| record.trace_id.len() == 16 && record.span_id.len() == 8));
}

/// The number of data points is the one asked for, also when it does not fill the last metric.
#[test]
fn metrics_have_as_many_points_as_asked_for() {
    let body = request(Shape { items: 25, ..shape(Signal::Metrics) }, 0).unwrap();
    let request = ExportMetricsServiceRequest::decode(body).unwrap();
    assert_eq!(request.resource_metrics[0].scope_metrics[0].metrics.len(), 3);
}

/// Compressed bodies open to the plain ones.
#[test]
fn compressed_requests_hold_the_plain_ones() {
    let plain = request(shape(Signal::Traces), 7).unwrap();
    let zstd = request(Shape { compression: Compression::Zstd, ..shape(Signal::Traces) }, 7).unwrap();
    assert_eq!(zstd::bulk::decompress(&zstd, 1 << 20).unwrap(), plain);
}
