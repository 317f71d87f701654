//! The tables as SQL: what is executed when they are missing, and what `tfo schema sql clickhouse` prints.

mod tables;
#[cfg(test)]
mod tests;
mod version;

use pipelines::Signal;

use self::tables::{KEY_COLUMNS, LOG_WORDS, Layout, MATERIALIZED, POINT, Words};
pub use self::version::Version;
use super::config::Config;
use super::rows::Table;

/// Makes the statements that create what a configuration names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema<'a> {
    pub(super) config: &'a Config,
    pub(super) database: &'a str,
    /// Of the server that is to execute them.
    pub(super) version: Version,
}

/// What one more table beside [`Table`]s is called: the times of traces.
const TIMES: &str = "_trace_id_ts";
/// The view that fills it.
const VIEW: &str = "_trace_id_ts_mv";
/// Inserts that a table remembers, to drop those that come again. A retry comes minutes later at most; busy tables get
/// some tens of inserts a second.
const WINDOW: u32 = 10_000;
const DAY: u64 = 86_400;

/// A name as SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

/// A text as SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The tables of a signal.
pub(super) fn tables(signal: Signal) -> &'static [Table] {
    match signal {
        Signal::Logs => &[Table::Logs],
        Signal::Traces => &[Table::Traces],
        Signal::Metrics => &[Table::Gauge, Table::Sum, Table::Summary, Table::Histogram, Table::ExponentialHistogram],
        Signal::Profiles => &[],
    }
}

/// What [`tables`] does not list and is made with them, by name.
pub(super) fn companions(config: &Config, signal: Signal) -> Vec<String> {
    let suffixes: &[&str] = if signal == Signal::Traces { &[TIMES, VIEW] } else { &[] };
    suffixes.iter().map(|suffix| format!("{}{suffix}", config.table_name(Table::Traces))).collect()
}

// === impl Schema ===

impl Schema<'_> {
    /// What creates the database, if it is not the one that is always there.
    pub(super) fn create_database(&self) -> Option<String> {
        let cluster = self.on_cluster();
        (self.database != "default")
            .then(|| format!("CREATE DATABASE IF NOT EXISTS {}{cluster}", quoted(self.database)))
    }

    /// What creates the tables of a signal.
    pub(super) fn create_tables(&self, signal: Signal) -> Vec<String> {
        let mut statements: Vec<String> = tables(signal).iter().map(|table| self.create(*table)).collect();
        if signal == Signal::Traces {
            statements.extend(self.trace_times());
        }
        statements
    }

    fn create(&self, table: Table) -> String {
        let json = self.config.json && matches!(table, Table::Logs | Table::Traces);
        let layout = match table {
            Table::Logs => &tables::LOGS,
            Table::Traces => &tables::TRACES,
            Table::Gauge => &tables::GAUGE,
            Table::Sum => &tables::SUM,
            Table::Summary => &tables::SUMMARY,
            Table::Histogram => &tables::HISTOGRAM,
            Table::ExponentialHistogram => &tables::EXPONENTIAL_HISTOGRAM,
        };
        let mut lines = Vec::new();
        if !matches!(table, Table::Logs | Table::Traces) {
            lines.extend(POINT.map(|known| column(known, json)));
        }
        for known in layout.columns {
            lines.push(column(*known, json));
            let keys = KEY_COLUMNS.iter().find(|(attributes, ..)| json && *attributes == known.0);
            lines.extend(keys.map(|(_, keys, _)| column((*keys, "Array(LowCardinality(String))", "ZSTD(1)"), json)));
        }
        if table == Table::Logs && !json {
            lines.extend(MATERIALIZED.map(|attribute| {
                let name = quoted(&format!("__otel_materialized_{attribute}"));
                let value = format!("ResourceAttributes[{}]", literal(attribute));
                format!("{name} LowCardinality(String) MATERIALIZED {value} CODEC(ZSTD(1))")
            }));
        }
        lines.extend(self.indices(table, layout, json));
        self.statement(&self.config.table_name(table), &lines, layout)
    }

    /// Maps are found by their keys and values, JSON by its keys.
    fn indices(&self, table: Table, layout: &Layout, json: bool) -> Vec<String> {
        if json {
            let has = |attributes: &str| layout.columns.iter().any(|(name, ..)| *name == attributes);
            let keys = KEY_COLUMNS.iter().filter(|(attributes, ..)| has(attributes));
            let keys = keys.map(|(_, keys, name)| index(name, keys, "bloom_filter(0.01)", 1));
            let own = match table {
                Table::Logs => index("idx_body", "Body", "tokenbf_v1(32768, 3, 0)", 8),
                _ => index("idx_duration", "Duration", "minmax", 1),
            };
            return keys.chain([index("idx_trace_id", "TraceId", "bloom_filter(0.001)", 1), own]).collect();
        }
        let plain = layout.indices.iter().map(|(name, of, kind)| index(name, of, kind, 1));
        let words =
            LOG_WORDS.iter().filter(|_| table == Table::Logs).map(|(name, of, words)| self.words(name, of, *words));
        plain.chain(words).collect()
    }

    /// An index of words, as good as the server has them.
    fn words(&self, name: &str, of: &str, words: Words) -> String {
        let text = self.version >= Version::TEXT_INDEX;
        match words {
            Words::Id | Words::Whole if text => format!("INDEX {name} {of} TYPE text(tokenizer = 'array')"),
            Words::Each if text => format!("INDEX {name} {of} TYPE text(tokenizer = 'splitByNonAlpha')"),
            Words::Id => index(name, of, "bloom_filter(0.001)", 1),
            Words::Whole => index(name, of, "bloom_filter(0.01)", 1),
            Words::Each => index(name, of, "tokenbf_v1(32768, 3, 0)", 8),
        }
    }

    /// The table and the view that say when each trace began and ended.
    fn trace_times(&self) -> [String; 2] {
        let traces = self.config.table_name(Table::Traces);
        let lines: Vec<String> = tables::TRACE_TIMES.columns.iter().map(|known| column(*known, false)).collect();
        let indices = tables::TRACE_TIMES.indices.iter().map(|(name, of, kind)| index(name, of, kind, 1));
        let lines: Vec<String> = lines.into_iter().chain(indices).collect();
        let times = format!("{traces}{TIMES}");
        let view = format!(
            "CREATE MATERIALIZED VIEW IF NOT EXISTS {}{} TO {} AS\n\
             SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End\nFROM {}\nWHERE TraceId != ''\nGROUP BY TraceId",
            self.name(&format!("{traces}{VIEW}")),
            self.on_cluster(),
            self.name(&times),
            self.name(&traces),
        );
        [self.statement(&times, &lines, &tables::TRACE_TIMES), view]
    }

    fn statement(&self, name: &str, lines: &[String], layout: &Layout) -> String {
        let (time, order) = (layout.time, layout.order);
        let mut sql = format!("CREATE TABLE IF NOT EXISTS {}{} (\n    ", self.name(name), self.on_cluster());
        sql.push_str(&lines.join(",\n    "));
        sql.push_str(&format!(
            "\n) ENGINE = {}\nPARTITION BY toDate({time})\nORDER BY ({order})",
            self.config.engine()
        ));
        if let Some(interval) = interval(self.config.ttl.get().as_secs()) {
            sql.push_str(&format!("\nTTL toDateTime({time}) + {interval}"));
        }
        sql.push_str("\nSETTINGS index_granularity = 8192, ttl_only_drop_parts = 1");
        if self.config.is_plain_engine() {
            sql.push_str(&format!(", non_replicated_deduplication_window = {WINDOW}"));
        }
        sql
    }

    /// The name of a table with that of its database.
    fn name(&self, table: &str) -> String {
        format!("{}.{}", quoted(self.database), quoted(table))
    }

    fn on_cluster(&self) -> String {
        match self.config.cluster_name.as_str() {
            "" => String::new(),
            cluster => format!(" ON CLUSTER {}", quoted(cluster)),
        }
    }
}

fn column((name, kind, codec): (&str, &str, &str), json: bool) -> String {
    let attributes = if json { "JSON" } else { "Map(LowCardinality(String), String)" };
    // In nested columns `Attributes` is a name, too, and stands before its type.
    let kind = match kind {
        "Attributes" => attributes.to_owned(),
        kind => kind.replace("Attributes Attributes", &format!("Attributes {attributes}")),
    };
    match codec {
        "" => format!("{} {kind}", quoted(name)),
        codec => format!("{} {kind} CODEC({codec})", quoted(name)),
    }
}

fn index(name: &str, of: &str, kind: &str, granularity: u8) -> String {
    format!("INDEX {name} {of} TYPE {kind} GRANULARITY {granularity}")
}

/// A time to live in the largest unit that divides it; `None` for ever.
fn interval(seconds: u64) -> Option<String> {
    let units = [("Day", DAY), ("Hour", 3600), ("Minute", 60), ("Second", 1)];
    let (unit, length) = units.into_iter().find(|(_, length)| seconds.is_multiple_of(*length))?;
    (seconds > 0).then(|| format!("toInterval{unit}({})", seconds / length))
}
