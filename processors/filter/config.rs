//! What users write.

use pipelines::Signal;
use pipelines::component::{self, Problems};
use pipelines::config::Regexp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::conditions::{Conditions, ErrorMode};
use super::properties::{LogProperties, MetricProperties, SpanProperties};
use super::rules::Rules;

/// Configuration of the filter processor: what matches is dropped.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What happens when a condition has no answer for a record, such as a number that is indexed by a key.
    /// Default: `ignore`.
    pub error_mode: ErrorMode,
    /// Conditions (OTTL) that drop resources, scopes, spans or span events; any one suffices. Paths begin with their
    /// context: `span.attributes["http.route"] == "/health"`. Default: none.
    pub trace_conditions: Option<Vec<Conditions>>,
    /// Conditions (OTTL) that drop resources, scopes, metrics or data points; any one suffices. Default: none.
    pub metric_conditions: Option<Vec<Conditions>>,
    /// Conditions (OTTL) that drop resources, scopes or log records; any one suffices. Default: none.
    pub log_conditions: Option<Vec<Conditions>>,
    /// Conditions on profiles. Not built yet: profiles pass unread.
    pub profile_conditions: Option<Vec<Conditions>>,
    /// Older form of `trace_conditions`: one list of conditions for each context.
    pub traces: TraceFilters,
    /// Older forms of `metric_conditions`: one list of conditions for each context, or `include` and `exclude`.
    pub metrics: MetricFilters,
    /// Older forms of `log_conditions`: one list of conditions for each context, or `include` and `exclude`.
    pub logs: LogFilters,
    /// Oldest form of `trace_conditions`: `include` and `exclude`.
    pub spans: SpanFilters,
    /// Older form of `profile_conditions`. Not built yet: profiles pass unread.
    pub profiles: ProfileFilters,
}

/// Conditions on traces, by context.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TraceFilters {
    /// Conditions that drop a resource with all its spans. Default: none.
    pub resource: Option<Vec<String>>,
    /// Conditions that drop a span. Default: none.
    pub span: Option<Vec<String>>,
    /// Conditions that drop an event of a span; the span stays. Default: none.
    pub spanevent: Option<Vec<String>>,
}

/// Conditions on metrics, by context, or properties to match.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricFilters {
    /// Conditions that drop a resource with all its metrics. Default: none.
    pub resource: Option<Vec<String>>,
    /// Conditions that drop a metric. Default: none.
    pub metric: Option<Vec<String>>,
    /// Conditions that drop a data point; a metric without points goes too. Default: none.
    pub datapoint: Option<Vec<String>>,
    /// What does not match is dropped. Tested before `exclude`. Default: everything stays.
    pub include: Option<MetricProperties>,
    /// What matches is dropped. Default: nothing.
    pub exclude: Option<MetricProperties>,
    /// Accepted for the Collector's sake; there is no cache to set.
    pub regexp: Option<Regexp>,
}

/// Conditions on logs, by context, or properties to match.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogFilters {
    /// Conditions that drop a resource with all its records. Default: none.
    pub resource: Option<Vec<String>>,
    /// Conditions that drop a log record. Default: none.
    pub log_record: Option<Vec<String>>,
    /// What does not match is dropped. Tested before `exclude`. Default: everything stays.
    pub include: Option<LogProperties>,
    /// What matches is dropped. Default: nothing.
    pub exclude: Option<LogProperties>,
}

/// Properties of spans to match.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpanFilters {
    /// What does not match is dropped. Tested before `exclude`. Default: everything stays.
    pub include: Option<SpanProperties>,
    /// What matches is dropped. Default: nothing.
    pub exclude: Option<SpanProperties>,
}

/// Conditions on profiles, by context. Not built yet.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileFilters {
    /// Conditions on resources of profiles. Not built yet.
    pub resource: Option<Vec<String>>,
    /// Conditions on profiles. Not built yet.
    pub profile: Option<Vec<String>>,
}

// === impl Config ===

impl component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        self.report_contradictions(problems);
        self.report_profiles(problems);
        for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
            Rules::new(self, signal, problems);
        }
    }
}

impl Config {
    /// One signal is filtered in one form.
    fn report_contradictions(&self, problems: &mut Problems) {
        let (traces, spans, metrics, logs) = (&self.traces, &self.spans, &self.metrics, &self.logs);
        let newest = [(self.trace_conditions.is_some(), "trace_conditions")];
        let lists = [
            (traces.resource.is_some(), "traces.resource"),
            (traces.span.is_some(), "traces.span"),
            (traces.spanevent.is_some(), "traces.spanevent"),
        ];
        let oldest = [(spans.include.is_some(), "spans.include"), (spans.exclude.is_some(), "spans.exclude")];
        report(&[&newest, &lists, &oldest], "traces", problems);

        let newest = [(self.metric_conditions.is_some(), "metric_conditions")];
        let lists = [
            (metrics.resource.is_some(), "metrics.resource"),
            (metrics.metric.is_some(), "metrics.metric"),
            (metrics.datapoint.is_some(), "metrics.datapoint"),
        ];
        let oldest = [(metrics.include.is_some(), "metrics.include"), (metrics.exclude.is_some(), "metrics.exclude")];
        report(&[&newest, &lists, &oldest], "metrics", problems);

        let newest = [(self.log_conditions.is_some(), "log_conditions")];
        let lists = [(logs.resource.is_some(), "logs.resource"), (logs.log_record.is_some(), "logs.log_record")];
        let oldest = [(logs.include.is_some(), "logs.include"), (logs.exclude.is_some(), "logs.exclude")];
        report(&[&newest, &lists, &oldest], "logs", problems);
    }

    fn report_profiles(&self, problems: &mut Problems) {
        let used = [
            ("profile_conditions", self.profile_conditions.is_some()),
            ("profiles.resource", self.profiles.resource.is_some()),
            ("profiles.profile", self.profiles.profile.is_some()),
        ];
        for (path, _) in used.iter().filter(|(_, used)| *used) {
            let message = "filtering profiles is not built yet: profiles pass this program unread";
            problems.error(*path, message).help("remove the conditions, or filter profiles at their source");
        }
    }
}

/// Reports two forms that are used at once. Each form is a list of keys and whether they are used, newest form first.
fn report(forms: &[&[(bool, &'static str)]], signal: &str, problems: &mut Problems) {
    let used = |form: &&[(bool, &'static str)]| form.iter().find(|(used, _)| *used).map(|(_, key)| *key);
    let used: Vec<&str> = forms.iter().filter_map(used).collect();
    if let [newest, .., oldest] = used[..] {
        let message =
            format!("cannot use `{newest}` and `{oldest}` at the same time: {signal} are filtered in one form");
        problems.error(oldest, message).help(format!("write it as a condition under `{newest}`"));
    }
}
