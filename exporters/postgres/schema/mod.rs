//! Tables, their partitions and views: made, compared, and rid of what is older than is kept.
//!
//! Several gateways may do the same at the same time; a lock in the database puts them in line. What takes a lock that
//! inserts would wait for gives up after two seconds and is tried again later: until then the default partition takes
//! the rows. The clock that decides is the database's.

mod config;
mod difference;
mod error;
mod rehearsal;
mod script;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

pub use self::config::{SchemaConfig, TimescaleDb};
pub use self::error::Error;
pub(super) use self::rehearsal::rehearse;
pub use self::script::ddl;
use self::script::{AHEAD, VERSION, ident, literal, script};
pub use self::tables::{
    BATCHES, Column, EXP_HISTOGRAM, GAUGE, HISTOGRAM, LOGS, RESOURCES, SCOPES, SPANS, SUM, SUMMARY, TABLES, Table,
};

/// Days before today that get a partition of their own when a batch has rows of them; older rows are in the default
/// partition. A bound, because each is a few tables and a sender's clock may be anywhere.
const BACK: i32 = 366;
/// Days after today that do: they are needed sooner or later.
const FORWARD: i32 = 7;
/// Rounds of deletion from one default partition at a time, each of 100,000 rows at most.
const ROUNDS: usize = 20;
const SECONDS_OF_DAY: u64 = 24 * 60 * 60;

/// The tables in one database, as far as this process knows them.
#[derive(Debug)]
pub struct Schema {
    config: SchemaConfig,
    state: Mutex<Days>,
}

/// The days that need no thought any more.
#[derive(Debug, Default)]
struct Days {
    /// As the database counts, in days since 1970.
    today: Option<i32>,
    /// A partition is there, or cannot be had for now.
    settled: HashSet<(&'static str, i32)>,
}

// === impl Schema ===

impl Schema {
    /// Does nothing to the database yet.
    #[must_use]
    pub fn new(config: SchemaConfig) -> Self {
        Self { config, state: Mutex::default() }
    }

    /// A table's full name as it stands in statements.
    #[must_use]
    pub fn qualified(&self, table: &Table) -> String {
        format!("{}.{}", ident(&self.config.schema), table.name)
    }

    /// Makes what is missing, and compares what is there with what is written. To be called outside a transaction, for
    /// the first batch and again after an error that speaks of missing tables or columns.
    ///
    /// # Errors
    ///
    /// When the tables cannot be made or are not as they must be.
    pub async fn prepare(&self, client: &Client) -> Result<(), Error> {
        *self.state() = Days::default();
        self.make(client).await
    }

    /// Makes the partitions of the days (since 1970, UTC) that a batch has rows of. Costs nothing when they are known.
    /// Days far away get none, and a day whose partition cannot be made now is left to the default one: no batch waits for it. To be called
    /// outside a transaction.
    ///
    /// # Errors
    ///
    /// When the database is gone.
    pub async fn days(&self, client: &Client, days: &BTreeSet<i32>, table: &'static str) -> Result<(), Error> {
        if !self.config.create_schema {
            return Ok(());
        }
        let known = self.state().today;
        let today = match known {
            Some(today) => today,
            None => self.ask_today(client).await?,
        };
        for day in days.range(today.saturating_sub(self.back())..=today.saturating_add(FORWARD)) {
            self.day(client, *day, table).await?;
        }
        Ok(())
    }

    /// Makes the coming days' partitions, drops days and deletes rows that are older than is kept, and forgets batches
    /// that nobody retries any more. To be called after `prepare` and then every 10 minutes, outside a transaction.
    ///
    /// # Errors
    ///
    /// When the database is gone.
    pub async fn maintain(&self, client: &Client) -> Result<(), Error> {
        let batches = self.qualified(&BATCHES);
        client.batch_execute(&format!("DELETE FROM {batches} WHERE time < now() - interval '1 day'")).await?;
        if !self.config.create_schema {
            return Ok(());
        }
        *self.state() = Days::default();
        let today = self.ask_today(client).await?;
        for table in tables::daily() {
            for day in today..=today.saturating_add(AHEAD) {
                self.day(client, day, table.name).await?;
            }
        }
        if self.config.retention.get().is_zero() {
            return Ok(());
        }
        let keep = format!("interval '{} seconds'", self.config.retention.get().as_secs().max(1));
        for table in tables::daily() {
            let dropped = self.call(client, "otel_drop_days", table.name, &keep).await?;
            if dropped.is_some_and(|days| days > 0) {
                tracing::info!(table = table.name, days = dropped, "dropped days that are older than is kept");
            }
            for _ in 0..ROUNDS {
                if self.call(client, "otel_delete_older", table.name, &keep).await?.is_none_or(|rows| rows == 0) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Compares what is there with what is written.
    ///
    /// # Errors
    ///
    /// What differs.
    pub async fn compare(&self, client: &Client) -> Result<(), Error> {
        difference::compare(client, &self.config).await
    }

    async fn make(&self, client: &Client) -> Result<(), Error> {
        let version = self.version(client).await?;
        if let Some(found) = version.filter(|found| *found > VERSION) {
            return Err(Error::Newer { schema: self.config.schema.clone(), found, known: VERSION });
        }
        if self.config.create_schema {
            // Otherwise a view that cannot be made would be the error instead of the column it misses.
            if version == Some(VERSION) {
                difference::compare(client, &self.config).await?;
            }
            client.batch_execute(&script(&self.config)).await?;
        }
        difference::compare(client, &self.config).await
    }

    /// The version of the tables; none when there are none, or when they keep no version that we may read.
    async fn version(&self, client: &Client) -> Result<Option<i32>, Error> {
        let table = format!("{}.otel_schema", ident(&self.config.schema));
        let readable = format!("SELECT has_table_privilege(to_regclass({})::oid, 'SELECT')", literal(&table));
        match one(client, &readable).await? {
            Some(readable) if readable == "t" => number(client, &format!("SELECT max(version) FROM {table}")).await,
            _ => Ok(None),
        }
    }

    async fn ask_today(&self, client: &Client) -> Result<i32, Error> {
        let today = number(client, "SELECT (now() AT TIME ZONE 'UTC')::date - date '1970-01-01'").await?;
        self.state().today = today;
        Ok(today.unwrap_or_default())
    }

    async fn day(&self, client: &Client, day: i32, table: &'static str) -> Result<(), Error> {
        if self.state().settled.contains(&(table, day)) {
            return Ok(());
        }
        self.call(client, "otel_partition", table, &format!("date '1970-01-01' + ({day})")).await?;
        self.state().settled.insert((table, day));
        Ok(())
    }

    /// Calls a function of the schema for a table; none when the server says no, which can wait: the default
    /// partition takes the rows.
    async fn call(&self, client: &Client, function: &str, table: &str, argument: &str) -> Result<Option<i64>, Error> {
        let schema = ident(&self.config.schema);
        let call = format!("SELECT {schema}.{function}('{table}', {argument})::integer");
        match number(client, &call).await {
            Err(error) if error.is_answer() => {
                tracing::warn!(table, %error, "{function} is tried again in 10 minutes");
                Ok(None)
            }
            answer => answer,
        }
    }

    /// How many days before today get partitions: none that would be dropped at once.
    fn back(&self) -> i32 {
        match self.config.retention.get().as_secs() / SECONDS_OF_DAY {
            0 if self.config.retention.get().is_zero() => BACK,
            days => i32::try_from(days).map_or(BACK, |days| days.min(BACK)),
        }
    }

    fn state(&self) -> MutexGuard<'_, Days> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The only value of the only row.
async fn one(client: &Client, query: &str) -> Result<Option<String>, Error> {
    let rows = rows(client, query).await?;
    Ok(rows.first().and_then(|row| row.get(0)).map(str::to_owned))
}

async fn number<N: std::str::FromStr>(client: &Client, query: &str) -> Result<Option<N>, Error> {
    Ok(one(client, query).await?.and_then(|text| text.parse().ok()))
}

/// Simple queries only: they prepare nothing, so any pooler in between may give each to another session.
async fn rows(client: &Client, query: &str) -> Result<Vec<SimpleQueryRow>, Error> {
    let messages = client.simple_query(query).await?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}
