//! Does what the exporter would do to the tables, without rows and in a transaction that is rolled back.

use bytes::Bytes;
use pipelines::component::{Check, Finding};
use tokio_postgres::Client;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;

use super::config::SchemaConfig;
use super::error::Error;
use super::script::{ident, literal};
use super::tables::{BATCHES, LOGS, TABLES, daily};
use super::{Schema, one, rows};

/// What was found; an error when the connection is gone.
pub(in crate::postgres) async fn rehearse(client: &Client, config: &SchemaConfig) -> Result<Vec<Finding>, Error> {
    client.batch_execute("BEGIN").await?;
    let mut findings = Vec::new();
    match act(client, config, &mut findings).await {
        Err(error) if client.is_closed() => return Err(error),
        Err(error) => findings.push(finding(&error)),
        Ok(()) => {}
    }
    client.batch_execute("ROLLBACK").await?;
    Ok(findings)
}

async fn act(client: &Client, config: &SchemaConfig, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let schema = Schema::new(config.clone());
    let logs = literal(&schema.qualified(&LOGS));
    let were_there = one(client, &format!("SELECT to_regclass({logs}) IS NOT NULL")).await?.as_deref() == Some("t");
    schema.make(client).await?;
    let place = &config.schema;
    findings.push(Finding::new(
        Check::Passed,
        if were_there {
            format!("the tables in schema `{place}` have the columns that are written")
        } else {
            format!("the tables can be made in schema `{place}`")
        },
    ));
    if privileges(client, config, findings).await? {
        for table in TABLES {
            let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            let copy = format!("COPY {} ({}) FROM STDIN BINARY", schema.qualified(table), columns.join(", "));
            let sink = client.copy_in::<_, Bytes>(&copy).await?;
            std::pin::pin!(BinaryCopyInWriter::new(sink, &[])).finish().await?;
        }
        let text = format!("all {} tables take rows (tried without any, and rolled back)", TABLES.len());
        findings.push(Finding::new(Check::Passed, text));
    }
    Ok(())
}

/// Names each table that is not to be written to; whether all are.
async fn privileges(client: &Client, config: &SchemaConfig, findings: &mut Vec<Finding>) -> Result<bool, Error> {
    let relation = |name: &str| format!("to_regclass({})", literal(&format!("{}.{name}", ident(&config.schema))));
    let mut queries: Vec<String> = TABLES
        .iter()
        .map(|table| {
            let relation = relation(table.name);
            format!("SELECT 'insert', {relation}, current_user WHERE NOT has_table_privilege({relation}, 'INSERT')")
        })
        .collect();
    let batches = relation(BATCHES.name);
    queries
        .push(format!("SELECT 'delete', {batches}, current_user WHERE NOT has_table_privilege({batches}, 'DELETE')"));
    if config.create_schema {
        queries.extend(daily().map(|table| {
            format!(
                "SELECT 'own', oid::regclass, pg_get_userbyid(relowner) FROM pg_class \
                 WHERE oid = {} AND NOT pg_has_role(relowner, 'USAGE')",
                relation(table.name)
            )
        }));
    }
    let mut may_insert = true;
    for row in rows(client, &queries.join(" UNION ALL ")).await? {
        let field = |index| row.get(index).unwrap_or_default();
        let (table, user) = (field(1), field(2));
        findings.push(match field(0) {
            "insert" => {
                may_insert = false;
                Finding::new(Check::Denied, format!("user `{user}` may not insert into {table}; grant it INSERT"))
            }
            "delete" => {
                let text = format!("user `{user}` may not delete from {table}, which will grow; grant it DELETE");
                Finding::new(Check::Warned, text)
            }
            _ => Finding::new(
                Check::Warned,
                format!(
                    "{table} belongs to `{user}`, so its days are neither made nor dropped; set `create_schema: false` \
                     and let a job of the database do it"
                ),
            ),
        });
    }
    Ok(may_insert)
}

fn finding(error: &Error) -> Finding {
    let check = match error.code() {
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Check::Denied,
        // Somebody is at it right now.
        Some(&SqlState::LOCK_NOT_AVAILABLE) => Check::Warned,
        _ => Check::Failed,
    };
    Finding::new(check, error.to_string())
}
