//! Configurations that are refused, each with its place, its reason and its code.

use super::problems;

/// `path [code] message` of every problem.
fn said(yaml: &str) -> Vec<String> {
    let code = |code: Option<&'static str>| code.map(|code| format!("[{code}] ")).unwrap_or_default();
    problems(yaml)
        .iter()
        .map(|problem| format!("{}: {}{}", problem.path, code(problem.code), problem.message))
        .collect()
}

#[test]
fn mistakes_in_conditions_are_reported_with_their_place() {
    let yaml = "
log_conditions:
  - 'log.body == '
  - 'log.bodi == 1'
metrics:
  datapoint: ['Foo(attributes)']
traces:
  span: ['IsMatch(name, \"(\")']
";
    assert_eq!(
        said(yaml),
        [
            "traces.span.0: [E0304] `(` is not a regular expression: unclosed group, at column 15",
            "metrics.datapoint.0: [E0303] there is no converter `Foo`, at column 1",
            "log_conditions.0: [E0301] found the end of the expression, expected a value: a path, a function, a string, \
             a number, true, false or nil, at column 13",
            "log_conditions.1: [E0302] context `log` has no path `bodi`, at column 5",
        ]
    );
    let problem = &problems("log_conditions: [{context: log, conditions: ['true', 'bodi == 1']}]")[0];
    assert_eq!((problem.path.as_str(), problem.within), ("log_conditions.0.conditions.1", Some((0, 4))));
    assert_eq!(problem.help.as_deref(), Some("did you mean `body`?"));
}

#[test]
fn contradicting_forms_are_refused() {
    let table = [
        (
            "{log_conditions: ['log.flags == 1'], logs: {log_record: ['flags == 1']}}",
            "logs.log_record: cannot use `log_conditions` and `logs.log_record` at the same time: logs are filtered in \
             one form",
        ),
        (
            "{metrics: {metric: ['name == \"a\"'], include: {match_type: strict, metric_names: [a]}}}",
            "metrics.include: cannot use `metrics.metric` and `metrics.include` at the same time: metrics are filtered \
             in one form",
        ),
        (
            "{traces: {span: ['true']}, spans: {exclude: {match_type: strict, services: [a]}}}",
            "spans.exclude: cannot use `traces.span` and `spans.exclude` at the same time: traces are filtered in one \
             form",
        ),
        (
            "{log_conditions: ['log.flags == 1', {conditions: ['log.flags == 2']}]}",
            "log_conditions: conditions and groups of conditions stand in one list, expected one or the other",
        ),
    ];
    for (yaml, expected) in table {
        assert_eq!(said(yaml), [expected], "{yaml}");
    }
}

#[test]
fn what_is_not_built_and_what_is_wrong_is_refused() {
    let table = [
        (
            "profile_conditions: ['profile.duration == 1']",
            "profile_conditions: filtering profiles is not built yet: profiles pass this program unread",
        ),
        (
            "profiles: {profile: ['true']}",
            "profiles.profile: filtering profiles is not built yet: profiles pass this program unread",
        ),
        (
            "metrics: {include: {match_type: expr, expressions: ['true']}}",
            "metrics.include.match_type: `match_type: expr` is not built: expected `strict` or `regexp`",
        ),
        (
            "metrics: {include: {match_type: regexp, metric_names: [a, '(']}}",
            "metrics.include.metric_names.1: [E0304] `(` is not a regular expression: unclosed group",
        ),
        (
            "logs: {include: {match_type: strict, severity_number: {min: loud}}}",
            "logs.include.severity_number.min: `loud` is not a severity: expected a name such as INFO or WARN2, or 1 to 24",
        ),
        (
            "logs: {include: {match_type: regexp, record_attributes: [{key: a, value: 1}]}}",
            "logs.include.record_attributes.0.value: `match_type: regexp` compares strings, found `1`",
        ),
        (
            "spans: {include: {match_type: strict}}",
            "spans.include: nothing to match: expected at least one of services, span_names, span_kinds, attributes, \
             libraries or resources",
        ),
        (
            "log_conditions: [{context: span, conditions: ['true']}]",
            "log_conditions.0.context: [E0305] `span` is not a context here, expected one of resource, scope, log",
        ),
    ];
    for (yaml, expected) in table {
        assert_eq!(said(yaml), [expected], "{yaml}");
    }
}
