//! Values as exporters write them: texts as the Collector has them, JSON, ids, times, and names of numbers.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod identity;
mod json;
#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
mod names;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod nested;
mod number;
#[cfg(test)]
mod tests;
mod text;
#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
mod time;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::identity::{resource_id, scope_id};
#[cfg(any(feature = "clickhouse", feature = "sqlite"))]
pub(crate) use self::json::ESCAPED_NUL;
#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
pub(crate) use self::json::Json;
#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
pub(crate) use self::names::{kind_name, service_name, status_name};
#[cfg(feature = "sqlite")]
pub(crate) use self::number::integer;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::text::hex;
pub(crate) use self::text::text;
#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
pub(crate) use self::time::log_nanos;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::time::nanos;
