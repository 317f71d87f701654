//! The functions of conditions.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{Gauge, Metric, NumberDataPoint, metric::Data};
use pipelines::otlp::view::MetricView;
use prost::Message;

use super::records::{any, ask_log, list, map, pair, text};
use crate::ottl::{Condition, Context, Record};

fn log() -> LogRecord {
    LogRecord {
        body: Some(text("GET /health 200")),
        attributes: vec![
            pair("n", any(Value::IntValue(42))),
            pair("f", any(Value::DoubleValue(1e21))),
            pair("tiny", any(Value::DoubleValue(2e-7))),
            pair("half", any(Value::DoubleValue(2.5))),
            pair("b", any(Value::BoolValue(true))),
            pair("raw", any(Value::BytesValue(vec![0xab, 0x01]))),
            pair("m", map(vec![pair("z", any(Value::IntValue(1))), pair("a", list(vec![text("x")]))])),
            pair("l", list(vec![text("x"), any(Value::IntValue(2))])),
            pair("num", text("17")),
            pair("up", text("\u{c4}bC")),
        ],
        ..LogRecord::default()
    }
}

#[test]
fn functions_give_what_the_collector_gives() {
    let yes = [
        r#"IsMatch(body, "^GET /h.* \\d+$")"#,
        r#"IsMatch(target=body, pattern="GET")"#,
        r#"not IsMatch(attributes["missing"], ".*")"#,
        r#"IsMatch(attributes["n"], "^42$") and IsMatch(attributes["b"], "^true$")"#,
        r#"IsMatch(attributes["f"], "^1e\\+21$") and IsMatch(attributes["tiny"], "^2e-7$")"#,
        r#"IsMatch(attributes["half"], "^2\\.5$") and IsMatch(attributes["raw"], "^ab01$")"#,
        r#"IsMatch(attributes["m"], "^{\"a\":\\[\"x\"\\],\"z\":1}$")"#,
        r#"IsString(body) and IsInt(attributes["n"]) and IsDouble(attributes["f"]) and IsBool(attributes["b"])"#,
        r#"IsMap(attributes["m"]) and IsList(attributes["l"]) and not IsString(attributes["missing"])"#,
        r#"IsMap(attributes) and IsString("x") and IsList([])"#,
        r#"Int(attributes["num"]) == 17 and Int("x") == nil and Int(2.9) == 2 and Int(true) == 1"#,
        r#"Double(attributes["num"]) == 17.0 and Double(attributes["n"]) == 42.0 and Double("x") == nil"#,
        r#"String(attributes["n"]) == "42" and String(nil) == nil and String(1.0) == "1""#,
        r#"Len(body) == 15 and Len(attributes["m"]) == 2 and Len(attributes["l"]) == 2 and Len(["a"]) == 1"#,
        r#"HasPrefix(body, "GET ") and HasSuffix(body, " 200") and not HasPrefix(body, "POST")"#,
        r#"Concat(["a", 1, nil, true], "-") == "a-1-<nil>-true""#,
        "ToLowerCase(attributes[\"up\"]) == \"\u{e4}bc\" and ToUpperCase(attributes[\"up\"]) == \"\u{c4}BC\"",
        "ConvertCase(attributes[\"up\"], \"lower\") == \"\u{e4}bc\" and ConvertCase(\"a\", \"upper\") == \"A\"",
        r#"Substring(body, 4, 7) == "/health""#,
        r#"ContainsValue(attributes["l"], "x") and not ContainsValue(attributes["l"], "y")"#,
        r#"ContainsValue(["a", "b"], "b")"#,
        r#"Bool("true") and Bool("0") == false and Bool(attributes["n"])"#,
        r#"Now() - log.time > Duration("1h") and Duration("-1.5h") < Duration("0")"#,
        r#"SpanID("0102030405060708") == SpanID(0x0102030405060708)"#,
    ];
    for source in yes {
        assert_eq!(ask_log(source, &log()), Ok(true), "{source}");
    }
    for source in ["Substring(body, 4, 99) == \"\"", "Substring(\"\u{e4}\", 0, 1) == \"\"", "ContainsValue(body, 1)"] {
        assert!(ask_log(source, &log()).is_err(), "{source}");
    }
}

/// The two functions of metrics look at every point.
#[test]
fn functions_of_metrics_look_at_every_point() {
    let point = |key: &str, value: &str| NumberDataPoint {
        attributes: vec![pair(key, text(value))],
        ..NumberDataPoint::default()
    };
    let data_points = vec![point("a", "1"), point("b", "2")];
    let metric = Metric { data: Some(Data::Gauge(Gauge { data_points })), ..Metric::default() }.encode_to_vec();
    let metric = MetricView::new(&metric);
    let record = Record { metric: Some(&metric), ..Record::default() };
    let ask = |source: &str| Condition::compile(source, Context::Metric).unwrap().matches(&record).unwrap();
    assert!(ask(r#"HasAttrKeyOnDatapoint("b") and not HasAttrKeyOnDatapoint("c")"#));
    assert!(ask(r#"HasAttrOnDatapoint("b", "2") and not HasAttrOnDatapoint("a", "2")"#));
}
