//! Deterministic filling: the same seed gives the same request on every machine.

use super::{AnyValue, Value};

/// A xorshift64* generator; statistical quality is of no interest here, repeatability is.
pub(crate) struct Random(u64);

/// Words log lines are made of; lines compress about as real ones do.
const WORDS: [&str; 32] = [
    "request",
    "order",
    "accepted",
    "payment",
    "gateway",
    "timeout",
    "retry",
    "customer",
    "basket",
    "shipment",
    "cache",
    "miss",
    "hit",
    "database",
    "query",
    "rows",
    "latency",
    "upstream",
    "connection",
    "closed",
    "opened",
    "session",
    "token",
    "expired",
    "renewed",
    "worker",
    "queue",
    "depth",
    "commit",
    "rollback",
    "checkpoint",
    "finished",
];

// === impl Random ===

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from 0 to `limit` - 1.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    /// `len` bytes of an id; never all zero, which OTLP calls invalid.
    pub(crate) fn id(&mut self, len: usize) -> Vec<u8> {
        let mut id: Vec<u8> = std::iter::repeat_with(|| self.next().to_be_bytes()).take(2).flatten().collect();
        id.truncate(len);
        id[0] |= 1;
        id
    }

    /// A line of words and numbers, exactly `len` bytes of ASCII.
    pub(crate) fn line(&mut self, len: usize) -> String {
        let mut line = String::with_capacity(len + 16);
        while line.len() < len {
            if self.below(4) == 0 {
                line.push_str(&self.below(1_000_000_000).to_string());
            } else {
                line.push_str(WORDS[self.below(WORDS.len() as u64) as usize]);
            }
            line.push(' ');
        }
        line.truncate(len);
        line
    }

    /// The body of a log record.
    pub(crate) fn body(&mut self, len: usize) -> AnyValue {
        AnyValue { value: Some(Value::StringValue(self.line(len))) }
    }
}
