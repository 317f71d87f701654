//! [`Inserts`]: rows into the tables, within a transaction.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode};

use super::error::Error;
use super::rows::{Fields, Table};

/// Inserts rows with one prepared statement for each table.
pub(super) struct Inserts<'c> {
    connection: &'c Connection,
    statements: [Option<CachedStatement<'c>>; Table::COUNT],
    table: Table,
    /// The parameter that follows, from 1.
    at: usize,
    /// What went wrong with the row so far.
    failed: Result<(), rusqlite::Error>,
    scratch: Vec<u8>,
    /// The number of the last row.
    pub(super) last_row: i64,
    /// Rows that the tables do not take.
    pub(super) rejected: u64,
    /// Why they do not take the first of them.
    pub(super) reason: Option<String>,
}

/// A value that is bound as it is.
struct Cell<'a>(ValueRef<'a>);

// === impl Inserts ===

impl<'c> Inserts<'c> {
    /// Inserts rows behind number `last_row`.
    pub(super) fn new(connection: &'c Connection, last_row: i64) -> Self {
        Self {
            connection,
            statements: [const { None }; Table::COUNT],
            table: Table::Logs,
            at: 1,
            failed: Ok(()),
            scratch: Vec::new(),
            last_row,
            rejected: 0,
            reason: None,
        }
    }

    fn prepare(&mut self) -> Result<(), rusqlite::Error> {
        let statement = &mut self.statements[self.table as usize];
        if statement.is_none() {
            *statement = Some(self.connection.prepare_cached(&self.table.insert())?);
        }
        Ok(())
    }

    fn bind(&mut self, value: ValueRef<'_>) {
        if self.failed.is_ok()
            && let Some(statement) = &mut self.statements[self.table as usize]
        {
            self.failed = statement.raw_bind_parameter(self.at, Cell(value));
            self.at += 1;
        }
    }

    fn execute(&mut self) -> Result<(), rusqlite::Error> {
        std::mem::replace(&mut self.failed, Ok(()))?;
        match &mut self.statements[self.table as usize] {
            Some(statement) => statement.raw_execute().map(drop),
            None => Ok(()),
        }
    }
}

impl Fields for Inserts<'_> {
    type Error = Error;

    fn begin(&mut self, table: Table) {
        self.table = table;
        self.at = 1;
        self.failed = self.prepare();
        if table.is_of_items() {
            self.int(self.last_row.saturating_add(1));
        }
    }

    fn null(&mut self) {
        self.bind(ValueRef::Null);
    }

    fn int(&mut self, value: i64) {
        self.bind(ValueRef::Integer(value));
    }

    fn double(&mut self, value: f64) {
        self.bind(ValueRef::Real(value));
    }

    fn text(&mut self, text: &[u8]) {
        self.bind(ValueRef::Text(text));
    }

    fn end(&mut self) -> Result<(), Error> {
        match self.execute() {
            Ok(()) => self.last_row += i64::from(self.table.is_of_items()),
            // A trigger may also end the transaction, and what came before were lost.
            Err(error) if self.table.is_of_items() && is_of_the_row(&error) && !self.connection.is_autocommit() => {
                self.rejected += 1;
                self.reason.get_or_insert_with(|| format!("{} does not take a row: {error}", self.table.name()));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn scratch(&mut self) -> &mut Vec<u8> {
        &mut self.scratch
    }
}

// === impl Cell ===

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

/// Whether the row is to blame, and others may still be taken.
fn is_of_the_row(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch))
}
