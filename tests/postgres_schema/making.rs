//! Making the tables, and finding out that they are not as they must be.

use std::process::Command;
use std::time::Duration;

use exporters::postgres::{Error, Schema, SchemaConfig, ddl};

use crate::support::postgres::{ADMIN, PASSWORD, programs};
use crate::{Database, first};

fn psql(database: &Database, user: &str, script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.sql");
    std::fs::write(&file, script).unwrap();
    let mut psql = Command::new(programs("psql").unwrap().join("psql"));
    psql.args(["-v", "ON_ERROR_STOP=1", "-q", "-U", user, "-d", &database.name, "-f"]).arg(&file);
    psql.arg("-h").arg(database.server.server().path("")).arg("-p").arg(database.server.port().to_string());
    let ended = psql.env("PGPASSWORD", PASSWORD).output().unwrap();
    assert!(ended.status.success(), "{}\n{script}", String::from_utf8_lossy(&ended.stderr));
    assert!(ended.stdout.is_empty(), "{}", String::from_utf8_lossy(&ended.stdout));
}

/// Scenario: the printed script is run twice by psql, then the exporter comes with `create_schema: false` and `true`.
/// Guarantee: psql takes it both times; the exporter finds everything in order and makes nothing more.
#[tokio::test]
async fn psql_runs_the_script() {
    let Some(database) = Database::new("psql_runs_the_script") else { return };
    let config = SchemaConfig { index_attributes: true, ..SchemaConfig::default() };
    psql(&database, "tfo", &ddl(&config));
    let relations = database.number("SELECT count(*) FROM pg_class");
    psql(&database, "tfo", &ddl(&config));
    let client = database.client().await;
    for create_schema in [false, true] {
        database.prepared(&client, SchemaConfig { create_schema, ..config.clone() }).await;
    }
    assert_eq!(database.number("SELECT count(*) FROM pg_class"), relations);
    // Seven tables, each with its default partition and three days.
    assert_eq!(
        database.number("SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhparent AND relkind = 'p'"),
        28
    );
}

/// Scenario: eight gateways prepare, maintain and want the same days of an empty database at the same moment.
/// Guarantee: none of them fails, and the tables are made once.
#[tokio::test(flavor = "multi_thread")]
async fn many_gateways_start_at_once() {
    let Some(database) = Database::new("many_gateways_start_at_once") else { return };
    let mut gateways = Vec::new();
    for _ in 0..8 {
        let client = database.client().await;
        gateways.push(tokio::spawn(async move {
            let schema = Schema::new(SchemaConfig { index_attributes: true, ..SchemaConfig::default() });
            schema.prepare(&client).await?;
            schema.maintain(&client).await?;
            let today: i32 = first(&client, "SELECT current_date - date '1970-01-01'").await.parse().unwrap();
            schema.days(&client, &(today - 9..=today).collect(), "otel_spans").await
        }));
    }
    for gateway in gateways {
        gateway.await.unwrap().unwrap();
    }
    assert_eq!(database.ask("SELECT version FROM otel_schema"), ["1"]);
    let days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'otel_spans'::regclass";
    assert_eq!(database.number(days), 9 + 1 + 2 + 1, "nine days, today, two ahead, the rest");
}

/// Scenario: names with quotes, dollars, blanks, dots, backslashes, braces, and not of ASCII.
/// Guarantee: everything is made there and works.
#[tokio::test]
async fn odd_names_are_names() {
    let Some(database) = Database::new("odd_names_are_names") else { return };
    let client = database.client().await;
    for name in ["we\"ird", "$tfo0$ $table$", "a.b 'c' \\", "{schema}{views}%I", "SELECT", "gr\u{f6}\u{df}e"] {
        let config =
            SchemaConfig { schema: name.into(), views_schema: format!("{name} views"), ..SchemaConfig::default() };
        psql(&database, "tfo", &ddl(&config));
        let schema = database.prepared(&client, config.clone()).await;
        schema.maintain(&client).await.unwrap();
        let quoted = name.replace('"', "\"\"");
        let count = format!("SELECT count(*) FROM \"{quoted} views\".otel_traces");
        assert_eq!(first(&client, &count).await, "0", "{name}");
        schema.days(&client, &[first_day(&client).await].into(), "otel_logs").await.unwrap();
    }
}

async fn first_day(client: &tokio_postgres::Client) -> i32 {
    first(client, "SELECT current_date - date '1970-01-01' - 20").await.parse().unwrap()
}

/// Scenario: a later version of the program has prepared the database.
/// Guarantee: an error that names both versions; nothing is changed.
#[tokio::test]
async fn newer_tables_are_left_alone() {
    let Some(database) = Database::new("newer_tables_are_left_alone") else { return };
    let client = database.client().await;
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    database.ask("INSERT INTO otel_schema VALUES (7)");
    let error = schema.prepare(&client).await.unwrap_err();
    assert!(matches!(error, Error::Newer { found: 7, known: 1, .. }), "{error}");
    assert!(error.to_string().starts_with("the tables in schema `public` have version 7"), "{error}");
    let script = client.batch_execute(&ddl(&SchemaConfig::default())).await.unwrap_err();
    assert!(script.as_db_error().unwrap().message().contains("newer version"), "{script:?}");
}

/// Scenario: `create_schema: false` with no tables, then with tables that lack a column, have one of another type and
/// one that demands a value.
/// Guarantee: nothing is made, and the error names each.
#[tokio::test]
async fn differences_are_named() {
    let Some(database) = Database::new("differences_are_named") else { return };
    let client = database.client().await;
    let schema = Schema::new(SchemaConfig { create_schema: false, ..SchemaConfig::default() });
    let error = schema.prepare(&client).await.unwrap_err().to_string();
    assert!(error.contains("otel_logs does not exist, otel_spans does not exist"), "{error}");
    assert!(
        error.contains("otel_metrics_gauge does not exist") && error.contains("tfo schema sql postgres"),
        "{error}"
    );
    assert_eq!(database.number("SELECT count(*) FROM pg_class WHERE relname LIKE 'otel%'"), 0);

    database.prepared(&client, SchemaConfig { views_schema: String::new(), ..SchemaConfig::default() }).await;
    database.ask(
        "ALTER TABLE otel_logs DROP COLUMN event_name; ALTER TABLE otel_spans ALTER kind TYPE varchar(10);
         ALTER TABLE otel_metrics_sum ADD tenant text NOT NULL; ALTER TABLE otel_logs ADD fine text",
    );
    let error = schema.prepare(&client).await.unwrap_err().to_string();
    let expected = "schema `public` is not as it is written to: otel_logs has no column event_name (text), \
        otel_spans.kind is character varying instead of text, otel_metrics_sum.tenant takes no row without a value, and none \
        is written; run what `tfo schema sql postgres` prints, or set `create_schema: true`";
    assert_eq!(error, expected);
}

/// Scenario: another user owns the tables, the exporter's may insert only.
/// Guarantee: it prepares without complaint, and days it may not make are left to the default partition.
#[tokio::test]
async fn who_may_only_insert_inserts() {
    let Some(database) = Database::new("who_may_only_insert_inserts") else { return };
    psql(&database, ADMIN, &ddl(&SchemaConfig::default()));
    database.ask(
        "GRANT USAGE ON SCHEMA clickhouse TO tfo;
         GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO tfo",
    );
    let client = database.client().await;
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    schema.maintain(&client).await.unwrap();
    schema.days(&client, &[first_day(&client).await].into(), "otel_logs").await.unwrap();
    client.batch_execute("INSERT INTO otel_logs (time, body) VALUES (now() - interval '20 days', 'x')").await.unwrap();
    assert_eq!(database.number("SELECT count(*) FROM otel_logs_default"), 1);
}

/// Scenario: a migration elsewhere hangs with its lock.
/// Guarantee: preparing gives up in time with an error that says why, and succeeds once the lock is gone.
#[tokio::test]
async fn a_hanging_migration_is_not_waited_for() {
    let Some(database) = Database::new("a_hanging_migration_is_not_waited_for") else { return };
    let (hanging, client) = (database.client().await, database.client().await);
    hanging.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(hashtext('otel_schema'))").await.unwrap();
    let schema = Schema::new(SchemaConfig::default());
    let prepared = tokio::time::timeout(Duration::from_secs(30), schema.prepare(&client)).await;
    let error = prepared.expect("gives up").unwrap_err().to_string();
    assert!(error.contains("lock timeout"), "{error}");
    hanging.batch_execute("ROLLBACK").await.unwrap();
    schema.prepare(&client).await.unwrap();
}
