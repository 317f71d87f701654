//! `tfo schema sql`: the statements that make the tables of a database exporter.

use std::sync::Arc;

use clap::ValueEnum;
#[cfg(feature = "clickhouse")]
use exporters::clickhouse;
#[cfg(feature = "postgres")]
use exporters::postgres;
#[cfg(feature = "sqlite")]
use exporters::sqlite;

use crate::cli::Exit;
use crate::cli::files::Files;
use crate::render;

/// Arguments of `tfo schema sql`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which database
    #[arg(value_enum)]
    database: Database,
    /// Which of the exporters in the files, e.g. `clickhouse/eu`; not needed if there is one
    #[arg(value_name = "EXPORTER", requires = "config")]
    exporter: Option<String>,
    /// Configuration file whose names, engines and times to live are used; without it the defaults are
    #[arg(short, long = "config", value_name = "FILE")]
    config: Vec<String>,
    /// Version of the ClickHouse server the statements are for, e.g. 25.8
    #[cfg(feature = "clickhouse")]
    #[arg(long, value_name = "VERSION", default_value_t = clickhouse::Version::TEXT_INDEX)]
    server: clickhouse::Version,
}

/// A database that telemetry is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Database {
    /// ClickHouse
    #[cfg(feature = "clickhouse")]
    Clickhouse,
    /// PostgreSQL
    #[cfg(feature = "postgres")]
    Postgres,
    /// SQLite
    #[cfg(feature = "sqlite")]
    Sqlite,
}

pub(super) fn run(args: &Args) -> Exit {
    match args.database {
        #[cfg(feature = "clickhouse")]
        Database::Clickhouse => {
            args.print("clickhouse", |config: &clickhouse::Config| clickhouse::ddl(config, args.server))
        }
        #[cfg(feature = "postgres")]
        Database::Postgres => args.print("postgres", |config: &postgres::Config| postgres::ddl(&config.tables())),
        #[cfg(feature = "sqlite")]
        Database::Sqlite => args.print("sqlite", |_: &sqlite::Config| sqlite::ddl()),
    }
}

// === impl Args ===

impl Args {
    /// Prints what `ddl` makes of the configuration of an exporter.
    fn print<C: Default + Send + Sync + 'static>(&self, component: &str, ddl: impl Fn(&C) -> String) -> Exit {
        match self.configuration(component) {
            Ok(config) => {
                render::out(&ddl(&config));
                Exit::Fine
            }
            Err(exit) => exit,
        }
    }

    fn configuration<C: Default + Send + Sync + 'static>(&self, component: &str) -> Result<Arc<C>, Exit> {
        if self.config.is_empty() {
            return Ok(Arc::default());
        }
        let plan = Files::of(self.config.clone(), Vec::new()).plan()?;
        let named = |id: &str| self.exporter.as_deref().is_none_or(|exporter| exporter == id);
        let mut found = plan.declared.iter().filter_map(|declared| {
            let id = declared.id.to_string();
            (declared.component.about.name == component && named(&id)).then(|| (id, declared.config.clone()))
        });
        let wrong = |text: String| {
            render::err(&format!("error: {text}\n"));
            Exit::Usage
        };
        let Some((id, config)) = found.next() else {
            let named = self.exporter.as_ref().map(|id| format!(" that is called `{id}`")).unwrap_or_default();
            let files = self.config.join(", ");
            return Err(wrong(format!("there is no exporter of type `{component}`{named} in {files}")));
        };
        if let Some((other, _)) = found.next() {
            return Err(wrong(format!(
                "there are several exporters of type `{component}`: name one of them, e.g. `{id}` or `{other}`"
            )));
        }
        config.downcast().map_err(|_| wrong(format!("`{id}` is not of type `{component}`")))
    }
}
