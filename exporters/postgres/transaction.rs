//! One transaction for each batch: its id, then its rows.

use std::ops::Range;

use bytes::Bytes;
use futures_util::SinkExt as _;
use pipelines::BatchId;
use pipelines::component::Exported;
use tokio_postgres::{Client, CopyInSink, SimpleQueryMessage};

use super::copy::{HEADER, Sheet, TRAILER};
use super::error::{Error, Kind};
use super::schema::{BATCHES, Schema};

/// Bytes that are handed to the connection at once, which copies them.
const CHUNK: usize = 64 << 10;
/// Rows that are found out one by one in a batch; each takes some milliseconds, and an attempt has an end.
const SINGLY: u64 = 500;
/// With more of them, so many are refused together when one of them is to blame.
const TOGETHER: usize = 64;

/// Stores the rows of a batch unless that was done before.
///
/// # Errors
/// What the server says. A transaction may be open then.
pub(super) async fn store(client: &Client, schema: &Schema, id: BatchId, sheets: &[Sheet]) -> Result<Exported, Error> {
    let begin =
        format!("BEGIN; INSERT INTO {} (id) VALUES ('{id}') ON CONFLICT DO NOTHING", schema.qualified(&BATCHES));
    if !begin_new(client, &begin).await? {
        return Ok(Exported::default());
    }
    match all(client, schema, sheets).await {
        Ok(()) => return Ok(Exported::default()),
        Err(error) if error.kind == Kind::Row => {}
        Err(error) => return Err(error),
    }
    // Some row is to blame. With savepoints from the start the others can stay; constraints that would speak up at the
    // end do so at once.
    client.batch_execute("ROLLBACK").await?;
    // Unless a table was changed: bytes of a number, say, are no text, whatever the row.
    schema.compare(client).await?;
    if !begin_new(client, &begin).await? {
        return Ok(Exported::default());
    }
    client.batch_execute("SET CONSTRAINTS ALL IMMEDIATE").await?;
    let mut refused = Refused::default();
    for sheet in sheets {
        refused.sift(client, schema, sheet).await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(refused.into())
}

/// Begins the transaction of a batch; `false` if the batch is stored already.
async fn begin_new(client: &Client, begin: &str) -> Result<bool, Error> {
    let answers = client.simple_query(begin).await?;
    let inserted = answers.iter().rev().find_map(|answer| match answer {
        SimpleQueryMessage::CommandComplete(rows) => Some(*rows > 0),
        _ => None,
    });
    if inserted != Some(true) {
        client.batch_execute("ROLLBACK").await?;
        return Ok(false);
    }
    Ok(true)
}

async fn all(client: &Client, schema: &Schema, sheets: &[Sheet]) -> Result<(), Error> {
    for sheet in sheets {
        copy(client, schema, sheet, &(0..sheet.len())).await?;
    }
    Ok(client.batch_execute("COMMIT").await?)
}

/// Sends a range of rows.
async fn copy(client: &Client, schema: &Schema, sheet: &Sheet, rows: &Range<usize>) -> Result<(), Error> {
    let columns: Vec<_> = sheet.table.columns.iter().map(|column| column.name).collect();
    let table = schema.qualified(sheet.table);
    let statement = format!("COPY {table} ({}) FROM STDIN (FORMAT binary)", columns.join(", "));
    let mut sink = std::pin::pin!(client.copy_in::<_, Bytes>(&statement).await?);
    let sent = send(&mut sink, sheet.slice(rows)).await;
    // The answer tells more than that nothing more could be sent.
    sink.finish().await?;
    Ok(sent?)
}

async fn send(sink: &mut std::pin::Pin<&mut CopyInSink<Bytes>>, mut rows: Bytes) -> Result<(), tokio_postgres::Error> {
    sink.feed(Bytes::from_static(HEADER)).await?;
    while !rows.is_empty() {
        sink.feed(rows.split_to(rows.len().min(CHUNK))).await?;
    }
    sink.feed(Bytes::from_static(TRAILER)).await
}

/// The rows the database does not take.
#[derive(Default)]
struct Refused {
    rows: u64,
    /// Why the first of them.
    reason: Option<Error>,
}

// === impl Refused ===

impl Refused {
    /// Stores what can be stored, by halving what fails until single rows are left, or few ones.
    async fn sift(&mut self, client: &Client, schema: &Schema, sheet: &Sheet) -> Result<(), Error> {
        client.batch_execute("SAVEPOINT tfo").await?;
        let mut ranges = Vec::new();
        ranges.push(0..sheet.len());
        while let Some(rows) = ranges.pop() {
            match copy(client, schema, sheet, &rows).await {
                Ok(()) => client.batch_execute("RELEASE SAVEPOINT tfo; SAVEPOINT tfo").await?,
                Err(error) if error.kind == Kind::Row => {
                    client.batch_execute("ROLLBACK TO SAVEPOINT tfo").await?;
                    let together = if self.rows < SINGLY { 1 } else { TOGETHER };
                    if rows.len() > together {
                        let middle = rows.start + rows.len() / 2;
                        ranges.push(middle..rows.end);
                        ranges.push(rows.start..middle);
                    } else {
                        self.rows += rows.len() as u64;
                        self.reason.get_or_insert_with(|| error.context(sheet.table.name));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(client.batch_execute("RELEASE SAVEPOINT tfo").await?)
    }
}

impl From<Refused> for Exported {
    fn from(refused: Refused) -> Self {
        Self { rejected: refused.rows, message: refused.reason.map(|reason| reason.to_string()) }
    }
}
