//! `sqlite`: telemetry in a file one can query, with no database installed. So far its tables.

mod schema;

pub use self::schema::{VERSION, ddl};
