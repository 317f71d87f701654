//! The statements, as text; `tests/clickhouse.rs` executes them.
#![allow(clippy::unwrap_used)]

use super::super::ddl;
use super::super::rows::{Attributes, Shape};
use super::*;

fn sql(yaml: &str, version: &str) -> String {
    ddl(&serde_yaml::from_str(yaml).unwrap(), version.parse().unwrap())
}

/// Scenario: tables on old and new servers. Guarantee: indices of words where the server has them, else filters.
#[test]
fn indices_fit_the_server() {
    let new = sql("{}", "26.9.2.1");
    assert!(new.contains("INDEX idx_lower_body lower(Body) TYPE text(tokenizer = 'splitByNonAlpha')"), "{new}");
    let old = sql("{}", "25.8");
    assert!(old.contains("INDEX idx_lower_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8"), "{old}");
    assert!(!old.contains("text(") && old.contains("`__otel_materialized_k8s.pod.name`"), "{old}");
    assert!("new".parse::<Version>().is_err() && "26".parse::<Version>().is_err());
}

/// Scenario: database, cluster, replicated engine, odd names. Guarantee: every statement says so, and only plain
/// engines get a window of their own.
#[test]
fn statements_name_cluster_and_engine() {
    let yaml = "{endpoint: 'http://a:1/otel', cluster_name: 'my`c', table_engine: {name: ReplicatedMergeTree, params: \"'/t/{table}', '{replica}'\"}, ttl: 720h, logs_table_name: 'we`ird'}";
    let replicated = sql(yaml, "26.9");
    assert!(replicated.starts_with("CREATE DATABASE IF NOT EXISTS `otel` ON CLUSTER `my\\`c`;\n"), "{replicated}");
    let (statements, clusters) =
        (replicated.matches("CREATE ").count(), replicated.matches(" ON CLUSTER `my\\`c`").count());
    assert_eq!((statements, clusters), (10, 10), "{replicated}");
    assert_eq!(replicated.matches("ENGINE = ReplicatedMergeTree('/t/{table}', '{replica}')").count(), 8);
    assert_eq!(replicated.matches(" + toIntervalDay(30)").count(), 8);
    assert!(replicated.contains("`otel`.`we\\`ird`") && !replicated.contains("deduplication_window"), "{replicated}");
    let plain = sql("{table_engine: {name: ReplacingMergeTree}}", "26.9");
    assert_eq!(plain.matches("non_replicated_deduplication_window = 10000").count(), 8);
    assert!(!plain.contains("CREATE DATABASE") && !plain.contains("TTL"), "{plain}");
}

/// Scenario: times to live. Guarantee: the largest unit that divides them, as the Collector writes them.
#[test]
fn intervals_are_those_of_the_collector() {
    for (seconds, expected) in [
        (0, None),
        (1, Some("toIntervalSecond(1)")),
        (1800, Some("toIntervalMinute(30)")),
        (7200, Some("toIntervalHour(2)")),
        (172_800, Some("toIntervalDay(2)")),
    ] {
        assert_eq!(interval(seconds).as_deref(), expected);
    }
}

/// Guarantee: every column that inserts name is in the tables that are made, with the same type.
#[test]
fn tables_have_the_columns_of_inserts() {
    for json in [false, true] {
        let config = Config { json, ..Config::default() };
        let schema = Schema { config: &config, database: "default", version: Version::TEXT_INDEX };
        let attributes = if json { Attributes::Json } else { Attributes::Map };
        for table in Table::ALL {
            let sql = schema.create(table);
            for column in Shape::newest(table, attributes).columns() {
                let (name, kind) = (column.name, column.type_name());
                let found = match name.split_once('.') {
                    None => {
                        sql.contains(&format!("`{name}` {kind} CODEC")) || sql.contains(&format!("`{name}` {kind},"))
                    }
                    Some((outer, inner)) => {
                        let kind = kind.trim_start_matches("Array(").strip_suffix(')').unwrap();
                        let nested =
                            sql.split_once(&format!("`{outer}` Nested (")).unwrap().1.split_once('\n').unwrap().0;
                        nested.contains(&format!("{inner} {kind}"))
                    }
                };
                assert!(found, "{name} {kind} is not in\n{sql}");
            }
        }
    }
}
