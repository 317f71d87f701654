//! `filter`: drops what matches a condition.
//!
//! ```yaml
//! processors:
//!   filter:
//!     error_mode: ignore
//!     log_conditions:
//!       - log.severity_number < SEVERITY_NUMBER_INFO
//!       - IsMatch(log.body, "^GET /health")
//! ```
//!
//! Conditions are evaluated on views of the wire bytes, from the outside in: resource, scope, item, then span events or
//! data points. Telemetry in which nothing matches goes on as the very same bytes. The Collector's older forms
//! (`traces.span`, `metrics.include`, ...) become the same rules.

mod conditions;
mod config;
mod matcher;
mod process;
mod properties;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::Signal;
use pipelines::component::{About, BuildContext, Failure, Problems, Processor, ProcessorFactory, Stability};

pub use self::conditions::{ConditionGroup, Conditions, ErrorMode};
pub use self::config::{Config, LogFilters, MetricFilters, ProfileFilters, SpanFilters, TraceFilters};
use self::process::Dropping;
pub use self::properties::{
    Attribute, Library, LogProperties, MatchType, MetricProperties, SeverityProperties, SpanProperties,
};
use self::rules::Rules;

/// The filter processor.
#[derive(Debug)]
pub struct Filter;

impl ProcessorFactory for Filter {
    const ABOUT: About = About {
        name: "filter",
        aliases: &[],
        signals: &[Signal::Traces, Signal::Metrics, Signal::Logs],
        stability: Stability::Beta,
        summary: "drops spans, span events, metrics, data points and log records that match a condition",
        example: "error_mode: ignore\nlog_conditions:\n  - log.severity_number < SEVERITY_NUMBER_INFO\n",
    };
    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
        let mut problems = Problems::default();
        let signals = cx.signal.map_or_else(|| Signal::ALL.to_vec(), |signal| vec![signal]);
        let rules = signals.into_iter().map(|signal| Rules::new(config, signal, &mut problems)).collect();
        match problems.into_vec().into_iter().find(|problem| !problem.warning) {
            Some(problem) => Err(Failure(format!("{}: {}", problem.path, problem.message))),
            None => Ok(Box::new(Dropping::new(rules))),
        }
    }
}
