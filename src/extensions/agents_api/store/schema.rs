//! The tables, the same in both databases.

/// What the version is read with; fails where there are no tables.
pub(super) const VERSION_OF: &str = "SELECT max(version) FROM tfo_agents_schema";
/// The version of these tables.
pub(super) const VERSION: i64 = 1;
/// Makes the tables, where they are not there yet.
pub(super) const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS tfo_agents (
        id TEXT NOT NULL PRIMARY KEY,
        registered_at BIGINT NOT NULL,
        registration TEXT NOT NULL,
        last_heartbeat_at BIGINT,
        heartbeat TEXT,
        interval_seconds BIGINT NOT NULL,
        health TEXT,
        config_status TEXT,
        config_serial BIGINT NOT NULL DEFAULT 0,
        config_version TEXT,
        config TEXT
    )",
    "CREATE TABLE IF NOT EXISTS tfo_agents_schema (version BIGINT NOT NULL)",
    "INSERT INTO tfo_agents_schema (version) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM tfo_agents_schema)",
];

/// Whether tables of this version can be used.
///
/// # Errors
/// One lowercase sentence without a final dot.
pub(super) fn fits(version: Option<i64>) -> Result<(), String> {
    match version {
        Some(VERSION) => Ok(()),
        Some(other) => Err(format!("its tables have version {other}, this program knows {VERSION}; update it")),
        None => Err("its table `tfo_agents_schema` is empty; remove it if it is not of another program".to_owned()),
    }
}
