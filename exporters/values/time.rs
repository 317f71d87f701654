//! Times as databases count them: nanoseconds since 1970 in 64 bits with a sign.

use pipelines::otlp::view::LogView;

/// OTLP's unsigned time with a sign: times beyond the year 2262 become negative, as in Go's
/// `time.Unix(0, int64(t))`. The bits are kept, so nothing is lost.
pub(crate) fn nanos(time: u64) -> i64 {
    time.cast_signed()
}

/// The time of a log record, or else when it was observed.
pub(crate) fn log_nanos(log: &LogView<'_>) -> i64 {
    match log.time_unix_nano() {
        0 => nanos(log.observed_time_unix_nano()),
        time => nanos(time),
    }
}
