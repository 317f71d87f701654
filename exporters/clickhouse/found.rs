//! [`Found`]: the tables of a signal as they are, and what is inserted into them.
//!
//! Tables of any generation of the Collector's exporter are filled, with columns of the operator's own, too: inserts
//! name the columns, and only those that the table has.

use std::fmt::Write as _;

use pipelines::Signal;
use serde::Deserialize;

use super::config::{Config, is_replicated};
use super::connection::Servers;
use super::fault::{Fault, Kind};
use super::restore::Restoration;
use super::rows::{Attributes, Compression, Encoder, FORMAT, Shape, Shapes, Table};
use super::schema::{Schema, Version, companions, literal, quoted, tables};

/// The tables of a signal as they are.
pub(super) struct Found {
    pub(super) encoder: Encoder,
    tables: Vec<(Table, State)>,
}

/// What there is to know about one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Database and table as SQL.
    pub(super) name: String,
    /// The statement its rows are inserted with, or why none can be.
    pub(super) insert: Result<String, Fault>,
    /// Columns of other types than expected, which the server may be able to convert.
    pub(super) odd: Vec<String>,
    /// Whether inserts that come again are written again.
    pub(super) forgets: bool,
    /// How rows come back of which only the token was kept; `None` where that does not happen.
    pub(super) restoration: Option<Restoration>,
    /// Where it is to be found, its columns included; `None` if it is not there.
    shape: Option<Shape>,
}

/// Where tables are looked for.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) servers: &'a Servers,
    pub(super) config: &'a Config,
    pub(super) database: &'a str,
    pub(super) compression: Compression,
}

/// A line of `DESCRIBE TABLE`.
#[derive(Debug, Deserialize)]
struct Described {
    /// The column.
    name: String,
    /// As ClickHouse writes it.
    r#type: String,
    /// `DEFAULT`, `MATERIALIZED`, `ALIAS` or nothing.
    default_type: String,
}

/// A line of `system.tables`.
#[derive(Debug, Deserialize)]
struct Engine {
    /// The table.
    name: String,
    /// Its engine.
    engine: String,
    /// The same with everything behind it, settings included.
    engine_full: String,
}

// === impl Found ===

impl Found {
    /// Looks at the tables of a signal, and makes them if they are missing and may be made.
    ///
    /// # Errors
    /// When the server cannot be asked. What is wrong with a table is in its [`State`]: the others can be filled.
    pub(super) async fn look(place: Place<'_>, signal: Signal) -> Result<Self, Fault> {
        let mut found = place.tables(signal).await?;
        let is_missing = |(_, state): &(Table, State)| state.shape.is_none();
        if place.config.create_schema && (found.iter().any(is_missing) || place.lacks_companions(signal).await?) {
            place.create(signal).await?;
            found = place.tables(signal).await?;
        }
        for (_, state) in &found {
            state.warn();
        }
        let mut shapes = Shapes::newest(Attributes::Map);
        for shape in found.iter().filter_map(|(_, state)| state.shape.clone()) {
            shapes.set(shape);
        }
        Ok(Self { encoder: Encoder::new(shapes, place.compression), tables: found })
    }

    /// The same tables, looked at only.
    pub(super) async fn states(place: Place<'_>, signal: Signal) -> Result<Vec<(Table, State)>, Fault> {
        place.tables(signal).await
    }

    /// A table of the signal.
    pub(super) fn of(&self, table: Table) -> Option<&State> {
        self.tables.iter().find(|(known, _)| *known == table).map(|(_, state)| state)
    }

    /// Whether other inserts go to these tables.
    pub(super) fn differs(&self, other: &Self) -> bool {
        self.tables != other.tables
    }
}

// === impl State ===

impl State {
    fn of(table: Table, name: String, described: &[Described], engine: Option<&Engine>) -> Self {
        // What the server computes cannot be inserted, and need not be.
        let is_computed = |column: &&Described| matches!(column.default_type.as_str(), "ALIAS" | "MATERIALIZED");
        let columns = described.iter().filter(|column| !is_computed(column));
        let columns = columns.map(|column| (column.name.as_str(), column.r#type.as_str()));
        let (shape, misfits) = Shape::described(table, columns.clone());
        let computed = |name: &str| described.iter().filter(is_computed).any(|column| column.name == name);
        let mut odd = Vec::new();
        let mut lacking = Vec::new();
        for misfit in misfits.iter().filter(|misfit| !computed(misfit.column)) {
            match misfit.found {
                Some(_) => odd.push(misfit.to_string()),
                None => lacking.push(format!("ADD COLUMN {} {}", quoted(misfit.column), misfit.expected)),
            }
        }
        let insert = if lacking.is_empty() {
            Ok(insert(&name, &shape))
        } else {
            let (columns, them) = if lacking.len() == 1 { ("a column", "it") } else { ("columns", "them") };
            let text = format!("table {name} lacks {columns}; add {them}: ALTER TABLE {name} {}", lacking.join(", "));
            Err(Fault::new(Kind::Schema, text))
        };
        let restoration = engine.filter(|engine| engine.engine == "MergeTree").map(|_| {
            let sent = |(column, _): &(&str, &str)| shape.columns().iter().any(|sent| sent.name == *column);
            Restoration::new(&name, table, &columns.filter(sent).collect::<Vec<_>>())
        });
        let forgets = engine.is_some_and(|engine| {
            engine.engine.ends_with("MergeTree") && !is_replicated(&engine.engine) && !engine.keeps_tokens()
        });
        Self { name, insert, odd, forgets, restoration, shape: Some(shape) }
    }

    fn missing(name: String, fault: Fault) -> Self {
        Self { name, insert: Err(fault), odd: Vec::new(), forgets: false, restoration: None, shape: None }
    }

    /// Whether attributes are of the type JSON.
    pub(super) fn has_json(&self) -> bool {
        let columns = self.shape.iter().flat_map(|shape| shape.columns());
        columns.into_iter().any(|column| column.type_name().contains("JSON"))
    }

    fn warn(&self) {
        for column in &self.odd {
            tracing::warn!(table = self.name, "{column}; the server is asked to convert it");
        }
        if self.forgets {
            tracing::warn!(table = self.name, "{}", self.forgetful());
        }
    }

    /// An insert that may have come before was taken, and nobody can say what for.
    pub(super) fn warn_unchecked(&self, why: &str) {
        tracing::warn!(table = self.name, "whether rows that came again are stored cannot be checked: {why}");
    }

    /// What is to be said about a table that writes inserts again that come again.
    pub(super) fn forgetful(&self) -> String {
        format!(
            "an insert whose answer was lost would be written twice; ALTER TABLE {} MODIFY SETTING non_replicated_deduplication_window = 10000",
            self.name
        )
    }
}

// === impl Engine ===

impl Engine {
    /// Whether a table that is not replicated knows inserts again.
    fn keeps_tokens(&self) -> bool {
        self.engine_full.contains("non_replicated_deduplication_window")
    }
}

// === impl Place ===

impl Place<'_> {
    pub(super) async fn version(&self) -> Result<Version, Fault> {
        #[derive(Deserialize)]
        struct Row {
            /// With all four parts.
            version: String,
        }
        let rows: Vec<Row> = self.servers.rows("SELECT version() AS version").await?;
        let version = rows.first().map(|row| row.version.as_str()).unwrap_or_default();
        version.parse().map_err(|error: String| Fault::new(Kind::Other, error).at(&self.servers.named()))
    }

    fn name(&self, table: &str) -> String {
        format!("{}.{}", quoted(self.database), quoted(table))
    }

    async fn tables(&self, signal: Signal) -> Result<Vec<(Table, State)>, Fault> {
        let engines = self.engines(signal).await?;
        let mut found = Vec::new();
        for table in tables(signal) {
            let name = self.config.table_name(*table);
            let engine = engines.iter().find(|engine| engine.name == name);
            let state = match self.describe(&name).await? {
                Ok(described) => State::of(*table, self.name(&name), &described, engine),
                Err(fault) => State::missing(self.name(&name), fault),
            };
            found.push((*table, state));
        }
        Ok(found)
    }

    /// The columns of a table; the inner fault says that it is missing.
    async fn describe(&self, table: &str) -> Result<Result<Vec<Described>, Fault>, Fault> {
        match self.servers.rows(&format!("DESCRIBE TABLE {}", self.name(table))).await {
            Ok(columns) => Ok(Ok(columns)),
            Err(fault) if fault.kind == Kind::Missing => Ok(Err(fault)),
            Err(fault) => Err(fault),
        }
    }

    /// The engines of tables, as far as they may be seen.
    async fn engines(&self, signal: Signal) -> Result<Vec<Engine>, Fault> {
        let names: Vec<String> = tables(signal).iter().map(|table| literal(&self.config.table_name(*table))).collect();
        let sql = format!(
            "SELECT name, engine, engine_full FROM system.tables WHERE database = {} AND name IN ({})",
            literal(self.database),
            names.join(", ")
        );
        match self.servers.rows(&sql).await {
            Err(fault) if !fault.may_pass() => Ok(Vec::new()),
            engines => engines,
        }
    }

    async fn lacks_companions(&self, signal: Signal) -> Result<bool, Fault> {
        for name in companions(self.config, signal) {
            match self.describe(&name).await {
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return Ok(true),
                // Who may only insert need not see them.
                Err(fault) if fault.kind == Kind::Denied => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(false)
    }

    async fn create(&self, signal: Signal) -> Result<(), Fault> {
        let version = self.version().await?;
        if self.config.json && version < Version::JSON {
            let text = format!("`json` needs ClickHouse {} or later, this is {version}", Version::JSON);
            return Err(Fault::new(Kind::Other, text).at(&self.servers.named()));
        }
        let schema = Schema { config: self.config, database: self.database, version };
        for statement in schema.create_database().into_iter().chain(schema.create_tables(signal)) {
            self.servers.execute(&statement).await?;
        }
        tracing::info!(database = self.database, %signal, "made the tables that were missing");
        Ok(())
    }
}

/// The statement that inserts into the columns of a shape.
fn insert(name: &str, shape: &Shape) -> String {
    let mut sql = format!("INSERT INTO {name} (");
    for (at, column) in shape.columns().iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(sql, "{comma}{}", quoted(column.name));
    }
    let _ = write!(sql, ") FORMAT {FORMAT}");
    sql
}
