//! Days: made ahead, on demand and late, dropped and emptied.

use std::time::{Duration, Instant};

use exporters::postgres::SchemaConfig;
use tokio_postgres::Client;

use crate::{Database, first};

const DAY: i64 = 24 * 60 * 60;

async fn today(client: &Client) -> i32 {
    first(client, "SELECT (now() AT TIME ZONE 'UTC')::date - date '1970-01-01'").await.parse().unwrap()
}

/// Inserts log records at noon of these days, counted from today.
async fn insert(client: &Client, days: &[i64]) {
    for day in days {
        let noon =
            format!("date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '{day} days 12 hours'");
        client
            .batch_execute(&format!("INSERT INTO otel_logs (time, body) VALUES ({noon}, 'day {day}')"))
            .await
            .unwrap();
    }
}

/// The partition of each row, as `day N: rest` or `day N: its day`.
fn places(database: &Database) -> Vec<String> {
    database.ask(
        "SELECT body || CASE tableoid::regclass::text WHEN 'otel_logs_default' THEN ': rest'
           WHEN 'otel_logs_' || to_char(time AT TIME ZONE 'UTC', 'YYYYMMDD') THEN ': its day'
           ELSE ': ' || tableoid::regclass END
         FROM otel_logs ORDER BY time",
    )
}

/// Scenario: a batch has rows of today, tomorrow, three weeks ago, of 1970 and before, of two years ago, of the next days and of 2262, and
/// the session is in a time zone far from UTC.
/// Guarantee: days within reach get partitions by UTC, the others are in the default one, and no row is refused.
#[tokio::test]
async fn a_batch_gets_its_days() {
    let Some(database) = Database::new("a_batch_gets_its_days") else { return };
    let client = database.client().await;
    client.batch_execute("SET timezone TO 'Pacific/Kiritimati'").await.unwrap();
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    let today = today(&client).await;
    let days = [0, 1, -21, -700, -today, -100_000, 86_000, 3, 9];
    let absolute = days.iter().map(|day| today.saturating_add(*day)).chain([i32::MIN, i32::MAX]).collect();
    schema.days(&client, &absolute, "otel_logs").await.unwrap();
    insert(&client, &days.map(i64::from)).await;
    let expected = [
        "day -100000: rest".to_owned(),
        format!("day {}: rest", -today),
        "day -700: rest".to_owned(),
        "day -21: its day".to_owned(),
        "day 0: its day".to_owned(),
        "day 1: its day".to_owned(),
        "day 3: its day".to_owned(),
        "day 9: rest".to_owned(),
        "day 86000: rest".to_owned(),
    ];
    assert_eq!(places(&database), expected);
}

/// Scenario: rows of a day are in the default partition when the partition of that day is made, while others insert rows
/// of the same day without pause.
/// Guarantee: they are moved, the others stay, no insert fails and no row is lost.
#[tokio::test(flavor = "multi_thread")]
async fn late_days_take_their_rows() {
    let Some(database) = Database::new("late_days_take_their_rows") else { return };
    let (client, other) = (database.client().await, database.client().await);
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    insert(&client, &[-5, -5, -6, -2000]).await;
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let inserting = tokio::spawn(async move {
        let mut count = 0;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            insert(&other, &[-5]).await;
            count += 1;
        }
        count
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    schema.days(&client, &[today(&client).await - 5].into(), "otel_logs").await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let inserted: usize = inserting.await.unwrap();
    assert!(inserted > 10, "only {inserted} rows were inserted meanwhile");
    let places = places(&database);
    assert_eq!(places[..2], ["day -2000: rest", "day -6: rest"]);
    assert_eq!(places[2..], vec!["day -5: its day".to_owned(); inserted + 2]);
    // The day has the indexes of the others.
    let indexes = "SELECT count(*) FROM pg_index WHERE indisvalid AND indrelid = to_regclass('otel_logs_' ||
        to_char(now() AT TIME ZONE 'UTC' - interval '5 days', 'YYYYMMDD'))";
    assert_eq!(database.number(indexes), 3);
}

/// Scenario: somebody reads the default partition in a transaction that does not end, when a batch brings a new day.
/// Guarantee: making the day gives up after two seconds and is not tried with every batch; the rows are stored; when the
/// reader is gone, maintenance goes on and a later batch gets the day with all its rows.
#[tokio::test]
async fn a_reader_does_not_stop_inserts() {
    let Some(database) = Database::new("a_reader_does_not_stop_inserts") else { return };
    let (client, reader) = (database.client().await, database.client().await);
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    reader.batch_execute("BEGIN; SELECT count(*) FROM otel_logs").await.unwrap();
    let days = [today(&client).await - 7].into();
    let began = Instant::now();
    schema.days(&client, &days, "otel_logs").await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let began = Instant::now();
    schema.days(&client, &days, "otel_logs").await.unwrap();
    insert(&client, &[-7]).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(places(&database), ["day -7: rest"]);
    reader.batch_execute("ROLLBACK").await.unwrap();
    schema.maintain(&client).await.unwrap();
    schema.days(&client, &days, "otel_logs").await.unwrap();
    assert_eq!(places(&database), ["day -7: its day"]);
}

/// Scenario: more rows than are moved at once wait in the default partition for their day.
/// Guarantee: the day is left there, and nothing waits.
#[tokio::test]
async fn a_full_default_partition_is_left() {
    let Some(database) = Database::new("a_full_default_partition_is_left") else { return };
    let client = database.client().await;
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    let fill = "INSERT INTO otel_metrics_gauge (time) SELECT now() - interval '9 days' FROM generate_series(0, 100000)";
    client.batch_execute(fill).await.unwrap();
    schema.days(&client, &[today(&client).await - 9].into(), "otel_metrics_gauge").await.unwrap();
    assert_eq!(database.number("SELECT count(*) FROM otel_metrics_gauge_default"), 100_001);
}

/// Scenario: rows of many days, with days and in the default partition, and batches of yesterday; three days are kept.
/// Guarantee: days and rows that are older are gone, the others stay, the coming days are there, tables of others that
/// are called alike stay, and batches are forgotten after a day.
#[tokio::test]
async fn what_is_old_goes() {
    let Some(database) = Database::new("what_is_old_goes") else { return };
    let client = database.client().await;
    let keep = |seconds: i64| SchemaConfig {
        retention: pipelines::config::Duration::from_secs(seconds.try_into().unwrap()),
        ..SchemaConfig::default()
    };
    let generous = database.prepared(&client, keep(100 * DAY)).await;
    let today = today(&client).await;
    let days = [-200, -99, -10, -5, -4, -2, 0, 500];
    generous.days(&client, &days.iter().map(|day| today + day).collect(), "otel_logs").await.unwrap();
    insert(&client, &days.map(i64::from)).await;
    insert(&client, &[i64::from(-today) - 400, -3, -20]).await;
    database.ask("CREATE TABLE otel_logs_20010101 (mine text); CREATE TABLE otel_logs_archive (mine text)");
    database.ask(
        "INSERT INTO otel_batches VALUES ('00000000-0000-0000-0000-000000000001', now() - interval '25 hours'),
           ('00000000-0000-0000-0000-000000000002', now() - interval '23 hours')",
    );
    let strict = database.prepared(&client, keep(4 * DAY)).await;
    strict.maintain(&client).await.unwrap();
    // Day -4 goes as a whole when all of it is older; until then its rows are kept.
    let expected = ["day -4: its day", "day -3: rest", "day -2: its day", "day 0: its day", "day 500: rest"];
    assert_eq!(places(&database), expected);
    assert_eq!(database.ask("SELECT right(id::text, 1) FROM otel_batches"), ["2"]);
    assert_eq!(
        database.number("SELECT count(*) FROM pg_class WHERE relname IN ('otel_logs_20010101', 'otel_logs_archive')"),
        2
    );
    // Rows that are too old for a day of their own do not get one.
    strict.days(&client, &[today - 6].into(), "otel_logs").await.unwrap();
    insert(&client, &[-6]).await;
    assert_eq!(places(&database)[0], "day -6: rest");
}

/// Scenario: an index on attributes is wanted from the start, or when there are rows already.
/// Guarantee: then all have it; later only days made from then on, so that nothing waits for it.
#[tokio::test]
async fn attributes_are_indexed_on_demand() {
    let Some(database) = Database::new("attributes_are_indexed_on_demand") else { return };
    let client = database.client().await;
    let indexed = |schema: &str| SchemaConfig {
        schema: schema.into(),
        views_schema: String::new(),
        index_attributes: true,
        ..SchemaConfig::default()
    };
    let count = |schema: &str, partition: &str| {
        database.number(&format!(
            "SELECT count(*) FROM pg_indexes WHERE schemaname = '{schema}' AND tablename LIKE 'otel_logs%{partition}'
             AND indexdef LIKE '%USING gin%'"
        ))
    };
    database.prepared(&client, indexed("early")).await;
    assert_eq!((count("early", "default"), count("early", "")), (1, 5), "the table, today, two days, the rest");

    database.prepared(&client, SchemaConfig { index_attributes: false, ..indexed("late") }).await;
    client.batch_execute("INSERT INTO late.otel_logs (time) VALUES (now())").await.unwrap();
    let schema = database.prepared(&client, indexed("late")).await;
    assert_eq!((count("late", "default"), count("late", "")), (0, 1), "the table only");
    schema.days(&client, &[today(&client).await - 1].into(), "otel_logs").await.unwrap();
    assert_eq!(count("late", ""), 2, "and the day that came later");
}

/// Scenario: the owner of the database has a partition of a month among the days.
/// Guarantee: batches of that month go there, and no batch fails for a day that cannot be made.
#[tokio::test]
async fn partitions_of_others_stay() {
    let Some(database) = Database::new("partitions_of_others_stay") else { return };
    let client = database.client().await;
    let schema = database.prepared(&client, SchemaConfig::default()).await;
    client
        .batch_execute(
            "DO $$ BEGIN EXECUTE format('CREATE TABLE month PARTITION OF otel_logs FOR VALUES FROM (%L) TO (%L)',
               now() - interval '60 days', now() - interval '30 days'); END $$",
        )
        .await
        .unwrap();
    schema.days(&client, &[today(&client).await - 40].into(), "otel_logs").await.unwrap();
    insert(&client, &[-40]).await;
    assert_eq!(places(&database), ["day -40: month"]);
}
