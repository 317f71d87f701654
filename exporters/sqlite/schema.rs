//! The tables, as SQL.

/// The version of the tables that [`ddl`] makes.
pub const VERSION: i64 = 1;

/// The statements that make an empty file a store: tables, indexes and views.
#[must_use]
pub fn ddl() -> String {
    include_str!("schema.sql").into()
}
