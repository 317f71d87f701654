//! How statements go about their work, as SQLite plans them over the tables of the exporter.

use rusqlite::Connection;

use super::{logs, metric, metrics::Kind, metrics::names_sql, metrics::newest_sql, traces};

fn plan(sql: &str) -> String {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&exporters::sqlite::ddl()).unwrap();
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Parameters that are not bound are NULL, which no plan depends on.
    let mut rows = statement.raw_query();
    let mut plan = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        plan.push(row.get::<_, String>(3).unwrap());
    }
    plan.join("; ")
}

/// Scenario: statements that find the newest of a large table. Guarantee: each walks an index in the order that is asked
/// for, so that it ends after the limit and sorts nothing but the logs of one trace.
#[test]
fn large_tables_are_not_scanned() {
    for (sql, expected) in logs::statements() {
        let plan = plan(&sql);
        assert!(plan.starts_with(expected), "{sql}: {plan}");
        assert!(expected.contains("trace") || !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
    }
    for sql in traces::statements() {
        let plan = plan(&sql);
        assert!(plan.contains("USING INDEX otel_spans_by_time") && !plan.contains("TEMP"), "{sql}: {plan}");
    }
    for kind in Kind::ALL {
        let index = format!("INDEX {}_by_name (metric_name", kind.table());
        for sql in [newest_sql(kind), metric::points_sql(kind)] {
            let plan = plan(&sql);
            assert!(plan.contains(&index) && !plan.contains("TEMP") && !plan.contains("SCAN"), "{sql}: {plan}");
        }
        let plan = plan(&names_sql(kind));
        assert_eq!(plan.matches(&format!("{} USING COVERING INDEX", kind.table())).count(), 2, "{plan}");
    }
}
