//! Numbers: what is read, what is refused, and how they are written.

use opentelemetry_proto::tonic::metrics::v1::HistogramDataPoint;
use prost::Message as _;

use super::{error, from_json, json};
use crate::otlp::json::print::{put_double, put_integer};
use crate::otlp::schema::{logs, metrics};

#[test]
fn whole_numbers_are_read_bare_and_quoted_and_with_an_exponent() {
    for text in ["100", "\"100\"", "1e2", "100.0", "\"1.0e2\""] {
        let wire = from_json(&logs::LOG_RECORD, format!("{{\"timeUnixNano\":{text}}}").as_bytes()).unwrap();
        assert_eq!(wire, b"\x09\x64\0\0\0\0\0\0\0", "{text}");
    }
    let most = format!("{{\"timeUnixNano\":{}}}", u64::MAX);
    assert_eq!(from_json(&logs::LOG_RECORD, most.as_bytes()).unwrap()[1..], [0xff; 8]);
}

#[test]
fn numbers_out_of_range_are_refused() {
    for text in ["18446744073709551616", "-1", "1.5", "1e400", "\"\"", "\" 1\"", "\"+1\"", "\"0x1\"", "\"NaN\"", "{}"] {
        let text = error(&logs::LOG_RECORD, &format!("{{\"timeUnixNano\":{text}}}"));
        assert!(text.starts_with("timeUnixNano: line 1 column 17"), "{text}");
    }
    assert!(error(&logs::LOG_RECORD, r#"{"flags":4294967296}"#).contains("from 0 to 4294967295"));
    assert!(error(&logs::LOG_RECORD, r#"{"severityNumber":2147483648}"#).contains("from -2147483648 to 2147483647"));
    assert!(error(&metrics::NUMBER_DATA_POINT, r#"{"asInt":"9223372036854775808"}"#).contains("asInt"));
    assert!(error(&metrics::NUMBER_DATA_POINT, r#"{"asDouble":1e400}"#).contains("fits a double"));
    for text in ["01", "1.", ".5", "1e", "-", "+1", "NaN", "1x"] {
        assert!(!error(&metrics::NUMBER_DATA_POINT, &format!("{{\"asDouble\":{text}}}")).is_empty());
    }
}

/// Doubles are read from numbers, from numbers in strings and from the three names; `optional` keeps a zero.
#[test]
fn doubles_are_read() {
    let text = br#"{"sum":0,"min":"-1.5e3","explicitBounds":["NaN","Infinity","-Infinity",-0.0,1e-7,5]}"#;
    let wire = from_json(&metrics::HISTOGRAM_DATA_POINT, text).unwrap();
    let point = HistogramDataPoint::decode(wire.as_slice()).unwrap();
    assert_eq!((point.sum, point.min, point.max), (Some(0.0), Some(-1500.0), None));
    assert!(point.explicit_bounds[0].is_nan() && point.explicit_bounds[3].is_sign_negative());
    assert_eq!(point.explicit_bounds[1..3], [f64::INFINITY, f64::NEG_INFINITY]);
    assert_eq!(
        json(&metrics::HISTOGRAM_DATA_POINT, &wire),
        r#"{"sum":0,"explicitBounds":["NaN","Infinity","-Infinity",-0,1e-7,5],"min":-1500}"#
    );
}

/// Spelled as Go spells them, which is what the Collector's files hold.
#[test]
fn doubles_are_written_shortest() {
    let cases = [
        (5.0, "5"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e-7, "1.5e-7"),
        (1e-6, "0.000001"),
        (f64::MAX, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
    ];
    for (value, expected) in cases {
        let mut out = Vec::new();
        put_double(&mut out, value);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
    for value in [0, 9, 10, -1, i128::from(i64::MIN), i128::from(u64::MAX)] {
        let mut out = Vec::new();
        put_integer(&mut out, value);
        assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
    }
}
