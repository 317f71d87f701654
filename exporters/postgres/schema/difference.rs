//! Compares the columns that are written with those that are there.

use tokio_postgres::Client;

use super::config::SchemaConfig;
use super::error::Error;
use super::script::{ident, literal};
use super::tables::TABLES;

/// Most differences an error tells; the first ones show what is wrong.
const TOLD: usize = 8;

/// An error that tells what differs, if anything does.
pub(super) async fn compare(client: &Client, config: &SchemaConfig) -> Result<(), Error> {
    let mut found = differences(client, &config.schema).await?;
    if found.is_empty() {
        return Ok(());
    }
    if found.len() > TOLD {
        let more = found.len() - TOLD;
        found.truncate(TOLD);
        found.push(format!("{more} more"));
    }
    let fix = if config.create_schema {
        "change them, or set `schema` to one of its own"
    } else {
        "run what `tfo schema sql postgres` prints, or set `create_schema: true`"
    };
    Err(Error::Different { schema: config.schema.clone(), differences: found.join(", "), fix })
}

/// What differs, each in a few words: tables and columns that are missing, columns of another type, and columns of
/// others that take no row without a value.
async fn differences(client: &Client, schema: &str) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for row in super::rows(client, &query(schema)).await? {
        let field = |index| row.get(index).unwrap_or_default();
        let (table, column, expected, actual) = (field(0), field(1), field(2), field(3));
        let difference = match (expected, actual) {
            (_, "no table") => format!("{table} does not exist"),
            (expected, "") => format!("{table} has no column {column} ({expected})"),
            ("", _) => format!("{table}.{column} takes no row without a value, and none is written"),
            (expected, actual) => format!("{table}.{column} is {actual} instead of {expected}"),
        };
        if found.last() != Some(&difference) {
            found.push(difference);
        }
    }
    Ok(found)
}

fn query(schema: &str) -> String {
    let mut expected = Vec::new();
    for (place, table) in TABLES.iter().enumerate() {
        let relation = literal(&format!("{}.{}", ident(schema), table.name));
        for column in table.columns {
            expected.push(format!(
                "({place}, '{}', to_regclass({relation}), '{}', '{}')",
                table.name, column.name, column.kind
            ));
        }
    }
    format!(
        "WITH expected (place, name, relation, attribute, kind) AS (VALUES {}),\n\
         actual AS (SELECT * FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped)\n\
         SELECT name, attribute, kind,\n  \
           CASE WHEN relation IS NULL THEN 'no table' ELSE format_type(atttypid, NULL) END AS found, place\n\
         FROM expected LEFT JOIN actual ON attrelid = relation AND attname = attribute\n\
         WHERE atttypid IS DISTINCT FROM kind::regtype\n\
         UNION ALL\n\
         SELECT DISTINCT name, attname, '', 'extra', place\n\
         FROM expected e JOIN actual ON attrelid = relation\n\
         WHERE attnotnull AND NOT atthasdef AND attidentity = '' AND attname NOT IN\n  \
           (SELECT attribute FROM expected o WHERE o.relation = e.relation)\n\
         ORDER BY place",
        expected.join(", ")
    )
}
