//! What is dropped, in one form whatever form it was written in.

use std::sync::atomic::AtomicBool;

use pipelines::Signal;
use pipelines::component::Problems;
use pipelines::config::Regexp;

use super::conditions::{ErrorMode, inferred, listed};
use super::config::Config;
use super::matcher::Matcher;
use super::properties::{LogProperties, MatchType, MetricProperties, SpanProperties};
use crate::ottl::{Condition, Context, EvalError, Record};

/// The rules of one signal.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) signal: Signal,
    /// Rules by what they drop, outermost first; any one suffices.
    pub(super) levels: Vec<(Context, Vec<Rule>)>,
}

/// One reason to drop something.
#[derive(Debug)]
pub(super) struct Rule {
    /// What is dropped.
    pub(super) context: Context,
    pub(super) test: Test,
    pub(super) error_mode: ErrorMode,
    /// Whether somebody was told that it had no answer.
    pub(super) told: AtomicBool,
}

/// How a rule decides.
#[derive(Debug)]
pub(super) enum Test {
    /// Drops what fulfils the condition.
    Condition(Condition),
    /// Drops what matches.
    If(Box<Matcher>),
    /// Drops what does not match.
    Unless(Box<Matcher>),
}

// === impl Rules ===

impl Rules {
    /// The rules of a signal; what is wrong with them is reported and left out.
    pub(super) fn new(config: &Config, signal: Signal, problems: &mut Problems) -> Self {
        let mode = config.error_mode;
        let rules = match signal {
            Signal::Traces => traces(config, mode, problems),
            Signal::Metrics => metrics(config, mode, problems),
            Signal::Logs => logs(config, mode, problems),
            Signal::Profiles => Vec::new(),
        };
        let mut levels: Vec<_> = Context::of(signal).iter().map(|context| (*context, Vec::new())).collect();
        for rule in rules {
            if let Some((_, level)) = levels.iter_mut().find(|(context, _)| *context == rule.context) {
                level.push(rule);
            }
        }
        levels.retain(|(_, rules)| !rules.is_empty());
        Self { signal, levels }
    }
}

// === impl Rule ===

impl Rule {
    /// Whether the rule drops what `record` shows.
    #[inline]
    pub(super) fn drops(&self, record: &Record<'_>) -> Result<bool, EvalError> {
        match &self.test {
            Test::Condition(condition) => condition.matches(record),
            Test::If(matcher) => Ok(matcher.matches(record)),
            Test::Unless(matcher) => Ok(!matcher.matches(record)),
        }
    }

    /// The condition as it was written; a word for other tests, which cannot fail.
    pub(super) fn source(&self) -> &str {
        match &self.test {
            Test::Condition(condition) => condition.source(),
            Test::If(_) => "exclude",
            Test::Unless(_) => "include",
        }
    }
}

fn traces(config: &Config, mode: ErrorMode, problems: &mut Problems) -> Vec<Rule> {
    let of = &config.traces;
    let mut rules = inferred(
        config.trace_conditions.as_deref().unwrap_or_default(),
        "trace_conditions",
        Signal::Traces,
        mode,
        problems,
    );
    rules.extend(listed(of.resource.as_ref(), "traces.resource", Context::Resource, mode, problems));
    rules.extend(listed(of.span.as_ref(), "traces.span", Context::Span, mode, problems));
    rules.extend(listed(of.spanevent.as_ref(), "traces.spanevent", Context::SpanEvent, mode, problems));
    let mut span = |of: &Option<SpanProperties>, path: &str, test: fn(Box<Matcher>) -> Test| {
        let of = of.as_ref()?;
        check_type(of.match_type, path, problems);
        note_cache(of.regexp.as_ref(), path, problems);
        if of.is_empty() {
            let message = "nothing to match: expected at least one of services, span_names, span_kinds, attributes, \
                libraries or resources";
            problems.error(path, message);
            return None;
        }
        let matcher = Matcher::span(of, path, problems);
        Some(Rule {
            context: Context::Span,
            test: test(Box::new(matcher)),
            error_mode: mode,
            told: AtomicBool::new(false),
        })
    };
    rules.extend(span(&config.spans.include, "spans.include", Test::Unless));
    rules.extend(span(&config.spans.exclude, "spans.exclude", Test::If));
    rules
}

fn logs(config: &Config, mode: ErrorMode, problems: &mut Problems) -> Vec<Rule> {
    let of = &config.logs;
    let mut rules =
        inferred(config.log_conditions.as_deref().unwrap_or_default(), "log_conditions", Signal::Logs, mode, problems);
    rules.extend(listed(of.resource.as_ref(), "logs.resource", Context::Resource, mode, problems));
    rules.extend(listed(of.log_record.as_ref(), "logs.log_record", Context::Log, mode, problems));
    let mut log = |of: &Option<LogProperties>, path: &str, test: fn(Box<Matcher>) -> Test| {
        let of = of.as_ref()?;
        check_type(of.match_type, path, problems);
        let matcher = Matcher::log(of, path, problems);
        let rule = Rule {
            context: Context::Log,
            test: test(Box::new(matcher)),
            error_mode: mode,
            told: AtomicBool::new(false),
        };
        (!of.is_empty()).then_some(rule)
    };
    rules.extend(log(&of.include, "logs.include", Test::Unless));
    rules.extend(log(&of.exclude, "logs.exclude", Test::If));
    rules
}

fn metrics(config: &Config, mode: ErrorMode, problems: &mut Problems) -> Vec<Rule> {
    let of = &config.metrics;
    let conditions = config.metric_conditions.as_deref().unwrap_or_default();
    let mut rules = inferred(conditions, "metric_conditions", Signal::Metrics, mode, problems);
    rules.extend(listed(of.resource.as_ref(), "metrics.resource", Context::Resource, mode, problems));
    rules.extend(listed(of.metric.as_ref(), "metrics.metric", Context::Metric, mode, problems));
    rules.extend(listed(of.datapoint.as_ref(), "metrics.datapoint", Context::DataPoint, mode, problems));
    note_cache(of.regexp.as_ref(), "metrics", problems);
    let mut metric = |of: &Option<MetricProperties>, path: &str, test: fn(Box<Matcher>) -> Test| {
        let Some(of) = of else { return Vec::new() };
        check_type(of.match_type, path, problems);
        note_cache(of.regexp.as_ref(), path, problems);
        if !of.expressions.is_empty() && of.match_type != MatchType::Expr {
            let message = "`expressions` are only looked at with `match_type: expr`, which is not built";
            problems.error(format!("{path}.expressions"), message);
        }
        // As in the Collector, names and resource attributes are two rules and not one.
        let resource = Matcher::metric_resource(of, path, problems).map(|matcher| (Context::Resource, matcher));
        let metric = Matcher::metric(of, path, problems).map(|matcher| (Context::Metric, matcher));
        let rule = |(context, matcher)| Rule {
            context,
            test: test(Box::new(matcher)),
            error_mode: mode,
            told: AtomicBool::new(false),
        };
        resource.into_iter().chain(metric).map(rule).collect()
    };
    rules.extend(metric(&of.include, "metrics.include", Test::Unless));
    rules.extend(metric(&of.exclude, "metrics.exclude", Test::If));
    rules
}

fn check_type(by: MatchType, path: &str, problems: &mut Problems) {
    if by == MatchType::Expr {
        let message = "`match_type: expr` is not built: expected `strict` or `regexp`";
        problems.error(format!("{path}.match_type"), message).help("write the expressions as OTTL conditions");
    }
}

fn note_cache(of: Option<&Regexp>, path: &str, problems: &mut Problems) {
    if of.is_some() {
        let message = "the cache of regular expressions has no effect: none is needed here";
        problems.warning(format!("{path}.regexp"), message).help("remove it");
    }
}
