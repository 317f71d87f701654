//! [`Whole`]: numbers that every reader of JSON reads as the same number.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A whole number from 0 to 2^53 - 1. Read from `60` and `60.0` alike: for JSON they are one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Whole(u64);

/// Reads a number that is only advice: whatever else stands in its place is as good as none.
pub(super) fn advice<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Whole>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// The largest number that JavaScript counts to without a gap.
const MAX: u64 = (1 << 53) - 1;

struct Reader;

// === impl Whole ===

impl From<Whole> for u64 {
    fn from(number: Whole) -> Self {
        number.0
    }
}

impl From<u64> for Whole {
    /// Numbers above the largest become the largest.
    fn from(number: u64) -> Self {
        Self(number.min(MAX))
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Whole {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Whole".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX })
    }
}

// === impl Reader ===

impl Visitor<'_> for Reader {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 0 to {MAX}")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
        if number > MAX {
            return Err(E::invalid_value(Unexpected::Unsigned(number), &self));
        }
        Ok(Whole(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Whole, E> {
        // In this range every whole number has a float of its own.
        if number.fract() == 0.0 && (0.0..=MAX as f64).contains(&number) {
            return Ok(Whole(number as u64));
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform_wire::{HeartbeatReply, Registered};

    /// Scenario: intervals that are none. Guarantee: the reply counts without them; one that is a number is taken.
    #[test]
    fn advice_that_cannot_be_followed() {
        for text in ["-1", "1e300", "1.5", "\"soon\"", "[]", "null", "18446744073709551616"] {
            let reply = format!(r#"{{"success":true,"nextInterval":{text}}}"#);
            assert_eq!(serde_json::from_str::<HeartbeatReply>(&reply).unwrap().next_interval, None, "{text}");
            let registered = format!(r#"{{"id":"a","next_interval":{text}}}"#);
            assert_eq!(serde_json::from_str::<Registered>(&registered).unwrap().next_interval, None, "{text}");
        }
        let reply: HeartbeatReply = serde_json::from_str(r#"{"nextInterval":30.0}"#).unwrap();
        assert_eq!(reply.next_interval, Some(Whole(30)));
    }
}
