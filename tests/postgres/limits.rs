//! What is too long or too much for one index, transaction or attempt.

use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use serde_json::json;

use crate::data::{bodies, log, logs, metrics, pair, text};
use crate::support::postgres::Postgres;
use crate::{collector, post, store};

/// Scenario: thousands of rows of a batch are refused, and others are not. Guarantee: one attempt is enough to find out,
/// and few rows go down with those beside them.
#[test]
fn thousands_of_refused_rows_end_within_an_attempt() {
    let Some(postgres) = Postgres::shared("thousands_of_refused_rows_end_within_an_attempt") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    store(&tfo, "logs", &bodies(["first".to_owned()]));
    postgres.execute(&database, "ALTER TABLE otel_logs ADD CONSTRAINT no_poison CHECK (body NOT LIKE 'poison%')");
    let body = |n: u32| if n < 6000 { format!("poison {n}") } else { n.to_string() };
    let (status, answer) = post(&tfo, "logs", &bodies((0..8000).map(body)));
    assert!(status == 200 && answer.contains("no_poison"), "{status} {answer:?}");
    let stored = postgres.count(&database, "otel_logs") - 1;
    assert!((1900..=2000).contains(&stored), "{stored}");
}

/// Scenario: a resource whose name is longer than an index takes. Guarantee: its records are stored, and its name is whole
/// with the resource.
#[test]
fn a_name_beyond_an_index_is_stored() {
    let Some(postgres) = Postgres::shared("a_name_beyond_an_index_is_stored") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    // Nothing that could be compressed.
    let name: String =
        (1..2000_u32).map(|n| format!("{:08x}", n.wrapping_mul(n).wrapping_mul(2_654_435_761))).collect();
    let mut request = logs(vec![log()]);
    request.resource_logs[0].resource.as_mut().unwrap().attributes = vec![pair("service.name", text(&name))];
    store(&tfo, "logs", &request);
    let rows = postgres.rows(
        &database,
        "SELECT l.service_name AS short, r.attributes->>'service.name' AS long \
         FROM otel_logs l JOIN otel_resources r ON r.id = l.resource_id",
    );
    assert_eq!(rows[0], json!({"short": name[..1024], "long": name}));
}

/// Scenario: a megabyte that every row of a batch repeats. Guarantee: all rows are stored, once, over more than one
/// transaction.
#[test]
fn rows_beyond_a_transaction_are_stored_in_several() {
    let Some(postgres) = Postgres::shared("rows_beyond_a_transaction_are_stored_in_several") else { return };
    let database = postgres.database();
    let tfo = collector(&format!("endpoint: {}", postgres.url(&database)));
    let mut request = metrics();
    let metric = &mut request.resource_metrics[0].scope_metrics[0].metrics;
    metric.retain(|metric| matches!(metric.data, Some(Data::Gauge(_))));
    metric[0].description = "x".repeat(1 << 20);
    if let Some(Data::Gauge(gauge)) = &mut metric[0].data {
        let point = gauge.data_points[0].clone();
        gauge.data_points = vec![point; 40];
    }
    store(&tfo, "metrics", &request);
    let rows = postgres.rows(
        &database,
        "SELECT count(*) AS n, count(DISTINCT xmin::text) AS t, min(length(description)) AS l FROM otel_metrics_gauge",
    );
    assert_eq!(rows[0], json!({"n": 40, "t": 4, "l": 1 << 20}));
    assert_eq!(postgres.count(&database, "otel_batches"), 4);
}
