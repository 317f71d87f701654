//! Rows about the collecting itself.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Scrape;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&DURATION, &SUCCESS, &SKIPPED];

/// How long a group took.
pub static DURATION: Metric = Metric::gauge(GROUP, "node.scrape.duration", "s", "Time the group took to be collected.")
    .fraction()
    .labels(&[Label::Collector])
    .prometheus(Name::new("node_scrape_collector_duration_seconds"))
    .source("the receiver");

/// Whether a group was collected.
pub static SUCCESS: Metric =
    Metric::gauge(GROUP, "node.scrape.success", "1", "Whether everything the group needs could be read: 1 or 0.")
        .labels(&[Label::Collector])
        .prometheus(Name::new("node_scrape_collector_success"))
        .source("the receiver");

/// Scrapes that did not take place.
pub static SKIPPED: Metric = Metric::counter(
    GROUP,
    "node.scrape.skipped",
    "{scrape}",
    "Scrapes that were left out since the receiver started: an earlier one was not done, or memory was short.",
)
.labels(&[Label::Collector])
.source("the receiver");
