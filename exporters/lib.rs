//! Where telemetry goes. The list below is the registry: help, schema, docs and checks come from it.

mod civil;
#[cfg(feature = "clickhouse")]
pub mod clickhouse;
mod client;
pub mod debug;
pub mod file;
pub mod null;
pub mod otlp;
pub mod otlp_http;
mod place;
#[cfg(any(feature = "clickhouse", feature = "postgres"))]
mod portions;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod values;

use pipelines::component::Component;

pub use self::client::{ApiKey, AuthReference, Headers, Web, WebAnswer, WebSettings, retry_after};

/// Every exporter, in the order of tables.
pub static ALL: &[Component] = &[
    #[cfg(feature = "clickhouse")]
    Component::exporter::<clickhouse::ClickHouse>(),
    Component::exporter::<debug::Debug>(),
    Component::exporter::<file::File>(),
    Component::exporter::<null::Nop>(),
    Component::exporter::<null::Null>(),
    Component::exporter::<otlp::Otlp>(),
    Component::exporter::<otlp::OtlpGrpc>(),
    Component::exporter::<otlp_http::OtlpHttp>(),
    #[cfg(feature = "postgres")]
    Component::exporter::<postgres::Postgres>(),
    #[cfg(feature = "sqlite")]
    Component::exporter::<sqlite::Sqlite>(),
];
