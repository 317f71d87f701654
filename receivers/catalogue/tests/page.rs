//! `docs/metrics.md`, made of the catalogue.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::{ALL, Group, Kind, Metric, Name, Naming};

const INTRODUCTION: &str = "\
# What receiver `node` measures

Made of the catalogue in `receivers/catalogue/`; do not edit. What the engine says about itself is in
[internal-metrics.md](internal-metrics.md).

Each group has a key of its own in the receiver's configuration: `true`, `false`, or a map with `enabled`, `interval` and what
else the group knows (`tfo schema` lists it). `naming` chooses the vocabulary: `tfo` (the first column, with upstream's other
names below it), `semconv` (OpenTelemetry's semantic conventions; where they are silent, the names of the Collector's hostmetrics
receiver) or `prometheus` (node_exporter). A metric that a vocabulary lacks, shown as `-`, keeps its own name there.

Counters are cumulative, as the kernel counts: since the boot where they were there from the first scrape, since the scrape
before they appeared or were reset otherwise. What cannot be read is left out, never zero; `node.scrape.success` says so, and
the log once.

```yaml
receivers:
  node:
    collection_interval: 15s
    naming: prometheus          # for dashboards made for node_exporter
    root_path: /host            # in a container, where the machine's root is mounted
    cpu: { per_core: false }
    load: { interval: 5s }      # groups of one interval are read together and make one batch
    processes: false
```
";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for rows in ALL {
        let Some(first) = rows.first() else { continue };
        writeln!(page, "\n## {}\n", title(first.group)).unwrap();
        page +=
            "| metric | kind | attributes | `semconv` | `prometheus` | says | from |\n|---|---|---|---|---|---|---|\n";
        rows.iter().for_each(|row| page += &line(row));
    }
    page
}

fn title(group: Group) -> String {
    match group {
        Group::Scrape => "The scrape itself, without a key".to_owned(),
        Group::Textfile => "Key `textfile`, beside what the files say".to_owned(),
        group => format!("Key `{}`", group.name()),
    }
}

fn line(metric: &Metric) -> String {
    let aliases: String = metric.aliases.iter().map(|alias| format!("<br>`{alias}`")).collect();
    let kind = word(metric.kind);
    let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{}`", label.key(Naming::Tfo))).collect();
    format!(
        "| {}{aliases} | {kind}, `{}` | {} | {} | {} | {} | {} |\n",
        name(Some(metric.tfo), metric.unit),
        metric.unit,
        labels.join(", "),
        name(metric.semconv, metric.unit),
        name(metric.prometheus, metric.unit),
        metric.description.trim_end_matches('.'),
        metric.source
    )
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::UpDownCounter => "sum",
        Kind::Gauge => "gauge",
    }
}

fn name(name: Option<Name>, usual: &str) -> String {
    let Some(name) = name else { return "-".to_owned() };
    let constant: Vec<String> = name.constant.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let constant = if constant.is_empty() { String::new() } else { format!("{{{}}}", constant.join(",")) };
    let unit = name.unit.filter(|unit| *unit != usual).map(|unit| format!(", in `{unit}`")).unwrap_or_default();
    let kind = name.kind.map(word).map(|kind| format!(", {kind}")).unwrap_or_default();
    format!("`{}{constant}`{kind}{unit}", name.name)
}

/// Scenario: the page in the documentation and the catalogue. Guarantee: the page says what the catalogue says;
/// `UPDATE_GOLDEN=1` writes it anew.
#[test]
fn documentation_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    let page = page();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/metrics.md is out of date: UPDATE_GOLDEN=1 cargo test -p receivers documentation");
}
