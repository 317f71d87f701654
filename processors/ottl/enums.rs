//! Names for numbers, as OTTL has them.

/// Names and their numbers, without severities.
const ENUMS: [(&str, i64); 20] = [
    ("SPAN_KIND_UNSPECIFIED", 0),
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
    ("STATUS_CODE_UNSET", 0),
    ("STATUS_CODE_OK", 1),
    ("STATUS_CODE_ERROR", 2),
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
    ("METRIC_DATA_TYPE_NONE", 0),
    ("METRIC_DATA_TYPE_GAUGE", 1),
    ("METRIC_DATA_TYPE_SUM", 2),
    ("METRIC_DATA_TYPE_HISTOGRAM", 3),
    ("METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM", 4),
    ("METRIC_DATA_TYPE_SUMMARY", 5),
    ("FLAG_NONE", 0),
    ("FLAG_NO_RECORDED_VALUE", 1),
];

/// The short names of severities, four numbers each from 1 on.
const SEVERITIES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/// The number behind an enum's name.
pub(super) fn number(name: &str) -> Option<i64> {
    if let Some(severity) = name.strip_prefix("SEVERITY_NUMBER_") {
        return if severity == "UNSPECIFIED" { Some(0) } else { severity_number(severity) };
    }
    ENUMS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// The number of a severity's short name: 1 for `TRACE`, 2 for `TRACE2`, 24 for `FATAL4`.
pub(crate) fn severity_number(name: &str) -> Option<i64> {
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let index = SEVERITIES.iter().position(|known| *known == base)?;
    let step = match &name[base.len()..] {
        "" => 0,
        "2" => 1,
        "3" => 2,
        "4" => 3,
        _ => return None,
    };
    Some(index as i64 * 4 + step + 1)
}

/// All names.
pub(super) fn names() -> Vec<String> {
    let severities =
        SEVERITIES.iter().flat_map(|name| ["", "2", "3", "4"].map(|step| format!("SEVERITY_NUMBER_{name}{step}")));
    ENUMS.iter().map(|(name, _)| (*name).to_owned()).chain(severities).collect()
}
