//! Paths, comparisons and logic on records of every signal.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum, metric::Data, number_data_point,
};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::Event};
use pipelines::otlp::view::{LogView, MetricView, SpanView};
use prost::Message;

use super::records::{any, ask_log, list, map, pair, text};
use crate::ottl::call::Call;
use crate::ottl::lower::Lowering;
use crate::ottl::node::Bool;
use crate::ottl::parser::parse;
use crate::ottl::text::{BytesAs, text as text_of};
use crate::ottl::value::Val;
use crate::ottl::{Condition, Context, EvalError, Record};

fn log() -> LogRecord {
    LogRecord {
        time_unix_nano: 1_700_000_000_000_000_000,
        severity_number: 17,
        severity_text: "ERROR".to_owned(),
        body: Some(map(vec![
            pair("msg", text("hi <b>")),
            pair("n", any(Value::IntValue(3))),
            pair("tags", list(vec![text("a"), any(Value::DoubleValue(1.5))])),
        ])),
        attributes: vec![
            pair("http.method", text("GET")),
            pair("code", any(Value::IntValue(200))),
            pair("ratio", any(Value::DoubleValue(0.5))),
            pair("ok", any(Value::BoolValue(true))),
            pair("raw", any(Value::BytesValue(vec![1, 255]))),
            pair("deep", map(vec![pair("inner", text("x"))])),
            pair("tags", list(vec![text("a"), text("b")])),
            pair("empty", any(Value::StringValue(String::new()))),
        ],
        trace_id: vec![0xab; 16],
        flags: 1,
        event_name: "login".to_owned(),
        ..LogRecord::default()
    }
}

#[test]
fn paths_and_comparisons_of_logs() {
    let yes = [
        r#"attributes["http.method"] == "GET""#,
        r#"log.attributes["http.method"] == "GET""#,
        r#"attributes["http.method"] != "POST""#,
        r#"attributes["missing"] == nil and nil == attributes["missing"]"#,
        r#"attributes["missing"] != "GET""#,
        r#"attributes["http.method"] != nil"#,
        r#"attributes["empty"] != nil and attributes["empty"] == """#,
        r#"attributes["code"] == 200 and attributes["code"] == 200.0 and 200.0 == attributes["code"]"#,
        r#"attributes["code"] >= 200 and attributes["code"] < 300.5"#,
        r#"attributes["code"] != "200""#,
        r#"not (attributes["code"] < "300")"#,
        r#"not (attributes["code"] > "300")"#,
        r#"attributes["ratio"] > 0 and attributes["ratio"] <= .5"#,
        r#"attributes["ok"] == true and attributes["ok"] > false"#,
        r#"attributes["raw"] == 0x01ff and attributes["raw"] > 0x01"#,
        r#"attributes["deep"]["inner"] == "x" and attributes["deep"]["no"] == nil"#,
        r#"attributes["tags"][1] == "b" and attributes["tags"] == ["a", "b"]"#,
        r#"attributes["tags"] != ["a"] and attributes["tags"] != ["a", "b", "c"]"#,
        r#"attributes["http.method"] < "GETS""#,
        r#"nil <= nil and nil >= nil and not (nil < nil)"#,
        r#"not (attributes["missing"] > 1) and not (attributes["missing"] <= 1)"#,
        r#"severity_number >= SEVERITY_NUMBER_ERROR and severity_number < SEVERITY_NUMBER_ERROR2"#,
        r#"severity_text == "ERROR" and event_name == "login" and flags == 1"#,
        r#"body["msg"] == "hi <b>" and body["n"] == 3 and body["tags"][1] == 1.5 and body["no"]["x"] == nil"#,
        r#"body.string == "{\"msg\":\"hi \\u003cb\\u003e\",\"n\":3,\"tags\":[\"a\",1.5]}""#,
        r#"trace_id == TraceID(0xabababababababababababababababab) and trace_id.string != """#,
        r#"trace_id.string == "abababababababababababababababab""#,
        r#"span_id == SpanID(0x0000000000000000) and span_id.string == """#,
        r#"time_unix_nano == 1700000000000000000 and observed_time_unix_nano == 0"#,
        r#"resource.attributes["service.name"] == "shop" and scope.name == "lib""#,
        r#"instrumentation_scope.name == "lib" and scope.version == """#,
        r#"attributes[Concat(["http", "method"], ".")] == "GET""#,
        "true and not false",
        "true or false and false",
        "not false and true",
        "(true or false) and true",
        "1 + 2 * 3 == 7 and (1 + 2) * 3 == 9 and 7 / 2 == 3 and -1 - -1 == 0 and 1.5 * 2.0 == 3.0",
        "\"\\x41\\u00e4\\t\\101\" == \"A\u{e4}\tA\"",
    ];
    for source in yes {
        assert_eq!(ask_log(source, &log()), Ok(true), "{source}");
        assert_eq!(ask_log(&format!("not ({source})"), &log()), Ok(false), "not {source}");
    }
}

/// What has no answer is an error and not a silent `false`, and what stands before it in an `and` protects it.
#[test]
fn conditions_without_an_answer_are_errors() {
    let broken = [
        (r#"attributes["code"]["x"] == 1"#, "a value that is no map is indexed by a string"),
        (r#"attributes["deep"][0] == 1"#, "a value that is no list is indexed by an int"),
        (r#"attributes["tags"][2] == "c""#, "an index is outside of its list"),
        (r#"attributes["tags"][-1] == "c""#, "an index is outside of its list"),
        (r#"attributes["code"] / 0 == 1"#, "division by zero"),
        (r#"attributes["code"] + 1.0 == 1"#, "arithmetic needs two ints, two floats, or times and durations"),
        (r#"HasPrefix(attributes["code"], "2")"#, "a function needs a string and got another kind of value"),
        (r#"Len(attributes["missing"]) == 1"#, "Len needs a string, a map or a list"),
    ];
    for (source, expected) in broken {
        assert_eq!(ask_log(source, &log()), Err(EvalError(expected)), "{source}");
        let guarded = format!("false and {source}");
        assert_eq!(ask_log(&guarded, &log()), Ok(false), "{guarded}");
    }
}

/// A body without keys that is indexed is an error, so that `body["a"] == nil` drops only maps.
#[test]
fn bodies_of_other_kinds() {
    let plain = LogRecord { body: Some(text("hi")), ..LogRecord::default() };
    assert_eq!(ask_log(r#"body == "hi" and body.string == "hi""#, &plain), Ok(true));
    assert!(ask_log(r#"body["a"] == nil"#, &plain).is_err());
    let bytes = LogRecord { body: Some(any(Value::BytesValue(vec![1, 2]))), ..LogRecord::default() };
    assert_eq!(ask_log(r#"body.string == "AQI=" and IsMatch(body, "^0102$")"#, &bytes), Ok(true));
    assert_eq!(ask_log(r#"body == nil and body.string == """#, &LogRecord::default()), Ok(true));
    assert!(ask_log(r#"body["a"] == nil"#, &LogRecord::default()).is_err());
}

fn span() -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        trace_state: "a=1, b=2".to_owned(),
        name: "GET /".to_owned(),
        kind: 2,
        start_time_unix_nano: 1_000_000_000,
        end_time_unix_nano: 3_500_000_000,
        attributes: vec![pair("k", text("v"))],
        events: vec![Event {
            name: "exception".to_owned(),
            attributes: vec![pair("e", text("1"))],
            ..Event::default()
        }],
        status: Some(Status { code: 2, message: "bad".to_owned() }),
        ..Span::default()
    }
}

#[test]
fn paths_of_spans_and_their_events() {
    let encoded = span().encode_to_vec();
    let view = SpanView::new(&encoded);
    let record = Record { span: Some(&view), ..Record::default() };
    for source in [
        r#"name == "GET /" and span.name == "GET /" and kind == SPAN_KIND_SERVER and kind.string == "Server""#,
        r#"kind.deprecated_string == "SPAN_KIND_SERVER""#,
        r#"status.code == STATUS_CODE_ERROR and span.status.message == "bad""#,
        r#"trace_state["b"] == "2" and trace_state["c"] == "" and trace_state == "a=1, b=2""#,
        r#"end_time - start_time > Duration("2s499ms") and end_time - start_time == Duration("2.5s")"#,
        r#"end_time_unix_nano - start_time_unix_nano == 2500000000"#,
        r#"IsRootSpan() and parent_span_id == SpanID(0x0000000000000000) and parent_span_id != nil"#,
        r#"attributes["k"] == "v" and dropped_attributes_count == 0"#,
    ] {
        let condition = Condition::compile(source, Context::Span).unwrap();
        assert_eq!(condition.matches(&record), Ok(true), "{source}");
    }
    let event = view.events().next().unwrap();
    let record = Record { event: Some((&event, 4)), ..record };
    let source = r#"name == "exception" and attributes["e"] == "1" and event_index == 4 and span.name == "GET /""#;
    assert_eq!(Condition::compile(source, Context::SpanEvent).unwrap().matches(&record), Ok(true));
}

fn number(value: Option<number_data_point::Value>) -> NumberDataPoint {
    NumberDataPoint { attributes: vec![pair("cpu", text("0"))], time_unix_nano: 5, value, ..NumberDataPoint::default() }
}

fn metric(data: Data) -> Metric {
    Metric { name: "m".to_owned(), unit: "s".to_owned(), data: Some(data), ..Metric::default() }
}

fn ask_point(source: &str, metric: &Metric) -> bool {
    let encoded = metric.encode_to_vec();
    let metric = MetricView::new(&encoded);
    let point = metric.points().next().unwrap();
    let record = Record { metric: Some(&metric), point: Some(&point), ..Record::default() };
    Condition::compile(source, Context::DataPoint).unwrap().matches(&record).unwrap()
}

#[test]
fn paths_of_metrics_and_their_points() {
    let ints = vec![number(Some(number_data_point::Value::AsInt(7)))];
    let sum = metric(Data::Sum(Sum { data_points: ints, aggregation_temporality: 2, is_monotonic: true }));
    let source = r#"metric.name == "m" and metric.type == METRIC_DATA_TYPE_SUM and metric.is_monotonic == true
        and metric.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE and metric.unit == "s"
        and value_int == 7 and value_double == 0.0 and time_unix_nano == 5 and datapoint.attributes["cpu"] == "0"
        and flags == FLAG_NONE and count == nil and sum == nil"#;
    assert!(ask_point(source, &sum));
    let doubles = vec![number(Some(number_data_point::Value::AsDouble(1.5)))];
    let gauge = metric(Data::Gauge(Gauge { data_points: doubles }));
    assert!(ask_point("value_double == 1.5 and value_int == 0 and metric.is_monotonic == nil", &gauge));
    let point = HistogramDataPoint {
        count: 3,
        sum: Some(4.5),
        max: Some(2.0),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![1.0],
        ..HistogramDataPoint::default()
    };
    let histogram = metric(Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality: 1 }));
    let source = "count == 3 and sum == 4.5 and max == 2.0 and min == nil and bucket_counts == [1, 2]
        and explicit_bounds[0] == 1.0 and value_int == nil and scale == nil";
    assert!(ask_point(source, &histogram));
    let encoded = histogram.encode_to_vec();
    let view = MetricView::new(&encoded);
    let record = Record { metric: Some(&view), ..Record::default() };
    let condition =
        Condition::compile("type == METRIC_DATA_TYPE_HISTOGRAM and name == \"m\"", Context::Metric).unwrap();
    assert_eq!(condition.matches(&record), Ok(true));
}

/// A flat condition takes the innermost context its prefixes name.
#[test]
fn contexts_are_inferred_from_prefixes() {
    let table = [
        (r#"resource.attributes["a"] == "x""#, Context::Resource),
        (r#"scope.name == "x" and resource.attributes["a"] == nil"#, Context::Scope),
        (r#"resource.attributes["a"] == "x" and metric.name == "y""#, Context::Metric),
        (r#"metric.name == "y" or datapoint.value_int == 1"#, Context::DataPoint),
        (r#"HasAttrKeyOnDatapoint("a")"#, Context::Metric),
    ];
    for (source, expected) in table {
        let contexts = Context::of(pipelines::Signal::Metrics);
        assert_eq!(Condition::infer(source, contexts).unwrap().context(), expected, "{source}");
    }
}

/// What common conditions compare is borrowed from the record: reading it allocates nothing.
#[test]
fn values_are_borrowed_from_the_record() {
    let log = log().encode_to_vec();
    let view = LogView::new(&log);
    let record = Record { log: Some(&view), ..Record::default() };
    for source in
        [r#"attributes["http.method"]"#, "severity_text", r#"body["msg"]"#, "trace_id", r#"attributes["raw"]"#]
    {
        let expr = parse(&format!("IsString({source})")).unwrap();
        let Bool::Call(Call::Is(_, node)) = Lowering::condition(&expr, Context::Log).unwrap() else {
            panic!("{source}")
        };
        let value = node.value(&record).unwrap();
        let borrowed = matches!(value, Val::Str(Cow::Borrowed(_)) | Val::Bytes(Cow::Borrowed(_)));
        assert!(borrowed, "{source}: {value:?}");
        let pattern_text = text_of(&value, BytesAs::Hex).unwrap();
        assert!(matches!(value, Val::Bytes(_)) || matches!(pattern_text, Cow::Borrowed(_)), "{source}");
    }
}
