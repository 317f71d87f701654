//! The tables of the `postgres` exporter in a real PostgreSQL: made once however many make them, divided into days,
//! emptied of what is old, and seen under the names of ClickHouse. TimescaleDB is not in Debian, so only its absence
//! is tested.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "postgres_schema/binary.rs"]
mod binary;
#[path = "postgres_schema/check.rs"]
mod check;
#[path = "postgres_schema/days.rs"]
mod days;
#[path = "postgres_schema/making.rs"]
mod making;
#[path = "postgres_schema/views.rs"]
mod views;

use exporters::postgres::{Schema, SchemaConfig};
use support::postgres::{PASSWORD, Postgres, USER};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A database of a test's own.
struct Database {
    server: &'static Postgres,
    name: String,
}

// === impl Database ===

impl Database {
    fn new(test: &str) -> Option<Self> {
        let server = Postgres::shared(test)?;
        Some(Self { server, name: server.database() })
    }

    /// A connection of who owns the database.
    async fn client(&self) -> Client {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.server.server().path("")).port(self.server.port());
        config.user(USER).password(PASSWORD).dbname(&self.name);
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A schema with these settings, prepared.
    async fn prepared(&self, client: &Client, config: SchemaConfig) -> Schema {
        let schema = Schema::new(config);
        schema.prepare(client).await.unwrap();
        schema
    }

    /// The first column, as the administrator sees it.
    fn ask(&self, sql: &str) -> Vec<String> {
        self.server.ask(&self.name, sql).unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    fn number(&self, sql: &str) -> i64 {
        self.ask(sql)[0].parse().unwrap()
    }
}

/// The first column of the first row as text; empty when there is none.
async fn first(client: &Client, sql: &str) -> String {
    let messages = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
    let row = messages.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
        _ => None,
    });
    row.unwrap_or_default()
}
