//! The rows of an insert for people, read from its own bytes: what a dry run shows is what the server would get.
//!
//! A body is Native: blocks of columns, each with its name and type ahead of its values.

use std::fmt::Write as _;

use pipelines::component::Row;
use serde_json::{Map, Value};

use crate::civil::civil;

/// Reads values from the front of a body.
struct Reader<'a>(&'a [u8]);

/// Bytes of what says which form of a type follows, and of where an array ends.
const LONG: usize = 8;
const NANOS: i64 = 1_000_000_000;
const DAY: i64 = 86_400;
/// Days of 400 years.
const ERA: i64 = 146_097;

/// The rows of an uncompressed body, for a table of this name. Bytes that are not read as expected end the rows.
pub(super) fn rows(table: &str, body: &[u8]) -> Vec<Row> {
    let mut reader = Reader(body);
    let mut rows = Vec::new();
    while !reader.0.is_empty() {
        match reader.block(table) {
            Some(block) => rows.extend(block),
            None => break,
        }
    }
    rows
}

// === impl Reader ===

impl<'a> Reader<'a> {
    fn block(&mut self, table: &str) -> Option<Vec<Row>> {
        let (columns, count) = (self.varint()?, self.varint()?);
        let mut rows = vec![Row { table: table.to_owned(), values: Map::new() }; count.min(self.0.len())];
        for _ in 0..columns {
            let name = self.text()?;
            let kind = self.text()?;
            self.prefix(kind)?;
            let values = self.values(kind, count)?;
            for (row, value) in rows.iter_mut().zip(values) {
                row.values.insert(name.to_owned(), value);
            }
        }
        Some(rows)
    }

    /// Passes over the versions of types that have several forms.
    fn prefix(&mut self, kind: &str) -> Option<()> {
        if let Some((key, value)) = pair(kind) {
            self.prefix(key)?;
            return self.prefix(value);
        }
        match kind.split_once('(') {
            Some(("Array", element)) => self.prefix(element.strip_suffix(')')?),
            Some(("LowCardinality", _)) => self.take(LONG).map(|_| ()),
            _ if kind.starts_with("JSON") => self.take(LONG).map(|_| ()),
            _ => Some(()),
        }
    }

    fn values(&mut self, kind: &str, count: usize) -> Option<Vec<Value>> {
        if count == 0 {
            return Some(Vec::new());
        }
        if let Some((key, value)) = pair(kind) {
            let ends = self.ends(count)?;
            let total = *ends.last()?;
            let keys = self.values(key, total)?;
            let entries: Vec<(Value, Value)> = keys.into_iter().zip(self.values(value, total)?).collect();
            let object = |(key, value): &(Value, Value)| (key.as_str().unwrap_or_default().to_owned(), value.clone());
            return Some(cut(&entries, &ends, |entries| Value::Object(entries.iter().map(object).collect())));
        }
        if let Some(element) = kind.strip_prefix("Array(").and_then(|rest| rest.strip_suffix(')')) {
            let ends = self.ends(count)?;
            let elements = self.values(element, *ends.last()?)?;
            return Some(cut(&elements, &ends, |elements| Value::Array(elements.to_vec())));
        }
        if kind.starts_with("LowCardinality(") {
            return self.dictionary(count);
        }
        (0..count.min(self.0.len())).map(|_| self.value(kind)).collect()
    }

    fn value(&mut self, kind: &str) -> Option<Value> {
        Some(match kind {
            "String" => Value::from(self.text()?),
            "UInt8" => self.number::<1>()?.into(),
            "UInt32" => self.number::<4>()?.into(),
            "UInt64" => self.number::<8>()?.into(),
            "Int32" => i32::from_le_bytes(self.array()?).into(),
            "Bool" => (self.number::<1>()? != 0).into(),
            "Float64" => {
                let number = f64::from_le_bytes(self.array()?);
                serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
            }
            _ if kind.starts_with("DateTime64") => {
                let nanos = i64::from_le_bytes(self.array()?);
                Value::String(format!("{}.{:09}", time(nanos.div_euclid(NANOS)), nanos.rem_euclid(NANOS)))
            }
            _ if kind.starts_with("DateTime") => Value::String(time(u32::from_le_bytes(self.array()?).into())),
            _ if kind.starts_with("JSON") => serde_json::from_str(self.text()?).ok()?,
            _ => return None,
        })
    }

    /// Texts that are numbers of texts in a list ahead.
    fn dictionary(&mut self, count: usize) -> Option<Vec<Value>> {
        let width = 1usize << (self.number::<8>()? & 3);
        let keys = usize::try_from(self.number::<8>()?).ok()?;
        let keys = (0..keys.min(self.0.len())).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        let numbers = usize::try_from(self.number::<8>()?).ok()?;
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
        let bytes = self.take(numbers.checked_mul(width)?)?;
        bytes.chunks(width).take(count).map(|bytes| Some(Value::from(*keys.get(number(bytes))?))).collect()
    }

    /// Where the elements of each row end.
    fn ends(&mut self, count: usize) -> Option<Vec<usize>> {
        let bytes = self.take(count.checked_mul(LONG)?)?;
        let end = |bytes: &[u8]| usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok();
        bytes.chunks(LONG).map(end).collect()
    }

    fn number<const N: usize>(&mut self) -> Option<u64> {
        Some(self.take(N)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn varint(&mut self) -> Option<usize> {
        let mut at = 0;
        let number = pipelines::otlp::wire::read_varint(self.0, &mut at)?;
        self.0 = self.0.get(at..)?;
        usize::try_from(number).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.varint()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

/// The types of keys and values of a map.
fn pair(kind: &str) -> Option<(&str, &str)> {
    // Only values of maps have types with commas, and those are not written.
    kind.strip_prefix("Map(")?.strip_suffix(')')?.split_once(", ")
}

/// Cuts what all rows have together into what each of them has.
fn cut<T>(all: &[T], ends: &[usize], make: impl Fn(&[T]) -> Value) -> Vec<Value> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| make(all.get(start..*end).unwrap_or_default())).collect()
}

/// Seconds since 1970 as ClickHouse prints them in UTC.
fn time(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Days before 1970 are those of 400 years later: the calendar repeats itself.
    let (year, month, day) = civil((days + ERA).unsigned_abs());
    let mut text = format!("{:04}-{month:02}-{day:02} ", year.saturating_sub(400));
    // Writing to a string cannot fail.
    let _ = write!(text, "{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    text
}
