//! The servers that the tests start.

use crate::support::clickhouse::ClickHouse;
use crate::support::postgres::Postgres;

/// Scenario: the engine of ClickHouse is killed and started anew. Guarantee: it has its data, and a port that is the same.
#[test]
fn clickhouse_survives_a_kill() {
    let Some(server) = ClickHouse::start("ClickHouse") else { return };
    let database = server.database();
    server.execute(&database, "CREATE TABLE t (n UInt64, f Float64) ENGINE = MergeTree ORDER BY n");
    server.execute(&database, "INSERT INTO t VALUES (18446744073709551615, nan)");
    server.kill();
    assert!(server.ask(&database, "SELECT 1").is_err(), "somebody answers");
    server.restart();
    let rows = server.rows(&database, "SELECT * FROM t");
    assert_eq!(rows, [serde_json::json!({ "n": u64::MAX, "f": "nan" })]);
    server.fail("503 Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)");
    let answer = server.ask(&database, "SELECT 1").unwrap();
    assert_eq!((answer.status, answer.code), (503, Some(252)), "{}", answer.text);
    server.heal();
    assert_eq!(server.count(&database, "t"), 1);
}

/// Scenario: PostgreSQL is killed with all its processes and started anew. Guarantee: the same.
#[test]
fn postgres_survives_a_kill() {
    let Some(server) = Postgres::start("PostgreSQL") else { return };
    let database = server.database();
    server.execute(&database, "CREATE TABLE t (n bigint, f float8); INSERT INTO t VALUES (1, 'NaN')");
    server.kill();
    assert!(server.ask(&database, "SELECT 1").is_err(), "somebody answers");
    server.restart();
    assert_eq!(server.rows(&database, "SELECT * FROM t"), [serde_json::json!({ "n": 1, "f": "NaN" })]);
    let refused = server.ask(&database, "SELECT nothing").unwrap_err();
    assert_eq!(refused, "42703: column \"nothing\" does not exist");
    assert_eq!(server.count(&database, "t"), 1);
}

/// Scenario: two tests share a server. Guarantee: each has a database of its own.
#[test]
fn a_shared_server_has_many_databases() {
    let Some(server) = Postgres::shared("PostgreSQL") else { return };
    assert_ne!(server.database(), server.database());
    let Some(server) = ClickHouse::shared("ClickHouse") else { return };
    assert_ne!(server.database(), server.database());
}
