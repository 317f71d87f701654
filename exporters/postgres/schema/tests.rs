//! Texts: names, quotes, and what the script is made of.

use pipelines::component::Problems;
use pipelines::config::Duration;

use super::script::{ident, literal};
use super::{SchemaConfig, TABLES, ddl};

/// Scenario: names and texts with quotes and backslashes.
/// Guarantee: they stay inside their quotes.
#[test]
fn quotes_are_doubled() {
    assert_eq!(ident("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
    assert_eq!(literal("it's \\ here"), "E'it''s \\\\ here'");
}

/// Scenario: a schema is called like the quotes around a block.
/// Guarantee: the block has other quotes.
#[test]
fn a_name_ends_no_block() {
    let config = SchemaConfig { views_schema: "$tfo0$ x".into(), ..SchemaConfig::default() };
    let script = ddl(&config);
    assert!(script.contains("DO $tfo1$"), "{script}");
    assert!(script.contains("\"$tfo0$ x\".otel_logs"), "{script}");
}

/// Scenario: the whole script.
/// Guarantee: it names every table, is one transaction and has no part left unfilled.
#[test]
fn the_script_is_complete() {
    let script = ddl(&SchemaConfig { schema: "a {views} b".into(), ..SchemaConfig::default() });
    for table in TABLES {
        assert!(script.contains(&format!("CREATE TABLE IF NOT EXISTS {} (", table.name)), "{}", table.name);
    }
    assert!(script.contains("\nBEGIN;\n") && script.ends_with("COMMIT;\n"), "{script}");
    let parts = ["{metric}", "{scope}", "{resource}", "{joins}", "{counts}", "{schema}", "{exemplars}"];
    assert!(parts.iter().all(|part| !script.contains(part)), "{script}");
    assert!(script.contains("FROM \"a {views} b\".otel_logs d"), "{script}");
}

/// Scenario: no views are wanted, or an index on attributes is.
/// Guarantee: the script says so.
#[test]
fn settings_are_heeded() {
    let script = ddl(&SchemaConfig::default());
    assert!(script.contains("CREATE VIEW") && !script.contains("jsonb_path_ops"));
    let config = SchemaConfig { views_schema: String::new(), index_attributes: true, ..SchemaConfig::default() };
    let script = ddl(&config);
    assert!(!script.contains("CREATE VIEW") && script.contains("jsonb_path_ops"));
}

/// Scenario: names that PostgreSQL refuses and settings that contradict each other.
/// Guarantee: each is an error at its key.
#[test]
fn wrong_settings_are_refused() {
    let default = SchemaConfig::default();
    let cases = [
        ("schema", SchemaConfig { schema: String::new(), ..default.clone() }),
        ("schema", SchemaConfig { schema: "x".repeat(64), ..default.clone() }),
        ("schema", SchemaConfig { schema: "pg_mine".into(), ..default.clone() }),
        ("views_schema", SchemaConfig { views_schema: "a\0".into(), ..default.clone() }),
        ("views_schema", SchemaConfig { views_schema: "public".into(), ..default.clone() }),
        ("retention", SchemaConfig { create_schema: false, retention: Duration::from_secs(1), ..default.clone() }),
    ];
    for (path, config) in cases {
        let mut problems = Problems::default();
        config.validate(&mut problems);
        let problems = problems.into_vec();
        assert_eq!(problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), [path], "{config:?}");
    }
    let mut problems = Problems::default();
    default.validate(&mut problems);
    assert!(problems.is_empty());
}
