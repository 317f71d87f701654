//! The DDL as one script, the same for the exporter and for people: whatever is there already is left as it is.

use std::fmt::Write as _;

use super::config::{SchemaConfig, TimescaleDb};
use super::tables::{TABLES, Table, daily};

/// The version of the schema that is written to.
pub(super) const VERSION: i32 = 1;
/// The first major version of PostgreSQL in which days are attached while rows are inserted.
const OLDEST: u32 = 12;
/// Days that are made ahead, besides today.
pub(super) const AHEAD: i32 = 2;

const FUNCTIONS: &str = include_str!("functions.sql");
const VIEWS: &str = include_str!("views.sql");

/// What stands for itself in `views.sql`.
const PARTS: [(&str, &str); 8] = [
    (
        "{resource}",
        r#"COALESCE(r.schema_url, '') AS "ResourceSchemaUrl", COALESCE(r.attributes, '{}') AS "ResourceAttributes""#,
    ),
    (
        "{scope}",
        r#"COALESCE(s.schema_url, '') AS "ScopeSchemaUrl", COALESCE(s.name, '') AS "ScopeName",
  COALESCE(s.version, '') AS "ScopeVersion", COALESCE(s.attributes, '{}') AS "ScopeAttributes""#,
    ),
    (
        "{metric}",
        r#"{resource}, {scope}, COALESCE(s.dropped_attributes_count, 0) AS "ScopeDroppedAttrCount",
  d.service_name AS "ServiceName", d.metric_name AS "MetricName", COALESCE(d.description, '') AS "MetricDescription",
  COALESCE(d.unit, '') AS "MetricUnit", COALESCE(d.attributes, '{}') AS "Attributes",
  {schema}.otel_time(d.start_time_unix_nano) AS "StartTimeUnix", d.time AS "TimeUnix", COALESCE(d.flags, 0) AS "Flags""#,
    ),
    (
        "{exemplars}",
        r#"ARRAY(SELECT COALESCE(e -> 'filtered_attributes', '{}') FROM jsonb_array_elements(d.exemplars) e)
    AS "Exemplars.FilteredAttributes",
  ARRAY(SELECT {schema}.otel_time((e ->> 'time_unix_nano')::bigint) FROM jsonb_array_elements(d.exemplars) e)
    AS "Exemplars.TimeUnix",
  ARRAY(SELECT (e ->> 'value')::double precision FROM jsonb_array_elements(d.exemplars) e) AS "Exemplars.Value",
  ARRAY(SELECT COALESCE(e ->> 'span_id', '') FROM jsonb_array_elements(d.exemplars) e) AS "Exemplars.SpanId",
  ARRAY(SELECT COALESCE(e ->> 'trace_id', '') FROM jsonb_array_elements(d.exemplars) e) AS "Exemplars.TraceId""#,
    ),
    ("{counts}", r#"COALESCE(d.count, 0) AS "Count", COALESCE(d.sum, 0) AS "Sum""#),
    ("{extremes}", r#"COALESCE(d.min, 0) AS "Min", COALESCE(d.max, 0) AS "Max""#),
    ("{temporality}", r#"COALESCE(d.aggregation_temporality, 0) AS "AggregationTemporality""#),
    (
        "{joins}",
        "LEFT JOIN {schema}.otel_resources r ON r.id = d.resource_id\n  \
         LEFT JOIN {schema}.otel_scopes s ON s.id = d.scope_id",
    ),
];

/// Everything the exporter would make, as a script for psql.
#[must_use]
pub fn ddl(config: &SchemaConfig) -> String {
    format!(
        "-- Tables of tfo in PostgreSQL, version {VERSION}; run it with: psql -v ON_ERROR_STOP=1 -f FILE\n\
         -- It may be run again and leaves what is there as it is.\nBEGIN;\n{}COMMIT;\n",
        script(config)
    )
}

/// The same without a transaction of its own: sent as one query it is one.
pub(super) fn script(config: &SchemaConfig) -> String {
    let schema = ident(&config.schema);
    let make = block(&format!(
        "  IF current_setting('server_version_num')::integer < {OLDEST}0000 THEN\n    \
             RAISE EXCEPTION 'PostgreSQL {OLDEST} or later is needed';\n  \
           END IF;\n  \
           -- Several that start at once come one after another.\n  \
           PERFORM pg_advisory_xact_lock(hashtext('otel_schema'));\n\
         {}",
        make_schema(&config.schema)
    ));
    let mut script = format!(
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\nSET LOCAL lock_timeout TO '10s';\nSET LOCAL client_min_messages TO warning;\n{make}\
         SET LOCAL search_path TO {schema}, pg_temp;\n\n{}",
        block(&version_1(config.timescaledb)),
    );
    if config.index_attributes {
        script.push('\n');
        script.push_str(&block(&index_attributes()));
    }
    if !config.views_schema.is_empty() {
        script.push('\n');
        script.push_str(&block(&views(config)));
    }
    script
}

/// A name in SQL, whatever characters it has.
pub(super) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL.
pub(super) fn literal(text: &str) -> String {
    // A backslash means itself only as long as the server is set so, except in this notation.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The names of the daily tables as an array.
pub(super) fn daily_names() -> String {
    let names: Vec<String> = daily().map(|table| format!("'{}'", table.name)).collect();
    format!("ARRAY[{}]", names.join(", "))
}

/// Statements of PL/pgSQL; the quotes around them are made such that no name among them ends them.
fn block(body: &str) -> String {
    let quote = (0..).map(|n| format!("$tfo{n}$")).find(|quote| !body.contains(quote.as_str()));
    let quote = quote.unwrap_or_default();
    let begin = if body.starts_with("DECLARE") { "" } else { "BEGIN\n" };
    format!("DO {quote}\n{begin}{body}END {quote};\n")
}

/// `IF NOT EXISTS` asks for the right to create even where there is nothing to be made. And the catalog is asked by a
/// query here: what others have made while we waited for them is not in the cache that `to_regclass` looks into.
fn make_schema(name: &str) -> String {
    format!(
        "  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = {}) THEN\n    CREATE SCHEMA {};\n  END IF;\n",
        literal(name),
        ident(name)
    )
}

fn version_1(timescaledb: TimescaleDb) -> String {
    let condition = match timescaledb {
        TimescaleDb::Auto => "WHERE extname = 'timescaledb'",
        TimescaleDb::Off => "WHERE false",
    };
    let names = daily_names();
    let mut body = format!(
        "DECLARE\n  timescale text := (SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace\n    \
           {condition});\n  \
           days text := CASE WHEN timescale IS NULL THEN ' PARTITION BY RANGE (time)' ELSE '' END;\n  \
           parent text;\nBEGIN\n  \
           IF NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema AND tablename = 'otel_schema') THEN\n    \
             CREATE TABLE otel_schema (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());\n  \
           END IF;\n  \
           IF (SELECT max(version) FROM otel_schema) > {VERSION} THEN\n    \
             RAISE EXCEPTION 'the tables have a newer version than {VERSION}';\n  \
           END IF;\n  \
           IF EXISTS (SELECT FROM otel_schema WHERE version >= 1) THEN\n    RETURN;\n  END IF;\n\n"
    );
    for table in TABLES {
        if table.daily {
            let _ =
                writeln!(body, "  EXECUTE $table$CREATE TABLE IF NOT EXISTS {}$table$ || days;", columns(table, ""));
        } else {
            let _ = writeln!(body, "  CREATE TABLE IF NOT EXISTS {};", columns(table, arrival(table)));
        }
        for (end, on) in table.indexes {
            let _ = writeln!(body, "  CREATE INDEX IF NOT EXISTS {name}_{end} ON {name} {on};", name = table.name);
        }
    }
    let _ = write!(
        body,
        "\n{FUNCTIONS}\n  \
           FOREACH parent IN ARRAY {names} LOOP\n    \
             IF timescale IS NULL THEN\n      \
               EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I DEFAULT', parent || '_default', parent);\n      \
               PERFORM otel_partition(parent, (now() AT TIME ZONE 'UTC')::date + ahead)\n        \
                 FROM generate_series(0, {AHEAD}) AS ahead;\n    \
             ELSE\n      \
               EXECUTE format('SELECT %I.create_hypertable($1, ''time'', chunk_time_interval => interval ''1 day'',\n        \
                 create_default_indexes => false)', timescale) USING parent::regclass;\n    \
             END IF;\n  \
           END LOOP;\n  \
           INSERT INTO otel_schema (version) VALUES (1);\n"
    );
    body
}

/// A table's name and columns, and what else comes last among them.
fn columns(table: &Table, last: &str) -> String {
    let columns: Vec<String> =
        table.columns.iter().map(|column| format!("    {} {}{}", column.name, column.kind, column.more)).collect();
    format!("{} (\n{}{last}\n  )", table.name, columns.join(",\n"))
}

/// The column that the database fills itself.
fn arrival(table: &Table) -> &'static str {
    match table.name {
        "otel_resources" => ",\n    first_seen timestamptz NOT NULL DEFAULT now()",
        "otel_batches" => ",\n    time timestamptz NOT NULL DEFAULT now()",
        _ => "",
    }
}

/// Where there are rows already, making an index of them all would stop inserts meanwhile: `ONLY` makes it for
/// partitions that come later.
fn index_attributes() -> String {
    format!(
        "DECLARE\n  parent text;\n  rows boolean;\nBEGIN\n  \
           FOREACH parent IN ARRAY {} LOOP\n    \
             CONTINUE WHEN to_regclass(parent || '_attributes') IS NOT NULL;\n    \
             EXECUTE format('SELECT EXISTS (SELECT FROM %I)', parent) INTO rows;\n    \
             rows := rows AND to_regclass(parent || '_default') IS NOT NULL;\n    \
             EXECUTE format('CREATE INDEX %I ON %s %I USING gin (attributes jsonb_path_ops)',\n      \
               parent || '_attributes', CASE WHEN rows THEN 'ONLY' ELSE '' END, parent);\n  \
           END LOOP;\n",
        daily_names()
    )
}

fn views(config: &SchemaConfig) -> String {
    let views = ident(&config.views_schema);
    // `{metric}` has other parts in it, so it comes first in the end: until nothing changes any more.
    let mut text = VIEWS.to_owned();
    for _ in 0..2 {
        for (name, part) in PARTS {
            text = text.replace(name, part);
        }
    }
    // Names last and each once: braces in them mean nothing.
    let text: Vec<String> = text.split("{schema}").map(|piece| piece.replace("{views}", &views)).collect();
    let text = text.join(&ident(&config.schema));
    format!(
        "{}  IF to_regclass({}) IS NOT NULL THEN\n    RETURN;\n  END IF;\n\n{text}",
        make_schema(&config.views_schema),
        literal(&format!("{views}.otel_logs"))
    )
}
