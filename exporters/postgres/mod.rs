//! `postgres`: telemetry in PostgreSQL.

mod schema;

pub use self::schema::{
    BATCHES, Column, EXP_HISTOGRAM, Error, GAUGE, HISTOGRAM, LOGS, RESOURCES, SCOPES, SPANS, SUM, SUMMARY, Schema,
    SchemaConfig, TABLES, Table, TimescaleDb, ddl,
};
