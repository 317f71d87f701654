//! What `tfo dry-run --level connect` finds, and `tfo schema sql postgres`.

use exporters::postgres::SchemaConfig;

use crate::Database;
use crate::support::postgres::{PASSWORD, USER};
use crate::support::tfo;

/// The exit code and what is printed for an exporter with these keys and a URL.
fn dry_run(url: &str, keys: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    let yaml = format!(
        "receivers:\n  otlp:\n    protocols: {{ http: {{ endpoint: '127.0.0.1:0' }} }}\n\
         exporters:\n  postgres: {{ endpoint: '{url}', {keys} }}\n\
         service:\n  telemetry: {{ metrics: {{ level: none }} }}\n  \
           pipelines:\n    logs: {{ receivers: [otlp], exporters: [postgres] }}\n"
    );
    std::fs::write(&file, yaml).unwrap();
    let ended = tfo(&["dry-run", "--level", "connect", "-c", file.to_str().unwrap()]);
    (ended.status.code().unwrap(), ended.stdout + &ended.stderr)
}

#[track_caller]
fn has((code, text): &(i32, String), expected: i32, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }
    assert_eq!(*code, expected, "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
}

/// Scenario: an empty database, then one with the tables, and with tables that differ.
/// Guarantee: the check says what is there and what would be made, in a transaction that leaves nothing behind; what
/// differs is named and ends with 78.
#[test]
fn tables_are_tried_without_a_trace() {
    let Some(database) = Database::new("tables_are_tried_without_a_trace") else { return };
    let url = database.server.url(&database.name);
    let relations = "SELECT count(*) FROM pg_class, pg_namespace";
    let before = database.number(relations);
    let server = format!("127.0.0.1:{} is PostgreSQL ", database.server.port());
    let found = dry_run(&url, "schema: 'a b', index_attributes: true");
    has(
        &found,
        0,
        &[&server, "lets `tfo` in with TLS 1.3 and takes writes", "can be made in schema `a b`", "take rows"],
    );
    assert_eq!(database.number(relations), before);
    has(&dry_run(&url, "create_schema: false"), 78, &["otel_logs does not exist"]);

    database.ask(&format!("SET ROLE {USER}; {}", exporters::postgres::ddl(&SchemaConfig::default())));
    let before = database.number(relations);
    let parts = ["have the columns that are written", "all 10 tables take rows (tried without any, and rolled back)"];
    has(&dry_run(&url, "create_schema: false"), 0, &parts);
    has(&dry_run(&url, "create_schema: true"), 0, &parts);
    assert_eq!(database.number(relations), before);

    database.ask("DROP SCHEMA clickhouse CASCADE; ALTER TABLE otel_logs ALTER flags TYPE bigint; ALTER TABLE otel_spans DROP links");
    let parts = ["otel_logs.flags is bigint instead of integer", "otel_spans has no column links (jsonb)"];
    has(&dry_run(&url, ""), 78, &parts);
}

/// Scenario: the database cannot be reached, does not exist, refuses the password, takes no writes, or the user may
/// make no tables, or not write into them.
/// Guarantee: each is named (one of two servers that is gone is a warning), with 69 for what cannot be reached and 77 for what is denied.
#[test]
fn refusals_are_named() {
    let Some(database) = Database::new("refusals_are_named") else { return };
    let url = database.server.url(&database.name);
    let two = url.replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:");
    has(&dry_run(&two, ""), 0, &["warning", "127.0.0.1:1: cannot connect", "takes writes", "take rows"]);
    has(&dry_run("postgres://x@127.0.0.1:1/x?sslmode=disable", ""), 69, &["127.0.0.1:1"]);
    has(&dry_run(&url.replace(&database.name, "nowhere"), ""), 77, &["nowhere", "does not exist"]);
    has(&dry_run(&url.replace(&format!(":{PASSWORD}@"), ":wrong@"), ""), 77, &["password authentication failed"]);

    // As others see a database of which they own nothing.
    database.ask(&format!("ALTER DATABASE {} OWNER TO admin", database.name));
    has(&dry_run(&url, ""), 77, &["permission denied for schema public", "tfo schema sql postgres"]);
    database.ask(&exporters::postgres::ddl(&SchemaConfig::default()));
    database.ask("GRANT USAGE ON SCHEMA clickhouse TO tfo; GRANT SELECT ON ALL TABLES IN SCHEMA public TO tfo");
    has(&dry_run(&url, ""), 77, &["user `tfo` may not insert into otel_logs", "otel_spans belongs to `admin`"]);
    database.ask("GRANT INSERT ON ALL TABLES IN SCHEMA public TO tfo");
    has(&dry_run(&url, "create_schema: false"), 0, &["take rows", "may not delete from otel_batches"]);

    database.ask(&format!("ALTER DATABASE {} SET default_transaction_read_only TO on", database.name));
    has(&dry_run(&url, ""), 78, &["takes reads only"]);
}

/// Scenario: `tfo schema sql postgres` with defaults, and with a file.
/// Guarantee: it prints what the exporter of that file would run.
#[test]
fn the_script_is_printed() {
    let printed = tfo(&["schema", "sql", "postgres"]);
    assert!(printed.status.success(), "{}", printed.stderr);
    assert_eq!(printed.stdout, exporters::postgres::ddl(&SchemaConfig::default()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    let yaml = "receivers: { otlp: { protocols: { http: {} } } }\n\
                exporters: { postgresql/a: { endpoint: 'postgres://x@h/d', schema: mine, index_attributes: true } }\n\
                service: { pipelines: { logs: { receivers: [otlp], exporters: [postgresql/a] } } }\n";
    std::fs::write(&file, yaml).unwrap();
    let printed = tfo(&["schema", "sql", "postgres", "-c", file.to_str().unwrap()]);
    let config = SchemaConfig { schema: "mine".into(), index_attributes: true, ..SchemaConfig::default() };
    assert_eq!(printed.stdout, exporters::postgres::ddl(&config), "{}", printed.stderr);
}
