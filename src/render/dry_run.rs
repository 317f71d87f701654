//! The report of a dry run, for people and for machines.

use std::fmt::Write as _;

use pipelines::Plan;
use pipelines::component::{Check, Row};
use pipelines::dryrun::{Change, RecordReport, Report};
use serde_json::{Value, json};

use crate::cli::dry_run::{Outcome, Probe, Show};

/// The report for people.
pub(crate) fn text(plan: &Plan, outcome: &Outcome, show: Show, limit: usize) -> String {
    let (nodes, pipelines) = (plan.nodes.len(), plan.pipelines.len());
    let mut text = format!("static    ok    {pipelines} pipelines, {nodes} nodes\n");
    for (depth, probes) in &outcome.probes {
        self::probes(&mut text, depth.name(), probes);
    }
    if let Some(report) = &outcome.report {
        process(&mut text, report, show, limit);
    }
    if !outcome.unchecked.is_empty() {
        text.push_str("\nnot checked:\n");
        for line in &outcome.unchecked {
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// The report for machines; `version` changes when a field changes its meaning.
pub(crate) fn json(outcome: &Outcome, diagnostics: Value, exit: u8) -> Value {
    let probe = |probe: &Probe| {
        let findings =
            probe.findings.iter().map(|finding| json!({ "check": word(finding.check), "text": finding.text }));
        json!({ "component": probe.component, "findings": findings.collect::<Vec<_>>() })
    };
    let levels = outcome.probes.iter().map(
        |(depth, probes)| json!({ "level": depth.name(), "probes": probes.iter().map(probe).collect::<Vec<_>>() }),
    );
    json!({
        "version": 1,
        "exit": exit,
        "diagnostics": diagnostics,
        "levels": levels.collect::<Vec<_>>(),
        "process": outcome.report,
        "unchecked": outcome.unchecked,
    })
}

fn probes(text: &mut String, level: &str, probes: &[Probe]) {
    let bad = probes.iter().flat_map(|probe| &probe.findings).filter(|finding| !fine(finding.check)).count();
    let verdict = if bad == 0 { "ok" } else { "FAIL" };
    let _ = writeln!(text, "{level:9} {verdict}");
    for probe in probes {
        for finding in &probe.findings {
            let _ = writeln!(text, "    {:11} {}: {}", word(finding.check), probe.component, finding.text);
        }
    }
}

fn process(text: &mut String, report: &Report, show: Show, limit: usize) {
    let (records, dropped, lost) = (report.records.len(), report.dropped(), report.lost());
    let verdict = if lost == 0 { "ok" } else { "FAIL" };
    let _ = writeln!(text, "process   {verdict:5} {records} records, {dropped} dropped by design, {lost} lost\n");
    let width = report.nodes.iter().map(|node| node.node.len()).max().unwrap_or(0);
    for node in &report.nodes {
        let mut line = format!("  {:9} {:width$}  {:>6} -> {:<6}", node.kind, node.node, node.received, node.sent);
        if node.dropped > 0 {
            let _ = write!(line, "  {} dropped", node.dropped);
        }
        if node.changed > 0 {
            let _ = write!(line, "  {} changed", node.changed);
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
    for exporter in &report.exporters {
        let head = format!("  {}: {} items", exporter.node, exporter.items);
        let _ = match &exporter.error {
            Some(error) => writeln!(text, "{head} LOST: {error}"),
            None => writeln!(
                text,
                "{head}, {} bytes as {} for {} (not sent)",
                exporter.bytes, exporter.format, exporter.destination
            ),
        };
        rows(text, &exporter.rows, limit);
    }
    let shown: Vec<&RecordReport> = report.records.iter().filter(|record| is_shown(record, show)).collect();
    shown.iter().take(limit).for_each(|record| self::record(text, record));
    if shown.len() > limit {
        let _ = writeln!(text, "\n{} more records (--limit)", shown.len() - limit);
    }
}

/// The rows of each table, without the columns that are empty.
fn rows(text: &mut String, rows: &[Row], limit: usize) {
    let mut tables: Vec<&str> = rows.iter().map(|row| row.table.as_str()).collect();
    tables.sort_unstable();
    tables.dedup();
    for table in tables {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.table == table).collect();
        let _ = writeln!(text, "      {table}: {} rows", rows.len());
        for row in rows.iter().take(limit) {
            let shown = row.values.iter().filter(|(_, value)| !is_empty(value));
            let columns: Vec<String> = shown.map(|(column, value)| format!("{column}={value}")).collect();
            let _ = writeln!(text, "        {}", columns.join(" "));
        }
        if rows.len() > limit {
            let _ = writeln!(text, "        {} more (--limit)", rows.len() - limit);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_shown(record: &RecordReport, show: Show) -> bool {
    let dropped = record.lost.is_some() || record.steps.iter().any(|step| step.dropped.is_some());
    match show {
        Show::All => true,
        Show::Changed => dropped || !record.steps.is_empty(),
        Show::Dropped => dropped,
        Show::None => false,
    }
}

fn record(text: &mut String, record: &RecordReport) {
    let reached = if record.reached.is_empty() { "nowhere".to_owned() } else { record.reached.join(", ") };
    let _ = writeln!(text, "\nrecord {} ({}): {} -> {reached}", record.record, record.signal, record.receiver);
    for step in &record.steps {
        let _ = writeln!(text, "    {}", step.node);
        step.changes.iter().for_each(|change| self::change(text, change));
        if let Some(reason) = &step.dropped {
            let _ = writeln!(text, "        dropped: {reason}");
        }
    }
    if let Some(reason) = &record.lost {
        let _ = writeln!(text, "    LOST: {reason}");
    }
}

fn change(text: &mut String, change: &Change) {
    let _ = match change {
        Change::Added { path, to } => writeln!(text, "        + {path} = {to}"),
        Change::Removed { path, from } => writeln!(text, "        - {path} = {from}"),
        Change::Changed { path, from, to } => writeln!(text, "        ~ {path}  {from} -> {to}"),
    };
}

fn fine(check: Check) -> bool {
    matches!(check, Check::Passed | Check::Warned | Check::Unchecked)
}

fn word(check: Check) -> &'static str {
    match check {
        Check::Passed => "ok",
        Check::Warned => "warning",
        Check::Unreachable => "unreachable",
        Check::Denied => "denied",
        Check::Failed => "failed",
        Check::Unchecked => "unchecked",
    }
}
