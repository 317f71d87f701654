//! Dropping from batches.

use std::sync::atomic::Ordering;

use pipelines::component::Processor;
use pipelines::otlp::edit::{Level, retain};
use pipelines::runtime::Output;
use pipelines::{Batch, Refusal, RefusalKind, Signal, Telemetry};

use super::conditions::ErrorMode;
use super::rules::{Rule, Rules};
use crate::ottl::{Context, EvalError, Record};

/// Why items are dropped.
const FILTERED: &str = "filtered";

/// Drops what the rules say.
#[derive(Debug)]
pub(super) struct Dropping {
    rules: Vec<Rules>,
}

/// Conditions that had no answer, gathered over one batch so that one line is logged.
#[derive(Debug, Default)]
struct Unanswered<'r> {
    first: Option<(&'r Rule, EvalError)>,
    records: u64,
}

// === impl Dropping ===

impl Dropping {
    /// Rules for one or several signals.
    pub(super) fn new(rules: Vec<Rules>) -> Self {
        Self { rules }
    }

    /// What is left, or why there is no telling.
    fn filter(&self, telemetry: &Telemetry) -> Result<(Telemetry, u64), String> {
        let mut kept = telemetry.clone();
        let mut removed = 0;
        let mut unanswered = Unanswered::default();
        let rules = self.rules.iter().find(|rules| rules.signal == telemetry.signal());
        for (context, rules) in rules.into_iter().flat_map(|rules| &rules.levels) {
            let dropped = dropped(&kept, *context, rules, &mut unanswered)?;
            if !dropped.is_empty() {
                let (rest, items) = remove(&kept, *context, &dropped);
                kept = rest;
                removed += items as u64;
            }
        }
        unanswered.log();
        Ok((kept, removed))
    }
}

impl Processor for Dropping {
    fn process(&self, batch: Batch, out: &Output) {
        match self.filter(batch.telemetry()) {
            Ok((kept, removed)) => {
                out.dropped(FILTERED, removed);
                out.send(batch.with(kept));
            }
            Err(reason) => out.refuse(batch, Refusal::new(RefusalKind::Permanent, reason)),
        }
    }

    fn drops(&self) -> &'static [&'static str] {
        &[FILTERED]
    }
}

// === impl Unanswered ===

impl Unanswered<'_> {
    fn log(&self) {
        let Some((rule, error)) = self.first else { return };
        let (condition, records) = (rule.source(), self.records);
        if rule.told.swap(true, Ordering::Relaxed) {
            tracing::debug!(condition, records, "a condition has no answer: {error}");
        } else {
            tracing::warn!(condition, records, "a condition has no answer: {error} (from now on told only to debug)");
        }
    }
}

/// Which messages of a level are dropped, as places in their order.
fn dropped<'r>(
    telemetry: &Telemetry,
    context: Context,
    rules: &'r [Rule],
    unanswered: &mut Unanswered<'r>,
) -> Result<Vec<usize>, String> {
    let mut dropped = Vec::new();
    let mut place = 0;
    each_record(telemetry, context, |record| {
        for rule in rules {
            match rule.drops(record) {
                Ok(false) => {}
                Ok(true) => {
                    dropped.push(place);
                    break;
                }
                Err(error) => match rule.error_mode {
                    ErrorMode::Propagate => {
                        return Err(format!("condition `{}` has no answer: {error}", rule.source()));
                    }
                    ErrorMode::Silent => {}
                    ErrorMode::Ignore => {
                        unanswered.first.get_or_insert((rule, error));
                        unanswered.records += 1;
                    }
                },
            }
        }
        place += 1;
        Ok(())
    })?;
    Ok(dropped)
}

/// Calls `each` with every message of a level and what is above it, in the order of the wire, until it fails.
fn each_record<E>(
    telemetry: &Telemetry,
    context: Context,
    mut each: impl FnMut(&Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for resource in telemetry.resources() {
        let record = Record { resource: Some(&resource), ..Record::default() };
        if context == Context::Resource {
            each(&record)?;
            continue;
        }
        for scope in resource.scopes() {
            let record = Record { scope: Some(&scope), ..record };
            if context == Context::Scope {
                each(&record)?;
                continue;
            }
            match telemetry.signal() {
                Signal::Logs => {
                    for log in scope.logs() {
                        each(&Record { log: Some(&log), ..record })?;
                    }
                }
                Signal::Traces => {
                    for span in scope.spans() {
                        let record = Record { span: Some(&span), ..record };
                        if context == Context::Span {
                            each(&record)?;
                            continue;
                        }
                        for (index, event) in span.events().enumerate() {
                            each(&Record { event: Some((&event, index)), ..record })?;
                        }
                    }
                }
                Signal::Metrics => {
                    for metric in scope.metrics() {
                        let record = Record { metric: Some(&metric), ..record };
                        if context == Context::Metric {
                            each(&record)?;
                            continue;
                        }
                        for point in metric.points() {
                            each(&Record { point: Some(&point), ..record })?;
                        }
                    }
                }
                Signal::Profiles => {}
            }
        }
    }
    Ok(())
}

/// Removes the messages of a level at these places; what is empty then goes too.
fn remove(telemetry: &Telemetry, context: Context, dropped: &[usize]) -> (Telemetry, usize) {
    let level = match context {
        Context::Resource => Level::Resource,
        Context::Scope => Level::Scope,
        Context::Metric => Level::Metric,
        Context::Span | Context::Log => Level::Record,
        Context::SpanEvent => Level::SpanEvent,
        Context::DataPoint => Level::DataPoint,
    };
    let mut dropped = dropped.iter().copied().peekable();
    let mut place = 0;
    retain(telemetry, level, |_| {
        let drop = dropped.next_if_eq(&place).is_some();
        place += 1;
        !drop
    })
}
