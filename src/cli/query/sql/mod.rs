//! `tfo query sql`: any SELECT, row by row.

use std::fmt::Display;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{ErrorCode, Row};
use serde_json::{Map, Value};

use super::cell;
use super::failure::Failure;
use super::show::{Cell, Column, Screen, Table};
use super::store::Store;

/// Rows that decide how wide the columns are, and that are printed at once.
const ROWS: usize = 200;

/// Bytes of rows that are held at most before they are printed.
const BYTES: usize = 1 << 20;

/// Pragmas that only tell something.
const TELLING: [&str; 9] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "application_id",
    "user_version",
    "page_count",
];

/// What to say to everything that is no SELECT.
const READING: &str = "the store is open for reading only: give a SELECT; the `sqlite` exporter is the one that writes";

/// Arguments of `tfo query sql`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The statement, e.g. 'SELECT service_name, count(*) FROM logs GROUP BY 1'; views logs, spans and metrics are made for
    /// people, `SELECT name, sql FROM sqlite_schema` shows all there is
    statement: String,
}

pub(super) fn run(mut store: Store, screen: &Screen, args: &Args) -> Result<(), Failure> {
    store.connection.authorizer(Some(judge))?;
    let mut statement = store.connection.prepare(&args.statement).map_err(wrong)?;
    let names = names(&statement);
    let numbers = statement.parameter_count();
    if numbers > 0 {
        return Err(Failure::usage(format!("the statement has {numbers} parameters: write their values into it")));
    }
    if args.statement.trim().is_empty() {
        return Err(Failure::usage("there is no statement: give a SELECT in quotes"));
    }
    // VACUUM, for one, asks nobody.
    if names.is_empty() {
        return Err(Failure::usage(READING));
    }
    let mut table = Table::new(names.iter().map(|name| Column::left(name.clone())));
    let mut held = 0;
    let mut rows = statement.query([]).map_err(wrong)?;
    while let Some(row) = rows.next().map_err(wrong)? {
        if screen.is_json() {
            screen.record(&record(row, &names)?)?;
            continue;
        }
        let cells: Vec<String> = (0..names.len()).map(|at| shown(row, at)).collect::<Result<_, _>>()?;
        held += cells.iter().map(String::len).sum::<usize>();
        table.row(cells.iter().map(Cell::from));
        if table.len() >= ROWS || held > BYTES {
            screen.print(&table.draw(screen))?;
            held = 0;
        }
    }
    if screen.is_json() { Ok(()) } else { screen.print(&table.draw(screen)) }
}

/// Reading is all there is: the connection is read-only, and this also refuses what would write elsewhere (ATTACH,
/// VACUUM INTO) or change the connection.
fn judge(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
            Authorization::Allow
        }
        AuthAction::Pragma { pragma_name, .. } if TELLING.contains(&pragma_name) => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

/// What is wrong with the statement.
fn wrong(error: rusqlite::Error) -> Failure {
    if matches!(error, rusqlite::Error::MultipleStatement) {
        return Failure::usage("there are several statements: give one at a time");
    }
    let wrong = |what: &dyn Display| {
        Failure::usage(format!(
            "the statement is wrong: {what}; `SELECT name, sql FROM sqlite_schema` shows tables and columns"
        ))
    };
    // Without the statement, which stands on the command line.
    if let rusqlite::Error::SqlInputError { msg, .. } = &error {
        return wrong(msg);
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => Failure::usage(READING),
        Some(ErrorCode::Unknown) => wrong(&error),
        _ => error.into(),
    }
}

/// Names of columns; those that stand there already get a number, since keys of JSON are to differ.
fn names(statement: &rusqlite::Statement<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in statement.column_names() {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !names.contains(name));
        names.extend(free);
    }
    names
}

fn shown(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(cell::text(row, at)?.unwrap_or_default())
}

fn record(row: &Row<'_>, names: &[String]) -> rusqlite::Result<Value> {
    let pairs = names.iter().enumerate().map(|(at, name)| Ok((name.clone(), cell::any(row, at)?)));
    Ok(Value::Object(pairs.collect::<rusqlite::Result<Map<_, _>>>()?))
}
