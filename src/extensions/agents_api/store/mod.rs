//! [`Store`]: what is known of agents, in SQLite or PostgreSQL.
//!
//! One table with a row for each agent. The statements are the same for both databases and each of them is a transaction
//! of its own, so several collectors may share a database. What agents say of themselves is kept as they said it, in
//! JSON; columns are what statements look at.

mod known;
#[cfg(feature = "postgres")]
mod postgres;
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use pipelines::component::{CheckContext, Failure, Finding, Problems};
use pipelines::renewal::Renewals;
use sha2::{Digest as _, Sha256};

pub(super) use self::known::Known;
use self::statement::{Row, Statement, Value};
use super::answer::{Reason, Refusal};
use super::config::Config;
use super::presence::{Pulse, millis};
use crate::platform_wire::{Configuration, Heartbeat, Registration};

/// What is known of agents.
pub(super) struct Store {
    database: Database,
    timeout: Duration,
    /// Since when heartbeats can be noted, in milliseconds since 1970.
    listening_since: AtomicI64,
    is_broken: AtomicBool,
}

enum Database {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Postgres>),
}

/// What registering came to.
#[derive(Debug)]
pub(super) struct Entered {
    pub(super) is_new: bool,
    pub(super) config_version: Option<String>,
}

const REGISTER_AGAIN: &str =
    "UPDATE tfo_agents SET registration = $1, interval_seconds = $2 WHERE id = $3 RETURNING config_version";
/// A SELECT with a WHERE, since there SQLite does not take ON CONFLICT for a part of a join.
const REGISTER: &str = "INSERT INTO tfo_agents (id, registered_at, registration, interval_seconds) \
    SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM tfo_agents) < $5 ON CONFLICT (id) DO NOTHING RETURNING id";
const HEARTBEAT: &str = "UPDATE tfo_agents SET last_heartbeat_at = $1, heartbeat = $2, interval_seconds = $3, \
    health = $4, config_status = $5 WHERE id = $6 RETURNING registered_at, config_version";
const PULSES: &str =
    "SELECT id, registered_at, last_heartbeat_at, interval_seconds, health, config_status FROM tfo_agents";
const AGENTS: &str = "SELECT id, registered_at, last_heartbeat_at, interval_seconds, health, config_status, registration, \
    heartbeat, config_version FROM tfo_agents WHERE id IN (";
const DELETE: &str = "DELETE FROM tfo_agents WHERE id = $1 RETURNING id";
const CONFIGURATION: &str = "SELECT config_version, config FROM tfo_agents WHERE id = $1";
/// The number counts on when a configuration is removed, so that no version ever comes back with another text.
const CONFIGURE: &str = "UPDATE tfo_agents SET config = $1, config_serial = config_serial + 1, \
    config_version = (config_serial + 1) || $2 WHERE id = $3 AND (config IS NULL OR config <> $1) RETURNING config_version";
const UNCONFIGURE: &str = "UPDATE tfo_agents SET config = NULL, config_version = NULL WHERE id = $1 RETURNING id";

/// Reports storage that cannot be.
pub(super) fn validate(config: &Config, problems: &mut Problems) {
    let mut kinds = 0;
    #[cfg(feature = "sqlite")]
    if let Some(path) = &config.storage.sqlite {
        kinds += 1;
        problems.nest("sqlite", |problems| sqlite::validate(path, problems));
    }
    #[cfg(feature = "postgres")]
    if let Some(postgres) = &config.storage.postgres {
        kinds += 1;
        problems.nest("postgres", |problems| postgres::validate(postgres, config, problems));
    }
    if kinds != 1 {
        let text =
            if kinds == 0 { "nothing says where agents are kept" } else { "agents can be kept in one place only" };
        problems.error("", text).help("write `sqlite: /var/lib/tfo/agents.db`, or `postgres: { url: ... }`");
    }
}

/// Looks at the storage, without writing anything.
pub(super) async fn check(config: &Config, cx: &CheckContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    #[cfg(feature = "sqlite")]
    if let Some(path) = &config.storage.sqlite {
        findings.push(sqlite::check(path));
    }
    #[cfg(feature = "postgres")]
    if let Some(written) = &config.storage.postgres {
        findings.extend(postgres::check(written, config, cx).await);
    }
    #[cfg(not(feature = "postgres"))]
    let _ = cx;
    findings
}

// === impl Store ===

impl Store {
    /// The store that a configuration asks for; nothing is opened yet. `owner` is whose it is, for the log.
    ///
    /// # Errors
    /// If it names none; `validate` reports the same.
    pub(super) fn new(config: &Config, owner: &str, renewals: &Renewals) -> Result<Self, Failure> {
        let database = match &config.storage {
            #[cfg(feature = "sqlite")]
            super::config::Storage { sqlite: Some(path), .. } => Database::Sqlite(sqlite::Sqlite::new(path)),
            #[cfg(feature = "postgres")]
            super::config::Storage { postgres: Some(database), .. } => Database::Postgres(Box::new(
                postgres::Postgres::new(database, config, owner, renewals).map_err(Failure)?,
            )),
            _ => return Err(Failure(format!("{owner} has no storage"))),
        };
        #[cfg(not(feature = "postgres"))]
        let _ = renewals;
        Ok(Self {
            database,
            timeout: config.timeout.get(),
            listening_since: AtomicI64::new(millis(SystemTime::now())),
            is_broken: AtomicBool::new(false),
        })
    }

    /// Since when heartbeats can be noted, in milliseconds since 1970.
    pub(super) fn listening_since(&self) -> i64 {
        self.listening_since.load(Ordering::Relaxed)
    }

    /// Opens it and makes its table, so that what is wrong is logged at the start.
    pub(super) async fn open(&self) -> Result<(), Refusal> {
        self.run(Statement::new("SELECT 1", [])).await.map(drop)
    }

    /// Notes an agent. `None` if there are too many of them.
    pub(super) async fn register(
        &self,
        id: &str,
        registration: &Registration,
        interval: u64,
        most: u32,
        now: i64,
    ) -> Result<Option<Entered>, Refusal> {
        let json = Value::json(registration)?;
        let interval = Value::from(interval);
        for _ in 0..2 {
            let again = Statement::new(REGISTER_AGAIN, [json.clone(), interval.clone(), id.into()]);
            if let Some(mut row) = self.first(again.durable()).await? {
                return Ok(Some(Entered { is_new: false, config_version: row.text() }));
            }
            let first = [id.into(), now.into(), json.clone(), interval.clone(), i64::from(most).into()];
            if self.first(Statement::new(REGISTER, first).durable()).await?.is_some() {
                return Ok(Some(Entered { is_new: true, config_version: None }));
            }
            // Unless there are too many, the same agent was noted meanwhile.
        }
        Ok(None)
    }

    /// Notes a heartbeat; returns the version of the configuration that the agent should have. `None` if it is not known.
    pub(super) async fn heartbeat(
        &self,
        id: &str,
        heartbeat: &Heartbeat,
        interval: u64,
        now: i64,
    ) -> Result<Option<(Pulse, Option<String>)>, Refusal> {
        let config_status = heartbeat.config_status.unwrap_or_default();
        let values = [
            now.into(),
            Value::json(heartbeat)?,
            Value::from(interval),
            Value::word(&heartbeat.agent_status),
            Value::word(&config_status),
            id.into(),
        ];
        Ok(self.first(Statement::new(HEARTBEAT, values)).await?.map(|mut row| {
            let pulse = Pulse {
                registered_at: row.integer().unwrap_or(now),
                last_heartbeat_at: Some(now),
                interval: i64::try_from(interval).unwrap_or(i64::MAX),
                health: heartbeat.agent_status,
                config_status,
            };
            (pulse, row.text())
        }))
    }

    /// The heartbeats of every agent, in no order.
    pub(super) async fn pulses(&self) -> Result<Vec<(String, Pulse)>, Refusal> {
        let rows = self.run(Statement::new(PULSES, [])).await?;
        Ok(rows.into_iter().map(|mut row| (row.text().unwrap_or_default(), known::pulse(&mut row))).collect())
    }

    /// All that is known of these agents, in no order; those that are not known are left out.
    pub(super) async fn agents(&self, ids: &[String]) -> Result<Vec<Known>, Refusal> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<_> = (1..=ids.len()).map(|place| format!("${place}")).collect();
        let sql = format!("{AGENTS}{})", places.join(", "));
        let rows = self.run(Statement::new(sql, ids.iter().map(|id| Value::from(id.as_str())))).await?;
        Ok(rows.into_iter().map(Known::from).collect())
    }

    /// Forgets an agent; false if it is not known.
    pub(super) async fn delete(&self, id: &str) -> Result<bool, Refusal> {
        Ok(self.first(Statement::new(DELETE, [id.into()]).durable()).await?.is_some())
    }

    /// The configuration of an agent, if there is one; `None` if the agent is not known.
    pub(super) async fn configuration(&self, id: &str) -> Result<Option<Option<Configuration>>, Refusal> {
        let row = self.first(Statement::new(CONFIGURATION, [id.into()])).await?;
        Ok(row.map(|mut row| {
            let (version, config) = (row.text(), row.text());
            version.zip(config).map(|(version, config)| Configuration { version, config })
        }))
    }

    /// Sets or removes the configuration of an agent; returns its version, which is empty when it was removed. `None` if
    /// the agent is not known.
    pub(super) async fn configure(&self, id: &str, config: Option<&str>) -> Result<Option<String>, Refusal> {
        let Some(config) = config else {
            let row = self.first(Statement::new(UNCONFIGURE, [id.into()]).durable()).await?;
            return Ok(row.map(|_| String::new()));
        };
        let hash = Sha256::digest(config.as_bytes());
        let suffix = format!("-{:08x}", u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]));
        let values = [config.into(), suffix.as_str().into(), id.into()];
        if let Some(mut row) = self.first(Statement::new(CONFIGURE, values).durable()).await? {
            return Ok(row.text());
        }
        let row = self.first(Statement::new(CONFIGURATION, [id.into()])).await?;
        Ok(row.and_then(|mut row| row.text()))
    }

    async fn first(&self, statement: Statement) -> Result<Option<Row>, Refusal> {
        Ok(self.run(statement).await?.into_iter().next())
    }

    async fn run(&self, statement: Statement) -> Result<Vec<Row>, Refusal> {
        let done = async {
            match &self.database {
                #[cfg(feature = "sqlite")]
                Database::Sqlite(sqlite) => sqlite.run(statement).await,
                #[cfg(feature = "postgres")]
                Database::Postgres(postgres) => postgres.run(&statement).await,
            }
        };
        let done = tokio::time::timeout(self.timeout, done).await;
        match done.unwrap_or_else(|_| Err(format!("it did not answer within {:?}", self.timeout))) {
            Ok(rows) => {
                if self.is_broken.swap(false, Ordering::Relaxed) {
                    self.listening_since.store(millis(SystemTime::now()), Ordering::Relaxed);
                    tracing::info!("agents_api: the storage works again");
                }
                Ok(rows)
            }
            Err(reason) => {
                if !self.is_broken.swap(true, Ordering::Relaxed) {
                    tracing::warn!("agents_api: the storage cannot be used, agents are answered 503: {reason}");
                }
                // What is wrong with it concerns whoever runs it, who finds it in the log.
                Err(Refusal::new(Reason::StorageUnavailable, "the storage cannot be used now; try again"))
            }
        }
    }
}
