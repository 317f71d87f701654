//! Every column of every table.

use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::samples::{logs, metrics, record, spans};
use super::{Attributes, Table, assert_row, encode, rows_of};

/// Attributes of every kind, as texts, sorted by key.
const TEXTS: &str = "{\"\": \"no key\", \"absent\": \"\", \"bool\": \"true\", \"bytes\": \"AP8=\", \"double\": \"1e+21\", \"empty\": \"\", \"int\": \"-9223372036854775808\", \"list\": \"[1,0.5,null]\", \"map\": \"{\\\"a\\\":2,\\\"z\\\":\\\"1\\\"}\", \"nan\": \"NaN\", \"text\": \"a \\\"b\\\"\\n\\0\u{e9}\"}";
/// The same as JSON, in the quotes of the reader.
const OBJECT: &str = "\"{\\\"text\\\":\\\"a \\\\\\\"b\\\\\\\"\\\\n\\\\u0000\u{e9}\\\",\\\"\\\":\\\"no key\\\",\\\"bool\\\":true,\\\"int\\\":-9223372036854775808,\\\"double\\\":1e+21,\\\"nan\\\":\\\"NaN\\\",\\\"bytes\\\":\\\"AP8=\\\",\\\"list\\\":[1,0.5,null],\\\"map\\\":{\\\"z\\\":\\\"1\\\",\\\"a\\\":2},\\\"empty\\\":null,\\\"absent\\\":null}\"";
/// Their paths.
const PATHS: &str =
    r#"["", "absent", "bool", "bytes", "double", "empty", "int", "list", "map.a", "map.z", "nan", "text"]"#;
const RESOURCE: &str = r#"{"host.name": "h1", "service.name": "checkout"}"#;
const SCOPE: &str = r#"{"scope.key": "scope value"}"#;

/// What all rows of the samples have in common.
const RESOURCE_AND_SCOPE: [(&str, &str); 5] = [
    ("ServiceName", "\"checkout\""),
    ("ResourceAttributes", RESOURCE),
    ("ScopeName", "\"lib\""),
    ("ScopeVersion", "\"1.2\""),
    ("ScopeAttributes", SCOPE),
];

/// Scenario: a record with everything, one with nothing. Guarantee: each column has what the Collector writes: the low
/// byte of flags and severity, ids as digits, every attribute as text, NUL and all.
#[test]
fn logs_as_maps() {
    let rows = rows_of(&encode(Attributes::Map, &logs(vec![record(), LogRecord::default()])), Table::Logs);
    let urls = [("ResourceSchemaUrl", "\"resource-url\""), ("ScopeSchemaUrl", "\"scope-url\"")];
    let full = [
        ("Timestamp", "1795219200123456789"),
        ("TraceId", "\"0102030405060708090a0b0c0d0e0f10\""),
        ("SpanId", "\"f1f2f3f4f5f6f7f8\""),
        ("TraceFlags", "1"),
        ("SeverityText", "\"INFO\""),
        ("SeverityNumber", "9"),
        ("Body", "\"hello \\0\""),
        ("LogAttributes", TEXTS),
        ("EventName", "\"event\""),
    ];
    let empty = [
        ("Timestamp", "0"),
        ("TraceId", "\"\""),
        ("SpanId", "\"\""),
        ("TraceFlags", "0"),
        ("SeverityText", "\"\""),
        ("SeverityNumber", "0"),
        ("Body", "\"\""),
        ("LogAttributes", "{}"),
        ("EventName", "\"\""),
    ];
    assert_row(&rows[0], &[&full[..], &urls, &RESOURCE_AND_SCOPE].concat());
    assert_row(&rows[1], &[&empty[..], &urls, &RESOURCE_AND_SCOPE].concat());
}

/// Scenario: times that are missing, past the year 2262, and ids of zeros. Guarantee: the observed time serves where
/// there is no other, the bits of a time are kept, and zeros are no id.
#[test]
fn odd_times_and_ids() {
    let records = vec![
        LogRecord { observed_time_unix_nano: 5, trace_id: vec![0; 16], span_id: vec![0; 8], ..LogRecord::default() },
        LogRecord { time_unix_nano: u64::MAX, ..LogRecord::default() },
    ];
    let rows = rows_of(&encode(Attributes::Map, &logs(records)), Table::Logs);
    assert_eq!(rows[0]["Timestamp"], "5");
    assert_eq!((&rows[0]["TraceId"][..], &rows[0]["SpanId"][..]), ("\"\"", "\"\""));
    assert_eq!(rows[1]["Timestamp"], "-1");
}

/// Scenario: the same where attributes are JSON. Guarantee: values keep their types, and the arrays of keys hold every
/// path, sorted.
#[test]
fn logs_as_json() {
    let rows = rows_of(&encode(Attributes::Json, &logs(vec![record(), LogRecord::default()])), Table::Logs);
    assert_eq!(rows[0]["LogAttributes"], OBJECT);
    assert_eq!(rows[0]["LogAttributesKeys"], PATHS);
    assert_eq!(rows[1]["LogAttributes"], "\"{}\"");
    assert_eq!(rows[1]["LogAttributesKeys"], "[]");
    for row in &rows {
        assert_eq!(row["ResourceAttributes"], r#""{\"service.name\":\"checkout\",\"host.name\":\"h1\"}""#);
        assert_eq!(row["ResourceAttributesKeys"], r#"["host.name", "service.name"]"#);
        assert_eq!(row["ScopeAttributesKeys"], r#"["scope.key"]"#);
    }
}

/// Scenario: a span with events and a link, one that ends before it starts and is of no known kind. Guarantee: nested
/// columns are arrays of equal lengths, names as the Collector spells them, the duration wraps as there.
#[test]
fn traces() {
    let rows = rows_of(&encode(Attributes::Map, &spans()), Table::Traces);
    let common = &RESOURCE_AND_SCOPE[..4];
    let events = format!("[{TEXTS}, {{}}]");
    let full = [
        ("Timestamp", "1795219200123456789"),
        ("TraceId", "\"0102030405060708090a0b0c0d0e0f10\""),
        ("SpanId", "\"0102030405060708\""),
        ("ParentSpanId", "\"\""),
        ("TraceState", "\"a=b\""),
        ("SpanName", "\"GET /\""),
        ("SpanKind", "\"Server\""),
        ("SpanAttributes", TEXTS),
        ("Duration", "5"),
        ("StatusCode", "\"Error\""),
        ("StatusMessage", "\"broken\""),
        ("Events.Timestamp", "[1795219200123456790, -1]"),
        ("Events.Name", "[\"one\", \"two\"]"),
        ("Events.Attributes", &events),
        ("Links.TraceId", "[\"abababababababababababababababab\"]"),
        ("Links.SpanId", "[\"cdcdcdcdcdcdcdcd\"]"),
        ("Links.TraceState", "[\"c=d\"]"),
        ("Links.Attributes", "[{\"link\": \"yes\"}]"),
    ];
    assert_row(&rows[0], &[&full[..], common].concat());
    let arrays = full[11..].iter().map(|(name, _)| (*name, "[]"));
    let empty: Vec<_> = [
        ("Timestamp", "10"),
        ("TraceId", "\"\""),
        ("SpanId", "\"\""),
        ("ParentSpanId", "\"\""),
        ("TraceState", "\"\""),
        ("SpanName", "\"\""),
        ("SpanKind", "\"Unspecified\""),
        ("SpanAttributes", "{}"),
        ("Duration", "18446744073709551615"),
        ("StatusCode", "\"Unset\""),
        ("StatusMessage", "\"\""),
    ]
    .into_iter()
    .chain(arrays)
    .collect();
    assert_row(&rows[1], &[&empty[..], common].concat());

    let json = rows_of(&encode(Attributes::Json, &spans()), Table::Traces);
    assert_eq!(json[0]["Events.Attributes"], format!("[{OBJECT}, \"{{}}\"]"));
    assert_eq!(json[0]["SpanAttributesKeys"], PATHS);
}

/// Scenario: two points of each kind, the second without most things. Guarantee: each kind goes to its table, integers
/// are doubles, NaN and infinities stay, counts are unsigned, buckets need not match their bounds, absent is 0.
#[test]
fn points() {
    let inserts = encode(Attributes::Map, &metrics());
    assert_eq!(inserts.len(), 5);
    let point = |name| {
        let own = [
            ("ResourceSchemaUrl", "\"resource-url\""),
            ("ScopeSchemaUrl", "\"scope-url\""),
            ("ScopeDroppedAttrCount", "7"),
            ("MetricDescription", "\"what\""),
            ("MetricUnit", "\"By\""),
            ("MetricName", name),
        ];
        [&own[..], &RESOURCE_AND_SCOPE].concat()
    };
    let start = ("StartTimeUnix", "1795219200123456788");
    let time = [("StartTimeUnix", "0"), ("TimeUnix", "1795219200123456789"), ("Attributes", "{}"), ("Flags", "0")];
    let number = [start, time[1], ("Attributes", "{\"core\": \"0\"}"), ("Flags", "1")];
    let no_time = [time[0], ("TimeUnix", "0"), time[2], time[3]];
    let exemplars = [
        ("Exemplars.FilteredAttributes", "[{\"why\": \"slow\"}]"),
        ("Exemplars.TimeUnix", "[1795219200123456789]"),
        ("Exemplars.Value", "[-3]"),
        ("Exemplars.SpanId", "[\"0101010101010101\"]"),
        ("Exemplars.TraceId", "[\"02020202020202020202020202020202\"]"),
    ];
    let none = exemplars.map(|(name, _)| (name, "[]"));

    let gauge = rows_of(&inserts, Table::Gauge);
    assert_row(&gauge[0], &[&point("\"g\""), &number[..], &[("Value", "NaN")], &exemplars].concat());
    assert_row(&gauge[1], &[&point("\"g\""), &no_time[..], &[("Value", "9007199254740992")], &none].concat());

    let sum = rows_of(&inserts, Table::Sum);
    let kind = [("AggregationTemporality", "2"), ("IsMonotonic", "true")];
    assert_row(&sum[0], &[&point("\"s\""), &number[..], &kind, &[("Value", "-inf")], &exemplars].concat());
    assert_row(&sum[1], &[&point("\"s\""), &number[..], &kind, &[("Value", "0")], &exemplars].concat());

    let histogram = rows_of(&inserts, Table::Histogram);
    let full = [
        ("Count", "18446744073709551615"),
        ("Sum", "1.5"),
        ("BucketCounts", "[1, 18446744073709551615]"),
        ("ExplicitBounds", "[inf]"),
        ("Min", "-1"),
        ("Max", "2"),
        ("AggregationTemporality", "1"),
    ];
    let odd = [
        ("Count", "0"),
        ("Sum", "0"),
        ("BucketCounts", "[1]"),
        ("ExplicitBounds", "[1, 2, 3]"),
        ("Min", "0"),
        ("Max", "0"),
        ("AggregationTemporality", "1"),
    ];
    assert_row(&histogram[0], &[&point("\"h\""), &time[..], &full, &exemplars].concat());
    assert_row(&histogram[1], &[&point("\"h\""), &no_time[..], &odd, &none].concat());

    let exponential = rows_of(&inserts, Table::ExponentialHistogram);
    let full = [
        ("Count", "6"),
        ("Sum", "9"),
        ("Scale", "-2"),
        ("ZeroCount", "3"),
        ("PositiveOffset", "-5"),
        ("PositiveBucketCounts", "[1, 2]"),
        ("NegativeOffset", "4"),
        ("NegativeBucketCounts", "[300]"),
        ("Min", "0.1"),
        ("Max", "8"),
        ("AggregationTemporality", "2"),
    ];
    assert_row(&exponential[0], &[&point("\"e\""), &time[..], &full, &none].concat());
    assert_eq!(exponential[1]["PositiveBucketCounts"], "[]");

    let summary = rows_of(&inserts, Table::Summary);
    let full = [
        ("Count", "4"),
        ("Sum", "2.5"),
        ("ValueAtQuantiles.Quantile", "[0.5, 1]"),
        ("ValueAtQuantiles.Value", "[1, inf]"),
    ];
    assert_row(&summary[0], &[&point("\"q\""), &time[..], &full].concat());
    assert_eq!(summary[1]["ValueAtQuantiles.Value"], "[]");
}
