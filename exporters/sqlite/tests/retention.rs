//! What is deleted, and what becomes of its space.

use std::time::{Duration, SystemTime};

use pipelines::{BatchId, Context};

use super::super::retention;
use super::{Place, build, connect, logs, settings};

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}

/// Scenario: batches of several ages; their records are of 1970. Guarantee: those stored longer ago than `retention` are
/// deleted with what only they refer to, the others stay; 0 keeps all.
#[tokio::test]
async fn old_batches_are_deleted() {
    let place = Place::new("");
    for first in [0, 10, 20] {
        place.export(&logs(first, 10)).await.unwrap();
    }
    let mut connection = connect(&place.path());
    connection
        .execute("UPDATE otel_batches SET time_unix_nano = time_unix_nano - 3600000000000 WHERE last_row <= 20", [])
        .unwrap();
    let left = |more: &str, connection: &mut rusqlite::Connection, now| {
        retention::delete(connection, &settings(&place.path(), more), now).unwrap();
        place.rows(
            "SELECT count(*) AS count, min(id) AS first, (SELECT count(*) FROM otel_batches) AS batches FROM otel_logs",
        )
    };
    let expected = |count, first, batches| [serde_json::json!({ "count": count, "first": first, "batches": batches })];
    assert_eq!(left("retention: 0s", &mut connection, now() + Duration::from_secs(1 << 31)), expected(30, Some(1), 3));
    assert_eq!(left("retention: 2h", &mut connection, now()), expected(30, Some(1), 3));
    assert_eq!(left("retention: 30m", &mut connection, now()), expected(10, Some(21), 1));
    assert_eq!(place.number("SELECT count(*) FROM otel_resources"), 1);
    assert_eq!(left("", &mut connection, now() + Duration::from_secs(73 * 3600)), expected(0, None, 0));
    assert_eq!(place.number("SELECT (SELECT count(*) FROM otel_resources) + (SELECT count(*) FROM otel_scopes)"), 0);
    place.export(&logs(0, 1)).await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM otel_logs"), 1);
}

/// Scenario: many times more than `max_size` comes; then the bound is lowered. Guarantee: the file stays about as large as
/// allowed; what is left are the newest batches, whole; the space goes back to the file system.
#[tokio::test]
async fn too_much_is_deleted() {
    let place = Place::new("max_size: 4MiB");
    let mut largest = 0;
    for batch in 0..120 {
        place.export(&logs(batch * 2000, 2000)).await.unwrap();
        largest = largest.max(place.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"));
    }
    assert!((3 << 20..5 << 20).contains(&largest), "{largest}");
    let (first, rows) = (place.number("SELECT min(id) FROM otel_logs"), place.number("SELECT count(*) FROM otel_logs"));
    assert!(rows >= 10_000 && rows % 2000 == 0 && first + rows == 240_001, "{rows} from {first}");
    assert_eq!(place.number("SELECT count(*) FROM otel_batches"), rows / 2000);
    let smaller = build(&place.path(), "max_size: 1MiB");
    for batch in 0..2 {
        smaller.export(BatchId::fresh(), &logs(batch, 1), &Context::default()).await.unwrap();
    }
    drop(smaller);
    let size = place.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    assert!(size <= 5 << 18, "{size}");
    assert_eq!(place.rows("PRAGMA integrity_check"), [serde_json::json!({ "integrity_check": "ok" })]);
}

/// Scenario: a batch that is larger than `max_size`. Guarantee: it stays until another one has come.
#[tokio::test]
async fn the_newest_batch_stays() {
    let place = Place::new("max_size: 1MiB");
    for first in [0, 30_000] {
        place.export(&logs(first, 30_000)).await.unwrap();
        assert_eq!(place.number("SELECT count(*) FROM otel_logs"), 30_000);
    }
}
