//! Conditions of every form on every signal drop what they should, with the emptied parents.

use pipelines::component::ProcessorFactory as _;
use pipelines::{Outcome, RefusalKind};

use super::data::{bodies, logs, metrics, points, spans, traces};
use super::{Filter, run};

#[test]
fn log_conditions_drop_records_scopes_and_resources() {
    let table: [(&str, &[&str]); 8] = [
        ("log.severity_number < SEVERITY_NUMBER_INFO", &["shop/a: GET /cart", "shop/a: boom", "cart/a: slow"]),
        (r#"IsMatch(log.body, "^GET")"#, &["shop/a: boom", "shop/b: unknown", "cart/a: slow"]),
        (r#"scope.name == "a""#, &["shop/b: unknown"]),
        (r#"resource.attributes["service.name"] == "shop""#, &["cart/a: GET /health", "cart/a: slow"]),
        (
            r#"resource.attributes["service.name"] == "shop" and log.body == "GET /health""#,
            &["shop/a: GET /cart", "shop/a: boom", "shop/b: unknown", "cart/a: GET /health", "cart/a: slow"],
        ),
        (r#"log.attributes["len"] > 4"#, &["shop/a: boom", "cart/a: slow"]),
        (r#"scope.name == "b" or log.severity_number == 13 or log.attributes["kind"] == "GET""#, &["shop/a: boom"]),
        ("log.severity_number >= 0", &[]),
    ];
    for (condition, expected) in table {
        let ran = run(&format!("log_conditions:\n  - '{condition}'\n"), &logs());
        assert_eq!(bodies(ran.kept.as_ref()), expected, "{condition}");
        assert_eq!(ran.dropped, [("filtered", 6 - expected.len() as u64)], "{condition}");
        assert_eq!(ran.outcome, Outcome::Delivered);
        assert_eq!(ran.kept.map_or(0, |kept| kept.items()), expected.len(), "{condition}");
    }
}

/// Nothing matches: the same bytes go on, not a copy, and nothing is counted.
#[test]
fn telemetry_in_which_nothing_matches_is_not_touched() {
    let telemetry = logs();
    let yaml = "log_conditions: ['log.body == \"nothing\"', 'resource.attributes[\"a\"] == 1']";
    let ran = run(yaml, &telemetry);
    let kept = ran.kept.unwrap();
    assert_eq!(kept.parts().next().unwrap().as_ptr(), telemetry.parts().next().unwrap().as_ptr());
    assert_eq!((kept.len(), kept.items(), ran.dropped.len()), (telemetry.len(), 6, 0));
}

/// A filter of one signal lets the others through.
#[test]
fn rules_of_another_signal_do_nothing() {
    let ran = run("log_conditions: ['log.severity_number >= 0']", &traces());
    assert_eq!(ran.kept.unwrap().items(), 2);
}

#[test]
fn trace_conditions_drop_spans_and_events() {
    let table: [(&str, &[&str], u64); 5] = [
        ("span.kind == SPAN_KIND_SERVER", &["SELECT()"], 1),
        ("IsRootSpan()", &["SELECT()"], 1),
        (r#"spanevent.name == "exception""#, &["GET /(retry)", "SELECT()"], 0),
        (r#"spanevent.name != nil and span.status.code == STATUS_CODE_ERROR"#, &["GET /()", "SELECT()"], 0),
        (r#"resource.attributes["service.name"] == "shop""#, &[], 2),
    ];
    for (condition, expected, dropped) in table {
        let ran = run(&format!("trace_conditions:\n  - '{condition}'\n"), &traces());
        assert_eq!(spans(ran.kept.as_ref()), expected, "{condition}");
        assert_eq!(ran.dropped.iter().map(|(_, items)| items).sum::<u64>(), dropped, "{condition}");
    }
}

#[test]
fn metric_conditions_drop_metrics_and_points() {
    let table: [(&str, &[&str], u64); 5] = [
        (r#"metric.name == "cpu""#, &["shop/mem(0)"], 3),
        (r#"datapoint.attributes["core"] == "0""#, &["shop/cpu(1)"], 3),
        (
            r#"metric.name == "cpu" and datapoint.attributes["core"] == "1""#,
            &["shop/cpu(0)", "shop/mem(0)", "cart/cpu(0)"],
            1,
        ),
        (r#"HasAttrOnDatapoint("core", "1")"#, &["shop/mem(0)", "cart/cpu(0)"], 2),
        (r#"resource.attributes["service.name"] == "shop""#, &["cart/cpu(0)"], 3),
    ];
    for (condition, expected, dropped) in table {
        let ran = run(&format!("metric_conditions:\n  - '{condition}'\n"), &metrics());
        assert_eq!(points(ran.kept.as_ref()), expected, "{condition}");
        assert_eq!(ran.dropped, [("filtered", dropped)], "{condition}");
    }
}

/// Groups name their context once, and have an error mode of their own.
#[test]
fn groups_of_conditions_have_a_context() {
    let yaml = "
log_conditions:
  - context: log
    conditions: ['severity_number == 5', 'attributes[\"kind\"] == \"boom\"']
  - context: resource
    conditions: ['attributes[\"service.name\"] == \"cart\"']
  - conditions: ['scope.name == \"b\"']
    error_mode: silent
";
    assert_eq!(bodies(run(yaml, &logs()).kept.as_ref()), ["shop/a: GET /cart"]);
}

/// The older form: one list for each context, paths without prefix.
#[test]
fn lists_by_context_work_as_before() {
    let yaml = "logs:\n  resource: ['attributes[\"service.name\"] == \"cart\"']\n  log_record: ['severity_number < 9']";
    assert_eq!(bodies(run(yaml, &logs()).kept.as_ref()), ["shop/a: GET /cart", "shop/a: boom"]);
    let yaml = "traces:\n  span: ['name == \"SELECT\"']\n  spanevent: ['name == \"retry\"']";
    assert_eq!(spans(run(yaml, &traces()).kept.as_ref()), ["GET /(exception)"]);
    let yaml = "traces: {resource: ['attributes[\"service.name\"] != nil']}";
    assert!(run(yaml, &traces()).kept.is_none());
    let yaml = "metrics:\n  metric: ['name == \"mem\"']\n  datapoint: ['attributes[\"core\"] == \"1\"']";
    assert_eq!(points(run(yaml, &metrics()).kept.as_ref()), ["shop/cpu(0)", "cart/cpu(0)"]);
}

/// A condition without an answer: by default and silently the record stays, with `propagate` the batch is refused.
#[test]
fn error_modes_say_what_becomes_of_records_without_an_answer() {
    let condition = r#"log.body["a"] == 1"#;
    for mode in ["", "error_mode: ignore\n", "error_mode: silent\n"] {
        let ran = run(&format!("{mode}log_conditions: ['{condition}', 'log.severity_number == 17']"), &logs());
        assert_eq!((ran.kept.unwrap().items(), ran.outcome), (5, Outcome::Delivered), "{mode}");
    }
    let ran = run(&format!("error_mode: propagate\nlog_conditions: ['{condition}']"), &logs());
    let Outcome::Refused(refusal) = ran.outcome else { panic!("the batch was not refused") };
    assert_eq!(refusal.kind, RefusalKind::Permanent);
    let expected = "condition `log.body[\"a\"] == 1` has no answer: a value that is no map is indexed by a string";
    assert_eq!((&*refusal.reason, ran.kept.is_none()), (expected, true));
}

/// Batched telemetry has several parts; places are counted over all of them.
#[test]
fn telemetry_of_several_parts_is_filtered_as_one() {
    let mut telemetry = logs();
    telemetry.append(logs()).unwrap();
    let ran = run("log_conditions: ['log.severity_number != 17']", &telemetry);
    assert_eq!(bodies(ran.kept.as_ref()), ["shop/a: boom", "shop/a: boom"]);
    assert_eq!(ran.dropped, [("filtered", 10)]);
    let ran = run("log_conditions: ['resource.attributes[\"service.name\"] == \"shop\"']", &telemetry);
    assert_eq!(ran.kept.unwrap().items(), 4);
}

/// What the documentation shows is accepted.
#[test]
fn the_example_of_the_description_works() {
    let ran = run(Filter::ABOUT.example, &logs());
    assert_eq!(ran.dropped, [("filtered", 3)]);
}
