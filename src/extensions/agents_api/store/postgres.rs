//! [`Postgres`]: the statements in PostgreSQL, over the connections of the exporter.

use std::sync::atomic::{AtomicBool, Ordering};

use exporters::postgres::Database;
use pipelines::component::{Check, CheckContext, Depth, Finding, Problems};
use pipelines::renewal::Renewals;
use tokio_postgres::types::{ToSql, Type};

use super::schema;
use super::statement::{Row, Statement, Value};
use crate::extensions::agents_api::config::{self, Config};

/// A database.
pub(super) struct Postgres {
    database: Database,
    /// Whether its tables were seen since it failed last.
    is_ready: AtomicBool,
}

/// Connections at once: what is asked takes milliseconds.
const CONNECTIONS: usize = 4;

/// Reports what is wrong with where it leads.
pub(super) fn validate(written: &config::Postgres, config: &Config, problems: &mut Problems) {
    if written.url.is_empty() {
        problems.error("url", "no database is named").help("write e.g. `url: postgres://tfo@db:5432/tfo`");
        return;
    }
    let mut found = Problems::default();
    Database::validate(&settings(written, config), &mut found);
    for problem in found.into_vec() {
        let path = match problem.path.as_str() {
            "endpoint" | "host" | "sslmode" | "database" => "url".to_owned(),
            path => path.to_owned(),
        };
        let told = if problem.warning {
            problems.warning(path, problem.message)
        } else {
            problems.error(path, problem.message)
        };
        told.help = problem.help;
    }
}

/// Whether it answers, where it may be asked.
pub(super) async fn check(written: &config::Postgres, config: &Config, cx: &CheckContext) -> Option<Finding> {
    if cx.depth < Depth::Connect {
        return None;
    }
    let database = match Postgres::new(written, config, "check", &Renewals::default()) {
        Ok(database) => database,
        Err(wrong) => return Some(Finding::new(Check::Failed, format!("the database of agents: {wrong}"))),
    };
    Some(match tokio::time::timeout(cx.timeout, database.ping()).await {
        Ok(Ok(())) => Finding::new(Check::Passed, "the database of agents answers"),
        Ok(Err(wrong)) => Finding::new(Check::Unreachable, format!("the database of agents: {wrong}")),
        Err(_) => Finding::new(Check::Unreachable, "the database of agents does not answer"),
    })
}

fn settings(written: &config::Postgres, config: &Config) -> exporters::postgres::Config {
    exporters::postgres::Config {
        endpoint: written.url.clone(),
        username: written.username.clone(),
        password: written.password.clone(),
        tls: written.tls.clone(),
        timeout: config.timeout,
        ..exporters::postgres::Config::default()
    }
}

// === impl Postgres ===

impl Postgres {
    pub(super) fn new(
        written: &config::Postgres,
        config: &Config,
        owner: &str,
        renewals: &Renewals,
    ) -> Result<Self, String> {
        let database = Database::new(&settings(written, config), owner, CONNECTIONS)?;
        renewals.add(database.tls());
        Ok(Self { database, is_ready: AtomicBool::new(false) })
    }

    async fn ping(&self) -> Result<(), String> {
        self.database.query("SELECT 1", &[]).await.map(drop)
    }

    /// Has a statement done.
    ///
    /// # Errors
    /// One lowercase sentence without a final dot.
    pub(super) async fn run(&self, statement: &Statement) -> Result<Vec<Row>, String> {
        if !self.is_ready.load(Ordering::Relaxed) {
            self.prepare().await?;
            self.is_ready.store(true, Ordering::Relaxed);
        }
        let done = self.query(statement).await;
        if done.is_err() {
            self.is_ready.store(false, Ordering::Relaxed);
        }
        done
    }

    /// Makes the tables unless they are there, which takes fewer rights.
    async fn prepare(&self) -> Result<(), String> {
        let version = Statement::new(schema::VERSION_OF, []);
        let found = match self.query(&version).await {
            Ok(found) => found,
            Err(_) => {
                for table in schema::TABLES {
                    self.query(&Statement::new(table, [])).await?;
                }
                self.query(&version).await?
            }
        };
        schema::fits(found.into_iter().next().and_then(|mut row| row.integer()))
    }

    async fn query(&self, statement: &Statement) -> Result<Vec<Row>, String> {
        const NULL: Option<&str> = None;
        let values: Vec<(&(dyn ToSql + Sync), Type)> = statement
            .values
            .iter()
            .map(|value| match value {
                Value::Null => (&NULL as &(dyn ToSql + Sync), Type::TEXT),
                Value::Integer(number) => (number as _, Type::INT8),
                Value::Text(text) => (text as _, Type::TEXT),
            })
            .collect();
        let rows = self.database.query(&statement.sql, &values).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| error.to_string())
    }
}

fn read(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let column = |(at, column): (usize, &tokio_postgres::Column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map_or(Value::Null, Value::Integer),
            Type::INT4 => {
                row.try_get::<_, Option<i32>>(at)?.map_or(Value::Null, |number| Value::Integer(number.into()))
            }
            _ => row.try_get::<_, Option<String>>(at)?.map_or(Value::Null, Value::Text),
        })
    };
    row.columns().iter().enumerate().map(column).collect::<Result<_, _>>().map(Row::new)
}
