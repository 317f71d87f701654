//! What became of the requests.

use crate::args::Signal;
use serde_json::{Value, json};
use std::time::Duration;

/// The answer to one request, as the OTLP specification sorts them.
#[derive(Debug)]
pub(super) enum Outcome {
    Acked,
    /// May be sent again: the receiver is busy, gone or late.
    Retryable(String),
    /// Sending it again would fail again.
    Permanent(String),
}

/// Sums over all requests.
#[derive(Default)]
pub(super) struct Tally {
    acked: u64,
    retryable: u64,
    permanent: u64,
    last_error: Option<String>,
    /// Latency of every acknowledged request, in microseconds.
    latencies: Vec<u32>,
}

// === impl Outcome ===

impl Outcome {
    /// Sorts a gRPC status: <https://opentelemetry.io/docs/specs/otlp/#failures>. RESOURCE_EXHAUSTED counts as
    /// retryable with or without RetryInfo.
    pub(super) fn of_grpc(status: &str, message: &str) -> Self {
        let error = || format!("grpc-status {status}: {message}");
        match status {
            "0" => Self::Acked,
            "1" | "4" | "8" | "10" | "11" | "14" | "15" => Self::Retryable(error()),
            _ => Self::Permanent(error()),
        }
    }

    /// Sorts an HTTP status: <https://opentelemetry.io/docs/specs/otlp/#failures-1>.
    pub(super) fn of_http(status: http::StatusCode) -> Self {
        match status.as_u16() {
            200..300 => Self::Acked,
            429 | 502 | 503 | 504 => Self::Retryable(format!("status {status}")),
            _ => Self::Permanent(format!("status {status}")),
        }
    }
}

// === impl Tally ===

impl Tally {
    pub(super) fn add(&mut self, outcome: Outcome, latency: Duration) {
        match outcome {
            Outcome::Acked => {
                self.acked += 1;
                self.latencies.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
            }
            Outcome::Retryable(error) => {
                self.retryable += 1;
                self.last_error = Some(error);
            }
            Outcome::Permanent(error) => {
                self.permanent += 1;
                self.last_error = Some(error);
            }
        }
    }

    pub(super) fn all_acked(&self) -> bool {
        self.retryable + self.permanent == 0
    }

    /// One line for people and programs. Items are log records, spans or data points; times are milliseconds.
    pub(super) fn json(&mut self, signal: Signal, items: u64, elapsed: Duration, cpu_seconds: f64) -> Value {
        self.latencies.sort_unstable();
        let seconds = elapsed.as_secs_f64();
        json!({
            "signal": signal.name(),
            "items_sent": (self.acked + self.retryable + self.permanent) * items,
            "items_acked": self.acked * items,
            "requests_acked": self.acked,
            "retryable_errors": self.retryable,
            "permanent_errors": self.permanent,
            "last_error": self.last_error,
            "seconds": rounded(seconds),
            "items_per_second": ((self.acked * items) as f64 / seconds).round(),
            "p50_ms": self.percentile(0.5),
            "p99_ms": self.percentile(0.99),
            "max_ms": self.percentile(1.0),
            "cpu_seconds": rounded(cpu_seconds),
        })
    }

    fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1) as f64;
        let micros = self.latencies.get((last * share).round() as usize).copied().unwrap_or(0);
        f64::from(micros) / 1e3
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}
